"""What else the widget can do: forms, letters, voice, reading aloud, languages, reminders, and a finger's room."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site, Visitor
from tests.e2e.test_access import violations
from tests.e2e.test_chat import QUESTION, answered, ask, leave, log_texts, open_chat
from tests.e2e.test_handoff import open_of

pytestmark = pytest.mark.server("chromium")

Visit = Callable[..., Visitor]
MINUTE = 60_000
LISTENER = """
window.SpeechRecognition = window.webkitSpeechRecognition = class {
  start() {
    const heard = Object.assign([{ transcript: '有没有拖鞋' }], { isFinal: true });
    setTimeout(() => { this.onresult({ results: [heard] }); this.onend(); }, 50);
  }
  stop() {}
};
window.read = [];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, 'speechSynthesis', { value: {
  speak(speech) { window.read.push([speech.lang, speech.text]); window.speech = speech; }, cancel() {} } });
"""


def menu(page: Page, entry: str) -> None:
    page.get_by_role("button", name="更多", exact=True).click()
    page.get_by_role("button", name=entry, exact=True).click()


def test_an_order_is_found_with_a_form_by_keyboard_alone(site: Site, visit: Visit) -> None:
    order = next(
        one for one in map(json.loads, _demo("orders.jsonl")) if one["state"] == "shipped" and len(one["events"]) > 1
    )
    owner = next(one for one in map(json.loads, _demo("customers.jsonl")) if one["id"] == order["customer_id"])
    page = visit(site.url).page
    open_chat(page)
    ask(page, "我的订单到哪了？")
    answered(page)
    form = page.get_by_role("form", name="查询订单")
    form.get_by_label("订单号").fill(order["id"])
    page.keyboard.press("Tab")
    page.keyboard.type(owner["phone"][-3:])  # one digit short
    page.keyboard.press("Enter")
    expect(form.get_by_text("请填写 4 位数字")).to_be_visible()
    expect(form.get_by_label("下单手机号后四位")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(owner["phone"][-4:])
    page.keyboard.press("Enter")
    answered(page, 2)
    card = page.locator("section.order")
    expect(card).to_contain_text(order["id"])
    assert card.locator(".steps li").count() == len(order["events"])
    expect(page.locator(".form")).to_have_count(0)
    page.reload()
    answered(page, 2)
    expect(page.locator("section.order")).to_have_count(1)
    expect(page.locator(".form")).to_have_count(0)  # it was filled in: not offered again


def _demo(name: str) -> list[str]:
    from web.wiring import DEMO_SHOP

    return (DEMO_SHOP / name).read_text(encoding="utf-8").splitlines()


def test_who_would_rather_not_wait_leaves_an_address_that_staff_see(
    site: Site, visit: Visit, open_inbox: Visit
) -> None:
    page = visit(site.url, phone=True).page
    open_chat(page)
    page.locator(".pill").click()
    wait = page.locator(".system.wait")
    expect(wait).to_contain_text(re.compile(r"您排在第 \d+ 位"))
    expect(wait).to_contain_text("人工服务时间")
    wait.get_by_role("button", name="留言").click()
    form = page.get_by_role("form", name="给客服留言")
    expect(form.get_by_label("您的邮箱")).to_be_focused()
    form.get_by_label("您的邮箱").fill("lin@example.com")
    form.get_by_label("想问的事").fill("盒子破了，能换吗？")
    form.get_by_role("button", name="发送留言").click()
    expect(wait).to_contain_text("留言已收到")
    inbox = open_inbox().page
    inbox.locator(".chip.waiting").click()
    inbox.locator(".rows .row", has_text="lin@example.com").click()
    expect(inbox.locator(".log")).to_contain_text("盒子破了，能换吗？")
    leave(site, page)


def test_a_shopper_sees_that_a_person_has_read(site: Site, visit: Visit, open_inbox: Visit) -> None:
    inbox = open_inbox().page
    page = visit(site.url).page
    open_chat(page)
    ask(page, "转人工")
    expect(page.locator(".system.wait")).to_be_visible()
    open_of(inbox, page)
    inbox.get_by_role("button", name="接管", exact=True).click()
    ask(page, "杯盖漏水")
    expect(inbox.locator(".log")).to_contain_text("杯盖漏水")
    inbox.get_by_label("回复顾客…").fill("我看看。")  # who answers has read
    inbox.keyboard.press("Enter")
    last = page.locator(".turn.user").last
    expect(last.locator(".seen")).to_have_text("已读")
    expect(page.locator(".seen")).to_have_count(1)
    leave(site, page)


def test_a_question_can_be_spoken_and_an_answer_listened_to(site: Site, visit: Visit) -> None:
    visitor = visit("about:blank")
    visitor.context.add_init_script(LISTENER)
    page = visitor.page
    page.goto(site.url)
    open_chat(page)
    page.get_by_role("button", name="语音输入").click()
    expect(page.get_by_label("输入消息", exact=True)).to_have_value("有没有拖鞋")
    page.keyboard.press("Enter")  # heard is not yet sent: the shopper looks at it first
    answered(page)
    page.get_by_role("button", name="朗读", exact=True).click()
    reading = page.get_by_role("button", name="停止朗读")
    expect(reading).to_have_attribute("aria-pressed", "true")
    lang, text = page.evaluate("window.read[0]")
    assert lang == "zh-CN"
    assert re.sub(r"\s", "", text) == re.sub(r"\s", "", log_texts(page)[-1])
    page.evaluate("window.speech.onend()")
    expect(reading).to_have_count(0)


def test_after_two_hours_of_talk_the_shopper_is_reminded_that_this_is_an_ai(site: Site, visit: Visit) -> None:
    page = visit("about:blank").page
    page.clock.install()
    page.goto(site.url)
    open_chat(page)
    for times in range(1, 6):
        ask(page, "你好")
        answered(page, times)
        assert page.get_by_text("回答您的是 AI，不是真人").count() == 0
        page.clock.fast_forward(25 * MINUTE)
    expect(page.get_by_text("回答您的是 AI，不是真人")).to_have_count(1)


def test_traditional_chinese_is_one_choice_away_and_stays_after_a_reload(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    menu(page, "繁體中文")
    expect(page.get_by_role("button", name="轉接真人")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="轉接真人")).to_be_visible()


def test_a_new_day_has_a_line_of_its_own(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    ask(page, "你好")
    answered(page)
    page.clock.install(time=page.evaluate("Date.now() / 1000 + 86400"))
    page.reload()
    expect(page.locator(".system")).to_have_text("昨天")
    expect(page.get_by_label("输入消息", exact=True)).to_be_enabled()
    page.wait_for_timeout(1000)  # its line opens anew after the reload, as it would have when somebody types
    ask(page, "还在吗？")
    expect(page.locator(".turn.user .bubble").last).to_have_text("还在吗？")
    times = page.locator(".turn.user .note time").all_inner_texts()
    assert all(re.fullmatch(r"\d\d:\d\d", each) for each in times if each)


@pytest.mark.parametrize(
    ("lang", "looks"), [("en-US", r"\d{1,2}:\d\d\s[AP]M"), ("en-GB", r"\d\d:\d\d"), ("zh-CN", r"\d\d:\d\d")]
)
def test_the_time_is_written_as_where_the_shopper_lives(site: Site, visit: Visit, lang: str, looks: str) -> None:
    page = visit(site.url, lang=lang, timezone_id="UTC").page
    page.clock.install(time="2026-11-28T09:11:00Z")
    page.reload()
    name = "Open" if lang.startswith("en") else "打开"
    page.get_by_role("button", name=name).first.click()
    time = page.locator("zhibo-chat time").first
    expect(time).to_have_text(re.compile(looks))
    assert not time.inner_text().startswith("0") or "M" not in time.inner_text()  # no "09:11 AM"


def test_one_person_never_sees_what_another_said_on_the_same_machine(site: Site, visit: Visit) -> None:
    page = visit(site.url, refusals=True).page
    open_chat(page)
    ask(page, QUESTION)
    answered(page)
    with page.expect_request("**/api/chat/sessions") as opened:
        page.evaluate("document.querySelector('zhibo-chat').setAttribute('identity', 'somebody-else')")
    assert json.loads(opened.value.post_data or "")["identity"] == "somebody-else"
    expect(page.locator(".turn.user")).to_have_count(0)
    page.reload()
    expect(page.locator(".turn.user")).to_have_count(0)


def test_everything_a_finger_has_to_hit_is_44_pixels(site: Site, visit: Visit) -> None:
    page = visit(site.url, phone=True).page
    open_chat(page)
    ask(page, QUESTION)
    answered(page)
    page.wait_for_timeout(400)
    missed = page.evaluate(
        """() => {
          const root = document.querySelector('zhibo-chat').shadowRoot;
          const log = root.querySelector('.log');
          log.scrollTop = log.scrollHeight;
          const out = [];
          for (const button of root.querySelectorAll('.panel button')) {
            const box = button.getBoundingClientRect();
            const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
            if (!box.width || root.elementFromPoint(x, y)?.closest('button') !== button) continue; // out of sight
            for (const [dx, dy] of [[-21, 0], [21, 0], [0, -21], [0, 21]])
              if (root.elementFromPoint(x + dx, y + dy)?.closest('button') !== button)
                out.push(`${button.className || button.ariaLabel} ${dx} ${dy}`);
          }
          return out;
        }"""
    )
    assert missed == []
