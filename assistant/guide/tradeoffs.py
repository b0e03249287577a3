"""What speaks for each of several picks: the lighter one, the larger one, the one that costs less."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

from assistant.attributes import Concept, concepts
from assistant.data import load
from knowledge.factsheet import money
from knowledge.model import Attribute, Lang, Product, Text
from knowledge.quantity import Quantity, find_quantities

_LEAST_APART = Decimal("0.1")  # of the better figure: less than that decides nothing
_PRICE_WISH = Text("省一点", "a lower price")
_MOST_WINS = 2  # told of one product


@dataclass(frozen=True, slots=True)
class Win:
    """Who wants `wish` (轻一点, less weight) is served by the attribute `name` that says `value`; price: name empty."""

    wish: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class TradeOff:
    """In what this product is ahead of the others, the most telling first."""

    product_id: str
    wins: tuple[Win, ...]


@dataclass(frozen=True, slots=True)
class _Dimension:
    concept: Concept
    dimensions: frozenset[str]
    better: Literal["less", "more"]
    wish: Text
    idle: re.Pattern[str] | None  # for goods of which nobody would say so


@cache
def _dimensions() -> tuple[_Dimension, ...]:
    by_id = {concept.id: concept for concept in concepts()}
    return tuple(
        _Dimension(
            by_id[entry["of"]],
            frozenset(entry["in"]),
            entry["better"],
            Text(**entry["wish"]),
            re.compile("|".join(entry["idle"]), re.I) if "idle" in entry else None,
        )
        for entry in load("tradeoffs.yaml")
    )


def trade_offs(products: Sequence[Product], lang: Lang, *, wanted: str = "") -> tuple[TradeOff, ...]:
    """In what these products beat each other, in their order; what `wanted` speaks of comes first.

    Only figures of one dimension that all of them state are compared. Where one is ahead in everything there is
    nothing to weigh, and the result is empty.
    """
    if len(products) < 2:
        return ()
    ahead = [(one, best) for one in _dimensions() if (best := _best(products, one, lang)) is not None]
    ahead.sort(key=lambda pair: not pair[0].concept.asked.search(wanted))
    won = [best for _, best in ahead]
    if (cheapest := _cheapest(products, lang)) is not None:
        won.insert(1, cheapest)
    wins: dict[str, list[Win]] = {}
    for winner, win in won:
        wins.setdefault(winner, []).append(win)
    told = tuple(TradeOff(one.id, tuple(wins[one.id][:_MOST_WINS])) for one in products if one.id in wins)
    return told if len(told) > 1 else ()


def _best(products: Sequence[Product], dimension: _Dimension, lang: Lang) -> tuple[str, Win] | None:
    """Who is ahead in this dimension, if somebody clearly is."""
    if dimension.idle is not None and any(dimension.idle.search(_kind(product)) for product in products):
        return None
    read = [_reading(product, dimension) for product in products]
    stated = [one for one in read if one is not None]
    if len(stated) < len(products) or len({(name.name, figure.dimension) for name, figure in stated}) != 1:
        return None
    sign = 1 if dimension.better == "less" else -1
    order = sorted(range(len(stated)), key=lambda place: sign * stated[place][1].base()[0])
    first, second = (stated[place][1].base()[0] for place in order[:2])
    if abs(first - second) < _LEAST_APART * max(abs(first), abs(second)):
        return None
    attribute = stated[order[0]][0]
    return products[order[0]].id, Win(dimension.wish(lang), attribute.name(lang), attribute.value(lang))


def _reading(product: Product, dimension: _Dimension) -> tuple[Attribute, Quantity] | None:
    """The first attribute of this concept that is a plain figure of the right kind."""
    for attribute in product.attributes:
        if any(name and dimension.concept.named.search(name) for name in (attribute.name.zh, attribute.name.en)):
            figures = find_quantities(attribute.value.zh or attribute.value.en)
            if len(figures) == 1 and figures[0].quantity.dimension in dimension.dimensions:
                return attribute, figures[0].quantity
    return None


def _kind(product: Product) -> str:
    return f"{product.title.zh} {product.title.en} {product.category.zh} {product.category.en}"


def _cheapest(products: Sequence[Product], lang: Lang) -> tuple[str, Win] | None:
    if any(product.price is None for product in products):
        return None
    first, second = sorted(products, key=lambda product: product.price or Decimal(0))[:2]
    if first.price is None or second.price is None or second.price - first.price < _LEAST_APART * second.price:
        return None
    return first.id, Win(_PRICE_WISH(lang), "", money(first.price, first.currency, lang))
