"""Keypoints of the portrait, and where the head takes them."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from avatar.faces.sadtalker.layers import Conv, conv, conv_norm
from avatar.faces.sadtalker.mapping import BINS, Head
from avatar.faces.sadtalker.weights import Weights

_TEMPERATURE = 0.1
_PI = 3.14  # the networks were trained with this one


@dataclass(frozen=True, slots=True)
class KeypointShape:
    """Widths of the published extractor; tests use smaller ones."""

    width: int = 32
    widest: int = 1024
    blocks: int = 5
    depth: int = 16
    keypoints: int = 15

    def level(self, index: int) -> int:
        return min(self.widest, self.width << index)


@dataclass(frozen=True, slots=True)
class KeypointExtractor:
    """Portrait (n, 3, size, size), 0..1 → keypoints (n, 15, 3), each -1..1 as x, y, z."""

    blur: Tensor
    down: tuple[Conv, ...]
    middle: Conv
    up: tuple[Conv, ...]
    heat: Conv
    depth: int

    @classmethod
    def load(cls, w: Weights, shape: KeypointShape | None = None) -> "KeypointExtractor":
        shape = shape or KeypointShape()
        p, level, blocks = w.at("predictor"), shape.level, shape.blocks
        return cls(
            w.place(w.take("down.weight", 3, 1, 13, 13)),
            tuple(
                conv_norm(p.at(f"down_blocks.down{k}"), (level(k + 1), level(k) if k else 3, 3, 3))
                for k in range(blocks)
            ),
            conv(p.at("conv"), (level(blocks) * shape.depth, level(blocks), 1, 1)),
            tuple(
                conv_norm(p.at(f"up_blocks.up{k}"), (level(blocks - k - 1), level(blocks - k), 3, 3, 3))
                for k in range(blocks)
            ),
            conv(w.at("kp"), (shape.keypoints, level(0), 3, 3, 3)),
            shape.depth,
        )

    def features(self, image: Tensor) -> Tensor:
        """(n, 32, 16, size/4, size/4)."""
        x = self.shrunk(image)
        for layer in self.down:
            x = F.avg_pool2d(torch.relu(layer(x)), 2)
        x = self.middle(x)
        x = x.reshape(len(x), -1, self.depth, *x.shape[2:])
        for layer in self.up:
            x = torch.relu(layer(F.interpolate(x, scale_factor=(1, 2, 2))))
        return x

    def shrunk(self, image: Tensor) -> Tensor:
        blurred = torch.conv2d(image, self.blur, None, 1, 6, 1, 3)
        return blurred[:, :, ::4, ::4]

    def __call__(self, image: Tensor) -> Tensor:
        logits = self.heat(self.features(image))
        heat = (logits.flatten(2) / _TEMPERATURE).softmax(2).view(logits.shape)
        depth, height, width = logits.shape[2:]
        return torch.stack(
            [
                heat.sum((2, 3)) @ axis(width, heat),
                heat.sum((2, 4)) @ axis(height, heat),
                heat.sum((3, 4)) @ axis(depth, heat),
            ],
            2,
        )


def axis(count: int, like: Tensor) -> Tensor:
    """-1..1 in `count` steps, both ends included."""
    return torch.linspace(-1, 1, count, device=like.device, dtype=like.dtype)


def grid(depth: int, height: int, width: int, like: Tensor) -> Tensor:
    """Where each voxel lies: (depth, height, width, 3) of x, y, z."""
    z, y, x = torch.meshgrid(axis(depth, like), axis(height, like), axis(width, like), indexing="ij")
    return torch.stack([x, y, z], 3)


def degrees(bins: Tensor) -> Tensor:
    """(n, 66) → (n,): bins of three degrees, from -99."""
    steps = torch.arange(BINS, device=bins.device, dtype=bins.dtype)
    return (bins.softmax(1) * steps).sum(1) * 3 - 99


def rotation(yaw: Tensor, pitch: Tensor, roll: Tensor) -> Tensor:
    """Degrees (n,) each → (n, 3, 3): first roll, then yaw, then pitch."""
    matrices = []
    for angle, plane in ((pitch, (1, 2)), (yaw, (2, 0)), (roll, (0, 1))):
        radians = angle / 180 * _PI
        cos, sin = torch.cos(radians), torch.sin(radians)
        matrix = torch.eye(3, device=angle.device, dtype=angle.dtype).repeat(len(angle), 1, 1)
        i, j = plane
        matrix[:, i, i], matrix[:, i, j] = cos, -sin
        matrix[:, j, i], matrix[:, j, j] = sin, cos
        matrices.append(matrix)
    return matrices[0] @ matrices[1] @ matrices[2]


@dataclass(frozen=True, slots=True)
class Turn:
    """Degrees that replace what was heard, one value for each frame; None leaves an angle alone."""

    yaw: Tensor | None = None
    pitch: Tensor | None = None
    roll: Tensor | None = None


def placed(canonical: Tensor, head: Head, turn: Turn | None = None) -> Tensor:
    """The portrait's keypoints (1 or n, 15, 3), posed as `head` says (n frames) → (n, 15, 3)."""
    turn = turn or Turn()
    yaw = degrees(head.yaw) if turn.yaw is None else turn.yaw
    pitch = degrees(head.pitch) if turn.pitch is None else turn.pitch
    roll = degrees(head.roll) if turn.roll is None else turn.roll
    turned = torch.einsum("nij,nkj->nki", rotation(yaw, pitch, roll), canonical.expand(len(yaw), -1, -1))
    # Only the vertical shift counts: sideways and in depth the head stays where the portrait has it.
    up = head.shift * head.shift.new_tensor([0.0, 1.0, 0.0])
    return turned + up[:, None] + head.expression.view(len(yaw), -1, 3)
