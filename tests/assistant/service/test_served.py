"""Service in the whole assistant, on the demo shop's own orders and tables."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from assistant.assistant import Assistant
from assistant.conversation import Conversations
from assistant.events import Event, PageContext, QuickReplies, Sentence
from assistant.guard.guard import Guard
from assistant.models.grounded import GroundedModel
from assistant.service.desk import ServiceDesk
from assistant.service.policy import load_policy
from assistant.service.shops.embedded import EmbeddedShop
from assistant.service.store import StoredSessions, known_outcome
from assistant.service.understand.english import English
from assistant.tables import SERVICE_SESSIONS, SERVICE_WRITES
from knowledge.catalog import Catalog
from knowledge.model import Order
from knowledge.settings import KnowledgeSettings
from web.wiring import EMBEDDED_POLICY

DEMO = Path(__file__).parents[3] / "knowledge" / "demo"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Catalog]:
    """A demo shop of this test's own: its orders will change."""
    opened = Catalog.open(KnowledgeSettings(data_dir=tmp_path))
    opened.ingest(DEMO)
    yield opened
    opened.close()


@pytest.fixture
async def assistant(own: Catalog, guard: Guard) -> AsyncIterator[Assistant]:
    conversations = Conversations(own.store.engine, poll_s=0.05)
    policy = load_policy(EMBEDDED_POLICY)
    known = partial(known_outcome, own.store.engine)
    desk = ServiceDesk(
        lambda lang: EmbeddedShop(own, policy, lang, known),
        policy,
        {"en": English(policy.order_number)},
        StoredSessions(conversations.database),
    )
    made = Assistant(own, GroundedModel(), guard, conversations, service=desk)
    yield made
    await made.close()
    await conversations.close()


def _of(catalog: Catalog, *states: str) -> tuple[Order, str]:
    """An order in one of these states, and the end of its customer's phone number."""
    for customer in (f"YC{number}" for number in range(1001, 1045)):
        for order in catalog.orders(customer):
            owner = catalog.customer(customer)
            if order.state in states and owner is not None:
                return order, owner.phone[-4:]
    raise AssertionError(f"the demo shop has no order that is {states}")


async def _say(assistant: Assistant, conversation: str, text: str) -> tuple[str, list[Event]]:
    context = PageContext(lang="en")
    events = [event async for event in assistant.answer(conversation, text, context)]
    return "".join(event.text for event in events if isinstance(event, Sentence)), events


async def test_a_shopper_cancels_an_order(assistant: Assistant, own: Catalog) -> None:
    order, tail = _of(own, "unpaid", "paid")
    conversation = (await assistant.conversations.create(lang="en")).id
    said, _ = await _say(assistant, conversation, f"Please cancel my order {order.id}.")
    assert "phone number" in said
    said, events = await _say(assistant, conversation, f"The phone number ends in {tail}")
    assert order.id in said and any(isinstance(event, QuickReplies) for event in events)
    current = own.order(order.id)
    assert current is not None and current.state == order.state
    said, _ = await _say(assistant, conversation, "Yes")
    current = own.order(order.id)
    assert current is not None and current.state == "cancelled" and "cancelled" in said
    with own.store.engine.connect() as connection:
        rows = connection.execute(select(SERVICE_WRITES)).mappings().all()
    assert [(row["name"], row["ok"], row["conversation_id"]) for row in rows] == [("cancel_order", True, conversation)]


async def test_somebody_elses_number_opens_nothing(assistant: Assistant, own: Catalog) -> None:
    order, tail = _of(own, "unpaid", "paid")
    wrong = f"{(int(tail) + 1) % 10000:04d}"
    conversation = (await assistant.conversations.create(lang="en")).id
    said, _ = await _say(assistant, conversation, f"Cancel order {order.id}, phone ending {wrong}")
    none, _ = await _say(
        assistant,
        (await assistant.conversations.create(lang="en")).id,
        f"Cancel order YQ0000000000, phone ending {wrong}",
    )
    assert said == none and "couldn't find" in said


async def test_a_return_goes_on_where_it_was_after_a_restart(assistant: Assistant, own: Catalog) -> None:
    order, tail = _of(own, "delivered", "completed")
    conversation = (await assistant.conversations.create(lang="en")).id
    said, _ = await _say(assistant, conversation, f"I want to return everything from {order.id}, phone tail {tail}")
    assert "I would return" in said
    policy = load_policy(EMBEDDED_POLICY)
    desk = ServiceDesk(
        lambda lang: EmbeddedShop(own, policy, lang),
        policy,
        {"en": English(policy.order_number)},
        StoredSessions(assistant.conversations.database),
    )
    fresh = Assistant(own, GroundedModel(), assistant.guard, assistant.conversations, service=desk)
    said, _ = await _say(fresh, conversation, "yes")
    await fresh.close()
    current = own.order(order.id)
    assert current is not None and current.state == "return_requested" and "requested" in said


async def test_general_questions_are_left_to_the_model(assistant: Assistant) -> None:
    conversation = (await assistant.conversations.create(lang="en")).id
    for text in ("How do I return an item?", "Do you have a mug under 60 yuan?", "Where is my order?"):
        await _say(assistant, conversation, text)
    history = await assistant.conversations.history(conversation)
    assert {message.model for message in history if message.role == "bot"} == {"grounded"}


async def test_a_deleted_conversation_takes_its_session_along(assistant: Assistant, own: Catalog) -> None:
    order, _ = _of(own, "unpaid", "paid")
    conversation = (await assistant.conversations.create(lang="en")).id
    await _say(assistant, conversation, f"Cancel {order.id}")
    await assistant.conversations.delete(conversation)
    with own.store.engine.connect() as connection:
        assert connection.execute(select(SERVICE_SESSIONS)).all() == []


async def test_a_question_how_far_something_bought_is_sells_nothing(assistant: Assistant, own: Catalog) -> None:
    order, _ = _of(own, "shipped")
    conversation = (await assistant.conversations.create(lang="en")).id
    context = PageContext(lang="en", customer_id=order.customer_id)
    asked = f"Where is my {order.items[0].title.en}?"
    async for _event in assistant.answer(conversation, asked, context):
        pass
    history = await assistant.conversations.history(conversation)
    assert history[-1].model == "service" and order.id in history[-1].text
