"""A shopper, and a shop whose orders lie elsewhere, in the whole assistant: what is done, what is said of failures."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import select

from assistant.assistant import Assistant
from assistant.conversation import Conversations
from assistant.events import Event, OrderCard, PageContext, QuickReplies, Sentence
from assistant.guard.guard import Guard
from assistant.models.grounded import GroundedModel
from assistant.service.desk import ServiceDesk
from assistant.service.policy import load_policy
from assistant.service.shops.circuit import Circuit
from assistant.service.shops.http import HttpOrders, HttpShop
from assistant.service.store import StoredSessions
from assistant.service.understand.chinese import Chinese
from assistant.service.understand.english import English
from assistant.tables import SERVICE_WRITES
from knowledge.catalog import Catalog
from knowledge.model import Lang
from tests.assistant.service.merchant import Merchant, merchant
from web.wiring import EMBEDDED_POLICY


@pytest.fixture
def there() -> Iterator[Merchant]:
    with merchant() as running:
        yield running


@pytest.fixture
async def assistant(catalog: Catalog, guard: Guard, there: Merchant) -> AsyncIterator[Assistant]:
    conversations = Conversations(catalog.store.engine, poll_s=0.05)
    policy = load_policy(EMBEDDED_POLICY)
    shop = there.shop(circuit=Circuit(failures=1000))
    desk = ServiceDesk(
        lambda lang: HttpShop(shop, lang),
        policy,
        {
            "en": English(policy.order_number),
            "zh": Chinese(policy.order_number, policy.product_number, policy.payments),
        },
        StoredSessions(conversations.database),
    )
    made = Assistant(catalog, GroundedModel(), guard, conversations, service=desk, orders=HttpOrders(shop))
    yield made
    await made.close()
    await conversations.close()


class Talk:
    def __init__(self, assistant: Assistant, lang: Lang, customer_id: str = "") -> None:
        self.assistant = assistant
        self.context = PageContext(lang=lang, customer_id=customer_id)
        self.id = ""
        self.events: list[Event] = []

    async def say(self, text: str) -> str:
        self.id = self.id or (await self.assistant.conversations.create(lang=self.context.lang or "en")).id
        self.events = [event async for event in self.assistant.answer(self.id, text, self.context)]
        return "".join(event.text for event in self.events if isinstance(event, Sentence))

    @property
    def replies(self) -> tuple[str, ...]:
        return next((event.options for event in self.events if isinstance(event, QuickReplies)), ())

    def writes(self) -> list[tuple[str, bool]]:
        with self.assistant.catalog.store.engine.connect() as connection:
            rows = connection.execute(select(SERVICE_WRITES).where(SERVICE_WRITES.c.conversation_id == self.id))
            return [(row.name, row.ok) for row in rows]


@pytest.mark.parametrize(
    ("lang", "text", "told"),
    [
        ("zh", "我还有多少积分", "1280"),
        ("zh", "查下我是什么会员等级", "金卡"),
        ("en", "how many points do i have?", "1280"),
        ("en", "what tier am i", "gold"),
    ],
)
async def test_points_and_level_are_told_to_whom_they_belong(
    assistant: Assistant, lang: Lang, text: str, told: str
) -> None:
    assert told in await Talk(assistant, lang, "C1").say(text)
    stranger = Talk(assistant, lang)
    assert told not in await stranger.say(text)
    assert told in await stranger.say("YQ2026000001 2468")


def _state(there: Merchant, order_id: str = "YQ2026000001") -> str:
    order = there.store.one("orders", order_id)
    assert order is not None
    return str(order["state"])


async def test_an_order_is_cancelled_in_the_shops_own_system(assistant: Assistant, there: Merchant) -> None:
    talk = Talk(assistant, "en")
    said = await talk.say("Please cancel order YQ2026000001, my phone number ends in 2468")
    assert "Hillside Mug" in said and _state(there) == "paid"
    assert "cancelled" in await talk.say("yes")
    assert _state(there) == "cancelled" and talk.writes() == [("cancel_order", True)]


@pytest.mark.parametrize(
    ("asked", "told", "state"),
    [
        ("取消订单YQ2026000001，手机尾号2468", "已取消", "cancelled"),
        ("催一下订单YQ2026000002，手机尾号2468", "已加急", "shipped"),
        ("订单YQ2026000001的收货地址改成杭州市西湖区青石路8号，手机尾号2468", "地址已修改", "paid"),
    ],
)
async def test_it_is_done_in_chinese_too(
    assistant: Assistant, there: Merchant, asked: str, told: str, state: str
) -> None:
    talk = Talk(assistant, "zh")
    await talk.say(asked)
    assert not there.paths.count("/actions") and "确认" in talk.replies
    assert told in await talk.say("确认")
    assert there.paths.count("/actions") == 1 and [ok for _, ok in talk.writes()] == [True]
    assert _state(there, "YQ2026000002" if "催" in asked else "YQ2026000001") == state


async def test_a_lost_answer_is_found_out_before_anything_else_is_said(assistant: Assistant, there: Merchant) -> None:
    talk = Talk(assistant, "en")
    await talk.say("Please cancel order YQ2026000001, my phone number ends in 2468")
    there.at, there.accidents = "/actions", ["lost"] * 3
    said = await talk.say("yes")
    assert there.paths.count("/actions") == 3
    assert "hasn't confirmed it yet" in said and "cancelled" not in said and talk.writes() == []
    assert "Talk to a person" in talk.replies
    there.accidents = []
    said = await talk.say("No, stop!")
    assert "Order YQ2026000001 is cancelled" in said, "it was too late for a no, and that is what is told"
    assert _state(there) == "cancelled" and talk.writes() == [("cancel_order", True)]
    order = there.store.one("orders", "YQ2026000001")
    assert order is not None and len(order["payments"]) == 2


async def test_a_shop_that_is_down_is_said_to_be_down_and_a_person_offered(
    assistant: Assistant, there: Merchant
) -> None:
    talk = Talk(assistant, "en")
    there.accidents = ["500"] * 20
    said = await talk.say("Please cancel order YQ2026000001, my phone number ends in 2468")
    assert "isn't answering" in said and talk.replies == ("Talk to a person",)
    assert (await assistant.conversations.get(talk.id)).state == "bot"
    there.accidents = []
    assert "I would cancel" in await talk.say("Please cancel order YQ2026000001, my phone number ends in 2468")


@pytest.mark.parametrize(
    ("lang", "asked", "told"),
    [
        ("zh", "订单YQ2026000002到哪了？手机尾号2468", "杭州转运中心"),
        ("en", "Where is my order YQ2026000002? My phone number ends in 2468", "Hangzhou hub"),
    ],
)
async def test_where_a_parcel_is_comes_from_the_shop(assistant: Assistant, lang: Lang, asked: str, told: str) -> None:
    talk = Talk(assistant, lang)
    assert told in await talk.say(asked)
    card = next(event.order for event in talk.events if isinstance(event, OrderCard))
    assert card["tracking"] == "SF1390000001"
    answer = (await assistant.conversations.history(talk.id))[-1].text
    assert ("原定11月24日送达，现在晚了" if lang == "zh" else "was due on November 24 and is late") in answer


@pytest.mark.parametrize(
    ("lang", "asked", "told"),
    [
        ("zh", "订单YQ2026000001的发票开了吗？手机尾号2468", "电子发票会在签收后开出"),
        ("en", "What about the warranty of order YQ2026000002? phone ends in 2468", "under warranty for two years"),
        ("zh", "订单YQ2026000003什么时候上门安装？手机尾号2468", "11月30日上门安装"),
    ],
)
async def test_what_the_shop_says_of_invoice_warranty_and_installation_is_told(
    assistant: Assistant, lang: Lang, asked: str, told: str
) -> None:
    assert told in await Talk(assistant, lang).say(asked)


@pytest.mark.parametrize(("lang", "told"), [("zh", "没有回应"), ("en", "isn't answering")])
async def test_questions_about_orders_say_so_too(assistant: Assistant, there: Merchant, lang: Lang, told: str) -> None:
    talk = Talk(assistant, lang, customer_id="C1")
    there.accidents = ["500"] * 20
    assert told in await talk.say("我的订单到哪了" if lang == "zh" else "Where is my order?")
    there.accidents = []
    assert "YQ2026000001" in await talk.say("我的订单到哪了" if lang == "zh" else "Where is my order?")
