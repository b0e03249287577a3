"""The plan for a basket as a shopper sees it: sums, folds, keyboard, narrow screens, both colour schemes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site, Visitor
from tests.e2e.test_access import violations
from tests.e2e.test_chat import answered, ask, open_chat

pytestmark = pytest.mark.server("chromium")

Visit = Callable[..., Visitor]
QUESTION = "两个马克杯加一双雨靴，怎么凑单"


def plan(page: Page) -> None:
    open_chat(page)
    ask(page, QUESTION)
    answered(page)
    expect(page.locator(".basket")).to_be_visible()


def test_the_card_adds_up(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    plan(page)
    card = page.locator(".basket")
    total = card.locator(".due dd").inner_text()
    orders = [float(one.removesuffix("元")) for one in card.locator(".bill .whole dd").all_inner_texts()]
    assert f"{sum(orders):g}" == f"{float(total.removesuffix('元')):g}"
    for bill in card.locator(".bill").all():
        goods = [_yuan(one) for one in bill.locator(".goods li > span:last-child").all_inner_texts()]
        lines = bill.locator("dl .sum:not(.whole)")
        off = [_yuan(one) for one in lines.locator("dd").all_inner_texts() if one.startswith("-")]
        assert round(sum(goods) + sum(off), 2) == _yuan(bill.locator(".whole dd").inner_text())  # ships free
    assert total in page.locator(".turn.bot .bubble").last.inner_text()


def _yuan(text: str) -> float:
    return float(text.removesuffix("元"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_sticks_out(site: Site, visit: Visit, scheme: str) -> None:
    page = visit(site.url, phone=True, color_scheme=scheme).page
    plan(page)
    card = page.locator(".basket")
    assert card.evaluate("card => card.scrollWidth - card.clientWidth") == 0
    box = card.bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert violations(page) == []


def test_folds_open_from_the_keyboard(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    plan(page)
    unused = page.locator(".basket details", has_text="没用上的优惠")
    expect(unused.locator("li").first).to_be_hidden()
    unused.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(unused.locator("li").first).to_be_visible()
    expect(unused.locator("li b").first).not_to_be_empty()


def test_the_card_is_still_there_after_a_reload(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    plan(page)
    total = page.locator(".basket .due dd").inner_text()
    page.reload()
    expect(page.locator(".basket .due dd")).to_have_text(total)


def test_asked_in_english_the_card_is_english(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    ask(page, "what's the cheapest way to buy 2 mugs and the kettle")
    expect(page.locator(".basket .due dd")).to_have_text("¥182.72")
    expect(page.get_by_role("region", name="Basket plan ¥182.72")).to_be_visible()
