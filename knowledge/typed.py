"""A fact's words read into a typed value: amounts, yes or no, a list, a day, or free text.

The merchant's wording stays the truth; a reading only makes it comparable. "耳机40mAh、盒400mAh" is two amounts, each
with the words that say of what; "否，请手洗" is no; "红、白" is a list; "-10℃至96℃" one range.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from knowledge.quantity import Mention, Quantity, find_quantities
from knowledge.text import normalise

Kind = Literal["amount", "boolean", "list", "date", "text"]


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity and the words around it that say of what or when: "单次" 7 h, "150×200cm" 700 g."""

    quantity: Quantity
    of: str = ""

    @property
    def low(self) -> Decimal:
        """The least it can be, in the dimension's base unit, the tolerance taken off."""
        return min(self.quantity.base()) - self._slack

    @property
    def high(self) -> Decimal:
        return max(self.quantity.base()) + self._slack

    @property
    def _slack(self) -> Decimal:
        return self.quantity.tolerance * self.quantity.unit.factor


@dataclass(frozen=True, slots=True)
class Typed:
    """`kind` says what the value is as a whole; amounts are read out of lists and texts too."""

    kind: Kind
    text: str
    amounts: tuple[Amount, ...] = ()
    flag: bool | None = None
    items: tuple[str, ...] = ()
    day: date | None = None

    def of_dimension(self, *dimensions: str) -> tuple[Amount, ...]:
        return tuple(amount for amount in self.amounts if amount.quantity.dimension in dimensions)


_YES = re.compile(
    r"(?:是|有|能|可以|可|支持|含|带|包含|yes|y|true|supported|included|available|✓|√)(?=$|[\s,，、。;；(（.])", re.I
)
_NO = re.compile(
    r"(?:否|无|没有|不能|不可以|不可|不支持|不含|不带|不包含|不|no|n|none|false|not supported|not included|✗|×)"
    r"(?=$|[\s,，、。;；(（.])",
    re.I,
)
# A whole value such as 不可机洗, 支持无线充电, "not dishwasher safe": short, and its first word decides.
_YES_PHRASE = re.compile(r"(?:支持|可以|可|能)[一-鿿]{1,6}$|[a-z]+(?:[ -][a-z]+)? (?:safe|washable|free|proof)$", re.I)
_NO_PHRASE = re.compile(
    r"(?:不支持|不可以|不可|不能|不含|未|不(?![锈粘])|无(?![线缝绳痕])|非(?!常)|免)[\u4e00-\u9fff]{1,6}$"
    r"|(?:not|non|no|never|without)[ -][a-z -]{2,30}$",
    re.I,
)
_LIST_MARKS = re.compile(r"\s*(?:、|；|;|\||,(?!\d{3})|，|/(?![a-z\d]))\s*|(?<=[\u4e00-\u9fff])/")
_MINUS = re.compile(r"(?:(?<![\d\w℃°)）])[-−－]|零下|负)\s?$")
_AGE = re.compile(r"(?<=[\d一二两三四五六七八九十])\s?(?:周?岁半?|years? old|y/?o)(?![a-z])")
_AT_LEAST = re.compile(r"(?:≥|>=|不低于|不小于)\s?$")
_AT_MOST = re.compile(r"(?:≤|<=|不高于|不大于)\s?$")
_OVER = re.compile(r"[>＞]\s?$")
_UNDER = re.compile(r"[<＜]\s?$")
_LONGEST = 200  # characters: a longer value is prose


@lru_cache(maxsize=65_536)
def read(value: str) -> Typed:
    """What a value in the merchant's wording says. Pure and cached."""
    text = " ".join(value.split())
    if len(text) > _LONGEST:
        return Typed("text", text)
    plain = normalise(text).text.strip(" 。.")
    mentions = find_quantities(_ages(text))
    if len(mentions) == 1 and mentions[0].quantity.dimension == "date" and (day := _day(mentions[0].quantity)):
        return Typed("date", text, day=day)
    items = tuple(part for part in _LIST_MARKS.split(text) if part)
    amounts = tuple(_amount(_ages(text), mention) for mention in mentions)
    flag = _flag(plain)
    listed = items if len(items) > 1 and all(len(item) <= 24 for item in items) else ()
    if flag is not None:
        return Typed("boolean", text, amounts, flag)
    measured = all(amount.quantity.dimension or not amount.of for amount in amounts)  # the 316 of 316不锈钢 is a name
    if measured and (len(amounts) == 1 and not listed or (listed and len(amounts) == len(listed))):
        return Typed("amount", text, amounts, None, listed)
    return Typed("list" if listed else "text", text, amounts, None, listed)


def _flag(plain: str) -> bool | None:
    if _NO.match(plain):
        return False
    if _YES.match(plain):
        return True
    if len(plain) <= 40 and not any(char.isdigit() for char in plain):
        if _NO_PHRASE.match(plain):
            return False
        if _YES_PHRASE.match(plain):
            return True
    return None


def _ages(text: str) -> str:
    """岁 as 年, "years old" as "years": ages are times."""
    return _AGE.sub(lambda match: "年" if "岁" in match[0] else " years", text)


def _amount(text: str, mention: Mention) -> Amount:
    """One amount with its sign, its ≥ or ≤, and the words of its own item."""
    quantity = mention.quantity
    before = text[: mention.start]
    if quantity.dimension == "temperature" and _MINUS.search(before):
        low = -quantity.low
        quantity = replace(quantity, low=low, high=low if quantity.high == quantity.low else quantity.high)
    if quantity.bound == "exact":
        for pattern, bound in ((_AT_LEAST, "least"), (_AT_MOST, "most"), (_OVER, "over"), (_UNDER, "under")):
            if pattern.search(before):
                quantity = replace(quantity, bound=bound)  # type: ignore[arg-type]
                break
    start = max((match.end() for match in _LIST_MARKS.finditer(text, 0, mention.start)), default=0)
    after = _LIST_MARKS.search(text, mention.end)
    end = after.start() if after else len(text)
    around = text[start : mention.outer[0]] + " " + text[mention.outer[1] : end]
    return Amount(quantity, " ".join(around.strip(" ()（）:：≥≤<>-−约").removesuffix("零下").split()))


def _day(quantity: Quantity) -> date | None:
    """The day of a date with a year, e.g. 20240501; None for 5月1日 or 2024年."""
    number = int(quantity.low)
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    return date(year, month, day) if year and month and day else None
