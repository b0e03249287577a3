"""How long: terms of return, of warranty, of shipping."""

import re
from collections.abc import Iterable, Sequence

from assistant.guard.checks.money import deny
from assistant.guard.claims import Finding, Reading
from assistant.guard.sheet import Entry, Sheet, squeeze
from assistant.guard.style import plain
from assistant.guard.words import words
from knowledge.quantity import Mention, Quantity
from knowledge.sieve import Sifted
from knowledge.text import normalise

# Words about the conversation itself: "we reply within two minutes" promises nothing about a product.
PROCESS = re.compile(
    r"回复|稍等|等(?:一下|我)|客服|上班|在线|点关注|开播|下播|直播|倒计时|秒杀|抽奖|福袋|扣|公屏|链接"
    r"|reply|respond|get back|hold on|wait|chat|link"
)
_SHIP_WORD = Sifted(
    re.compile(
        r"(?:on )?(?:the )?same day|same-day|overnight|(?:the )?next day|当天|当日|次日|隔天|隔日|即日"
        r"|(?:今天|明天|后天)(?=(?:就|即|便)?(?:能|可以?)?(?:到(?!底|期)|送|发(?![现生愁火])|收到))"
    )
)


def time_role(reading: Reading, mention: Mention) -> str | None:
    near, around = reading.clause_text(mention.start), reading.around(mention.start)
    for _, role in words().time_roles.fitting(reading.text):
        if (role.near is None or role.near.search(near)) and (role.around is None or role.around.search(around)):
            return role.name
    return None


def check_term(reading: Reading, mention: Mention, sheets: Sequence[Sheet], role: str) -> Finding | None:
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
        if PROCESS.search(reading.clause_text(mention.start)):
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
    start, end = (mention.start, mention.end) if mention.quantity.bound == "most" else mention.outer
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
    r"(?:you can|you may|you have|it can|they can|can)\b[^,.;!?]*|(?:支持|可以?"
    r"|能)[^，。！？]*退[^，。！？哦～]*|[^，。！？]*(?:无忧|无理由)退[^，。！？哦～]*"
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


def check_ship_words(reading: Reading) -> Iterable[Finding]:
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
            yield Finding(
                *match.span(),
                "contradicted",
                reason,
                "ship_time",
                replacement=ship_phrase(entries[0].fact.value),
                evidence=(entries[0].fact,),
            )
        else:
            yield Finding(*match.span(), "contradicted" if entries else "unsupported", reason, "ship_time")
