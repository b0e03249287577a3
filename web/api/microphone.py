"""A person of the shop speaks in a live room, through the microphone of their browser."""

import asyncio
from urllib.parse import urlsplit

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from streaming.control import RoomError
from web.services import Services, actor_of, address, may

router = APIRouter(tags=["rooms"])

SILENT_S = 15.0  # a page that sleeps sends nothing: the room must not wait for it
LARGEST = 64 * 1024  # bytes of sound in one message: a third of a second at most rates
REFUSED, BUSY = 1008, 1013  # close codes of RFC 6455 and its registry


@router.websocket("/api/rooms/{room}/microphone")
async def microphone(socket: WebSocket, room: str, rate: int = 48_000) -> None:
    """Sound in, 16-bit little-endian mono at `rate` Hz, on air at once; the script waits until the socket closes."""
    services: Services = socket.app.state.running.services
    if (reason := await _refused(socket, services, room)) is not None:
        await socket.close(REFUSED, reason)
        return
    await socket.accept()
    try:
        async with services.room_client(room).microphone(rate) as on_air:
            while sound := await asyncio.wait_for(socket.receive_bytes(), SILENT_S):
                if len(sound) > LARGEST:
                    await socket.close(REFUSED, "send at most 64 kB of sound at a time")
                    return
                on_air.write(sound)
                await on_air.drain()
    except WebSocketDisconnect:
        return
    except TimeoutError:
        await socket.close(BUSY, "no sound came for 15 s; open the microphone again")
    except (RoomError, ConnectionError) as error:
        await socket.close(BUSY, str(error)[:100] or "the room went off air")


async def _refused(socket: WebSocket, services: Services, room: str) -> str | None:
    """Why this browser may not speak; None when it may. A browser obeys no CORS here, and sends the cookie along."""
    origin = socket.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != socket.headers.get("host", ""):
        return "this page is not one of the shop's own"
    if not await asyncio.to_thread(may, socket, "rooms.write"):
        return "sign in as somebody who runs live rooms"
    if not services.supervisor.known(room) or services.supervisor.view(room)["state"] != "on_air":
        return "this room is not on air"
    person = actor_of(socket)
    assert person is not None
    await asyncio.to_thread(
        services.audit.record, person.name, "room microphone", room, role=person.role or "", address=address(socket)
    )
    return None
