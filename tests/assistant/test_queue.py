"""When people are there, whom a conversation is offered to, and that a release is not undone by the bot."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from assistant.calling import Caller
from assistant.conversation import Conversations
from assistant.handoff import HandoffError
from assistant.messages import TextDelta, ToolCall
from assistant.models.scripted import ScriptedModel
from assistant.queue import Agent, Hours, QueueSettings, choose, disputed, estimate, parse_week
from assistant.service.shops.http import HttpOrders
from assistant.staffroom import StaffRoom
from tests.assistant.conftest import Counter, Shopper
from tests.assistant.service.merchant import merchant

OFFICE = Hours(
    "Asia/Shanghai",
    parse_week("mon-fri 09:00-12:00, mon-fri 13:00-18:00, sat 22:00-02:00"),
    frozenset({date(2026, 10, 1)}),
)


def shanghai(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("at", "there"),
    [
        (shanghai(2, 9), True),  # a Monday
        (shanghai(2, 8, 59), False),
        (shanghai(2, 12, 30), False),  # lunch
        (shanghai(2, 17, 59), True),
        (shanghai(7, 23), True),  # Saturday night
        (shanghai(8, 1, 59), True),  # until Sunday
        (shanghai(8, 2), False),
        (shanghai(1, 10, month=10), False),  # a Thursday, but a holiday
    ],
)
def test_people_are_there_in_their_hours(at: datetime, there: bool) -> None:
    assert OFFICE.open_at(at) == there


def test_the_next_opening_skips_nights_and_holidays() -> None:
    assert OFFICE.next_opening(shanghai(2, 12, 30)) == shanghai(2, 13)
    assert OFFICE.next_opening(shanghai(30, 19, month=9)) == shanghai(2, 9, month=10)
    assert OFFICE.next_opening(shanghai(2, 10)) is None
    assert Hours().open_at(shanghai(1, 3))


@pytest.mark.parametrize("words", ["mon 9-18", "someday 09:00-18:00", "mon-fri 09:00-25:00", "mon-fri 09:70-10:00"])
def test_hours_that_mean_nothing_are_refused(words: str) -> None:
    with pytest.raises(ValueError):
        parse_week(words)


def test_offers_go_by_skill_language_and_load() -> None:
    wang = Agent("王", load=1)
    li = Agent("李", load=0, langs=frozenset({"en"}))
    zhao = Agent("赵", load=2, skills=frozenset({"legal"}))
    team = [wang, li, zhao]
    assert choose("asked", "zh", team) == "王"  # 李 speaks no Chinese, 赵 is for legal matters only
    assert choose("asked", "en", team) == "李"
    assert choose("legal", "zh", team) == "赵"  # made for it, although busier
    assert choose("legal", "zh", team, frozenset({"赵"})) == "王"
    assert choose("asked", "zh", [Agent("王", load=5), Agent("周", online=False)]) == ""


def test_the_estimate_comes_from_how_long_others_waited() -> None:
    one = Agent("王", limit=2, load=1)
    assert estimate(1, [30, 40, 500], [600], [one]) == 40
    assert estimate(3, [30, 40, 500], [600], [one]) == 40 + 2 * 600 / 2
    assert estimate(1, [30], [], [Agent("王", online=False)]) is None
    assert estimate(1, [], [], [one]) is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("少发了货，退我1,299元", "1299"),
        ("I was charged twice, refund my $2,500", "2500"),
        ("要求赔偿3万块", "30000"),
        ("预算3000元的手机有哪些", "0"),  # no dispute
        ("怎么退货", "0"),
    ],
)
def test_sums_in_dispute(text: str, amount: str) -> None:
    assert disputed(text) == Decimal(amount)


def calling(conversations: Conversations, counter: Counter, **settings: object) -> Caller:
    return Caller(conversations, StaffRoom(conversations), QueueSettings(**settings))  # type: ignore[arg-type]


async def shopper_of(counter: Counter, conversations: Conversations, **settings: object) -> Shopper:
    shopper = await counter.shopper()
    shopper.assistant.caller = calling(conversations, counter, **settings)
    return shopper


async def test_a_vip_waits_before_others(counter: Counter, conversations: Conversations) -> None:
    """What the shop's own system calls VIP goes first, whoever waited longer, and is told so at once."""
    with merchant() as there:
        caller = Caller(
            conversations, StaffRoom(conversations), QueueSettings(vip=("gold",)), customers=HttpOrders(there.shop())
        )
        first = await conversations.create(lang="zh")
        plain = await conversations.create(lang="en", customer_id="C2")
        vip = await conversations.create(lang="zh", customer_id="C1")
        assert await caller.reason(plain, "how big is it") is None
        assert await caller.reason(vip, "这款多大") == "vip"
        there.accidents, there.at = ["500"] * 9, "/customers/C1"  # was asked, and need not be again
        await caller.call(first, "asked", "")
        await caller.call(plain, "asked", "")
        await caller.call(vip, "vip", "")
    ours = [vip.id, first.id, plain.id]  # other tests' shoppers may wait too
    waiting = (await StaffRoom(conversations).queue()).waiting
    assert [one.id for one in waiting if one.id in ours] == ours
    places = [await conversations.place(each) for each in ours]
    assert places[0] < places[1] < places[2]
    assert (await conversations.events(vip.id))[-1]["position"] == places[0]


async def test_a_shop_that_is_down_keeps_nobody_from_a_person(conversations: Conversations) -> None:
    with merchant() as there:
        there.accidents, there.at = ["500"] * 9, "/customers"
        caller = Caller(
            conversations, StaffRoom(conversations), QueueSettings(vip=("gold",)), customers=HttpOrders(there.shop())
        )
        customer = await conversations.create(lang="en", customer_id="C1")
        assert await caller.reason(customer, "how big is it") is None
        assert (await caller.call(customer, "asked", "")).state == "waiting"


async def test_a_large_sum_goes_to_a_person(counter: Counter, conversations: Conversations) -> None:
    shopper = await shopper_of(counter, conversations, amount=Decimal(1000))
    assert (await shopper.says("多收了我200元，退钱")).handoff is None
    answer = await shopper.says("多收了我2000元，退钱")
    assert answer.handoff is not None and answer.handoff.reason == "money"


async def test_what_the_guard_stops_twice_goes_to_a_person(counter: Counter, conversations: Conversations) -> None:
    lies = ScriptedModel([TextDelta("全网最低价，国家级认证，根治失眠。")])
    shopper = await counter.shopper(lies)
    first, second = await shopper.says("好在哪"), await shopper.says("还好在哪")
    assert first.handoff is None
    assert second.handoff is not None and second.handoff.reason == "guard"


async def test_a_release_is_not_undone_by_the_bot(counter: Counter, conversations: Conversations) -> None:
    """Pain 5: handoff loops after release."""
    lies = ScriptedModel([TextDelta("全网最低价，国家级认证，根治失眠。")])
    shopper = await counter.shopper(lies)
    await shopper.says("好在哪")
    assert (await shopper.says("还好在哪")).handoff is not None
    await conversations.take(shopper.id, "小林")
    await conversations.release(shopper.id, "小林")
    for question in ("还好在哪", "到底好在哪", "说说看"):
        assert (await shopper.says(question)).handoff is None
    assert (await conversations.get(shopper.id)).state == "bot"
    asked = await shopper.says("转人工")
    assert asked.handoff is not None, "a wish of the shopper always counts"


async def test_outside_the_hours_a_contact_is_asked_for_and_kept(
    counter: Counter, conversations: Conversations
) -> None:
    never = Hours("Asia/Shanghai", parse_week("mon 00:00-00:01"), frozenset())
    shopper = await shopper_of(counter, conversations, hours=never)
    await shopper.says("转人工")
    status = [event for event in await conversations.events(shopper.id) if event["type"] == "status"][-1]
    told = [message.text for message in await conversations.history(shopper.id) if message.role == "system"]
    assert status["open"] is False and datetime.fromisoformat(status["opens"]).tzinfo
    assert len(told) == 1 and "周一" in told[0] and "手机号" in told[0]
    await shopper.says("我的电话是 13800138000，谢谢")
    assert (await conversations.get(shopper.id)).contact == "13800138000"
    assert "已记下" in (await conversations.history(shopper.id))[-1].text


async def test_the_bot_never_talks_over_a_person_however_close(counter: Counter, conversations: Conversations) -> None:
    """Pain 3, as a race between two processes on one database: no bot event after the one that a person is there."""
    elsewhere = Conversations(counter.catalog.store.engine, poll_s=0.05)
    try:
        for attempt in range(12):
            one = await conversations.create()

            async def talk(talker: Conversations = conversations, mine: str = one.id) -> None:
                for number in range(30):
                    said = [("sentence", {"id": "m", "text": f"{number}。", "changed": False})]
                    if await talker.append(mine, said, only_in=("bot",)) is None:
                        return

            async def take(mine: str = one.id, after_s: float = attempt * 0.001) -> None:
                await asyncio.sleep(after_s)
                await elsewhere.take(mine, "小林")
                await elsewhere.say(mine, "我来", author="小林")

            await asyncio.gather(talk(), talk(), take())
            kinds = [event["type"] for event in await conversations.events(one.id)]
            assert kinds[kinds.index("status") :] == ["status", "message"]
    finally:
        await elsewhere.close()


async def test_only_one_of_many_takes_a_conversation(counter: Counter, conversations: Conversations) -> None:
    """Pain 2, on the server: whoever is late is told, and cannot answer."""
    elsewhere = Conversations(counter.catalog.store.engine, poll_s=0.05)
    try:
        one = await conversations.create()
        people = [(conversations, "王"), (elsewhere, "李"), (conversations, "赵"), (elsewhere, "周")]
        results = await asyncio.gather(*(room.take(one.id, name) for room, name in people), return_exceptions=True)
        assert sum(isinstance(result, HandoffError) for result in results) == 3
        holder = (await conversations.get(one.id)).agent
        for room, name in people:
            if name != holder:
                with pytest.raises(HandoffError):
                    await room.say(one.id, "我来", author=name)
    finally:
        await elsewhere.close()


async def test_a_handoff_does_not_depend_on_the_words_of_an_answer(
    counter: Counter, conversations: Conversations
) -> None:
    """Pain 4: a signal in the reply's text. Words that look like one do nothing; the tool does, whatever is said."""
    talker = ScriptedModel([TextDelta('[handoff] 转人工 {"handoff": true}。')])
    shopper = await counter.shopper(talker)
    await shopper.says("有什么推荐")
    assert (await conversations.get(shopper.id)).state == "bot"
    silent = ScriptedModel([ToolCall("1", "handoff", '{"reason": "low_confidence"}')], [TextDelta("好的。")])
    shopper = await counter.shopper(silent)
    await shopper.says("有什么推荐")
    assert (await conversations.get(shopper.id)).state == "waiting"
