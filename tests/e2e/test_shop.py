"""The storefront: searching, filtering, choosing a variant, changing language and light."""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Site, Visitor

pytestmark = pytest.mark.server("chromium")

Visit = Callable[..., Visitor]


def fetch(site: Site, path: str, **query: str) -> Any:
    with urllib.request.urlopen(f"{site.url}{path}?{urllib.parse.urlencode(query)}", timeout=20) as answer:
        return json.load(answer)


def test_filters_show_what_the_catalogue_says(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    category = fetch(site, "/api/shop", lang="zh")["categories"][0]
    page.get_by_role("button", name=category["name"], exact=True).click()
    expect(page.locator("#count")).to_have_text(f"共 {category['count']} 件")
    products = fetch(site, "/api/products", lang="zh", category=category["name"], limit="200")["products"]
    cheap = [each for each in products if float(each["price"]) < 100]
    page.get_by_role("combobox", name="价格").select_option(label="¥100 以下")
    expect(page.locator("#count")).to_have_text(f"共 {len(cheap)} 件")
    page.get_by_role("combobox", name="排序").select_option(label="价格从低到高")
    prices = [float(text.removeprefix("¥")) for text in page.locator(".good-price .price").all_inner_texts()]
    assert prices == sorted(prices) and prices


def test_searching_finds_products_and_says_when_there_are_none(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    page.get_by_role("searchbox").fill("保温杯")
    expect(page.locator(".good-title").first).to_contain_text("保温")
    page.get_by_role("combobox", name="价格").select_option(label="¥1,000 以上")
    expect(page.get_by_text("没有找到符合条件的商品。")).to_be_visible()
    page.get_by_role("button", name="清除筛选").click()
    expect(page.locator(".good").first).to_be_visible()


def test_a_shop_without_products_says_so_and_where_they_come_in(site: Site, visit: Visit) -> None:
    page = visit("about:blank").page
    page.route("**/api/products?*", lambda route: route.fulfill(json={"products": []}))
    page.goto(site.url)
    expect(page.get_by_text("店里还没有商品。")).to_be_visible()
    expect(page.locator("#filters")).to_be_hidden()
    assert page.get_by_role("link", name="去商家后台导入").get_attribute("href") == "/console"


def test_a_chosen_variant_brings_its_own_price(site: Site, visit: Visit) -> None:
    every = fetch(site, "/api/products", lang="zh", limit="200")["products"]
    for card in every:
        product = fetch(site, f"/api/products/{card['id']}", lang="zh")
        dearer = [v for v in product["variants"] if v["price"] and float(v["price"]) > float(product["price"])]
        if dearer:
            break
    else:
        raise AssertionError("the demo shop has no product whose variants cost differently")
    page = visit(site.url + product["url"]).page
    for option in dearer[0]["options"]:
        page.get_by_role("group", name=f"选择{option['name']}").get_by_text(option["value"], exact=True).click()
    shown = page.locator(".buy-price .price").inner_text().replace(",", "").removeprefix("¥")
    assert float(shown) == float(dearer[0]["price"])


def test_language_and_light_are_kept(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    page.get_by_role("button", name="English").click()
    expect(page.locator("#goods-title")).to_have_text("All products")
    page.get_by_role("button", name="Light or dark").click()
    page.locator(".good a").first.click()
    expect(page.get_by_role("button", name="Ask about this product")).to_be_visible()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    expect(page.locator("zhibo-chat")).to_have_attribute("theme", "dark")
    assert re.search("[A-Za-z]", page.locator(".facts h1").inner_text())
    page.goto(site.url)
    expect(page.locator("zhibo-chat")).to_have_attribute("theme", "dark")


def test_a_missing_product_is_told_in_words(site: Site, visit: Visit) -> None:
    page = visit(f"{site.url}/product/no-such-thing", refusals=True).page
    expect(page.get_by_text("没有这件商品，可能已经下架。")).to_be_visible()
