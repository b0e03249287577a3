"""How near a sentence names a property to the value it states."""

from assistant.guard.claims import Reading
from assistant.guard.sheet import Entry
from assistant.guard.words import words


def cue_distance(
    reading: Reading, entry: Entry, start: int, end: int, opening: int, closing: int, *, hints: bool = False
) -> int | None:
    """How far the property's name stands from a value in its clause; None when the clause does not name it.

    `hints`: single words of a longer name count too.
    """
    text = reading.text
    best: int | None = None
    for cue in hints_of(entry) if hints else cues_of(entry):
        place = text.find(cue, opening, closing)
        while place != -1:
            stop = place + len(cue)
            if _is_word(text, place, stop) and not reading.in_name(place, stop) and not (place < end and start < stop):
                distance = start - stop if stop <= start else place - end + 1
                # The longer name is the better one: 填充物重量 before 重量.
                distance = max(0, distance) * 4 - len(cue) * 2
                best = distance if best is None or distance < best else best
            place = text.find(cue, place + 1, closing)
    return best


def _is_word(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 2]
    if not text[start].isascii():
        return True
    return not (before.isascii() and before.isalpha()) and not (
        after[:1].isascii() and after[:1].isalpha() and after not in ("s", "s ", "s.", "s,", "s:")
    )


def cues_of(entry: Entry) -> tuple[str, ...]:
    known = words().fields.get(entry.key)
    own = (entry.name,) if len(entry.name) >= 2 else ()
    if known is None:
        return own
    return own + known.cues


def hints_of(entry: Entry) -> tuple[str, ...]:
    """The telling words of an English name of several: "load" of "load size"."""
    parts = entry.name.split()
    if len(parts) < 2 or not entry.name.isascii():
        return ()
    return tuple(part.rstrip("s") for part in parts if len(part) > 3 and part not in _GENERIC)


_GENERIC = frozenset(
    "number type size total item product range content percentage level rating maximum upper phone count".split()
)
