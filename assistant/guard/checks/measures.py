"""Figures that are not money: sizes, weights, contents, counts, stock, discounts, terms of return and warranty."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from assistant.guard.checks.money import Till, deny, holds, role_of, variant_at
from assistant.guard.claims import Finding, Reading
from assistant.guard.sheet import Entry, Sheet, squeeze
from assistant.guard.style import plain, quantity_like
from assistant.guard.words import words
from knowledge.facts import Fact
from knowledge.quantity import Mention, Quantity, quantities_of
from knowledge.text import normalise

_STOCK_NEAR = re.compile(r"库存|现货|仓库|备了|存货|余量|备货|\bstock\b|inventory")
_STOCK_BEFORE = re.compile(
    r"(?:只剩下?|就剩下?|仅剩下?|还剩下?|剩下?|最后|只有|还有|仅有|不到|不足)\s?(?:最后|不到|了)?\s?$"
)
_STOCK_AFTER = re.compile(
    r"\s?(?:units? |pieces? |pairs? |items? |sets? )?(?:of (?:the |these |them |this |our )?[^.,;!?]{0,70}?)?\s?(?:left|in stock|remaining|available|to go)\b"
)
_SCARCE_ZH = re.compile(
    r"(?:(?:马上|快要?|就要|即将)(?:断货|卖完|没货|售罄)了?[，,]?)?(?:库存|现货)?(?:已经)?(?:只|就|仅|还|最后)(?:剩|有)?下?(?:最后)?\s?$"
)
_SCARCE_EN = re.compile(r"(?:only|just|merely)(?: about)? $")
_STOCK_UNITS = ("jian", "ge", "tao", "bao", "ct", "")
_COLOUR_COUNT = re.compile(r"\s?(?:个|种|款)?(?:颜色|色可选|配色|色号|花色)|色(?=[，。可任！]|$)|\s?colou?rs\b")
_DISCOUNT_NEAR = re.compile(r"\boff\b|discount|折扣|优惠|降价|半价|对折|half|less|save|reduc|markdown")
_PROCESS = re.compile(
    r"回复|稍等|等(?:一下|我)|客服|上班|在线|点关注|开播|下播|直播|倒计时|秒杀|抽奖|福袋|扣|公屏|链接|reply|respond|get back|hold on|wait|chat|link"
)
_TIME_WORDS = {"same": Decimal(0), "overnight": Decimal(1), "next": Decimal(1)}
_SHIP_WORD = re.compile(
    r"(?:on )?(?:the )?same day|same-day|overnight|(?:the )?next day|当天|当日|次日|隔天|隔日|即日|(?:今天|明天|后天)(?=(?:就|即|便)?(?:能|可以?)?(?:到(?!底|期)|送|发[货出走]|收到))"
)
_TITLE_UNITS = re.compile(r"件套|寸|升|件装|片装|只装|个装|枚|支装|件|把")
_PROMISE_UNITS = frozenset({"mass", "volume", "length", "area", "charge", "energy", "power", "voltage", "frequency", "pressure",
                            "data", "pixels", "temperature", "spf", "gsm", "generation", "zoom"})  # fmt: skip


def check_measures(reading: Reading) -> Iterable[Finding]:
    for mention in reading.mentions:
        quantity = mention.quantity
        if quantity.dimension in ("money", "date"):
            continue
        if quantity.dimension == "" and role_of(reading, mention) is not None and not _is_stock(reading, mention):
            continue
        if _already_material(reading, mention):
            continue
        finding = _judge(reading, mention)
        if finding is not None:
            yield finding
    yield from _ship_words(reading)


def _judge(reading: Reading, mention: Mention) -> Finding | None:
    sheets = reading.sheets_at(mention.start) or [Sheet("")]
    if _is_stock(reading, mention):
        return _stock(reading, mention, sheets)
    if _COLOUR_COUNT.match(reading.text, mention.number[1]):
        return _colour_count(reading, mention, sheets)
    if mention.quantity.dimension == "percent" and _is_discount(reading, mention):
        return _discount(reading, mention, sheets)
    if mention.quantity.dimension == "time":
        role = _time_role(reading, mention)
        if role is not None:
            return _term(reading, mention, sheets, role)
    return _property(reading, mention, sheets)


# --- stock ----------------------------------------------------------------------------------------------------------


def _is_stock(reading: Reading, mention: Mention) -> bool:
    if mention.quantity.unit.id not in _STOCK_UNITS or mention.quantity.sides:
        return False
    text = reading.text
    clause = reading.clause_at(mention.start)
    if _COLOUR_COUNT.match(text, mention.number[1]):
        return False
    if _STOCK_AFTER.match(text[: clause.end], mention.end):
        return True
    if reading.lang == "en" or mention.quantity.dimension == "":
        near = text[clause.start : mention.start]
        return bool(re.search(r"stock check|stock(?: level)?(?: [^.,;!?]{0,60})?(?: is|:)\s?$|库存[^，。]{0,6}$", near))
    near = text[clause.start : clause.end]
    return bool(
        _STOCK_NEAR.search(near)
        or _STOCK_BEFORE.search(text[clause.start : mention.outer[0]])
        and "件" in text[mention.start : mention.end]
    )


def _stock(reading: Reading, mention: Mention, sheets: Sequence[Sheet]) -> Finding | None:
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
    return Finding(mention.outer[0], mention.outer[1], "contradicted", reason, "stock",
                   replacement=figure + said, evidence=(fact,))  # fmt: skip


def _own_variant(reading: Reading, sheet: Sheet, mention: Mention, entries: list[Entry]) -> list[Entry]:
    variant = variant_at(reading, sheet, mention.start)
    own = [entry for entry in entries if variant and entry.fact.variant == variant]
    return own or sorted(entries, key=lambda entry: bool(entry.fact.variant))


# --- discounts, colours ---------------------------------------------------------------------------------------------


_OF_ANOTHER = re.compile(r"第[二三2-3]件|\b(?:second|another|next|other) (?:one|item|piece|pair)?")
_STOREWIDE = re.compile(r"全场|全店|所有商品|\b(?:everything|store[- ]?wide|site[- ]?wide|all items|every item)\b")
_REDUCED = re.compile(r"打|优惠|折扣|活动|价|元|限时|券|会员|全场|享受?|直接|促销")


def _is_discount(reading: Reading, mention: Mention) -> bool:
    if _OF_ANOTHER.search(reading.clause_text(mention.start)):
        return False  # 第二件半价 is an offer, not this product's discount
    if mention.quantity.unit.id == "zhe":  # 三折伞 is folded, not reduced
        return mention.quantity.low >= 4 or bool(_REDUCED.search(reading.clause_text(mention.start)))
    return bool(_DISCOUNT_NEAR.search(reading.clause_text(mention.start)))


def percent_off(quantity: Quantity) -> Decimal:
    """8折 and 20% both as 20."""
    return 100 - quantity.low * 10 if quantity.unit.id == "zhe" else quantity.low


def _discount(reading: Reading, mention: Mention, sheets: Sequence[Sheet]) -> Finding | None:
    claim = percent_off(mention.quantity)
    truths: list[tuple[Decimal, tuple[Fact, ...]]] = []
    if _STOREWIDE.search(reading.clause_text(mention.start)):
        sheets = [Sheet("")]
    for sheet in sheets:
        entries = [*sheet.get("discount"), *reading.index.common.get("discount")]
        truths += [(percent_off(q), (e.fact,)) for e in entries for q in e.quantities if q.dimension == "percent"]
        common = [e for e in reading.index.common.entries if e.fact.kind in ("promotion", "computed", "policy", "faq")]
        truths += [(percent_off(q), (e.fact,)) for e in common for q in e.quantities if q.dimension == "percent"]
        till = Till(sheet, reading.index.common, "")
        truths += [
            ((1 - price.value / full.value) * 100, full.facts + price.facts)
            for full in till.lists
            for price in till.prices
            if full.value > price.value
        ]
    for value, facts in truths:
        if abs(value - claim) < Decimal("0.55"):
            negation = reading.negation_before(mention.outer[0])
            if negation and not reading.is_quoted(mention.start, mention.end):
                return deny(reading, negation, "discount", facts)
            reading.said(*facts)
            return None
    if reading.negation_before(mention.outer[0]) or reading.is_quoted(mention.start, mention.end):
        return None
    reason = "折扣与资料不符" if reading.lang == "zh" else "the discount is another one"
    if not truths:
        return Finding(*mention.outer, "unsupported", reason, "discount")
    value, facts = truths[0]
    if re.search(r"半价|对折|half", reading.text[mention.start : mention.end]):
        fold = plain(((100 - value) / 10).quantize(Decimal("0.1"), ROUND_HALF_UP)) + "折"
        figure = fold if reading.lang == "zh" else plain(value.quantize(Decimal(1), ROUND_HALF_UP)) + "% off"
    elif mention.quantity.unit.id == "zhe":
        figure = plain(((100 - value) / 10).quantize(Decimal("0.1"), ROUND_HALF_UP)) + "折"
    else:
        figure = plain(value.quantize(Decimal(1), ROUND_HALF_UP)) + reading.raw(mention.number[1], mention.end)
    return Finding(mention.start, mention.end, "contradicted", reason, "discount", replacement=figure, evidence=facts)


def items_of(value: str) -> list[str]:
    """The single values of a list such as "金色、银色" or "珍珠粉/ 宝石蓝"."""
    return [
        item.strip()
        for item in re.split(r"[、，,/；;|]|\s和\s|(?<=[\u4e00-\u9fff])和(?=[\u4e00-\u9fff])|\band\b|\s{2,}", value)
        if item.strip()
    ]


def _colour_count(reading: Reading, mention: Mention, sheets: Sequence[Sheet]) -> Finding | None:
    counts: list[tuple[int, Fact]] = []
    for sheet in sheets:
        options = {e.squeezed: e.fact for e in sheet.get("color") if e.fact.variant}
        if options:
            counts.append((len(options), next(iter(options.values()))))
        counts += [(len(items_of(e.fact.value)), e.fact) for e in sheet.get("color") if not e.fact.variant]
    if not counts:
        return None
    claim = mention.quantity.low
    hit = next((fact for count, fact in counts if count == claim), None)
    if hit is not None:
        reading.said(hit)
        return None
    if reading.negation_before(mention.outer[0]) or reading.is_quoted(mention.start, mention.end):
        return None
    count, fact = counts[0]
    reason = "颜色数量与资料不符" if reading.lang == "zh" else "the number of colours is another one"
    rest = reading.raw(mention.number[1], mention.end)
    return Finding(
        mention.start, mention.end, "contradicted", reason, "color", replacement=f"{count}{rest}", evidence=(fact,)
    )


# --- terms: returns, warranty, shipping time ------------------------------------------------------------------------


def _time_role(reading: Reading, mention: Mention) -> str | None:
    near, around = reading.clause_text(mention.start), reading.around(mention.start)
    for role in words().time_roles:
        if (role.near is None or role.near.search(near)) and (role.around is None or role.around.search(around)):
            return role.name
    return None


def _term(reading: Reading, mention: Mention, sheets: Sequence[Sheet], role: str) -> Finding | None:
    entries = [e for sheet in sheets for e in sheet.get(role)] + reading.index.common.get(role)
    # A policy's prose may hold several terms; the product's own other terms (a warranty) are no support for this one.
    prose = [e for e in reading.index.common.entries if e.key == role or e.key not in _TERMS]
    prose += [e for sheet in sheets for e in sheet.entries if not e.known]
    for entry in (*entries, *prose):
        for truth in entry.quantities:
            if truth.dimension == "time" and _same_term(mention.quantity, truth):
                negation = reading.negation_before(mention.outer[0])
                if negation and not reading.is_quoted(mention.start, mention.end) and entry in entries:
                    return deny(reading, negation, role, (entry.fact,))
                reading.said(entry.fact)
                return None
    if reading.negation_before(mention.outer[0]) or reading.is_quoted(mention.start, mention.end):
        return None
    if not entries:
        if _PROCESS.search(reading.clause_text(mention.start)):
            return None
        reason = "资料里没有这个期限" if reading.lang == "zh" else "the facts state no such term"
        return Finding(*mention.outer, "unsupported", reason, role)
    return _mend_term(reading, mention, entries[0], role)


_TERMS = frozenset({"returns", "warranty", "ship_time"})


def _same_term(claim: Quantity, truth: Quantity) -> bool:
    if claim.low == claim.high and truth.low != truth.high:
        return False
    return claim.equals(truth)


def _mend_term(reading: Reading, mention: Mention, entry: Entry, role: str) -> Finding:
    zh = {"returns": "退货期限与资料不符", "warranty": "质保期限与资料不符", "ship_time": "发货时间与资料不符"}
    en = {
        "returns": "the return window is another one",
        "warranty": "the warranty is another one",
        "ship_time": "the shipping time is another one",
    }
    reason = (zh if reading.lang == "zh" else en)[role]
    text = reading.text
    start, end = mention.outer
    truth = next((q for q in entry.quantities if q.dimension == "time"), None)
    if role == "ship_time" and reading.lang == "en":
        lead = re.search(r"(?:in|within)\s?$", text[:start])
        start = lead.start() if lead else start
        return Finding(
            start, end, "contradicted", reason, role, replacement=ship_phrase(entry.fact.value), evidence=(entry.fact,)
        )
    if role == "warranty" and reading.lang == "en":
        return _mend_warranty(reading, mention, entry, truth, reason)
    if truth is None:
        return _no_term(reading, start, end, reason, role, entry)
    figures = plain(truth.low) if truth.low == truth.high else f"{plain(truth.low)}-{plain(truth.high)}"
    if mention.start < mention.end and reading.lang == "zh":
        replacement = figures + truth.unit.zh
    else:
        name = truth.unit.en if truth.high != 1 else truth.unit.en.rstrip("s")
        replacement = f"{figures} {name}"
    return Finding(start, end, "contradicted", reason, role, replacement=replacement, evidence=(entry.fact,))


_OFFERS_RETURN = re.compile(
    r"(?:you can|you may|you have|it can|they can|can)\b[^,.;!?]*|(?:支持|可以?|能)[^，。！？]*退[^，。！？哦～]*|[^，。！？]*(?:无忧|无理由)退[^，。！？哦～]*"
)


def _no_term(reading: Reading, start: int, end: int, reason: str, role: str, entry: Entry) -> Finding:
    """A term is promised where the facts refuse it: "within 30 days" with a "No return policy"."""
    clause = reading.clause_at(start)
    offer = _OFFERS_RETURN.search(reading.text, clause.start, clause.end) if role == "returns" else None
    text = None
    if offer and offer.start() <= start:
        start, end = offer.span()
        text = "不支持退货" if reading.lang == "zh" else "it can't be returned"
    return Finding(start, end, "contradicted", reason, role, replacement=text, evidence=(entry.fact,))


def _mend_warranty(reading: Reading, mention: Mention, entry: Entry, truth: Quantity | None, reason: str) -> Finding:
    text = reading.text
    start, end = mention.outer
    article = re.search(r"\b(?:an?|the|full)\s$", text[:start])
    tail = re.match(r"[ -](?:warranty|guarantee)", text[end:])
    lifetime = "lifetime" in normalise(entry.fact.value).text
    adjective = "-" in text[mention.number[1] : mention.end] or article is not None or tail is not None
    if truth is not None:
        name = truth.unit.en.rstrip("s")
        said = (
            f"{plain(truth.low)}-{name}"
            if adjective
            else f"{plain(truth.low)} {name if truth.low == 1 else truth.unit.en}"
        )
        if article and article[0].startswith("a"):
            start, said = article.start(), f"{'an' if plain(truth.low).startswith(('8', '11', '18')) else 'a'} {said}"
    elif lifetime:
        said = "lifetime"
        if article and article[0].startswith("a"):
            start, said = article.start(), "a lifetime"
    else:
        said = "no"
        start = article.start() if article else start
    return Finding(start, end, "contradicted", reason, "warranty", replacement=said, evidence=(entry.fact,))


def ship_phrase(value: str) -> str:
    """ "Ships in 1 month" → "in 1 month", "Ships overnight" → "overnight"."""
    phrase = re.sub(
        r"^(?:usually |normally )?(?:ships?|delivered|dispatched|delivery|arrives)\s+", "", value.strip(), flags=re.I
    )
    return phrase[:1].lower() + phrase[1:]


def _ship_words(reading: Reading) -> Iterable[Finding]:
    """same day, overnight, 次日: terms without a figure."""
    for match in _SHIP_WORD.finditer(reading.text):
        clause = reading.clause_text(match.start())
        if not re.search(r"\bship|deliver|go(?:es)? out|sent|dispatch|arriv|发|送|到|寄", clause):
            continue
        sheets = reading.sheets_at(match.start()) or [Sheet("")]
        entries = [e for sheet in sheets for e in sheet.get("ship_time")] + reading.index.common.get("ship_time")
        prose = [*entries, *reading.index.common.entries]
        said = squeeze(match[0]).removeprefix("on").removeprefix("the")
        hit = next((e for e in prose if said in e.squeezed), None)
        if hit is not None:
            reading.said(hit.fact)
            continue
        if reading.negation_before(match.start()) or reading.is_quoted(*match.span()) or not sheets[0].entries:
            continue
        reason = "发货时间与资料不符" if reading.lang == "zh" else "the shipping time is another one"
        if entries and reading.lang == "en":
            yield Finding(*match.span(), "contradicted", reason, "ship_time",
                          replacement=ship_phrase(entries[0].fact.value), evidence=(entries[0].fact,))  # fmt: skip
        else:
            yield Finding(*match.span(), "contradicted" if entries else "unsupported", reason, "ship_time")


# --- properties -----------------------------------------------------------------------------------------------------


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
    hinted: list[Entry] = []  # by a single word of their name only
    same: list[Entry] = []
    for sheet in sheets:
        for entry in sheet.entries:
            if entry.key in ("price", "list_price", "stock", "coupon") or not entry.quantities:
                continue
            distance = cue_distance(reading, entry, *mention.number, clause.start, clause.end)
            if distance is not None:
                cued.append((distance, entry))
            elif cue_distance(reading, entry, *mention.number, clause.start, clause.end, hints=True) is not None:
                hinted.append(entry)
            if any(_comparable(mention.quantity, truth) for truth in entry.quantities):
                same.append(entry)
    cued.sort(key=lambda pair: pair[0])
    strong = [e for distance, e in cued if distance == cued[0][0] and _speaks_of(mention, e)]
    prose = [e for sheet in (*sheets, common) for e in sheet.entries if e.fact.kind in _PROSE]
    hit = _supporting(mention, [*strong, *(e for _, e in cued), *prose])
    if hit is None and not strong:
        hit = _supporting(mention, [*same, *common.entries])
    if hit is None and mention.quantity.dimension == "length" and not mention.quantity.sides:
        hit = _supporting(mention, [e for sheet in sheets for e in sheet.entries])  # one side of a size
    strong = strong or [e for e in hinted if _speaks_of(mention, e)]
    if hit is not None:
        negation = reading.negation_before(mention.outer[0])
        if negation and not reading.is_quoted(mention.start, mention.end):
            return deny(reading, negation, hit.key, (hit.fact,))
        reading.said(hit.fact)
        return None
    if reading.negation_before(mention.outer[0]) or reading.is_quoted(mention.start, mention.end):
        return None
    if len(sheets) != 1 or not sheets[0].entries or _is_one(mention):
        return None
    return _wrong_property(reading, mention, strong, same)


_PROSE = frozenset({"text", "faq", "policy", "promotion", "computed", "order"})


def _speaks_of(mention: Mention, entry: Entry) -> bool:
    """Whether the entry has a figure the claim can be compared with, or the same figure in another unit."""
    claim = mention.quantity
    if any(_comparable(claim, truth) for truth in entry.quantities):
        return True
    return claim.dimension in _PROMISE_UNITS and any(_same_figure(claim, truth) for truth in entry.quantities)


def _is_one(mention: Mention) -> bool:
    """一件, 一遍, "one pack": a way of speaking, not a figure."""
    return mention.quantity.dimension in ("count", "") and mention.quantity.low == 1 and mention.style != "digits"


def _wrong_property(reading: Reading, mention: Mention, strong: list[Entry], same: list[Entry]) -> Finding | None:
    quantity = mention.quantity
    same_figure = [e for e in _sheet_entries(reading, mention) if any(_same_figure(quantity, q) for q in e.quantities)]
    target: Entry | None = None
    if strong:
        target = next((e for e in strong if any(_comparable(quantity, q) for q in e.quantities)), strong[0])
    elif quantity.dimension == "count" and not _counts_title(reading, mention):
        target = _counted_alike(reading, mention)
    elif quantity.dimension in _PROMISE_UNITS or quantity.dimension == "count":
        word = reading.text[mention.number[1] : mention.end].strip(" -")
        alike = [e for e in same if word and word in normalise(e.fact.value).text]
        target = (alike or same)[0] if len(same) == 1 or quantity.dimension == "count" and same else None
        if quantity.dimension in _PROMISE_UNITS and same_figure:
            target = same_figure[0]
    if target is None and quantity.dimension == "time" and _LASTING.search(reading.clause_text(mention.start)):
        reason = "资料里没有这个时长" if reading.lang == "zh" else "the facts state no such time"
        return Finding(*mention.outer, "unsupported", reason)
    if target is None:
        if quantity.dimension in _PROMISE_UNITS - {"generation", "zoom", "temperature"} and not _PROCESS.search(
            reading.clause_text(mention.start)
        ):
            reason = "资料里没有这个数据" if reading.lang == "zh" else "the facts hold no such figure"
            return Finding(*mention.outer, "unsupported", reason)
        return None
    return _mend_property(reading, mention, target)


_LASTING = re.compile(
    r"保温|保冷|保鲜|续航|待机|持续|持久|充电|充满|能用|可用|耐用|使用寿命|定妆|留香|防晒时长|\b(?:lasts?|keeps?|stays?|charges?|runs? for|battery|up to|of (?:use|play|battery))\b"
)
_ANY_UNIT = frozenset(
    "个 件 款 种 次 位 名 人 张 把 单 步 期 条 套 遍 piece pieces item items unit units pack packs pair pairs set sets".split()
)


def _counted_alike(reading: Reading, mention: Mention) -> Entry | None:
    """The entry that counts in the same rare unit: 枚, 根, loads."""
    said = reading.text[mention.number[1] : mention.end].strip(" -")
    if not said or said in _ANY_UNIT:
        return None
    for entry in _sheet_entries(reading, mention):
        value = normalise(entry.fact.value)
        if any(
            value.text[m.number[1] : m.end].strip(" -").rstrip("s") == said.rstrip("s") for m in quantities_of(value)
        ):
            return entry
    return None


def _sheet_entries(reading: Reading, mention: Mention) -> list[Entry]:
    sheets = reading.sheets_at(mention.start)
    return [e for e in sheets[0].entries if e.key not in ("price", "list_price", "stock", "coupon")] if sheets else []


def _same_figure(claim: Quantity, truth: Quantity) -> bool:
    return (
        claim.low == truth.low and claim.sides == truth.sides and claim.unit.id != truth.unit.id and bool(truth.unit.id)
    )


def _counts_title(reading: Reading, mention: Mention) -> bool:
    return bool(
        _TITLE_UNITS.match(reading.text, mention.number[1]) and "套" in reading.text[mention.start : mention.end + 1]
    )


def _comparable(claim: Quantity, truth: Quantity) -> bool:
    if bool(claim.sides) != bool(truth.sides):
        return False
    if claim.dimension == truth.dimension:
        return claim.dimension != "count" or claim.unit.id == truth.unit.id
    return {claim.dimension, truth.dimension} <= {"", "count", "zoom"}


def _supporting(mention: Mention, entries: Sequence[Entry]) -> Entry | None:
    exact = replace(mention.quantity, bound="exact")
    for entry in entries:
        claim = exact if entry.key == "min_order" else mention.quantity
        if any(_agrees(claim, truth) for truth in entry.quantities):
            return entry
    return None


def _agrees(claim: Quantity, truth: Quantity) -> bool:
    if claim.sides or truth.sides:
        if not claim.sides:
            return any(
                claim.dimension == truth.dimension and claim.low * claim.unit.factor == side for side in truth.base()
            )
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
        tolerated = truth.tolerance and abs(claim.low - truth.low) <= truth.tolerance and truth.unit.id == claim.unit.id
        return bool(tolerated or _rounded(claim, truth))
    if claim.dimension == truth.dimension or not (claim.dimension and truth.dimension):
        figure = truth.low * truth.unit.factor / (claim.unit.factor or 1)
        return holds(Quantity(claim.low, claim.high, bound=claim.bound), figure)
    return False


def _rounded(claim: Quantity, truth: Quantity) -> bool:
    """1136 g said as 1.14 kg: converted, and rounded to at least three figures."""
    if claim.unit.id == truth.unit.id or claim.dimension != truth.dimension or truth.low != truth.high:
        return False
    figure = truth.to(claim.unit).low
    digits = len(claim.low.normalize().as_tuple().digits)
    places = max(0, -int(claim.low.as_tuple().exponent))
    return digits >= 3 and round(figure, places) == claim.low


def cue_distance(
    reading: Reading, entry: Entry, start: int, end: int, opening: int, closing: int, *, hints: bool = False
) -> int | None:
    """How far the property's name stands from a value in its clause; None when the clause does not name it.

    `hints`: single words of a longer name count too.
    """
    text = reading.text
    best: int | None = None
    for cue in hints_of(entry) if hints else cues_of(entry):
        place = text.find(cue, opening, closing)
        while place != -1:
            stop = place + len(cue)
            if _is_word(text, place, stop) and not reading.in_name(place, stop) and not (place < end and start < stop):
                distance = start - stop if stop <= start else place - end + 1
                # The longer name is the better one: 填充物重量 before 重量.
                distance = max(0, distance) * 4 - len(cue) * 2
                best = distance if best is None or distance < best else best
            place = text.find(cue, place + 1, closing)
    return best


def _is_word(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 2]
    if not text[start].isascii():
        return True
    return not (before.isascii() and before.isalpha()) and not (
        after[:1].isascii() and after[:1].isalpha() and after not in ("s", "s ", "s.", "s,", "s:")
    )


def cues_of(entry: Entry) -> tuple[str, ...]:
    known = words().fields.get(entry.key)
    own = (entry.name,) if len(entry.name) >= 2 else ()
    if known is None:
        return own
    return own + known.cues


def hints_of(entry: Entry) -> tuple[str, ...]:
    """The telling words of an English name of several: "load" of "load size"."""
    parts = entry.name.split()
    if len(parts) < 2 or not entry.name.isascii():
        return ()
    return tuple(part.rstrip("s") for part in parts if len(part) > 3 and part not in _GENERIC)


_GENERIC = frozenset(
    "number type size total item product range content percentage level rating maximum upper phone count".split()
)


def _mend_property(reading: Reading, mention: Mention, entry: Entry) -> Finding:
    reason = "与资料不符" if reading.lang == "zh" else "the facts say otherwise"
    said = reading.raw(mention.start, mention.end)
    raw = entry.fact.value
    facts = quantities_of(normalise(raw))
    unit = said.lstrip("0123456789.,一二两三四五六七八九十百千万 -")
    alike = [m for m in facts if _comparable(mention.quantity, m.quantity)]
    chosen = next((m for m in alike if unit and raw[normalise(raw).span(m.start, m.end)[1] - 1] == unit[-1]), None)
    chosen = chosen or (alike or facts or [None])[0]
    if chosen is None:
        return Finding(*mention.outer, "contradicted", reason, entry.key, evidence=(entry.fact,))
    start, end = normalise(raw).span(chosen.start, chosen.end)
    value = raw[start:end]
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
    if (
        reading.lang == "en"
        and value
        and chosen.quantity.unit.dimension in ("mass", "volume")
        and not chosen.quantity.sides
    ):
        value = f"{raw[slice(*normalise(raw).span(*chosen.number))]} {chosen.quantity.unit.en}"
    replacement = quantity_like(said, chosen.quantity, value, reading.lang) if chosen.quantity.sides else value
    return Finding(
        mention.start, mention.end, "contradicted", reason, entry.key, replacement=replacement, evidence=(entry.fact,)
    )
