"""Speech that goes on and on, written down as it is said: cut where the speaker pauses, with a draft in between."""

import asyncio
import io
import wave
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import numpy as np
import structlog
from numpy.typing import NDArray

from assistant.hearing import Ears, HearingError
from knowledge.model import Lang

log = structlog.get_logger(__name__)

_BLOCK_S = 0.02
_BEFORE_S = 0.24  # kept before the first loud block: soft consonants begin words
_PAUSE_S = 0.6  # ends what is written down at once
_LEAST_S = 0.25  # of speech; a click is none
_LONGEST_S = 15.0  # somebody who never pauses is cut there
_DRAFT_S = 1.2  # of new speech before a draft of it is made
_RISE, _LOUDEST_FLOOR = 1.006, 600.0  # a block; RMS of a room that is taken for one at first
_QUIET, _OVER_FLOOR = 200.0, 2.5  # RMS that is always silence; speech is so many times louder than the room
_WAITING = 4  # pieces that may wait for the ears; the oldest is dropped, as nobody wants to read it any more


@dataclass(frozen=True, slots=True)
class Heard:
    """`text`: of speech from `start_s` to `end_s` after the beginning; not `final`: a draft, replaced by the next."""

    text: str
    start_s: float
    end_s: float
    final: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    pcm: NDArray[np.int16]
    start_s: float
    final: bool


class Cutter:
    """Finds speech in sound by its loudness above the room's own, 20 ms at a time."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._block = round(rate * _BLOCK_S)
        self._rest = np.zeros(0, np.int16)
        self._before: deque[NDArray[np.int16]] = deque(maxlen=round(_BEFORE_S / _BLOCK_S))
        self._speech: list[NDArray[np.int16]] = []
        self._loud = self._quiet = 0  # blocks of this piece that were loud, and quiet ones since
        self._floor = 0.0
        self._blocks = 0  # in all
        self._drafted = 0  # blocks of this piece that a draft was made of

    def feed(self, pcm: NDArray[np.int16]) -> list[_Piece]:
        """What came to its end with `pcm`."""
        sound = np.concatenate([self._rest, pcm])
        whole = len(sound) // self._block * self._block
        self._rest = sound[whole:]
        found = [self._take(block) for block in sound[:whole].reshape(-1, self._block)]
        return [piece for piece in found if piece is not None]

    def draft(self) -> _Piece | None:
        """What is being said, when there is enough more of it than last time."""
        if len(self._speech) - self._drafted < _DRAFT_S / _BLOCK_S or not self._is_speech:
            return None
        self._drafted = len(self._speech)
        return self._piece(final=False)

    def end(self) -> _Piece | None:
        """What was being said when the sound ended."""
        return self._cut() if self._speech else None

    @property
    def _is_speech(self) -> bool:
        return self._loud >= _LEAST_S / _BLOCK_S

    def _take(self, block: NDArray[np.int16]) -> _Piece | None:
        level = float(np.sqrt(np.mean(np.square(block, dtype=np.float64))))
        if not self._blocks:
            self._floor = min(level, _LOUDEST_FLOOR)
        self._blocks += 1
        loud = level > max(_QUIET, _OVER_FLOOR * self._floor)
        # The floor falls at once and rises slowly: a fan is learnt in seconds, a long sentence is not taken for one.
        self._floor = min(level, self._floor * _RISE + 0.01)
        if not self._speech and not loud:
            self._before.append(block)
            return None
        if not self._speech:
            self._speech = [*self._before]
            self._before.clear()
        self._speech.append(block)
        self._loud += loud
        self._quiet = 0 if loud else self._quiet + 1
        if self._quiet >= _PAUSE_S / _BLOCK_S or len(self._speech) >= _LONGEST_S / _BLOCK_S:
            return self._cut()
        return None

    def _cut(self) -> _Piece | None:
        piece = self._piece(final=True) if self._is_speech else None
        self._speech, self._loud, self._quiet, self._drafted = [], 0, 0, 0
        return piece

    def _piece(self, *, final: bool) -> _Piece:
        return _Piece(np.concatenate(self._speech), (self._blocks - len(self._speech)) * _BLOCK_S, final)


class Listener:
    """`feed` may be called as fast as sound comes; `heard` yields what the ears make of it, in order, until `close`."""

    def __init__(self, ears: Ears, lang: Lang, rate: int) -> None:
        self._ears, self._lang = ears, lang
        self._cutter = Cutter(rate)
        self._waiting: deque[_Piece] = deque(maxlen=_WAITING)
        self._more = asyncio.Event()
        self._closed = False
        self._odd = b""

    def feed(self, sound: bytes) -> None:
        """16-bit little-endian mono, in pieces of any size."""
        whole = self._odd + sound
        even = len(whole) & ~1
        self._odd = whole[even:]
        self._waiting += self._cutter.feed(np.frombuffer(whole[:even], np.dtype("<i2")).astype(np.int16))
        self._more.set()

    def close(self) -> None:
        if (last := self._cutter.end()) is not None:
            self._waiting.append(last)
        self._closed = True
        self._more.set()

    async def heard(self) -> AsyncGenerator[Heard, None]:
        while True:
            self._more.clear()
            piece = self._waiting.popleft() if self._waiting else None if self._closed else self._cutter.draft()
            if piece is not None:
                text = await self._written(piece)
                if text:
                    end_s = piece.start_s + len(piece.pcm) / self._cutter.rate
                    yield Heard(text, piece.start_s, end_s, piece.final)
            elif self._closed:
                return
            else:
                await self._more.wait()

    async def _written(self, piece: _Piece) -> str:
        try:
            return await self._ears.hear(_wav(piece.pcm, self._cutter.rate), "wav", self._lang)
        except HearingError as error:
            log.warning("speech was not written down", reason=str(error))
            return ""


def _wav(pcm: NDArray[np.int16], rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(pcm.astype("<i2").tobytes())
    return file.getvalue()
