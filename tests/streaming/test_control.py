"""The socket through which the web server talks to a room."""

import asyncio
import json
import stat
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

import pytest

from streaming.comments import CommentKind
from streaming.control import ControlServer, RoomClient, RoomError, RoomUnreachable, socket_path


class Stub:
    def __init__(self) -> None:
        self.stopped = False
        self.closed: list[str] = []

    def status(self) -> dict[str, Any]:
        return {"state": "on_air"}

    def comment(self, author: str, text: str, source: str, kind: CommentKind, key: str) -> str:
        return f"{author}/{text}/{source}" + (f"/{kind}/{key}" if key else "")

    async def direct(self, what: str, given: Mapping[str, Any]) -> dict[str, Any]:
        return {"what": what, "product_id": given["product_id"]}

    async def insert(self, text: str, urgent: bool) -> dict[str, Any]:
        if text == "full":
            raise RoomError("too many lines are waiting")
        return {"text": text}

    async def transcript(self, limit: int) -> list[dict[str, Any]]:
        return [{"text": "大家好"}] * min(limit, 2)

    def stop(self) -> None:
        self.stopped = True

    async def events(self) -> AsyncGenerator[dict[str, Any], None]:
        try:
            for number in range(1000):
                yield {"n": number, "text": "多行\n文字"}
                await asyncio.sleep(0.01)
        finally:
            self.closed.append("events")

    async def preview(self) -> AsyncGenerator[bytes, None]:
        for _ in range(3):
            yield b"\x00\n\xff" * 10_000


@pytest.mark.parametrize("depth", [1, 12], ids=["short path", "path longer than a socket may have"])
async def test_everything_a_room_offers(tmp_path: Path, depth: int) -> None:
    path = tmp_path.joinpath(*["a-long-folder-name"] * depth) / "control.sock"
    room = Stub()
    server = ControlServer(room, path)
    await server.start()
    assert len(bytes(socket_path(path))) <= 100
    assert not stat.S_IMODE(socket_path(path).stat().st_mode) & 0o077
    client = RoomClient(path)
    assert await client.status() == {"state": "on_air"}
    assert await client.comment("小鹿", "多少钱？\n", "web") == {"id": "小鹿/多少钱？\n/web"}
    assert await client.comment("小鹿", "", "douyin", "gift", "7") == {"id": "小鹿//douyin/gift/7"}
    assert await client.direct("pin", product_id="p1") == {"what": "pin", "product_id": "p1"}
    assert await client.insert("大家好") == {"text": "大家好"}
    with pytest.raises(RoomError, match="too many"):
        await client.insert("full")
    assert await client.transcript(1) == [{"text": "大家好"}]
    got = []
    events = client.events()
    async for event in events:
        got.append(event)
        if len(got) == 3:
            break
    await events.aclose()
    assert got == [{"n": n, "text": "多行\n文字"} for n in range(3)]
    async with asyncio.timeout(5):
        while not room.closed:  # noqa: ASYNC110  # the other side notices that we hung up
            await asyncio.sleep(0.01)
    assert b"".join([chunk async for chunk in client.preview()]) == b"\x00\n\xff" * 30_000
    await client.stop()
    assert room.stopped
    await server.close()
    assert not socket_path(path).exists()
    with pytest.raises(RoomUnreachable, match="not running"):
        await client.status()


async def test_one_room_a_folder_and_dead_sockets_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    first = ControlServer(Stub(), path)
    await first.start()
    with pytest.raises(RoomError, match="already running"):
        await ControlServer(Stub(), path).start()
    assert await RoomClient(path).status()
    assert first._server is not None
    first._server.close()  # as after kill -9: the file stays
    await first._server.wait_closed()
    if not path.exists():
        path.touch()
    second = ControlServer(Stub(), path)
    await second.start()
    assert await RoomClient(path).status() == {"state": "on_air"}
    await second.close()


@pytest.mark.parametrize("request_", [b"rubbish\n", b"{}\n", b'{"do":"explode"}\n', b'{"do":"comment"}\n', b"[1]\n"])
async def test_bad_requests_are_answered(tmp_path: Path, request_: bytes) -> None:
    server = ControlServer(Stub(), tmp_path / "s")
    await server.start()
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "s"))
    writer.write(request_)
    answer = json.loads(await asyncio.wait_for(reader.readline(), 5))
    assert answer["ok"] is False and answer["error"]
    writer.close()
    await server.close()
