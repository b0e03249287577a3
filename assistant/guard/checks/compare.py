"""Comparisons of two products without a figure: cheaper, 更轻, "holds more": decided by both products' own figures."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from assistant.guard.checks.subjects import is_only_asked
from assistant.guard.claims import Finding, Reading
from assistant.guard.law import is_denied
from assistant.guard.sheet import Sheet
from assistant.guard.words import frames
from knowledge.facts import Fact

_PRICE, _WEIGHT, _CAPACITY = ("price",), ("weight",), ("capacity",)


@dataclass(frozen=True, slots=True)
class _Degree:
    """A comparative: which property it compares, whether it means more of it, and its opposite."""

    keys: tuple[str, ...]
    more: bool
    opposite: str


_DEGREES = {
    "便宜": _Degree(_PRICE, False, "贵"),
    "实惠": _Degree(_PRICE, False, "贵"),
    "贵": _Degree(_PRICE, True, "便宜"),
    "轻": _Degree(_WEIGHT, False, "重"),
    "重": _Degree(_WEIGHT, True, "轻"),
    "装得多": _Degree(_CAPACITY, True, "装得少"),
    "装得少": _Degree(_CAPACITY, False, "装得多"),
    "容量大": _Degree(_CAPACITY, True, "容量小"),
    "容量小": _Degree(_CAPACITY, False, "容量大"),
    "质保长": _Degree(("warranty",), True, "质保短"),
    "续航久": _Degree(("battery_life",), True, "续航短"),
    "续航长": _Degree(("battery_life",), True, "续航短"),
    "cheaper": _Degree(_PRICE, False, "more expensive"),
    "less expensive": _Degree(_PRICE, False, "more expensive"),
    "costs less": _Degree(_PRICE, False, "costs more"),
    "more expensive": _Degree(_PRICE, True, "cheaper"),
    "pricier": _Degree(_PRICE, True, "cheaper"),
    "costs more": _Degree(_PRICE, True, "costs less"),
    "lighter": _Degree(_WEIGHT, False, "heavier"),
    "weighs less": _Degree(_WEIGHT, False, "weighs more"),
    "heavier": _Degree(_WEIGHT, True, "lighter"),
    "weighs more": _Degree(_WEIGHT, True, "weighs less"),
    "holds more": _Degree(_CAPACITY, True, "holds less"),
    "holds less": _Degree(_CAPACITY, False, "holds more"),
    "roomier": _Degree(_CAPACITY, True, "smaller inside"),
}
_ZH = frames()["than_zh"]
_EN = frames()["than_en"]
_FALSE = {"zh": "两款比下来正相反", "en": "compared, it is the other way round"}
_SILENT = {"zh": "资料比不出来", "en": "the facts leave this comparison open"}


def check_comparisons(reading: Reading) -> Iterable[Finding]:
    if len(reading.regions) < 2:
        return
    for pattern in (_ZH, _EN):
        for match in pattern.finditer(reading.text):
            if is_only_asked(reading, *match.span()) or is_denied(reading.text, *match.span()):
                continue
            finding = _judge(reading, match)
            if finding is not None:
                yield finding


def _judge(reading: Reading, match: re.Match[str]) -> Finding | None:
    first = [subject for start, _, subject in reading.regions if start < match.start("than")]
    second = [s for start, _, s in reading.regions if match.start("than") <= start < match.end("than")]
    if not first or not second or first[-1] == second[0]:
        return None
    degree = _DEGREES[match["degree"].replace("更", "")]
    one, other = (_figure(reading.index.sheet(subject), degree.keys) for subject in (first[-1], second[0]))
    if one is None or other is None:
        return Finding(match.start(), match.end(), "unsupported", _SILENT[reading.lang], degree.keys[0])
    if one[0] != other[0] and (one[0] > other[0]) == degree.more:
        reading.said(one[1], other[1])
        return None
    text = degree.opposite if one[0] != other[0] else None
    return Finding(
        *match.span("degree"), "contradicted", _FALSE[reading.lang], degree.keys[0], replacement=text,
        evidence=(one[1], other[1]),
    )  # fmt: skip


def _figure(sheet: Sheet, keys: tuple[str, ...]) -> tuple[Decimal, Fact] | None:
    """The product's one figure for a property; None when it has none, or several that could be meant."""
    found = [(q.low, e.fact) for e in sheet.get(*keys) for q in e.quantities[:1] if not q.sides]
    return found[0] if found and len({value for value, _ in found}) == 1 else None
