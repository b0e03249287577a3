"""A shopper and a person: waiting, taken over, both typing, the bot silent, released, closed and rated."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site, Visitor
from tests.e2e.test_chat import QUESTION, answered, ask, leave, log_texts, open_chat, remembered
from tests.e2e.wire import Wire

pytestmark = pytest.mark.server("chromium")

Visit = Callable[..., Visitor]
FIRST, SECOND = "您好，我来帮您看看。", "这款现在 169 元，库存充足。"


def open_of(inbox: Page, shopper: Page) -> None:
    """Open the conversation of just this page: others may have come back into the queue."""
    inbox.locator(".chip.waiting").click()
    inbox.locator(f'.rows [data-id="{remembered(shopper, "session")}"]').click()


def test_who_waits_for_a_person_is_not_told_that_an_answer_is_being_thought_about(site: Site, visit: Visit) -> None:
    shopper = visit(site.url).page
    open_chat(shopper)
    shopper.locator(".pill").click()
    expect(shopper.locator(".system.wait")).to_be_visible()
    with shopper.expect_response("**/api/chat/messages"):
        ask(shopper, "还在吗？")
    shopper.wait_for_timeout(300)  # the event of it has come too
    expect(shopper.locator(".busy")).to_have_count(0)
    expect(shopper.get_by_role("button", name="停止生成")).to_have_count(0)
    leave(site, shopper)


def test_from_the_question_to_the_rating(site: Site, visit: Visit, open_inbox: Visit, cable: Wire) -> None:
    """Two browsers and one conversation, start to end; the shopper's line is cut twice and their page loaded again."""
    inbox = open_inbox().page
    window = visit(f"http://127.0.0.1:{cable.port}")
    shopper = window.page
    open_chat(shopper)
    ask(shopper, QUESTION)
    answered(shopper)
    shopper.locator(".pill").click()
    expect(shopper.locator(".system.wait")).to_contain_text("正在为您转接人工客服")
    expect(shopper.locator(".system.wait")).to_be_in_viewport(ratio=1)  # below a long answer too

    window.offline_expected = True
    cable.cut()
    open_of(inbox, shopper)  # it came by itself: the page was not reloaded
    expect(inbox.locator(".log")).to_contain_text(QUESTION)
    expect(inbox.locator(".summary")).to_be_visible()
    inbox.get_by_role("button", name="接管", exact=True).click()
    reply = inbox.get_by_label("回复顾客…")
    expect(reply).to_be_enabled()
    cable.mend()
    expect(shopper.locator(".log")).to_contain_text("已加入对话")

    reply.press_sequentially("您好")
    expect(shopper.locator(".busy")).to_contain_text("正在输入…")
    reply.fill(FIRST)
    inbox.keyboard.press("Enter")
    person = shopper.locator(".turn.agent .bubble")
    expect(person).to_have_text(FIRST)
    shopper.get_by_label("输入消息", exact=True).press_sequentially("好")
    expect(inbox.locator(".typing")).to_have_text("顾客正在输入…")
    ask(shopper, "好的，这款现在多少钱？")
    expect(inbox.locator(".log")).to_contain_text("好的，这款现在多少钱？")

    cable.cut()
    reply.fill(SECOND)
    inbox.keyboard.press("Enter")
    expect(inbox.locator(".turn.agent:not(.pending) .bubble")).to_have_text([FIRST, SECOND])
    cable.mend()
    expect(person).to_have_text([FIRST, SECOND])
    said = log_texts(shopper)
    shopper.reload()
    expect(person).to_have_text([FIRST, SECOND])
    assert log_texts(shopper) == said
    shopper.wait_for_timeout(1500)  # longer than the bot needs for an answer
    expect(shopper.locator(".turn.bot .thumbs")).to_have_count(1)

    inbox.get_by_role("button", name="交回 AI").click()
    expect(shopper.locator(".log")).to_contain_text("已转回 AI 助手")
    expect(shopper.locator(".rating")).to_be_in_viewport(ratio=1)
    shopper.get_by_role("radio", name="5 星").click()
    shopper.get_by_label("还想说点什么（选填）").fill("回得很快")
    shopper.get_by_role("button", name="提交评价").click()
    expect(shopper.get_by_text("谢谢，您的评价已提交。")).to_be_visible()
    expect(inbox.get_by_role("img", name="5 / 5")).to_be_visible()  # seen by staff at once, with what was said
    expect(inbox.locator(".context")).to_contain_text("回得很快")
    ask(shopper, "还有更便宜的吗？")
    answered(shopper, 2)
    shopper.reload()
    answered(shopper, 2)
    expect(shopper.get_by_text("已转回 AI 助手")).to_be_visible()
    expect(shopper.locator(".rating")).to_have_count(0)  # it was rated: not asked again


def test_two_people_cannot_answer_at_once(site: Site, visit: Visit, open_inbox: Visit) -> None:
    first = open_inbox().page
    second = visit(site.link("小周")).page
    expect(second).to_have_url(f"{site.url}/inbox")
    shopper = visit(site.url).page
    open_chat(shopper)
    shopper.locator(".pill").click()
    expect(shopper.locator(".system.wait")).to_be_visible()
    for inbox in (first, second):
        open_of(inbox, shopper)
    first.get_by_role("button", name="接管", exact=True).click()
    expect(second.get_by_label("回复顾客…")).to_be_disabled()
    expect(second.get_by_role("button", name="接管", exact=True)).to_be_hidden()
    expect(shopper.locator(".log")).to_contain_text("已加入对话")
    first.get_by_role("button", name="结束", exact=True).click()
    expect(shopper.get_by_role("radio", name="5 星")).to_be_visible()  # who leaves is asked how it was


def test_the_inbox_is_fresh_after_its_line_was_cut(site: Site, visit: Visit, open_inbox: Visit, cable: Wire) -> None:
    staff = open_inbox(cable.port)
    inbox = staff.page
    shopper = visit(site.url).page
    open_chat(shopper)
    ask(shopper, "我要找真人客服，快递盒子破了")
    expect(shopper.locator(".system.wait")).to_be_visible()
    open_of(inbox, shopper)
    expect(inbox.locator(".log")).to_contain_text("快递盒子破了")
    staff.offline_expected = True
    cable.cut()
    expect(inbox.locator("#net")).to_have_attribute("data-state", "down")
    ask(shopper, "里面也湿了")  # of this nobody tells the inbox again
    expect(shopper.locator(".log")).to_contain_text("里面也湿了")
    cable.mend()
    expect(inbox.locator("#net")).to_have_attribute("data-state", "up")
    expect(inbox.locator(".log")).to_contain_text("里面也湿了")
    leave(site, shopper)


def test_a_stranger_sees_no_inbox(site: Site, visit: Visit) -> None:
    visitor = visit(f"{site.url}/inbox", refusals=True)  # the page asks who this is
    expect(visitor.page).to_have_url(f"{site.url}/signin?next=/inbox")
    visitor.page.locator("#name").fill("小林")
    visitor.page.locator("#password").fill("not-the-password")
    visitor.page.get_by_role("button", name="登录").click()
    expect(visitor.page.locator("#words")).to_have_class("bad")


def test_what_staff_need_beside_the_reply(site: Site, visit: Visit, open_inbox: Visit) -> None:
    """A note, a tag, a canned reply whose variable is missing, a suggestion, who else is there, and what was read."""
    inbox = open_inbox().page
    shopper = visit(site.url).page
    open_chat(shopper)
    ask(shopper, "转人工")
    expect(shopper.locator(".system.wait")).to_be_visible()
    open_of(inbox, shopper)
    expect(inbox.get_by_role("button", name="接管", exact=True)).to_be_visible()
    inbox.keyboard.press("t")
    expect(inbox.get_by_label("回复顾客…")).to_be_enabled()
    ask(shopper, "多久发货？")
    expect(inbox.locator(".log")).to_contain_text("多久发货？")

    inbox.locator(".tab.note").click()
    inbox.get_by_label("写备注，只有同事看得到…").fill("老顾客，请优先")
    inbox.keyboard.press("Enter")
    expect(inbox.locator(".turn.note")).to_contain_text("老顾客，请优先")
    inbox.get_by_label("加标签").fill("发货")
    inbox.keyboard.press("Enter")
    expect(inbox.locator(".tag-box .tag")).to_have_text(re.compile("发货"))

    inbox.locator(".tab.reply").click()
    inbox.get_by_label("回复顾客…").press_sequentially("/order")
    expect(inbox.get_by_role("option")).to_have_count(1)
    inbox.keyboard.press("Enter")
    expect(inbox.locator(".gaps")).to_contain_text("{order}")
    expect(inbox.get_by_role("button", name="发送")).to_be_disabled()
    inbox.get_by_label("回复顾客…").fill("")
    inbox.get_by_role("button", name="建议回复").click()
    expect(inbox.get_by_label("回复顾客…")).to_have_value(re.compile("48小时"))
    expect(inbox.locator(".basis")).to_contain_text("AI 建议")
    inbox.get_by_label("回复顾客…").press("Enter")
    expect(shopper.locator(".turn.agent .bubble").last).to_contain_text("48小时")
    assert "老顾客" not in shopper.locator(".log").inner_text()

    colleague = visit(site.link("小周")).page
    expect(colleague.locator("#net")).to_have_attribute("data-state", "up")
    mine = inbox.url.partition("#")[2]
    colleague.locator(f'[data-id="{mine}"]').click()
    expect(inbox.locator(".viewers")).to_contain_text("小周 也在看")
    expect(colleague.locator(".turn.note")).to_contain_text("老顾客，请优先")

    inbox.keyboard.press("Escape")
    inbox.keyboard.press("x")
    inbox.get_by_role("dialog").get_by_role("button", name="小周").click()
    expect(colleague.locator(".rows .row[aria-current]")).to_contain_text("请您接待")
    inbox.keyboard.press("?")
    expect(inbox.get_by_role("dialog")).to_contain_text("建议回复")
    leave(site, shopper)
