"""A shopper and the widget: answers, cards, reload, lost network, and a page that lets nothing through."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Site, Visitor
from tests.e2e.wire import Wire

pytestmark = pytest.mark.server("chromium")

Visit = Callable[..., Visitor]
QUESTION = "有没有200元以内的保温杯？"


def open_chat(page: Page) -> None:
    page.get_by_role("button", name="打开客服对话").click()
    expect(page.locator(".turn.bot")).to_have_count(1)  # the greeting


def ask(page: Page, text: str) -> None:
    page.get_by_label("输入消息", exact=True).fill(text)
    page.keyboard.press("Enter")


def answered(page: Page, times: int = 1) -> None:
    """The `times`-th answer is complete: only then can it be rated."""
    expect(page.locator(".turn.bot .thumbs")).to_have_count(times)


def remembered(page: Page, name: str) -> str:
    """What the widget keeps: `token`, `session`."""
    stored = page.evaluate("Object.entries(localStorage).find(([key]) => key.startsWith('zhibo:http'))[1]")
    return str(json.loads(stored)[name])


def token(page: Page) -> str:
    return remembered(page, "token")


def leave(site: Site, page: Page) -> None:
    """Close the page and have the conversation deleted at the end: the next test's queue is empty."""
    site.left.append(token(page))  # not at once: what an open inbox was just asking about it would be refused
    page.close()


def log_texts(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".turn .bubble").all_inner_texts()]


def test_an_answer_comes_with_a_card_from_the_catalogue(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    ask(page, QUESTION)
    answered(page)
    cards = page.locator(".card")
    expect(cards.first).to_be_visible()
    title = cards.first.locator("b").inner_text()
    price = cards.first.locator("strong").inner_text()
    assert re.fullmatch(r"¥\d+(\.\d\d)?", price)
    cards.first.locator("a").click()
    expect(page.locator(".facts h1")).to_have_text(title)
    expect(page.locator(".buy-price .price")).to_have_text(price)


def test_the_ai_label_and_the_way_to_a_person_are_always_in_sight(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    expect(page.locator(".legal")).to_contain_text("AI生成")
    expect(page.locator(".turn.bot .chip").first).to_have_text("AI生成")
    expect(page.locator(".pill")).to_be_in_viewport()


def test_a_reload_shows_the_same_conversation_once(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    ask(page, QUESTION)
    answered(page)
    before = log_texts(page)
    page.reload()
    answered(page)
    assert log_texts(page) == before
    ask(page, "第一款有什么颜色？")
    answered(page, 2)
    page.reload()
    answered(page, 2)
    texts = log_texts(page)
    assert texts[: len(before)] == before
    assert texts.count(QUESTION) == 1


def test_what_is_said_while_the_network_is_down_arrives_once(site: Site, visit: Visit, cable: Wire) -> None:
    visitor = visit(f"http://127.0.0.1:{cable.port}/")
    page = visitor.page
    open_chat(page)
    ask(page, QUESTION)
    answered(page)
    visitor.offline_expected = True
    cable.cut()
    expect(page.get_by_text("网络不稳，正在重新连接…")).to_be_visible()
    ask(page, "满多少包邮？")
    expect(page.locator(".turn.user")).to_have_count(2)
    cable.mend()
    answered(page, 2)
    expect(page.get_by_text("网络不稳，正在重新连接…")).to_be_hidden()
    page.reload()
    answered(page, 2)
    texts = log_texts(page)
    assert texts.count("满多少包邮？") == 1
    assert texts.count(QUESTION) == 1


def test_a_message_survives_closing_the_page_before_it_was_sent(site: Site, visit: Visit, cable: Wire) -> None:
    visitor = visit(f"http://127.0.0.1:{cable.port}/")
    page = visitor.page
    open_chat(page)
    visitor.offline_expected = True
    cable.cut()
    ask(page, "满多少包邮？")
    expect(page.locator(".turn.user")).to_have_count(1)
    cable.mend()
    page.reload()
    answered(page)
    assert log_texts(page).count("满多少包邮？") == 1


def test_stopping_before_the_first_word_ends_the_waiting(site: Site, visit: Visit) -> None:
    page = visit(site.url, refusals=True).page
    open_chat(page)
    page.route("**/api/chat/events*", lambda route: route.abort())
    page.reload()  # from now on no word of an answer arrives
    ask(page, QUESTION)
    expect(page.locator(".busy")).to_be_visible()
    page.get_by_role("button", name="停止生成").click()
    expect(page.locator(".busy")).to_have_count(0)


def test_a_page_about_a_product_says_which(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    product = page.locator(".good a").first
    title = product.locator(".good-title").inner_text()
    product.click()
    page.get_by_role("button", name="问问这款商品").click()
    expect(page.locator(".about")).to_contain_text(title)
    with page.expect_request("**/api/chat/messages") as sent:
        ask(page, "这款多少钱？")
    body = json.loads(sent.value.post_data or "")
    assert page.url.endswith(f"/product/{body['product_id']}")
    answered(page)
    price = page.locator(".buy-price .price").inner_text().removeprefix("¥")
    expect(page.locator(".turn.bot .bubble").last).to_contain_text(price)


def test_who_asks_before_the_product_has_come_asks_about_it(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    product = page.locator(".good a").first.get_attribute("href") or ""
    held: list[Route] = []
    page.route("**/api/products/*", lambda route: held.append(route))
    page.goto(site.url + product)
    open_chat(page)
    with page.expect_request("**/api/chat/messages") as sent:
        ask(page, "这款多少钱？")
    assert product.endswith(f"/{json.loads(sent.value.post_data or '')['product_id']}")
    answered(page)
    held[0].continue_()
    expect(page.locator(".facts h1")).to_be_visible()


def test_a_message_waits_for_the_page_to_say_what_it_is_about(site: Site, visit: Visit) -> None:
    page = visit("about:blank").page
    tags = '<zhibo-chat></zhibo-chat><script src="/widget.js"></script><script src="/late.js"></script>'
    page.route("**/merchant", lambda route: route.fulfill(content_type="text/html", body=f"<!doctype html>{tags}"))
    held: list[Route] = []
    page.route("**/late.js", lambda route: held.append(route))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.url}/merchant", wait_until="commit")
    open_chat(page)
    ask(page, "这款多少钱？")
    expect(page.locator(".turn.user")).to_have_count(1)
    assert not [address for address in asked if address.endswith("/messages")]
    with page.expect_request("**/api/chat/messages") as sent:
        held[0].fulfill(body="document.querySelector('zhibo-chat').setAttribute('product', 'cup-316-500')")
    assert json.loads(sent.value.post_data or "")["product_id"] == "cup-316-500"
    answered(page)


def test_where_storage_is_denied_the_chat_still_works(site: Site, visit: Visit) -> None:
    visitor = visit("about:blank")
    visitor.context.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        "  Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });"
    )
    page = visitor.page
    page.goto(site.url)
    open_chat(page)
    ask(page, QUESTION)
    answered(page)


def test_text_from_outside_is_never_markup(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    hostile = "<img src=x onerror=\"document.title='owned'\"> [x](javascript:alert(1)) https://evil.example/a"
    ask(page, hostile)
    answered(page)
    page.reload()
    answered(page)
    assert page.locator(".turn.user .bubble").inner_text() == hostile
    assert page.locator(".turn .bubble img, .turn .bubble a[href^='javascript'], .turn a[href*='evil']").count() == 0
    assert page.title() != "owned"


def test_the_keyboard_is_enough(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    page.locator(".launcher").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("输入消息", exact=True)).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    answered(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator(".launcher")).to_be_focused()


def test_on_a_phone_the_panel_fills_the_screen_and_keeps_the_focus(site: Site, visit: Visit) -> None:
    page = visit(site.url, phone=True).page
    open_chat(page)
    page.wait_for_timeout(500)  # it slides in
    assert page.get_by_role("dialog").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    inside = "document.activeElement.localName === 'zhibo-chat'"
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(inside)


def test_the_language_can_be_changed_within_a_conversation(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    ask(page, QUESTION)
    answered(page)
    page.get_by_role("button", name="更多", exact=True).click()
    page.get_by_role("button", name="English").last.click()
    expect(page.get_by_role("button", name="Talk to a person")).to_be_visible()
    answered(page)
    assert log_texts(page).count(QUESTION) == 1


def test_the_shopper_can_take_the_conversation_along_and_delete_it(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    ask(page, QUESTION)
    answered(page)
    page.get_by_role("button", name="更多", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载对话记录").click()
    kept = download.value.path().read_text(encoding="utf-8")
    assert QUESTION in kept and re.search("(AI|人工智能)生成", kept)
    page.get_by_role("button", name="更多", exact=True).click()
    page.get_by_role("button", name="删除我的数据").click()
    # the question has not pushed the panel out of its box
    assert page.locator(".panel").evaluate("panel => panel.scrollTop") == 0
    page.get_by_role("alertdialog").get_by_role("button", name="删除", exact=True).click()
    expect(page.get_by_text("您的对话数据已删除。")).to_be_visible()
    page.reload()
    page.get_by_role("button", name=re.compile("打开客服对话|关闭对话")).first.wait_for()
    assert page.locator(".turn.user").count() == 0


def test_a_widget_that_came_late_to_a_page_that_never_ends_loading_sends_messages(site: Site, visit: Visit) -> None:
    page = visit("about:blank").page
    body = '<!doctype html><zhibo-chat></zhibo-chat><img src="/never.png">'
    page.route("**/merchant", lambda route: route.fulfill(content_type="text/html", body=body))
    held: list[Route] = []
    page.route("**/never.png", lambda route: held.append(route))
    page.goto(f"{site.url}/merchant", wait_until="domcontentloaded")
    page.evaluate("document.head.append(Object.assign(document.createElement('script'), { src: '/widget.js' }))")
    open_chat(page)
    ask(page, QUESTION)
    answered(page)
    assert page.evaluate("document.readyState") == "interactive"
    held[0].fulfill(status=204)
