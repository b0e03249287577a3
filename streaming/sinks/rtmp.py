"""One RTMP(S) server: a child process writes, a thread of the room feeds it, watches it and replaces it."""

import contextlib
import json
import os
import random
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from streaming.packets import Packet, PacketQueue, SinkState, SinkStatus, StreamFormat
from streaming.sinks.address import redact
from streaming.sinks.rtmp_child import pack, pack_order

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RtmpSettings:
    connect_s: float = 10.0  # to dial, shake hands and be accepted
    stall_s: float = 4.0  # without a byte acknowledged before the connection counts as dead
    first_wait_s: float = 0.5
    longest_wait_s: float = 20.0
    queue: int = 350  # packets: about five seconds
    longest_stream_ms: int = 2_000_000_000  # FLV counts to 2^31 milliseconds, 24.8 days; before that, anew from 0


class _Broken(Exception):
    """This connection is over; the message is for people and holds no address."""


_REASONS = {
    "Connection refused": "nothing answers at that address",
    "Input/output error": "the server refused the stream; check the address and the stream key",
    "Broken pipe": "the server closed the connection",
    "Connection reset by peer": "the server closed the connection",
    "Connection timed out": "the server does not answer",
    "No route to host": "there is no route to that host",
}


class RtmpSink:
    """Never blocks and never raises. Says once that the output is down and once that it is back."""

    def __init__(
        self,
        url: str,
        stream_format: StreamFormat,
        settings: RtmpSettings | None = None,
        on_change: Callable[[SinkStatus], None] | None = None,
    ) -> None:
        self._url, self._format = url, stream_format
        self._settings = settings or RtmpSettings()
        self._on_change = on_change
        self._name = redact(url)
        self._queue = PacketQueue(self._settings.queue)
        self._closing = threading.Event()
        self._deadline = float("inf")  # when closing must be over
        self._state: SinkState = "connecting"
        self._reason = ""
        self._ready = False  # a child waits for packets
        self._connections = self._packets = self._bytes = 0
        self._base_ms = 0  # of the room's time, where the timestamps of this output's stream begin
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name=f"sink {self._name}", daemon=True)
        self._thread.start()

    @property
    def wants_key(self) -> bool:
        return self._ready and self._queue.needs_key

    def offer(self, packet: Packet) -> None:
        if self._ready:
            self._queue.put(packet)

    def status(self) -> SinkStatus:
        return SinkStatus(
            name=self._name,
            state=self._state,
            reason=self._reason,
            packets=self._packets,
            bytes=self._bytes,
            dropped=self._queue.dropped,
            reconnects=max(0, self._connections - 1),
        )

    def close(self, within_s: float) -> None:
        self._deadline = time.monotonic() + within_s
        self._queue.close()
        self._closing.set()
        self._thread.join(within_s + 1.0)

    def _run(self) -> None:
        wait_s = self._settings.first_wait_s
        while not self._closing.is_set():
            connected_before = self._connections
            try:
                self._connect_and_feed()
            except _Broken as error:
                self._down(str(error))
            finally:
                self._ready = False
                self._kill()
            if self._connections > connected_before:
                wait_s = self._settings.first_wait_s
            # Jitter keeps many rooms from knocking on a recovering server at the same instant.
            self._closing.wait(wait_s * random.uniform(0.7, 1.3))
            wait_s = min(wait_s * 2, self._settings.longest_wait_s)
        self._set_state("closed", self._reason)

    def _connect_and_feed(self) -> None:
        child = subprocess.Popen(
            [sys.executable, "-m", "streaming.sinks.rtmp_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # ffmpeg prints addresses
            bufsize=0,
            start_new_session=True,
        )
        self._child = child
        link = _Link(child, self._settings, lambda: self._deadline)
        link.send(pack_order(self._url, self._format))
        link.wait_until_ready(self._closing)
        self._queue.restart()
        self._ready, begun = True, False
        while not self._queue.finished:
            packet = self._queue.take(0.25)
            if packet is None:
                link.watch()
                continue
            if packet.key and packet.dts_ms - self._base_ms >= self._settings.longest_stream_ms:
                self._base_ms = packet.dts_ms
                if begun:  # timestamps may not jump back: this stream ends in order, and another begins
                    log.info("the stream begins anew, with timestamps from zero", output=self._name)
                    break
            if packet.dts_ms >= self._base_ms:  # sound from before the first picture has no place in this stream
                link.send(pack(packet.since(self._base_ms)))
                begun = True
                self._packets += 1
                self._bytes += len(packet.data)
            if link.up and self._state != "up":
                self._up()
        link.finish()

    def _up(self) -> None:
        self._connections += 1
        if self._reason:
            log.info("output is back", output=self._name)
        self._set_state("up", "")

    def _down(self, reason: str) -> None:
        if self._state != "down" and not self._closing.is_set():
            log.warning("output is down, trying again", output=self._name, reason=reason)
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


class _Link:
    """The pipes of one child: writes that time out, and reports that betray a frozen connection."""

    def __init__(self, child: subprocess.Popen[bytes], settings: RtmpSettings, deadline: Callable[[], float]) -> None:
        assert child.stdin is not None and child.stdout is not None
        self._stdin = child.stdin
        self._in, self._out = child.stdin.fileno(), child.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        self._settings, self._deadline = settings, deadline
        self._partial = b""
        self.up = self._ready = self._done = False
        self._started_at = time.monotonic()
        self._unsent = 0
        self._moved_at = time.monotonic()  # when the server last took something
        self._heard_at = time.monotonic()

    def send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            readable, writable, _ = select.select([self._out], [self._in], [], 0.25)
            if readable:
                self._hear()
            if writable:
                try:
                    rest = rest[os.write(self._in, rest) :]
                except BlockingIOError:
                    continue
                except OSError as error:
                    self._hear()  # what the child said last is the better reason
                    raise _Broken("the connection was lost") from error
            self._check()

    def watch(self) -> None:
        while select.select([self._out], [], [], 0)[0]:
            self._hear()
        self._check()

    def wait_until_ready(self, closing: threading.Event) -> None:
        while not self._ready and not closing.is_set():
            if select.select([self._out], [], [], 0.1)[0]:
                self._hear()
            self._check()
        self._started_at = time.monotonic()

    def finish(self) -> None:
        """Let the child end the stream in order: its input ends, it says goodbye to the server."""
        self._stdin.close()
        while not self._done:
            if select.select([self._out], [], [], 0.1)[0]:
                self._hear()
            self._check()

    def _hear(self) -> None:
        try:
            heard = os.read(self._out, 65536)
        except BlockingIOError:
            return
        if not heard:
            raise _Broken("the writing process ended")
        self._heard_at = time.monotonic()
        *lines, self._partial = (self._partial + heard).split(b"\n")
        for line in lines:
            self._take(json.loads(line))

    def _take(self, event: dict[str, object]) -> None:
        if "error" in event:
            reason = str(event["error"])
            raise _Broken(_REASONS.get(reason, reason))
        if event.get("up"):
            self.up = True
            self._moved_at = time.monotonic()
        self._ready = self._ready or bool(event.get("ready"))
        self._done = self._done or bool(event.get("done"))
        if isinstance(unsent := event.get("unsent"), int):
            if unsent == 0 or unsent < self._unsent:
                self._moved_at = time.monotonic()
            self._unsent = unsent

    def _check(self) -> None:
        now = time.monotonic()
        if now > self._deadline():
            raise _Broken("closed before everything was written")
        if not self.up:
            if now - self._started_at > self._settings.connect_s:
                raise _Broken(f"the server did not answer within {self._settings.connect_s:g} s")
        elif now - min(self._moved_at, self._heard_at) > self._settings.stall_s:
            raise _Broken("the server stopped taking data")
