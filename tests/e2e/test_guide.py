"""The guide's two conversations, twelve turns each, as a shopper has them in the widget."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.assistant.guide.test_conversations import CONVERSATIONS, either
from tests.e2e.conftest import Site, Visitor

pytestmark = pytest.mark.server("chromium")

OPEN = re.compile("打开客服对话|Open chat", re.I)
INPUT = re.compile("^(输入消息|Type a message|Message)$", re.I)


@pytest.mark.parametrize(("lang", "locale"), [("zh", "zh-CN"), ("en", "en-US")])
def test_a_whole_conversation(site: Site, visit: Callable[..., Visitor], lang: str, locale: str) -> None:
    page = visit(site.url, lang=locale).page
    page.get_by_role("button", name=OPEN).click()
    expect(page.locator(".turn.bot")).to_have_count(1)
    for number, turn in enumerate(CONVERSATIONS[lang], 1):
        page.get_by_label(INPUT).fill(turn["q"])
        page.keyboard.press("Enter")
        expect(page.locator(".turn.bot .thumbs")).to_have_count(number)
        answer = page.locator(".turn.bot").last
        text = answer.inner_text()
        assert [one for one in turn.get("says", ()) if not re.search(either(str(one)), text)] == [], text
        assert [one for one in turn.get("not", ()) if one in text] == [], text
        if turn.get("table"):
            expect(answer.locator("table")).to_be_visible()
        for product in turn.get("cards", ()):
            expect(answer.locator(f'.card a[href$="/product/{product}"]').first).to_be_attached()
