"""What a comment is as text: cleaned, of which list of words, and its author as others may see and hear them."""

import html
import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from assistant.guard.privacy import mask
from streaming.settings import Lang

LONGEST = 200  # characters of a comment that are read
_TAG = re.compile(r"<[^>]{0,200}>")
_BLANKS = re.compile(r"\s+")
_PADDING = r"[\s主播大家各位呀啊啦哦们!！~～,，。.]*"
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]")
_CJK = re.compile(r"[\u3400-\u9fff]")


@cache
def lists() -> dict[str, Any]:
    """comment_words.yaml."""
    found: dict[str, Any] = yaml.safe_load((files("streaming") / "comment_words.yaml").read_text(encoding="utf-8"))
    return found


@cache
def words(kind: str) -> re.Pattern[str]:
    """A list of comment_words.yaml as one pattern."""
    joined = "|".join(lists()[kind])
    return re.compile(f"{_PADDING}(?:(?:{joined}){_PADDING})+" if kind == "greeting" else joined, re.IGNORECASE)


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
