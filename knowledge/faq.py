"""Finding the frequent question that a shopper's question is another way of asking."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.lexical import words
from knowledge.model import Faq
from knowledge.retrieval import Retriever, best
from knowledge.text import normalise
from knowledge.thesaurus import Thesaurus

_NEAR = 12  # questions compared closely
_REMEMBERED = 2000  # questions whose answers are kept
FILLER = re.compile(r"[啊呀吗呢吧啦嘛哦的]|请问|能不能|可不可以|是不是|可以|能|一下|我想|你们")
_ASKING = re.compile(r"\b(?:when|how|where|who|why|which|what)\b")  # a search for goods overlooks these words


@dataclass(frozen=True, slots=True)
class FaqHit:
    faq: Faq
    score: float  # 0..1: how much of what was asked is in the question, and the reverse


def _core(query: str) -> str:
    return FILLER.sub("", normalise(query[:500]).text)


class FaqIndex:
    """Every question, in both languages, and each of its aliases is an entry of its own."""

    def __init__(self, faqs: Sequence[Faq], thesaurus: Thesaurus) -> None:
        self._entries = [
            (faq, text)
            for faq in faqs
            for text in dict.fromkeys((faq.question.zh, faq.question.en, *faq.aliases))
            if text
        ]
        self._thesaurus = thesaurus
        documents = [((text, 1.0), (f"{faq.answer.zh} {faq.answer.en}"[:1000], 0.15)) for faq, text in self._entries]
        self._retriever = Retriever(documents)
        self._terms = [self._weighed(text) for _, text in self._entries]
        self._common = self._commonness()
        self._weights = [self._weight(terms) for terms in self._terms]
        self._exact = [place for place, (faq, _) in enumerate(self._entries) if faq.exact]
        self._known: dict[str, tuple[FaqHit, ...]] = {}  # a question is looked up several times on its way

    def search(self, query: str, limit: int = 3) -> tuple[FaqHit, ...]:
        """The best `limit` questions, each once."""
        text = _core(query)
        if not self._entries or not text.strip():
            return ()
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[text] = self._found(text)
        return known[:limit]

    def may_be_exact(self, query: str, score: float) -> bool:
        """Whether a question that is answered word for word may be found with this score: told without a search, as
        every message is asked for it and few shops have many such answers."""
        if not self._exact:
            return False
        asked = self._weighed(_core(query))
        whole = self._weight(asked)
        return any(round(self._likeness(asked, whole, place), 4) >= score for place in self._exact)

    def _found(self, text: str) -> tuple[FaqHit, ...]:
        synonyms = [
            (word, 0.4) for mention in self._thesaurus.find(text) for word in self._thesaurus.widened(mention.word)
        ]
        found: dict[str, FaqHit] = {}
        asked = self._weighed(text)
        whole = self._weight(asked)
        for place in best(self._retriever.scores(text, synonyms), _NEAR * 3):
            faq = self._entries[place][0]
            score = self._likeness(asked, whole, place)
            if faq.id not in found or found[faq.id].score < score:
                found[faq.id] = FaqHit(faq, round(score, 4))
        return tuple(sorted(found.values(), key=lambda hit: -hit.score))

    def _weighed(self, text: str) -> dict[str, float]:
        """Terms of a question: pairs of Chinese characters say more than single ones, and when is not how."""
        terms = {term: 1.0 if len(term) > 1 else 0.35 for term in words(FILLER.sub("", text))}
        return terms | {f"?{word}": 0.7 for word in _ASKING.findall(text.lower())}

    def _commonness(self) -> dict[str, float]:
        counts: dict[str, int] = {}
        for terms in self._terms:
            for term in terms:
                counts[term] = counts.get(term, 0) + 1
        size = max(1, len(self._terms))
        return {term: float(1 / (1 + np.log1p(count * 20 / size))) for term, count in counts.items()}

    def _weight(self, terms: dict[str, float]) -> float:
        return sum(value * self._common.get(term, 1.0) for term, value in terms.items())

    def _likeness(self, asked: dict[str, float], whole: float, place: int) -> float:
        """Shared weight: mostly of what was asked (`whole`), partly of what the entry says."""
        entry, said = self._terms[place], self._weights[place]
        if not whole or not said:
            return 0.0
        common = self._common
        shared = [term for term in asked if term in entry]
        covered = sum(asked[term] * common.get(term, 1.0) for term in shared) / whole
        exact = sum(entry[term] * common.get(term, 1.0) for term in entry if term in asked) / said
        return float(min(1.0, 0.6 * covered + 0.4 * exact))
