"""What is computed once for a portrait: its features in three dimensions."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from avatar.faces.sadtalker.layers import Affine, Conv, conv, conv_norm, norm
from avatar.faces.sadtalker.weights import Weights


@dataclass(frozen=True, slots=True)
class GeneratorShape:
    """Widths of the published generator; tests use smaller ones."""

    width: int = 64
    widest: int = 512
    downs: int = 2
    volume: int = 32  # channels of the volume
    depth: int = 16
    residuals: int = 6
    keypoints: int = 15
    motion_width: int = 32
    motion_widest: int = 1024
    motion_blocks: int = 5
    compressed: int = 4
    steering: int = 128  # channels behind a steered norm's guide

    def level(self, index: int) -> int:
        return min(self.widest, self.width << index)

    def motion_level(self, index: int) -> int:
        return min(self.motion_widest, self.motion_width << index)


@dataclass(frozen=True, slots=True)
class _Residual:
    before: Affine
    first: Conv
    second: Conv

    @classmethod
    def load(cls, w: Weights, channels: int) -> "_Residual":
        shape = (channels, channels, 3, 3, 3)
        return cls(
            norm(w.at("norm1"), channels, 3),
            conv_norm(w, shape, names=("conv1", "norm2")),
            conv(w.at("conv2"), shape),
        )

    def __call__(self, x: Tensor) -> Tensor:
        return x + self.second(torch.relu(self.first(torch.relu(self.before(x)))))


@dataclass(frozen=True, slots=True)
class SourceEncoder:
    """Portrait (n, 3, size, size), 0..1 → volume (n, 32, 16, size/4, size/4)."""

    first: Conv
    down: tuple[Conv, ...]
    second: Conv
    residuals: tuple[_Residual, ...]
    depth: int

    @classmethod
    def load(cls, w: Weights, shape: GeneratorShape) -> "SourceEncoder":
        level = shape.level
        return cls(
            conv_norm(w.at("first"), (level(0), 3, 3, 3)),
            tuple(conv_norm(w.at(f"down_blocks.{k}"), (level(k + 1), level(k), 3, 3)) for k in range(shape.downs)),
            conv(w.at("second"), (shape.volume * shape.depth, level(shape.downs), 1, 1)),
            tuple(_Residual.load(w.at(f"resblocks_3d.3dr{k}"), shape.volume) for k in range(shape.residuals)),
            shape.depth,
        )

    def __call__(self, image: Tensor) -> Tensor:
        x = torch.relu(self.first(image))
        for layer in self.down:
            x = F.avg_pool2d(torch.relu(layer(x)), 2)
        x = self.second(x)
        x = x.reshape(len(x), -1, self.depth, *x.shape[2:])
        for block in self.residuals:
            x = block(x)
        return x
