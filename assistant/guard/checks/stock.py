"""How many there are: the stock, and the false scarcity of "only three left"."""

import re
from collections.abc import Sequence
from decimal import Decimal

from assistant.guard.checks.discounts import COLOUR_COUNT
from assistant.guard.checks.till import holds
from assistant.guard.claims import Finding, Reading
from assistant.guard.openings import compile_quick
from assistant.guard.sheet import Entry, Sheet
from assistant.guard.style import plain
from assistant.guard.variants import variant_at
from knowledge.facts import Fact
from knowledge.quantity import Mention

_STOCK_NEAR = re.compile(r"库存|现货|仓库|备了|存货|余量|备货|\bstock\b|inventory")
_STOCK_BEFORE = re.compile(
    r"(?:只剩下?|就剩下?|仅剩下?|还剩下?|剩下?|最后|只有|还有|仅有|不到|不足)\s?(?:最后|不到|了)?\s?$"
)
_LEFT_BEFORE = re.compile(r"(?:只剩下?|就剩下?|仅剩下?|还剩下?|剩下?|最后)\s?(?:最后|不到|了)?\s?$")
_STOCK_AFTER = re.compile(
    r"\s?(?:units? |pieces? |pairs? |items? |sets? )?"
    r"(?:of (?:the |these |them |this |our )?[^.,;!?]{0,70}?)?\s?(?:left|in stock|remaining|available|to go)\b"
    r"|\s?(?:of [^.,;!?]{0,60}? |[a-z][a-z\d' -]{0,40}? )?"
    r"(?:on hand|in stock|left|in (?:the|our) warehouse|on the shelf|up for grabs)\b"
)
_SCARCE_ZH = compile_quick(
    r"(?:(?:马上|快要?|就要|即将)(?:断货|卖完|没货|售罄)了?[，,]?)?(?:库存|现货)?"
    r"(?:已经)?(?:只|就|仅|还|最后)(?:剩|有)?下?(?:最后)?\s?$"
)
_SCARCE_EN = re.compile(r"(?:only|just|merely|down to the last|the last)(?: about)? $")
_THE_LAST = re.compile(r"\b(?:the|our|down to(?: the)?|only) last $")
_STOCK_LEAD = re.compile(r"stock check|stock(?: level)?(?: [^.,;!?]{0,60})?(?: is|:)\s?$|库存[^，。]{0,6}$")
_STOCK_UNITS = ("jian", "ge", "tao", "bao", "ct", "")


def is_stock(reading: Reading, mention: Mention) -> bool:
    if mention.quantity.unit.id not in _STOCK_UNITS or mention.quantity.sides:
        return False
    text = reading.text
    clause = reading.clause_at(mention.start)
    if COLOUR_COUNT.match(text, mention.number[1]):
        return False
    if _STOCK_AFTER.match(text[: clause.end], mention.end):
        return True
    if reading.lang == "en" or mention.quantity.dimension == "":
        near = text[clause.start : mention.start]
        if not text[mention.end : clause.end].strip() and _THE_LAST.search(near):
            return True
        return _STOCK_LEAD.search(near) is not None
    near = text[clause.start : clause.end]
    return bool(
        _STOCK_NEAR.search(near)
        or _STOCK_BEFORE.search(text[clause.start : mention.outer[0]])
        and "件" in text[mention.start : mention.end]
        or _LEFT_BEFORE.search(text[clause.start : mention.outer[0]])
        and not _tells_contents(reading, mention)
    )


def _tells_contents(reading: Reading, mention: Mention) -> bool:
    """Whether the product itself holds things counted in this unit: 30小包 in a box."""
    unit = text_of_unit(reading, mention)
    return any(
        unit in entry.squeezed
        for sheet in reading.sheets_at(mention.start)[:1]
        for entry in sheet.entries
        if entry.key != "stock" and any(q.dimension == "count" for q in entry.quantities)
    )


def text_of_unit(reading: Reading, mention: Mention) -> str:
    return reading.text[mention.number[1] : mention.end].strip(" -")


def check_stock(reading: Reading, mention: Mention, sheets: Sequence[Sheet]) -> Finding | None:
    for sheet in sheets:
        entries = _own_variant(reading, sheet, mention, sheet.get("stock"))
        truths = [(q.low, e.fact) for e in entries for q in e.quantities[:1]]
        for value, fact in truths:
            if holds(mention.quantity, value):
                reading.said(fact)
                return None
    if reading.negation_before(mention.outer[0]) or reading.is_quoted(mention.start, mention.end):
        return None
    truths = [
        (q.low, e.fact)
        for sheet in sheets[:1]
        for e in _own_variant(reading, sheet, mention, sheet.get("stock"))
        for q in e.quantities[:1]
    ]
    reason = "库存与资料不符" if reading.lang == "zh" else "the stock is another one"
    if not truths or len(sheets) != 1:
        return Finding(*mention.outer, "unsupported", reason, "stock")
    value, fact = truths[0]
    return _mend_stock(reading, mention, value, fact, reason)


def _mend_stock(reading: Reading, mention: Mention, value: Decimal, fact: Fact, reason: str) -> Finding:
    text = reading.text
    start, end = mention.start, mention.end
    figure = plain(value)
    scarce = _SCARCE_EN.search(text[: mention.outer[0]])
    if scarce:
        return Finding(scarce.start(), end, "contradicted", reason, "stock", replacement=figure, evidence=(fact,))
    opening = max(0, mention.outer[0] - 16)
    scarce = _SCARCE_ZH.search(text[opening : mention.outer[0]])
    said = reading.raw(mention.number[1], end)
    if scarce and scarce[0].strip() and re.search(r"[只就仅最断卖没售]", scarce[0]):
        start = opening + scarce.start()
        end += 1 if text[end : end + 1] == "了" else 0
        replacement = f"库存还有{figure}{said or '件'}"
        return Finding(start, end, "contradicted", reason, "stock", replacement=replacement, evidence=(fact,))
    return Finding(
        mention.outer[0], mention.outer[1], "contradicted", reason, "stock", replacement=figure + said, evidence=(fact,)
    )


def _own_variant(reading: Reading, sheet: Sheet, mention: Mention, entries: list[Entry]) -> list[Entry]:
    variant = variant_at(reading, sheet, mention.start)
    own = [entry for entry in entries if variant and entry.fact.variant == variant]
    return own or sorted(entries, key=lambda entry: bool(entry.fact.variant))
