"""The mouth: lips, teeth and tongue from a `Mouth` and a smile."""

import numpy as np

from avatar.faces.drawn.figure import SKULL, Figure
from avatar.faces.drawn.geometry import (
    Path,
    Points,
    brush_commands,
    brush_points,
    closed_commands,
    curves,
    ellipse,
    ellipse_points,
    through,
)
from avatar.faces.drawn.head import Skin
from avatar.faces.drawn.looks import Look
from avatar.faces.drawn.paint import linear, mix, radial, rgb, soft
from avatar.faces.drawn.pose import Pose
from avatar.media import Mouth

Y = 75.0


def _points(*rows: tuple[float, float]) -> Points:
    return np.array(rows, np.float32)


class Lips:
    """All outlines of one mouth shape."""

    def __init__(self, mouth: Mouth, smile: float, full: float) -> None:
        smile = smile * (1 - 0.75 * mouth.round)
        gap = 25.0 * max(mouth.open, 0.0) * (1 - 0.12 * mouth.round) * (1 - mouth.press)
        width = 23.0 * (1 + 0.2 * mouth.wide - 0.33 * mouth.round + 0.12 * smile)
        self.width, self.gap = width, gap
        corner = Y - 6.4 * smile * (1 - 0.35 * mouth.open) + 0.2 * gap
        upper, lower = Y - 0.22 * gap - 0.6 * smile, Y + 0.78 * gap - 0.6 * smile
        belly = 2.0 * smile  # a closed smile sags between its corners
        thin = 1 - 0.45 * mouth.press
        top = (6.6 * full + 1.4 * mouth.round - 0.8 * smile) * thin
        bottom = (8.6 * full + 1.8 * mouth.round) * thin
        self.upper, self.lower, self.corner, self.bottom = upper, lower, corner, bottom
        square = 0.5 + 0.14 * min(mouth.open * 1.5, 1.0)
        bend = upper + 0.32 * (corner - upper) + 0.55 * belly
        fall = bend + (0.86 - 0.09 * mouth.open) * gap  # where nothing is open, both lips share one line
        lip_line = _points(
            (-width, corner), (-width * square, bend), (0, upper + belly), (width * square, bend), (width, corner)
        )
        low_line = _points(
            (-width, corner), (-width * square, fall), (0, lower + belly), (width * square, fall), (width, corner)
        )
        peak = 0.2 * width
        over = _points(
            (width + 1.2, corner), (width * 0.56, upper - 0.55 * top + 0.3 * (corner - upper)), (peak, upper - top),
            (0, upper - 0.7 * top), (-peak, upper - top), (-width * 0.56, upper - 0.55 * top + 0.3 * (corner - upper)),
            (-width - 1.2, corner),
        )  # fmt: skip
        side = lower - 0.2 * (lower - corner) + 0.62 * bottom
        under = _points(
            (width + 0.4, corner), (width * 0.64, side), (0, lower + belly + bottom), (-width * 0.64, side),
            (-width - 0.4, corner),
        )  # fmt: skip
        self.line = lip_line
        upper_edge, lower_edge, below = curves(np.stack([lip_line, low_line, under]))
        self.inner = np.concatenate([upper_edge, lower_edge[-2::-1]])  # a curve read backwards is the same curve
        self.top = np.concatenate([upper_edge, _joined(lip_line, through(over, closed=False))])
        self.low = np.concatenate([lower_edge, _joined(low_line, below)])
        reach = 0.84 * width
        bite = upper + belly - 0.5 + 5.6 * mouth.upper_teeth * min(1.0, gap / 6)
        self.teeth = _band(reach, upper - 6, bite, corner * 0.35 + bite * 0.65 - 0.6)
        rest = lower + belly + 1.5 - 6.5 * max(mouth.lower_teeth - 0.15, 0.0) * min(1.0, gap / 8)
        self.low_teeth = _band(0.7 * width, lower + 9, rest, rest - 1.2)
        rise = lower - gap * (0.22 + 0.34 * mouth.tongue)
        self.tongue = ellipse_points(0, rise + 10, width * 0.66, 11)

    def shadow(self) -> Points:
        return ellipse_points(0, self.lower + self.bottom + 4.6, self.width * 0.72, 4.6)

    def shine(self) -> Points:
        return ellipse_points(-self.width * 0.16, self.lower + self.bottom * 0.5 + 0.6, self.width * 0.34, 1.7)

    def seam(self) -> Points:
        return brush_points(self.line, np.array([0.8, 1.5, 1.8, 1.5, 0.8], np.float32))

    def dimple(self, side: int) -> Points:
        return ellipse_points(side * (self.width + 1.6), self.corner + 0.4, 3.6, 3.2)


def _joined(line: Points, curve: Points) -> Points:
    """A straight step from the line's end to the curve, the curve, and a straight step to the line's beginning."""
    return np.concatenate([line[-1:], curve[:1], curve, curve[-1:], line[:1], line[:1]])


def _band(width: float, top: float, middle: float, side: float) -> Points:
    edge = through(_points((width, side), (0, middle), (-width, side)), closed=False)
    high, low = (width, top), (width, side)
    up = _points((-width, side), (-width, top), (-width, top), (0, top), (0, top), high, high, low, low)
    return np.concatenate([edge, up])


class MouthParts:
    def __init__(self, figure: Figure, look: Look) -> None:
        self._figure, self._full = figure, look.build.lips
        skin, lip = Skin.of(look.skin), look.lip
        lips = Lips(Mouth(), 0.5, self._full)
        add = figure.add
        shadow = radial((0, Y + 13), 15, 5, *soft(skin.deep, 0.5))
        self._shadow = add(ellipse(0, Y + 13, 15, 5), shadow, SKULL)
        inner = Path(closed_commands(8), lips.inner)
        dark = linear((0, Y - 6), (0, Y + 18), (0, rgb("#43121b")), (1, rgb("#8c323b")))
        self._inner = add(inner, dark, SKULL)
        group, self._clip = figure.clip(inner, SKULL)
        tongue = linear((0, Y + 4), (0, Y + 18), (0, rgb("#dd7d80")), (1, rgb("#b9525c")))
        self._tongue = add(Path(ellipse(0, 0, 1, 1).commands, lips.tongue), tongue, SKULL, group)
        self._low_teeth = add(Path(closed_commands(5), lips.low_teeth), rgb("#e9e1dc"), SKULL, group)
        teeth = linear((0, Y - 5), (0, Y + 6), (0, rgb("#e6dcd8")), (0.5, rgb("#fffdfa")), (1, rgb("#fffdfa")))
        self._teeth = add(Path(closed_commands(5), lips.teeth), teeth, SKULL, group)
        low = linear(
            (0, Y - 1),
            (0, Y + 12),
            (0, rgb(mix(lip, "#8c2f3a", 0.12))),
            (0.5, rgb(lip)),
            (1, rgb(mix(lip, skin.base, 0.28))),
        )
        self._low = add(Path(closed_commands(4 + 6), lips.low), low, SKULL)
        top = linear(
            (0, Y - 8),
            (0, Y + 2),
            (0, rgb(mix(lip, skin.base, 0.14))),
            (1, rgb(mix(lip, "#7c2432", 0.22 * self._full))),
        )
        self._top = add(Path(closed_commands(4 + 8), lips.top), top, SKULL)
        self._shine = add(ellipse(0, 0, 1, 1), rgb("#ffffff", 0.34 if self._full > 0.9 else 0.14), SKULL)
        self._seam = add(Path(brush_commands(5), lips.seam()), rgb(mix(lip, "#4d121d", 0.68), 0.9), SKULL)
        self._dimples = []
        for side in (-1, 1):
            x, y = side * (lips.width + 1.6), lips.corner + 0.4
            dimple = radial((x, y), 3.6, 3.2, *soft(skin.line, 0.5))
            self._dimples.append((side, add(ellipse(x, y, 3.6, 3.2), dimple, SKULL)))

    def pose(self, pose: Pose) -> None:
        lips = Lips(pose.mouth, pose.smile, self._full)
        move = self._figure.move
        move(self._shadow, lips.shadow())
        move(self._inner, lips.inner)
        move(self._clip, lips.inner)
        move(self._tongue, lips.tongue)
        move(self._low_teeth, lips.low_teeth)
        move(self._teeth, lips.teeth)
        move(self._low, lips.low)
        move(self._top, lips.top)
        move(self._shine, lips.shine())
        move(self._seam, lips.seam())
        # The line between the lips is all of a shut mouth; an open one has its inside instead.
        self._figure.opacity(self._seam, 1.0 - lips.gap / 3)
        for side, part in self._dimples:
            move(part, lips.dimple(side))
