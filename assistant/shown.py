"""The catalogue's own words as a card, a page or the picture may show them.

Merchants write superlatives and cures into titles and attributes too; what the law forbids to say, it forbids to show.
"""

from typing import Protocol

from assistant.guard.sentences import sentences
from assistant.guard.verdict import Verdict
from knowledge.facts import Facts
from knowledge.model import Lang, Product

_REMEMBERED = 4000  # texts


class Shelf(Protocol):
    def facts(self, product_id: str, /) -> Facts: ...


class Reviewer(Protocol):
    def review(
        self, sentence: str, facts: Facts, *, lang: Lang | None = None, about: tuple[str, ...] = ()
    ) -> Verdict: ...


class Shown:
    """Reviews a product's texts and remembers the outcome for as long as the product stays as it is."""

    def __init__(self, shelf: Shelf, guard: Reviewer) -> None:
        self._shelf = shelf
        self._guard = guard
        self._reviewed: dict[tuple[str, int, str, Lang], str] = {}

    def text(self, product: Product, text: str, lang: Lang) -> str:
        """`text` of `product` with what may not be said taken out; empty when nothing is left."""
        if not text:
            return ""
        key = (product.id, product.version, text, lang)
        if key not in self._reviewed:
            if len(self._reviewed) >= _REMEMBERED:
                self._reviewed.clear()
            facts = self._shelf.facts(product.id)
            verdicts = (self._guard.review(each, facts, lang=lang, about=(product.id,)) for each in sentences(text))
            self._reviewed[key] = "".join(verdict.text for verdict in verdicts).strip()
        return self._reviewed[key]

    def title(self, product: Product, lang: Lang) -> str:
        """Never empty: a product whose name may not be shown goes by its number."""
        return self.text(product, product.title(lang), lang) or product.id
