"""Products for pages, a merchant's files, and the guard for other programs."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from tests.web.conftest import Site, serving, settings_in
from tests.web.outside import Answer, outside
from web.importing import file_name

GBK = "商品编号,商品名称,价格,库存\nA1,竹编收纳篮,39.9,20\nA2,,abc,5\nA3,亚麻桌布,不详,7\n".encode("gbk")


def upload(site: Site, name: str, content: bytes, **form: str) -> Any:
    with site.staff() as staff:
        return staff.post("/api/catalogue/ingest", files={"file": (name, content)}, data=form)


def test_cards_in_both_languages(site: Site) -> None:
    with site.client() as client:
        zh = client.get("/api/products", params={"lang": "zh", "category": "鞋靴"}).json()["products"]
        en = client.get("/api/products/S1", headers={"Accept-Language": "en-GB,en;q=0.9"}).json()
    assert [card["id"] for card in zh] == ["S1"]
    assert zh[0] | {"badges": []} == {
        "id": "S1", "title": "云朵防滑拖鞋", "price": "59.00", "list_price": "79.00", "currency": "CNY",
        "picture": "/media/S1.webp", "stock": 12, "url": "/product/S1", "brief": "雨天也站得稳", "badges": [],
    }  # fmt: skip
    assert (en["title"], en["attributes"]) == ("Cloud Non-slip Slippers", [{"name": "Sole", "value": "TPR rubber"}])


def test_products_are_found_and_paged(site: Site) -> None:
    with site.client() as client:
        found = client.get("/api/products", params={"q": "电热水壶", "limit": 1}).json()
        assert [card["id"] for card in found["products"]] == ["K1"]
        assert client.get("/api/products", params={"limit": 1, "offset": 1}).json()["products"][0]["id"] == "K1"
        assert client.get("/api/products/none").status_code == 404
        assert client.get("/api/products", params={"limit": 100_000}).status_code == 422
        assert client.get("/media/S1.webp").headers["content-type"] == "image/webp"


def test_the_shop_introduces_itself(site: Site) -> None:
    with site.client() as client:
        shop = client.get("/api/shop", params={"lang": "en"}).json()
    assert shop["shop"]["name"] == {"zh": "山间小铺", "en": "Hillside Store"}
    assert shop["demo"] is False, "only the demo shop is one"
    assert {"name": "Shoes", "count": 1} in shop["categories"]
    assert shop["policies"][0]["text"] == "Returns within 7 days."


def test_a_broken_gbk_file_lands_its_good_rows_and_names_the_others(site: Site) -> None:
    rehearsed = upload(site, "商品.csv", GBK, dry_run="true").json()
    assert (rehearsed["dry_run"], rehearsed["added"]) == (True, 2)
    assert site.services.catalog.product("A1") is None, "a dry run changes nothing"
    report = upload(site, "商品.csv", GBK).json()
    assert report["added"] == 2
    assert [row["row"] for row in report["refused"]] == ["商品.csv:3"], "a product without a name"
    assert "商品.csv:4" in [row["row"] for row in report["warnings"]], "a price that is no number"
    assert all(row["reason"] for row in report["refused"] + report["warnings"])
    assert {guess["column"]: guess["field"] for guess in report["mapping"]}["商品名称"].startswith("title")
    product = site.services.catalog.product("A1")
    assert product is not None
    assert product.title.zh == "竹编收纳篮"
    assert upload(site, "商品.csv", GBK).json()["unchanged"] == 2


def test_refused_rows_are_downloaded_put_right_and_fed_again(site: Site) -> None:
    report = upload(site, "商品.csv", GBK).json()
    assert report["refused"][0]["reason_zh"] == "缺商品名称"
    with site.staff() as staff:
        answer = staff.get(f"/api/catalogue/refused/{report['refused_file']}")
        assert staff.get("/api/catalogue/refused/..%2F..%2Fzhibo.db").status_code == 404
    assert answer.headers["content-type"].startswith("text/csv")
    fixed = answer.text.replace("A2,,abc", "A2,藤编收纳篮,49.9")
    again = upload(site, report["refused_file"], fixed.encode()).json()
    assert (again["added"], again["refused_count"]) == (1, 0)
    product = site.services.catalog.product("A2")
    assert product is not None
    assert product.source == "商品.csv:3"


def test_corrections_are_listed_and_forgotten(site: Site) -> None:
    upload(site, "a.csv", GBK, mapping=json.dumps({"库存": "ignore"}))
    with site.staff() as staff:
        (kept,) = staff.get("/api/catalogue/mappings").json()
        assert (kept["mapping"], kept["origin"]) == ({"库存": "ignore"}, "a.csv")
        assert upload(site, "b.csv", GBK, dry_run="true").json()["signature"] == kept["signature"]
        assert staff.delete(f"/api/catalogue/mappings/{kept['signature']}").json() == {"forgotten": True}
        assert staff.delete(f"/api/catalogue/mappings/{kept['signature']}").status_code == 404
        assert staff.get("/api/catalogue/mappings").json() == []


def test_a_manual_is_taken_in_for_the_product_that_is_named(site: Site) -> None:
    manual = "# 保养\n\n用湿布擦拭鞋面，阴干。".encode()
    refused = upload(site, "care.md", manual)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert "--product" in refused.json()["message"]
    assert upload(site, "care.md", manual, products="S1").json()["kind"] == "passages"
    assert site.services.catalog.passages("S1")[0].text.zh == "用湿布擦拭鞋面，阴干。"


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.csv", b""), ("x.xlsx", b"PK\x03\x04broken"), ("x.json", b"{"), ("x.exe", b"MZ\x90"), ("../../x", b"?")],
)
def test_what_is_no_catalogue_is_refused_in_one_sentence(site: Site, name: str, content: bytes) -> None:
    answer = upload(site, name, content)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "invalid"
    assert len(answer.json()["message"]) > 10


def test_a_mapping_that_is_no_object_is_refused(site: Site) -> None:
    assert upload(site, "x.csv", GBK, mapping="[1]").json()["code"] == "invalid"


def test_a_price_change_is_in_the_next_answer(site: Site) -> None:
    csv = "商品编号,商品名称,价格\nS9,棉线拖把,{price}\n"
    for price in ("29.90", "35.50"):
        upload(site, "p.csv", csv.format(price=price).encode())
        with site.client() as client:
            assert client.get("/api/products/S9").json()["price"] == price


def test_the_guard_alone(site: Site) -> None:
    with site.client() as client:
        body = {"text": "云朵防滑拖鞋只要39元。鞋底是TPR橡胶。全网最低价！", "product_ids": ["S1"]}
        answer = client.post("/v1/guard", json=body).json()
        assert answer["label"] == "forbidden"
        assert [sentence["label"] for sentence in answer["sentences"]] == ["contradicted", "ok", "forbidden"]
        assert "最低价" not in answer["text"]
        assert "39" not in answer["text"]
        for span in answer["spans"]:
            assert span["reason"]
        law = next(span for span in answer["spans"] if span["rule"])
        assert "广告法" in law["article"]
        sheet = {"名称": "小鹿保温杯", "售价": "99元", "容量": "500ml"}
        alone = client.post("/v1/guard", json={"text": "这款只要89元，容量半升。", "sheet": sheet}).json()
        assert alone["text"] == "这款只要99元，容量半升。"
        assert client.post("/v1/guard", json={"text": "x", "sheet": ["a"]}).status_code == 422
        unknown = client.post("/v1/guard", json={"text": "x", "product_ids": ["none"]})
        assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


def test_the_api_describes_itself(site: Site) -> None:
    with site.client() as client:
        paths = client.get("/api/openapi.json").json()["paths"]
    assert {"/api/chat/messages", "/api/rooms/{room}/comments", "/v1/guard"} <= set(paths)
    assert json.dumps(paths)


def test_a_feed_is_taken_in_from_its_address_and_from_no_inner_one(tmp_path: Path) -> None:
    feed = "编号,商品名称,售价\nN1,棉麻围裙,49\n".encode()
    sheet = {"Content-Type": "text/csv; charset=utf-8"}
    settings = settings_in(tmp_path / "data", fetch_hosts="127.0.0.1/32")
    with (
        serving(settings, ScriptedModel([TextDelta("好。")])) as site,
        outside(lambda asked: Answer(200, feed, sheet)) as shop,
    ):
        with site.staff(role="merchant") as merchant:
            url = f"http://127.0.0.1:{shop.port}/feeds/today?key=1"
            looked = merchant.post("/api/catalogue/ingest-url", json={"url": url, "dry_run": True}).json()
            taken = merchant.post("/api/catalogue/ingest-url", json={"url": url}).json()
            inner = merchant.post("/api/catalogue/ingest-url", json={"url": "http://[::1]/feed.csv"})
        product = site.services.catalog.product("N1")
    assert (looked["added"], looked["dry_run"], taken["added"]) == (1, True, 1)
    assert product is not None and (product.title.zh, product.source) == ("棉麻围裙", "today.csv:2")
    assert inner.status_code == 422 and "内部网络" in inner.json()["message"]


def test_what_comes_from_an_address_has_a_name_that_tells_its_kind() -> None:
    assert file_name("https://a.example/feeds/google.xml?x=/../y", "text/xml") == "google.xml"
    assert file_name("https://a.example/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "text/plain") == "etcpasswd.txt"
    assert file_name("https://a.example/", "application/json") == "a.example.json"
