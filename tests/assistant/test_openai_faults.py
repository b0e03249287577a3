"""Servers that stall, stutter, lie about what they send or break off: what comes of it, and how soon."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from typing import Any

import pytest

from assistant.messages import Message, ModelError, TextDelta, ToolCall, ToolSpec
from assistant.models.openai import OpenAIModel
from assistant.models.openai.patience import Retries, ServerError, retry_after_s
from assistant.models.usage import Price, Usage
from assistant.tools import specs
from tests.assistant.model_server import CUT, END, Chunk, ModelServer, Refusal, Script, calls, says
from tests.servers import free_port

ASKED = (Message("system", "You help."), Message("user", "你好"))
SEARCH = next(spec for spec in specs() if spec.name == "search_products")


async def answer(
    server: ModelServer, tools: Sequence[ToolSpec] = (), messages: Sequence[Message] = ASKED, **limits: Any
) -> list[TextDelta | ToolCall]:
    model = OpenAIModel(server.url, model="m", **limits)
    try:
        return [piece async for piece in model.respond(messages, tools)]
    finally:
        await model.close()


def text_of(pieces: Sequence[TextDelta | ToolCall]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, TextDelta))


def in_turn(*answers: Sequence[Chunk] | Refusal) -> Script:
    left = iter(answers)
    return lambda _request: next(left)


def fragment(arguments: str = "", **more: object) -> Chunk:
    name = {"name": more.pop("name")} if "name" in more else {}
    return {"tool_calls": [{**more, "function": {**name, "arguments": arguments}}]}


# Each phase

FIRST, BETWEEN = {"first_token_s": 0.2, "between_s": 5.0}, {"first_token_s": 5.0, "between_s": 0.2}


@pytest.mark.parametrize(
    ("chunks", "silent_s", "limits", "says_"),
    [
        (["zu spät"], 5.0, FIRST, r"silent for 0\.2 s"),
        ([{"role": "assistant"}, 5.0, "zu spät"], 0.0, FIRST, r"silent for 0\.2 s"),
        ([b": still there\n\n", 0.1] * 50, 0.0, FIRST, r"silent for 0\.2 s"),  # signs of life are no words
        (["您好", 5.0, "zu spät"], 0.0, BETWEEN, r"silent for 0\.2 s"),
        (["啊", 0.1] * 50, 0.0, {"answer_s": 0.4}, r"longer than 0\.4 s"),
    ],
)
async def test_each_phase_has_its_own_limit_and_the_server_is_hung_up_on(
    chunks: list[Chunk], silent_s: float, limits: dict[str, float], says_: str
) -> None:
    async with ModelServer(says(*chunks), silent_s=silent_s).running() as server:
        began = time.monotonic()
        with pytest.raises(ModelError, match=says_):
            await answer(server, **limits)
        assert time.monotonic() - began < 3
        async with asyncio.timeout(5):
            await server.cut.wait()
    assert len(server.requests) == 1  # who has waited once doesn't wait twice


async def test_a_shopper_who_leaves_while_the_server_is_silent_stops_it() -> None:
    async with ModelServer(says("好"), silent_s=30).running() as server:
        model = OpenAIModel(server.url, model="m")
        asked = asyncio.ensure_future(anext(model.respond(ASKED, ())))
        await server.asked.wait()
        asked.cancel()
        async with asyncio.timeout(5):
            await server.cut.wait()
        await model.close()


# Again, or not


@pytest.mark.parametrize(
    "first",
    [
        Refusal(503),
        Refusal(429, {"Retry-After": "0.1"}),
        [CUT],
        [{"role": "assistant"}, END],
        [{"error": {"message": "overloaded"}}],
    ],
)
async def test_what_fails_before_its_first_words_is_asked_once_more(first: Sequence[Chunk] | Refusal) -> None:
    async with ModelServer(in_turn(first, ["您好。"])).running() as server:
        assert text_of(await answer(server)) == "您好。"
    assert server.requests[0] == server.requests[1]


@pytest.mark.parametrize(
    ("first", "says_"),
    [
        (["您好，", CUT], "broke off"),  # its words have been used
        (["您好，", END], "broke off"),
        (Refusal(429, {"Retry-After": "60"}), "429"),
        (Refusal(400), "400"),
    ],
)
async def test_no_second_try_where_it_could_repeat_words_or_takes_too_long(
    first: Sequence[Chunk] | Refusal, says_: str
) -> None:
    async with ModelServer(in_turn(first, ["再一次"])).running() as server:
        began = time.monotonic()
        with pytest.raises(ModelError, match=says_):
            await answer(server)
        assert time.monotonic() - began < 2
    assert len(server.requests) == 1


def test_retries_are_a_tenth_of_the_answers_at_most() -> None:
    down = ServerError("down", retryable=True, again=True)
    retries = Retries(2, jitter=lambda: 1.0)
    waits = [retries.wait_s(down, 0, 10) for _ in range(12)]
    assert waits == [0.2] * 10 + [None] * 2
    for _ in range(10):
        retries.succeeded()
    assert retries.wait_s(down, 1, 10) == pytest.approx(0.3)  # the second one waits longer
    assert retries.wait_s(down, 2, 10) is None


def test_a_server_names_seconds_or_a_date() -> None:
    assert retry_after_s("1.5") == 1.5
    assert retry_after_s("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert retry_after_s("soon") is None


async def test_nobody_there_is_asked_twice_and_given_up_within_a_second() -> None:
    model = OpenAIModel(f"http://127.0.0.1:{free_port()}/v1", model="m")
    began = time.monotonic()
    with pytest.raises(ModelError, match="can't be reached"):
        await anext(model.respond(ASKED, ()))
    assert time.monotonic() - began < 1
    await model.close()


# What is no answer

WHOLE = {"choices": [{"message": {"role": "assistant", "content": "您好。"}, "finish_reason": "stop"}]}


async def test_a_server_that_cannot_stream_is_understood() -> None:
    script = in_turn([json.dumps(WHOLE).encode(), END])
    async with ModelServer(script, kind="application/json; charset=utf-8").running() as server:
        assert text_of(await answer(server)) == "您好。"


@pytest.mark.parametrize(
    ("kind", "chunks"),
    [
        ("text/html", [b"<html>Sign in to this wifi</html>", END]),
        ("application/json", [b"[1, 2]", END]),
        ("text/event-stream", [b"data: {not json\n\n"]),
        ("text/event-stream", [b"data: 7\n\n"]),
        ("text/event-stream", [b"<html>proxy error</html>\n\n"]),
        ("text/event-stream", [b'data: {"choices": "none"}\n\n']),
        ("text/event-stream", [{"content": {"deep": 1}}]),
        ("text/event-stream", [{"tool_calls": "none"}]),
        ("text/event-stream", [{"tool_calls": [{"index": 0, "function": "none"}]}]),
        ("text/event-stream", [b"data: " + b"x" * 400_000, b"x" * 400_000, b"x" * 400_000]),
    ],
)
async def test_rubbish_instead_of_an_answer_is_an_error_that_another_model_makes_good(
    kind: str, chunks: list[Chunk]
) -> None:
    async with ModelServer(says(*chunks), kind=kind).running() as server:
        with pytest.raises(ModelError) as caught:
            await answer(server)
    assert caught.value.retryable


async def test_an_event_that_a_proxy_sends_again_is_said_once() -> None:
    piece = json.dumps({"choices": [{"delta": {"content": "您好。"}}]}).encode()
    event = b"id: 7\r\ndata: " + piece + b"\r\n\r\n"
    async with ModelServer(says(event, event)).running() as server:
        assert text_of(await answer(server)) == "您好。"


async def test_what_a_model_thinks_is_no_answer_however_it_is_sent() -> None:
    thoughts: list[Chunk] = [
        {"reasoning_content": "他要…"},
        {"reasoning": "hm"},
        "<thi",
        "nk>便宜的就",
        "行</think>您好。",
    ]
    async with ModelServer(says(*thoughts)).running() as server:
        assert text_of(await answer(server)) == "您好。"


# Tool calls

GOOD = '{"query": "保温杯"}'


@pytest.mark.parametrize(
    "chunks",
    [
        # without an index, told apart by their ids
        [fragment('{"query":', id="a", name=SEARCH.name), fragment("{}", id="b", name="promotions"),
         fragment(' "保温杯"}', id="a")],
        # without index and id, one after the other
        [fragment('{"query":', name=SEARCH.name), fragment(' "保温杯"}'), fragment("{}", name="promotions")],
        # every call has number 0
        [fragment(GOOD, index=0, id="a", name=SEARCH.name), fragment("{}", index=0, id="b", name="promotions")],
        # the name comes with every piece, the arguments twice
        [fragment(GOOD, index=0, id="a", name=SEARCH.name), fragment(GOOD, index=0, id="a", name=SEARCH.name),
         fragment("", index=1, id="b", name="promotions")],
    ],
)  # fmt: skip
async def test_calls_are_told_apart_whatever_their_server_leaves_out(chunks: list[Chunk]) -> None:
    async with ModelServer(says(*chunks)).running() as server:
        pieces = await answer(server, specs())
    made = [(piece.name, json.loads(piece.arguments)) for piece in pieces if isinstance(piece, ToolCall)]
    assert made == [(SEARCH.name, {"query": "保温杯"}), ("promotions", {})]
    assert len({piece.id for piece in pieces if isinstance(piece, ToolCall)}) == 2
    assert len(server.requests) == 1


async def test_arguments_that_are_no_json_are_asked_for_once_more_bound_to_the_tools_schema() -> None:
    broken = [fragment('{"query": "保温杯', index=0, id="a", name=SEARCH.name)]
    async with ModelServer(in_turn(broken, ["Sure: ", GOOD])).running() as server:
        pieces = await answer(server, specs())
    assert pieces == [ToolCall("a", SEARCH.name, GOOD)]
    form = server.requests[1]["response_format"]
    assert form["json_schema"]["schema"] == SEARCH.parameters
    assert "tools" not in server.requests[1]


async def test_a_server_without_json_schema_is_asked_in_words() -> None:
    broken = [fragment("nonsense", index=0, id="a", name=SEARCH.name)]
    no = Refusal(400, body='{"error": {"message": "response_format is not supported"}}')
    async with ModelServer(in_turn(broken, no, [GOOD])).running() as server:
        assert await answer(server, specs()) == [ToolCall("a", SEARCH.name, GOOD)]
    assert "response_format" not in server.requests[2]


async def test_nonsense_twice_is_refused() -> None:
    async with ModelServer(in_turn([*calls("promotions")[:1], fragment("[1", index=0)], ["no"])).running() as server:
        with pytest.raises(ModelError, match="even when asked again"):
            await answer(server, specs())
    assert len(server.requests) == 2


# What it costs


def test_prices_are_for_a_million_tokens() -> None:
    assert Price(2.0, 8.0, 0.5).of(Usage(1_000_000, 100_000, cached=400_000)) == pytest.approx(1.2 + 0.2 + 0.8)
    assert Price(2.0).of(Usage(500_000, 7, cached=400_000)) == pytest.approx(1.0)


async def test_usage_is_what_the_server_counts_and_estimated_where_it_was_stopped() -> None:
    told: Chunk = {
        "choices": [],
        "usage": {"prompt_tokens": 900, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 800}},
    }
    heard: list[Usage] = []
    async with ModelServer(in_turn(["您好。", told], ["您好，请问想看什么？", 30.0])).running() as server:
        model = OpenAIModel(server.url, model="m")
        model.on_usage = heard.append
        assert text_of([piece async for piece in model.respond(ASKED, ())]) == "您好。"
        async with aclosing(model.respond(ASKED, ())) as pieces:
            await anext(pieces)
        await model.close()
    assert heard[0] == Usage(900, 7, 800)
    assert not heard[1].exact and heard[1].tokens_in > 0 and heard[1].tokens_out == 10
    assert server.requests[0]["stream_options"] == {"include_usage": True}


async def test_every_try_that_a_server_worked_on_is_paid_for_and_none_that_it_refused() -> None:
    """Also thoughts and tool calls, of which a shopper sees nothing."""
    heard: list[Usage] = []
    thinks: list[Chunk] = [{"reasoning_content": "便宜的就行"}, CUT]
    starts_a_call = [fragment(GOOD, index=0, id="a", name=SEARCH.name), CUT]
    async with ModelServer(in_turn([CUT], ["您好。"], thinks, Refusal(500), starts_a_call)).running() as server:
        model = OpenAIModel(server.url, model="m", retries=1)
        model.on_usage = heard.append
        assert text_of([piece async for piece in model.respond(ASKED, ())]) == "您好。"
        assert [one.tokens_out for one in heard] == [0, 3] and heard[0].tokens_in == heard[1].tokens_in > 0
        for _ in range(2):
            with pytest.raises(ModelError):
                await anext(model.respond(ASKED, ()))
        await model.close()
    assert heard[2].tokens_out == 5 and heard[3].tokens_out > 5 and len(heard) == 4
    nobody = OpenAIModel(f"http://127.0.0.1:{free_port()}/v1", model="m", retries=0)
    nobody.on_usage = heard.append
    with pytest.raises(ModelError):
        await anext(nobody.respond(ASKED, ()))
    await nobody.close()
    assert len(heard) == 4


# What fits


def conversation(turns: int, length: int = 150) -> Iterator[Message]:
    yield Message("system", "规则" * 200)
    for number in range(turns):
        yield Message("user", f"第{number}个问题" + "问" * length)
        yield Message("assistant", tool_calls=(ToolCall(f"x{number}", "promotions", "{}"),))
        yield Message("tool", "<data>" + "答" * length + "</data>", tool_call_id=f"x{number}", name="promotions")
        yield Message("assistant", f"第{number}个回答")


@pytest.mark.parametrize("tokenize", [None, lambda text: 2 * len(text)])
async def test_a_long_conversation_loses_its_oldest_turns_and_never_the_newest_question_or_its_facts(
    tokenize: Any,
) -> None:
    newest = (
        Message("user", "最新的问题"),
        Message("assistant", tool_calls=(ToolCall("n", "promotions", "{}"),)),
        Message("tool", "<data>" + "新" * 500 + "</data>", tool_call_id="n", name="promotions"),
    )
    seen = []
    server = ModelServer(says("好。"), listed={"max_model_len": 4096}, tokenize=tokenize)
    async with server.running():
        for turns in range(10, 16):
            await answer(server, (), (*conversation(turns), *newest), max_tokens=100)
    for request in server.requests:
        sent = request["messages"]
        written = "".join(one["content"] for one in sent)
        assert sent[0]["content"] == "规则" * 200
        assert written.endswith("最新的问题<data>" + "新" * 500 + "</data>")
        assert sent[1]["role"] == "user"  # whole turns
        assert (2 if tokenize else 1) * len(written) < 4096 - 100
        seen.append(sent[1]["content"][:6])
    assert len(set(seen)) < 5  # the beginning stays for some turns, for the server's cache of prompts
    assert not seen[0].startswith("第0个") or not tokenize
