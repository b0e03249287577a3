"""Features by whatever name: what a product has, does or is free of, compared with what its facts say of the same."""

import re
from collections.abc import Iterable

from assistant.guard.checks.subjects import is_about_product, is_only_asked
from assistant.guard.claims import Finding, Reading
from assistant.guard.law import is_denied
from assistant.guard.sheet import Entry, Sheet, squeeze
from assistant.guard.words import Feature, feature_words, frames
from knowledge.text import normalise

# By feature: the entries that say it is there, and those that say it is not.
Stated = dict[str, tuple[list[Entry], list[Entry]]]

NO_VALUE = re.compile(
    r"(?:no|none|not|否|无|没有|不支持|不可以?|不能|不带|不含|false|n/a|not included|without)(?:[ ,，。;；(（].*)?$"
    r"|not? |不可|不支持|无需"
)
_NO_BEFORE = frames()["not_stated_before"]
_NO_AFTER = frames()["not_stated_after"]
_HAS_ZH = frames()["has_feature_zh"]
_HAS_EN = frames()["has_feature_en"]
_THE_EN = re.compile(r"\b(?:the|its)(?: [a-z-]+)? $")
_HAS_FREE = frames()["has_substance"]
_CAN = re.compile(
    r"(?:\b(?:not|can|may|could|will|to|also|even|you|able)|it'll|n['’]t) (?:be |easily |also |simply )*$|能|可"
)
_FREE_OF = frames()["free_of"]
_SILENT = {"zh": "资料里没有写这一项", "en": "the facts say nothing of this"}
_FALSE = {"zh": "资料写明的正相反", "en": "the facts say the opposite"}


def check_features(reading: Reading) -> Iterable[Finding]:
    for start, end, (feature, bare) in feature_words().find(reading.text):
        if reading.in_name(start, end) or is_only_asked(reading, start, end) or reading.is_quoted(start, end):
            continue
        if bare and not _CAN.search(reading.text[max(0, start - 16) : start]):
            continue
        sheets = reading.sheets_at(start)
        if len(sheets) != 1 or not is_about_product(reading, start):
            continue
        finding = _judge(reading, sheets[0], feature, start, end)
        if finding is not None:
            yield finding


def _judge(reading: Reading, sheet: Sheet, feature: Feature, start: int, end: int) -> Finding | None:
    clause = reading.clause_at(start)
    before = reading.text[clause.start : start]
    there, absent = stated(sheet).get(feature.id, ([], []))
    if feature.sort == "free":
        return _judge_free(reading, before, there, absent, start, end)
    denied = is_denied(reading.text, start, end) or _NO_BEFORE.search(before) is not None
    if denied or _NO_AFTER.match(reading.text, end):
        return _denied_though_there(reading, there[0], clause.start, start) if there and not absent else None
    if there:
        reading.said(there[0].fact)
        return None
    contrary = stated(sheet).get(feature.against, ([], []))[0] if feature.against else []
    if not absent and not contrary and (feature.mild or _named(sheet, reading, start, end)):
        return None
    strong = feature.sort == "does" or (_HAS_EN if reading.text[start].isascii() else _HAS_ZH).search(before)
    if reading.lang == "zh" and feature.sort == "thing" and not strong:
        strong = _HAS_ZH.search(before)
    if absent or contrary:
        if strong or _THE_EN.search(before):
            return Finding(
                start, end, "contradicted", _FALSE[reading.lang], feature.id, evidence=((absent or contrary)[0].fact,)
            )
        return None
    return Finding(start, end, "unsupported", _SILENT[reading.lang], feature.id) if strong else None


def _named(sheet: Sheet, reading: Reading, start: int, end: int) -> bool:
    """Whether the very word stands in the product's or the shop's facts, said of whatever."""
    said = squeeze(reading.text[start:end])
    return said in sheet.text or said in reading.index.common.text


def _judge_free(
    reading: Reading, before: str, there: list[Entry], absent: list[Entry], start: int, end: int
) -> Finding | None:
    free = _FREE_OF.search(before) is not None or _NO_AFTER.match(reading.text, end) is not None
    if not free and not _HAS_FREE.search(before):
        return None
    backing, opposing = (absent, there) if free else (there, absent)
    if backing:
        reading.said(backing[0].fact)
    elif opposing:
        return Finding(start, end, "contradicted", _FALSE[reading.lang], evidence=(opposing[0].fact,))
    elif not free and not _named(reading.sheets_at(start)[0], reading, start, end):
        return Finding(start, end, "unsupported", _SILENT[reading.lang])
    return None  # "free of" of which the facts are silent is a promise, judged with the promises


_POSITIVE = (
    (re.compile(r"(?:can['’]t|cannot|can not)(?= (?:be |also |really )?$)"), "can"),
    (re.compile(r"(?:doesn['’]t|does not)(?= (?:also |really )?$)"), "does"),
    (re.compile(r"(?:isn['’]t|is not)(?= (?:also |really )?$)"), "is"),
    (re.compile(r"(?:aren['’]t|are not)(?= (?:also |really )?$)"), "are"),
    (re.compile(r"不(?=(?:能|可以|会|支持|是|带|可)\S{0,1}$)"), ""),
    (re.compile(r"没有$"), "有"),
    (re.compile(r"(?:has|have|there's|there is|there are|comes? with) no (?:[a-z]+ )?$"), None),
)


def _denied_though_there(reading: Reading, entry: Entry, opening: int, start: int) -> Finding | None:
    """A feature that is there and is said not to be: the negation goes, or the clause where that leaves no sentence."""
    for pattern, positive in _POSITIVE:
        match = pattern.search(reading.text[opening:start])
        if match is not None:
            return Finding(
                opening + match.start(), opening + match.end(), "contradicted", _FALSE[reading.lang], entry.key,
                replacement=positive,
                evidence=(entry.fact,),
            )  # fmt: skip
    return None


def stated(sheet: Sheet) -> Stated:
    """What a product's facts say of each feature; read once and kept on the sheet."""
    found: Stated | None = sheet.__dict__.get("_features")
    if found is None:
        found = sheet.__dict__["_features"] = _read(sheet.entries)
    return found


def _read(entries: Iterable[Entry]) -> Stated:
    found: Stated = {}
    for entry in entries:
        value = normalise(entry.fact.value).text.strip()
        refused = NO_VALUE.match(value) is not None
        for _, _, (feature, _) in feature_words().find(entry.name):
            found.setdefault(feature.id, ([], []))[1 if refused else 0].append(entry)
        for start, end, (feature, _) in feature_words().find(value):
            absent = _NO_BEFORE.search(value[max(0, start - 24) : start]) or _NO_AFTER.match(value, end)
            found.setdefault(feature.id, ([], []))[1 if absent else 0].append(entry)
    return found
