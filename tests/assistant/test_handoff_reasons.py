"""Every reason for a person, in both languages and in the whole assistant; and what only sounds like one."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from assistant.assistant import review_text
from assistant.calling import Caller
from assistant.conversation import Conversations
from assistant.data import load
from assistant.events import HandoffReason, PageContext
from assistant.handoff import trigger, words
from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from assistant.queue import QueueSettings, disputed
from assistant.staffroom import StaffRoom
from knowledge.model import Lang
from tests.assistant.conftest import Counter, Shopper

SAID: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("handoff_reasons.yaml").read_text("utf-8"))
VIP = "YC1001"  # raised to the level in the test
LIES: dict[Lang, str] = {
    "zh": "全网最低价，国家级认证，根治失眠。",
    "en": "The lowest price worldwide, it cures insomnia.",
}


@pytest.mark.parametrize(("reason", "text"), [(reason, text) for reason in SAID for text in SAID[reason]])
def test_what_shoppers_say_is_understood(reason: str, text: str) -> None:
    assert trigger(text) == (None if reason == "nothing" else reason)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("我要你们赔两千块", 2000),
        ("退款3000什么时候到", 3000),
        ("赔我1万", 10000),
        ("两千元的退款没到", 2000),
        ("I was charged 800 yuan twice", 800),
        ("I want my 1,250 dollars back", 1250),
        ("you owe me $900", 900),
        ("满300减50怎么用", 0),
        ("预算1000元买电饭煲", 0),
        ("退款到尾号1234的卡", 0),
        ("return policy for items over $100", 0),
    ],
)
def test_sums_that_somebody_wants_back(text: str, amount: int) -> None:
    assert disputed(text) == Decimal(amount)


async def _waits(shopper: Shopper, conversations: Conversations, reason: HandoffReason, lang: Lang, text: str) -> None:
    """After `text` the shopper is told in their language and stands in the queue for this reason."""
    answer = await shopper.says(text)
    assert answer.handoff is not None and answer.handoff.reason == reason
    assert words(reason, lang) in answer.text
    now = await conversations.get(shopper.id)
    assert (now.state, now.reason) == ("waiting", reason)


@pytest.mark.parametrize(
    ("reason", "lang", "text"),
    [
        ("distress", "zh", "充电宝爆炸了，手受伤了"),
        ("distress", "en", "the charger caught fire last night"),
        ("legal", "zh", "法院见"),
        ("legal", "en", "you'll hear from my solicitor"),
        ("asked", "zh", "找个人来处理"),
        ("asked", "en", "connect me to support"),
        ("anger", "zh", "烦死了，一直答非所问"),
        ("anger", "en", "I'm fed up with this"),
        ("money", "zh", "你们多扣了我两千元，退钱"),
        ("money", "en", "you charged me $1,500 twice"),
    ],
)
async def test_a_message_calls_a_person(
    counter: Counter, conversations: Conversations, reason: HandoffReason, lang: Lang, text: str
) -> None:
    shopper = await counter.shopper(context=PageContext(lang=lang))
    shopper.assistant.caller = Caller(conversations, StaffRoom(conversations), QueueSettings(amount=Decimal(1000)))
    await _waits(shopper, conversations, reason, lang, text)


@pytest.mark.parametrize(("lang", "text"), [("zh", "有保温杯吗"), ("en", "Do you have a thermos?")])
async def test_a_valued_customer_is_given_to_a_person_at_once(
    counter: Counter, conversations: Conversations, lang: Lang, text: str
) -> None:
    customer = counter.catalog.customer(VIP)
    assert customer is not None
    counter.catalog.put(customers=[replace(customer, level="vip")], source="vip")
    try:
        for told, vip in ((QueueSettings(), ()), (QueueSettings(vip=("vip",)), ("vip",))):
            shopper = await counter.shopper(context=PageContext(lang=lang, customer_id=VIP))
            await conversations.set_context(shopper.id, customer_id=VIP)
            shopper.assistant.caller = Caller(
                conversations, StaffRoom(conversations), told, customers=shopper.assistant.orders
            )
            if vip:
                await _waits(shopper, conversations, "vip", lang, text)
            else:
                assert (await shopper.says(text)).handoff is None
    finally:
        counter.catalog.put(customers=[customer], source="vip")


@pytest.mark.parametrize(("lang", "texts"), [("zh", ("好在哪", "还好在哪")), ("en", ("Why this one?", "But why?"))])
async def test_what_the_guard_stops_twice_calls_a_person(
    counter: Counter, conversations: Conversations, lang: Lang, texts: tuple[str, str]
) -> None:
    shopper = await counter.shopper(ScriptedModel([TextDelta(LIES[lang])]), PageContext(lang=lang))
    assert (await shopper.says(texts[0])).handoff is None
    await _waits(shopper, conversations, "guard", lang, texts[1])


@pytest.mark.parametrize(
    ("lang", "texts"),
    [
        ("zh", ("这个噪音大吗", "承重多少", "屏幕分辨率多少")),
        ("en", ("How loud is it?", "What load does it carry?", "What is its screen resolution?")),
    ],
)
async def test_three_questions_without_an_answer_call_a_person(
    counter: Counter, conversations: Conversations, lang: Lang, texts: tuple[str, str, str]
) -> None:
    shopper = await counter.shopper(context=PageContext(product_id="honey-500", lang=lang))
    for text in texts[:2]:
        assert (await shopper.says(text)).handoff is None
    await _waits(shopper, conversations, "failed", lang, texts[2])


def test_what_is_said_on_the_way_to_a_person_passes_the_guard(counter: Counter) -> None:
    """A reason whose words the guard drops hands a shopper over in silence."""
    facts = counter.catalog.shop_facts()
    for reason, said in load("triggers.yaml")["words"].items():
        for lang in ("zh", "en"):
            verdict = review_text(counter.guard, said[lang], facts, lang)
            assert not verdict.changed, (reason, lang, verdict.text)
