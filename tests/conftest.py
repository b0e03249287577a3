"""Shared fixtures. A test that lacks a program skips with a reason; under REQUIRE_ALL=1 it fails instead."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.servers import NginxRtmp, missing

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("zhibo", deadline=None)
hypothesis.settings.load_profile("zhibo")

REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"
SHARED = Path(__file__).parents[2] / "shared" / "data"


def lacking(reason: str) -> None:
    """Skip this test, or fail it where everything must be there."""
    if REQUIRE_ALL:
        pytest.fail(f"{reason} (REQUIRE_ALL=1)")
    pytest.skip(reason)


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("server"):
        for program in marker.args:
            if reason := missing(program):
                lacking(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The benchmark data that lies beside a developer's checkout; it is not part of the project."""
    if not SHARED.is_dir():
        pytest.skip("the benchmark data (../shared/data) is not beside this checkout")
    return SHARED


@pytest.fixture
def rtmp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NginxRtmp]:
    """A real nginx-rtmp that records what it is sent."""
    if reason := missing("nginx-rtmp"):
        lacking(reason)
    with NginxRtmp.start() as server:
        yield server
