"""Sound at 16 kHz → mel spectrogram and the windows that the audio networks look at. Numpy only."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
FPS = 25
SAMPLES = RATE // FPS  # of a picture
BANDS = 80
WINDOW = 16  # mel columns that a picture's window holds
COLUMNS_PER_S = 80

FRAME = 800
HOP = 200
_LOW, _HIGH = 55.0, 7600.0
_EMPHASIS = 0.97

Floats = NDArray[np.float32]


def pictures(samples: int) -> int:
    """How many pictures a sound of so many samples fills."""
    return samples // SAMPLES


def spectrogram(sound: Floats) -> Floats:
    """Mono sound → (80, 1 + n // 200), each value -4..4."""
    return columns(emphasised(sound), 0, 1 + len(sound) // HOP)


def emphasised(sound: Floats, before: float = 0.0) -> NDArray[np.float64]:
    """The sound with its highs raised; `before` is the sample that came before."""
    wide = np.asarray(sound, np.float64)
    return wide - _EMPHASIS * np.concatenate([[before], wide[:-1]])


def columns(emphasised: NDArray[np.float64], first: int, count: int) -> Floats:
    """Columns `first` and on of the spectrogram; what lies beyond the sound's ends counts as silence."""
    start = first * HOP - FRAME // 2
    end = start + (count - 1) * HOP + FRAME
    inside = emphasised[max(0, start) : max(0, end)]
    before = min(max(0, -start), end - start)
    padded = np.concatenate([np.zeros(before), inside, np.zeros(max(0, end - start - before - len(inside)))])
    return bands(padded, count)


def bands(sound: NDArray[np.float64], count: int) -> Floats:
    """The first `count` columns of a sound that begins half a frame before them: (80, count)."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::HOP][:count]
    magnitude = np.abs(np.fft.rfft(frames * _hann(), axis=1))
    mel = magnitude @ basis().T.astype(np.float64)
    decibels = 20 * np.log10(np.maximum(1e-5, mel)) - 20
    scaled: Floats = np.clip(8 * (decibels + 100) / 100 - 4, -4, 4).T.astype(np.float32)
    return scaled


def starts(first: int, count: int) -> NDArray[np.int64]:
    """The first mel column of each picture's window, which may lie before the sound."""
    frames = np.arange(first, first + count)
    return np.trunc(16 * (frames - 2) / 5).astype(np.int64)


def windows(mel: Floats, count: int) -> Floats:
    """Mel (80, columns) → the windows of `count` pictures (count, 1, 80, 16); the ends are repeated."""
    index = starts(0, count)[:, None] + np.arange(WINDOW)
    seen: Floats = mel[:, np.clip(index, 0, mel.shape[1] - 1)].transpose(1, 0, 2)[:, None]
    return seen


@cache
def basis() -> Floats:
    """(80, 401): triangles on Slaney's mel scale, each of the same area."""
    low, high = _mel(np.array([_LOW, _HIGH]))
    edges = _hertz(np.linspace(low, high, BANDS + 2))
    bins = np.linspace(0, RATE / 2, FRAME // 2 + 1)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    area = 2 / (edges[2:] - edges[:-2])
    return (np.maximum(0, np.minimum(rising, falling)) * area[:, None]).astype(np.float32)


@cache
def _hann() -> NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)


# Slaney's scale: even steps of 200/3 Hz below 1 kHz, above it 27 steps for each factor of 6.4.
_STEP = 200 / 3
_BEND = 1000.0
_LOG_STEP = np.log(6.4) / 27


def _mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _BEND / _STEP + np.log(np.maximum(hertz, _BEND) / _BEND) / _LOG_STEP
    return np.where(hertz < _BEND, hertz / _STEP, above)


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _BEND * np.exp(_LOG_STEP * (np.maximum(mel, _BEND / _STEP) - _BEND / _STEP))
    return np.where(mel < _BEND / _STEP, mel * _STEP, above)
