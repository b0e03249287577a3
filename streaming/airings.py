"""When what was said and shown was on air: in the room's stream, to the frame, and by the clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from knowledge.store import Store, metadata
from streaming.records import comments, utterances

Kind = Literal["said", "shown", "asked", "blocked"]

airings = sa.Table(
    "airings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("room", sa.String(40), nullable=False),
    sa.Column("run", sa.String(8), nullable=False),  # one time on air; it is in the names of the recording's pieces
    sa.Column("kind", sa.String(8), nullable=False),  # said: a clause; shown: a product's card
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("start_ms", sa.BigInteger, nullable=False),  # of the run's stream
    sa.Column("end_ms", sa.BigInteger, nullable=False),
    sa.Column("utterance_id", sa.String(32), nullable=False),
    sa.Column("product_id", sa.String(200), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Index("ix_airings_room_at", "room", "at"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened in a room."""

    kind: Kind
    at: datetime  # UTC
    text: str
    who: str = ""  # a viewer, or what made the host say it: script, answer, …
    note: str = ""  # how a question ended, what a blocked sentence was to say
    run: str = ""
    start_ms: int = 0
    end_ms: int = 0
    utterance_id: str = ""
    comment_id: str = ""
    product_id: str = ""


class Airings:
    """Writes for one time on air. Synchronous: the room's journal calls it."""

    def __init__(self, store: Store, room: str, run: str) -> None:
        self._store, self._room, self._run = store, room, run

    def begin(self, kind: Kind, start_ms: int, text: str, *, utterance_id: str = "", product_id: str = "") -> None:
        row = {
            "room": self._room,
            "run": self._run,
            "kind": kind,
            "at": datetime.now(UTC),
            "start_ms": start_ms,
            "end_ms": start_ms,
            "utterance_id": utterance_id,
            "product_id": product_id,
            "text": text,
        }
        with self._store.write() as connection:
            connection.execute(airings.insert().values(**row))

    def end(self, start_ms: int, end_ms: int) -> None:
        """The clause that began at `start_ms` has sounded."""
        at = (airings.c.room == self._room, airings.c.run == self._run, airings.c.start_ms == start_ms)
        with self._store.write() as connection:
            connection.execute(airings.update().where(*at, airings.c.kind == "said").values(end_ms=end_ms))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which part of a room's history."""

    since: datetime | None = None
    until: datetime | None = None
    words: str = ""  # in what was said, asked or blocked
    run: str = ""
    limit: int = 100_000


class Archive:
    """Reads a room's history, whether it is on air or not."""

    def __init__(self, store: Store, room: str) -> None:
        self._store, self._room = store, room

    def entries(self, wanted: Wanted) -> list[Entry]:
        """The newest `wanted.limit` that match, oldest first."""
        found = self._aired(wanted)
        if not wanted.run:
            found += self._asked(wanted) + self._blocked(wanted)
        return sorted(found, key=lambda entry: (entry.at, entry.start_ms))[-wanted.limit :]

    def last_run(self) -> str:
        """The newest time on air; empty when there was none."""
        query = sa.select(airings.c.run).where(airings.c.room == self._room).order_by(airings.c.at.desc()).limit(1)
        with self._store.read() as connection:
            return str(connection.execute(query).scalar() or "")

    def _aired(self, wanted: Wanted) -> list[Entry]:
        aired = airings.c
        query = (
            sa.select(airings, utterances.c.said, utterances.c.comment_id)
            .join_from(airings, utterances, aired.utterance_id == utterances.c.id, isouter=True)
            .where(aired.room == self._room, *_within(airings, wanted, aired.text))
        )
        if wanted.run:
            query = query.where(aired.run == wanted.run)
        return [
            Entry(
                kind=row.kind,
                at=_utc(row.at),
                text=row.text,
                who=row.said or "",
                run=row.run,
                start_ms=row.start_ms,
                end_ms=max(row.end_ms, row.start_ms + _least_ms(row.text)) if row.kind == "said" else row.end_ms,
                utterance_id=row.utterance_id,
                comment_id=row.comment_id or "",
                product_id=row.product_id,
            )
            for row in self._newest(query, airings, wanted)
        ]

    def _asked(self, wanted: Wanted) -> list[Entry]:
        query = sa.select(comments).where(
            comments.c.room == self._room, *_within(comments, wanted, comments.c.text, comments.c.author)
        )
        return [
            Entry(
                kind="asked",
                at=_utc(row.at),
                text=row.text,
                who=row.author,
                note=f"{row.outcome}: {row.reason}" if row.reason else row.outcome,
                comment_id=row.id,
            )
            for row in self._newest(query, comments, wanted)
        ]

    def _blocked(self, wanted: Wanted) -> list[Entry]:
        said = utterances.c
        query = sa.select(utterances).where(
            said.room == self._room,
            sa.or_(said.changed, said.text == ""),
            *_within(utterances, wanted, said.text, said.original),
        )
        return [
            Entry(
                kind="blocked",
                at=_utc(row.at),
                text=row.original,
                who=row.said,
                note=row.text,
                utterance_id=row.id,
                comment_id=row.comment_id,
                product_id=row.product_id,
            )
            for row in self._newest(query, utterances, wanted)
        ]

    def _newest(self, query: "sa.Select[Any]", table: sa.Table, wanted: Wanted) -> list["sa.Row[Any]"]:
        with self._store.read() as connection:
            return list(connection.execute(query.order_by(table.c.at.desc()).limit(wanted.limit)).all())


def _within(table: sa.Table, wanted: Wanted, *texts: "sa.Column[str]") -> list["sa.ColumnElement[bool]"]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(table.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(table.c.at < wanted.until)
    if wanted.words:
        found.append(sa.or_(*(text.icontains(wanted.words, autoescape=True) for text in texts)))
    return found


def _least_ms(text: str) -> int:
    """For a clause whose end is not known, since the room was killed in it: as long as it takes to read."""
    return 300 + 60 * len(text)


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def parse_moment(text: str) -> datetime:
    """ "2026-11-28T08:00", with or without an offset (UTC then), or "-90m", "-2h", "-3d" from now on; ValueError with
    what to write."""
    units: Mapping[str, str] = {"m": "minutes", "h": "hours", "d": "days"}
    if text.startswith("-") and text[-1:] in units and text[1:-1].isdigit():
        return datetime.now(UTC) - timedelta(**{units[text[-1]]: int(text[1:-1])})
    try:
        return _utc(datetime.fromisoformat(text))
    except ValueError:
        raise ValueError(f"{text!r} is no moment; write 2026-11-28T08:00, or -90m, -2h, -3d from now") from None
