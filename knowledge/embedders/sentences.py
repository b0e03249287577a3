"""Models of sentence-transformers, from a folder or the hub."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from knowledge.embed import EmbedderError, Source, Vectors, unit_length
from knowledge.sentence_models import ModelMissing, load, one_thread

_BATCH = 32
# What a family of models wants before each text when its own files do not say: asked, and said by the shop.
# https://huggingface.co/intfloat/multilingual-e5-small and https://huggingface.co/BAAI/bge-small-zh-v1.5
_PROMPTS = (
    ("e5-", ("query: ", "passage: ")),
    ("bge-small-zh", ("为这个句子生成表示以用于检索相关文章：", "")),
    ("bge-base-zh", ("为这个句子生成表示以用于检索相关文章：", "")),
    ("bge-large-zh", ("为这个句子生成表示以用于检索相关文章：", "")),
)


class SentenceEmbedder:
    share = 0.4
    recalls = True

    def __init__(self, model: str) -> None:
        try:
            self._model: Any = load("SentenceTransformer", model)
        except ModelMissing as error:
            raise EmbedderError(f"the embedder sentence-transformers: {error}") from error
        self.name = f"st:{model}"[-100:]
        self._prompts = _prompts(model, getattr(self._model, "prompts", None) or {})

    def embed(self, texts: Sequence[str], *, asked: bool = False) -> Vectors:
        prompt = self._prompts[0 if asked else 1]
        full = [prompt + text for text in texts]
        with one_thread():
            made = self._model.encode(
                full, batch_size=_BATCH, show_progress_bar=False, convert_to_numpy=True, prompt=""
            )
        vectors = unit_length(np.asarray(made, np.float32).reshape(len(texts), -1))
        vectors[[not text.strip() for text in texts]] = 0
        return vectors


def open_embedder(source: Source) -> SentenceEmbedder:
    return SentenceEmbedder(source.model)


def _prompts(model: str, own: dict[str, str]) -> tuple[str, str]:
    """What stands before a question and before a product's text."""
    asked, said = own.get("query", ""), own.get("document", "") or own.get("passage", "")
    if asked or said:
        return asked, said
    return next((prompts for family, prompts in _PROMPTS if family in model.lower()), ("", ""))
