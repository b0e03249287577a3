"""What a room leaves behind: where it is in its script, every sentence said and every comment's end."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from assistant.guard.verdict import Verdict
from assistant.happenings import blocked
from assistant.rows import others
from assistant.tables import ALSO_ABOUT
from knowledge.store import Store, metadata

Said = Literal["script", "answer", "bridge", "greeting", "inserted", "goodbye", "reminder"]
_OWN: tuple[Said, ...] = ("script", "bridge", "greeting", "reminder")  # in words of the host's own
Outcome = Literal["waiting", "answered", "merged", "ignored", "handed_over"]

rooms = sa.Table(
    "rooms",
    metadata,
    sa.Column("room", sa.String(40), primary_key=True),
    sa.Column("cursor", sa.JSON, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)
runsheets = sa.Table(
    "runsheets",
    metadata,
    sa.Column("room", sa.String(40), primary_key=True),
    sa.Column("product_ids", sa.JSON, nullable=False),
    sa.Column("plan", sa.JSON, nullable=True),  # weights, margins, dayparts: `streaming.runsheet.Plan`
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)
utterances = sa.Table(
    "utterances",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("room", sa.String(40), nullable=False, index=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("said", sa.String(12), nullable=False),  # script, answer, …
    sa.Column("product_id", sa.String(200), nullable=False),
    sa.Column("comment_id", sa.String(32), nullable=False),
    sa.Column("text", sa.Text, nullable=False),  # exactly what was spoken and shown; empty when all was blocked
    sa.Column("original", sa.Text, nullable=False),  # what the writer or the model wanted to say
    sa.Column("label", sa.String(16), nullable=False),
    sa.Column("spans", sa.JSON, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("rule", sa.String(40), nullable=False, default=""),  # of law, of the gravest span
    sa.Column("changed", sa.Boolean, nullable=False, default=False),
    sa.Column("remarks", sa.JSON, nullable=False, default=list),
    sa.Column("spoken_chars", sa.Integer, nullable=False),  # less than the text when it was cut off
)
comments = sa.Table(
    "comments",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("room", sa.String(40), nullable=False, index=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("author", sa.String(80), nullable=False),
    sa.Column("source", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),  # personal data masked
    sa.Column("outcome", sa.String(12), nullable=False),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("merged_into", sa.String(32), nullable=False),
    sa.Column("kind", sa.String(8), nullable=False, server_default="text"),  # or gift, follow, order, join, like
    sa.Column("lang", sa.String(2), nullable=False, server_default=""),
    sa.Column("intent", sa.String(16), nullable=False, server_default=""),
    sa.Column("product_id", sa.String(200), nullable=False, server_default=""),  # that was on air
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the script stands: what is said next."""

    product_id: str = ""
    line: int = 0
    sentence: int = 0
    clause: int = 0
    round: int = 0  # how often the run sheet has been gone through
    greeted: bool = False
    script: str = ""  # the id of the lines that are being said
    credits: Mapping[str, float] = field(default_factory=dict)  # which product waited how long for its turn
    pinned: str = ""  # the product that stays on air
    next_product: str = ""  # the one a person asked for
    paused: bool = False
    taken_over: bool = False  # a person speaks: only inserted lines are said


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A comment that had no end yet when the room was killed."""

    id: str
    author: str
    source: str
    text: str
    age_s: float
    spoken: bool  # an answer to it was being given


class Records:
    """Synchronous and thread-safe; a few milliseconds a write, so callers stay off the event loop."""

    def __init__(self, store: Store, room: str) -> None:
        self._store, self._room = store, room

    def cursor(self) -> Cursor:
        with self._store.read() as connection:
            row = connection.execute(sa.select(rooms.c.cursor).where(rooms.c.room == self._room)).scalar()
        known = {name: row[name] for name in Cursor.__slots__ if name in row} if isinstance(row, Mapping) else {}
        return Cursor(**known)

    def save_cursor(self, cursor: Cursor) -> None:
        self._put(rooms, {"cursor": asdict(cursor)})

    def save_runsheet(self, product_ids: Sequence[str]) -> None:
        """Keep which products the room went on air with, in which order."""
        self._put(runsheets, {"product_ids": list(product_ids)})

    def plan(self) -> dict[str, Any]:
        """The run sheet that a merchant set; empty when there is none."""
        with self._store.read() as connection:
            found = connection.execute(sa.select(runsheets.c.plan).where(runsheets.c.room == self._room)).scalar()
        return dict(found or {})

    def save_plan(self, plan: Mapping[str, Any]) -> None:
        self._put(runsheets, {"product_ids": list(plan.get("products", ())), "plan": dict(plan)})

    def said(
        self, utterance_id: str, kind: Said, verdict: Verdict, *, product_id: str = "", comment_id: str = ""
    ) -> None:
        """Store a sentence that is going to be spoken, or one that was blocked."""
        with self._store.write() as connection:
            connection.execute(
                utterances.insert().values(
                    id=utterance_id,
                    room=self._room,
                    at=_now(),
                    said=kind,
                    product_id=product_id,
                    comment_id=comment_id,
                    text=verdict.text,
                    original=verdict.original,
                    label=verdict.label,
                    rule=verdict.rule,
                    changed=verdict.changed,
                    spans=[asdict(span) for span in verdict.spans],
                    evidence=[asdict(fact) for fact in verdict.evidence],
                    remarks=[asdict(remark) for remark in verdict.remarks],
                    spoken_chars=0,
                )
            )
            blocked(connection, "", [verdict], channel="live", room=self._room, product=product_id)
            also = [
                {"message_id": utterance_id, "position": 0, "product_id": other}
                for other in others(verdict, product_id)
            ]
            if also:
                connection.execute(ALSO_ABOUT.insert(), also)

    def spoken(self, utterance_id: str, chars: int) -> None:
        with self._store.write() as connection:
            connection.execute(utterances.update().where(utterances.c.id == utterance_id).values(spoken_chars=chars))

    def comment(
        self,
        comment_id: str,
        author: str,
        source: str,
        text: str,
        *,
        kind: str = "text",
        lang: str = "",
        intent: str = "",
        product_id: str = "",
    ) -> None:
        with self._store.write() as connection:
            connection.execute(
                comments.insert().values(
                    id=comment_id,
                    room=self._room,
                    at=_now(),
                    author=author[:80],
                    source=source[:40],
                    text=text,
                    outcome="waiting",
                    reason="",
                    merged_into="",
                    kind=kind,
                    lang=lang,
                    intent=intent,
                    product_id=product_id,
                )
            )

    def comment_ended(self, comment_id: str, outcome: Outcome, reason: str = "", merged_into: str = "") -> None:
        with self._store.write() as connection:
            connection.execute(
                comments.update()
                .where(comments.c.id == comment_id)
                .values(outcome=outcome, reason=reason[:200], merged_into=merged_into)
            )

    def left_open(self) -> list[LeftOpen]:
        """The comments that an earlier run of this room left without an end, oldest first."""
        answer = sa.select(utterances.c.id).where(
            utterances.c.comment_id == comments.c.id, utterances.c.spoken_chars > 0
        )
        query = (
            sa.select(comments, answer.exists().label("spoken"))
            .where(comments.c.room == self._room, comments.c.outcome == "waiting")
            .order_by(comments.c.at)
        )
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        now = _now()
        return [
            LeftOpen(
                row.id, row.author, row.source, row.text, (now - row.at.replace(tzinfo=UTC)).total_seconds(), row.spoken
            )
            for row in rows
        ]

    def asked(self, since: datetime) -> list[tuple[float, str, str, str]]:
        """What viewers wrote and did since then: (seconds since 1970, product on air, kind, text), oldest first."""
        told = comments.c
        query = sa.select(told.at, told.product_id, told.kind, told.text).where(
            told.room == self._room,
            told.at > since,
            told.product_id != "",
            sa.or_(told.kind != "text", told.intent != ""),
        )
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(told.at)).all()
        return [(row.at.replace(tzinfo=row.at.tzinfo or UTC).timestamp(), *row[1:]) for row in rows]

    def lately(self, since: datetime) -> list[tuple[float, str]]:
        """What the host said of its own accord since then: (seconds since 1970, sentence), oldest first."""
        told = utterances.c
        query = sa.select(told.at, told.text).where(
            told.room == self._room, told.at > since, told.said.in_(_OWN), told.text != ""
        )
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(told.at)).all()
        return [(row.at.replace(tzinfo=row.at.tzinfo or UTC).timestamp(), row.text) for row in rows]

    def reminded(self) -> datetime | None:
        """When the host last said that it is an AI."""
        query = sa.select(sa.func.max(utterances.c.at)).where(
            utterances.c.room == self._room, utterances.c.said == "reminder", utterances.c.spoken_chars > 0
        )
        with self._store.read() as connection:
            at: datetime | None = connection.execute(query).scalar()
        return at and at.replace(tzinfo=at.tzinfo or UTC)

    def close_waiting(self, reason: str) -> int:
        """End the comments that an earlier run of this room left open; returns how many."""
        with self._store.write() as connection:
            ended = connection.execute(
                comments.update()
                .where(comments.c.room == self._room, comments.c.outcome == "waiting")
                .values(outcome="ignored", reason=reason)
            )
        return int(ended.rowcount)

    def transcript(self, limit: int = 100) -> list[dict[str, Any]]:
        """The newest sentences, oldest first."""
        query = (
            sa.select(utterances).where(utterances.c.room == self._room).order_by(utterances.c.at.desc()).limit(limit)
        )
        with self._store.read() as connection:
            return [dict(row._mapping) for row in reversed(connection.execute(query).all())]

    def _put(self, table: sa.Table, values: dict[str, Any]) -> None:
        values = {**values, "at": _now()}
        with self._store.write() as connection:
            changed = connection.execute(table.update().where(table.c.room == self._room).values(**values))
            if not changed.rowcount:
                connection.execute(table.insert().values(room=self._room, **values))


def _now() -> datetime:
    return datetime.now(UTC)
