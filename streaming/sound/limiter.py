"""A look-ahead limiter: no true peak above the ceiling, at any time, without a click or audible pumping."""

import math

import numpy as np
from numpy.typing import NDArray

from avatar.media import RATE

Samples = NDArray[np.float32]

_STEP = 21  # samples that share a gain; divides the frame at 20, 25, 30, 50 and 60 pictures a second
_AHEAD = 10  # steps in which the gain comes down before a peak: 4.8 ms
_RELEASE_S = 0.12
_NEAR = 0.7  # of the ceiling: from there on the signal may pass it between two samples
_DONE = 0.9999
_TAPS = 12  # of each interpolator
_SLACK = 1  # a peak between samples is found up to one step late
_RAMP = (np.arange(1, _STEP + 1, dtype=np.float32) / _STEP)[None, :]


def _between() -> tuple[Samples, ...]:
    """Windowed-sinc interpolators for the three points between two samples: the signal at four times its rate."""
    taps = []
    for quarter in (1, 2, 3):
        at = np.arange(_TAPS) - (_TAPS // 2 - 1) - quarter / 4
        taps.append((np.sinc(at) * (0.5 + 0.5 * np.cos(np.pi * at / (_TAPS / 2 + 0.5)))).astype(np.float32)[::-1])
    return tuple(taps)


_POINTS = _between()


def true_peaks(samples: Samples, step: int) -> Samples:
    """The highest of the signal between its samples, by `step` samples; the first `_TAPS - 1` samples are context."""
    body = samples[_TAPS - 1 :]
    peaks = np.abs(body).reshape(-1, step).max(axis=1)
    for taps in _POINTS:
        found = np.abs(np.convolve(samples, taps, "valid")).reshape(-1, step).max(axis=1)
        np.maximum(peaks, found, out=peaks)
    return np.asarray(peaks, np.float32)


class Limiter:
    """Delays by `delay` samples. Blocks must be whole steps of 21 samples."""

    delay = (_AHEAD + _SLACK) * _STEP

    def __init__(self, ceiling_db: float) -> None:
        self._ceiling = 10 ** (ceiling_db / 20)
        self._context = np.zeros(_TAPS - 1, np.float32)
        self._held = np.zeros(self.delay, np.float32)  # not let out yet
        self._needed = np.ones(_AHEAD + _SLACK, np.float32)  # gain that each of the last steps needs
        self._targets = np.ones(_AHEAD, np.float32)
        self._idle = True
        self._rise = 1 - math.exp(-_STEP / RATE / _RELEASE_S)

    def feed(self, samples: Samples) -> Samples:
        """As many samples as came in, `delay` samples late."""
        joined = np.concatenate([self._held, samples])
        out, self._held = joined[: len(samples)], joined[len(samples) :]
        heard = np.concatenate([self._context, samples])
        self._context = heard[-(_TAPS - 1) :]
        if self._idle and max(float(heard.max()), -float(heard.min())) < self._ceiling * _NEAR:
            return out
        peaks = true_peaks(heard, _STEP)
        if self._idle and float(peaks.max()) <= self._ceiling:
            return out
        gains = self._gains(peaks)
        ramps = gains[:-1, None] + (gains[1:] - gains[:-1])[:, None] * _RAMP
        return np.asarray(out * ramps.reshape(-1), np.float32)

    def _gains(self, peaks: Samples) -> Samples:
        """The gain at the bounds of the steps that are let out. Each is a mean of minima that all cover the steps
        on both sides of it, so it is never above what either needs."""
        needed = np.concatenate([self._needed, np.minimum(1.0, self._ceiling / np.maximum(peaks, 1e-6))])
        self._needed = needed[len(peaks) :]
        lowest = np.lib.stride_tricks.sliding_window_view(needed, _AHEAD + _SLACK + 1).min(axis=1)
        targets, last, rise = [], float(self._targets[-1]), self._rise
        for least in lowest.tolist():
            last += (1.0 - last) * rise
            last = least if least < last else last
            targets.append(last)
        known = np.concatenate([self._targets, np.array(targets, np.float32)])
        self._targets = known[len(peaks) :]
        self._idle = last > _DONE and float(self._targets.min()) > _DONE and float(self._needed.min()) >= 1.0
        if self._idle:
            self._targets[:] = 1.0
        sums = np.cumsum(np.concatenate([[0.0], known]))
        return np.asarray((sums[_AHEAD:] - sums[:-_AHEAD]) / _AHEAD, np.float32)
