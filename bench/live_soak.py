"""A long time on air, as fast as this machine can:  python -m bench.live_soak --media-hours H [--json FILE]

A real room (demo shop, embedded voice, face and model, x264 and AAC, recording, HLS) sends to a real nginx-rtmp, and
another process reads it from there. What waits in the room waits on the clock of its own stream, which runs as fast as
pictures can be made. Viewers comment all the while. Measured: timestamps at the reader (gaps, steps back, sound against
picture at the end), memory by media-hour, script sentences heard twice within two media-hours, and what became of the
comments. After each media-hour the figures so far are printed, and written to the JSON file: a run that is cut off has
told what it saw.

A day in some 100 minutes on two cores:
    --media-hours 24 --size 568x320 --fps 4 --kbps 200 --preset ultrafast --faster 100
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import selectors
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import sqlalchemy as sa
import structlog

from bench.report import Cell, arguments, report
from knowledge.catalog import Catalog
from knowledge.settings import KnowledgeSettings
from streaming.airings import airings
from streaming.records import comments, utterances
from streaming.room import Room
from tests.servers import NginxRtmp, missing
from web.garbage import keep_what_is_loaded
from web.rooms import RoomPlan
from web.settings import Settings, load_settings
from web.wiring import DEMO_SHOP, open_catalog, open_room

WINDOW_MS = 2 * 3600 * 1000
STILL_S = 2.0
POLL_S = 0.002  # of real time: how finely the room's waiting sees its clock
BACKLOG = 150  # packets waiting in an output before the clock stands still
SAID = (
    "这款保温杯保温多久？", "多少钱呀", "是什么材质的？", "容量是多大的？", "有别的颜色吗？", "主播好", "哈哈哈哈",
    "加微信 abc123456 低价", "我的订单什么时候发货？", "能机洗吗？", "包邮吗", "六六六六六六", "有优惠吗",
)  # fmt: skip


class MediaClock:
    """The stream's own time. It goes on with every picture, and stands still while an output is behind."""

    def __init__(self, fps: int, faster: float) -> None:
        self._fps, self._least_s = fps, 1 / fps / faster
        self._now = 0.0
        self._last = time.monotonic()
        self.behind: Callable[[], bool] = lambda: False
        self.ending = False

    def now(self) -> float:
        """Seconds. Once the room is `ending` and no picture has come for a while, it goes on with the wall's clock:
        what is closed after the last picture waits too."""
        still_s = time.monotonic() - self._last - STILL_S
        return self._now + max(0.0, still_s) if self.ending else self._now

    def wait(self, seconds: float, stop: threading.Event) -> None:
        while self.behind() and not stop.wait(POLL_S):
            pass
        stop.wait(max(0.0, self._least_s - (time.monotonic() - self._last)))
        self._last = time.monotonic()
        self._now = round((self._now + max(0.0, seconds)) * self._fps) / self._fps


class MediaLoop(asyncio.SelectorEventLoop):
    """An event loop whose timers run on the stream's clock."""

    def __init__(self, clock: MediaClock) -> None:
        self._media = clock
        super().__init__(_Polling())

    def time(self) -> float:
        return self._media.now()


class _Polling(selectors.DefaultSelector):
    """Never sleeps as long as it is told to: those seconds are not of this clock."""

    def select(self, timeout: float | None = None) -> Any:
        return super().select(POLL_S if timeout is None or timeout > 0 else timeout)


@dataclass
class Soak:
    seconds: float
    clock: MediaClock
    json_file: Path | None = None
    memory: list[tuple[float, float]] = field(default_factory=list)  # media-hours, MB
    began: float = field(default_factory=time.monotonic)
    hours: list[dict[str, Cell]] = field(default_factory=list)  # what was seen after each

    async def run(self, room: Room) -> None:
        """Comment and measure until the room has been on air long enough."""
        rng = random.Random(7)
        number = 0
        while self.clock.now() < self.seconds:
            await asyncio.sleep(rng.uniform(4, 25))
            if not room._sinks or not hasattr(room, "_director"):
                continue
            number += 1
            room.comment(f"观众{number % 37}", SAID[rng.randrange(len(SAID))], "bench")
            self.memory.append((self.clock.now() / 3600, _resident_mb()))
            if self.clock.now() >= 3600 * (len(self.hours) + 1):
                self._tell(room)

    def _tell(self, room: Room) -> None:
        took_s = time.monotonic() - self.began
        status = room.status()
        seen: dict[str, Cell] = {
            "media-hours": round(self.clock.now() / 3600, 2),
            "wall min": round(took_s / 60, 1),
            "times faster": round(self.clock.now() / took_s, 1),
            "MB": round(self.memory[-1][1], 1),
            "MB an hour after the first": _rounded(self.slope(1.0)),
            "after the third": _rounded(self.slope(3.0)),
            "Python blocks": sys.getallocatedblocks(),
            "comments taken": len(self.memory),
            "comments ended": sum(status["comments"].values()),
            "dropped": sum(each["dropped"] for each in status["outputs"]),
        }
        self.hours.append(seen)
        sys.stdout.write(json.dumps(seen, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        if self.json_file is not None:
            self.json_file.write_text(json.dumps({"hours": self.hours}, indent=2) + "\n", encoding="utf-8")

    def slope(self, since_h: float) -> float | None:
        """MB a media-hour after so many hours: in the first, caches fill, until the third what the host remembers for
        two hours does. None for a run too short to tell."""
        points = np.array([point for point in self.memory if point[0] >= since_h])
        return float(np.polyfit(points[:, 0], points[:, 1], 1)[0]) if len(points) > 20 else None


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 2)


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def read(url: str, fps: int) -> None:
    """In a process of its own: what a player gets, as one line of JSON at the end of the stream."""
    seen: dict[str, Any] = {"back": 0, "packets": 0}
    last: dict[str, float] = {}
    gap = {"video": 0.0, "audio": 0.0}
    with contextlib.suppress(av.FFmpegError), av.open(url, timeout=(20, 20)) as container:
        for packet in container.demux():
            if packet.dts is None:
                continue
            kind, at = packet.stream.type, float(packet.dts * packet.time_base)
            if kind in last:
                seen["back"] += at <= last[kind]
                gap[kind] = max(gap[kind], at - last[kind])
            last[kind] = at
            seen["packets"] += 1
    seen |= {f"{kind}_gap_ms": round(found * 1000, 1) for kind, found in gap.items()}
    ends = last.get("video", 0.0) + 1 / fps, last.get("audio", 0.0) + 1024 / 44100
    sys.stdout.write(json.dumps({**seen, "offset_ms": round((ends[0] - ends[1]) * 1000, 1), "end_s": ends[0]}))


async def soak(settings: Settings, plan: RoomPlan, soaking: Soak) -> dict[str, Any]:
    async with open_room(settings, plan) as room:
        room._parts = replace(room._parts, pace=soaking.clock)
        room._audience._clock = soaking.clock.now
        # What was said and asked within two hours: of this clock, or all of a day would be remembered.
        began_s = time.time()
        room._parts.wordings._heard.clock = room._parts.interest._clock = lambda: began_s + soaking.clock.now()
        soaking.clock.behind = lambda: any(len(getattr(sink, "_queue", ())) > BACKLOG for sink in room._sinks)
        keep_what_is_loaded()  # as a room's process does
        task = asyncio.create_task(room.run())
        await asyncio.wait([task, asyncio.create_task(soaking.run(room))], return_when=asyncio.FIRST_COMPLETED)
        status = room.status()
        soaking.clock.ending = True
        room.stop()
        await task
        return status


def repeats(catalog: Catalog) -> tuple[int, int]:
    """Script sentences heard to their end, and those heard before within two media-hours, word for word."""
    query = (
        sa.select(utterances.c.text, sa.func.min(airings.c.start_ms).label("at"))
        .join(airings, airings.c.utterance_id == utterances.c.id)
        .where(utterances.c.said == "script", utterances.c.spoken_chars >= sa.func.length(utterances.c.text))
        .group_by(utterances.c.id, utterances.c.text)
    )
    with catalog.store.read() as connection:
        rows = sorted((row.at, row.text) for row in connection.execute(query))
    last: dict[str, int] = {}
    again = 0
    for at, text in rows:
        again += at - last.get(text, -WINDOW_MS) < WINDOW_MS
        last[text] = at
    return len(rows), again


def main() -> None:
    parser = arguments("A long time on air, as fast as this machine can")
    parser.add_argument("--media-hours", type=float, default=0.05)
    parser.add_argument("--faster", type=float, default=8.0, help="than real time, at most")
    parser.add_argument("--size", default="1280x720", help="of the picture: a small one shortens a long soak")
    parser.add_argument("--fps", type=int, default=25)
    parser.add_argument("--kbps", type=int, default=2500)
    parser.add_argument("--preset", default="veryfast")
    parser.add_argument("--read", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read(options.read, options.fps)
        return
    if reason := missing("nginx-rtmp"):
        sys.exit(f"live_soak needs nginx with its RTMP module: {reason}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    clock = MediaClock(options.fps, options.faster)
    soaking = Soak(options.media_hours * 3600, clock, options.json)
    with tempfile.TemporaryDirectory(prefix="zhibo-bench-", ignore_cleanup_errors=True) as folder:
        catalog = Catalog.open(KnowledgeSettings(data_dir=Path(folder)))
        catalog.ingest(DEMO_SHOP)
        catalog.close()
        settings = load_settings(
            data=Path(folder),
            spare_mb=64,
            live_size=options.size,
            live_fps=options.fps,
            live_kbps=options.kbps,
            preset=options.preset,
        )
        with NginxRtmp.start(record=False) as server:
            url = server.url("soak")
            command = [sys.executable, "-m", "bench.live_soak", "--read", url, "--fps", str(options.fps)]
            reader = subprocess.Popen(command, stdout=subprocess.PIPE)
            began = time.monotonic()
            with asyncio.Runner(loop_factory=lambda: MediaLoop(clock)) as runner:
                status = runner.run(soak(settings, RoomPlan("soak", (url,)), soaking))
            took_s = time.monotonic() - began
            out, _ = reader.communicate(timeout=60)
        seen = json.loads(out)
        catalog = open_catalog(settings)
        heard, again = repeats(catalog)
        with catalog.store.read() as connection:
            counted = sa.select(comments.c.outcome, sa.func.count()).group_by(comments.c.outcome)
            ends: dict[str, int] = {row[0]: row[1] for row in connection.execute(counted)}
            kinds = sa.select(utterances.c.said, sa.func.count()).group_by(utterances.c.said)
            said: dict[str, int] = {row[0]: row[1] for row in connection.execute(kinds)}
        catalog.close()
    figures: dict[str, Cell] = {
        "media-hours on air": clock.now() / 3600,
        "times faster than real time": clock.now() / took_s,
        "media-seconds at the reader": seen["end_s"],
        "timestamps that step back": seen["back"],
        "widest gap of pictures ms": seen.get("video_gap_ms"),
        "widest gap of sound ms": seen.get("audio_gap_ms"),
        "picture ends after sound ms": seen["offset_ms"],
        "packets dropped by outputs": sum(each["dropped"] for each in status["outputs"]),
        "MB at the end": soaking.memory[-1][1] if soaking.memory else None,
        "MB a media-hour after the first": soaking.slope(1.0),
        "MB a media-hour after the third": soaking.slope(3.0),
        **{f"begun: {kind}": count for kind, count in sorted(said.items())},
        "script sentences to their end": heard,
        "said again within 2 media-hours": again,
        **{f"comments {outcome}": count for outcome, count in sorted(ends.items())},
        "comments without an end": ends.get("waiting", 0),
    }
    rows: list[dict[str, Cell]] = [{"what": what, "figure": figure} for what, figure in figures.items()]
    report(f"{options.media_hours:g} media-hours on air", rows, options.json, media_hours=options.media_hours)


if __name__ == "__main__":
    main()
