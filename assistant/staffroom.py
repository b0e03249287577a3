"""What staff keep about conversations, and who of them is there: notes, tags, canned replies, offers, what was done."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from assistant.conversation import Conversation, Conversations
from assistant.queue import Agent, Release
from assistant.rows import as_conversation, moment
from assistant.tables import ACTIONS, AGENTS, CANNED, CONVERSATIONS, HANDOFFS, NOTES
from knowledge.model import Lang

RECENT = 40  # handoffs from which the wait is estimated
MOST_TAGS = 12


@dataclass(frozen=True, slots=True)
class Note:
    """Written by staff for staff."""

    id: str
    author: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Canned:
    """A reply people give all day. `{shopper}`, `{order}`, `{product}`, `{agent}`, `{shop}` in it are filled in."""

    id: str
    shortcut: str
    lang: Lang
    text: str


@dataclass(frozen=True, slots=True)
class Profile:
    """How a member of staff wants to be asked."""

    name: str
    away: bool = False
    skills: tuple[str, ...] = ()  # reasons of handoff; empty: all
    langs: tuple[str, ...] = ()  # empty: all
    most: int = 0  # conversations at a time; 0: as everybody


@dataclass(frozen=True, slots=True)
class Pace:
    """How the last handoffs went, in seconds: waiting for a person, and talking to one."""

    waits_s: tuple[float, ...] = ()
    talks_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Queue:
    """Who waits, who is talked to, and how it went lately."""

    waiting: tuple[Conversation, ...] = ()
    held: tuple[Conversation, ...] = ()
    profiles: dict[str, Profile] = field(default_factory=dict)
    pace: Pace = Pace()

    def agents(self, present: Sequence[str], per_agent: int) -> list[Agent]:
        """Everybody who has the inbox open, with what they hold now."""
        found = []
        for name in present:
            profile = self.profiles.get(name, Profile(name))
            load = sum(one.agent == name for one in self.held) + sum(one.assignee == name for one in self.waiting)
            langs, skills = frozenset(profile.langs), frozenset(profile.skills)
            found.append(Agent(name, not profile.away, skills, langs, profile.most or per_agent, load))
        return found


class StaffRoom:
    """The door to all that; shares the conversations' database thread."""

    def __init__(self, conversations: Conversations) -> None:
        self._run = conversations.database.run

    # Notes, tags, snoozing

    async def add_note(self, conversation_id: str, author: str, text: str) -> Note:
        note = Note(uuid.uuid4().hex, author, text, moment())
        await self._run(
            lambda connection: connection.execute(insert(NOTES), {"conversation_id": conversation_id, **asdict(note)})
        )
        return note

    async def notes(self, conversation_id: str) -> tuple[Note, ...]:
        """The oldest first."""
        chosen = select(NOTES).where(NOTES.c.conversation_id == conversation_id).order_by(NOTES.c.at)

        def read(connection: Connection) -> tuple[Note, ...]:
            rows = connection.execute(chosen).mappings()
            return tuple(Note(row["id"], row["author"], row["text"], _utc(row["at"])) for row in rows)

        return await self._run(read)

    async def set_tags(self, conversation_id: str, tags: Sequence[str]) -> tuple[str, ...]:
        """The tags it has from now on, cleaned and without doubles."""
        clean = tuple(dict.fromkeys(tag.strip()[:24] for tag in tags if tag.strip()))[:MOST_TAGS]
        await self._change(conversation_id, tags=list(clean))
        return clean

    async def snooze(self, conversation_id: str, until: datetime | None) -> None:
        await self._change(conversation_id, snoozed_until=until)

    async def leave_contact(self, conversation_id: str, contact: str) -> None:
        await self._change(conversation_id, contact=contact[:200])

    async def seen(self, conversation_id: str, seq: int, *, by_staff: bool) -> bool:
        """False when that was known already."""
        column = CONVERSATIONS.c.seen_by_staff if by_staff else CONVERSATIONS.c.seen_by_shopper
        where = (CONVERSATIONS.c.id == conversation_id, column < seq, CONVERSATIONS.c.last_seq >= seq)
        change = update(CONVERSATIONS).where(*where).values({column: seq})
        return await self._run(lambda connection: connection.execute(change).rowcount > 0)

    async def _change(self, conversation_id: str, **values: Any) -> None:
        change = update(CONVERSATIONS).where(CONVERSATIONS.c.id == conversation_id).values(values)
        await self._run(lambda connection: connection.execute(change))

    # Canned replies

    async def canned(self) -> tuple[Canned, ...]:
        chosen = select(CANNED).order_by(CANNED.c.shortcut)

        def read(connection: Connection) -> tuple[Canned, ...]:
            rows = connection.execute(chosen).mappings()
            return tuple(Canned(row["id"], row["shortcut"], row["lang"], row["text"]) for row in rows)

        return await self._run(read)

    async def put_canned(self, shortcut: str, lang: Lang, text: str, who: str) -> Canned:
        """Add it, or replace the one with this shortcut in this language."""
        one = Canned(uuid.uuid4().hex, shortcut, lang, text)

        def write(connection: Connection) -> None:
            connection.execute(delete(CANNED).where(CANNED.c.shortcut == shortcut, CANNED.c.lang == lang))
            connection.execute(insert(CANNED), {**asdict(one), "updated_by": who})

        await self._run(write)
        return one

    async def drop_canned(self, canned_id: str) -> bool:
        gone = delete(CANNED).where(CANNED.c.id == canned_id)
        return await self._run(lambda connection: connection.execute(gone).rowcount > 0)

    # People

    async def profiles(self) -> dict[str, Profile]:
        return await self._run(_profiles)

    async def put_profile(self, profile: Profile) -> None:
        def write(connection: Connection) -> None:
            connection.execute(delete(AGENTS).where(AGENTS.c.name == profile.name))
            row = asdict(profile) | {"skills": list(profile.skills), "langs": list(profile.langs)}
            connection.execute(insert(AGENTS), row)

        await self._run(write)

    # The queue

    async def put_first(self, conversation_id: str) -> None:
        """Whenever it waits, it does so before those of other customers."""
        await self._change(conversation_id, vip=True)

    async def queue(self, *, pace: bool = True) -> Queue:
        """Everything that decides whose turn it is, read at one moment."""

        def read(connection: Connection) -> Queue:
            open_now = select(CONVERSATIONS).where(CONVERSATIONS.c.state.in_(("waiting", "human")))
            turns = (CONVERSATIONS.c.vip.desc(), CONVERSATIONS.c.waiting_since)
            rows = connection.execute(open_now.order_by(*turns)).mappings()
            found = [as_conversation(row) for row in rows]
            waiting = tuple(one for one in found if one.state == "waiting")
            held = tuple(one for one in found if one.state == "human")
            return Queue(waiting, held, _profiles(connection), _pace(connection) if pace else Pace())

        return await self._run(read)

    async def offer(self, conversation_id: str, agent: str) -> bool:
        """Ask `agent` (nobody when empty) to take it; false when it no longer waits."""
        where = (CONVERSATIONS.c.id == conversation_id, CONVERSATIONS.c.state == "waiting")
        values = {"assignee": agent, "assigned_at": moment() if agent else None}
        change = update(CONVERSATIONS).where(*where).values(values)
        return await self._run(lambda connection: connection.execute(change).rowcount > 0)

    async def last_release(self, conversation_id: str) -> Release | None:
        """When a person last gave it back to the bot, and what for one had been called."""
        mine = select(HANDOFFS).where(HANDOFFS.c.conversation_id == conversation_id).order_by(HANDOFFS.c.id.desc())

        def read(connection: Connection) -> Release | None:
            released: datetime | None = None
            for row in connection.execute(mine.limit(20)).mappings():
                if released is None and row["after"] == "bot" and row["reason"] == "released":
                    released = row["at"]
                elif released is not None and row["after"] in ("waiting", "human"):
                    return Release(_utc(released), row["reason"])
            return None

        return await self._run(read)

    # What was done

    async def record(self, who: str, action: str, conversation_id: str = "", detail: str = "") -> None:
        """Changes of hands have their own record; this is everything else that staff do."""
        row = {"at": moment(), "who": who, "action": action, "conversation_id": conversation_id}
        await self._run(lambda connection: connection.execute(insert(ACTIONS), {**row, "detail": detail[:200]}))

    async def done(self, conversation_id: str) -> list[dict[str, Any]]:
        """Who did what with a conversation, the oldest first: `{at, who, action, detail}`."""

        def read(connection: Connection) -> list[dict[str, Any]]:
            acts = connection.execute(select(ACTIONS).where(ACTIONS.c.conversation_id == conversation_id)).mappings()
            moves = connection.execute(select(HANDOFFS).where(HANDOFFS.c.conversation_id == conversation_id)).mappings()
            found = [
                {"at": _utc(row["at"]), "who": row["who"], "action": row["action"], "detail": row["detail"]}
                for row in acts
            ]
            found += [
                {"at": _utc(row["at"]), "who": row["agent"], "action": row["after"], "detail": row["reason"]}
                for row in moves
            ]
            return sorted(found, key=lambda one: one["at"])

        return await self._run(read)


def _profiles(connection: Connection) -> dict[str, Profile]:
    return {
        row["name"]: Profile(row["name"], row["away"], tuple(row["skills"]), tuple(row["langs"]), row["most"])
        for row in connection.execute(select(AGENTS)).mappings()
    }


def _pace(connection: Connection) -> Pace:
    """From the last handoffs that came to an end; a wait is counted from the last wish for a person."""
    newest = connection.scalar(select(func.max(HANDOFFS.c.id))) or 0
    recent = select(HANDOFFS).where(HANDOFFS.c.id > newest - 10 * RECENT).order_by(HANDOFFS.c.id)
    began: dict[str, tuple[str, datetime]] = {}
    waits: list[float] = []
    talks: list[float] = []
    for row in connection.execute(recent).mappings():
        before, since = began.get(row["conversation_id"], ("", row["at"]))
        took = (row["at"] - since).total_seconds()
        if before == "waiting" and row["after"] == "human":
            waits.append(took)
        elif before == "human":
            talks.append(took)
        began[row["conversation_id"]] = (row["after"], row["at"])
    return Pace(tuple(waits[-RECENT:]), tuple(talks[-RECENT:]))


def _utc(at: datetime) -> datetime:
    """SQLite forgets the zone."""
    return at if at.tzinfo else at.replace(tzinfo=moment().tzinfo)


def until(minutes: int) -> datetime:
    return moment() + timedelta(minutes=minutes)
