"""The bent volume → the picture: residual blocks whose norms are steered by it (SPADE)."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from avatar.faces.sadtalker.layers import Conv, conv, same, spectral
from avatar.faces.sadtalker.source import GeneratorShape
from avatar.faces.sadtalker.spade import Fourfold, Plain, Twice, normalised
from avatar.faces.sadtalker.weights import Weights

_LEAK = 0.2


@dataclass(frozen=True, slots=True)
class _Block:
    """A residual block whose input, output and guide are of one size."""

    norms: tuple[Plain, Plain]
    convs: tuple[Conv, Conv]

    @classmethod
    def load(cls, w: Weights, channels: int, guide: int, hidden: int) -> "_Block":
        shape = (channels, channels, 3, 3)
        return cls(
            (Plain.load(w.at("norm_0"), channels, guide, hidden), Plain.load(w.at("norm_1"), channels, guide, hidden)),
            (_spectral(w.at("conv_0"), shape), _spectral(w.at("conv_1"), shape)),
        )

    def __call__(self, x: Tensor, guide: Tensor) -> Tensor:
        y = x
        for norm, convolve in zip(self.norms, self.convs, strict=True):
            y = convolve(F.leaky_relu_(norm(y, guide), _LEAK))
        return y.add_(x)


@dataclass(frozen=True, slots=True)
class _FirstUp:
    """A residual block that doubles its input, to twice the guide's size."""

    norms: tuple[Twice, Twice, Twice]  # of both convolutions and of the skip
    convs: tuple[Conv, Conv]
    skip: Conv

    @classmethod
    def load(cls, w: Weights, into: int, out: int, guide: int, hidden: int) -> "_FirstUp":
        skip, _ = spectral(w.at("conv_s"), (out, into, 1, 1), bias=False)
        return cls(
            (
                Twice.load(w.at("norm_0"), into, guide, hidden),
                Twice.load(w.at("norm_1"), out, guide, hidden),
                Twice.load(w.at("norm_s"), into, guide, hidden, skip),
            ),
            (
                _spectral(w.at("conv_0"), (out, into, 3, 3), last=True),
                _spectral(w.at("conv_1"), (out, out, 3, 3), last=True),
            ),
            Conv(w.place(skip, last=True), None),
        )

    def __call__(self, x: Tensor, guide: Tensor) -> Tensor:
        normal = normalised(x).contiguous(memory_format=torch.channels_last)
        scaled, shift = self.norms[0](normal, guide)
        y = self.convs[0](F.leaky_relu_(scaled.add_(shift), _LEAK))
        scaled, shift = self.norms[1](normalised(y), guide)
        y = self.convs[1](F.leaky_relu_(scaled.add_(shift), _LEAK))
        scaled, shift = self.norms[2](normal, guide)
        return y.add_(self.skip(scaled)).add_(shift)


@dataclass(frozen=True, slots=True)
class _SecondUp:
    """A residual block that doubles its input, to four times the guide's size."""

    norms: tuple[Fourfold, Fourfold, Fourfold]
    convs: tuple[Conv, Conv]
    skip: Conv

    @classmethod
    def load(cls, w: Weights, into: int, out: int, guide: int, hidden: int) -> "_SecondUp":
        skip, _ = spectral(w.at("conv_s"), (out, into, 1, 1), bias=False)
        return cls(
            (
                Fourfold.load(w.at("norm_0"), into, guide, hidden),
                Fourfold.load(w.at("norm_1"), out, guide, hidden),
                Fourfold.load(w.at("norm_s"), into, guide, hidden, skip),
            ),
            (
                _spectral(w.at("conv_0"), (out, into, 3, 3), last=True),
                _spectral(w.at("conv_1"), (out, out, 3, 3), last=True),
            ),
            Conv(w.place(skip, last=True), None),
        )

    def __call__(self, x: Tensor, guide: Tensor) -> Tensor:
        normal = normalised(x)
        y = self.convs[0](self._steered(self.norms[0], normal, guide))
        y = self.convs[1](self._steered(self.norms[1], normalised(y), guide))
        for down, across, scaled, shift in self.norms[2](normal, guide):
            y[:, :, down::4, across::4] += self.skip(scaled).add_(shift)
        return y

    @staticmethod
    def _steered(norm: Fourfold, normal: Tensor, guide: Tensor) -> Tensor:
        n, channels, (height, width) = len(normal), normal.shape[1], guide.shape[2:]
        shape = (n, channels, 4 * height, 4 * width)
        result = torch.empty(shape, device=guide.device, dtype=guide.dtype, memory_format=torch.channels_last)
        for down, across, scaled, shift in norm(normal, guide):
            result[:, :, down::4, across::4] = F.leaky_relu_(scaled.add_(shift), _LEAK)
        return result


@dataclass(frozen=True, slots=True)
class Decoder:
    """(n, 256, size/4, size/4) → picture (n, 3, size, size), 0..1."""

    entry: Conv
    middle: tuple[_Block, ...]
    up: tuple[_FirstUp, _SecondUp]
    exit: Conv

    @classmethod
    def load(cls, w: Weights, shape: GeneratorShape) -> "Decoder":
        guide, last, hidden = shape.level(shape.downs), shape.width, shape.steering
        wide = 2 * guide
        return cls(
            conv(w.at("fc"), (wide, guide, 3, 3)),
            tuple(_Block.load(w.at(f"G_middle_{k}"), wide, guide, hidden) for k in range(6)),
            (
                _FirstUp.load(w.at("up_0"), wide, guide, guide, hidden),
                _SecondUp.load(w.at("up_1"), guide, last, guide, hidden),
            ),
            conv(w.at("conv_img"), (3, last, 3, 3), last=True),
        )

    def __call__(self, guide: Tensor) -> Tensor:
        x = self.up[1](self.raised(self.centre(guide), guide), guide)
        return torch.sigmoid(self.exit(F.leaky_relu_(x, _LEAK)))

    def centre(self, guide: Tensor) -> Tensor:
        """Behind the middle blocks: (n, 512, size/4, size/4)."""
        x = self.entry(guide)
        for block in self.middle:
            x = block(x, guide)
        return x

    def raised(self, centre: Tensor, guide: Tensor) -> Tensor:
        """Behind the first doubling: (n, 256, size/2, size/2)."""
        return self.up[0](centre, guide)


def _spectral(w: Weights, shape: tuple[int, ...], *, last: bool = False) -> Conv:
    weight, bias = spectral(w, shape)
    return Conv(w.place(weight, last=last), None if bias is None else w.place(bias), padding=same(weight))
