"""Reminders: true, once, only to whom they are welcome, never at night and never amid something else."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant.assistant import Assistant
from assistant.conversation import Conversations
from assistant.events import PageContext, QuickReplies, Sentence
from assistant.guard.guard import Guard
from assistant.models.grounded import GroundedModel
from assistant.orderbook import CatalogOrders
from assistant.proactive.reminders import Due, Mode, Reminders
from assistant.proactive.rules import load_rules
from assistant.queue import Hours, parse_week
from assistant.rows import moment
from knowledge.catalog import Catalog
from knowledge.model import Customer, Lang, Order, OrderItem, Product, Promotion, Shop, Text
from knowledge.settings import KnowledgeSettings

ZONE = ZoneInfo("Asia/Shanghai")
NOON = (moment() + timedelta(days=1)).astimezone(ZONE).replace(hour=12, minute=0, second=0, microsecond=0)
MUG = Product("mug", Text("山野马克杯", "Hillside Mug"), price=Decimal("59.00"), stock=0)
LAMP = Product("lamp", Text("暖光台灯", "Warm Desk Lamp"), price=Decimal("199.00"), stock=8)
ANN, LIN = Customer("C1", "Ann Lee", lang="en", level="gold"), Customer("C2", "林小满")
COUPON = Promotion(
    "camp", Text("露营券满200减25", "¥25 off ¥200"), "coupon",
    text=Text("满200元减25元，优惠码CAMP25。", "¥25 off ¥200 or more with code CAMP25."),
    threshold=Decimal(200), minus=Decimal(25), code="CAMP25", starts=NOON - timedelta(days=5),
    ends=NOON + timedelta(hours=30),
)  # fmt: skip


def order(number: str, customer: Customer, state: str = "shipped", **more: object) -> Order:
    given: dict[str, object] = {
        "created": NOON - timedelta(days=4),
        "items": (OrderItem("lamp", "", LAMP.title, 1, Decimal("199.00")),),
        "total": Decimal("199.00"),
        "expected": NOON - timedelta(days=1),
    }
    return Order(id=number, customer_id=customer.id, state=state, **{**given, **more})  # type: ignore[arg-type]


@dataclass
class Stage:
    """A shop with a clock that a test sets."""

    catalog: Catalog
    guard: Guard
    conversations: Conversations
    now: datetime = NOON
    reminders: list[Reminders] = field(default_factory=list)

    def made(self, mode: Mode = "on") -> Reminders:
        quiet = Hours("Asia/Shanghai", parse_week("mon-sun 21:00-09:00"))
        book = CatalogOrders(self.catalog)
        return Reminders(
            self.catalog, self.guard, self.conversations, book, mode=mode, quiet=quiet, zone=ZONE,
            clock=lambda: self.now,
        )  # fmt: skip

    async def opened(self, customer: Customer | None = None, lang: Lang = "zh") -> str:
        made = await self.conversations.create(lang=lang, customer_id=customer.id if customer else "")
        return made.id

    async def told(self, conversation: str) -> list[str]:
        return [one.text for one in await self.conversations.history(conversation) if one.model == "reminder"]

    async def says(
        self, conversation: str, text: str, *, customer: Customer | None = None, lang: Lang = "zh", product: str = "",
        mode: Mode = "on",
    ) -> tuple[str, tuple[str, ...]]:  # fmt: skip
        """What is answered, and the quick replies to it."""
        assistant = Assistant(self.catalog, GroundedModel(), self.guard, self.conversations, reminders=self.made(mode))
        page = PageContext(lang=lang, customer_id=customer.id if customer else "", product_id=product)
        events = [event async for event in assistant.answer(conversation, text, page)]
        replies = next((event.options for event in events if isinstance(event, QuickReplies)), ())
        return "".join(event.text for event in events if isinstance(event, Sentence)), replies


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(KnowledgeSettings(data_dir=tmp_path))
    opened.put([MUG, LAMP], shop=Shop(timezone="Asia/Shanghai"), customers=[ANN, LIN], source="test")
    yield opened
    opened.close()


@pytest.fixture
async def stage(shop: Catalog, guard: Guard) -> AsyncIterator[Stage]:
    conversations = Conversations(shop.store.engine, poll_s=0.05)
    yield Stage(shop, guard, conversations)
    await conversations.close()


async def held(reminders: Reminders) -> Sequence[tuple[str, str]]:
    found: list[Due] = [due async for due in reminders.due()]
    return [(due.occasion.kind, due.held) for due in found]


@pytest.mark.parametrize(
    ("customer", "lang", "late", "unpaid"),
    [
        (LIN, "zh", "还在运输中", "应付199元"),
        (ANN, "en", "still in transit", "payment of ¥199"),
    ],
)
async def test_a_late_parcel_and_an_unpaid_order_are_told_each_once(
    stage: Stage, customer: Customer, lang: Lang, late: str, unpaid: str
) -> None:
    stage.catalog.put(
        orders=[
            order("YQ2600000001", customer),
            order("YQ2600000002", customer, "unpaid", created=NOON - timedelta(hours=3), expected=None),
            order("YQ2600000003", customer, "delivered"),
            order("YQ2600000004", customer, expected=NOON + timedelta(days=1)),
        ],
        source="test",
    )
    conversation = await stage.opened(customer, lang)
    reminders = stage.made()
    assert await reminders.round() == 1, "the other keeps its distance"
    (first,) = await stage.told(conversation)
    stage.now += timedelta(hours=5)
    assert await reminders.round() == 1
    stage.now += timedelta(hours=1)
    assert await reminders.round() == 0
    said = " ".join(await stage.told(conversation))
    assert late in said and unpaid in said
    assert "YQ2600000001" in said and "YQ2600000002" in said and "YQ2600000003" not in said
    day = NOON - timedelta(days=1)
    assert (f"{day.month}月{day.day}日" if lang == "zh" else f"{day:%B} {day.day}") in said
    types = [event["type"] for event in await stage.conversations.events(conversation)]
    assert types == ["message", "quick_replies", "done"] * 2
    assert all(verdict["label"] == "ok" for verdict in await stage.conversations.verdicts(conversation))


async def test_what_the_console_sets_goes_before_what_the_server_was_told(stage: Stage) -> None:
    """Also in another process, from its next round on: on at all, each kind, and the hours."""
    stage.catalog.put(
        orders=[
            order("YQ2600000001", LIN),
            order("YQ2600000002", LIN, "unpaid", created=NOON - timedelta(hours=3), expected=None),
        ],
        source="test",
    )
    conversation = await stage.opened(LIN)
    console, server = stage.made("off"), stage.made("off")
    assert await server.round() == 0 and not (await stage.says(conversation, "不要再提醒", mode="off"))[0].count(
        "不再给您"
    )
    with pytest.raises(ValueError):
        await console.change({"mode": "on", "quiet": "at night"})
    assert await server.round() == 0
    await console.change({"mode": "on", "quiet": "11:00-13:00", "off": "delayed_parcel"})
    assert await server.round() == 0, "noon is quiet now"
    assert await held(server) == [("unpaid_order", "quiet hours")]
    await console.change({"mode": "on", "quiet": "", "off": "delayed_parcel"})
    assert await server.round() == 1
    past = await console.book.past()
    assert [(kind, who) for _, kind, who in past.sent] == [("unpaid_order", "customer:C2")] and past.stopped == ()


async def test_two_processes_tell_it_once(stage: Stage) -> None:
    stage.catalog.put(orders=[order("YQ2600000001", LIN)], source="test")
    conversation = await stage.opened(LIN)
    other = Conversations(stage.catalog.store.engine, poll_s=0.05)
    twin = Stage(stage.catalog, stage.guard, other)
    mine, theirs = [await anext(one.due()) for one in (stage.made(), twin.made())]
    sent = await asyncio.gather(stage.made()._send(mine), twin.made()._send(theirs))
    await other.close()
    assert sorted(sent) == [False, True]
    assert len(await stage.told(conversation)) == 1


async def test_a_new_promise_that_is_broken_again_is_a_new_event(stage: Stage) -> None:
    stage.catalog.put(orders=[order("YQ2600000001", LIN)], source="test")
    conversation = await stage.opened(LIN)
    assert await stage.made().round() == 1
    stage.now += timedelta(days=3)
    assert await stage.made().round() == 0
    stage.catalog.put(orders=[order("YQ2600000001", LIN, expected=stage.now - timedelta(hours=20))], source="test")
    assert await stage.made().round() == 1
    assert len(await stage.told(conversation)) == 2


STOPS = (
    "不要再提醒", "别再给我发提醒了", "退订", "取消推送", "不需要提醒我", "关掉通知", "stop",
    "Please stop reminding me",
    "No more reminders", "unsubscribe", "don't send me any more notifications", "Stop reminders",
)  # fmt: skip


@pytest.mark.parametrize("text", STOPS)
def test_a_stop_is_understood(text: str) -> None:
    assert load_rules().wish(text) == "stop"


@pytest.mark.parametrize(("lang", "stop"), [("zh", "不要再提醒"), ("en", "stop")])
async def test_who_says_stop_is_told_nothing_more(stage: Stage, lang: Lang, stop: str) -> None:
    stage.catalog.put(orders=[order("YQ2600000001", LIN)], source="test")
    conversation = await stage.opened(LIN, lang)
    answer, _ = await stage.says(conversation, stop, customer=LIN, lang=lang)
    assert ("不再给您发提醒" if lang == "zh" else "won't get reminders") in answer
    assert await held(stage.made()) == [("delayed_parcel", "stopped")]
    assert await stage.made().round() == 0
    later = await stage.opened(LIN, lang)  # their next conversation
    assert await stage.made().round() == 0 and await stage.told(later) == []
    again = "提醒我订单和优惠" if lang == "zh" else "remind me of orders and offers"
    await stage.says(later, again, customer=LIN, lang=lang)
    assert await stage.made().round() == 1


async def test_a_stop_that_comes_at_the_last_moment_counts(stage: Stage) -> None:
    stage.catalog.put(orders=[order("YQ2600000001", LIN)], source="test")
    conversation = await stage.opened(LIN)
    reminders = stage.made()
    due = await anext(reminders.due())
    await stage.says(conversation, "不要再提醒", customer=LIN)
    assert not await reminders._send(due)
    assert len(await stage.told(conversation)) == 1, "the answer to the stop, and nothing after it"


@pytest.mark.parametrize(
    "text",
    [
        "有没有不要提手的杯子",
        "别的颜色呢",
        "stop sign lamp",
        "怎么取消订单",
        "退货",
        "这款台灯有定时提醒吗",
        "How do I cancel my order?",
    ],
)
def test_other_wishes_are_not_taken_for_it(text: str) -> None:
    assert load_rules().wish(text) is None


async def test_nothing_is_sent_at_night_by_the_shops_clock(stage: Stage) -> None:
    stage.catalog.put(orders=[order("YQ2600000001", LIN)], source="test")
    await stage.opened(LIN)
    for hour in (21, 23, 3, 8):
        stage.now = NOON.replace(hour=hour)
        assert await stage.made().round() == 0, hour
    assert await held(stage.made()) == [("delayed_parcel", "quiet hours")]
    stage.now = NOON.replace(hour=9)
    assert await stage.made().round() == 1


async def test_nothing_is_sent_while_a_person_has_the_conversation_or_it_goes_on(stage: Stage) -> None:
    stage.catalog.put(orders=[order("YQ2600000001", LIN)], source="test")
    conversation = await stage.opened(LIN)
    reminders = stage.made()
    await stage.conversations.take(conversation, "小林")
    assert await held(reminders) == [("delayed_parcel", "in conversation")]
    due = replace(await anext(reminders.due()), held="")
    assert not await reminders._send(due), "also when a person took it at the very moment"
    await stage.conversations.finish(conversation, "小林")
    stage.now = moment() + timedelta(minutes=2)
    assert ("delayed_parcel", "in conversation") in await held(reminders) or stage.now < NOON - timedelta(hours=12)
    stage.now = NOON
    assert await reminders.round() == 1


async def test_an_old_delay_is_not_told_any_more(stage: Stage) -> None:
    stage.catalog.put(orders=[order("YQ2600000001", LIN, expected=NOON - timedelta(days=9))], source="test")
    await stage.opened(LIN)
    assert await held(stage.made()) == []


async def test_offers_are_for_those_who_asked_and_can_use_them(stage: Stage) -> None:
    gold = replace(COUPON, id="gold", code="GOLD25", member_levels=("gold",))
    fresh = replace(COUPON, id="fresh", first_order=True)
    stage.catalog.put(promotions=[COUPON, gold, fresh], orders=[order("YQ26", LIN, "completed")], source="test")
    conversation = await stage.opened(LIN)
    assert await held(stage.made()) == [("expiring_coupon", "not asked for")]
    await stage.says(conversation, "有优惠提醒我", customer=LIN)
    assert await held(stage.made()) == [("expiring_coupon", "")]
    assert await stage.made().round() == 1
    said = (await stage.told(conversation))[-1]
    ends = COUPON.ends.astimezone(ZONE) if COUPON.ends else NOON
    assert "CAMP25" in said and f"{ends.month}月{ends.day}日到期" in said


async def test_where_only_those_who_asked_are_reminded_others_are_left_alone(stage: Stage) -> None:
    stage.catalog.put(orders=[order("YQ2600000001", LIN)], source="test")
    conversation = await stage.opened(LIN)
    assert await stage.made("asked").round() == 0
    await stage.says(conversation, "包裹有消息请提醒我", customer=LIN, mode="asked")
    assert await stage.made("asked").round() == 1
    assert await stage.made("off").round() == 0


@pytest.mark.parametrize(
    ("lang", "ask", "wish", "title", "reply"),
    [
        ("zh", "山野马克杯有货吗", "到货提醒我", "山野马克杯", "好的，山野马克杯一到货，我就在这里告诉您。"),
        (
            "en",
            "Is the Hillside Mug in stock?",
            "Tell me when it's back",
            "Hillside Mug",
            "All right, as soon as Hillside Mug comes back I'll tell you here.",
        ),
    ],
)
async def test_what_somebody_waits_for_is_told_when_it_is_back_also_to_a_stranger(
    stage: Stage, lang: Lang, ask: str, wish: str, title: str, reply: str
) -> None:
    conversation = await stage.opened(lang=lang)
    _, replies = await stage.says(conversation, ask, lang=lang)
    assert wish in replies, "the answer that there is none offers it"
    answer, _ = await stage.says(conversation, wish, lang=lang)
    assert answer == reply
    assert await stage.made("asked").round() == 0
    stage.catalog.put([replace(MUG, stock=5)], source="test")
    assert await stage.made("asked").round() == 1
    assert await stage.made("asked").round() == 0
    said = (await stage.told(conversation))[-1]
    assert title in said and ("有货了" if lang == "zh" else "back in stock") in said
    types = [event["type"] for event in await stage.conversations.events(conversation)]
    assert types[-4:] == ["message", "cards", "quick_replies", "done"]
    stage.catalog.put([MUG], source="test")
    stage.catalog.put([replace(MUG, stock=2)], source="test")
    assert await stage.made("asked").round() == 0, "one wish, one message"


async def test_what_is_there_already_is_not_waited_for(stage: Stage) -> None:
    conversation = await stage.opened()
    answer, _ = await stage.says(conversation, "到货提醒我", product="lamp")
    assert answer == "暖光台灯现在就有货。"
    answer, _ = await stage.says(await stage.opened(), "到货提醒我")
    assert "哪一款" in answer
    assert await held(stage.made()) == []


async def test_a_reminder_the_guard_would_change_is_not_sent(stage: Stage) -> None:
    boast = replace(
        COUPON, text=Text("全网最低价，国家级品质，包治百病。", "The lowest price in the world, cures all.")
    )
    stage.catalog.put(promotions=[boast], source="test")
    conversation = await stage.opened(LIN)
    await stage.says(conversation, "有优惠提醒我", customer=LIN)
    assert await held(stage.made()) == [("expiring_coupon", "guard")]
    assert await stage.made().round() == 0


async def test_a_deleted_conversation_takes_a_strangers_wishes_along_and_keeps_a_customers_stop(stage: Stage) -> None:
    stranger = await stage.opened()
    await stage.says(stranger, "到货提醒我", product="mug")
    await stage.conversations.delete(stranger)
    stage.catalog.put([replace(MUG, stock=5)], orders=[order("YQ2600000001", LIN)], source="test")
    assert await held(stage.made()) == []
    known = await stage.opened(LIN)
    await stage.says(known, "不要再提醒", customer=LIN)
    await stage.conversations.delete(known)
    await stage.opened(LIN)
    assert await held(stage.made()) == [("delayed_parcel", "stopped")]
