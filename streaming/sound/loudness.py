"""How loud speech is, as ITU-R BS.1770 and EBU R128 measure it, block by block; and the gain that makes it even."""

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from avatar.media import RATE

Samples = NDArray[np.float32]

SILENCE = -120.0  # LUFS, for what cannot be heard at all
_WINDOW = 4096  # samples that are looked at together, 93 ms
_MOMENT_S = 0.4  # the standard's momentary loudness
_ABSOLUTE, _RELATIVE = -50.0, -10.0  # gates: LUFS of the voice as it comes, and against its own mean
_MEMORY_S = 20.0  # of speech: what is older weighs less and less
_SOON_S = 2.0  # of speech, until a voice is known
_RIDING_DB_S, _FREE_DB_S = 1.0, 12.0
_BLOCK = RATE // 25
_QUIET = 0.002  # a block without a higher sample is a pause
# The two stages of the K weighting, for 48 kHz as the standard gives them; only their magnitude is used, at any rate.
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))


def k_weights(bins: int, rate: int = RATE) -> NDArray[np.float64]:
    """The weighting of power at `bins` frequencies from 0 to half of `rate`."""
    z = np.exp(-1j * np.linspace(0, math.pi * rate / 48_000, bins))
    gain = np.ones(bins, np.complex128)
    for above, below in (_SHELF, _HIGH_PASS):
        gain *= np.polyval(above[::-1], z) / np.polyval(below[::-1], z)
    return np.asarray(np.abs(gain) ** 2, np.float64)


def lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(power) if power > 1e-12 else SILENCE


class Meter:
    """Momentary loudness of a mono signal that comes in blocks of `block` samples."""

    def __init__(self, block: int) -> None:
        self._block = block
        self._shape = np.hanning(_WINDOW).astype(np.float32)
        scale = 2.0 / (_WINDOW * float(np.sum(self._shape**2)))  # Parseval, for half a spectrum
        self._weights = (k_weights(_WINDOW // 2 + 1) * scale).astype(np.float32)
        self._recent = np.zeros(_WINDOW, np.float32)
        self._powers: deque[float] = deque(maxlen=max(1, round(_MOMENT_S * RATE / block)))

    def feed(self, samples: Samples) -> float:
        """LUFS of the 400 ms that end with `samples`."""
        recent = self._recent
        if len(samples) >= _WINDOW:
            recent[:] = samples[-_WINDOW:]
        else:
            recent[: -len(samples)] = recent[len(samples) :]
            recent[-len(samples) :] = samples
        spectrum = np.fft.rfft(recent * self._shape)
        power = np.square(spectrum.real) + np.square(spectrum.imag)
        self._powers.append(float(np.dot(power, self._weights)))
        return lufs(sum(self._powers) / self._powers.maxlen) if self._powers.maxlen else SILENCE


class Integrated:
    """Loudness of a whole mono recording that comes in pieces of any length, gated as EBU R128 does it."""

    def __init__(self) -> None:
        self._meter = Meter(_BLOCK)
        self._rest = np.zeros(0, np.float32)
        self._moments: list[float] = []

    def feed(self, samples: Samples) -> None:
        joined = np.concatenate([self._rest, samples])
        whole = len(joined) // _BLOCK * _BLOCK
        for start in range(0, whole, _BLOCK):
            self._moments.append(self._meter.feed(joined[start : start + _BLOCK]))
        self._rest = joined[whole:]

    @property
    def lufs(self) -> float:
        heard = np.power(10.0, np.array([each for each in self._moments if each > -70.0]) / 10)
        if not len(heard):
            return SILENCE
        heard = heard[heard > heard.mean() / 10]
        return 10 * math.log10(float(heard.mean()))


class Rider:
    """Rides the gain so that speech, pauses left out, has `target` LUFS in the long run.

    It follows slowly while somebody speaks, so that nothing pumps, and freely in between.
    """

    MOST_DB = 14.0

    def __init__(self, block: int, target: float) -> None:
        self._meter = Meter(block)
        self._block_s = block / RATE
        self._target = target
        self._mean = 0.0  # power of the speech so far
        self._heard_s = 0.0
        self._wanted_db = self.gain_db = 0.0

    def feed(self, samples: Samples) -> float:
        """Hear a block as the voice gave it; returns the gain in dB that holds at its end."""
        moment = self._meter.feed(samples)
        speaking = moment > _ABSOLUTE and (not self._mean or moment > lufs(self._mean) + _RELATIVE)
        if speaking:
            self._learn(moment)
        loose = self._heard_s < _SOON_S or float(np.abs(samples).max()) < _QUIET
        step = (_FREE_DB_S if loose else _RIDING_DB_S) * self._block_s
        self.gain_db += max(-step, min(step, self._wanted_db - self.gain_db))
        return self.gain_db

    def _learn(self, moment: float) -> None:
        self._heard_s = min(self._heard_s + self._block_s, _MEMORY_S)
        power = 10 ** ((moment + 0.691) / 10)
        self._mean += (power - self._mean) * self._block_s / self._heard_s
        if self._heard_s >= _MOMENT_S:  # less says nothing yet
            self._wanted_db = max(-self.MOST_DB, min(self.MOST_DB, self._target - lufs(self._mean)))
