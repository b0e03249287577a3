"""How things are said: many wordings for each, chosen by the conversation's seed, so that answers vary and repeat."""

import zlib
from functools import cache
from typing import Any

from assistant.data import load
from assistant.models.grounded.dialogue import Dialogue


@cache
def _wordings(key: str, lang: str) -> tuple[str, ...]:
    return tuple(load("wordings.yaml")[key][lang])


def say(dialogue: Dialogue, key: str, **slots: Any) -> str:
    """One wording of `key`, filled; the next turn takes the next one. On air, the words for there where there are
    any, and what is on air is "this one": its name stands on the picture."""
    on_air = dialogue.live and dialogue.page is not None
    if dialogue.page is not None and on_air and slots.get("title", dialogue.page["title"]) == dialogue.page["title"]:
        key = f"live_{key}" if f"live_{key}" in load("wordings.yaml") else key
        slots["title"] = _wordings("live_this", dialogue.lang)[0]
    variants = _wordings(key, dialogue.lang)
    start = zlib.crc32(f"{dialogue.seed}/{key}".encode())
    said = variants[(start + dialogue.turn) % len(variants)].format(**slots)
    return said[:1].upper() + said[1:] if on_air else said


def joined(dialogue: Dialogue, parts: list[str]) -> str:
    """A, B和C / A, B and C."""
    if len(parts) < 2:
        return "".join(parts)
    if dialogue.lang == "zh":
        return "、".join(parts[:-1]) + "和" + parts[-1]
    return ", ".join(parts[:-1]) + " and " + parts[-1]
