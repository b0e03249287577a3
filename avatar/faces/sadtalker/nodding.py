"""How the head moves on air, without end and without a jump.

The network moves a head for 32 frames. SadTalker sets such blocks one behind the other, each from new noise, so the
head jumps every 1.3 s. Here a block begins every 16 frames and fades in over the one before, and the noise wanders
instead of being thrown anew. A block is made from the sound of the last 1.3 s: a nod may come late, a mouth may not.
"""

import numpy as np
import torch
from torch import Tensor

from avatar.faces.sadtalker.pose import BLOCK, LATENT, POSE, PoseDecoder
from avatar.faces.sadtalker.smoothing import smoothed

_STEP = BLOCK // 2
_KEPT = 0.8  # of the noise from block to block


class Nodding:
    """Embeddings of heard frames in, poses out, in order."""

    def __init__(self, decoder: PoseDecoder, rest: Tensor, style: int, seed: int) -> None:
        self._decoder, self._rest = decoder, rest
        self._style = torch.tensor([style], device=rest.device)
        self._chance = np.random.default_rng(seed)
        self._noise = self._chance.standard_normal(LATENT)
        self._heard: Tensor | None = None
        self._old = self._new = np.zeros((BLOCK, POSE), np.float32)  # at first the head rests as in the portrait
        self._at = 0

    def pose(self, heard: Tensor) -> Tensor:
        """What was heard of n more frames (n, 512) → their poses (n, 6)."""
        if self._heard is None:
            self._heard = heard[:1].expand(BLOCK, -1)
        poses = []
        for frame in heard.split(1):
            self._heard = torch.cat([self._heard[1:], frame])
            if self._at % _STEP == 0:
                self._old, self._new = self._new, self._block(self._heard)
            place = self._at % _STEP
            part = (place + 0.5) / _STEP
            share = part * part * (3 - 2 * part)
            poses.append((1 - share) * self._old[place + _STEP] + share * self._new[place])
            self._at += 1
        return self._rest + torch.from_numpy(np.stack(poses).astype(np.float32)).to(self._rest.device)

    def _block(self, heard: Tensor) -> np.typing.NDArray[np.float32]:
        fresh = self._chance.standard_normal(LATENT)
        self._noise = _KEPT * self._noise + np.sqrt(1 - _KEPT**2) * fresh
        noise = torch.from_numpy(self._noise.astype(np.float32)).to(heard.device)
        moved = self._decoder(self._rest[None], noise[None], heard[None], self._style)[0]
        return smoothed(moved.cpu().numpy())
