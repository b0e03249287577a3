"""Whether something is there: in stock, sold out, the last ones; one product, a size of it, or the others at hand."""

import re
from decimal import Decimal

from assistant.guard.claims import Finding, Reading
from assistant.guard.sheet import Sheet
from assistant.guard.style import plain
from assistant.guard.variants import variant_at
from assistant.guard.words import Phrase
from knowledge.facts import Fact
from knowledge.text import normalise

_OUT = re.compile(r"out of stock|sold out|缺货|无货|售罄|断货|下架|unavailable|^no$|^0$")


def check_availability(reading: Reading, phrase: Phrase, start: int, end: int) -> Finding | None:
    if _SEVERAL.search(reading.text, reading.clause_at(start).start, start):
        return _availability_of_several(reading, phrase, start, end)
    sheets = reading.sheets_at(start)
    if len(sheets) != 1 or re.search(
        r"\d\s?(?:件|个)?\s?$|\b(?:left|of [^.,;]{1,60}) $|\d [^.,;!?]{0,60}$", reading.text[max(0, start - 60) : start]
    ):
        return None  # "there are 30 left in stock" is a figure, judged as one
    sheet = sheets[0]
    if _EXCEPTED.search(reading.text[:start]):
        return None
    variant = _sized(reading, sheet, start) or variant_at(reading, sheet, start)
    stock = _stock(sheet, variant)
    told = _in_stock(sheet, stock)
    if told is None:
        return None
    available, facts = told
    if phrase.means == "few":
        return _not_few(reading, start, end, stock)
    if available == (phrase.means == "yes"):
        reading.said(*facts)
        return None
    # 马上断货，就剩两三件: the figure beside it is judged together with it
    if reading.lang == "zh" and re.match(r"[，,]?\s?(?:就|只|仅|还|最后)", reading.text[end : end + 3]):
        return None
    said = reading.text[start:end]
    reason = "有货状态与资料不符" if reading.lang == "zh" else "the availability is the other way round"
    text = _availability_text(reading, said, available, stock)
    return Finding(start, end, "contradicted", reason, "availability", replacement=text, evidence=facts)


_SIZE_WORDS = (
    ("s", re.compile(r"\bsmalls?\b|小码|小号")),
    ("m", re.compile(r"\bmediums?\b|中码|中号")),
    ("l", re.compile(r"(?<!extra )(?<!extra-)\blarges?\b|大码|大号")),
    ("xl", re.compile(r"\bextra[- ]larges?\b|加大码|加大号")),
)


def _sized(reading: Reading, sheet: Sheet, place: int) -> str:
    """The variant of a size said in words: "the medium" is M."""
    clause = reading.clause_text(place)
    said = [size for size, pattern in _SIZE_WORDS if pattern.search(clause)]
    found = [variant for variant, options in sheet.variants.items() if len(said) == 1 and said[0] in options]
    return found[0] if len(found) == 1 else ""


_EXCEPTED = re.compile(r"除了[^，。！？]*$|\b(?:everything|all|each) (?:but|except) [^.,;!?]*$", re.I)


def _not_few(reading: Reading, start: int, end: int, stock: list[tuple[Decimal, Fact]]) -> Finding | None:
    """ "库存不多了" of more than a dozen is false scarcity."""
    if not stock or max(value for value, _ in stock) <= 12:
        return None
    value, fact = max(stock, key=lambda pair: pair[0])
    text = f"库存还有{plain(value)}件" if reading.lang == "zh" else f"there are {plain(value)} left"
    reason = "库存并不紧张" if reading.lang == "zh" else "the stock is not low"
    return Finding(start, end, "contradicted", reason, "stock", replacement=text, evidence=(fact,))


def _availability_text(reading: Reading, said: str, available: bool, stock: list[tuple[Decimal, Fact]]) -> str:
    if reading.lang == "zh":
        if not available:
            return "暂时缺货"
        return f"库存还有{plain(stock[0][0])}件" if stock else "有现货"
    if available:
        return "available right now" if "sold out" in said or "unavailable" in said else "in stock"
    return "sold out right now" if said.startswith("available") and said.endswith("now") else "out of stock"


_SEVERAL = re.compile(
    r"[这那](?:几|两|三)[款个种]|这些|那些|其[他它](?:几|两|的|款)|别的|另外(?:几|两|的)|类似的|同类"
    r"|\b(?:these|those|the others|(?:similar|other) ones?)\b"
)
_ALL_OF_THEM = re.compile(r"都|全|\b(?:all|both|every)\b")


def _availability_of_several(reading: Reading, phrase: Phrase, start: int, end: int) -> Finding | None:
    """ "类似的这几款有货" speaks of the others at hand, not of the product of the page; with 都 of each of them."""
    sheets = [reading.index.sheet(subject) for subject in reading.in_play()]
    told = [one for sheet in sheets if (one := _in_stock(sheet, _stock(sheet))) is not None]
    right = [facts for available, facts in told if available == (phrase.means == "yes")]
    every = _ALL_OF_THEM.search(reading.text, reading.clause_at(start).start, start) is not None
    if phrase.means == "few" or not told or len(right) == len(told) or (right and not every):
        reading.said(*(fact for facts in right for fact in facts))
        return None
    reason = "不是每一款都这样" if reading.lang == "zh" else "this is not so of each of them"
    return Finding(
        start, end, "contradicted", reason, "availability", evidence=next(f for a, f in told if f not in right)
    )


def _stock(sheet: Sheet, variant: str = "") -> list[tuple[Decimal, Fact]]:
    counted = [e for e in sheet.get("stock") if not variant or e.fact.variant in ("", variant)]
    return [(q.low, e.fact) for e in counted for q in e.quantities[:1]]


def _in_stock(sheet: Sheet, stock: list[tuple[Decimal, Fact]]) -> tuple[bool, tuple[Fact, ...]] | None:
    """Whether there is any, by the word or the number in the facts; None: they say neither."""
    stated = sheet.get("availability") + [e for e in sheet.get("stock") if not e.quantities]  # 现货: 有
    if stated:
        return not _OUT.search(normalise(stated[0].fact.value).text), (stated[0].fact,)
    return (any(value > 0 for value, _ in stock), tuple(fact for _, fact in stock[:1])) if stock else None
