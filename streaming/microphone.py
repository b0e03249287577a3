"""A person's own voice on air, spoken by the room's face: what a microphone hears takes the performer's place."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import av
import numpy as np
from numpy.typing import NDArray

from avatar.media import RATE, Moment, Mouth
from streaming.stage import Performance

_START_S = 0.15  # of sound in hand before it is played: a network brings it unevenly
_MOST_S = 0.8  # of sound in hand at most: what is older is dropped, so that the person is never late
_FADE = 441  # samples, 10 ms: a person is not switched on and off with a click
_LOUD = 6_000.0  # RMS of loud speech
_QUIET = 250.0  # RMS below which a mouth is shut: breath and the room's hum
_HISS_HZ = 3_000.0  # s, f, sh and their like have most of their energy above this, vowels below


class Occupied(Exception):
    """Another person speaks; the message says so."""


class Microphone:
    """The performance of a room, which `feed` takes over. `next` is called by the frame loop, in any thread."""

    def __init__(self, performance: Performance, fps: int) -> None:
        self._performance, self._per_frame = performance, RATE // fps
        self._lock = threading.Lock()
        self._blocks: deque[NDArray[np.int16]] = deque()
        self._held = 0  # samples
        self._playing = self._performing = False
        self._index = 0
        self._is_open = False
        self._open = 0.0  # how far the mouth stood open in the last frame

    def listen(self, rate: int, on_change: Callable[[bool], None]) -> "Listened":
        """Open it for sound at `rate` Hz; `on_change` hears True now and False when it is closed.

        Raises Occupied while it is open, ValueError for a rate that no microphone has.
        """
        if not 8_000 <= rate <= 96_000:
            raise ValueError(f"a microphone's rate is 8000 to 96000 Hz, not {rate}")
        if self._is_open:
            raise Occupied("somebody else is speaking in this room; wait until they have finished")

        def close() -> None:
            self._is_open = False
            on_change(False)

        with self._lock:
            self._blocks.clear()  # the last person's last hundredths
            self._held = 0
        self._is_open = True
        on_change(True)
        return Listened(rate, self, close)

    def feed(self, pcm: NDArray[np.int16]) -> None:
        """What was just spoken: mono, RATE Hz."""
        with self._lock:
            self._blocks.append(pcm)
            self._held += len(pcm)
            while self._held > _MOST_S * RATE:
                self._held -= len(self._blocks.popleft())

    def interrupt(self) -> None:
        self._performance.interrupt()

    def next(self) -> Moment:
        """What the person says, or else the performer's moment; the performer waits while the person is heard."""
        if (pcm := self._taken()) is None:
            moment = self._performance.next()
            self._performing = moment.utterance != 0
            self._open = 0.0
        else:
            level = float(np.sqrt(np.mean(np.square(pcm, dtype=np.float64))))
            moment = Moment(0, pcm, mouth=self._mouth(pcm, level), energy=min(1.0, level / _LOUD))
        self._index += 1
        return replace(moment, index=self._index - 1)

    def _taken(self) -> NDArray[np.int16] | None:
        """One frame's worth; None while too little is in hand, or the performer still speaks."""
        with self._lock:
            begins = not self._playing
            if begins and (self._performing or self._held < _START_S * RATE):
                return None
            pcm = self._out(self._per_frame)
            self._playing = self._held >= self._per_frame
        if begins:
            pcm[:_FADE] = (pcm[:_FADE] * np.linspace(0.0, 1.0, _FADE)).astype(np.int16)
        if not self._playing:
            pcm[-_FADE:] = (pcm[-_FADE:] * np.linspace(1.0, 0.0, _FADE)).astype(np.int16)
        return pcm

    def _out(self, samples: int) -> NDArray[np.int16]:
        out = np.zeros(samples, np.int16)
        filled = 0
        while self._blocks and filled < samples:
            block = self._blocks.popleft()
            part = block[: samples - filled]
            out[filled : filled + len(part)] = part
            filled += len(part)
            if len(part) < len(block):
                self._blocks.appendleft(block[len(part) :])
        self._held -= filled
        return out

    def _mouth(self, pcm: NDArray[np.int16], level: float) -> Mouth:
        """From loudness and colour alone, as nobody knows the words: open with the voice, narrow and toothy in hiss."""
        if level < _QUIET:
            self._open = 0.0
            return Mouth()
        power = np.square(np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)))))
        hertz = np.fft.rfftfreq(len(pcm), 1 / RATE)
        hiss = float(power[hertz > _HISS_HZ].sum() / power[hertz > 80].sum())
        wanted = min(1.0, (level / _LOUD) ** 0.6) * (1 - 0.8 * hiss)
        self._open += (wanted - self._open) * (0.7 if wanted > self._open else 0.5)  # opens faster than it shuts
        return Mouth(open=self._open, wide=0.6 * hiss, upper_teeth=0.5 * hiss, lower_teeth=0.5 * hiss)


class Listened:
    """Sound of one microphone on its way to the room: 16-bit little-endian mono, in pieces of any size."""

    def __init__(self, rate: int, microphone: Microphone, on_close: Callable[[], None]) -> None:
        self._rate, self._microphone, self._on_close = rate, microphone, on_close
        self._resample = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        self._rest = b""

    def feed(self, sound: bytes) -> None:
        whole = self._rest + sound
        even = len(whole) & ~1
        self._rest = whole[even:]
        if not even:
            return
        pcm = np.frombuffer(whole[:even], "<i2")
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm[np.newaxis]), format="s16", layout="mono")
        frame.sample_rate = self._rate
        for out in self._resample.resample(frame):
            if out.samples:
                self._microphone.feed(np.array(out.to_ndarray()[0], np.int16))

    def close(self) -> None:
        self._on_close()
