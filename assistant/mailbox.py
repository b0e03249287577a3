"""How followers of conversations hear what happens in them: from memory, each out of a box of its own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from assistant.rows import StoredEvent

MAILBOX = 256  # events a slow follower may lag behind before it has to read them from the database


@dataclass(frozen=True, slots=True)
class Change:
    """Something happened in a conversation: `event` is stored when it has a `seq`, else it is only passing by."""

    conversation_id: str
    event: StoredEvent


class Relay(Protocol):
    """The way to other processes that use the same conversations; those tell us by `Conversations.hear`."""

    def tell(self, conversation_id: str, events: Sequence[StoredEvent], /) -> None: ...

    def listen(self, wanted: bool, /) -> None:
        """Whether somebody here follows all conversations."""
        ...


@dataclass(eq=False, slots=True)
class Mailbox:
    """What one follower has not taken yet."""

    conversation_id: str  # empty: every conversation
    queue: "asyncio.Queue[Change]" = field(default_factory=lambda: asyncio.Queue(MAILBOX))
    overflowed: bool = False

    async def take(self) -> list[Change]:
        """What is there; waits while there is nothing."""
        found = [await self.queue.get()]
        while not self.queue.empty():
            found.append(self.queue.get_nowait())
        return found

    def put(self, change: Change) -> None:
        try:
            self.queue.put_nowait(change)
        except asyncio.QueueFull:
            self.overflowed = True  # the follower then reads from the database what it missed
