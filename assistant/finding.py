"""Which conversations a list shows, and in which order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, cast, or_, select

from assistant.handoff import State
from assistant.tables import CONVERSATIONS, HANDOFFS, MESSAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`text` searches messages, ids and contacts; `agent`: whoever has or had it; `since`, `until`: the last change."""

    state: State | None = None
    text: str = ""
    tag: str = ""
    agent: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 100

    def query(self) -> Select[Any]:
        """The newest first; those who wait, longest waiting first."""
        table = CONVERSATIONS.c
        order = table.waiting_since if self.state == "waiting" else table.updated.desc()
        chosen = select(CONVERSATIONS).order_by(order).limit(self.limit)
        if self.state is not None:
            chosen = chosen.where(table.state == self.state)
        if self.text:
            said = select(MESSAGES.c.conversation_id).where(MESSAGES.c.text.icontains(self.text, autoescape=True))
            named = table.id.startswith(self.text, autoescape=True)
            left = table.contact.icontains(self.text, autoescape=True)
            chosen = chosen.where(or_(named, left, table.id.in_(said)))
        if self.tag:
            # As JSON stores it: non-ASCII letters may be written as escapes.
            written = [f'"{self.tag}"', '"' + self.tag.encode("unicode_escape").decode() + '"']
            tags = cast(table.tags, String)
            chosen = chosen.where(or_(*(tags.contains(one, autoescape=True) for one in written)))
        if self.agent:
            served = select(HANDOFFS.c.conversation_id).where(
                HANDOFFS.c.agent == self.agent, HANDOFFS.c.after == "human"
            )
            chosen = chosen.where(table.id.in_(served))
        if self.since is not None:
            chosen = chosen.where(table.updated >= self.since)
        if self.until is not None:
            chosen = chosen.where(table.updated < self.until)
        return chosen
