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
) -> Conv:
    """`shape`: of the weight, (out, in, kernel…). The padding keeps the size unless it is given."""
    weight = w.take("weight", *shape)
    shift = w.take("bias", shape[0]) if bias else None
    return _placed(w, weight, shift, stride, padding, dilation)


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
    first = w.at(names[0])
    weight = first.take("weight", *shape)
    scale, offset = _norm(w.at(names[1]), shape[0])
    folded = weight.double() * scale.view(-1, *[1] * (len(shape) - 1))
    if bias:
        offset = first.take("bias", shape[0]) * scale + offset
    return _placed(w, folded, offset, stride, padding, 1)


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


def same(weight: Tensor) -> tuple[int, ...]:
    """The padding that keeps the size of a map."""
    return tuple(side // 2 for side in weight.shape[2:])


def _placed(
    w: Weights,
    weight: Tensor,
    bias: Tensor | None,
    stride: int | tuple[int, ...],
    padding: int | tuple[int, ...] | None,
    dilation: int,
) -> Conv:
    pad = same(weight) if padding is None else padding
    return Conv(w.place(weight), None if bias is None else w.place(bias), stride, pad, dilation)


def _norm(w: Weights, channels: int) -> tuple[Tensor, Tensor]:
    weight, bias = w.take("weight", channels), w.take("bias", channels)
    mean, variance = w.take("running_mean", channels), w.take("running_var", channels)
    w.take("num_batches_tracked")
    scale = weight.double() * torch.rsqrt(variance.double() + _EPS)
    return scale, bias - mean * scale
