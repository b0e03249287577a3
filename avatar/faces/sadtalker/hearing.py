"""The room's sound, a picture's worth at a time → mel windows. What is kept is a quarter of a second, however long the
room has been on air."""

import numpy as np
from numpy.typing import NDArray

from avatar.faces.sadtalker import mel

AHEAD = 3  # pictures of sound beyond its own that a window may need


class Hearing:
    """Sound at 16 kHz in, windows out, in order and each once. A window equals that of the whole sound."""

    def __init__(self) -> None:
        self._wave = np.zeros(mel.FRAME // 2)  # before the first sound there is silence
        self._before = 0.0
        self._columns: mel.Floats = np.zeros((mel.BANDS, 0), np.float32)
        self._first = 0  # number of the oldest column kept
        self._next = 0  # picture whose window comes next

    def push(self, sound: mel.Floats) -> mel.Floats:
        """Any number of samples → the windows that are complete now, (n, 1, 80, 16)."""
        self._wave = np.concatenate([self._wave, mel.emphasised(sound, self._before)])
        if len(sound):
            self._before = float(sound[-1])
        count = (len(self._wave) - mel.FRAME) // mel.HOP + 1
        if count > 0:
            self._columns = np.concatenate([self._columns, mel.bands(self._wave, count)], 1)
            self._wave = self._wave[count * mel.HOP :]
        return self._complete()

    def _complete(self) -> mel.Floats:
        known = self._first + self._columns.shape[1]
        found: list[mel.Floats] = []
        while (start := int(mel.starts(self._next, 1)[0])) + mel.WINDOW <= known:
            index = np.maximum(np.arange(start, start + mel.WINDOW), 0) - self._first
            found.append(self._columns[None, None, :, index])
            self._next += 1
        spare = max(0, start) - self._first
        if spare > 0:
            self._columns, self._first = self._columns[:, spare:], self._first + spare
        none: mel.Floats = np.zeros((0, 1, mel.BANDS, mel.WINDOW), np.float32)
        windows: mel.Floats = np.concatenate([none, *found])
        return windows


def mono(pcm: NDArray[np.int16]) -> mel.Floats:
    """-32768..32767 → -1..1."""
    scaled: mel.Floats = np.multiply(pcm, 1 / 32768, dtype=np.float32)
    return scaled
