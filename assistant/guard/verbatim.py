"""What stands word for word in a fact: the shop's own sentences need no further backing."""

import re

from assistant.guard.claims import Reading
from assistant.guard.sheet import squeeze

_SHORTEST = {"zh": 8, "en": 18}  # squeezed characters: shorter pieces of prose prove nothing by themselves
_NEGATED = re.compile(r"(?:[不无没非未勿别]|不能|不可|not|never|no|n['’]t)$")
_KINDS = frozenset({"policy", "promotion", "faq", "text", "attribute", "computed", "order"})


def is_verbatim(reading: Reading, place: int, *, prose: bool = True) -> bool:
    """Whether the clause at `place` is a piece of a fact that holds here, cut where a statement can be cut.

    Without `prose`, descriptions and manuals prove nothing.
    """
    clause = reading.clause_at(place)
    said = squeeze(reading.text[clause.start : clause.end])
    if len(said) < _SHORTEST[reading.lang]:
        return False
    entries = [*reading.index.common.entries, *(e for s in reading.sheets_at(place)[:1] for e in s.entries)]
    for entry in entries:
        if entry.fact.kind == "text" and not prose:
            continue
        if entry.fact.kind in _KINDS and not entry.fact.variant and _holds(entry.squeezed, said):
            reading.said(entry.fact)
            return True
    return False


def _holds(value: str, said: str) -> bool:
    place = value.find(said)
    while place != -1:
        before, after = value[max(0, place - 4) : place], value[place + len(said) :]
        cut_number = (before[-1:].isdigit() and said[0].isdigit()) or (after[:1].isdigit() and said[-1].isdigit())
        if not cut_number and not _NEGATED.search(before):
            return True
        place = value.find(said, place + 1)
    return False
