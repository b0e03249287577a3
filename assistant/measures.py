"""Wishes about quantities: limits on an attribute ("300克以内", "at least 500 ml") and the least or most of one."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from math import prod
from typing import Literal

from assistant.attributes import Concept, asked_concepts, concepts
from assistant.data import load
from knowledge.model import Attribute, Lang, Product, Text
from knowledge.quantity import Bound, Mention, Quantity, find_quantities

Order = Literal["", "least", "most"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A typed property that goods can be put in order by; `of` is empty for the price."""

    id: str
    of: tuple[Concept, ...]
    dimensions: frozenset[str]
    least: re.Pattern[str]
    most: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Limit:
    measure: Measure
    quantity: Quantity
    at_least: bool  # else at most
    inclusive: bool
    text: str  # as the shopper wrote it

    def allows(self, value: Decimal) -> bool:
        bound = self.quantity.base()[0]
        if value == bound:
            return self.inclusive
        return value > bound if self.at_least else value < bound


@dataclass(frozen=True, slots=True)
class Wish:
    """What a message demands of quantities; `rest` is the message without it."""

    rest: str
    limits: tuple[Limit, ...] = ()
    measure: Measure | None = None
    order: Order = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a product states about a measure."""

    value: Decimal  # in the dimension's base unit
    attribute: Attribute
    dimension: str


@cache
def measures() -> tuple[Measure, ...]:
    by_id = {concept.id: concept for concept in concepts()}
    return tuple(
        Measure(
            entry["id"],
            tuple(by_id[name] for name in entry["of"]),
            frozenset(entry["dimensions"]),
            re.compile(entry["least"], re.I),
            re.compile(entry["most"], re.I),
        )
        for entry in load("measures.yaml")
    )


@lru_cache(maxsize=512)
def wish(text: str) -> Wish:
    """The limits and the superlative in a shopper's words; prices as limits are not read here but by the search."""
    spans: list[tuple[int, int]] = []
    limits = []
    for mention in find_quantities(text):
        start, bound = _bound(text, mention)
        if bound not in ("under", "most", "over", "least"):
            continue
        measure = _measured(text, mention.quantity)
        if measure is not None:
            end = mention.outer[1]
            at_least = bound in ("over", "least")
            words = text[start:end].strip()
            limits.append(Limit(measure, mention.quantity, at_least, bound in ("most", "least"), words))
            spans.append((start, end))
    rest = _without(text, spans)
    for measure in measures():
        for order, pattern in (("least", measure.least), ("most", measure.most)):
            if pattern.search(rest):
                return Wish(
                    _tidy(pattern.sub(" ", rest)), tuple(limits), measure, "least" if order == "least" else "most"
                )
    return Wish(_tidy(rest) if limits else text, tuple(limits))


def reading(product: Product, measure: Measure, dimension: str = "") -> Reading | None:
    """What the product says about `measure`, in `dimension` when given: its attributes first, then its title."""
    wanted = frozenset((dimension,)) if dimension else measure.dimensions
    for concept in measure.of:
        named = [one for one in _pool(product) if _is_called(one, concept)]
        for one in sorted(named, key=lambda one: len(one.name.zh or one.name.en)):
            if (quantity := _quantity(one.value, wanted)) is not None:
                return Reading(_size(quantity), one, quantity.dimension)
    if measure.id == "capacity" and (quantity := _quantity(product.title, wanted)) is not None:
        name = next(iter(measure.of))
        shown = Text(
            f"{quantity.low.normalize():f}{quantity.unit.zh}", f"{quantity.low.normalize():f} {quantity.unit.en}"
        )
        return Reading(
            quantity.base()[0], Attribute(_NAMES.get(name.id, Text("容量", "capacity")), shown), quantity.dimension
        )
    return None


def within(product: Product, limits: Sequence[Limit]) -> bool:
    """Whether the product states all these quantities and they lie inside the limits."""
    for limit in limits:
        stated = reading(product, limit.measure, limit.quantity.dimension)
        if stated is None or not limit.allows(stated.value):
            return False
    return True


def ordered(products: Iterable[Product], measure: Measure, order: Order) -> list[tuple[Product, Reading | None]]:
    """Those that state the measure, in order; a dimension that only a minority uses is left out."""
    if measure.id == "price":
        priced = [product for product in products if product.price is not None]
        priced.sort(key=lambda product: product.price or Decimal(0), reverse=order == "most")
        return [(product, None) for product in priced]
    stated = [(product, found) for product in products if (found := reading(product, measure)) is not None]
    counts: dict[str, int] = {}
    for _, found in stated:
        counts[found.dimension] = counts.get(found.dimension, 0) + 1
    usual = max(counts, key=lambda name: counts[name], default="")
    same = [pair for pair in stated if pair[1].dimension == usual]
    same.sort(key=lambda pair: pair[1].value, reverse=order == "most")
    return list(same)


def needs_unit(name: str) -> bool:
    """Whether an attribute of this name says nothing without a unit: a weight of 6."""
    return any(concept.named.search(name) for measure in measures() for concept in measure.of)


_NAMES = {"capacity": Text("容量", "capacity"), "weight": Text("重量", "weight")}
_MORE = re.compile(r"\b(longer|heavier|larger|bigger|higher|more|greater|over) than\s*$|[≥>]=?\s*$", re.I)
_LESS = re.compile(r"\b(shorter|lighter|smaller|lower|less|under) than\s*$|[≤<]=?\s*$", re.I)
_NOT_LESS = re.compile(r"不\s*$")  # 不低于, 不少于


def _bound(text: str, mention: Mention) -> tuple[int, Bound]:
    """Where the limit's words begin, and what they mean."""
    start, bound = mention.outer[0], mention.quantity.bound
    before = text[:start]
    if bound in ("under", "over") and (negated := _NOT_LESS.search(before)):
        return negated.start(), "least" if bound == "under" else "most"
    if bound == "exact":
        if match := _MORE.search(before):
            return match.start(), "over"
        if match := _LESS.search(before):
            return match.start(), "under"
    return start, bound


def _measured(text: str, quantity: Quantity) -> Measure | None:
    """The measure a limit is about: the one asked for by name, else the usual one of its unit."""
    fitting = [one for one in measures() if quantity.dimension in one.dimensions]
    asked = {concept.id for concept in asked_concepts(text)}
    named = [one for one in fitting if any(concept.id in asked for concept in one.of)]
    if quantity.dimension == "time" and not named:
        return None  # "within 7 days" is about delivery or returns as likely as about a battery
    return next(iter(named or fitting), None)


def _pool(product: Product) -> tuple[Attribute, ...]:
    return (*product.attributes, *(option for variant in product.variants[:30] for option in variant.options))


def _is_called(attribute: Attribute, concept: Concept) -> bool:
    return any(name and concept.named.search(name) for name in (attribute.name.zh, attribute.name.en))


@lru_cache(maxsize=8192)
def _quantity(text: Text, dimensions: frozenset[str]) -> Quantity | None:
    """The first quantity of one of the dimensions."""
    for one in (text.zh, text.en):
        for mention in find_quantities(one) if one else ():
            if mention.quantity.dimension in dimensions:
                return mention.quantity
    return None


def _size(quantity: Quantity) -> Decimal:
    """In the base unit; of 40×40×7 the product, so that things of one shape can be compared."""
    sides = quantity.base()
    return prod(sides, start=Decimal(1)) if quantity.sides else sides[0]


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text


_LOOSE = re.compile(
    r"(?<![\u3400-\u9fff])(的|在|是|重量|容量|续航)(?=\s|$)|(?<=\s)的|^的|\b(that|is|the|with|has|have|of|weigh(s|ing)?)\s*$",
    re.I,
)


def _tidy(text: str) -> str:
    return " ".join(_LOOSE.sub(" ", " ".join(text.split())).split()).strip(" ，,、.的")


def named(measure: Measure, found: Reading | None, lang: Lang) -> str:
    """What the measure is called, in the catalogue's words where there are any."""
    if found is None:
        return "价格" if lang == "zh" else "price"
    return found.attribute.name(lang)
