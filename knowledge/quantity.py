"""Quantities as shops and shoppers write them: money, measures, counts, shares, dates; Chinese and English.

`find_quantities("半斤装，一百九十九块")` finds 0.5 斤 and 199 元. Values are exact (`Decimal`), units come from
`units.yaml`, and every mention says which characters it covers, so a wrong one can be replaced in place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from knowledge.dates import find_dates
from knowledge.figures import ISH, SIDE, Atom, Style, atoms_of, may_hold_numbers
from knowledge.model import Lang
from knowledge.sieve import Sieve
from knowledge.text import Normal, normalise
from knowledge.units import DATE, GENERATION, NO_UNIT, Bound, Quantity, Unit, unit

__all__ = [
    "DATE",
    "GENERATION",
    "NO_UNIT",
    "Bound",
    "Mention",
    "Quantity",
    "Style",
    "Unit",
    "find_quantities",
    "parse_quantity",
    "quantities_of",
    "unit",
]


@dataclass(frozen=True, slots=True)
class Mention:
    """`quantity` stands in characters `start:end` of the text, its unit and currency sign included.

    `number` is where the figures stand, `outer` also covers words such as 不到 or "about"; all in the text's own
    characters.
    """

    start: int
    end: int
    quantity: Quantity
    number: tuple[int, int]
    outer: tuple[int, int]
    style: Style = "digits"


def parse_quantity(text: str) -> Quantity | None:
    """The first quantity in `text`, e.g. a fact's value; None when there is none."""
    return next((mention.quantity for mention in find_quantities(text)), None)


def find_quantities(text: str, lang: Lang | None = None) -> list[Mention]:
    """Every quantity of `text` in order of place; offsets are the text's own. Both languages are always read.

    Figures inside names are not quantities: standard codes (GB/T 22843-2009), model numbers (A5, MT20290-1),
    versions, ordinals (第一), link numbers (1号链接), addresses of pages.
    """
    normal = normalise(text)
    mentions = quantities_of(normal)
    if normal.origin is None:
        return list(mentions)
    return [
        replace(m, start=s, end=e, number=normal.span(*m.number), outer=normal.span(*m.outer))
        for m in mentions
        for s, e in (normal.span(m.start, m.end),)
    ]


def quantities_of(normal: Normal) -> tuple[Mention, ...]:
    """As `find_quantities`, with offsets in the normal form."""
    return _find(normal.text)


# --- finding --------------------------------------------------------------------------------------------------------


_MASKED = re.compile(  # no quantities
    r"https?://\S+|www\.\S+"
    r"|(?<![a-z])[a-z]{1,4}(?:/[a-z]{1,2})?[ ]?\d{3,6}(?:\.\d+)*[-—–]\d{4}(?!\d)"  # GB/T 22843-2009
    r"|(?<![a-z\d])(?!spf|upf|rmb|cny|usd|us)[a-z]+[-/]?\d[a-z\d]*(?:[-.][a-z\d]+)*(?<!\.)"  # A5, IPX4, v2.0, MT20290-1
    r"|第[一二三四五六七八九十百\d]+(?!折)|\d+(?=号(?!线))|[一二三四五六七八九](?=号链接)"
    r"|(?:link|no\.|item|number|#|step|sku|版本|型号|货号|编号)\s?#?\d+(?![\d.]*\s?(?:%|percent|元|kg))"
    r"|\d{1,2}:\d{2}(?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)|\d{3,4}-\d{3,4}-\d{3,4}"
)
_NAMES = Sieve(((_MASKED, None),))
_RANGE = re.compile(r"\s?(?:-|–|—|~|～|至|到|或者?|to|through|and|or)\s?(?:¥|\$|rmb)?")
_PLUS_MINUS = re.compile(r"\s?(?:±|\+-|\+/-|正负)\s?")
# Words before a figure, Chinese and English ones ("_" for a blank); "over" is no bound in "cover $75".
_WORDS_BEFORE: dict[Bound, tuple[str, str]] = {
    "most": (
        "不超过 不高于 不大于 不多于 最多 至多 顶多",
        "up_to at_most no_more_than not_more_than max max_of maximum maximum_of",
    ),
    "least": ("至少 不低于 不少于 不小于 最少", "at_least no_less_than minimum_of"),
    "under": ("不到 低于 少于 不足 小于 未满", "under less_than below just_under shy_of cheaper_than"),
    "over": ("超过 多于 高于 大于 超", "over more_than above exceeding upwards_of"),
    "about": (
        "大约 大概 差不多 将近 接近 约 近 ~",
        "about around approximately approx approx. roughly nearly almost",
    ),
}
_ENDINGS = tuple(word.replace("_", " ") for pair in _WORDS_BEFORE.values() for words in pair for word in words.split())


def _one_of(words: str) -> str:
    return "|".join(re.escape(word.replace("_", " ")) for word in words.split())


_BEFORE: tuple[tuple[re.Pattern[str], Bound], ...] = tuple(
    (re.compile(rf"(?:{_one_of(zh)}|(?<![a-z])(?:{_one_of(en)}))\s?$"), bound)
    for bound, (zh, en) in _WORDS_BEFORE.items()
)
_AFTER: tuple[tuple[re.Pattern[str], Bound], ...] = (
    (re.compile(r"\s?(?:以内|以下|之内|封顶|or less|or under|or below|max|tops|at most)(?![a-z])"), "most"),
    (re.compile(r"内(?=[的，,。！!？?\s]|$)"), "most"),
    (re.compile(r"\s?(?:以上|起步?(?!球|来|床)|往上|or more|or over|at least|\+(?![\d-]))"), "least"),
    (re.compile(r"不到(?=[，。！？,!?；\s]|$)"), "under"),
    (re.compile(r"\s?(?:左右|上下|or so)(?![a-z])"), "about"),
    (re.compile(r"(?:出头|挂零)"), "over"),
    (ISH, "about"),
)
_ANY_AFTER = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in _AFTER))
_CENT_UNDER = re.compile(r"(?:an?|one) (?:cent|penny) (?:under|below|less than|short of|shy of|off)\s?$")


@lru_cache(maxsize=2048)
def _find(text: str) -> tuple[Mention, ...]:
    if not may_hold_numbers(text):
        return ()
    hidden = [match.span() for pattern, _ in _NAMES.fitting(text) for match in pattern.finditer(text)]
    mentions = [_date(*found) for found in find_dates(text)]
    hidden.extend((m.start, m.end) for m in mentions)
    atoms = atoms_of(text, hidden)
    atoms.sort(key=lambda atom: (atom.start, -atom.end))
    kept: list[Atom] = []
    for atom in atoms:
        if not kept or atom.start >= kept[-1].end:
            kept.append(atom)
    for left, right in pairwise(kept):  # 0.5+1.5kg: the unit is both numbers'
        if not left.unit.id and left.style == "digits" and text[left.end : right.start] == "+":
            left.unit = right.unit
    mentions.extend(_mentions(text, kept))
    return tuple(sorted(mentions, key=lambda m: m.start))


def _date(start: int, end: int, value: Decimal) -> Mention:
    return Mention(start, end, Quantity(value, value, DATE), (start, end), (start, end))


_ONE_LEFT = re.compile(r" (?:left|remaining|in stock)\b")  # where "one" is a figure


def _mentions(text: str, atoms: list[Atom]) -> Iterator[Mention]:
    index = 0
    while index < len(atoms):
        first = last = atoms[index]
        index += 1
        sides = [first]
        while index < len(atoms) and _continues(text, first, last, atoms[index]):
            share = atoms[index].unit.factor / first.unit.factor
            low, high = first.low + atoms[index].low * share, first.high + atoms[index].high * share
            first = last = replace(first, low=low, high=high, end=atoms[index].end)
            sides = [first]
            index += 1
        while index < len(atoms) and _joins(SIDE, text, last, atoms[index]) and not _packs(last, atoms[index]):
            last = atoms[index]
            sides.append(last)
            index += 1
        unit = last.unit if last.unit.id else first.unit
        tolerance = Decimal(0)
        low, high = first.low, first.high
        bound: Bound = "about" if first.vague else "exact"
        alone = True
        if len(sides) == 1 and index < len(atoms) and _is_range(text, first, atoms[index]):
            last = atoms[index]
            high, unit = last.high, last.unit if last.unit.id else first.unit
            if first.unit.id and unit.id != first.unit.id:  # 6个月至3年
                low = low * first.unit.factor / unit.factor
            index += 1
            alone = False
        if index < len(atoms) and _joins(_PLUS_MINUS, text, last, atoms[index]):
            tolerance, last = atoms[index].low, atoms[index]
            unit = last.unit if last.unit.id else unit
            index += 1
        if alone and first.style == "en" and low == 1 and not unit.id and not _ONE_LEFT.match(text, last.end):
            continue  # "this one"
        quantity = Quantity(
            low, high, unit, bound, sides=tuple(a.low for a in sides) if len(sides) > 1 else (), tolerance=tolerance
        )
        yield _bounded(text, first, last, quantity)


def _joins(pattern: re.Pattern[str], text: str, left: Atom, right: Atom) -> bool:
    match = pattern.match(text, left.end)
    return match is not None and match.end() == right.start


def _packs(left: Atom, right: Atom) -> bool:
    """25g×30包 is an amount and a number of packs, no size."""
    return bool(left.unit.id and right.unit.id) and left.unit.dimension != right.unit.dimension


# A unit and the smaller one that may follow it: 两斤三两, 1小时30分钟, 5 ft 8 in.
_SMALLER = frozenset({
    ("jin", "liang"), ("kg", "g"), ("h", "min"), ("min", "s"), ("year", "month"), ("ft", "inch"), ("lb", "oz"),
    ("CNY", "jiao"), ("m", "cm"), ("day", "h"),
})  # fmt: skip
_NEXT = re.compile(r" ?(?:零|and )?")


def _continues(text: str, first: Atom, last: Atom, right: Atom) -> bool:
    """Whether an atom goes on with the smaller unit of the one before it."""
    if (first.unit.id, right.unit.id) not in _SMALLER or first.low != first.high:
        return False
    return _joins(_NEXT, text, last, right)


def _is_range(text: str, left: Atom, right: Atom) -> bool:
    match = _RANGE.match(text, left.end)
    if match is None or not match.start() < match.end() or right.start < left.end:
        return False
    if match.end() != right.start and match.end() != right.number[0]:
        return False
    if "and" in match[0] and not re.search(r"\bbetween\s?$", text[max(0, left.start - 9) : left.start]):
        return False
    if ("or" in match[0] or "或" in match[0]) and right.low != left.low + 1:
        return False  # three or four, but not "30 or 50"
    if left.unit.id and right.unit.id and left.unit.id != right.unit.id:
        if left.unit.dimension != right.unit.dimension or left.unit.dimension in ("temperature", "count"):
            return False
        return right.low * right.unit.factor > left.low * left.unit.factor
    return right.low > left.low


def _bounded(text: str, first: Atom, last: Atom, quantity: Quantity) -> Mention:
    """The mention with 不到, "about", 以上… around it."""
    start, end = first.start, last.end
    outer_start, outer_end = start, end
    before = text[max(0, start - 20) : start]
    cent = _CENT_UNDER.search(before) if quantity.dimension == "money" and before else None
    if cent:
        less = Decimal("0.01")
        quantity = replace(quantity, low=quantity.low - less, high=quantity.high - less)
        start = outer_start = start - (len(before) - cent.start())
    elif before.rstrip().endswith(_ENDINGS):  # quicker than to try each of the patterns
        for pattern, bound in _BEFORE:
            match = pattern.search(before)
            if match:
                quantity, outer_start = replace(quantity, bound=bound), start - (len(before) - match.start())
                break
    if quantity.bound in ("exact", "about") and outer_start == start and _ANY_AFTER.match(text, end):
        for pattern, bound in _AFTER:
            match = pattern.match(text, end)
            if match:
                quantity, outer_end = replace(quantity, bound=bound), match.end()
                break
    return Mention(start, end, quantity, (first.number[0], last.number[1]), (outer_start, outer_end), first.style)
