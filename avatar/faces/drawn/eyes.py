"""Eyes, lids, lashes and brows: drawn anew each frame between key shapes."""

import numpy as np

from avatar.faces.drawn.figure import FACE, SKULL, Figure, Part
from avatar.faces.drawn.geometry import (
    Path,
    Points,
    brush_commands,
    brush_points,
    closed_commands,
    ellipse,
    ellipse_points,
    through,
)
from avatar.faces.drawn.head import Skin
from avatar.faces.drawn.looks import Look
from avatar.faces.drawn.paint import linear, mix, radial, rgb, soft
from avatar.faces.drawn.pose import Pose

X, Y = 35.5, 13.0  # middle of the eye on the screen's right

# Lids from the inner to the outer corner, for that eye.
_UPPER_OPEN = np.array([(-19, 6), (-14.5, -4.5), (-5, -12.2), (6, -13.2), (16, -8), (22, 0)], np.float32)
_UPPER_SHUT = np.array([(-19, 6.6), (-13, 9.6), (-4, 11.8), (6, 11.6), (15, 8.8), (22, 3.6)], np.float32)
_LOWER_OPEN = np.array([(-19, 6), (-11, 10), (-2, 12.2), (7, 12), (16, 7.6), (22, 0)], np.float32)
_LOWER_SMILE = np.array([(-19, 6), (-11, 7.8), (-2, 8.6), (7, 8.2), (15.5, 5), (22, 0)], np.float32)
_CREASE = np.array([(-17, -5), (-9, -14.6), (2, -19), (12, -17.4), (22, -8.6)], np.float32)
_LASHES = (0.18, 0.36, 0.55, 0.74, 0.9, 1.0)


def _mix(a: Points, b: Points, amount: float) -> Points:
    return a + (b - a) * np.float32(amount)


class Eye:
    """One eye; `side` 1 is the one on the screen's right."""

    def __init__(self, figure: Figure, look: Look, side: int) -> None:
        self._figure, self._look, self._side = figure, look, side
        self._size = look.build.eyes
        skin, iris, lash = Skin.of(look.skin), look.iris, mix(look.hair, "#1a0f10", 0.55)
        upper, lower = self._lids(1.0, 0.0)
        x, y = side * X, Y
        shadow = ellipse(x, y - 12, 30, 15)
        tone = mix(skin.deep, look.lip, 0.35)
        figure.add(shadow, radial((x, y - 12), 30, 15, *soft(tone, 0.22 + 0.14 * look.build.lashes)), FACE)
        opening = self._opening(upper, lower)
        white = linear((x, y - 13), (x, y + 12), (0, rgb("#d9d5de")), (0.4, rgb("#fbf9f8")), (1, rgb("#f1ebe9")))
        self._white = figure.add(opening, white, FACE)
        group, self._clip = figure.clip(opening, FACE)
        dark = mix(iris, "#160c0e", 0.68)
        glow = mix(iris, "#ffd9a0", 0.5)
        rx, ry = 11.4 * self._size, 12.9 * self._size
        rim = linear(
            (x, y - 13), (x, y + 12), (0, rgb(dark)), (0.6, rgb(mix(iris, dark, 0.55))), (1, rgb(mix(iris, dark, 0.25)))
        )
        fill = radial((x, y + 5), 11, 14, (0, rgb(glow)), (0.45, rgb(iris)), (1, rgb(mix(iris, dark, 0.6))))
        self._iris = [
            (figure.add(ellipse(x, y, rx, ry), rim, FACE, group), 0.0, 0.0, rx, ry),
            (figure.add(ellipse(x, y, rx, ry), fill, FACE, group), 0.0, 1.1, rx * 0.86, ry * 0.84),
            (figure.add(ellipse(x, y, rx, ry), rgb(glow, 0.5), FACE, group), 0.0, 6.4, rx * 0.6, ry * 0.3),
            (figure.add(ellipse(x, y, rx, ry), rgb(mix(dark, "#000000", 0.45)), FACE, group), 0.0, -0.4, rx * 0.43, ry * 0.46),
        ]  # fmt: skip
        self._lidshade = figure.add(Path(brush_commands(6), self._shade(upper)), rgb("#4b3040", 0.3), FACE, group)
        # The lights in an eye are the room's: they stay on the same side in both and hardly follow the gaze.
        self._lights = [
            (figure.add(ellipse(x, y, 3, 3), rgb("#ffffff", 0.97), FACE, group), -4.0, -4.9, 3.6, 4.3),
            (figure.add(ellipse(x, y, 3, 3), rgb("#ffffff", 0.72), FACE, group), 4.4, 5.0, 2.0, 2.2),
            (figure.add(ellipse(x, y, 3, 3), rgb("#ffffff", 0.4), FACE, group), 5.4, -3.6, 1.3, 1.5),
        ]
        self._lower_line = figure.add(
            Path(brush_commands(4), self._under(lower)), rgb(mix(lash, skin.line, 0.55), 0.7), FACE
        )
        self._fold = figure.add(Path(brush_commands(5), self._crease(1.0)), rgb(skin.line, 0.62), FACE)
        self._lash_line = figure.add(Path(brush_commands(7), self._line(upper)), rgb(lash), FACE)
        self._lashes: list[tuple[Part, float]] = []
        if look.build.lashes > 0.7:
            for at in _LASHES:
                path = Path(brush_commands(3), self._lash(upper, at, 1.0))
                self._lashes.append((figure.add(path, rgb(lash), FACE), at))

    def pose(self, openness: float, squint: float, gaze: tuple[float, float]) -> None:
        figure, (look_x, look_y) = self._figure, gaze
        # A lid follows the eye it covers.
        openness = openness * (1.0 - 0.22 * max(look_y, 0.0)) + 0.05 * max(-look_y, 0.0) * openness
        upper, lower = self._lids(openness, squint)
        opening = self._opening(upper, lower).points
        figure.move(self._white, opening)
        figure.move(self._clip, opening)
        x, y = self._side * X + 6.2 * look_x, Y - 0.6 + 4.6 * look_y
        for part, dx, dy, rx, ry in self._iris:
            figure.move(part, ellipse_points(x + dx, y + dy, rx, ry))
        for part, dx, dy, rx, ry in self._lights:
            figure.move(part, ellipse_points(x + dx - 1.6 * look_x, y + dy - 1.2 * look_y, rx, ry))
        figure.move(self._lidshade, self._shade(upper))
        figure.move(self._lower_line, self._under(lower))
        figure.move(self._fold, self._crease(openness))
        figure.move(self._lash_line, self._line(upper))
        for part, at in self._lashes:
            figure.move(part, self._lash(upper, at, openness))

    def _place(self, points: Points) -> Points:
        size = np.array([self._side * self._size, self._size], np.float32)
        return points * size + np.array([self._side * X, Y], np.float32)

    def _lids(self, openness: float, squint: float) -> tuple[Points, Points]:
        lower = _mix(_LOWER_OPEN, _LOWER_SMILE, squint)
        shut = _UPPER_SHUT + (lower - _LOWER_OPEN) * 0.5
        upper = _mix(shut, _UPPER_OPEN, openness)
        # Shut lids meet: the lower one never rises above the upper one.
        lower = np.stack([lower[:, 0], np.maximum(lower[:, 1], upper[:, 1])], 1)
        return upper, lower

    def _opening(self, upper: Points, lower: Points) -> Path:
        top = through(self._place(upper), closed=False)
        bottom = through(self._place(lower[::-1]), closed=False)
        return Path(closed_commands(10), np.concatenate([top, bottom[1:]]))

    def _shade(self, upper: Points) -> Points:
        return brush_points(self._place(upper + np.array([0, 2.6], np.float32)), np.full(6, 6.4, np.float32))

    def _line(self, upper: Points) -> Points:
        strength = 0.62 + 0.38 * self._look.build.lashes
        wing = upper[-1] + np.array([3.6, -2.8 * self._look.build.lashes], np.float32)
        spine = np.concatenate([upper + np.array([0, -0.6], np.float32), wing[None]])
        widths = np.array([0.9, 2.4, 3.5, 3.9, 3.9, 3.3, 0.2], np.float32) * strength
        return brush_points(self._place(spine), widths)

    def _lash(self, upper: Points, at: float, openness: float) -> Points:
        where = at * (len(upper) - 1)
        first = min(int(where), len(upper) - 2)
        root = upper[first] + (upper[first + 1] - upper[first]) * (where - first)
        long = (2.8 + 3.6 * at) * self._look.build.lashes
        up = -1.0 if openness > 0.35 else 0.55  # shut lashes rest on the cheek
        tip = root + np.array([(at - 0.35) * 1.25 * long, up * long * (1.0 - 0.28 * at)], np.float32)
        bend = (root + tip) / 2 + np.array([(at - 0.2) * 1.1, -0.2 * up], np.float32)
        return brush_points(
            self._place(np.stack([root, bend, tip]).astype(np.float32)), np.array([2.0, 1.3, 0.1], np.float32)
        )

    def _under(self, lower: Points) -> Points:
        spine = lower[[1, 3, 4, 5]] + np.array([0, 0.4], np.float32)
        return brush_points(self._place(spine), np.array([0.1, 1.0, 1.6, 1.2], np.float32))

    def _crease(self, openness: float) -> Points:
        drop = np.array([0, 7.5], np.float32) * np.float32(1 - openness)
        return brush_points(self._place(_CREASE + drop), np.array([0.2, 1.3, 1.6, 1.5, 0.4], np.float32))


class Brow:
    _SPINE = np.array([(-20, 2.6), (-12, -1.4), (2, -5.6), (14, -5.2), (27, 2.4)], np.float32)
    _WIDTHS = np.array([3.2, 5.0, 4.8, 3.6, 0.3], np.float32)

    def __init__(self, figure: Figure, look: Look, side: int) -> None:
        self._figure, self._side = figure, side
        self._widths = self._WIDTHS * np.float32(0.82 * look.build.brows)
        self._flat = np.array([1, 1.0 if look.build.brows < 1.3 else 0.62], np.float32)
        colour = mix(look.hair, Skin.of(look.skin).deep, 0.3)
        self._part = figure.add(Path(brush_commands(5), self._points(0.0, 0.0)), rgb(colour, 0.94), SKULL)

    def pose(self, raised: float, smile: float) -> None:
        self._figure.move(self._part, self._points(raised, smile))

    def _points(self, raised: float, smile: float) -> Points:
        arch = np.array([1.0, 1.15, 1.35, 1.2, 0.8], np.float32)
        lift = np.stack([np.zeros(5, np.float32), -arch * np.float32(5.0 * raised + 0.8 * smile)], 1)
        spine = (self._SPINE * self._flat + lift) * np.array([self._side, 1], np.float32)
        return brush_points(spine + np.array([self._side * X, Y - 30], np.float32), self._widths)


class Eyes:
    def __init__(self, figure: Figure, look: Look) -> None:
        self._eyes = [Eye(figure, look, side) for side in (-1, 1)]
        self._brows = [Brow(figure, look, side) for side in (-1, 1)]

    def pose(self, pose: Pose) -> None:
        for eye, openness in zip(self._eyes, pose.lids, strict=True):
            eye.pose(openness, pose.squint, pose.gaze)
        for brow in self._brows:
            brow.pose(pose.brows, pose.smile)
