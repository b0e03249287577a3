"""A shopper sends a picture: chosen, pasted or dropped; seen again after a reload, and by staff."""

import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.assistant.test_pictures import HEIC
from tests.e2e.conftest import Site, Visitor
from tests.e2e.test_access import violations
from tests.e2e.test_chat import answered, ask, open_chat

pytestmark = pytest.mark.server("chromium")

Visit = Callable[..., Visitor]
RED = (200, 30, 30)


def photo(size: tuple[int, int] = (900, 600)) -> bytes:
    """A red cup on a table, more or less."""
    image = Image.new("RGB", size, (235, 228, 214))
    width, height = size
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, height * 0.7, width, height), fill=(150, 110, 80))
    pen.rounded_rectangle((width * 0.35, height * 0.2, width * 0.65, height * 0.85), 40, fill=RED)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


def attach(page: Page, data: bytes, name: str = "cup.jpg", kind: str = "image/jpeg") -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="添加图片").click()
    chooser.value.set_files({"name": name, "mimeType": kind, "buffer": data})


def colour(page: Page, selector: str) -> list[int]:
    """What is painted in the middle of the last such canvas."""
    painted: list[int] = page.locator(selector).last.evaluate(
        "c => [...c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data].slice(0, 3)"
    )
    return painted


def is_red(page: Page, selector: str) -> bool:
    return all(abs(found - meant) < 12 for found, meant in zip(colour(page, selector), RED, strict=True))


def painted(page: Page) -> None:
    expect(page.locator(".photo").last).to_be_visible()
    page.wait_for_function("() => document.querySelector('zhibo-chat').shadowRoot.querySelector('.photo').width > 1")


def test_a_picture_is_shown_before_and_after_it_is_sent(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    attach(page, photo())
    expect(page.get_by_text("图片已就绪")).to_be_visible()
    assert is_red(page, ".shot canvas")
    expect(page.get_by_label("输入消息", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    answered(page)
    painted(page)
    assert is_red(page, ".photo")
    expect(page.locator(".shot")).to_have_count(0)
    expect(page.get_by_role("img", name="您发送的图片")).to_be_visible()
    expect(page.locator(".turn.bot .bubble").last).to_contain_text("还看不了图片")
    expect(page.locator(".pill")).to_have_text("转人工")
    page.reload()
    answered(page)
    painted(page)
    assert is_red(page, ".photo") and page.locator(".photo").count() == 1


def test_a_picture_can_be_removed_before_it_is_sent(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    attach(page, photo())
    expect(page.get_by_text("图片已就绪")).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as gone:
        page.get_by_role("button", name="移除图片").click()
    assert gone.value.status == 204
    expect(page.locator(".shot")).to_have_count(0)
    expect(page.get_by_role("button", name="发送")).to_be_disabled()


def test_pasted_and_dropped_pictures_are_taken_too(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    data = list(photo((300, 200)))
    for kind, target in (("paste", "textarea"), ("drop", ".panel")):
        page.evaluate(
            """([kind, target, data]) => {
              const files = new DataTransfer();
              files.items.add(new File([new Uint8Array(data)], "cup.jpg", { type: "image/jpeg" }));
              const told = { bubbles: true, cancelable: true, clipboardData: files, dataTransfer: files };
              const event = kind === "paste" ? new ClipboardEvent(kind, told) : new DragEvent(kind, told);
              document.querySelector("zhibo-chat").shadowRoot.querySelector(target).dispatchEvent(event);
            }""",
            [kind, target, data],
        )
        expect(page.get_by_text("图片已就绪")).to_be_visible()
        assert is_red(page, ".shot canvas")
        page.get_by_role("button", name="移除图片").click()
        expect(page.locator(".shot")).to_have_count(0)


def test_a_large_photo_is_shrunk_before_it_goes_out(site: Site, visit: Visit) -> None:
    page = visit(site.url).page
    open_chat(page)
    noise = Image.effect_noise((4000, 3000), 90).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=90)
    assert len(out.getvalue()) > 8 * 1024 * 1024
    attach(page, out.getvalue())
    expect(page.get_by_text("图片已就绪")).to_be_visible()


def test_what_cannot_be_taken_is_said_in_a_sentence(site: Site, visit: Visit) -> None:
    page = visit(site.url, refusals=True).page
    open_chat(page)
    attach(page, HEIC, "IMG_1.HEIC", "image/heic")
    expect(page.locator(".net")).to_contain_text("HEIC")
    expect(page.locator(".shot")).to_have_count(0)
    ask(page, "满多少包邮？")
    answered(page)


def test_staff_see_what_the_shopper_sent(site: Site, visit: Visit, open_inbox: Callable[..., Visitor]) -> None:
    page = visit(site.url).page
    open_chat(page)
    attach(page, photo())
    expect(page.get_by_text("图片已就绪")).to_be_visible()
    ask(page, "请问有没有这样的杯子")
    answered(page)
    page.get_by_role("button", name="转人工").first.click()
    expect(page.get_by_text("正在为您转接人工客服")).to_be_visible()
    inbox = open_inbox().page
    inbox.locator("#find").fill("这样的杯子")
    expect(inbox.locator("#rows .row")).to_have_count(1)
    inbox.locator("#rows .row").click()
    shown = inbox.get_by_role("img", name="顾客发来的图片")
    expect(shown).to_be_visible()
    inbox.wait_for_function("() => document.querySelector('.sent img').naturalWidth === 900")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True])
def test_pictures_are_accessible(site: Site, visit: Visit, scheme: str, phone: bool) -> None:
    page = visit(site.url, phone=phone, color_scheme=scheme).page
    open_chat(page)
    attach(page, photo())
    expect(page.get_by_text("图片已就绪")).to_be_visible()
    page.keyboard.press("Enter")
    answered(page)
    painted(page)
    attach(page, photo((400, 700)))
    expect(page.get_by_text("图片已就绪")).to_be_visible()
    assert violations(page) == []
