"""When a host who is not filmed shuts the eyes."""

import random

import numpy as np
from numpy.typing import NDArray

_SHUT = (0.5, 0.9, 1.0, 0.9, 0.5)


def blinks(count: int, chance: random.Random) -> NDArray[np.float32]:
    """Eye closure 0..1 for `count` frames: a blink every ten to seventy frames, none in a clip of twenty or fewer."""
    closed = np.zeros(count, np.float32)
    steps = range(min(10, count), min(count // 2, 70))
    at = 0
    while count > 20 and steps:
        at += chance.choice(steps)
        if at + len(_SHUT) > count - 1:
            break
        closed[at : at + len(_SHUT)] = _SHUT
        at += len(_SHUT)
    return closed
