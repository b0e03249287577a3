"""What staff see and do beside answering: urgency, VIPs, snoozing, being told, another language, a narrow window."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from knowledge.model import Customer
from tests.assistant.model_server import ModelServer
from tests.e2e.conftest import Site, Visitor
from tests.e2e.test_access import violations
from tests.e2e.test_chat import ask, leave, open_chat, remembered
from tests.e2e.test_handoff import open_of
from tests.e2e.test_widget import menu
from tests.web import conftest as small
from tests.web.test_safety_identity import KEY, signed

pytestmark = pytest.mark.server("chromium")

Visit = Callable[..., Visitor]
PHONE = "13800001234"
# A page nobody looks at, and what it says aloud.
UNSEEN = """() => {
  Object.defineProperty(document, 'hidden', { get: () => true });
  window.notes = [];
  window.Notification = class extends Notification {
    constructor(title, options) { super(title, options); window.notes.push(this); }
  };
}"""


def waiting(site: Site, visit: Visit) -> Page:
    """A shopper who has asked for a person."""
    shopper = visit(site.url).page
    open_chat(shopper)
    shopper.locator(".pill").click()
    expect(shopper.locator(".system.wait")).to_be_visible()
    return shopper


def row(inbox: Page, shopper: Page) -> Any:
    return inbox.locator(f'.rows [data-id="{remembered(shopper, "session")}"]')


def test_a_vip_is_marked_and_what_is_owed_turns_red(visit: Visit, tmp_path: Path) -> None:
    given = small.settings_in(tmp_path, identity_key=KEY, first_reply_s=3)
    with small.serving(given, ScriptedModel([TextDelta("好。")])) as shop:
        shop.services.catalog.put(customers=[Customer("C-77", "林溪", level="vip")], source="test")
        now = int(time.time())
        with shop.client() as client:
            identity = signed({"sub": "C-77", "iat": now, "exp": now + 600})
            session = client.post("/api/chat/sessions", json={"identity": identity}).json()
        inbox = visit(f"{shop.url}/signin#{shop.services.auth.new_link('小林', 'owner')}").page
        expect(inbox.locator("#net")).to_have_attribute("data-state", "up")
        assert small.Visitor(shop, session).post("handoff").status_code == 202
        inbox.locator(".rows .row").click()
        owed = inbox.locator(".thread-head .sla")
        expect(owed).to_contain_text("还剩")
        expect(inbox.locator(".rows .vip")).to_be_visible()
        expect(inbox.locator(".thread-head h2")).to_have_text("林溪")
        expect(inbox.locator(".thread-head .vip")).to_be_visible()
        expect(owed).to_contain_text("超时")  # by itself, while somebody looks at it
        expect(owed).to_have_class(re.compile("bad"))
        expect(inbox.locator(".rows .tag.bad")).to_contain_text("等了")
        inbox.close()


def test_what_is_put_aside_comes_back_when_the_shopper_writes(site: Site, visit: Visit, open_inbox: Visit) -> None:
    shopper = waiting(site, visit)
    inbox = open_inbox().page
    open_of(inbox, shopper)
    expect(inbox.get_by_role("button", name="推迟")).to_be_visible()
    inbox.locator("#thread").focus()
    inbox.keyboard.press("s")
    dialog = inbox.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert violations(inbox) == []
    dialog.get_by_role("button", name="2 小时").click()
    expect(row(inbox, shopper)).to_have_count(0)
    inbox.locator(".chip.snoozed").click()
    expect(row(inbox, shopper)).to_be_visible()
    inbox.locator(".chip.waiting").click()
    ask(shopper, "还在吗？")
    expect(row(inbox, shopper)).to_be_visible()
    expect(inbox.locator(".chip.snoozed")).to_have_count(0)
    leave(site, shopper)


def test_from_the_search_to_the_last_key_no_mouse_is_needed(site: Site, visit: Visit, open_inbox: Visit) -> None:
    shoppers = [waiting(site, visit), waiting(site, visit)]
    ask(shoppers[0], "杯盖漏水怎么办")
    inbox = open_inbox().page
    inbox.keyboard.press("/")
    inbox.keyboard.type("漏水")
    expect(row(inbox, shoppers[1])).to_have_count(0)
    inbox.keyboard.press("Enter")
    expect(row(inbox, shoppers[0])).to_have_attribute("aria-current", "true")
    expect(inbox.get_by_role("button", name="接管", exact=True)).to_be_visible()
    inbox.keyboard.press("t")
    expect(inbox.get_by_label("回复顾客…")).to_be_focused()
    inbox.keyboard.type("请拍一张")
    inbox.locator("#find").fill("")
    expect(row(inbox, shoppers[1])).to_be_visible()
    inbox.keyboard.press("Escape")
    opened = inbox.url
    inbox.keyboard.press("k")  # those who wait stand above the one somebody has
    expect(inbox).not_to_have_url(opened)
    expect(inbox.locator(".rows .row[aria-current]")).to_be_in_viewport()
    inbox.keyboard.press("j")
    expect(inbox).to_have_url(opened)
    expect(inbox.get_by_label("回复顾客…")).to_have_value("请拍一张")
    for shopper in shoppers:
        leave(site, shopper)


def test_on_a_slow_line_no_words_reach_the_shopper_who_was_open_before(
    site: Site, visit: Visit, open_inbox: Visit
) -> None:
    first, second = waiting(site, visit), waiting(site, visit)
    inbox = open_inbox().page
    open_of(inbox, first)
    inbox.keyboard.press("t")
    inbox.keyboard.type("只给第一位")  # at once, while the taking over is on its way
    expect(inbox.get_by_role("button", name="交回 AI")).to_be_visible()
    held: list[Any] = []
    inbox.route(f"**/api/inbox/conversations/{remembered(second, 'session')}?*", lambda route: held.append(route))
    row(inbox, second).click()
    expect(inbox.get_by_label("回复顾客…")).to_be_disabled()
    expect(inbox.get_by_label("回复顾客…")).to_have_value("")
    held[0].continue_()
    expect(inbox.locator("#context")).to_contain_text("未验证身份")
    inbox.locator(".chip").first.click()  # all: the first one waits no more
    row(inbox, first).click()
    expect(inbox.get_by_label("回复顾客…")).to_have_value("只给第一位")
    inbox.keyboard.press("r")
    inbox.keyboard.press("Enter")
    expect(first.locator(".turn.agent .bubble")).to_have_text("只给第一位")
    expect(second.locator(".turn.agent")).to_have_count(0)
    inbox.unroute_all()
    for shopper in (first, second):
        leave(site, shopper)


def test_what_comes_in_while_taking_over_does_not_close_the_box(site: Site, visit: Visit, open_inbox: Visit) -> None:
    shopper = waiting(site, visit)
    inbox = open_inbox().page
    open_of(inbox, shopper)
    held: list[Any] = []
    inbox.route(re.compile(r"/take\b"), lambda route: held.append(route))
    inbox.keyboard.press("t")
    inbox.keyboard.type("我来")
    shopper.get_by_role("textbox").fill("还有人吗")
    shopper.get_by_role("textbox").press("Enter")
    expect(inbox.get_by_role("log")).to_contain_text("还有人吗")
    expect(inbox.get_by_label("回复顾客…")).to_be_enabled()
    inbox.keyboard.type("看看")
    expect(inbox.get_by_label("回复顾客…")).to_have_value("我来看看")
    held[0].continue_()
    expect(inbox.get_by_role("button", name="交回 AI")).to_be_visible()
    expect(inbox.get_by_label("回复顾客…")).to_have_value("我来看看")
    inbox.unroute_all()
    leave(site, shopper)


def test_what_the_shopper_deletes_is_gone_from_the_desk_and_from_their_other_tab(
    site: Site, visit: Visit, open_inbox: Visit
) -> None:
    visitor = visit(site.url, refusals=True)
    shopper = visitor.page
    open_chat(shopper)
    ask(shopper, "转人工")
    expect(shopper.locator(".system.wait")).to_be_visible()
    tab = visitor.context.new_page()
    tab.goto(site.url)
    tab.get_by_role("button", name=re.compile("打开客服对话")).click()
    expect(tab.locator(".system.wait")).to_be_visible()
    inbox = open_inbox(refusals=True).page
    open_of(inbox, shopper)
    theirs = row(inbox, shopper)
    menu(shopper, "删除我的数据")
    shopper.get_by_role("button", name="删除", exact=True).click()
    expect(theirs).to_have_count(0)
    expect(inbox.get_by_text("这个对话已被顾客删除。")).to_be_visible()
    expect(inbox.get_by_role("textbox", name="回复顾客…")).to_have_count(0)
    expect(tab.get_by_text("您的对话数据已删除。")).to_be_visible()


def test_whose_session_has_ended_is_led_to_sign_in(site: Site, visit: Visit) -> None:
    staff = visit(site.link("小周"), refusals=True)
    expect(staff.page.locator("#net")).to_have_attribute("data-state", "up")
    elsewhere = staff.context.new_page()
    elsewhere.goto(f"{site.url}/inbox")
    expect(elsewhere.locator("#net")).to_have_attribute("data-state", "up")
    elsewhere.get_by_role("button", name="退出登录").click()
    expect(elsewhere).to_have_url(re.compile("/signin"))
    shopper = waiting(site, visit)  # what this page would have heard of, it hears no more
    expect(staff.page).to_have_url(f"{site.url}/signin?next=/inbox")
    leave(site, shopper)


def test_who_looks_elsewhere_is_told_by_the_desktop(site: Site, visit: Visit, open_inbox: Visit) -> None:
    inbox = open_inbox(permissions=["notifications"]).page
    inbox.evaluate(UNSEEN)
    shopper = waiting(site, visit)
    inbox.wait_for_function("window.notes.length > 0")
    assert inbox.evaluate("window.notes[0].title") == "有顾客在等人工"
    inbox.evaluate("window.notes[0].onclick()")  # leads there
    expect(row(inbox, shopper)).to_have_attribute("aria-current", "true")
    expect(inbox.get_by_role("button", name="接管", exact=True)).to_be_visible()
    leave(site, shopper)


@pytest.mark.parametrize("phone", [False, True])
def test_in_a_narrow_window_the_shopper_is_one_key_away(
    site: Site, visit: Visit, open_inbox: Visit, phone: bool
) -> None:
    shopper = waiting(site, visit)
    inbox = open_inbox(phone=phone).page
    if not phone:
        inbox.set_viewport_size({"width": 1100, "height": 760})
    open_of(inbox, shopper)
    aside = inbox.locator("#context")
    expect(aside).to_be_hidden()
    inbox.get_by_role("button", name="顾客信息").click()
    expect(aside).to_be_in_viewport(ratio=1)
    expect(aside.get_by_label("加标签")).to_be_visible()
    assert violations(inbox) == []
    inbox.keyboard.press("Escape")
    expect(aside).to_be_hidden()
    expect(inbox.get_by_role("button", name="顾客信息")).to_be_focused()
    inbox.keyboard.press("i")
    expect(aside).to_be_visible()
    aside.get_by_role("button", name="关闭").click()
    expect(aside).to_be_hidden()
    assert inbox.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    if phone:
        inbox.locator(".tab.note").click()
        inbox.keyboard.type("先问仓库")
        inbox.get_by_role("button", name="返回列表").click()
        expect(row(inbox, shopper)).to_contain_text("草稿: 先问仓库")
        row(inbox, shopper).click()
        expect(inbox.get_by_label("写备注，只有同事看得到…")).to_have_value("先问仓库")
    leave(site, shopper)


@contextmanager
def translating(folder: Path) -> Iterator[tuple[small.Site, ModelServer]]:
    """A small shop with a configured model, which knows two sentences."""
    known = {"I am still waiting. Call": "我还在等。请打", "在路上了": "It is on its way."}

    def script(request: dict[str, Any]) -> list[str]:
        said = request["messages"][-1]["content"]
        for one, other in known.items():
            said = said.replace(one, other)
        return [said]

    model = ModelServer(script)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="model")
    thread.start()
    running = model.running()
    try:
        asyncio.run_coroutine_threadsafe(running.__aenter__(), loop).result(10)
        given = small.settings_in(folder, model="openai", model_url=model.url, model_name="words-7b")
        with small.serving(given, ScriptedModel([TextDelta("Let me look.")])) as shop:
            yield shop, model
    finally:
        asyncio.run_coroutine_threadsafe(running.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def test_staff_read_and_write_another_language(visit: Visit, tmp_path: Path) -> None:
    with translating(tmp_path) as (shop, model):
        shopper = shop.visitor("en")
        assert shopper.post("handoff").status_code == 202
        shopper.say(f"I am still waiting. Call {PHONE}")
        inbox = visit(f"{shop.url}/signin#{shop.services.auth.new_link('小林', 'owner')}").page
        inbox.locator(".rows .row").click()
        inbox.get_by_role("button", name="接管", exact=True).click()
        inbox.get_by_role("button", name="翻译", exact=True).click()
        expect(inbox.locator(".turn.user .in-other")).to_have_text(f"我还在等。请打 {PHONE}")
        assert PHONE not in json.dumps(model.requests)  # it was masked on its way
        box = inbox.get_by_label("回复顾客…")
        box.fill("在路上了")
        inbox.get_by_role("button", name="译成顾客的语言").click()
        expect(box).to_have_value("It is on its way.")
        box.press("Enter")
        last = shopper.events(lambda event: event.get("role") == "agent")[-1]
        assert last["text"] == "It is on its way."
        expect(inbox.locator(".turn.agent:not(.pending) .bubble")).to_have_text("It is on its way.")
        inbox.close()
