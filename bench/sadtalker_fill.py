"""Weights made from their names, so that networks can be compared with others' without storing or fetching any.

Every tensor is drawn from a generator seeded with "network:name"; an implementation that asks for another name or shape
gets other numbers, and its pictures differ. The rule is that of the golden tensors.
"""

import re
import zlib

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from avatar.faces.sadtalker.weights import Precision, Weights

# Spread of a weight is gain / sqrt(what feeds one output); these keep random networks from saturating.
_GAIN = 1.2
_GAINS = (
    (r"kp_extractor:kp\.weight$", 0.55),
    (r"mapping_\d+:fc_(roll|pitch|yaw)\.weight$", 6.0),
    (r"mapping_\d+:fc_(t|exp)\.weight$", 0.3),
    (r"generator:decoder\.conv_img\.weight$", 0.35),
    (r"generator:dense_motion_network\.mask\.weight$", 4.0),
    (r"audio2exp:mapping1\.weight$", 0.3),
    (r"face_3drecon:backbone\..*\.conv3\.weight$", 0.6),
    (r"audio2pose:.*resunet\.output_layer\.0\.weight$", 1.0),
)
_NO_BIAS = r"mapping_\d+:fc_(t|exp)\.bias$"

Array = NDArray[np.float64]


class AskedWeights(Weights):
    """A checkpoint that has whatever is asked of it, without numbers; `asked` remembers names and shapes."""

    def __init__(self, net: str) -> None:
        super().__init__({}, net, Precision(torch.device("meta")))
        self.asked: dict[str, tuple[int, ...]] = {}

    def take(self, name: str, *shape: int) -> Tensor:
        self.asked[self._prefix + name] = shape
        return torch.empty(shape, device="meta")


class FilledWeights(Weights):
    """A checkpoint of the network `net` that has whatever is asked of it; `made` remembers what that was."""

    def __init__(self, net: str, precision: Precision | None = None) -> None:
        super().__init__({}, net, precision)
        self._net = net
        self.made: dict[str, Tensor] = {}

    def take(self, name: str, *shape: int) -> Tensor:
        full = self._prefix + name
        if full in self.made:
            raise AssertionError(f"{full} was taken twice")
        self.made[full] = torch.from_numpy(self._fill(full, shape))
        return self.made[full].to(torch.float32)

    def _fill(self, name: str, shape: tuple[int, ...]) -> NDArray[np.generic]:
        last = name.rpartition(".")[2]
        if last == "num_batches_tracked":
            return np.zeros(shape, np.int64)
        if last in ("weight_u", "weight_v"):
            return self._power(name.rpartition(".")[0])[last == "weight_v"]
        return fill(self._net, name, shape)

    def _power(self, base: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Three steps towards the largest singular value, which is not far enough: stored vectors must be used."""
        matrix = self.made[f"{base}.weight_orig"].numpy().astype(np.float64)
        matrix = matrix.reshape(len(matrix), -1)
        u = _chance(f"{self._net}:{base}.weight_u").standard_normal(len(matrix))
        u /= np.linalg.norm(u)
        for _ in range(3):
            v = matrix.T @ u
            v /= np.linalg.norm(v)
            u = matrix @ v
            u /= np.linalg.norm(u)
        return u.astype(np.float32), v.astype(np.float32)


def fill(net: str, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    key = f"{net}:{name}"
    kind = key.removeprefix("tiny.")
    chance, last = _chance(key), name.rpartition(".")[2]
    if kind == "kp_extractor:down.weight":
        return np.repeat(_blur()[None, None], shape[0], 0)
    if last == "running_mean":
        values = 0.1 * chance.standard_normal(shape)
    elif last == "running_var":
        values = 0.5 + chance.random_sample(shape)
    elif last == "bias":
        values = np.zeros(shape) if re.search(_NO_BIAS, kind) else 0.1 * chance.standard_normal(shape)
    elif last == "classbias":
        values = chance.standard_normal(shape)
    elif len(shape) == 1:
        values = 0.75 + 0.5 * chance.random_sample(shape)
    else:
        gain = next((gain for pattern, gain in _GAINS if re.search(pattern, kind)), _GAIN)
        values = chance.standard_normal(shape) * (gain / np.sqrt(np.prod(shape[1:])))
    return np.asarray(values, np.float32)


def _chance(key: str) -> np.random.RandomState:
    return np.random.RandomState(zlib.crc32(key.encode()))


def _blur() -> NDArray[np.float32]:
    """A bell of 1.5 pixels."""
    line = np.exp(-((np.arange(13) - 6.0) ** 2) / 4.5)
    bell = np.outer(line, line)
    return np.asarray(bell / bell.sum(), np.float32)


def sound(seconds: float, seed: int = 7) -> NDArray[np.float32]:
    """Something like speech at 16 kHz: gliding harmonics, four syllables a second, a pause, a little noise."""
    count = round(seconds * 16_000)
    t = np.arange(count) / 16_000
    phase = 2 * np.pi * np.cumsum(140 + 30 * np.sin(2 * np.pi * 0.7 * t)) / 16_000
    loud = (0.55 + 0.45 * np.sin(2 * np.pi * 4.0 * t)) * (np.abs(t - 1.0) > 0.12)
    wave = 0.35 * np.sin(phase) + 0.2 * np.sin(2.0 * phase + 0.3) + 0.1 * np.sin(11.0 * phase + 1.0)
    noisy = loud * wave + 0.003 * np.random.RandomState(seed).standard_normal(count)
    return np.asarray(np.clip(noisy, -1, 1), np.float32)


def image(size: int, seed: int = 11) -> NDArray[np.float32]:
    """(3, size, size), 0..1 in 255 steps: smooth blobs with some texture, not a face."""
    chance = np.random.RandomState(seed)
    y, x = np.mgrid[0:size, 0:size].astype(np.float64) / (size - 1)
    picture = np.zeros((3, size, size))
    for channel in range(3):
        for _ in range(6):
            across, down = chance.rand(), chance.rand()
            spread, height = 0.05 + 0.25 * chance.rand(), chance.randn()
            picture[channel] += height * np.exp(-((x - across) ** 2 + (y - down) ** 2) / (2 * spread * spread))
        picture[channel] += 0.15 * np.sin(40 * x + 3 * channel) * np.sin(33 * y)
    picture = (picture - picture.min()) / (picture.max() - picture.min())
    return np.asarray(np.rint(picture * 255) / 255, np.float32)


def coefficients(frames: int, width: int = 70, seed: int = 3) -> NDArray[np.float32]:
    """(frames, width) of a face that moves smoothly."""
    chance = np.random.RandomState(seed)
    t = np.arange(frames)[:, None]
    pace = 0.02 + 0.2 * chance.rand(1, width)
    phase = 2 * np.pi * chance.rand(1, width)
    rows = np.sin(2 * np.pi * pace * t + phase)
    rows *= np.concatenate([np.full(64, 0.6), np.full(3, 0.15), np.full(width - 67, 0.1)])
    rows[:, 70:] = np.array([[0.9, 1.1, 1.3]])[:, : width - 70]
    return np.asarray(rows, np.float32)
