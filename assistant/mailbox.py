"""How followers of conversations hear what happens in them: from memory, each out of a box of its own."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from assistant.rows import StoredEvent

MAILBOX = 256  # events a slow follower may lag behind before it has to read them from the database


@dataclass(frozen=True, slots=True)
class Change:
    """Something happened in a conversation: `event` is stored when it has a `seq`, else it is only passing by."""

    conversation_id: str
    event: StoredEvent


_WOKEN = Change("", {})


class Relay(Protocol):
    """The way to other processes that use the same conversations; those tell us by `Conversations.hear`."""

    def tell(self, conversation_id: str, events: Sequence[StoredEvent], /) -> None: ...

    def name(self) -> str:
        """An id for a new conversation, by which it is known whose it is."""
        ...

    def listen(self, wanted: bool, /) -> None:
        """Whether somebody here follows all conversations."""
        ...


@dataclass(eq=False, slots=True)
class Mailbox:
    """What one follower has not taken yet."""

    conversation_id: str  # empty: every conversation
    queue: "asyncio.Queue[Change]" = field(default_factory=lambda: asyncio.Queue(MAILBOX))
    overflowed: bool = False
    ended: bool = False  # whoever takes is to stop
    since: float = field(default_factory=time.monotonic)  # when anything last came, or it was woken

    async def take(self) -> list[Change]:
        """What is there; waits while there is nothing. Empty when it was only woken."""
        found = [await self.queue.get()]
        while not self.queue.empty():
            found.append(self.queue.get_nowait())
        return [change for change in found if change is not _WOKEN]

    def wake(self) -> None:
        """Let whoever waits here look up; one who has something to take needs no waking."""
        self.since = time.monotonic()
        if self.queue.empty():
            self.queue.put_nowait(_WOKEN)

    def end(self) -> None:
        self.ended = True
        self.wake()

    def put(self, change: Change) -> None:
        self.since = time.monotonic()
        try:
            self.queue.put_nowait(change)
        except asyncio.QueueFull:
            self.overflowed = True  # the follower then reads from the database what it missed


@dataclass(frozen=True, slots=True)
class Pulse:
    """Wakes a follower to whom nothing came for `silence_s`, and ends it when `stopping` is set."""

    silence_s: float
    stopping: asyncio.Event

    @contextmanager
    def beat(self, mailbox: Mailbox) -> Iterator[None]:
        beats, end = asyncio.create_task(self._beats(mailbox)), asyncio.create_task(self._end(mailbox))
        try:
            yield
        finally:
            beats.cancel()
            end.cancel()

    async def _beats(self, mailbox: Mailbox) -> None:
        """By one timer a follower, however much comes: setting one for each event would cost more than the event."""
        while True:
            left_s = mailbox.since + self.silence_s - time.monotonic()
            if left_s <= 0:
                mailbox.wake()
            await asyncio.sleep(max(left_s, 0.0) or self.silence_s)

    async def _end(self, mailbox: Mailbox) -> None:
        await self.stopping.wait()
        mailbox.end()
