"""Eyes, lids, lashes and brows. Lids are mixed from key shapes that are made once; only the iris is placed anew."""

from itertools import product

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
from avatar.faces.drawn.vector import Group

X, Y = 36.5, 17.0  # middle of the eye on the screen's right


def _f32(*rows: tuple[float, float]) -> Points:
    return np.array(rows, np.float32)


# Lids from the inner to the outer corner, for that eye.
_UPPER_OPEN = _f32((-21, 6.6), (-16, -4.6), (-5.5, -12.4), (7, -13.2), (18, -7.6), (24.5, 0.4))
_UPPER_SHUT = _f32((-20.5, 7), (-14, 10.2), (-4.5, 12.4), (6.5, 12.2), (16.5, 9), (24, 3.6))
_LOWER_OPEN = _f32((-21, 6.6), (-12, 11.2), (-2, 13.4), (8, 12.8), (17.5, 8.2), (24.5, 0.4))
_LOWER_SMILE = _f32((-21, 6.6), (-12, 8.8), (-2, 9.8), (8, 9), (17, 5.6), (24.5, 0.4))
_CREASE = _f32((-17, -6.4), (-9.5, -15), (2, -18.8), (13.5, -16.6), (24.5, -8))
_CREASE_SHUT = _f32((-17, 1), (-9.5, -1.4), (2, -1.8), (13, -1.4), (24, 0))
_LASHES = (0.84, 0.95)
_OPENINGS = (0.0, 0.3, 0.65, 1.0)


def _lids(openness: float, squint: float) -> tuple[Points, Points]:
    lower = _LOWER_OPEN + (_LOWER_SMILE - _LOWER_OPEN) * np.float32(squint)
    shut = _UPPER_SHUT + (lower - _LOWER_OPEN) * np.float32(0.5)
    upper = shut + (_UPPER_OPEN - shut) * np.float32(openness)
    # Shut lids meet: the lower one never rises above the upper one.
    return upper, np.stack([lower[:, 0], np.maximum(lower[:, 1], upper[:, 1])], 1)


class _Shapes:
    """The outlines of everything that moves with the lids of one eye."""

    def __init__(self, look: Look, side: int) -> None:
        self._side, self._size, self._lash = side, look.build.eyes, look.build.lashes
        self.lashes = _LASHES if look.build.lashes > 0.7 else ()

    def all(self, openness: float, squint: float) -> list[Points]:
        upper, lower = _lids(openness, squint)
        crease = _CREASE_SHUT + (_CREASE - _CREASE_SHUT) * np.float32(openness)
        return [
            self._opening(upper, lower),
            brush_points(self._place(upper + _f32((0, 2.4))), np.full(6, 6.0, np.float32)),
            brush_points(self._place(lower[[1, 3, 4, 5]] + _f32((0, 0.4))), np.array([0.1, 0.9, 1.4, 1.1], np.float32)),
            brush_points(self._place(crease), np.array([0.2, 1.2, 1.5, 1.4, 0.3], np.float32)),
            np.concatenate([self._line(upper), *[self._one(upper, at, openness) for at in self.lashes]]),
        ]

    def _place(self, points: Points) -> Points:
        size = np.array([self._side * self._size, self._size], np.float32)
        return points * size + np.array([self._side * X, Y], np.float32)

    def _opening(self, upper: Points, lower: Points) -> Points:
        top = through(self._place(upper), closed=False)
        bottom = through(self._place(lower[::-1]), closed=False)
        return np.concatenate([top, bottom[1:]])

    def _line(self, upper: Points) -> Points:
        strength = 0.62 + 0.38 * self._lash
        wing = upper[-1] + np.array([4.4, -2.6 * self._lash], np.float32)
        spine = np.concatenate([upper + _f32((0, -0.4)), wing[None]])
        widths = np.array([0.8, 2.3, 3.9, 4.7, 5.0, 4.2, 0.2], np.float32) * np.float32(strength)
        return brush_points(self._place(spine), widths)

    def _one(self, upper: Points, at: float, openness: float) -> Points:
        where = at * (len(upper) - 1)
        first = min(int(where), len(upper) - 2)
        root = upper[first] + (upper[first + 1] - upper[first]) * np.float32(where - first)
        long = (2.6 + 3.4 * at) * self._lash
        up = min(max((openness - 0.15) / 0.4, 0.0), 1.0) * 1.5 - 0.5  # shut lashes rest on the cheek
        tip = root + np.array([(at - 0.3) * 1.2 * long, -up * long * (1.0 - 0.3 * at)], np.float32)
        bend = (root + tip) / 2 + np.array([(at - 0.2) * 1.1, 0.2 * up], np.float32)
        return brush_points(self._place(np.stack([root, bend, tip])), np.array([2.2, 1.3, 0.1], np.float32))


class Eye:
    """One eye; `side` 1 is the one on the screen's right."""

    def __init__(self, figure: Figure, look: Look, side: int) -> None:
        self._figure, self._side = figure, side
        self._size, self._lid = look.build.eyes, look.build.lids
        shapes = _Shapes(look, side)
        keys = [shapes.all(openness, squint) for openness, squint in product(_OPENINGS, (0.0, 1.0))]
        skin, lash = Skin.of(look.skin), mix(look.hair, "#1a0f10", 0.6)
        rest, x, y = keys[-2], side * X, Y
        tone = mix(skin.deep, look.lip, 0.35)
        soft_lid = radial((x + side * 3, y - 11), 29, 14, *soft(tone, 0.16 + 0.16 * look.build.lashes))
        figure.add(ellipse(x + side * 3, y - 11, 29, 14), soft_lid, FACE)
        white = linear((x, y - 12), (x, y + 12), (0, rgb("#cfcad6")), (0.45, rgb("#fbf9f8")), (1, rgb("#f0e8e6")))
        opening = Path(closed_commands(10), rest[0])
        parts = [figure.add(opening, white, FACE)]
        group, clip = figure.clip(opening, FACE)
        parts.append(clip)
        self._draw_iris(figure, look, group)
        parts.append(figure.add(Path(brush_commands(6), rest[1]), rgb("#4b3040", 0.28), FACE, group))
        # The lights in an eye are the room's: they stay on the same side in both and hardly follow the gaze.
        self._lights = [
            (figure.add(ellipse(x, y, 3, 3), rgb("#ffffff", 0.97), FACE, group), -4.4, -5.6, 4.3, 5.0),
            (figure.add(ellipse(x, y, 3, 3), rgb("#ffffff", 0.75), FACE, group), 5.0, 5.2, 2.3, 2.4),
            (figure.add(ellipse(x, y, 3, 3), rgb("#ffffff", 0.4), FACE, group), 6.2, -3.8, 1.4, 1.6),
        ]
        parts.append(figure.add(Path(brush_commands(4), rest[2]), rgb(mix(lash, skin.line, 0.6), 0.6), FACE))
        parts.append(figure.add(Path(brush_commands(5), rest[3]), rgb(skin.line, 0.55), FACE))
        line = brush_commands(7) + brush_commands(3) * len(shapes.lashes)
        parts.append(figure.add(Path(line, rest[4]), rgb(lash), FACE))
        self._where = np.concatenate([np.arange(part.first, part.first + part.count) for part in parts])
        # The opening is there twice: seen, and clipping what lies in it.
        self._keys = np.stack([np.concatenate([key[0], *key]) for key in keys]).reshape(len(_OPENINGS), 2, -1, 2)

    def _draw_iris(self, figure: Figure, look: Look, group: Group) -> None:
        iris, x, y = look.iris, self._side * X, Y
        dark, glow = mix(iris, "#160c0e", 0.66), mix(iris, "#ffd9a0", 0.5)
        rx, ry = 13.0 * self._size, 14.8 * self._size
        rim = linear(
            (x, y - 13), (x, y + 12), (0, rgb(dark)), (0.6, rgb(mix(iris, dark, 0.6))), (1, rgb(mix(iris, dark, 0.3)))
        )
        fill = radial((x, y + 5), 11, 14, (0, rgb(glow)), (0.5, rgb(iris)), (1, rgb(mix(iris, dark, 0.65))))
        pupil = rgb(mix(dark, "#000000", 0.5))
        self._iris = [
            (figure.add(ellipse(x, y, rx, ry), rim, FACE, group), 0.0, rx, ry),
            (figure.add(ellipse(x, y, rx, ry), fill, FACE, group), 1.2, rx * 0.86, ry * 0.84),
            (figure.add(ellipse(x, y, rx, ry), rgb(glow, 0.45), FACE, group), 6.6, rx * 0.58, ry * 0.27),
            (figure.add(ellipse(x, y, rx, ry), pupil, FACE, group), -0.2, rx * 0.43, ry * 0.46),
        ]

    def pose(self, openness: float, squint: float, gaze: tuple[float, float]) -> None:
        look_x, look_y = gaze
        # A lid follows the eye it covers.
        openness = min(1.0, openness * self._lid * (1.0 - 0.24 * max(look_y, 0.0)))
        after = next(k for k in range(1, len(_OPENINGS)) if openness <= _OPENINGS[k])
        low, high = _OPENINGS[after - 1], _OPENINGS[after]
        share = np.float32((openness - low) / (high - low))
        lids = self._keys[after - 1] * (1 - share) + self._keys[after] * share
        self._figure.rest[self._where] = lids[0] + (lids[1] - lids[0]) * np.float32(squint)
        x, y = self._side * X + 6.0 * look_x + 0.6 * self._side, Y - 1.0 + 4.4 * look_y
        for part, dy, rx, ry in self._iris:
            self._figure.move(part, ellipse_points(x, y + dy, rx, ry))
        for part, dx, dy, rx, ry in self._lights:
            self._figure.move(part, ellipse_points(x + dx - 1.5 * look_x, y + dy - 1.1 * look_y, rx, ry))


_WORRY = np.array([-8.0, -4.5, 0.5, 3.0, 3.5], np.float32)  # the inner end rises, the outer one falls


class Brow:
    _SPINE = _f32((-20, -1.4), (-10, -3.6), (3, -5.4), (15, -3.8), (27, 2.4))
    _WIDTHS = np.array([2.6, 4.6, 4.6, 3.6, 0.3], np.float32)

    def __init__(self, figure: Figure, look: Look, side: int) -> None:
        self._figure, self._side = figure, side
        self._widths = self._WIDTHS * np.float32(0.92 * look.build.brows)
        self._flat = np.array([1, 1.0 if look.build.brows < 1.3 else 0.7], np.float32)
        colour = mix(look.hair, Skin.of(look.skin).deep, 0.3)
        self._part: Part = figure.add(Path(brush_commands(5), self._points(0.0, 0.0, 0.0)), rgb(colour, 0.9), SKULL)

    def pose(self, raised: float, smile: float, worry: float) -> None:
        self._figure.move(self._part, self._points(raised, smile, worry))

    def _points(self, raised: float, smile: float, worry: float) -> Points:
        arch = np.array([1.0, 1.15, 1.35, 1.2, 0.8], np.float32)
        lift = np.stack(
            [np.zeros(5, np.float32), -arch * np.float32(5.0 * raised + 0.8 * smile) + _WORRY * np.float32(worry)], 1
        )
        spine = (self._SPINE * self._flat + lift) * np.array([self._side, 1], np.float32)
        return brush_points(spine + np.array([self._side * X, Y - 29], np.float32), self._widths)


class Eyes:
    def __init__(self, figure: Figure, look: Look) -> None:
        self._eyes = [Eye(figure, look, side) for side in (-1, 1)]
        self._brows = [Brow(figure, look, side) for side in (-1, 1)]

    def pose(self, pose: Pose) -> None:
        for eye, openness in zip(self._eyes, pose.lids, strict=True):
            eye.pose(openness, pose.squint, pose.gaze)
        for brow in self._brows:
            brow.pose(pose.brows, pose.smile, pose.worry)
