"""The whole product in a browser: `zhibo demo` as a child process, and Chromium looking at it."""

import os
import pwd
import re
import shutil
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.conftest import lacking
from tests.e2e.wire import Wire, wire
from tests.servers import child, chromium, free_port, missing

CHROMIUM_ARGS = (
    "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required"
).split()
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
# A refused or dropped request is reported by the browser itself; tests that pull the cable expect these.
NETWORK = re.compile(r"Failed to load resource|net::ERR_")


@dataclass(frozen=True)
class Site:
    """A running demo. `signin` works once; `link()` makes another."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def link(self) -> str:
        """A fresh one-time sign-in address, the way staff get one: by the command."""
        import subprocess

        command = [sys.executable, "-m", "web.cli", "link", "--data", str(self.folder / "data")]
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=True, **as_owner(self.folder)
        )
        token = re.search(r"/signin#(\S+)", answer.stdout)
        assert token, answer.stdout + answer.stderr
        return f"{self.url}/signin#{token[1]}"


def as_owner(folder: Path) -> dict[str, Any]:
    """Run as whoever owns `folder`: as root, the server runs as nobody and its files must stay nobody's."""
    if os.getuid() != 0:
        return {}
    owner = folder.stat()
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}


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
def site() -> Iterator[Site]:
    if reason := missing("chromium"):
        lacking(reason)
    folder = Path(tempfile.mkdtemp(prefix="zhibo-e2e-"))
    (folder / "data").mkdir()
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in (folder, folder / "data"):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
    port = free_port()
    command = [sys.executable, "-m", "web.cli", "demo", "--data", str(folder / "data"), "--port", str(port)]
    try:
        with child(command, port, folder=folder):
            wait_until(lambda: ready(port), 60, "the demo serves no page")
            yield Site(port, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Opens windows; at the end of the test none of them may have logged an error."""
    windows: list[Visitor] = []

    def open_window(address: str, *, phone: bool = False, lang: str = "zh-CN", **more: Any) -> Visitor:
        size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
        context = browser.new_context(viewport=size, locale=lang, has_touch=phone, **more)
        page = context.new_page()
        page.set_default_timeout(20_000)
        visitor = Visitor(page, context)
        visitor.watch(page)
        windows.append(visitor)
        page.goto(address)
        return visitor

    yield open_window
    for window in windows:
        window.context.close()
    assert [error for window in windows for error in window.errors] == []


@pytest.fixture
def cable(site: Site) -> Iterator[Wire]:
    """A way to the site that can be cut."""
    with wire(site.port) as found:
        yield found
