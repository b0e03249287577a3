"""What is heard → the mouth: mel windows to 64 expression coefficients a frame (audio2exp)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from avatar.faces.sadtalker.layers import Conv, Linear, conv_norm, linear
from avatar.faces.sadtalker.weights import Weights

EXPRESSION = 64
HEARD = 512

# Of each layer: channels in and out, stride, and whether its input is added to its output.
_LAYERS: tuple[tuple[int, int, int | tuple[int, int], bool], ...] = (
    (1, 32, 1, False), (32, 32, 1, True), (32, 32, 1, True),
    (32, 64, (3, 1), False), (64, 64, 1, True), (64, 64, 1, True),
    (64, 128, 3, False), (128, 128, 1, True), (128, 128, 1, True),
    (128, 256, (3, 2), False), (256, 256, 1, True),
    (256, 512, 1, False), (512, 512, 1, False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AudioEncoder:
    """Mel windows (n, 1, 80, 16) → (n, 512)."""

    layers: tuple[tuple[Conv, bool], ...]

    @classmethod
    def load(cls, w: Weights) -> "AudioEncoder":
        layers = []
        for index, (into, out, stride, residual) in enumerate(_LAYERS):
            side = 1 if index == 12 else 3
            padding = 1 if index < 11 else 0
            block = w.at(f"{index}.conv_block")
            folded = conv_norm(block, (out, into, side, side), stride=stride, padding=padding, names=("0", "1"))
            layers.append((folded, residual))
        return cls(tuple(layers))

    def __call__(self, mel: Tensor) -> Tensor:
        x = mel
        for convolve, residual in self.layers:
            y = convolve(x)
            x = torch.relu(y + x if residual else y)
        return x.flatten(1)


@dataclass(frozen=True, slots=True)
class Audio2Exp:
    encoder: AudioEncoder
    mapping: Linear

    @classmethod
    def load(cls, w: Weights) -> "Audio2Exp":
        return cls(
            AudioEncoder.load(w.at("audio_encoder")), linear(w.at("mapping1"), EXPRESSION, HEARD + EXPRESSION + 1)
        )

    def __call__(self, mel: Tensor, source: Tensor, blink: Tensor) -> Tensor:
        """Mel windows (n, 1, 80, 16), the portrait's expression (64,), eye closure 0..1 (n,) → (n, 64)."""
        heard = self.encoder(mel)
        return self.mapping(torch.cat([heard, source.expand(len(heard), -1), blink[:, None]], 1))
