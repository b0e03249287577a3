"""English as it is typed in a hurry, in the words that the reading knows: chat's short forms, slips of the thumb."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any, cast

from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]

from knowledge.parsing import parsed

_TEXT = (resources.files("assistant.service") / "lexicon" / "spelling_en.yaml").read_text(encoding="utf-8")
_KNOWN = cast(dict[str, Any], parsed(_TEXT))
_SHORT = [(re.compile(typed), meant) for typed, meant in _KNOWN["short"].items()]
_WORDS = frozenset(_KNOWN["words"].split())


def _slips(word: str) -> Iterator[str]:
    """What becomes of a word, its first letter apart: two letters swapped, one missing, one doubled."""
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + word[at] + word[at:]
        if at + 1 < len(word):
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


_SLIPS = {slip: word for word in sorted(_WORDS) for slip in _slips(word) if slip not in _WORDS}
_SWAPPED_FIRST = {word[1] + word[0] + word[2:]: word for word in _WORDS}
_MENDED = _SWAPPED_FIRST | _SLIPS  # what may be meant
# How far down a list of words in use a word may stand to be one: "recieved" is far down in all.
_USED = {"us_tv_and_film": 9000, "english_wikipedia": 15000, "passwords": 6000}
_LONGER = 6  # letters
_WORD = re.compile(r"(?<![\w'@.-])[A-Za-z]{4,10}(?![\w@])")


@cache
def _in_use() -> frozenset[str]:
    return frozenset(word for name, most in _USED.items() for word in FREQUENCY_LISTS[name][:most])


def is_word(said: str) -> bool:
    """Whether English has a lower-case word: then nobody slipped."""
    return said in _in_use()


def spelled_out(text: str) -> str:
    """A message with short forms written out and slips in the words for what can be done mended."""
    said = text
    for typed, meant in _SHORT:
        said = typed.sub(meant, said)
    return _WORD.sub(lambda match: _mended(match[0]), said)


@cache
def _with_one_wrong() -> dict[str, str]:
    """What becomes of the longer words with one letter, not the first, mistaken for another: "retutn"."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return {
        word[:at] + letter + word[at + 1 :]: word
        for word in sorted(_WORDS)
        if len(word) >= _LONGER
        for at in range(1, len(word))
        for letter in letters
    }


def _mended(word: str) -> str:
    said = word.lower()
    meant = _MENDED.get(said) or _with_one_wrong().get(said)
    return word if meant is None or is_word(said) else meant
