"""A host on air: sound in as it comes, pictures out, a fixed number of frames later.

A picture needs three frames of sound beyond its own, and thirteen later rows of coefficients; pictures are drawn
`batch` at a time. So picture n comes with sound n + 15 + batch. Nothing grows with time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from avatar.faces.sadtalker import mel
from avatar.faces.sadtalker.blink import Blinking
from avatar.faces.sadtalker.checkpoint import Networks
from avatar.faces.sadtalker.clip import Manner, driven
from avatar.faces.sadtalker.expression import EXPRESSION, Audio2Exp, AudioEncoder
from avatar.faces.sadtalker.generator import Generator, Source
from avatar.faces.sadtalker.hearing import AHEAD, Hearing
from avatar.faces.sadtalker.keypoints import placed
from avatar.faces.sadtalker.mapping import AROUND, WINDOW, Mapping
from avatar.faces.sadtalker.nodding import Nodding


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is kept of a portrait: `source`, its keypoints before the head was turned (1, 15, 3), and its 73
    coefficients."""

    source: Source
    canonical: Tensor
    coefficients: Tensor


@dataclass(frozen=True, slots=True)
class Animator:
    """The networks that every frame goes through; those that see the portrait once are not among them."""

    expression: Audio2Exp
    listener: AudioEncoder
    nodding: Nodding
    mapping: Mapping
    generator: Generator

    @classmethod
    def of(cls, networks: Networks, portrait: Portrait, manner: Manner, seed: int) -> "Animator":
        rest = portrait.coefficients[EXPRESSION : EXPRESSION + 6]
        nodding = Nodding(networks.pose.decoder, rest, manner.style, seed)
        return cls(networks.expression, networks.pose.encoder, nodding, networks.mapping, networks.generator)


def delay(batch: int) -> int:
    """Frames between a sound and its picture."""
    return AHEAD + AROUND + batch - 1


class Stream:
    """One host; called from one thread."""

    def __init__(self, animator: Animator, portrait: Portrait, manner: Manner, *, batch: int, seed: int) -> None:
        self._animator, self._portrait, self._manner, self._batch = animator, portrait, manner, batch
        self._hearing, self._blinking = Hearing(), Blinking(seed)
        self._windows: list[mel.Floats] = []
        self._rows: Tensor | None = None  # those that a frame to come may need
        self._drawn = 0

    def push(self, sound: mel.Floats) -> Iterator[tuple[int, Tensor]]:
        """Sound at 16 kHz → keypoints of the frames that became known, in batches: the number of the first, and
        (n, 15, 3). Draw them with `draw`, or leave them undrawn when their time has passed."""
        self._windows += list(self._hearing.push(sound))
        while len(self._windows) >= self._batch:
            seen, self._windows = self._windows[: self._batch], self._windows[self._batch :]
            with torch.inference_mode():
                known = self._driving(np.stack(seen))
            if len(known):
                yield self._drawn, known
                self._drawn += len(known)

    def draw(self, keypoints: Tensor) -> Tensor:
        """Keypoints (n, 15, 3) → pictures (n, 3, size, size), 0..1."""
        with torch.inference_mode():
            return self._animator.generator(self._portrait.source, keypoints)

    def _driving(self, seen: mel.Floats) -> Tensor:
        rows = self._new_rows(torch.from_numpy(seen).to(self._portrait.coefficients.device))
        if self._rows is None:
            self._rows = rows[:1].expand(AROUND, -1)
        self._rows = torch.cat([self._rows, rows])
        count = max(0, len(self._rows) - WINDOW + 1)
        if not count:
            return rows.new_zeros(0)
        windows = self._rows.unfold(0, WINDOW, 1)
        self._rows = self._rows[count:].clone()  # a view would keep the whole past alive
        return placed(self._portrait.canonical, self._animator.mapping(windows))

    def _new_rows(self, seen: Tensor) -> Tensor:
        portrait = self._portrait
        closed = torch.from_numpy(self._blinking.next(len(seen))).to(seen.device)
        expression = self._animator.expression(seen, portrait.coefficients[:EXPRESSION], closed)
        pose = self._animator.nodding.pose(self._animator.listener(seen))
        rows = torch.cat([expression, pose], 1)
        return driven(rows, portrait.coefficients, self._manner, self._animator.mapping.coefficients)
