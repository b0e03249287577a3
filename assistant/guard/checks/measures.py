"""Figures that are not money: each is handed to who knows its kind, or held against the property it is said of."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from assistant.guard.checks.comparisons import check_comparisons, check_difference, is_ratio
from assistant.guard.checks.cues import cue_distance, measured_by
from assistant.guard.checks.dates import check_dates
from assistant.guard.checks.discounts import COLOUR_COUNT, check_colour_count, check_discount, is_discount
from assistant.guard.checks.money import deny, role_of
from assistant.guard.checks.stock import check_stock, is_stock
from assistant.guard.checks.terms import PROCESS, check_ship_words, check_term, time_role
from assistant.guard.checks.till import holds
from assistant.guard.claims import Finding, Reading
from assistant.guard.sheet import PROSE, Entry, Sheet
from assistant.guard.style import plain, quantity_like
from assistant.guard.words import words
from knowledge.quantity import Mention, Quantity, quantities_of
from knowledge.sieve import Sifted
from knowledge.text import normalise

_TITLE_UNITS = re.compile(r"件套|寸|升|件装|片装|只装|个装|枚|支装|件|把")
_PROMISE_UNITS = frozenset(
    "mass volume length area charge energy power voltage frequency pressure data pixels temperature spf gsm generation "
    "sound light zoom".split()
)


def check_measures(reading: Reading) -> Iterable[Finding]:
    for mention in reading.mentions:
        quantity = mention.quantity
        if quantity.dimension in ("money", "date") or is_ratio(reading, mention):
            continue
        compares, wrong = check_difference(reading, mention)
        if compares:
            if wrong is not None:
                yield wrong
            continue
        if quantity.dimension == "" and role_of(reading, mention) is not None and not is_stock(reading, mention):
            continue
        if _already_material(reading, mention):
            continue
        finding = _judge(reading, mention)
        if finding is not None:
            yield finding
    yield from check_ship_words(reading)
    yield from check_comparisons(reading)
    yield from check_dates(reading)


def _judge(reading: Reading, mention: Mention) -> Finding | None:
    sheets = reading.sheets_at(mention.start) or [Sheet("")]
    if (
        _of_the_shopper(reading, mention)
        or _of_the_range(reading, mention)
        or (_NOT_GUESSED.search(reading.text, reading.clause_text(mention.start)))
    ):
        return None
    if is_stock(reading, mention):
        return check_stock(reading, mention, sheets)
    if COLOUR_COUNT.match(reading.text, mention.number[1]):
        return check_colour_count(reading, mention, sheets)
    if mention.quantity.dimension == "percent" and is_discount(reading, mention):
        return check_discount(reading, mention, sheets)
    if mention.quantity.dimension == "time":
        role = time_role(reading, mention)
        if role is not None:
            return check_term(reading, mention, sheets, role)
    return _property(reading, mention, sheets)


_NOT_GUESSED = Sifted(
    re.compile(
        r"不(?:瞎|乱)?(?:猜|敢说|好说|确定|清楚|敢保证)|说不准"
        r"|\b(?:can['’]?(?:no)?t say|won['’]t guess|not sure|no idea)\b"
    )
)
_SHOPPER = re.compile(
    r"(?:您|你|身高|体重|人|孩子|宝宝)(?:大概|差不多|是|要是|如果)?\s?$"
    r"|\b(?:you|you're|you are|you weigh|you stand|if you're|i'm|i am|he's|she's)(?: about)? $"
)


def _of_the_shopper(reading: Reading, mention: Mention) -> bool:
    """您一米七: how tall or heavy the shopper is says nothing about the product."""
    return mention.quantity.dimension in ("length", "mass", "") and bool(
        _SHOPPER.search(reading.text[max(0, mention.outer[0] - 16) : mention.outer[0]])
    )


_NONE_BEFORE = re.compile(
    r"(?:没有|暂无|找不到|没找到)\s?$|\b(?:nothing|none|no \w+)(?: of| with| at| from| that's)? ?$"
)


def _of_the_range(reading: Reading, mention: Mention) -> bool:
    """没有1升以上的: what the shop does not carry says nothing about the product that comes nearest."""
    bound = mention.quantity.bound not in ("exact", "about")
    return bound and bool(_NONE_BEFORE.search(reading.text[: mention.outer[0]]))


def _already_material(reading: Reading, mention: Mention) -> bool:
    """100%棉 is a statement about material; `values` judges it as a whole."""
    if mention.quantity.dimension != "percent":
        return False
    rest = reading.text[mention.end : mention.end + 14].lstrip()
    return any(True for _ in words().values.at(rest, 0)) or bool(re.match(r"(?:[a-z]+ )?(?:cotton|wool|silk)", rest))


def _property(reading: Reading, mention: Mention, sheets: Sequence[Sheet]) -> Finding | None:
    clause = reading.clause_at(mention.start)
    common = reading.index.common
    cued: list[tuple[int, Entry]] = []
    hinted: list[tuple[int, Entry]] = []  # by a single word of their name only
    same: list[Entry] = []
    for sheet in sheets:
        for entry in sheet.measured:
            distance = cue_distance(reading, entry, *mention.number, clause.start, clause.end)
            if distance is not None:
                cued.append((distance, entry))
            else:
                hint = cue_distance(reading, entry, *mention.number, clause.start, clause.end, hints=True)
                if hint is not None:
                    hinted.append((hint, entry))
            if any(_comparable(mention.quantity, truth) for truth in entry.quantities):
                same.append(entry)
    cued.sort(key=lambda pair: pair[0])
    strong = [e for distance, e in cued if distance == cued[0][0] and _speaks_of(mention, e)]
    prose = [e for sheet in (*sheets, common) for e in sheet.prose]
    hit = _supporting(reading, mention, [*strong, *(e for _, e in cued), *prose])
    adjectives = [e for e in same if measured_by(reading, e, mention)] if not strong else []
    if hit is None and not strong:
        hit = _supporting(reading, mention, [*(adjectives or same), *common.entries])
    if hit is None and mention.quantity.dimension == "length" and not mention.quantity.sides and not adjectives:
        hit = _supporting(reading, mention, [e for sheet in sheets for e in sheet.entries])  # one side of a size
    hinted.sort(key=lambda pair: pair[0])
    hit = hit or _energy_used(reading, mention, sheets)
    strong = strong or adjectives or [e for _, e in hinted if _speaks_of(mention, e)]
    if hit is not None:
        negation = reading.negation_before(mention.outer[0])
        if negation and not reading.is_quoted(mention.start, mention.end):
            return deny(reading, negation, hit.key, (hit.fact,))
        # 这三款 is backed by no offer that happens to hold a three.
        if mention.quantity.dimension not in ("count", "") or hit not in common.entries:
            reading.said(hit.fact)
        return None
    if reading.negation_before(mention.outer[0]) or reading.is_quoted(mention.start, mention.end):
        return None
    if len(sheets) != 1 or not sheets[0].entries or _is_one(reading, mention):
        return None
    return _wrong_property(reading, mention, strong, same)


def _energy_used(reading: Reading, mention: Mention, sheets: Sequence[Sheet]) -> Entry | None:
    """开一天也就一度电 of 45 W: the power times the hours in the clause."""
    if mention.quantity.dimension != "energy":
        return None
    hours = [m.quantity for m in reading.mentions if m.quantity.dimension == "time"]
    for entry in (e for sheet in sheets for e in sheet.entries):
        for power in (q for q in entry.quantities if q.dimension == "power"):
            if any(holds(_in_base(mention.quantity), power.base()[1] * time.base()[0] / 3600) for time in hours):
                return entry
    return None


def _in_base(claim: Quantity) -> Quantity:
    low, high = claim.base()
    return Quantity(low, high, bound="about" if claim.bound == "exact" else claim.bound)


def _speaks_of(mention: Mention, entry: Entry) -> bool:
    """Whether the entry has a figure the claim can be compared with, or the same figure in another unit."""
    claim = mention.quantity
    if any(_comparable(claim, truth) for truth in entry.quantities):
        return True
    return claim.dimension in _PROMISE_UNITS and any(_same_figure(claim, truth) for truth in entry.quantities)


def _is_one(reading: Reading, mention: Mention) -> bool:
    """一件, 一遍, "one pack": a way of speaking, not a figure; and the unit of a price, "$3 an ounce", 三块钱一斤."""
    if mention.quantity.low != 1 or mention.style == "digits":
        return False
    place = len(reading.text[: mention.outer[0]].rstrip())
    priced = any(
        m.end in (place, place - 1)
        and m.quantity.dimension in ("money", "")
        or 0 <= m.outer[0] - mention.end <= 3
        and m.quantity.dimension == "money"
        for m in reading.mentions
    )
    return mention.quantity.dimension in ("count", "") or priced


def _wrong_property(reading: Reading, mention: Mention, strong: list[Entry], same: list[Entry]) -> Finding | None:
    quantity = mention.quantity
    same_figure = [e for e in _sheet_entries(reading, mention) if any(_same_figure(quantity, q) for q in e.quantities)]
    target: Entry | None = None
    per_piece = [e for e in same if _PACKED.search(normalise(e.fact.value).text)]
    if per_piece and _EACH.search(reading.text[max(0, mention.outer[0] - 10) : mention.outer[0]]):
        target = per_piece[0]  # 每小包30克 of 25g×30包
    elif strong:
        target = next((e for e in strong if any(_comparable(quantity, q) for q in e.quantities)), strong[0])
    elif quantity.dimension == "count" and not _counts_title(reading, mention):
        target = _counted_alike(reading, mention)
    elif quantity.dimension in _PROMISE_UNITS or quantity.dimension == "count":
        word = reading.text[mention.number[1] : mention.end].strip(" -")
        alike = [e for e in same if word and word in normalise(e.fact.value).text]
        one_value = same and all(_agree_all(entry, same[0]) for entry in same)
        target = (alike or same)[0] if one_value or quantity.dimension == "count" and same else None
        if quantity.dimension in _PROMISE_UNITS and same_figure:
            target = same_figure[0]
    if target is None and quantity.dimension == "" and _STARS.match(reading.text, mention.end):
        reason = "资料里没有评分" if reading.lang == "zh" else "the facts hold no rating"
        return Finding(*mention.outer, "unsupported", reason, "rating")
    if target is None and quantity.dimension == "time" and _LASTING.search(reading.clause_text(mention.start)):
        reason = "资料里没有这个时长" if reading.lang == "zh" else "the facts state no such time"
        return Finding(*mention.outer, "unsupported", reason)
    if target is None and _is_unbacked_count(reading, mention):
        reason = "资料里没有这个数据" if reading.lang == "zh" else "the facts hold no such figure"
        return Finding(*mention.outer, "unsupported", reason)
    if target is None:
        if quantity.dimension in _PROMISE_UNITS - {"generation", "zoom", "temperature"} and not PROCESS.search(
            reading.clause_text(mention.start)
        ):
            reason = "资料里没有这个数据" if reading.lang == "zh" else "the facts hold no such figure"
            return Finding(*mention.outer, "unsupported", reason)
        return None
    return _mend_property(reading, mention, target)


def _is_unbacked_count(reading: Reading, mention: Mention) -> bool:
    """吸水率400%, "over 3 million bags sold": a rate or a number of buyers that no fact states."""
    near = reading.clause_text(mention.start)
    if PROCESS.search(near):
        return False
    if mention.quantity.dimension == "percent":
        return mention.quantity.unit.id == "pct" and bool(_RATE.search(near))
    return mention.quantity.dimension in ("count", "") and mention.quantity.low >= 1000 and bool(_SOLD.search(near))


def _agree_all(one: Entry, other: Entry) -> bool:
    """Whether two entries state the same figure: the title repeats what an attribute says."""
    return one is other or any(q.equals(truth) for q in one.quantities for truth in other.quantities)


_LASTING = re.compile(
    r"保温|保冷|保鲜|续航|待机|持续|持久|充电|充满|能用|可用|耐用|使用寿命|定妆|留香"
    r"|防晒时长|\b(?:lasts?|keeps?|stays?|charges?|runs? for|battery|up to|of (?:use|play"
    r"|battery))\b"
)
_STARS = re.compile(r"[ -]?(?:stars?\b|out of (?:5|five|10|ten)\b|分好评)")
# Kinds of units that are taken for each other; 25克 is no slip for 25℃.
_MISTAKEN = (
    {"mass", "volume"}, {"charge", "energy"}, {"power", "voltage"}, {"mass", "gsm"}, {"frequency", "power"},
    {"length", "area"}, {"charge", "power"}, {"length", "volume"},
)  # fmt: skip
_PACKED = re.compile(r"[×x*]\s?\d+|每|\bper\b|/[包袋片粒]")
_EACH = re.compile(r"(?:每[^\d，。]{0,4}|[一单][小]?[袋包片颗粒块支]|\b(?:each|every|per) [a-z ]{0,8})$")
_RATE = re.compile(r"率|含量|浓度|纯度|占比|\b(?:rate|efficiency|purity|concentration)\b")
_SOLD = re.compile(
    r"卖|售出|销量|销了|销出|买过|回购|复购|\b(?:sold|roasted|shipped|bought|served|customers|buyers|shoppers|people|orders)\b"
)
_ANY_UNIT = frozenset(
    (
        "个 件 款 种 次 位 名 人 张 把 单 步 期 条 套 遍 piece pieces item items unit units"
        " pack packs pair pairs set sets"
    ).split()
)


def _counted_alike(reading: Reading, mention: Mention) -> Entry | None:
    """The entry that counts in the same rare unit: 枚, 根, loads."""
    said = reading.text[mention.number[1] : mention.end].strip(" -").lstrip("小大")
    if not said or said in _ANY_UNIT:
        return None
    noun = _NOUN.match(reading.text, mention.end)
    sheets = reading.sheets_at(mention.start)
    if noun and not any(noun[0][i : i + 2] in sheet.text for sheet in sheets for i in range(len(noun[0]) - 1)):
        return None  # 六根绑带 of a cloth of 200 threads: another thing is counted
    for entry in _sheet_entries(reading, mention):
        value = normalise(entry.fact.value)
        if any(
            value.text[m.number[1] : m.end].strip(" -").rstrip("s") == said.rstrip("s") for m in quantities_of(value)
        ):
            return entry
    return None


_NOUN = re.compile(
    r"(?!可以|够|能|就|都|也|还|呢|哦|左右|以上|以内|装|一|的|在|是|有|才|只|包邮|给|起|每|全)[\u4e00-\u9fff]{2,5}"
)


def _sheet_entries(reading: Reading, mention: Mention) -> list[Entry]:
    sheets = reading.sheets_at(mention.start)
    return [e for e in sheets[0].entries if e.key not in ("price", "list_price", "stock", "coupon")] if sheets else []


def _same_figure(claim: Quantity, truth: Quantity) -> bool:
    if claim.low != truth.low or claim.sides != truth.sides or claim.unit.id == truth.unit.id or not truth.unit.id:
        return False
    return claim.dimension == truth.dimension or {claim.dimension, truth.dimension} in _MISTAKEN


def _counts_title(reading: Reading, mention: Mention) -> bool:
    return bool(
        _TITLE_UNITS.match(reading.text, mention.number[1]) and "套" in reading.text[mention.start : mention.end + 1]
    )


def _comparable(claim: Quantity, truth: Quantity) -> bool:
    if bool(claim.sides) != bool(truth.sides):
        return False
    if claim.dimension == truth.dimension:
        return claim.dimension != "count" or claim.unit.id == truth.unit.id
    dimensions = {claim.dimension, truth.dimension}
    return dimensions <= {"", "count", "zoom"} or dimensions == {"temperature", "angle"}  # 135度 of 90-135°


def _supporting(reading: Reading, mention: Mention, entries: Sequence[Entry]) -> Entry | None:
    near = reading.clause_text(mention.start)
    extreme = _EXTREME.search(reading.text[max(0, mention.outer[0] - 12) : mention.start])
    for entry in entries:
        claim = replace(mention.quantity, bound="exact") if entry.key == "min_order" else mention.quantity
        if extreme and any(_is_end(claim, truth) for truth in _meant(entry, near, claim)):
            return entry
        if any(_agrees(claim, truth) for truth in _meant(entry, near, claim)):
            return entry
    return None


_EXTREME = re.compile(
    r"(?:最[低高大小多少长短]|至多|至少|从|[能可]\S{0,3}到|低至|高达)\S{0,3}$"
    r"|\b(?:up to|down to|as (?:low|high|little|much) as|from|to|max|min)[a-z ]{0,6}$"
)


_LOWEST = re.compile(r"最[低小少短]|从|低至|\b(?:down to|as (?:low|little) as|from|min)\b")


def _end_of(reading: Reading, mention: Mention, truth: Quantity) -> str | None:
    """The end of a range that is meant, in the claim's own unit: 135度 for 最大能躺到160度 of 90-135°."""
    before = reading.text[max(0, mention.outer[0] - 12) : mention.start]
    if truth.low == truth.high or mention.quantity.low != mention.quantity.high or not _EXTREME.search(before):
        return None
    end = truth.low if _LOWEST.search(before) else truth.high
    if truth.unit.id != mention.quantity.unit.id and truth.dimension == mention.quantity.dimension:
        end = end * truth.unit.factor / mention.quantity.unit.factor
    return plain(end) + reading.raw(mention.number[1], mention.end)


def _is_end(claim: Quantity, truth: Quantity) -> bool:
    """Whether the figure is one end of a range: 最低45 of 45-53."""
    if (
        truth.low == truth.high
        or truth.sides
        or claim.sides
        or claim.low != claim.high
        or not _comparable(claim, truth)
    ):
        return False
    if claim.dimension != truth.dimension:
        return claim.low in (truth.low, truth.high)
    return claim.base()[0] in truth.base()


def _meant(entry: Entry, near: str, claim: Quantity) -> Sequence[Quantity]:
    """Of "睡眠档24dB，最高64dB" those the clause names by their own words, else all; prose has no such labels."""
    if entry.fact.kind in PROSE:
        return entry.quantities
    labels = [(label, quantity) for label, quantity in _labels(entry.fact.value) if _comparable(claim, quantity)]
    if len(labels) < 2 or not all(label for label, _ in labels):
        return entry.quantities
    return [quantity for label, quantity in labels if label in near] or entry.quantities


@lru_cache(maxsize=4096)
def _labels(value: str) -> tuple[tuple[str, Quantity], ...]:
    """The figures of a value with the Chinese words directly before each."""
    text = normalise(value)
    found: list[tuple[str, Quantity]] = []
    end = 0
    for mention in quantities_of(text):
        words_before = _LABEL.search(text.text[end : mention.outer[0]])
        found.append((words_before[1] if words_before else "", mention.quantity))
        end = mention.outer[1]
    return tuple(found) if len(found) > 1 else ()


_LABEL = re.compile(r"([\u4e00-\u9fff]{2,6}?)[:：约]?$")


def _agrees(claim: Quantity, truth: Quantity) -> bool:
    if claim.unit.id in ("jin", "liang") and truth.dimension == "volume" and not truth.sides:
        return claim.base() == truth.base()  # a cup of 八两 holds so much water
    if claim.sides or truth.sides:
        if not claim.sides:
            return any(claim.dimension == truth.dimension and _is_side(claim, truth, side) for side in truth.base())
        if len(claim.sides) > len(truth.sides) or (claim.dimension and claim.dimension != truth.dimension):
            return False
        mine, theirs = (
            list(claim.base() if claim.dimension else claim.sides),
            list(truth.base() if claim.dimension else truth.sides),
        )
        return all(any(abs(a - b) <= Decimal("0.002") * b for b in theirs) for a in mine)
    if not _comparable(claim, truth):
        return False
    if claim.equals(truth) or (
        claim.dimension != truth.dimension and (claim.low, claim.high) == (truth.low, truth.high)
    ):
        return True
    if claim.low == claim.high and claim.bound == "exact":
        if truth.bound == "most" and claim.low < truth.high and claim.dimension == "length":
            return claim.low * claim.unit.factor >= truth.high * truth.unit.factor / 2  # a 14-inch one where 15 fit
        tolerated = truth.tolerance and abs(claim.low - truth.low) <= truth.tolerance and truth.unit.id == claim.unit.id
        return bool(tolerated or _rounded(claim, truth))
    alike = {claim.dimension, truth.dimension} == {"temperature", "angle"}
    if claim.dimension == truth.dimension or alike or not (claim.dimension and truth.dimension):
        end = truth.high if claim.bound in ("most", "under") else truth.low
        figure = end * truth.unit.factor / (claim.unit.factor or 1)
        if claim.bound == "most":  # "holds up to a litre" says a litre, not anything below
            return claim.high * Decimal("0.8") <= figure <= claim.high
        return holds(Quantity(claim.low, claim.high, bound=claim.bound), figure)
    return False


def _is_side(claim: Quantity, truth: Quantity, side: Decimal) -> bool:
    """One side of a size, perhaps as the whole number it rounds to: six inches of 6.1."""
    if claim.low * claim.unit.factor == side:
        return True
    figure = side / claim.unit.factor
    if claim.bound == "about":
        return abs(figure - claim.low) <= figure / 10
    return claim.unit.id == truth.unit.id and claim.low >= 5 and round(figure) == claim.low == int(claim.low)


def _rounded(claim: Quantity, truth: Quantity) -> bool:
    """1136 g said as 1.14 kg: converted, and rounded to at least three figures."""
    if claim.unit.id == truth.unit.id or claim.dimension != truth.dimension or truth.low != truth.high:
        return False
    figure = truth.to(claim.unit).low
    digits = len(claim.low.normalize().as_tuple().digits)
    places = max(0, -int(claim.low.as_tuple().exponent))
    return digits >= 3 and round(figure, places) == claim.low


def _ratio(one: Quantity, other: Quantity) -> Decimal:
    """How far apart two amounts are, 1 or more; the same whatever their units."""
    first, second = one.base()[0], other.base()[0]
    low, high = min(first, second), max(first, second)
    return high / low if low > 0 else Decimal("Infinity")


def _mend_property(reading: Reading, mention: Mention, entry: Entry) -> Finding:
    reason = "与资料不符" if reading.lang == "zh" else "the facts say otherwise"
    said = reading.raw(mention.start, mention.end)
    raw = entry.fact.value
    facts = quantities_of(normalise(raw))
    unit = said.lstrip("0123456789.,一二两三四五六七八九十百千万 -")
    meant = _meant(entry, reading.clause_text(mention.start), mention.quantity)
    alike = [m for m in facts if m.quantity in meant and _comparable(mention.quantity, m.quantity)]
    if all(m.quantity.unit.id for m in alike):  # not so "4.2 out of 5"
        alike.sort(key=lambda m: _ratio(mention.quantity, m.quantity))  # of 0.5+1.5kg the nearer one is meant
    chosen = next((m for m in alike if unit and raw[normalise(raw).span(m.start, m.end)[1] - 1] == unit[-1]), None)
    if chosen is None and (alike or facts):
        chosen = (alike or facts)[0]
    if chosen is None:
        return Finding(*mention.outer, "contradicted", reason, entry.key, evidence=(entry.fact,))
    value = raw[slice(*normalise(raw).span(chosen.start, chosen.end))]
    if not chosen.quantity.unit.id and mention.quantity.unit.id:
        value += reading.raw(mention.number[1], mention.end)
    if chosen.quantity.unit.id and not mention.quantity.unit.id:
        number = normalise(raw).span(*chosen.number)
        value = raw[number[0] : number[1]]
    elif (
        not mention.quantity.sides and chosen.quantity.unit.id == mention.quantity.unit.id and mention.style == "digits"
    ):
        number = normalise(raw).span(*chosen.number)
        value = raw[number[0] : number[1]] + reading.raw(mention.number[1], mention.end)
    if mention.quantity.bound in ("under", "over") and not mention.quantity.sides:
        start, end = mention.outer  # 不到三斤 of what weighs five: the bound goes with its figure
    else:
        start, end = mention.start, mention.end
    if (
        reading.lang == "en"
        and value
        and chosen.quantity.unit.dimension in ("mass", "volume")
        and not chosen.quantity.sides
        and chosen.quantity.unit.id != mention.quantity.unit.id
    ):
        value = f"{raw[slice(*normalise(raw).span(*chosen.number))]} {chosen.quantity.unit.en}"
    value = _end_of(reading, mention, chosen.quantity) or value
    replacement = quantity_like(said, chosen.quantity, value, reading.lang) if chosen.quantity.sides else value
    return Finding(start, end, "contradicted", reason, entry.key, replacement=replacement, evidence=(entry.fact,))
