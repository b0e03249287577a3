"""Finding the pieces of manuals that a question is about."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.model import Passage
from knowledge.retrieval import Retriever, best
from knowledge.text import normalise
from knowledge.thesaurus import Thesaurus

_TITLE = 2.0  # how much a word of the headings counts beside one of the text


@dataclass(frozen=True, slots=True)
class PassageHit:
    passage: Passage
    score: float  # 0..1, the best about 1 when its words are those of the question


class PassageIndex:
    """Words of headings and texts; immutable."""

    def __init__(self, passages: Sequence[Passage], thesaurus: Thesaurus) -> None:
        self._passages = tuple(passages)
        self._thesaurus = thesaurus
        self._retriever = Retriever(
            [
                ((f"{one.title.zh} {one.title.en}", _TITLE), (f"{one.text.zh} {one.text.en}", 1.0))
                for one in self._passages
            ]
        )

    def search(self, query: str, product_id: str | None, limit: int) -> tuple[PassageHit, ...]:
        """The best `limit` passages, of one product when it is given."""
        text = normalise(query[:500]).text
        if not self._passages or not text.strip():
            return ()
        more = [(word, 0.4) for mention in self._thesaurus.find(text) for word in self._thesaurus.widened(mention.word)]
        scores = self._retriever.scores(text, more)
        if product_id is not None:
            scores = scores * np.array([product_id in one.products for one in self._passages], np.float32)
        return tuple(
            PassageHit(self._passages[place], round(float(scores[place]), 4)) for place in best(scores, limit)[:limit]
        )
