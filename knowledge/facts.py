"""Facts carry the truth: every figure or property that may be said stands in one, with where it came from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Literal

from knowledge.typed import Typed, read

FactKind = Literal[
    "title", "category", "brand", "text",  # text: brief and description, free prose
    "price", "list_price", "stock", "attribute", "option",  # option: a variant's colour, size…
    "promotion", "policy", "faq", "order", "computed",  # computed: arithmetic over other facts
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement the shop stands behind, in the merchant's own wording.

    `subject` is what it is about: a product id, "policy:shipping", "promotion:ID", "faq:ID", "order:ID".
    A value in two languages is two facts with the same id.
    """

    id: str  # stable across versions: "1006002/材质", "1006002#white-39/price"
    subject: str
    attribute: str
    value: str
    kind: FactKind = "attribute"
    variant: str = ""  # variant id, or empty: holds for the whole product
    source: str = ""
    version: int = 1

    def __hash__(self) -> int:
        """Of what tells facts apart: joining facts would spend half its time on all eight."""
        return hash((self.id, self.value))

    @property
    def typed(self) -> Typed:
        """The value as an amount, a flag, a list, a day or text; cached."""
        return read(self.value)


@dataclass(frozen=True)
class Facts:
    """The facts a sentence may rely on; immutable, so whatever is derived from it may be cached on it."""

    items: tuple[Fact, ...] = ()

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __or__(self, other: "Facts") -> "Facts":
        if not other.items:
            return self
        return Facts(tuple(dict.fromkeys(self.items + other.items)))

    @cached_property
    def by_subject(self) -> dict[str, tuple[Fact, ...]]:
        found: dict[str, list[Fact]] = {}
        for fact in self.items:
            found.setdefault(fact.subject, []).append(fact)
        return {subject: tuple(facts) for subject, facts in found.items()}

    @classmethod
    def joined(cls, parts: Sequence["Facts"]) -> "Facts":
        """Facts about different things in one, each subject in one part only: nothing has to be compared."""
        joined = cls(tuple(chain.from_iterable(part.items for part in parts)))
        by_subject: dict[str, tuple[Fact, ...]] = {}
        for part in parts:
            by_subject.update(part.by_subject)
        joined.__dict__["by_subject"] = by_subject
        return joined

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> "Facts":
        return cls(tuple(dict.fromkeys(facts)))
