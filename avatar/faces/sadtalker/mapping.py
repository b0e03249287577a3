"""Coefficients over time → the head: bins of yaw, pitch and roll, a shift, and 15 × 3 of expression."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from avatar.faces.sadtalker.layers import Conv, Linear, conv, linear
from avatar.faces.sadtalker.weights import Weights

AROUND = 13  # rows before and after a frame that its window holds
WINDOW = 2 * AROUND + 1
BINS = 66


@dataclass(frozen=True, slots=True)
class Head:
    """Of n frames: bins (n, 66) of each angle, shift (n, 3), expression (n, 45)."""

    yaw: Tensor
    pitch: Tensor
    roll: Tensor
    shift: Tensor
    expression: Tensor

    def frames(self, start: int, end: int) -> "Head":
        return Head(*(part[start:end] for part in (self.yaw, self.pitch, self.roll, self.shift, self.expression)))


@dataclass(frozen=True, slots=True)
class Mapping:
    first: Conv
    layers: tuple[Conv, ...]
    heads: tuple[Linear, ...]

    @classmethod
    def load(cls, w: Weights, coefficients: int, width: int = 1024, keypoints: int = 15) -> "Mapping":
        return cls(
            conv(w.at("first.0"), (width, coefficients, 7), padding=0),
            tuple(conv(w.at(f"encoder{k}.1"), (width, width, 3), padding=0, dilation=3) for k in range(3)),
            tuple(
                linear(w.at(name), out, width)
                for name, out in (
                    ("fc_yaw", BINS), ("fc_pitch", BINS), ("fc_roll", BINS), ("fc_t", 3), ("fc_exp", 3 * keypoints)
                )
            ),
        )  # fmt: skip

    @property
    def coefficients(self) -> int:
        """70, or 73 for full pictures."""
        return int(self.first.weight.shape[1])

    def __call__(self, windows: Tensor) -> Head:
        """Windows (n, 70 or 73, 27) → Head."""
        x = self.first(windows)
        for layer in self.layers:
            x = layer(F.leaky_relu(x, 0.1)) + x[:, :, 3:-3]
        return Head(*(head(x.mean(2)) for head in self.heads))


def windows(rows: Tensor) -> Tensor:
    """Rows (T, C) → the window around each (T, C, 27); the ends are repeated."""
    padded = torch.cat([rows[:1].expand(AROUND, -1), rows, rows[-1:].expand(AROUND, -1)])
    return padded.unfold(0, WINDOW, 1)


def still_window(row: Tensor) -> Tensor:
    """One row (C,) held throughout → (1, C, 27)."""
    return row[None, :, None].expand(-1, -1, WINDOW)
