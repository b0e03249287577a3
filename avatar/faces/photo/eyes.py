"""Lids that close: the skin above an eye is drawn down over it."""

import numpy as np

from avatar.faces.photo.host import Point
from avatar.faces.photo.warp import Field, sample, smooth
from avatar.media import Frame


class Lid:
    """The lid of one eye of `picture`, (h, w, 4) premultiplied; everything in its pixels."""

    def __init__(self, picture: Frame, corners: tuple[Point, Point], above: float, below: float) -> None:
        """`above`, `below`: how far the open lids stand from the line between the corners."""
        (x0, y0), (x1, y1) = sorted(corners)
        wide = x1 - x0
        self.left, self.right = max(0, int(x0 - 0.12 * wide)), int(x1 + 0.12 * wide) + 1
        self.top = max(0, int(min(y0, y1) - above - 0.42 * wide))
        self.bottom = int(max(y0, y1) + below + 0.16 * wide) + 1
        columns = np.arange(self.left, self.right, dtype=np.float32)
        rows = np.arange(self.top, self.bottom, dtype=np.float32)
        self._x, self._y = np.meshgrid(columns, rows)
        t = np.clip((columns - x0) / wide, 0, 1)
        line, arch = y0 + (y1 - y0) * t, (4 * t * (1 - t)) ** np.float32(0.8)
        self._upper: Field = line - above * arch
        self._lower: Field = line + below * arch
        self._across = smooth(arch, 0.0, 0.25)
        self._wide, self._picture = wide, picture

    def draw(self, into: Frame, shut: float) -> None:
        """Paint the eye into a copy of the picture; `shut`: 0 open .. 1."""
        wide, y = self._wide, self._y
        edge = self._upper + (self._lower + 0.03 * wide - self._upper) * np.float32(shut)
        # Skin is stretched, not lashes: where the lid comes down, its own line of lashes is left out and drawn anew.
        bare = 0.1 * wide * min(1.0, 2.5 * shut)
        fold = self._upper - bare - 0.2 * wide
        share = np.clip((y - fold) / np.maximum(edge - fold, 1), 0, 1)
        source = np.where((y > fold) & (y < edge), fold + share * 0.2 * wide, y)
        source = y + (source - y) * self._across
        lid = sample(self._picture, self._x, source.astype(np.float32))
        thick = max(1.2, 0.05 * wide)
        near = np.clip(1 - np.abs(y - edge) / thick, 0, 1)
        lash = (0.75 * min(1.0, 2.5 * shut) * near * self._across)[..., None]
        lid[..., :3] *= 1 - lash
        into[self.top : self.bottom, self.left : self.right] = lid.astype(np.uint8)
