"""Keypoints → how the portrait's volume is bent, and what of it is hidden (dense motion)."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from avatar.faces.sadtalker.keypoints import grid
from avatar.faces.sadtalker.layers import Conv, Doubled, conv, conv_norm, doubled_conv_norm
from avatar.faces.sadtalker.source import GeneratorShape
from avatar.faces.sadtalker.weights import Precision, Weights

_VARIANCE = 0.01
_FEW = 1 << 16  # weights
_LEAST = 1e-3  # of a motion's share; below it the motion is left out


@dataclass(frozen=True, slots=True)
class Motion:
    """Of n frames. `deformation` (n, D, H, W, 3): where in the portrait's volume each voxel comes from, -1..1 as x, y,
    z. `occlusion` (n, 1, H, W): 0 where the portrait shows nothing. `mask` (n, 16, D, H, W): the share of each motion.
    `hidden`: what mask and occlusion were read from."""

    deformation: Tensor
    occlusion: Tensor
    mask: Tensor
    hidden: Tensor


@dataclass(frozen=True, slots=True)
class _Hourglass:
    down: tuple[Conv, ...]
    up: tuple[Conv | Doubled, ...]
    last: Conv

    @classmethod
    def load(cls, w: Weights, into: int, shape: GeneratorShape) -> "_Hourglass":
        level, blocks = shape.motion_level, shape.motion_blocks
        joined = level(0) + into
        return cls(
            tuple(
                conv_norm(w.at(f"encoder.down_blocks.{k}"), (level(k + 1), level(k) if k else into, 3, 3, 3))
                for k in range(blocks)
            ),
            tuple(
                _up(w.at(f"decoder.up_blocks.{k}"), level(blocks - k) * (2 if k else 1), level(blocks - k - 1))
                for k in range(blocks)
            ),
            conv_norm(w.at("decoder"), (joined, joined, 3, 3, 3)),
        )

    def __call__(self, x: Tensor) -> Tensor:
        levels = [x]
        for layer in self.down:
            levels.append(_halved(torch.relu_(layer(levels[-1]))))
        y = levels.pop()
        for up in self.up:
            if isinstance(up, Conv):
                y = F.interpolate(y, scale_factor=(1, 2, 2))
            y = torch.cat([torch.relu_(up(y)), levels.pop()], 1)
        return torch.relu_(self.last(y))


def _halved(x: Tensor) -> Tensor:
    """Height and width halved by means."""
    if x.dtype == torch.float32:
        return F.avg_pool3d(x, (1, 2, 2))
    slices = F.avg_pool2d(x.movedim(2, 1).flatten(0, 1), 2)  # torch has no other for these numbers on a CPU
    return slices.unflatten(0, (len(x), -1)).movedim(1, 2)


def _up(w: Weights, into: int, out: int) -> Conv | Doubled:
    """Of a doubled map. The four places' weights are larger than the convolution's, so where the map is smaller than
    they are (few pixels, many channels) nothing would be saved."""
    shape = (out, into, 3, 3, 3)
    return doubled_conv_norm(w, shape) if into * out <= _FEW else conv_norm(w, shape)


@dataclass(frozen=True, slots=True)
class DenseMotion:
    compress: Conv
    hourglass: _Hourglass
    mask: Conv
    occlusion: Conv

    @classmethod
    def load(cls, w: Weights, shape: GeneratorShape) -> "DenseMotion":
        motions = shape.keypoints + 1
        into = motions * (shape.compressed + 1)
        joined = shape.motion_level(0) + into
        once = w.in_precision(Precision(w.precision.device))
        return cls(
            conv_norm(once, (shape.compressed, shape.volume, 1, 1, 1), names=("compress", "norm")),
            _Hourglass.load(w.at("hourglass"), into, shape),
            conv(w.at("mask"), (motions, joined, 7, 7, 7)),
            conv(w.at("occlusion"), (1, joined * shape.depth, 7, 7)),
        )

    def small(self, volume: Tensor) -> Tensor:
        """The portrait's volume as the motion sees it: (n, 4, D, H, W)."""
        return torch.relu(self.compress(volume))

    def __call__(self, small: Tensor, source: Tensor, driving: Tensor) -> Motion:
        """`small` as above, keypoints of the portrait and of n frames (n, 15, 3) → Motion."""
        n, (depth, height, width) = len(driving), small.shape[2:]
        here = grid(depth, height, width, driving)
        moved = here[None, None] + (source - driving)[:, :, None, None, None]
        grids = torch.cat([here.expand(n, 1, -1, -1, -1, -1), moved], 1)  # the first motion is none
        seen = self._seen(small, source, driving, grids)
        hidden = self.hourglass(seen.to(self.mask.weight.dtype))
        shares = self.mask(hidden).float().softmax(1)
        heard = torch.where(shares < _LEAST, 0.0, shares)
        deformation = torch.einsum("nkdhw,nkdhwc->ndhwc", heard, grids)
        flat = hidden.reshape(n, -1, height, width)
        return Motion(deformation, torch.sigmoid(self.occlusion(flat)), shares, hidden)

    def _seen(self, small: Tensor, source: Tensor, driving: Tensor, grids: Tensor) -> Tensor:
        """What the hourglass looks at: of each motion a heat map and the volume it bends, (n, 80, D, H, W)."""
        n, motions = grids.shape[:2]
        volumes = small.expand(n, -1, -1, -1, -1).repeat_interleave(motions, 0)
        bent = warp(volumes, grids.flatten(0, 1)).unflatten(0, (n, motions))
        heat = _heat(driving, bent) - _heat(source, bent)
        heat = torch.cat([torch.zeros_like(heat[:, :1]), heat], 1)
        return torch.cat([heat[:, :, None], bent], 2).flatten(1, 2)


def warp(volume: Tensor, where: Tensor) -> Tensor:
    """(n, C, D, H, W) read at (n, D, H, W, 3). The grid's ends are voxel centres while it is read as if they were
    edges: the networks were trained that way."""
    return F.grid_sample(volume, where, "bilinear", "zeros", align_corners=False)


def _heat(keypoints: Tensor, like: Tensor) -> Tensor:
    """A bell around each keypoint (n, K, 3) → (n, K, D, H, W)."""
    bells = []
    for index, count in enumerate((like.shape[-1], like.shape[-2], like.shape[-3])):
        line = torch.linspace(-1, 1, count, device=keypoints.device, dtype=keypoints.dtype)
        bells.append(torch.exp(-((line - keypoints[..., index, None]) ** 2) / (2 * _VARIANCE)))
    x, y, z = bells
    return z[..., :, None, None] * y[..., None, :, None] * x[..., None, None, :]
