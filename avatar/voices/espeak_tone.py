"""Takes the tin out of espeak's sound: an equaliser towards the spectrum of real speech, softer sibilants,
a little room.

Nothing here moves a sound in time: the filter is symmetric, so mouth and words stay where they were.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

_HZ = (0, 60, 100, 160, 250, 400, 630, 1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300, 8000, 11_025)
# dB at each. Against the long-term average speech spectrum (Byrne and others, 1994) espeak has too much around 1 kHz
# (nasal) and 3-5 kHz (harsh), too little below 600 Hz (warmth) and above 6 kHz (air): two thirds of that is undone.
CURVES: dict[str, tuple[float, ...]] = {
    "female": (-30, -12, 0, 2, 3, 3, 2.5, -3.5, -2.5, -0.5, 0.5, 0, -4, -5.5, -3, 2.5, 3.5, 3),
    "male": (-30, -12, 2, 3.5, 3.5, 3, 2, -2.5, -2.5, -0.5, -1, -4, -4, -1.5, 0, 2, 3.5, 3),
}
_HALF = 160  # taps on each side of the equaliser's middle, 7 ms at 22,050 Hz
# A small furnished room: when a wall answers, and how loud against the direct sound.
_WALLS = ((0.0068, 0.11), (0.0109, -0.09), (0.0157, 0.08), (0.0213, -0.07), (0.0282, 0.055), (0.0361, -0.045))
_TAIL_S, _TAIL = 0.14, 0.012
_ESS_HZ = 4_800
_ESS_FROM, _ESS_POWER = 0.05, 0.5  # RMS of sibilants from which they grow half as fast, in dB
_ESS_S = 0.006
_KNEE, _CEILING = 0.70, 0.88
_ONSETS = ((0.012, 0.002), (0.02, 0.006))  # a jump that clicks, out of what is no louder than so for 0.7 ms
_EASE = 40  # samples over which it is eased in, 1.8 ms


@cache
def _filter(curve: str, rate: int) -> Samples:
    """The equaliser, then the room: taps with the direct sound at `_HALF`."""
    bins = np.fft.rfftfreq(4096, 1 / rate)
    wanted = 10 ** (np.interp(bins, _HZ, CURVES[curve]) / 20)
    symmetric = np.roll(np.fft.irfft(wanted), _HALF)[: 2 * _HALF + 1] * np.hanning(2 * _HALF + 1)
    room = np.zeros(round(_TAIL_S * rate))
    room[0] = 1.0
    for seconds, level in _WALLS:
        at = seconds * rate  # between two samples: a wall that answers softly in the highs
        room[int(at)] += level * 0.6
        room[int(at) + 1] += level * 0.4
    start = round(0.012 * rate)
    decay = np.exp(-np.arange(len(room) - start) / (0.032 * rate))
    room[start:] += np.random.default_rng(1950).standard_normal(len(decay)) * decay * _TAIL
    return np.convolve(symmetric, room).astype(np.float32)


@cache
def _highs(rate: int) -> Samples:
    """A symmetric filter that keeps what is above `_ESS_HZ`."""
    bins = np.fft.rfftfreq(1024, 1 / rate)
    taps = np.roll(np.fft.irfft((bins > _ESS_HZ).astype(float)), 32)[:65] * np.hanning(65)
    return taps.astype(np.float32)


class Tone:
    """Shapes one utterance, piece after piece: the room of a piece is still heard in the next one."""

    def __init__(self, curve: str, rate: int) -> None:
        self._curve, self._rate = curve, rate
        self._ringing = np.zeros(0, np.float32)

    def shape(self, pcm: NDArray[np.int16], gain_db: float) -> NDArray[np.int16]:
        """As many samples as came in, louder by `gain_db`; peaks bend towards -1.1 dBFS and never clip."""
        if not len(pcm):
            return pcm
        taps = _filter(self._curve, self._rate)
        wet = _convolved(_eased(pcm.astype(np.float32) * np.float32(1 / 32_768)), taps)
        both = min(len(wet), len(self._ringing))
        wet[:both] += self._ringing[:both]
        self._ringing = wet[len(pcm) :]
        sound = _softened(wet[_HALF : _HALF + len(pcm)], self._rate) * np.float32(10 ** (gain_db / 20))
        return np.asarray(np.rint(_bent(sound) * np.float32(32_767)), np.int16)


def _convolved(samples: Samples, taps: Samples) -> Samples:
    size = 1 << (len(samples) + len(taps) - 2).bit_length()
    product = np.fft.rfft(samples, size) * np.fft.rfft(taps, size)
    return np.fft.irfft(product, size)[: len(samples) + len(taps) - 1].astype(np.float32)


def _eased(samples: Samples) -> Samples:
    """espeak's recorded consonants begin with a step out of silence: it becomes a slope."""
    level = np.abs(samples)
    starts: set[int] = set()
    for jump, calm in _ONSETS:
        louder = np.concatenate([[0], np.cumsum(level > calm)])
        jumps = np.flatnonzero(level > jump)
        starts.update(jumps[louder[jumps] == louder[np.maximum(jumps - 16, 0)]].tolist())
    for at in starts:
        stretch = samples[at : at + _EASE]
        stretch *= np.sin(np.linspace(0, np.pi / 2, len(stretch), dtype=np.float32)) ** 2
    return samples


def _softened(samples: Samples, rate: int) -> Samples:
    taps = _highs(rate)
    if len(samples) < len(taps):
        return samples
    highs = np.convolve(samples, taps, "same")
    width = round(_ESS_S * rate)
    power = np.convolve(highs * highs, np.hanning(width).astype(np.float32) / (width / 2), "same")
    level = np.sqrt(np.maximum(power, 1e-9))
    less = np.minimum(1.0, (_ESS_FROM / level) ** _ESS_POWER)
    return np.asarray(samples - highs * (1 - less), np.float32)


def _bent(sound: Samples) -> Samples:
    """What would pass -3 dBFS bends softly towards -1.1 dBFS instead of clipping."""
    over = np.abs(sound) > _KNEE
    beyond = np.tanh((np.abs(sound[over]) - _KNEE) / (_CEILING - _KNEE))
    sound[over] = np.sign(sound[over]) * (_KNEE + (_CEILING - _KNEE) * beyond)
    return sound
