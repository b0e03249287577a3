"""Every kind of file in `messy`: rows in, rows refused and why, values that must be right, and a second time
unchanged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from knowledge.catalog import Catalog
from knowledge.ingest.reasons import in_chinese
from knowledge.ingest.report import IngestReport
from knowledge.model import Product
from tests.knowledge.messy.tables import TABLES


@dataclass(frozen=True)
class Expected:
    """Counts, refusals as (place after the file's name, beginning of the reason), and products: id → what is
    checked."""

    read: int
    added: int
    refused: Sequence[tuple[str, str]] = ()
    joined: int = 0
    products: dict[str, Callable[[Product], bool]] = field(default_factory=dict)
    warned: Sequence[str] = ()  # pieces of warnings


def has(product: Product, name: str, value: str) -> bool:
    return any(
        name in (one.name.zh, one.name.en) and value in (one.value.zh, one.value.en) for one in product.attributes
    )


def priced(price: str, **more: object) -> Callable[[Product], bool]:
    """A check of a product's price, and of further fields."""

    def check(product: Product) -> bool:
        assert product.price == Decimal(price), product.price
        for name, value in more.items():
            assert getattr(product, name) == value, (name, getattr(product, name))
        return True

    return check


def variants(product: Product) -> list[tuple[str, str, str, int | None]]:
    return [(one.id, one.label("zh"), str(one.price), one.stock) for one in product.variants]


ALL_OF_K1 = "the price '贵' is no amount (卫衣.csv:5); all 3 rows of 'K1' were left out"
EXPECTED: dict[str, Expected] = {
    "价目表.csv": Expected(
        read=8,
        added=5,
        refused=[
            (":6", "the row has 8 cells, the header 7: a separator inside an unquoted text?"),
            (":9", "the title is missing"),
            (":12", "the price '看详情页' is no amount"),
        ],
        products={
            "T1": lambda one: priced("199", stock=120, list_price=Decimal(259))(one) and has(one, "单位", "件"),
            "T3": lambda one: priced("39.90", stock=0)(one) and has(one, "规格材质", "约500ml"),
            "T4": priced("1299", stock=None, list_price=Decimal(15000)),
            "T6": lambda one: one.price is None and has(one, "规格材质", "1.5米+1.8米通用"),
            "T7": priced("299"),
        },
        warned=["a row of totals", "a note or heading was left out: 注：以上价格含税", "there is no price"],
    ),
    "export.csv": Expected(
        read=4,
        added=3,
        refused=[(":4", "the price '-4,00 €' is below zero")],
        products={
            "A-1": priced("1299", currency="EUR", list_price=Decimal(1499), stock=12),
            "A-2": lambda one: priced("39.90", stock=1200)(one) and not any("11" in a.value.en for a in one.attributes),
            "A-4": priced("0"),
        },
    ),
    "lamps.csv": Expected(
        read=7,
        added=3,
        refused=[
            (":4", "a quotation mark in this line is not closed"),
            (":6", "the row has 6 cells, the header 5"),
            (":8", "the id '5' stands already in lamps.csv:7, for another product"),
            (":9", "it says the same as lamps.csv:7"),
        ],
        products={
            "1": lambda one: one.description.en == "Warm light,\ntwo levels",
            "3": priced("19.90", stock=5),
        },
    ),
    "unicode.txt": Expected(
        read=2,
        added=2,
        products={
            "U1": priced("69", pictures=("https://img.example.com/u1.jpg",)),
            "U2": lambda one: one.price is None,
        },
        warned=["the price '69-89元' is a range; its lowest was taken"],
    ),
    "报价单.xlsx": Expected(
        read=7,
        added=3,
        joined=4,
        products={
            "M1": lambda one: (
                priced("129", stock=60, brand="山间")(one)
                and variants(one) == [
                    ("灰色", "灰色", "129", None), ("红色", "红色", "129", None), ("藏青", "藏青", "139", None),
                ]
            ),
            "M2": lambda one: (
                priced("99", stock=12)(one)
                and [option.name.zh for option in one.variants[0].options] == ["颜色", "尺码"]
                and has(one, "单位", "双")
            ),
            "M3": lambda one: priced("59")(one) and has(one, "颜色", "米色") and not one.variants,
        },
        warned=["a row of totals", "a note or heading was left out: 备注"],
    ),
    "商品与SKU.xlsx": Expected(
        read=7,
        added=3,
        joined=3,
        refused=[("[SKU]:5", "there is no product '1009' in 商品与SKU.xlsx[商品]")],
        products={
            "1001": lambda one: (
                variants(one) == [("1001-A", "1.5米+1.8米通用", "299", 10), ("1001-B", "2.0米", "349", 4)]
                and one.description.zh == "柔软 & 透气"
            ),
            "1002": priced("259", stock=0),
            "1003": lambda one: one.price is None,
        },
    ),
    "分类.xlsx": Expected(
        read=4,
        added=3,
        refused=[("[杯子]:3", "the id 'S1' stands already in 分类.xlsx[鞋靴]:2")],
        products={"S1": priced("59", stock=3), "C1": lambda one: priced("39.90")(one) and has(one, "容量", "约380ml")},
    ),
    "锅具.ods": Expected(
        read=2,
        added=1,
        refused=[("[锅具]:4", "the price '议价中' is no amount")],
        products={"O1": lambda one: priced("129")(one) and has(one, "容量", "约2.5升")},
    ),
    "卫衣.csv": Expected(
        read=6,
        added=2,
        joined=1,
        refused=[(":3", ALL_OF_K1), (":4", ALL_OF_K1), (":5", ALL_OF_K1)],
        products={"K2": lambda one: variants(one) == [("白色", "白色", "129", 6), ("蓝色", "蓝色", "139", 4)]},
        warned=["a note or heading was left out: —— 上装 ——"],
    ),
    "价格.csv": Expected(
        read=12,
        added=10,
        refused=[(":11", "the price '-5' is below zero"), (":12", "the price '待询 call us' is no amount")],
        products={
            "D1": lambda one: priced("199")(one) and has(one, "单位", "件"),
            "D2": priced("1299"), "D3": priced("88"), "D4": priced("59"), "D5": priced("12000"), "D6": priced("199"),
            "D7": priced("120"), "D8": lambda one: one.price is None, "D9": priced("0"), "D12": priced("99"),
        },
    ),
    "api.json": Expected(
        read=4,
        added=3,
        refused=[("/data.items[2]", "the title is missing")],
        products={
            "501": lambda one: variants(one) == [("501-K", "黑色", "89", 3), ("501-B", "蓝色", "95", 0)]
            and has(one, "重量", "约380g"),
            "502": priced("129.50"),
        },
    ),
    "by_id.json": Expected(
        read=3,
        added=2,
        refused=[("[2]", "the price 'ask' is no amount")],
        products={"P-1": priced("12.50", currency="USD", stock=4), "P-2": priced("9", stock=0)},
    ),
    "分类.json": Expected(
        read=4,
        added=3,
        refused=[("/categories[1].products[1]", "expected an object, got '???'")],
        products={
            "a": lambda one: one.category.zh == "餐厨",
            "c": lambda one: priced("79")(one) and one.category.zh == "床品",
        },
    ),
    "goods.jsonl": Expected(
        read=4,
        added=2,
        refused=[(":2", "this line is not JSON"), (":3", "expected an object")],
        products={"1": priced("39", tags=("kitchen",)), "4": lambda one: has(one, "颜色", "steel、gold")},
    ),
    "products_export.csv": Expected(
        read=7,
        added=2,
        joined=3,
        refused=[
            (":7", "the price 'ask us' is no amount (products_export.csv:8); all 2 rows of 'wool-socks' were left out"),
            (":8", "the price 'ask us' is no amount (products_export.csv:8); all 2 rows of 'wool-socks' were left out"),
        ],
        products={
            "linen-shirt": lambda one: (
                priced("49", list_price=Decimal(59), stock=8, brand="Hillside")(one)
                and variants(one) == [
                    ("LS-S-W", "S / White", "49", 3), ("LS-M-W", "M / White", "49", 0), ("LS-M-S", "M / Sand", "52", 5),
                ]
                and len(one.pictures) == 2
                and one.description.en == "Light & airy"
                and "18" not in str(one.attributes)
            ),
            "tote-bag": lambda one: priced("19", stock=20)(one) and len(one.pictures) == 2,
        },
    ),
    "feed.xml": Expected(
        read=6,
        added=4,
        joined=1,
        refused=[(": item 6", "the title is missing")],
        products={
            "J": lambda one: (
                one.title.en == "Rain jacket"
                and variants(one) == [("J-S", "S", "89", None), ("J-M", "M", "95", 0)]
                and one.currency == "USD"
            ),
            "H-1": priced("21.75", list_price=Decimal(29), brand="Hillside"),
            "B-1": priced("40", list_price=None),
            "B-2": priced("40", list_price=None),
        },
    ),
    "atom.xml": Expected(
        read=2,
        added=1,
        refused=[(": entry 2", "the price 'too much' is no amount")],
        products={"E1": lambda one: priced("79", currency="CNY")(one) and has(one, "直径", "24cm")},
    ),
    "pages.zip": Expected(
        read=4,
        added=4,
        products={
            "K-1": lambda one: priced("49.90", stock=0, brand="Hillside")(one) and has(one, "Capacity", "1.7l"),
            "SH": lambda one: variants(one) == [("SH-S", "S", "39", None), ("SH-M", "M", "42", None)],
            "vase": priced("15", currency="USD"),
        },
    ),
    "问答.csv": Expected(
        read=4,
        added=2,
        refused=[(":3", "the answer is missing"), (":4", "the question stands already in 问答.csv:2")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_messy_file(catalog: Catalog, tmp_path: Path, name: str) -> None:
    expected, path = EXPECTED[name], tmp_path / name
    TABLES[name](path)
    report = catalog.ingest(path)
    assert (report.read, report.added, report.joined) == (expected.read, expected.added, expected.joined)
    assert report.read == report.added + report.joined + report.refused_count
    found = [(row.row.removeprefix(name), row.reason) for row in report.refused]
    assert [place for place, _ in found] == [place for place, _ in expected.refused], found
    for (_, reason), (_, wanted) in zip(found, expected.refused, strict=True):
        assert reason.startswith(wanted)
    for product_id, check in expected.products.items():
        product = catalog.product(product_id)
        assert product is not None, product_id
        assert check(product), product
    assert all(in_chinese(row.reason) for row in (*report.refused, *report.warnings)), (
        "every reason is there in Chinese"
    )
    told = " | ".join(warning.reason for warning in report.warnings)
    assert all(piece in told for piece in expected.warned), told
    again = catalog.ingest(path)
    assert (again.added, again.changed, again.unchanged) == (0, 0, report.added)
    assert again.refused == report.refused
    assert catalog.version == 1


def test_what_the_shop_pays_is_told_to_nobody(catalog: Catalog, tmp_path: Path) -> None:
    TABLES["export.csv"](tmp_path / "export.csv")
    report = catalog.ingest(tmp_path / "export.csv")
    assert {one.column: one.field for one in report.mapping}["Cost price"] == ""
    assert not any("640" in fact.value for fact in catalog.facts("A-1"))


def test_a_sale_with_dates_runs_only_between_them(catalog: Catalog, tmp_path: Path) -> None:
    TABLES["feed.xml"](tmp_path / "feed.xml")
    catalog.ingest(tmp_path / "feed.xml")
    (sale,) = catalog.promotions()
    assert (sale.products, sale.percent_off) == (("B-1",), Decimal(25))
    assert sale.text.en == "$30 for a limited time instead of $40"
    assert catalog.promotions("B-2") == ()
    path = tmp_path / "feed.xml"
    path.write_text(path.read_text().replace("<g:sale_price>30.00 USD</g:sale_price>", ""))
    catalog.ingest(path)
    assert catalog.promotions() == (), "a sale that the feed no longer has is over"


def test_a_page_of_questions_in_an_archive(catalog: Catalog, tmp_path: Path) -> None:
    TABLES["pages.zip"](tmp_path / "pages.zip")
    catalog.ingest(tmp_path / "pages.zip")
    (faq,) = catalog.faqs()
    assert (faq.question.en, faq.answer.en) == ("Do you ship abroad?", "Not yet.")


def test_a_product_that_is_taken_off_sale_leaves_the_shop(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"

    def feed(state: str) -> IngestReport:
        path.write_text(f"编号,名称,价格,上架状态\n1,碗,9,上架\n2,盘,9,{state}\n", encoding="utf-8")
        return catalog.ingest(path)

    assert feed("上架").added == 2
    report = feed("已下架")
    assert (report.left_out, report.removed, report.unchanged) == (1, 1, 1)
    assert [product.id for product in catalog.products()] == ["1"]
