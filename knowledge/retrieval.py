"""One score out of several: words, pairs of words, pieces of words, and vectors when there are any.

How the parts are weighed was chosen on development data; docs/decisions/2026-11-27-retrieval.md has the figures.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from knowledge.lexical import (
    Terms,
    common_words,
    indexed,
    is_chinese,
    normalise,
    pairs,
    pieces,
    runs,
    segments,
    stem,
    whole,
    words,
)
from knowledge.postings import CosineIndex, Fields, Index

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """What the parts of a query count beside an English word, which counts 1."""

    pieces: float = 0.2  # of the sum of words and pieces, when the query has English words to take to pieces
    pairs: float = 0.15  # two English words that stand together
    characters: float = 1.5  # a single Chinese character
    inside: float = 1.0  # two characters of one Chinese word
    across: float = 0.5  # two characters that meet between words
    whole: float = 0.5  # a Chinese word as such
    common: float = 0.5  # times any of these, for words that shops say of everything
    scattered: float = 0.2  # the words of a synonym such as "face cream", apart
    mended: float = 0.8  # a word the shop has, taken for one it has not


class Retriever:
    """Scores documents against words; immutable."""

    def __init__(self, documents: Sequence[Fields], weights: Weights | None = None) -> None:
        self._weights = weights or Weights()
        self.size = len(documents)
        self._words = Index(map(_scaled_fields, documents), indexed)
        self._pieces = CosineIndex(map(_main_fields, documents), pieces)
        self._spell()

    def edited(self, kept: NDArray[np.int64], new: Sequence[Fields]) -> "Retriever":
        """The same over other documents: `kept[i]` is the place that document i has here, or -1 for the next of `new`,
        which alone are read."""
        retriever = object.__new__(Retriever)
        retriever._weights = self._weights
        retriever.size = len(kept)
        retriever._words = self._words.edited(kept, map(_scaled_fields, new))
        retriever._pieces = self._pieces.edited(kept, map(_main_fields, new))
        retriever._spell()
        return retriever

    def _spell(self) -> None:
        known = (term for term in self._words.terms if len(term) >= 4 and term.isascii() and term.isalpha())
        self._spelled = [term for term in known if self._words.found_in(term)]

    def scores(self, text: str, more: Iterable[tuple[str, float]] = ()) -> Scores:
        """0..1 for every document, the best about 1. `more` are further texts that count less than `text`."""
        terms = self._terms(text)
        for other, weight in more:
            found = list(
                dict.fromkeys(term for term in words(other) if len(term) > 1 or len(other) == 1 or term.isascii())
            )
            if len(found) > 1 and other.isascii():  # "face cream": neither faces nor ice cream are meant
                terms += [(pair, weight) for pair in pairs(words(other))]
                weight *= self._weights.scattered
            terms += [(term, weight / max(1, len(found)) ** 0.5) for term in found]
        by_words = _scaled(self._words.scores(terms))
        share = self._weights.pieces
        if not share or not pieces(text):
            return by_words
        return (1 - share) * by_words + share * _scaled(self._pieces.cosine(text))

    def has(self, word: str) -> bool:
        """Whether any document has an English word, in whichever ending."""
        return self._words.found_in(stem(word)) > 0

    def having(self, any_of: Iterable[str]) -> NDArray[np.bool_]:
        """Which documents have every term of at least one of these words: whoever reads closer can skip the others."""
        found = np.zeros(self.size, np.bool_)
        for word in any_of:
            terms = set(words(word))
            if any(len(term) > 1 for term in terms if not term.isascii()):
                terms = {term for term in terms if len(term) > 1 or term.isascii()}  # pairs imply their characters
            if not terms:
                return np.ones(self.size, np.bool_)  # "a" or "in": nothing to look for
            found |= self._words.having_all(terms)
        return found

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
        found = [term for term in words(text) if term.isascii()]
        terms: Terms = [(term, 1.0) for term in found]
        terms += [(pair, self._weights.pairs) for pair in pairs(found)]
        for term in found:
            if not self._words.found_in(term):
                terms += [(other, self._weights.mended) for other in (self.mend(term) or self._split(term)).split()]
        for left, right in zip(found, found[1:], strict=False):
            if left.isalpha() and right.isalpha() and self._words.found_in(left + right):
                terms.append((left + right, 0.5))  # "terra cotta" where the shop writes terracotta
        for run in runs(normalise(text)):
            if is_chinese(run):
                terms += self._chinese(run)
        return terms

    def _chinese(self, run: str) -> Terms:
        """Characters, pairs and words of a stretch of Chinese: what belongs to one word counts most."""
        weights = self._weights
        cut = segments(run)
        counts = _commonness(run, weights.common)
        terms = [(char, weights.characters * count) for char, count in zip(run, counts, strict=True)]
        begins, at = set(), 0
        for word in cut:
            begins.add(at)
            if len(word) > 1:
                terms.append((whole(word), weights.whole * min(counts[at : at + len(word)])))
            at += len(word)
        for at in range(len(run) - 1):
            weight = weights.across if at + 1 in begins else weights.inside
            terms.append((run[at : at + 2], weight * min(counts[at : at + 2])))
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


def _scaled_fields(fields: Fields) -> Fields:
    """Fields with the heaviest weighing 1: a word of the title then counts as one word."""
    top = max((weight for _, weight in fields), default=1.0) or 1.0
    return [(text, weight / top) for text, weight in fields]


def _main_fields(fields: Fields) -> Fields:
    """What a document is above all: typing errors are looked for in the title rather than in a long description."""
    return [(text, weight) for text, weight in _scaled_fields(fields) if weight >= 0.5]


def _commonness(run: str, common: float) -> list[float]:
    """What each character counts: `common` inside words that shops say of everything, 1 elsewhere, and 1 everywhere
    when nothing else is said."""
    counts = [1.0] * len(run)
    for word in common_words("zh"):
        at = run.find(word)
        while at >= 0:
            counts[at : at + len(word)] = [common] * len(word)
            at = run.find(word, at + 1)
    return counts if 1.0 in counts else [1.0] * len(run)


def _scaled(scores: Scores) -> Scores:
    top = float(scores.max(initial=0.0))
    return scores / np.float32(top) if top > 0 else scores
