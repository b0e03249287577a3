"""Refusals: every request that cannot be served ends in one of these, with one sentence in the reader's language."""

from collections.abc import Mapping
from typing import Literal

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from knowledge.model import Lang, Text

Code = Literal[
    "bad_request", "unauthorized", "forbidden", "not_found", "taken", "closed",
    "too_large", "invalid", "too_fast", "unavailable", "internal", "unsupported",
]  # fmt: skip

STATUS: Mapping[Code, int] = {
    "bad_request": 400, "unauthorized": 401, "forbidden": 403, "not_found": 404, "taken": 409, "closed": 409,
    "too_large": 413, "invalid": 422, "too_fast": 429, "unavailable": 503, "internal": 500,
    "unsupported": 501,
}  # fmt: skip


class Refusal(Exception):
    """`message` is one sentence that says what to do; `more` joins the JSON body."""

    def __init__(
        self, code: Code, zh: str, en: str, *, retry_after_s: int = 0, more: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(en)
        self.code = code
        self.message = Text(zh, en)
        self.retry_after_s = retry_after_s
        self.more = more or {}

    def response(self, lang: Lang) -> JSONResponse:
        headers = {"Retry-After": str(self.retry_after_s)} if self.retry_after_s else None
        body = {"code": self.code, "message": self.message(lang), **self.more}
        return JSONResponse(body, STATUS[self.code], headers)


NOT_FOUND = ("这里没有您要的内容。", "There is nothing at this address.")


def reader_lang(request: HTTPConnection) -> Lang:
    """`?lang=`, else the session's language, else the browser's; Chinese when nothing says otherwise."""
    asked = request.query_params.get("lang") or getattr(request.state, "lang", "")
    if asked in ("zh", "en"):
        return "en" if asked == "en" else "zh"
    accepted = request.headers.get("accept-language", "").lower()
    zh, en = accepted.find("zh"), accepted.find("en")
    return "en" if en >= 0 and (zh < 0 or en < zh) else "zh"


async def on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return error.response(reader_lang(request))


async def on_http_exception(request: Request, error: Exception) -> Response:
    """The framework's own refusals (no such path, wrong method) in the same shape as ours."""
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return Refusal("not_found", *NOT_FOUND).response(reader_lang(request))
    response = Refusal("bad_request", "这个请求无法处理。", f"This request cannot be served: {error.detail}.").response(
        reader_lang(request)
    )
    response.status_code = error.status_code
    return response


async def on_invalid(request: Request, error: Exception) -> Response:
    """A body that is not what the call takes: name the first field that is wrong, never echo what was sent."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    en = f"{field or 'The request'}: {first['msg']}."
    return Refusal("invalid", f"请求内容有误（{field or '格式'}）：{first['msg']}。", en).response(reader_lang(request))


def on_error(request: Request) -> Response:
    refusal = Refusal("internal", "服务器出了点问题，请稍后再试。", "Something went wrong here; please try again.")
    return refusal.response(reader_lang(request))
