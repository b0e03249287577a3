"""What stands before every request: headers, size limit, and the log line."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from urllib.parse import urlsplit

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.hearing import MOST_SOUND
from assistant.pictures import MOST_BYTES
from web.errors import Refusal, on_error, reader_lang

log = structlog.get_logger("web")

BODY_LIMIT = 128 * 1024
UPLOAD_LIMITS = {
    "/api/catalogue/ingest": 64 << 20,
    "/console": 64 << 20,
    "/api/chat/pictures": MOST_BYTES,
    "/api/chat/voice": MOST_SOUND,
}

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; worker-src 'self' blob:; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
# Gradio's own page brings inline scripts and styles; only signed-in staff ever load it.
CONSOLE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' https: data: blob:; media-src 'self' blob: data:; connect-src 'self'; font-src 'self' data:; "
    "worker-src 'self' blob:; form-action 'self'; base-uri 'self'; frame-ancestors 'none'"
)
EMBEDDABLE = re.compile(r"/(widget\.js|static/|media/|live/[^/]+(\.flv|/hls/))")
SECRET_PATH = re.compile(r"/api/chat/")


class SecurityHeaders:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        path: str = scope["path"]

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                named = {name.lower(): value for name, value in own}
                json = named.get(b"content-type", b"").startswith(b"application/json")
                added = _headers(path, json=json, https=scope["scheme"] == "https")
                message["headers"] = own + [pair for pair in added if pair[0] not in named]
            await send(message)

        await self._app(scope, receive, guarded)


def _headers(path: str, *, json: bool, https: bool) -> Sequence[tuple[bytes, bytes]]:
    """What is added to a response, where it says nothing else itself."""
    api = path.startswith("/api/")
    return _headers_of(path.startswith("/console"), bool(EMBEDDABLE.match(path)), api, json and api, https)


@cache
def _headers_of(
    console: bool, embeddable: bool, api: bool, document: bool, https: bool
) -> Sequence[tuple[bytes, bytes]]:
    added = {
        "content-security-policy": CONSOLE if console else STRICT,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), payment=(), microphone=(self)",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "cross-origin" if embeddable else "same-origin",
    }
    if api:
        added["cache-control"] = "no-store"
    if document:  # never opened as a page
        added["content-disposition"] = 'attachment; filename="api.json"'
    if https:
        added["strict-transport-security"] = "max-age=31536000"
    return tuple((name.encode(), value.encode()) for name, value in added.items())


class BodyLimit:
    """Refuses what is too large: by its announced length at once, otherwise as soon as it has grown too far."""

    def __init__(self, app: ASGIApp, limits: Mapping[str, int]) -> None:
        """`limits`: bytes by how a path begins; all others take little."""
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        path = scope["path"]
        limit = next((size for start, size in self._limits.items() if path.startswith(start)), BODY_LIMIT)
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced) > limit:
            return await self._refuse(limit)(scope, receive, send)
        seen, started, over = 0, False, False

        async def counted() -> Message:
            nonlocal seen, over
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                over = True
                raise _TooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            if over and not started:
                raise _TooLarge  # whatever the framework made of the cut-off body, this is what happened
            started = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except _TooLarge:
            if not started:
                await self._refuse(limit)(scope, receive, send)

    def _refuse(self, limit: int) -> ASGIApp:
        size = f"{limit // 1024} KB" if limit < 1024 * 1024 else f"{limit // 1024 // 1024} MB"

        async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
            refusal = Refusal("too_large", f"内容太大了，最多 {size}。", f"That is too large; the limit is {size}.")
            response = refusal.response(reader_lang(Request(scope)))
            response.headers["Connection"] = "close"  # the rest of the body is not read
            await response(scope, receive, send)

        return refuse


class _TooLarge(Exception):
    pass


class RequestLog:
    """One line and one measurement per request: method, route, status, time. Never a query, a token or a body."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        labels = ("method", "route", "status")
        self._requests = Counter("zhibo_http_requests", "Requests served", labels, registry=registry)
        self._seconds = Histogram(
            "zhibo_http_seconds", "Time to the first byte of a response", ("route",), registry=registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started, status, first = time.perf_counter(), 0, 0.0

        async def noted(message: Message) -> None:
            nonlocal status, first
            if message["type"] == "http.response.start":
                status, first = message["status"], time.perf_counter() - started
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            log.exception("a request failed", route=_route(scope))
            if not status:
                await on_error(Request(scope))(scope, receive, noted)
        finally:
            route = _route(scope)
            self._requests.labels(scope["method"], route, status).inc()
            self._seconds.labels(route).observe(first)
            level = log.warning if status >= 500 else log.debug if route in ("/healthz", "/static") else log.info
            level("request", method=scope["method"], route=route, status=status, ms=round(first * 1000, 1))


def _route(scope: Scope) -> str:
    """The path's pattern, not the path: ids of people and conversations do not belong into logs and metrics."""
    route = scope.get("route")
    pattern = getattr(route, "path", None)
    if isinstance(pattern, str):
        return pattern
    first = scope["path"].split("/", 2)[1] if scope["path"] != "/" else ""
    return f"/{first}" if first in ("console", "static", "media") else "other"


def same_origin(headers: Headers, host_of: Callable[[str], bool]) -> bool:
    """Whether a browser sent this from one of our own pages; programs send no Origin and pass."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or host_of(urlsplit(origin).netloc)
