"""The pipes of one writing process: writes that time out, and reports that betray a frozen target."""

import json
import os
import select
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from streaming.sinks.targets import Target, WriterSettings


class Broken(Exception):
    """This connection is over; the message is for people and holds no address."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What the process last told."""

    unsent: int = 0  # bytes that a server has not acknowledged
    packets: int = 0  # taken
    written: int = 0  # fewer while it is paused
    bytes: int = 0
    at_ms: int = 0  # of the stream, up to where it is written
    file: str = ""
    paused: str = ""  # why nothing is being written, though the process is well


class Link:
    def __init__(
        self,
        child: "subprocess.Popen[bytes]",
        target: Target,
        settings: WriterSettings,
        deadline: Callable[[], float],
        on_progress: Callable[[Progress], None],
    ) -> None:
        assert child.stdin is not None and child.stdout is not None
        self._stdin = child.stdin
        self._in, self._out = child.stdin.fileno(), child.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        self._target, self._settings, self._deadline = target, settings, deadline
        self._on_progress = on_progress
        self._partial = b""
        self.up = self._ready = self._done = False
        self._sent = 0  # packets down the pipe
        self._last = Progress()
        self._started_at = self._moved_at = self._heard_at = time.monotonic()

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
                    raise Broken("the connection was lost") from error
            self._check()

    def send_packet(self, data: bytes) -> None:
        self.send(data)
        self._sent += 1

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
            raise Broken("the writing process ended")
        self._heard_at = time.monotonic()
        *lines, self._partial = (self._partial + heard).split(b"\n")
        for line in lines:
            self._take(json.loads(line))

    def _take(self, event: dict[str, object]) -> None:
        if "error" in event:
            raise Broken(self._target.explain(str(event["error"])))
        if event.get("up"):
            self.up = True
            self._moved_at = time.monotonic()
        self._ready = self._ready or bool(event.get("ready"))
        self._done = self._done or bool(event.get("done"))
        if "packets" in event:
            told = Progress(**event)  # type: ignore[arg-type]  # our own process told it
            acknowledged = told.unsent == 0 or told.unsent < self._last.unsent
            taken = told.packets > self._last.packets or told.packets >= self._sent
            if acknowledged and taken:
                self._moved_at = time.monotonic()
            self._last = told
            self._on_progress(told)

    def _check(self) -> None:
        now = time.monotonic()
        if now > self._deadline():
            raise Broken("closed before everything was written")
        if not self.up:
            if now - self._started_at > self._settings.connect_s:
                raise Broken(f"{self._target.place} did not answer within {self._settings.connect_s:g} s")
        elif now - min(self._moved_at, self._heard_at) > self._settings.stall_s:
            raise Broken(f"{self._target.place} stopped taking data")
