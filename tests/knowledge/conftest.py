from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.catalog import Catalog
from knowledge.settings import KnowledgeSettings

DEMO = Path(__file__).parents[2] / "knowledge" / "demo"


@pytest.fixture
def settings(tmp_path: Path) -> KnowledgeSettings:
    return KnowledgeSettings(data_dir=tmp_path / "data")


@pytest.fixture
def catalog(settings: KnowledgeSettings) -> Iterator[Catalog]:
    opened = Catalog.open(settings)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """The demo shop, for reading only."""
    opened = Catalog.open(KnowledgeSettings(data_dir=tmp_path_factory.mktemp("demo") / "data"))
    report = opened.ingest(DEMO)
    assert not report.refused
    yield opened
    opened.close()
