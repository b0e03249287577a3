"""Shows handed-over conversations in another help desk as well, in order and without holding up anybody here."""

import asyncio
from collections import OrderedDict
from contextlib import aclosing
from typing import Any, Protocol

import structlog

from assistant.conversation import Conversation, Conversations, StoredEvent, UnknownConversation

log = structlog.get_logger("mirror")

WAITING = 500  # events that may wait for the other desk
PATIENCE_S = (0.5, 2.0, 8.0)  # between tries
KNOWN = 5000  # conversations of which is known that they are shown there


class MirrorError(Exception):
    """The other desk did not take it. `retryable`: it may later."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable


class Mirror(Protocol):
    """Another help desk."""

    async def show(self, conversation: Conversation, event: StoredEvent, past: str) -> None:
        """One event of a conversation that waits for a person or has one: a message or a change of state. `past` is
        what was said before, when this is the first one shown. MirrorError when it isn't taken."""
        ...

    async def close(self) -> None: ...


class Mirroring:
    """Follows all conversations and shows those that are handed over, until the server stops."""

    def __init__(self, conversations: Conversations, mirror: Mirror) -> None:
        self._conversations = conversations
        self._mirror = mirror
        self._shown: OrderedDict[str, int] = OrderedDict()  # conversation → seq of the last event shown
        self._queue: asyncio.Queue[tuple[str, StoredEvent]] = asyncio.Queue(WAITING)

    async def run(self, stopping: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            parts = [tasks.create_task(self._listen()), tasks.create_task(self._show_all())]
            await stopping.wait()
            for part in parts:
                part.cancel()
        await self._mirror.close()

    async def _listen(self) -> None:
        async with aclosing(self._conversations.feed()) as changes:
            async for change in changes:
                if change.event["type"] in ("message", "status") and change.event.get("seq"):
                    await self._queue.put((change.conversation_id, change.event))

    async def _show_all(self) -> None:
        while True:
            conversation_id, event = await self._queue.get()
            try:
                await self._show(conversation_id, event)
            except UnknownConversation:
                self._shown.pop(conversation_id, None)  # the shopper has deleted it
            except MirrorError as error:
                log.warning("not mirrored", conversation=conversation_id, seq=event["seq"], error=str(error))
            except Exception as error:  # whatever the other desk answers must not end this server
                log.exception("not mirrored", conversation=conversation_id, error=type(error).__name__)

    async def _show(self, conversation_id: str, event: StoredEvent) -> None:
        now = await self._conversations.get(conversation_id)
        known = conversation_id in self._shown
        if event["seq"] <= self._shown.get(conversation_id, 0) or not (known or now.state in ("waiting", "human")):
            return  # told twice, or none of theirs
        past = "" if known else await self._past(now, event)
        for wait_s in (*PATIENCE_S, None):
            try:
                await self._mirror.show(now, event, past)
                break
            except MirrorError as error:
                if wait_s is None or not error.retryable:
                    raise
                await asyncio.sleep(wait_s)
        self._shown[conversation_id] = event["seq"]
        if len(self._shown) > KNOWN:
            self._shown.popitem(last=False)
        if event["type"] == "status" and event["state"] in ("bot", "closed"):
            self._shown.pop(conversation_id, None)

    async def _past(self, now: Conversation, event: dict[str, Any]) -> str:
        said = await self._conversations.history(now.id, limit=30)
        return "\n".join(
            f"{message.author or message.role}: {message.text}" for message in said if message.seq < event["seq"]
        )
