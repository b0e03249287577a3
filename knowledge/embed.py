"""Texts as vectors. The table names what there is; a back-end is imported when it is asked for."""

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """`name` stands beside stored vectors: change it when the vectors would change. `share` is how much of a product's
    score its vectors should make up beside its words, 0..1. `recalls`: whether they find what words do not; such
    embedders are slow or far away, so products are embedded behind the answers."""

    name: str
    share: float
    recalls: bool

    def embed(self, texts: Sequence[str], *, asked: bool = False) -> Vectors:
        """One row a text, L2-normalised (a text without content is all zeros). `asked`: these are what shoppers ask,
        not what the shop says; some models want to know. Raises EmbedderError."""
        ...


class EmbedderError(Exception):
    """The message says what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a back-end finds its model: a name or folder, and for servers their address and key."""

    model: str = ""
    url: str = ""
    key: str = field(default="", repr=False)


EMBEDDERS = {
    "hashed": "knowledge.embedders.hashed:open_embedder",
    "sentence-transformers": "knowledge.embedders.sentences:open_embedder",
    "openai": "knowledge.embedders.openai:open_embedder",
}


def load_embedder(name: str, *, url: str = "", key: str = "") -> Embedder:
    """The embedder that `name` names: "hashed", "sentence-transformers:FOLDER-OR-HUB-NAME" or "openai:MODEL".
    Raises EmbedderError when there is none, or when it lacks something."""
    kind, _, model = name.partition(":")
    if kind not in EMBEDDERS:
        raise EmbedderError(f"unknown embedder {kind!r}; choose from {', '.join(sorted(EMBEDDERS))}")
    factory: Callable[[Source], Embedder] = pkgutil.resolve_name(EMBEDDERS[kind])
    return factory(Source(model, url, key))


def unit_length(vectors: Vectors) -> Vectors:
    """Each row divided by its length; zeros stay zeros."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(norms, 1e-9)).astype(np.float32)
    return scaled
