"""The amounts one product's facts allow, and what follows from them by arithmetic."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from assistant.guard.checks.offers import Offer, offers_in
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


def till_of(sheet: Sheet, common: Sheet, variant: str) -> "Till":
    """Kept on the sheet, which never changes: every sum of a sentence asks for it, of each product at hand."""
    kept: dict[tuple[int, str], Till] = sheet.__dict__.setdefault("_tills", {})
    key = (id(common), variant)  # the till holds `common`: the identity stays its own
    if (found := kept.get(key)) is None:
        if len(kept) >= _KEPT:
            kept.clear()
        found = kept[key] = Till(sheet, common, variant)
    return found


_KEPT = 16
_READ = 4096  # facts that were read lately


@dataclass(frozen=True)
class _Shop:
    """What holds for the whole shop, which the tills of all its products share."""

    coupons: tuple[Coupon, ...]
    cuts: tuple[tuple[Decimal, Fact], ...]
    offers: tuple[Offer, ...]
    thresholds: tuple[Amount, ...]
    fees: tuple[Amount, ...]
    computed: tuple[Amount, ...]
    offered: list[Amount]


def _shop_of(common: Sheet) -> _Shop:
    """Kept on the sheet, which never changes."""
    found: _Shop | None = common.__dict__.get("_shop")
    if found is None:
        entries, shipping = common.entries_of("promotion"), common.get("shipping_fee")
        found = common.__dict__["_shop"] = _Shop(
            (*(coupon for entry in entries for coupon in _coupons(entry)), *_promotion_pairs(common)),
            tuple(cut for entry in entries for cut in _cuts(entry)),
            tuple(offer for entry in entries for offer in _offers(entry.fact)),
            tuple(Amount(v, (e.fact,)) for e in shipping for v in _thresholds(e)),
            tuple(Amount(v, (e.fact,)) for e in shipping for v in _fees(e)),
            tuple(all_amounts_of(_sums(common))),
            all_amounts_of(entries),
        )
    return found


def _sums(sheet: Sheet) -> list[Entry]:
    return [entry for entry in sheet.entries if entry.fact.kind in ("computed", "order")]


class Till:
    """The amounts one product's facts allow, and what follows from them."""

    def __init__(self, sheet: Sheet, common: Sheet, variant: str) -> None:
        self.sheet, self.common = sheet, common
        self.prices = _chosen(amounts_of(sheet.get("price")), variant)
        self.lists = _chosen(amounts_of(sheet.get("list_price")), variant)
        self.all_prices = amounts_of(sheet.get("price"))
        self.decimals = max((decimals_of(e.fact.value) for e in sheet.get("price", "list_price")), default=0)
        entries, shop = [*sheet.get("coupon"), *sheet.entries_of("promotion")], _shop_of(common)
        self.coupons = [*(coupon for entry in entries for coupon in _coupons(entry)), *shop.coupons]
        self.cuts = [*(cut for entry in entries for cut in _cuts(entry)), *shop.cuts]
        self.offers = [*(offer for entry in entries for offer in _offers(entry.fact)), *shop.offers]
        shipping = sheet.get("shipping_fee")
        self.thresholds = [*(Amount(v, (e.fact,)) for e in shipping for v in _thresholds(e)), *shop.thresholds]
        self.fees = [*(Amount(v, (e.fact,)) for e in shipping for v in _fees(e)), *shop.fees]
        self.computed = [*all_amounts_of(_sums(sheet)), *shop.computed]
        self.offered = shop.offered

    def allowed(self, role: str, pieces: Decimal | None) -> list[Amount]:
        """The true amounts for a role, the one to put in place of a wrong one first."""
        if role == "price":
            return self.prices
        if role == "list_price":
            return self.lists
        if role == "saving":
            return self.savings()
        if role == "difference":
            return [*self.steps(), *(amount for amount in self.savings() if len(amount.facts) == 2)]
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
            Amount(full.value - price.value, full.facts + price.facts)
            for price in self.prices
            for full in self.lists
            if full.value > price.value and of_one_variant(full, price)
        ]
        return found + [Amount(coupon.minus, (coupon.fact,)) for coupon in self.coupons]

    def steps(self) -> list[Amount]:
        """What one variant costs more than another."""
        amounts = self.all_prices
        return [Amount(a.value - b.value, a.facts + b.facts) for a in amounts for b in amounts if a.value > b.value]

    def _after_coupon(self, pieces: Decimal | None) -> list[Amount]:
        found: list[Amount] = []
        counts = [Decimal(1)] if pieces is None else [pieces, Decimal(1)]
        for count in counts:
            for price in self.prices:
                for coupon in self.coupons:
                    if price.value * count >= coupon.threshold:
                        found.append(Amount(price.value * count - coupon.minus, (*price.facts, coupon.fact)))
        for price in self.prices:
            for count in counts:
                found += [Amount(round(price.value * count * left, 2), (*price.facts, f)) for left, f in self.cuts]
        return found

    def gaps(self, pieces: Decimal) -> list[Amount]:
        """How much is missing to free shipping or to the coupon."""
        aims = [*self.thresholds, *(Amount(coupon.threshold, (coupon.fact,)) for coupon in self.coupons)]
        return [
            Amount(aim.value - price.value * pieces, (*aim.facts, *price.facts))
            for price in self.prices
            for aim in aims
            if aim.value > price.value * pieces
        ]

    def _totals(self, pieces: Decimal) -> list[Amount]:
        whole = [Amount(price.value * pieces, price.facts) for price in self.prices or self.lists]
        with_coupon = [
            Amount(price.value * pieces - coupon.minus, (*price.facts, coupon.fact))
            for price in self.prices
            for coupon in self.coupons
            if price.value * pieces >= coupon.threshold
        ]
        with_coupon += [
            Amount(round(total.value * left, 2), (*total.facts, fact)) for total in whole for left, fact in self.cuts
        ]
        return whole + self._with_offer(pieces) + with_coupon

    def _with_offer(self, pieces: Decimal) -> list[Amount]:
        """What several pieces cost with 第二件半价, 2件8折, 买二送一."""
        return [
            Amount(price.value * offer.paid(pieces), (*price.facts, offer.fact))
            for price in self.prices
            for offer in self.offers
            if offer.paid(pieces) != pieces
        ]

    def parts(self, near: str) -> list[Amount]:
        """What a part costs that the clause names, 滤芯 of 滤芯价格; and the product with it, where it is added."""
        parts = [
            Amount(quantity.low, (entry.fact,))
            for entry in self.sheet.entries
            if entry.fact.kind == "attribute" and not entry.known
            for part in [_PART_PRICE.fullmatch(entry.name)]
            if part and (part[1] or part[2]) in near
            for quantity in entry.quantities[:1]
            if quantity.dimension in ("money", "")
        ]
        if not _ADDED.search(near):
            return parts
        return [Amount(price.value + part.value, price.facts + part.facts) for price in self.prices for part in parts]

    def shipped(self, pieces: Decimal) -> list[Amount]:
        """Totals with the shipping fee, where it falls due."""
        return [
            Amount(total.value + fee.value, total.facts + fee.facts)
            for total in self._totals(pieces)
            for fee in self.fees
            if not any(total.value >= threshold.value for threshold in self.thresholds)
        ]


_PART_PRICE = re.compile(r"([\u4e00-\u9fff]{2,6})(?:价格|价|费用|费|售价)|([a-z ]{3,30}?) (?:price|cost|fee)")
_ADDED = re.compile(r"加上?|[和带连]|\b(?:plus|with|and)\b")


def of_one_variant(left: Amount, right: Amount) -> bool:
    """Whether the two amounts may be of the same variant: 3L's list price says nothing of what 5L saves."""
    one, other = left.facts[0].variant, right.facts[0].variant
    return not one or not other or one == other


def amounts_of(entries: Iterable[Entry]) -> list[Amount]:
    return [Amount(q.low * share_of(q), (e.fact,)) for e in entries for q in e.quantities[:1] if not q.sides]


def all_amounts_of(entries: Iterable[Entry]) -> list[Amount]:
    return [
        Amount(q.low * share_of(q), (e.fact,)) for e in entries for q in e.quantities if q.dimension in ("money", "")
    ]


def _chosen(amounts: list[Amount], variant: str) -> list[Amount]:
    """With a variant named, its own amounts; otherwise all, the whole product's first."""
    own = [amount for amount in amounts if variant and amount.facts[0].variant == variant]
    return own or sorted(amounts, key=lambda amount: bool(amount.facts[0].variant))


_DECIMALS = re.compile(r"\d\.(\d+)")


def decimals_of(value: str) -> int:
    match = _DECIMALS.search(value)
    return len(match[1]) if match else 0


@lru_cache(maxsize=_READ)
def _coupons(entry: Entry) -> tuple[Coupon, ...]:
    text = normalise(entry.fact.value).text.replace(",", "")
    pairs = [(m[1], m[2]) for m in _COUPON.finditer(text)] + [(m[2], m[1]) for m in _COUPON_EN.finditer(text)]
    return tuple(Coupon(Decimal(threshold), Decimal(minus), entry.fact) for threshold, minus in pairs)


@lru_cache(maxsize=_READ)
def _offers(fact: Fact) -> tuple[Offer, ...]:
    return tuple(offers_in(fact))


_CUT = re.compile(r"(\d+)% off|([\d.]+)折")


@lru_cache(maxsize=_READ)
def _cuts(entry: Entry) -> tuple[tuple[Decimal, Fact], ...]:
    """What is left of a price with a coupon in percent: "10% off with code VOLT10", 9折券."""
    text = normalise(entry.fact.value).text
    if not re.search(r"\b(?:code|coupon|voucher)\b|券", f"{entry.name} {text}") or re.search(
        r"第|件|满|\bbuy\b|over", text
    ):
        return ()
    return tuple(
        (1 - Decimal(match[1]) / 100 if match[1] else Decimal(match[2]) / 10, entry.fact)
        for match in _CUT.finditer(text)
    )


def _promotion_pairs(common: Sheet) -> list[Coupon]:
    thresholds = {e.fact.subject: e for e in common.get("promotion_threshold")}
    return [
        Coupon(thresholds[e.fact.subject].quantities[0].low, e.quantities[0].low, e.fact)
        for e in common.get("promotion_minus")
        if e.fact.subject in thresholds and e.quantities and thresholds[e.fact.subject].quantities
    ]


@lru_cache(maxsize=_READ)
def _thresholds(entry: Entry) -> tuple[Decimal, ...]:
    """Amounts from which shipping is free, in a policy's text or an attribute such as 包邮门槛."""
    text = normalise(entry.fact.value).text
    if re.search(r"包邮|free", entry.name) and entry.quantities:
        return (entry.quantities[0].low,)
    return tuple(
        m.quantity.low
        for m in quantities_of(normalise(entry.fact.value))
        if m.quantity.dimension in ("money", "") and re.search(r"(?:满|over|above|of|from|least) ?$", text[: m.start])
    )


@lru_cache(maxsize=_READ)
def _fees(entry: Entry) -> tuple[Decimal, ...]:
    text = normalise(entry.fact.value).text
    mentions = [m for m in quantities_of(normalise(entry.fact.value)) if m.quantity.dimension in ("money", "")]
    return tuple(
        m.quantity.low
        for m in mentions
        if re.search(r"(?:收取?|付|运费|邮费|否则|\bis|costs?|fee|otherwise|else) ?$", text[: m.start])
        or (len(mentions) == 1 and "门槛" not in entry.name and "free" not in entry.name)
    )


def share_of(claim: Quantity) -> Decimal:
    return claim.unit.factor if claim.unit.dimension == "money" else Decimal(1)


def holds(claim: Quantity, truth: Decimal) -> bool:
    """Whether a true figure is what the claim says, its 不到, "about" or range taken at its word."""
    low, high = claim.low * share_of(claim), claim.high * share_of(claim)
    if claim.bound == "under":
        return truth < high and truth >= high / 3
    if claim.bound == "most":
        return truth <= high and truth >= high / 3
    if claim.bound == "over":
        return truth > low and truth <= low * 3
    if claim.bound == "least":
        return truth >= low and truth <= low * 3
    if low != high:
        return low <= truth <= high
    if claim.bound == "about":
        places = max(0, -int(low.as_tuple().exponent))
        return round(truth, places) == low or abs(truth - low) <= Decimal("0.05") * truth
    return truth == low
