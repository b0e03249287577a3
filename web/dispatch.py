"""Keeps the queue moving: offers conversations to people, and takes back those that nobody answers."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from assistant.calling import Caller
from assistant.conversation import Conversation, Conversations, UnknownConversation
from assistant.handoff import HandoffError
from assistant.queue import Agent, choose, estimate, says_nobody
from assistant.rows import moment
from assistant.staffroom import Queue, StaffRoom

log = structlog.get_logger("queue")

EVERY_S = 2.0


class Dispatcher:
    """One per site: it runs in the process that serves the inbox. `round` is one look at the queue."""

    def __init__(
        self, conversations: Conversations, room: StaffRoom, caller: Caller, present: Callable[[], Sequence[str]]
    ) -> None:
        self._conversations = conversations
        self._room = room
        self._caller = caller
        self._settings = caller.settings
        self._present = present
        self._passed: dict[str, frozenset[str]] = {}  # conversation → who was asked and did not take it
        self._told: dict[str, tuple[int, int | None]] = {}  # conversation → place and wait the shopper was told
        self._nobody: set[str] = set()  # whose shoppers know that nobody is there

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self.round()
            except Exception as error:  # a database that is away for a moment must not end the queue for good
                log.exception("the queue was not looked at", error=type(error).__name__)
            try:
                async with asyncio.timeout(EVERY_S):
                    await stopping.wait()
            except TimeoutError:
                continue

    async def round(self) -> None:
        queue = await self._room.queue(pace=False)
        present = self._present()
        now = moment()
        for one in queue.held:
            await self._take_back(one, queue, present, now)
        waits = {one.id for one in queue.waiting}
        for memory in (self._passed, self._told):
            for gone in memory.keys() - waits:
                memory.pop(gone)
        self._nobody &= waits
        if not queue.waiting:
            return
        queue = await self._room.queue()
        for one in queue.waiting:
            await self._offer(one, present, now)
        queue = await self._room.queue()
        await self._tell(queue, queue.agents(present, self._settings.per_agent), now)

    async def _take_back(self, one: Conversation, queue: Queue, present: Sequence[str], now: datetime) -> None:
        """A person who doesn't answer in time, or has left, no longer keeps the shopper."""
        if one.owed_since is None or (one.snoozed_until and one.snoozed_until > now):
            return
        # who takes over somebody that has waited long has as much time as anybody
        since = max(one.owed_since, one.assigned_at or one.owed_since)
        late = now - since > timedelta(seconds=self._settings.requeue_s)
        gone = one.agent not in present and now - one.updated > timedelta(seconds=self._settings.offer_s)
        if not late and not gone:
            return
        try:
            await self._conversations.transition(one.id, "waiting", reason=one.reason or "requeued")
        except (HandoffError, UnknownConversation):
            return  # somebody was faster
        self._passed[one.id] = frozenset({one.agent})
        await self._room.record("zhibo", "requeued", one.id, f"{one.agent}: {'late' if late else 'gone'}")

    async def _offer(self, one: Conversation, present: Sequence[str], now: datetime) -> None:
        if one.snoozed_until and one.snoozed_until > now:
            return
        if one.assignee:
            asked = one.assigned_at or now
            overdue = now - asked > timedelta(seconds=self._settings.offer_s)
            if one.assignee in present and not overdue:
                return
            self._passed[one.id] = self._passed.get(one.id, frozenset()) | {one.assignee}
        agents = (await self._room.queue(pace=False)).agents(present, self._settings.per_agent)
        chosen = choose(one.reason, one.lang, agents, self._passed.get(one.id, frozenset()))
        if not chosen:
            self._passed.pop(one.id, frozenset())  # everybody was asked once: the next round begins again
        if chosen != one.assignee and await self._room.offer(one.id, chosen):
            self._conversations.whisper(one.id, {"type": "changed"})

    async def _tell(self, queue: Queue, agents: Sequence[Agent], now: datetime) -> None:
        """Shoppers hear when their place or wait changes; and that nobody is there, when nobody is."""
        there = any(agent.online for agent in agents)
        for place, one in enumerate(queue.waiting, start=1):
            wait = estimate(place, queue.pace.waits_s, queue.pace.talks_s, agents)
            if self._told.get(one.id) != (place, wait):
                self._told[one.id] = (place, wait)
                self._conversations.signal(one.id, {"type": "queue", "position": place, "wait_s": wait})
            alone = one.waiting_since and now - one.waiting_since > timedelta(seconds=self._settings.offer_s)
            untold = one.id not in self._nobody and not one.contact and self._settings.hours.open_at(now)
            if not there and alone and untold:
                self._nobody.add(one.id)
                try:
                    if await self._was_told(one):  # before this server was started anew
                        continue
                    await self._caller.tell_offline(one.id, one.lang)
                except UnknownConversation:
                    continue

    async def _was_told(self, one: Conversation) -> bool:
        """Whether a shopper has been told that nobody is there, and nobody has answered since."""
        for message in reversed(await self._conversations.history(one.id)):
            if message.role == "agent":
                return False
            if message.role == "system" and says_nobody(message.text):
                return True
        return False
