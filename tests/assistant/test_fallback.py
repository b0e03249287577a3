"""Down, slow or talking rubbish: the embedded model answers, within the same answer, and it is said so."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest

from assistant.messages import Message, Model, ModelError, TextDelta, ToolCall, ToolSpec
from assistant.models.fallback import Breaker, Switched, is_rubbish, repeats
from assistant.models.grounded import GroundedModel
from assistant.models.openai import OpenAIModel
from assistant.models.router import Router, Table
from assistant.models.router.table import Entry
from assistant.models.scripted import ScriptedModel
from assistant.tools import specs
from tests.assistant.conftest import Counter
from tests.assistant.model_server import ModelServer, says
from tests.servers import free_port

DOWN = ModelError("the model server can't be reached", retryable=True)
ASKED = (Message("user", "有保温杯吗"),)


def backed(first: Model, last: Model, failures: int = 2, rest_s: float = 60.0) -> Router:
    table = Table(models={"big": Entry(url="http://big/v1")})
    return Router(table, lambda _: first, ("openai",), failures=failures, rest_s=rest_s, last=last)


def falling_back(first: ScriptedModel, failures: int = 2, rest_s: float = 60.0) -> Router:
    return backed(first, ScriptedModel([TextDelta("备用的回答。")]), failures, rest_s)


async def said(model: Router, tools: tuple[ToolSpec, ...] = ()) -> list[TextDelta | ToolCall]:
    return [piece async for piece in model.respond(ASKED, tools)]


async def test_a_good_answer_passes_as_it_is() -> None:
    model = falling_back(ScriptedModel([TextDelta("好的，"), TextDelta("这就看。")]))
    assert "".join(piece.text for piece in await said(model) if isinstance(piece, TextDelta)) == "好的，这就看。"
    assert model.degraded == ""


@pytest.mark.parametrize(
    "answer",
    [
        [DOWN],
        [],
        [TextDelta("")],
        [TextDelta("�� 锟�斤拷锟�斤拷锟�斤拷")],
        [TextDelta("<|im_start|>[unused12][unused7][unused9]")],
        [TextDelta("%%$$##@@^^&&**||~~<<>>{}{}[]==++%%$$##@@")],
        [ToolCall("1", "delete_everything", "{}")],
        [ToolCall("1", "promotions", "{not json")],
        [ToolCall("1", "promotions", '["a list"]')],
    ],
)
async def test_every_kind_of_failure_lets_the_other_model_answer(
    answer: list[TextDelta | ToolCall | ModelError],
) -> None:
    model = falling_back(ScriptedModel(answer))
    pieces = await said(model, specs())
    switched = [piece for piece in pieces if isinstance(piece, Switched)]
    assert [one.model for one in switched] == ["grounded"]
    assert switched[0].reason == model.degraded != ""
    assert pieces[-1] == TextDelta("备用的回答。")


async def test_a_dead_server_is_not_asked_again_and_again() -> None:
    first = ScriptedModel([DOWN])
    model = falling_back(first)
    for _ in range(6):
        assert (await said(model))[-1] == TextDelta("备用的回答。")
    assert len(first.seen) == 2


async def test_when_it_comes_back_it_answers_again() -> None:
    first = ScriptedModel([DOWN], [DOWN], [TextDelta("我回来了，您请说。")])
    model = falling_back(first, rest_s=0.0)
    for _ in range(2):
        await said(model)
    assert (await said(model))[-1] == TextDelta("我回来了，您请说。")
    assert model.degraded == ""


def test_the_breaker_rests_longer_each_time_and_tries_with_one() -> None:
    now = 0.0
    breaker = Breaker(2, 10.0, clock=lambda: now)
    breaker.failed()
    assert breaker.admit()
    breaker.failed()
    assert not breaker.admit()
    now = 10.0
    assert breaker.admit()
    assert not breaker.admit()  # the one that tries isn't back yet
    breaker.failed()
    now = 29.0
    assert not breaker.admit()
    now = 30.0
    assert breaker.admit()
    breaker.succeeded()
    assert breaker.admit()


@pytest.mark.parametrize(
    "text",
    [
        "您好，这款保温杯500ml，现在129元（原价169元）。",
        "1. 轻旅316保温杯 ¥129\n2. 轻羽保温杯 ¥99\n3. 远行保温壶 ¥169",
        "Sure! The Qinglü bottle is ¥129 — want me to compare it with the 750 ml flask?",
        "哈哈哈哈哈哈哈，好的好的！",
    ],
)
def test_ordinary_answers_are_not_taken_for_rubbish(text: str) -> None:
    assert not is_rubbish(text)


def test_the_same_words_for_ever_are_rubbish() -> None:
    assert is_rubbish("的的的的的的的的" * 8)


async def test_a_model_that_breaks_off_is_replaced_and_its_half_sentence_thrown_away(counter: Counter) -> None:
    first = ScriptedModel([TextDelta("您好，很高兴为您服务，这里是檐雀生活。这款杯子的价"), 0.01, DOWN])
    model = backed(first, GroundedModel())
    answer = await (await counter.shopper(model)).says("轻旅保温杯多少钱")
    assert "这款杯子的价" not in answer.text
    assert "129元" in answer.text
    assert answer.finished.model == "grounded"
    assert "can't be reached" in answer.finished.degraded


class Watched(OpenAIModel):
    """Counts how often it is asked."""

    asked = 0

    async def respond(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec]
    ) -> AsyncGenerator[TextDelta | ToolCall, None]:
        self.asked += 1
        async with aclosing(super().respond(messages, tools)) as pieces:
            async for piece in pieces:
                yield piece


async def test_a_server_that_is_down_is_left_alone_after_two_failures(counter: Counter) -> None:
    first = Watched(f"http://127.0.0.1:{free_port()}/v1", model="m")
    model = backed(first, GroundedModel())
    shopper = await counter.shopper(model)
    for _ in range(2):
        await shopper.says("你好")
    assert first.asked == 2
    answer = await shopper.says("运费多少")
    assert first.asked == 2
    assert "88" in answer.text
    assert answer.finished.degraded
    assert shopper.assistant.degraded
    await model.close()


async def test_a_slow_server_is_given_up_and_answered_for(counter: Counter) -> None:
    async with ModelServer(says(5.0, "……")).running() as server:
        first = OpenAIModel(server.url, model="m", first_token_s=0.2)
        model = backed(first, GroundedModel())
        answer = await (await counter.shopper(model)).says("运费多少")
        await model.close()
    assert "88" in answer.text
    assert "silent" in answer.finished.degraded


async def test_a_shopper_who_leaves_says_nothing_about_the_model(counter: Counter) -> None:
    first = ScriptedModel(
        [TextDelta("这是一个很长很长的回答，还没有说完的时候顾客就走了，真是可惜。"), 5.0, TextDelta("完")]
    )
    model = backed(first, GroundedModel(), failures=1)
    pieces = model.respond(ASKED, ())
    await anext(pieces)
    await pieces.aclose()
    again = model.respond(ASKED, ())
    assert not isinstance(await anext(again), Switched)
    await again.aclose()


@pytest.mark.parametrize(
    ("sentence", "again"),
    [
        ("轻旅316不锈钢保温杯现在卖129元。", True),
        ("轻旅316不锈钢保温杯现在只卖129元。", True),
        ("轻旅316不锈钢保温杯现在卖139元。", False),  # another figure is never the same thing said again
        ("它能装500ml的水，保温六小时左右。", False),
        ("好的。", False),
    ],
)
def test_what_the_first_model_had_said_is_known_again_in_other_words(sentence: str, again: bool) -> None:
    assert repeats(sentence, "您好！轻旅316不锈钢保温杯现在卖129元。好的。") is again
