"""Norms that are steered by a guide (SPADE), for maps of the guide's size, twice and four times of it.

A guide that is enlarged by repeating pixels has few different surroundings, so most of its convolutions can be done on
the small guide: exactly the same sums, fewer of them. `Plain`, `Twice` and `Fourfold` give a norm's scale and shift. A
1×1 convolution behind a norm (`skip`) is drawn into the shift.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from avatar.faces.sadtalker.layers import Conv, Doubled, conv, doubled, halves
from avatar.faces.sadtalker.weights import Weights

_STARTS = (0, 1, 2, 2)  # where in a pixel's line of places the surroundings of each of its four begin
_SIDES = (3, 2, 2, 3)  # and how many places they have


def normalised(x: Tensor) -> Tensor:
    """Each channel of each sample with mean 0 and variance 1. Twice to ten times as fast as torch's instance norm."""
    return F.group_norm(x, x.shape[1])


@dataclass(frozen=True, slots=True)
class _Steering:
    """Weights that give scale and shift, in double precision: (channels + shifted, hidden, 3, 3)."""

    weight: Tensor
    bias: Tensor

    @classmethod
    def load(cls, w: Weights, channels: int, hidden: int, skip: Tensor | None = None) -> "_Steering":
        """`skip`: the weight (out, channels, 1, 1) behind the norm; the shift is then that of its output."""
        scale = w.at("mlp_gamma").take("weight", channels, hidden, 3, 3).double()
        factor = w.at("mlp_gamma").take("bias", channels).double() + 1  # the norm multiplies by one more
        shift = w.at("mlp_beta").take("weight", channels, hidden, 3, 3).double()
        offset = w.at("mlp_beta").take("bias", channels).double()
        if skip is not None:
            mix = skip[:, :, 0, 0].double()
            shift, offset = torch.einsum("oc,chij->ohij", mix, shift), mix @ offset
        return cls(torch.cat([scale, shift]), torch.cat([factor, offset]))


@dataclass(frozen=True, slots=True)
class Plain:
    """For maps of the guide's size."""

    shared: Conv
    steering: Conv

    @classmethod
    def load(cls, w: Weights, channels: int, guide: int, hidden: int) -> "Plain":
        steering = _Steering.load(w, channels, hidden)
        placed = Conv(w.place(steering.weight), w.place(steering.bias), padding=1)
        return cls(conv(w.at("mlp_shared.0"), (hidden, guide, 3, 3)), placed)

    def __call__(self, x: Tensor, guide: Tensor) -> Tensor:
        scale, shift = self.steering(torch.relu_(self.shared(guide))).chunk(2, 1)
        return torch.addcmul(shift, normalised(x), scale)


@dataclass(frozen=True, slots=True)
class Twice:
    """For maps of twice the guide's size."""

    shared: Doubled
    steering: Conv
    channels: int

    @classmethod
    def load(cls, w: Weights, channels: int, guide: int, hidden: int, skip: Tensor | None = None) -> "Twice":
        steering = _Steering.load(w, channels, hidden, skip)
        shared = w.at("mlp_shared.0")
        return cls(
            doubled(w, shared.take("weight", hidden, guide, 3, 3), shared.take("bias", hidden), last=True),
            Conv(w.place(steering.weight, last=True), w.place(steering.bias), padding=1),
            channels,
        )

    def __call__(self, normal: Tensor, guide: Tensor) -> tuple[Tensor, Tensor]:
        """A normalised map, of the guide's size (it is doubled) or twice of it → scaled map and shift."""
        both = self.steering(torch.relu_(self.shared(guide)))
        scale, shift = both[:, : self.channels], both[:, self.channels :]
        if normal.shape[-1] != scale.shape[-1]:
            _pairs(scale).mul_(normal[:, :, :, None, :, None])
        else:
            scale.mul_(normal)
        return scale, shift


def _pairs(x: Tensor) -> Tensor:
    """(n, C, 2H, 2W) → a view (n, C, H, 2, W, 2)."""
    return x.unflatten(3, (-1, 2)).unflatten(2, (-1, 2))


@dataclass(frozen=True, slots=True)
class Fourfold:
    """For maps of four times the guide's size. Of a pixel's four places in a line the two in the middle see the same,
    so three are computed; a map of these, with a border, is what the 16 kinds of place look at, each with the weights
    of what it sees twice added up."""

    corner: Tensor  # the shared convolution at the guide's own places: (4 × hidden, in, 2, 2)
    upright: Tensor  # (2 × hidden, in, 2, 1)
    level: Tensor  # (2 × hidden, in, 1, 2)
    centre: Tensor  # (hidden, in, 1, 1)
    bias: Tensor
    steering: tuple[tuple[Tensor, ...], ...]  # by place: (channels + shifted, hidden, 2 or 3, 2 or 3)
    steering_bias: Tensor
    channels: int

    @classmethod
    def load(cls, w: Weights, channels: int, guide: int, hidden: int, skip: Tensor | None = None) -> "Fourfold":
        steering = _Steering.load(w, channels, hidden, skip)
        shared = w.at("mlp_shared.0").take("weight", hidden, guide, 3, 3).double()
        rows = halves(shared, 2)
        whole = shared.sum(2, keepdim=True)
        places = tuple(
            tuple(w.place(across, last=True) for across in _places(down, 3)) for down in _places(steering.weight, 2)
        )
        return cls(
            w.place(torch.cat([column for row in rows for column in halves(row, 3)]), last=True),
            w.place(torch.cat([row.sum(3, keepdim=True) for row in rows]), last=True),
            w.place(torch.cat(halves(whole, 3)), last=True),
            w.place(whole.sum(3, keepdim=True), last=True),
            w.place(w.at("mlp_shared.0").take("bias", hidden)),
            places,
            w.place(steering.bias),
            channels,
        )

    def seen(self, guide: Tensor) -> Tensor:
        """The map of the different places, with a border: (n, hidden, 3H + 2, 3W + 2)."""
        n, (height, width) = len(guide), guide.shape[2:]
        bias, hidden = self.bias, len(self.bias)
        shape = (n, hidden, 3 * height + 2, 3 * width + 2)
        result = torch.zeros(shape, device=guide.device, dtype=guide.dtype).to(memory_format=torch.channels_last)
        inside = result[:, :, 1:-1, 1:-1]
        corners = torch.conv2d(guide, self.corner, bias.repeat(4), 1, 1)
        uprights = torch.conv2d(guide, self.upright, bias.repeat(2), 1, (1, 0))
        levels = torch.conv2d(guide, self.level, bias.repeat(2), 1, (0, 1))
        inside[:, :, 1::3, 1::3] = torch.conv2d(guide, self.centre, bias)
        for first in (0, 1):
            part = slice(first * hidden, (first + 1) * hidden)
            inside[:, :, 2 * first :: 3, 1::3] = uprights[:, part, first : first + height]
            inside[:, :, 1::3, 2 * first :: 3] = levels[:, part, :, first : first + width]
            for second in (0, 1):
                place = 2 * first + second
                part_ = corners[:, place * hidden : (place + 1) * hidden]
                inside[:, :, 2 * first :: 3, 2 * second :: 3] = part_[
                    :, :, first : first + height, second : second + width
                ]
        return torch.relu_(result)

    def __call__(self, normal: Tensor, guide: Tensor) -> Iterator[tuple[int, int, Tensor, Tensor]]:
        """A normalised map, of twice the guide's size (it is doubled) or four times of it → for each of the 16 kinds of
        place its row and column, the scaled map and the shift there, all of the guide's size."""
        seen, (height, width) = self.seen(guide), guide.shape[2:]
        columns = {start: seen[:, :, :, start : start + 3 * width].contiguous(memory_format=torch.channels_last)
                   for start in (0, 1, 2)}  # fmt: skip
        step = normal.shape[-1] // width
        for down, row in enumerate(self.steering):
            for across, weight in enumerate(row):
                top = _STARTS[down]
                looked = columns[_STARTS[across]][:, :, top : top + 3 * (height - 1) + _SIDES[down]]
                both = torch.conv2d(looked, weight, self.steering_bias, 3)
                scale, shift = both[:, : self.channels], both[:, self.channels :]
                scale.mul_(normal[:, :, down * step // 4 :: step, across * step // 4 :: step])
                yield down, across, scale, shift


def _places(weight: Tensor, axis: int) -> tuple[Tensor, ...]:
    """What three weights along `axis` become for the four places of a pixel."""
    first, second = halves(weight, axis)
    # The first place sees itself between two others; the second sees itself and the third, which is the same.
    return weight, first, second, weight
