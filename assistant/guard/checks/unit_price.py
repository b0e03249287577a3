"""What one part of the contents costs: 一包不到三块钱, "$1.54 an ounce", 平均每斤5.98."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from assistant.guard.checks.till import Amount, Till, holds, share_of, till_of
from assistant.guard.claims import Finding, Reading
from assistant.guard.sheet import Sheet
from assistant.guard.style import money_like, rounded_bound
from assistant.guard.variants import variant_at
from knowledge.quantity import NO_UNIT, Mention, Quantity, quantities_of
from knowledge.text import normalise

_AFTER = re.compile(
    r"\s?(?:钱)?\s?(?:[/每]|一|(?:per|an?|each|every|for every)\s)\s?"
    r"(?P<unit>[a-z\d\u4e00-\u9fff][^，。！？,.!?;]{0,14})"
)
_BEFORE = re.compile(
    r"(?:平均[每一]?|每|一|按)(?P<unit>(?:\d+|百)?(?!共|起)[\u4e00-\u9fffa-z][^，。！？,.!?;\d]{0,10})$"
    r"|\b(?:each|every|per) (?P<en>[a-z]+ ?[a-z]*)[^.,;!?\d]{0,20}$"
)
_BEFORE_IT = re.compile(r"(?:平均|每|按)(\d*[\u4e00-\u9fff]{1,3}?)(?:来?算|下来|的话)?|(?:each|every|per) ([a-z]+)")
_CONTENTS = re.compile(r"净含量|数量|件数|包数|片数|规格|装|count|pack|servings|loads|volume|size|pieces")
_EACH = re.compile(r"每|平均|各|\b(?:per|each|every|apiece|average)\b")
_HUNDRED = re.compile(r"^百(?=[克毫])")


def check_unit_price(reading: Reading, mention: Mention) -> tuple[bool, Finding | None]:
    """Whether the amount is the price of a part of the contents, and what is wrong with it."""
    for unit, word in _units(reading, mention):
        for sheet in reading.sheets_at(mention.start)[:1]:
            till = till_of(sheet, reading.index.common, variant_at(reading, sheet, mention.start))
            shares = [
                Amount(price.value / parts, price.facts)
                for price in till.prices
                for parts, variant in _parts(sheet, unit, word)
                if not variant or not price.facts[0].variant or variant == price.facts[0].variant
            ]
            if shares and not _is_whole(reading, mention, till):
                return True, _judge(reading, mention, shares)
    return False, None


def _is_whole(reading: Reading, mention: Mention, till: Till) -> bool:
    """ "一件899元" of a set of four pieces: one of what is sold, at its price. 每件 and 平均 speak of the parts."""
    around = reading.text[max(0, mention.outer[0] - 12) : mention.end + 8]
    return not _EACH.search(around) and any(holds(mention.quantity, price.value) for price in till.prices)


def _units(reading: Reading, mention: Mention) -> Iterator[tuple[Quantity, str]]:
    """The unit the amount is said to be for, as a quantity and in its own word: 1 包, 100 克, 1 oz."""
    text = reading.text
    after = _AFTER.match(text, mention.end)
    clause = reading.clause_at(mention.start)
    before = _BEFORE.search(text[clause.start : mention.outer[0]])
    number = reading.clause_number(mention.start)
    if before is None and number:  # "Per ml, it comes to 93 cents"; 按斤算，不到三块
        earlier = reading.clauses[number - 1]
        before = _BEFORE_IT.fullmatch(text[earlier.start : earlier.end].strip())
    said = [after["unit"]] if after else []
    said += [next(part for part in before.groups() if part)] if before else []
    for part in said:
        part = _HUNDRED.sub("100", part)
        found = quantities_of(normalise(part if part[0].isdigit() else "1" + part))
        if found and found[0].start == 0 and found[0].quantity.dimension in ("mass", "volume", "count", "length"):
            body = part if part[0].isdigit() else "1" + part
            yield found[0].quantity, _word(body[found[0].number[1] : found[0].end])


def _word(unit: str) -> str:
    """A counting word by itself: 包 of 小包, "bag" of "bags"."""
    return unit.strip(" -").lstrip("小大").rstrip("s")


def _parts(sheet: Sheet, wanted: Quantity, word: str) -> Iterator[tuple[Decimal, str]]:
    """How many such units are in what is sold, and of which variant that is told."""
    for entry in sheet.entries:
        sized = entry.key in ("capacity", "weight", "size", "pieces") or entry.fact.kind == "option"
        if not sized and not _CONTENTS.search(entry.name):
            continue
        value = normalise(entry.fact.value)
        for mention in quantities_of(value):
            quantity = mention.quantity
            if quantity.dimension != wanted.dimension or quantity.sides or quantity.low != quantity.high:
                continue
            if wanted.dimension == "count" and _word(value.text[mention.number[1] : mention.end]) != word:
                continue
            parts = quantity.base()[0] / wanted.base()[0]
            if parts > 1:
                yield parts, entry.fact.variant


def _judge(reading: Reading, mention: Mention, shares: list[Amount]) -> Finding | None:
    cents = mention.quantity.unit.dimension == "money" and share_of(mention.quantity) != 1
    scale = share_of(mention.quantity)
    claim = replace(
        mention.quantity, low=mention.quantity.low * scale, high=mention.quantity.high * scale, unit=NO_UNIT
    )
    places = max(0, -int(claim.low.as_tuple().exponent))
    for share in shares:
        near = Decimal("0.05") if claim.bound == "about" else Decimal("0.011")
        rounded = claim.low == claim.high and abs(share.value - claim.low) <= near * share.value
        if (
            holds(claim, share.value)
            or holds(claim, round(share.value, places))
            or (claim.bound in ("exact", "about") and rounded)
        ):
            reading.said(*share.facts)
            return None
    if reading.negation_before(mention.outer[0]) or reading.is_quoted(mention.start, mention.end):
        return None
    truth = shares[0].value
    reason = "单价算错了" if reading.lang == "zh" else "the price per unit does not add up"
    if claim.bound in ("under", "most", "over", "least"):
        value = rounded_bound(truth, claim.bound, claim.low)
    else:
        value = truth.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if cents:
        value = (truth * 100).quantize(Decimal(1), ROUND_HALF_UP)
    said, unit = reading.raw(mention.start, mention.end), reading.raw(mention.number[1], mention.end)
    decimals = max(0, -int(value.normalize().as_tuple().exponent))
    text = money_like(said, unit, mention.style, value, decimals)
    return Finding(
        mention.start, mention.end, "contradicted", reason, "price", replacement=text, evidence=shares[0].facts
    )
