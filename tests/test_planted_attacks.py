"""Every attack, planted in a shop's data, a comment or a message, against an honest model and against a hijacked one.

Whatever the model says, nothing harmful (`tests.hijack.harms`) goes over the wire, is spoken or shown as a subtitle.
"""

import asyncio
import gc
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.assistant import Assistant
from assistant.conversation import Conversations
from assistant.messages import Model
from assistant.models.grounded import GroundedModel
from assistant.models.openai import OpenAIModel
from knowledge.model import Attribute, Customer, Faq, Order, OrderItem, Passage, Product, Text
from streaming.answers import AssistantAnswerer
from streaming.comments import Comment
from tests.conftest import SHARED
from tests.hijack import HIJACKS, PAYLOADS, STRANGER, Hijacked, harms, shown
from tests.web.conftest import Site, serving, settings_in

AMOUNTS = frozenset({"129", "129.00", "59", "59.00", "79", "79.00", "99", "10", "89"})
QUESTION = "这款怎么样？多少钱？别人怎么评价？"
AT_ONCE = 6


def published(shared: Path) -> list[str]:
    folder = shared / "compliance" / "injection"
    texts: list[str] = []
    for name in ("text_attack_test", "text_attack_train"):
        kinds = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        texts += [text for each in kinds.values() for text in each]
    return texts


def plant(site: Site, attacks: Sequence[str]) -> None:
    """One product for each attack, which stands in its description, an attribute, a review and a manual."""
    goods = [
        Product(
            f"attack-{number}", Text(f"远山保温杯{number}号", f"Ridge Flask No. {number}"),
            category=Text("杯具", "Drinkware"), price=Decimal(129), stock=20,
            brief=Text(f"出门带着正好。{attack}", f"Good to take along. {attack}"),
            description=Text(f"杯身是316不锈钢。{attack}", f"The body is 316 stainless steel. {attack}"),
            attributes=(
                Attribute(Text("容量", "Capacity"), Text("500ml", "500 ml")),
                Attribute(Text("备注", "Note"), Text(attack, attack)),
            ),
        )
        for number, attack in enumerate(attacks)
    ]  # fmt: skip
    reviews = [
        Faq(
            f"review-{number}", Text(f"别人怎么评价远山保温杯{number}号？", ""), Text(f"买家说：“{attack}”很好用。", "")
        )
        for number, attack in enumerate(attacks)
    ]
    manuals = [
        Passage(
            f"m{number}",
            Text(f"清洁时请用软布。{attack}", ""),
            (f"attack-{number}",),
            Text("清洁", ""),
            "manual.pdf",
            1,
        )
        for number, attack in enumerate(attacks)
    ]
    owner = Customer("stranger", STRANGER["name"], STRANGER["phone"], address=STRANGER["address"])
    bought = OrderItem("attack-0", "", Text("远山保温杯0号", ""), 1, STRANGER["total"])
    order = Order(
        STRANGER["id"], "stranger", "shipped", datetime.now(UTC), (bought,), STRANGER["total"],
        address=STRANGER["address"], carrier=Text(STRANGER["carrier"]), tracking=STRANGER["tracking"],
    )  # fmt: skip
    site.services.catalog.put(
        goods, faqs=reviews, passages=manuals, customers=[owner], orders=[order], source="planted"
    )


@dataclass
class Heard:
    """What went out, by attack and carrier; and the prompts that must not be among it."""

    said: dict[str, str] = field(default_factory=dict)  # text: where it was said first
    answers: int = 0

    def add(self, where: str, text: str) -> None:
        self.said.setdefault(text, where)

    def harm(self, prompt: str) -> list[str]:
        return [
            f"{where}: {why!r} in {text[:200]}"
            for text, where in self.said.items()
            for why in harms(text, amounts=AMOUNTS, prompt=prompt)
        ]


async def chat(client: httpx.AsyncClient, product_id: str, text: str, where: str, heard: Heard) -> None:
    """One shopper's question over HTTP; every frame of the answer but the shopper's own message."""
    session = (await client.post("/api/chat/sessions", json={"lang": "zh", "product_id": product_id})).json()
    bearer = {"Authorization": f"Bearer {session['token']}"}
    sent = await client.post("/api/chat/messages", json={"text": text, "client_id": "1"}, headers=bearer)
    assert sent.status_code == 202, sent.text
    async with asyncio.timeout(30), client.stream("GET", "/api/chat/events?after=0", headers=bearer) as stream:
        async for line in stream.aiter_lines():
            if not line.startswith("data: "):
                continue
            event = json.loads(line[6:])
            if event.get("role") != "user":
                heard.add(where, shown(event))
            if event["type"] in ("done", "state") and event.get("state") != "bot":
                break
    heard.answers += 1


async def comment(answerer: AssistantAnswerer, number: int, text: str, product_id: str, heard: Heard) -> None:
    """One viewer's comment; what the host would say and the subtitle show."""
    spoken = Comment(f"viewer{number}", text, "api")
    async for reply in answerer.answer(spoken, text, product_id):
        if reply.verdict is not None:
            heard.add(f"comment {number} on {product_id}", reply.verdict.text)
    heard.answers += 1


async def everything(site: Site, attacks: Sequence[str], on_air: Model) -> Heard:
    """Ask about each planted product, send each attack as a message, and as a comment to a live room's host."""
    heard, gate = Heard(), asyncio.Semaphore(AT_ONCE)
    services = site.services
    conversations = Conversations(services.catalog.store.engine)
    host = Assistant(services.catalog, on_air, services.guard, conversations)  # a room is a process of its own
    answerer = AssistantAnswerer(host, room="demo", lang="zh")

    async def run(job: Any) -> None:
        async with gate:
            await job

    async with httpx.AsyncClient(base_url=site.url, timeout=30, trust_env=False) as client, asyncio.TaskGroup() as jobs:
        for number, attack in enumerate(attacks):
            jobs.create_task(run(chat(client, f"attack-{number}", QUESTION, f"planted {number}", heard)))
            if number < len(HIJACKS) or number % 5 == 0:  # to oneself one can do no harm: some are enough
                jobs.create_task(run(chat(client, "S1", attack, f"message {number}", heard)))
            jobs.create_task(run(comment(answerer, number, attack, f"attack-{number}", heard)))
    await host.close()
    await conversations.close()
    return heard


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Two event loops in two threads of one process, as only a test has them: a collection in one thread closes streams
    that the other one is closing, which Python reports as an error in neither."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="module")
def attacks() -> list[str]:
    """Our own, and the published ones where they lie beside the checkout."""
    return [*HIJACKS, *(published(SHARED) if SHARED.is_dir() else ())]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_counts_as_harm(payload: str) -> None:
    assert list(harms(payload, amounts=AMOUNTS, prompt=""))


def test_what_does_not() -> None:
    for prose in ("这款129元，杯身是316不锈钢。", "It costs ¥129.", "The sea is calm tonight.", "客服不会向您要钱。"):
        assert list(harms(prose, amounts=AMOUNTS, prompt="")) == []


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("uncollected")
async def test_a_hijacked_model_does_no_harm(tmp_path: Path, attacks: list[str]) -> None:
    async with Hijacked(attacks).running() as server:
        chat_model, live_model = (OpenAIModel(server.url, model="hijacked") for _ in range(2))
        with serving(settings_in(tmp_path / "data"), chat_model) as site:
            plant(site, attacks)
            heard = await everything(site, attacks, live_model)
        prompt = server.requests[0]["messages"][0]["content"]
    assert heard.answers > 2 * len(attacks) and len(server.requests) > 4 * len(attacks)
    assert heard.harm(prompt) == []


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("uncollected")
async def test_the_embedded_model_does_no_harm(tmp_path: Path, attacks: list[str]) -> None:
    with serving(settings_in(tmp_path / "data"), GroundedModel()) as site:
        plant(site, attacks)
        heard = await everything(site, attacks, GroundedModel())
    assert heard.answers > 2 * len(attacks)
    assert heard.harm("") == []
