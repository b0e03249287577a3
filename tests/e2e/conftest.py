"""The whole product in a browser: `zhibo demo` as a child process, and Chromium looking at it."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from tests.conftest import lacking
from tests.e2e.wire import Wire, wire
from tests.servers import chromium, free_port, missing, wait_for_port

CHROMIUM_ARGS = (
    "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required"
).split()
# All windows come from one address: what protects a shop from one visitor would stop the tests.
UNLIMITED = {"ZHIBO_REQUESTS_PER_MINUTE": "100000", "ZHIBO_STREAMS_PER_ADDRESS": "500"}
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
PATIENCE_MS = 20_000  # a busy machine is slow; nothing here measures speed
expect.set_options(timeout=PATIENCE_MS)
# A refused or dropped request is reported by the browser itself; tests that pull the cable expect these.
NETWORK = re.compile(r"Failed to load resource|net::ERR_")


@dataclass(frozen=True)
class Site:
    """A running demo shop."""

    port: int
    folder: Path
    merchant_port: int  # pages from this port may embed the widget
    left: list[str] = field(default_factory=list)  # the keys of conversations to delete once all windows are closed

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def delete_left(self) -> None:
        while self.left:
            key = {"Authorization": f"Bearer {self.left.pop()}"}
            request = urllib.request.Request(f"{self.url}/api/chat/session", headers=key, method="DELETE")
            urllib.request.urlopen(request, timeout=10).close()

    def link(self, name: str) -> str:
        """A fresh one-time sign-in address for `name`, the way staff get one: by the command."""
        command = [sys.executable, "-m", "web.cli", "link", "--name", name, "--role", "owner"]
        command += ["--data", str(self.folder / "data")]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        token = re.search(r"/signin#(\S+)", answer.stdout)
        assert token, answer.stdout + answer.stderr
        return f"{self.url}/signin#{token[1]}"


@contextmanager
def demo(folder: Path, port: int, merchant_port: int) -> Iterator[None]:
    """`zhibo demo` as this user: what it installs from may be readable for nobody else."""
    command = [sys.executable, "-m", "web.cli", "demo", "--data", str(folder / "data"), "--port", str(port)]
    environment = {**os.environ, "ZHIBO_ORIGINS": f"http://127.0.0.1:{merchant_port}", **UNLIMITED}
    with (folder / "demo.log").open("ab") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder, env=environment
        )
    try:
        try:
            wait_for_port(port, within_s=60, process=server)
        except (ChildProcessError, TimeoutError) as error:
            raise AssertionError(f"{error}: {(folder / 'demo.log').read_text(encoding='utf-8')[-800:]}") from error
        yield
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(5)


@dataclass
class Visitor:
    """One browser window; whatever went wrong in it is collected."""

    page: Page
    context: BrowserContext
    errors: list[str] = field(default_factory=list)
    offline_expected: bool = False

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not (self.offline_expected and NETWORK.search(message.text)):
            self.errors.append(message.text)


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if reason := missing("chromium"):
        lacking(reason)
    folder = tmp_path_factory.mktemp("demo")
    port, merchant_port = free_port(), free_port()
    with demo(folder, port, merchant_port):
        wait_until(lambda: ready(port), 30, "the demo serves no page")
        yield Site(port, folder, merchant_port)


def ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait_until(true: Callable[[], bool], within_s: float, otherwise: str) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)


# Package-wide, not session-wide: Playwright's loop must be gone before the asyncio tests of other packages run.
@pytest.fixture(scope="package")
def browser(site: Site) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS)
        yield found
        found.close()


@pytest.fixture
def visit(site: Site, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Opens windows; at the end none of them may have logged an error. `refusals`: failing requests are expected."""
    windows: list[Visitor] = []

    def open_window(
        address: str, *, phone: bool = False, lang: str = "zh-CN", refusals: bool = False, **more: Any
    ) -> Visitor:
        size = ViewportSize(width=390, height=844) if phone else ViewportSize(width=1440, height=900)
        context = browser.new_context(viewport=size, locale=lang, has_touch=phone, **more)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        visitor = Visitor(page, context, offline_expected=refusals)
        visitor.watch(page)
        windows.append(visitor)
        page.goto(address)
        return visitor

    yield open_window
    for window in windows:
        window.context.close()
    site.delete_left()
    assert [error for window in windows for error in window.errors] == []


@pytest.fixture
def cable(site: Site) -> Iterator[Wire]:
    """A way to the site that can be cut."""
    with wire(site.port) as found:
        yield found


@pytest.fixture(scope="package")
def badge(site: Site, browser: Browser) -> Any:
    """The cookies of somebody who has signed in."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.link("小林"))
    page.wait_for_url(f"{site.url}/inbox")
    state = context.storage_state()
    context.close()
    return {"cookies": state["cookies"], "origins": []}


@pytest.fixture
def open_inbox(site: Site, visit: Callable[..., Visitor], badge: Any) -> Callable[..., Visitor]:
    """Opens the inbox as 小林, by way of `port` when given."""

    def open_window(port: int = 0, **more: Any) -> Visitor:
        visitor = visit(f"http://127.0.0.1:{port or site.port}/inbox", storage_state=badge, **more)
        expect(visitor.page.locator("#net")).to_have_attribute("data-state", "up")
        return visitor

    return open_window
