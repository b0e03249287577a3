"""Chinese as it is typed in a hurry, in the words that the reading knows: initials and sounds, slips, dialect."""

import re
from importlib import resources
from typing import Any, cast

from knowledge.parsing import parsed

_TEXT = (resources.files("assistant.service") / "lexicon" / "spelling_zh.yaml").read_text(encoding="utf-8")
_KNOWN = cast(dict[str, Any], parsed(_TEXT))
_MEANT = {sound: word for word, sounds in _KNOWN["sounds"].items() for sound in sounds.split("|")}
_SOUND = re.compile(
    rf"(?<![A-Za-z0-9])(?:{'|'.join(sorted(_MEANT, key=len, reverse=True))})(?![A-Za-z]|{_KNOWN['names_after']})",
    re.IGNORECASE,
)
_OTHERS = [(re.compile(typed), meant) for typed, meant in (*_KNOWN["slips"], *_KNOWN["words"])]
_LIST_POINT = re.compile(_KNOWN["list_point"])


def spelled_out(text: str) -> str:
    """A message with its abbreviations written out, common slips mended, and the points of a list as sentences."""
    said = _LIST_POINT.sub("。", text).lstrip("。")
    said = _SOUND.sub(lambda match: _MEANT[match[0].lower()], said)
    for typed, meant in _OTHERS:
        said = typed.sub(meant, said)
    return said
