"""What goes with a product and what stands in for it."""

from decimal import Decimal
from pathlib import Path

import pytest

from assistant.guide.related import related
from knowledge.catalog import Catalog
from knowledge.model import Attribute, Product, Text
from knowledge.settings import KnowledgeSettings


def ids(catalog: Catalog, product_id: str, relation: str) -> list[str]:
    product = catalog.product(product_id)
    assert product is not None
    return [one.product.id for one in related(catalog, product, relation, "zh")]  # type: ignore[arg-type]


def test_what_the_merchant_linked_comes_first_in_either_direction(catalog: Catalog) -> None:
    assert ids(catalog, "brush-sonic", "accessories")[0] == "brush-head-4"
    assert ids(catalog, "charger-65", "accessories")[0] == "cable-c-100"
    assert ids(catalog, "cup-316-500", "similar")[:2] == ["cup-316-750", "cup-feather-400"]


def test_a_product_is_no_stand_in_for_itself(catalog: Catalog) -> None:
    for product in catalog.products():
        for relation in ("accessories", "similar"):
            found = ids(catalog, product.id, relation)
            assert product.id not in found and len(found) == len(set(found)) <= 4


@pytest.fixture
def bare(tmp_path: Path) -> Catalog:
    """A shop that links nothing."""

    def goods(name: str, title: str, category: str, stock: int, **attributes: str) -> Product:
        told = tuple(Attribute(Text(key), Text(value)) for key, value in attributes.items())
        return Product(name, Text(title), Text(category), "禾木", price=Decimal(99), stock=stock, attributes=told)

    shop = Catalog.open(KnowledgeSettings(data_dir=tmp_path))
    shop.put(
        [
            goods("brush", "禾木晨雾声波电动牙刷", "个护", 5),
            goods("heads", "禾木软毛刷头四支装", "个护", 5, 适用="晨雾声波电动牙刷专用"),
            goods("other", "禾木硬毛刷头四支装", "个护", 5, 适用="海浪旋转电动牙刷专用"),
            goods("brush2", "禾木夜航声波电动牙刷", "个护", 5),
            goods("brush3", "禾木星河声波电动牙刷", "个护", 0),
            goods("rice", "禾木香米", "食品", 5),
        ]
    )
    return shop


def test_goods_that_say_what_they_are_for_are_found_without_a_link(bare: Catalog) -> None:
    assert ids(bare, "brush", "accessories") == ["heads"]


def test_stand_ins_are_of_the_kind_and_in_stock(bare: Catalog) -> None:
    found = ids(bare, "brush", "similar")
    assert found[0] == "brush2" and "brush3" not in found and "rice" not in found
