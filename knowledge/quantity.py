"""Quantities as shops and shoppers write them: money, measures, counts, shares, dates; Chinese and English.

`find_quantities("半斤装，一百九十九块")` finds 0.5 斤 and 199 元. Values are exact (`Decimal`), units come from
`units.yaml`, and every mention says which characters it covers, so a wrong one can be replaced in place.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from knowledge.dates import find_dates
from knowledge.model import Lang
from knowledge.numerals import EN_NUMBER, ZH_NUMBER, parse_en, parse_spoken_price, parse_zh, parse_zh_span
from knowledge.sieve import Sieve
from knowledge.text import Normal, normalise
from knowledge.units import DATE, GENERATION, NO_UNIT, Bound, Quantity, Unit, known, unit, unit_table

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

Style = Literal["digits", "zh", "en"]


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


@dataclass(slots=True)
class _Atom:
    """A number with what directly belongs to it."""

    start: int
    end: int
    low: Decimal
    high: Decimal
    number: tuple[int, int]
    style: Style
    unit: Unit = NO_UNIT
    vague: bool = False  # 百来块, 20ish


_MASKED = re.compile(
    r"https?://\S+|www\.\S+"
    r"|(?<![a-z])[a-z]{1,4}(?:/[a-z]{1,2})?[ ]?\d{3,6}(?:\.\d+)*[-—–]\d{4}(?!\d)"  # GB/T 22843-2009
    r"|(?<![a-z\d])(?!spf|upf|rmb|cny|usd|us)[a-z]+[-/]?\d[a-z\d]*(?:[-.][a-z\d]+)*(?<!\.)"  # A5, IPX4, v2.0, MT20290-1
    r"|第[一二三四五六七八九十百\d]+(?!折)|\d+(?=号(?!线))|[一二三四五六七八九](?=号链接)"
    r"|(?:link|no\.|item|number|#|step|sku|版本|型号|货号|编号)\s?#?\d+(?![\d.]*\s?(?:%|percent|元|kg))"
    r"|\d{1,2}:\d{2}(?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)|\d{3,4}-\d{3,4}-\d{3,4}"
)
_DIGITS = re.compile(r"(?<![\d.])(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?")
_FRACTION = re.compile(r"\d/[2-9](?!\d)")
_GROUP = re.compile(
    r"\s?(万|千(?![克米瓦卡])|亿|k(?![a-z])|million\b|thousand\b|billion\b|hundred\b)|(w)(?=[元块人件次])"
)
_GROUPS = {"万": 10_000, "w": 10_000, "千": 1000, "亿": 100_000_000, "k": 1000, "million": 10**6, "thousand": 1000,
           "billion": 10**9, "hundred": 100}  # fmt: skip
_CURRENCY = re.compile(r"(¥|us\$|hk\$|nt\$|(?<![a-z])(?:usd|rmb|cny|hkd|twd|ntd|jpy|eur|gbp) ?|(?<![a-z])\$|€|£)\s?$")
_CURRENCIES = {"¥": "CNY", "rmb": "CNY", "us$": "USD", "$": "USD", "hk$": "HKD", "nt$": "TWD", "ntd": "TWD",
               "€": "EUR", "£": "GBP"}  # fmt: skip
_HALF_ZH = re.compile(r"半(?=个?(?:升|斤|公斤|年|个?月|小时|天|米|公里|两|磅|钟头|寸|尺|箱|吨|千克|折)(?!纪))")
_HALF_EN = re.compile(r"\b(?:half (?:an? |of an? )?|an? half[ -])(?=[a-z])")
_AND_A_HALF = re.compile(r" and a half\b")
_ARTICLE = re.compile(
    r"\b(?:an?|one)(?: full| whole| single)?[ -](?=(?:year|month|week|day|hour|minute|business day|pound|litre|liter"
    r"|gallon|kilo|inche?|foot)s?\b)"
)
_VAGUE = Sieve((
    (re.compile(r"(?<![二三四五六七八九])十[几多](?=[^\d])"), (11, 19)), (re.compile(r"几十"), (20, 99)),
    (re.compile(r"几百"), (200, 999)), (re.compile(r"几千"), (2000, 9999)), (re.compile(r"几万"), (20_000, 99_999)),
    (re.compile(r"\ba couple (?:of )?hundred\b"), (200, 200)), (re.compile(r"\ba few hundred\b"), (300, 500)),
    (re.compile(r"\ba couple(?: of)?\b"), (2, 2)), (re.compile(r"\ba few\b"), (3, 5)), (re.compile(r"半打"), (6, 6)),
    (re.compile(r"\bhalf a dozen\b"), (6, 6)), (re.compile(r"\b(?:a|one) dozen\b"), (12, 12)),
    (re.compile(r"\btwo dozen\b"), (24, 24)), (re.compile(r"一打(?!折|开)"), (12, 12)),
    (re.compile(r"(?<![\d一二两三四五六七八九几数十百千])百(?=元)"), (100, 100)),
    (re.compile(r"(?<![\d一二两三四五六七八九几数十百千])千(?=元)"), (1000, 1000)),
    (re.compile(r"(?<![\d一二两三四五六七八九几数十百千])万(?=元)"), (10_000, 10_000)),
    (re.compile(r"百分百|百分之百"), (100, 100)),
))  # fmt: skip
# 百来块, 千把块, 五十来块, 小一百, 个把小时: about so many. 两百多, 三十多: so many and more.
_SOME = re.compile(
    r"(?<![一二两三四五六七八九几数十百千万])([十百千万])(?:来|把)|([一二两三四五六七八九][十百千]|\d+0)来|小(一[百千万])|(?:个)(把)"
)
_ODD = re.compile(r"((?:(?:[一二两三四五六七八九][百千万]零?)*[一二两三四五六七八九]?[十百千万])|\d+0)多")
_SOME_OF = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "把": 1}
_ISH = re.compile(r"-?ish\b|-odd\b")
_SHARES = re.compile(
    r"([一二两三四五六七八九])分之([一二两三四五六七八九])|([一二两三四五六七八九])成(?=$|[，。；、的左以含])"
)
_FEET = re.compile(r"(?<![\d.])(\d)['′] ?(\d{1,2})(?:[\"″”]|(?!\d))")
_PART_OF = re.compile(r"\b(a|one|two|three) (quarter|third)s? of an? (?=[a-z])")  # three quarters of a pound
_HALF_PRICE = re.compile(r"\bhalf[ -](?:price|off)\b|半价|对折(?!叠)")
_RANGE = re.compile(r"\s?(?:-|–|—|~|～|至|到|或者?|to|through|and|or)\s?(?:¥|\$|rmb)?")
_SIDE = re.compile(r"\s?[x×*✕╳✖乘]\s?(?:长|宽|高|厚|深|直径)?\s?")
_PLUS_MINUS = re.compile(r"\s?(?:±|\+-|\+/-|正负)\s?")
_BEFORE: tuple[tuple[re.Pattern[str], Bound], ...] = (
    (
        re.compile(
            r"(?:不超过|不高于|不大于|不多于|最多|至多|顶多|up to|at most|no more than|not more than"
            r"|max(?:imum)?(?: of)?)\s?$"
        ),
        "most",
    ),
    (re.compile(r"(?:至少|不低于|不少于|不小于|最少|at least|no less than|minimum of)\s?$"), "least"),
    (re.compile(
r"(?:不到|低于|少于|不足|小于|未满|under|less than|below|just under|shy of"
r"|cheaper than)\s?$"), "under"),
    (re.compile(r"(?:超过|多于|高于|大于|超|over|more than|above|exceeding|upwards of)\s?$"), "over"),
    (
        re.compile(
r"(?:大约|大概|差不多|将近|接近|约|近|about|around|approximately|approx\.?|roughly"
r"|nearly|almost|~)\s?$"),
        "about",
    ),
)  # fmt: skip
_AFTER: tuple[tuple[re.Pattern[str], Bound], ...] = (
    (re.compile(r"\s?(?:以内|以下|之内|封顶|or less|or under|or below|max|tops|at most)(?![a-z])"), "most"),
    (re.compile(r"内(?=[的，,。！!？?\s]|$)"), "most"),
    (re.compile(r"\s?(?:以上|起步?(?!球|来|床)|往上|or more|or over|at least|\+(?![\d-]))"), "least"),
    (re.compile(r"不到(?=[，。！？,!?；\s]|$)"), "under"),
    (re.compile(r"\s?(?:左右|上下|or so)(?![a-z])"), "about"),
    (re.compile(r"(?:出头|挂零)"), "over"),
    (_ISH, "about"),
)
_ANY_BEFORE = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in _BEFORE))
_ANY_AFTER = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in _AFTER))
_CENT_UNDER = re.compile(r"(?:an?|one) (?:cent|penny) (?:under|below|less than|short of|shy of|off)\s?$")
_ONE_OF = re.compile(r"一(?![，。！？、；,.!?;\s多半左出上的])[\u3400-\u9fff]")  # 七两一饼: per piece, no tenth
_TENTHS = re.compile(r"([1-9一二三四五六七八九])(?!\d|[十百千万.])[毛角]?")
_HUNDREDTHS = re.compile(r"([1-9一二三四五六七八九][0-9零一二三四五六七八九])(?!\d|[十百千万.])")
_HALF_AFTER = frozenset("斤年月时米升天磅里块")


@lru_cache(maxsize=2048)
def _find(text: str) -> tuple[Mention, ...]:
    hidden = [(m.start(), m.end()) for m in _MASKED.finditer(text)]
    mentions = [_date(*found) for found in find_dates(text)]
    hidden.extend((m.start, m.end) for m in mentions)
    atoms = _atoms(text, hidden)
    atoms.sort(key=lambda atom: (atom.start, -atom.end))
    kept: list[_Atom] = []
    for atom in atoms:
        if not kept or atom.start >= kept[-1].end:
            kept.append(atom)
    mentions.extend(_mentions(text, kept))
    return tuple(sorted(mentions, key=lambda m: m.start))


def _date(start: int, end: int, value: Decimal) -> Mention:
    return Mention(start, end, Quantity(value, value, DATE), (start, end), (start, end))


class _Atoms:
    """The numbers of a text with the units beside them, as they are read; `hidden` are no numbers."""

    def __init__(self, text: str, hidden: list[tuple[int, int]]) -> None:
        self._text = text
        self._hidden = hidden
        self.found: list[_Atom] = []

    def free(self, start: int, end: int) -> bool:
        return not any(s < end and start < e for s, e in self._hidden)

    def add(self, start: int, end: int, low: Decimal, high: Decimal, style: Style) -> None:
        if self.free(start, end):
            atom = _with_unit(self._text, _Atom(start, end, low, high, (start, end), style))
            if atom is not None:
                self.found.append(atom)

    def put(self, match: re.Match[str], value: Decimal, style: Style, unit_id: str) -> None:
        if self.free(*match.span()):
            self.found.append(_Atom(*match.span(), value, value, match.span(), style, known(unit_id)))

    def half_price(self, match: re.Match[str]) -> None:
        self.put(match, Decimal(50), "digits", "pct")

    def some(self, match: re.Match[str]) -> None:
        """百来块."""
        said = next(part for part in match.groups() if part)
        value = _SOME_OF.get(said) or (Decimal(said) if said.isdigit() and said.isascii() else parse_zh(said))
        start = match.start() if match[4] is None else match.start() + 1  # 个把小时: the unit is after 把
        if value is not None:
            before = len(self.found)
            self.add(start, match.end(), Decimal(value), Decimal(value), "zh")
            for atom in self.found[before:]:
                atom.vague = True

    def odd(self, match: re.Match[str]) -> None:
        """两百多."""
        value = Decimal(match[1]) if match[1].isdigit() and match[1].isascii() else parse_zh(match[1])
        if value:
            step = Decimal(10) ** (len(f"{value:f}") - len(f"{value:f}".rstrip("0")))
            self.add(match.start(), match.end(), value, value + step - 1, "zh")

    def share(self, match: re.Match[str]) -> None:
        """三分之一, 两成."""
        parts = [int(parse_zh(part) or 0) if part else 0 for part in match.groups()]
        self.put(match, Decimal(parts[1] * 100) / parts[0] if parts[0] else Decimal(parts[2] * 10), "zh", "pct")

    def part_of(self, match: re.Match[str]) -> None:
        if _unit_at(self._text, match.end()) is not None:
            part = {"two": 2, "three": 3}.get(match[1], 1) / Decimal(4 if match[2] == "quarter" else 3)
            self.add(match.start(), match.end(), part, part, "en")

    def feet(self, match: re.Match[str]) -> None:
        """5'8"."""
        self.put(match, Decimal(match[1]) + Decimal(match[2]) / 12, "digits", "ft")

    def fraction(self, match: re.Match[str]) -> None:
        value = Decimal(match[0][0]) / Decimal(match[0][-1])
        if self.free(*match.span()) and _unit_at(self._text, match.end()) is not None:
            self.add(match.start(), match.end(), value, value, "digits")
            self._hidden.append(match.span())

    def digits(self, match: re.Match[str]) -> None:
        value = Decimal(match[0].replace(",", ""))
        end = match.end()
        group = _GROUP.match(self._text, end)
        if group:
            value, end = value * _GROUPS[group[1] or group[2]], group.end()
        value, end = self._and_a_half(value, end)
        self.add(match.start(), end, value, value, "digits")

    def zh_number(self, match: re.Match[str]) -> None:
        word = match[0]
        low = high = parse_zh(word)
        end = match.start() + len(word)
        span = None if self._text[end : end + 1] == "折" else parse_zh_span(word)
        if span is not None:  # 两三件, 两三百
            low, high = span
        elif low is None and len(word) > 1:  # 两百五一件: the last one counts the piece
            word = word[:-1]
            low = high = parse_zh(word)
        if low is not None and high is not None:
            self.add(match.start(), match.start() + len(word), low, high, "zh")

    def half_zh(self, match: re.Match[str]) -> None:
        self.add(match.start(), match.end(), Decimal("0.5"), Decimal("0.5"), "zh")

    def en_number(self, match: re.Match[str]) -> None:
        value = parse_en(match[0])
        if value is None:
            value = parse_spoken_price(match[0])
        if value is not None:
            value, end = self._and_a_half(value, match.end())
            self.add(match.start(), end, value, value, "en")

    def half_en(self, match: re.Match[str]) -> None:
        if _unit_at(self._text, match.end()) is not None:
            self.add(match.start(), match.end(), Decimal("0.5"), Decimal("0.5"), "en")

    def article(self, match: re.Match[str]) -> None:
        self.add(match.start(), match.end(), Decimal(1), Decimal(1), "en")

    def _and_a_half(self, value: Decimal, end: int) -> tuple[Decimal, int]:
        half = _AND_A_HALF.match(self._text, end)
        return (value + Decimal("0.5"), half.end()) if half else (value, end)


# In this order: of two that begin at one place and end at another, the longer one counts; of two alike, the first.
_READERS: Sieve[Callable[[_Atoms, re.Match[str]], None]] = Sieve(
    (
        (_HALF_PRICE, _Atoms.half_price),
        (_SOME, _Atoms.some),
        (_ODD, _Atoms.odd),
        (_SHARES, _Atoms.share),
        (_PART_OF, _Atoms.part_of),
        (_FEET, _Atoms.feet),
        (_FRACTION, _Atoms.fraction),
        (_DIGITS, _Atoms.digits),
        (ZH_NUMBER, _Atoms.zh_number),
        (_HALF_ZH, _Atoms.half_zh),
        (EN_NUMBER, _Atoms.en_number),
        (_HALF_EN, _Atoms.half_en),
        (_ARTICLE, _Atoms.article),
    )
)


def _atoms(text: str, hidden: list[tuple[int, int]]) -> list[_Atom]:
    atoms = _Atoms(text, hidden)
    for pattern, (few, many) in _VAGUE.fitting(text):
        for match in pattern.finditer(text):
            style: Style = "zh" if ord(match[0][0]) > 127 else "en"
            atoms.add(match.start(), match.end(), Decimal(few), Decimal(many), style)
    for pattern, read in _READERS.fitting(text):
        for match in pattern.finditer(text):
            read(atoms, match)
    return atoms.found


def _unit_at(text: str, place: int) -> tuple[Unit, int] | None:
    """The unit written at `place`, perhaps after one space or hyphen, and where it ends."""
    _, by_name, first = unit_table()
    start = place + 1 if text[place : place + 1] in (" ", "-") and place + 1 < len(text) else place
    start += bool(_SMALL_PACK.match(text, start))
    for name in first.get(text[start : start + 1], ()):
        end = start + len(name)
        if not text.startswith(name, start):
            continue
        if name.endswith(".") and not text[end:].strip():
            end -= 1  # the full stop is the sentence's
        following = text[end : end + 1]
        runs_on = name[-1].isascii() and name[-1].isalpha() and following.isascii() and following.isalpha()
        runs_on = runs_on and not (name in ("pound", "inch") and _ER.match(text, end))
        if runs_on and not (following == "x" and text[end + 1 : end + 2].isdigit()):  # 385mmx385mm goes on to a side
            continue
        if start > place and text[place] == "-" and not name[0].isascii():
            continue
        if following and (name, following) in _NOT_UNITS:
            continue
        if (name == "两" and following in first) or (name == "x" and re.match(r"\s?[¥$€£]?\d", text[end : end + 3])):
            continue  # 一两个 is one or two, 12x9 a size
        return by_name[name], end
    return None


_AND_MORE = re.compile(r"多(?:一?点儿?)?(?=[，。！？、,!?的重长高宽深厚远]|$)")
_ER = re.compile(r"ers?\b")  # a two-pounder, a 15-incher
_SMALL_PACK = re.compile(r"[小大](?=[包袋盒瓶罐支块片杯份勺])")  # 30小包
# A unit's name that begins a word: 升级, 天然, 元素, 包邮…
_NOT_UNITS = {
    (word[0], word[1])
    for word in (
        "床上 床单 床品 床垫 床头 顶配 顶级 顶部 "
        "升级 天然 天猫 元素 年级 条纹 只是 只要 只有 口气 部分 位置 度假 人工 种草 代表 步骤 两点 个劲 包邮 m/"
    ).split()
}


def _with_unit(text: str, atom: _Atom) -> _Atom | None:
    """The number with the currency sign before it or the unit after it; None when it is no quantity."""
    sign = _CURRENCY.search(text, max(0, atom.start - 5), atom.start)
    found = _unit_at(text, atom.end)
    if sign:
        name = sign[1].strip()
        atom.unit = known(_CURRENCIES.get(name, name.upper()))
        atom.start = sign.start()
        if found and found[0].id == atom.unit.id:
            atom.end = found[1]
        return atom
    if text.startswith("百分之", atom.start - 3) and atom.start >= 3:
        atom.start, atom.unit = atom.start - 3, known("pct")
        return atom
    if re.search(r"(?:spf|upf)\s?$", text[max(0, atom.start - 4) : atom.start]):
        atom.unit = known("spf")
        return atom
    if found is None:
        return atom if _stands_alone(text, atom) else None
    unit, end = found
    if unit.id == "g" and atom.low in (2, 3, 4, 5, 6) and end == atom.end + 1 and text[end - 1] == "g":
        unit = unit if _SIDE.match(text, end) else GENERATION  # 4g×25袋
    if text.startswith("个半", atom.end):
        inner = (known("month"), atom.end + 3) if text.startswith("月", atom.end + 2) else _unit_at(text, atom.end + 2)
        if inner is not None and inner[0].dimension == "time":
            unit, end = inner
            atom.low, atom.high = atom.low + Decimal("0.5"), atom.high + Decimal("0.5")
    if (
        (text[end - 1] in _HALF_AFTER or unit.id == "cm" and text[end - 1] == "分")
        and text[end : end + 1] == "半"
        and text[end + 1 : end + 2] not in ("价", "折")
    ):
        atom.low, atom.high, end = atom.low + Decimal("0.5"), atom.high + Decimal("0.5"), end + 1
    if text.startswith(" and a half", end):
        atom.low, atom.high, end = atom.low + Decimal("0.5"), atom.high + Decimal("0.5"), end + len(" and a half")
    if unit.id == "liang" and text.startswith("半", end):
        atom.low, atom.high, end = atom.low + Decimal("0.5"), atom.high + Decimal("0.5"), end + 1
    if _AND_MORE.match(text, end) and text[end - 1] > "\u3400" and atom.low == atom.high:  # 三斤多
        atom.high, end = atom.low + Decimal("0.99"), _AND_MORE.match(text, end).end()  # type: ignore[union-attr]
    if unit.id == "zhe" and atom.low >= 10:
        atom.low, atom.high = atom.low / 10, atom.high / 10  # 85折, 八五折
    if text[end - 1] == "块" or unit.id in ("liang", "jin") or (text[end - 1] == "米" and unit.id == "m"):
        # 九块九, 一米五, 三两二
        cents = _HUNDREDTHS.match(text, end) if unit.id == "m" else None
        tenths = _TENTHS.match(text, end)
        if cents and not _counts_on(text, cents.end()):  # 一米七五
            digits = [Decimal(d) if d.isdigit() and d.isascii() else parse_zh(d) or Decimal(0) for d in cents[1]]
            more = digits[0] / 10 + digits[1] / 100
            atom.low, atom.high, end = atom.low + more, atom.high + more, cents.end()
        elif tenths and not _counts_on(text, tenths.end()) and not _ONE_OF.match(text, end):
            digit = Decimal(tenths[1]) if tenths[1].isdigit() and tenths[1].isascii() else parse_zh(tenths[1])
            atom.low, atom.high, end = atom.low + digit / 10, atom.high + digit / 10, tenths.end()  # type: ignore[operator]
    atom.unit, atom.end = unit, end
    return atom


def _counts_on(text: str, place: int) -> bool:
    """Whether a unit follows a digit, which then is a number of its own: 三米五根. 一米八床 is a bed's size."""
    return text[place : place + 1] != "床" and _unit_at(text, place) is not None


def _stands_alone(text: str, atom: _Atom) -> bool:
    """Whether a number without a unit is a number at all, and not a piece of a word."""
    following = text[atom.end : atom.end + 1]
    if atom.style == "digits":
        joined = following.isascii() and following.isalpha() and not _ISH.match(text, atom.end)
        return not joined or bool(_SIDE.match(text, atom.end))
    word = text[atom.number[0] : atom.number[1]]
    if atom.style == "zh":
        return (
            word in ("一打", "半打")
            or len(word) >= 2
            and any(char in "十百千万亿" for char in word)
            and word not in ("十百", "一十")
            or len(word) >= 3
            and word not in ("一二三", "三二一", "二三四")
        )
    return True


_ONE_LEFT = re.compile(r" (?:left|remaining|in stock)\b")  # where "one" is a figure


def _mentions(text: str, atoms: list[_Atom]) -> Iterator[Mention]:
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
        while index < len(atoms) and _joins(_SIDE, text, last, atoms[index]) and not _packs(last, atoms[index]):
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


def _joins(pattern: re.Pattern[str], text: str, left: _Atom, right: _Atom) -> bool:
    match = pattern.match(text, left.end)
    return match is not None and match.end() == right.start


def _packs(left: _Atom, right: _Atom) -> bool:
    """25g×30包 is an amount and a number of packs, no size."""
    return bool(left.unit.id and right.unit.id) and left.unit.dimension != right.unit.dimension


# A unit and the smaller one that may follow it: 两斤三两, 1小时30分钟, 5 ft 8 in.
_SMALLER = frozenset({
    ("jin", "liang"), ("kg", "g"), ("h", "min"), ("min", "s"), ("year", "month"), ("ft", "inch"), ("lb", "oz"),
    ("CNY", "jiao"), ("m", "cm"), ("day", "h"),
})  # fmt: skip
_NEXT = re.compile(r" ?(?:零|and )?")


def _continues(text: str, first: _Atom, last: _Atom, right: _Atom) -> bool:
    """Whether an atom goes on with the smaller unit of the one before it."""
    if (first.unit.id, right.unit.id) not in _SMALLER or first.low != first.high:
        return False
    return _joins(_NEXT, text, last, right)


def _is_range(text: str, left: _Atom, right: _Atom) -> bool:
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


def _bounded(text: str, first: _Atom, last: _Atom, quantity: Quantity) -> Mention:
    """The mention with 不到, "about", 以上… around it."""
    start, end = first.start, last.end
    outer_start, outer_end = start, end
    before = text[max(0, start - 20) : start]
    cent = _CENT_UNDER.search(before) if quantity.dimension == "money" and before else None
    if cent:
        less = Decimal("0.01")
        quantity = replace(quantity, low=quantity.low - less, high=quantity.high - less)
        start = outer_start = start - (len(before) - cent.start())
    elif _ANY_BEFORE.search(before):
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
