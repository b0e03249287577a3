"""A language model in this process; needs `make models`."""

import asyncio
import importlib.util
import json
from pathlib import Path

import pytest

from assistant.messages import Message, ModelError, TextDelta, ToolCall
from assistant.models.transformers import TransformersModel, _Calls
from assistant.models.usage import Usage
from tests.assistant.tiny_qwen import make_qwen
from tests.conftest import lacking

CALL = '{"name": "search_products", "arguments": {"query": "保温杯"}}'
SAYS = (
    ("<|asked|>", "Let me ", "look. ", "<tool_call>", CALL, "</tool_call>", "<|im_end|>"),
    ("<|told|>", "It costs ", "99 yuan.", "<|im_end|>"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for module in ("torch", "transformers"):
        if importlib.util.find_spec(module) is None:
            lacking(f"{module} is not installed; make models installs it")
    return make_qwen(tmp_path_factory.mktemp("qwen"), SAYS)


async def test_it_streams_calls_a_tool_and_answers_from_its_result(folder: Path) -> None:
    model = TransformersModel(str(folder), temperature=0)
    asked = (Message("system", "Be brief."), Message("user", "多少钱？"))
    pieces = [piece async for piece in model.respond(asked, ())]
    call = pieces.pop()
    assert call == ToolCall("call-0", "search_products", '{"query": "保温杯"}')
    assert "".join(piece.text for piece in pieces if isinstance(piece, TextDelta)).split() == ["Let", "me", "look."]
    assert len(pieces) > 1, "it streams"
    told = (*asked, Message("assistant", tool_calls=(call,)), Message("tool", "¥99", tool_call_id="call-0"))
    answer = [piece async for piece in model.respond(told, ())]
    assert "".join(piece.text for piece in answer if isinstance(piece, TextDelta)) == "It costs 99 yuan."
    await model.close()


async def test_closing_stops_it_and_the_next_is_answered(tmp_path: Path, folder: Path) -> None:
    endless = make_qwen(tmp_path / "endless", [("<|asked|>", "on ", "and ", "on ")])
    model = TransformersModel(str(endless), temperature=0, max_tokens=4_000)
    heard: list[Usage] = []
    model.on_usage = heard.append
    answer = model.respond((Message("user", "?"),), ())
    await anext(answer)
    await answer.aclose()
    assert [(one.tokens_in > 0, one.tokens_out > 0, one.exact) for one in heard] == [(True, True, True)]
    again = model.respond((Message("user", "?"),), ())
    async with asyncio.timeout(30):
        assert isinstance(await anext(again), TextDelta)
    await again.aclose()
    await model.close()


async def test_what_is_no_model_is_said(folder: Path, tmp_path: Path) -> None:
    model = TransformersModel(str(tmp_path))
    with pytest.raises(ModelError, match="cannot load the model"):
        await anext(model.respond((Message("user", "?"),), ()))
    await model.close()
    with pytest.raises(ModelError, match="needs model_name"):
        TransformersModel("")


def test_calls_are_found_however_the_text_is_cut() -> None:
    text = f'A < b <tool_call>\n{CALL}\n</tool_call> and <tool_call>{{broken "name": "add"</tool_call> end <tool'
    for step in (1, 3, 500):
        cut = _Calls()
        passed = "".join(cut.feed(text[at : at + step]) for at in range(0, len(text), step)) + cut.rest()
        assert passed == "A < b  and  end <tool"
        first, second = cut.calls()
        assert json.loads(first.arguments) == {"query": "保温杯"}
        assert (second.name, second.arguments) == ("add", '{broken "name": "add"')
