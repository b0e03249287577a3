"""A merchant at work in the console, in a browser: every tab, what was asked in vain, the claims report."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PatienceEnded

from tests.e2e.conftest import Site, Visitor
from tests.e2e.test_access import violations
from tests.e2e.test_chat import answered, ask, open_chat

pytestmark = pytest.mark.server("chromium")

Visit = Callable[..., Visitor]
TABS = {
    "zh": (
        "数据", "商品", "活动", "政策", "问答", "没答上的", "试聊", "主播", "直播间", "核验", "提醒", "模型",
        "Webhook", "员工", "操作记录", "设置",
    ),
    "en": (
        "Figures", "Catalogue", "Promotions", "Policies", "FAQ", "Gaps", "Test chat", "Hosts", "Live rooms", "Claims",
        "Reminders", "Models", "Webhooks", "People", "Audit", "Settings",
    ),
}  # fmt: skip
# Gradio's own markup, which we cannot reach: its upload box, its empty player and picture, the button over it.
GRADIOS = (".upload-container", "'.empty", "'.large'", ".image-container")
LOADED_MS = 60_000  # Gradio takes seconds to load


@pytest.fixture
def open_console(site: Site, visit: Visit, badge: Any) -> Callable[..., Page]:
    def open_window(lang: str = "zh", **more: Any) -> Page:
        page = visit(f"{site.url}/console/{lang}/", storage_state=badge, **more).page
        expect(page.locator("#zb-tabs")).to_be_visible(timeout=LOADED_MS)
        return page

    return open_window


def turn_to(page: Page, title: str) -> None:
    """Choose a tab; on a phone most of them are behind the menu."""
    tab = page.get_by_role("tab", name=title, exact=True).first
    if not tab.is_visible():
        page.locator("#zb-tabs .overflow-menu > button").first.click()
        tab = page.locator("#zb-tabs .overflow-dropdown button", has_text=title).first
    tab.click()


def ours(page: Page) -> list[str]:
    return [found for found in violations(page) if not any(part in found for part in GRADIOS)]


@pytest.mark.parametrize(("lang", "scheme"), [("zh", "light"), ("en", "dark")])
def test_everyone_can_use_every_tab_on_a_phone(open_console: Callable[..., Page], lang: str, scheme: str) -> None:
    page = open_console(lang, color_scheme=scheme, phone=True)
    expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{lang}"))
    for title in TABS[lang]:
        turn_to(page, title)
        expect(page.get_by_role("tab", name=title, exact=True).first).to_have_attribute("aria-selected", "true")
        assert ours(page) == [], title
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, title


def test_the_readers_language_is_chosen_and_can_be_changed(site: Site, visit: Visit, badge: Any) -> None:
    visitor = visit(f"{site.url}/console/", storage_state=badge, lang="en-GB")
    page = visitor.page
    expect(page.get_by_role("tab", name="Promotions")).to_be_visible(timeout=LOADED_MS)
    expect(page.get_by_role("heading", name=re.compile("Conversations a day"))).to_be_visible(timeout=LOADED_MS)
    for _ in range(3):  # a click while Gradio is still drawing its pages is lost now and then, and made again
        page.get_by_role("link", name="中文").click()
        with suppress(PatienceEnded):
            page.wait_for_url("**/console/zh/", wait_until="commit")
            break
    expect(page.get_by_role("tab", name="活动")).to_be_visible(timeout=LOADED_MS)
    visitor.errors.clear()  # Gradio complains of its own requests that leaving the page cut off


def test_what_was_asked_in_vain_is_answered_once_for_all(
    site: Site, visit: Visit, open_console: Callable[..., Page]
) -> None:
    question = "你们有线下实体店吗"
    shopper = visit(site.url).page
    open_chat(shopper)
    ask(shopper, question)
    answered(shopper)
    page = open_console()
    turn_to(page, "没答上的")
    page.locator(".zb-pick label", has_text=question).first.click()
    expect(page.get_by_text("资料里没有").first).to_be_visible()
    answer = page.get_by_label("回答（中文）").locator("visible=true")
    answer.fill("没有实体店，我们是全网第一。")
    page.get_by_role("button", name="采用").click()
    expect(page.get_by_text("没有保存")).to_be_visible()
    expect(page.locator(".zb-evidence del").locator("visible=true").first).to_contain_text("第一")
    answer.fill("没有实体店，只在网上卖。")
    page.get_by_role("button", name="采用").click()
    expect(page.get_by_text("已采用")).to_be_visible()
    ask(shopper, "请问你们有线下实体店吗？")
    expect(shopper.get_by_text("没有实体店，只在网上卖。").first).to_be_visible()


def test_a_test_chat_shows_what_the_answer_rests_on(open_console: Callable[..., Page]) -> None:
    page = open_console("en")
    turn_to(page, "Test chat")
    page.get_by_placeholder("Ask as a shopper would").fill("How much do I need to spend for free shipping?")
    page.get_by_role("button", name="Send").click()
    evidence = page.locator(".zb-evidence").locator("visible=true").first
    expect(evidence.get_by_text("Sentence by sentence")).to_be_visible()
    expect(evidence.get_by_text("Looked up")).to_be_visible()
    expect(evidence.locator("td", has_text="Remote regions free from").first).to_be_visible()
    page.get_by_role("button", name="How long is the warranty?").click()  # one of those to begin with
    expect(evidence.locator("td", has_text="Warranty").first).to_be_visible()


def test_a_policy_changed_in_the_console_is_what_the_next_shopper_hears(
    site: Site, visit: Visit, open_console: Callable[..., Page]
) -> None:
    page = open_console()
    turn_to(page, "政策")
    page.locator(".zb-pick label", has_text="客服").locator("visible=true").first.click()
    text = page.get_by_label("内容（中文）").locator("visible=true")
    expect(text).not_to_have_value("")
    before = text.input_value()
    text.fill(before + "春节照常在线。")
    page.get_by_role("button", name="保存").locator("visible=true").click()
    expect(page.get_by_text("已保存，下一句话起生效").locator("visible=true")).to_be_visible()
    text.fill(before)
    page.get_by_role("button", name="保存").locator("visible=true").click()


def test_the_claims_report_names_what_was_changed_and_why(open_console: Callable[..., Page]) -> None:
    page = open_console()
    turn_to(page, "直播间")
    line = page.get_by_label("插一句话（先过核验）")
    line.fill("这是全网最低价。")
    line.press("Enter")
    expect(page.locator(".zb-evidence .label", has_text="违规").locator("visible=true")).to_be_visible()
    turn_to(page, "核验")
    expect(page.locator(".zb-speed tr").first).to_be_visible()  # how long the checks took
    claim = page.locator(".zb-claims article", has_text="最低价").first
    expect(claim).to_be_visible()
    expect(claim).to_contain_text("广告法")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="导出 CSV").locator("visible=true").click()
    assert "最低价" in waiting.value.path().read_text(encoding="utf-8-sig")
    page.get_by_label("按规则").check()
    expect(page.locator(".zb-counts td", has_text="AD-9-3").first).to_be_visible()


def test_reminders_are_switched_kind_by_kind(open_console: Callable[..., Page]) -> None:
    page = open_console()
    turn_to(page, "提醒")
    mode, coupons = page.get_by_label("只发给要过提醒的人"), page.get_by_label("优惠券快到期")
    expect(coupons).to_be_checked()
    mode.check()
    coupons.uncheck()
    page.get_by_label("这段时间不发").fill("22:30-08:00")
    page.get_by_role("button", name="保存").locator("visible=true").click()
    expect(page.get_by_text("已保存，一分钟内起效").locator("visible=true")).to_be_visible()
    page = open_console()
    turn_to(page, "提醒")
    expect(page.get_by_label("只发给要过提醒的人")).to_be_checked()
    expect(page.get_by_label("优惠券快到期")).not_to_be_checked()
    expect(page.get_by_label("包裹晚到")).to_be_checked()
    expect(page.get_by_label("这段时间不发")).to_have_value("22:30-08:00")
    expect(page.get_by_text("还没有发过提醒").locator("visible=true")).to_be_visible()
    page.get_by_label("都不发").check()  # as the other tests found it
    page.get_by_role("button", name="保存").locator("visible=true").click()
    expect(page.get_by_text("已保存，一分钟内起效").locator("visible=true")).to_be_visible()
