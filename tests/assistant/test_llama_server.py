"""The OpenAI-compatible model against a real server: llama.cpp with a tiny random model."""

import asyncio
import importlib.util
import json
import os
from collections.abc import AsyncGenerator, Iterator, Sequence
from itertools import pairwise

import httpx2
import pytest

from assistant.messages import Message, TextDelta, ToolCall, ToolSpec
from assistant.models import load_model
from assistant.models.openai import OpenAIModel
from assistant.models.openai.patience import Phases, Watch
from assistant.models.openai.wire import messages_json
from assistant.models.router import Router
from assistant.models.usage import Usage
from assistant.settings import AssistantSettings
from tests.assistant.conftest import Counter, Shopper
from tests.assistant.tiny_model import serving
from tests.conftest import lacking

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    for module in ("xllamacpp", "gguf"):
        if importlib.util.find_spec(module) is None:
            lacking(f"{module} is not installed")
    with serving() as address:
        yield address


async def test_it_streams_and_is_found_by_itself(url: str) -> None:
    model = OpenAIModel(url, max_tokens=12, temperature=0)  # random weights, but always the same words
    pieces = [piece async for piece in model.respond((Message("user", "hello"),), ())]
    await model.close()
    assert model.name == "tiny"
    assert len(pieces) > 1 and all(isinstance(piece, TextDelta) for piece in pieces)


async def test_closing_in_the_middle_leaves_the_server_usable(url: str) -> None:
    model = OpenAIModel(url, model="tiny", max_tokens=400, temperature=0)
    answer = model.respond((Message("user", "hello"),), ())
    await anext(answer)
    await answer.aclose()
    again = OpenAIModel(url, model="tiny", max_tokens=12, temperature=0)
    assert [piece async for piece in again.respond((Message("user", "hello"),), ())]
    await model.close()
    await again.close()


async def test_its_nonsense_never_reaches_a_shopper(counter: Counter, url: str) -> None:
    """A random model talks rubbish: the embedded one answers instead, and it is said so."""
    model = load_model(AssistantSettings(model="openai", model_url=url, model_name="tiny", max_tokens=64))
    assert isinstance(model, Router)
    answer = await (await counter.shopper(model)).says("运费多少")
    await model.close()
    assert "88" in answer.text
    assert answer.finished.model == "grounded"
    assert answer.finished.degraded


async def test_leaving_frees_the_servers_slot(url: str) -> None:
    async def working() -> int:
        async with httpx2.AsyncClient() as client:
            slots = (await client.get(url.removesuffix("/v1") + "/slots")).json()
        return sum(slot["is_processing"] for slot in slots)

    model = OpenAIModel(url, model="tiny", max_tokens=4000, temperature=0)
    answer = model.respond((Message("user", "hello"),), ())
    await anext(answer)
    assert await working() == 1
    await answer.aclose()
    async with asyncio.timeout(5):
        while await working():  # noqa: ASYNC110  # only the server knows
            await asyncio.sleep(0.05)
    await model.close()


async def test_it_counts_and_binds_to_a_schema_and_says_what_its_context_is(url: str) -> None:
    model = OpenAIModel(url, model="tiny", max_tokens=200, temperature=0)
    watch = Watch(Phases())
    assert await model.server.context_tokens(watch) in (4096, 8192)  # whole, or one of its two slots
    assert await model.server.count("hello, 你好", watch) > 5
    heard: list[Usage] = []
    model.on_usage = heard.append
    schema = {"type": "object", "properties": {"colour": {"enum": ["red"]}}, "required": ["colour"]}
    assert await model.fill((Message("user", "hello"),), schema) == {"colour": "red"}
    assert heard[0].exact and heard[0].tokens_in > 5
    await model.close()


async def test_the_next_turn_finds_its_beginning_in_the_servers_cache(url: str, counter: Counter) -> None:
    """What a server has read for one turn, tools and rules, it doesn't read again for the next."""
    bodies: list[list[Message]] = []
    shopper = await counter.shopper(None)

    class Listening(OpenAIModel):
        def respond(
            self, messages: Sequence[Message], tools: Sequence[ToolSpec]
        ) -> AsyncGenerator[TextDelta | ToolCall, None]:
            bodies.append(list(messages))
            return super().respond(messages, tools)

    model = Listening(url, model="tiny", max_tokens=4, temperature=0)
    heard: list[Usage] = []
    model.on_usage = heard.append
    asking = Shopper(counter.assistant(model), await counter.conversations.get(shopper.id), shopper.context)
    for text in ("运费多少", "那退货呢", "怎么开发票"):
        await asking.says(text)
    await model.close()
    wired = [json.dumps(messages_json(body), ensure_ascii=False) for body in bodies]
    for before, after in pairwise(wired):
        shared = len(os.path.commonprefix([before, after]))
        assert shared >= len(before) - 2  # byte for byte, to the closing bracket of the list
    assert heard[1].cached > 0.8 * heard[0].tokens_in
