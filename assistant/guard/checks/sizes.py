"""Sizes of clothes and shoes: one that is said to be there must be one of those that are."""

import re
from collections.abc import Iterable
from decimal import Decimal

from assistant.guard.checks.subjects import is_only_asked
from assistant.guard.claims import Finding, Reading
from assistant.guard.law import is_denied
from assistant.guard.sheet import Entry, Sheet
from knowledge.facts import Fact
from knowledge.sieve import Sifted
from knowledge.text import normalise

_LETTERS = r"\d?x{1,4}[sl]|[sml]"
_SAID = Sifted(
    re.compile(
        rf"(?<![a-z\d.])(?P<zh>\d{{2}}(?:\.5)?|{_LETTERS})码(?![数的]?[段头])"
        rf"|\bsizes? (?P<en>\d{{1,2}}(?:\.5)?|{_LETTERS})(?![a-z\d.'\"%])"
        r"(?! ?(?:[x×*-]|cm|mm|ml|inch|in\b|oz|kg|g\b|l\b))"
    )
)
_NAMES = re.compile(r"尺码|鞋码|码数|^(?:shoe |available )?sizes?(?: range)?$")
_SEPARATOR = re.compile(r"[\s,，、/;；|]+(?:and |or |和|及)?")
_ONE = re.compile(rf"(?:eu ?|us ?)?(?P<one>\d{{1,2}}(?:\.5)?|{_LETTERS})码?")
_RANGE = re.compile(r"(?P<low>\d{2}(?:\.5)?)码?(?:-|–|—|~|～|至|到)(?P<high>\d{2}(?:\.5)?)码?")
# Whose foot it is, what another shop calls it, and what is no offer.
_OTHERS = re.compile(
    r"(?:您|你|平时|平常|一般|脚|原来|别家|其他)[^，。！？,!?]{0,8}$|\b(?:you|your|usual|usually|normally|wear|were|other|foot)\b[^.,;!?]{0,30}$"
)
_REASON = {"zh": "资料里没有这个尺码", "en": "the facts list no such size"}


def check_sizes(reading: Reading) -> Iterable[Finding]:
    for match in _SAID.finditer(reading.text):
        start, end = match.span("zh" if match["zh"] else "en")
        sheets = reading.sheets_at(start)
        if len(sheets) != 1 or reading.in_name(start, end) or reading.is_quoted(start, end):
            continue
        clause = reading.clause_at(start)
        if _OTHERS.search(reading.text, clause.start, start) or is_only_asked(reading, start, end):
            continue
        if is_denied(reading.text, start, end) or reading.negation_before(start):
            continue
        sizes, facts = sizes_of(sheets[0])
        said = reading.text[start:end]
        if not sizes or said in sizes or (said[0].isdigit() and not any(size[0].isdigit() for size in sizes)):
            continue
        yield Finding(start, end, "contradicted", _REASON[reading.lang], "size", evidence=facts[:1])


Sizes = tuple[frozenset[str], tuple[Fact, ...]]


def sizes_of(sheet: Sheet) -> Sizes:
    """The sizes a product comes in, in normal form, with the facts that list them; read once and kept on the sheet."""
    found: Sizes | None = sheet.__dict__.get("_worn_sizes")
    if found is None:
        listed = [(sizes, entry.fact) for entry in sheet.entries if (sizes := _listed(entry))]
        every = frozenset(size for sizes, _ in listed for size in sizes)
        found = sheet.__dict__["_worn_sizes"] = every, tuple(fact for _, fact in listed)
    return found


def _listed(entry: Entry) -> set[str]:
    """The sizes an entry lists; none where it says anything else as well."""
    if not _NAMES.search(entry.name):
        return set()
    found: set[str] = set()
    for piece in filter(None, _SEPARATOR.split(normalise(entry.fact.value).text.strip())):
        if span := _RANGE.fullmatch(piece):
            found.update(_between(Decimal(span["low"]), Decimal(span["high"])))
        elif one := _ONE.fullmatch(piece):
            found.add(one["one"])
        else:
            return set()
    return found


def _between(low: Decimal, high: Decimal) -> Iterable[str]:
    halves = range(int(low * 2), int(high * 2) + 1)
    return (f"{half // 2}.5" if half % 2 else str(half // 2) for half in halves)
