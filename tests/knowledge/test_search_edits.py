"""A search index that follows its shop: what is new is found, what is gone is not, without reading the rest again."""

from dataclasses import replace
from decimal import Decimal

import pytest

from knowledge.model import Product, Text
from knowledge.search import Filters, SearchIndex
from knowledge.thesaurus import default_thesaurus

MUG = Product("mug", Text("蓝色马克杯", "Blue mug"), price=Decimal(20), brand="山间")
BOOTS = Product("boots", Text("防滑雨靴", "Non-slip rain boots"), price=Decimal(90))
LAMP = Product("lamp", Text("复古台灯", "Vintage desk lamp"), price=Decimal(60), brand="Fernhill")


def _shop(*products: Product) -> dict[str, Product]:
    return {product.id: product for product in products}


def _found(index: SearchIndex, query: str) -> list[str]:
    return [hit.product.id for hit in index.search(query).hits]


@pytest.fixture
def index() -> SearchIndex:
    made = SearchIndex(_shop(MUG, BOOTS), default_thesaurus())
    assert made.weigh("马克杯", "mug") is not None
    return made


def test_products_come_go_and_change(index: SearchIndex) -> None:
    red = replace(MUG, title=Text("红色马克杯", "Red mug"))
    edited = index.edited(_shop(LAMP, red), None)
    assert _found(edited, "台灯") == ["lamp"]
    assert _found(edited, "Fernhill") == ["lamp"]
    assert "boots" not in _found(edited, "雨靴")
    assert [hit.product for hit in edited.search("马克杯").hits] == [red]
    assert edited.weigh("台灯", "lamp") is not None
    assert edited.weigh("雨靴", "boots") is None
    assert _found(index, "雨靴") == ["boots"]  # the old one answers as before


def test_a_price_alone_changes_no_words(index: SearchIndex) -> None:
    cheap = replace(BOOTS, price=Decimal(10))
    repriced = index.repriced(_shop(MUG, cheap))
    assert repriced is not None
    assert [hit.product for hit in repriced.search("十五块以内的雨靴").hits] == [cheap]
    assert index.repriced(_shop(MUG, replace(BOOTS, title=Text("雨鞋", "Wellingtons")))) is None
    assert index.repriced(_shop(BOOTS, MUG)) is None
    assert index.repriced(_shop(MUG)) is None


def test_an_edited_index_ranks_as_a_new_one(index: SearchIndex) -> None:
    shop = _shop(BOOTS, LAMP, MUG)
    edited, anew = index.edited(shop, None), SearchIndex(shop, default_thesaurus())
    for query in ("马克杯", "rain boots under 100", "vintage lamp", "山间 杯子", "something blue"):
        assert edited.search(query) == anew.search(query)


def test_what_was_found_before_is_not_found_again_once_it_has_changed(index: SearchIndex) -> None:
    query = "十五块以内的雨靴"
    assert index.search(query) is index.search(query), "the same question is not worked out twice"
    repriced = index.repriced(_shop(MUG, replace(BOOTS, price=Decimal(10))))
    assert repriced is not None
    assert [hit.product.price for hit in repriced.search(query).hits] == [Decimal(10)]
    assert not repriced.search(query).relaxed
    assert index.search(query).relaxed, "the price was let go: there were no boots so cheap"
    assert _found(index.edited(_shop(MUG), None), query) != ["boots"]


def test_limit_language_and_filters_are_part_of_the_question(index: SearchIndex) -> None:
    everything = index.search("", limit=5)
    assert len(everything.hits) == 2
    assert len(index.search("", limit=1).hits) == 1
    dear = index.search("", limit=5, filters=Filters(price_min=Decimal(50)))
    assert [hit.product.id for hit in dear.hits] == ["boots"]
    assert index.search("雨靴", lang="en").need != index.search("雨靴", lang="zh").need
