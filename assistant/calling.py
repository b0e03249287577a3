"""Calling a person: whether it is time to, what the shopper is told, and where to reach those nobody can answer."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from assistant.conversation import Conversation, Conversations
from assistant.events import HandoffReason
from assistant.guard.privacy import find_personal
from assistant.handoff import trigger
from assistant.queue import QueueSettings, cooling, disputed, estimate, offline_words
from assistant.rows import moment
from assistant.staffroom import StaffRoom
from knowledge.catalog import Catalog
from knowledge.model import Lang, Text

NOTED = Text(
    "已记下您的联系方式，我们会尽早联系您。", "We have noted how to reach you and will be in touch as soon as we can."
)


class Caller:
    """Knows who is there and what was promised. `present`: names of those who have the inbox open in this process."""

    def __init__(
        self,
        conversations: Conversations,
        room: StaffRoom,
        settings: QueueSettings | None = None,
        present: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self.settings = settings or QueueSettings()
        self._conversations = conversations
        self._room = room
        self._present = present

    async def reason(self, conversation: Conversation, text: str, catalog: Catalog) -> HandoffReason | None:
        """Why a person should answer this message, whatever model would; None while a release is still fresh, unless
        the shopper wants one or it must not wait."""
        found = trigger(text) or self._weighty(conversation, text, catalog)
        if found and await self.cooling(conversation.id, found):
            return None
        return found

    def _weighty(self, conversation: Conversation, text: str, catalog: Catalog) -> HandoffReason | None:
        if self.settings.amount and disputed(text) >= self.settings.amount:
            return "money"
        if self.settings.vip and conversation.customer_id:
            customer = catalog.customer(conversation.customer_id)
            if customer is not None and customer.level in self.settings.vip:
                return "vip"
        return None

    async def cooling(self, conversation_id: str, reason: HandoffReason) -> bool:
        """Whether a person has just given the conversation back, so that the bot may not call again by itself."""
        return cooling(reason, await self._room.last_release(conversation_id), moment(), self.settings)

    async def call(self, conversation: Conversation, reason: HandoffReason, summary: str) -> Conversation:
        """Put it into the queue and tell the shopper how that stands. HandoffError when a person was faster."""
        told: dict[str, Any] = {"open": self.settings.hours.open_at(moment())}
        if not told["open"] and (opens := self.settings.hours.next_opening(moment())) is not None:
            told["opens"] = opens.isoformat()
        elif (seconds := await self._wait()) is not None:
            told["wait_s"] = seconds
        now = await self._conversations.transition(
            conversation.id, "waiting", reason=reason, summary=summary, told=told
        )
        if not told["open"]:
            await self.tell_offline(conversation.id, conversation.lang)
        return now

    async def _wait(self) -> int | None:
        if not (present := self._present()):
            return None
        queue = await self._room.queue()
        agents = queue.agents(present, self.settings.per_agent)
        return estimate(len(queue.waiting) + 1, queue.pace.waits_s, queue.pace.talks_s, agents)

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
