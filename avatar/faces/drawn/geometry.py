"""Outlines as cubic Béziers: smooth curves through given points, tapered brush strokes, ellipses, mirroring.

Everything is made of one `move`, some `cubic`s and a `close`, so an outline that is drawn anew each frame keeps its
commands and only changes its points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]
"""(n, 2) x to the right, y down."""

CLOSE, MOVE, CUBIC = 0, 1, 3  # ThorVG's numbers

Anchor = tuple[float, ...]
"""A point a curve goes through; a third number below 1 sharpens it, 0 makes a corner."""


def anchors(text: str) -> list[Anchor]:
    """Anchors written as `x,y x,y x,y,sharpness …`."""
    return [tuple(float(number) for number in word.split(",")) for word in text.split()]


def mirror(line: Sequence[Anchor], side: float) -> list[Anchor]:
    """The anchors with x times `side`: -1 is the other half of a symmetrical thing, 1.1 a wider one."""
    return [(x * side, *rest) for x, *rest in line]


@dataclass(frozen=True, slots=True)
class Path:
    commands: bytes
    points: Points

    def __add__(self, other: "Path") -> "Path":
        return Path(self.commands + other.commands, np.concatenate([self.points, other.points]))

    def mirrored(self) -> "Path":
        return Path(self.commands, self.points * np.array([-1, 1], np.float32))

    def moved(self, x: float, y: float) -> "Path":
        return Path(self.commands, self.points + np.array([x, y], np.float32))


def closed_commands(segments: int) -> bytes:
    return bytes([MOVE, *[CUBIC] * segments, CLOSE])


def through(points: Points, round_: NDArray[np.float32] | None = None, *, closed: bool) -> Points:
    """Bézier points of the smooth curve through `points`; a closed curve ends at its first point."""
    if not closed:
        one: Points = curves(points[None])[0]
        return one
    around = np.concatenate([points[-1:], points, points[:2]])
    tangent = around[2:] - around[:-2]
    tangent /= np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-6)[:, None]
    if round_ is not None:
        tangent *= np.append(round_, round_[0])[:, None]
    ends = around[1:-1]
    span = ends[1:] - ends[:-1]
    third = (np.hypot(span[:, 0], span[:, 1]) / 3)[:, None]
    out = np.empty((len(points) * 3 + 1, 2), np.float32)
    out[::3] = ends
    out[1::3] = ends[:-1] + tangent[:-1] * third
    out[2::3] = ends[1:] - tangent[1:] * third
    return out


def smooth(outline: Sequence[Anchor]) -> Path:
    """A closed outline through the anchors."""
    points = np.array([anchor[:2] for anchor in outline], np.float32)
    round_ = np.array([anchor[2] if len(anchor) == 3 else 1.0 for anchor in outline], np.float32)
    return Path(closed_commands(len(points)), through(points, round_, closed=True))


def symmetric(half: Sequence[Anchor]) -> Path:
    """A closed outline from its right half, listed from the top of the axis to the bottom."""
    return smooth([*half, *mirror([anchor for anchor in reversed(half) if abs(anchor[0]) > 1e-6], -1)])


def curves(anchors: Points) -> Points:
    """Bézier points of many open curves at once: (n, k, 2) anchors give (n, 3k - 2, 2) points."""
    tangent = np.empty_like(anchors)
    tangent[:, 1:-1] = anchors[:, 2:] - anchors[:, :-2]
    tangent[:, 0], tangent[:, -1] = anchors[:, 1] - anchors[:, 0], anchors[:, -1] - anchors[:, -2]
    tangent /= np.maximum(np.hypot(tangent[..., 0], tangent[..., 1]), 1e-6)[..., None]
    span = anchors[:, 1:] - anchors[:, :-1]
    third = (np.hypot(span[..., 0], span[..., 1]) / 3)[..., None]
    out = np.empty((len(anchors), 3 * anchors.shape[1] - 2, 2), np.float32)
    out[:, ::3] = anchors
    out[:, 1::3] = anchors[:, :-1] + tangent[:, :-1] * third
    out[:, 2::3] = anchors[:, 1:] - tangent[:, 1:] * third
    return out


def brushes(spines: Points, widths: NDArray[np.float32]) -> Points:
    """The outlines of n strokes along (n, k, 2) `spines`, (n, k) `widths` wide; a width of 0 is a tip."""
    along = np.empty_like(spines)
    along[:, 1:-1] = spines[:, 2:] - spines[:, :-2]
    along[:, 0], along[:, -1] = spines[:, 1] - spines[:, 0], spines[:, -1] - spines[:, -2]
    along /= np.maximum(np.hypot(along[..., 0], along[..., 1]), 1e-6)[..., None]
    offset = np.stack([-along[..., 1], along[..., 0]], 2) * (widths[..., None] / 2)
    n, k = widths.shape
    edges = np.empty((2 * n, k, 2), np.float32)
    edges[:n] = spines + offset
    edges[n:] = (spines - offset)[:, ::-1]
    both = curves(edges)
    there, back = both[:n], both[n:]
    tip = along[:, -1] * (widths[:, -1:] * 0.62)
    root = -along[:, 0] * (widths[:, :1] * 0.62)
    size = there.shape[1]
    out = np.empty((n, 2 * size + 4, 2), np.float32)
    out[:, :size] = there
    out[:, size], out[:, size + 1] = there[:, -1] + tip, back[:, 0] + tip
    out[:, size + 2 : 2 * size + 2] = back
    out[:, 2 * size + 2], out[:, 2 * size + 3] = back[:, -1] + root, there[:, 0] + root
    return np.concatenate([out, there[:, :1]], 1)


def brush_points(spine: Points, widths: NDArray[np.float32]) -> Points:
    """The outline of one stroke; see `brushes`."""
    one: Points = brushes(spine[None], widths[None])[0]
    return one


def brush_commands(anchors: int) -> bytes:
    return closed_commands(2 * (anchors - 1) + 2)


def brush(spine: Sequence[Anchor], widths: Sequence[float]) -> Path:
    points = brush_points(np.array(spine, np.float32), np.array(widths, np.float32))
    return Path(brush_commands(len(spine)), points)


def strokes(spines: NDArray[np.floating[Any]], widths: NDArray[np.floating[Any]]) -> Path:
    """Many strokes as one outline: one shape to draw, and where they overlap they are not drawn twice."""
    outlines = brushes(spines.astype(np.float32), widths.astype(np.float32))
    return Path(brush_commands(spines.shape[1]) * len(outlines), outlines.reshape(-1, 2))


_K = 0.5523
_CIRCLE = np.array(
    [(1, 0), (1, _K), (_K, 1), (0, 1), (-_K, 1), (-1, _K), (-1, 0), (-1, -_K), (-_K, -1), (0, -1), (_K, -1), (1, -_K),
     (1, 0)], np.float32)  # fmt: skip
ELLIPSE = closed_commands(4)


def ellipse_points(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> Points:
    points = _CIRCLE * np.array([rx, ry], np.float32)
    if turn:
        c, s = np.cos(turn), np.sin(turn)
        points = points @ np.array([[c, s], [-s, c]], np.float32)
    return (points + np.array([x, y], np.float32)).astype(np.float32)


def ellipse(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> Path:
    return Path(ELLIPSE, ellipse_points(x, y, rx, ry, turn))
