"""The frame loop: 25 times a second one moment of the performance becomes a picture, a sound and packets."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from avatar.face import Face
from avatar.media import Moment
from streaming.encoder import Encoder
from streaming.health import Health
from streaming.packets import Packet, Sink
from streaming.scene import Scene
from streaming.view import Caption, View

log = structlog.get_logger(__name__)

_BEHIND_S = 0.12  # later than this, most pictures repeat until the clock is caught up; sound never does
_AT_LEAST = 4  # of so many frames one is drawn even then
_QUIET = 0.04  # energy of a pause between words
_LOST_S = 2.0  # later than this (a suspended machine), the clock starts anew


class Performance(Protocol):
    """The part of `avatar.performer.Performer` that the frame loop needs."""

    def next(self) -> Moment: ...
    def interrupt(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Begun:
    """A clause has begun to sound, `at_s` seconds into the stream."""

    stamp: int
    at_s: float


class Stage:
    """Owns the frame thread. `show` and `caption` may be called from any thread."""

    def __init__(
        self,
        performance: Performance,
        face: Face,
        scene: Scene,
        encoder: Encoder,
        sinks: Sequence[Sink],
        *,
        view: View,
        fps: int,
        health: Health,
        on_begun: Callable[[Begun], None],
        on_failed: Callable[[BaseException], None],
    ) -> None:
        self._performance, self._face, self._scene, self._encoder = performance, face, scene, encoder
        self._sinks, self._view, self._fps, self._health = tuple(sinks), view, fps, health
        self._on_begun, self._on_failed = on_begun, on_failed
        self._kbps = encoder.kbps
        self._captions: dict[int, str] = {}
        self._held: deque[Moment] = deque()  # sound waiting for a face that looks ahead
        self._stop = threading.Event()
        self._last_stamp = 0
        self._last = Moment(-1, np.zeros(0, np.int16))
        self._cut: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._picture: NDArray[np.uint8]
        self._thread = threading.Thread(target=self._run, name="stage", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def aim(self, kbps: int) -> None:
        """From the next frame on, give the picture so much."""
        self._kbps = kbps

    def show(self, view: View) -> None:
        self._view = view

    @property
    def view(self) -> View:
        return self._view

    @property
    def subtitle(self) -> str:
        """The text being spoken; empty in silence."""
        return self._captions.get(self._last_stamp, "") if self._last_stamp else ""

    def caption(self, stamp: int, text: str) -> None:
        """The text that the utterance `stamp` speaks."""
        self._captions[stamp] = text
        for old in [known for known in self._captions if known < stamp - 16]:
            self._captions.pop(old, None)

    async def cut(self) -> None:
        """Drop what is being said and what is queued, where the next word begins; return when that is done."""
        done = asyncio.Event()
        self._cut = (asyncio.get_running_loop(), done)
        await done.wait()

    def stop(self) -> None:
        """End after the current frame and give the sinks what the encoder still holds."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def _run(self) -> None:
        try:
            self._loop()
            self._send(self._encoder.finish())
        except BaseException as error:  # the room must hear of it: without frames it is off air
            log.exception("the frame loop ended")
            self._on_failed(error)
        finally:
            self._cut_done()  # nobody may wait for a loop that has ended

    def _loop(self) -> None:
        started = time.monotonic()
        frame = 0
        while not self._stop.is_set():
            due = started + frame / self._fps
            late = time.monotonic() - due
            if late < 0:
                self._stop.wait(-late)
                late = 0.0
            elif late > _LOST_S:
                if self._health.stood_still(late):
                    log.warning("the machine is too slow or stood still; the clock starts anew", seconds=round(late, 1))
                started += late
            draw = late < _BEHIND_S or frame % _AT_LEAST == 0
            self._frame(draw=draw)
            self._health.frame(late, drawn=draw)
            frame += 1

    def _frame(self, *, draw: bool) -> None:
        clock = self._health.clock
        with clock("voice"):
            moment = self._performance.next()
            if self._cut is not None and self._between_words(moment):
                self._performance.interrupt()
                self._cut_done()
            self._last = moment
        self._held.append(moment)
        if draw or self._face.delay:  # a face that looks ahead must see every moment
            with clock("face"):
                host = self._face.render(moment)
        heard = self._held.popleft() if len(self._held) > self._face.delay else replace(moment, pcm=moment.pcm * 0)
        self._notice(heard)
        if draw:
            text = self._captions.get(heard.utterance, "") if heard.utterance else ""
            with clock("scene"):
                self._picture = self._scene.compose(host, self._view, Caption(text, heard.spoken))
        with clock("encode"):
            if self._kbps != self._encoder.kbps:
                self._encoder.aim(self._kbps)
            packets = self._encoder.encode(self._picture, heard.pcm, key=any(sink.wants_key for sink in self._sinks))
        with clock("send"):
            self._send(packets)

    def _between_words(self, moment: Moment) -> bool:
        """Whether a word has just begun, or nothing sounds: a cut here splits no word."""
        begun = moment.utterance != self._last.utterance or moment.spoken != self._last.spoken
        return begun or moment.energy < _QUIET

    def _cut_done(self) -> None:
        cut, self._cut = self._cut, None
        if cut is not None and not cut[0].is_closed():
            cut[0].call_soon_threadsafe(cut[1].set)

    def _notice(self, heard: Moment) -> None:
        if heard.utterance and heard.utterance != self._last_stamp:
            self._on_begun(Begun(heard.utterance, self._health.frames / self._fps))
        self._last_stamp = heard.utterance

    def _send(self, packets: list[Packet]) -> None:
        for packet in packets:
            for sink in self._sinks:
                sink.offer(packet)
