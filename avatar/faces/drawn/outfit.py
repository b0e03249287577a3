"""Clothes: what covers the chest. Sleeves are drawn with the arms."""

from collections.abc import Callable
from dataclasses import dataclass

from avatar.faces.drawn.figure import CHEST, Figure
from avatar.faces.drawn.geometry import Anchor, brush, ellipse, smooth
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


def torso(look: Look) -> list[Anchor]:
    wide = look.build.shoulders
    return [
        (0, 158), (36 * look.build.neck, 158), (76, 176), (116 * wide, 191), (138 * wide, 212), (136 * wide, 262),
        (116 * wide, 300), (99 * wide, 400), (103 * wide, 480), (116 * wide, 600), (0, 600),
    ]  # fmt: skip


def fold(
    figure: Figure, points: list[tuple[float, float]], width: float, colour: str, alpha: float, group: Group | None
) -> None:
    taper = [0.2, *[width] * (len(points) - 2), 0.2]
    figure.add(brush(points, taper), rgb(colour, alpha), CHEST, group)


def draw_blazer(figure: Figure, look: Look) -> None:
    cloth, inner = Cloth.of(look.main), Cloth.of(look.inner)
    blouse: list[Anchor] = [
        (0, 262, 0),
        (-24, 214),
        (-50, 166),
        (-72, 190),
        (-60, 330),
        (0, 470, 0),
        (60, 330),
        (72, 190),
        (50, 166),
        (24, 214),
    ]
    figure.add(
        smooth(blouse),
        linear((0, 180), (0, 430), (0, rgb(inner.base)), (1, rgb(mix(inner.base, inner.shade, 0.5)))),
        CHEST,
    )
    for side in (-1, 1):
        fold(figure, [(side * 30, 232), (side * 20, 280), (side * 8, 330)], 3.0, inner.shade, 0.35, None)
        fold(figure, [(side * 14, 276), (side * 8, 320), (side * 3, 370)], 2.2, inner.shade, 0.3, None)
        edge = brush([(side * 49, 167), (side * 25, 214), (0, 263)], [2, 3.4, 2.4])
        figure.add(edge, rgb(mix(inner.base, inner.shade, 0.45)), CHEST)
    for side in (1, -1):
        panel: list[Anchor] = [
            (side * 44, 160, 0), (side * 76, 176), (side * 116, 191), (side * 138, 212), (side * 136, 262), (side * 116, 300),
            (side * 97, 400), (side * 103, 480), (side * 116, 600, 0), (side * -12, 600, 0), (side * -6, 440, 0), (side * 34, 330), (side * 58, 240),
        ]  # fmt: skip
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
        fold(figure, [(side * 92, 372), (side * 60, 392), (side * 20, 430)], 5, cloth.deep, 0.3, group)
        fold(figure, [(side * 96, 410), (side * 62, 418), (side * 16, 446)], 6, cloth.deep, 0.24, group)
        fold(figure, [(side * 90, 300), (side * 84, 380), (side * 88, 520)], 2.4, cloth.deep, 0.35, group)
        fold(figure, [(side * 20, 470), (side * 34, 520), (side * 40, 600)], 6, cloth.deep, 0.22, group)
        lapel: list[Anchor] = [
            (side * 46, 158, 0), (side * 70, 176, 0.6), (side * 88, 224, 0.3), (side * 98, 252, 0), (side * 70, 256, 0), (side * 84, 276, 0),
            (side * 50, 360), (side * -4, 440, 0), (side * 36, 330), (side * 58, 240),
        ]  # fmt: skip
        low = smooth(lapel).moved(side * 2.5, 4)
        figure.add(low, rgb(cloth.deep, 0.4), CHEST, group)
        figure.add(
            smooth(lapel),
            linear(
                (side * 40, 180), (side * 80, 340), (0, rgb(mix(cloth.light, "#ffffff", 0.08))), (1, rgb(cloth.base))
            ),
            CHEST,
        )
        figure.add(
            brush([(side * 70, 256), (side * 62, 244), (side * 57, 238)], [0.4, 1.6, 1.2]), rgb(cloth.deep, 0.55), CHEST
        )
        figure.add(
            brush([(side * 46, 160), (side * 58, 240), (side * 36, 330), (side * -3, 438)], [0.8, 1.4, 1.4, 0.8]),
            rgb(cloth.light, 0.8),
            CHEST,
        )
    for y in (456, 512):
        figure.add(ellipse(2, y + 1.5, 7, 7), rgb(cloth.deep, 0.5), CHEST)
        figure.add(ellipse(1, y, 6.6, 6.6), rgb(mix(look.accent, "#6a4a1c", 0.3)), CHEST)
        figure.add(ellipse(0.4, y - 0.7, 5.4, 5.4), rgb(look.accent), CHEST)
        figure.add(ellipse(-1, y - 2.2, 2, 1.5), rgb("#ffffff", 0.7), CHEST)


def draw_necklace(figure: Figure, look: Look) -> None:
    dark = mix(look.accent, "#7a4f14", 0.35)
    chain = brush([(-40, 163), (-26, 196), (0, 222), (26, 196), (40, 163)], [0.9, 1.6, 1.9, 1.6, 0.9])
    figure.add(chain.moved(0.6, 1.8), rgb("#7a3b2a", 0.22), CHEST)
    figure.add(chain, rgb(look.accent), CHEST)
    figure.add(ellipse(0, 227.5, 4.6, 5.4), rgb(dark), CHEST)
    figure.add(ellipse(-0.3, 227, 3.5, 4.2), rgb(mix(look.accent, "#fff8e6", 0.7)), CHEST)


OUTFITS: dict[str, Callable[[Figure, Look], None]] = {"blazer": draw_blazer}
