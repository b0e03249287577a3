"""A shopper's message without the framework's detours: it is most of what a busy server is sent.

Routing through a hundred patterns, solving dependencies and building models takes longer than storing the message. What
is done is the same, by the same functions; whatever is not a plain good request goes the long way.
"""

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.api.chat import NewMessage, conversation
from web.api.chat import send as receive_message
from web.errors import Refusal, reader_lang
from web.services import limited, may_be_program, running, shopper

PATH = "/api/chat/messages"


class ShortWay:
    """The innermost middleware: headers, size limit, log and figures are the others' as ever."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            return await self._app(scope, receive, send)
        request = Request(scope, receive)
        if request.headers.get("content-type") != "application/json" or may_be_program(request):
            return await self._app(scope, receive, send)
        raw = await request.body()
        try:
            body = NewMessage.model_validate_json(raw)
        except ValidationError:
            return await self._app(scope, _again(raw, receive), send)
        scope["route"] = _Route
        await (await self._answer(request, body))(scope, receive, send)

    async def _answer(self, request: Request, body: NewMessage) -> Response:
        live = running(request)
        try:
            limited(request)
            mine = await conversation(request, live.services, shopper(request))
            return JSONResponse(await receive_message(body, live.services, live, mine), 202)
        except Refusal as refusal:
            return refusal.response(reader_lang(request))


class _Route:
    """What the log and the figures call this request by."""

    path = PATH


def _again(raw: bytes, receive: Receive) -> Receive:
    """What was read is read once more, then whatever else comes."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return replayed
