import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from knowledge.catalog import Catalog
from knowledge.ingest.folder import load_shop_folder
from knowledge.ingest.report import IngestError
from knowledge.store import anchors
from tests.knowledge.conftest import DEMO

PRODUCT = {"id": "H1", "title": {"zh": "拖鞋", "en": "Slippers"}, "price": 59, "pictures": ["H1.webp"]}
CUSTOMER = {"id": "C1", "name": "林晓"}
ORDER = {
    "id": "O1", "customer_id": "C1", "state": "shipped", "created": "-3d 4h", "total": 128, "shipping_fee": 10,
    "items": [{"product_id": "H1", "quantity": 2, "price": 59}],
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "myshop"
    (path / "pictures").mkdir(parents=True)
    (path / "pictures" / "H1.webp").write_bytes(b"RIFF")
    (path / "shop.yaml").write_text("id: my\nname: {zh: 小店, en: Shop}\nreplace: true\n", encoding="utf-8")
    _lines(path / "products.jsonl", PRODUCT)
    _lines(path / "customers.jsonl", CUSTOMER)
    _lines(path / "orders.jsonl", ORDER)
    return path


def _lines(path: Path, *rows: Any) -> None:
    texts = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")


def test_the_demo_shop_is_whole() -> None:
    shop = load_shop_folder(DEMO)
    assert shop.refused == []
    assert shop.warnings == []
    assert len(shop.products) >= 80
    assert len({product.category.zh for product in shop.products}) >= 8
    assert all(product.price is not None and product.langs == ("zh", "en") for product in shop.products)
    assert len(shop.promotions) >= 12
    assert len(shop.faqs) >= 60
    assert len(shop.customers) >= 40


def test_a_folder_becomes_a_shop(catalog: Catalog, folder: Path) -> None:
    report = catalog.ingest(folder)
    assert (report.read, report.added, report.refused, report.warnings) == (4, 4, (), ())
    assert catalog.shop.name("en") == "Shop"
    (order,) = catalog.orders("C1")
    assert order.items[0].title("zh") == "拖鞋"
    assert timedelta(days=3) < datetime.now(UTC) - order.created < timedelta(days=3, hours=5)
    assert (catalog.settings.media_dir / "H1.webp").read_bytes() == b"RIFF"
    assert "128元" in {fact.value for fact in catalog.order_facts(order)}


def test_loading_again_changes_nothing_and_moves_no_date(catalog: Catalog, folder: Path) -> None:
    catalog.ingest(folder)
    before = catalog.order("O1")
    report = catalog.ingest(folder)
    assert (report.added, report.changed, report.removed, report.unchanged) == (0, 0, 0, 4)
    assert catalog.order("O1") == before
    assert catalog.version == 1


def test_after_a_day_the_dates_move_along(catalog: Catalog, folder: Path) -> None:
    catalog.ingest(folder)
    before = catalog.order("O1")
    with catalog.store.write() as connection:
        connection.execute(sa.update(anchors).values(at=datetime.now(UTC) - timedelta(days=30)))
    report = catalog.ingest(folder)
    after = catalog.order("O1")
    assert report.changed == 1
    assert before is not None
    assert after is not None
    assert after.created >= before.created
    assert catalog.products()[0].version == 1


def test_rows_that_left_the_folder_leave_the_shop(catalog: Catalog, folder: Path) -> None:
    catalog.ingest(folder)
    _lines(folder / "products.jsonl", PRODUCT | {"id": "H2"})
    _lines(folder / "orders.jsonl", ORDER | {"items": [{"product_id": "H2", "quantity": 2, "price": 59}]})
    report = catalog.ingest(folder)
    assert report.removed == 1
    assert [product.id for product in catalog.products()] == ["H2"]


@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        ("products.jsonl", "{not json", "not JSON"),
        ("products.jsonl", PRODUCT, "stands twice"),
        ("products.jsonl", {"id": "X", "title": ""}, "title is empty"),
        ("products.jsonl", {"id": "X", "title": "x", "price": -1}, "below zero"),
        ("products.jsonl", {"id": "X", "title": "x", "variants": [{"id": "a"}, {"id": "a"}]}, "variant id 'a'"),
        ("products.jsonl", {"id": "X", "title": "x", "attributes": [["长", "", "1", ""]] * 2}, "attribute '长'"),
        ("products.jsonl", ["x"], "expected fields"),
        ("orders.jsonl", ORDER | {"id": "X", "customer_id": "C9"}, "no customer 'C9'"),
        ("orders.jsonl", ORDER | {"id": "X", "items": []}, "no items"),
        (
            "orders.jsonl",
            ORDER | {"id": "X", "items": [{"product_id": "H9", "quantity": 1, "price": 1}]},
            "no product 'H9'",
        ),
    ],
)
def test_a_bad_row_is_refused_and_the_others_land(folder: Path, name: str, row: Any, reason: str) -> None:
    good = {"products.jsonl": PRODUCT, "orders.jsonl": ORDER}[name]
    _lines(folder / name, good, row)
    shop = load_shop_folder(folder)
    assert [refusal.row for refusal in shop.refused] == [f"{name}:2"]
    assert reason in shop.refused[0].reason
    assert len(shop.products) == len(shop.orders) == 1


@pytest.mark.parametrize(
    ("promotion", "reason"),
    [
        ("{id: P, name: x, kind: threshold, threshold: 300}", "needs minus"),
        ("{id: P, name: x, kind: percent, percent_off: 120}", "at most 100"),
        ("{id: P, name: x, kind: free_shipping, starts: +2d, ends: +1d}", "ends before it starts"),
        ("{id: P, name: x, kind: gift, gift: H9, threshold: 1}", "no product 'H9'"),
        ("{id: P, name: x, kind: bogof}", "is not one of"),
    ],
)
def test_a_promotion_must_make_sense(folder: Path, promotion: str, reason: str) -> None:
    (folder / "promotions.yaml").write_text(
        f"- {{id: good, name: 包邮, kind: free_shipping}}\n- {promotion}\n", encoding="utf-8"
    )
    shop = load_shop_folder(folder)
    assert [found.id for found in shop.promotions] == ["good"]
    assert [refusal.row for refusal in shop.refused] == ["promotions.yaml:2"]
    assert reason in shop.refused[0].reason


def test_sums_that_do_not_add_up_are_pointed_out(folder: Path) -> None:
    _lines(folder / "orders.jsonl", ORDER | {"total": 100})
    (warning,) = load_shop_folder(folder).warnings
    assert "128" in warning.reason


def test_missing_pictures_and_prices_are_pointed_out(folder: Path) -> None:
    _lines(folder / "products.jsonl", {"id": "H1", "title": "x", "pictures": ["none.webp"]})
    reasons = [warning.reason for warning in load_shop_folder(folder).warnings]
    assert any("no price" in reason for reason in reasons)
    assert any("none.webp is missing" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("shop.yaml", b"- a list", "must hold fields"),
        ("shop.yaml", b"id: [", "is not YAML"),
        ("shop.yaml", "name: 小店".encode("gbk"), "is not UTF-8"),
        ("shop.yaml", b"nmae: x", "unknown field"),
        ("promotions.yaml", b"a: b", "must be a list"),
    ],
)
def test_a_folder_that_cannot_be_read_says_why(folder: Path, name: str, content: bytes, reason: str) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(IngestError, match=reason):
        load_shop_folder(folder)


def test_prices_follow_from_variants(catalog: Catalog, folder: Path) -> None:
    variants = [{"id": "a", "price": 80, "stock": 2}, {"id": "b", "price": 70, "list_price": 90, "stock": 3}]
    _lines(folder / "products.jsonl", {"id": "H1", "title": "x", "variants": variants})
    catalog.ingest(folder)
    (product,) = catalog.products()
    assert (product.price, product.list_price, product.stock) == (Decimal(70), Decimal(90), 5)
