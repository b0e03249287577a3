"""What some hosts wear on the face: a beard, glasses."""

from avatar.faces.drawn.figure import FACE, GLASSES, SKULL, Figure
from avatar.faces.drawn.geometry import Anchor, Path, anchors, brush, mirror, smooth, symmetric
from avatar.faces.drawn.looks import Look
from avatar.faces.drawn.paint import linear, mix, rgb
from avatar.faces.drawn.vector import Group


def draw_beard(figure: Figure, look: Look, face: Group) -> None:
    tone = mix(look.hair, look.skin, 0.12)
    half = anchors("0,91 17,91 29,84 36,72 56,52 67,30 72,0 80,-6 92,20 84,80 44,130 0,134")
    figure.add(
        symmetric(half),
        linear((0, -4), (0, 70), (0, rgb(tone, 0.0)), (0.5, rgb(tone, 0.62)), (1, rgb(tone, 0.9))),
        FACE,
        face,
    )
    for side in (-1, 1):
        edge = mirror(anchors("70,14 64,40 52,56 38,70 29,84"), side)
        for shift in (0.0, 3.0, 6.0):
            line = [(x + side * shift, y + shift) for x, y in edge]
            figure.add(brush(line, [0.2, 2.4, 3, 2.4, 0.4]), rgb(tone, 0.3), FACE, face)
    half = anchors("0,62.5 9,60.5 20,63 30,68 37,73.5,0.4 25,71.5 12,70 0,70")
    figure.add(symmetric(half), rgb(tone, 0.86), SKULL)


def _ring(outline: list[Anchor], inside: list[Anchor]) -> Path:
    return smooth(outline) + smooth(list(reversed(inside)))


def draw_glasses(figure: Figure, look: Look) -> None:
    frame, shine = "#2c2a31", "#7d8290"
    for side in (-1, 1):
        outline = mirror(anchors("9,2 22,-7 46,-8 64,-2 67,16 58,34 36,39 15,32 8,16"), side)
        middle_x, middle_y = side * 37.5, 15.0
        inside: list[Anchor] = [
            (middle_x + (x - middle_x) * 0.9, middle_y + (y - middle_y) * 0.88) for x, y, *_ in outline
        ]
        figure.add(
            smooth(inside), linear((0, -6), (0, 36), (0, rgb("#dfe9f5", 0.16)), (1, rgb("#ffffff", 0.03))), GLASSES
        )
        glare: list[Anchor] = [
            (side * 36 - 14, -2, 0),
            (side * 36 - 4, -3, 0),
            (side * 36 - 16, 30, 0),
            (side * 36 - 22, 24, 0),
        ]
        figure.add(smooth(glare), rgb("#ffffff", 0.1), GLASSES)
        figure.add(_ring(outline, inside).moved(0, 2.2), rgb("#4a2b22", 0.2), GLASSES)
        figure.add(_ring(outline, inside), rgb(frame), GLASSES)
        figure.add(brush(mirror(anchors("24,-6.2 46,-7 62,-1.6"), side), [0.2, 1.1, 0.2]), rgb(shine, 0.8), GLASSES)
        figure.add(brush(mirror(anchors("65,4 76,2 86,1"), side), [4.2, 3.6, 3.0]), rgb(frame), GLASSES)
    figure.add(brush(anchors("-10,8 0,4.6 10,8"), [3.4, 3.0, 3.4]), rgb(frame), GLASSES)
