"""Where the face is in a picture: the square that the networks draw, and the aligned face that is fitted. Points are
(x, y) in pixels, y down; a `Face5` holds the eyes (left in the picture first), the nose, the mouth's corners."""

from dataclasses import dataclass
from math import ceil, floor, trunc
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

FITTED = 224  # pixels of the aligned face

_T = TypeVar("_T", bound=np.generic)
Points = NDArray[np.float64]
Picture = NDArray[np.uint8]

_SPREAD = 102.0  # pixels that a unit of the standard face takes up in the aligned face
_LARGEST = 1024  # faces beyond twice of this are shrunk first

# Eyes, nose and mouth's corners of the standard face.
STANDARD = np.array([
    [-0.31148657, 0.29036078, 0.13377953], [0.30979887, 0.28972036, 0.13179526], [0.0032535, -0.04617932, 0.55244243],
    [-0.25216928, -0.38133916, 0.22405732], [0.2484662, -0.38128236, 0.22235769],
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels `left` to `right` (excluded), `top` to `bottom`."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        return self.right - self.left, self.bottom - self.top

    def cut(self, picture: NDArray[_T]) -> NDArray[_T]:
        return picture[self.top : self.bottom, self.left : self.right]

    def within(self, outer: "Box") -> "Box":
        """This box, given in the pixels of `outer`, in those that `outer` is given in."""
        return Box(outer.left + self.left, outer.top + self.top, outer.left + self.right, outer.top + self.bottom)


@dataclass(frozen=True, slots=True)
class Crop:
    """What is cut out: `wide` of the picture (shrunk by `shrink`), of which `face` is drawn; `quad` is `face` before
    it was rounded."""

    shrink: int
    size: tuple[int, int]  # of the shrunk picture
    wide: Box
    quad: tuple[float, float, float, float]

    @property
    def face(self) -> Box:
        return Box(*(int(side) for side in self.quad))

    def box(self, *, extended: bool = False) -> Box:
        """In the pixels of the picture as it came."""
        box = self.wide if extended else self.face.within(self.wide)
        return Box(*(side * self.shrink for side in (box.left, box.top, box.right, box.bottom)))


def five(points: Points) -> Points:
    """Of 68 landmarks the five that are used, as means of eyes, the nose's tip, and the mouth's corners."""
    return np.stack([points[[36, 39]].mean(0), points[[42, 45]].mean(0), points[30], points[48], points[54]])


def crop(size: tuple[int, int], eyes: tuple[Points, Points], mouth: tuple[Points, Points]) -> Crop:
    """A square around a face as the portraits that the networks learned from have it. `size` of the picture as width,
    height; the centres of the eyes and the corners of the mouth."""
    middle = (eyes[0] + eyes[1]) / 2
    across = eyes[1] - eyes[0]
    down = (mouth[0] + mouth[1]) / 2 - middle
    x = across - np.array([-down[1], down[0]])
    x /= np.hypot(*x)
    x *= max(np.hypot(*across) * 2.0, np.hypot(*down) * 1.8)
    y = np.array([-x[1], x[0]])
    centre = middle + down * 0.1
    quad = np.stack([centre - x - y, centre - x + y, centre + x + y, centre + x - y])
    side = np.hypot(*x) * 2
    shrink = max(1, floor(side / _LARGEST))
    if shrink > 1:
        size = (round(size[0] / shrink), round(size[1] / shrink))
        quad, side = quad / shrink, side / shrink
    border = max(int(np.rint(side * 0.1)), 3)
    (low_x, low_y), (high_x, high_y) = quad.min(0), quad.max(0)
    wide = Box(
        max(floor(low_x) - border, 0),
        max(floor(low_y) - border, 0),
        min(ceil(high_x) + border, size[0]),
        min(ceil(high_y) + border, size[1]),
    )
    quad = quad - (wide.left, wide.top) + 0.5
    width, height = wide.size
    left, top = max(min(quad[0, 0], quad[1, 0]), 0.0), max(min(quad[0, 1], quad[3, 1]), 0.0)
    right, bottom = min(max(quad[2, 0], quad[3, 0]), width), min(max(quad[1, 1], quad[2, 1]), height)
    return Crop(shrink, size, wide, (float(left), float(top), float(right), float(bottom)))


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a picture's face lies beside the standard one: enlarged by `scale`, its middle at `x`, `y` (y up)."""

    scale: float
    x: float
    y: float

    @property
    def crop(self) -> tuple[float, float, float]:
        return self.scale, self.x, self.y


def align(height: int, points: Points) -> Alignment:
    """Fit the standard face's five points onto `points` by least squares."""
    up = np.stack([points[:, 0], height - 1 - points[:, 1]], 1)
    known = np.concatenate([STANDARD, np.ones((5, 1))], 1)
    camera = np.linalg.lstsq(known, up, rcond=None)[0]  # (4, 2): three of turning, one of shifting
    spread = (np.linalg.norm(camera[:3, 0]) + np.linalg.norm(camera[:3, 1])) / 2
    return Alignment(float(_SPREAD / spread), float(camera[3, 0]), float(camera[3, 1]))


def fitted(picture: Picture, alignment: Alignment) -> Picture:
    """The aligned face (224, 224, 3)."""
    height, width = picture.shape[:2]
    scale, x, y = alignment.crop
    size = trunc(width * scale), trunc(height * scale)
    left = trunc(size[0] / 2 - FITTED / 2 + (x - width / 2) * scale)
    top = trunc(size[1] / 2 - FITTED / 2 + (height / 2 - y) * scale)
    resized = Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(resized.crop((left, top, left + FITTED, top + FITTED)))


def squashed(picture: Picture, size: int) -> Picture:
    """Resized to a square, whatever its shape."""
    return np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.BILINEAR))
