"""The OpenAI-compatible model against a real server: llama.cpp with a tiny random model."""

import importlib.util
from collections.abc import Iterator

import pytest

from assistant.messages import Message, TextDelta
from assistant.models import load_model
from assistant.models.fallback import FallbackModel
from assistant.models.openai import OpenAIModel
from assistant.settings import AssistantSettings
from tests.assistant.conftest import Counter
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
    assert isinstance(model, FallbackModel)
    answer = await (await counter.shopper(model)).says("运费多少")
    await model.close()
    assert "88" in answer.text
    assert answer.finished.model == "grounded"
    assert answer.finished.degraded
