"""When a host who is not filmed shuts the eyes."""

import random

import numpy as np
from numpy.typing import NDArray

_SHUT = (0.5, 0.9, 1.0, 0.9, 0.5)
_EVERY = (50, 175)  # frames


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


class Blinking:
    """A host on air blinks every two to seven seconds; a clip's ten to seventy frames would look nervous all day."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._wait = self._chance.randint(*_EVERY)

    def next(self, count: int) -> NDArray[np.float32]:
        """Eye closure 0..1 of the next `count` frames."""
        closed = np.zeros(count, np.float32)
        for index in range(count):
            self._wait -= 1
            if self._wait < 0:
                closed[index] = _SHUT[-self._wait - 1]
                if -self._wait == len(_SHUT):
                    self._wait = self._chance.randint(*_EVERY)
        return closed
