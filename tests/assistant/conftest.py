"""A shop with an assistant in it, on a database of its own."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.conversation import Conversation, Conversations
from assistant.events import Cards, Event, Finished, Handoff, OrderCard, PageContext, QuickReplies, Sentence
from assistant.guard.guard import Guard
from assistant.messages import Model
from assistant.models.grounded import GroundedModel
from assistant.settings import AssistantSettings
from knowledge.catalog import Catalog
from knowledge.settings import KnowledgeSettings

DEMO = Path(__file__).parents[2] / "knowledge" / "demo"


@pytest.fixture(scope="session")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """The demo shop."""
    opened = Catalog.open(KnowledgeSettings(data_dir=tmp_path_factory.mktemp("shop")))
    opened.ingest(DEMO)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def guard() -> Guard:
    return Guard()


@pytest.fixture
async def conversations(catalog: Catalog) -> AsyncIterator[Conversations]:
    opened = Conversations(catalog.store.engine, poll_s=0.05)
    yield opened
    await opened.close()


@dataclass(slots=True)
class Answer:
    """What an answer consisted of."""

    events: list[Event] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, Sentence))

    @property
    def tools(self) -> tuple[str, ...]:
        return self.finished.tools

    @property
    def finished(self) -> Finished:
        return next(event for event in self.events if isinstance(event, Finished))

    @property
    def handoff(self) -> Handoff | None:
        return next((event for event in self.events if isinstance(event, Handoff)), None)

    @property
    def cards(self) -> tuple[str, ...]:
        return next((event.product_ids for event in self.events if isinstance(event, Cards)), ())

    @property
    def replies(self) -> tuple[str, ...]:
        return next((event.options for event in self.events if isinstance(event, QuickReplies)), ())

    @property
    def order(self) -> dict[str, object]:
        return next((event.order for event in self.events if isinstance(event, OrderCard)), {})


class Shopper:
    """Talks with an assistant in one conversation."""

    def __init__(self, assistant: Assistant, conversation: Conversation, context: PageContext) -> None:
        self.assistant = assistant
        self.id = conversation.id
        self.context = context

    async def says(self, text: str) -> Answer:
        return Answer([event async for event in self.assistant.answer(self.id, text, self.context)])


class Counter:
    """Opens conversations with a shop assistant."""

    def __init__(self, catalog: Catalog, guard: Guard, conversations: Conversations) -> None:
        self.catalog, self.guard, self.conversations = catalog, guard, conversations

    def assistant(self, model: Model | None = None, **settings: object) -> Assistant:
        told = AssistantSettings(**settings)  # type: ignore[arg-type]
        return Assistant(self.catalog, model or GroundedModel(), self.guard, self.conversations, told)

    async def shopper(
        self, model: Model | None = None, context: PageContext | None = None, **settings: object
    ) -> Shopper:
        context = context or PageContext()
        conversation = await self.conversations.create(channel=context.channel, product_id=context.product_id)
        return Shopper(self.assistant(model, **settings), conversation, context)


@pytest.fixture
def counter(catalog: Catalog, guard: Guard, conversations: Conversations) -> Counter:
    return Counter(catalog, guard, conversations)
