"""SadTalker's generator written down plainly, as a stand-in for the reference on this machine: norms apart from their
convolutions, spectral norms divided out at every call, maps enlarged before they are convolved, the portrait's
features computed for every frame. Nothing of ours but the names of the weights."""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor


class PlainGenerator:
    """Portrait (1, 3, size, size) and keypoints (1, 15, 3) of portrait and frame → picture."""

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        self._w = weights

    def __call__(self, image: Tensor, source: Tensor, driving: Tensor) -> Tensor:
        volume = self.encode(image)
        deformation, occlusion = self.move(volume, source, driving)
        return self.decode(self.bend(volume, deformation, occlusion))

    def encode(self, image: Tensor) -> Tensor:
        x = F.relu(self._conv_norm(image, "first"))
        for name in ("down_blocks.0", "down_blocks.1"):
            x = F.avg_pool2d(F.relu(self._conv_norm(x, name)), 2)
        x = self._conv(x, "second")
        x = x.view(len(x), 32, 16, *x.shape[2:])
        for k in range(6):
            name = f"resblocks_3d.3dr{k}"
            y = self._conv(F.relu(self._norm(x, f"{name}.norm1")), f"{name}.conv1")
            x = x + self._conv(F.relu(self._norm(y, f"{name}.norm2")), f"{name}.conv2")
        return x

    def move(self, volume: Tensor, source: Tensor, driving: Tensor) -> tuple[Tensor, Tensor]:
        name = "dense_motion_network"
        small = F.relu(self._norm(self._conv(volume, f"{name}.compress"), f"{name}.norm"))
        n, channels, depth, height, width = small.shape
        lines = [torch.linspace(-1, 1, count) for count in (depth, height, width)]
        here = torch.stack(torch.meshgrid(*lines, indexing="ij")[::-1], 3)[None, None]
        grids = torch.cat([here, here - driving[:, :, None, None, None] + source[:, :, None, None, None]], 1)
        repeated = small[:, None].repeat(1, 16, 1, 1, 1, 1).flatten(0, 1)
        bent = F.grid_sample(repeated, grids.flatten(0, 1), align_corners=False)
        heat = _bell(here, driving) - _bell(here, source)
        heat = torch.cat([torch.zeros_like(heat[:, :1]), heat], 1)[:, :, None]
        x = torch.cat([heat, bent.view(n, 16, channels, depth, height, width)], 2).flatten(1, 2)
        levels = [x]
        for k in range(5):
            y = F.relu(self._conv_norm(levels[-1], f"{name}.hourglass.encoder.down_blocks.{k}"))
            levels.append(F.avg_pool3d(y, (1, 2, 2)))
        y = levels.pop()
        for k in range(5):
            y = F.interpolate(y, scale_factor=(1, 2, 2))
            y = F.relu(self._conv_norm(y, f"{name}.hourglass.decoder.up_blocks.{k}"))
            y = torch.cat([y, levels.pop()], 1)
        y = F.relu(self._conv_norm(y, f"{name}.hourglass.decoder"))
        mask = F.softmax(self._conv(y, f"{name}.mask"), 1)[:, :, None]
        mask = torch.where(mask < 1e-3, torch.zeros_like(mask), mask)
        deformation = (grids.permute(0, 1, 5, 2, 3, 4) * mask).sum(1).permute(0, 2, 3, 4, 1)
        return deformation, torch.sigmoid(self._conv(y.flatten(1, 2), f"{name}.occlusion"))

    def bend(self, volume: Tensor, deformation: Tensor, occlusion: Tensor) -> Tensor:
        x = F.grid_sample(volume, deformation, align_corners=False).flatten(1, 2)
        return self._conv(F.leaky_relu(self._conv_norm(x, "third"), 0.01), "fourth") * occlusion

    def decode(self, guide: Tensor) -> Tensor:
        x = self._conv(guide, "decoder.fc")
        for k in range(6):
            x = self._block(x, guide, f"decoder.G_middle_{k}")
        for k in range(2):
            x = self._block(F.interpolate(x, scale_factor=2), guide, f"decoder.up_{k}")
        return torch.sigmoid(self._conv(F.leaky_relu(x, 0.2), "decoder.conv_img"))

    def _block(self, x: Tensor, guide: Tensor, name: str) -> Tensor:
        y = x
        for k in range(2):
            y = F.leaky_relu(self._steered(y, guide, f"{name}.norm_{k}"), 0.2)
            y = self._spectral(y, f"{name}.conv_{k}")
        if f"{name}.conv_s.weight_orig" not in self._w:
            return x + y
        return self._spectral(self._steered(x, guide, f"{name}.norm_s"), f"{name}.conv_s") + y

    def _steered(self, x: Tensor, guide: Tensor, name: str) -> Tensor:
        seen = F.relu(self._conv(F.interpolate(guide, x.shape[2:]), f"{name}.mlp_shared.0"))
        scale, shift = self._conv(seen, f"{name}.mlp_gamma"), self._conv(seen, f"{name}.mlp_beta")
        return F.instance_norm(x) * (1 + scale) + shift

    def _spectral(self, x: Tensor, name: str) -> Tensor:
        weight = self._w[f"{name}.weight_orig"]
        u, v = self._w[f"{name}.weight_u"], self._w[f"{name}.weight_v"]
        sigma = torch.dot(u, torch.mv(weight.flatten(1), v))
        return F.conv2d(x, weight / sigma, self._w.get(f"{name}.bias"), padding=weight.shape[2] // 2)

    def _conv_norm(self, x: Tensor, name: str) -> Tensor:
        return self._norm(self._conv(x, f"{name}.conv"), f"{name}.norm")

    def _conv(self, x: Tensor, name: str) -> Tensor:
        weight, bias = self._w[f"{name}.weight"], self._w[f"{name}.bias"]
        if weight.dim() == 5:
            return F.conv3d(x, weight, bias, padding=weight.shape[2] // 2)
        return F.conv2d(x, weight, bias, padding=weight.shape[2] // 2)

    def _norm(self, x: Tensor, name: str) -> Tensor:
        mean, variance = self._w[f"{name}.running_mean"], self._w[f"{name}.running_var"]
        return F.batch_norm(x, mean, variance, self._w[f"{name}.weight"], self._w[f"{name}.bias"])


def _bell(here: Tensor, keypoints: Tensor) -> Tensor:
    return torch.exp(-0.5 * ((here - keypoints[:, :, None, None, None]) ** 2).sum(-1) / 0.01)
