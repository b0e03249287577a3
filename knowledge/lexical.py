"""Words against words: an inverted index in numpy with BM25 and TF-IDF scores, for Chinese and English alike."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Terms = list[tuple[str, float]]  # a term and how often it counts
Analyser = Callable[[str], list[str]]

_RUNS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z0-9]+(?:[.'/\-][a-z0-9]+)*")
_PARTS = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?")
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_STOP = frozenset(
    "a an and are as at be by can do does for from has have how i in is it its me my of on or "
    "so that the their them there these they this to was we what which will with you your".split()
)


def normalise(text: str) -> str:
    """Lower case, and full-width forms made ordinary."""
    return unicodedata.normalize("NFKC", text).lower()


def words(text: str) -> list[str]:
    """Terms for BM25: Chinese as single characters and pairs, English as stems, model numbers also in their parts."""
    terms: list[str] = []
    for run in _RUNS.findall(normalise(text)):
        if _CHINESE.match(run):
            terms += run
            terms += [run[i : i + 2] for i in range(len(run) - 1)]
            continue
        terms += _latin(run)
    return terms


def pieces(text: str) -> list[str]:
    """Terms for TF-IDF: Chinese pairs and triples, English words in pieces of three letters; forgives typing errors."""
    terms: list[str] = []
    for run in _RUNS.findall(normalise(text)):
        if _CHINESE.match(run):
            terms += run
            terms += [run[i : i + 2] for i in range(len(run) - 1)]
            terms += [run[i : i + 3] for i in range(len(run) - 2)]
            continue
        edged = f"^{run}$"
        terms += [edged[i : i + 3] for i in range(max(1, len(edged) - 2))]
    return terms


@lru_cache(maxsize=65_536)
def _latin(run: str) -> tuple[str, ...]:
    if run in _STOP:
        return ()
    terms = [stem(run)]
    parts = _PARTS.findall(run)
    if len(parts) > 1:  # "rtx-4090" is also found by "4090", "6gb" by "6 gb"
        terms += [stem(part) for part in parts]
    return tuple(terms)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """English endings taken off, so that "running shoes" meets "shoe for runners" half way; others unchanged."""
    if len(word) <= 3 or not word.isalpha():
        return word.removesuffix("'s")
    for ending, instead, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: -len(ending)] + instead
            break
    for ending in ("ingly", "edly", "ing", "ed"):
        base = word.removesuffix(ending)
        if base is not word and len(base) >= 3 and re.search("[aeiouy]", base):
            word = base[:-1] if base[-1] == base[-2] and base[-1] not in "lsz" else base
            break
    if len(word) > 4 and word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 and word[-2] not in "aeiou" else word


_ENDINGS = (
    ("sses", "ss", 2), ("ies", "y", 2), ("shes", "sh", 2), ("ches", "ch", 2), ("xes", "x", 2), ("zes", "z", 2),
    ("ss", "ss", 1), ("us", "us", 1), ("is", "is", 1), ("s", "", 3),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ranking:
    """How the parts of a score are weighed; chosen on development data, see docs/decisions."""

    k1: float = 0.3
    b: float = 0.6


class Index:
    """An inverted index over `documents`; immutable, so threads may share it.

    A document is a sequence of (text, weight) fields: a weight of 2 counts the field's words twice. `scores` and
    `cosine` return one float32 per document.
    """

    def __init__(
        self,
        documents: Iterable[Sequence[tuple[str, float]]],
        analyser: Analyser = words,
        ranking: Ranking | None = None,
    ) -> None:
        self._analyser = analyser
        ranking = ranking or Ranking()
        vocabulary: dict[str, int] = {}
        terms: list[int] = []
        weights: list[float] = []
        ends: list[int] = []
        for fields in documents:
            for text, weight in fields:
                found = analyser(text)
                terms += [vocabulary.setdefault(term, len(vocabulary)) for term in found]
                weights += [weight] * len(found)
            ends.append(len(terms))
        self._vocabulary = vocabulary
        self.size = len(ends)
        self._build(np.array(terms, np.int64), np.array(weights, np.float32), np.array(ends, np.int64), ranking)

    def _build(
        self, terms: NDArray[np.int64], weights: NDArray[np.float32], ends: NDArray[np.int64], ranking: Ranking
    ) -> None:
        lengths = np.diff(ends, prepend=0)
        documents = np.repeat(np.arange(self.size), lengths)
        keys, places = np.unique(terms * max(1, self.size) + documents, return_inverse=True)
        counts = np.bincount(places, weights=weights, minlength=len(keys)).astype(np.float32)
        of_term, self._documents = keys // max(1, self.size), (keys % max(1, self.size)).astype(np.int32)
        found_in = np.bincount(of_term, minlength=len(self._vocabulary)).astype(np.float32)
        self._starts = np.concatenate(([0], np.cumsum(found_in))).astype(np.int64)
        sizes = np.bincount(self._documents, weights=counts, minlength=self.size).astype(np.float32)
        mean = float(sizes.mean()) if self.size else 1.0
        bm25_idf = np.log1p((self.size - found_in + 0.5) / (found_in + 0.5))
        damp = ranking.k1 * (1 - ranking.b + ranking.b * sizes / max(mean, 1e-9))
        self._bm25 = (bm25_idf[of_term] * counts * (ranking.k1 + 1) / (counts + damp[self._documents])).astype(
            np.float32
        )
        self._idf = (np.log((1 + self.size) / (1 + found_in)) + 1).astype(np.float32)
        raw = (1 + np.log(np.maximum(counts, 1e-9))) * self._idf[of_term]
        norms = np.sqrt(np.bincount(self._documents, weights=raw * raw, minlength=self.size))
        self._tfidf = (raw / np.maximum(norms, 1e-9)[self._documents]).astype(np.float32)

    def found_in(self, term: str) -> int:
        """How many documents have a term."""
        number = self._vocabulary.get(term)
        return 0 if number is None else int(self._starts[number + 1] - self._starts[number])

    @property
    def terms(self) -> Iterable[str]:
        return self._vocabulary

    def scores(self, terms: Terms) -> NDArray[np.float32]:
        """BM25 of every document."""
        return self._sum(terms, self._bm25)

    def cosine(self, text: str) -> NDArray[np.float32]:
        """TF-IDF cosine of every document with `text`, 0..1."""
        counts: dict[str, int] = {}
        for term in self._analyser(text):
            counts[term] = counts.get(term, 0) + 1
        idf = {term: float(self._idf[self._vocabulary[term]]) for term in counts if term in self._vocabulary}
        rare = float(np.log(1 + self.size) + 1)
        raw = {term: (1 + float(np.log(count))) * idf.get(term, rare) for term, count in counts.items()}
        norm = float(np.sqrt(sum(value * value for value in raw.values()))) or 1.0
        return self._sum([(term, raw[term] / norm) for term in idf], self._tfidf)

    def _sum(self, terms: Terms, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        total = np.zeros(self.size, np.float32)
        for term, times in terms:
            number = self._vocabulary.get(term)
            if number is None:
                continue
            start, end = self._starts[number], self._starts[number + 1]
            # A term stands once in a document's list, so plain indexing adds right, ten times faster than np.add.at.
            total[self._documents[start:end]] += weights[start:end] * times
        return total
