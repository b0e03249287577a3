"""When nothing meets every wish: which to let go, and how to say so.

Each product that came into question misses some wishes. The one whose misses hurt least decides what is let go;
whatever misses nothing else comes along. So a wish that something meets is never given up for company.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from knowledge.factsheet import money
from knowledge.matching import Wish
from knowledge.measures import Limit
from knowledge.model import Lang, Text
from knowledge.thesaurus import Scene
from knowledge.understand import Filters, Leaning, Need

Price = Literal["", "near", "far"]  # within the limits, within a stretch of them, or beyond

STRETCH = Decimal("1.3")  # a price limit is stretched to this many times before it is dropped
# How much it hurts to let a wish go. Dislikes weigh more than all else together, the kind of goods even more.
_PAIN = {
    "amount": 1, "near": 2, "avoids": 2, "colours": 3, "in_stock": 4, "features": 5, "limits": 6, "options": 7,
    "brands": 8, "far": 9, "person": 15, "audiences": 20, "without": 100, "categories": 200, "kind": 400,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missed:
    """What a product in question fails of. `place` is its place in the index, candidates come best first."""

    place: int
    wishes: frozenset[Wish] = frozenset()
    price: Price = ""
    kind: bool = False  # it is another kind of goods

    @property
    def pain(self) -> int:
        return (
            sum(_PAIN[_weight(wish)] for wish in self.wishes)
            + (_PAIN[self.price] if self.price else 0)
            + (_PAIN["kind"] if self.kind else 0)
        )

    def within(self, other: "Missed") -> bool:
        """Whether it passes once everything that `other` misses is let go."""
        order: tuple[Price, ...] = ("", "near", "far")
        return (
            self.wishes <= other.wishes
            and order.index(self.price) <= order.index(other.price)
            and self.kind <= other.kind
        )


def least_painful(candidates: Sequence[Missed]) -> Missed | None:
    """The misses to let go: those of the candidate they hurt least for, the first of equals."""
    return min(candidates, key=lambda missed: missed.pain, default=None)


def nearest(need: Need, let_go: Missed | None, wanted: Filters) -> Need:
    """The need with what comes nearest to a limit that was let go put first, unless an order was asked for."""
    if let_go is None or need.by is not None or need.order != "relevance":
        return need
    for wish in let_go.wishes:
        if isinstance(wish.value, Limit) and wish.value.measure and wish.value.sense != "is":
            return replace(need, by=Leaning(wish.value.measure, "most" if wish.value.at_least else "least"))
    if let_go.price == "far" and (wanted.price_max is None) != (wanted.price_min is None):
        return replace(need, order="cheapest" if wanted.price_max is not None else "dearest")
    return need


def _weight(wish: Wish) -> str:
    if isinstance(wish.value, Limit):
        if wish.value.measure in ("age", "people"):
            return "person"
        return "amount" if wish.value.sense == "is" else "limits"
    return wish.kind


def price_of(low: float, high: float, wanted: Filters) -> Price:
    """How a product that costs `low` to `high` (nan without a price) stands to the price limits."""
    if wanted.price_max is None and wanted.price_min is None:
        return ""
    least = float(wanted.price_min) if wanted.price_min is not None else float("-inf")
    most = float(wanted.price_max) if wanted.price_max is not None else float("inf")
    if high >= least and low <= most:
        return ""
    stretch = float(STRETCH)
    return "near" if high >= least / stretch and low <= most * stretch else "far"


# --- said -------------------------------------------------------------------------------------------------------------


def notes(
    let_go: Missed, wishes: Iterable[Wish], wanted: Filters, currency: str, lang: Lang, name: Callable[[str], str]
) -> tuple[str, ...]:
    """What was let go, in the order in which it hurts least; `name` gives a word in the shopper's language."""
    said: list[tuple[int, str]] = []
    if let_go.price:
        said.append((_PAIN[let_go.price], price_note(wanted, currency, lang)))
    said += [(_PAIN[_weight(wish)], _note(wish, wanted, lang, name)) for wish in wishes if wish in let_go.wishes]
    return tuple(dict.fromkeys(text for _, text in sorted(said, key=lambda pair: pair[0])))


def english(words: Sequence[str]) -> str:
    return next((word for word in words if word.isascii()), words[0])


def unstated(word: str, lang: Lang) -> str:
    """That the catalogue does not say of anything that it has a property."""
    return f"没有注明{word}的" if lang == "zh" else f"nothing is stated to be {word}"


def _note(wish: Wish, wanted: Filters, lang: Lang, name: Callable[[str], str]) -> str:
    value = wish.value
    if isinstance(value, Limit):
        return Text(f"没有{value.text}的", f"nothing {value.text}")(lang)
    if isinstance(value, Scene):
        return Text(f"没有特别适合{value.when[0]}的", f"nothing made for {english(value.when)}")(lang)
    if isinstance(value, str):
        word = name(value)
    else:
        several = {"brands": wanted.brands, "categories": wanted.categories, "audiences": wanted.audiences}
        listed = several.get(wish.kind, wanted.options)
        word = ("、" if lang == "zh" else ", ").join(name(one) if wish.kind != "brands" else one for one in listed)
    return {
        "in_stock": Text("没有符合条件的现货", "nothing that fits is in stock"),
        "colours": Text(f"没有{word}的", f"nothing in {word}"),
        "options": Text(f"没有{word}的", f"nothing in {word}"),
        "features": Text(f"没有{word}的", f"nothing that is {word}"),
        "brands": Text(f"没有品牌{word}的", f"nothing by {word}"),
        "without": Text(f"避不开{word}", f"nothing without {word}"),
        "audiences": Text(f"没有专给{word}的", f"nothing for {word}"),
        "categories": Text(f"{word}里没有", f"nothing in {word}"),
    }[wish.kind](lang)


def price_note(wanted: Filters, currency: str, lang: Lang) -> str:
    low = "" if wanted.price_min is None else money(wanted.price_min, currency, lang)
    high = "" if wanted.price_max is None else money(wanted.price_max, currency, lang)
    if low and high:
        return f"{low}到{high}之间没有" if lang == "zh" else f"nothing between {low} and {high}"
    if high:
        return f"{high}以内没有" if lang == "zh" else f"nothing under {high}"
    return f"{low}以上没有" if lang == "zh" else f"nothing over {low}"
