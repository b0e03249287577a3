"""A mouth that opens in a photograph: lips and chin are moved apart, and what is behind the lips is painted between."""

from math import hypot

import numpy as np
from numpy.typing import NDArray

from avatar.faces.photo.host import Marks
from avatar.faces.photo.warp import Field, sample, smooth
from avatar.media import Frame, Mouth

_DARK, _DEEP = np.array((74, 26, 30), np.float32), np.array((36, 12, 16), np.float32)
_TONGUE = np.array((176, 92, 92), np.float32)
_TEETH = np.array((238, 230, 222), np.float32)


class MouthPatch:
    """The part of `picture` between nose and neck that speech moves."""

    def __init__(self, picture: Frame, marks: Marks) -> None:
        (lx, ly), (rx, ry) = marks.mouth_left, marks.mouth_right
        self._half = half = hypot(rx - lx, ry - ly) / 2
        cx, line_y = (lx + rx) / 2, marks.lip_line[1]
        self._lips = max(marks.lip_bottom[1] - marks.lip_top[1], 4.0)
        self._chin = max(marks.chin[1] - marks.lip_bottom[1], 6.0)
        height, width = picture.shape[:2]
        self.left, self.right = max(0, int(cx - 2.1 * half)), min(width, int(cx + 2.1 * half) + 1)
        self.top = max(0, int(marks.lip_top[1] - 0.8 * self._lips))
        self.bottom = min(height, int(marks.chin[1] + 1.15 * self._chin) + 1)
        columns = np.arange(self.left, self.right, dtype=np.float32)
        rows = np.arange(self.top, self.bottom, dtype=np.float32)
        self._x, self._y = np.meshgrid(columns, rows)
        self._u: Field = ((columns - cx) / half).astype(np.float32)
        tilt = (ry - ly) / max(rx - lx, 1)
        corner = (ly + ry) / 2 - line_y  # corners above or below the middle of the line
        line = line_y + tilt * (columns - cx) + corner * np.clip(self._u**2, 0, 1)
        self._line: Field = line.astype(np.float32)
        self._cx, self._picture = cx, picture
        self._skin_light = float(picture[int(line_y), max(0, int(lx - half * 0.6)), :3].mean()) / 190

    def draw(self, into: Frame, mouth: Mouth, smile: float) -> None:
        """Paint the mouth into a copy of the picture; `smile`: -1..1 about what the photograph shows."""
        half = self._half
        gap = 0.92 * half * mouth.open * (1 - mouth.press) * (1 - 0.1 * mouth.round)
        jaw = max(0.5 * gap, 0.42 * half * mouth.jaw)
        broad = 1 + 0.1 * mouth.wide - 0.22 * mouth.round + 0.05 * smile
        u = self._u / broad
        part = np.clip(1 - u**2, 0, 1) ** np.float32(0.62)
        lift = -0.13 * half * smile * smooth(np.abs(u), 0.35, 1.0) * (1 - smooth(np.abs(u), 1.0, 1.9))
        line = self._line + lift
        upper, lower = line - 0.2 * gap * part, line + 0.8 * gap * part
        y, below = self._y, self._y - lower
        # Above: the lip rises and the skin under the nose is pressed together.
        rise = 0.2 * gap * part * (1 - smooth(upper - y, 0.55 * self._lips, 1.5 * self._lips))
        # Below: lip and chin fall; what is beside the mouth follows the jaw, and the neck stays.
        cheek = 1 - smooth(np.abs(self._u), 0.7, 2.0)
        near = smooth(below, 0.0, 0.9 * self._lips)
        fall = (0.8 * gap * part * (1 - near) + jaw * cheek * near) * (1 - smooth(below, self._chin, 2.0 * self._chin))
        source_y = np.where(y < line, y + rise, y - fall) - lift * self._about_lips()
        squeeze = 1 + 0.34 * mouth.press * np.exp(-(((y - line) / (0.7 * self._lips)) ** 2))
        source_y = line + (source_y - line) * squeeze
        pull = self._about_lips() * (1 - smooth(np.abs(self._u), 0.9, 1.6))
        source_x = self._cx + (self._x - self._cx) * (1 + (1 / broad - 1) * pull)
        patch = sample(self._picture, source_x.astype(np.float32), source_y.astype(np.float32))
        if gap > 0.6:
            self._inside(patch, u, upper, lower, gap, mouth)
        into[self.top : self.bottom, self.left : self.right] = patch.astype(np.uint8)

    def _about_lips(self) -> Field:
        away = np.abs(self._y - self._line)
        return 1 - smooth(away, 0.7 * self._lips, 1.9 * self._lips)

    def _inside(
        self, patch: NDArray[np.float32], u: Field, upper: Field, lower: Field, gap: float, mouth: Mouth
    ) -> None:
        y = self._y
        feather = max(1.0, 0.03 * self._half)
        cover = np.clip((y - upper) / feather, 0, 1) * np.clip((lower - y) / feather, 0, 1)
        cover *= smooth(lower - upper, 0.4, 2.0)
        depth = np.clip((y - upper) / np.maximum(lower - upper, 1), 0, 1)[..., None]
        light = min(max(self._skin_light, 0.45), 1.15)
        colour = _DEEP + (_DARK - _DEEP) * depth
        rise = smooth(depth[..., 0], 0.86 - 0.36 * mouth.tongue, 1.1) * (1 - smooth(np.abs(u), 0.35, 0.85))
        colour = colour + (_TONGUE - colour) * (0.9 * rise)[..., None]
        long = min(0.17 * self._half, 0.62 * gap)
        for amount, edge in ((mouth.upper_teeth, y - upper), (mouth.lower_teeth - 0.3, lower - y)):
            reach = long * min(max(amount, 0.0), 1.0) * (1 - 0.35 * u**2)
            white = (1 - smooth(edge - reach, -0.8, 0.8)) * (1 - smooth(np.abs(u), 0.62, 0.92))
            white *= (reach > 0.5) * (0.72 + 0.28 * smooth(edge, 0, 0.3 * self._half))  # the lip throws a shadow
            colour = colour + (_TEETH - colour) * white[..., None]
        alpha = patch[..., 3:] / 255
        patch[..., :3] += (colour * light * alpha - patch[..., :3]) * cover[..., None]
