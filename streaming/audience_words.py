"""What a comment says: cleaned, its language, what it is about, and what must not be read out."""

import html
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from assistant.guard.privacy import mask
from knowledge.text import language
from streaming.settings import Lang

LONGEST = 200  # characters of a comment that are read
_TAG = re.compile(r"<[^>]{0,200}>")
_BLANKS = re.compile(r"\s+")
_PADDING = r"[\s主播大家呀啊啦哦们!！~～,，。.]*"
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]")
_NOT_WORDS = re.compile(r"[\W_]+")
_CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a question is about: an intent of comment_words.yaml or "", how much its author wants to buy, and what is
    left of it without the words that only ask."""

    intent: str
    buying: int
    rest: str
    lang: Lang


@cache
def _lists() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((files("streaming") / "comment_words.yaml").read_text(encoding="utf-8"))
    return found


@cache
def words(kind: str) -> re.Pattern[str]:
    """A list of comment_words.yaml as one pattern."""
    joined = "|".join(_lists()[kind])
    return re.compile(f"{_PADDING}(?:{joined}){_PADDING}" if kind == "greeting" else joined, re.IGNORECASE)


@cache
def _intents() -> tuple[tuple[str, int, re.Pattern[str]], ...]:
    return tuple(
        (name, int(entry["buying"]), re.compile("|".join(entry["words"]), re.IGNORECASE))
        for name, entry in _lists()["intents"].items()
    )


def understand(text: str) -> Meaning:
    """What a cleaned comment is about."""
    lang = language(text)
    for name, buying, pattern in _intents():
        if pattern.search(text):
            rest = words("filler").sub("", pattern.sub("", text.lower()))
            return Meaning(name, buying, _NOT_WORDS.sub("", rest), lang)
    return Meaning("", 0, _NOT_WORDS.sub("", text.lower()), lang)


def topic(intent: str, lang: Lang) -> str:
    """An intent as a host names it: 尺码; empty when there is none."""
    entry = _lists()["intents"].get(intent)
    return str(entry[lang]) if entry else ""


def clean(text: str) -> str:
    """A comment as one line of plain text without markup, invisible characters or personal data."""
    plain = _TAG.sub(" ", html.unescape(text[: LONGEST * 4]))
    return mask(_BLANKS.sub(" ", _INVISIBLE.sub("", plain)).strip()[:LONGEST])


def shown_name(author: str) -> str:
    """A viewer's name as others may see it: 小***"""
    name = _bare(author)
    return f"{name[:1]}***" if name else "***"


def spoken_name(author: str, lang: Lang) -> str:
    """A viewer as the host may call them: nobody's name is read out whole."""
    first = next((char for char in _bare(author) if char.isalnum()), "")
    if not first:
        return "这位朋友" if lang == "zh" else "our friend"
    if lang == "zh":
        return f"{first}字开头的朋友" if _CJK.match(first) else f"{first.upper()}开头的朋友"
    return f"our friend {first.upper()}"


def spoken_names(authors: list[str], lang: Lang) -> str:
    """Up to three viewers in one breath; the others as "and others"."""
    named = list(dict.fromkeys(spoken_name(author, lang) for author in authors))[:3]
    more = len(set(authors)) > len(named)
    if lang == "zh":
        return "、".join(named) + ("还有其他朋友" if more else "")
    return " and ".join([", ".join(named), *(["others"] if more else [])])


def _bare(author: str) -> str:
    return _BLANKS.sub("", _INVISIBLE.sub("", _TAG.sub("", author)))
