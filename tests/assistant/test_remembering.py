"""What is kept between answers must never outlive what it rests on."""

import gc
import weakref
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.arithmetic import shop_and
from assistant.guard.guard import Guard
from assistant.lookups import FRESH_S, Lookups
from assistant.prompt import past
from assistant.remembering import Remembering, shop_says
from assistant.rows import StoredMessage
from assistant.tools.base import ToolResult
from knowledge.catalog import Catalog
from knowledge.facts import Fact, Facts
from knowledge.model import Policy, Product, Promotion, Text
from knowledge.settings import KnowledgeSettings

CUP = Product("C1", Text("青石保温杯", "Bluestone Bottle"), price=Decimal(99), stock=5)
RETURNS = Policy("returns", Text("退换", "Returns"), Text("签收后7天内可以退货。", "Returns within 7 days of receipt."))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(KnowledgeSettings(data_dir=tmp_path))
    opened.put([CUP], policies=[RETURNS])
    yield opened
    opened.close()


def test_a_verdict_is_kept_until_the_price_changes(catalog: Catalog) -> None:
    guard, said = Remembering(Guard()), "青石保温杯现在99元。"
    before = guard.review(said, shop_and(catalog, ["C1"]), about=("C1",))
    assert before.label == "ok"
    assert guard.review(said, shop_and(catalog, ["C1"]), about=("C1",)) is before
    catalog.put([replace(CUP, price=Decimal(129))])
    after = guard.review(said, shop_and(catalog, ["C1"]), about=("C1",))
    assert after.label == "contradicted"
    assert "129" in after.text


def test_a_verdict_ends_with_the_offer_it_rests_on(catalog: Catalog) -> None:
    guard, said, now = Remembering(Guard()), "全场满99减10。", datetime.now(UTC)
    offer = Promotion(
        "P1", Text("满99减10", "10 off 99"), "threshold", threshold=Decimal(99), minus=Decimal(10),
        starts=now - timedelta(days=1), ends=now + timedelta(days=1),
    )  # fmt: skip
    catalog.put(promotions=[offer])
    assert guard.review(said, shop_and(catalog, [])).label == "ok"
    assert [one.id for one in catalog.promotions(at=now)] == ["P1"]
    assert catalog.promotions(at=now + timedelta(days=2)) == ()
    assert catalog.promotions(at=now - timedelta(days=2)) == ()
    catalog.put(promotions=[replace(offer, ends=now - timedelta(seconds=1))])
    assert catalog.promotions() == ()
    assert guard.review(said, shop_and(catalog, [])).label != "ok"


def test_only_whole_sentences_of_the_shop_count_as_its_own(catalog: Catalog) -> None:
    shop = catalog.shop_facts()
    assert shop_says("签收后7天内可以退货。 ", shop)
    assert not shop_says("签收后7天内可以退货吗？", shop)
    assert not shop_says("7天内可以退货", shop)


def test_what_tools_returned_goes_with_its_minute() -> None:
    """With it go its facts, and every verdict that was reached on them: a day of questions that nobody repeats."""
    now = 0.0
    lookups = Lookups(lambda: now)
    found = ToolResult({"n": 0}, facts=Facts.of([Fact("1/price", "1", "价格", "59元", "price")])), "{}"
    alive = weakref.ref(found[0].facts)
    lookups.keep(("search", "cup"), found)
    now = FRESH_S
    assert lookups.find(("search", "cup")) is found
    del found
    now = FRESH_S + 1
    assert lookups.find(("search", "cup")) is None
    lookups.keep(("search", "kettle"), (ToolResult({}), "{}"))
    gc.collect()
    assert alive() is None


def test_what_a_model_is_told_of_an_answer_goes_with_the_answer() -> None:
    tools = ({"name": "search", "arguments": "{}", "data": {"found": "a cup"}},)
    answer = StoredMessage("a1", 2, "bot", "这款。", datetime.now(UTC), tools=tools)
    told = past([answer])
    assert [message.role for message in told] == ["assistant", "tool", "assistant"] and "a cup" in told[1].content
    assert past([answer])[1] is told[1], "made once"
    result = weakref.ref(told[1])
    del told, answer
    gc.collect()
    assert result() is None
