"""Comments that platforms push to us, signed in their own ways."""

from typing import Any, Literal

from fastapi import APIRouter, Request

from streaming.comments.push import PLATFORMS, PushRefused, receive
from streaming.control import RoomError
from web.errors import Refusal
from web.services import Services, Svc

router = APIRouter(prefix="/api/rooms", tags=["rooms"])


@router.post("/{room}/push/{platform}")
async def push(
    room: str, platform: Literal["douyin", "kuaishou", "tiktok"], request: Request, services: Svc
) -> dict[str, Any]:
    """A delivery of a platform's open interface; the answer is what that platform wants to hear."""
    comments = _received(platform, request, await request.body(), services)
    services.supervisor.view(room)  # there is such a room
    client = services.room_client(room)
    try:
        for comment in comments:
            await client.comment(comment.author or "…", comment.text, comment.source, comment.kind, comment.key)
    except RoomError as error:
        raise Refusal("unavailable", f"直播间 {room}：{error}", str(error), retry_after_s=3) from None
    return dict(PLATFORMS[platform].thanks)


def _received(platform: str, request: Request, body: bytes, services: Services) -> list[Any]:
    secret = getattr(services.settings, f"{platform}_secret")
    name = f"ZHIBO_{platform.upper()}_SECRET"
    if secret is None:
        raise Refusal("unsupported", f"还没有设置 {name}。", f"{name} is not set.")
    try:
        return receive(platform, dict(request.headers), body, secret.get_secret_value())
    except PushRefused as error:
        en = f"Not taken: {error}. Check {name} and the clock."
        raise Refusal("unauthorized", f"推送没有通过校验（{error}）。请检查 {name} 和时间。", en) from None
