"""What shoppers asked and got no good answer to: found in the stored conversations, grouped, ranked by demand."""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from assistant.guard.privacy import mask
from assistant.handoff import trigger
from assistant.tables import CONVERSATIONS, GAP_QUESTIONS, GAPS, HANDOFFS, MESSAGES, VERDICTS
from knowledge.model import LANGS, Lang, Text
from knowledge.questions import ALIKE, QuestionGroups
from knowledge.store import Store
from knowledge.text import language

Why = Literal["thumbs", "guard", "not_found", "handoff", "rating"]
State = Literal["open", "answered", "dismissed"]

DAYS = 30
UNHAPPY = 2  # a rating up to here is a complaint
UNSURE = ("low_confidence", "failed", "guard")  # reasons to hand over that say: the bot had no answer
LONGEST = 300  # characters of a question that are kept
EXAMPLES = 5
ALIASES = 8
_SHORTEST = 2
_CHUNK = 400
_TESTS = "test"  # conversations of the console's test chat


@dataclass(frozen=True, slots=True)
class Example:
    """One way the question was asked, and how often in these words."""

    text: str
    lang: Lang
    count: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that ask the same thing. Texts are masked; `answer` is what a colleague told the last who asked."""

    id: str
    state: State
    shoppers: int  # conversations it came up in, within the period: what gaps are ranked by
    questions: int
    why: dict[Why, int]
    examples: tuple[Example, ...]  # the commonest first
    products: tuple[tuple[str, int], ...]  # pages it was asked on, with how often; the commonest first
    first: datetime
    last: datetime
    question: Text  # suggested for the FAQ, in the languages it was asked in
    answer: Text  # suggested; empty when no colleague has answered it yet
    faq_id: str = ""
    decided: datetime | None = None


class Gaps:
    """Synchronous; safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def refresh(self, now: datetime | None = None, days: int = DAYS) -> int:
        """Take in what went unanswered since the last time; returns how many questions that were."""
        since = (now or datetime.now(UTC)) - timedelta(days=days)
        with self._store.read() as connection:
            found = list(_unanswered(connection, since))
        if not found:
            return 0
        try:
            with self._store.write() as connection:
                return _file(connection, found)
        except sa.exc.IntegrityError:  # another process filed the same at this moment
            return 0

    def report(
        self, state: State = "open", *, days: int = DAYS, limit: int = 50, now: datetime | None = None
    ) -> list[Gap]:
        """The gaps that most shoppers ran into in the last `days`, first. An answered one that is still complained
        about is open again."""
        since = (now or datetime.now(UTC)) - timedelta(days=days)
        asked = GAP_QUESTIONS.c
        counted = (
            sa.select(
                *GAPS.c,
                sa.func.count(sa.distinct(asked.conversation_id)).label("shoppers"),
                sa.func.max(asked.at).label("last"),
            )
            .join(GAP_QUESTIONS, asked.gap_id == GAPS.c.id)
            .where(asked.at >= since, _in_state(state))
            .group_by(*GAPS.c)
            .order_by(sa.desc("shoppers"), sa.desc("last"), GAPS.c.id)
            .limit(limit)
        )
        with self._store.read() as connection:
            rows = connection.execute(counted).mappings().all()
            return [_gap(connection, dict(row), state, since) for row in rows]

    def gap(self, gap_id: str, *, days: int = DAYS) -> Gap | None:
        """One of them; None when nobody asks it any more."""
        since = datetime.now(UTC) - timedelta(days=days)
        with self._store.read() as connection:
            row = connection.execute(sa.select(GAPS).where(GAPS.c.id == gap_id)).mappings().one_or_none()
            if row is None or not _questions(connection, gap_id, since):
                return None
            return _gap(connection, dict(row), row["state"], since)

    def decide(self, gap_id: str, state: State, by: str, faq_id: str = "") -> bool:
        """Whether there is such a gap; it now is `state`."""
        change = sa.update(GAPS).where(GAPS.c.id == gap_id)
        values = {"state": state, "decided": datetime.now(UTC), "decided_by": by[:80], "faq_id": faq_id}
        with self._store.write() as connection:
            return connection.execute(change.values(values)).rowcount > 0

    def counts(self, days: int = DAYS) -> dict[State, int]:
        """How many gaps of each state were asked about in the last `days`."""
        since = datetime.now(UTC) - timedelta(days=days)
        alive = GAPS.c.id.in_(sa.select(GAP_QUESTIONS.c.gap_id).where(GAP_QUESTIONS.c.at >= since))
        states: tuple[State, ...] = ("open", "answered", "dismissed")
        with self._store.read() as connection:
            return {
                state: connection.scalar(sa.select(sa.func.count()).select_from(GAPS).where(alive, _in_state(state)))
                or 0
                for state in states
            }


def _in_state(state: State) -> sa.ColumnElement[bool]:
    later = GAP_QUESTIONS.alias()
    again = sa.select(later.c.message_id).where(later.c.gap_id == GAPS.c.id, later.c.at > GAPS.c.decided).exists()
    if state == "open":
        return sa.or_(GAPS.c.state == "open", sa.and_(GAPS.c.state == "answered", again))
    return sa.and_(GAPS.c.state == "answered", ~again) if state == "answered" else GAPS.c.state == state


# Finding them


def _unanswered(connection: sa.Connection, since: datetime) -> Iterator[dict[str, Any]]:
    """Questions not filed yet that got no answer, a bad one, or a person because the bot was at a loss."""
    signs = _signs(connection, since)
    for start in range(0, len(signs), _CHUNK):
        chunk = dict(list(signs.items())[start : start + _CHUNK])
        about = {
            row.id: row
            for row in connection.execute(
                sa.select(CONVERSATIONS.c.id, CONVERSATIONS.c.channel, CONVERSATIONS.c.product_id).where(
                    CONVERSATIONS.c.id.in_(chunk), CONVERSATIONS.c.channel != _TESTS
                )
            )
        }
        filed = set(
            connection.scalars(
                sa.select(GAP_QUESTIONS.c.message_id).where(GAP_QUESTIONS.c.conversation_id.in_(list(about)))
            )
        )
        asked: dict[str, Any] = {}
        for message in _messages(connection, list(about)):
            if message.role == "user":
                asked[message.conversation_id] = message
                continue
            question = asked.get(message.conversation_id)
            why = chunk[message.conversation_id].get(message.seq)
            if question is None or why is None or question.id in filed or not _worth(question.text):
                continue
            filed.add(question.id)
            conversation = about[message.conversation_id]
            text = mask(question.text[:LONGEST])
            yield {
                "message_id": question.id, "conversation_id": conversation.id, "at": question.at, "why": why,
                "lang": language(text), "channel": conversation.channel, "product_id": conversation.product_id,
                "text": text,
            }  # fmt: skip


def _signs(connection: sa.Connection, since: datetime) -> dict[str, dict[int, Why]]:
    """By conversation: the numbers of the bot's messages that were no good, and why."""
    bot = sa.and_(MESSAGES.c.role == "bot", MESSAGES.c.at >= since)
    where = MESSAGES.c.conversation_id, MESSAGES.c.seq
    silenced = sa.select(VERDICTS.c.message_id).where(VERDICTS.c.at >= since, VERDICTS.c.changed, VERDICTS.c.text == "")
    unsure = (
        sa.select(HANDOFFS.c.conversation_id, sa.func.max(MESSAGES.c.seq))
        .join(MESSAGES, MESSAGES.c.conversation_id == HANDOFFS.c.conversation_id)
        .where(HANDOFFS.c.at >= since, HANDOFFS.c.after == "waiting", HANDOFFS.c.reason.in_(UNSURE))
        .where(MESSAGES.c.role == "bot")
        .group_by(HANDOFFS.c.conversation_id)
    )
    unhappy = (
        sa.select(CONVERSATIONS.c.id, sa.func.max(MESSAGES.c.seq))
        .join(MESSAGES, MESSAGES.c.conversation_id == CONVERSATIONS.c.id)
        .where(CONVERSATIONS.c.updated >= since, CONVERSATIONS.c.rating <= UNHAPPY, MESSAGES.c.role == "bot")
        .group_by(CONVERSATIONS.c.id)
    )
    queries: tuple[tuple[Why, Any], ...] = (
        ("rating", unhappy),
        ("handoff", unsure),
        ("not_found", sa.select(*where).where(bot, MESSAGES.c.unanswered)),
        ("guard", sa.select(*where).where(bot, MESSAGES.c.unanswered, MESSAGES.c.id.in_(silenced))),
        ("thumbs", sa.select(*where).where(bot, MESSAGES.c.feedback < 0)),
    )
    found: dict[str, dict[int, Why]] = {}
    for why, query in queries:  # the most telling last
        for conversation_id, seq in connection.execute(query):
            found.setdefault(conversation_id, {})[seq] = why
    return found


def _messages(connection: sa.Connection, conversation_ids: Sequence[str]) -> Iterator[Any]:
    columns = (MESSAGES.c[name] for name in ("id", "conversation_id", "seq", "role", "text", "at"))
    query = sa.select(*columns).where(MESSAGES.c.conversation_id.in_(conversation_ids), MESSAGES.c.role != "system")
    yield from connection.execute(query.order_by(MESSAGES.c.conversation_id, MESSAGES.c.seq))


def _worth(text: str) -> bool:
    """Asking for a person is no question the shop could have answered."""
    return len(text.strip()) >= _SHORTEST and trigger(text) is None


# Grouping them


def _file(connection: sa.Connection, found: Sequence[dict[str, Any]]) -> int:
    """Put each question to those that ask the same, or into a gap of its own."""
    groups = QuestionGroups()
    for gap_id, text in connection.execute(sa.select(GAP_QUESTIONS.c.gap_id, GAP_QUESTIONS.c.text).distinct()):
        groups.add(gap_id, text)
    since = min(row["at"] for row in found)
    known = set(connection.scalars(sa.select(GAP_QUESTIONS.c.message_id).where(GAP_QUESTIONS.c.at >= since)))
    rows = [row for row in found if row["message_id"] not in known]  # another process may have been faster
    made: list[dict[str, Any]] = []
    for row in rows:
        near = groups.nearest(row["text"])
        if near is None or near[1] < ALIKE:
            row["gap_id"] = uuid.uuid4().hex
            made.append({"id": row["gap_id"], "state": "open", "created": datetime.now(UTC)})
        else:
            row["gap_id"] = near[0]
        groups.add(row["gap_id"], row["text"])
    if made:
        connection.execute(sa.insert(GAPS), made)
    if rows:
        connection.execute(sa.insert(GAP_QUESTIONS), rows)
    return len(rows)


# Telling of them


def _questions(connection: sa.Connection, gap_id: str, since: datetime) -> list[Any]:
    query = sa.select(GAP_QUESTIONS).where(GAP_QUESTIONS.c.gap_id == gap_id, GAP_QUESTIONS.c.at >= since)
    return list(connection.execute(query.order_by(GAP_QUESTIONS.c.at)))


def _gap(connection: sa.Connection, row: dict[str, Any], state: State, since: datetime) -> Gap:
    questions = _questions(connection, row["id"], since)
    texts = Counter((one.text.strip(), one.lang) for one in questions)
    examples = tuple(Example(text, lang, count) for (text, lang), count in texts.most_common(ALIASES))
    replies = _replies(connection, questions)
    first: dict[Lang, str] = {lang: next((one.text for one in examples if one.lang == lang), "") for lang in LANGS}
    return Gap(
        id=row["id"],
        state=state,
        shoppers=len({one.conversation_id for one in questions}),
        questions=len(questions),
        why=dict(Counter(one.why for one in questions).most_common()),
        examples=examples,
        products=tuple(Counter(one.product_id for one in questions if one.product_id).most_common(3)),
        first=_utc(questions[0].at),
        last=_utc(questions[-1].at),
        question=Text(first["zh"], first["en"]),
        answer=Text(replies.get("zh", ""), replies.get("en", "")),
        faq_id=row["faq_id"],
        decided=_utc(row["decided"]) if row["decided"] else None,
    )


def _replies(connection: sa.Connection, questions: Sequence[Any]) -> dict[Lang, str]:
    """What a colleague said next to the last who asked, by language."""
    asked = {one.conversation_id: one for one in questions}  # the last one of each conversation
    said: dict[Lang, str] = {}
    answered: set[str] = set()
    for message in _messages(connection, list(asked)[-_CHUNK:]):
        question = asked[message.conversation_id]
        if message.role == "agent" and message.at > question.at and message.conversation_id not in answered:
            answered.add(message.conversation_id)
            said[language(message.text)] = mask(message.text.strip())
    return said


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value
