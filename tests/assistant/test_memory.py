"""What earlier turns looked up, as a later turn may rely on it."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assistant.agent import stand
from assistant.guard.guard import Guard
from assistant.memory import remembered
from assistant.rows import StoredMessage
from assistant.tools.products import brief, describe
from knowledge.catalog import Catalog
from knowledge.model import Attribute, Product, Text, Variant
from knowledge.settings import KnowledgeSettings

COLOUR = Text("颜色", "Colour")
CUP = Product(
    "cup", Text("云杉保温杯", "Spruce Flask"), price=Decimal(129), stock=5,
    variants=(Variant("w", (Attribute(COLOUR, Text("白色", "White")),), price=Decimal(129), stock=5),),
)  # fmt: skip
CHEAPER = replace(CUP, price=Decimal(99), variants=(replace(CUP.variants[0], price=Decimal(99), stock=1),))
LID = Product("lid", Text("备用杯盖", "Spare lid"), price=Decimal(12), stock=9)


@pytest.fixture
def catalog(tmp_path: Path) -> Any:
    found = Catalog.open(KnowledgeSettings(data_dir=tmp_path))
    found.put([CUP, LID], source="test")
    yield found
    found.close()


def answer(catalog: Catalog, name: str, text: str = "云杉保温杯129元。", **data: Any) -> StoredMessage:
    tool = {"name": name, "arguments": "{}", "data": data, "stand": stand(catalog)}
    return StoredMessage("m", 2, "bot", text, datetime.now(UTC), product_ids=("cup",), tools=(tool,))


def told(message: StoredMessage, catalog: Catalog) -> tuple[dict[str, Any], str]:
    (now,) = remembered([message], catalog, Guard())
    return dict(now.tools[0]["data"]), now.text


def test_nothing_changes_while_nothing_has_changed(catalog: Catalog) -> None:
    message = answer(catalog, "product_details", **describe(CUP, "zh"))
    assert remembered([message], catalog, Guard()) == [message]


def test_another_products_change_touches_neither_figures_nor_words(catalog: Catalog) -> None:
    message = answer(catalog, "product_details", **describe(CUP, "zh"))
    catalog.put([replace(LID, price=Decimal(15))], source="test")
    assert remembered([message], catalog, Guard()) == [message]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_description_has_todays_figures_in_its_own_language(catalog: Catalog, lang: Any) -> None:
    data = describe(CUP, lang) | {"total": {"quantity": 3, "price": "387"}}
    message = answer(catalog, "product_details", **data)
    (white,) = CUP.variants
    catalog.put(
        [replace(CUP, price=Decimal(99), variants=(replace(white, price=Decimal(99), stock=1),))], source="test"
    )
    now, text = told(message, catalog)
    assert (now["price"], now["total"]["price"], now["title"]) == ("99", "297", CUP.title(lang))
    assert [(each["price"], each["stock"]) for each in now["variants"]] == [("99", 1)]
    assert "129" not in str(now) and "129" not in text and "99" in text


def test_what_was_concluded_from_an_old_price_is_forgotten(catalog: Catalog) -> None:
    found = brief(CUP, "zh") | {"reasons": ["129元，不超过150元"], "score": 1.0}
    near = {"id": "cup", "title": CUP.title.zh, "price": "129", "why": "129元，超出100元"}
    message = answer(catalog, "search_products", products=[found], left_out=[near], trade_offs=[{"wins": ["便宜"]}])
    catalog.put([CHEAPER], source="test")
    now, _ = told(message, catalog)
    assert now["products"][0]["reasons"] == now["left_out"] == now["trade_offs"] == []
    assert "129" not in str(now)


def test_a_plan_is_forgotten_with_any_change(catalog: Catalog) -> None:
    plan = {"say": ["一共141元。"], "total": "141元", "products": [brief(CUP, "zh"), brief(LID, "zh")]}
    message = answer(catalog, "best_basket", "好的。", **plan)
    catalog.put([replace(LID, price=Decimal(15))], source="test")
    now, _ = told(message, catalog)
    assert (now["say"], now["total"]) == ([], "") and now["products"][1]["price"] == "15"


def test_an_order_keeps_what_was_paid(catalog: Catalog) -> None:
    order = {"id": "O1", "total": "129", "items": [{"product_id": "cup", "title": "云杉保温杯", "price": "129"}]}
    message = answer(catalog, "order_status", "订单O1已发货。", orders=[order])
    catalog.put([CHEAPER], source="test")
    assert told(message, catalog)[0] == {"orders": [order]}


def test_what_is_no_longer_sold_has_no_price(catalog: Catalog) -> None:
    message = answer(catalog, "product_details", **describe(CUP, "zh"))
    catalog.put([LID], source="test", replace_source=True)
    now, text = told(message, catalog)
    assert (now["price"], now["stock"], now["variants"]) == (None, 0, [])
    assert "129" not in text
