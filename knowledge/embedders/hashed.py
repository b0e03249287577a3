"""Vectors without weights: pieces of words thrown into 384 places by their hash.

They know spelling, not meaning, so beside the words themselves they add little; they make vectors work everywhere,
offline and the same in every process, until an embedder with weights is set.
"""

import hashlib
import math
from collections.abc import Sequence

import numpy as np

from knowledge.embed import Source, Vectors, unit_length
from knowledge.lexical import pieces, words

_SIZE = 384
_PLACES = 4  # places a piece is thrown into: fewer collide more, more cost more
_Place = tuple[list[int], list[float]]


class HashedEmbedder:
    name = "hashed-384-2"
    share = 0.05
    recalls = False

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}

    def embed(self, texts: Sequence[str], *, asked: bool = False) -> Vectors:
        vectors = np.zeros((len(texts), _SIZE), np.float32)
        for row, text in enumerate(texts):
            counts: dict[str, int] = {}
            for piece in pieces(text) + words(text):
                counts[piece] = counts.get(piece, 0) + 1
            places: list[int] = []
            values: list[float] = []
            for piece, count in counts.items():
                where, signs = self._place(piece)
                weight = 1 + math.log(count)
                places += where
                values += [sign * weight for sign in signs]
            if places:
                vectors[row] = np.bincount(places, weights=values, minlength=_SIZE)
        return unit_length(vectors)

    def _place(self, piece: str) -> _Place:
        found = self._places.get(piece)
        if found is None:
            if len(self._places) > 500_000:  # bounds what a year of shoppers' typing errors can hold
                self._places.clear()
            key = hashlib.blake2b(piece.encode("utf-8", "surrogatepass"), digest_size=4 * _PLACES).digest()
            numbers = [int.from_bytes(key[at : at + 4], "little") for at in range(0, len(key), 4)]
            found = [number % _SIZE for number in numbers], [1.0 if number >> 31 else -1.0 for number in numbers]
            self._places[piece] = found
        return found


def open_embedder(source: Source) -> HashedEmbedder:
    """There is nothing to find: it has no weights."""
    return HashedEmbedder()
