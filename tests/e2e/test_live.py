"""A viewer and the live room: the picture moves, a question is seen, answered and marked."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site, Visitor
from tests.e2e.wire import Wire

pytestmark = pytest.mark.server("chromium")

Visit = Callable[..., Visitor]


def watch(site: Site, visit: Visit, port: int = 0, **more: object) -> Page:
    # the room may still be starting: its picture is asked for until it is there
    page = visit(f"http://127.0.0.1:{port or site.port}/live/demo", refusals=True, **more).page
    for _ in range(300):
        if page.evaluate("document.querySelector('video').readyState") >= 3:
            return page
        page.wait_for_timeout(200)
    raise AssertionError("no picture within a minute")


def test_the_picture_plays_near_the_live_edge(site: Site, visit: Visit) -> None:
    page = watch(site, visit)
    expect(page.locator("#on-air")).to_have_attribute("data-state", "on_air")
    first = page.evaluate("document.querySelector('video').currentTime")
    page.wait_for_function("first => document.querySelector('video').currentTime > first + 2.5", arg=first)
    width = page.evaluate("document.querySelector('video').videoWidth")
    height = page.evaluate("document.querySelector('video').videoHeight")
    assert (width, height) == (1280, 720)
    behind = page.evaluate(
        "(v => v.buffered.end(v.buffered.length - 1) - v.currentTime)(document.querySelector('video'))"
    )
    assert behind < 4
    expect(page.locator(".ai-mark")).to_have_text("AI生成 · 数字人")


def test_after_a_lost_line_picture_and_comments_come_back_by_themselves(site: Site, visit: Visit, cable: Wire) -> None:
    page = watch(site, visit, cable.port)
    page.get_by_role("tab", name="讲解文字").click()
    cable.cut()
    expect(page.locator("#rest")).to_contain_text("信号中断")
    product = page.locator("h1").inner_text()
    cable.mend()
    expect(page.locator("#rest")).to_have_class(re.compile("gone"))
    before = page.evaluate("document.querySelector('video').currentTime")
    page.wait_for_function("before => document.querySelector('video').currentTime > before + 0.5", arg=before)
    expect(page.locator("h1")).to_have_text(product)
    said = page.locator(".said li:not(.blank)").count()
    page.wait_for_function("n => document.querySelectorAll('.said li:not(.blank)').length > n", arg=said)
    page.get_by_role("tab", name="互动").click()
    page.locator("#line").fill("我回来了")
    page.keyboard.press("Enter")
    expect(page.locator(".talk .mine")).to_have_count(1)


def test_a_question_is_answered_by_the_host(site: Site, visit: Visit) -> None:
    page = watch(site, visit)
    page.get_by_label("昵称").fill("小满")
    page.locator("#line").fill("请问这款多少钱？")
    page.keyboard.press("Enter")
    own = page.locator(".talk .mine")
    expect(own).to_contain_text("请问这款多少钱？")
    expect(own.locator(".tag")).to_have_text("已回答", timeout=45_000)
    expect(own.locator(".reply")).not_to_be_empty()
    page.get_by_role("tab", name="讲解文字").click()
    expect(page.locator(".said .answer").first).to_be_visible()


def test_the_product_on_air_stands_first_on_the_shelf(site: Site, visit: Visit) -> None:
    page = watch(site, visit)
    lit = page.locator(".shelf .item.on")
    expect(lit).to_have_count(1)
    expect(page.locator(".shelf .item").first).to_have_class("item on")
    expect(page.locator("h1")).to_have_text(lit.locator(".item-title").inner_text())


def test_a_phone_shows_picture_comments_and_shelf(site: Site, visit: Visit) -> None:
    page = watch(site, visit, phone=True)
    expect(page.locator("#line")).to_be_in_viewport()
    page.get_by_role("tab", name="直播商品").click()
    expect(page.locator(".shelf .item").first).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_room_that_does_not_exist_says_so(site: Site, visit: Visit) -> None:
    visitor = visit(f"{site.url}/live/nowhere", refusals=True)
    expect(visitor.page.locator("#rest")).to_contain_text("没有这个直播间。")
    expect(visitor.page.get_by_role("link", name="去逛店铺")).to_be_visible()
    expect(visitor.page.locator("#say")).to_be_hidden()
