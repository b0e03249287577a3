"""What is remembered of a shopper beyond the last search: what they must not have, and for whom and how much."""

import re
from functools import cache

from assistant.data import load
from assistant.models.grounded.dialogue import Dialogue
from knowledge.model import Lang
from knowledge.refine import refine

_JOINED = re.compile(r"和|跟|与|或|、|,|，|\b(?:and|or)\b")


@cache
def _taboo_patterns(lang: Lang) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.I) for pattern in load("language.yaml")[lang]["taboo"])


def taboos(dialogue: Dialogue) -> tuple[str, ...]:
    """What the shopper, or the one it is for, must not have; said in any message of the conversation."""
    said = [exchange.text for exchange in dialogue.past] + [dialogue.text]
    matches = (
        match
        for text in said
        for pattern in (*_taboo_patterns("zh"), *_taboo_patterns("en"))
        for match in pattern.finditer(text)
    )
    found = (part.strip().lower() for match in matches for part in _JOINED.split(match.group(1)))
    return tuple(dict.fromkeys(part for part in found if part))


def remembered(dialogue: Dialogue, now: str, *, follows: bool) -> str:
    """The need after `now`, as one sentence: the earlier one changed by it. "那茶叶呢" asks for something else for the
    same person and money."""
    if not dialogue.need:
        return now
    same = "，同样预算，也是送给他" if dialogue.lang == "zh" else ", same budget, for the same person"
    return refine(dialogue.need, now + same if follows else now, lang=dialogue.lang)
