"""What a line of a script is, and which of its facts still hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from assistant.guard.verdict import Verdict
from knowledge.facts import Fact

LineKind = Literal[
    "opening", "pain", "point", "demo", "offer", "objection", "question", "call", "closing",
]  # fmt: skip
KINDS: tuple[LineKind, ...] = (
    "opening", "pain", "point", "demo", "offer", "objection", "question", "call", "closing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a script, as it may be said. `facts` are those it relies on, `version` that of the product."""

    kind: LineKind
    text: str
    product_id: str
    facts: tuple[Fact, ...]
    version: int
    verdict: Verdict
    wording: str  # which frame it is made from: "zh/opening/3"
    slot: str = ""  # what it is about: "point/材质", "offer/price", "offer/promotion:p"
    cue: str = ""  # where the host points meanwhile: "picture", "card" or nowhere


class Standing:
    """The facts as they are now, to tell whether what a line cites is still so. Versions do not count: a product gets a
    new one with every change."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._facts = {_same(fact) for fact in facts}

    def holds(self, line: Line) -> bool:
        return all(_same(fact) in self._facts for fact in line.facts)


def _same(fact: Fact) -> tuple[str, str, str, str]:
    return fact.id, fact.attribute, fact.value, fact.variant
