"""Texts as vectors. The table names what there is; a back-end is imported when it is asked for."""

import pkgutil
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """`name` stands beside stored vectors: change it when the vectors would change. `share` is how much of a product's
    score its vectors should make up beside its words, 0..1. `recalls`: whether they find what words do not."""

    name: str
    share: float
    recalls: bool

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text, L2-normalised (a text without content is all zeros)."""
        ...


class EmbedderError(Exception):
    """The message says what to do."""


EMBEDDERS = {"hashed": "knowledge.embedders.hashed:HashedEmbedder"}


def load_embedder(name: str) -> Embedder:
    if name not in EMBEDDERS:
        raise EmbedderError(f"unknown embedder {name!r}; choose from {', '.join(sorted(EMBEDDERS))}")
    try:
        factory: Callable[[], Embedder] = pkgutil.resolve_name(EMBEDDERS[name])
    except ImportError as error:
        raise EmbedderError(f"{name!r} needs: pip install 'zhibo[{name}]'") from error
    return factory()
