"""Embedder and reranker on sentence-transformers, with tiny random models; they need `make models`."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from knowledge.catalog import Catalog
from knowledge.embed import EmbedderError, load_embedder
from knowledge.model import Product, Text
from knowledge.rerank import RerankerError, load_reranker
from knowledge.settings import KnowledgeSettings
from tests.knowledge.tiny_models import make_embedder, make_reranker, need_models


@pytest.fixture(scope="module")
def embedder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_models()
    return make_embedder(tmp_path_factory.mktemp("embedder"))


@pytest.fixture(scope="module")
def reranker_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_models()
    return make_reranker(tmp_path_factory.mktemp("reranker"))


def test_a_model_s_vectors_are_unit_length_and_know_questions_from_products(embedder_folder: Path) -> None:
    embedder = load_embedder(f"sentence-transformers:{embedder_folder}")
    vectors = embedder.embed(["rain boots", "", "保温杯"])
    assert vectors.dtype == np.float32
    assert vectors.shape == (3, 32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1], atol=1e-5)
    asked = embedder.embed(["rain boots"], asked=True)[0]
    assert not np.allclose(asked, vectors[0], atol=1e-3)
    assert np.allclose(asked, embedder.embed(["query: rain boots"])[0], atol=1e-5)


def test_threads_of_torch_are_as_they_were(embedder_folder: Path) -> None:
    import torch

    before = torch.get_num_threads()
    load_embedder(f"sentence-transformers:{embedder_folder}").embed(["rain boots"])
    assert torch.get_num_threads() == before


def test_what_is_no_model_is_said(tmp_path: Path) -> None:
    need_models()
    with pytest.raises(EmbedderError, match="cannot load the model"):
        load_embedder(f"sentence-transformers:{tmp_path}")
    with pytest.raises(RerankerError, match="no model at /no/such"):
        load_reranker("cross-encoder:/no/such")


def test_a_shop_searches_with_a_model_s_vectors(embedder_folder: Path, tmp_path: Path) -> None:
    settings = KnowledgeSettings(data_dir=tmp_path, embedder=f"sentence-transformers:{embedder_folder}")
    catalog = Catalog.open(settings)
    catalog.put([Product("cup", Text("不锈钢保温杯")), Product("boots", Text("", "Rain boots"))])
    catalog.search("x")
    assert catalog.embedded(within_s=60)
    assert catalog.search("保温杯").hits[0].product.id == "cup"
    assert catalog.search("rain boots").hits[0].product.id == "boots"
    catalog.close()


def test_a_new_model_takes_over_when_all_is_embedded(embedder_folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(embedder_folder, tmp_path / "other"))
    for folder in (embedder_folder, other):
        settings = KnowledgeSettings(data_dir=tmp_path / "shop", embedder=f"sentence-transformers:{folder}")
        catalog = Catalog.open(settings)
        catalog.put([Product("cup", Text("不锈钢保温杯")), Product("boots", Text("", "Rain boots"))])
        assert catalog.search("rain boots").hits[0].product.id == "boots"
        assert catalog.embedded(within_s=60)
        assert catalog.search("保温杯").hits[0].product.id == "cup"
        catalog.close()
        assert str(folder) in (tmp_path / "shop" / "vectors" / "serving.json").read_text()


def test_a_cross_encoder_rates_each_text(reranker_folder: Path) -> None:
    reranker = load_reranker(f"cross-encoder:{reranker_folder}")
    rated = reranker.rate("rain boots", ["rain boots for children", "wireless earphones", ""])
    assert rated.shape == (3,)
    assert len(set(rated.round(6).tolist())) == 3
    again = reranker.rate("rain boots", ["wireless earphones"])
    assert np.allclose(again[0], rated[1], atol=1e-4)


def test_a_shop_rereads_what_comes_first(reranker_folder: Path, tmp_path: Path) -> None:
    def opened(name: str, reranker: str) -> Catalog:
        settings = KnowledgeSettings(data_dir=tmp_path / name, reranker=reranker, rerank_ms=60_000)
        catalog = Catalog.open(settings)
        kinds = ("rubber", "leather", "lined", "short", "tall", "kids'", "black", "light")
        catalog.put([Product(kind, Text("", f"Rain boots, {kind}")) for kind in kinds])
        return catalog

    plain, reread = opened("plain", ""), opened("reread", f"cross-encoder:{reranker_folder}")
    before, after = (
        [hit.product.id for hit in catalog.search("rain boots", limit=8).hits] for catalog in (plain, reread)
    )
    assert sorted(before) == sorted(after)
    assert before != after
    plain.close()
    reread.close()
