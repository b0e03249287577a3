"""How soon a viewer is answered aloud, in a busy room:  python -m bench.live_latency [--minutes M] [--json FILE]

A real nginx-rtmp, a real room in its own process (demo shop, embedded voice, face and model), and a reader on the other
side of the server. Five comments a second are posted through the room's socket, the same ones in each run: chatter,
greetings, joins, likes, gifts and follows, now and then a question, and more often one that was just asked in other
words. The clock stops when the reader receives the packet with the first sound of what is said to a question: its
answer, or "several of you asked" before it.

A room answers one question at a time, so three figures are told apart:
- alone: asked while no other question was open; from the posting on;
- ready: every question that was answered; from its posting, or from when the answer before it was over, whichever came
  later;
- queueing: every question that was answered; from its posting on, whoever had to be answered before.
"""

import asyncio
import bisect
import contextlib
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np

from bench.report import Cell, arguments, report
from streaming.comments import KINDS, CommentKind
from streaming.control import RoomClient, RoomError
from tests.servers import NginxRtmp, missing

A_SECOND = 5.0
SEED = 11
# Of a hundred comments. A question takes the host some nine seconds to answer: more would only lengthen the queue.
SHARES = {"chatter": 63.0, "greeting": 6, "join": 14, "like": 9, "gift": 2, "follow": 2, "question": 1.6, "again": 2.4}
QUESTIONS = (
    ("这款保温杯保温多久？", "保温杯能保温多久呀"), ("多少钱呀", "现在多少钱"), ("是什么材质的？", "材质是什么"),
    ("容量是多大的？", "容量多大呢"), ("重量多少克呢", "重量是多少"), ("有别的颜色吗？", "还有别的颜色吗"),
    ("能机洗吗？", "可以机洗吗"), ("产地是哪里？", "产地在哪里呀"), ("包邮吗", "这个包邮吗"),
    ("有什么优惠吗", "今天有优惠吗"),
)  # fmt: skip
CHATTER = (
    "哈哈哈哈",
    "666666",
    "来了来了",
    "这个好看",
    "支持主播",
    "笑死我了",
    "上次买过了",
    "老粉报到",
    "真不错",
    "冲冲冲",
)
GREETINGS = ("主播好", "晚上好", "大家好")
OPENING_S = 60.0  # the host has said hello and that an AI speaks, and is telling of a product by then
DRAIN_S = 25.0  # for the last answers, after the last comment
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


@dataclass
class Question:
    posted: float
    alone: bool
    begun_s: float | None = None  # of the stream, where something was first said to it
    ended: float | None = None
    outcome: str = ""


@dataclass
class Crowd:
    """Posts the comments and writes down what becomes of the questions."""

    client: RoomClient
    questions: dict[str, Question] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    free: list[float] = field(default_factory=list)  # when the host had given an answer, in order
    opened: asyncio.Event = field(default_factory=asyncio.Event)  # the host is telling of a product

    async def post(self, seconds: float) -> None:
        chance, began = random.Random(SEED), time.monotonic()
        for number, (kind, text) in enumerate(comments(chance)):
            due = began + number / A_SECOND + chance.uniform(-0.08, 0.08)
            if due - began > seconds:
                return
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            sent_as: CommentKind = kind if kind in KINDS else "text"
            posted, alone = time.monotonic(), all(each.ended for each in self.questions.values())
            made = await self.client.comment(f"观众{number % 211}", text, "bench", sent_as)
            if kind in ("question", "again") and made["id"] not in self.questions:
                self.questions[made["id"]] = Question(posted, alone)

    async def listen(self) -> None:
        async for event in self.client.events():
            about = self.questions.get(str(event.get("comment_id") or event.get("id") or ""))
            if event.get("type") == "said" and event["kind"] == "script":
                self.opened.set()
            if event.get("type") == "said" and about is not None and about.begun_s is None:
                about.begun_s = float(event["at_s"])
            elif event.get("type") == "comment_ended":
                self.outcomes[event["outcome"]] += 1
                if about is not None:
                    about.ended, about.outcome = time.monotonic(), event["outcome"]
                    if about.outcome == "answered":
                        self.free.append(about.ended)

    def free_before(self, moment: float) -> float:
        """When the answer before was over, that was given by `moment`."""
        at = bisect.bisect_left(self.free, moment)
        return self.free[at - 1] if at else 0.0


def comments(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Kind and text of one comment after the other; the first questions are not asked again before they were asked."""
    asked: list[int] = []
    while True:
        kind = chance.choices(list(SHARES), list(SHARES.values()))[0]
        if kind == "question" or (kind == "again" and not asked):
            asked.append(chance.randrange(len(QUESTIONS)))
            yield "question", QUESTIONS[asked[-1]][0]
        elif kind == "again":
            yield kind, QUESTIONS[asked[-1]][1]
        else:
            yield kind, {"chatter": chance.choice(CHATTER), "greeting": chance.choice(GREETINGS)}.get(kind, "")


async def measure(minutes: float, url: str, data: Path) -> tuple[Crowd, Reader]:
    command = [sys.executable, "-m", "web.cli", "live", "bench", "--to", url]
    log = (data / "room.log").open("wb")
    room = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, "ZHIBO_DATA": str(data)}, stdout=log, stderr=log
    )
    crowd = Crowd(RoomClient(data / "rooms" / "bench" / "control.sock"))
    reader: Reader | None = None
    try:
        await _up(crowd.client, room, data)
        reader = Reader(url)
        listening = asyncio.create_task(crowd.listen())
        async with asyncio.timeout(OPENING_S):
            await crowd.opened.wait()
        await crowd.post(minutes * 60)
        await asyncio.sleep(DRAIN_S)
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
        return crowd, reader
    finally:
        if reader is not None:
            reader.stop()
        room.terminate()
        await room.wait()
        log.close()


def waits(crowd: Crowd, reader: Reader) -> dict[str, list[float]]:
    """Seconds, by the three definitions above."""
    found: dict[str, list[float]] = {"alone": [], "ready": [], "queueing": []}
    for question in crowd.questions.values():
        arrived = reader.arrival(question.begun_s) if question.begun_s is not None else None
        if question.outcome != "answered" or arrived is None or question.ended is None:
            continue
        # The host's last answer before this one: its own end comes after its beginning.
        free = crowd.free_before(arrived)
        found["ready"].append(arrived - max(question.posted, free))
        found["queueing"].append(arrived - question.posted)
        if question.alone:
            found["alone"].append(arrived - question.posted)
    return found


async def _up(client: RoomClient, room: asyncio.subprocess.Process, data: Path) -> None:
    async with asyncio.timeout(90):
        while True:
            if room.returncode is not None:
                raise RuntimeError((data / "room.log").read_text(errors="replace")[-2000:])
            try:
                status = await client.status()
                if status["outputs"] and status["outputs"][0]["state"] == "up":
                    return
            except RoomError:
                pass
            await asyncio.sleep(0.3)


def main() -> None:
    parser = arguments("Comment to first sound of the answer, behind a real RTMP server")
    parser.add_argument("--minutes", type=float, default=5.0)
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
            crowd, reader = asyncio.run(measure(options.minutes, server.url("bench"), data))
    found = waits(crowd, reader)
    if not found["ready"]:
        sys.exit("no comment was answered aloud")
    rows: list[dict[str, Cell]] = [
        {
            "questions": name,
            "answered aloud": len(times),
            "p50 s": statistics.median(times) if times else None,
            "p95 s": sorted(times)[min(len(times) - 1, round(0.95 * len(times)))] if times else None,
            "max s": max(times, default=None),
        }
        for name, times in found.items()
    ]
    load = round(os.getloadavg()[0], 1)
    ends = {f"comments {outcome}": count for outcome, count in sorted(crowd.outcomes.items())}
    report(f"Comment to sound on the RTMP wire (load {load})", rows, options.json, load=load, **ends)
    sys.stdout.write(f"{len(crowd.questions)} questions; {dict(crowd.outcomes)}\n")


if __name__ == "__main__":
    main()
