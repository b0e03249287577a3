"""Cross-encoders of sentence-transformers, from a folder or the hub."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.rerank import RerankerError
from knowledge.sentence_models import ModelMissing, load, one_thread

_LONGEST = 600  # characters of a product that are read: its title, kind and summary come first


class CrossEncoderReranker:
    def __init__(self, model: str) -> None:
        try:
            self._model: Any = load("CrossEncoder", model)
        except ModelMissing as error:
            raise RerankerError(f"the reranker cross-encoder: {error}") from error
        self.name = f"cross-encoder:{model}"

    def rate(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        with one_thread():
            rated = self._model.predict(
                [(query, text[:_LONGEST]) for text in texts], show_progress_bar=False, convert_to_numpy=True
            )
        return np.asarray(rated, np.float32).reshape(len(texts), -1)[:, -1]


def open_reranker(model: str) -> CrossEncoderReranker:
    return CrossEncoderReranker(model)
