"""A whole sound at once → coefficients → pictures, as SadTalker makes a clip. A live host goes through `stream`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from avatar.face import FaceError
from avatar.faces.sadtalker import mel
from avatar.faces.sadtalker.checkpoint import Networks
from avatar.faces.sadtalker.expression import EXPRESSION
from avatar.faces.sadtalker.generator import Generator, Source
from avatar.faces.sadtalker.keypoints import Turn, placed
from avatar.faces.sadtalker.mapping import Mapping, still_window, windows
from avatar.faces.sadtalker.pose import STYLES
from avatar.faces.sadtalker.smoothing import smoothed

MOVING = 70  # coefficients of a row: 64 of expression, 6 of pose


@dataclass(frozen=True, slots=True)
class Manner:
    """How a host moves. `still`: the head keeps the portrait's pose. `expression`: how strongly the face moves, 1 as
    learned. `style`: 0..45, a manner of moving the head."""

    still: bool = False
    expression: float = 1.0
    style: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.style < STYLES:
            raise FaceError(f"a host's style must be 0..{STYLES - 1}, not {self.style}")
        if not 0 <= self.expression <= 3:
            raise FaceError(f"a host's expression must be 0..3, not {self.expression}")


def heard(
    networks: Networks, sound: mel.Floats, source: Tensor, noise: Sequence[Tensor], blinking: Tensor, style: int
) -> Tensor:
    """Mono sound at 16 kHz, the portrait's 73 coefficients, noise (64,) for every 32 frames begun after the first,
    eye closure (T,) → rows (T, 70)."""
    count = mel.pictures(len(sound))
    seen = mel.windows(mel.spectrogram(sound[: count * mel.SAMPLES]), count)
    windows_ = torch.from_numpy(seen).to(source.device)
    expression = networks.expression(windows_, source[:EXPRESSION], blinking)
    rest = source[EXPRESSION:MOVING]
    pose = rest + networks.pose.motion(windows_, rest, noise, style)
    return torch.cat([expression, torch.from_numpy(smoothed(pose.cpu().numpy())).to(pose.device)], 1)


def driven(rows: Tensor, source: Tensor, manner: Manner, width: int) -> Tensor:
    """Rows (T, 70) as the mapping wants them: (T, `width`), 70 or with the portrait's crop 73."""
    source = source[:width]
    full = torch.cat([rows[:, :EXPRESSION] * manner.expression, rows[:, EXPRESSION:]], 1)
    full = torch.cat([full, source[MOVING:].expand(len(rows), -1)], 1)
    if manner.still:
        full[:, EXPRESSION:] = source[EXPRESSION:]
    return full


def prepared(networks: Networks, image: Tensor, coefficients: Tensor) -> tuple[Source, Tensor]:
    """Once for a portrait (1, 3, size, size), 0..1, with its 73 coefficients: what frames are made of, and the
    keypoints of its face before the head was turned (1, 15, 3)."""
    canonical = networks.keypoints(image)
    rest = networks.mapping(still_window(coefficients[: networks.mapping.coefficients]))
    return networks.generator.source(image, placed(canonical, rest)), canonical


def driving(mapping: Mapping, rows: Tensor, canonical: Tensor, turn: Turn | None = None) -> Tensor:
    """Driven rows (T, 70 or 73) → keypoints of each frame (T, 15, 3)."""
    return placed(canonical, mapping(windows(rows)), turn)


def pictures(generator: Generator, source: Source, keypoints: Tensor, batch: int) -> Iterator[Tensor]:
    """Frames (n, 3, size, size), 0..1, at most `batch` at a time."""
    for start in range(0, len(keypoints), batch):
        yield generator(source, keypoints[start : start + batch])


def bytes_of(frames: Tensor) -> NDArray[np.uint8]:
    """(n, 3, H, W), 0..1 → (n, H, W, 3)."""
    return np.asarray((frames.float() * 255).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy())
