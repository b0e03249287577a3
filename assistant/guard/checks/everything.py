"""Quantifiers: "all sizes are in stock", 所有颜色都有货, of a product some of whose variants are sold out."""

import re
from collections.abc import Iterable

from assistant.guard.checks.subjects import is_only_asked
from assistant.guard.claims import Finding, Reading
from assistant.guard.sheet import Sheet
from assistant.guard.words import frames
from knowledge.sieve import Sifted

_ALL = Sifted(frames()["every_variant"])
_FALSE = {"zh": "不是每一款都有货", "en": "not every variant is in stock"}


def check_everything(reading: Reading) -> Iterable[Finding]:
    for match in _ALL.finditer(reading.text):
        sheets = reading.sheets_at(match.start())
        if len(sheets) != 1 or is_only_asked(reading, *match.span()) or reading.is_quoted(*match.span()):
            continue
        if reading.text[: match.start()].rstrip().endswith(("不是", "并非", "not")):
            continue
        finding = _judge(reading, sheets[0], match)
        if finding is not None:
            yield finding


def _judge(reading: Reading, sheet: Sheet, match: re.Match[str]) -> Finding | None:
    stock = {
        e.fact.variant: (e.quantities[0].low, e.fact) for e in sheet.get("stock") if e.quantities and e.fact.variant
    }
    if len(stock) < 2:
        return None
    gone = {variant: fact for variant, (left, fact) in stock.items() if left <= 0}
    if not gone:
        reading.said(*(fact for _, fact in stock.values()))
        return None
    missing = "、".join(_called(sheet, variant) for variant in gone) if reading.lang == "zh" else " and ".join(
        _called(sheet, variant) for variant in gone
    )  # fmt: skip
    if reading.lang == "zh":
        text = f"除了{missing}都有货"
    else:
        text = f"everything but {missing} is in stock"
    return Finding(
        *match.span(), "contradicted", _FALSE[reading.lang], "stock", replacement=text, evidence=tuple(gone.values())
    )


def _called(sheet: Sheet, variant: str) -> str:
    options = [e.fact.value for e in sheet.entries if e.fact.variant == variant and e.fact.kind == "option"]
    return " ".join(options) if options else variant
