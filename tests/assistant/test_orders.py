"""An order is shown to whom it belongs, and nobody else learns that it exists."""

import json

import pytest

from assistant.conversation import Conversations
from assistant.events import PageContext
from assistant.tools import TOOLS, ToolContext, ToolResult
from knowledge.catalog import Catalog
from knowledge.model import Lang
from tests.assistant.conftest import Counter

MINE, TAIL, OWNER, STRANGER = "YQ2611000141", "1137", "YC1001", "YC1012"


def look(
    catalog: Catalog, *said: str, customer_id: str = "", left: int = 5, private: bool = True, **given: str
) -> ToolResult:
    tool = TOOLS["order_status"]
    context = ToolContext(catalog, "zh", customer_id=customer_id, said=said, lookups_left=left, private=private)
    return tool.run(tool.arguments(**given), context)


def test_number_and_phone_end_open_an_order(catalog: Catalog) -> None:
    found = look(catalog, f"订单{MINE}", f"尾号{TAIL}", order_number=MINE, phone_tail=TAIL)
    assert found.order is not None and found.order["id"] == MINE
    assert {fact.subject for fact in found.facts} == {f"order:{MINE}"}


def test_a_whole_phone_number_does_as_well(catalog: Catalog) -> None:
    assert look(catalog, f"{MINE} 13800001137", order_number=MINE).order is not None


def test_what_is_shown_holds_no_address_and_no_phone(catalog: Catalog) -> None:
    found = look(catalog, f"{MINE} {TAIL}", order_number=MINE, phone_tail=TAIL)
    shown = json.dumps([found.data, found.order], ensure_ascii=False, default=str)
    owner = catalog.customer(OWNER)
    assert owner is not None
    assert owner.phone not in shown and owner.address not in shown and owner.name not in shown


@pytest.mark.parametrize(
    ("number", "tail"), [(MINE, "9999"), ("YQ2699999999", TAIL), ("YQ2699999999", "9999"), (MINE, "37"), (MINE, "")]
)
def test_every_mismatch_sounds_the_same_and_a_missing_piece_is_asked_for(
    catalog: Catalog, number: str, tail: str
) -> None:
    found = look(catalog, f"{number} {tail}", order_number=number, phone_tail=tail)
    assert found.order is None and not found.facts
    assert found.data == ({"no_match": True} if len(tail) == 4 else {"needs": ["phone_tail"]})


def test_what_the_shopper_did_not_type_does_not_count(catalog: Catalog) -> None:
    assert look(catalog, "我的订单呢", order_number=MINE, phone_tail=TAIL).data == {
        "needs": ["order_number", "phone_tail"]
    }


def test_a_signed_in_shopper_sees_their_own_newest_first(catalog: Catalog) -> None:
    found = look(catalog, "我的订单", customer_id=OWNER)
    own = {order.id for order in catalog.orders(OWNER)}
    shown = [order["id"] for order in found.data["orders"]]
    assert shown and set(shown) <= own
    created = [order["created"] for order in found.data["orders"]]
    assert created == sorted(created, reverse=True)


def test_a_signed_in_stranger_is_told_nothing(catalog: Catalog) -> None:
    found = look(catalog, MINE, customer_id=STRANGER, order_number=MINE)
    assert found.order is None
    assert found.data == {"needs": ["phone_tail"]}


def test_guessing_is_stopped(catalog: Catalog) -> None:
    found = look(catalog, f"{MINE} {TAIL}", left=0, order_number=MINE, phone_tail=TAIL)
    assert found.order is None and found.handoff == "policy"


def test_on_air_no_order_is_discussed(catalog: Catalog) -> None:
    assert look(catalog, f"{MINE} {TAIL}", private=False, order_number=MINE, phone_tail=TAIL).data == {"public": True}


async def test_wrong_guesses_are_counted_over_the_whole_conversation(
    counter: Counter, conversations: Conversations
) -> None:
    shopper = await counter.shopper(order_guesses=3, failures_before_handoff=99)
    for tail in ("0001", "0002", "0003"):
        await shopper.says(f"查订单{MINE}，尾号{tail}")
        await shopper.says("运费多少")
    assert (await conversations.get(shopper.id)).wrong_guesses == 3
    answer = await shopper.says(f"查订单{MINE}，尾号{TAIL}")
    assert answer.order == {}
    assert answer.handoff is not None and answer.handoff.reason == "policy"


async def test_a_viewer_who_posts_an_order_number_is_sent_to_the_chat(counter: Counter) -> None:
    shopper = await counter.shopper(context=PageContext(channel="live", lang="zh", product_id="honey-500"))
    answer = await shopper.says(f"我的订单{MINE}到哪了，尾号{TAIL}")
    assert answer.order == {} and MINE not in answer.text and answer.text


@pytest.mark.parametrize(
    ("lang", "asked", "told"),
    [
        ("zh", "订单YQ2611008498的退款到账了吗？手机尾号2918", "429元已原路退回"),
        ("en", "Is order YQ2611005347 under warranty? My phone ends in 6343", "warranty for 24 months"),
        ("zh", "订单YQ2611000826能开发票吗，尾号2233", "电子发票签收后开具"),
    ],
)
async def test_what_the_shop_says_of_a_refund_or_invoice_is_told(
    counter: Counter, lang: Lang, asked: str, told: str
) -> None:
    assert told in (await (await counter.shopper(context=PageContext(lang=lang))).says(asked)).text
