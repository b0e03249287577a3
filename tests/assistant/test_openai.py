"""The OpenAI-compatible model against servers that behave, and servers that don't."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing

import pytest

from assistant.messages import Message, ModelError, TextDelta, ToolCall
from assistant.models import load_model
from assistant.models.openai import OpenAIModel
from assistant.models.router import Router
from assistant.settings import AssistantSettings
from assistant.tools import specs
from tests.assistant.conftest import Counter
from tests.assistant.model_server import ModelServer, calls, says
from tests.servers import free_port

ASKED = (Message("system", "You help."), Message("user", "你好"))


async def answer(model: OpenAIModel, messages: Sequence[Message] = ASKED) -> list[TextDelta | ToolCall]:
    try:
        return [piece async for piece in model.respond(messages, specs())]
    finally:
        await model.close()


async def test_text_streams_piece_by_piece_and_the_model_is_found_by_itself() -> None:
    async with ModelServer(says("您好，", "请问", "想看什么？")).running() as server:
        pieces = await answer(OpenAIModel(server.url, api_key="secret"))
    assert pieces == [TextDelta("您好，"), TextDelta("请问"), TextDelta("想看什么？")]
    assert server.requests[0]["model"] == "liar-7b"
    assert server.requests[0]["stream"] is True
    assert {tool["function"]["name"] for tool in server.requests[0]["tools"]} == {spec.name for spec in specs()}
    assert set(server.keys) == {"Bearer secret"}


async def test_parallel_tool_calls_are_put_together_from_fragments() -> None:
    first, second = calls("search_products", 0, "a", query="保温杯"), calls("promotions", 1, "b", product="")
    mixed = [first[0], second[0], second[1], first[1], second[2], first[2]]
    async with ModelServer(says(*mixed)).running() as server:
        pieces = await answer(OpenAIModel(server.url, model="m"))
    assert pieces == [
        ToolCall("a", "search_products", '{"query": "保温杯"}'),
        ToolCall("b", "promotions", '{"product": ""}'),
    ]


async def test_tool_results_go_back_in_the_shape_servers_expect() -> None:
    messages = (
        *ASKED,
        Message("assistant", tool_calls=(ToolCall("a", "promotions", "{}"),)),
        Message("tool", "<data>{}</data>", tool_call_id="a", name="promotions"),
    )
    async with ModelServer(says("好。")).running() as server:
        await answer(OpenAIModel(server.url, model="m"), messages)
    sent = server.requests[0]["messages"]
    assert sent[2]["tool_calls"][0]["function"] == {"name": "promotions", "arguments": "{}"}
    assert sent[3] == {"role": "tool", "tool_call_id": sent[2]["tool_calls"][0]["id"], "content": "<data>{}</data>"}


async def test_reasoning_is_kept_out() -> None:
    async with ModelServer(says({"reasoning_content": "他想要…"}, {"content": None}, "您好。")).running() as server:
        assert await answer(OpenAIModel(server.url, model="m")) == [TextDelta("您好。")]


@pytest.mark.parametrize(
    ("status", "retryable", "hint"),
    [(401, False, "model_key"), (404, False, "model_url"), (400, False, "400"), (429, True, "429"), (503, True, "503")],
)
async def test_refusals_say_what_to_do_and_whether_to_try_again(status: int, retryable: bool, hint: str) -> None:
    async with ModelServer(says(), status=status).running() as server:
        with pytest.raises(ModelError, match=hint) as caught:
            await answer(OpenAIModel(server.url, model="m"))
    assert caught.value.retryable is retryable


async def test_nobody_there_is_an_error_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(ModelError, match="can't be reached"):
        await answer(OpenAIModel(f"http://127.0.0.1:{free_port()}/v1", model="m"))
    assert time.monotonic() - began < 2


async def test_a_silent_server_is_given_up() -> None:
    async with ModelServer(says(5.0, "zu spät")).running() as server:
        with pytest.raises(ModelError, match=r"silent for 0\.2 s"):
            await answer(OpenAIModel(server.url, model="m", first_token_s=0.2))


async def test_a_server_that_never_ends_is_cut_off() -> None:
    async with ModelServer(lambda _request: ["啊", 0.05] * 200).running() as server:
        with pytest.raises(ModelError, match=r"longer than 0\.5 s"):
            await answer(OpenAIModel(server.url, model="m", answer_s=0.5, first_token_s=0.4))


async def test_closing_the_answer_stops_the_server() -> None:
    async with ModelServer(lambda _request: ["啊", 0.02] * 500).running() as server:
        model = OpenAIModel(server.url, model="m")
        async with aclosing(model.respond(ASKED, ())) as pieces:
            await anext(pieces)
        async with asyncio.timeout(5):
            await server.cut.wait()
        await model.close()


async def test_a_broken_stream_is_an_error() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {not json\n\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(ModelError) as caught:
        await answer(OpenAIModel(f"http://127.0.0.1:{port}/v1", model="m"))
    assert caught.value.retryable
    server.close()


async def test_the_setting_chooses_the_model_and_its_fallback() -> None:
    model = load_model(AssistantSettings(model="openai", model_url="http://127.0.0.1:9/v1", model_name="qwen"))
    assert isinstance(model, Router)
    assert model.name == "qwen"
    await model.close()
    with pytest.raises(ModelError, match="choose from"):
        load_model(AssistantSettings(model="gpt"))
    with pytest.raises(ValueError, match="model_url"):
        AssistantSettings(model="openai")


def test_the_key_is_not_in_the_settings_text() -> None:
    assert "s3cret" not in repr(AssistantSettings(model="openai", model_url="http://x/v1", model_key="s3cret"))


async def test_a_tool_using_server_answers_a_shopper(counter: Counter) -> None:
    """The whole way: the server asks for a tool, is given the result as quoted data, and speaks from it."""

    def script(request: dict[str, object]) -> Sequence[object]:
        last = request["messages"][-1]  # type: ignore[index]
        if last["role"] == "tool":
            assert last["content"].startswith("<data>{") and last["content"].endswith("}</data>")
            return ["檐雀轻旅316不锈钢保温杯 500ml现在", "129元。"]
        return calls("product_details", product="cup-316-500")

    async with ModelServer(script).running() as server:  # type: ignore[arg-type]
        told = {"model": "openai", "model_url": server.url, "model_name": "m"}
        model = load_model(AssistantSettings(**told))  # type: ignore[arg-type]
        answered = await (await counter.shopper(model)).says("轻旅保温杯多少钱")
        assert isinstance(model, Router)
        await model.close()
    assert answered.tools == ("product_details",)
    assert "129元" in answered.text
    assert answered.finished.model == "m"
    assert answered.finished.degraded == ""
