"""Statements without a figure: returns refused, sold out, free shipping; and promises the facts do not make."""

import re
from collections.abc import Iterable

from assistant.guard.checks.availability import check_availability
from assistant.guard.checks.belongings import check_belongings
from assistant.guard.checks.compare import check_comparisons
from assistant.guard.checks.everything import check_everything
from assistant.guard.checks.features import NO_VALUE, check_features
from assistant.guard.checks.made_of import check_made_of
from assistant.guard.checks.sizes import check_sizes
from assistant.guard.checks.till import till_of
from assistant.guard.claims import Finding, Reading
from assistant.guard.law import is_denied
from assistant.guard.sheet import Entry, Sheet, squeeze
from assistant.guard.style import plain
from assistant.guard.words import Phrase, Promise, words
from knowledge.facts import Fact
from knowledge.quantity import quantities_of
from knowledge.text import normalise

_ASKED = re.compile(
    r"是否|是不是|有没有|能不能|会不会|可不可以|如果|要是|若|假如|希望|但愿|担心|怕|想要"
    r"|想找|您要|问(?:一下|到|过)?|\b(?:if|whether|do you (?:want|need)|would you like"
    r"|looking for|unless)\b"
)
_QUESTION_END = re.compile(r"(?:吗|么|呢|嘛)?[？?]|(?:吗|没有|不)$")
_REFUSES = re.compile(r"不退|不支持|不可|不能|概不|\bno\b|final|non-|not (?:returnable|accepted)|无退")
_FULL_ZH = re.compile(r"[\u4e00-\u9fff]")
_FILLER_ZH = re.compile(
    r"的|了|过|有|是|很|都|也|还|再|就|能|可以|直接|支持|享受?|赠送?|附赠|送|免费|提供|通过"
    r"|获得?|拿到?|经过?|累计|已经|下单|今天|现在|这款|它|一个|一份|一|个|件|您|你|大家|会"
    r"|可|用|做|带|含|加|里面|达到|符合|专业|高达"
)
_WORD = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_SMALL = frozenset(
    (
        "a an the of for in on by to with and or is are be been it its it's this that we you your our they all from as "
        "at up also made designed crafted manufactured built produced assembled imported sourced developed engineered "
        "created get gets comes come has have had free over more than already so far includes included include fully "
        "completely 100"
    ).split()
)


def check_statements(reading: Reading) -> Iterable[Finding]:
    taken: list[tuple[int, int]] = []
    for check in _CHECKS:
        for finding in check(reading):
            if not any(s < finding.end and finding.start < e for s, e in taken):
                taken.append((finding.start, finding.end))
                yield finding


# --- what the facts decide -----------------------------------------------------------------------------------------


def _phrases(reading: Reading) -> Iterable[Finding]:
    for pattern, (phrase, lang) in words().phrases.fitting(reading.text):
        if lang not in reading.scripts:
            continue
        for match in pattern.finditer(reading.text):
            start, end = match.span()
            if reading.in_name(start, end) or _is_asked(reading, start, end) or reading.is_quoted(start, end):
                continue
            if phrase.means != "no" and is_denied(reading.text, start, end):
                continue
            finding = _PHRASE_CHECKS[phrase.key](reading, phrase, start, end)
            if finding is not None:
                yield finding


def _is_asked(reading: Reading, start: int, end: int) -> bool:
    """A question back, or a condition, claims nothing."""
    clause = reading.clause_at(start)
    mark = reading.text[clause.end : clause.next]
    if mark.strip().startswith(("？", "?")) or _QUESTION_END.search(reading.text[end : clause.end]):
        return True
    return _ASKED.search(reading.text, clause.start, end) is not None


def _single(reading: Reading, place: int) -> Sheet | None:
    sheets = reading.sheets_at(place)
    return sheets[0] if len(sheets) == 1 else None


def _returns(reading: Reading, phrase: Phrase, start: int, end: int) -> Finding | None:
    sheet = _single(reading, start)
    entries = [*(sheet.get("returns") if sheet else ()), *reading.index.common.get("returns")]
    prose = [e for e in reading.index.common.entries if e.fact.kind in ("policy", "faq")]
    if not entries:
        refusing = [e for e in prose if re.search(r"退|return|refund", e.squeezed)]
        if not refusing and phrase.means == "yes" and sheet is None:
            return None
        entries = refusing
    refused = [e for e in entries if _REFUSES.search(normalise(e.fact.value).text)]
    allowed = [e for e in entries if any(q.dimension == "time" and q.low > 0 for q in e.quantities)]
    if phrase.means == "no":
        hit = next(
            (
                e
                for e in (*refused, *(p for p in prose if squeeze(reading.text[start:end]) in p.squeezed))
                if e not in allowed or _both(e)
            ),
            None,
        )
        if hit is not None:
            reading.said(hit.fact)
            return None
        return _refusal_is_false(reading, start, end, allowed)
    if allowed or not refused:
        reading.said(*(e.fact for e in allowed[:1]))
        return None
    reason = "资料写明不支持退货" if reading.lang == "zh" else "the facts say it can't be returned"
    text = "不支持退货" if reading.lang == "zh" else "it can't be returned"
    return Finding(start, end, "contradicted", reason, "returns", replacement=text, evidence=(refused[0].fact,))


def _both(entry: Entry) -> bool:
    """A policy's prose that allows returns and names what is excepted."""
    return len(entry.fact.value) > 40


def _refusal_is_false(reading: Reading, start: int, end: int, allowed: list[Entry]) -> Finding | None:
    if not allowed:
        reason = "资料里没有这条退货规则" if reading.lang == "zh" else "the facts state no such rule"
        return Finding(start, end, "unsupported", reason, "returns")
    entry = allowed[0]
    term = next(q for q in entry.quantities if q.dimension == "time")
    if reading.lang == "zh":
        text = (
            f"支持{plain(term.low)}{term.unit.zh}无忧退货"
            if "无忧" in entry.fact.value
            else f"支持{plain(term.low)}{term.unit.zh}内退货"
        )
        reason = "资料写明可以退货"
    else:
        name = term.unit.en if term.low != 1 else term.unit.en.rstrip("s")
        subject = reading.text[start:end].split(" ")[0] not in (
            "can't",
            "cannot",
            "can",
            "isn't",
            "is",
            "non-returnable",
        )
        text = f"{'it ' if subject else ''}can be returned within {plain(term.low)} {name}"
        reason = "the facts say it can be returned"
    return Finding(start, end, "contradicted", reason, "returns", replacement=text, evidence=(entry.fact,))


_EVERYWHERE = re.compile(
    r"全场|全店|所有|随便|不管|任意|不限|一律|门槛|凑单|全国|偏远|新疆|西藏|海外|\b(?:every|all|any|everywhere|worldwide|always)\b"
)


_FROM_ON = re.compile(r"(?<!不)[满够过到]|over|above|from|of|least|spend|reach")
_SHORT_OF = re.compile(
    r"(?:不够|差一点|差点|没到|shy of|short of|away from|not enough for|below|misses|needed for)\s?$"
)
_BELOW = re.compile(r"(?:不满|没满|未满|不到|不足|不够|under|below|less than)\s?$")


def _shipping(reading: Reading, phrase: Phrase, start: int, end: int) -> Finding | None:
    if phrase.means == "paid":
        return _paid_shipping(reading, start, end)
    clause = reading.clause_at(start)
    number = reading.clause_number(start)
    opening = reading.clauses[max(0, number - 1)].start
    everything = _EVERYWHERE.search(reading.text, clause.start, clause.end)
    if _SHORT_OF.search(reading.text[clause.start : start]):
        return None  # "just shy of free shipping" promises none
    figures = [
        m
        for m in reading.mentions
        if opening <= m.start and m.end <= clause.end and m.quantity.dimension in ("money", "")
    ]
    if not everything and any(_FROM_ON.search(reading.text[max(0, m.start - 8) : m.start]) for m in figures):
        return None
    sheet = _single(reading, start) or Sheet("")
    till = till_of(sheet, reading.index.common, "")
    here = [m for m in reading.mentions if reading.clause_at(m.start).sentence == clause.sentence]
    if any(
        m.quantity.low >= amount.value
        for m in here
        for amount in till.thresholds
        if m.quantity.dimension in ("money", "") and not _BELOW.search(reading.text[: m.start])
    ):
        return None  # the sentence names the amount; `money` judges it
    common = [
        e
        for e in (*sheet.entries, *reading.index.common.entries)
        if re.search(r"包邮|免邮|free(?:shipping|delivery)|shipsfree", e.squeezed)
    ]
    always = [e for e in common if not any(q.dimension == "money" for q in e.quantities)]
    if always and not till.thresholds and not everything:
        reading.said(always[0].fact)
        return None
    if not till.thresholds:
        reason = "资料里没有包邮" if reading.lang == "zh" else "the facts promise no free shipping"
        return Finding(start, end, "unsupported", reason, "shipping_fee")
    threshold = till.thresholds[0]
    enough = bool(till.prices) and min(p.value for p in till.prices) >= threshold.value
    if enough and not everything:
        reading.said(*threshold.facts)
        return None
    reason = (
        f"满{plain(threshold.value)}元才包邮"
        if reading.lang == "zh"
        else f"shipping is free from {plain(threshold.value)} on"
    )
    fee = till.fees[0].value if till.fees else None
    if reading.lang == "zh":
        one = re.search(r"一件|单件", reading.text[start:end])
        text = f"只拍一件的话有{plain(fee)}元运费" if one and fee else f"满{plain(threshold.value)}元包邮"
        start = min(start, everything.start()) if everything and not one else start
    else:
        text = f"ships free from {plain(threshold.value)}"
    return Finding(start, end, "contradicted", reason, "shipping_fee", replacement=text, evidence=threshold.facts)


def _paid_shipping(reading: Reading, start: int, end: int) -> Finding | None:
    """ "单买不包邮" of a product whose price alone reaches the threshold."""
    sheet = _single(reading, start) or Sheet("")
    till = till_of(sheet, reading.index.common, "")
    if not till.thresholds or not till.prices:
        return None
    threshold, price = till.thresholds[0].value, min(p.value for p in till.prices)
    if price < threshold or re.search(r"[不没未](?:满|到|够|足)|under|below", reading.text[max(0, start - 12) : start]):
        reading.said(*till.thresholds[0].facts)
        return None
    if reading.lang == "zh":
        text, reason = f"单价过了{plain(threshold)}，不用付运费", "单价已经过了包邮门槛"
    else:
        text, reason = "ships free", "its price alone reaches free shipping"
    facts = (*till.thresholds[0].facts, *till.prices[0].facts)
    return Finding(start, end, "contradicted", reason, "shipping_fee", replacement=text, evidence=facts)


def _assembly(reading: Reading, phrase: Phrase, start: int, end: int) -> Finding | None:
    sheet = _single(reading, start)
    entries = sheet.get("assembly") if sheet else []
    if not entries:
        return None
    stated = entries[0]
    needless = re.search(r"无需|不需|不用|免|整装|^no|notrequired|^否", stated.squeezed) is not None
    if needless == (phrase.means == "no"):
        reading.said(stated.fact)
        return None
    if reading.lang == "zh":
        text, reason = ("不用组装" if needless else "需要自己组装"), "是否要组装与资料不符"
    else:
        text, reason = ("no assembly required" if needless else "assembly is required"), "the facts say otherwise"
    return Finding(start, end, "contradicted", reason, "assembly", replacement=text, evidence=(stated.fact,))


def _coupon(reading: Reading, phrase: Phrase, start: int, end: int) -> Finding | None:
    sheet = _single(reading, start)
    if sheet is None:
        return None
    till = till_of(sheet, reading.index.common, "")
    if not till.coupons or not till.prices:
        return None
    price = min(p.value for p in till.prices)
    usable = [c for c in till.coupons if price >= c.threshold]
    if usable:
        reading.said(usable[0].fact)
        return None
    coupon = till.coupons[0]
    text = f"单件不到{plain(coupon.threshold)}，用不了满{plain(coupon.threshold)}减{plain(coupon.minus)}的券"
    return Finding(
        start,
        end,
        "contradicted",
        "单件不够用券门槛",
        "coupon",
        replacement=text,
        evidence=(coupon.fact, *till.prices[0].facts),
    )


def _warranty(reading: Reading, phrase: Phrase, start: int, end: int) -> Finding | None:
    sheet = _single(reading, start)
    entries = [*(sheet.get("warranty") if sheet else ()), *reading.index.common.get("warranty")]
    lifetime = [e for e in entries if re.search(r"lifetime|终身", e.squeezed)]
    none = [e for e in entries if re.search(r"^no|无|不提供|没有", e.squeezed)]
    wanted = lifetime if phrase.means == "lifetime" else none
    if wanted:
        reading.said(wanted[0].fact)
        return None
    reason = "质保与资料不符" if reading.lang == "zh" else "the warranty is another one"
    terms = [(q, e) for e in entries for q in e.quantities if q.dimension == "time"]
    if not terms:
        return Finding(start, end, "contradicted" if entries else "unsupported", reason, "warranty")
    term, entry = terms[0]
    if reading.lang == "zh":
        text = f"质保{plain(term.low)}{term.unit.zh}"
    else:
        text = f"{plain(term.low)}-{term.unit.en.rstrip('s')} warranty"
        text = f"a {text}" if re.match(r"(?:an?|no|there|comes)\b", reading.text[start:end]) else text
    return Finding(start, end, "contradicted", reason, "warranty", replacement=text, evidence=(entry.fact,))


_PHRASE_CHECKS = {
    "returns": _returns,
    "availability": check_availability,
    "shipping_fee": _shipping,
    "coupon": _coupon,
    "warranty": _warranty,
    "assembly": _assembly,
}


# --- promises ------------------------------------------------------------------------------------------------------


def _promises(reading: Reading) -> Iterable[Finding]:
    for pattern, (promise, lang) in words().promises.fitting(reading.text):
        if lang not in reading.scripts:
            continue
        for match in pattern.finditer(reading.text):
            finding = _judge_promise(reading, promise, match)
            if finding is not None:
                yield finding


def _judge_promise(reading: Reading, promise: Promise, match: re.Match[str]) -> Finding | None:
    start, end = match.span("what") if "what" in match.re.groupindex else match.span()
    if start == end or reading.in_name(start, end) or _is_asked(reading, match.start(), match.end()):
        return None
    if is_denied(reading.text, match.start(), match.end()) or reading.is_quoted(start, end):
        return None
    if promise.about is not None:
        forbids = _FORBIDS.search(reading.clause_text(start)) is not None
        return None if forbids else _by_what_is_written(reading, promise, match)
    if _is_backed(reading, start, end):
        return None
    return Finding(*match.span(), "unsupported", promise.reasons[reading.lang], promise.id)


_FORBIDS = re.compile(
    r"别|不要|勿|会(?:缩|变形|坏|褪|掉|裂|化)|不建议|不推荐|不用|不能|不可|禁止"
    r"|\b(?:not|never|no|avoid|out of)\b|n['’]t\b"
)
_NOT_IN_FACT = re.compile(
    r"(?:不(?:可以?|能|要|宜|建议|支持|得)?|勿|禁止?|避免|严禁|请勿|无法|别|(?:do|must|should) ?not"
    r"|don['’]?t|never|no|not|avoid)(?:放?[进入用]?|[a-z ]{0,18})$"
)
_NEVER = frozenset({"no", "否", "不支持", "不可以", "不可", "不能", "无", "没有", "false", "not safe"})
_BY_HAND = re.compile(r"(?:只能|仅限?|建议)?手洗|hand ?wash")


def _by_what_is_written(reading: Reading, promise: Promise, match: re.Match[str]) -> Finding | None:
    """A way of caring for the product, which its facts allow, forbid or leave open."""
    assert promise.about is not None
    entries = [*(e for s in reading.sheets_at(match.start())[:1] for e in s.entries), *reading.index.common.entries]
    refusing: Fact | None = None
    for entry in entries:
        value = normalise(entry.fact.value).text
        if promise.about.search(entry.name):
            if value.strip() in _NEVER or _NOT_IN_FACT.match(value.strip()):
                refusing = refusing or entry.fact
                continue
            reading.said(entry.fact)
            return None
        for hit in promise.about.finditer(value):
            if not _NOT_IN_FACT.search(value[max(0, hit.start() - 24) : hit.start()]):
                reading.said(entry.fact)
                return None
            refusing = refusing or entry.fact
        if promise.id == "machine_wash" and entry.fact.kind == "attribute" and _BY_HAND.search(value):
            refusing = refusing or entry.fact
    if refusing is None:
        return Finding(*match.span(), "unsupported", promise.reasons[reading.lang], promise.id)
    return Finding(
        *match.span(), "contradicted", "资料写明不可以" if reading.lang == "zh" else "the facts say not to",
        promise.id, evidence=(refusing,),
    )  # fmt: skip


def _is_backed(reading: Reading, start: int, end: int) -> bool:
    """Whether the words of a promise stand in the facts: most of them, and every figure."""
    said = reading.text[start:end]
    sheets = [*reading.sheets_at(start), reading.index.common]
    text = "\n".join(sheet.text for sheet in sheets)
    squeezed = squeeze(said)
    if _is_refused(said, sheets):
        return False
    if squeezed and squeezed in text:
        return True
    if re.search(r"\d", squeezed) and not _figures_backed(said, sheets):
        return False
    if _FULL_ZH.search(said):
        core = _FILLER_ZH.sub("", squeezed)
        if len(core) <= 1:
            return bool(core) and core in text
        pairs = [core[i : i + 2] for i in range(len(core) - 1)]
        return sum(pair in text for pair in pairs) >= 0.6 * len(pairs)
    claimed = [word.rstrip("s") for word in _WORD.findall(said) if word not in _SMALL]
    # The shop's own terms are long: what backs a promise stands in one of them.
    told = (*(sheet.text for sheet in sheets[:-1]), *reading.index.common.text.split("\n"))
    return bool(claimed) and any(
        sum(word in one or (len(word) > 7 and word[:6] in one) for word in claimed) >= 0.6 * len(claimed)
        for one in told  # certified, certification
    )


_REFUSED_AFTER = re.compile(r"[^.,;!?，。！？]{0,12}(?:\bnot?\b|n['’]t\b|\bunavailable\b|不支持|不可|暂无|没有)")


def _is_refused(said: str, sheets: list[Sheet]) -> bool:
    """Whether the facts speak of it only in order to say no: 货到付款: 不支持."""
    named = squeeze(_FILLER_ZH.sub("", said)) or squeeze(said)
    told = [refuses for sheet in sheets for e in sheet.entries if (refuses := _refuses(e, said, named)) is not None]
    return bool(told) and all(told)


def _refuses(entry: Entry, said: str, named: str) -> bool | None:
    """Whether an entry denies it; None: it doesn't speak of it. A question asked says neither yes nor no."""
    if entry.fact.kind != "faq" and named == squeeze(entry.fact.attribute):
        return NO_VALUE.match(normalise(entry.fact.value).text.strip()) is not None
    if named not in entry.squeezed:
        return None
    value, words_said = normalise(entry.fact.value).text, normalise(said).text
    place = value.find(words_said)
    if place < 0:
        place, words_said = value.find(named), named
    end = place + len(words_said)
    return place >= 0 and (is_denied(value, place, end) or _REFUSED_AFTER.match(value, end) is not None)


def _figures_backed(said: str, sheets: list[Sheet]) -> bool:
    stated = {value for sheet in sheets for e in sheet.entries for q in e.quantities for value in (q.low, q.high)}
    return all(m.quantity.low in stated for m in quantities_of(normalise(said)))


_CHECKS = (
    check_everything,
    _phrases,
    _promises,
    check_features,
    check_made_of,
    check_belongings,
    check_comparisons,
    check_sizes,
)
