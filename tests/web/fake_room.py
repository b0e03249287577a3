"""A room's process without picture and sound: it listens at the real control socket and obeys.

Run as `python -m tests.web.fake_room ROOM [--with-parent]`; ZHIBO_FAKE_ROOM says how it misbehaves.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

from streaming.comments import CommentKind
from streaming.control import ControlServer, RoomError, Sounding
from web.parent import wait_for_end


class Heard:
    def __init__(self, rate: int, comments: list[str]) -> None:
        self._rate, self._comments, self._bytes = rate, comments, 0

    def feed(self, sound: bytes) -> None:
        self._bytes += len(sound)

    def close(self) -> None:
        self._comments.append(f"microphone: {self._bytes} bytes at {self._rate} Hz")


class FakeRoom:
    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self.comments: list[str] = []

    def status(self) -> dict[str, Any]:
        output = {"name": "rtmp://a.example/app/***", "kind": "network", "state": "up", "kbps": 2600.5, "lag_s": 0.2,
                  "bytes": 900, "dropped": 3, "reconnects": 1, "reason": ""}  # fmt: skip
        health = {"fps": 25.0}
        return {"state": "on_air", "product_id": "S1", "message": "", "outputs": [output], "health": health}

    def comment(self, author: str, text: str, source: str, kind: CommentKind, key: str) -> str:
        self.comments.append(f"{author}/{source}: {text}" + (f" ({kind})" if kind != "text" else ""))
        return f"c{len(self.comments)}"

    async def direct(self, what: str, given: Mapping[str, Any]) -> dict[str, Any]:
        if what == "pin" and given.get("product_id") == "gone":
            raise RoomError("gone is not in stock, or there is no such product")
        return {"what": what, "product_id": given.get("product_id", "")}

    async def insert(self, text: str, urgent: bool) -> dict[str, Any]:
        if text == "full":
            raise RoomError("too many lines are waiting to be said")
        return {"label": "ok", "original": text, "text": text, "reasons": []}

    def clicked(self, product_id: str) -> None:
        self.comments.append(f"click: {product_id}")

    def listen(self, rate: int) -> Sounding:
        return Heard(rate, self.comments)

    def stop(self) -> None:
        if os.environ.get("ZHIBO_FAKE_ROOM") != "deaf":
            self.stopping.set()

    async def events(self) -> AsyncGenerator[dict[str, Any], None]:
        seen = 0
        while True:
            for text in self.comments[seen:]:
                yield {"type": "comment", "text": text}
            seen = len(self.comments)
            await asyncio.sleep(0.05)

    async def preview(self) -> AsyncGenerator[bytes, None]:
        yield b"FLV\x01"
        while not self.stopping.is_set():
            await asyncio.sleep(0.05)
            yield b"tag"


async def main(room: str, with_parent: bool) -> int:
    behaviour = os.environ.get("ZHIBO_FAKE_ROOM", "")
    if behaviour == "crash":
        sys.stderr.write("no picture can be drawn\n")
        return 3
    fake = FakeRoom()
    loop = asyncio.get_running_loop()
    if behaviour == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        loop.add_signal_handler(signal.SIGTERM, fake.stop)
    if with_parent:
        threading.Thread(target=wait_for_end, args=(loop, fake.stopping.set), daemon=True).start()
    server = ControlServer(fake, Path(os.environ["ZHIBO_DATA"]) / "rooms" / room / "control.sock")
    await server.start()
    await fake.stopping.wait()
    await server.close()
    return 0


if __name__ == "__main__":
    given = sys.argv[1:]
    if given == ["--spare"]:  # the name comes when it is wanted
        given = os.read(0, 200).decode().split() or sys.exit(0)
    sys.exit(asyncio.run(main(given[0], "--with-parent" in given)))
