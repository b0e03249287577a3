"""A fact's words read into typed values."""

from datetime import date
from decimal import Decimal

import pytest

from knowledge.catalog import Catalog
from knowledge.offers import find_offers
from knowledge.typed import read


@pytest.mark.parametrize(
    ("value", "kind", "flag"),
    [
        ("500ml", "amount", None), ("约30dB", "amount", None), ("65–135cm可调", "amount", None),
        ("90×200cm", "amount", None), ("100%棉", "amount", None), ("14岁以上", "amount", None),
        ("支持", "boolean", True), ("不支持", "boolean", False), ("可机洗", "boolean", True),
        ("否，请手洗", "boolean", False), ("是，上层架", "boolean", True), ("不防水", "boolean", False),
        ("无", "boolean", False), ("Yes", "boolean", True), ("No, hand wash", "boolean", False),
        ("Dishwasher safe", "boolean", True), ("not dishwasher safe", "boolean", False), ("不含", "boolean", False),
        ("红色/白色/蓝色", "list", None), ("红、白", "list", None), ("cotton, linen", "list", None),
        ("内胆316不锈钢、外壳304不锈钢", "list", None), ("2026-11-20", "date", None), ("2026年5月1日", "date", None),
        ("中国浙江", "text", None), ("弹盖带锁扣", "text", None), ("12g/100g", "text", None),
        ("专业洗涤，不可机洗", "list", None), ("不锈钢", "text", None), ("无线", "text", None),
    ],
)  # fmt: skip
def test_kinds(value: str, kind: str, flag: bool | None) -> None:
    typed = read(value)
    assert (typed.kind, typed.flag) == (kind, flag)


@pytest.mark.parametrize(
    ("value", "amounts"),
    [
        ("500ml", [(500, 500, "")]),
        ("0.45kg±0.05kg", [(400, 500, "")]),
        ("-10℃至96℃", [(-10, 96, "")]),
        ("零下20度", [(-20, -20, "")]),
        ("65–135cm可调", [(650, 1350, "可调")]),
        ("耳机40mAh、盒400mAh", [(40, 40, "耳机"), (400, 400, "盒")]),
        ("单次约7小时，含盒约28小时", [(25200, 25200, "单次"), (100800, 100800, "含盒")]),
        ("6个月至3岁", [(15778800, 94672800, "")]),
        ("3–6人", [(3, 6, "")]),
    ],
)
def test_amounts_with_what_they_are_of(value: str, amounts: list[tuple[int, int, str]]) -> None:
    found = [(amount.low, amount.high, amount.of) for amount in read(value).amounts]
    assert found == [(Decimal(low), pytest.approx(Decimal(high), rel=Decimal("1e-9")), of) for low, high, of in amounts]


def test_bounds_lists_and_days() -> None:
    heat = read("6小时后≥68℃").of_dimension("temperature")
    assert [(one.quantity.low, one.quantity.bound) for one in heat] == [(68, "least")]
    assert read("红色/白色/蓝色").items == ("红色", "白色", "蓝色")
    assert read("2026-11-20").day == date(2026, 11, 20)
    assert read("千" * 300).kind == "text"


def test_facts_are_typed_and_keep_variant_source_and_version(demo: Catalog) -> None:
    facts = {(fact.attribute, fact.variant): fact for fact in demo.facts("cup-316-500")}
    capacity = facts["容量", ""]
    assert capacity.typed.amounts[0].quantity.unit.id == "ml"
    assert capacity.source.startswith("products.jsonl:")
    assert capacity.version >= 1
    assert facts["可机洗", ""].typed.flag is False
    assert facts["颜色", "white"].typed.kind == "text"
    assert facts["价格", "white"].typed.amounts[0].low == 129


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("满300减50", ("threshold", 300, 50, None, None, None, None)),
        ("满三百减五十", ("threshold", 300, 50, None, None, None, None)),
        ("每满200减30", ("per_amount", 200, 30, None, None, None, None)),
        ("满88元包邮", ("free_shipping", 88, None, None, None, None, None)),
        ("打八八折", ("percent", None, None, 12, None, None, None)),
        ("85折", ("percent", None, None, 15, None, None, None)),
        ("八折", ("percent", None, None, 20, None, None, None)),
        ("满200打9折", ("percent", 200, None, 10, None, None, None)),
        ("半价", ("percent", None, None, 50, None, None, None)),
        ("买二送一", ("buy_x_get_y", None, None, None, 2, 1, None)),
        ("买3免1", ("buy_x_get_y", None, None, None, 3, 1, None)),
        ("第二件半价", ("nth_percent", None, None, 50, None, None, 2)),
        ("第2件7折", ("nth_percent", None, None, 30, None, None, 2)),
        ("buy 2 get 1 free", ("buy_x_get_y", None, None, None, 2, 1, None)),
        ("BOGO", ("buy_x_get_y", None, None, None, 1, 1, None)),
        ("20% off", ("percent", None, None, 20, None, None, None)),
        ("20% off orders over $50", ("percent", 50, None, 20, None, None, None)),
        ("$10 off orders over $60", ("threshold", 60, 10, None, None, None, None)),
        ("half price", ("percent", None, None, 50, None, None, None)),
        ("free shipping on orders over $35", ("free_shipping", 35, None, None, None, None, None)),
    ],
)
def test_offers_as_people_say_them(text: str, offer: tuple[str, *tuple[int | None, ...]]) -> None:
    (found,) = find_offers(f"现在{text}。" if not text.isascii() else f"now {text}.")
    said = (found.kind, found.threshold, found.minus, found.percent_off, found.buy, found.get, found.nth)
    assert said == offer


@pytest.mark.parametrize("text", ["两折叠凳子", "可折叠", "买菜送货上门", "第一件商品", "buy now", "满意"])
def test_no_offers(text: str) -> None:
    assert find_offers(text) == ()
