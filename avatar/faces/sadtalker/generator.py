"""Portrait and keypoints → pictures."""

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from avatar.faces.sadtalker.decoder import Decoder
from avatar.faces.sadtalker.layers import Conv, conv, conv_norm
from avatar.faces.sadtalker.motion import DenseMotion, Motion, warp
from avatar.faces.sadtalker.source import GeneratorShape, SourceEncoder
from avatar.faces.sadtalker.weights import Precision, Weights


@dataclass(frozen=True, slots=True)
class Source:
    """All of a portrait that no frame changes, in float32: `volume` (1, 32, 16, H, W), `small` (1, 4, 16, H, W),
    `keypoints` (1, 15, 3) where its head stands."""

    volume: Tensor
    small: Tensor
    keypoints: Tensor


@dataclass(frozen=True, slots=True)
class Generator:
    """Convolutions run in the precision it was loaded for; where things are is always float32."""

    encoder: SourceEncoder
    motion: DenseMotion
    third: Conv
    fourth: Conv
    decoder: Decoder

    @classmethod
    def load(cls, w: Weights, shape: GeneratorShape | None = None) -> "Generator":
        shape = shape or GeneratorShape()
        guide = shape.level(shape.downs)
        once = w.in_precision(Precision(w.precision.device))
        return cls(
            SourceEncoder.load(once, shape),
            DenseMotion.load(w.at("dense_motion_network"), shape),
            conv_norm(w.at("third"), (guide, shape.volume * shape.depth, 3, 3)),
            conv(w.at("fourth"), (guide, guide, 1, 1)),
            Decoder.load(w.at("decoder"), shape),
        )

    def source(self, image: Tensor, keypoints: Tensor) -> Source:
        """Once for a portrait: its picture (1, 3, size, size), 0..1, and keypoints (1, 15, 3)."""
        volume = self.encoder(image)
        return Source(volume, self.motion.small(volume), keypoints)

    def __call__(self, source: Source, driving: Tensor) -> Tensor:
        """Keypoints of n frames (n, 15, 3) → pictures (n, 3, size, size), 0..1."""
        return self.decoder(self.guide(source, self.moved(source, driving))).float()

    def moved(self, source: Source, driving: Tensor) -> Motion:
        return self.motion(source.small, source.keypoints.expand(len(driving), -1, -1), driving)

    def guide(self, source: Source, motion: Motion) -> Tensor:
        """The bent portrait, its hidden parts darkened: (n, 256, H, W)."""
        return self.bent(source, motion).mul_(motion.occlusion)

    def bent(self, source: Source, motion: Motion) -> Tensor:
        n = len(motion.deformation)
        flat = warp(source.volume.expand(n, -1, -1, -1, -1), motion.deformation).flatten(1, 2)
        return self.fourth(F.leaky_relu_(self.third(flat.to(self.third.weight.dtype)), 0.01))
