"""Clothes: what covers the chest. Sleeves are drawn with the arms."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from avatar.faces.drawn.figure import CHEST, Figure
from avatar.faces.drawn.geometry import Anchor, anchors, brush, ellipse, mirror, smooth, strokes
from avatar.faces.drawn.looks import Look
from avatar.faces.drawn.paint import linear, mix, radial, rgb, soft
from avatar.faces.drawn.vector import Group


@dataclass(frozen=True, slots=True)
class Cloth:
    base: str
    light: str
    shade: str
    deep: str

    @classmethod
    def of(cls, base: str) -> "Cloth":
        return cls(base, mix(base, "#ffffff", 0.18), mix(base, "#1b1636", 0.24), mix(base, "#140f2c", 0.48))


def fold(
    figure: Figure, points: Sequence[Anchor], width: float, colour: str, alpha: float, group: Group | None
) -> None:
    taper = [0.2, *[width] * (len(points) - 2), 0.2]
    figure.add(brush(points, taper), rgb(colour, alpha), CHEST, group)


def _blouse(figure: Figure, look: Look) -> None:
    inner = Cloth.of(look.inner)
    blouse = anchors("0,262,0 -24,214 -50,166 -72,190 -60,330 0,470,0 60,330 72,190 50,166 24,214")
    fill = linear((0, 180), (0, 430), (0, rgb(inner.base)), (1, rgb(mix(inner.base, inner.shade, 0.5))))
    figure.add(smooth(blouse), fill, CHEST)
    for side in (-1, 1):
        fold(figure, mirror(anchors("30,232 20,280 8,330"), side), 3.0, inner.shade, 0.35, None)
        fold(figure, mirror(anchors("14,276 8,320 3,370"), side), 2.2, inner.shade, 0.3, None)
        edge = brush(mirror(anchors("49,167 25,214 0,263"), side), [2, 3.4, 2.4])
        figure.add(edge, rgb(mix(inner.base, inner.shade, 0.45)), CHEST)


def _shirt(figure: Figure, look: Look, *, opened: float) -> None:
    """A shirt's front and placket; `opened` is how far down the top button is."""
    inner = Cloth.of(look.inner)
    front: list[Anchor] = [
        (0, opened, 0),
        (-15, opened - 18),
        (-40, 160),
        (-60, 172),
        (-76, 330),
        (0, 620, 0),
        (76, 330),
        (60, 172),
        (40, 160),
        (15, opened - 18),
    ]
    fill = linear((0, 180), (0, 430), (0, rgb(inner.base)), (1, rgb(mix(inner.base, inner.shade, 0.5))))
    figure.add(smooth(front), fill, CHEST)
    for x in (-7, 7):
        figure.add(brush([(x, opened + 4), (x, 330), (x, 600)], [0.6, 1.3, 1.3]), rgb(inner.shade, 0.6), CHEST)
    for y in range(round(opened) + 26, 560, 50):
        figure.add(ellipse(0, y + 0.8, 3.4, 3.4), rgb(inner.deep, 0.4), CHEST)
        figure.add(ellipse(0, y, 3.1, 3.1), rgb(mix(inner.light, "#ffffff", 0.5)), CHEST)
    for side in (-1, 1):
        fold(figure, mirror(anchors("58,236 40,290 14,326"), side), 3.4, inner.shade, 0.35, None)


def _collar(figure: Figure, look: Look, opened: float) -> None:
    inner, neck = Cloth.of(look.inner), look.build.neck
    for side in (-1, 1):
        top = side * 33 * neck
        wing: list[Anchor] = [
            (top, 134, 0),
            (side * 47 * neck, 148, 0.7),
            (side * 66, 170, 0.3),
            (side * 50, opened + 22, 0),
            (side * 22, opened + 4, 0.4),
            (side * 3, opened - 3, 0),
            (top * 0.62, (134 + opened) / 2 + 2),
            (top * 0.92, 150, 0.5),
        ]
        figure.add(smooth(wing).moved(side * 1.5, 4.5), rgb(inner.deep, 0.35), CHEST)
        fill = linear(
            (side * 10, 150),
            (side * 62, 210),
            (0, rgb(mix(inner.base, inner.shade, 0.28))),
            (0.5, rgb(inner.base)),
            (1, rgb(inner.light)),
        )
        figure.add(smooth(wing), fill, CHEST)
        stitch = brush([(side * 61, 172), (side * 47, opened + 17), (side * 22, opened + 0.5)], [0.3, 0.9, 0.3])
        figure.add(stitch, rgb(inner.shade, 0.7), CHEST)


def draw_blazer(figure: Figure, look: Look) -> None:
    _blouse(figure, look)
    _jacket(figure, look, buttons=(456, 512))


def draw_suit(figure: Figure, look: Look) -> None:
    _shirt(figure, look, opened=214)
    _jacket(figure, look, buttons=(462, 520))
    _collar(figure, look, 214)
    square = anchors("70,322,0 74,304,0 82,312,0.3 88,300,0 95,311,0.3 101,304,0 104,322,0")
    figure.add(smooth(square), rgb(look.accent), CHEST)
    figure.add(brush(anchors("68,324 86,322 106,323"), [1.6, 2.4, 1.6]), rgb(Cloth.of(look.main).deep, 0.8), CHEST)


def knit(figure: Figure, look: Look, body: list[Anchor], colour: str) -> Group:
    """A garment of one piece with knitted shading; returns the group that is clipped to it."""
    cloth = Cloth.of(colour)
    shape = smooth(body)
    figure.add(
        shape,
        linear((-20, 180), (40, 520), (0, rgb(cloth.light)), (0.3, rgb(cloth.base)), (1, rgb(cloth.shade))),
        CHEST,
    )
    group, _ = figure.clip(shape, CHEST)
    for side in (-1, 1):
        figure.add(
            ellipse(side * 112, 350, 34, 130), radial((side * 112, 350), 34, 130, *soft(cloth.deep, 0.6)), CHEST, group
        )
        fold(figure, mirror(anchors("112,262 84,288 54,296"), side), 5, cloth.deep, 0.26, group)
        fold(figure, mirror(anchors("98,372 62,396 14,412"), side), 6, cloth.deep, 0.2, group)
        fold(figure, mirror(anchors("100,430 66,446 20,452"), side), 6, cloth.deep, 0.2, group)
        wide = side * look.build.shoulders
        seam = brush(mirror(anchors("112,192 126,226 122,270 113,300"), wide), [0.4, 1.6, 1.6, 0.4])
        figure.add(seam, rgb(cloth.deep, 0.5), CHEST, group)
    return group


def whole(look: Look) -> list[Anchor]:
    """The outline of a garment that covers the chest, from one side of the neck around to the other."""
    wide, neck = look.build.shoulders, look.build.neck
    body = mirror(anchors("104,185 124,198 124,250 112,300 97,400 103,480 116,600,0"), wide)
    half: list[Anchor] = [(42 * neck, 158, 0.4), (70, 173), *body]
    return [*half, *mirror(half[::-1], -1)]


def draw_shirt(figure: Figure, look: Look) -> None:
    """A knitted jumper with a V over a collared shirt."""
    cloth = Cloth.of(look.main)
    _shirt(figure, look, opened=186)
    body: list[Anchor] = [
        *whole(look)[1:-1],
        (-44 * look.build.neck, 160, 0.3),
        (-30, 210),
        (0, 266, 0),
        (30, 210),
        (44 * look.build.neck, 160, 0.3),
    ]
    group = knit(figure, look, body, look.main)
    edge = [(48 * look.build.neck, 160), (33, 212), (0, 270)]
    for down, width, colour in ((5, 8, cloth.shade), (9, 2.2, look.accent), (13, 2.2, look.accent)):
        for side in (1, -1):
            line = [(x * side, y + down) for x, y in edge]
            figure.add(brush(line, [width] * 3), rgb(colour), CHEST, group)
    _collar(figure, look, 186)


def draw_cardigan(figure: Figure, look: Look) -> None:
    cloth, inner = Cloth.of(look.main), Cloth.of(look.inner)
    top = anchors("0,214 -30,204 -52,178 -70,176 -90,330 -90,600,0 90,600,0 90,330 70,176 52,178 30,204")
    figure.add(
        smooth(top),
        linear((0, 190), (0, 520), (0, rgb(inner.base)), (1, rgb(mix(inner.base, inner.shade, 0.55)))),
        CHEST,
    )
    edge = anchors("-54,178 -32,205 0,216 32,205 54,178")
    figure.add(brush([(x, y + 2.6) for x, y in edge], [1, 3, 3.4, 3, 1]), rgb(inner.shade, 0.4), CHEST)
    figure.add(brush(edge, [2, 4, 4.6, 4, 2]), rgb(inner.light), CHEST)
    ribs = np.array([[(x * 0.9, 228), (x, 330), (x * 1.05, 600)] for x in range(-48, 49, 12)])
    figure.add(strokes(ribs, np.tile([0.2, 1.4, 1.4], (len(ribs), 1))), rgb(inner.shade, 0.22), CHEST)
    for side in (-1, 1):
        panel = mirror(
            anchors(
                f"{44 * look.build.neck},154,0 70,172 104,185 124,198 124,250 112,300 97,400 103,480 116,600,0 "
                "34,600,0 44,430 62,300 62,210"
            ),
            side,
        )
        group = knit(figure, look, panel, look.main)
        band = mirror(anchors(f"{46 * look.build.neck},156 64,210 64,300 46,430 36,600"), side)
        figure.add(brush([(x + side * 4, y) for x, y in band], [8, 14, 14, 14, 14]), rgb(cloth.deep, 0.3), CHEST, group)
        figure.add(brush(band, [8, 14, 14, 14, 14]), rgb(mix(cloth.base, cloth.light, 0.5)), CHEST, group)
        figure.add(
            brush([(x - side * 3, y) for x, y in band], [0.5, 1.2, 1.2, 1.2, 1]), rgb(cloth.shade, 0.6), CHEST, group
        )
    for y, x in ((330, -61), (392, -52), (454, -45), (516, -41)):
        figure.add(ellipse(x, y + 1, 5.2, 5.2), rgb(cloth.deep, 0.6), CHEST)
        figure.add(ellipse(x, y, 4.8, 4.8), rgb(look.accent), CHEST)
        figure.add(ellipse(x - 1.2, y - 1.4, 1.5, 1.2), rgb("#ffffff", 0.6), CHEST)


def _jacket(figure: Figure, look: Look, buttons: tuple[int, ...]) -> None:
    cloth = Cloth.of(look.main)
    for side in (1, -1):
        wide = side * look.build.shoulders
        seam = brush(mirror(anchors("112,192 127,226 122,270 113,300"), wide), [0.4, 1.6, 1.6, 0.4])
        panel: list[Anchor] = [
            (side * 40 * look.build.neck, 156, 0),
            (side * 70, 173),
            (wide * 104, 185),
            (wide * 124, 198),
            (wide * 124, 250),
            (wide * 112, 300),
            (wide * 97, 400),
            (wide * 103, 480),
            (wide * 116, 600, 0),
            (side * -12, 600, 0),
            (side * -6, 440, 0),
            (side * 34, 330),
            (side * 58, 240),
        ]
        shape = smooth(panel)
        figure.add(
            shape,
            linear(
                (side * 10, 200),
                (side * 150, 330),
                (0, rgb(cloth.light)),
                (0.35, rgb(cloth.base)),
                (1, rgb(cloth.shade)),
            ),
            CHEST,
        )
        group, _ = figure.clip(shape, CHEST)
        figure.add(
            ellipse(side * 112, 350, 34, 130), radial((side * 112, 350), 34, 130, *soft(cloth.deep, 0.6)), CHEST, group
        )
        fold(figure, mirror(anchors("92,372 60,392 20,430"), side), 5, cloth.deep, 0.3, None)
        fold(figure, mirror(anchors("96,410 62,418 16,446"), side), 6, cloth.deep, 0.24, None)
        fold(figure, mirror(anchors("90,300 84,380 88,520"), side), 2.4, cloth.deep, 0.35, None)
        fold(figure, mirror(anchors("20,470 34,520 40,600"), side), 6, cloth.deep, 0.22, None)
        figure.add(seam, rgb(cloth.deep, 0.5), CHEST, group)
        lapel = mirror(
            anchors("37,150,0 60,166,0.6 88,224,0.3 98,252,0 70,256,0 84,276,0 50,360 -4,440,0 36,330 58,240"), side
        )
        low = smooth(lapel).moved(side * 2.5, 4)
        figure.add(low, rgb(cloth.deep, 0.4), CHEST, group)
        figure.add(
            smooth(lapel),
            linear(
                (side * 40, 180), (side * 80, 340), (0, rgb(mix(cloth.light, "#ffffff", 0.08))), (1, rgb(cloth.base))
            ),
            CHEST,
        )
        figure.add(brush(mirror(anchors("70,256 62,244 57,238"), side), [0.4, 1.6, 1.2]), rgb(cloth.deep, 0.55), CHEST)
        figure.add(
            brush(mirror(anchors("38,152 58,240 36,330 -3,438"), side), [0.8, 1.4, 1.4, 0.8]),
            rgb(cloth.light, 0.8),
            CHEST,
        )
    for y in buttons:
        figure.add(ellipse(2, y + 1.5, 7, 7), rgb(cloth.deep, 0.5), CHEST)
        figure.add(ellipse(1, y, 6.6, 6.6), rgb(mix(look.accent, "#6a4a1c", 0.3)), CHEST)
        figure.add(ellipse(0.4, y - 0.7, 5.4, 5.4), rgb(look.accent), CHEST)
        figure.add(ellipse(-1, y - 2.2, 2, 1.5), rgb("#ffffff", 0.7), CHEST)


def draw_necklace(figure: Figure, look: Look) -> None:
    dark = mix(look.accent, "#7a4f14", 0.35)
    chain = brush(anchors("-40,163 -26,196 0,222 26,196 40,163"), [0.9, 1.6, 1.9, 1.6, 0.9])
    figure.add(chain.moved(0.6, 1.8), rgb("#7a3b2a", 0.22), CHEST)
    figure.add(chain, rgb(look.accent), CHEST)
    figure.add(ellipse(0, 227.5, 4.6, 5.4), rgb(dark), CHEST)
    figure.add(ellipse(-0.3, 227, 3.5, 4.2), rgb(mix(look.accent, "#fff8e6", 0.7)), CHEST)
