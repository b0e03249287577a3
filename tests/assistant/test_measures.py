"""Wishes about quantities, and a shop whose data is as thin as real exports are."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.conversation import Conversations
from assistant.guard.guard import Guard
from assistant.measures import wish
from knowledge.catalog import Catalog
from knowledge.measures import ordered, reading, within
from knowledge.model import Attribute, Product, Text
from knowledge.settings import KnowledgeSettings
from tests.assistant.conftest import Counter


def product(name: str, price: str, category: str, **attributes: str) -> Product:
    return Product(
        id=name.lower().replace(" ", "-"),
        title=Text(en=name),
        category=Text(en=category),
        currency="USD",
        price=Decimal(price),
        stock=9,
        attributes=tuple(
            Attribute(Text(en=key.replace("_", " ")), Text(en=value)) for key, value in attributes.items()
        ),
    )


GOODS = (
    product("Maple Armchair", "240", "living-room", sku="LIV-001", weight="11"),
    product("Oak Bench", "180", "living-room", sku="LIV-002", weight="14"),
    product("Garden Hose Short", "19", "garden-tools", sku="GAR-001", length="10 m", weight="1.2 kg"),
    product("Garden Hose Long", "39", "garden-tools", sku="GAR-002", length="30 m", weight="3.5 kg"),
    product("Garden Hose Flat", "29", "garden-tools", sku="GAR-003", length="20 m", weight="0.9 kg"),
    product("Twin Lamp", "49", "lighting", sku="LIG-001"),
    Product(
        id="twin-lamp-large", title=Text(en="Twin Lamp"), category=Text(en="lighting"), currency="USD",
        price=Decimal(79), stock=3,
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "measure", "at_least"),
    [
        ("300克以内的保温杯", "weight", False),
        ("不低于2公斤的哑铃", "weight", True),
        ("续航20小时以上的耳机", "battery", True),
        ("容量10000mAh以上的充电宝", "capacity", True),
        ("bottles under 300 g", "weight", False),
        ("a flask that holds at least 500 ml", "capacity", True),
        ("hoses longer than 15 m", "length", True),
    ],
)
def test_limits_are_read(text: str, measure: str, at_least: bool) -> None:
    (limit,) = wish(text).limits
    assert (limit.measure, limit.at_least) == (measure, at_least)


@pytest.mark.parametrize(
    "text", ["200元以内的杯子", "under $50", "第二件半价", "3个一共多少钱", "轻奢四件套", "7天内能退吗"]
)
def test_prices_counts_and_days_to_return_are_no_limits_on_goods(text: str) -> None:
    assert wish(text).limits == ()
    assert wish(text).measure is None


@pytest.mark.parametrize(
    ("text", "measure", "order"),
    [
        ("哪个更轻", "weight", "least"),
        ("最便宜的鞋是哪双", "price", "least"),
        ("容量最大的水杯", "capacity", "most"),
        ("which is the cheapest", "price", "least"),
        ("headphones with the longest battery life", "battery", "most"),
    ],
)
def test_superlatives_are_read(text: str, measure: str, order: str) -> None:
    found = wish(text)
    assert found.measure is not None and (found.measure.id, found.order) == (measure, order)


def test_units_are_compared_not_digits() -> None:
    found = wish("under 1000 g")
    fitting = [one.id for one in GOODS if within(one, found.limits)]
    assert fitting == ["garden-hose-flat"]  # 0.9 kg; a weight of "11" without a unit says nothing
    measure = wish("the lightest").measure
    assert measure is not None and reading(GOODS[0], measure) is None
    assert [one.id for one, _ in ordered(GOODS, measure, "least")][0] == "garden-hose-flat"


@pytest.mark.parametrize(
    ("stated", "fits"), [("20000mAh 3.7V", True), ("20000 mAh", False), ("74 Wh", True), ("30000mAh 3.7V", False)]
)
def test_charge_is_energy_only_at_a_stated_voltage(stated: str, fits: bool) -> None:
    power_bank = product("Power Bank", "30", "electronics", capacity=stated)
    assert within(power_bank, wish("power banks with up to 100 Wh capacity").limits) is fits


@pytest.fixture
async def thin(tmp_path: Path) -> AsyncIterator[Counter]:
    """Titles and figures without units, codes for attributes, two goods of one name, English only."""
    catalog = Catalog.open(KnowledgeSettings(data_dir=tmp_path))
    catalog.put(GOODS, source="test")
    conversations = Conversations(catalog.store.engine, poll_s=0.05)
    yield Counter(catalog, Guard(), conversations)
    await conversations.close()
    catalog.close()


@pytest.mark.parametrize(
    ("question", "says", "silent_about"),
    [
        ("which hose is the longest", ["30 m", "Garden Hose Long"], ["Lamp"]),
        ("hoses under 1 kg", ["Garden Hose Flat", "0.9 kg"], ["Long", "Short"]),
        ("how heavy is the Maple Armchair", ["11", "unit"], ["11 kg"]),
        ("do you have umbrellas", ["umbrellas", "living room"], ["Hose"]),
        ("lamps", ["$49", "$79"], ["LIG-"]),
        ("有没有雨伞", ["雨伞", "没有"], ["Hose"]),
        ("what is your cheapest product", ["$19", "Garden Hose Short"], ["Armchair", "GAR-"]),
    ],
)
async def test_a_thin_catalogue_is_answered_with_sense(
    thin: Counter, question: str, says: list[str], silent_about: list[str]
) -> None:
    shopper = await thin.shopper()
    answer = await shopper.says(question)
    assert all(one in answer.text for one in says), answer.text
    assert not any(one in answer.text for one in silent_about), answer.text


async def test_this_one_is_the_one_on_the_page(counter: Counter) -> None:
    from assistant.events import PageContext

    for channel, called in (("chat", "轻旅"), ("live", "这款")):  # the host holds it up
        context = PageContext(product_id="cup-316-500", channel=channel)  # type: ignore[arg-type]
        shopper = await counter.shopper(context=context)
        await shopper.says("想买个茶杯")
        answer = await shopper.says("这款可以放进洗碗机吗？")
        assert called in answer.text and "请手洗" in answer.text
