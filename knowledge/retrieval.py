"""One score out of several: words, pairs of words, pieces of words, and vectors when there are any.

How the parts are weighed was chosen on development data; docs/decisions/2026-11-20-finding-products.md has the figures.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from knowledge.lexical import Index, Terms, pieces, stem, words

Scores = NDArray[np.float32]
Fields = Sequence[tuple[str, float]]  # texts of a document and how much their words count


@dataclass(frozen=True, slots=True)
class Weights:
    pieces: float = 0.2  # of the sum of words and pieces
    pairs: float = 0.15  # a pair of English words that stand together, beside the words themselves
    characters: float = 1.5  # a single Chinese character
    scattered: float = 0.2  # the words of a synonym such as "face cream", apart
    mended: float = 0.8  # a word the shop has, taken for one it has not


class Retriever:
    """Scores documents against words; immutable. Build time is about 60 µs a title, a query takes about a millisecond
    over 40,000 titles."""

    def __init__(self, documents: Sequence[Fields], weights: Weights | None = None) -> None:
        self._weights = weights or Weights()
        self.size = len(documents)
        self._words = Index(documents, words)
        self._pairs = Index(documents, _pairs)
        self._pieces = Index(documents, pieces)
        self._spelled = [term for term in self._words.terms if len(term) >= 4 and term.isascii() and term.isalpha()]

    def scores(self, text: str, more: Iterable[tuple[str, float]] = ()) -> Scores:
        """0..1 for every document, the best about 1. `more` are further texts that count less than `text`."""
        terms = self._terms(text)
        pairs = [(pair, self._weights.pairs) for pair in _pairs(text)] if self._weights.pairs else []
        for other, weight in more:
            found = list(
                dict.fromkeys(term for term in words(other) if len(term) > 1 or len(other) == 1 or term.isascii())
            )
            if len(found) > 1 and other.isascii():  # "face cream": neither faces nor ice cream are meant
                pairs += [(pair, weight) for pair in _pairs(other)]
                weight *= self._weights.scattered
            terms += [(term, weight / max(1, len(found)) ** 0.5) for term in found]
        by_words = self._words.scores(terms)
        if pairs:
            by_words += self._pairs.scores(pairs)
        in_pieces, share = self._pieces.cosine(text), self._weights.pieces
        return (1 - share) * _scaled(by_words) + share * _scaled(in_pieces)

    def has(self, word: str) -> bool:
        """Whether any document has an English word, in whichever ending."""
        return self._words.found_in(stem(word)) > 0

    def mend(self, term: str) -> str:
        """The nearest word of the shop to one it does not have; empty when it has it or none is near."""
        term = stem(term)
        if len(term) < 4 or not term.isascii() or not term.isalpha() or self._words.found_in(term):
            return ""
        near = process.extract(
            term, self._spelled, scorer=DamerauLevenshtein.normalized_similarity, limit=3, score_cutoff=0.75
        )
        best = max(near, key=lambda found: (round(found[1], 2), self._words.found_in(found[0])), default=None)
        return str(best[0]) if best else ""

    def _terms(self, text: str) -> Terms:
        found = words(text)
        terms = [(term, self._weights.characters if len(term) == 1 and not term.isascii() else 1.0) for term in found]
        for term in found:
            if not self._words.found_in(term):
                terms += [(other, self._weights.mended) for other in (self.mend(term) or self._split(term)).split()]
        for left, right in zip(found, found[1:], strict=False):
            if left.isalpha() and right.isalpha() and left.isascii() and self._words.found_in(left + right):
                terms.append((left + right, 0.5))  # "terra cotta" where the shop writes terracotta
        return terms

    def _split(self, term: str) -> str:
        """ "deckboard" as "deck board", when the shop has both often."""
        if not (term.isascii() and term.isalpha()):
            return ""
        for at in range(3, len(term) - 2):
            if self._words.found_in(term[:at]) > 20 and self._words.found_in(term[at:]) > 20:
                return f"{term[:at]} {term[at:]}"
        return ""


def fused(by_words: Scores, by_meaning: Scores, share: float) -> Scores:
    """Scores of words and of vectors as one; vectors make up `share` of the sum."""
    return (1 - share) * by_words + share * _scaled(np.maximum(by_meaning, 0))


def best(scores: Scores, limit: int) -> NDArray[np.int64]:
    """Places of the `limit` highest scores above zero, best first; ties keep the documents' order."""
    if limit < len(scores):
        places = np.argpartition(-scores, limit)[:limit]
        places.sort()
    else:
        places = np.arange(len(scores))
    places = places[scores[places] > 0]
    return places[np.argsort(-scores[places], kind="stable")].astype(np.int64)


def _pairs(text: str) -> list[str]:
    found = [term for term in words(text) if term.isascii()]
    return [f"{left} {right}" for left, right in zip(found, found[1:], strict=False)]


def _scaled(scores: Scores) -> Scores:
    top = float(scores.max(initial=0.0))
    return scores / np.float32(top) if top > 0 else scores
