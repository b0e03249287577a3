"""The room's sound, a frame at a time: voice at its loudness, music that makes room for it, peaks held back."""

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from avatar.media import RATE
from streaming.sound.limiter import Limiter
from streaming.sound.loudness import Rider, Samples

TARGET_LUFS = (
    -15.6
)  # of the voice before the limiter, for -16 of what is sent: pauses and held-back peaks take the rest
CEILING_DB = -2.5  # of true peaks before AAC, which may add more than one dB
_SPEAKING = 0.006  # RMS of a frame in which somebody speaks, -44 dBFS
_HOLD_S = 0.45  # a pause so short leaves the music where it is
_ATTACK_S, _RELEASE_S = 0.06, 0.6
_FADE_IN_S, _FADE_OUT_S = 2.0, 1.2  # of music; the goodbye takes two seconds at most


class Music(Protocol):
    """The part of `streaming.sound.music.Playlist` that the mixer needs."""

    def take(self, count: int) -> Samples | None:
        """The next samples at the level for pauses; None while there is no music."""
        ...


class Sound:
    """Called once a frame, in order. `duck_db`: how far the music steps back while somebody speaks."""

    def __init__(self, fps: int, music: Music | None = None, *, duck_db: float = 14.0) -> None:
        self._frame_s = 1 / fps
        self._rider = Rider(RATE // fps, TARGET_LUFS)
        self._limiter = Limiter(CEILING_DB)
        self._music, self._duck_db = music, duck_db
        self._rise = np.linspace(0, 1, RATE // fps, dtype=np.float32)
        self._voice_gain = 1.0
        self._ducked_db = 0.0
        self._hold_s = 0.0
        self._fade = 0.0
        self._music_gain = 0.0
        self._ending = False

    def frame(self, pcm: NDArray[np.int16]) -> NDArray[np.int16]:
        """One frame of the voice in, one of the programme out, mono, 5 ms late."""
        voice = pcm.astype(np.float32) * np.float32(1 / 32_768)
        gain = 10 ** (self._rider.feed(voice) / 20)
        mixed = voice * self._ramp(self._voice_gain, gain)
        self._voice_gain = gain
        if self._music is not None:
            self._add_music(self._music, mixed)
        out = self._limiter.feed(mixed)
        return np.asarray(np.rint(out * np.float32(32_767)), np.int16)

    def end(self) -> None:
        """Let the music fade out."""
        self._ending = True

    def _add_music(self, music: Music, mixed: Samples) -> None:
        speaking = float(np.dot(mixed, mixed)) > _SPEAKING**2 * len(mixed)
        bed = None if self._ending and not self._fade else music.take(len(mixed))
        if bed is None:
            self._fade = self._music_gain = 0.0
            return
        if self._ending:
            self._fade = max(0.0, self._fade - self._frame_s / _FADE_OUT_S)
        else:
            self._fade = min(1.0, self._fade + self._frame_s / _FADE_IN_S)
        self._duck(speaking)
        gain = self._fade**2 * 10 ** (self._ducked_db / 20)
        mixed += bed * self._ramp(self._music_gain, gain)
        self._music_gain = gain

    def _duck(self, speaking: bool) -> None:
        self._hold_s = _HOLD_S if speaking else max(0.0, self._hold_s - self._frame_s)
        goal, within_s = (-self._duck_db, _ATTACK_S) if self._hold_s else (0.0, _RELEASE_S)
        self._ducked_db += (goal - self._ducked_db) * (1 - math.exp(-self._frame_s / within_s))

    def _ramp(self, start: float, end: float) -> Samples | np.float32:
        if start == end:
            return np.float32(end)
        return np.float32(start) + np.float32(end - start) * self._rise
