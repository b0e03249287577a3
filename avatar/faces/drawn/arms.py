"""Arms and hands: sleeves along two bones; hands of a palm, four fingers and a thumb, turned in space."""

from collections.abc import Iterable
from dataclasses import replace
from math import cos, sin, tanh

import numpy as np
from numpy.typing import NDArray

from avatar.faces.drawn.figure import LIMB, Figure, Part
from avatar.faces.drawn.geometry import Path, Points, brush_points, brushes, closed_commands, through
from avatar.faces.drawn.head import Skin
from avatar.faces.drawn.looks import Look
from avatar.faces.drawn.outfit import Cloth
from avatar.faces.drawn.paint import Fill, mix, rgb
from avatar.faces.drawn.pose import Arm, Hand, Pose
from avatar.faces.drawn.vector import Group

Space = NDArray[np.float64]

# Little finger first: where its knuckle is, how long its three bones are, how thick it is. +x is the thumb's side.
_FINGERS = (
    (-14.6, 42.0, (14.0, 10.0, 8.5), 9.4),
    (-5.2, 47.0, (17.5, 12.0, 10.0), 10.2),
    (5.0, 48.0, (19.0, 13.0, 10.5), 10.6),
    (14.6, 45.0, (17.0, 12.0, 10.0), 10.4),
)
_SIZE = 1.14
_FINGER_TAPER = np.array([1.08, 1.04, 0.98, 0.9, 0.66], np.float32)
_THUMB_TAPER = np.array([1.5, 1.3, 1.12, 0.96, 0.66], np.float32)
_DETAILS = np.array([(38, 37, 35), (36.4, 35.4, 33.4), (2.4, 2.2, 0.1), (2.4, 2.2, 0.1), (1.2, 1.6, 1.2)], np.float32)
"""How wide a sleeve's cuff (contour and fill), its two creases and its hem are along their strokes."""
_PALM = np.array([
    (-11, -10, 0), (-14, 6, 0), (-18.5, 24, 0), (-18.5, 40, 0), (-12, 48, 0), (-4, 52, 0), (6, 53, 0), (15, 50, 0),
    (19, 40, 0), (17.5, 24, 0), (13.5, 6, 0), (10.5, -10, 0),
], float)  # fmt: skip


def _f32(*rows: tuple[float, float]) -> Points:
    return np.array(rows, np.float32)


Joint = tuple[float, float, float]
_TONES = ((0.21, 0.54), (0.3, 0.34), (-0.22, 0.32))
"""Where a sleeve's shades and lights lie beside its middle line and how wide they are, in shares of its width."""


def _chain(at: Joint, bones: Iterable[tuple[float, float, float]]) -> list[Joint]:
    """Joints from `at` along bones given as length, angle to the thumb's side, angle out of the palm."""
    x, y, z = at
    joints = [at]
    for length, out, up in bones:
        flat = length * cos(up)
        x, y, z = x + sin(out) * flat, y + cos(out) * flat, z + length * sin(up)
        joints.append((x, y, z))
    return joints


def _finger(x: float, y: float, bones: tuple[float, float, float], curl: float, fan: float) -> list[Joint]:
    out, bend = fan * x / 15, 0.05 + curl * 0.5
    more = 0.06 + curl * 1.2
    return [(x * 0.9, y - 10, 0.0), *_chain((x, y, 0.0), ((bones[k], out, bend + k * more) for k in range(3)))]


def _curls(hand: Hand) -> tuple[float, float, float, float]:
    """Each finger's curl, little finger first: a pointing hand closes all but the index finger."""
    closed = hand.curl + (0.95 - hand.curl) * hand.point
    return closed, closed, closed, hand.curl * (1 - hand.point)


def _thumb(reach: float, curl: float) -> list[Joint]:
    angle = 0.2 + 0.7 * reach
    last = angle - 0.2 - 0.5 * curl
    bones = ((12, angle + 0.3, 0.2), (14, angle + 0.1, 0.2), (15, angle - 0.05, 0.25), (11, last, 0.3))
    return _chain((6.5, 6.0, 1.0), bones)


def _turned(points: Space, hand: Hand, wrist: tuple[float, float], side: int) -> Space:
    """From the hand's own space (x to the thumb, y along the fingers, z out of the palm) to the figure's."""
    cr, sr = cos(hand.roll), sin(hand.roll)
    x, z = points[..., 0] * cr + points[..., 2] * sr, points[..., 2] * cr - points[..., 0] * sr
    ct, st = cos(hand.tip), sin(hand.tip)
    y, z = points[..., 1] * ct - z * st, points[..., 1] * st + z * ct
    # Along the fingers is (cos turn, sin turn); the thumb lies a quarter turn before that.
    ca, sa = cos(hand.turn) * _SIZE, sin(hand.turn) * _SIZE
    return np.stack([side * (y * ca + x * sa + wrist[0]), y * sa - x * ca + wrist[1], z], -1)


class HandParts:
    """Palm, fingers and thumb, each with a contour; which is in front follows from how the hand is turned."""

    def __init__(self, figure: Figure, look: Look, side: int) -> None:
        self._figure, self._side = figure, side
        skin = Skin.of(look.skin)
        thick = np.float32(_SIZE * (1.0 if look.build.shoulders <= 1 else 1.12))
        self._widths = thick * np.stack(
            [*[_FINGER_TAPER * wide for *_, wide in _FINGERS], _THUMB_TAPER * 10.4], dtype=np.float32
        )
        contour, fill, shade = rgb(mix(skin.deep, skin.line, 0.3)), rgb(skin.base), rgb(skin.shade, 0.45)
        self._parts: list[Part] = []
        for index, points in enumerate(self._shapes(Hand(), Arm().wrist)):
            self._parts.append(figure.add(_closed(points), (contour, fill, shade)[index % 3], LIMB))

    def pose(self, hand: Hand, wrist: tuple[float, float]) -> None:
        for part, points in zip(self._parts, self._shapes(hand, wrist), strict=True):
            self._figure.move(part, points)

    def _shapes(self, hand: Hand, wrist: tuple[float, float]) -> list[Points]:
        """Seven slots from back to front, each a contour, a fill and a shade, with as many points always."""
        curls = _curls(hand)
        bones_of_fingers = [_finger(x, y, bones, curls[k], hand.spread) for k, (x, y, bones, _) in enumerate(_FINGERS)]
        spines = _turned(np.array([*bones_of_fingers, _thumb(hand.thumb, hand.curl)]), hand, wrist, self._side)
        flat = spines[..., :2].astype(np.float32)
        below = flat + np.array([0.8 * self._side, 1.7], np.float32)
        thick = np.concatenate([self._widths + np.float32(1.8), self._widths, self._widths * np.float32(0.5)])
        outlines = brushes(np.concatenate([flat, flat, below]), thick)
        limbs = [outlines[k::5] for k in range(5)]
        depths = spines[:, 2:, 2].mean(1)
        fingers = sorted(range(4), key=lambda k: float(depths[k]))
        # A back of the hand runs into its fingers: its contour stops before the knuckles.
        facing = cos(hand.roll) * cos(hand.tip)
        bounds = _PALM if facing > 0 else np.minimum(_PALM, (99, 36, 0))
        palms = _turned(np.stack([_PALM, bounds]), hand, wrist, self._side)[..., :2].astype(np.float32)
        return self._ordered([limbs[k] for k in fingers], limbs[4], palms, facing, bool(depths[4] < 0))

    def _ordered(
        self, fingers: list[Points], thumb: Points, palms: Points, facing: float, thumb_behind: bool
    ) -> list[Points]:
        palm, edge = palms
        middle = palm.mean(0)
        small = middle + (palm - middle) * np.float32(0.5) + np.array([0, 4], np.float32)
        grown = edge + (edge - edge.mean(0)) * np.float32(0.05)
        hidden = np.repeat(middle[None], thumb.shape[1], 0)
        first = thumb if thumb_behind else np.stack([hidden] * 3)
        last = np.stack([hidden] * 3) if thumb_behind else thumb
        shapes: list[Points] = [*first]
        shapes += [outline for finger in fingers for outline in finger]
        shapes += [through(points, closed=True) for points in (grown, palm, small if facing > 0 else palm)]
        return [*shapes, *last]


def _closed(points: Points) -> Path:
    return Path(closed_commands((len(points) - 1) // 3), points)


class Sleeve:
    """A sleeve, drawn twice: all of it behind the chest, and the forearm once more in front of it."""

    def __init__(self, figure: Figure, look: Look, side: int) -> None:
        self._figure, self._side, self._look = figure, side, look
        self._behind: list[Part] = []
        self._front: list[Part] = []

    def draw_behind(self) -> None:
        self._behind = self._add(self._arm(Arm()), self._tones())

    def draw_front(self) -> None:
        cloth = Cloth.of(self._look.main)
        cuff = cloth if self._look.outfit in ("blouse", "hoodie", "rollneck") else Cloth.of(self._look.inner)
        crease = rgb(cloth.deep, 0.32)
        fills = (
            rgb(mix(cuff.shade, cuff.deep, 0.3)), rgb(cuff.base), crease, crease, rgb(cloth.light, 0.7),
        )  # fmt: skip
        cuffs, edge, arm, details = self._forearm(Arm())
        self._front = self._add(cuffs, fills[:2])
        group, clip = self._figure.clip(_closed(edge), LIMB)
        self._front += [clip, *self._add(arm, self._tones(), group), *self._add(details, fills[2:])]

    def pose(self, arm: Arm) -> None:
        cuffs, edge, whole, details = self._forearm(arm)
        shapes = [*whole, *cuffs, edge, *whole, *details]
        for part, points in zip(self._behind + self._front, shapes, strict=True):
            self._figure.move(part, points)

    def _tones(self) -> tuple[Fill, ...]:
        cloth = Cloth.of(self._look.main)
        shades = (rgb(mix(cloth.base, cloth.shade, share)) for share in (0.3, 0.65))
        light = rgb(mix(cloth.base, cloth.light, 0.24))
        return (rgb(mix(cloth.base, cloth.deep, 0.75)), rgb(cloth.base), *shades, light)

    def _add(self, shapes: list[Points], fills: tuple[Fill, ...], group: Group | None = None) -> list[Part]:
        return [
            self._figure.add(_closed(points), fill, LIMB, group) for points, fill in zip(shapes, fills, strict=True)
        ]

    def _bones(self, arm: Arm) -> tuple[Points, NDArray[np.float32]]:
        """The middle line of the sleeve, in nine anchors, and how wide it is there."""
        wide = self._look.build.shoulders
        elbow, wrist = np.array(arm.elbow, np.float32), np.array(arm.wrist, np.float32)
        shoulder = _f32((99, 210), (117, 222), (123, 250)) * np.array([wide, 1], np.float32)
        up, low = elbow - shoulder[2], wrist - elbow
        up_way, low_way = up / max(float(np.hypot(*up)), 1), low / max(float(np.hypot(*low)), 1)
        corner = elbow + (low_way - up_way) * np.float32(4)
        upper = [shoulder[2] + up * np.float32(share) for share in (0.4, 0.78)]
        lower = [elbow + low * np.float32(share) for share in (0.2, 0.58, 0.95)]
        spine = np.stack([*shoulder, *upper, corner, *lower]).astype(np.float32)
        widths = np.array([36, 55, 58, 56, 52, 51, 50, 45, 38], np.float32) * np.float32(0.4 + 0.6 * wide)
        return spine, widths

    def _arm(self, arm: Arm) -> list[Points]:
        """Contour, fill, shades and lights of the whole arm."""
        spine, widths = self._bones(arm)
        along = spine[-1] - spine[-3]
        normal = np.array([-along[1], along[0]], np.float32) / max(float(np.hypot(*along)), 1)
        # The shade is on the lower side; it thins out as an upright forearm swings it to the other one.
        sided = tanh(4 * float(normal[1]))
        lines, thick = [spine, spine], [widths + np.float32(1.2), widths]
        for off, wide in _TONES:
            line = spine + normal * (widths * np.float32(off * sided))[:, None]
            line[5] -= normal * np.float32(16 * off * sided)  # stays inside the bent elbow
            thickness = widths * np.float32(wide * abs(sided))
            thickness[5] *= 0.85
            thickness[:2] = 0.5
            lines.append(line)
            thick.append(thickness)
        return [*brushes(np.stack(lines) * np.array([self._side, 1], np.float32), np.stack(thick))]

    def _forearm(self, arm: Arm) -> tuple[list[Points], Points, list[Points], list[Points]]:
        """The cuff, what of the arm is before the chest, the whole arm, creases and hem."""
        spine, widths = self._bones(arm)
        elbow, end = spine[5], spine[-1]
        low = end - elbow
        way = low / max(float(np.hypot(*low)), 1)
        across = np.array([-way[1], way[0]], np.float32)
        cuff = [end - way * 12, end - way * 2, end + way * 7]
        strokes = np.array([
            cuff, cuff,
            [elbow + across * 21 - way * 2, elbow + across * 8, elbow - across * 8 - way * 4],
            [elbow + across * 21 + way * 7, elbow + across * 8 + way * 8, elbow - across * 8 + way * 13],
            [end - across * 17, end + way * 1.5, end + across * 17],
        ], np.float32)  # fmt: skip
        side = np.array([self._side, 1], np.float32)
        outlines = brushes(strokes * side, _DETAILS)
        edge = brush_points(spine[4:] * side, widths[4:] + np.float32(3))
        return [*outlines[:2]], edge, self._arm(arm), [*outlines[2:]]


def far_from(arm: Arm, other: Arm) -> bool:
    """Whether the two look different: springs come to rest only in the end of days."""
    hand, old = arm.hand, other.hand
    places = (*arm.elbow, *arm.wrist), (*other.elbow, *other.wrist)
    angles = (
        (hand.turn, hand.roll, hand.tip, hand.curl, hand.point, hand.spread, hand.thumb),
        (old.turn, old.roll, old.tip, old.curl, old.point, old.spread, old.thumb),
    )
    return any(abs(a - b) > 0.15 for a, b in zip(*places, strict=True)) or any(
        abs(a - b) > 0.004 for a, b in zip(*angles, strict=True)
    )


class Arms:
    """Both arms. `draw_behind` comes before the chest, `draw_front` after everything."""

    def __init__(self, figure: Figure, look: Look) -> None:
        self._figure, self._look = figure, look
        self._sleeves = [Sleeve(figure, look, side) for side in (-1, 1)]
        self._hands: list[HandParts] = []
        self._last: list[Arm | None] = [None, None]

    def draw_behind(self) -> None:
        for sleeve in self._sleeves:
            sleeve.draw_behind()

    def draw_front(self) -> None:
        for sleeve, side in zip(self._sleeves, (-1, 1), strict=True):
            self._hands.append(HandParts(self._figure, self._look, side))
            sleeve.draw_front()

    def pose(self, pose: Pose) -> None:
        for index, arm in enumerate((pose.far, pose.near)):
            last = self._last[index]
            if last is None or far_from(arm, last):
                self._last[index] = arm
                broad = 0.4 + 0.6 * self._look.build.shoulders
                wider = replace(
                    arm, elbow=(arm.elbow[0] * broad, arm.elbow[1]), wrist=(arm.wrist[0] * broad, arm.wrist[1])
                )
                self._sleeves[index].pose(wider)
                self._hands[index].pose(wider.hand, wider.wrist)
