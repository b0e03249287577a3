"""The way to the console: for signed-in staff only, and open at once while Gradio, which takes seconds, is loading."""

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import quote

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from knowledge.model import Text
from web.errors import Refusal, reader_lang
from web.security import same_origin
from web.services import NOT_YOURS, SIGN_IN, Running, lacks_second_factor, services, signed_in

if TYPE_CHECKING:
    from fastapi import FastAPI

log = structlog.get_logger("console")

PATH = "/console"
T = TypeVar("T")
LOADING = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<link rel="icon" href="/static/favicon.svg" type="image/svg+xml"><link rel="stylesheet" href="/static/tokens.css">
<link rel="stylesheet" href="/static/inbox/signin.css"></head><body><main class="door">
<img src="/static/favicon.svg" alt="" width="56" height="56"><h1>{title}</h1><p id="words" role="status">{words}</p>
<progress aria-label="{title}"></progress></main></body></html>"""
STARTING = Text("控制台正在启动…", "The console is starting…")
SOON = Text("第一次打开要几秒钟，好了会自动进入。", "The first time takes a few seconds; this page goes on by itself.")
OFF = ("控制台没有启用（ZHIBO_CONSOLE=false）。", "The console is switched off (ZHIBO_CONSOLE=false).")
FAILED = Text("控制台没能启动，请看服务器日志。", "The console could not be started; see the server's log.")


class ConsoleDoor:
    """An ASGI application mounted at PATH. The console behind it is made once, when somebody first comes near it."""

    def __init__(self) -> None:
        self._running: Running | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._making: asyncio.Task[None] | None = None
        self._console: ASGIApp | None = None

    def open(self, running: Running, tasks: asyncio.TaskGroup) -> None:
        self._running, self._tasks = running, tasks

    def prepare(self) -> None:
        """Begin to load, if that has not been done; returns at once."""
        if self._running is None or self._tasks is None or not self._running.services.settings.console:
            return
        if self._making is None:
            self._making = self._tasks.create_task(self._make(self._running), name="console")

    def close(self) -> None:
        """Stop loading; a console that has loaded sees by itself that the server stops."""
        if self._making is not None and self._console is None:
            self._making.cancel()

    async def _make(self, running: Running) -> None:
        """Load, then stay: what the console's lifespan opened must be closed by the task that opened it."""
        try:
            made = await _in_daemon(lambda: _build(running))
            async with made.router.lifespan_context(made):
                self._console = made
                await running.stopping.wait()
        except Exception:
            log.exception("the console could not be started")
            running.degraded["console"] = FAILED

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._running is not None
        request = Request(scope) if scope["type"] == "http" else None
        if request is not None and (response := self._turned_away(request)) is not None:
            return await response(scope, receive, send)
        if request is None:  # Gradio speaks no WebSocket
            return await send({"type": "websocket.close", "code": 1008})
        self.prepare()
        if self._making is None:
            return await Refusal("not_found", *OFF).response(reader_lang(request))(scope, receive, send)
        if self._console is None:
            response = HTMLResponse(_loading(request), 503 if request.method != "GET" else 200, {"Refresh": "1"})
            return await response(scope, receive, send)
        root = scope.get("root_path", "").removesuffix(PATH)
        if scope["path"].removeprefix(root).rstrip("/") == PATH:
            response = RedirectResponse(f"{root}{PATH}/{reader_lang(request)}/", 307)
            return await response(scope, receive, send)
        await self._console({**scope, "root_path": root, "app_root_path": root}, receive, send)

    def _turned_away(self, request: Request) -> Response | None:
        person = signed_in(request)
        if person is not None and not person.can("console"):
            return Refusal("forbidden", *NOT_YOURS).response(reader_lang(request))
        if person is not None and lacks_second_factor(services(request).settings, person):
            return RedirectResponse(f"/account?next={quote(PATH + '/')}", 303)
        if person is None:
            if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
                return RedirectResponse(f"/signin?next={quote(PATH + '/')}", 303)
            return Refusal("unauthorized", *SIGN_IN).response(reader_lang(request))
        headers = Headers(scope=request.scope)
        if request.method not in ("GET", "HEAD") and not same_origin(headers, lambda host: host == headers.get("host")):
            return Refusal("forbidden", "请求来自别的网站。", "This request came from another site.").response(
                reader_lang(request)
            )
        return None


def _loading(request: Request) -> str:
    lang = reader_lang(request)
    return LOADING.format(lang="en" if lang == "en" else "zh-CN", title=STARTING(lang), words=SOON(lang))


async def _in_daemon(work: Callable[[], T]) -> T:
    """The result of `work`, which runs in a thread that nobody waits for: the server may stop while Gradio loads."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(cast(T, result))

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as caught:
            error = caught
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="console", daemon=True).start()
    return await done


def _build(running: Running) -> "FastAPI":
    temporary = running.services.settings.data / "tmp"
    temporary.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("GRADIO_TEMP_DIR", str(temporary))
    from web.console.build import build_console

    return build_console(running)
