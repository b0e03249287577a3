"""Numbers as they are written, with the unit or currency sign beside them: what `quantity` makes quantities of."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from knowledge.numerals import EN_NUMBER, ZH_NUMBER, parse_en, parse_spoken_price, parse_zh, parse_zh_span
from knowledge.sieve import Sieve
from knowledge.units import GENERATION, NO_UNIT, Unit, known, unit_table

Style = Literal["digits", "zh", "en"]


@dataclass(slots=True)
class Atom:
    """A number with what directly belongs to it."""

    start: int
    end: int
    low: Decimal
    high: Decimal
    number: tuple[int, int]
    style: Style
    unit: Unit = NO_UNIT
    vague: bool = False  # 百来块, 20ish


_DIGITS = re.compile(r"(?<![\d.])(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?")
_FRACTION = re.compile(r"\d/[2-9](?!\d)")
_GROUP = re.compile(
    r"\s?(万|千(?![克米瓦卡])|亿|k(?![a-z])|million\b|thousand\b|billion\b|hundred\b)|(w)(?=[元块人件次])"
)
_GROUPS = {"万": 10_000, "w": 10_000, "千": 1000, "亿": 100_000_000, "k": 1000, "million": 10**6, "thousand": 1000,
           "billion": 10**9, "hundred": 100}  # fmt: skip
_CURRENCY = re.compile(r"(¥|us\$|hk\$|nt\$|(?<![a-z])(?:usd|rmb|cny|hkd|twd|ntd|jpy|eur|gbp) ?|(?<![a-z])\$|€|£)\s?$")
_SIGN_ENDS = ("¥", "$", "€", "£", "d", "b", "y", "r", "p")  # as in usd, rmb, cny, eur, gbp
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
ISH = re.compile(r"-?ish\b|-odd\b")
_SHARES = re.compile(
    r"([一二两三四五六七八九])分之([一二两三四五六七八九])|([一二两三四五六七八九])成(?=$|[，。；、的左以含])"
)
_FEET = re.compile(r"(?<![\d.])(\d)['′] ?(\d{1,2})(?:[\"″”]|(?!\d))")
_PART_OF = re.compile(r"\b(a|one|two|three) (quarter|third)s? of an? (?=[a-z])")  # three quarters of a pound
_HALF_PRICE = re.compile(r"\bhalf[ -](?:price|off)\b|半价|对折(?!叠)")
SIDE = re.compile(r"\s?[x×*✕╳✖乘]\s?(?:长|宽|高|厚|深|直径)?\s?")
_ONE_OF = re.compile(r"一(?![，。！？、；,.!?;\s多半左出上的])[\u3400-\u9fff]")  # 七两一饼: per piece, no tenth
_TENTHS = re.compile(r"([1-9一二三四五六七八九])(?!\d|[十百千万.])[毛角]?")
_HUNDREDTHS = re.compile(r"([1-9一二三四五六七八九][0-9零一二三四五六七八九])(?!\d|[十百千万.])")
_HALF_AFTER = frozenset("斤年月时米升天磅里块")


class _Atoms:
    """The numbers of a text with the units beside them, as they are read; `hidden` are no numbers."""

    def __init__(self, text: str, hidden: list[tuple[int, int]]) -> None:
        self._text = text
        self._hidden = hidden
        self.found: list[Atom] = []

    def free(self, start: int, end: int) -> bool:
        return not any(s < end and start < e for s, e in self._hidden)

    def add(self, start: int, end: int, low: Decimal, high: Decimal, style: Style) -> None:
        if self.free(start, end):
            atom = _with_unit(self._text, Atom(start, end, low, high, (start, end), style))
            if atom is not None:
                self.found.append(atom)

    def put(self, match: re.Match[str], value: Decimal, style: Style, unit_id: str) -> None:
        if self.free(*match.span()):
            self.found.append(Atom(*match.span(), value, value, match.span(), style, known(unit_id)))

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
        half = self._text.startswith(" and a half", end) and _AND_A_HALF.match(self._text, end)
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


_DIGIT = re.compile(r"\d")


def may_hold_numbers(text: str) -> bool:
    """Whether there is a digit or a number word at all; most facts have none."""
    return _DIGIT.search(text) is not None or len(_READERS.fitting(text)) > _SURE or bool(_VAGUE.fitting(text))


_SURE = len(_READERS.fitting(""))  # readers that are always tried: that of digits


def atoms_of(text: str, hidden: list[tuple[int, int]]) -> list[Atom]:
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
    if text[start : start + 1] in _SMALL_PACK and text[start + 1 : start + 2] in _PACKS:
        start += 1
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
_SMALL_PACK, _PACKS = frozenset("小大"), frozenset("包袋盒瓶罐支块片杯份勺")  # 30小包
# A unit's name that begins a word: 升级, 天然, 元素, 包邮…
_NOT_UNITS = {
    (word[0], word[1])
    for word in (
        "床上 床单 床品 床垫 床头 顶配 顶级 顶部 "
        "升级 天然 天猫 元素 年级 条纹 只是 只要 只有 口气 部分 位置 度假 人工 种草 代表 步骤 两点 个劲 包邮 m/"
    ).split()
}


def _with_unit(text: str, atom: Atom) -> Atom | None:
    """The number with the currency sign before it or the unit after it; None when it is no quantity."""
    before = text[max(0, atom.start - 5) : atom.start].rstrip()
    sign = _CURRENCY.search(text, max(0, atom.start - 5), atom.start) if before.endswith(_SIGN_ENDS) else None
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
    if text[max(0, atom.start - 4) : atom.start].rstrip().endswith(("spf", "upf")):
        atom.unit = known("spf")
        return atom
    if found is None:
        return atom if _stands_alone(text, atom) else None
    unit, end = found
    if unit.id == "g" and atom.low in (2, 3, 4, 5, 6) and end == atom.end + 1 and text[end - 1] == "g":
        unit = unit if SIDE.match(text, end) else GENERATION  # 4g×25袋
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


def _stands_alone(text: str, atom: Atom) -> bool:
    """Whether a number without a unit is a number at all, and not a piece of a word."""
    following = text[atom.end : atom.end + 1]
    if atom.style == "digits":
        joined = following.isascii() and following.isalpha() and not ISH.match(text, atom.end)
        return not joined or bool(SIDE.match(text, atom.end))
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
