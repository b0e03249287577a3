"""How soon a viewer is answered aloud:  python -m bench.live_latency [--comments N] [--json FILE]

A real nginx-rtmp, a real room in its own process (demo shop, embedded voice, face and model), and a reader on the other
side of the server. A comment is posted through the room's socket; the clock stops when the reader receives the packet
that holds the first sound of the answer itself. Comments come at random moments of the script.
"""

import asyncio
import bisect
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import av
import numpy as np

from bench.report import Cell, arguments, report
from streaming.control import RoomClient, RoomError
from tests.servers import NginxRtmp, missing

QUESTIONS = (  # whose answers are short: the next one is asked when the last is over
    "这款保温杯保温多久？", "多少钱呀", "是什么材质的？", "容量是多大的？", "重量多少克呢", "有别的颜色吗？",
    "能机洗吗？", "产地是哪里？",
)  # fmt: skip
LOUD = 0.01  # of full scale: sound rather than silence


class Reader:
    """Reads the stream as a player would, and notes when each piece of sound came and how loud it was."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._times: list[float] = []  # of the stream, in seconds
        self._arrived: list[float] = []  # on our clock
        self._loud: list[bool] = []
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @property
    def newest(self) -> float:
        return self._times[-1] if self._times else -1.0

    def stop(self) -> None:
        self._stop.set()
        self.thread.join(5)

    def arrival(self, at_s: float) -> float | None:
        """When the first sound at or after this moment of the stream came; None when it has not."""
        first = bisect.bisect_left(self._times, at_s - 0.025)
        for index in range(first, min(first + 40, len(self._times))):
            if self._loud[index]:
                return self._arrived[index]
        return None

    def _run(self) -> None:
        options = {"fflags": "nobuffer", "probesize": "65536", "analyzeduration": "300000"}
        while not self._stop.is_set():
            try:
                with av.open(self._url, timeout=(5, 5), options=options) as container:
                    for packet in container.demux(container.streams.audio[0]):
                        if self._stop.is_set():
                            return
                        arrived = time.monotonic()
                        for frame in packet.decode():
                            if frame.time is not None:
                                self._times.append(frame.time)
                                self._arrived.append(arrived)
                                self._loud.append(float(np.abs(frame.to_ndarray()).max()) > LOUD)
            except OSError:
                self._stop.wait(0.2)


async def answered(client: RoomClient, question: str, number: int) -> tuple[float, list[float]]:
    """Post a question; when it was posted, and at which moments of the stream the sentences of the reply began."""
    events = client.events()
    first = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0.05)
    posted = time.monotonic()
    comment = (await client.comment(f"viewer{number}", question))["id"]
    begun: list[float] = []
    event: dict[str, Any] = await first
    async with asyncio.timeout(40):
        while not (event.get("type") == "comment_ended" and event.get("id") == comment):
            if event.get("type") == "said" and event.get("comment_id") == comment:
                begun.append(float(event["at_s"]))
            event = await anext(events)
    await events.aclose()
    return posted, begun


async def measure(comments: int, url: str, data: Path) -> list[float]:
    command = [sys.executable, "-m", "web.cli", "live", "bench", "--to", url]
    log = (data / "room.log").open("wb")
    room = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, "ZHIBO_DATA": str(data)}, stdout=log, stderr=log
    )
    client = RoomClient(data / "rooms" / "bench" / "control.sock")
    reader: Reader | None = None
    found: list[float] = []
    try:
        await _up(client, room, data)
        reader = Reader(url)
        await asyncio.sleep(6)
        for number in range(comments):
            await asyncio.sleep(random.uniform(1.0, 4.0))
            posted, begun = await answered(client, QUESTIONS[number % len(QUESTIONS)], number)
            await asyncio.sleep(1.0)
            arrived = reader.arrival(begun[0]) if begun else None
            if arrived is not None:
                found.append(arrived - posted)
        return found
    finally:
        if reader is not None:
            reader.stop()
        room.terminate()
        await room.wait()
        log.close()


async def _up(client: RoomClient, room: asyncio.subprocess.Process, data: Path) -> None:
    async with asyncio.timeout(90):
        while True:
            if room.returncode is not None:
                raise RuntimeError((data / "room.log").read_text(errors="replace")[-2000:])
            try:
                status = await client.status()
                if status["outputs"][0]["state"] == "up":
                    return
            except RoomError:
                pass
            await asyncio.sleep(0.3)


def main() -> None:
    parser = arguments("Comment to first sound of the answer, behind a real RTMP server")
    parser.add_argument("--comments", type=int, default=12)
    options = parser.parse_args()
    if reason := missing("nginx-rtmp"):
        sys.exit(f"live_latency needs nginx with its RTMP module: {reason}")
    from knowledge.catalog import Catalog
    from knowledge.settings import KnowledgeSettings
    from web.wiring import DEMO_SHOP

    with tempfile.TemporaryDirectory(prefix="zhibo-bench-") as folder:
        data = Path(folder)
        catalog = Catalog.open(KnowledgeSettings(data_dir=data))
        catalog.ingest(DEMO_SHOP)
        catalog.close()
        with NginxRtmp.start() as server:
            found = asyncio.run(measure(options.comments, server.url("bench"), data))
    if not found:
        sys.exit("no comment was answered aloud")
    ordered = sorted(found)
    rows: list[dict[str, Cell]] = [
        {
            "answered aloud": f"{len(found)} of {options.comments}",
            "p50 s": statistics.median(ordered),
            "p95 s": ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))],
            "max s": ordered[-1],
        }
    ]
    load = round(os.getloadavg()[0], 1)
    report(f"Comment to sound on the RTMP wire (load {load})", rows, options.json, load=load)


if __name__ == "__main__":
    main()
