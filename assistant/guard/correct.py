"""Mending: wrong values replaced in place, what may not be said left out so that the rest still reads well."""

import re
from dataclasses import dataclass

from assistant.guard.checks.discounts import items_of
from assistant.guard.claims import Finding, Reading
from assistant.guard.segments import Clause
from assistant.guard.sheet import squeeze
from assistant.guard.words import feature_words, words

_SUBJECT = re.compile(
    r"(?:(?:咱们|我们|本店)?(?:这|那)(?:一)?(?:款|个|件|条|双|套|只|台|把|支|瓶|盒|边)|它"
    r"|咱们|本品|该商品|the|this|that|these|our|it|they)\s?"
)
_PARTICLES = re.compile(r"\s*(?:哦|哈|呢|呀|噢|啦|哟|喔)?[～~]*$")
_LEAD = re.compile(
    r"\s*(?:而且|并且|同时|另外|还有|还|再说|也|and|plus|but|also|so|and no|no|sure"
    r"|okay(?: everyone)?|hi(?: there)?|hello|happy to help|by the way|honestly"
    r"|don['’]?t worry|"
    r"亲+|您好|你好|在的|好的|放心|别担心|不用担心|来|家人们|姐妹们|朋友们|宝宝们|说实话"
    r"|话不多说|真的|对了|没错|是的|ever|quick recap|a lot of you asked"
    r"|of the (?:two|three)|between them|of all of them|这两款(?:里|中)面?|两款里面?"
    r"|i checked the listing|let me read this off the card)?[\s,，、。.!！:：~～]*$"
)
_ECHO = re.compile(
    r"\s*(?:ever|period|for sure|trust me|guaranteed|i promise|believe me|真的|没骗你|不骗人|说到做到|绝对的|保真)\s*"
)
_SEPARATOR_START = re.compile(r"^[\s，,；;、:：]+")
_DOUBLE = re.compile(r"([，,；;、])\s*(?=[，,；;、。！？.!?])")
_CONJUNCTION_ZH = re.compile(r"(?:而且|并且|同时|另外|还)")
_CONJUNCTION = re.compile(r"^\s*(?:and|plus|but|while|also|so)\s+", re.I)


@dataclass(frozen=True, slots=True)
class Cut:
    """Source characters to replace."""

    start: int
    end: int
    text: str


def mend(reading: Reading, found: list[Finding]) -> str:
    """The source with every finding replaced or removed; empty when nothing worth saying is left."""
    removals = _removals(reading, [f for f in found if f.replacement is None])
    cuts: list[Cut] = []
    for finding in found:
        if finding.replacement is not None and not any(s < finding.end and finding.start < e for s, e in removals):
            start, end = reading.normal.span(finding.start, finding.end)
            cuts.append(Cut(start, end, _with_capital(reading.normal.source, start, finding.replacement)))
    cuts.extend(Cut(*reading.normal.span(start, end), "") for start, end in removals)
    source = reading.normal.source
    for cut in sorted(cuts, key=lambda c: -c.start):
        source = source[: cut.start] + cut.text + source[cut.end :]
    return _tidied(source, reading.normal.source) if removals else source


def _with_capital(source: str, start: int, text: str) -> str:
    """A replacement that opens a sentence begins with a capital where the replaced words did."""
    opens = not source[:start].strip() or source[:start].rstrip()[-1] in ".!?\n"
    return text[:1].upper() + text[1:] if opens and source[start : start + 1].isupper() else text


def _removals(reading: Reading, found: list[Finding]) -> list[tuple[int, int]]:
    """Normalised spans to delete: the clauses at fault, or the whole sentence when they were all it said."""
    bad: set[int] = set()
    for finding in found:
        last = max(finding.start, finding.end - 1)
        bad.update(range(reading.clause_number(finding.start), reading.clause_number(last) + 1))
    spans: list[tuple[int, int]] = []
    for sentence in sorted({reading.clauses[number].sentence for number in bad}):
        numbers = [n for n, clause in enumerate(reading.clauses) if clause.sentence == sentence]
        if any(n not in bad and _says_something(reading, reading.clauses[n]) for n in numbers):
            echoes = {
                n for n in numbers if _ECHO.fullmatch(reading.text[reading.clauses[n].start : reading.clauses[n].end])
            }
            spans.extend(_run_cut(reading, numbers, run, found) for run in _runs(numbers, bad, echoes))
        else:
            inner = _inner_cut(reading, [n for n in numbers if n in bad], found)
            spans.append(inner or (reading.clauses[numbers[0]].start, reading.clauses[numbers[-1]].next))
    return _merged(spans)


def _runs(numbers: list[int], bad: set[int], echoes: set[int]) -> list[list[int]]:
    """The neighbouring clauses at fault, together, with what only stresses them (", ever")."""
    runs: list[list[int]] = []
    for number in numbers:
        if number in bad or (runs and runs[-1][-1] == number - 1 and number in echoes):
            if runs and runs[-1][-1] == number - 1:
                runs[-1].append(number)
            else:
                runs.append([number])
    return runs


def _says_something(reading: Reading, clause: Clause) -> bool:
    """Whether a clause states anything by itself: greetings, subjects and calls to order do not."""
    text = reading.text[clause.start : clause.end]
    if not text.strip() or _LEAD.match(text):
        return False
    if any(clause.start <= m.start < clause.next and m.quantity.unit.id != "" for m in reading.mentions):
        return True
    if any(clause.start <= m.start < clause.next for m in reading.mentions) and not _is_call(text):
        return True
    if (words().values.find(text) or feature_words().find(text)) and not _is_call(text):
        return True
    sheets = reading.sheets_at(clause.start)
    names = [e.name for sheet in sheets[:2] for e in sheet.entries if len(e.name) >= 2 and e.fact.kind != "title"]
    if any(name in text for name in names) and not _is_call(text):
        return True
    said = squeeze(text)
    stated = (
        squeeze(item)
        for s in sheets[:1]
        for e in s.entries
        if len(e.fact.value) < 60
        for item in items_of(e.fact.value)
    )
    if any(item in said for item in stated if len(item) >= (4 if item.isascii() else 2)) and not _is_call(text):
        return True
    return any(
        field.kind in ("policy", "duration", "stock") and any(cue in text for cue in field.names)
        for field in words().fields.values()
    ) and not _is_call(text)


def _is_call(text: str) -> bool:
    return (
        re.search(
            r"扣|下单|直接拍|公屏|大家记|您看|可以吗|叫我|详情页|记一下|\b(?:comments|tap"
            r"|let me know|does that work|drop a|link below|anything else)\b",
            text,
        )
        is not None
    )


def _run_cut(reading: Reading, numbers: list[int], run: list[int], found: list[Finding]) -> tuple[int, int]:
    """What to delete of neighbouring clauses at fault, where the sentence says something else besides."""
    first, last = reading.clauses[run[0]], reading.clauses[run[-1]]
    said_before = any(n < run[0] and _says_something(reading, reading.clauses[n]) for n in numbers)
    said_after = any(n > run[-1] and _says_something(reading, reading.clauses[n]) for n in numbers)
    # An English clause brings its own subject; a Chinese one shares that of the clause before it.
    subject_end = None if said_before or reading.lang == "en" else _subject_end(reading, first, found)
    if run[0] == numbers[0] or subject_end is not None:
        # The subject stays for the clause that follows: 这款枕头[是全网最低价，]库存100件
        start = subject_end if subject_end is not None and said_after else first.start
        joint = _CONJUNCTION_ZH.match(reading.text, last.next)
        return start, joint.end() if joint and start > first.start else last.next
    tail = _PARTICLES.search(reading.text, last.start, last.end) if run[-1] == numbers[-1] else None
    return reading.clauses[run[0] - 1].end, tail.start() if tail else last.end


def _subject_end(reading: Reading, clause: Clause, found: list[Finding]) -> int | None:
    """Where the subject of a clause ends, when it begins with one: the product's name, 这款, it."""
    text = reading.text
    first_bad = min((f.start for f in found if clause.start <= f.start < clause.next), default=clause.end)
    place = clause.start
    while place < first_bad and text[place] in " ":
        place += 1
    begin = place
    match = _SUBJECT.match(text, place, first_bad)
    if match and match.end() <= first_bad:
        place = match.end()
    for start, end, _ in reading.regions:
        if begin <= start <= place + 2 and end <= first_bad:
            place = max(place, end)
    if place > begin:  # 这款保温杯: the kind of thing belongs to the subject too
        titles = [name for sheet in reading.sheets_at(begin)[:1] for name in sheet.names]
        length = next((n for n in range(8, 1, -1) if any(text[place : place + n] in t for t in titles)), 0)
        if length and place + length <= first_bad and text[place] >= "\u3400":
            place += length
    return place if place > begin else None


def _inner_cut(reading: Reading, bad: list[int], found: list[Finding]) -> tuple[int, int] | None:
    """Within the only clause: what may not be said at its end, after a figure that may, 79元[全网最低价]."""
    if len(bad) != 1 or reading.lang != "zh":
        return None
    clause = reading.clauses[bad[0]]
    inside = [f for f in found if clause.start <= f.start and f.end <= clause.next]
    if not inside:
        return None
    start, end = min(f.start for f in inside), max(f.end for f in inside)
    figures = [
        m
        for m in reading.mentions
        if clause.start <= m.start
        and m.end <= start
        and m.quantity.unit.id
        and m.quantity.dimension not in ("count", "time")
    ]
    if not figures or clause.end - end > 2 or start - figures[-1].end > 3:
        return None
    return figures[-1].end, end


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _tidied(text: str, original: str) -> str:
    """Without doubled or leading marks, with a capital where one was; empty when only a greeting is left."""
    text = _DOUBLE.sub("", text)
    text = _SEPARATOR_START.sub("", text)
    if original[:1].isupper() and text != original:
        text = _CONJUNCTION.sub("", text)
        text = text[:1].upper() + text[1:]
    tail = original[len(original.rstrip()) :]
    text = text.rstrip()
    if text.endswith(("，", ",", "；", "、", "：", ":")):
        text = text[:-1] + (
            "。" if original.rstrip().endswith("。") else "." if original.rstrip().endswith(".") else ""
        )
    bare = text.strip("。.!！~～ ，,")
    if not bare or _LEAD.fullmatch(bare):
        return ""
    return text + tail
