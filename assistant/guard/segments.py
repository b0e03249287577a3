"""A sentence as clauses: the pieces that can be judged, and left out, one by one."""

import re
from typing import NamedTuple

from knowledge.sieve import Sifted

_BREAK = re.compile(
    r"(?=[，；;。！？!?…\n,.\s—])"  # what one begins with: a look at the character spares the trying
    r"(?:[，；;。！？!?…\n]+[”’」』）)\"']*"
    r"|,(?!\d{3}(?!\d))(?=\s|[^\d\s])"
    r"|,(?=\d)(?<![\d],)"
    r"|[.](?<=[a-z)\d\"'][.])(?=\s|$)"
    r"|\s[-–—]{1,2}\s|——+)"
)
_URL = re.compile(r"(?:https?://|www\.)[^\s\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
_HARD = frozenset("。！？!?…\n.")
_ABBREVIATION = re.compile(r"\b(?:no|mr|mrs|dr|vs|fl|st|approx|e\.g|i\.e)$")
_AND_CLAUSE = re.compile(
    r"\s(?:and|plus|but|while|also)\s(?=(?:it|it's|that's|that|this|we|we've|you|you'll|they|there|the|free|shipping|i|no|not"
    r"|comes|has|can|includes|features|holds|ships|folds|works)\b)"
)
_ANY_AND_CLAUSE = Sifted(_AND_CLAUSE)


class Clause(NamedTuple):  # quicker to make than a frozen dataclass, and ten are made for a sentence
    """`start:end` without the mark that ends it; `next` is where the following clause begins."""

    start: int
    end: int
    next: int
    sentence: int  # which sentence of the text it belongs to

    def has(self, place: int) -> bool:
        return self.start <= place < self.next


def clauses(text: str) -> list[Clause]:
    """The clauses of a normalised text, without gaps."""
    found: list[Clause] = []
    start = sentence = 0
    links = [match.span() for match in _URL.finditer(text)] if "://" in text or "www." in text else []
    for match in _BREAK.finditer(text):
        if any(first <= match.start() < last - 1 for first, last in links):
            continue
        if match[0] == "." and _ABBREVIATION.search(text[max(0, match.start() - 7) : match.start()]):
            continue
        found.append(Clause(start, match.start(), match.end(), sentence))
        if set(match[0]) & _HARD:
            sentence += 1
        start = match.end()
    if start < len(text):
        found.append(Clause(start, len(text), len(text), sentence))
    if not _ANY_AND_CLAUSE.may_match(text):
        return found
    return [part for clause in found for part in _split_conjunctions(text, clause)]


def _split_conjunctions(text: str, clause: Clause) -> list[Clause]:
    parts: list[Clause] = []
    start = clause.start
    for match in _AND_CLAUSE.finditer(text, clause.start, clause.end):
        if match.start() - start > 6:
            parts.append(Clause(start, match.start(), match.start(), clause.sentence))
            start = match.start()
    parts.append(Clause(start, clause.end, clause.next, clause.sentence))
    return parts
