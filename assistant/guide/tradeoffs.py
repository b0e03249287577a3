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
_PRICE_WISH = Text("预算优先", "On a tighter budget")


@dataclass(frozen=True, slots=True)
class TradeOff:
    """Who wants `wish` is better served by this product: its attribute `name` says `value` (price: name empty)."""

    product_id: str
    wish: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class _Dimension:
    concept: Concept
    better: Literal["less", "more"]
    wish: Text
    idle: re.Pattern[str] | None  # for goods of which nobody would say so


@cache
def _dimensions() -> tuple[_Dimension, ...]:
    by_id = {concept.id: concept for concept in concepts()}
    return tuple(
        _Dimension(
            by_id[entry["of"]],
            entry["better"],
            Text(**entry["wish"]),
            re.compile("|".join(entry["idle"]), re.I) if "idle" in entry else None,
        )
        for entry in load("tradeoffs.yaml")
    )


def trade_offs(products: Sequence[Product], lang: Lang, *, wanted: str = "") -> tuple[TradeOff, ...]:
    """In what these products beat each other, one line a product at most; what `wanted` speaks of comes first.

    Only figures of one dimension that all of them state are compared. The first product needs no reason to be chosen
    when it is better in everything, so an empty result is an answer too.
    """
    if len(products) < 2:
        return ()
    found = [(one, best) for one in _dimensions() if (best := _best(products, one, lang)) is not None]
    found.sort(key=lambda pair: not pair[0].concept.asked.search(wanted))
    ranked = [one for _, one in found]
    if (cheapest := _cheapest(products, lang)) is not None:
        ranked.insert(2, cheapest)
    chosen: dict[str, TradeOff] = {}
    for one in ranked:
        chosen.setdefault(one.product_id, one)
    told = tuple(chosen[product.id] for product in products if product.id in chosen)
    return told if len(told) > 1 else ()


def _best(products: Sequence[Product], dimension: _Dimension, lang: Lang) -> TradeOff | None:
    """Who is ahead in this dimension, if somebody clearly is."""
    if dimension.idle is not None and any(dimension.idle.search(_kind(product)) for product in products):
        return None
    read = [_reading(product, dimension.concept) for product in products]
    if any(one is None for one in read):
        return None
    stated = [one for one in read if one is not None]
    if len({(attribute.name, quantity.dimension, len(quantity.sides)) for attribute, quantity in stated}) != 1:
        return None
    sign = 1 if dimension.better == "less" else -1
    order = sorted(range(len(stated)), key=lambda place: sign * stated[place][1].base()[0])
    first, second = (stated[place][1].base()[0] for place in order[:2])
    if abs(first - second) < _LEAST_APART * max(abs(first), abs(second)):
        return None
    attribute = stated[order[0]][0]
    winner = products[order[0]].id
    return TradeOff(winner, dimension.wish(lang), attribute.name(lang), attribute.value(lang))


def _reading(product: Product, concept: Concept) -> tuple[Attribute, Quantity] | None:
    """The first attribute of this concept that is a plain figure with a unit."""
    for attribute in product.attributes:
        if any(name and concept.named.search(name) for name in (attribute.name.zh, attribute.name.en)):
            figures = find_quantities(attribute.value.zh or attribute.value.en)
            if len(figures) == 1 and figures[0].quantity.dimension and not figures[0].quantity.sides:
                return attribute, figures[0].quantity
    return None


def _kind(product: Product) -> str:
    return f"{product.title.zh} {product.title.en} {product.category.zh} {product.category.en}"


def _cheapest(products: Sequence[Product], lang: Lang) -> TradeOff | None:
    if any(product.price is None for product in products):
        return None
    first, second = sorted(products, key=lambda product: product.price or Decimal(0))[:2]
    if first.price is None or second.price is None or second.price - first.price < _LEAST_APART * second.price:
        return None
    return TradeOff(first.id, _PRICE_WISH(lang), "", money(first.price, first.currency, lang))
