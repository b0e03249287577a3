"""Figures about a period, counted from what is stored: conversations, hand-overs, waiting, demand, and the live rooms.

Days are the shop's own. The console's test chats are left out.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from assistant.tables import CONVERSATIONS, EVENTS, HANDOFFS, MESSAGES, VERDICTS
from streaming.records import comments, utterances
from web.zone import begin

PERIODS = (7, 30, 90)
TOP = 10
_TESTS = "test"


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the shop."""

    day: date
    conversations: int = 0
    questions: int = 0  # shoppers' messages in the chat
    handed_over: int = 0  # conversations that began to wait for a person
    comments: int = 0  # of viewers
    live_questions: int = 0  # of these, what was answered, joined to another or handed over
    changed: int = 0  # sentences the guard changed or kept back, in chats and on air


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds of `count` waits: the middle one, and what 95 of 100 were shorter than. None: there were none."""

    count: int = 0
    middle_s: float | None = None
    most_s: float | None = None

    @classmethod
    def of(cls, waits: Sequence[float]) -> "Latency":
        if not waits:
            return cls()
        ordered = sorted(waits)
        return cls(len(ordered), ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))])


@dataclass(frozen=True, slots=True)
class Figures:
    """A period. Counts that have no day are of the whole of it."""

    days: tuple[Day, ...]  # oldest first, every day of the period
    conversations: int  # in which the bot or a person answered
    resolved: int  # of these: never handed over, and the bot's last answer had something to say
    reasons: tuple[tuple[str, int], ...]  # why conversations were handed over, commonest first
    first_word: Latency  # from a shopper's message to the first checked sentence
    person: Latency  # from a hand-over to the first message of a person
    ratings: tuple[int, ...]  # how many gave one star, two, … five
    thumbs_up: int
    thumbs_down: int
    demand: tuple[tuple[str, int], ...]  # products, and in how many conversations they were spoken of
    live_answer: Latency  # from a comment to the first sentence of its answer
    blocked_live: int  # sentences on air that were not said at all
    spoken_live: int

    def total(self, name: str) -> int:
        """The sum of one of the days' counts."""
        return sum(getattr(day, name) for day in self.days)

    @property
    def empty(self) -> bool:
        counted = ("conversations", "questions", "handed_over", "comments", "changed")
        return not self.spoken_live and not any(self.total(name) for name in counted)


class Analytics:
    """Synchronous: call it in a thread. `zone` is the shop's."""

    def __init__(self, engine: sa.Engine, zone: ZoneInfo) -> None:
        self._engine = engine
        self._zone = zone

    def figures(self, days: int, today: date | None = None) -> Figures:
        """The last `days` days, with today."""
        last = today or datetime.now(self._zone).date()
        shown = [last - timedelta(days=back) for back in reversed(range(days))]
        since, until = begin(shown[0], self._zone), begin(last + timedelta(days=1), self._zone)
        with self._engine.connect() as connection:
            read = _Reader(connection, since, until)
            handed = read.handed_over()
            answered, well = read.answers()
            live, counted = read.comments(), read.live_sentences()
            per_day = {
                "conversations": read.chats(),
                "questions": read.messages(),
                "handed_over": [at for at, _, _ in handed],
                "comments": [at for _, at, _ in live],
                "live_questions": [at for _, at, outcome in live if outcome in ("answered", "merged", "handed_over")],
                "changed": [*read.changed(), *(at for at, changed, _ in counted if changed)],
            }
            by_day = {name: Counter(self._day(at) for at in times) for name, times in per_day.items()}
            first_word, person = read.waits(handed)
            needed = {conversation for _, conversation, _ in handed}
            ratings = read.ratings()
            up, down = read.thumbs()
            return Figures(
                days=tuple(Day(day, **{name: counts[day] for name, counts in by_day.items()}) for day in shown),
                conversations=len(answered),
                resolved=len(well - needed),
                reasons=tuple(Counter(reason for _, _, reason in handed).most_common()),
                first_word=Latency.of(first_word),
                person=Latency.of(person),
                ratings=tuple(ratings[stars] for stars in range(1, 6)),
                thumbs_up=up,
                thumbs_down=down,
                demand=tuple(read.demand().most_common(TOP)),
                live_answer=Latency.of(read.live_waits(live)),
                blocked_live=sum(blocked for _, _, blocked in counted),
                spoken_live=len(counted),
            )

    def csv(self, days: int) -> Iterator[str]:
        """A line a day, for a spreadsheet; begins with a byte order mark so that Chinese is read."""
        names = ("day", "conversations", "questions", "handed_over", "comments", "live_questions", "changed")
        yield "\ufeff" + _line(names)
        for day in self.figures(days).days:
            yield _line([getattr(day, name) for name in names])

    def _day(self, at: datetime) -> date:
        return _utc(at).astimezone(self._zone).date()


class _Reader:
    """Reads one period; times are as the database gives them."""

    def __init__(self, connection: sa.Connection, since: datetime, until: datetime) -> None:
        self._connection = connection
        self._since, self._until = since, until

    def _within(self, column: sa.Column[Any]) -> sa.ColumnElement[bool]:
        return sa.and_(column >= self._since, column < self._until)

    def _all(self, query: sa.Select[Any]) -> Sequence[Any]:
        return self._connection.execute(query.execution_options(yield_per=2000)).all()

    def chats(self) -> list[datetime]:
        """When conversations in the chat began."""
        mine = CONVERSATIONS.c
        query = sa.select(mine.created).where(self._within(mine.created), mine.channel == "chat")
        return [row.created for row in self._all(query)]

    def messages(self) -> list[datetime]:
        query = sa.select(MESSAGES.c.at).where(
            self._within(MESSAGES.c.at), MESSAGES.c.role == "user", MESSAGES.c.conversation_id.in_(_ids("chat"))
        )
        return [row.at for row in self._all(query)]

    def handed_over(self) -> list[tuple[datetime, str, str]]:
        """When conversations began to wait for a person, which, and why; each once."""
        query = (
            sa.select(HANDOFFS.c.conversation_id, HANDOFFS.c.at, HANDOFFS.c.reason)
            .where(self._within(HANDOFFS.c.at), HANDOFFS.c.after == "waiting", HANDOFFS.c.before == "bot")
            .where(HANDOFFS.c.conversation_id.in_(_ids("chat")))
            .order_by(HANDOFFS.c.id)
        )
        first: dict[str, tuple[datetime, str, str]] = {}
        for row in self._all(query):
            first.setdefault(row.conversation_id, (row.at, row.conversation_id, row.reason))
        return list(first.values())

    def answers(self) -> tuple[set[str], set[str]]:
        """Conversations that got an answer, and those whose last one by the bot had something to say."""
        mine = MESSAGES.c
        query = (
            sa.select(mine.conversation_id, mine.role, mine.unanswered)
            .join(CONVERSATIONS, CONVERSATIONS.c.id == mine.conversation_id)
            .where(self._within(CONVERSATIONS.c.created), CONVERSATIONS.c.channel == "chat")
            .where(mine.role.in_(("bot", "agent")))
            .order_by(mine.conversation_id, mine.seq)
        )
        last: dict[str, bool] = {}
        for row in self._all(query):
            last[row.conversation_id] = row.role == "bot" and not row.unanswered
        return set(last), {conversation for conversation, well in last.items() if well}

    def waits(self, handed: Sequence[tuple[datetime, str, str]]) -> tuple[list[float], list[float]]:
        """Seconds to the bot's first sentence after each message, and to a person's first after each hand-over."""
        mine = EVENTS.c
        role = mine.data["role"].as_string()
        query = (
            sa.select(mine.conversation_id, mine.type, mine.at, role.label("role"))
            .where(self._within(mine.at), mine.type.in_(("message", "sentence")))
            .where(mine.conversation_id.in_(_ids("chat")))
            .order_by(mine.conversation_id, mine.seq)
        )
        waiting_since = {conversation: at for at, conversation, _ in handed}
        asked: dict[str, datetime] = {}
        words: list[float] = []
        person: list[float] = []
        for row in self._all(query):
            conversation = row.conversation_id
            if row.type == "sentence":
                if (began := asked.pop(conversation, None)) is not None:
                    words.append((row.at - began).total_seconds())
            elif row.role == "user":
                asked.setdefault(conversation, row.at)
            elif row.role == "agent":
                asked.pop(conversation, None)
                if (since := waiting_since.pop(conversation, None)) is not None:
                    person.append((row.at - since).total_seconds())
        return words, person

    def ratings(self) -> Counter[int]:
        mine = CONVERSATIONS.c
        query = sa.select(mine.rating, sa.func.count().label("number")).where(
            self._within(mine.created), mine.channel == "chat", mine.rating.is_not(None)
        )
        return Counter({row.rating: row.number for row in self._all(query.group_by(mine.rating))})

    def thumbs(self) -> tuple[int, int]:
        mine = MESSAGES.c
        query = sa.select(mine.feedback, sa.func.count().label("number")).where(
            self._within(mine.at), mine.feedback != 0, mine.conversation_id.in_(_ids("chat"))
        )
        found = {row.feedback: row.number for row in self._all(query.group_by(mine.feedback))}
        return found.get(1, 0), found.get(-1, 0)

    def demand(self) -> Counter[str]:
        """In how many conversations a product was what an answer was about, in the chat and on air."""
        mine = MESSAGES.c
        query = (
            sa.select(mine.conversation_id, mine.product_ids)
            .join(CONVERSATIONS, CONVERSATIONS.c.id == mine.conversation_id)
            .where(self._within(mine.at), mine.role == "bot", CONVERSATIONS.c.channel != _TESTS)
        )
        asked: defaultdict[str, set[str]] = defaultdict(set)
        for row in self._all(query):
            for product_id in row.product_ids[:1]:
                asked[product_id].add(row.conversation_id)
        return Counter({product_id: len(found) for product_id, found in asked.items()})

    def changed(self) -> list[datetime]:
        """When the guard changed a sentence in the chat."""
        query = sa.select(VERDICTS.c.at).where(self._within(VERDICTS.c.at), VERDICTS.c.changed)
        return [row.at for row in self._all(query.where(VERDICTS.c.channel == "chat"))]

    def live_sentences(self) -> list[tuple[datetime, bool, bool]]:
        """Sentences on air: when, whether the guard changed it, whether nothing of it was said."""
        mine = utterances.c
        query = sa.select(mine.at, mine.changed, (mine.text == "").label("blocked")).where(self._within(mine.at))
        return [(row.at, bool(row.changed), bool(row.blocked)) for row in self._all(query)]

    def comments(self) -> list[tuple[str, datetime, str]]:
        """What viewers wrote: id, when, what became of it."""
        query = sa.select(comments.c.id, comments.c.at, comments.c.outcome).where(self._within(comments.c.at))
        return [(row.id, row.at, row.outcome) for row in self._all(query)]

    def live_waits(self, live: Sequence[tuple[str, datetime, str]]) -> list[float]:
        asked = {comment: at for comment, at, _ in live}
        mine = utterances.c
        query = (
            sa.select(mine.comment_id, sa.func.min(mine.at).label("at"))
            .where(self._within(mine.at), mine.said == "answer", mine.text != "")
            .group_by(mine.comment_id)
        )
        waits = ((row.comment_id, _utc(_moment(row.at))) for row in self._all(query))
        return [(at - _utc(asked[comment])).total_seconds() for comment, at in waits if comment in asked]


def _ids(channel: str) -> sa.Select[Any]:
    return sa.select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.channel == channel)


def _moment(value: Any) -> datetime:
    """SQLite gives the result of a function as text."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _line(cells: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
