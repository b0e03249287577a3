"""What is heard → how the head moves: 32 frames of six pose values at a time (audio2pose's decoder)."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from avatar.faces.sadtalker.expression import HEARD, AudioEncoder
from avatar.faces.sadtalker.layers import Affine, Conv, Linear, conv, conv_norm, linear, norm
from avatar.faces.sadtalker.weights import Weights

POSE = 6  # three angles in radians, three shifts
BLOCK = 32
LATENT = 64
STYLES = 46
UNUSED = ("netG.encoder.", "netD_motion.")  # parts of training that lie in the checkpoint too


@dataclass(frozen=True, slots=True)
class _Residual:
    before: Affine
    first: Conv
    second: Conv
    skip: Conv

    @classmethod
    def load(cls, w: Weights, into: int, out: int, stride: tuple[int, int]) -> "_Residual":
        block = w.at("conv_block")
        return cls(
            norm(block.at("0"), into, 2),
            conv_norm(block, (out, into, 3, 3), stride=stride, names=("2", "3")),
            conv(block.at("5"), (out, out, 3, 3)),
            conv_norm(w.at("conv_skip"), (out, into, 3, 3), stride=stride, names=("0", "1")),
        )

    def __call__(self, x: Tensor) -> Tensor:
        y = torch.relu(self.first(torch.relu(self.before(x))))
        return self.second(y) + self.skip(x)


@dataclass(frozen=True, slots=True)
class _Up:
    """Doubles the height: a transposed convolution whose kernel is its stride."""

    weight: Tensor
    bias: Tensor

    @classmethod
    def load(cls, w: Weights, channels: int) -> "_Up":
        weight = w.take("upsample.weight", channels, channels, 2, 1)
        return cls(w.place(weight), w.place(w.take("upsample.bias", channels)))

    def __call__(self, x: Tensor) -> Tensor:
        return torch.conv_transpose2d(x, self.weight, self.bias, stride=(2, 1))


@dataclass(frozen=True, slots=True)
class _ResUnet:
    """(n, 1, 32, 6) → the same shape, 0..1."""

    entry: Conv
    entry_second: Conv
    entry_skip: Conv
    down: tuple[_Residual, ...]
    up: tuple[tuple[_Up, _Residual], ...]
    exit: Conv

    @classmethod
    def load(cls, w: Weights) -> "_ResUnet":
        names = ("residual_conv_1", "residual_conv_2", "bridge")
        down = tuple(_Residual.load(w.at(name), 32 << k, 64 << k, (2, 1)) for k, name in enumerate(names))
        up = tuple(
            (_Up.load(w.at(f"upsample_{k + 1}"), 256 >> k),
             _Residual.load(w.at(f"up_residual_conv{k + 1}"), (256 + 128) >> k, 128 >> k, (1, 1)))
            for k in range(3)
        )  # fmt: skip
        return cls(
            conv_norm(w.at("input_layer"), (32, 1, 3, 3), names=("0", "1")),
            conv(w.at("input_layer.3"), (32, 32, 3, 3)),
            conv(w.at("input_skip.0"), (32, 1, 3, 3)),
            down,
            up,
            conv(w.at("output_layer.0"), (1, 32, 1, 1)),
        )

    def __call__(self, x: Tensor) -> Tensor:
        levels = [self.entry_second(torch.relu(self.entry(x))) + self.entry_skip(x)]
        for block in self.down:
            levels.append(block(levels[-1]))
        y = levels.pop()
        for raise_, block in self.up:
            y = block(torch.cat([raise_(y), levels.pop()], 1))
        return torch.sigmoid(self.exit(y))


@dataclass(frozen=True, slots=True)
class PoseDecoder:
    styles: Tensor  # (46, 64): added to the noise
    audio: Linear
    hidden: Linear
    output: Linear
    unet: _ResUnet
    pose: Linear

    @classmethod
    def load(cls, w: Weights) -> "PoseDecoder":
        return cls(
            w.place(w.take("classbias", STYLES, LATENT)),
            linear(w.at("linear_audio"), POSE, HEARD),
            linear(w.at("MLP.L0"), 128, POSE + LATENT + POSE * BLOCK),
            linear(w.at("MLP.L1"), POSE * BLOCK, 128),
            _ResUnet.load(w.at("resunet")),
            linear(w.at("pose_linear"), POSE, POSE),
        )

    def __call__(self, reference: Tensor, noise: Tensor, heard: Tensor, styles: Tensor) -> Tensor:
        """The portrait's pose (n, 6), noise (n, 64), embeddings (n, 32, 512), style numbers (n,) → motion (n, 32, 6),
        to be added to the portrait's pose."""
        audio = self.audio(heard).flatten(1)
        latent = noise + self.styles[styles]
        y = torch.relu(self.hidden(torch.cat([reference, latent, audio], 1)))
        block = torch.sigmoid(self.output(y)).view(-1, 1, BLOCK, POSE)
        return self.pose(self.unet(block).squeeze(1))


@dataclass(frozen=True, slots=True)
class Audio2Pose:
    encoder: AudioEncoder
    decoder: PoseDecoder

    @classmethod
    def load(cls, w: Weights) -> "Audio2Pose":
        return cls(AudioEncoder.load(w.at("audio_encoder.audio_encoder")), PoseDecoder.load(w.at("netG.decoder")))

    def motion(self, mel: Tensor, reference: Tensor, noise: Sequence[Tensor], style: int) -> Tensor:
        """Of a whole clip: windows (T, 1, 80, 16), the portrait's pose (6,), one (64,) of noise for each 32 frames
        begun after the first → (T, 6). The first frame rests."""
        heard = self.encoder(mel[1:])
        rest = len(heard) % BLOCK
        starts = [*range(0, len(heard) - rest, BLOCK)]
        blocks = [heard[start : start + BLOCK] for start in starts]
        if rest:
            last = heard[-BLOCK:]
            blocks.append(torch.cat([last[:1].expand(BLOCK - len(last), -1), last]))
        moved = [reference.new_zeros(1, POSE)]
        styles = torch.tensor([style], device=reference.device)
        for index, block in enumerate(blocks):
            out = self.decoder(reference[None], noise[index][None], block[None], styles)[0]
            moved.append(out[-rest:] if rest and index == len(blocks) - 1 else out)
        return torch.cat(moved)
