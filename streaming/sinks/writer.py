"""One output: a process writes, a thread of the room feeds it, watches it and replaces it."""

import contextlib
import random
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable

import structlog

from streaming.packets import Packet, PacketQueue, SinkState, SinkStatus, StreamFormat
from streaming.sinks.link import Broken, Link, Progress
from streaming.sinks.targets import Target, WriterSettings
from streaming.sinks.wire import pack, pack_order

log = structlog.get_logger(__name__)

_RATE_S = 5.0  # over how long the bitrate is measured


class WriterSink:
    """Never blocks and never raises. Says once that the output is down and once that it is back."""

    def __init__(
        self,
        target: Target,
        stream_format: StreamFormat,
        settings: WriterSettings | None = None,
        on_change: Callable[[SinkStatus], None] | None = None,
    ) -> None:
        self._target, self._format = target, stream_format
        self._settings = settings or WriterSettings()
        self._on_change = on_change
        self._queue = PacketQueue(self._settings.queue)
        self._closing = threading.Event()
        self._deadline = float("inf")  # when closing must be over
        self._state: SinkState = "connecting"
        self._reason = ""
        self._ready = False  # a child waits for packets
        self._begun = False  # and has got its key frame
        self._connections = 0
        self._before = Progress()  # what earlier children of this sink wrote
        self._now = Progress()
        self._lost = 0  # taken by earlier children, and not written
        self._rate: deque[tuple[float, int]] = deque()
        self._offered_ms = 0
        self._base_ms = 0  # of the room's time, where the timestamps of this output's stream begin
        self._child: subprocess.Popen[bytes] | None = None
        self._next: subprocess.Popen[bytes] | None = None  # the one for the next attempt
        self._thread = threading.Thread(target=self._run, name=f"sink {target.name}", daemon=True)
        self._thread.start()

    @property
    def wants_key(self) -> bool:
        return self._ready and (self._queue.needs_key or not self._begun)

    def offer(self, packet: Packet) -> None:
        if self._ready or self._settings.patient:
            self._offered_ms = packet.dts_ms
            self._queue.put(packet)

    def status(self) -> SinkStatus:
        return SinkStatus(
            name=self._target.name,
            kind=self._target.kind,
            state=self._state,
            reason=self._reason,
            packets=self._before.written + self._now.written,
            bytes=self._before.bytes + self._now.bytes,
            dropped=self._queue.dropped + self._lost + self._now.packets - self._now.written,
            reconnects=max(0, self._connections - 1),
            kbps=self._kbps(),
            lag_s=self._lag_s(),
            file=self._now.file,
        )

    def close(self, within_s: float) -> None:
        self._deadline = time.monotonic() + within_s
        self._queue.close()
        self._closing.set()
        self._thread.join(within_s + 1.0)

    def _kbps(self) -> float:
        """Over the last seconds; 0 while nothing goes out."""
        points = tuple(self._rate)
        if self._state != "up" or len(points) < 2:
            return 0.0
        (since, before), (until, after) = points[0], points[-1]
        return round((after - before) * 8 / 1000 / max(0.001, until - since), 1)

    def _lag_s(self) -> float:
        """How far what is written lies behind the room, with what a server has not acknowledged yet."""
        if self._state != "up" or not self._now.packets:
            return 0.0
        unsent_s = self._now.unsent * 8 / 1000 / kbps if (kbps := self._kbps()) else 0.0
        return round(max(0.0, (self._offered_ms - self._now.at_ms - self._base_ms) / 1000) + unsent_s, 2)

    def _run(self) -> None:
        wait_s = self._settings.first_wait_s
        while not self._closing.is_set():
            connected_before = self._connections
            try:
                self._connect_and_feed()
            except Broken as error:
                self._down(str(error))
            finally:
                self._ready = False
                self._kill()
                self._sum_up()
                if not self._closing.is_set():
                    self._next = _started()  # loads while we wait
            if self._connections > connected_before:
                wait_s = self._settings.first_wait_s
            # Jitter keeps many rooms from knocking on a recovering server at the same instant.
            self._closing.wait(wait_s * random.uniform(0.7, 1.3))
            wait_s = min(wait_s * 1.6, self._settings.longest_wait_s)
        self._child, self._next = self._next, None
        self._kill()
        self._set_state("closed", self._reason)

    def _connect_and_feed(self) -> None:
        child, self._next = self._next or _started(), None
        self._child = child
        link = Link(child, self._target, self._settings, lambda: self._deadline, self._progressed)
        link.send(pack_order(self._target.order(), self._format))
        link.wait_until_ready(self._closing)
        if not self._settings.patient:
            self._queue.restart()
        self._begun, self._ready = False, True
        while not self._queue.finished:
            packet = self._queue.take(0.25)
            if packet is None:
                link.watch()
                continue
            if not self._begun and not packet.key:
                continue  # left from before the last child died
            if packet.key and packet.dts_ms - self._base_ms >= self._settings.longest_stream_ms:
                self._base_ms = packet.dts_ms
                if self._begun:  # timestamps may not jump back: this stream ends in order, and another begins
                    log.info("the stream begins anew, with timestamps from zero", output=self._target.name)
                    break
            if packet.dts_ms >= self._base_ms:  # sound from before the first picture has no place in this stream
                link.send_packet(pack(packet.since(self._base_ms)))
                self._begun = True
            if link.up:
                self._working()
        link.finish()

    def _progressed(self, told: Progress) -> None:
        self._now = told
        now = time.monotonic()
        self._rate.append((now, told.bytes))
        while now - self._rate[0][0] > _RATE_S:
            self._rate.popleft()

    def _working(self) -> None:
        """The child takes packets: it is up, unless it says that it writes none."""
        if self._now.paused:
            self._down(self._target.explain(self._now.paused))
        elif self._state != "up":
            self._connections += 1
            if self._reason:
                log.info("output is back", output=self._target.name)
            self._set_state("up", "")

    def _sum_up(self) -> None:
        done, self._now = self._now, Progress()
        self._lost += done.packets - done.written
        written, size = self._before.written + done.written, self._before.bytes + done.bytes
        self._before = Progress(written=written, bytes=size)
        self._rate.clear()

    def _down(self, reason: str) -> None:
        if self._state != "down" and not self._closing.is_set():
            log.warning("output is down, trying again", output=self._target.name, reason=reason)
        self._set_state("down", reason)

    def _set_state(self, state: SinkState, reason: str) -> None:
        changed = state != self._state
        self._state, self._reason = state, reason
        if changed and self._on_change is not None:
            self._on_change(self.status())

    def _kill(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        # A process stuck in the kernel can outlive SIGKILL for a while; it must not hold us.
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(2.0)


def _started() -> "subprocess.Popen[bytes]":
    """A writing process that waits to be told what to write."""
    return subprocess.Popen(
        [sys.executable, "-m", "streaming.sinks.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # ffmpeg prints addresses
        bufsize=0,
        start_new_session=True,
    )
