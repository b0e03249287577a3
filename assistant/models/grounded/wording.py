"""How things are said: many wordings for each, chosen by the conversation's seed, so that answers vary and repeat."""

import zlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from assistant.data import load
from assistant.models.grounded.dialogue import Dialogue, Goods


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
    said = chosen(dialogue, key, variants).format(**slots)
    return said[:1].upper() + said[1:] if on_air else said


def chosen(dialogue: Dialogue, key: str, variants: Sequence[str]) -> str:
    """The wording of `key` whose turn it is in this conversation."""
    return variants[(zlib.crc32(f"{dialogue.seed}/{key}".encode()) + dialogue.turn) % len(variants)]


def called(dialogue: Dialogue, goods: Goods) -> str:
    """A product within a sentence: what is on air is "this one"."""
    shown = dialogue.live and dialogue.page is not None and goods["title"] == dialogue.page["title"]
    return _wordings("live_this", dialogue.lang)[0] if shown else str(goods["title"])


def joined(dialogue: Dialogue, parts: list[str]) -> str:
    """A, B和C / A, B and C."""
    if len(parts) < 2:
        return "".join(parts)
    if dialogue.lang == "zh":
        return "、".join(parts[:-1]) + "和" + parts[-1]
    return ", ".join(parts[:-1]) + " and " + parts[-1]
