"""What is remembered of a shopper beyond the last search: what they must not have, and for whom and how much."""

import re
from functools import cache, lru_cache

from assistant.data import load
from assistant.models.grounded.dialogue import Dialogue
from knowledge.model import Lang
from knowledge.refine import refine
from knowledge.thesaurus import default_thesaurus
from knowledge.understand import understand

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


def remembered(dialogue: Dialogue) -> str:
    """What the shopper wants after this message, as one sentence: the earlier need changed by it. Also for other goods
    the person and the budget stay the same, unless the message names its own or leaves the price open."""
    return _changed(dialogue.need, dialogue.text, dialogue.lang) if dialogue.need else dialogue.text


@lru_cache(maxsize=4096)  # each call of the model comes by here
def _changed(need: str, text: str, lang: Lang) -> str:
    now = understand(text, default_thesaurus(), lang=lang)
    filters, kept = now.filters, []
    if filters.price_min is None and filters.price_max is None and "price" not in now.dropped:
        kept.append("同样预算" if lang == "zh" else "same budget")
    if not filters.audiences and not any(scene.whom for _, scene in now.scenes):
        kept.append("也是送给他" if lang == "zh" else "for the same person")
    return refine(need, ("，" if lang == "zh" else ", ").join([text, *kept]), lang=lang)
