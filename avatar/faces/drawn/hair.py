"""Hair: masses with a sheen, and strands combed between two guide lines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from avatar.faces.drawn.figure import BACK_HAIR, HAIR, LOCKS, Figure, Layer
from avatar.faces.drawn.geometry import Anchor, Path, brush, smooth, symmetric
from avatar.faces.drawn.paint import linear, mix, rgb

Line = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Tones:
    base: str
    dark: str
    light: str
    sheen: str

    @classmethod
    def of(cls, base: str) -> "Tones":
        return cls(
            base=base,
            dark=mix(base, "#120a12", 0.45),
            light=mix(base, "#c98f6f", 0.24),
            sheen=mix(base, "#ffe9d8", 0.42),
        )


@dataclass(frozen=True, slots=True)
class Style:
    """`shadow` is the hairline seen from the front: what throws a shadow on the forehead."""

    back: Callable[[Figure, Tones], None]
    front: Callable[[Figure, Tones], None]
    shadow: Path


def comb(
    figure: Figure, a: Line, b: Line, at: Sequence[float], width: float, colour: str, alpha: float, layer: Layer
) -> None:
    """Tapered strands between the guide lines `a` (at 0) and `b` (at 1)."""
    one, two = np.array(a), np.array(b)
    taper = np.sin(np.linspace(0.06, np.pi - 0.03, len(a)) ** 0.9) + 0.04
    for share in at:
        spine = one + (two - one) * share
        figure.add(brush([(x, y) for x, y in spine], [float(width * t) for t in taper]), rgb(colour, alpha), layer)


def mass(figure: Figure, anchors: Sequence[Anchor], tones: Tones, layer: Layer, top: float, bottom: float) -> None:
    """A body of hair: dark at the roots, a band of light, dark again, a little lighter at the ends."""
    high = bottom - top
    fill = linear(
        (0, top), (0, top + high),
        (0, rgb(tones.base)), (0.16, rgb(mix(tones.base, tones.light, 0.7))), (0.3, rgb(tones.base)),
        (0.55, rgb(tones.dark)), (1, rgb(mix(tones.base, tones.light, 0.5))),
    )  # fmt: skip
    figure.add(smooth(anchors), fill, layer)


def _flip(line: Line, squeeze: float = 1.0) -> list[tuple[float, float]]:
    return [(-x * squeeze, y) for x, y in line]


# --- long -----------------------------------------------------------------------------------------------------------

_LONG_OUTER: Line = [(-8, -124), (42, -120), (84, -84), (100, -24), (101, 60), (110, 140), (112, 205), (98, 262)]
_LONG_INNER: Line = [(-10, -92), (22, -82), (58, -54), (78, -8), (80, 60), (80, 140), (86, 205), (97, 262)]


def _long_back(figure: Figure, tones: Tones) -> None:
    half: list[Anchor] = [
        (0, -126),
        (58, -114),
        (94, -64),
        (102, 10),
        (106, 90),
        (116, 170),
        (112, 228),
        (60, 250),
        (0, 252),
    ]
    fill = linear((0, -60), (0, 240), (0, rgb(tones.dark)), (1, rgb(mix(tones.dark, "#000000", 0.25))))
    figure.add(symmetric(half), fill, BACK_HAIR)


def _long_side(figure: Figure, tones: Tones, side: int) -> None:
    outer, inner = list(_LONG_OUTER), list(_LONG_INNER)
    if side < 0:
        # The parting is off the middle, so this side starts nearer.
        outer = [(-9, -125), (-46, -117), (-85, -80), (-100, -22), (-102, 60), (-111, 140), (-111, 200), (-95, 250)]
        inner = [(-11, -92), (-34, -80), (-62, -50), (-79, -4), (-81, 60), (-79, 140), (-85, 200), (-94, 250)]
    outline: list[Anchor] = [(*outer[0], 0.0), *outer[1:-1], (*outer[-1], 0.0), *inner[-2:0:-1], (*inner[0], 0.0)]
    mass(figure, outline, tones, LOCKS, -126, 262)
    comb(figure, outer, inner, (0.12, 0.3, 0.52, 0.74), 5.0, tones.dark, 0.4, LOCKS)
    comb(figure, outer, inner, (0.2, 0.42, 0.62, 0.88), 2.6, tones.light, 0.5, LOCKS)
    sheen = slice(1, 4)
    comb(figure, outer[sheen], inner[sheen], (0.16, 0.24, 0.36, 0.46, 0.58, 0.68, 0.8), 4.2, tones.sheen, 0.3, LOCKS)


def _long_front(figure: Figure, tones: Tones) -> None:
    for side in (1, -1):
        _long_side(figure, tones, side)
    right: list[Anchor] = [
        (-10, -100, 0),
        (26, -92),
        (62, -62),
        (80, -14),
        (81, 34),
        (72, 84, 0),
        (74, 30),
        (68, -14),
        (46, -52),
        (16, -76),
    ]
    left: list[Anchor] = [
        (-10, -100, 0),
        (-38, -88),
        (-68, -56),
        (-81, -10),
        (-82, 36),
        (-73, 80, 0),
        (-75, 30),
        (-70, -10),
        (-52, -48),
        (-26, -74),
    ]
    for lock in (right, left):
        fill = linear(
            (0, -100),
            (0, 84),
            (0, rgb(tones.base)),
            (0.3, rgb(tones.light)),
            (0.6, rgb(tones.base)),
            (1, rgb(tones.dark)),
        )
        figure.add(smooth(lock), fill, LOCKS)
    comb(
        figure,
        [(-8, -98), (36, -80), (70, -34), (78, 20), (74, 74)],
        [(-8, -92), (30, -70), (64, -26), (74, 20), (73, 74)],
        (0.3, 0.8),
        1.8,
        tones.sheen,
        0.35,
        LOCKS,
    )
    comb(
        figure,
        [(-12, -98), (-46, -78), (-74, -30), (-79, 20), (-75, 70)],
        [(-12, -92), (-40, -68), (-68, -26), (-76, 20), (-74, 70)],
        (0.3, 0.8),
        1.8,
        tones.sheen,
        0.35,
        LOCKS,
    )
    comb(
        figure,
        [(-11, -122), (-10, -112), (-10, -98)],
        [(-9, -122), (-9, -112), (-9, -98)],
        (0.5,),
        2.2,
        tones.dark,
        0.9,
        HAIR,
    )


_LONG_SHADOW = smooth([
    (-90, -130), (90, -130), (96, 60), (72, 80), (72, 20), (66, -18), (44, -54), (14, -78), (-10, -90), (-28, -76), (-52, -50),
    (-69, -12), (-74, 26), (-74, 78), (-96, 60),
])  # fmt: skip

STYLES: dict[str, Style] = {"long": Style(_long_back, _long_front, _LONG_SHADOW)}
