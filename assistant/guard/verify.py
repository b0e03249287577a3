"""Deciding: every check over one reading, and which finding wins where several meet."""

from collections.abc import Iterable

from assistant.guard.checks.contacts import check_contacts
from assistant.guard.checks.measures import check_measures
from assistant.guard.checks.money import check_money
from assistant.guard.checks.statements import check_statements
from assistant.guard.checks.values import check_values
from assistant.guard.claims import Finding, Reading
from assistant.guard.law import Law
from assistant.guard.sheet import squeeze
from assistant.guard.verbatim import is_verbatim

_RANK = {"forbidden": 0, "contradicted": 1, "unsupported": 2, "ok": 3}
_CHECKS = (check_contacts, check_money, check_measures, check_values, check_statements)


def findings(reading: Reading, law: Law) -> list[Finding]:
    """What may not stay, in order of place, not overlapping; the graver finding wins."""
    found = [*_forbidden(reading, law)]
    for check in _CHECKS:
        found.extend(check(reading))
    found.extend(_swaps(reading, found))
    found = [finding for finding in found if finding.rule or not is_verbatim(reading, finding.start)]
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda f: (_RANK[f.label], f.start, f.start - f.end)):
        if not any(k.start < finding.end and finding.start < k.end for k in kept):
            kept.append(finding)
    return sorted(kept, key=lambda f: f.start)


def _forbidden(reading: Reading, law: Law) -> Iterable[Finding]:
    for breach in law.breaches(reading.normal):
        rule = breach.rule
        if rule.severity == "caution" or (rule.severity == "ban" and reading.in_brand(breach.start, breach.end)):
            continue
        if rule.severity == "ban":
            yield Finding(breach.start, breach.end, "forbidden", rule.reason(reading.lang), rule=rule.id)
        elif not _stated(reading, breach.start, breach.end):
            yield Finding(breach.start, breach.end, "unsupported", rule.reason(reading.lang), rule=rule.id)


def _stated(reading: Reading, start: int, end: int) -> bool:
    said = squeeze(reading.text[start:end])
    return any(said in sheet.text for sheet in (*reading.sheets_at(start), reading.index.common))


def _swaps(reading: Reading, found: list[Finding]) -> Iterable[Finding]:
    """ "You mentioned softshell, but it is hardshell" told the wrong way round: the two values change places."""
    for finding in found:
        if finding.label != "contradicted" or not finding.replacement:
            continue
        truth, opening = finding.replacement.lower(), 0
        while (place := reading.text.find(truth, opening)) != -1:
            opening = place + len(truth)
            if opening <= finding.start and reading.is_quoted(place, opening):
                wrong = reading.raw(finding.start, finding.end)
                yield Finding(
                    place,
                    opening,
                    "contradicted",
                    finding.reason,
                    finding.field,
                    replacement=wrong,
                    evidence=finding.evidence,
                )
                break
