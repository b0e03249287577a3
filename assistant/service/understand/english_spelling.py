"""English as it is typed in a hurry, in the words that the reading knows: chat's short forms, slips of the thumb."""

import re
from collections.abc import Iterator
from importlib import resources
from typing import Any, cast

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
_MENDED = _SWAPPED_FIRST | _SLIPS
_WORD = re.compile(r"(?<![\w'@.-])[A-Za-z]{4,10}(?![\w@])")


def spelled_out(text: str) -> str:
    """A message with short forms written out and slips in the words for what can be done mended."""
    said = text
    for typed, meant in _SHORT:
        said = typed.sub(meant, said)
    return _WORD.sub(lambda match: _MENDED.get(match[0].lower(), match[0]), said)
