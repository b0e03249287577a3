"""Slips in the names of goods, mended towards what the shop calls them ("hedphones", "back pack"), and what somebody
corrects in the same breath ("cancel 7, sorry, I mean 8")."""

import re
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from assistant.service.understand.english_spelling import is_word

_TOKEN = re.compile(r"(?<![\w@.'-])[A-Za-z]{4,}(?![\w@])")
_PAIR = re.compile(r"(?<![\w@.-])([A-Za-z]{2,}) ([A-Za-z]{2,})(?![\w@])")
_SHORTEST, _LONG = 5, 8  # letters; in a long word two may be wrong
_REPAIR = re.compile(
    r"(?P<mark>\s*[,.;:–—-]*\s*\(?(?:\b(?:oh|uh|um|er|oops|whoops|sorry|wait|hang on|hold on|actually|scratch that"
    r"|correction|my (?:bad|mistake)|i mean(?:t)?|make that|or rather|rather|no)\b[\s,.;:–—-]*)+)"
    r"(?:it'?s |that'?s |for |in |from |order )*(?:the |my )?",
    re.IGNORECASE,
)
_TOO = re.compile(r"[^,.;]{0,20}\b(?:too|as well|also|both)\b", re.IGNORECASE)


@lru_cache(maxsize=64)
def _telling(goods: tuple[str, ...]) -> tuple[str, ...]:
    words = {word for name in goods for word in re.findall(r"[a-z]+", name.lower()) if len(word) >= _SHORTEST}
    return tuple(sorted(words | {f"{word}s" for word in words if not word.endswith("s")}))


def mended(text: str, goods: tuple[str, ...]) -> str:
    """`text` with the words that are none and all but a word of `goods` written as that."""
    words = _telling(goods)
    if not words:
        return text
    text = _PAIR.sub(lambda pair: pair[1] + pair[2] if (pair[1] + pair[2]).lower() in words else pair[0], text)
    return _TOKEN.sub(lambda token: _mended(token[0], words), text)


def _mended(token: str, words: tuple[str, ...]) -> str:
    said = token.lower()
    if said in words or is_word(said):
        return token
    best = process.extractOne(
        said, words, scorer=DamerauLevenshtein.distance, score_cutoff=1 if len(said) < _LONG else 2
    )
    return best[0] if best is not None and best[0][0] == said[0] else token  # few slip on the first letter


def repaired(text: str, slots: tuple[re.Pattern[str], ...]) -> str:
    """`text` without what its writer takes back at once: of two values of a slot with "sorry, I mean" between them the
    second."""
    for slot in slots:
        place = 0
        while (first := slot.search(text, place)) is not None:
            place = first.end()
            mark = _REPAIR.match(text, first.end())
            second = slot.match(text, mark.end()) or slot.match(text, mark.end("mark")) if mark else None
            if second is not None and not _TOO.match(text, second.end()):
                text = text[: first.start()] + text[second.start() :]
                place = first.start() + 1
    return text
