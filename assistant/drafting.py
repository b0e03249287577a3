"""Suggested replies: what the assistant would say, for a person to edit and send. Nothing of it is stored."""

from contextlib import aclosing
from dataclasses import dataclass

from assistant.agent import Agent, Turn
from assistant.arithmetic import shop_and
from assistant.assistant import Assistant
from assistant.conversation import Conversation, StoredMessage
from assistant.events import PageContext
from assistant.guard.privacy import Vault
from assistant.memory import remembered
from assistant.messages import Message
from assistant.prompt import past, system_message
from assistant.tools import ToolContext, specs
from knowledge.facts import Fact

NOT_FOR_DRAFTS = ("handoff", "offer_replies")  # a person is there already, and has no buttons


@dataclass(frozen=True, slots=True)
class Draft:
    """`changed`: how many of its sentences the guard corrected; `facts`: what they rest on."""

    text: str
    changed: int
    facts: tuple[Fact, ...]


async def draft(assistant: Assistant, conversation: Conversation) -> Draft | None:
    """A reply to what the shopper said last; None when nothing that holds can be said. ModelError when no model
    answers."""
    history = await assistant.conversations.history(conversation.id, assistant.settings.remembered)
    asked = [message for message in history if message.role == "user"]
    if not asked:
        return None
    earlier = [message for message in history if message.seq < asked[-1].seq]
    turn = _turn(assistant, conversation, earlier)
    vault = Vault()
    turn.restore = vault.restore
    page = PageContext(product_id=conversation.product_id, customer_id=conversation.customer_id)
    messages = [
        system_message(assistant.catalog, page, conversation.lang, conversation.id),
        *past(remembered(earlier, assistant.catalog, assistant.guard), vault.mask),
        Message("user", vault.mask(asked[-1].text)),
    ]
    tools = ToolContext(
        assistant.catalog,
        conversation.lang,
        product_id=conversation.product_id,
        customer_id=conversation.customer_id,
        said=tuple(message.text for message in asked),
        private=True,
        orders=assistant.orders,
    )
    limits = assistant.settings
    agent = Agent(
        assistant.model, assistant.guard, max_rounds=limits.max_rounds, answer_s=limits.answer_s,
        second=assistant.second,
    )  # fmt: skip
    offered = tuple(tool for tool in specs() if tool.name not in NOT_FOR_DRAFTS)
    async with aclosing(agent.run(messages, offered, tools, turn)) as events:
        async for _ in events:
            if turn.handoff:
                return None  # what it would say is that it calls a person
    text = turn.text.strip()
    if not text or turn.unanswered:
        return None
    facts = tuple(dict.fromkeys(fact for verdict in turn.verdicts for fact in verdict.evidence))
    return Draft(text, sum(verdict.changed for verdict in turn.verdicts), facts[:12])


def _turn(assistant: Assistant, conversation: Conversation, earlier: list[StoredMessage]) -> Turn:
    ids = [conversation.product_id] if conversation.product_id else []
    for message in reversed(earlier):
        ids += message.product_ids
    about = tuple(dict.fromkeys(ids))[:6]
    return Turn(conversation.lang, shop_and(assistant.catalog, about), about, known=frozenset(about))
