"""Everyone can use every page (axe), in both schemes, on a phone; the pages obey their own strict policy."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import AXE, Site, Visitor
from tests.e2e.test_chat import QUESTION, answered, ask, leave, open_chat
from tests.e2e.test_handoff import open_of

pytestmark = pytest.mark.server("chromium")

Visit = Callable[..., Visitor]
SCHEMES = ("light", "dark")


def violations(page: Page) -> list[str]:
    """All that axe finds at WCAG 2.2 AA and in its best practices, as one line each."""
    page.wait_for_timeout(600)  # animations over: a half-transparent text has half its contrast
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{each['impact']} {each['id']}: {node['target']} {node.get('failureSummary', '')}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_shop_and_open_widget(site: Site, visit: Visit, scheme: str) -> None:
    page = visit(site.url, color_scheme=scheme, phone=True).page
    expect(page.locator(".good").first).to_be_visible()
    assert violations(page) == []
    open_chat(page)
    ask(page, QUESTION)
    answered(page)
    page.get_by_role("button", name="更多", exact=True).click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator(".pill").click()
    page.locator(".system.wait").get_by_role("button", name="留言").click()
    assert violations(page) == []
    leave(site, page)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_product_page_on_a_phone(site: Site, visit: Visit, scheme: str) -> None:
    page = visit(site.url, color_scheme=scheme, phone=True).page
    page.locator(".good a").first.click()
    expect(page.locator(".facts h1")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("scheme", SCHEMES)
def test_live_page_and_the_one_to_speak(site: Site, visit: Visit, badge: Any, scheme: str) -> None:
    address = f"{site.url}/live/demo"
    page = visit(address, storage_state=badge, color_scheme=scheme, phone=True, refusals=True).page
    page.get_by_role("tab", name="直播商品").click()
    expect(page.locator(".shelf .item").first).to_be_visible(timeout=60_000)
    assert violations(page) == []
    page.goto(f"{address}/speak")
    expect(page.get_by_role("button", name="开麦")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{site.url}/live/nowhere")
    expect(page.locator("#rest")).to_contain_text("没有这个直播间")
    assert violations(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_ones_own_account(site: Site, visit: Visit, badge: Any, scheme: str) -> None:
    page = visit(f"{site.url}/account", storage_state=badge, color_scheme=scheme, phone=True).page
    expect(page.locator("#events li").first).to_be_visible()
    # The code is drawn, and the policy lets it be seen.
    expect(page.locator("#picture")).not_to_have_js_property("naturalWidth", 0)
    page.locator("#fresh").fill("four unrelated words: kelp")
    expect(page.locator("#strength")).to_have_js_property("value", 4)
    assert violations(page) == []
    page.locator("#show").check()
    expect(page.locator("#fresh")).to_have_attribute("type", "text")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_second_factor_is_asked_for_on_a_step_of_its_own(site: Site, visit: Visit) -> None:
    """From turning it on to signing in with it; a wrong code is said to be wrong. The account is no other test's: who
    signs in by a link would be asked for a code, too."""
    page = visit(site.link("小吴"), phone=True, refusals=True).page
    page.wait_for_url(f"{site.url}/inbox")
    page.goto(f"{site.url}/account")
    expect(page.locator("#secret")).not_to_be_empty()
    first = page.locator("#secret").inner_text()
    page.locator("#fresh").fill("four unrelated words: kelp")
    page.get_by_role("button", name="保存密码").click()
    expect(page.locator("#words")).to_contain_text("密码已保存")
    expect(page.locator("#secret")).not_to_have_text(first)  # the account is shown anew
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.locator("#code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="开启", exact=True).click()
    expect(page.locator("#factor-state")).to_contain_text("恢复码")
    codes = page.locator("#recovery").inner_text().split()
    assert violations(page) == []

    door = visit(f"{site.url}/signin", phone=True, refusals=True).page
    door.get_by_label("名字").fill("小吴")
    door.get_by_label("密码", exact=True).fill("four unrelated words: kelp")
    door.get_by_role("button", name="登录", exact=True).click()
    expect(door.locator("#code")).to_be_focused()
    expect(door.get_by_label("名字")).to_be_hidden()
    assert violations(door) == []
    door.locator("#code").fill("000000")
    door.keyboard.press("Enter")
    expect(door.locator("#words")).to_have_class("bad")
    door.locator("#code").fill(codes[0])
    door.keyboard.press("Enter")
    door.wait_for_url(f"{site.url}/inbox")


def test_signing_in_leads_nowhere_else(site: Site, visit: Visit, badge: Any) -> None:
    for evil in (
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "/\\evil.example",
        "data:text/html,x",
    ):
        page = visit(f"{site.url}/signin?next={quote(evil)}", storage_state=badge).page
        page.wait_for_url(lambda address: "/signin" not in address)
        assert page.url.startswith(f"{site.url}/"), evil


@pytest.mark.parametrize("scheme", SCHEMES)
def test_inbox_and_sign_in(site: Site, visit: Visit, open_inbox: Visit, scheme: str) -> None:
    door = visit(f"{site.url}/signin", color_scheme=scheme, phone=True, refusals=True)
    expect(door.page.locator("#form")).to_be_visible()
    assert violations(door.page) == []
    inbox = open_inbox(color_scheme=scheme, phone=True).page
    inbox.locator("#more").click()
    assert violations(inbox) == []
    shopper = visit(site.url).page
    open_chat(shopper)
    shopper.locator(".pill").click()
    expect(shopper.locator(".system.wait")).to_be_visible()
    open_of(inbox, shopper)
    inbox.get_by_role("button", name="接管", exact=True).click()
    expect(inbox.get_by_label("回复顾客…")).to_be_enabled()
    inbox.get_by_label("回复顾客…").press_sequentially("/")
    expect(inbox.get_by_role("option").first).to_be_visible()
    assert violations(inbox) == []
    inbox.get_by_role("button", name="管理快捷回复").click()
    dialog = inbox.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert violations(inbox) == []
    inbox.keyboard.press("Escape")
    for key in ("?", "x"):  # the keys, and to whom a conversation may go
        inbox.locator("#thread").focus()
        inbox.keyboard.press(key)
        expect(dialog).to_be_visible()
        assert violations(inbox) == []
        inbox.keyboard.press("Escape")
    leave(site, shopper)


@pytest.mark.parametrize("lang", ["zh-CN", "en-GB"])
def test_pages_speak_the_visitors_language(site: Site, visit: Visit, lang: str) -> None:
    page = visit(site.url, lang=lang).page
    expect(page.locator(".good").first).to_be_visible()
    chinese = page.locator("h2").first.inner_text() == "全部商品"
    assert chinese == (lang == "zh-CN")
    assert page.evaluate("document.documentElement.lang") == ("zh-CN" if chinese else "en")
    # the widget follows, whichever of the two came first
    expect(page.get_by_role("button", name="打开客服对话" if chinese else "Open chat")).to_be_visible()
    page.evaluate("document.documentElement.lang = 'zh-Hant'")
    expect(page.get_by_role("button", name="開啟客服對話")).to_be_visible()


def test_pages_are_served_with_a_policy_that_forbids_inline_code(site: Site, visit: Visit) -> None:
    page = visit("about:blank", refusals=True).page  # the sign-in page asks who this is
    for path in ("/", "/live/demo", "/signin"):
        answer = page.goto(site.url + path)
        assert answer is not None
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy and "style-src 'self';" in policy and "unsafe" not in policy
