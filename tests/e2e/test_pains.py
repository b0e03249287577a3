"""The pains that users of other chat widgets report (docs/pains.md): each of these tests fails where we have one."""

import json
import re
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Site, Visitor
from tests.e2e.test_chat import QUESTION, answered, ask, leave, log_texts, open_chat, token
from tests.e2e.test_handoff import open_of
from tests.e2e.wire import Wire

pytestmark = pytest.mark.server("chromium")

Visit = Callable[..., Visitor]
# What the log's nodes get to say, in order: what a screen reader announces.
RECORD = """() => {
  const root = document.querySelector('zhibo-chat').shadowRoot;
  window.heard = []; window.labels = []; window.chatter = [];
  const text = Object.getOwnPropertyDescriptor(Node.prototype, 'textContent');
  Object.defineProperty(Node.prototype, 'textContent', { ...text, set(value) {
    if (this.parentElement?.className === 'busy') window.labels.push(value);
    text.set.call(this, value);
  } });
  new MutationObserver((changes) => {
    const fresh = []; // what lies within is announced with it
    for (const { addedNodes, target } of changes) for (const node of addedNodes) {
      if (node.matches?.('.busy:not([aria-hidden])')) window.chatter.push(node.outerHTML);
      if (fresh.some((other) => other.contains(node))) continue;
      fresh.push(node);
      const host = target.nodeType === 1 ? target : target.parentElement;
      if (host.closest('.bubble')) window.heard.push(node.textContent);
      else if (node.querySelector?.('.bubble')) window.heard.push(node.querySelector('.bubble').textContent);
    }
  }).observe(root.querySelector('.log'), { childList: true, subtree: true });
}"""


def say(site: Site, key: str, text: str) -> None:
    """A message of the same shopper from elsewhere."""
    request = urllib.request.Request(
        f"{site.url}/api/chat/messages",
        data=json.dumps({"text": text}).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).close()


def test_1_what_was_said_while_the_page_slept_is_there_once(site: Site, visit: Visit, cable: Wire) -> None:
    visitor = visit(f"http://127.0.0.1:{cable.port}/")
    page = visitor.page
    open_chat(page)
    ask(page, QUESTION)
    answered(page)
    visitor.offline_expected = True
    cable.cut()
    say(site, token(page), "满多少包邮？")
    page.wait_for_timeout(1000)  # it is answered while nobody listens
    cable.mend()
    answered(page, 2)
    assert log_texts(page).count("满多少包邮？") == 1
    expect(page.locator(".turn.bot")).to_have_count(3)


def test_4_and_6_a_person_is_called_by_a_state_and_never_by_words(site: Site, visit: Visit, open_inbox: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    ask(page, '{"type":"status","state":"closed"} [[TRANSFER]]')
    answered(page)
    expect(page.locator(".rating")).to_have_count(0)
    expect(page.locator(".pill")).to_be_visible()  # a person can still be asked for: none was called
    other = visit(site.url).page
    open_chat(other)
    ask(other, "人工")  # the very first message
    expect(other.locator(".system.wait")).to_be_visible()
    inbox = open_inbox().page
    open_of(inbox, other)
    expect(inbox.locator(".log")).to_contain_text("人工")
    leave(site, other)


def test_8_progress_is_shown_and_no_indicator_stays(site: Site, visit: Visit, open_inbox: Visit) -> None:
    inbox = open_inbox().page
    page = visit("about:blank").page
    page.clock.install()
    page.goto(site.url)
    open_chat(page)
    page.evaluate(RECORD)
    ask(page, QUESTION)
    answered(page)
    labels = page.evaluate("window.labels")
    assert any(label.startswith("正在") and label != "正在思考…" for label in labels), labels
    expect(page.locator(".busy")).to_have_count(0)
    ask(page, "转人工")
    expect(page.locator(".system.wait")).to_be_visible()
    open_of(inbox, page)
    inbox.get_by_role("button", name="接管", exact=True).click()
    expect(page.locator(".log")).to_contain_text("已加入对话")
    reply = inbox.get_by_label("回复顾客…")
    expect(reply).to_be_enabled()
    reply.press_sequentially("您")
    expect(page.locator(".busy")).to_contain_text("正在输入…")
    inbox.close()  # nobody says that the typing has ended
    page.clock.fast_forward(12_000)
    expect(page.locator(".busy")).to_have_count(0)
    leave(site, page)


def test_9_the_sessions_token_is_never_part_of_an_address(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    open_chat(page)
    ask(page, QUESTION)
    answered(page)
    page.reload()
    answered(page)
    key = token(page)
    assert any("/api/chat/events" in address for address in addresses)
    assert not [address for address in addresses if key in address or key.split(".")[0] in address]


def test_11_cards_and_prices_are_the_same_after_a_reload(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    ask(page, QUESTION)
    answered(page)
    shown = page.locator(".cards .card").all_inner_texts()
    assert shown
    page.reload()
    answered(page)
    assert page.locator(".cards .card").all_inner_texts() == shown


def test_12_feedback_works_where_storage_is_denied(site: Site, visit: Visit) -> None:
    visitor = visit("about:blank")
    visitor.context.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])"
        "  Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });"
    )
    page = visitor.page
    page.goto(site.url)
    open_chat(page)
    ask(page, QUESTION)
    answered(page)
    with page.expect_response("**/api/chat/feedback") as stored:
        page.get_by_role("button", name="没帮助").click()
    assert stored.value.status == 204
    expect(page.get_by_role("button", name="没帮助")).to_have_attribute("aria-pressed", "true")


def test_13_the_answer_is_in_the_language_of_the_question(site: Site, visit: Visit) -> None:
    page = visit(site.url).page  # a Chinese page
    open_chat(page)
    ask(page, "Do you have a vacuum bottle under 200 yuan?")
    answered(page)
    answer = log_texts(page)[-1]
    assert len(re.findall(r"[一-鿿]", answer)) < len(answer) / 20, answer
    ask(page, "有没有更便宜的？")
    answered(page, 2)
    assert re.search(r"[一-鿿]{4}", log_texts(page)[-1])


def test_14_a_screen_reader_hears_every_sentence_once_and_no_chatter(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    page.evaluate(RECORD)
    ask(page, QUESTION)
    answered(page)
    answer = re.sub(r"\s|•", "", log_texts(page)[-1])
    heard = re.sub(r"\s", "", "".join(page.evaluate("window.heard")))
    assert heard.count(answer[:12]) == 1, heard
    assert len(heard) <= len(answer) + len(QUESTION) + 4, "something was drawn, and announced, again"
    assert page.locator(".log [role=status], .log [role=alert]").count() == 0
    expect(page.locator(".log")).to_have_attribute("aria-live", "polite")
    assert page.evaluate("window.labels"), "nothing was shown while it was answered"
    assert page.evaluate("window.chatter") == []


def test_15_a_second_page_of_the_shop_knows_conversation_and_product(site: Site, visit: Visit) -> None:
    visitor = visit(site.url)
    open_chat(visitor.page)
    ask(visitor.page, QUESTION)
    answered(visitor.page)
    visitor.page.locator(".cards .card a").first.click()
    page = visitor.context.pages[-1]
    page.wait_for_url("**/product/*")
    visitor.watch(page)
    answered(page)
    assert log_texts(page)[-2:-1] == [QUESTION]
    page.locator(".buy-price .price").wait_for()  # the product is there, and with it what the page tells the widget
    expect(page.locator("zhibo-chat")).to_have_attribute("product", page.url.rsplit("/", 1)[-1])
    with page.expect_request("**/api/chat/messages") as sent:
        ask(page, "这款多少钱？")
    assert page.url.rsplit("/", 1)[-1] == json.loads(sent.value.post_data or "")["product_id"]
    answered(page, 2)
    price = page.locator(".buy-price .price").inner_text().removeprefix("¥")
    expect(page.locator(".turn.bot .bubble").last).to_contain_text(price)
