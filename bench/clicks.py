"""Finds what an ear hears as a click: a jump of the signal or of its slope that nothing around it explains."""

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
_NEAR = 130  # samples on each side that must explain it, 3 ms
_AWAY = 6  # samples around a jump that the jump itself disturbs
_TIMES = 14.0  # how far it stands out
_LEAST = 0.02  # and how large it is: three times a jump of -43 dBFS


def clicks(samples: NDArray[np.float32]) -> list[float]:
    """The moments, in seconds, at which mono `samples` (-1..1 at 44.1 kHz) click.

    A voice has little above 11 kHz, so its third difference is small; a jump's is three times the jump.
    """
    bend = np.abs(np.diff(samples.astype(np.float64), 3))
    if len(bend) < 4 * _NEAR:
        return []
    total = np.concatenate([[0.0], np.cumsum(bend**2)])
    size = len(bend)
    at = np.flatnonzero(bend > _LEAST)
    found: list[float] = []
    for index in at.tolist():
        low, high = max(0, index - _NEAR), min(size, index + _NEAR + 1)
        left, right = max(low, index - _AWAY), min(high, index + _AWAY + 1)
        # Only one side may be explained: at a cut-off one is silence, and speech that sets in is no click.
        before = (total[left] - total[low]) / max(1, left - low)
        after = (total[high] - total[right]) / max(1, high - right)
        if bend[index] > _TIMES * max(before, after, 1e-9) ** 0.5:
            moment = index / RATE
            if not found or moment - found[-1] > 0.005:
                found.append(moment)
    return found
