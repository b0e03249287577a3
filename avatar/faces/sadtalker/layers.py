"""Building blocks, made from a checkpoint's tensors and folded as far as arithmetic allows: a batch norm behind a
convolution, and a spectral norm, are parts of its weights."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from avatar.faces.sadtalker.weights import Weights

_EPS = 1e-5  # of every norm here
_CONV: dict[int, Callable[..., Tensor]] = {3: torch.conv1d, 4: torch.conv2d, 5: torch.conv3d}


@dataclass(frozen=True, slots=True)
class Conv:
    """A convolution of as many dimensions as its weight has; pads with zeros."""

    weight: Tensor
    bias: Tensor | None
    stride: int | tuple[int, ...] = 1
    padding: int | tuple[int, ...] = 0
    dilation: int = 1

    def __call__(self, x: Tensor) -> Tensor:
        convolve = _CONV[self.weight.dim()]
        return convolve(x, self.weight, self.bias, self.stride, self.padding, self.dilation)


@dataclass(frozen=True, slots=True)
class Affine:
    """A batch norm that no convolution could take up: one scale and one shift per channel."""

    scale: Tensor
    shift: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        return torch.addcmul(self.shift, x, self.scale)


@dataclass(frozen=True, slots=True)
class Linear:
    weight: Tensor
    bias: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight, self.bias)


def conv(
    w: Weights,
    shape: tuple[int, ...],
    *,
    stride: int | tuple[int, ...] = 1,
    padding: int | tuple[int, ...] | None = None,
    dilation: int = 1,
    bias: bool = True,
    last: bool = False,
) -> Conv:
    """`shape`: of the weight, (out, in, kernel…). The padding keeps the size unless it is given."""
    weight = w.take("weight", *shape)
    shift = w.take("bias", shape[0]) if bias else None
    return _placed(w, weight, shift, stride, padding, dilation, last)


def conv_norm(
    w: Weights,
    shape: tuple[int, ...],
    *,
    stride: int | tuple[int, ...] = 1,
    padding: int | tuple[int, ...] | None = None,
    names: tuple[str, str] = ("conv", "norm"),
    bias: bool = True,
) -> Conv:
    """A convolution with the batch norm that follows it, as one convolution."""
    weight, shift = _folded(w, shape, names, bias)
    return _placed(w, weight, shift, stride, padding)


def doubled_conv_norm(w: Weights, shape: tuple[int, ...]) -> "Doubled":
    """The same, of a map that is doubled first."""
    weight, shift = _folded(w, shape, ("conv", "norm"), True)
    return doubled(w, weight, shift)


def _folded(w: Weights, shape: tuple[int, ...], names: tuple[str, str], bias: bool) -> tuple[Tensor, Tensor]:
    first = w.at(names[0])
    weight = first.take("weight", *shape)
    scale, offset = _norm(w.at(names[1]), shape[0])
    folded = weight.double() * scale.view(-1, *[1] * (len(shape) - 1))
    if bias:
        offset = first.take("bias", shape[0]) * scale + offset
    return folded, offset


def norm(w: Weights, channels: int, dims: int) -> Affine:
    """A batch norm over maps of `dims` dimensions."""
    scale, shift = _norm(w, channels)
    view = (1, channels, *[1] * dims)
    return Affine(w.place(scale.view(view)), w.place(shift.view(view)))


def linear(w: Weights, out: int, into: int) -> Linear:
    return Linear(w.place(w.take("weight", out, into)), w.place(w.take("bias", out)))


def spectral(w: Weights, shape: tuple[int, ...], *, bias: bool = True) -> tuple[Tensor, Tensor | None]:
    """Weight and bias of a spectrally normalised convolution. The stored vectors are used as they are: another step
    of the power iteration would be another network."""
    weight = w.take("weight_orig", *shape)
    matrix = weight.reshape(shape[0], -1)
    u, v = w.take("weight_u", shape[0]), w.take("weight_v", matrix.shape[1])
    sigma = torch.dot(u, torch.mv(matrix, v))
    return weight / sigma, w.take("bias", shape[0]) if bias else None


@dataclass(frozen=True, slots=True)
class Doubled:
    """A 3×3 convolution of a map whose height and width are doubled by repeating pixels, without doubling it: each of
    the four places within a doubled pixel sees two by two pixels, with the weights of the repeated ones added up. That
    is 16 products where there were 36. In three dimensions the depth is not doubled."""

    weight: Tensor  # (4 × out, in, [depth], 2, 2)
    bias: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        convolve, dims = _CONV[self.weight.dim()], x.dim()
        y = convolve(x, self.weight, self.bias, 1, (1,) * (dims - 2))
        height, width = x.shape[-2:]
        out = len(self.bias) // 4
        layout = torch.channels_last if dims == 4 else torch.channels_last_3d
        if not y.is_contiguous(memory_format=layout):
            layout = torch.contiguous_format
        shape = (len(x), out, *x.shape[2:-2], 2 * height, 2 * width)
        result = torch.empty(shape, device=y.device, dtype=y.dtype, memory_format=layout)
        for place in range(4):
            down, across = divmod(place, 2)
            part = y[:, place * out : (place + 1) * out]
            result[..., down::2, across::2] = part[..., down : down + height, across : across + width]
        return result


def doubled(w: Weights, weight: Tensor, bias: Tensor, *, last: bool = False) -> Doubled:
    """Of the weight (out, in, [depth], 3, 3) of a convolution that pads by one."""
    rows = torch.stack(halves(weight.double(), -2))
    parts = torch.stack([torch.stack(halves(each, -1)) for each in rows])  # (2, 2, out, in, …)
    return Doubled(w.place(parts.flatten(0, 2), last=last), w.place(bias.repeat(4)))


def halves(weight: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """What three weights along `axis` become for the first and the second place of a doubled pixel."""
    first, middle, third = weight.unbind(axis)
    return torch.stack([first, middle + third], axis), torch.stack([first + middle, third], axis)


def same(weight: Tensor) -> tuple[int, ...]:
    """The padding that keeps the size of a map."""
    return tuple(side // 2 for side in weight.shape[2:])


def _placed(
    w: Weights,
    weight: Tensor,
    bias: Tensor | None,
    stride: int | tuple[int, ...],
    padding: int | tuple[int, ...] | None,
    dilation: int = 1,
    last: bool = False,
) -> Conv:
    pad = same(weight) if padding is None else padding
    return Conv(w.place(weight, last=last), None if bias is None else w.place(bias), stride, pad, dilation)


def _norm(w: Weights, channels: int) -> tuple[Tensor, Tensor]:
    weight, bias = w.take("weight", channels), w.take("bias", channels)
    mean, variance = w.take("running_mean", channels), w.take("running_var", channels)
    w.take("num_batches_tracked")
    scale = weight.double() * torch.rsqrt(variance.double() + _EPS)
    return scale, bias - mean * scale
