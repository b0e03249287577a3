"""The frame loop: 25 times a second one moment of the performance becomes a picture, a sound and packets."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from avatar.face import Face
from avatar.media import Frame, Moment
from streaming.encoder import AAC_FRAME, Encoder
from streaming.health import Health
from streaming.packets import Packet, Sink
from streaming.scene import Scene
from streaming.slate import Slate
from streaming.view import Caption, View

log = structlog.get_logger(__name__)

_BEHIND_S = 0.12  # later than this, most pictures repeat until the clock is caught up; sound never does
_AT_LEAST = 4  # of so many frames one is drawn even then
_QUIET = 0.04  # energy of a pause between words
_LOST_S = 2.0  # later than this (a suspended machine), the clock starts anew
_LOOK_S = 0.25  # how often somebody looks whether frames still come
_STARTING_S = 30.0  # for the first frame of all
_SLATE_S = 3.0  # on air before the slate is made
_READY_S = 15.0  # for what replaces a part that hung
_TRIES, _TRIES_S = 3, 60.0  # more parts hanging within so long, and the room ends: it is better started anew


class Performance(Protocol):
    """The part of `avatar.performer.Performer` that the frame loop needs."""

    def next(self) -> Moment: ...
    def interrupt(self) -> None: ...


class Mixer(Protocol):
    """The part of `streaming.sound.mixer.Sound` that the frame loop needs."""

    def frame(self, pcm: NDArray[np.int16]) -> NDArray[np.int16]: ...


class Pace(Protocol):
    """The clock of a room: the wall's on air, another's where a day is to pass in hours."""

    def now(self) -> float:
        """Seconds, never falling."""
        ...

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Return when they have passed on this clock, or at once when `stop` is set."""
        ...


class WallPace:
    def now(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float, stop: threading.Event) -> None:
        if seconds > 0:
            stop.wait(seconds)


@dataclass(frozen=True, slots=True)
class Begun:
    """A clause has begun to sound, `at_s` seconds into the stream; what sounded before it is over."""

    stamp: int  # 0: silence has begun
    at_s: float


class Spares(Protocol):
    """Makes what takes the place of a part that hung."""

    def scene(self) -> Scene: ...

    def encoder(self, failed: str) -> Encoder:
        """Another encoder of the same format; `failed`: the name of one that is not to be used, or empty."""
        ...

    def slate(self, host: Frame, codec: str) -> Callable[[], Slate]:
        """What makes the slate, in whatever thread, with the host as it looks now."""
        ...


class _Replaced(Exception):
    """This frame thread hung; another has taken its place."""


@dataclass(slots=True, eq=False)
class _Shift:
    """One frame thread with what it may touch alone, until it ends or is replaced."""

    scene: Scene
    encoder: Encoder
    held: deque[Moment] = field(default_factory=deque)  # sound waiting for a face that looks ahead
    moved_at: float = field(default_factory=time.monotonic)
    sent: int = 0
    thread: threading.Thread | None = None


class Stage:
    """Owns the frame thread. `show` and `caption` may be called from any thread.

    With `spares`, a second thread watches: when no frame has come for `hung_s`, it sends the slate, has the part that
    hung made anew, and lets another frame thread go on with rising timestamps and a key frame.
    """

    def __init__(
        self,
        performance: Performance,
        face: Face,
        scene: Scene,
        encoder: Encoder,
        sinks: Sequence[Sink],
        *,
        sound: Mixer,
        view: View,
        fps: int,
        health: Health,
        on_begun: Callable[[Begun], None],
        on_failed: Callable[[BaseException], None],
        spares: Spares | None = None,
        hung_s: float = 2.0,
        pace: Pace | None = None,
    ) -> None:
        self._pace = pace or WallPace()
        self._performance, self._face, self._sound = performance, face, sound
        self._sinks, self._view, self._fps, self._health = tuple(sinks), view, fps, health
        self._on_begun, self._on_failed = on_begun, on_failed
        self._kbps = encoder.kbps
        self._captions: dict[int, str] = {}
        self._spares, self._hung_s = spares, hung_s
        self._slate: Slate | None = None
        self._slate_wanted = False
        self._sending = threading.Lock()  # who sends must still be the one on shift
        self._shift = _Shift(scene, encoder)
        self._started = 0.0
        self._frame_no = self._sample = 0  # of the next picture, and where the next packet of sound begins
        self._hung_at: deque[float] = deque(maxlen=_TRIES)
        self._trouble = ""
        self._stop = threading.Event()
        self._last_stamp = 0
        self._last = Moment(-1, np.zeros(0, np.int16))
        self._cut_lock = threading.Lock()
        self._cut: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._picture: NDArray[np.uint8]
        self._watcher = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self._started = self._pace.now()
        self._begin(self._shift)
        if self._spares is not None:
            self._watcher.start()

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

    def captioned(self, stamp: int) -> str:
        """What the utterance `stamp` speaks, if it is one of the last."""
        return self._captions.get(stamp, "")

    def caption(self, stamp: int, text: str) -> None:
        """The text that the utterance `stamp` speaks."""
        self._captions[stamp] = text
        for old in [known for known in self._captions if known < stamp - 16]:
            self._captions.pop(old, None)

    async def cut(self, within_s: float | None = None) -> None:
        """Drop what is being said and what is queued, where the next word begins; return when that is done.

        With `within_s`, a word that lasts longer is cut off, faded out within 10 ms.
        """
        done = asyncio.Event()
        with self._cut_lock:
            self._cut = (asyncio.get_running_loop(), done)
        try:
            async with asyncio.timeout(within_s):
                await done.wait()
        except TimeoutError:
            with self._cut_lock:  # the frame loop may just be doing it
                if self._cut is not None:
                    self._cut = None
                    self._performance.interrupt()

    def stop(self) -> None:
        """End after the current frame and give the sinks what the encoder still holds."""
        self._stop.set()
        if self._watcher.is_alive():
            self._watcher.join(1.0)
        if self._shift.thread is not None:
            self._shift.thread.join(5.0)

    @property
    def trouble(self) -> str:
        """Which part was replaced within the last minute; empty when none was."""
        lately = self._hung_at and time.monotonic() - self._hung_at[-1] < _TRIES_S
        return self._trouble if lately else ""

    @property
    def codec(self) -> str:
        """The encoder in use, by its name in the table."""
        return self._shift.encoder.codec

    def _begin(self, shift: _Shift) -> None:
        shift.thread = threading.Thread(target=self._run, args=(shift,), name="stage", daemon=True)
        shift.moved_at = time.monotonic()
        shift.thread.start()

    def _run(self, shift: _Shift) -> None:
        try:
            self._loop(shift)
            self._send(shift, shift.encoder.finish())
        except _Replaced:
            log.info("what hung has come back, too late")
        except BaseException as error:  # the room must hear of it: without frames it is off air
            if shift is self._shift:
                log.exception("the frame loop ended")
                self._on_failed(error)
        finally:
            if shift is self._shift:
                self._cut_done()  # nobody may wait for a loop that has ended

    def _loop(self, shift: _Shift) -> None:
        while not self._stop.is_set():
            frame = self._frame_no
            due = self._started + frame / self._fps
            late = self._pace.now() - due
            self._pace.wait(-late, self._stop)
            if late < 0:
                late = 0.0
            elif late > _LOST_S:
                if self._health.stood_still(late):
                    log.warning("the machine is too slow or stood still; the clock starts anew", seconds=round(late, 1))
                self._started += late
            draw = late < _BEHIND_S or frame % _AT_LEAST == 0 or not shift.sent
            self._frame(shift, draw=draw)
            self._health.frame(late, drawn=draw)

    def _frame(self, shift: _Shift, *, draw: bool) -> None:
        clock = self._health.clock
        with clock("voice"):
            moment = self._performance.next()
            with self._cut_lock:
                if self._cut is not None and self._between_words(moment):
                    self._performance.interrupt()
                    self._cut_done()
            self._last = moment
        shift.held.append(moment)
        if draw or self._face.delay > 1:  # a face that looks ahead must see every moment
            with clock("face"):
                host = self._face.render(moment)
        heard = shift.held.popleft() if len(shift.held) > self._face.delay else replace(moment, pcm=moment.pcm * 0)
        self._notice(heard)
        if draw:
            self._prepare_slate(shift, host)
            text = self._captions.get(heard.utterance, "") if heard.utterance else ""
            with clock("scene"):
                self._picture = shift.scene.compose(host, self._view, Caption(text, heard.spoken))
        with clock("sound"):
            pcm = self._sound.frame(heard.pcm)
        with clock("encode"):
            if self._kbps != shift.encoder.kbps:
                shift.encoder.aim(self._kbps)
            packets = shift.encoder.encode(self._picture, pcm, key=any(sink.wants_key for sink in self._sinks))
        with clock("send"):
            self._send(shift, packets)

    def _between_words(self, moment: Moment) -> bool:
        """Whether a word has just begun, or nothing sounds: a cut here splits no word."""
        begun = moment.utterance != self._last.utterance or moment.spoken != self._last.spoken
        return begun or moment.energy < _QUIET

    def _cut_done(self) -> None:
        cut, self._cut = self._cut, None
        if cut is not None and not cut[0].is_closed():
            cut[0].call_soon_threadsafe(cut[1].set)

    def _notice(self, heard: Moment) -> None:
        if heard.utterance != self._last_stamp:
            self._on_begun(Begun(heard.utterance, self._health.frames / self._fps))
        self._last_stamp = heard.utterance

    def _send(self, shift: _Shift, packets: list[Packet]) -> None:
        with self._sending:
            if shift is not self._shift:
                raise _Replaced
            shift.sent += 1
            shift.moved_at = time.monotonic()
            self._frame_no += 1
            self._offer(packets)

    def _offer(self, packets: list[Packet]) -> None:
        for packet in packets:
            if not packet.video:
                self._sample = packet.pts + AAC_FRAME
            for sink in self._sinks:
                sink.offer(packet)

    # Replacing what hangs

    def _prepare_slate(self, shift: _Shift, host: Frame) -> None:
        """Once, when the room has been on air for a moment, and beside everything else."""
        if self._spares is None or self._slate_wanted or self._frame_no < _SLATE_S * self._fps:
            return
        self._slate_wanted = True
        make = self._spares.slate(host, shift.encoder.codec)

        def keep() -> None:
            self._slate = make()

        threading.Thread(target=keep, name="slate", daemon=True).start()

    def _watch(self) -> None:
        looked_at = time.monotonic()
        while not self._stop.wait(_LOOK_S):
            now, shift = time.monotonic(), self._shift
            if now - looked_at > _LOOK_S + 0.5:  # the whole machine stood still, or this thread
                shift.moved_at = now
            looked_at = now
            if now - shift.moved_at > (self._hung_s if self._frame_no else _STARTING_S):
                self._replace(shift)
                looked_at = time.monotonic()

    def _replace(self, hung: _Shift) -> None:
        """Put another frame thread in the place of one that hung, and the slate on air until it is ready."""
        part, now = self._health.part or "frame loop", time.monotonic()
        assert self._spares is not None
        if len(self._hung_at) == _TRIES and now - self._hung_at[0] < _TRIES_S:
            self._on_failed(RuntimeError(f"the {part} hangs again and again"))
            self._stop.set()
            return
        self._hung_at.append(now)
        self._health.replaced += 1
        self._trouble = f"the {part} hung and was replaced"
        log.error("a part of the room hung; it is replaced", part=part)
        fresh = _Shift(hung.scene, hung.encoder)  # nobody's, until it has got its own
        with self._sending:
            self._shift = fresh
        ready = threading.Event()
        threading.Thread(target=self._equip, args=(fresh, part, ready), name="spares", daemon=True).start()
        since, deadline = self._frame_no, now + _READY_S
        while not ready.is_set() and not self._stop.is_set():
            if time.monotonic() > deadline:
                self._on_failed(RuntimeError(f"nothing could take the place of the {part}"))
                self._stop.set()
                return
            self._show_slate(since)
            ready.wait(1 / self._fps)
        self._show_slate(since)
        if not self._stop.is_set():
            fresh.encoder.begin_at(self._frame_no, self._sample)
            self._begin(fresh)

    def _show_slate(self, since: int) -> None:
        """Every frame of the slate that is due by now; also those that the part that hung did not bring."""
        while self._slate is not None and self._started + self._frame_no / self._fps <= self._pace.now():
            self._offer(self._slate.packets(self._frame_no, since, self._sample))
            self._frame_no += 1
            self._health.slate()

    def _equip(self, shift: _Shift, part: str, ready: threading.Event) -> None:
        assert self._spares is not None
        try:
            encoder = self._spares.encoder(self.codec if part == "encode" else "")
            scene = self._spares.scene()
            scene.prepare(self._view)
        except Exception:  # the deadline above ends the room
            log.exception("a part could not be replaced", part=part)
            return
        shift.encoder, shift.scene = encoder, scene
        ready.set()
