"""When a person is needed, and that the bot then holds its tongue."""

import asyncio

import pytest

from assistant.conversation import Conversations
from assistant.events import Event, Finished, PageContext, Sentence
from assistant.handoff import trigger, vexed, withdraws
from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from tests.assistant.conftest import Counter


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("转人工", "asked"),
        ("人工", "asked"),
        ("我要找真人客服", "asked"),
        ("能不能让你们经理来", "asked"),
        ("别跟我扯，不想跟机器人说话", "asked"),
        ("I want to talk to a real person", "asked"),
        ("human please", "asked"),
        ("agent", "asked"),
        ("你们就是骗子！", "anger"),
        ("垃圾店，气死我了", "anger"),
        ("This is a scam", "anger"),
        ("再不退款我就去12315投诉", "legal"),
        ("I will sue you", "legal"),
        ("气死我了，我要起诉你们这群骗子", "legal"),
        ("我不想活了", "distress"),
        ("孩子用了过敏很严重，在医院", "distress"),
        ("it gave me an electric shock", "distress"),
    ],
)
def test_a_person_is_called(text: str, reason: str) -> None:
    assert trigger(text) == reason


@pytest.mark.parametrize(
    "text",
    [
        "推荐个送妈妈的礼物",
        "有适合送老板的茶叶吗",
        "找一个经理包",
        "客服时间是几点到几点",
        "人工智能音箱有吗",
        "这是人工打磨的吗",
        "垃圾桶有吗",
        "机器人扫地机有吗",
        "are you a real person?",
        "do you have a gift for my manager",
        "is it good for an angry cat",
        "do you ship to a travel agent",
        "鞋子会不会磨脚，穿着受伤吗",
    ],
)
def test_nobody_is_called(text: str) -> None:
    assert trigger(text) is None


def test_a_waiting_shopper_can_change_their_mind() -> None:
    assert withdraws("算了，我继续问你吧")
    assert withdraws("never mind")
    assert not withdraws("怎么还没人来")


@pytest.mark.parametrize("text", ["转人工", "有真人吗", "human please", "can I ring someone about this?"])
async def test_asking_for_a_person_as_the_very_first_message(
    counter: Counter, conversations: Conversations, text: str
) -> None:
    """Whatever model answers: this one would never call anybody."""
    shopper = await counter.shopper(ScriptedModel([TextDelta("您好，请讲。")]))
    answer = await shopper.says(text)
    assert answer.handoff is not None and answer.handoff.reason == "asked"
    now = await conversations.get(shopper.id)
    assert (now.state, now.reason) == ("waiting", "asked")
    types = [event["type"] for event in await conversations.events(shopper.id)]
    assert types.index("status") < types.index("sentence")


async def test_the_bot_is_silent_until_released(counter: Counter, conversations: Conversations) -> None:
    shopper = await counter.shopper()
    await shopper.says("转人工")
    assert (await shopper.says("有人吗？保温杯多少钱")).events == []
    await conversations.take(shopper.id, "小林")
    assert (await shopper.says("保温杯多少钱")).events == []
    await conversations.say(shopper.id, "您好，我是小林", author="小林")
    await conversations.release(shopper.id)
    assert "檐雀" in (await shopper.says("保温杯多少钱")).text


async def test_a_person_who_takes_over_in_the_middle_cuts_the_bot_off(
    counter: Counter, conversations: Conversations
) -> None:
    model = ScriptedModel([TextDelta("第一句话。第"), 0.3, TextDelta("二句话。"), TextDelta("第三句。")])
    shopper = await counter.shopper(model)
    heard: list[Event] = []

    async def listen() -> None:
        async for event in shopper.assistant.answer(shopper.id, "你好", PageContext()):
            heard.append(event)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listen())
        await asyncio.sleep(0.15)
        await conversations.take(shopper.id, "小林")
    assert [event.text for event in heard if isinstance(event, Sentence)] == ["第一句话。"]
    assert not any(isinstance(event, Finished) for event in heard)
    said = [event["text"] for event in await conversations.events(shopper.id) if event["type"] == "sentence"]
    assert said == ["第一句话。"]


async def test_a_stopped_answer_keeps_what_was_shown(counter: Counter, conversations: Conversations) -> None:
    shopper = await counter.shopper(ScriptedModel([TextDelta("第一句话。"), TextDelta("第二"), 5.0, TextDelta("句。")]))
    answer = shopper.assistant.answer(shopper.id, "你好", PageContext())
    assert isinstance(await anext(answer), Sentence)
    await answer.aclose()
    last = (await conversations.history(shopper.id))[-1]
    assert (last.role, last.text) == ("bot", "第一句话。")
    assert (await conversations.events(shopper.id))[-1]["stopped"] is True


async def test_withdrawing_brings_the_bot_back(counter: Counter, conversations: Conversations) -> None:
    shopper = await counter.shopper()
    await shopper.says("转人工")
    assert (await shopper.says("算了，不等了")).text
    assert (await conversations.get(shopper.id)).state == "bot"


async def test_three_answers_without_an_answer_call_a_person(counter: Counter, conversations: Conversations) -> None:
    shopper = await counter.shopper(context=PageContext(product_id="honey-500", lang="zh"))
    answers = [await shopper.says(text) for text in ("这个噪音大吗", "承重多少", "屏幕分辨率多少")]
    assert [answer.handoff for answer in answers[:2]] == [None, None]
    assert "转人工" in answers[0].replies
    assert answers[2].handoff is not None and answers[2].handoff.reason == "failed"
    assert (await conversations.get(shopper.id)).state == "waiting"


async def test_the_summary_tells_what_it_is_about(counter: Counter, conversations: Conversations) -> None:
    shopper = await counter.shopper()
    await shopper.says("轻旅316不锈钢保温杯有货吗，我手机13812345678")
    await shopper.says("转人工")
    summary = (await conversations.get(shopper.id)).summary
    assert "保温杯有货吗" in summary and "檐雀轻旅316不锈钢保温杯" in summary
    assert "13812345678" not in summary


async def test_a_live_comment_never_opens_a_queue(counter: Counter, conversations: Conversations) -> None:
    shopper = await counter.shopper(context=PageContext(channel="live", product_id="cup-316-500", lang="zh"))
    await shopper.says("转人工")
    assert (await conversations.get(shopper.id)).state == "bot"


async def test_ten_thousand_characters_get_one_clear_sentence(counter: Counter) -> None:
    answer = await (await counter.shopper()).says("保温杯" * 3400)
    assert "2000个字" in answer.text
    assert len([event for event in answer.events if isinstance(event, Sentence)]) <= 2


@pytest.mark.parametrize("text", ["真的气死", "烦死了天天等快递", "心烦，东西又晚了"])
def test_who_is_vexed_is_helped_first(text: str) -> None:
    assert vexed(text) and trigger(text) is None
    assert not vexed("有解烦的香薰吗")


async def test_who_is_vexed_again_gets_a_person(counter: Counter, conversations: Conversations) -> None:
    shopper = await counter.shopper()
    assert "抱歉" in (await shopper.says("烦死了天天等快递")).text
    assert (await conversations.get(shopper.id)).state == "bot"
    await shopper.says("真的气死我了")
    assert (await conversations.get(shopper.id)).state == "waiting"
