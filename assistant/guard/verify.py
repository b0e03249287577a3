"""Deciding: every check over one reading, and which finding wins where several meet."""

import re
from collections.abc import Iterable
from dataclasses import replace

from assistant.guard.checks.contacts import check_contacts
from assistant.guard.checks.measures import check_measures
from assistant.guard.checks.money import check_money
from assistant.guard.checks.smuggled import check_smuggled
from assistant.guard.checks.statements import check_statements
from assistant.guard.checks.values import check_values
from assistant.guard.claims import Finding, Reading
from assistant.guard.elsewhere import about_the_product
from assistant.guard.law import Law, Rule, is_denied
from assistant.guard.sheet import Entry, squeeze
from assistant.guard.verbatim import is_verbatim
from knowledge.facts import Fact
from knowledge.model import Lang
from knowledge.quantity import parse_quantity
from knowledge.text import normalise

_RANK = {"forbidden": 0, "contradicted": 1, "unsupported": 2, "ok": 3}
_CHECKS = (check_contacts, check_smuggled, check_money, check_measures, check_values, check_statements)


def findings(reading: Reading, law: Law) -> list[Finding]:
    """What may not stay, in order of place, not overlapping; the graver finding wins."""
    found = [*_forbidden(reading, law)]
    for check in _CHECKS:
        found.extend(check(reading))
    swapped = list(_swaps(reading, found))
    found = [*swapped, *(f for f in found if not any(f.start < s.end and s.start < f.end for s in swapped))]
    found = [finding for finding in found if not _is_quoted_from_facts(reading, finding)]
    found = [own for finding in found if (own := finding if finding.rule else about_the_product(reading, finding))]
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda f: (_RANK[f.label], f.start, f.start - f.end)):
        if not any(k.start < finding.end and finding.start < k.end for k in kept):
            kept.append(finding)
    return sorted(kept, key=lambda f: f.start)


def _is_quoted_from_facts(reading: Reading, finding: Finding) -> bool:
    """What stands word for word in the shop's data needs no more backing, with three exceptions: what a law forbids,
    what leads out of the shop or can't be read, and a price that a description gives and the price list doesn't."""
    if finding.rule or finding.field in ("contact", "smuggled"):
        return False
    priced = finding.label == "contradicted" and finding.field in ("price", "list_price")
    return is_verbatim(reading, finding.start, prose=not priced)


def _forbidden(reading: Reading, law: Law) -> Iterable[Finding]:
    for breach in law.breaches(reading.normal):
        rule = breach.rule
        if not _concerns(reading, rule, breach.start):
            continue
        place, reason = (breach.start, breach.end), rule.reason(reading.lang)
        if rule.severity == "caution":
            reading.remarks.append(Finding(*place, "ok", reason, rule=rule.id))
        elif rule.severity == "ban":
            if not reading.in_brand(*place):
                yield Finding(*place, "forbidden", reason, rule=rule.id)
        elif evidence := _stated(reading, *place):
            told = _STATED[reading.lang].format(evidence[0].attribute)
            reading.remarks.append(Finding(*place, "ok", told, rule=rule.id, evidence=evidence))
        else:
            yield Finding(*place, "unsupported", reason, rule=rule.id)


_AT_HAND = 50  # products looked at where none is named


def _concerns(reading: Reading, rule: Rule, place: int) -> bool:
    """Whether the rule is for what is spoken of: by the product's category and title, or as the sentence calls it.

    Where no product is named, any of those at hand may be meant; without any fact at all every rule holds.
    """
    if rule.applies is None and rule.not_for is None:
        return True
    index = reading.index
    sheets = reading.sheets_at(place) or [index.sheet(subject) for subject in index.products[:_AT_HAND]]
    goods = [sheet.goods for sheet in sheets] or [""]
    return any(rule.concerns(f"{reading.text} {each}") for each in goods) or not (index.products or index.shop)


_STATED: dict[Lang, str] = {
    "zh": "这句话以资料里的“{}”为依据，请留好证明",
    "en": 'Rests on the shop\'s own "{}"; keep the proof at hand',
}


def _stated(reading: Reading, start: int, end: int) -> tuple[Fact, ...]:
    """The facts that say the same; not those that deny it, like 专利技术: 无 or "非食品级"."""
    words = reading.text[start:end]
    said = squeeze(words)
    return tuple(
        entry.fact
        for sheet in (*reading.sheets_at(start), reading.index.common)
        for entry in sheet.entries
        if (said in sheet.text and _says(entry, words, said)) or _certifies(entry, words)
    )


_CERTIFICATE = re.compile(r"certif|认证|资质|检测")


def _certifies(entry: Entry, words: str) -> bool:
    """Whether the fact lists certificates and the words name one of them: "CE certified" of `certification: CE`."""
    if not _CERTIFICATE.search(entry.name) or not _CERTIFICATE.search(words):
        return False
    value = normalise(entry.fact.value).text
    return any(
        re.search(rf"(?<![a-z0-9]){re.escape(mark[0])}(?![a-z0-9])", words) and not is_denied(value, *mark.span())
        for mark in re.finditer(r"[a-z0-9]{2,}|[\u4e00-\u9fff]{2,}", value)
    )


def _says(entry: Entry, words: str, said: str) -> bool:
    if said in entry.squeezed:
        value = normalise(entry.fact.value).text  # squeezed English has no word boundaries left to find a "not" by
        place = value.find(words)
        return place < 0 or not is_denied(value, place, place + len(words))
    return said in squeeze(entry.fact.attribute) and entry.fact.typed.flag is not False


def _swaps(reading: Reading, found: list[Finding]) -> Iterable[Finding]:
    """ "You mentioned softshell, but it is hardshell" told the wrong way round: the two values change places."""
    for finding in found:
        if finding.label != "contradicted" or not finding.replacement:
            continue
        own = next((m for m in reading.mentions if finding.start <= m.start and m.end <= finding.end), None)
        figure = _quoted_figure(reading, finding) if own is not None else None
        quoted = figure or _quoted_text(reading, finding)
        if quoted is None:
            continue
        here = (own.start, own.end) if own is not None and figure else (finding.start, finding.end)
        yield replace(finding, start=here[0], end=here[1], replacement=reading.raw(*quoted))
        yield replace(finding, start=quoted[0], end=quoted[1], replacement=reading.raw(*here))


def _quoted_figure(reading: Reading, finding: Finding) -> tuple[int, int] | None:
    """Where the true figure stands before the wrong one, as what somebody else said or as what it is not."""
    truth = parse_quantity(finding.replacement or "")
    if truth is None:
        return None
    for mention in reading.mentions:
        said = mention.quantity
        if mention.end > finding.start or said.low != truth.low or said.sides != truth.sides:
            continue
        if {said.dimension, truth.dimension} <= {truth.dimension, ""} and (
            reading.is_quoted(mention.start, mention.end) or reading.negation_before(mention.outer[0])
        ):
            return mention.start, mention.end
    return None


def _quoted_text(reading: Reading, finding: Finding) -> tuple[int, int] | None:
    truth, opening = (finding.replacement or "").lower(), 0
    while (place := reading.text.find(truth, opening)) != -1:
        opening = place + len(truth)
        if opening <= finding.start and reading.is_quoted(place, opening):
            return place, opening
    return None
