"""Products held against each other: 两倍重, "twice as long", 比它短一年, "70 hours longer"."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from assistant.guard.checks.till import holds
from assistant.guard.claims import Finding, Reading
from assistant.guard.sheet import Entry, Sheet
from assistant.guard.style import plain
from knowledge.facts import Fact
from knowledge.numerals import parse_en, parse_zh
from knowledge.quantity import Mention, Quantity
from knowledge.sieve import Sieve

_RATIO_ZH = re.compile(
    r"(?<!第)(?P<n>\d+(?:\.\d+)?|[一二两三四五六七八九十]+|几)倍|(?P<half>一半)(?=重|轻|价|大|长|的?重量|的?价|的?容量)"
)
_RATIO_EN = re.compile(
    r"\b(?P<word>twice|double|triple|half)(?: (?:as|the)\b)"
    r"|\b(?P<n>\d+(?:\.\d+)?|[a-z]+) times (?:as|the|more|longer|bigger|heavier)\b"
)
_SHORT_OF = re.compile(r"(?:不到|差不多|将近|接近|almost|nearly|about|roughly|close to)\s?$")
_MORE_THAN = re.compile(r"(?:超过|不止|more than|over)\s?$")
_WORDS = {"twice": Decimal(2), "double": Decimal(2), "triple": Decimal(3), "half": Decimal("0.5")}
# What is compared where only an adjective says it.
_DIMENSIONS = (
    (re.compile(r"重|斤|\bheav|\bweigh"), ("mass",)),
    (re.compile(r"容量|能装|装得|\bhold|\bcapacity|\broom"), ("volume", "mass")),
    (re.compile(r"久|时间|时长|保质|续航|\blong(?:er)?\b|\bburn|\blast|\bruns?\b|\bbattery"), ("time", "charge")),
    (re.compile(r"长|高|宽|厚|深|\btall|\bwide|\blong\b|\bthick|\bdeep"), ("length",)),
    (re.compile(r"亮|\bbright"), ("light",)),
    (re.compile(r"响|吵|静|\bloud|\bquiet"), ("sound",)),
    (re.compile(r"功率|\bpower|\bwatts?\b|\bdraws?\b"), ("power",)),
    (re.compile(r"贵|价|钱|\bprice|\bexpensive|\bcosts?"), ("money",)),
    (re.compile(r"大|多|\bbig|\blarge|\bmuch"), ("mass", "volume", "length")),
)
_DIFFERS = re.compile(r"(?:短|重|轻|大|小|高|低|矮|宽|窄|厚|薄|多|少|久|长)(?:了|出|上|足足|整整|将近)*\s?$")
_DIFFERS_EN = re.compile(
    r"\s?(?:longer|shorter|heavier|lighter|taller|higher|lower|wider|narrower|bigger|smaller"
    r"|deeper|thicker|(?:more|less)(?! than \d))\b"
)
_THAN = re.compile(r"比|\bthan\b|短|轻|矮|窄|薄|\b(?:shorter|lighter|lower|higher|narrower)\b")


@dataclass(frozen=True, slots=True)
class Pair:
    """A property that two products both state."""

    one: Entry
    other: Entry
    left: Quantity
    right: Quantity

    @property
    def ratio(self) -> Decimal:
        return self.left.base()[0] / self.right.base()[0]

    @property
    def facts(self) -> tuple[Fact, ...]:
        return self.one.fact, self.other.fact


def compared(reading: Reading, place: int) -> tuple[Sheet, Sheet] | None:
    """The product a statement at `place` is about and the one it is held against, when there are just these two."""
    named = list(dict.fromkeys(subject for start, _, subject in reading.regions if start <= place))
    subjects = reading.in_play(dict.fromkeys(subject for _, _, subject in reading.regions))
    if len(subjects) != 2 or not named:
        return None
    sentence = reading.clause_at(place).sentence
    here = [s for start, _, s in reading.regions if start <= place and reading.clause_at(start).sentence == sentence]
    # A是B的三倍 names both before the figure: the first is the one spoken of.
    clause = reading.clause_at(place)
    own = [s for start, _, s in reading.regions if clause.start <= start <= place] or here[-1:]
    first = own[0] if own else named[-1]
    second = next(subject for subject in subjects if subject != first)
    return reading.index.sheet(first), reading.index.sheet(second)


_RATIOS = Sieve(((_RATIO_ZH, None), (_RATIO_EN, None)))


def check_comparisons(reading: Reading) -> Iterable[Finding]:
    """Ratios between two products."""
    for pattern, _ in _RATIOS.fitting(reading.text):
        for match in pattern.finditer(reading.text):
            finding = _judge_ratio(reading, match)
            if finding is not None:
                yield finding


def is_ratio(reading: Reading, mention: Mention) -> bool:
    """Whether the figure belongs to 三倍 or "ten times as much", judged there."""
    return any(
        match.start() <= mention.start < match.end()
        for pattern, _ in _RATIOS.fitting(reading.text)
        for match in pattern.finditer(reading.text)
    )


def _judge_ratio(reading: Reading, match: re.Match[str]) -> Finding | None:
    groups = match.groupdict()
    number = groups.get("n")
    if groups.get("half"):
        ratio: Decimal | None = Decimal("0.5")
    elif number:
        ratio = Decimal(number) if number[0].isdigit() else parse_en(number) if number.isascii() else parse_zh(number)
    else:
        ratio = _WORDS.get(groups.get("word") or "")
    sheets = compared(reading, match.start())
    if ratio is None or sheets is None or reading.is_quoted(*match.span()) or reading.negation_before(match.start()):
        return None
    pairs = _pairs(reading, match, *sheets)
    before = reading.text[max(0, match.start() - 12) : match.start()]
    for pair in pairs:
        if _MORE_THAN.search(before):
            true = pair.ratio > ratio
        elif _SHORT_OF.search(before):
            true = ratio * Decimal("0.8") <= pair.ratio <= ratio * Decimal("1.1")
        else:
            true = abs(pair.ratio - ratio) <= Decimal("0.06") * ratio
        if true:
            reading.said(*pair.facts)
            return None
    if not pairs:
        return None
    return _mend_ratio(reading, match, pairs[0])


def _mend_ratio(reading: Reading, match: re.Match[str], pair: Pair) -> Finding:
    reason = "两款相比不是这个倍数" if reading.lang == "zh" else "the two do not compare like that"
    value = plain(pair.ratio.quantize(Decimal("0.1"), ROUND_HALF_UP))
    start, end = match.start(), match.end()
    if match.groupdict().get("n"):
        start, end = match.span("n")
        text: str | None = "两" if value == "2" and not match["n"].isascii() else value
    elif match.groupdict().get("word"):
        start, end = match.span("word")
        text = f"{value} times"
    else:
        text = None
    if pair.ratio < Decimal("1.05") and text is not None and text not in ("0.5 times",):
        text = None
    return Finding(start, end, "contradicted", reason, pair.one.key, replacement=text, evidence=pair.facts)


def _pairs(reading: Reading, match: re.Match[str], one: Sheet, other: Sheet) -> list[Pair]:
    """The properties that may be meant, likeliest first: those the clause names, else those its adjective measures."""
    shared = list(shared_measures(one, other))
    clause = reading.clause_at(match.start())
    text = reading.text[clause.start : clause.end]
    named = [pair for pair in shared if pair.one.name in text]
    if named:
        return named
    beside = text[max(0, match.start() - clause.start - 8) :]
    for pattern, dimensions in _DIMENSIONS:
        if pattern.search(beside):
            found = [pair for name in dimensions for pair in shared if pair.left.dimension == name]
            if found:
                return found
    return []


def shared_measures(one: Sheet, other: Sheet) -> Iterable[Pair]:
    for entry in one.entries:
        for twin in other.get(entry.key):
            left, right = _figure(entry), _figure(twin)
            if left is not None and right is not None and left.dimension == right.dimension and right.base()[0]:
                yield Pair(entry, twin, left, right)


def _figure(entry: Entry) -> Quantity | None:
    if entry.key in ("stock", "list_price", "coupon", "shipping_fee") or not entry.quantities:
        return None
    quantity = entry.quantities[0]
    return quantity if not quantity.sides and quantity.dimension and quantity.low else None


def check_difference(reading: Reading, mention: Mention) -> tuple[bool, Finding | None]:
    """Whether a measure is how much one product has more or less than the other, and what is wrong with it."""
    before, after = reading.text[max(0, mention.outer[0] - 10) : mention.outer[0]], reading.text[mention.end :]
    told = _DIFFERS.search(before) and _THAN.search(reading.clause_text(mention.start))
    if not told and not _DIFFERS_EN.match(after):
        return False, None
    sheets = compared(reading, mention.start)
    if sheets is None or not mention.quantity.dimension:
        return False, None
    pairs = [pair for pair in shared_measures(*sheets) if pair.left.dimension == mention.quantity.dimension]
    for pair in pairs:
        if _true_difference(mention.quantity, pair):
            reading.said(*pair.facts)
            return True, None
    if len(pairs) != 1 or reading.is_quoted(mention.start, mention.end):
        return bool(pairs), None
    return True, _mend_difference(reading, mention, pairs)


def _true_difference(claim: Quantity, pair: Pair) -> bool:
    apart = abs(pair.left.base()[0] - pair.right.base()[0]) / claim.unit.factor
    return holds(Quantity(claim.low, claim.high, bound=claim.bound), apart) or abs(apart - claim.low) <= apart / 50


def _mend_difference(reading: Reading, mention: Mention, pairs: Sequence[Pair]) -> Finding:
    pair, unit = pairs[0], mention.quantity.unit
    apart = abs(pair.left.base()[0] - pair.right.base()[0]) / unit.factor
    reason = "两款相差的不是这么多" if reading.lang == "zh" else "the two differ by another amount"
    text = plain(apart.quantize(Decimal("0.1"), ROUND_HALF_UP)) + reading.raw(mention.number[1], mention.end)
    return Finding(
        mention.start, mention.end, "contradicted", reason, pair.one.key, replacement=text, evidence=pair.facts
    )
