"""What was checked a while ago is checked again before it is said: a price may have changed, an offer ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.guard.verdict import Verdict
from knowledge.model import Product, Promotion

Review = Callable[[str, Sequence[str]], Verdict]
"""The gate: what may be said of a text, given the facts of these products right now."""


class Shelf(Protocol):
    """The part of `knowledge.catalog.Catalog` that a room needs."""

    @property
    def version(self) -> int: ...
    def product(self, product_id: str, /) -> Product | None: ...
    def products(self) -> Sequence[Product]: ...
    def promotions(self, product_id: str | None = None, /) -> Sequence[Promotion]: ...
    def offers(self) -> Sequence[Promotion]: ...


@dataclass(frozen=True, slots=True)
class Due:
    """A sentence that passed the gate, with what it was held against: the facts of these products, at that moment."""

    verdict: Verdict
    product_ids: tuple[str, ...]
    stand: object

    @property
    def text(self) -> str:
        return self.verdict.text.strip()


class Freshness:
    """Tells whether what was checked still holds; microseconds as long as nothing has changed."""

    def __init__(self, shelf: Shelf, review: Review) -> None:
        self._shelf, self._review = shelf, review
        self._last: tuple[str, Due] | None = None  # asked for again and again while it is being said

    @property
    def stand(self) -> object:
        """Changes with everything that a sentence may rely on; also when an offer begins or ends."""
        return self._shelf.version, tuple(self._shelf.promotions())

    def subject(self, product_id: str) -> object:
        """What a product's script and card are made from."""
        return self._shelf.product(product_id), tuple(self._shelf.promotions(product_id))

    def checked(self, text: str, *product_ids: str) -> Due:
        """`text` as it may be said now."""
        stand = self.stand  # before the review: what changes during it counts as later
        if self._last is not None:
            said, due = self._last
            if (said, due.product_ids, due.stand) == (text, product_ids, stand):
                return due
        made = Due(self._review(text, product_ids), product_ids, stand)
        self._last = text, made
        return made

    def passed(self, verdict: Verdict, on_air: str, stand: object) -> Due:
        """What passed the gate elsewhere, at `stand`, about the product on air and those that it cites."""
        cited = (fact.subject for fact in verdict.evidence)
        about = (on_air, *(one for one in cited if self._shelf.product(one) is not None))
        return Due(verdict, tuple(dict.fromkeys(filter(None, about))), stand)

    def renewed(self, due: Due) -> Due:
        """The same sentence, reviewed again if anything has changed since."""
        return due if due.stand == self.stand else self.checked(due.verdict.original, *due.product_ids)

    def is_stale(self, due: Due) -> bool:
        return self.renewed(due).text != due.text
