"""What conversations about orders have come to, and every write there ever was, in the database."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, bindparam, delete, insert, select

from assistant.database import Database
from assistant.happenings import happened
from assistant.prepared import Prepared
from assistant.service.model import Outcome
from assistant.service.session import Session, Turn
from assistant.tables import SERVICE_SESSIONS, SERVICE_WRITES

_SESSION = TypeAdapter(Session)
_STATE = Prepared(select(SERVICE_SESSIONS.c.state).where(SERVICE_SESSIONS.c.conversation_id == bindparam("this")))


class SessionStore(Protocol):
    async def load(self, conversation_id: str) -> Session: ...

    async def save(self, conversation_id: str, session: Session, turn: Turn) -> None: ...


class MemorySessions:
    """Sessions of this process alone."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    async def load(self, conversation_id: str) -> Session:
        return replace(self._sessions.get(conversation_id, Session()))  # a copy: only `save` changes what is kept

    async def save(self, conversation_id: str, session: Session, turn: Turn) -> None:
        self._sessions[conversation_id] = session


class StoredSessions:
    """Sessions that outlive the process; every write is kept with when it was and what came of it."""

    def __init__(self, database: Database) -> None:
        """`database`: that of the conversations. What another connection writes costs every reader its memory of the
        file, 70 µs, and each answer writes."""
        self._database = database

    async def load(self, conversation_id: str) -> Session:
        found = await self._database.soon(
            lambda connection: _STATE.one(connection, {"this": conversation_id}), writes=False
        )
        return _SESSION.validate_python(found[0]) if found else Session()

    async def save(self, conversation_id: str, session: Session, turn: Turn) -> None:
        now = datetime.now(UTC)
        state = json.loads(_SESSION.dump_json(session))
        writes: list[dict[str, Any]] = [
            {
                "key": key,
                "conversation_id": conversation_id,
                "name": write.name,
                "arguments": dict(write.arguments),
                "ok": outcome.ok,
                "reason": outcome.reason,
                "result": dict(outcome.result),
                "at": now,
            }
            for key, write, outcome in turn.writes
        ]

        def work(connection: Connection) -> None:
            connection.execute(delete(SERVICE_SESSIONS).where(SERVICE_SESSIONS.c.conversation_id == conversation_id))
            row = {"conversation_id": conversation_id, "state": state, "at": now}
            connection.execute(insert(SERVICE_SESSIONS), row)
            known = select(SERVICE_WRITES.c.key).where(SERVICE_WRITES.c.key.in_([one["key"] for one in writes]))
            before = set(connection.scalars(known)) if writes else set()
            fresh = [one for one in writes if one["key"] not in before]
            if fresh:
                connection.execute(insert(SERVICE_WRITES), fresh)
            for one in fresh:
                order = one["arguments"].get("order_id", "")
                happened(connection, "order.write", conversation_id, write=one["name"], order=order, ok=one["ok"])

        await self._database.run(work)


def known_outcome(engine: Engine, key: str) -> Outcome | None:
    """What came of a write that was stored under `key`."""
    query = select(SERVICE_WRITES.c.ok, SERVICE_WRITES.c.reason, SERVICE_WRITES.c.result)
    with engine.connect() as connection:
        row: Any = connection.execute(query.where(SERVICE_WRITES.c.key == key)).one_or_none()
    return Outcome(row.ok, row.reason, row.result) if row else None
