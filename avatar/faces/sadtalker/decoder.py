"""The bent volume → the picture: residual blocks whose norms are steered by it (SPADE)."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from avatar.faces.sadtalker.layers import Conv, conv, same, spectral
from avatar.faces.sadtalker.source import GeneratorShape
from avatar.faces.sadtalker.weights import Weights

_HIDDEN = 128


@dataclass(frozen=True, slots=True)
class _Norm:
    """Instance norm, scaled and shifted by what `guide` shows at each place."""

    shared: Conv
    scale_shift: Conv  # of both, one after the other

    @classmethod
    def load(cls, w: Weights, channels: int, guide: int) -> "_Norm":
        parts = [w.at("mlp_gamma"), w.at("mlp_beta")]
        weight = torch.cat([part.take("weight", channels, _HIDDEN, 3, 3) for part in parts])
        bias = torch.cat([part.take("bias", channels) for part in parts])
        return cls(conv(w.at("mlp_shared.0"), (_HIDDEN, guide, 3, 3)), Conv(w.place(weight), w.place(bias), padding=1))

    def __call__(self, x: Tensor, guide: Tensor) -> Tensor:
        seen = torch.relu(self.shared(F.interpolate(guide, x.shape[2:])))
        scale, shift = self.scale_shift(seen).chunk(2, 1)
        return F.instance_norm(x) * (1 + scale) + shift


@dataclass(frozen=True, slots=True)
class _Block:
    norms: tuple[_Norm, _Norm]
    convs: tuple[Conv, Conv]
    skip_norm: _Norm | None
    skip: Conv | None

    @classmethod
    def load(cls, w: Weights, into: int, out: int, guide: int) -> "_Block":
        middle = min(into, out)
        norms = (_Norm.load(w.at("norm_0"), into, guide), _Norm.load(w.at("norm_1"), middle, guide))
        convs = (_spectral(w.at("conv_0"), (middle, into, 3, 3)), _spectral(w.at("conv_1"), (out, middle, 3, 3)))
        if into == out:
            return cls(norms, convs, None, None)
        skip = _spectral(w.at("conv_s"), (out, into, 1, 1), bias=False)
        return cls(norms, convs, _Norm.load(w.at("norm_s"), into, guide), skip)

    def __call__(self, x: Tensor, guide: Tensor) -> Tensor:
        y = x
        for norm, convolve in zip(self.norms, self.convs, strict=True):
            y = convolve(F.leaky_relu(norm(y, guide), 0.2))
        if self.skip is None or self.skip_norm is None:
            return x + y
        return self.skip(self.skip_norm(x, guide)) + y


@dataclass(frozen=True, slots=True)
class Decoder:
    """(n, 256, size/4, size/4) → picture (n, 3, size, size), 0..1."""

    entry: Conv
    middle: tuple[_Block, ...]
    up: tuple[_Block, _Block]
    exit: Conv

    @classmethod
    def load(cls, w: Weights, shape: GeneratorShape) -> "Decoder":
        guide, last = shape.level(shape.downs), shape.width
        wide = 2 * guide
        return cls(
            conv(w.at("fc"), (wide, guide, 3, 3)),
            tuple(_Block.load(w.at(f"G_middle_{k}"), wide, wide, guide) for k in range(6)),
            (_Block.load(w.at("up_0"), wide, guide, guide), _Block.load(w.at("up_1"), guide, last, guide)),
            conv(w.at("conv_img"), (3, last, 3, 3)),
        )

    def __call__(self, guide: Tensor) -> Tensor:
        x = self.raised(self.centre(guide), guide)
        x = self.up[1](F.interpolate(x, scale_factor=2), guide)
        return torch.sigmoid(self.exit(F.leaky_relu(x, 0.2)))

    def centre(self, guide: Tensor) -> Tensor:
        """Behind the middle blocks: (n, 512, size/4, size/4)."""
        x = self.entry(guide)
        for block in self.middle:
            x = block(x, guide)
        return x

    def raised(self, centre: Tensor, guide: Tensor) -> Tensor:
        """Behind the first doubling: (n, 256, size/2, size/2)."""
        return self.up[0](F.interpolate(centre, scale_factor=2), guide)


def _spectral(w: Weights, shape: tuple[int, ...], *, bias: bool = True) -> Conv:
    weight, shift = spectral(w, shape, bias=bias)
    return Conv(w.place(weight), None if shift is None else w.place(shift), padding=same(weight))
