from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.catalog import Catalog
from knowledge.embed import EmbedderError, load_embedder
from knowledge.embedders.openai import OpenAIEmbedder
from knowledge.model import Product, Text
from knowledge.settings import KnowledgeSettings
from tests.knowledge.embedding_server import EmbeddingServer, serving_embeddings
from tests.servers import free_port

TITLES = ("蓝色陶瓷马克杯", "Non-slip rain boots", "羊毛被 冬季加厚")


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with serving_embeddings() as running:
        yield running


def _open(server: EmbeddingServer, folder: Path) -> Catalog:
    settings = KnowledgeSettings(
        data_dir=folder, embedder="openai:tiny", embedder_url=server.url, embedder_key="secret"
    )
    return Catalog.open(settings)


def _put(catalog: Catalog, titles: Sequence[str] = TITLES) -> None:
    catalog.put([Product(f"p{number}", Text(title)) for number, title in enumerate(titles)])


def test_a_server_s_embeddings_are_unit_length_in_the_order_asked(server: EmbeddingServer) -> None:
    embedder = load_embedder("openai:tiny", url=server.url, key="secret")
    vectors = embedder.embed(["rain boots", "", *(f"mug {number}" for number in range(150))])
    assert vectors.shape == (152, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0, *[1] * 150], atol=1e-5)
    assert np.allclose(np.roll(vectors[0], -28), load_embedder("hashed").embed(["rain boots"])[0], atol=1e-5)
    assert [len(request["input"]) for request in server.requests] == [64, 64, 24]
    assert {request["model"] for request in server.requests} == {"tiny"}
    assert set(server.keys) == {"Bearer secret"}


def test_products_are_asked_for_again_after_a_failure_questions_are_not(server: EmbeddingServer) -> None:
    embedder = load_embedder("openai:tiny", url=server.url)
    server.failures = 2
    assert embedder.embed(["mug"]).any()
    assert len(server.requests) == 3
    server.failures = 2
    with pytest.raises(EmbedderError, match="503"):
        embedder.embed(["mug"], asked=True)
    assert len(server.requests) == 4


def test_what_is_wrong_with_a_server_is_said(server: EmbeddingServer) -> None:
    embedder = OpenAIEmbedder(server.url, "tiny")
    server.short = True
    with pytest.raises(EmbedderError, match="1 embeddings to 2 texts"):
        embedder.embed(["a mug", "a cup"])
    server.failures, server.status = 1, 401
    with pytest.raises(EmbedderError, match="401"):
        embedder.embed(["a mug"])
    with pytest.raises(EmbedderError, match="embedder_url"):
        OpenAIEmbedder(f"http://127.0.0.1:{free_port()}/v1", "tiny").embed(["a mug"], asked=True)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nosuch", "choose from hashed, openai, sentence-transformers"),
        ("openai", "embedder_url"),
        ("openai:tiny", "embedder_url"),
        ("sentence-transformers", "folder or its name"),
        ("sentence-transformers:/no/such/model", "no model at /no/such/model"),
    ],
)
def test_an_embedder_that_lacks_something_says_what(name: str, said: str) -> None:
    with pytest.raises(EmbedderError, match=said):
        load_embedder(name)


def test_the_shop_answers_by_words_until_its_products_are_embedded(server: EmbeddingServer, tmp_path: Path) -> None:
    server.failures = 1_000
    catalog = _open(server, tmp_path)
    _put(catalog)
    assert catalog.search("马克杯").hits[0].product.id == "p0"
    catalog.close()
    server.failures = 0
    again = _open(server, tmp_path)
    assert again.search("rain boots").hits[0].product.id == "p1"
    assert again.embedded(within_s=20)
    before = len(server.requests)
    for _ in range(3):
        assert again.search("boots for rain").hits[0].product.id == "p1"
    assert len(server.requests) == before + 1  # a question is embedded once
    again.close()


def test_products_are_embedded_once_and_kept(server: EmbeddingServer, tmp_path: Path) -> None:
    catalog = _open(server, tmp_path)
    _put(catalog)
    catalog.search("x")
    assert catalog.embedded(within_s=20)
    catalog.close()
    assert sorted(server.texts) == sorted(TITLES)
    again = _open(server, tmp_path)
    _put(again, (*TITLES, "不锈钢保温杯"))
    again.search("羊毛被")
    assert again.embedded(within_s=20)
    again.search("保温杯")
    again.close()
    assert [text for text in server.texts if text not in TITLES] == ["不锈钢保温杯", "保温杯"]


def test_a_server_that_dies_costs_no_answer(server: EmbeddingServer, tmp_path: Path) -> None:
    catalog = _open(server, tmp_path)
    _put(catalog)
    catalog.search("x")
    assert catalog.embedded(within_s=20)
    server.failures = 1_000
    before = len(server.requests)
    assert catalog.search("rain boots").hits[0].product.id == "p1"
    assert catalog.search("马克杯").hits[0].product.id == "p0"
    assert len(server.requests) == before + 1  # after one failure it is left alone for a while
    catalog.close()
