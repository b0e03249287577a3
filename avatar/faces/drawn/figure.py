"""The puppet: every outline at rest, how each of its points follows head, chest and hair, and the warp to a pose.

Figure units: the origin is the middle of the head, y down, the chin near 112, the picture's lower edge at 490. Points
carry a depth, so a turning head slides its nose further than its ears, and nothing tears: one function moves them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, sin

import numpy as np
from numpy.typing import NDArray

from avatar.faces.drawn.geometry import Path, Points
from avatar.faces.drawn.paint import Fill, Gradient
from avatar.faces.drawn.pose import Pose
from avatar.faces.drawn.vector import Group, Picture
from avatar.media import Frame

Values = NDArray[np.float32]
WIDTH, HEIGHT = 509.0, 654.5  # what of the figure a picture shows: from above the hair to below the waist
TOP = 164.5  # from its upper edge to the origin
_HEAD, _DROP = 1.05, 13.0  # heads are drawn a little large, and sit on a short neck
_NECK = 118.0  # the head rolls about here
_PIVOT = 70.0  # and nods about here
_LOOSE = 0.4


def ramp(values: Values, start: float, end: float) -> Values:
    """0 before `start`, 1 after `end`, smooth between."""
    t = np.clip((values - start) / (end - start), 0, 1)
    eased: Values = (t * t * (3 - 2 * t)).astype(np.float32)
    return eased


@dataclass(frozen=True, slots=True)
class Layer:
    """How a part moves. Each function takes the part's points at rest and gives one number per point."""

    head: Callable[[Points], Values] = lambda p: np.zeros(len(p), np.float32)  # 1 follows the head, 0 the chest
    depth: Callable[[Points], Values] = lambda p: np.zeros(len(p), np.float32)
    hang: Callable[[Points], Values] = lambda p: np.zeros(len(p), np.float32)  # swings with the hair's ends
    jaw: Callable[[Points], Values] = lambda p: np.zeros(len(p), np.float32)  # drops as the mouth opens
    still: float = 0.2  # pixels it may be off: what is seen closely follows closely


def _one(points: Points) -> Values:
    return np.ones(len(points), np.float32)


def bulge(rx: float, ry: float, high: float, lift: float = 0.0) -> Callable[[Points], Values]:
    def depth(points: Points) -> Values:
        away = (points[:, 0] / rx) ** 2 + (points[:, 1] / ry) ** 2
        height: Values = (lift + high * np.clip(1 - away, -0.45, 1)).astype(np.float32)
        return height

    return depth


def _jaw(points: Points) -> Values:
    return ramp(points[:, 1], 58, 104)


FACE = Layer(_one, bulge(88, 130, 74), jaw=_jaw)
SKULL = Layer(_one, bulge(88, 130, 74))
NOSE = Layer(_one, bulge(88, 130, 74, 9))
EARS = Layer(_one, lambda p: np.full(len(p), -16, np.float32))
GLASSES = Layer(_one, bulge(96, 140, 74, 8))
HAIR = Layer(_one, bulge(104, 140, 76, 6), still=_LOOSE)
BACK_HAIR = Layer(
    lambda p: 1 - 0.7 * ramp(p[:, 1], 60, 230),
    lambda p: np.full(len(p), -34, np.float32),
    lambda p: 0.5 * ramp(p[:, 1], 20, 230),
    still=_LOOSE,
)
LOCKS = Layer(
    lambda p: 1 - 0.72 * ramp(p[:, 1], 50, 240), bulge(104, 140, 76, 6), lambda p: ramp(p[:, 1], 10, 250),
    still=_LOOSE,
)  # fmt: skip
NECK = Layer(lambda p: 1 - ramp(p[:, 1], 84, 158))
CHEST = Layer(still=_LOOSE)
LIMB = Layer()


def on_head(x: float, y: float) -> tuple[float, float]:
    """Where a point of the head lies in an upright figure."""
    return _HEAD * x, _HEAD * (y - _NECK) + _NECK + _DROP


@dataclass(frozen=True, slots=True)
class Part:
    first: int
    count: int
    number: int


class Figure:
    """Collects parts on a picture, then draws them in any pose."""

    def __init__(self, size: tuple[int, int], *, mirrored: bool = False) -> None:
        self._picture = Picture(size)
        self._scale = min(size[0] / WIDTH, size[1] / HEIGHT)
        # Standing on the lower edge, in the middle of it.
        self._origin = (size[0] / 2, size[1] - (HEIGHT - TOP) * self._scale)
        self._mirror = -1.0 if mirrored else 1.0
        self._points: list[Points] = []
        self._layers: list[Layer] = []
        self._count = 0
        self.rest: Points = np.empty((0, 2), np.float32)

    def add(self, path: Path, fill: Fill, layer: Layer, group: Group | None = None) -> Part:
        """A new part in front of all others. Its number of points stays what it is here."""
        first = self._append(path.points, layer)
        anchor = 0
        if isinstance(fill, Gradient):
            anchor = self._append(np.array([fill.origin, fill.along, fill.across], np.float32), layer)
        number = self._picture.shape(path.commands, first, len(path.points), fill, anchor, group, layer.still)
        return Part(first, len(path.points), number)

    def clip(self, path: Path, layer: Layer, parent: Group | None = None) -> tuple[Group, Part]:
        """A group seen only inside `path`, in front of everything so far."""
        first = self._append(path.points, layer)
        group = self._picture.group((path.commands, first, len(path.points)), parent, layer.still)
        return group, Part(first, len(path.points), -1)

    def finish(self) -> None:
        """All parts are there: from now on they can be moved and drawn."""
        self.rest = np.concatenate(self._points)
        spans = list(zip(self._points, self._layers, strict=True))
        self._head = np.concatenate([layer.head(points) for points, layer in spans])[:, None]
        self._depth = np.concatenate([layer.depth(points) for points, layer in spans])
        self._hang = np.concatenate([layer.hang(points) for points, layer in spans])
        self._jaw = np.concatenate([layer.jaw(points) for points, layer in spans])
        x, y = self.rest.T
        breath = np.stack([x * 0.006 * ramp(y, 430, 280), -1.9 * ramp(y, 470, 230)], 1)
        self._breath: Points = breath.astype(np.float32)
        self._rise = np.clip((560 - y) / 400, 0, 1).astype(np.float32)
        self._chest_depth = (34 * np.clip(1 - (x / 150) ** 2, 0, 1) * ramp(y, 120, 190)).astype(np.float32)
        self._points, self._layers = [], []

    def move(self, part: Part, points: Points) -> None:
        self.rest[part.first : part.first + part.count] = points

    def opacity(self, part: Part, value: float) -> None:
        self._picture.opacity(part.number, value)

    def draw(self, pose: Pose) -> Frame:
        points = self.warp(pose)
        points = points * np.array([self._scale * self._mirror, self._scale], np.float32)
        return self._picture.draw(points + np.array(self._origin, np.float32))

    def close(self) -> None:
        self._picture.close()

    def warp(self, pose: Pose) -> Points:
        """All points in this pose, in figure units."""
        x, y = self.rest[:, 0], self.rest[:, 1]
        body = self.rest + self._breath * np.float32(pose.breath)
        body[:, 0] += pose.lean * self._rise + self._chest_depth * sin(pose.turn)
        jaw = (y + self._jaw * (max(pose.mouth.jaw, 0.55 * pose.mouth.open) * 5.5)).astype(np.float32)
        sy, cy, sp, cp = sin(pose.yaw), cos(pose.yaw), sin(pose.pitch), cos(pose.pitch)
        turned_x = x * cy + self._depth * sy
        depth = self._depth * cy - x * sy
        turned_y = _PIVOT + (jaw - _PIVOT) * cp + depth * sp
        sr, cr = sin(pose.roll), cos(pose.roll)
        dy = turned_y - _NECK
        head = np.empty_like(self.rest)
        head[:, 0] = _HEAD * (turned_x * cr - dy * sr) + pose.lean + 14 * sy
        head[:, 1] = _HEAD * (turned_x * sr + dy * cr) + _NECK + _DROP - 1.9 * pose.breath + 10 * sp
        out: Points = body + self._head * (head - body)
        left, right = pose.sway
        out[:, 0] += self._hang * np.where(x < 0, left, right)
        return out

    def _append(self, points: Points, layer: Layer) -> int:
        first = self._count
        self._points.append(points.astype(np.float32))
        self._layers.append(layer)
        self._count += len(points)
        return first
