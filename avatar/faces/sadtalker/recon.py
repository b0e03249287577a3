"""Portrait → 3DMM coefficients: a ResNet-50 with seven heads."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from avatar.faces.sadtalker.layers import Conv, conv, conv_norm
from avatar.faces.sadtalker.weights import Weights

_HEADS = (80, 64, 80, 3, 27, 2, 1)  # identity, expression, texture, angles, light, shift, depth
_STAGES = (3, 4, 6, 3)


@dataclass(frozen=True, slots=True)
class _Bottleneck:
    convs: tuple[Conv, Conv, Conv]
    skip: Conv | None

    @classmethod
    def load(cls, w: Weights, into: int, width: int, stride: int) -> "_Bottleneck":
        shapes = ((width, into, 1, 1), (width, width, 3, 3), (4 * width, width, 1, 1))
        strides = (1, stride, 1)
        first, second, third = (
            conv_norm(w, shapes[k], stride=strides[k], names=(f"conv{k + 1}", f"bn{k + 1}"), bias=False)
            for k in range(3)
        )
        if into == 4 * width:
            return cls((first, second, third), None)
        skip = conv_norm(
            w.at("downsample"), (4 * width, into, 1, 1), stride=stride, padding=0, names=("0", "1"), bias=False
        )
        return cls((first, second, third), skip)

    def __call__(self, x: Tensor) -> Tensor:
        first, second, third = self.convs
        y = third(torch.relu(second(torch.relu(first(x)))))
        return torch.relu(y + (x if self.skip is None else self.skip(x)))


@dataclass(frozen=True, slots=True)
class FaceModel:
    """Aligned faces (n, 3, 224, 224), RGB 0..1 → (n, 257)."""

    stem: Conv
    blocks: tuple[_Bottleneck, ...]
    heads: tuple[Conv, ...]

    @classmethod
    def load(cls, w: Weights, narrowest: int = 64) -> "FaceModel":
        """`narrowest`: 64 as published; tests use a smaller one."""
        backbone, blocks, into = w.at("backbone"), [], narrowest
        for stage, count in enumerate(_STAGES):
            width = narrowest << stage
            for index in range(count):
                stride = 2 if stage and not index else 1
                blocks.append(_Bottleneck.load(backbone.at(f"layer{stage + 1}.{index}"), into, width, stride))
                into = 4 * width
        return cls(
            conv_norm(backbone, (narrowest, 3, 7, 7), stride=2, names=("conv1", "bn1"), bias=False),
            tuple(blocks),
            tuple(conv(w.at(f"final_layers.{k}"), (out, into, 1, 1)) for k, out in enumerate(_HEADS)),
        )

    def __call__(self, faces: Tensor) -> Tensor:
        x = F.max_pool2d(torch.relu(self.stem(faces)), 3, 2, 1)
        for block in self.blocks:
            x = block(x)
        x = x.mean((2, 3), keepdim=True)
        return torch.cat([head(x) for head in self.heads], 1).flatten(1)


def coefficients(fitted: Tensor, crop: tuple[float, float, float]) -> Tensor:
    """Of the 257 fitted, the 70 that move a face (expression 64, angles 3, shift 3), then scale and shift of the crop
    that was fitted: (n, 73)."""
    moving = torch.cat([fitted[:, 80:144], fitted[:, 224:227], fitted[:, 254:257]], 1)
    return torch.cat([moving, fitted.new_tensor(crop).expand(len(fitted), -1)], 1)
