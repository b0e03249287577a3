"""Neck, ears, face and nose."""

from dataclasses import dataclass

from avatar.faces.drawn.figure import EARS, FACE, NECK, NOSE, SKULL, Figure
from avatar.faces.drawn.geometry import Anchor, Path, anchors, brush, ellipse, mirror, smooth, symmetric
from avatar.faces.drawn.looks import Build, Look
from avatar.faces.drawn.paint import linear, mix, radial, rgb, soft
from avatar.faces.drawn.vector import Group


def paleness(colour: str) -> float:
    return sum(rgb(colour)[:3]) / 765


@dataclass(frozen=True, slots=True)
class Skin:
    """The tones of a skin, from its middle one."""

    base: str
    light: str
    shade: str
    deep: str
    line: str
    blush: str

    @classmethod
    def of(cls, base: str) -> "Skin":
        pale = paleness(base)
        return cls(
            base=base,
            light=mix(base, "#fff6ea", max(0.08, 1.35 * pale - 0.7)),
            shade=mix(base, "#c4685a", 0.3),
            deep=mix(base, "#8e3f3c", 0.42),
            line=mix(base, "#6e2a2a", 0.62),
            blush=mix(base, "#f0555f", 0.62),
        )


def face_outline(build: Build) -> Path:
    jaw, chin = build.jaw, build.chin
    half: list[Anchor] = [
        (0, -110),
        (44, -102),
        (72, -66),
        (79, -22),
        (78.5 * (1 + (jaw - 1) * 0.3), 14),
        (74.5 * jaw, 42),
        (60 * jaw, 70),
        (39 * jaw + 3 * (chin - 1), 94),
        (15.5 * chin, 110),
        (0, 113 + 2 * (chin - 1)),
    ]
    return symmetric(half)


def draw_neck(figure: Figure, look: Look) -> None:
    skin, width = Skin.of(look.skin), look.build.neck
    half: list[Anchor] = [
        (0, 60),
        (31 * width, 70),
        (29.5 * width, 112),
        (33 * width, 142),
        (50 * width, 160),
        (64, 176),
        (70, 240),
        (0, 330),
    ]
    neck = symmetric(half)
    shade = linear((-40, 100), (44, 110), (0, rgb(skin.base)), (0.55, rgb(skin.base)), (1, rgb(skin.shade)))
    figure.add(neck, shade, NECK)
    group, _ = figure.clip(neck, NECK)
    cast: list[Anchor] = [(-70, 60), (70, 60), (62, 108), (34 * width, 128), (6, 145), (-26 * width, 126), (-62, 104)]
    figure.add(smooth(cast), rgb(skin.deep, 0.5), NECK, group)
    figure.add(ellipse(0, 152, 52, 26), radial((0, 152), 52, 26, *soft(skin.shade, 0.55)), NECK, group)
    for side in (-1, 1):
        bone = brush(mirror(anchors("12,178 34,170 62,171"), side), [0.5, 2.4, 0.3])
        figure.add(bone, rgb(skin.deep, 0.4), NECK, group)
        strand = brush(mirror(anchors("26,128 17,155 9,174"), side), [0.3, 2.2, 0.6])
        figure.add(strand, rgb(skin.deep, 0.22), NECK, group)


def draw_ears(figure: Figure, look: Look) -> None:
    skin = Skin.of(look.skin)
    ear = smooth(anchors("74,-2 84,-12 94,-6 94,14 87,34 79,42 74,32"))
    inner = smooth(anchors("79,4 85,-4 90,2 88,16 83,26 80,22 84,12"))
    for path in (ear, ear.mirrored()):
        figure.add(path, linear((0, -12), (0, 42), (0, rgb(skin.base)), (1, rgb(skin.shade))), EARS)
    for path in (inner, inner.mirrored()):
        figure.add(path, rgb(skin.deep, 0.45), EARS)
    if look.earrings:
        for side in (-1, 1):
            figure.add(ellipse(side * 80, 47, 3.6, 3.6), rgb(mix(look.accent, "#7a5a20", 0.25)), EARS)
            figure.add(ellipse(side * 79.4, 46.2, 2.6, 2.6), rgb(mix(look.accent, "#ffffff", 0.5)), EARS)


def draw_face(figure: Figure, look: Look) -> Group:
    """The face without its features; returns the group that is clipped to it."""
    skin, outline = Skin.of(look.skin), face_outline(look.build)
    figure.add(
        outline,
        radial(
            (-14, -6),
            118,
            138,
            (0, rgb(skin.light)),
            (0.5, rgb(skin.base)),
            (0.82, rgb(skin.base)),
            (1, rgb(mix(skin.base, skin.shade, 0.75))),
        ),
        FACE,
    )
    group, _ = figure.clip(outline, FACE)
    side = smooth(anchors("84,-70 86,70 40,120 10,118 44,96 62,62 70,10 66,-50"))
    figure.add(side, linear((86, 0), (44, 10), (0, rgb(skin.shade, 0.55)), (1, rgb(skin.shade, 0.0))), FACE, group)
    jaw = ellipse(0, 122, 58, 20)
    figure.add(jaw, radial((0, 122), 58, 20, *soft(skin.shade, 0.5)), FACE, group)
    for sign in (-1, 1):
        cheek = ellipse(sign * 47, 46, 31, 19)
        figure.add(cheek, radial((sign * 47, 46), 31, 19, *soft(skin.blush, look.blush * 0.5)), FACE)
        glow = ellipse(sign * 48, 34, 15, 7, sign * -0.35)
        figure.add(glow, radial((sign * 48, 34), 15, 7, *soft("#ffffff", 0.34 * paleness(look.skin))), FACE)
        socket = radial((sign * 21, 4), 17, 22, *soft(skin.shade, 0.42))
        figure.add(ellipse(sign * 21, 4, 17, 22), socket, FACE)
    brow = radial((-8, -52), 50, 34, *soft(mix(skin.base, "#fffaf2", 0.45), 0.5 * paleness(look.skin)))
    figure.add(ellipse(-8, -52, 50, 34), brow, FACE, group)
    chin = radial((-2, 100), 15, 8, *soft(mix(skin.base, "#fffaf2", 0.5), 0.5 * paleness(look.skin)))
    figure.add(ellipse(-2, 100, 15, 8), chin, FACE, group)
    wide = look.build.jaw
    edge = [(78.0, 0.0), (75 * wide, 40.0), (60 * wide, 69.0), (40 * wide, 93.0), (20 * wide, 107.0)]
    figure.add(brush(edge, [0.4, 3.6, 4.4, 3.4, 0.4]), rgb("#fff0e2", 0.3), FACE, group)  # light from behind
    return group


def draw_nose(figure: Figure, look: Look) -> None:
    skin, size = Skin.of(look.skin), look.build.nose
    bridge = ellipse(-1.5, 18, 6.5 * size, 30)
    figure.add(bridge, radial((-1.5, 18), 6.5 * size, 30, *soft("#ffffff", 0.34 * paleness(look.skin))), NOSE)
    side = smooth([(9, -8), (7, 12), (9.5 * size, 34), (14 * size, 44), (8 * size, 45), (4 * size, 32), (5, 10)])
    figure.add(
        side, linear((4, 0), (13, 4), (0, rgb(skin.shade, 0.0)), (1, rgb(mix(skin.shade, skin.deep, 0.3), 0.62))), NOSE
    )
    under = smooth(
        [
            (-9 * size, 47),
            (-4 * size, 49.5),
            (0, 51.5),
            (4 * size, 49.5),
            (9 * size, 47),
            (5, 53.5),
            (0, 55),
            (-5, 53.5),
        ]
    )
    figure.add(under, rgb(skin.deep, 0.42), NOSE)
    for sign in (-1, 1):
        nostril = brush([(sign * 2.6, 50.2), (sign * 5.6 * size, 48.6), (sign * 8 * size, 49)], [0.6, 2.4, 0.8])
        figure.add(nostril, rgb(skin.line, 0.78), NOSE)
        wing = brush([(sign * 8.6 * size, 49), (sign * 11.6 * size, 46.4), (sign * 10.6 * size, 41)], [0.8, 1.5, 0.2])
        figure.add(wing, rgb(skin.line, 0.34), NOSE)
    figure.add(
        ellipse(-1, 42, 4.2, 3), radial((-1, 42), 4.2, 3, *soft("#ffffff", 0.2 + 0.5 * paleness(look.skin))), NOSE
    )


def draw_lines(figure: Figure, look: Look) -> None:
    """What years leave: soft folds beside the nose and under the eyes."""
    skin, depth = Skin.of(look.skin), look.build.lines
    for side in (-1, 1):
        fold = mirror(anchors("15,50 23,58 28,68 29,75"), side)
        figure.add(brush(fold, [0.2, 2.0, 1.8, 0.1]), rgb(skin.deep, 0.36 * depth), SKULL)
        under = mirror(anchors("20,31 33,35 46,32"), side)
        figure.add(brush(under, [0.1, 1.7, 0.1]), rgb(skin.deep, 0.34 * depth), SKULL)


def draw_hair_shadow(figure: Figure, look: Look, hairline: Path, group: Group) -> None:
    """What the fringe throws on the forehead."""
    figure.add(hairline.moved(0, 7), rgb(Skin.of(look.skin).deep, 0.34), SKULL, group)
