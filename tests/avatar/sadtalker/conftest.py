import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import lacking


@pytest.fixture(scope="package", autouse=True)
def torch_here() -> None:
    """Skip, or fail where everything must be there, without what `make models` installs."""
    for module in ("torch", "safetensors"):
        if importlib.util.find_spec(module) is None:
            lacking(f"{module} is not installed; make models installs it")


@pytest.fixture(scope="package")
def checkpoints(torch_here: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from bench.sadtalker_tiny import make_checkpoints

    return make_checkpoints(tmp_path_factory.mktemp("checkpoints"))


@pytest.fixture(scope="package", autouse=True)
def one_thread(torch_here: None) -> Iterator[None]:
    """A second thread on a busy machine makes small networks slower, not quicker."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
