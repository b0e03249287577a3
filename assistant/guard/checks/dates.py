"""Days and months: when something was made, until when it keeps, when it came out."""

import re
from collections.abc import Iterable

from assistant.guard.checks.cues import cue_distance
from assistant.guard.claims import Finding, Reading
from assistant.guard.sheet import Entry
from knowledge.quantity import Mention, quantities_of
from knowledge.text import normalise

# What a sentence says of a day, and what a sheet calls the property.
_SUBJECTS = (
    (re.compile(r"生产|出厂|制造|\b(?:made|produced|manufactured|packed|roasted|baked) (?:on|in)\b"),
     re.compile(r"生产|出厂|制造|produc|manufactur|packed|roast|bake|made")),
    (re.compile(r"到期|保质到|过期|喝到|吃到|用到|放到"
                r"|\b(?:until|till|before|by|through|expires?|expiry|good (?:until|to))\b"),
     re.compile(r"到期|有效|保质|截止|best before|expir|use by|good until|sell by")),
    (re.compile(r"采|摘|收获|\b(?:picked|harvested)\b"), re.compile(r"采|摘|收获|pick|harvest")),
    (re.compile(r"上市|发布|推出|上新|\b(?:released|launched|came out|published)\b"),
     re.compile(r"上市|发布|年份|releas|launch|publi|year")),
)  # fmt: skip
_MONTHS = "January February March April May June July August September October November December".split()


def check_dates(reading: Reading) -> Iterable[Finding]:
    for mention in reading.mentions:
        if mention.quantity.dimension == "date":
            finding = _judge(reading, mention)
            if finding is not None:
                yield finding


def _judge(reading: Reading, mention: Mention) -> Finding | None:
    sheets = reading.sheets_at(mention.start)
    if len(sheets) != 1:
        return None
    dated = [e for e in sheets[0].entries if any(q.dimension == "date" for q in e.quantities)]
    meant = [entry for entry in dated if _names(reading, mention, entry)]
    said = f"{mention.quantity.low:f}"
    for entry in (*dated, *reading.index.common.entries):
        if any(q.dimension == "date" and _same_day(said, f"{q.low:f}") for q in entry.quantities):
            reading.said(entry.fact)
            return None
    if not meant or reading.negation_before(mention.outer[0]) or reading.is_quoted(mention.start, mention.end):
        return None
    fact = meant[0].fact
    value = normalise(fact.value)
    true = next(m for m in quantities_of(value) if m.quantity.dimension == "date")
    raw = fact.value[slice(*value.span(true.start, true.end))]
    reason = "日期与资料不符" if reading.lang == "zh" else "the date is another one"
    text = _written(f"{true.quantity.low:f}", reading.text[mention.start : mention.end], raw)
    return Finding(mention.start, mention.end, "contradicted", reason, meant[0].key, replacement=text, evidence=(fact,))


def _names(reading: Reading, mention: Mention, entry: Entry) -> bool:
    clause = reading.clause_at(mention.start)
    if cue_distance(reading, entry, *mention.number, clause.start, clause.end) is not None:
        return True
    near = reading.text[clause.start : clause.end]
    return any(subject.search(near) and name.search(entry.name) for subject, name in _SUBJECTS)


def _same_day(said: str, true: str) -> bool:
    """As far as the sentence says it: a month of a day, a day without its year."""
    if len(said) <= 4:
        return true[-4:].zfill(4) == said.zfill(4)
    if len(true) <= 4:
        return said[-4:] == true.zfill(4)
    exact = len(said.rstrip("0")) if said.endswith("0000") else 6 if said.endswith("00") else 8
    return said[: max(4, exact)] == true[: max(4, exact)]


def _written(value: str, said: str, raw: str) -> str:
    """The true day in the sentence's own way of writing one."""
    year, month, day = (
        (value[:4], int(value[4:6]), int(value[6:8])) if len(value) == 8 else ("", int(value[:-2]), int(value[-2:]))
    )
    if "月" in said or "年" in said:
        text = f"{year}年" if "年" in said and year else ""
        if "月" in said and month:
            text += f"{month}月"
            text += f"{day}{'号' if said.endswith('号') else '日'}" if day and re.search(r"月\d", said) else ""
        return text or raw
    if re.match(r"[a-z]{3}", said) and month:
        text = _MONTHS[month - 1]
        if day and re.match(r"[a-z]+\.? \d{1,2}(?!\d)", said):
            text += f" {day}" + (f", {year}" if re.search(r"(?:19|20)\d\d", said) and year else "")
            return text
        return f"{text} {year}".strip()
    return raw
