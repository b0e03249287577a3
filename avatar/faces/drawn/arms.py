"""Arms and hands: sleeves along two bones, a hand of palm and fingers turned in space and drawn back to front."""

from math import cos, sin

import numpy as np

from avatar.faces.drawn.figure import LIMB, Figure, Part
from avatar.faces.drawn.geometry import Path, Points, brush_points, closed_commands, through
from avatar.faces.drawn.head import Skin
from avatar.faces.drawn.looks import Look
from avatar.faces.drawn.outfit import Cloth
from avatar.faces.drawn.paint import linear, mix, rgb
from avatar.faces.drawn.pose import Arm, Hand, Pose

_BONES = (
    (-15.5, 43, 15, 11, 9, 9.4),
    (-5.4, 47, 18, 12, 10, 9.8),
    (5.4, 45.5, 17, 11.5, 9.5, 9.6),
    (15, 41, 13.5, 9.5, 8, 8.4),
)
"""Little finger outwards... each finger: knuckle x, knuckle y, three bone lengths, thickness. Thumb's side is +x."""


def _f32(rows: list[tuple[float, float]]) -> Points:
    return np.array(rows, np.float32)


def _turned(points: np.ndarray, hand: Hand, wrist: tuple[float, float], side: int) -> np.ndarray:
    """From the hand's own frame (x to the thumb, y along the fingers, z out of the palm) to the figure."""
    cr, sr = cos(hand.roll), sin(hand.roll)
    x, z = points[:, 0] * cr + points[:, 2] * sr, -points[:, 0] * sr + points[:, 2] * cr
    ct, st = cos(hand.tip), sin(hand.tip)
    y, z = points[:, 1] * ct - z * st, points[:, 1] * st + z * ct
    # Along the fingers is (cos turn, sin turn); the thumb's side is a quarter turn before it.
    ca, sa = cos(hand.turn), sin(hand.turn)
    out = np.stack([y * ca + x * sa, y * sa - x * ca, z], 1)
    out[:, 0] = side * (out[:, 0] + wrist[0])
    out[:, 1] += wrist[1]
    return out


def _finger(bone: tuple[float, ...], curl: float, fan: float) -> np.ndarray:
    x, y, *lengths, _ = bone
    spread = fan * x / 15
    at, bend = np.array([x, y, 0.0]), 0.06 + curl * 0.55
    joints = [np.array([x * 0.86, y - 9, 0.0]), at]
    for length in lengths:
        along = np.array([sin(spread) * cos(bend), cos(spread) * cos(bend), sin(bend)])
        at = at + along * length
        joints.append(at)
        bend += 0.08 + curl * 1.25
    return np.array(joints)


def _thumb(reach: float, curl: float) -> np.ndarray:
    angle = 0.25 + 0.75 * reach
    base = np.array([9.0, 9.0, 2.0])
    first = base + np.array([sin(angle + 0.25), cos(angle + 0.25), 0.25]) * 19
    second = first + np.array([sin(angle), cos(angle), 0.3 + 0.2 * curl]) * 15
    third = second + np.array([sin(angle - 0.15 - 0.5 * curl), cos(angle - 0.15 - 0.5 * curl), 0.2]) * 12
    return np.array([base, first, second, third])


class HandParts:
    def __init__(self, figure: Figure, look: Look, side: int) -> None:
        self._figure, self._side = figure, side
        skin = Skin.of(look.skin)
        rest = Hand()
        self._thick = 0.92 + 0.16 * (look.build.neck - 1) / 0.3
        outline, fill, shade = rgb(mix(skin.deep, skin.line, 0.35)), rgb(skin.base), rgb(skin.shade, 0.6)
        shapes = self._shapes(rest, (98, 560))
        self._parts: list[Part] = []
        for index, points in enumerate(shapes):
            commands = closed_commands((len(points) - 1) // 3)
            colour = (outline, fill, shade)[index % 3] if index < 18 else rgb(skin.deep, 0.5)
            self._parts.append(figure.add(Path(commands, points), colour, LIMB))

    def pose(self, hand: Hand, wrist: tuple[float, float]) -> None:
        for part, points in zip(self._parts, self._shapes(hand, wrist), strict=True):
            self._figure.move(part, points)

    def _shapes(self, hand: Hand, wrist: tuple[float, float]) -> list[Points]:
        """Six limbs back to front, each as outline, fill and shade."""
        limbs: list[tuple[float, list[Points]]] = []
        for bone in _BONES:
            joints = _turned(_finger(bone, hand.curl, hand.spread), hand, wrist, self._side)
            limbs.append((float(joints[2:, 2].mean()), self._limb(joints, bone[5], (0.98, 1.0, 0.92, 0.84, 0.62))))
        thumb = _turned(_thumb(hand.thumb, hand.curl), hand, wrist, self._side)
        limbs.append((float(thumb[1:, 2].mean()) + 3, self._limb(thumb, 11.5, (1.25, 1.1, 0.92, 0.64))))
        palm = _turned(
            np.array([(-10, -8, 0), (-14.5, 8, 0), (-19, 26, 0), (-19.5, 42, 0), (-9, 49, 0), (4, 51, 0), (16, 48, 0), (19.5, 38, 0),
                      (18, 22, 0), (14, 6, 0), (9, -8, 0)], float),
            hand, wrist, self._side,
        )  # fmt: skip
        limbs.append((0.0, self._palm(palm)))
        limbs.sort(key=lambda limb: limb[0])
        return [points for _, limb in limbs for points in limb]

    def _limb(self, joints: np.ndarray, thick: float, taper: tuple[float, ...]) -> list[Points]:
        spine = joints[:, :2].astype(np.float32)
        if len(spine) == 4:
            spine = np.concatenate([spine[:1], (spine[:1] + spine[1:2]) / 2, spine[1:]])
            taper = (taper[0], (taper[0] + taper[1]) / 2, *taper[1:])
        widths = np.array(taper, np.float32) * np.float32(thick * self._thick)
        low = np.array([1.1 * self._side, 1.6], np.float32)
        return [
            brush_points(spine, widths + np.float32(1.7)),
            brush_points(spine, widths),
            brush_points(spine + low, widths * np.float32(0.5)),
        ]

    def _palm(self, palm: np.ndarray) -> list[Points]:
        flat = palm[:, :2].astype(np.float32)
        middle = flat.mean(0)
        grow = flat + (flat - middle) * np.float32(0.045)
        small = middle + (flat - middle) * np.float32(0.55) + np.array([0, 5], np.float32)
        return [through(points.astype(np.float32), closed=True) for points in (grow, flat, small)]


class Sleeve:
    def __init__(self, figure: Figure, look: Look, side: int) -> None:
        self._figure, self._side, self._wide = figure, side, look.build.shoulders
        cloth = Cloth.of(look.main)
        cuff = Cloth.of(look.inner)
        shapes = self._shapes(Arm())
        fills = (
            rgb(cloth.deep),
            linear((side * 104, 300), (side * 176, 310), (0, rgb(cloth.base)), (0.5, rgb(cloth.light)), (1, rgb(cloth.shade))),
            rgb(cloth.shade, 0.55), rgb(cloth.deep, 0.4), rgb(cloth.deep, 0.4), rgb(cloth.deep, 0.35),
            rgb(cuff.shade), rgb(cuff.base),
        )  # fmt: skip
        self._parts = [
            figure.add(Path(closed_commands((len(points) - 1) // 3), points), fill, LIMB)
            for points, fill in zip(shapes, fills, strict=True)
        ]

    def pose(self, arm: Arm) -> None:
        for part, points in zip(self._parts, self._shapes(arm), strict=True):
            self._figure.move(part, points)

    def _shapes(self, arm: Arm) -> list[Points]:
        side = np.array([self._side, 1], np.float32)
        shoulder = np.array([116 * self._wide, 226], np.float32)
        elbow, wrist = np.array(arm.elbow, np.float32), np.array(arm.wrist, np.float32)
        up, low = elbow - shoulder, wrist - elbow
        corner = elbow + (low / max(float(np.hypot(*low)), 1) - up / max(float(np.hypot(*up)), 1)) * 5
        spine = np.stack([
            shoulder, shoulder + up * 0.3, shoulder + up * 0.65, shoulder + up * 0.88, corner, elbow + low * 0.14,
            elbow + low * 0.4, elbow + low * 0.72, elbow + low * 0.94,
        ]).astype(np.float32)  # fmt: skip
        widths = np.array([50, 56, 53, 50, 49, 48, 45, 40, 37], np.float32) * np.float32(0.5 + 0.5 * self._wide)
        normal = np.array([-low[1], low[0]], np.float32) / max(float(np.hypot(*low)), 1)
        shade = spine + normal * np.float32(-9)
        hand_way = low / max(float(np.hypot(*low)), 1)
        cuff = np.stack([wrist - hand_way * 12, wrist - hand_way * 3, wrist + hand_way * 3]).astype(np.float32)
        inside = corner - (low / max(float(np.hypot(*low)), 1) - up / max(float(np.hypot(*up)), 1)) * 16
        creases = [
            np.stack(
                [
                    inside,
                    inside * 0.6 + corner * 0.4 + np.array([4, dy * 0.5], np.float32),
                    corner + np.array([9, dy], np.float32),
                ]
            )
            for dy in (-16.0, 0.0, 14.0)
        ]
        shapes = [
            brush_points(spine * side, widths + np.float32(1.6)),
            brush_points(spine * side, widths),
            brush_points(shade * side, widths * np.float32(0.5)),
            *[
                brush_points((crease * side).astype(np.float32), np.array([0.3, 3.4, 0.3], np.float32))
                for crease in creases
            ],
            brush_points(cuff * side, np.array([34, 33, 31], np.float32)),
            brush_points(cuff * side, np.array([32, 31, 29], np.float32)),
        ]
        return shapes


class Arms:
    def __init__(self, figure: Figure, look: Look) -> None:
        self._sides = []
        for side in (-1, 1):
            hand = HandParts(figure, look, side)
            self._sides.append((Sleeve(figure, look, side), hand))

    def pose(self, pose: Pose) -> None:
        for (sleeve, hand), arm in zip(self._sides, (pose.far, pose.near), strict=True):
            sleeve.pose(arm)
            hand.pose(arm.hand, arm.wrist)
