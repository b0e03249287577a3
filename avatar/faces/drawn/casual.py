"""Softer clothes than a jacket: a hoodie, a roll-neck jumper, a blouse with a bow."""

import numpy as np

from avatar.faces.drawn.figure import CHEST, Figure
from avatar.faces.drawn.geometry import Anchor, anchors, brush, ellipse, mirror, smooth, strokes
from avatar.faces.drawn.looks import Look
from avatar.faces.drawn.outfit import Cloth, fold, knit, whole
from avatar.faces.drawn.paint import linear, mix, rgb


def _neckline(look: Look, points: str) -> list[Anchor]:
    return [(x * look.build.neck, y, *rest) for x, y, *rest in anchors(points)]


def draw_hoodie(figure: Figure, look: Look) -> None:
    cloth, inner = Cloth.of(look.main), Cloth.of(look.inner)
    tee = smooth(anchors("0,216 -30,204 -52,168 -70,180 -60,300 0,320 60,300 70,180 52,168 30,204"))
    figure.add(tee, linear((0, 190), (0, 300), (0, rgb(inner.base)), (1, rgb(inner.shade))), CHEST)
    figure.add(brush(anchors("-50,172 -28,206 0,218 28,206 50,172"), [2, 4, 4.6, 4, 2]), rgb(inner.light), CHEST)
    neck = _neckline(look, "-46,160,0.3 -36,206 0,244 36,206 46,160,0.3")
    group = knit(figure, look, [*whole(look)[1:-1], *neck], look.main)
    pocket = anchors("-52,396,0.3 52,396,0.3 84,462,0.3 84,520,0 -84,520,0 -84,462,0.3")
    figure.add(smooth(pocket).moved(0, 3), rgb(cloth.deep, 0.3), CHEST, group)
    figure.add(smooth(pocket), rgb(mix(cloth.base, cloth.light, 0.25)), CHEST, group)
    for side in (-1, 1):
        hood = mirror(anchors("34,140 58,142 84,160 92,184 74,212 40,236 8,252 2,244,0.3 22,222 38,196 42,166"), side)
        figure.add(smooth(hood).moved(side * 1.5, 6), rgb(cloth.deep, 0.42), CHEST, group)
        fill = linear(
            (side * 20, 170), (side * 84, 214),
            (0, rgb(cloth.shade)), (0.3, rgb(cloth.base)), (0.7, rgb(cloth.light)), (1, rgb(cloth.base)),
        )  # fmt: skip
        figure.add(smooth(hood), fill, CHEST)
        fold(figure, mirror(anchors("46,150 60,176 44,206 18,232"), side), 4.0, cloth.deep, 0.3, None)
        fold(figure, mirror(anchors("66,156 78,180 62,206"), side), 3.0, cloth.deep, 0.22, None)
        string = mirror(anchors("14,243 18,284 15,332"), side)
        figure.add(brush([(x + 1.4, y + 2) for x, y in string], [3, 3, 3]), rgb(cloth.deep, 0.35), CHEST)
        figure.add(brush(string, [3.2, 3.2, 3.2]), rgb(look.accent), CHEST)
        figure.add(brush(mirror(anchors("15,330 14.6,338 14.2,346"), side), [4.4, 4.4, 3.8]), rgb("#cfd3da"), CHEST)
        figure.add(ellipse(side * 14, 243, 4.2, 4.2), rgb("#aeb3bd"), CHEST)
        figure.add(ellipse(side * 14, 243, 2.2, 2.2), rgb(cloth.deep), CHEST)


def draw_rollneck(figure: Figure, look: Look) -> None:
    cloth = Cloth.of(look.main)
    group = knit(figure, look, whole(look), look.main)
    ribs = np.array([[(x * 0.55, 150), (x * 0.9, 230), (x, 340), (x, 520)] for x in range(-108, 109, 12)])
    figure.add(strokes(ribs, np.tile([0.2, 1.6, 1.8, 1.6], (len(ribs), 1))), rgb(cloth.deep, 0.13), CHEST, group)
    collar = smooth(_neckline(look, "-37,128,0.5 -20,137 0,140 20,137 37,128,0.5 42,150 50,172,0.5 26,186 0,190 "
                                    "-26,186 -50,172,0.5 -42,150"))  # fmt: skip
    figure.add(collar.moved(0, 5), rgb(cloth.deep, 0.32), CHEST, group)
    across = linear(
        (-44, 150), (46, 160),
        (0, rgb(cloth.base)), (0.3, rgb(cloth.light)), (0.62, rgb(cloth.base)), (1, rgb(cloth.shade)),
    )  # fmt: skip
    figure.add(collar, across, CHEST)
    inside, _ = figure.clip(collar, CHEST)
    lines = np.array([[(x * 0.84, 128), (x * 0.92, 160), (x * 1.06, 194)] for x in range(-44, 45, 8)])
    figure.add(strokes(lines, np.tile([1.2, 1.4, 1.2], (len(lines), 1))), rgb(cloth.deep, 0.22), CHEST, inside)
    figure.add(
        brush(_neckline(look, "-37,131 -18,141 0,144 18,141 37,131"), [0.6, 3, 4, 3, 0.6]),
        rgb(cloth.deep, 0.3),
        CHEST,
        inside,
    )
    if look.necklace:
        chain = anchors("-46,182 -30,226 0,252 30,226 46,182")
        figure.add(brush([(x + 0.6, y + 1.8) for x, y in chain], [1, 1.6, 1.8, 1.6, 1]), rgb(cloth.deep, 0.4), CHEST)
        figure.add(brush(chain, [1, 1.6, 1.8, 1.6, 1]), rgb(look.accent), CHEST)
        figure.add(ellipse(0, 257, 4.8, 5.8), rgb(look.accent), CHEST)
        figure.add(ellipse(-1, 255.4, 1.8, 2), rgb("#ffffff", 0.8), CHEST)


def draw_blouse(figure: Figure, look: Look) -> None:
    cloth = Cloth.of(look.main)
    neck = _neckline(look, "-44,160,0.3 -34,182 -14,204 0,212,0.4 14,204 34,182 44,160,0.3")
    group = knit(figure, look, [*whole(look)[1:-1], *neck], look.main)
    for side in (-1, 1):
        for line in ("40,206 34,300 44,420", "66,210 60,320 70,450", "22,230 14,320 20,480"):
            fold(figure, mirror(anchors(line), side), 4.2, cloth.deep, 0.2, None)
        fold(figure, mirror(anchors("54,200 48,290 56,400"), side), 5, cloth.light, 0.6, None)
        band = mirror(_neckline(look, "41,160 35,180 16,202 1,212"), side)
        figure.add(brush(band, [4, 9, 10, 6]), rgb(cloth.shade), CHEST)
        figure.add(brush([(x - side * 1.5, y - 1.5) for x, y in band], [2.5, 6, 7, 4]), rgb(cloth.light), CHEST)
    figure.add(brush(anchors("0,216 0,330 0,520"), [1.2, 1.4, 1.4]), rgb(cloth.deep, 0.35), CHEST, group)
    for y in range(262, 520, 46):
        figure.add(ellipse(0, y + 1, 3.4, 3.4), rgb(cloth.deep, 0.4), CHEST)
        figure.add(ellipse(0, y, 3.0, 3.0), rgb(mix(cloth.light, "#ffffff", 0.6)), CHEST)
    _bow(figure, Cloth.of(mix(look.main, look.accent, 0.16)))


def _bow(figure: Figure, cloth: Cloth) -> None:
    for side in (-1, 1):
        tail = smooth(mirror(anchors("1,216,0 12,220 24,262 30,318,0 16,312,0.4 6,322,0 4,268"), side))
        loop = smooth(mirror(anchors("2,214,0.3 20,196 44,190 54,204 46,222 22,226"), side))
        for shape in (tail, loop):
            figure.add(shape.moved(1.5, 4), rgb(cloth.deep, 0.3), CHEST)
            fill = linear(
                (side * 2, 206), (side * 44, 260), (0, rgb(cloth.shade)), (0.4, rgb(cloth.base)), (1, rgb(cloth.light))
            )
            figure.add(shape, fill, CHEST)
        fold(figure, mirror(anchors("8,214 26,208 42,208"), side), 2.6, cloth.deep, 0.35, None)
        fold(figure, mirror(anchors("8,228 16,262 20,300"), side), 2.4, cloth.deep, 0.25, None)
    figure.add(ellipse(0, 215, 8.6, 9.6), rgb(cloth.deep, 0.55), CHEST)
    figure.add(ellipse(0, 214, 8, 9), linear((-6, 206), (6, 224), (0, rgb(cloth.light)), (1, rgb(cloth.shade))), CHEST)
