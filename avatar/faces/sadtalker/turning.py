"""Degrees over time, for a head that is turned by hand."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray


def turning(stops: Sequence[float], count: int) -> NDArray[np.float32]:
    """From stop to stop at one speed, over `count` frames; one stop is held."""
    ways = list(zip(stops[:-1], stops[1:], strict=True))
    total = sum(abs(end - start) for start, end in ways)
    if not total or count < 2:
        return np.full(count, stops[0], np.float32)
    speed = total / (count - 1)
    parts = []
    for start, end in ways:
        steps = np.arange(ceil(abs(end - start) / speed))
        parts.append(start + steps * speed * (1 if end > start else -1))
    path = np.concatenate(parts)[:count]
    return np.concatenate([path, np.full(count - len(path), path[-1])]).astype(np.float32)
