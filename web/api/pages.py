"""The pages people open, and the files they consist of."""

import hashlib
import mimetypes
from asyncio import to_thread
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from web.errors import NOT_FOUND, Refusal
from web.services import Svc, services, signed_in
from web.widget import script

router = APIRouter(include_in_schema=False)

READ = ["GET", "HEAD"]
HERE = Path(__file__).parents[1]
PAGES = HERE / "pages"
STATIC = HERE / "static"
PICTURES = frozenset({".webp", ".png", ".jpg", ".jpeg", ".gif", ".avif"})  # svg may carry scripts: not from merchants
mimetypes.add_type("image/webp", ".webp")
mimetypes.add_type("image/avif", ".avif")
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


def page(name: str) -> Response:
    return FileResponse(PAGES / name, media_type="text/html", headers={"Cache-Control": "no-cache"})


@router.api_route("/", methods=READ)
async def shop() -> Response:
    return page("shop.html")


@router.api_route("/product/{product_id}", methods=READ)
async def product(product_id: str, services: Svc) -> Response:
    response = page("product.html")
    if services.catalog.product(product_id) is None:
        response.status_code = 404  # the page itself says so in the reader's language
    return response


@router.api_route("/live/{room}", methods=READ)
async def live(room: str) -> Response:
    return page("live.html")


@router.api_route("/live/{room}/speak", methods=READ)
async def speak(room: str, request: Request) -> Response:
    return (
        page("speak.html") if signed_in(request) else RedirectResponse(f"/signin?next=/live/{quote(room)}/speak", 303)
    )


@router.api_route("/signin", methods=READ)
async def sign_in() -> Response:
    return page("signin.html")


@router.api_route("/account", methods=READ)
async def account() -> Response:
    return page("account.html")


@router.api_route("/inbox", methods=READ)
async def inbox(request: Request) -> Response:
    return page("inbox.html") if signed_in(request) else RedirectResponse("/signin?next=/inbox", 303)


@router.api_route("/widget.js", methods=READ)
async def widget(request: Request) -> Response:
    source = await to_thread(script)
    tag = f'"{hashlib.sha256(source).hexdigest()[:20]}"'
    headers = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*", "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(source, media_type="text/javascript", headers=headers)


@router.api_route("/static/{path:path}", methods=READ)
async def static(path: str) -> Response:
    return _file(STATIC, path, cache="no-cache")


@router.api_route("/media/{path:path}", methods=READ)
async def media(path: str, request: Request) -> Response:
    if Path(path).suffix.lower() not in PICTURES:
        raise Refusal("not_found", *NOT_FOUND)
    return _file(services(request).media, path, cache="public, max-age=3600")


@router.api_route("/favicon.ico", methods=READ)
async def favicon() -> Response:
    return _file(STATIC, "favicon.svg", cache="public, max-age=86400")


def _file(folder: Path, path: str, *, cache: str) -> Response:
    """A file below `folder`, never one outside it, whatever `..`, links or absolute paths it is asked by."""
    folder = folder.resolve()
    try:
        found = (folder / path).resolve()
        usable = found.is_relative_to(folder) and found.is_file()
    except (OSError, ValueError):  # a name no file can have
        usable = False
    if not usable:
        raise Refusal("not_found", *NOT_FOUND)
    return FileResponse(found, headers={"Cache-Control": cache})
