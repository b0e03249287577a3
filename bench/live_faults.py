"""What a live room makes of trouble:  python -m bench.live_faults [--kills N] [--json FILE]

A real room (demo shop, embedded voice, face and model) sends to two real nginx-rtmp servers, one of them behind a
proxy, and records. Then its server is killed, its network swallows everything, its reader is slow, its disk is full,
its encoder and its scene hang; a second room, watched like the web server watches it, is killed with SIGKILL.

`back s`: from the end of the trouble (for what hangs and for a kill: from its beginning) until the stream flows again.
`lost there` and `lost elsewhere`: pictures that the server in trouble, and the other one, never got. `twice` and
`skipped`: script sentences that were spoken whole more than once, and such as were broken off and never said whole.
"""

import asyncio
import contextlib
import os
import resource
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import sqlalchemy as sa
import structlog

from bench.report import Cell, arguments, report
from knowledge.catalog import Catalog
from knowledge.settings import KnowledgeSettings
from streaming.control import RoomError
from streaming.records import utterances
from streaming.room import Room
from tests.servers import NginxRtmp, free_port, missing
from web.rooms import RoomPlan, Supervisor
from web.settings import Settings, load_settings
from web.wiring import DEMO_SHOP, open_catalog, open_room, room_client, room_environment

FPS = 25
SPARE_MB = 64


class Proxy:
    """In front of a server: open, slow, or a black hole that takes connections and bytes and gives nothing on."""

    def __init__(self, to: int) -> None:
        self._to = to
        self.port = 0
        self.bytes_a_second = float("inf")
        self.swallows = False
        self._stop = threading.Event()
        self._sockets: list[socket.socket] = []
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(8)
        self._listener.settimeout(0.2)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._stop.set()
        for each in (self._listener, *self._sockets):
            each.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(OSError):
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to), timeout=5)
                far.settimeout(None)
                self._sockets += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                while self.swallows:
                    if self._stop.wait(0.1):
                        return
                if not (data := source.recv(4096)):
                    break
                sink.sendall(data)
                if self.bytes_a_second != float("inf"):
                    self._stop.wait(len(data) / self.bytes_a_second)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class Hang:
    """Makes calls of a method block for ever; `end` lets them go on."""

    def __init__(self, owner: Any, name: str) -> None:
        self._free = threading.Event()
        self._call: Callable[..., Any] = getattr(owner, name)
        setattr(owner, name, self)

    def __call__(self, *given: Any, **named: Any) -> Any:
        self._free.wait()
        return self._call(*given, **named)

    def end(self) -> None:
        self._free.set()


@dataclass
class Trouble:
    """One fault: when in the room's stream it was, and how long the room took to get over it."""

    name: str
    begun: datetime
    first_frame: int
    last_frame: int = 0
    back_s: float | None = None
    there: bool = True  # whether it is one of the server behind the proxy


class Trial:
    """A room that has to go through it all, one fault after another."""

    def __init__(self, room: Room, proxy: Proxy, servers: "Servers") -> None:
        self._room, self._proxy, self._servers = room, proxy, servers
        self.troubles: list[Trouble] = []

    async def run(self) -> None:
        await self.until(lambda: self._up("up", "up") and self._room._stage._slate is not None, 90)
        await asyncio.sleep(6)
        await self._outputs()
        await self._disk()
        for part in ("encode", "scene"):
            await self._hang(part)

    async def until(self, holds: Callable[[], bool], within_s: float = 60.0) -> float:
        """Seconds until it holds."""
        began = time.monotonic()
        while not holds():
            if time.monotonic() - began > within_s:
                raise TimeoutError(f"not within {within_s:g} s: {self._room.status()}")
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    def _up(self, *states: str) -> bool:
        return [sink.status().state for sink in self._room._sinks[: len(states)]] == list(states)

    @contextlib.asynccontextmanager
    async def _trouble(self, name: str, *, there: bool = True) -> AsyncGenerator[Trouble, None]:
        trouble = Trouble(name, datetime.now(UTC), self._room._health.frames, there=there)
        yield trouble
        trouble.last_frame = self._room._health.frames
        self.troubles.append(trouble)
        await asyncio.sleep(5)

    async def _outputs(self) -> None:
        async with self._trouble("server killed, back after 3 s") as trouble:
            self._servers.kill()
            await self.until(lambda: self._up("up", "down"))
            await asyncio.sleep(3)
            self._servers.revive()
            trouble.back_s = await self.until(lambda: self._up("up", "up"))
        async with self._trouble("network swallows all, for 8 s") as trouble:
            self._proxy.swallows = True
            await asyncio.sleep(8)
            assert self._up("up", "down"), "nobody noticed that the network is gone"
            self._proxy.swallows = False
            trouble.back_s = await self.until(lambda: self._up("up", "up"))
        async with self._trouble("slow reader (20 kB/s), for 12 s") as trouble:
            self._proxy.bytes_a_second = 20_000
            await asyncio.sleep(12)
            self._proxy.bytes_a_second = float("inf")
            trouble.back_s = await self.until(lambda: self._up("up", "up") and self._lag_s(1) < 1.0)

    def _lag_s(self, number: int) -> float:
        return self._room._sinks[number].status().lag_s

    async def _disk(self) -> None:
        recording = next(sink for sink in self._room._sinks if sink.status().kind == "rolling")
        child = recording._child.pid  # type: ignore[attr-defined]
        async with self._trouble("recording's disk full, for 3 s", there=False) as trouble:
            # No more may be written to any file by that process: to it, the disk is full.
            soft, hard = resource.prlimit(child, resource.RLIMIT_FSIZE)
            resource.prlimit(child, resource.RLIMIT_FSIZE, (1, hard))
            await self.until(lambda: recording.status().state == "down")
            await asyncio.sleep(3)
            resource.prlimit(child, resource.RLIMIT_FSIZE, (soft, hard))
            trouble.back_s = await self.until(lambda: recording.status().state == "up")

    async def _hang(self, part: str) -> None:
        stage = self._room._stage
        before = self._room._health.replaced
        async with self._trouble(f"{part} hangs for ever", there=False) as trouble:
            owner, name = (stage._shift.encoder, "encode") if part == "encode" else (stage._shift.scene, "compose")
            hang = Hang(owner, name)
            trouble.back_s = await self.until(lambda: self._room._health.replaced > before and stage._shift.sent > 0)
        hang.end()


class Servers:
    """Two servers; the second can be killed and brought back at the same port."""

    def __init__(self, life: contextlib.ExitStack) -> None:
        self.good = life.enter_context(NginxRtmp.start())
        self.port = free_port()
        self._life = life
        self._kept: dict[str, bytes] = {}
        self.revive()

    def revive(self) -> None:
        self._now = contextlib.ExitStack()
        self._life.callback(self._now.close)
        self.other = self._now.enter_context(NginxRtmp.start(port=self.port))

    def kill(self) -> None:
        self._keep()
        os.killpg(self.other.process.pid, signal.SIGKILL)
        self._now.close()

    def _keep(self) -> None:
        self._kept |= {f"{self.other.folder.name}/{path.name}": path.read_bytes() for path in self.other.recorded}

    def frames(self) -> tuple[set[int], set[int]]:
        """Numbers of the pictures that each server got."""
        self._keep()
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for number, stored in enumerate(self._kept.values()):
                paths.append(Path(folder) / f"{number}.flv")
                paths[-1].write_bytes(stored)
            return _frames(self.good.recorded), _frames(paths)


def _frames(recordings: list[Path]) -> set[int]:
    found: set[int] = set()
    for path in recordings:
        with contextlib.suppress(av.FFmpegError), av.open(str(path)) as container:
            for packet in container.demux(container.streams.video[0]):
                if packet.pts is not None:
                    found.add(round(packet.pts * packet.time_base * FPS))
    return found


def said(catalog: Catalog, room: str, since: datetime, until: datetime) -> tuple[list[str], list[str]]:
    """Script sentences spoken whole twice, and such as were broken off and never said whole after it."""
    query = sa.select(utterances).where(utterances.c.room == room, utterances.c.said == "script")
    with catalog.store.read() as connection:
        rows = connection.execute(query.order_by(utterances.c.at)).all()
    whole: dict[tuple[str, str], list[int]] = {}
    for number, row in enumerate(rows):
        if row.text and row.spoken_chars >= len(row.text):
            whole.setdefault((row.product_id, row.text), []).append(number)
    inside = [number for number, row in enumerate(rows[:-1]) if since <= row.at.replace(tzinfo=UTC) <= until]
    skipped = [
        row.text
        for number in inside
        if (row := rows[number]).text
        and row.spoken_chars < len(row.text)
        and rows[number + 1].text != row.text  # else it was begun again, and is judged there
        and not any(later > number for later in whole.get((row.product_id, row.text), ()))
    ]
    # The same sentence comes again when the run sheet begins anew: only what follows within a few rows counts.
    twice = [
        rows[second].text
        for numbers in whole.values()
        for first, second in zip(numbers, numbers[1:], strict=False)
        if second in inside and second - first <= 3
    ]
    return twice, skipped


async def faults(settings: Settings, servers: Servers, proxy: Proxy) -> list[Trouble]:
    plan = RoomPlan("faults", (servers.good.url("faults"), f"rtmp://127.0.0.1:{proxy.port}/live/faults"))
    async with open_room(settings, plan) as room:
        task = asyncio.create_task(room.run())
        trial = Trial(room, proxy, servers)
        try:
            trying = asyncio.create_task(trial.run())
            await asyncio.wait([task, trying], return_when=asyncio.FIRST_COMPLETED)
            await trying
        finally:
            room.stop()
            await task
        return trial.troubles


async def kills(settings: Settings, url: str, times: int) -> list[Trouble]:
    """Kill a watched room at random moments; each time, how long until the stream flows again."""
    found = []
    client = room_client(settings)
    supervisor = Supervisor(
        settings.data / "rooms", client, outlive=False, environment=room_environment(settings), spare=True
    )

    async def flows(after: int) -> int:
        """The process id of a room whose stream flows, other than `after`."""
        async with asyncio.timeout(90):
            while True:
                process = supervisor._rooms["killed"].process
                with contextlib.suppress(RoomError, IndexError):
                    status = await client("killed").status()
                    if process and process.pid != after and status["outputs"][0]["state"] == "up":
                        return process.pid
                await asyncio.sleep(0.02)

    async with asyncio.TaskGroup() as tasks:
        await supervisor.run(tasks)
        supervisor.start(RoomPlan("killed", (url,)))
        pid = await flows(0)
        for number in range(times):
            await asyncio.sleep(20 + 1.7 * number)  # its stand-in has loaded by then
            trouble = Trouble("kill -9", datetime.now(UTC), 0, there=False)
            began = time.monotonic()
            os.kill(pid, signal.SIGKILL)
            pid = await flows(pid)
            trouble.back_s = time.monotonic() - began
            found.append(trouble)
        await asyncio.sleep(8)
        await supervisor.stop("killed")
    return found


@contextlib.contextmanager
def shop() -> Iterator[Settings]:
    with tempfile.TemporaryDirectory(prefix="zhibo-bench-", ignore_cleanup_errors=True) as folder:
        catalog = Catalog.open(KnowledgeSettings(data_dir=Path(folder)))
        catalog.ingest(DEMO_SHOP)
        catalog.close()
        yield load_settings(data=Path(folder), spare_mb=SPARE_MB)


def main() -> None:
    parser = arguments("Faults of a live room: time to recover, pictures lost, sentences said twice or skipped")
    parser.add_argument("--kills", type=int, default=3, help="how often the room is killed")
    options = parser.parse_args()
    if reason := missing("nginx-rtmp"):
        sys.exit(f"live_faults needs nginx with its RTMP module: {reason}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    rows: list[dict[str, Cell]] = []
    with contextlib.ExitStack() as life, shop() as settings:
        servers = Servers(life)
        proxy = Proxy(servers.port)
        life.callback(proxy.close)
        troubles = asyncio.run(faults(settings, servers, proxy))
        time.sleep(1)
        good, other = servers.frames()
        killed = asyncio.run(kills(settings, servers.good.url("killed"), options.kills))
        catalog = open_catalog(settings)
        ends = [*(each.begun for each in troubles[1:]), datetime.now(UTC)]
        for trouble, end in zip(troubles, ends, strict=True):
            window = set(range(trouble.first_frame, trouble.last_frame))
            twice, skipped = said(catalog, "faults", trouble.begun, end)
            lost = len(window - other) if trouble.there else None
            rows.append(_row(trouble, lost, len(window - good), twice, skipped))
        ends = [*(each.begun for each in killed[1:]), datetime.now(UTC)]
        for trouble, end in zip(killed, ends, strict=True):
            rows.append(_row(trouble, None, None, *said(catalog, "killed", trouble.begun, end)))
        catalog.close()
    load = round(os.getloadavg()[0], 1)
    report(f"Faults of a live room (load {load})", rows, options.json, load=load)


def _row(
    trouble: Trouble, there: int | None, elsewhere: int | None, twice: list[str], skipped: list[str]
) -> dict[str, Cell]:
    for what, sentences in (("said twice", twice), ("skipped", skipped)):
        for sentence in sentences:
            print(f"{what} ({trouble.name}): {sentence}")
    return {
        "fault": trouble.name,
        "back s": trouble.back_s,
        "lost there": there,
        "lost elsewhere": elsewhere,
        "twice": len(twice),
        "skipped": len(skipped),
    }


if __name__ == "__main__":
    main()
