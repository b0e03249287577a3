"""Scripts on disk: a room that was killed goes on in the very words it was killed in."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from assistant.guard.verdict import Verdict
from assistant.script_lines import Line
from assistant.tables import SCRIPTS
from knowledge.facts import Fact
from knowledge.store import Store

KEPT = timedelta(hours=6)


class ScriptStore:
    """Synchronous and thread-safe. One room's scripts, each with the facts its lines cite and their versions."""

    def __init__(self, store: Store, room: str) -> None:
        self._store, self._room = store, room

    def save(self, script_id: str, lines: Sequence[Line]) -> None:
        """Keep a script; those of this room that are older than six hours go."""
        now = datetime.now(UTC)
        values = {
            "id": script_id,
            "room": self._room,
            "product_id": lines[0].product_id if lines else "",
            "version": max((line.version for line in lines), default=0),
            "lines": [_document(line) for line in lines],
            "at": now,
        }
        with self._store.write() as connection:
            connection.execute(sa.delete(SCRIPTS).where(SCRIPTS.c.room == self._room, SCRIPTS.c.at < now - KEPT))
            connection.execute(sa.insert(SCRIPTS), values)

    def load(self, script_id: str) -> tuple[Line, ...]:
        """The lines of a script; empty when it is gone. Their verdicts hold no spans: a line is checked again before it
        is said."""
        if not script_id:
            return ()
        with self._store.read() as connection:
            found = connection.execute(sa.select(SCRIPTS.c.lines).where(SCRIPTS.c.id == script_id)).scalar()
        return tuple(_line(document) for document in found or ())


def new_id() -> str:
    return uuid.uuid4().hex


def _document(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "text": line.text,
        "product_id": line.product_id,
        "version": line.version,
        "wording": line.wording,
        "slot": line.slot,
        "cue": line.cue,
        "facts": [asdict(fact) for fact in line.facts],
    }


def _line(document: dict[str, Any]) -> Line:
    facts = tuple(Fact(**fact) for fact in document["facts"])
    text = document["text"]
    return Line(
        kind=document["kind"],
        text=text,
        product_id=document["product_id"],
        facts=facts,
        version=document["version"],
        verdict=Verdict("ok", text, text, (), facts),
        wording=document["wording"],
        slot=document["slot"],
        cue=document["cue"],
    )
