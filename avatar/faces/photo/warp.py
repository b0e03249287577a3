"""Warping: small patches pixel by pixel, the head as a mesh that Pillow fills."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from avatar.media import Frame

Field = NDArray[np.float32]


def smooth(values: Field, start: float, end: float) -> Field:
    """0 before `start`, 1 after `end`, smooth between."""
    t = np.clip((values - start) / (end - start), 0, 1)
    eased: Field = (t * t * (3 - 2 * t)).astype(np.float32)
    return eased


def sample(picture: Frame, x: Field, y: Field) -> NDArray[np.float32]:
    """The picture's colours at (x, y), pixel centres at whole numbers, between pixels by their mean."""
    height, width = picture.shape[:2]
    x, y = np.clip(x, 0, width - 1.001), np.clip(y, 0, height - 1.001)
    left, top = x.astype(np.int32), y.astype(np.int32)
    fx, fy = (x - left)[..., None], (y - top)[..., None]
    flat = picture.reshape(-1, 4)
    at = top * width + left
    upper = flat[at] * (1 - fx) + flat[at + 1] * fx
    lower = flat[at + width] * (1 - fx) + flat[at + width + 1] * fx
    mean: NDArray[np.float32] = upper * (1 - fy) + lower * fy
    return mean


class HeadMesh:
    """The head turned, nodded and tilted by moving pixels according to how near they are to the viewer.

    `box`: left, top, right, bottom of what moves; at its edge nothing does, so no seam can show.
    """

    CELL = 22

    def __init__(self, portrait: Frame, middle: tuple[float, float], eye_span: float, chin_y: float) -> None:
        height, width = portrait.shape[:2]
        cx, cy = middle
        reach_x, up, down = 1.75 * eye_span, 1.9 * eye_span, chin_y - middle[1] + 0.9 * eye_span
        self.box = (
            max(0, int(cx - reach_x)), max(0, int(cy - up)), min(width, int(cx + reach_x)), min(height, int(cy + down))
        )  # fmt: skip
        left, top, right, bottom = self.box
        self._columns = self._steps(left, right)
        self._rows = self._steps(top, bottom)
        x, y = np.meshgrid(np.array(self._columns, np.float32), np.array(self._rows, np.float32))
        self._x, self._y = x, y
        edge = np.minimum(smooth(x, left, left + 0.5 * eye_span), 1 - smooth(x, right - 0.5 * eye_span, right))
        edge = np.minimum(edge, smooth(y, top, top + 0.4 * eye_span))
        # The neck holds on to the body: below the chin the head's motion runs out.
        self._weight = np.minimum(edge, 1 - smooth(y, chin_y, bottom))
        if top == 0:  # a head cut by the picture's upper edge moves with it
            self._weight = np.minimum(np.minimum(1 - smooth(y, chin_y, bottom), edge + (y < 1)), 1)
        round_ = 1 - ((x - cx) / (1.25 * eye_span)) ** 2 - ((y - cy - 0.1 * eye_span) / (1.7 * eye_span)) ** 2
        self._depth = np.sqrt(np.clip(round_, 0, 1)).astype(np.float32)
        self._pivot = (cx, chin_y + 0.35 * eye_span)
        self._span = eye_span
        self._shown = [  # cells the person may come into; the others are seen through
            (i, j)
            for i in range(len(self._rows) - 1)
            for j in range(len(self._columns) - 1)
            if portrait[
                max(0, self._rows[i] - 2 * self.CELL) : self._rows[i + 1] + 2 * self.CELL,
                max(0, self._columns[j] - 2 * self.CELL) : self._columns[j + 1] + 2 * self.CELL, 3,
            ].any()
        ]  # fmt: skip

    def _steps(self, start: int, end: int) -> list[int]:
        count = max(1, round((end - start) / self.CELL))
        return [round(start + (end - start) * k / count) for k in range(count + 1)]

    def moved(self, yaw: float, pitch: float, roll: float, rise: float) -> tuple[Field, Field]:
        """Where the mesh's corners come from: the picture's points shown at each of them. Angles in radians."""
        span, depth, (px, py) = self._span, self._depth, self._pivot
        dx = span * (0.95 * yaw * (0.25 + depth)) - roll * (self._y - py) - 0.18 * span * yaw
        dy = span * (0.8 * pitch * (0.2 + depth)) + roll * (self._x - px) + rise
        return self._x - self._weight * dx, self._y - self._weight * dy

    def draw(self, picture: Image.Image, x: Field, y: Field) -> Frame:
        """What the box shows when its mesh comes from (x, y) of the picture."""
        left, top, right, bottom = self.box
        quads = np.stack(
            [x[:-1, :-1], y[:-1, :-1], x[1:, :-1], y[1:, :-1], x[1:, 1:], y[1:, 1:], x[:-1, 1:], y[:-1, 1:]], -1
        ).tolist()
        rows, columns = [r - top for r in self._rows], [c - left for c in self._columns]
        mesh = [((columns[j], rows[i], columns[j + 1], rows[i + 1]), tuple(quads[i][j])) for i, j in self._shown]
        size = (right - left, bottom - top)
        return np.asarray(picture.transform(size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR))
