"""Price, stock and offers as they are now: in the next answer and the next live sentence, whoever changed them."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assistant.assistant import Assistant
from assistant.conversation import Conversations
from assistant.events import Cards, Comparison, Event, PageContext, QuickReplies, Sentence
from assistant.guard.guard import Guard
from assistant.messages import Message, Model, TextDelta, ToolCall
from assistant.models.grounded import GroundedModel
from assistant.models.scripted import ScriptedModel
from knowledge import catalog as knowledge_catalog
from knowledge.catalog import Catalog
from knowledge.ingest.folder import load_shop_folder
from knowledge.ingest.report import IngestError
from knowledge.model import Attribute, Product, Promotion, Text, Variant
from knowledge.settings import KnowledgeSettings
from tests.web.conftest import KETTLE, SLIPPERS, Visitor, serving, settings_in
from web.settings import Settings

SPRUCE = Product(
    "cup1", Text("云杉保温杯", "Spruce Flask"), category=Text("杯具", "Drinkware"), price=Decimal(129), stock=20,
    attributes=(Attribute(Text("容量", "Capacity"), Text("500ml", "500 ml")),),
)  # fmt: skip
RIDGE = Product(
    "cup2", Text("远山保温杯", "Ridge Flask"), category=Text("杯具", "Drinkware"), price=Decimal(89), stock=9,
    attributes=(Attribute(Text("容量", "Capacity"), Text("350ml", "350 ml")),),
)  # fmt: skip
SIZE = Text("尺码", "Size")
SHOES = Product(
    "shoe1", Text("溪石凉鞋", "Brook Sandals"), category=Text("鞋靴", "Shoes"), price=Decimal(59), stock=8,
    variants=(
        Variant("s39", (Attribute(SIZE, Text("39码", "39")),), price=Decimal(59), stock=5),
        Variant("s41", (Attribute(SIZE, Text("41码", "41")),), price=Decimal(69), stock=3),
    ),
)  # fmt: skip
GOODS = (SPRUCE, RIDGE, SHOES)
NAME = "十一月满200减37"


def offer(**more: Any) -> Promotion:
    text = Text("杯具满200减37", "37 off 200 on drinkware")
    return Promotion(
        "nov", Text(NAME, "November 37 off"), "threshold", text=text, categories=("杯具",),
        threshold=Decimal(200), minus=Decimal(37), **more,
    )  # fmt: skip


class Clock(datetime):
    """The catalogue's clock, to be set."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: Any = None) -> "Clock":
        real = datetime.now(UTC) + cls.ahead
        return cls(real.year, real.month, real.day, real.hour, real.minute, real.second, real.microsecond, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Clock]]:
    monkeypatch.setattr(knowledge_catalog, "datetime", Clock)
    Clock.ahead = timedelta()
    yield Clock
    Clock.ahead = timedelta()


@dataclass
class Shop:
    """One shop, two connections to it: what `other` changes, `catalog` has to see."""

    folder: Path
    catalog: Catalog
    other: Catalog
    guard: Guard
    conversations: Conversations

    def change(self, product: Product, **values: Any) -> None:
        self.other.put([replace(product, **values)], source="test")

    def assistant(self, model: Model | None = None) -> Assistant:
        return Assistant(self.catalog, model or GroundedModel(), self.guard, self.conversations)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    catalog, other = (Catalog.open(KnowledgeSettings(data_dir=tmp_path)) for _ in range(2))
    catalog.put(GOODS, promotions=[offer(ends=datetime.now(UTC) + timedelta(hours=1))], source="test")
    conversations = Conversations(catalog.store.engine)
    yield Shop(tmp_path, catalog, other, Guard(), conversations)
    await conversations.close()
    catalog.close()
    other.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path / "web")


class Shopper:
    def __init__(self, assistant: Assistant, conversation_id: str, product_id: str = "") -> None:
        self.assistant, self.id, self.page = assistant, conversation_id, PageContext(product_id=product_id)
        self.events: list[Event] = []

    @classmethod
    async def enters(cls, shop: Shop, model: Model | None = None, product_id: str = "") -> "Shopper":
        conversation = await shop.conversations.create(product_id=product_id)
        return cls(shop.assistant(model), conversation.id, product_id)

    async def asks(self, text: str, after: Callable[[Sentence], None] = lambda said: None) -> str:
        """The answer's text; `after` is called with each sentence as it comes."""
        self.events = []
        async for event in self.assistant.answer(self.id, text, self.page):
            self.events.append(event)
            if isinstance(event, Sentence):
                after(event)
        return "".join(event.text for event in self.events if isinstance(event, Sentence))

    def last(self, kind: type[Any]) -> Any:
        return next((event for event in reversed(self.events) if isinstance(event, kind)), None)


# The next answer


async def test_what_another_process_commits_is_in_the_very_next_answer(shop: Shop) -> None:
    shopper = await Shopper.enters(shop)
    assert "129" in await shopper.asks("云杉保温杯多少钱？")
    code = (
        "import sys; from dataclasses import replace; from decimal import Decimal; from pathlib import Path\n"
        "from knowledge.catalog import Catalog; from knowledge.settings import KnowledgeSettings\n"
        "shop = Catalog.open(KnowledgeSettings(data_dir=Path(sys.argv[1])))\n"
        "shop.put([replace(shop.product('cup1'), price=Decimal(99))], source='test'); shop.close()"
    )
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code, str(shop.folder)], check=True)
    answer = await shopper.asks("它现在多少钱？")
    assert "99" in answer and "129" not in answer
    answer = await shopper.asks("买3个一共多少钱？")
    assert "297" in answer and "387" not in answer
    other = await Shopper.enters(shop)
    await other.asks("对比云杉保温杯和远山保温杯")
    table: Comparison = other.last(Comparison)
    assert dict(table.rows)["价格"] == ("99元", "89元")
    third = await Shopper.enters(shop)
    await third.asks("有没有100元以内的保温杯？")
    assert set(third.last(Cards).product_ids) == {"cup1", "cup2"}
    stored = await shop.conversations.events(third.id)
    cards = [each for event in stored if event["type"] == "cards" for each in event["products"]]
    assert cards[-1]["price"] in ("99.00", "89.00") and "129" not in json.dumps(cards[-2:])


async def test_what_sold_out_a_moment_ago_is_not_said_to_be_there(shop: Shop) -> None:
    shopper = await Shopper.enters(shop, product_id="cup1")
    assert re.search("云杉保温杯(有现货|现在有货)", await shopper.asks("这款有货吗？"))
    shop.change(SPRUCE, stock=0)
    assert re.search("云杉保温杯(暂时缺货|现在没货)", await shopper.asks("这款有货吗？"))
    believer = await Shopper.enters(shop, ScriptedModel([TextDelta("云杉保温杯现货充足，放心拍。")]), "cup1")
    assert "现货" not in await believer.asks("这款有货吗？")


async def test_a_variants_new_price(shop: Shop) -> None:
    shopper = await Shopper.enters(shop, ScriptedModel([TextDelta("溪石凉鞋41码现在69元。")]), "shoe1")
    assert "69元" in await shopper.asks("41码多少钱？")
    s39, s41 = SHOES.variants
    shop.change(SHOES, variants=(s39, replace(s41, price=Decimal(75))))
    answer = await shopper.asks("41码多少钱？")
    assert "69" not in answer


async def test_what_was_taken_off_the_shelf_is_not_offered(shop: Shop) -> None:
    shopper = await Shopper.enters(shop)
    await shopper.asks("有保温杯吗？")
    assert set(shopper.last(Cards).product_ids) == {"cup1", "cup2"}
    shop.other.put([RIDGE, SHOES], source="test", replace_source=True)
    answer = await shopper.asks("第一款多少钱？")
    assert "129" not in answer
    await shopper.asks("有保温杯吗？")
    assert (
        "云杉" not in str(shopper.events)
        or shopper.last(Cards) is None
        or "cup1" not in shopper.last(Cards).product_ids
    )


def test_a_search_during_indexing_finds_nothing_at_a_price_that_is_gone(shop: Shop) -> None:
    query = "100元以内的保温杯"
    assert {hit.product.id for hit in shop.catalog.search(query).hits} == {"cup2"}
    shop.change(RIDGE, price=Decimal(150))
    with shop.catalog._index_lock:  # another search has begun to build the index anew
        assert "cup2" not in {hit.product.id for hit in shop.catalog.search(query).hits}
        shop.change(RIDGE, price=Decimal(95))
        (hit,) = shop.catalog.search(query).hits
    assert hit.product.price == 95 and "89" not in str(hit.reasons)


async def test_a_model_that_goes_on_from_an_old_price_is_neither_fed_nor_believed(shop: Shop) -> None:
    look = ToolCall("c1", "product_details", '{"product": "cup1", "quantity": 5}')
    old = TextDelta("云杉保温杯现在129元。")
    model = ScriptedModel([look], [old], [old])
    shopper = await Shopper.enters(shop, model)
    assert await shopper.asks("云杉保温杯多少钱？") == old.text
    shop.change(SPRUCE, price=Decimal(109))
    answer = await shopper.asks("再说一遍？")
    assert "129" not in answer and "109" in answer
    told = prompt(model)
    assert "109" in told and "545" in told
    assert "129" not in told and "645" not in told, "neither the old figure nor its total, nor what was said with it"


async def test_a_price_that_changes_within_an_answer(shop: Shop) -> None:
    model = ScriptedModel(
        [TextDelta("云杉保温杯现在129元。"), 0.2, TextDelta("两个一共258元。"), 0.2, TextDelta("单价129元。")]
    )
    shopper = await Shopper.enters(shop, model, "cup1")

    def reprice(said: Sentence) -> None:
        if "129" in said.text:
            shop.change(SPRUCE, price=Decimal(119))

    answer = await shopper.asks("多少钱？", reprice)
    assert answer.startswith("云杉保温杯现在129元。") and answer.count("129") == 1
    assert "258" not in answer and "119" in answer, "what follows goes by the new price"


# Offers


def prompt(model: ScriptedModel, call: int = -1) -> str:
    """Everything the model was given with this call, but the rules."""
    messages: tuple[Message, ...] = model.seen[call][0]
    arguments = [json.loads(call.arguments) for each in messages for call in each.tool_calls]
    return json.dumps([[each.content for each in messages[1:]], arguments], ensure_ascii=False)


async def test_an_offer_that_has_ended_is_nowhere(shop: Shop, clock: type[Clock]) -> None:
    look = ToolCall("c1", "promotions", '{"product": "cup1"}')
    tap = ToolCall("c2", "offer_replies", json.dumps({"options": ["满200减37怎么凑？", "有什么颜色？"]}))
    said = TextDelta(f"现在有{NAME}。")
    model = ScriptedModel([look], [said, tap], [said], [said, tap], [said])
    shopper = await Shopper.enters(shop, model, "cup1")
    assert NAME in await shopper.asks("有什么优惠？")
    assert "满200减37怎么凑？" in shopper.last(QuickReplies).options
    assert any(fact.subject == "promotion:nov" for fact in shop.catalog.shop_facts())

    clock.ahead = timedelta(hours=2)
    answer = await shopper.asks("还有优惠吗？")
    assert "减37" not in answer and "减37" not in prompt(model, -2)
    assert "减37" not in str(shopper.last(QuickReplies))
    assert not any(fact.subject == "promotion:nov" for fact in shop.catalog.shop_facts())
    plain = await Shopper.enters(shop, product_id="cup1")
    for question in ("有什么优惠？", "这款多少钱？", "买两个有优惠吗？", "推荐一款保温杯"):
        assert "减37" not in await plain.asks(question)
        assert "减37" not in str([event for event in plain.events if not isinstance(event, Sentence)])


async def test_an_offer_is_not_made_before_it_begins(shop: Shop, clock: type[Clock]) -> None:
    start = datetime.now(UTC) + timedelta(days=1)
    shop.other.put(promotions=[offer(starts=start, ends=start + timedelta(days=1))], source="test")
    shopper = await Shopper.enters(shop, product_id="cup1")
    assert "减37" not in await shopper.asks("有什么优惠？")
    liar = await Shopper.enters(shop, ScriptedModel([TextDelta(f"现在有{NAME}，两个更划算。")]), "cup1")
    assert "减37" not in await liar.asks("有什么优惠？")
    clock.ahead = timedelta(days=1, minutes=1)
    assert "减37" in await shopper.asks("有什么优惠？")
    assert "减37" in await liar.asks("有什么优惠？")


async def test_an_offer_that_ends_within_an_answer(shop: Shop, clock: type[Clock]) -> None:
    model = ScriptedModel(
        [TextDelta("现在杯具满200减37。"), 0.2, TextDelta("记得用上满200减37。"), 0.2, TextDelta("容量是500ml。")]
    )
    shopper = await Shopper.enters(shop, model, "cup1")

    def midnight(said: Sentence) -> None:
        clock.ahead = timedelta(hours=2)

    answer = await shopper.asks("有什么优惠？", midnight)
    assert answer.startswith("现在杯具满200减37。") and answer.count("减37") == 1
    assert "500ml" in answer, "what is still true is said"


@pytest.mark.parametrize(
    ("zone", "written", "over"),
    [
        ("Asia/Shanghai", "2026-11-30T00:00:00", "2026-11-29T16:00:00+00:00"),
        ("Asia/Shanghai", "2026-11-30", "2026-11-30T16:00:00+00:00"),  # through that day
        ("Asia/Shanghai", "'2026-11-30'", "2026-11-30T16:00:00+00:00"),
        ("Asia/Shanghai", "2026-11-30T00:00:00+01:00", "2026-11-29T23:00:00+00:00"),
        ("America/New_York", "2026-11-30", "2026-12-01T05:00:00+00:00"),
        ("America/New_York", "2026-10-31", "2026-11-01T04:00:00+00:00"),  # the night the clocks change
        ("", "2026-11-30T00:00:00", "2026-11-30T00:00:00+00:00"),
    ],
)
def test_an_offer_ends_when_it_does_where_the_shop_is(tmp_path: Path, zone: str, written: str, over: str) -> None:
    text = f"{{id: my, name: Shop{', timezone: ' + zone if zone else ''}}}"
    (tmp_path / "shop.yaml").write_text(text, encoding="utf-8")
    row = f"- {{id: p, name: Sale, kind: threshold, threshold: 100, minus: 10, starts: 2026-10-01, ends: {written}}}"
    (tmp_path / "promotions.yaml").write_text(row, encoding="utf-8")
    (promotion,) = load_shop_folder(tmp_path).promotions
    moment = datetime.fromisoformat(over)
    assert promotion.ends == moment
    assert promotion.active(moment - timedelta(seconds=1)) and not promotion.active(moment)


def test_an_hour_is_an_hour_where_the_clocks_change(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("{id: my, name: Shop, timezone: America/New_York}", encoding="utf-8")
    row = "- {id: p, name: Sale, kind: threshold, threshold: 100, minus: 10, ends: +24h}"
    (tmp_path / "promotions.yaml").write_text(row, encoding="utf-8")
    now = datetime(2026, 10, 31, 12, tzinfo=UTC)
    (promotion,) = load_shop_folder(tmp_path, now=now).promotions
    assert promotion.ends is not None and promotion.ends - now == timedelta(hours=24)


def test_a_zone_that_there_is_not_is_said(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("{id: my, name: Shop, timezone: Asia/Peking2}", encoding="utf-8")
    with pytest.raises(IngestError, match="timezone is a name such as Asia/Shanghai"):
        load_shop_folder(tmp_path)


# What is shown again


def test_cards_of_an_old_conversation_show_todays_price(settings: Settings) -> None:
    with serving(settings) as site, closing(Catalog.open(site.services.catalog.settings)) as other:
        one, two = site.visitor(product_id=""), site.visitor(product_id="")
        first = one.ask("有拖鞋吗？")
        last = {id(one): first[-1]["seq"], id(two): two.ask("对比云朵防滑拖鞋和山泉电热水壶")[-1]["seq"]}

        def slippers(visitor: Visitor, kind: str) -> dict[str, Any]:
            events = visitor.events(lambda event: event["seq"] == last[id(visitor)])
            (shown,) = [
                each for event in events if event["type"] == kind for each in event["products"] if each["id"] == "S1"
            ]
            return {**shown, "rows": [event["rows"] for event in events if event["type"] == "comparison"]}

        assert slippers(one, "cards")["price"] == slippers(two, "comparison")["price"] == "59.00"
        other.put([replace(SLIPPERS, price=Decimal("66.50"), stock=0), KETTLE], source="test")
        for card in (slippers(one, "cards"), slippers(two, "comparison")):
            assert (card["price"], card["stock"]) == ("66.50", 0)
            assert card["badges"] == ["价格已更新", "暂时缺货", "省12.50"]
        (rows,) = slippers(two, "comparison")["rows"]
        assert {row["name"]: row["values"] for row in rows}["价格"] == ["66.50元", "129元"]
        other.put([KETTLE], source="test", replace_source=True)
        for card in (slippers(one, "cards"), slippers(two, "comparison")):
            assert (card["price"], card["badges"], card["url"]) == (None, ["已下架"], "")
        told = one.events(lambda event: event["seq"] == last[id(one)], after=first[0]["seq"] - 1)
        assert [event for event in told if event["type"] == "message"] == [
            event for event in first if event["type"] == "message"
        ], "what was said stays as it was said"


def test_pages_never_show_yesterdays_figures(settings: Settings, clock: type[Clock]) -> None:
    shoes = replace(offer(ends=datetime.now(UTC) + timedelta(hours=1)), categories=("鞋靴",))
    with serving(settings) as site, site.client() as client:
        with closing(Catalog.open(site.services.catalog.settings)) as other:
            other.put(promotions=[shoes], source="test")
            before = client.get("/api/products/S1").json()
            assert (before["price"], [each["id"] for each in before["promotions"]]) == ("59.00", ["P1", "nov"])
            assert NAME in before["badges"] and NAME in client.get("/api/shop").text
            other.put([replace(SLIPPERS, price=Decimal(61))], source="test")
        clock.ahead = timedelta(hours=2)
        after = client.get("/api/products/S1").json()
        assert (after["price"], [each["id"] for each in after["promotions"]]) == ("61.00", ["P1"])
        assert NAME not in str(after) and NAME not in client.get("/api/shop").text
        (listed,) = [each for each in client.get("/api/products").json()["products"] if each["id"] == "S1"]
        assert listed["price"] == "61.00" and NAME not in str(listed)


def test_short_answers_that_name_an_ended_offer_are_not_offered_again(settings: Settings, clock: type[Clock]) -> None:
    tap = ToolCall("c1", "offer_replies", json.dumps({"options": ["满200减37怎么凑？", "有什么颜色？"]}))
    with serving(settings, ScriptedModel([tap], [TextDelta("好的。")])) as site:
        shoes = replace(offer(ends=datetime.now(UTC) + timedelta(hours=1)), categories=("鞋靴",))
        site.services.catalog.put(promotions=[shoes], source="test")
        visitor = site.visitor()
        last = visitor.ask("有什么优惠？")[-1]["seq"]

        def offered() -> list[str]:
            events = visitor.events(lambda event: event["seq"] == last)
            (options,) = [event["options"] for event in events if event["type"] == "quick_replies"]
            return list(options)

        assert offered() == ["满200减37怎么凑？", "有什么颜色？"]
        clock.ahead = timedelta(hours=2)
        assert offered() == ["有什么颜色？"]
