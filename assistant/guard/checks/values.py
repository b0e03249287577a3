"""Properties stated in words: colours, materials, origins, brands, standards, and any named attribute."""

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from assistant.guard.checks.cues import cue_distance
from assistant.guard.checks.discounts import items_of
from assistant.guard.checks.money import deny
from assistant.guard.checks.parts import entries_of, in_language, part_at
from assistant.guard.claims import Finding, Reading
from assistant.guard.law import is_denied
from assistant.guard.sheet import Entry, Sheet, squeeze
from assistant.guard.words import words
from knowledge.model import Lang
from knowledge.numerals import parse_zh
from knowledge.quantity import quantities_of
from knowledge.sieve import Sifted
from knowledge.text import normalise

_SHARE = re.compile(r"(?:\d{1,3}(?:\.\d+)?%|百分之?百|百分之[一二三四五六七八九十]+)\s?$")
_CODE = Sifted(
    re.compile(
        r"(?<![a-z])(?:gb|qb|fz|sn|hg|jb|yy|db|q|ny|ly|iso|en|astm"
        r"|ansi)(?:/[a-z]{1,2})?\s?\d{3,6}(?:\.\d+)*(?:[-—–]\d{4})?(?!\d)"
        r"|(?<![a-z])ip(?:x\d|\d[\dx])(?![a-z\d])"  # how well it keeps water and dust out
    )
)
_LINK_ZH = re.compile(
    r"(?:方面|这块|上)?(?:都|目前|标注?的?|写的?|用的?|采用的?)*(?:是|为|：|:|有|属于|包括"
    r"|分别是|就|＝)+(?:用|采用|的)?"
)
_TAIL_ZH = re.compile(r"(?:的|款|标准|材质|做的|可以选|可选|任选|都有|等|哦|哈|呢|噢|呀|啦|吧|～|~|!|！|\s)+$")
_LINK_EN = re.compile(
    r"\s*(?:(?:of|on|for|behind|in) (?:the |this |that |our |a |an "
    r"|your )?(?P<name>[^:;!?]{0,80}?))?\s*(?:\b(?:is|are|was|will be|reads?|says)\b|:"
    r"|=)\s*"
    r"(?:actually |listed as |just |simply |only |all |a |an |the )*"
)
_AS_ITS = re.compile(
    r"\b(?:has|have|with|comes with|features?|offers|uses)\s+(?:a |an "
    r"|the )?(?P<value>[^.,;!?:]{1,50}?) (?:as|for) its $"
)
_DIRECT_EN = re.compile(r"\s(?:a |an )?(?P<value>[a-z0-9][a-z0-9&'+/ -]{0,40})$")
_OPINION = re.compile(
    r"\b(?:very|so|really|quite|perfect|great|nice|lovely|good|best|beautiful|amazing|you"
    r"|your|i|we|my|gorgeous|stylish|important|up to|what|which|how|not|n't|there|here|it"
    r"|that|this|on|shown|listed|below|above|available|easy|fine|worth)\b"
    r"|很|非常|特别|挺|真|好|美|舒服|舒适|不错|高级|精致|柔软|亲肤|看得见|什么|哪|多少|怎么"
    r"|详情|页面|您|你|我|以|按|为准|参考|可以|需要|如下|不一样"
)
_OTHERWISE = frozenset(
    (
        "price list_price stock coupon shipping_fee returns warranty ship_time discount title"
        " category text availability min_order rating"
    ).split()
)
_REASON = {"zh": "与资料不符", "en": "the facts say otherwise"}
_SILENT = {"zh": "资料里没有写", "en": "the facts do not say so"}


def check_values(reading: Reading) -> Iterable[Finding]:
    taken: list[tuple[int, int]] = []
    for check in (_codes, _vocabulary, _yes_or_no, _attributes):
        for finding in check(reading):
            if not any(s < finding.end and finding.start < e for s, e in taken):
                taken.append((finding.start, finding.end))
                yield finding


# --- words that state a property by themselves ---------------------------------------------------------------------


def _vocabulary(reading: Reading) -> Iterable[Finding]:
    for start, end, (kind, _) in words().values.find(reading.text):
        if reading.in_name(start, end) or not _is_stated(reading, kind, start, end):
            continue
        share = _SHARE.search(reading.text, 0, start)
        opening = share.start() if share and kind == "material" else start
        finding = _judge_word(reading, kind, opening, end)
        if finding is not None:
            yield finding


def _is_stated(reading: Reading, kind: str, start: int, end: int) -> bool:
    """Whether the words beside it make it a statement: 白色款 is one, 配白色裤子 is none."""
    form = words().kinds[kind]
    text, clause = reading.text, reading.clause_at(start)
    lang: Lang = "en" if text[start].isascii() and reading.lang == "en" else "zh"
    before, after = text[clause.start : start], text[end : clause.end]
    if not form.before[lang].pattern:
        return True
    return bool(form.before[lang].search(before) or form.after[lang].match(after))


def _judge_word(reading: Reading, kind: str, start: int, end: int) -> Finding | None:
    said = squeeze(reading.text[start:end])
    sheets = reading.sheets_at(start)
    if not sheets:
        return None
    if kind == "origin" and _FROM_STORE.search(reading.clause_text(start)):
        return _judge_store(reading, said, start, end)
    if kind == "material" and len(sheets) == 1:
        part = part_at(reading, sheets[0], start)
        if part is not None:
            return _judge_part(reading, *part, start, end)
    pools = [entries_of(sheet, kind) for sheet in sheets]
    if kind in ("courier",):
        pools = [pool + reading.index.common.get(kind) for pool in pools]
    for sheet, pool in zip(sheets, pools, strict=True):
        hit = next((e for e in pool if said in e.squeezed), None)
        if hit is None and (said in sheet.text or (kind == "courier" and said in reading.index.common.text)):
            hit = next((e for e in (*sheet.entries, *reading.index.common.entries) if said in e.squeezed), None)
        if hit is not None:
            negation = reading.negation_before(start)
            if negation and hit in pool and not reading.is_quoted(start, end) and "%" in said:
                return deny(reading, negation, hit.key, (hit.fact,))
            reading.said(hit.fact)
            return None
    if reading.negation_before(start) or reading.is_quoted(start, end) or _is_denied(reading, start):
        return None
    if len(sheets) != 1:
        return None
    pool = pools[0]
    if not pool:
        if not words().kinds[kind].strict or any(said.endswith(e.squeezed[-1:]) for e in pool):
            return None
        return Finding(start, end, "unsupported", _SILENT[reading.lang], kind)
    entry = _nearest(reading, in_language(reading, pool), start, end)
    if kind == "origin" and (imported := _imported(reading, entry, start, end)) is not None:
        return imported
    if kind in ("material", "color") and _loosely(said, entry.squeezed):
        return None
    replacement = _other_word(reading, kind, entry, start, end)
    if kind == "color" and (shade := _SHADE.search(reading.text, 0, start)):
        start = shade.start()
    if not replacement:  # every true one is named already: the wrong one leaves the list, and its number is one less
        joint = _JOINT.search(reading.text, 0, start)
        start = joint.start() if joint else start
        counted = _COUNT_OF.match(reading.text, end)
        if counted:
            replacement, end = _FEWER[counted[1]] + counted[2], counted.end()
    return Finding(
        start, end, "contradicted", _REASON[reading.lang], entry.key, replacement=replacement, evidence=(entry.fact,)
    )


_SHADE = re.compile(r"\b(?:bright|hot|deep|pale|soft|pastel|matte|baby|neon|dusty) $")
_COUNT_OF = re.compile(r"([三四五六3-6])([种个款色])")
_FEWER = {"三": "两", "四": "三", "五": "四", "六": "五", "3": "2", "4": "3", "5": "4", "6": "5"}
_IMPORT_ZH = re.compile(r"(?:原装|原瓶|纯)?进口")
_IMPORT_EN = re.compile(r"imported (?:straight |directly )?from (?:the )?$")


def _imported(reading: Reading, entry: Entry, start: int, end: int) -> Finding | None:
    """ "Imported from Germany": the true origin may be at home, and nothing is imported from there."""
    place = _other_word(reading, "origin", entry, start, end)
    after, before = _IMPORT_ZH.match(reading.text, end), _IMPORT_EN.search(reading.text, 0, start)
    if after:
        return Finding(
            start,
            after.end(),
            "contradicted",
            _REASON["zh"],
            entry.key,
            replacement=f"{place}产",
            evidence=(entry.fact,),
        )
    if before:
        return Finding(
            before.start(), end, "contradicted", _REASON["en"], entry.key, replacement=f"made in {place}",
            evidence=(entry.fact,),
        )  # fmt: skip
    return None


# Where parcels leave from is the shop's matter, whatever the product's origin.
_FROM_STORE = re.compile(
    r"仓|发货|发出|寄出|出库|揽收|\b(?:ships?|shipped|shipping|dispatch\w*|warehouse|leaves|sent)\b"
)


def _judge_store(reading: Reading, said: str, start: int, end: int) -> Finding | None:
    for entry in reading.index.common.entries + [e for s in reading.sheets_at(start) for e in s.entries]:
        if said in entry.squeezed:
            reading.said(entry.fact)
            return None
    if reading.negation_before(start) or reading.is_quoted(start, end) or _is_denied(reading, start):
        return None
    for entry in reading.index.common.entries:
        if re.search(r"仓|发货地|ships from|warehouse", entry.name) and len(entry.fact.value) <= 12:
            return Finding(
                start, end, "contradicted", _REASON[reading.lang], "ship_from", replacement=entry.fact.value,
                evidence=(entry.fact,),
            )  # fmt: skip
    return Finding(start, end, "unsupported", _SILENT[reading.lang], "ship_from")


_JOINT = re.compile(r"(?:、|，|,|和|与|以及|还有|\s?&|\s(?:and|or))\s?$")
_DENIED = re.compile(r"(?:不含|不是|没有|不带|无|非|不用|\bno|\bnot|\bwithout|n't)\s?\S{0,3}$")


def _is_denied(reading: Reading, start: int) -> bool:
    return bool(_DENIED.search(reading.text[max(0, start - 12) : start]))


def _loosely(said: str, value: str) -> bool:
    """白 for 白色, 蚕丝 for 桑蚕丝: one is in the other."""
    bare = said.removesuffix("色")
    return len(bare) >= 1 and "%" not in said and (bare in value)


def _nearest(reading: Reading, pool: Sequence[Entry], start: int, end: int) -> Entry:
    clause = reading.clause_at(start)

    def distance(entry: Entry) -> int:
        found = cue_distance(reading, entry, start, end, clause.start, clause.end)
        return 1000 if found is None else found

    return min(pool, key=distance)


def _other_word(reading: Reading, kind: str, entry: Entry, start: int, end: int) -> str:
    """What the fact says in place of a wrong word, as short as the sentence said it."""
    value = entry.fact.value.strip()
    if kind == "color":
        clause = squeeze(reading.clause_text(start))
        options = (
            [e.fact.value for e in reading.sheets_at(start)[0].get("color")] if entry.fact.variant else items_of(value)
        )
        rest = [item for item in options if squeeze(item) not in clause]
        return (
            rest[0]
            if rest
            else ""
            if len(options) > 1 and _JOINT.search(reading.text[:start])
            else (options or [value])[0]
        )
    if kind == "material":
        return _of_part(value, squeeze(reading.clause_text(start)))
    found = [
        normalise(value).span(s, e) for s, e, (other, _) in words().values.find(normalise(value).text) if other == kind
    ]
    return value[found[-1][0] : found[-1][1]] if found else value


def _judge_part(reading: Reading, entry: Entry, value: str, start: int, end: int) -> Finding | None:
    """A material said of one part."""
    said = squeeze(reading.text[start:end])
    if said in squeeze(value) or squeeze(value) in said or _loosely(said, squeeze(value)):
        reading.said(entry.fact)
        return None
    if reading.negation_before(start) or reading.is_quoted(start, end) or _is_denied(reading, start):
        return None
    text = _lower_like(value, reading, start, end)
    return Finding(
        start, end, "contradicted", _REASON[reading.lang], entry.key, replacement=text, evidence=(entry.fact,)
    )  # fmt: skip


def _lower_like(value: str, reading: Reading, start: int, end: int) -> str:
    """A value in the middle of a sentence: "Cotton Canvas" becomes "cotton canvas", "ABS" stays."""
    if not reading.raw(start, end).islower():
        return value
    return " ".join(word if len(word) > 1 and word.isupper() else word.lower() for word in value.split(" "))


def _of_part(value: str, clause: str) -> str:
    """304不锈钢 of "内胆316不锈钢、外壳304不锈钢" when the clause speaks of the 外壳."""
    items = items_of(value)
    for item in items if len(items) > 1 else ():
        for length in range(len(item) - 1, 1, -1):
            if not item[0].isascii() and squeeze(item[:length]) in clause:
                return item[length:].strip()
        head, _, part = item.rpartition(" ")
        if head and part.isascii() and len(part) > 2 and squeeze(part) in clause:
            return head
    return value


def _codes(reading: Reading) -> Iterable[Finding]:
    """Standards by number: GB/T 22843-2009."""
    for match in _CODE.finditer(reading.text):
        if reading.in_name(*match.span()):
            continue
        sheets = reading.sheets_at(match.start())
        if len(sheets) != 1 or squeeze(match[0]) in sheets[0].text:
            continue
        if reading.negation_before(match.start()) or reading.is_quoted(*match.span()):
            continue
        known = [(e, m) for e in sheets[0].entries for m in _CODE.finditer(normalise(e.fact.value).text)]
        known = [(e, m) for e, m in known if m[0].startswith("ip") == match[0].startswith("ip")]
        if not known:
            yield Finding(*match.span(), "unsupported", _SILENT[reading.lang], "standard")
            continue
        entry, best = max(known, key=lambda pair: fuzz.ratio(pair[1][0], match[0]))
        first, last = normalise(entry.fact.value).span(*best.span())
        yield Finding(
            *match.span(),
            "contradicted",
            _REASON[reading.lang],
            entry.key,
            replacement=entry.fact.value[first:last],
            evidence=(entry.fact,),
        )


# --- yes or no -----------------------------------------------------------------------------------------------------

_YES = frozenset({"yes", "是", "有", "支持", "true", "可以", "能"})
_NO = frozenset({"no", "none", "否", "无", "不支持", "false", "没有", "notresistant", "不防水", "不能"})
_WATER_YES = re.compile(r"ipx?\d|防水|waterproof|waterresistant")


def _yes_or_no(reading: Reading) -> Iterable[Finding]:
    """A property that is there or not: "it is not water resistant" of one that is."""
    for clause in reading.clauses:
        sheets = reading.sheets_at(clause.start + 1) if clause.end > clause.start else []
        for entry, there, names in _flags(sheets[0]) if len(sheets) == 1 else ():
            for name in names:
                place = reading.text.find(name, clause.start, clause.end)
                if (
                    place == -1
                    or reading.in_name(place, place + len(name))
                    or not _is_predicate(reading, place, len(name))
                ):
                    continue
                negation = reading.negation_before(place) or _bare_not(reading, place)
                if there and negation and not reading.is_quoted(place, place + len(name)):
                    yield deny(reading, negation, entry.key, (entry.fact,))
                elif not there and not negation and not is_denied(reading.text, place, place + len(name)):
                    yield Finding(
                        clause.start,
                        clause.end,
                        "contradicted",
                        _REASON[reading.lang],
                        entry.key,
                        evidence=(entry.fact,),
                    )
                else:
                    reading.said(entry.fact)
                break


def _flags(sheet: Sheet) -> tuple[tuple[Entry, bool, tuple[str, ...]], ...]:
    """The properties that are there (True) or not, with their names; read once and kept on the sheet."""
    found: tuple[tuple[Entry, bool, tuple[str, ...]], ...] | None = sheet.__dict__.get("_flags")
    if found is None:
        flags: list[tuple[Entry, bool, tuple[str, ...]]] = []
        for entry in sheet.entries:
            refused = _is_refused(entry)
            there = entry.squeezed in _YES or (entry.key == "water" and _WATER_YES.search(entry.squeezed) is not None)
            if refused or there:
                flags.append((entry, not refused, tuple(name for name in _names_of(entry) if len(name) >= 2)))
        found = sheet.__dict__["_flags"] = tuple(flags)
    return found


_IS_BEFORE = re.compile(
    r"(?:\b(?:is|are|it's|they're|fully|completely|not|does|has|have|with)|n['’]t|支持|能|可以|是|不|有|可)\s?$"
)


def _is_predicate(reading: Reading, place: int, length: int) -> bool:
    """Whether the property is said of the product ("is waterproof"), not asked or given a value ("防水等级是…")."""
    after = reading.text[place + length : place + length + 8]
    return _IS_BEFORE.search(reading.text[max(0, place - 14) : place]) is not None and not re.match(
        r"\s?(?:是|为|：|:|is\b|等级|性能|吗)", after
    )


def _bare_not(reading: Reading, place: int) -> tuple[int, int] | None:
    match = re.search(r"不(?:能|支持|可以|会)?$", reading.text[max(0, place - 3) : place])
    return (place - len(match[0]), place) if match else None


# --- any attribute, by its name ------------------------------------------------------------------------------------


def _attributes(reading: Reading) -> Iterable[Finding]:
    there: dict[str, list[tuple[str, str]]] = {}  # by subject: the names that stand anywhere in the text
    for clause in reading.clauses:
        sheets = reading.sheets_at(clause.start + 1) if clause.end > clause.start else []
        if len(sheets) != 1:
            continue
        sheet, text = sheets[0], reading.text
        if sheet.subject not in there:
            there[sheet.subject] = [one for one in _attribute_names(sheet) if one[0].rstrip("s") in text]
        named = _named_attribute(reading, sheet, there[sheet.subject], clause.start, clause.end)
        if named is None:
            continue
        entries, start, end = named
        yield from _judge_attribute(reading, sheets[0], entries, start, end)


def _named_attribute(
    reading: Reading, sheet: Sheet, named: Sequence[tuple[str, str]], opening: int, closing: int
) -> tuple[list[Entry], int, int] | None:
    """The attribute a clause names, and where it says its value."""
    best: tuple[int, str, int, int] | None = None
    for name, key in named:
        place = reading.text.find(name, opening, closing)
        if place == -1 and name.isascii() and name.endswith("s") and len(name) > 4:
            name = name[:-1]  # "the listed feature is …" of "features"
            place = reading.text.find(name, opening, closing)
        if place == -1 or reading.in_name(place, place + len(name)):
            continue
        span = _value_span(reading.text, place, place + len(name), opening, closing, reading)
        if span is not None and (best is None or len(name) > best[0]):
            best = (len(name), key, *span)
    return None if best is None else ([e for e in sheet.entries if e.key == best[1]], *best[2:])


def _attribute_names(sheet: Sheet) -> tuple[tuple[str, str], ...]:
    """How a product's attributes may be called, each with its key; read once and kept on the sheet."""
    found: tuple[tuple[str, str], ...] | None = sheet.__dict__.get("_attribute_names")
    if found is None:
        entries = [e for e in sheet.entries if e.key not in _OTHERWISE and e.fact.kind not in _NO_ATTRIBUTE]
        found = tuple(dict.fromkeys((name, entry.key) for entry in entries for name in _names_of(entry)))
        sheet.__dict__["_attribute_names"] = found
    return found


_NO_ATTRIBUTE = frozenset({"policy", "promotion", "text"})


def _names_of(entry: Entry) -> tuple[str, ...]:
    known = words().fields.get(entry.key)
    return (entry.name, *(known.names if known else ()))


def _value_span(
    text: str, start: int, end: int, opening: int, closing: int, reading: Reading
) -> tuple[int, int] | None:
    if not text[start].isascii():
        link = _LINK_ZH.match(text, end, closing)
        if link is None:
            return None
        tail = _TAIL_ZH.search(text, link.end(), closing)
        stop = tail.start() if tail else closing
        return (link.end(), stop) if 0 < stop - link.end() <= 40 else None
    if (start and text[start - 1].isalpha() and text[start - 1].isascii()) or text[end : end + 1].isalpha():
        return None
    as_its = _AS_ITS.search(text, opening, start)
    if as_its:
        return as_its.span("value")
    link = _LINK_EN.match(text, end, closing)
    if link and link.end() > end and link.end() < closing:
        return link.end(), closing
    direct = _DIRECT_EN.match(text[:closing], end)
    named_before = any(opening <= s < start for s, _, _ in reading.regions) or text[opening:start].strip() in (
        "",
        "and",
        "plus",
    )
    if (
        direct
        and named_before
        and not re.match(r" (?:of|on|for|behind|to|in|from|with|by|and|or|is|are)\b", text[end:closing])
    ):
        return direct.span("value")
    return None


def _judge_attribute(reading: Reading, sheet: Sheet, entries: list[Entry], start: int, end: int) -> Iterable[Finding]:
    said = reading.text[start:end]
    if _OPINION.search(said) or len(said.split()) > 7 or reading.is_quoted(start, end):
        return
    if quantities_of(normalise(said)) and any(entry.quantities for entry in entries):
        return
    if _is_refused(entries[0]) and _SAYS_NO.search(said):
        reading.said(entries[0].fact)
        return
    pieces = items_of(said) if reading.lang == "zh" else [said.strip()]
    for piece in pieces:
        if _supported(sheet, entries, piece):
            reading.said(entries[0].fact)
            negation = reading.negation_before(start)
            if negation and not reading.is_quoted(start, end):
                yield deny(reading, negation, entries[0].key, (entries[0].fact,))
            continue
        if reading.negation_before(start) or not squeeze(piece):
            continue
        denied = re.match(r"\s*not (?:an? |the |in )?", piece)
        if denied and _supported(sheet, entries, piece[denied.end() :]):
            place = reading.text.find(piece, start)
            after = reading.text[place + len(piece) :]
            if not re.match(r"[,;] ?(?:it's|it is|but)\b", after):
                yield deny(reading, (place, place + denied.end()), entries[0].key, (entries[0].fact,))
            continue
        if denied and not _is_as_its(reading.text, start, end):
            continue
        place = reading.text.find(piece, start)
        if any(m.start < place + len(piece) and place < m.end for m in reading.mentions) and entries[0].quantities:
            continue
        rest = [i for i in items_of(entries[0].fact.value) if squeeze(i) not in squeeze(said)]
        value = rest[0] if len(pieces) > 1 and rest else entries[0].fact.value
        yield Finding(
            place,
            place + len(piece),
            "contradicted",
            _REASON[reading.lang],
            entries[0].key,
            replacement=_lower_like(value, reading, place, place + len(piece)),
            evidence=(entries[0].fact,),
        )


_SAYS_NO = re.compile(r"[别不勿没]|\b(?:not|no|never|avoid)\b")


def _is_refused(entry: Entry) -> bool:
    return entry.squeezed in _NO or entry.squeezed.startswith(("not", "不"))


def _is_as_its(text: str, start: int, end: int) -> bool:
    """Whether the value stands in "has … as its": there "not resistant" is the value itself."""
    return re.match(r" (?:as|for) its ", text[end:]) is not None and start > 0


_COUNTED = re.compile(r"([一两二三四五六七八九十]+)[种个款色](?:颜色|可选)?")


def _supported(sheet: Sheet, entries: list[Entry], piece: str) -> bool:
    said = squeeze(piece)
    count = _COUNTED.fullmatch(said)
    if count and len(items_of(entries[0].fact.value)) == parse_zh(count[1]):
        return True
    if entries[0].key == "color":  # 黑白两种 of 白色、黑色
        bare = re.sub(r"[两二三四五六七八九十\d]?[种色款个]|都|和", "", said)
        if bare and not bare.isascii() and all(any(char in e.squeezed for e in entries) for char in bare):
            return True
    if not said or any(e.squeezed in said for e in entries if len(e.squeezed) >= 2):
        return True
    if said in sheet.text and (not said.isascii() or len(said) >= 5):
        return True
    parts = [squeeze(part) for part in re.split(r"[的\s]", piece) if squeeze(part)]
    if len(parts) > 1 and not piece.isascii() and all(part in sheet.text for part in parts):
        return True
    claimed = {_stem(word) for word in re.findall(r"[a-z0-9]+", piece)} - _STOP
    stated = {_stem(word) for e in entries for word in re.findall(r"[a-z0-9]+", normalise(e.fact.value).text)}
    return bool(claimed) and claimed <= stated


def _stem(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word


_STOP = frozenset("a an the and or of with in is for on to from by scent scented flavor flavored color".split())
