"""Which documents have which terms: an inverted index in numpy, with BM25 and with TF-IDF weights."""

from abc import ABC, abstractmethod
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import count, repeat
from typing import Self

import numpy as np
from numpy.typing import NDArray

from knowledge.lexical import Analyser, Terms

Fields = Sequence[tuple[str, float]]  # texts of a document and how much one occurrence of a word in them counts
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Saturation and length normalisation of BM25; chosen on development data, see docs/decisions."""

    k1: float = 0.3
    b: float = 0.6


class Postings(ABC):
    """Terms of `documents`, and how often each document has each; immutable, so threads may share it."""

    def __init__(self, documents: Iterable[Fields], analyser: Analyser) -> None:
        self._analyser = analyser
        self._vocabulary: dict[str, int] = {}
        terms, places, counts, self.size = self._counted(documents)
        self._sort(terms, places, counts)
        self._weigh()

    def edited(self, kept: NDArray[np.int64], new: Iterable[Fields]) -> Self:
        """The same over other documents: `kept[i]` is the place that document i has here, or -1 for the next of `new`,
        which alone are analysed. Words that no document has any more stay known, and count as in none."""
        index = object.__new__(type(self))
        index.__dict__.update(self.__dict__)
        index.size = len(kept)
        new_terms, new_places, new_counts, _ = index._counted(new)
        moved = np.full(self.size, -1, np.int32)
        moved[kept[kept >= 0]] = np.flatnonzero(kept >= 0)
        old_places = moved[self._documents]
        stay = old_places >= 0
        old_terms = np.repeat(np.arange(len(self._of_term), dtype=np.int32), self._of_term)
        index._sort(
            np.concatenate((old_terms[stay], new_terms)),
            np.concatenate((old_places[stay], np.flatnonzero(kept < 0).astype(np.int32)[new_places])),
            np.concatenate((self._counts[stay], new_counts)),
        )
        index._weigh()
        return index

    def _counted(self, documents: Iterable[Fields]) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats, int]:
        """(term, place of the document, count) of all that occur; new terms enter the vocabulary."""
        terms, places, counts = array("i"), array("i"), array("f")
        number = defaultdict(count(len(self._vocabulary)).__next__, self._vocabulary)
        size = 0
        for place, fields in enumerate(documents):
            found: dict[str, float] = {}
            for text, weight in fields:
                for term, times in Counter(self._analyser(text)).items():
                    found[term] = found.get(term, 0.0) + times * weight
            terms.extend(map(number.__getitem__, found))
            counts.extend(found.values())
            places.extend(repeat(place, len(found)))
            size = place + 1
        self._vocabulary = dict(number)
        return np.array(terms, np.int32), np.array(places, np.int32), np.array(counts, np.float32), size

    def _sort(self, terms: NDArray[np.int32], places: NDArray[np.int32], counts: Floats) -> None:
        order = np.lexsort((places, terms))
        self._documents, self._counts = places[order], counts[order]
        found_in = np.bincount(terms, minlength=len(self._vocabulary))
        self._starts = np.concatenate(([0], np.cumsum(found_in))).astype(np.int64)
        self._of_term = found_in

    @abstractmethod
    def _weigh(self) -> None:
        """Work out the weight of each posting from the counts."""

    def found_in(self, term: str) -> int:
        """How many documents have a term."""
        number = self._vocabulary.get(term)
        return 0 if number is None else int(self._of_term[number])

    def having_all(self, terms: Collection[str]) -> NDArray[np.bool_]:
        """Which documents have every one of these terms."""
        counts = np.zeros(self.size, np.int16)
        for term in terms:
            if (number := self._vocabulary.get(term)) is not None:
                counts[self._documents[self._starts[number] : self._starts[number + 1]]] += 1
        found: NDArray[np.bool_] = counts == len(terms)
        return found

    @property
    def terms(self) -> Iterable[str]:
        return self._vocabulary

    def _sum(self, terms: Terms, weights: Floats) -> Floats:
        total = np.zeros(self.size, np.float32)
        for term, times in terms:
            number = self._vocabulary.get(term)
            if number is None:
                continue
            start, end = self._starts[number], self._starts[number + 1]
            # A term stands once in a document's list, so plain indexing adds right, ten times faster than np.add.at.
            total[self._documents[start:end]] += weights[start:end] * np.float32(times)
        return total


class Index(Postings):
    """Scores documents by BM25."""

    def __init__(self, documents: Iterable[Fields], analyser: Analyser, ranking: Ranking | None = None) -> None:
        self._ranking = ranking or Ranking()
        super().__init__(documents, analyser)

    def _weigh(self) -> None:
        k1, b = self._ranking.k1, self._ranking.b
        sizes = np.bincount(self._documents, weights=self._counts, minlength=self.size).astype(np.float32)
        mean = float(sizes.mean()) if self.size else 1.0
        damp = (k1 * (1 - b + b * sizes / max(mean, 1e-9))).astype(np.float32)
        found_in = self._of_term.astype(np.float32)
        idf = np.log1p((self.size - found_in + 0.5) / (found_in + 0.5)).astype(np.float32)
        weights = self._counts * np.float32(k1 + 1) / (self._counts + damp[self._documents])
        self._weights: Floats = weights * np.repeat(idf, self._of_term)

    def scores(self, terms: Terms) -> Floats:
        """BM25 of every document."""
        return self._sum(terms, self._weights)


class CosineIndex(Postings):
    """Scores documents by the cosine of TF-IDF vectors."""

    def _weigh(self) -> None:
        self._idf: Floats = (np.log((1 + self.size) / (1 + self._of_term)) + 1).astype(np.float32)
        raw = np.log2(1 + self._counts) * np.repeat(self._idf, self._of_term)
        norms = np.sqrt(np.bincount(self._documents, weights=raw * raw, minlength=self.size)).astype(np.float32)
        self._weights: Floats = (raw / np.maximum(norms, 1e-9)[self._documents]).astype(np.float32)

    def cosine(self, text: str) -> Floats:
        """TF-IDF cosine of every document with `text`, 0..1."""
        counts: dict[str, int] = {}
        for term in self._analyser(text):
            counts[term] = counts.get(term, 0) + 1
        idf = {term: float(self._idf[self._vocabulary[term]]) for term in counts if term in self._vocabulary}
        rare = float(np.log(1 + self.size) + 1)
        raw = {term: float(np.log2(1 + count)) * idf.get(term, rare) for term, count in counts.items()}
        norm = float(np.sqrt(sum(value * value for value in raw.values()))) or 1.0
        return self._sum([(term, raw[term] / norm) for term in idf], self._weights)
