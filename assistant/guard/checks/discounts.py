"""Shares off a price, in percent or 折, and the number of colours."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from assistant.guard.checks.money import deny
from assistant.guard.checks.till import of_one_variant, till_of
from assistant.guard.claims import Finding, Reading
from assistant.guard.sheet import Sheet
from assistant.guard.style import plain
from assistant.guard.variants import variant_at
from knowledge.facts import Fact
from knowledge.quantity import Mention, Quantity

COLOUR_COUNT = re.compile(r"\s?(?:个|种|款)?(?:颜色|色可选|配色|色号|花色)|色(?=[，。可任！]|$)|\s?colou?rs\b")
_DISCOUNT_NEAR = re.compile(r"\boff\b|discount|折扣|优惠|降价|半价|对折|half|less|save|reduc|markdown")
_OF_ANOTHER = re.compile(r"第[二三2-3]件|前\S{1,5}名|\b(?:second|another|next|other) (?:one|item|piece|pair)?")
_STOREWIDE = re.compile(r"全场|全店|所有商品|\b(?:everything|store[- ]?wide|site[- ]?wide|all items|every item)\b")
_SEVERAL = re.compile(r"(?:[两二三四五六2-9])件|\b(?:buy|any) (?:two|three|[2-9])\b")
_REDUCED = re.compile(r"打|优惠|折扣|活动|价|元|限时|券|会员|全场|享受?|直接|促销")


def is_discount(reading: Reading, mention: Mention) -> bool:
    if _OF_ANOTHER.search(reading.clause_text(mention.start)):
        return False  # 第二件半价 is an offer, not this product's discount
    if mention.quantity.unit.id == "zhe":  # 三折伞 is folded, not reduced
        return mention.quantity.low >= 4 or bool(_REDUCED.search(reading.clause_text(mention.start)))
    return bool(_DISCOUNT_NEAR.search(reading.clause_text(mention.start)))


def percent_off(quantity: Quantity) -> Decimal:
    """8折 and 20% both as 20."""
    return 100 - quantity.low * 10 if quantity.unit.id == "zhe" else quantity.low


def check_discount(reading: Reading, mention: Mention, sheets: Sequence[Sheet]) -> Finding | None:
    claim = percent_off(mention.quantity)
    truths: list[tuple[Decimal, tuple[Fact, ...]]] = []
    if _STOREWIDE.search(reading.clause_text(mention.start)):
        sheets = [Sheet("")]
    for sheet in sheets:
        till = till_of(sheet, reading.index.common, variant_at(reading, sheet, mention.start))
        truths += [
            ((1 - price.value / full.value) * 100, full.facts + price.facts)
            for full in till.lists
            for price in till.prices
            if full.value > price.value and of_one_variant(full, price)
        ]
        offered = [
            (percent_off(q), (e.fact,)) for e in sheet.get("coupon") for q in e.quantities if q.dimension == "percent"
        ]
        if offered and _SEVERAL.search(reading.clause_text(mention.start)):
            truths = [*offered, *truths]  # 两件六折 is the offer on several, not the product's own discount
        entries = [*sheet.get("discount", "coupon"), *reading.index.common.get("discount")]
        truths += [(percent_off(q), (e.fact,)) for e in entries for q in e.quantities if q.dimension == "percent"]
        common = [e for e in reading.index.common.entries if e.fact.kind in ("promotion", "computed", "policy", "faq")]
        truths += [(percent_off(q), (e.fact,)) for e in common for q in e.quantities if q.dimension == "percent"]
    for value, facts in truths:
        if abs(value - claim) < Decimal("0.55"):
            negation = reading.negation_before(mention.outer[0])
            if negation and not reading.is_quoted(mention.start, mention.end):
                return deny(reading, negation, "discount", facts)
            reading.said(*facts)
            return None
    if reading.negation_before(mention.outer[0]) or reading.is_quoted(mention.start, mention.end):
        return None
    reason = "折扣与资料不符" if reading.lang == "zh" else "the discount is another one"
    if not truths:
        return Finding(*mention.outer, "unsupported", reason, "discount")
    value, facts = truths[0]
    if re.search(r"半价|对折|half", reading.text[mention.start : mention.end]):
        fold = plain(((100 - value) / 10).quantize(Decimal("0.1"), ROUND_HALF_UP)) + "折"
        figure = fold if reading.lang == "zh" else plain(value.quantize(Decimal(1), ROUND_HALF_UP)) + "% off"
    elif mention.quantity.unit.id == "zhe":
        figure = plain(((100 - value) / 10).quantize(Decimal("0.1"), ROUND_HALF_UP)) + "折"
    else:
        figure = plain(value.quantize(Decimal(1), ROUND_HALF_UP)) + reading.raw(mention.number[1], mention.end)
    return Finding(mention.start, mention.end, "contradicted", reason, "discount", replacement=figure, evidence=facts)


_ITEM_END = re.compile(r"[、，,/；;|]|\s和\s|(?<=[\u4e00-\u9fff])和(?=[\u4e00-\u9fff])|\band\b|\s{2,}")


def items_of(value: str) -> list[str]:
    """The single values of a list such as "金色、银色" or "珍珠粉/ 宝石蓝"."""
    return [item.strip() for item in _ITEM_END.split(value) if item.strip()]


def check_colour_count(reading: Reading, mention: Mention, sheets: Sequence[Sheet]) -> Finding | None:
    counts: list[tuple[int, Fact]] = []
    for sheet in sheets:
        options = {e.squeezed: e.fact for e in sheet.get("color") if e.fact.variant}
        if options:
            # A colour that is named in both languages is one colour.
            chinese = sum(any(char > "\u3400" for char in option) for option in options)
            counts.append((max(chinese, len(options) - chinese), next(iter(options.values()))))
        counts += [(len(items_of(e.fact.value)), e.fact) for e in sheet.get("color") if not e.fact.variant]
    if not counts:
        return None
    claim = mention.quantity.low
    hit = next((fact for count, fact in counts if count == claim), None)
    if hit is not None:
        reading.said(hit)
        return None
    if reading.negation_before(mention.outer[0]) or reading.is_quoted(mention.start, mention.end):
        return None
    count, fact = counts[0]
    reason = "颜色数量与资料不符" if reading.lang == "zh" else "the number of colours is another one"
    rest = reading.raw(mention.number[1], mention.end)
    return Finding(
        mention.start, mention.end, "contradicted", reason, "color", replacement=f"{count}{rest}", evidence=(fact,)
    )
