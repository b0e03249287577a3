"""Live rooms: what is on air, comments in, and the preview out."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, Request, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator
from starlette.responses import FileResponse, Response

from knowledge.model import Lang
from streaming.comments import CommentKind
from streaming.control import RoomError
from web.errors import Refusal, reader_lang
from web.music import usable
from web.present import plain
from web.rooms import Client, RoomPlan, no_room
from web.services import Director, Limited, Live, Running, Services, Svc, address, may
from web.sse import HEARTBEAT, EventStream, HeldStream, sse, with_heartbeat

router = APIRouter(tags=["rooms"])
T = TypeVar("T")
Reading = Annotated[Lang, Depends(reader_lang)]

PUBLIC_STATUS = frozenset({"product_id", "title", "size", "viewers", "questions_waiting"})
HLS_FILE = re.compile(r"[A-Za-z0-9_-]+\.(m3u8|m4s|mp4|ts)")
HLS_TYPES = {
    "m3u8": "application/vnd.apple.mpegurl",
    "m4s": "video/iso.segment",
    "mp4": "video/mp4",
    "ts": "video/mp2t",
}
ANSWER_S = 5.0  # a room that takes longer to answer is treated as unreachable


class Start(BaseModel):
    to: list[str] = Field(default_factory=list, max_length=20)
    lang: Literal["zh", "en"] = "zh"
    portrait: bool = False
    look: str = Field("", max_length=40)
    template: str = Field("", max_length=40)
    voice: str = Field("", max_length=40)
    music: str = Field("", max_length=40, description="off, bed, bed-bright, bed-evening, or own:ID from the console")
    music_lufs: float | None = Field(None, ge=-40, le=-16)
    comments: list[str] = Field(default_factory=list, max_length=8)

    @field_validator("comments")
    @classmethod
    def _from_platforms(cls, value: list[str]) -> list[str]:
        for each in value:
            if not re.fullmatch(r"(?:twitch|youtube|bilibili):[\w-]{1,80}", each):
                raise ValueError("comments come from twitch:CHANNEL, youtube:VIDEO or bilibili:CODE")
        return value

    @field_validator("music")
    @classmethod
    def _no_paths(cls, value: str) -> str:
        if not usable(value):
            raise ValueError("music is off, bed, bed-bright, bed-evening, or own:ID from the console")
        return value

    @field_validator("to")
    @classmethod
    def _only_rtmp(cls, value: list[str]) -> list[str]:
        for url in value:
            if not re.fullmatch(r"rtmps?://[^/\s]+/\S+", url):
                raise ValueError("a stream goes to an address like rtmp://live.example.com/app/KEY")
        return value


class Comment(BaseModel):
    author: str = Field("", max_length=80)
    text: str = Field("", max_length=1000)
    source: str = Field("web", max_length=40)
    kind: CommentKind = "text"
    key: str = Field("", max_length=200, description="The platform's own id; given twice, it counts once")

    @model_validator(mode="after")
    def _says_something(self) -> "Comment":
        if self.kind == "text" and not self.text.strip():
            raise ValueError("a comment has a text")
        return self


class Click(BaseModel):
    product_id: str = Field(min_length=1, max_length=200)


class Line(BaseModel):
    text: str = Field(min_length=1, max_length=500)
    urgent: bool = Field(False, description="Cut what is being said")


class Direction(BaseModel):
    """What a person decides. `plan`: a whole run sheet; an empty one goes by the catalogue."""

    what: Literal["pin", "unpin", "show", "next", "pause", "resume", "take_over", "plan"]
    product_id: str = Field("", max_length=200)
    plan: dict[str, Any] = Field(default_factory=dict)


def off_air(room: str) -> Refusal:
    return Refusal("unavailable", f"直播间 {room} 没有在播。", f"Room {room} is not on air.", retry_after_s=3)


async def look(services: Services, room: str, lang: Lang, *, trusted: bool) -> dict[str, Any]:
    """How a room stands. Visitors get what the live page shows; staff also where it streams to and how it fares."""
    view = services.supervisor.view(room)
    status: dict[str, Any] = {}
    if view["state"] == "on_air":
        try:
            async with asyncio.timeout(ANSWER_S):
                status = await services.room_client(room).status()
        except (RoomError, TimeoutError) as error:
            view["message"] = str(error) or "the room does not answer"
    product = services.catalog.product(str(status.get("product_id") or status.get("product") or ""))
    shown = {
        "room": room,
        "state": view["state"],
        "lang": view["lang"],
        "portrait": view["portrait"],
        "preview": {"flv": f"/live/{room}.flv", "hls": f"/live/{room}/hls/live.m3u8"},
        "page": f"/live/{room}",
        "product": services.presenter.card(product, lang) if product else None,
        **{key: plain(value) for key, value in status.items() if key in PUBLIC_STATUS - {"product"}},
    }
    if trusted:
        more = {"to": view["to"], "restarts": view["restarts"], "message": view["message"], "status": plain(status)}
        shown |= more
    return shown


@router.get("/api/rooms")
async def rooms(request: Request, services: Svc, lang: Reading) -> dict[str, Any]:
    trusted = may(request, "rooms.read")
    names = services.supervisor.names()
    return {"rooms": await asyncio.gather(*(look(services, name, lang, trusted=trusted) for name in names))}


@router.get("/api/rooms/{room}")
async def one(room: str, request: Request, services: Svc, lang: Reading) -> dict[str, Any]:
    trusted = may(request, "rooms.read")
    found = await look(services, room, lang, trusted=trusted)
    shelf = [services.presenter.card(product, lang) for product in services.catalog.products()[:12]]
    return {**found, "products": shelf}


@router.post("/api/rooms/{room}/start", status_code=202, dependencies=[Limited])
async def start(room: str, body: Start, services: Svc, director: Director, lang: Reading) -> dict[str, Any]:
    services.supervisor.start(
        RoomPlan(
            room,
            tuple(body.to),
            body.lang,
            body.portrait,
            look=body.look,
            voice=body.voice,
            comments=tuple(body.comments),
            template=body.template,
            music=body.music,
            music_lufs=body.music_lufs,
        )
    )
    return await look(services, room, lang, trusted=True)


@router.post("/api/rooms/{room}/stop", status_code=202, dependencies=[Limited])
async def stop(room: str, services: Svc, director: Director, lang: Reading) -> dict[str, Any]:
    await services.supervisor.stop(room)
    return await look(services, room, lang, trusted=True)


@router.post("/api/rooms/{room}/insert", status_code=202, dependencies=[Limited])
async def insert(room: str, body: Line, services: Svc, director: Director) -> dict[str, Any]:
    """A line a person wants said. It passes the guard like any other; the answer is what will be said of it."""
    return {"verdict": await _ask(room, _on_air(services, room).insert(body.text, body.urgent))}


@router.post("/api/rooms/{room}/direct", status_code=202, dependencies=[Limited])
async def direct(room: str, body: Direction, services: Svc, director: Director) -> dict[str, Any]:
    """Pin a product, turn to one, pause, take over, set the run sheet; the answer is how the room stands then."""
    client = _on_air(services, room)
    told = client.direct(body.what, product_id=body.product_id, plan=body.plan)
    return {"direction": plain(await _ask(room, told))}


@router.post("/api/rooms/{room}/comments", status_code=202, dependencies=[Limited])
async def comment(room: str, body: Comment, services: Svc) -> dict[str, Any]:
    return await _comment(services, room, body)


@router.post("/api/rooms/{room}/clicks", status_code=202, dependencies=[Limited])
async def click(room: str, body: Click, services: Svc) -> dict[str, Any]:
    """A viewer opened a product's page: what is opened more is shown more."""
    await _ask(room, _on_air(services, room).clicked(body.product_id))
    return {}


@router.websocket("/api/rooms/{room}/comments")
async def comments(socket: WebSocket, room: str) -> None:
    """JSON lines in, one answer each out. A collector with the API token is not limited."""
    services: Services = socket.app.state.running.services
    trusted = may(socket, "guard")
    if not _same_site(socket, services):
        await socket.close(1008, "this site is not on the list of origins")
        return
    await socket.accept()
    try:
        while True:
            line = await socket.receive_text()
            try:
                if not trusted:
                    services.requests.take(address(socket))
                if len(line) > 8192:
                    raise Refusal("too_large", "一行太长了。", "This line is too long.")
                answer = await _comment(services, room, Comment.model_validate_json(line))
            except ValidationError as error:
                answer = {"code": "invalid", "message": f"{error.errors()[0]['msg']}"}
            except Refusal as refusal:
                answer = {"code": refusal.code, "message": refusal.message(reader_lang(socket)), **refusal.more}
            await socket.send_text(json.dumps(answer, ensure_ascii=False))
    except WebSocketDisconnect:
        return


@router.get("/api/rooms/{room}/events")
async def events(room: str, request: Request, services: Svc, live: Live) -> EventStream:
    _on_air(services, room)
    return EventStream(_events(live, room), services.streams.admit(address(request)))


async def _events(live: Running, room: str) -> AsyncGenerator[str, None]:
    try:
        async with aclosing(with_heartbeat(live.services.room_client(room).events(), live.stopping)) as events:
            async for event in events:
                yield HEARTBEAT if event is None else sse(plain(event))
    except RoomError:
        yield sse({"type": "ended"})  # it went off air between the check and the connection


@router.get("/live/{room}.flv")
async def flv(room: str, request: Request, services: Svc, live: Live) -> Response:
    client = _on_air(services, room)
    held = services.streams.admit(address(request))
    preview = client.preview()
    first = await _ask(room, anext(preview, b""))  # before the headers: a room that is gone is a clear refusal
    if not first:
        raise off_air(room)
    return HeldStream(_flv(live, first, preview), held, media_type="video/x-flv", headers={"Cache-Control": "no-store"})


async def _flv(live: Running, first: bytes, preview: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(preview):
        yield first
        async for block in preview:
            if live.stopping.is_set():
                return
            yield block


@router.get("/live/{room}/hls/{name}")
async def hls(room: str, name: str, services: Svc) -> Response:
    if not services.supervisor.known(room) or not HLS_FILE.fullmatch(name):
        raise no_room(room)
    path = services.room_folder(room) / "hls" / name
    if not path.is_file():
        raise off_air(room)
    kind = name.rsplit(".", 1)[-1]
    cache = "no-store" if kind == "m3u8" else "public, max-age=60"
    return FileResponse(path, media_type=HLS_TYPES[kind], headers={"Cache-Control": cache})


def _on_air(services: Services, room: str) -> Client:
    if services.supervisor.view(room)["state"] != "on_air":
        raise off_air(room)
    return services.room_client(room)


async def _ask(room: str, question: Awaitable[T]) -> T:
    """The room's answer; its refusals and its silence become ours."""
    try:
        async with asyncio.timeout(ANSWER_S):
            return await question
    except TimeoutError:
        raise off_air(room) from None
    except RoomError as error:
        raise Refusal("unavailable", f"直播间 {room}：{error}", str(error), retry_after_s=3) from None


async def _comment(services: Services, room: str, body: Comment) -> dict[str, Any]:
    client = _on_air(services, room)
    author = body.author.strip() or "…"
    return await _ask(room, client.comment(author, body.text.strip(), body.source, body.kind, body.key))


def _same_site(socket: WebSocket, services: Services) -> bool:
    """Browsers send an Origin with a WebSocket and obey no CORS: check it here."""
    origin = socket.headers.get("origin")
    return origin is None or services.origin_allowed(origin, socket.headers.get("host", ""))
