"""The viewers: their comments cleaned, sorted, merged, ranked and held to a pace."""

import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from assistant.guard.verdict import Verdict
from knowledge.model import Product
from streaming.audience_questions import Meaning, asks, understand
from streaming.audience_words import clean, shown_name, words
from streaming.comments import Comment
from streaming.records import Outcome

__all__ = ["Asked", "Audience", "AudienceSettings", "Taken", "Thanks", "clean", "shown_name"]

_RECENT_S = 300.0  # who was answered within this time waits longer than others
_AGAIN_S = 5.0  # after this time a line of thanks that was cut short is tried again
_THANKED: dict[str, "Thanked"] = {"gift": "thanks_gift", "follow": "thanks_follow", "order": "thanks_order"}
_UNSAID = {"like": "likes are not read out", "join": "others were just greeted"}

Kind = Literal["question", "welcome", "private", "thanks", "none"]
Thanked = Literal["thanks_gift", "thanks_follow", "thanks_order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceSettings:
    pending: int = 60  # questions waiting at most
    patience_s: float = 120.0  # a question older than this is no longer answered
    repeat_s: float = 90.0  # the same question within this time counts as answered
    per_author: int = 4  # comments of one viewer within `author_window_s`
    author_window_s: float = 20.0
    welcome_every_s: float = 60.0
    thanks_every_s: float = 40.0  # gifts, follows and orders are thanked for together, so often at most
    thanks_within_s: float = 180.0  # later than that it would sound odd


@dataclass(slots=True)
class Asked:
    """One question, whoever asked it."""

    first: Comment
    text: str  # cleaned, personal data masked
    since: float
    meaning: Meaning
    also: list[Comment] = field(default_factory=list)
    open: bool = True  # until its answer has been given: who asks the same meanwhile is answered with it

    @property
    def buying(self) -> bool:
        return self.meaning.buying > 1

    @property
    def comments(self) -> list[Comment]:
        return [self.first, *self.also]


@dataclass(frozen=True, slots=True)
class Thanks:
    """Gifts, follows or orders that are thanked for in one line."""

    occasion: Thanked
    comments: tuple[Comment, ...]


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
        on_air: Callable[[], Product | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings or AudienceSettings()
        self._on_end, self._on_air, self._clock = on_end, on_air, clock
        self._waiting: list[Asked] = []
        self._answered: deque[tuple[float, Asked]] = deque(maxlen=50)
        self._by_author: dict[str, deque[float]] = {}
        self._served: dict[str, float] = {}  # author → when a question of theirs was taken up
        self._thanks: list[tuple[float, Thanked, Comment]] = []
        self._told: dict[tuple[frozenset[str], frozenset[str]], tuple[float, str]] = {}  # by facts and particulars
        self._welcomed = self._thanked = -1e9

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def take(self, comment: Comment) -> Taken:
        """Sort a comment. Only a result of "waiting" is still open; `on_end` tells of its end later."""
        if comment.kind != "text":
            return self._event(comment)
        text = clean(comment.text)
        if refused := self._refusal(comment, text):
            return Taken("ignored", refused)
        if words("private").search(text):
            return Taken("waiting", kind="private")
        if words("greeting").fullmatch(text):
            return self._welcome("a greeting, and others were just greeted")
        if not asks(text, product := self._on_air()):
            return Taken("ignored", "not a question")
        asked = Asked(comment, text, self._clock(), understand(text, product))
        if merged := self._same_as(asked):
            return merged
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
        self._answered.append((now, best))
        self._served[best.first.author] = now
        if len(self._served) > 5000:
            self._served = {who: when for who, when in self._served.items() if now - when < _RECENT_S}
        return best

    def thanks(self) -> Thanks | None:
        """The gifts, follows or orders to thank for now, together; None while it would be a nuisance."""
        now = self._clock()
        for entry in [each for each in self._thanks if now - each[0] > self._settings.thanks_within_s]:
            self._thanks.remove(entry)
            self._on_end(entry[2], Taken("ignored", "waited too long"))
        if not self._thanks or now - self._thanked < self._settings.thanks_every_s:
            return None
        occasions = {occasion for _, occasion, _ in self._thanks}
        occasion = next(each for each in ("thanks_order", "thanks_gift", "thanks_follow") if each in occasions)
        chosen = [entry for entry in self._thanks if entry[1] == occasion]
        self._thanks = [entry for entry in self._thanks if entry[1] != occasion]
        self._thanked = now
        return Thanks(chosen[0][1], tuple(comment for _, _, comment in chosen))

    def put_back(self, thanks: Thanks) -> None:
        """They could not be thanked just now."""
        now = self._clock()
        self._thanks += [(now, thanks.occasion, comment) for comment in thanks.comments]
        self._thanked = now - self._settings.thanks_every_s + _AGAIN_S

    def told(self, asked: Asked, verdict: Verdict) -> str:
        """Note the facts that answer a question. The id of the one, or empty, that was answered by the same lately:
        that is the same question, whatever its words."""
        facts = frozenset(fact.id for fact in verdict.evidence if not fact.id.endswith("/title"))
        if not facts:
            return ""
        now, told = self._clock(), (facts, asked.meaning.particular)
        if (before := self._told.get(told)) is not None and now - before[0] < self._settings.repeat_s:
            return before[1]
        self._told = {known: at for known, at in self._told.items() if now - at[0] < self._settings.repeat_s}
        self._told[told] = (now, asked.first.id)
        return ""

    def _event(self, comment: Comment) -> Taken:
        """What a viewer did without writing anything."""
        if occasion := _THANKED.get(comment.kind):
            if len(self._thanks) >= 4 * self._settings.pending:
                return Taken("ignored", "too many at once")
            self._thanks.append((self._clock(), occasion, comment))
            return Taken("waiting", kind="thanks")
        if comment.kind == "join":
            return self._welcome(_UNSAID["join"])
        return Taken("ignored", _UNSAID.get(comment.kind, "counted, not answered"))

    def _welcome(self, otherwise: str) -> Taken:
        now = self._clock()
        if now - self._welcomed < self._settings.welcome_every_s:
            return Taken("ignored", otherwise)
        self._welcomed = now
        return Taken("waiting", kind="welcome")

    def _refusal(self, comment: Comment, text: str) -> str:
        """Why this comment is not looked at any further, or an empty string."""
        if not re.search(r"\w", text):
            return "no words in it"
        if len(set(text)) <= 2 and len(text) > 5:
            return "spam"
        for kind, reason in (("link", "advertising"), ("contact", "advertising"), ("abuse", "abuse"), ("bait", "bait")):
            if words(kind).search(text):
                return reason
        now, window = self._clock(), self._settings.author_window_s
        recent = self._by_author.setdefault(comment.author, deque(maxlen=self._settings.per_author))
        if len(recent) == recent.maxlen and now - recent[0] < window:
            return "too many comments from one viewer"
        recent.append(now)
        if len(self._by_author) > 5000:
            self._by_author = {who: when for who, when in self._by_author.items() if now - when[-1] < window}
        return ""

    def _same_as(self, asked: Asked) -> Taken | None:
        for other in self._waiting:
            if self._alike(other, asked):
                other.also.append(asked.first)
                return Taken("waiting", "asked by several", other.first.id)
        now = self._clock()
        for when, other in self._answered:
            if other.open and self._alike(other, asked):
                other.also.append(asked.first)
                return Taken("waiting", "asked by several", other.first.id)
            if now - when < self._settings.repeat_s and self._alike(other, asked):
                return Taken("merged", "just answered", other.first.id)
        return None

    def _alike(self, one: Asked, other: Asked) -> bool:
        return one.meaning.same_as(other.meaning)

    def _rank(self, asked: Asked) -> float:
        """Who wants to buy comes first, then what many ask; waiting makes up for both in half a minute. Who was just
        answered lets others go first."""
        now = self._clock()
        served = now - self._served.get(asked.first.author, -1e9) < _RECENT_S
        pressed = min(2.0, 0.7 * len(asked.also)) + (now - asked.since) / 15
        return 1.0 * asked.meaning.buying + pressed - 1.5 * served

    def _shed(self) -> None:
        while len(self._waiting) > self._settings.pending:
            least = min(self._waiting, key=self._rank)
            self._waiting.remove(least)
            self._end(least, Taken("ignored", "too many questions"))

    def _end(self, asked: Asked, taken: Taken) -> None:
        for comment in asked.comments:
            self._on_end(comment, taken)
