"""Dialect, slips of the keyboard and traditional characters, made plain: `data/spelling.yaml`."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib import resources
from typing import Any

import rjieba
import yaml
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from knowledge.text import Terms, is_han, normalise

Known = Callable[[str], bool]
_WORD = re.compile(r"[a-z]{5,}")
_NEAR = 0.8  # of two English words, 1 - edits / letters


@cache
def _data() -> dict[str, Any]:
    text = (resources.files("knowledge") / "data" / "spelling.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


class Spelling:
    """Mends what shoppers write towards `words`, the words that are known. Immutable."""

    def __init__(self, words: Iterable[str]) -> None:
        known = {word for word in words if word}
        data = _data()
        plain = {normalise(wrong).text: str(right) for part in ("say", "typos") for wrong, right in data[part].items()}
        self._plain: Terms[str] = Terms(plain.items())
        self._sounds = str.maketrans({char: group[0] for group in data["alike"] for char in group})
        self._never = frozenset(data["never"])
        self._known = frozenset(known)
        sounding: dict[str, str] = {}
        for word in sorted(known, key=len):
            if 2 <= len(word) <= 6 and all(map(is_han, word)):
                sounding.setdefault(word.translate(self._sounds), word)
        self._sounding: Terms[str] = Terms(sounding.items())
        parts = {part for word in known for part in _WORD.findall(word)}
        self._english = sorted(parts)
        self._english_known = frozenset(parts)

    def mend(self, text: str, is_known: Known | None = None) -> str:
        """A normalised text with its slips put right. `is_known` tells whether the shop itself has an English word."""
        text = _replaced(text, self._plain.find(text))
        text = _replaced(text, [(s, e, right) for s, e, right in self._heard(text)])
        return _WORD.sub(lambda match: self._near(match[0], is_known), text)

    def _heard(self, text: str) -> Iterable[tuple[int, int, str]]:
        """Places where a known word is written with characters that sound or look like its own."""
        if text.isascii():
            return
        for start, end, right in self._sounding.find(text.translate(self._sounds)):
            said = text[start:end]
            if said == right or said in self._known or self._is_meant(said, right) or _is_word(said):
                continue
            if not any(char != other and char in self._never for char, other in zip(said, right, strict=True)):
                yield start, end, right

    def _is_meant(self, said: str, right: str) -> bool:
        """Whether the end, which says what the thing is, is itself a word, and another than the one it sounds like."""
        return len(said) > 2 and said[-2:] in self._known and said[-2:] != right[-2:]

    def _near(self, word: str, is_known: Known | None) -> str:
        if word in self._english_known or word.removesuffix("s") in self._english_known:
            return word
        if is_known is None or is_known(word):
            return word
        best = process.extractOne(
            word, self._english, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=_NEAR
        )
        if best is None or (len(word) < 8 and len(best[0]) == len(word) and sorted(best[0]) != sorted(word)):
            return word  # a cooler is no cooker
        return (
            str(best[0]) if best[0][0] == word[0] else word
        )  # few slip on the first letter, and "loves" are no gloves


def _replaced(text: str, found: Iterable[tuple[int, int, str]]) -> str:
    for start, end, right in reversed(list(found)):
        text = text[:start] + right + text[end:]
    return text


def _is_word(said: str) -> bool:
    """Whether a dictionary has it as one word: then nobody slipped."""
    return rjieba.cut(said, False) == [said]
