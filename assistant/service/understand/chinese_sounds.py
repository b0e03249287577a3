"""Goods written as they sound, "炸郭", "yurongfu", "kqzg": put right towards what the customer may have bought."""

import re
from functools import cache, lru_cache
from importlib import resources

import rjieba

_HAN = re.compile("[一-龥]+")
_LATIN = re.compile(r"(?<![A-Za-z0-9@.])[A-Za-z]{3,24}(?![A-Za-z0-9@])")
_LONGEST = 6  # characters of a name that are looked for at once
_SAME = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))
_ALONE = frozenset("的了是我你他这那个不要在有和就都也把给被吗吧呢啊")


@cache
def _syllables() -> dict[str, str]:
    """How a character sounds, without its tone."""
    text = (resources.files("assistant.service") / "lexicon" / "syllables_zh.txt").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            sound, characters = line.split(" ", 1)
            for character in characters:
                found.setdefault(character, sound)
    return found


def _sound(word: str) -> str:
    """A word's syllables as they are often confused: zh and z, ing and in."""
    sounds = []
    for character in word:
        sound = _syllables().get(character, character)
        for said, alike in _SAME:
            sound = sound.replace(said, alike)
        sounds.append(f"n{sound[1:]}" if sound.startswith("l") and len(sound) > 1 else sound)
    return " ".join(sounds)


@lru_cache(maxsize=64)
def _names(goods: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str], frozenset[str]]:
    """(parts of names by their sound, whole runs of names by their letters, all parts as they are written)."""
    sounding: dict[str, str] = {}
    spelled: dict[str, str] = {}
    written: set[str] = set()
    for name in goods:
        for run in _HAN.findall(name):
            for start in range(len(run) - 1):
                for end in range(start + 2, min(len(run), start + _LONGEST) + 1):
                    part = run[start:end]
                    written.add(part)
                    if len(part) >= 3 or end == len(run):  # two characters tell at the end of a name
                        sounding.setdefault(_sound(part), part)
                        letters = "".join(_syllables().get(one, "?") for one in part)
                        spelled.setdefault(letters, part)
                        if len(part) >= 3:
                            spelled.setdefault("".join(_syllables().get(one, "?")[0] for one in part), part)
    return sounding, spelled, frozenset(written)


def heard_as(text: str, goods: tuple[str, ...]) -> str:
    """`text` with the names of goods that are written otherwise than they are spelled, but sound alike, put right."""
    if not goods:
        return text
    sounding, spelled, written = _names(goods)
    text = _LATIN.sub(lambda match: spelled.get(match[0].lower(), match[0]), text)
    return _HAN.sub(lambda run: _mended(run[0], sounding, written), text)


def _mended(run: str, sounding: dict[str, str], written: frozenset[str]) -> str:
    for length in range(min(_LONGEST, len(run)), 1, -1):
        for start in range(len(run) - length + 1):
            said = run[start : start + length]
            meant = sounding.get(_sound(said))
            if meant is None or said in written or _is_other(said, meant):
                continue
            return _mended(run[:start], sounding, written) + meant + _mended(run[start + length :], sounding, written)
    return run


def _is_other(said: str, meant: str) -> bool:
    """Whether what sounds like a name is something else that people say: a word of its own, or of small words."""
    differing = [one for one, other in zip(said, meant, strict=True) if one != other]
    if any(one in _ALONE for one in differing):
        return True
    return rjieba.cut(said, False) == [said]
