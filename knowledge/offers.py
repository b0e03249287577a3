"""Promotions as people say them: 满300减50, 打八八折, 买二送一, 第二件半价, "buy 2 get 1 free", "20% off"."""

import re
from dataclasses import dataclass
from decimal import Decimal

from knowledge.model import PromotionKind
from knowledge.quantity import parse_quantity
from knowledge.text import normalise


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer phrase in characters `start:end` of a text; what it does not say is None."""

    start: int
    end: int
    kind: PromotionKind
    threshold: Decimal | None = None
    minus: Decimal | None = None
    percent_off: Decimal | None = None  # 12 = 八八折
    buy: int | None = None
    get: int | None = None
    nth: int | None = None  # the piece that `percent_off` is for: 2 in 第二件半价


_N = r"[\d.,]+|[零一二两三四五六七八九十百千万半]+"
_E = r"\d+|one|two|three|four|five|six"
_PATTERNS: tuple[tuple[PromotionKind, re.Pattern[str]], ...] = (
    ("per_amount", re.compile(rf"每满\s?(?P<threshold>{_N})\s?[元块]?\s?(?:立?减|省)\s?(?P<minus>{_N})\s?[元块]?")),
    ("threshold", re.compile(rf"满\s?(?P<threshold>{_N})\s?[元块]?\s?(?:立?减|省)\s?(?P<minus>{_N})\s?[元块]?")),
    ("free_shipping", re.compile(rf"满\s?(?P<threshold>{_N})\s?[元块]?\s?(?:包邮|免邮|免运费)")),
    ("buy_x_get_y", re.compile(rf"买\s?(?P<buy>{_N})\s?[件个送]?\s?(?:送|赠|免)\s?(?P<get>{_N})")),
    (
        "nth_percent",
        re.compile(
            rf"第\s?(?P<nth>{_N})\s?[件个]\s?(?:打?\s?(?P<fold>{_N})\s?折(?![叠扇痕])|(?P<half>半价)|(?P<free>免费|0元))"
        ),
    ),
    ("percent", re.compile(rf"满\s?(?P<threshold>{_N})\s?[元块]?\s?打?\s?(?P<fold>{_N})\s?折(?![叠扇痕])")),
    ("percent", re.compile(rf"(?:打|享|低至)?\s?(?P<fold>{_N})\s?折(?![叠扇痕])")),
    ("percent", re.compile(r"(?P<half>半价|对折|\bhalf (?:price|off)\b)")),
    ("buy_x_get_y", re.compile(rf"\bbuy (?P<buy>{_E}),? get (?P<get>{_E}) free\b")),
    ("buy_x_get_y", re.compile(r"\b(?P<bogo>bogo)\b")),
    ("percent", re.compile(r"(?P<percent>\d+(?:\.\d+)?) ?% off(?: (?:orders? )?over [$€£¥]?(?P<threshold>[\d.,]+))?")),
    (
        "threshold",
        re.compile(r"[$€£¥]?(?P<minus>[\d.,]+) off (?:orders? )?(?:over|of|above) [$€£¥]?(?P<threshold>[\d.,]+)"),
    ),
    ("free_shipping", re.compile(r"free shipping (?:on orders? )?(?:over|above|from) [$€£¥]?(?P<threshold>[\d.,]+)")),
)
_WORDS = {word: number for number, word in enumerate("one two three four five six".split(), start=1)}


def find_offers(text: str) -> tuple[Offer, ...]:
    """The offers a text speaks of, in order of place; offsets are the text's own."""
    normal = normalise(text)
    found: list[Offer] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(normal.text):
            start, end = normal.span(*match.span())
            if not any(one.start < end and start < one.end for one in found):
                offer = _offer(kind, match, start, end)
                found += [offer] if offer is not None else []
    return tuple(sorted(found, key=lambda one: one.start))


def _offer(kind: PromotionKind, match: re.Match[str], start: int, end: int) -> Offer | None:
    said = match.groupdict()
    threshold, minus = (_number(said.get(name)) for name in ("threshold", "minus"))
    buy, get, nth = (_whole(said.get(name)) for name in ("buy", "get", "nth"))
    percent = _number(said.get("percent"))
    if said.get("fold"):
        fold = parse_quantity(f"{said['fold']}折")
        if fold is None or not 0 < fold.low < 10:
            return None
        percent = 100 - 10 * fold.low
    elif said.get("half"):
        percent = Decimal(50)
    elif said.get("free"):
        percent = Decimal(100)
    if said.get("bogo"):
        buy = get = 1
    return Offer(start, end, kind, threshold, minus, percent, buy, get, nth)


def _number(said: str | None) -> Decimal | None:
    quantity = parse_quantity(f"{said.strip('.,')}元") if said else None
    return quantity.low if quantity is not None else None


def _whole(said: str | None) -> int | None:
    if not said:
        return None
    if said in _WORDS:
        return _WORDS[said]
    quantity = parse_quantity(f"{said}件")
    return int(quantity.low) if quantity is not None else None
