"""How many pieces an amount is for: "拿两件就是198", "three small bags come to $55.50", "79元2条"."""

import re
from decimal import Decimal

from assistant.guard.claims import Reading
from assistant.guard.openings import compile_quick
from knowledge.numerals import parse_en, parse_zh
from knowledge.quantity import Mention

_UNITS = (
    r"件(?!套)|个(?!颜色|月|小时|工作日|自然日|色)|条|套|双|盒|瓶|包|袋|罐|桶|箱|提|只|份|支|台|把|块|张|床|本|副|顶"
    r"|辆|枚|组|口|管|听|盆|束|卷|片|杯|壶|锅|对|串|副"
)
_PIECES = compile_quick(
    rf"(?<!第)(?:{_UNITS})(?!装|入装?|组|套)|piece(?![- ]set)|pcs|item|unit|of (?:them|these|those|the|our|it)|packs"
)
_AFTER_ZH = re.compile(
    rf"\s?(?:能|可以?|就)?(?:买|拿|带走?|拍)?(两|[二三四五六七八九十]|[2-9]|[1-9]\d)(?:{_UNITS})(?!装|入|以上)"
)
_JUST_THEM = re.compile(r" [a-z-]{2,}s(?:,| for| are|:| -)? ")  # "two kettles, ninety dollars"
_FOR_SOME = re.compile(
    r" (?:for|covers|gets you|buys(?: you)?) (?:the )?([2-9]|two|three|four|five|six|a dozen)"
    r"(?= (?:of )?(?:them|these|those|pieces|of|bags|packs|boxes|bottles)\b|[.,;!?]|$)"
)
_PACK_OF = re.compile(r"\b(?:pack|set|box|case|bundle|bag) of $")  # the number is part of what is sold
_PAIR = compile_quick(
    r"\bfor (?:a pair|two|both)\b|\ba pair of\b|\bgrab a pair\b"
    r"|\ba pair (?:runs|is|costs|comes|will|would|sets)\b|一对|俩"
)
_SOLD_IN_PAIRS = re.compile(r"一对|两只装|两支装|\bpair\b")
_AT_LEAST = re.compile(r"minimum|at least|起订|起购|起卖")
_PLURAL = re.compile(r"(?:[a-z-]+ )?[a-z-]+s\b")
_SUMMED = re.compile(r"\b(?:comes? to|total|together|altogether|adds? up|costs?|in all)\b")
# "Two would come to", "two will run you", "three small bags are": the number is who pays, or what is paid for.
_MONEY_VERB = re.compile(
    r" ?(?:would|will|['’]d|['’]ll|are|come|cost|total|makes?|works? out|set|sets|run|runs"
    r"|for(?! (?:shipping|delivery|postage))|at|:|=|–|-)(?: |$)"
)
_GENERIC = frozenset(
    "ones bags packs boxes bottles pieces sets pairs units jars tins cans tubes copies rolls bars bundles items cases "
    "of them these those the our small large big little medium".split()
)
_TOGETHER_ZH = re.compile(r"一共|总共|合计|一起|共|加起来|打包|拼单|凑")


def pieces_before(reading: Reading, mention: Mention) -> Decimal | None:
    """How many pieces the sentence speaks of beside an amount: at least two, else None."""
    number = reading.clause_number(mention.start)
    first = reading.clauses[max(0, number - 1)]
    beside = [text_of(reading, n) for n in range(max(0, number - 1), number + 1)]
    if SHARED.search(beside[-1]) or any(_COUPON.search(part) for part in beside):
        # 拍两盒179.8，叠上满150减20的券，实付159.8: what was reckoned with stands further back.
        first = next(c for c in reading.clauses if c.sentence == reading.clauses[number].sentence)
    text = reading.text
    if _AT_LEAST.search(text, first.start, mention.start):
        return None
    after = _AFTER_ZH.match(text, mention.outer[1])
    if after and not _is_contents(reading, mention.end, text[after.start(1) : after.end()]):
        return parse_zh(after[1]) if not after[1].isdigit() else Decimal(after[1])
    for other in reversed([m for m in reading.mentions if first.start <= m.start and m.end <= mention.start]):
        if _counts_pieces(reading, other, mention):
            return other.quantity.low
    some = _FOR_SOME.match(text, mention.end)
    if some:
        return Decimal(12) if "dozen" in some[1] else parse_en(some[1]) if some[1].isalpha() else Decimal(some[1])
    if _PAIR.search(reading.clause_text(mention.start)):
        names = [name for sheet in reading.sheets_at(mention.start) for name in sheet.names]
        return None if any(_SOLD_IN_PAIRS.search(name) for name in names) else Decimal(2)
    return None


SHARED = re.compile(r"平均|均价|[合摊]到?(?:下来)?[一每]|算下来[一每]|\b(?:apiece|each|on average)\b")
_COUPON = re.compile(r"券|满减|coupon|voucher|code")


def text_of(reading: Reading, number: int) -> str:
    return reading.text[reading.clauses[number].start : reading.clauses[number].end]


def _counts_pieces(reading: Reading, other: Mention, mention: Mention) -> bool:
    quantity, text = other.quantity, reading.text
    if quantity.dimension not in ("count", "") or not 2 <= quantity.low <= 99 or quantity.low != quantity.high:
        return False
    if quantity.sides or _PACK_OF.search(text, 0, other.start) or text.startswith("-", other.number[1]):
        return False
    if text.startswith("第", other.start - 1) or _is_contents(reading, other.start, text[other.start : other.end]):
        return False
    unit = text[other.number[1] : other.number[1] + 12].lstrip(" -")
    if unit.startswith("of ") and any(0 <= start - other.number[1] <= 8 for start, _, _ in reading.regions):
        return True  # "2 of Fawn Bottle"
    return bool(
        _PIECES.match(unit)
        or (_PLURAL.match(unit) and _SUMMED.search(reading.clause_text(mention.start)))
        or _JUST_THEM.fullmatch(text, other.number[1], mention.outer[0])
        or _named_by_number(reading, other, mention)
    )


def _is_contents(reading: Reading, place: int, said: str) -> bool:
    """Whether so many are in what is sold (三十小包, "four wicks"): that is a property, no number of pieces."""
    figure = next((m.quantity for m in reading.mentions if reading.text[m.start : m.end] == said), None)
    if figure is None or figure.dimension != "count":
        return False
    return any(
        truth.unit.id == figure.unit.id and truth.low == figure.low
        for sheet in reading.sheets_at(place)[:2]
        for entry in sheet.entries
        if entry.key != "stock"
        for truth in entry.quantities
    )


def _named_by_number(reading: Reading, other: Mention, mention: Mention) -> bool:
    """ "Two would be $98", "three small bags are $55.50": a number with at most the product's own words after it."""
    text = reading.text
    if other.style == "zh" or not text[other.start].isascii():
        return False
    before = text[max(0, other.start - 8) : other.start]
    if before.rstrip().endswith(("in", "with", "has", "takes", "holds", "of", "$", "over", "under")):
        return False
    names = {
        word.rstrip("s")
        for sheet in reading.sheets_at(other.start)
        for title in (*sheet.names, *(e.fact.value.lower() for e in sheet.get("category")))
        for word in re.findall(r"[a-z\d]+", title)
    }
    variants = {
        word for sheet in reading.sheets_at(other.start) for options in sheet.variants.values() for word in options
    }
    place = other.number[1]
    while True:
        verb = _MONEY_VERB.match(text, place)
        if verb and verb.end() <= mention.outer[0]:
            return True
        word = re.compile(r" ([a-z\d.]+)").match(text, place)
        if word is None or word.end() > mention.outer[0]:
            return False
        known = word[1].rstrip("s") in names or word[1] in _GENERIC or any(word[1] in option for option in variants)
        if not known:
            return False
        place = word.end()
