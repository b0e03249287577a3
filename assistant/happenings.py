"""What happened, for whoever has asked to be told: rows written in the same transaction as what they tell of, so that
nothing is told that did not happen and nothing that happened goes untold. Ids, names and figures; never what was said.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete

from assistant.guard.verdict import Verdict
from assistant.handoff import State
from assistant.prepared import Stored
from assistant.tables import HAPPENINGS

Kind = Literal[
    "handoff.requested",
    "handoff.taken",
    "handoff.closed",
    "conversation.closed",
    "conversation.deleted",
    "csat.given",
    "guard.blocked",
    "order.write",
]


_NEW = Stored(HAPPENINGS)


def happened(connection: Connection, kind: Kind, conversation_id: str, **data: Any) -> None:
    row = {
        "id": uuid.uuid4().hex,
        "at": datetime.now(UTC),
        "kind": kind,
        "conversation_id": conversation_id,
        "data": {name: value for name, value in data.items() if value not in ("", None)},
    }
    _NEW.add(connection, [row])


def changed_hands(
    connection: Connection, conversation_id: str, before: State, after: State, about: Mapping[str, Any]
) -> None:
    """A conversation went from one state to another. `about`: reason, agent, lang, channel, product."""
    if after == "waiting":
        happened(connection, "handoff.requested", conversation_id, again=before == "human", **about)
    elif after == "human":
        happened(connection, "handoff.taken", conversation_id, **about)
    elif before in ("waiting", "human"):
        happened(connection, "handoff.closed", conversation_id, to="bot" if after == "bot" else "nobody", **about)
    if after == "closed":
        happened(connection, "conversation.closed", conversation_id, **about)


def blocked(connection: Connection, conversation_id: str, verdicts: Sequence[Verdict], **about: Any) -> None:
    """The guard changed or withheld sentences among these."""
    changed = [
        {"label": one.label, "rule": one.rule, "withheld": not one.text.strip()} for one in verdicts if one.changed
    ]
    if changed:
        happened(connection, "guard.blocked", conversation_id, sentences=changed, **about)


def forget(connection: Connection, conversation_id: str) -> None:
    """Nobody is told any more what happened in a conversation that is deleted, only that it is."""
    connection.execute(delete(HAPPENINGS).where(HAPPENINGS.c.conversation_id == conversation_id))
    happened(connection, "conversation.deleted", conversation_id)
