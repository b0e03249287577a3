"""How near a sentence names a property to the value it states."""

import re
from functools import lru_cache

from assistant.guard.claims import Reading
from assistant.guard.sheet import Entry
from assistant.guard.words import words
from knowledge.quantity import Mention


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
    return _cues(entry.key, entry.name)


@lru_cache(maxsize=4096)
def _cues(key: str, name: str) -> tuple[str, ...]:
    known = words().fields.get(key)
    own: tuple[str, ...] = (name,) if len(name) >= 2 else ()
    if name.isascii() and len(name) > 4 and name.endswith("s"):
        own += (name[:-1],)  # "will last" of "lasts", one door of "doors"
    if known is None:
        return own
    return own + known.cues


def hints_of(entry: Entry) -> tuple[str, ...]:
    """The telling words of a longer name ("load" of "load size", 预约 of 预约时间), and what measures it."""
    return _hints(entry.name)


@lru_cache(maxsize=4096)
def _hints(name: str) -> tuple[str, ...]:
    adjectives = tuple(word for pattern, words_of in _MEASURES if pattern.search(name) for word in words_of)
    if not name.isascii():
        head = _MEASURE_ZH.sub("", name)
        return (*((head,) if 2 <= len(head) < len(name) else ()), *adjectives)
    parts = name.split()
    if len(parts) < 2:
        return adjectives
    return tuple(part.rstrip("s") for part in parts if len(part) > 3 and part not in _GENERIC) + adjectives


def measured_by(reading: Reading, entry: Entry, mention: Mention) -> bool:
    """Whether an adjective directly beside a figure says which measure it is: "60 inches wide", 厚3毫米."""
    after = reading.text[mention.end : mention.end + 8]
    before = reading.text[max(0, mention.outer[0] - 3) : mention.outer[0]]
    heads = [part for part in entry.name.split() if len(part) > 3 and part not in _GENERIC]
    if len(entry.name.split()) > 1 and entry.name.isascii() and reading.lang == "en":
        measured = next((pattern.search(entry.name) for pattern, _ in _MEASURES if pattern.search(entry.name)), None)
        if measured and any(part not in reading.text for part in heads if part not in measured[0]):
            return False  # "six inches long" says nothing of a cable that is not named
    for pattern, words_of in _MEASURES:
        if pattern.search(entry.name):
            for word in words_of:
                if re.match(rf"[ -]?{word}(?![a-z])" if word.isascii() else rf"{word}(?!度)", after):
                    return True
                if not word.isascii() and before.rstrip("约有是：: ").endswith(word):
                    return True
    return False


_MEASURES = (
    (re.compile(r"\bwidth\b|宽度?$"), ("wide", "across", "宽")),
    (re.compile(r"\bheight\b|高度?$"), ("tall", "high", "高")),
    (re.compile(r"\bdepth\b|深度?$"), ("deep", "深")),
    (re.compile(r"\blength\b|(?<!身)长度?$"), ("long", "长")),
    (re.compile(r"\bthickness\b|厚度?$"), ("thick", "厚")),
    (re.compile(r"\bdiameter\b|直径$"), ("across", "wide", "粗")),
    (re.compile(r"\bweight\b(?! cap)|重量?$"), ("weighs", "heavy", "重")),
    (
        re.compile(r"\b(?:capacity|load)\b|承重"),
        ("lifts", "lift", "supports", "carries", "bears", "holds", "hold", "承重", "承"),
    ),
)
_MEASURE_ZH = re.compile(
    r"(?:厚度|长度|宽度|高度|深度|直径|重量|容量|时间|时长|尺寸|温度|数量|面积|速度|功率|范围|人数|寿命|价格|价)$"
)
_GENERIC = frozenset(
    "number type size total item product range content percentage level rating maximum upper phone count".split()
)
