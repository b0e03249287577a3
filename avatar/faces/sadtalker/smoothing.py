"""Savitzky–Golay smoothing of the pose: a parabola is fitted around each value."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

WINDOW = 13
AROUND = WINDOW // 2
_ORDER = 2

Doubles = NDArray[np.float64]


def smoothed(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """(T, n) over time. At the ends the values lie on the parabola of the first or last window."""
    count = len(values)
    window = WINDOW if count >= WINDOW else 2 * ((count - 1) // 2) + 1
    if window <= _ORDER:
        return values
    fit = _fit(window)
    half = window // 2
    wide = values.astype(np.float64)
    inside = np.stack([fit[half] @ wide[k : k + window] for k in range(count - window + 1)])
    ends = fit[:half] @ wide[:window], fit[half + 1 :] @ wide[-window:]
    return np.concatenate([ends[0], inside, ends[1]]).astype(np.float32)


@cache
def _fit(window: int) -> Doubles:
    """(window, window): row k gives the parabola's value at place k."""
    at = np.arange(window) - window // 2
    powers = np.vander(at, _ORDER + 1).astype(np.float64)
    return np.asarray(powers @ np.linalg.pinv(powers), np.float64)
