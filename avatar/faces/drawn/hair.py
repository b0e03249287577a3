"""Hair: masses with a sheen, and strands combed between two guide lines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from avatar.faces.drawn.figure import BACK_HAIR, HAIR, LOCKS, Figure, Layer
from avatar.faces.drawn.geometry import Anchor, Path, anchors, brush, ellipse, mirror, smooth, strokes, symmetric
from avatar.faces.drawn.paint import linear, mix, radial, rgb
from avatar.faces.drawn.vector import Group

Line = Sequence[Anchor]


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
    figure: Figure, a: Line, b: Line, at: Sequence[float], width: float, colour: str, alpha: float, layer: Layer,
    group: Group | None = None,
) -> None:  # fmt: skip
    """Tapered strands between the guide lines `a` (at 0) and `b` (at 1)."""
    one, two = np.array(a), np.array(b)
    taper = np.sin(np.linspace(0.06, np.pi, len(a)))
    spines = np.stack([one + (two - one) * share for share in at]).astype(np.float32)
    figure.add(strokes(spines, np.tile(width * taper, (len(at), 1))), rgb(colour, alpha), layer, group)


def mass(figure: Figure, anchors: Sequence[Anchor], tones: Tones, layer: Layer, top: float, bottom: float) -> None:
    """A body of hair: dark at the roots, a band of light, dark again, a little lighter at the ends."""
    high = bottom - top
    fill = linear(
        (0, top),
        (0, top + high),
        (0, rgb(tones.base)),
        (0.16, rgb(mix(tones.base, tones.light, 0.7))),
        (0.3, rgb(tones.base)),
        (0.55, rgb(tones.dark)),
        (1, rgb(mix(tones.base, tones.light, 0.5))),
    )
    figure.add(smooth(anchors), fill, layer)


def sheen(figure: Figure, a: Line, b: Line, tones: Tones, span: tuple[float, float]) -> None:
    """Light on the round of the head: short soft strokes of uneven length across the strands, from `a` to `b`."""
    one, two = np.array(a), np.array(b)
    spines, widths = [], []
    for index, share in enumerate((0.1, 0.2, 0.29, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)):
        guide = one + (two - one) * share
        uneven = 0.16 * ((index * 5) % 4 - 1.5) / 1.5
        stops = np.linspace(span[0] + uneven, span[1] - uneven * 0.7, 4)
        steps = np.arange(len(guide))
        spines.append(np.stack([np.interp(stops, steps, guide[:, 0]), np.interp(stops, steps, guide[:, 1])], 1))
        wide = 3.0 + 1.6 * ((index * 7) % 3)
        widths.append([0.1, wide, wide * 0.8, 0.1])
    figure.add(strokes(np.stack(spines), np.array(widths)), rgb(tones.sheen, 0.27), LOCKS)


# --- long -----------------------------------------------------------------------------------------------------------

_LONG: dict[int, tuple[Line, Line]] = {  # outer and inner guide line of each side; the parting is off the middle
    1: (
        anchors("-14,-130 36,-127 85,-92 103,-26 104,40 112,104 124,166 116,226 92,276"),
        anchors("-16,-88 24,-78 62,-44 81,4 81,56 80,110 90,166 86,222 90,276"),
    ),
    -1: (
        anchors("-13,-129.5 -54,-122 -90,-84 -102,-20 -103,42 -112,104 -123,162 -113,218 -90,262"),
        anchors("-15,-88 -40,-72 -66,-38 -81,6 -81,56 -80,110 -89,162 -84,214 -88,262"),
    ),
}


def _long_back(figure: Figure, tones: Tones) -> None:
    half = anchors("0,-131.5 58,-119 96,-70 103,10 108,90 119,170 112,236 60,262 0,262")
    deep = mix(tones.dark, "#050208", 0.25)
    figure.add(symmetric(half), linear((0, -60), (0, 240), (0, rgb(tones.dark)), (1, rgb(deep))), BACK_HAIR)
    for side in (-1, 1):
        outer = mirror(anchors("98,60 106,140 112,200 96,252"), side)
        inner = mirror(anchors("40,60 48,140 52,200 46,256"), side)
        comb(figure, outer, inner, (0.2, 0.5, 0.8), 4, tones.base, 0.7, BACK_HAIR)


def _long_side(figure: Figure, tones: Tones, side: int) -> None:
    outer, inner = _LONG[side]
    outline: list[Anchor] = [(*outer[0], 0.0), *outer[1:-1], (*outer[-1], 0.0), *inner[-2:0:-1], (*inner[0], 0.2)]
    mass(figure, outline, tones, LOCKS, -126, 276)
    comb(figure, outer, inner, (0.1, 0.34, 0.56, 0.8), 6.5, tones.dark, 0.34, LOCKS)
    comb(figure, outer, inner, (0.22, 0.45, 0.68, 0.9), 3.4, tones.light, 0.38, LOCKS)
    sheen(figure, outer, inner, tones, (1.1, 2.35))


def _long_front(figure: Figure, tones: Tones) -> None:
    for side in (1, -1):
        _long_side(figure, tones, side)
    # Curtain bangs: two soft locks from the parting to the jaw.
    for side in (1, -1):
        lock = _parted("0,-104,0 32,-94 62,-66 80,-22 86,24 80,72 62,130,0 66,82 70,40 62,-6 44,-32 18,-62", side)
        fill = linear(
            (0, -104), (0, 124),
            (0, rgb(tones.base)), (0.22, rgb(mix(tones.base, tones.light, 0.8))), (0.5, rgb(tones.base)),
            (1, rgb(tones.dark)),
        )  # fmt: skip
        figure.add(smooth(lock), fill, LOCKS)
        outer = _parted("4,-102 38,-88 68,-54 80,-8 82,42 65,118", side)
        inner = _parted("2,-98 22,-62 48,-32 66,0 73,44 64,118", side)
        comb(figure, outer, inner, (0.3, 0.62, 0.86), 3.6, tones.dark, 0.36, LOCKS)
        comb(figure, outer, inner, (0.14, 0.46, 0.76), 2.2, tones.light, 0.5, LOCKS)


def _parted(text: str, side: int) -> list[Anchor]:
    """Anchors whose upper end is drawn to the parting, which is off the middle."""
    return [(x - 15 * (1 - min(1.0, (y + 104) / 80)), y, *rest) for x, y, *rest in mirror(anchors(text), side)]


_LONG_SHADOW = smooth(
    anchors(
        "-96,-130 96,-130 100,80 70,84 68,30 60,-4 42,-30 14,-62 -14,-90 -30,-64 -50,-32 -64,-4 -71,30 -72,84 -100,80"
    )
)


# --- bob ------------------------------------------------------------------------------------------------------------

_BOB: dict[int, tuple[Line, Line]] = {
    1: (
        anchors("12,-130 56,-124 92,-88 107,-28 110,26 111,78 104,116 76,140"),
        anchors("10,-92 40,-76 68,-42 82,2 83,40 82,78 78,108 76,138"),
    ),
    -1: (
        anchors("10,-130 -48,-125 -90,-90 -106,-30 -110,26 -111,76 -103,112 -74,136"),
        anchors("8,-92 -34,-80 -66,-44 -82,2 -83,40 -82,76 -77,104 -74,134"),
    ),
}


def _bob_back(figure: Figure, tones: Tones) -> None:
    half = anchors("0,-132 60,-119 98,-68 107,10 109,80 96,128 50,138 0,138")
    deep = mix(tones.dark, "#1a0c08", 0.4)
    figure.add(symmetric(half), linear((0, -40), (0, 138), (0, rgb(tones.dark)), (1, rgb(deep))), BACK_HAIR)


def _bob_front(figure: Figure, tones: Tones) -> None:
    for side in (1, -1):
        outer, inner = _BOB[side]
        outline: list[Anchor] = [(*outer[0], 0.0), *outer[1:-1], (*outer[-1], 0.25), *inner[-2:0:-1], (*inner[0], 0.2)]
        mass(figure, outline, tones, LOCKS, -126, 140)
        comb(figure, outer, inner, (0.1, 0.34, 0.58, 0.82), 6.5, tones.dark, 0.32, LOCKS)
        comb(figure, outer, inner, (0.2, 0.45, 0.7, 0.9), 3.4, tones.light, 0.55, LOCKS)
        sheen(figure, outer, inner, tones, (1.1, 2.5))
    # Bangs swept from the parting across the forehead, each lock a little further.
    for root, tip, bow, wide in (
        ((12, -110), (-80, 22), (-74, -58), 30),
        ((10, -106), (-58, -12), (-50, -62), 26),
        ((8, -104), (-34, -22), (-28, -62), 24),
        ((12, -112), (83, 26), (78, -58), 30),
        ((14, -106), (62, -14), (56, -60), 24),
    ):
        swept(figure, tones, root, tip, bow, wide)


def swept(
    figure: Figure,
    tones: Tones,
    root: tuple[float, float],
    tip: tuple[float, float],
    bow: tuple[float, float],
    wide: float,
) -> None:
    """A pointed lock from `root` over `bow` to `tip`, with a dark edge below and a light strand along it."""
    t = np.linspace(0, 1, 6)[:, None]
    curve = (1 - t) ** 2 * np.array(root) + 2 * t * (1 - t) * np.array(bow) + t**2 * np.array(tip)
    spine = [(float(x), float(y)) for x, y in curve]
    widths = [wide * w for w in (0.5, 0.9, 1.0, 0.84, 0.5, 0.02)]
    fill = linear(
        root,
        tip,
        (0, rgb(tones.base)),
        (0.35, rgb(mix(tones.base, tones.light, 0.9))),
        (0.65, rgb(tones.base)),
        (1, rgb(tones.dark)),
    )
    figure.add(brush([(x + 0.6, y + 2.2) for x, y in spine], widths), rgb(tones.dark, 0.55), HAIR)
    figure.add(brush(spine, widths), fill, HAIR)
    across = np.gradient(curve, axis=0)
    normal = (
        np.stack([-across[:, 1], across[:, 0]], 1) / np.maximum(np.hypot(across[:, 0], across[:, 1]), 1e-6)[:, None]
    )
    for offset, tone, alpha, width in (
        (-0.22, tones.light, 0.6, 2.4),
        (0.2, tones.dark, 0.35, 2.6),
        (-0.02, tones.sheen, 0.22, 2.0),
    ):
        line = curve + normal * (np.array(widths) * offset)[:, None]
        figure.add(
            brush([(float(x), float(y)) for x, y in line], [0.1, width, width, width * 0.7, 0.4, 0.1]),
            rgb(tone, alpha),
            HAIR,
        )


_BOB_SHADOW = smooth(
    anchors(
        "-100,-130 100,-130 104,80 76,84 70,30 62,-14 40,-52 12,-84 -10,-44 -32,-24 -46,-34 -58,-14 -72,22 "
        "-76,84 -104,80"
    )
)


# --- short, parted at the side ---------------------------------------------------------------------------------------


def _short_back(figure: Figure, tones: Tones) -> None:
    half = anchors("0,-118 56,-108 84,-64 84,0 76,46 44,78 0,82")
    figure.add(symmetric(half), rgb(mix(tones.dark, "#000000", 0.2)), BACK_HAIR)


def _temples(figure: Figure, tones: Tones) -> None:
    for side in (-1, 1):
        temple: list[Anchor] = mirror(anchors("56,-90 84,-64 88,-24 85,8 79,26,0.2 75,8 73,-16 68,-44"), side)
        fill = linear((0, -80), (0, 28), (0, rgb(tones.base)), (0.6, rgb(tones.dark)), (1, rgb(tones.dark, 0.5)))
        figure.add(smooth(temple), fill, HAIR)


def _side_front(figure: Figure, tones: Tones) -> None:
    _temples(figure, tones)
    crown = anchors(
        "-76,-40,0.4 -88,-62 -82,-100 -58,-126 -34,-135 -6,-142 34,-141 70,-122 90,-88 90,-50 76,-32,0.2 "
        "70,-54 44,-80 0,-88 -40,-84 -66,-62"
    )
    fill = linear(
        (-40, -138),
        (30, -40),
        (0, rgb(tones.base)),
        (0.3, rgb(mix(tones.base, tones.light, 0.8))),
        (0.6, rgb(tones.base)),
        (1, rgb(tones.dark)),
    )
    figure.add(smooth(crown), fill, HAIR)
    for root, tip, bow, wide in (
        ((-44, -98), (-80, -10), (-84, -74), 22),
        ((-36, -104), (-68, -36), (-66, -80), 22),
        ((-38, -100), (18, -40), (4, -84), 28),
        ((-34, -108), (44, -44), (34, -98), 30),
        ((-30, -116), (66, -34), (64, -104), 34),
        ((-24, -124), (80, -22), (88, -108), 34),
    ):
        swept(figure, tones, root, tip, bow, wide)
    outer: Line = anchors("-36,-118 0,-137 42,-134 76,-108 88,-66")
    inner: Line = anchors("-36,-104 0,-114 36,-108 62,-84 76,-50")
    comb(figure, outer, inner, (0.12, 0.5), 5.0, tones.dark, 0.4, HAIR)
    comb(figure, outer, inner, (0.3, 0.66, 0.9), 3.4, tones.sheen, 0.26, HAIR)


_SIDE_SHADOW = smooth(
    anchors("-96,-130 96,-130 96,-10 76,-20 66,-42 46,-46 20,-42 0,-64 -40,-86 -64,-42 -78,-8 -96,-10")
)


# --- short and curly -------------------------------------------------------------------------------------------------


def _crop_front(figure: Figure, tones: Tones) -> None:
    _temples(figure, tones)
    outline: list[Anchor] = []
    for index in range(17):
        angle = np.pi * (1.0 - index / 16)
        grow = 1.0 if index % 2 == 0 else 1.055 + 0.02 * ((index * 5) % 3 - 1)
        outline.append((float(np.cos(angle) * 86 * grow), float(-46 - np.sin(angle) * 88 * grow)))
    hairline = anchors(
        "78,-34,0.3 70,-48 60,-66,0.4 44,-64 30,-74,0.4 12,-69 -4,-76,0.4 -22,-69 -40,-74,0.4 -54,-62 "
        "-68,-52,0.4 -78,-34,0.3"
    )
    fill = linear(
        (-30, -136),
        (20, -50),
        (0, rgb(mix(tones.base, tones.light, 0.7))),
        (0.45, rgb(tones.base)),
        (1, rgb(tones.dark)),
    )
    figure.add(smooth([*outline, *hairline]), fill, HAIR)
    curls, lights = [], []
    for index in range(33):
        row, column = divmod(index, 11)
        angle = np.pi * (0.97 - 0.94 * (column + 0.5 * (row % 2)) / 11)
        radius = 0.87 - 0.16 * row + 0.03 * ((index * 7) % 5 - 2) / 2
        x, y = float(np.cos(angle) * 82 * radius), float(-48 - np.sin(angle) * 86 * radius)
        if y > -84 and abs(x) < 74:
            continue
        size = 0.85 + 0.12 * ((index * 3) % 4)
        curl = [(x + a * size, y + b * size) for a, b in ((-9, 3), (-4, -4), (4, -5), (9, 1), (5, 7))]
        curls.append(curl)
        lights.append([(a - 1.5, b - 2.4) for a, b in curl[:4]])
    many = len(curls)
    figure.add(strokes(np.array(curls), np.tile([0.3, 3.2, 3.6, 2.6, 0.2], (many, 1))), rgb(tones.dark, 0.55), HAIR)
    figure.add(strokes(np.array(lights), np.tile([0.2, 1.9, 1.9, 0.2], (many, 1))), rgb(tones.sheen, 0.27), HAIR)


_CROP_SHADOW = smooth(anchors("-96,-130 96,-130 96,-20 76,-36 58,-62 30,-70 0,-72 -30,-70 -58,-62 -76,-36 -96,-20"))


# --- pinned up -------------------------------------------------------------------------------------------------------


def _bun_back(figure: Figure, tones: Tones) -> None:
    knot = ellipse(12, -142, 37, 27, -0.12)
    fill = radial((2, -152), 46, 34, (0, rgb(tones.light)), (0.5, rgb(tones.base)), (1, rgb(tones.dark)))
    figure.add(knot, fill, BACK_HAIR)
    turns = (
        anchors("-24,-138 -10,-162 22,-164 44,-148"),
        anchors("-20,-130 0,-148 26,-150 46,-138"),
        anchors("-8,-126 12,-136 30,-136 44,-130"),
    )
    for line in turns:
        figure.add(brush(line, [0.3, 3.4, 3.0, 0.2]), rgb(tones.dark, 0.55), BACK_HAIR)
        figure.add(brush([(x + 2, y + 4) for x, y in line], [0.2, 2.2, 2.0, 0.2]), rgb(tones.sheen, 0.3), BACK_HAIR)
    half = anchors("0,-122 56,-112 86,-66 87,-6 78,40 50,62 0,66")
    figure.add(symmetric(half), rgb(mix(tones.dark, "#000000", 0.2)), BACK_HAIR)


def _bun_front(figure: Figure, tones: Tones) -> None:
    cap = anchors(
        "-83,8,0.2 -91,-26 -92,-64 -76,-106 -40,-128 0,-134 44,-128 79,-106 93,-64 92,-26 83,8,0.2 77,-6 72,-38 "
        "54,-68 16,-86 -24,-94,0.3 -52,-74 -70,-40 -76,-6"
    )
    fill = linear(
        (0, -134), (0, 6),
        (0, rgb(tones.dark)), (0.25, rgb(mix(tones.base, tones.light, 0.7))), (0.6, rgb(tones.base)),
        (1, rgb(tones.dark)),
    )  # fmt: skip
    figure.add(smooth(cap), fill, HAIR)
    group, _ = figure.clip(smooth(cap), HAIR)
    for side, parting in ((1, (-16.0, -100.0)), (-1, (-30.0, -100.0))):
        outer = mirror(anchors("86,-4 90,-50 66,-106 22,-130"), side)
        inner = [parting, (parting[0] + 6 * side, -110), (side * 4, -120), (side * 8, -130)]
        comb(figure, outer, inner, (0.14, 0.36, 0.58, 0.8), 5.0, tones.dark, 0.36, HAIR, group)
        comb(figure, outer, inner, (0.25, 0.47, 0.7), 3.0, tones.sheen, 0.3, HAIR, group)
    for root, tip, bow, wide in (((-26, -106), (-81, 8), (-80, -70), 28), ((-26, -108), (82, 4), (72, -84), 36)):
        swept(figure, tones, root, tip, bow, wide)
    for side in (-1, 1):
        wisp = mirror(anchors("77,-14 80,20 74,52 78,84"), side)
        figure.add(brush(wisp, [2.6, 3.2, 2.4, 0.1]), rgb(tones.base), LOCKS)


_BUN_SHADOW = smooth(anchors("-96,-130 96,-130 96,0 76,4 70,-30 50,-60 14,-76 -22,-88 -50,-64 -68,-32 -76,4 -96,0"))

STYLES: dict[str, Style] = {
    "long": Style(_long_back, _long_front, _LONG_SHADOW),
    "bob": Style(_bob_back, _bob_front, _BOB_SHADOW),
    "side": Style(_short_back, _side_front, _SIDE_SHADOW),
    "bun": Style(_bun_back, _bun_front, _BUN_SHADOW),
    "crop": Style(_short_back, _crop_front, _CROP_SHADOW),
}
