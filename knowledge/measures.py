"""Wishes about quantities: limits on an attribute ("300克以内", "at least 500 ml"), the least or most of one, and what
a product states about it. What can be measured, and how it is asked, is data: `data/measures.yaml`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from math import prod
from typing import Literal

from knowledge.model import Attribute, Product, Text
from knowledge.parsing import parsed
from knowledge.quantity import Mention, Quantity, find_quantities
from knowledge.typed import Amount, read
from knowledge.units import energy, unit_names

Order = Literal["", "least", "most"]
Sense = Literal["under", "most", "over", "least", "is"]  # is: that amount, or a range around it

_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Measure:
    """A property that goods can be put in order by; `named` is empty for the price."""

    id: str
    name: Text
    dimensions: frozenset[str]
    asked: re.Pattern[str]
    named: tuple[re.Pattern[str], ...]
    least: re.Pattern[str]
    most: re.Pattern[str]
    less: re.Pattern[str]
    more: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound on a measured attribute. With `sense` "is" the amount may stand anywhere in the product."""

    measure: str  # the id of a measure; empty: any attribute in this dimension
    sense: Sense
    quantity: Quantity
    text: str = ""  # as the shopper wrote it

    @property
    def at_least(self) -> bool:
        return self.sense in ("over", "least")

    @property
    def dimension(self) -> str:
        return self.quantity.dimension

    def allows(self, amount: Amount) -> bool:
        """Whether a stated amount keeps the bound; a stated range does when its upper end does."""
        if self.sense == "is":
            return self._is(amount)
        bound = (min if self.at_least else max)(self.quantity.base())
        if amount.high == bound:
            return self.sense in ("most", "least")
        return amount.high > bound if self.at_least else amount.high < bound

    def _is(self, amount: Amount) -> bool:
        low, high = min(self.quantity.base()), max(self.quantity.base())
        if self.quantity.sides or amount.quantity.sides:
            return amount.quantity.equals(self.quantity, share=Decimal("0.02"))
        share = Decimal("0.15") if self.quantity.approximate else Decimal("0.01")
        if self.quantity.unit.id == "inch":
            share = max(share, Decimal("0.05"))  # a 15 inch laptop is one of 15.6
        stated_low, stated_high = amount.low, amount.high
        if self.measure == "age" and amount.quantity.bound in ("over", "least"):
            stated_high = Decimal("Infinity")
        if self.measure == "age" and amount.quantity.bound in ("under", "most"):
            stated_low = Decimal(0)
        return stated_low <= high * (1 + share) and stated_high >= low * (1 - share)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a product states about a measure."""

    value: Decimal  # in the dimension's base unit
    attribute: Attribute
    dimension: str


@cache
def measures() -> tuple[Measure, ...]:
    entries = parsed((resources.files("knowledge") / "data" / "measures.yaml").read_text(encoding="utf-8"))
    return tuple(_measure(entry) for entry in entries)


def _measure(entry: dict[str, object]) -> Measure:
    def pattern(key: str) -> re.Pattern[str]:
        said = str(entry.get(key, ""))
        return re.compile(said, re.I) if said else _NEVER

    zh, _, en = str(entry["name"]).partition("|")
    dimensions, named = entry["dimensions"], entry["named"]
    assert isinstance(dimensions, list) and isinstance(named, list)
    return Measure(
        str(entry["id"]),
        Text(zh.strip(), en.strip()),
        frozenset(map(str, dimensions)),
        pattern("asked"),
        tuple(re.compile(str(one), re.I) for one in named),
        *map(pattern, ("least", "most", "less", "more")),
    )


@cache
def measure_of(measure_id: str) -> Measure:
    """The measure with this id; `KeyError` when there is none."""
    found = next((measure for measure in measures() if measure.id == measure_id), None)
    if found is None:
        raise KeyError(measure_id)
    return found


# --- what a shopper asks ----------------------------------------------------------------------------------------------


def limit_in(text: str, mention: Mention) -> tuple[Limit, int, int] | None:
    """The limit that an amount in a normalised text sets, and where its words begin and end; None if it sets none."""
    start, sense = _sense(text, mention)
    end = mention.outer[1]
    if _people(text, mention):
        people = _PEOPLE.match(text, mention.end)
        end = people.end() if people else mention.end
        after = _PLUS.match(text, end)
        sense, end = ("least", after.end()) if after else (sense, end)
        return Limit("people", sense, mention.quantity, text[start:end].strip()), start, end
    if mention.quantity.dimension in _UNMEASURED:
        return None
    measure = _measured(text, start, end, mention.quantity, sense)
    if measure is None:
        return None
    if sense == "is" and measure.id not in ("warmth", "age"):
        return Limit("", sense, mention.quantity, text[start:end].strip()), start, end
    return Limit(measure.id, sense, mention.quantity, text[start:end].strip()), start, end


def superlative(text: str) -> tuple[Measure, Order, int, int] | None:
    """The measure a text wants the least or most of, and where that stands."""
    return _first(text, (("least", "least"), ("most", "most")))


def preference(text: str) -> tuple[Measure, Order, int, int] | None:
    """The measure a text would rather have small or large: 轻一点, 别太重, "not too big"."""
    return _first(text, (("least", "less"), ("most", "more")))


def _first(text: str, ways: Sequence[tuple[Order, str]]) -> tuple[Measure, Order, int, int] | None:
    for measure in measures():
        for order, key in ways:
            if match := getattr(measure, key).search(text):
                return measure, order, match.start(), match.end()
    return None


_UNMEASURED = frozenset({"", "money", "percent", "count", "date", "generation", "spf", "voltage", "pixels", "zoom"})
_PEOPLE = re.compile(r"\s?(?:人|口之家|口人|people|persons?|campers|guests)")
_PLUS = re.compile(r"(?:以上|或更多)|\s?or more")
_MORE = re.compile(r"\b(?:longer|heavier|larger|bigger|taller|higher|more|greater|over) than\s*$|[≥>]=?\s*$")
_LESS = re.compile(r"\b(?:shorter|lighter|smaller|lower|thinner|less|under|within) than\s*$|[≤<]=?\s*$|\bwithin\s*$")
_NOT = re.compile(r"不\s*$")  # 不低于, 不少于
_SENSES: dict[str, Sense] = {"under": "under", "most": "most", "over": "over", "least": "least"}
_HERE = re.compile(r"[，。；;!?！？、]|,(?!\d)|(?:和|跟|与|\band\b|\bwith\b)")


def _sense(text: str, mention: Mention) -> tuple[int, Sense]:
    """Where the limit's words begin, and what they mean."""
    start, bound = mention.outer[0], mention.quantity.bound
    before = text[:start]
    if bound in ("under", "over") and (negated := _NOT.search(before)):
        return negated.start(), "least" if bound == "under" else "most"
    if bound in _SENSES:
        return start, _SENSES[bound]
    for pattern, sense in ((_MORE, "over"), (_LESS, "under")):
        if match := pattern.search(before):
            inclusive: Sense = "least" if sense == "over" else "most"
            return match.start(), inclusive if match[0].rstrip()[-1:] in "=≥≤" or "within" in match[0] else _SENSES[
                sense
            ]
    return start, "is"


def _people(text: str, mention: Mention) -> bool:
    quantity = mention.quantity
    if quantity.dimension not in ("count", "") or quantity.sides:
        return False
    return text[mention.end - 1] == "人" or _PEOPLE.match(text, mention.end) is not None


def _measured(text: str, start: int, end: int, quantity: Quantity, sense: Sense) -> Measure | None:
    """The measure an amount is about: one named near it, else the usual one of its unit."""
    fitting = [one for one in measures() if quantity.dimension in one.dimensions]
    near = _clause(text, start, end)
    named = [one for one in fitting if one.asked is not _NEVER and one.asked.search(near)]
    if quantity.dimension == "time" and not named:
        return None  # "within 7 days" is about delivery or returns as likely as about a battery
    if sense == "is" and quantity.dimension == "time":
        named = [one for one in named if one.id != "battery" or quantity.unit.id == "h"]
    return next(iter(named or ([] if quantity.dimension == "time" else fitting)), None)


def _clause(text: str, start: int, end: int) -> str:
    """The part of a sentence around an amount, up to the next mark or "and"."""
    left = max((match.end() for match in _HERE.finditer(text, 0, start)), default=0)
    right = _HERE.search(text, end)
    return text[left : right.start() if right else len(text)]


# --- what a product states --------------------------------------------------------------------------------------------


def amounts(product: Product, measure: Measure, dimension: str = "") -> tuple[tuple[Attribute, Amount], ...]:
    """Everything the product states about `measure`, in `dimension` when given: its attributes, then its choices."""
    wanted = (dimension,) if dimension else tuple(measure.dimensions)
    pool = _pool(product)
    for pattern in measure.named:
        named = [one for one in pool if _is_called(one.name, pattern)]
        found = [
            (one, amount)
            for one in sorted(named, key=lambda one: len(one.name.zh or one.name.en))
            for amount in _amounts_in(one.value, wanted)
        ]
        if found:
            return tuple(found)
    if measure.id == "capacity":
        return tuple((Attribute(measure.name, _shown(amount)), amount) for amount in _amounts_in(product.title, wanted))
    return ()


def reading(product: Product, measure: Measure, dimension: str = "") -> Reading | None:
    """The first thing the product says about `measure`."""
    for attribute, amount in amounts(product, measure, dimension):
        return Reading(_size(amount.quantity), attribute, amount.quantity.dimension)
    return None


def met(product: Product, limit: Limit) -> Attribute | None:
    """The attribute or choice that says the product keeps a limit; None when nothing does."""
    if not limit.measure:
        return stated_by(product, _pool(product), limit)
    stated = amounts(product, measure_of(limit.measure), limit.dimension)
    return next((attribute for attribute, amount in stated if limit.allows(amount)), None)


def stated_by(product: Product, shown: Iterable[Attribute], limit: Limit) -> Attribute | None:
    """Which of some attributes, or else the title, states the amount of a limit."""
    for attribute in (*shown, Attribute(Text("名称", "title"), product.title)):
        if any(limit.allows(amount) for amount in _amounts_in(attribute.value, (limit.dimension,))):
            return attribute
    return None


def within(product: Product, limits: Sequence[Limit]) -> bool:
    """Whether the product states all these quantities and they lie inside the limits."""
    return all(met(product, limit) is not None for limit in limits)


def ordered(products: Iterable[Product], measure: Measure, order: Order) -> list[tuple[Product, Reading | None]]:
    """Those that state the measure, in order; a dimension that only a minority uses is left out."""
    if not measure.named:
        priced = [product for product in products if product.price is not None]
        priced.sort(key=lambda product: product.price or Decimal(0), reverse=order == "most")
        return [(product, None) for product in priced]
    stated = [(product, found) for product in products if (found := _worst(product, measure, order)) is not None]
    counts: dict[str, int] = {}
    for _, found in stated:
        counts[found.dimension] = counts.get(found.dimension, 0) + 1
    usual = max(counts, key=lambda name: counts[name], default="")
    same = [pair for pair in stated if pair[1].dimension == usual]
    same.sort(key=lambda pair: pair[1].value, reverse=order == "most")
    return list(same)


def _worst(product: Product, measure: Measure, order: Order) -> Reading | None:
    """What it states, of a range the end that speaks against it: a fan of 22–52 dB is as loud as 52."""
    for attribute, amount in amounts(product, measure):
        if amount.quantity.low == amount.quantity.high or amount.quantity.sides:
            return Reading(_size(amount.quantity), attribute, amount.quantity.dimension)
        return Reading(amount.high if order == "least" else amount.low, attribute, amount.quantity.dimension)
    return None


def needs_unit(name: str) -> bool:
    """Whether an attribute of this name says nothing without a unit: a weight of 6."""
    return any(pattern.search(name) for measure in measures() for pattern in measure.named)


def _pool(product: Product) -> tuple[Attribute, ...]:
    options = (option for variant in product.variants[:30] for option in variant.options)
    return (*product.attributes, *dict.fromkeys(options))


@lru_cache(maxsize=16_384)
def _is_called(name: Text, pattern: re.Pattern[str]) -> bool:
    return any(one and pattern.search(one) for one in (name.zh, name.en))


@lru_cache(maxsize=65_536)
def _amounts_in(value: Text, dimensions: tuple[str, ...]) -> tuple[Amount, ...]:
    """The amounts of a value in some dimensions. Most values have no unit of them, and need not be read."""
    text = f"{value.zh} {value.en}".lower()
    names = ("charge", *dimensions) if "energy" in dimensions else dimensions  # an energy may follow from a charge
    if not any(unit_names(dimension).search(text) for dimension in names) and not ("time" in names and "岁" in text):
        return ()
    return tuple(amount for amount in _amounts(value) if amount.quantity.dimension in dimensions)


@lru_cache(maxsize=65_536)
def _amounts(value: Text) -> tuple[Amount, ...]:
    """The amounts of a value, read in the language it is written in first. A charge whose voltage stands beside it is
    also an energy: 10000mAh 3.7V."""
    found = read(value.zh).amounts or read(value.en).amounts
    volts = next((one for one in found if one.quantity.dimension == "voltage"), None)
    if volts is None or any(one.quantity.dimension == "energy" for one in found):
        return found
    charges = (one for one in found if one.quantity.dimension == "charge")
    return found + tuple(Amount(energy(one.quantity, volts.quantity), one.of) for one in charges)


def _size(quantity: Quantity) -> Decimal:
    """In the base unit; of 40×40×7 the product, so that things of one shape can be compared."""
    sides = quantity.base()
    return prod(sides, start=Decimal(1)) if quantity.sides else sides[0]


def _shown(amount: Amount) -> Text:
    figure, unit = f"{amount.quantity.low.normalize():f}", amount.quantity.unit
    return Text(f"{figure}{unit.zh}", f"{figure} {unit.en}")


def words_in(text: str) -> list[tuple[Limit, int, int]]:
    """Every limit a normalised text sets, in order of place."""
    return [found for mention in find_quantities(text) if (found := limit_in(text, mention)) is not None]
