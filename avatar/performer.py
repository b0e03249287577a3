"""The performer: text → speech and mouth on one clock, a frame at a time, interruptible."""

import asyncio
import threading
from bisect import bisect_right
from collections import deque
from contextlib import aclosing
from dataclasses import dataclass, field

import av
import numpy as np
from numpy.typing import NDArray

from avatar.media import RATE, Moment, Viseme
from avatar.mood import Manner, manner_of
from avatar.speakable import Spoken, speakable
from avatar.visemes import mouth_at
from avatar.voice import Lang, Voice

_FADE = 441  # samples, 10 ms: short enough to be instant, long enough not to click
_EASE = 220  # samples, 5 ms: sound that goes on after a gap sets in so softly
_LEAD_S = 0.25  # a gesture begins before the word it stresses
_AHEAD_S = 30.0  # sound queued at most; `say` waits beyond that
_FULL_ENERGY = 6_000.0  # RMS of loud speech


@dataclass(frozen=True, slots=True)
class Style:
    """How to say something. `pause_s`: silence after it, in which its subtitle still stands."""

    pause_s: float = 0.35


@dataclass(slots=True)
class _Utterance:
    """Grows while the voice speaks; the room reads it from another thread, so all access is under the lock."""

    stamp: int
    written: int  # characters of the text as shown
    spoken: Spoken
    pause: int
    manner: Manner
    sound: list[NDArray[np.int16]] = field(default_factory=list)
    samples: int = 0
    visemes: list[Viseme] = field(default_factory=list)
    word_times: list[float] = field(default_factory=list)
    word_ends: list[int] = field(default_factory=list)  # offsets in the written text
    stressed: list[tuple[float, float]] = field(default_factory=list)
    complete: bool = False

    def add_word(self, start: int, end: int, at_s: float) -> None:
        origin = self.spoken.origin
        if not origin or start >= len(origin):
            return
        first = origin[start]
        last = origin[end] if end < len(origin) else self.written
        self.word_times.append(at_s)
        self.word_ends.append(max(last, first + 1))
        if any(low <= first < high for low, high in self.spoken.stresses):
            self.stressed.append((at_s - _LEAD_S, at_s + 0.3))

    def spoken_at(self, at_s: float) -> int:
        index = bisect_right(self.word_times, at_s)
        return self.word_ends[index - 1] if index else 0

    def emphasis_at(self, at_s: float) -> float:
        if any(low <= at_s <= high for low, high in self.stressed):
            return 1.0
        return 0.0


class Performer:
    """`say` is called on the event loop, `next` from the room's frame loop in any thread."""

    def __init__(self, voice: Voice, *, fps: int = 25) -> None:
        if RATE % fps:
            raise ValueError(f"{fps} fps does not divide {RATE} Hz; use 20, 25, 30, 50 or 60")
        self._voice = voice
        self._per_frame = RATE // fps
        self._lock = threading.Lock()
        self._queue: deque[_Utterance] = deque()
        self._epoch = 0
        self._at = 0  # samples of the first utterance that were handed out
        self._tail = np.zeros(0, np.int16)  # fading end of what was interrupted
        self._dry = False  # the voice fell behind in the middle of an utterance
        self._index = 0
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    async def say(self, text: str, lang: Lang, stamp: int, style: Style | None = None) -> bool:
        """Queue an utterance; return once all its sound is queued, or False when it was interrupted before.

        Waits while more than half a minute of sound is queued. Raises VoiceError; what was queued of it by then
        is still spoken. `stamp`: any positive number; it comes back in the moments.
        """
        epoch = self._epoch
        await self._room_to_speak(epoch)
        words = speakable(text, lang)
        pause = round((style or Style()).pause_s * RATE)
        utterance = _Utterance(stamp, len(text), words, pause, manner_of(text, lang))
        with self._lock:
            if epoch != self._epoch:
                return False
            self._queue.append(utterance)
        resample = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        try:
            async with aclosing(self._voice.speak(words.text, lang)) as speeches:
                async for speech in speeches:
                    sound = self._resampled(resample, speech.audio.pcm, speech.audio.rate)
                    with self._lock:
                        if epoch != self._epoch:
                            return False
                        self._append(utterance, sound)
                        utterance.visemes += speech.visemes
                        for word in speech.words:
                            utterance.add_word(word.start, word.end, word.start_s)
        finally:
            with self._lock:
                self._append(utterance, self._drained(resample))
                utterance.complete = True
        return epoch == self._epoch

    def next(self) -> Moment:
        """The next frame's worth. Silence when nothing is queued, or while the voice is still working."""
        with self._lock:
            moment = self._next()
            self._index += 1
        return moment

    def interrupt(self) -> None:
        """Drop everything queued; what is being said fades out within 10 ms."""
        with self._lock:
            self._epoch += 1
            if self._queue:
                rest = self._slice(self._queue[0], self._at, self._at + _FADE)
                self._tail = (rest * np.linspace(1.0, 0.0, len(rest))).astype(np.int16)
            self._queue.clear()
            self._at, self._dry = 0, False
            self._wake()

    @property
    def queued_s(self) -> float:
        """Seconds of sound waiting to be played, pauses included."""
        with self._lock:
            return self._queued()

    async def _room_to_speak(self, epoch: int) -> None:
        freed = asyncio.Event()
        waiter = (asyncio.get_running_loop(), freed)
        while True:
            with self._lock:
                if self._queued() <= _AHEAD_S or epoch != self._epoch:
                    self._waiting.discard(waiter)
                    return
                freed.clear()
                self._waiting.add(waiter)
            await freed.wait()

    # Everything below is called with the lock held.

    def _queued(self) -> float:
        return (sum(each.samples + each.pause for each in self._queue) - self._at) / RATE

    def _wake(self) -> None:
        for loop, freed in self._waiting:
            loop.call_soon_threadsafe(freed.set)

    def _next(self) -> Moment:
        silence = np.zeros(self._per_frame, np.int16)
        if len(self._tail):
            silence[: len(self._tail)] = self._tail[: self._per_frame]
            self._tail = self._tail[self._per_frame :]
            return Moment(self._index, silence)
        while self._queue:
            utterance = self._queue[0]
            end = utterance.samples + (utterance.pause if utterance.complete else 0)
            if utterance.complete and self._at >= end:
                self._queue.popleft()
                self._at, self._dry = 0, False
                self._wake()
                continue
            if not utterance.complete and end - self._at < self._per_frame + _FADE:
                return Moment(self._index, self._running_dry(utterance, silence))
            return self._speaking(utterance)
        return Moment(self._index, silence)

    def _running_dry(self, utterance: _Utterance, silence: NDArray[np.int16]) -> NDArray[np.int16]:
        """The voice is behind: wait for it with the mouth shut, and let what sounded last die away."""
        if self._at and not self._dry:
            rest = self._slice(utterance, self._at, self._at + _FADE)
            silence[: len(rest)] = rest * np.linspace(1.0, 0.0, len(rest))
            self._at += len(rest)
            self._dry = True
        return silence

    def _speaking(self, utterance: _Utterance) -> Moment:
        pcm = self._slice(utterance, self._at, self._at + self._per_frame)
        middle_s = (self._at + self._per_frame / 2) / RATE
        self._at += self._per_frame
        if self._dry:
            pcm = pcm.copy()
            pcm[:_EASE] = (pcm[:_EASE] * np.linspace(0.0, 1.0, len(pcm[:_EASE]))).astype(np.int16)
            self._dry = False
        if len(pcm) < self._per_frame:
            pcm = np.concatenate([pcm, np.zeros(self._per_frame - len(pcm), np.int16)])
        energy = float(np.sqrt(np.mean(np.square(pcm, dtype=np.float64)))) / _FULL_ENERGY
        over = utterance.complete and self._at > utterance.samples
        return Moment(
            self._index,
            pcm,
            mouth=mouth_at(utterance.visemes, middle_s, self._per_frame / RATE),
            energy=min(1.0, energy),
            emphasis=utterance.emphasis_at(middle_s),
            utterance=utterance.stamp,
            spoken=utterance.written if over else utterance.spoken_at(middle_s),
            mood=utterance.manner.mood,
            pointing=utterance.manner.pointing,
        )

    @staticmethod
    def _slice(utterance: _Utterance, start: int, end: int) -> NDArray[np.int16]:
        """Samples start:end of what has been made; shorter at the end."""
        found: list[NDArray[np.int16]] = []
        begin = 0
        for block in utterance.sound:
            if begin >= end:
                break
            if begin + len(block) > start:
                found.append(block[max(0, start - begin) : end - begin])
            begin += len(block)
        return np.concatenate(found) if found else np.zeros(0, np.int16)

    @staticmethod
    def _append(utterance: _Utterance, sound: NDArray[np.int16]) -> None:
        if len(sound):
            utterance.sound.append(sound)
            utterance.samples += len(sound)

    @staticmethod
    def _resampled(resample: av.AudioResampler, pcm: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
        if not len(pcm):
            return np.zeros(0, np.int16)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm[np.newaxis]), format="s16", layout="mono")
        frame.sample_rate = rate
        return _joined(resample.resample(frame))

    @staticmethod
    def _drained(resample: av.AudioResampler) -> NDArray[np.int16]:
        return _joined(resample.resample(None))


def _joined(frames: list[av.AudioFrame]) -> NDArray[np.int16]:
    blocks = [np.asarray(frame.to_ndarray()[0], np.int16) for frame in frames if frame.samples]
    return np.concatenate(blocks) if blocks else np.zeros(0, np.int16)
