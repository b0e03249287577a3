"""The viewers: their comments cleaned, sorted, merged, ranked and held to a pace."""

import html
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from rapidfuzz import fuzz

from assistant.guard.privacy import mask
from streaming.comments import Comment
from streaming.records import Outcome

_TAG = re.compile(r"<[^>]{0,200}>")
_BLANKS = re.compile(r"\s+")
_PADDING = r"[\s主播大家呀啊啦哦们!！~～,，。.]*"
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]")


@cache
def _words(kind: str) -> re.Pattern[str]:
    """A list of comment_words.yaml as one pattern."""
    lists = yaml.safe_load((files("streaming") / "comment_words.yaml").read_text(encoding="utf-8"))
    joined = "|".join(lists[kind])
    return re.compile(f"{_PADDING}(?:{joined}){_PADDING}" if kind == "greeting" else joined, re.IGNORECASE)


LONGEST = 200  # characters of a comment that are read


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceSettings:
    pending: int = 60  # questions waiting at most
    patience_s: float = 120.0  # a question older than this is no longer answered
    repeat_s: float = 90.0  # the same question within this time counts as answered
    per_author: int = 4  # comments of one viewer within `author_window_s`
    author_window_s: float = 20.0
    welcome_every_s: float = 60.0
    alike: float = 82.0  # similarity, 0..100, from which two questions are one


@dataclass(slots=True)
class Asked:
    """One question, whoever asked it."""

    first: Comment
    text: str  # cleaned, personal data masked
    since: float
    buying: bool
    also: list[Comment] = field(default_factory=list)

    @property
    def comments(self) -> list[Comment]:
        return [self.first, *self.also]


Kind = Literal["question", "welcome", "private", "none"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a comment at once; `outcome` "waiting" means that it will be answered or end later."""

    outcome: Outcome
    reason: str = ""
    merged_into: str = ""
    kind: Kind = "none"


class Audience:
    """Not thread-safe: lives on the event loop."""

    def __init__(
        self,
        settings: AudienceSettings | None = None,
        *,
        on_end: Callable[[Comment, Taken], None] = lambda comment, taken: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings or AudienceSettings()
        self._on_end, self._clock = on_end, clock
        self._waiting: list[Asked] = []
        self._answered: deque[tuple[float, str, str]] = deque(maxlen=50)  # when, text, comment id
        self._by_author: dict[str, deque[float]] = {}
        self._welcomed = -1e9

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def take(self, comment: Comment) -> Taken:
        """Sort a comment. Only a result of "waiting" is still open; `on_end` tells of its end later."""
        text = clean(comment.text)
        if refused := self._refusal(comment, text):
            return Taken("ignored", refused)
        if _words("private").search(text):
            return Taken("waiting", kind="private")
        if _words("greeting").fullmatch(text):
            now = self._clock()
            if now - self._welcomed < self._settings.welcome_every_s:
                return Taken("ignored", "a greeting, and others were just greeted")
            self._welcomed = now
            return Taken("waiting", kind="welcome")
        if not _words("question").search(text):
            return Taken("ignored", "not a question")
        if merged := self._same_as(comment, text):
            return merged
        asked = Asked(comment, text, self._clock(), bool(_words("buying").search(text)))
        self._waiting.append(asked)
        self._shed()
        return Taken("waiting", kind="question") if asked in self._waiting else Taken("ignored", "too many questions")

    def next(self) -> Asked | None:
        """The question to answer now; those that waited too long end as ignored."""
        now = self._clock()
        for stale in [each for each in self._waiting if now - each.since > self._settings.patience_s]:
            self._waiting.remove(stale)
            self._end(stale, Taken("ignored", "waited too long"))
        if not self._waiting:
            return None
        best = max(self._waiting, key=self._rank)
        self._waiting.remove(best)
        self._answered.append((now, best.text, best.first.id))
        return best

    def _refusal(self, comment: Comment, text: str) -> str:
        """Why this comment is not looked at any further, or an empty string."""
        if not re.search(r"\w", text):
            return "no words in it"
        if len(set(text)) <= 2 and len(text) > 5:
            return "spam"
        if _words("link").search(text) or _words("contact").search(text):
            return "advertising"
        if _words("abuse").search(text):
            return "abuse"
        now, window = self._clock(), self._settings.author_window_s
        recent = self._by_author.setdefault(comment.author, deque(maxlen=self._settings.per_author))
        if len(recent) == recent.maxlen and now - recent[0] < window:
            return "too many comments from one viewer"
        recent.append(now)
        if len(self._by_author) > 5000:
            self._by_author = {who: when for who, when in self._by_author.items() if now - when[-1] < window}
        return ""

    def _same_as(self, comment: Comment, text: str) -> Taken | None:
        for asked in self._waiting:
            if fuzz.ratio(asked.text, text) >= self._settings.alike:
                asked.also.append(comment)
                return Taken("waiting", "asked by several", asked.first.id)
        now = self._clock()
        for when, said, comment_id in self._answered:
            if now - when < self._settings.repeat_s and fuzz.ratio(said, text) >= self._settings.alike:
                return Taken("merged", "just answered", comment_id)
        return None

    def _rank(self, asked: Asked) -> float:
        """Who wants to buy comes first, then what many ask; waiting makes up for both in half a minute."""
        return 2.0 * asked.buying + min(2.0, 0.7 * len(asked.also)) + (self._clock() - asked.since) / 15

    def _shed(self) -> None:
        while len(self._waiting) > self._settings.pending:
            least = min(self._waiting, key=self._rank)
            self._waiting.remove(least)
            self._end(least, Taken("ignored", "too many questions"))

    def _end(self, asked: Asked, taken: Taken) -> None:
        for comment in asked.comments:
            self._on_end(comment, taken)


def clean(text: str) -> str:
    """A comment as one line of plain text without markup, invisible characters or personal data."""
    plain = _TAG.sub(" ", html.unescape(text[: LONGEST * 4]))
    return mask(_BLANKS.sub(" ", _INVISIBLE.sub("", plain)).strip()[:LONGEST])


def shown_name(author: str) -> str:
    """A viewer's name as others may see it: 小***"""
    name = _BLANKS.sub("", _INVISIBLE.sub("", _TAG.sub("", author)))
    return f"{name[:1]}***" if name else "***"
