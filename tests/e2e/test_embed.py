"""The widget on a merchant's own page: another origin, a policy as strict as can be, and the merchant's colours."""

import gzip
import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Site, Visitor
from tests.e2e.test_chat import QUESTION, answered, ask, log_texts, open_chat
from web.widget import MODULES, SOURCE, script

Visit = Callable[..., Visitor]
STATIC = Path(__file__).parents[2] / "web" / "static"
ARABIC = {"ar": {"dir": "rtl", "name": "العربية", "open": "افتح المحادثة", "send": "إرسال", "person": "تحدث مع شخص"}}


@pytest.fixture
def merchant(site: Site) -> Iterator[str]:
    """A page that has nothing but the script tag."""
    page = f"""<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>商家</title></head><body>
        <h1>商家自己的页面</h1>
        <script src="{site.url}/widget.js" data-accent="#ffd400" data-position="left" async></script></body></html>"""
    tag = f'<script src="{site.url}/widget.js" data-strings="/words.json" async></script>'
    arabic = f"""<!doctype html><html lang="ar" dir="rtl"><meta charset="utf-8"><title>متجر</title>{tag}</html>"""
    words = json.dumps(ARABIC).encode()
    sent = {
        "/": ("text/html", page.encode()),
        "/ar": ("text/html", arabic.encode()),
        "/words.json": ("text/json", words),
    }
    policy = (
        f"default-src 'none'; script-src {site.url}; connect-src 'self' {site.url}; img-src {site.url}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = sent.get(self.path, ("text/plain", b""))
            self.send_response(200 if body else 204)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", site.merchant_port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.merchant_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.server("chromium")
def test_one_script_tag_is_enough_under_a_strict_policy(merchant: str, visit: Visit) -> None:
    page = visit(merchant).page
    open_chat(page)
    ask(page, QUESTION)
    answered(page)
    expect(page.locator(".card img").first).to_be_visible()
    before = log_texts(page)
    page.reload()
    answered(page)
    assert log_texts(page) == before
    assert page.context.cookies() == []


@pytest.mark.server("chromium")
def test_text_on_a_light_accent_turns_dark(merchant: str, visit: Visit) -> None:
    launcher = visit(merchant).page.locator(".launcher")
    expect(launcher).to_have_css("background-color", "rgb(255, 212, 0)")
    expect(launcher).to_have_css("color", "rgb(27, 23, 19)")
    box = launcher.bounding_box()
    assert box is not None and box["x"] < 100


@pytest.mark.server("chromium")
def test_another_language_comes_from_a_file_and_mirrors_the_panel(merchant: str, visit: Visit) -> None:
    page = visit(f"{merchant}ar").page
    page.get_by_role("button", name=ARABIC["ar"]["open"]).click()
    expect(page.locator(".turn.bot")).to_have_count(1)
    expect(page.get_by_role("button", name=ARABIC["ar"]["person"])).to_be_visible()
    page.wait_for_timeout(400)  # it slides in
    places = [page.locator(place).bounding_box() for place in (".panel", ".send", ".clip:not(.mic)")]
    assert all(places)
    panel, send, clip = (box["x"] for box in places if box)
    assert panel < 100, "the panel stands on the left"
    assert send < clip, "and what is written goes out on the left"
    page.locator(".write textarea").fill("Do you have a vacuum bottle?")
    page.keyboard.press("Enter")
    answered(page)


def test_the_widget_is_one_small_file_that_needs_no_exception_from_any_policy() -> None:
    source = script().decode()
    assert len(gzip.compress(script(), mtime=0)) <= 30 * 1024
    assert {path.stem for path in SOURCE.glob("*.js")} == set(MODULES)
    for forbidden in (
        r"\binnerHTML\b",
        r"\bouterHTML\b",
        r"insertAdjacentHTML",
        r"\beval\(",
        r"new Function",
        r"\bimport\b",
    ):
        assert not re.search(forbidden, source), forbidden


@pytest.mark.parametrize(
    "path", [p for p in sorted(STATIC.rglob("*.js")) if "vendor" not in p.parts], ids=lambda p: p.name
)
def test_no_page_turns_text_into_markup(path: Path) -> None:
    assert not re.search(
        r"\b(inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(", path.read_text(encoding="utf-8")
    )
