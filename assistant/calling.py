"""Calling a person: whether it is time to, what the shopper is told, and where to reach those nobody can answer."""

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from assistant.conversation import Conversation, Conversations
from assistant.events import HandoffReason
from assistant.guard.privacy import find_personal
from assistant.handoff import trigger, vexed
from assistant.orderbook import OrderBook
from assistant.queue import QueueSettings, cooling, disputed, estimate, offline_words
from assistant.rows import moment
from assistant.service.shop import ShopError
from assistant.staffroom import StaffRoom
from knowledge.model import Lang, Text

log = structlog.get_logger("queue")

NOTED = Text(
    "已记下您的联系方式，我们会尽早联系您。", "We have noted how to reach you and will be in touch as soon as we can."
)


class Caller:
    """Knows who is there and what was promised. `present`: names of those who have the inbox open in this process;
    `customers`: where it stands who a shopper is to the shop."""

    def __init__(
        self,
        conversations: Conversations,
        room: StaffRoom,
        settings: QueueSettings | None = None,
        present: Callable[[], Sequence[str]] = tuple,
        customers: OrderBook | None = None,
    ) -> None:
        self.settings = settings or QueueSettings()
        self._conversations = conversations
        self._room = room
        self._present = present
        self._customers = customers

    async def reason(self, conversation: Conversation, text: str, before: Sequence[str] = ()) -> HandoffReason | None:
        """Why a person should answer this message, whatever model would; None while a release is still fresh, unless
        the shopper wants one or it must not wait. `before`: what the shopper said earlier; who is vexed again is
        angry."""
        again: HandoffReason | None = "anger" if vexed(text) and any(map(vexed, before)) else None
        found = trigger(text) or again or await self._weighty(conversation, text)
        if found and await self.cooling(conversation.id, found):
            return None
        return found

    async def _weighty(self, conversation: Conversation, text: str) -> HandoffReason | None:
        if self.settings.amount and disputed(text) >= self.settings.amount:
            return "money"
        if self.settings.vip and await self._level(conversation) in self.settings.vip:
            return "vip"
        return None

    async def _level(self, conversation: Conversation) -> str:
        """Of the shopper's membership; empty for strangers, and while the shop's own system is down."""
        if not conversation.customer_id or self._customers is None:
            return ""
        try:
            found = await asyncio.to_thread(self._customers.customer, conversation.customer_id, conversation.lang)
        except ShopError as error:
            log.warning("a customer's level can't be looked up", error=str(error))
            return ""
        return found.level if found else ""

    async def cooling(self, conversation_id: str, reason: HandoffReason) -> bool:
        """Whether a person has just given the conversation back, so that the bot may not call again by itself."""
        return cooling(reason, await self._room.last_release(conversation_id), moment(), self.settings)

    async def call(self, conversation: Conversation, reason: HandoffReason, summary: str) -> Conversation:
        """Put it into the queue and tell the shopper how that stands. HandoffError when a person was faster."""
        vip = reason == "vip" or self.settings.is_vip(await self._level(conversation))  # asked once, if that tells
        if vip:  # known before a place in the queue is given
            await self._room.put_first(conversation.id)
        told: dict[str, Any] = {"open": self.settings.hours.open_at(moment())}
        if not told["open"] and (opens := self.settings.hours.next_opening(moment())) is not None:
            told["opens"] = opens.isoformat()
        elif (seconds := await self._wait(vip=vip)) is not None:
            told["wait_s"] = seconds
        now = await self._conversations.transition(
            conversation.id, "waiting", reason=reason, summary=summary, told=told
        )
        if not told["open"]:
            await self.tell_offline(conversation.id, conversation.lang)
        return now

    async def _wait(self, *, vip: bool) -> int | None:
        if not (present := self._present()):
            return None
        queue = await self._room.queue()
        agents = queue.agents(present, self.settings.per_agent)
        ahead = sum(one.vip or not vip for one in queue.waiting)
        return estimate(ahead + 1, queue.pace.waits_s, queue.pace.talks_s, agents)

    async def tell_offline(self, conversation_id: str, lang: Lang) -> None:
        """Nobody is there: say so, when somebody will be, and ask where the shopper can be reached."""
        words = offline_words(self.settings.hours, moment(), lang)
        await self._conversations.say(conversation_id, words, role="system")

    async def heard(self, conversation: Conversation, text: str) -> None:
        """A waiting shopper has written: a phone number or e-mail address is where to reach them."""
        left = [text[one.start : one.end] for one in find_personal(text) if one.kind in ("phone", "email")]
        contact = re.sub(r"\s+", " ", ", ".join(left))
        if not contact or contact == conversation.contact:
            return
        await self._room.leave_contact(conversation.id, contact)
        await self._conversations.say(conversation.id, NOTED(conversation.lang), role="system")
