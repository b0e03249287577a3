"""The amounts one product's facts allow, and what follows from them by arithmetic."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from assistant.guard.sheet import Entry, Sheet
from knowledge.facts import Fact
from knowledge.quantity import Quantity, quantities_of
from knowledge.text import normalise

_COUPON = re.compile(r"满\D{0,2}(\d+(?:\.\d+)?)\D{0,3}?(?:立?减|优惠|抵)\D{0,2}(\d+(?:\.\d+)?)")
_COUPON_EN = re.compile(r"[¥$€£]?(\d+(?:\.\d+)?) off (?:orders? (?:of|over|above) |every )?[¥$€£]?(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Amount:
    value: Decimal
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Coupon:
    threshold: Decimal
    minus: Decimal
    fact: Fact


class Till:
    """The amounts one product's facts allow, and what follows from them."""

    def __init__(self, sheet: Sheet, common: Sheet, variant: str) -> None:
        self.sheet, self.common = sheet, common
        self.prices = _chosen(amounts_of(sheet.get("price")), variant)
        self.lists = _chosen(amounts_of(sheet.get("list_price")), variant)
        self.all_prices = amounts_of(sheet.get("price"))
        self.decimals = max((decimals_of(e.fact.value) for e in sheet.get("price", "list_price")), default=0)
        entries = [*sheet.get("coupon"), *sheet.entries_of("promotion"), *common.entries_of("promotion")]
        self.coupons = [coupon for entry in entries for coupon in _coupons(entry)]
        self.coupons += _promotion_pairs(common)
        shipping = [*sheet.get("shipping_fee"), *common.get("shipping_fee")]
        self.thresholds = [Amount(v, (e.fact,)) for e in shipping for v in _thresholds(e)]
        self.fees = [Amount(v, (e.fact,)) for e in shipping for v in _fees(e)]
        everything = (*sheet.entries, *common.entries)
        self.computed = all_amounts_of(e for e in everything if e.fact.kind in ("computed", "order"))
        self.offered = all_amounts_of(common.entries_of("promotion"))

    def allowed(self, role: str, pieces: Decimal | None) -> list[Amount]:
        """The true amounts for a role, the one to put in place of a wrong one first."""
        if role == "price":
            return self.prices
        if role == "list_price":
            return self.lists
        if role == "saving":
            return self.savings()
        if role == "difference":
            return [*self.steps(), *self.savings()]
        if role == "after_coupon":
            return self._after_coupon(pieces)
        if role == "total":
            return self._totals(pieces or Decimal(1))
        if role == "ship_threshold":
            return self.thresholds
        if role == "ship_fee":
            return self.fees
        if role == "coupon_threshold":
            return [Amount(coupon.threshold, (coupon.fact,)) for coupon in self.coupons]
        if role == "coupon_minus":
            return [Amount(coupon.minus, (coupon.fact,)) for coupon in self.coupons]
        return []

    def savings(self) -> list[Amount]:
        found = [
            Amount(a.value - b.value, a.facts + b.facts) for a in self.lists for b in self.prices if a.value > b.value
        ]
        return found + [Amount(coupon.minus, (coupon.fact,)) for coupon in self.coupons]

    def steps(self) -> list[Amount]:
        """What one variant costs more than another."""
        amounts = self.all_prices
        return [Amount(a.value - b.value, a.facts + b.facts) for a in amounts for b in amounts if a.value > b.value]

    def _after_coupon(self, pieces: Decimal | None) -> list[Amount]:
        found: list[Amount] = []
        counts = [Decimal(1)] if pieces is None else [Decimal(1), pieces]
        for count in counts:
            for price in self.prices:
                for coupon in self.coupons:
                    if price.value * count >= coupon.threshold:
                        found.append(Amount(price.value * count - coupon.minus, (*price.facts, coupon.fact)))
        return found

    def _totals(self, pieces: Decimal) -> list[Amount]:
        whole = [Amount(price.value * pieces, price.facts) for price in self.prices]
        with_coupon = [
            Amount(price.value * pieces - coupon.minus, (*price.facts, coupon.fact))
            for price in self.prices
            for coupon in self.coupons
            if price.value * pieces >= coupon.threshold
        ]
        return whole + with_coupon


def amounts_of(entries: Iterable[Entry]) -> list[Amount]:
    return [Amount(q.low * share_of(q), (e.fact,)) for e in entries for q in e.quantities[:1] if not q.sides]


def all_amounts_of(entries: Iterable[Entry]) -> list[Amount]:
    return [Amount(q.low * share_of(q), (e.fact,)) for e in entries for q in e.quantities if q.dimension in ("money", "")]


def _chosen(amounts: list[Amount], variant: str) -> list[Amount]:
    """With a variant named, its own amounts; otherwise all, the whole product's first."""
    own = [amount for amount in amounts if variant and amount.facts[0].variant == variant]
    return own or sorted(amounts, key=lambda amount: bool(amount.facts[0].variant))


def decimals_of(value: str) -> int:
    match = re.search(r"\d\.(\d+)", value)
    return len(match[1]) if match else 0


def _coupons(entry: Entry) -> list[Coupon]:
    text = normalise(entry.fact.value).text.replace(",", "")
    pairs = [(m[1], m[2]) for m in _COUPON.finditer(text)] + [(m[2], m[1]) for m in _COUPON_EN.finditer(text)]
    return [Coupon(Decimal(threshold), Decimal(minus), entry.fact) for threshold, minus in pairs]


def _promotion_pairs(common: Sheet) -> list[Coupon]:
    thresholds = {e.fact.subject: e for e in common.get("promotion_threshold")}
    return [
        Coupon(thresholds[e.fact.subject].quantities[0].low, e.quantities[0].low, e.fact)
        for e in common.get("promotion_minus")
        if e.fact.subject in thresholds and e.quantities and thresholds[e.fact.subject].quantities
    ]


def _thresholds(entry: Entry) -> list[Decimal]:
    """Amounts from which shipping is free, in a policy's text or an attribute such as 包邮门槛."""
    text = normalise(entry.fact.value).text
    if re.search(r"包邮|free", entry.name) and entry.quantities:
        return [entry.quantities[0].low]
    return [
        m.quantity.low
        for m in quantities_of(normalise(entry.fact.value))
        if m.quantity.dimension in ("money", "") and re.search(r"(?:满|over|above|of|from|least) ?$", text[: m.start])
    ]


def _fees(entry: Entry) -> list[Decimal]:
    text = normalise(entry.fact.value).text
    mentions = [m for m in quantities_of(normalise(entry.fact.value)) if m.quantity.dimension in ("money", "")]
    return [
        m.quantity.low
        for m in mentions
        if re.search(r"(?:收取?|付|运费|邮费|否则|\bis|costs?|fee|otherwise|else) ?$", text[: m.start])
        or (len(mentions) == 1 and "门槛" not in entry.name and "free" not in entry.name)
    ]


def share_of(claim: Quantity) -> Decimal:
    return claim.unit.factor if claim.unit.dimension == "money" else Decimal(1)
