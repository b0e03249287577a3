"""The haircuts: what lies behind the head, what before it, and the shadow the fringe throws."""

import numpy as np

from avatar.faces.drawn.figure import BACK_HAIR, HAIR, LOCKS, Figure
from avatar.faces.drawn.geometry import Anchor, anchors, brush, ellipse, mirror, smooth, strokes, symmetric
from avatar.faces.drawn.hair import Line, Locks, Style, Tones, fall, mass, rim, swept
from avatar.faces.drawn.paint import linear, mix, radial, rgb

# --- long, straight or in waves --------------------------------------------------------------------------------------

_LONG: dict[int, tuple[Line, Line]] = {  # outer and inner guide line of each side; the parting is off the middle
    1: (
        anchors("-14,-133 36,-130 84,-98 103,-34 104,40 109,104 121,166 118,232 94,292"),
        anchors("-16,-88 22,-74 60,-42 79,4 80,56 75,110 78,166 78,226 86,290"),
    ),
    -1: (
        anchors("-13,-133 -52,-126 -90,-90 -102,-28 -103,42 -110,104 -121,162 -116,226 -92,280"),
        anchors("-15,-88 -38,-70 -64,-36 -79,6 -80,56 -75,110 -78,162 -77,220 -86,280"),
    ),
}


def _long_back(figure: Figure, tones: Tones) -> None:
    half = anchors("0,-133 58,-122 96,-74 103,10 108,90 118,170 112,236 74,268 40,250 0,262")
    deep = mix(tones.dark, "#050208", 0.3)
    fill = linear((0, -60), (0, 240), (0, rgb(tones.dark)), (0.6, rgb(deep)), (1, rgb(tones.dark)))
    figure.add(symmetric(half), fill, BACK_HAIR)
    strands = [mirror(anchors(f"{x},60 {x + 6},150 {x + 4},252"), side) for side in (-1, 1) for x in (44, 62, 80)]
    figure.add(strokes(np.array(strands), np.tile([1.0, 7.0, 0.5], (6, 1))), rgb(tones.base, 0.5), BACK_HAIR)


def _long_sides(figure: Figure, tones: Tones, wave: float) -> None:
    for side in (1, -1):
        outer, inner = _LONG[side]
        outline: list[Anchor] = [(*outer[0], 0.0), *outer[1:-2], *inner[-3:0:-1], (*inner[0], 0.2)]
        mass(figure, outline, tones, LOCKS)
        locks = Locks.on(figure, tones, LOCKS)
        fall(locks, outer, inner, 4, wave=wave, light=0.23)
        locks.finish()
        rim(figure, tones, LOCKS, [(x - side * 1.5, y) for x, y in outer[2:8]], 2.4, 0.3)


def _long_front(figure: Figure, tones: Tones) -> None:
    _long_sides(figure, tones, 3.5)
    locks = Locks.on(figure, tones, LOCKS)  # curtain bangs: soft locks from the parting to the jaw
    for root, tip, bow, wide, light in (
        ((-8, -118), (70, 140), (104, -44), 30, 0.3), ((-18, -118), (-74, 128), (-98, -40), 28, 0.3),
        ((-8, -114), (84, 62), (74, -72), 30, 0.36), ((-18, -114), (-84, 54), (-72, -70), 28, 0.36),
        ((-10, -112), (74, 2), (52, -74), 20, 0.4), ((-16, -112), (-70, -2), (-52, -72), 18, 0.4),
    ):  # fmt: skip
        swept(locks, root, tip, bow, wide, light, 0.12)
    locks.finish(sheen=0.24)


def _wave_front(figure: Figure, tones: Tones) -> None:
    _long_sides(figure, tones, 13.0)
    locks = Locks.on(figure, tones, LOCKS)  # a deep side parting, swept over the brow
    for root, tip, bow, wide, tone in (
        ((26, -124), (-84, 40), (-92, -70), 38, -0.1), ((26, -120), (-76, -6), (-70, -78), 34, 0.1),
        ((24, -114), (-60, -34), (-44, -80), 26, 0.2), ((30, -122), (84, 44), (92, -70), 30, 0.0),
        ((28, -116), (76, -8), (76, -70), 24, 0.14),
    ):  # fmt: skip
        swept(locks, root, tip, bow, wide, 0.36, tone)
    locks.finish(sheen=0.24)


_LONG_SHADOW = smooth(
    anchors(
        "-96,-130 96,-130 100,80 70,84 68,30 58,-8 40,-44 14,-72 -14,-88 -32,-68 -50,-38 -62,-8 -70,30 -72,84 -100,80"
    )
)
_WAVE_SHADOW = smooth(
    anchors("-96,-130 96,-130 100,80 72,84 70,20 66,-24 48,-66 28,-96 4,-66 -30,-44 -58,-16 -74,30 -76,84 -100,80")
)


# --- bob ------------------------------------------------------------------------------------------------------------

_BOB: dict[int, tuple[Line, Line]] = {
    1: (
        anchors("12,-134 56,-127 92,-92 108,-32 111,26 112,74 106,112 76,136"),
        anchors("10,-96 40,-80 68,-44 81,2 81,40 79,78 72,112 62,134"),
    ),
    -1: (
        anchors("10,-134 -48,-128 -90,-94 -107,-34 -111,26 -112,74 -106,110 -74,134"),
        anchors("8,-96 -34,-84 -66,-46 -81,2 -81,40 -79,76 -72,108 -60,132"),
    ),
}


def _bob_back(figure: Figure, tones: Tones) -> None:
    half = anchors("0,-134 60,-121 98,-70 107,10 109,78 98,124 60,134 0,128")
    deep = mix(tones.dark, "#14070a", 0.45)
    figure.add(symmetric(half), linear((0, -40), (0, 138), (0, rgb(tones.dark)), (1, rgb(deep))), BACK_HAIR)


def _bob_front(figure: Figure, tones: Tones) -> None:
    for side in (1, -1):
        outer, inner = _BOB[side]
        outline: list[Anchor] = [(*outer[0], 0.0), *outer[1:-1], *inner[-2:0:-1], (*inner[0], 0.2)]
        mass(figure, outline, tones, LOCKS)
        locks = Locks.on(figure, tones, LOCKS)
        fall(locks, outer, inner, 5, light=0.32, ends=(1.0, 0.97, 1.0, 0.95, 0.98))
        locks.finish()
        rim(figure, tones, LOCKS, [(x - side * 1.5, y) for x, y in outer[2:7]], 2.4, 0.36)
    _bangs(figure, tones)


def _bangs(figure: Figure, tones: Tones) -> None:
    """Light bangs: pointed locks over the brows with the forehead between them, longer ones at the temples."""
    locks = Locks.on(figure, tones, HAIR)
    for root, tip, bow, wide, tone in (
        ((12, -118), (-81, 40), (-92, -66), 32, -0.15), ((14, -118), (84, 42), (94, -66), 32, -0.15),
        ((8, -116), (-70, 2), (-58, -80), 30, 0.0), ((18, -116), (74, -2), (64, -80), 29, 0.0),
        ((8, -115), (-50, -14), (-40, -84), 28, 0.1), ((16, -115), (54, -10), (44, -84), 27, 0.08),
        ((10, -115), (-28, -8), (-30, -82), 27, 0.14), ((15, -115), (30, -16), (36, -82), 26, 0.14),
        ((12, -115), (-2, -12), (-12, -80), 25, 0.18), ((13, -115), (12, -20), (20, -80), 20, 0.2),
    ):  # fmt: skip
        swept(locks, root, tip, bow, wide, 0.42, tone)
    locks.finish(sheen=0.24)


_BOB_SHADOW = smooth(
    anchors(
        "-100,-130 100,-130 104,80 76,84 74,36 62,-4 44,-14 30,-26 18,-18 2,-30 -14,-14 -26,-26 -38,-8 -50,-20 "
        "-62,0 -74,36 -76,84 -104,80"
    )
)


# --- tied back -------------------------------------------------------------------------------------------------------


def _pony_back(figure: Figure, tones: Tones) -> None:
    locks = Locks.on(figure, tones, BACK_HAIR)
    outer = anchors("40,-140 96,-128 128,-66 132,10 126,80 112,150 96,196")
    inner = anchors("20,-120 60,-104 84,-50 88,10 90,80 92,140 96,190")
    fall(locks, outer, inner, 5, wave=4, light=0.3)
    locks.finish()
    half = anchors("0,-130 58,-118 90,-72 90,-4 80,44 50,64 0,66")
    figure.add(symmetric(half), rgb(mix(tones.dark, "#050208", 0.2)), BACK_HAIR)


def _cap(figure: Figure, tones: Tones, parting: float) -> None:
    """Hair combed back over the head; `parting`: x of where it begins."""
    cap = anchors(
        "-82,10,0.2 -91,-26 -92,-66 -77,-108 -42,-130 0,-136 44,-130 79,-108 93,-66 92,-26 82,10,0.2 76,-8 71,-42 "
        "52,-74 16,-92 -24,-96,0.5 -54,-78 -71,-42 -76,-8"
    )
    mass(figure, cap, tones, HAIR)
    locks = Locks.on(figure, tones, HAIR)
    for side in (1, -1):
        for end, bow, wide, tone in (
            ((84, 4), (100, -84), 24, -0.2), ((80, -40), (84, -108), 24, 0.05), ((64, -84), (58, -124), 24, 0.12),
            ((40, -112), (34, -130), 16, 0.15),
        ):  # fmt: skip
            root = (parting + 5 * side, -106.0)
            swept(locks, root, (side * end[0], end[1]), (side * bow[0], bow[1]), wide, 0.42, tone)
    locks.finish(lines=0.36)


def _pony_front(figure: Figure, tones: Tones) -> None:
    _cap(figure, tones, -4)
    locks = Locks.on(figure, tones, LOCKS)  # loose strands beside the face
    for side in (1, -1):
        swept(locks, (side * 74, -50), (side * 76, 100), (side * 100, 10), 13, 0.3, 0.1)
    locks.finish()
    _bangs(figure, tones)
    figure.add(brush(anchors("26,-136 44,-142 60,-132"), [8, 12, 8]), rgb("#e8637a"), HAIR)
    figure.add(brush(anchors("28,-138 42,-144 56,-136"), [0.5, 2.4, 0.5]), rgb("#ffd6dc", 0.8), HAIR)


def _bun_back(figure: Figure, tones: Tones) -> None:
    fill = radial((4, -146), 44, 30, (0, rgb(tones.light)), (0.5, rgb(tones.base)), (1, rgb(tones.dark)))
    figure.add(ellipse(14, -136, 36, 23, -0.12), fill, BACK_HAIR)
    locks = Locks.on(figure, tones, BACK_HAIR)
    for root, tip, bow, wide in (
        ((-20, -130), (48, -134), (14, -168), 14), ((-18, -126), (46, -128), (14, -148), 12),
    ):  # fmt: skip
        swept(locks, root, tip, bow, wide, 0.45, 0.15)
    locks.finish()
    half = anchors("0,-124 56,-114 86,-68 87,-6 78,40 50,62 0,66")
    figure.add(symmetric(half), rgb(mix(tones.dark, "#050208", 0.2)), BACK_HAIR)


def _bun_front(figure: Figure, tones: Tones) -> None:
    _cap(figure, tones, -24)
    locks = Locks.on(figure, tones, HAIR)
    for root, tip, bow, wide, tone in (
        ((-22, -114), (-82, 14), (-86, -70), 26, -0.1), ((-22, -116), (84, 10), (88, -90), 34, -0.1),
        ((-20, -112), (70, -36), (62, -92), 26, 0.14),
    ):  # fmt: skip
        swept(locks, root, tip, bow, wide, 0.4, tone)
    locks.finish(sheen=0.24)
    loose = Locks.on(figure, tones, LOCKS)
    for side in (-1, 1):
        swept(loose, (side * 76, -20), (side * 76, 92), (side * 92, 30), 7, 0.4, 0.1)
    loose.finish()


_BUN_SHADOW = smooth(anchors("-96,-130 96,-130 96,0 76,4 70,-30 50,-62 14,-84 -22,-100 -50,-70 -68,-32 -76,4 -96,0"))


# --- short ----------------------------------------------------------------------------------------------------------


def _short_back(figure: Figure, tones: Tones) -> None:
    half = anchors("0,-122 56,-112 84,-68 83,-6 70,36 40,66 0,70")
    figure.add(symmetric(half), rgb(mix(tones.dark, "#050208", 0.2)), BACK_HAIR)


def _temples(figure: Figure, tones: Tones) -> None:
    for side in (-1, 1):
        temple: list[Anchor] = mirror(anchors("56,-90 84,-64 88,-24 85,8 79,24,0.2 75,8 73,-16 68,-44"), side)
        fill = linear((0, -80), (0, 26), (0, rgb(tones.base)), (0.6, rgb(tones.dark)), (1, rgb(tones.dark, 0.35)))
        figure.add(smooth(temple), fill, HAIR)


_Lock = tuple[tuple[float, float], tuple[float, float], tuple[float, float], float, float]


def _short(figure: Figure, tones: Tones, crown: Line, locks_of_it: tuple[_Lock, ...]) -> None:
    _temples(figure, tones)
    mass(figure, crown, tones, HAIR)
    locks = Locks.on(figure, tones, HAIR)
    for root, tip, bow, wide, tone in locks_of_it:
        swept(locks, root, tip, bow, wide, 0.38, tone)
    locks.finish(sheen=0.18)


def _side_front(figure: Figure, tones: Tones) -> None:
    crown = anchors(
        "-76,-40,0.4 -90,-62 -84,-102 -60,-128 -34,-138 -6,-145 34,-144 70,-124 92,-88 91,-50 76,-32,0.2 "
        "70,-54 44,-80 0,-88 -40,-84 -66,-62"
    )
    _short(figure, tones, crown, (
        ((-24, -136), (-90, -44), (-92, -132), 32, -0.1), ((-30, -124), (-88, -30), (-86, -112), 28, 0.0),
        ((-44, -102), (-82, -8), (-92, -76), 24, -0.15), ((-36, -108), (-68, -38), (-70, -84), 24, 0.05),
        ((-20, -134), (88, -34), (100, -128), 38, -0.15), ((-26, -128), (82, -22), (92, -112), 36, 0.0),
        ((-30, -120), (66, -30), (66, -106), 34, 0.1), ((-34, -112), (44, -40), (36, -100), 30, 0.16),
        ((-38, -104), (18, -38), (4, -86), 26, 0.22),
    ))  # fmt: skip


_SIDE_SHADOW = smooth(
    anchors("-96,-130 96,-130 96,-10 76,-20 66,-38 46,-44 20,-40 0,-64 -40,-88 -64,-42 -78,-8 -96,-10")
)


def _fringe_front(figure: Figure, tones: Tones) -> None:
    """Full on top, parted by itself, falling over the forehead."""
    crown = anchors(
        "-80,-34,0.4 -94,-60 -90,-104 -64,-134 -30,-146 6,-148 42,-143 74,-124 93,-90 92,-54 80,-32,0.4 "
        "66,-48 34,-58 0,-60 -36,-58 -66,-46"
    )
    _short(figure, tones, crown, (
        ((6, -136), (-86, -12), (-106, -92), 36, -0.2), ((10, -138), (88, -14), (106, -94), 36, -0.2),
        ((8, -132), (-74, -18), (-84, -96), 34, 0.0), ((12, -132), (78, -16), (92, -94), 34, 0.0),
        ((14, -130), (62, -26), (84, -98), 32, 0.06), ((4, -130), (-58, -24), (-62, -98), 34, 0.06),
        ((12, -130), (42, -20), (66, -98), 34, 0.12), ((4, -128), (-40, -16), (-34, -98), 32, 0.12),
        ((10, -128), (18, -26), (40, -94), 32, 0.16), ((6, -128), (-14, -22), (-2, -94), 30, 0.2),
    ))  # fmt: skip


_FRINGE_SHADOW = smooth(
    anchors(
        "-96,-130 96,-130 96,-6 78,-12 66,-18 48,-22 34,-44 22,-38 4,-62 -14,-32 -28,-42 -42,-18 -62,-16 -78,-8 -96,-6"
    )
)


def _back_front(figure: Figure, tones: Tones) -> None:
    """Parted and combed over, a high forehead left free."""
    crown = anchors(
        "-77,-36,0.3 -90,-60 -86,-100 -62,-130 -26,-143 10,-145 48,-138 76,-116 91,-84 91,-52 77,-34,0.3 "
        "72,-58 50,-84 14,-94 -20,-92 -54,-78 -70,-56"
    )
    _short(figure, tones, crown, (
        ((-46, -100), (-86, -12), (-96, -84), 24, -0.15), ((-38, -112), (-90, -46), (-88, -118), 26, -0.05),
        ((-20, -134), (-86, -70), (-76, -136), 26, 0.0), ((-18, -136), (89, -36), (102, -134), 38, -0.12),
        ((-26, -130), (84, -46), (88, -126), 36, 0.0), ((-34, -120), (72, -60), (66, -124), 34, 0.08),
        ((-40, -110), (56, -74), (40, -118), 30, 0.14), ((-44, -102), (36, -82), (16, -112), 26, 0.2),
        ((-46, -96), (10, -90), (-8, -106), 18, 0.22),
    ))  # fmt: skip


_BACK_SHADOW = smooth(anchors("-96,-130 96,-130 96,-20 76,-34 66,-58 44,-84 10,-94 -22,-90 -54,-74 -76,-34 -96,-20"))


def _crop_front(figure: Figure, tones: Tones) -> None:
    _temples(figure, tones)
    outline: list[Anchor] = []
    for index in range(17):
        angle = np.pi * (1.0 - index / 16)
        grow = 1.0 if index % 2 == 0 else 1.045 + 0.02 * ((index * 5) % 3 - 1)
        outline.append((float(np.cos(angle) * 87 * grow), float(-46 - np.sin(angle) * 90 * grow)))
    hairline = anchors(
        "78,-34,0.3 70,-48 60,-66,0.4 44,-64 30,-74,0.4 12,-69 -4,-76,0.4 -22,-69 -40,-74,0.4 -54,-62 "
        "-68,-52,0.4 -78,-34,0.3"
    )
    fill = linear(
        (-30, -136), (20, -50),
        (0, rgb(mix(tones.base, tones.light, 0.7))), (0.45, rgb(tones.base)), (1, rgb(tones.dark)),
    )  # fmt: skip
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
    figure.add(strokes(np.array(curls), np.tile([0.3, 3.2, 3.6, 2.6, 0.2], (many, 1))), rgb(tones.dark, 0.5), HAIR)
    figure.add(strokes(np.array(lights), np.tile([0.2, 1.9, 1.9, 0.2], (many, 1))), rgb(tones.sheen, 0.3), HAIR)


_CROP_SHADOW = smooth(anchors("-96,-130 96,-130 96,-20 76,-36 58,-62 30,-70 0,-72 -30,-70 -58,-62 -76,-36 -96,-20"))

STYLES: dict[str, Style] = {
    "long": Style(_long_back, _long_front, _LONG_SHADOW),
    "wave": Style(_long_back, _wave_front, _WAVE_SHADOW),
    "bob": Style(_bob_back, _bob_front, _BOB_SHADOW),
    "pony": Style(_pony_back, _pony_front, _BOB_SHADOW),
    "bun": Style(_bun_back, _bun_front, _BUN_SHADOW),
    "side": Style(_short_back, _side_front, _SIDE_SHADOW),
    "fringe": Style(_short_back, _fringe_front, _FRINGE_SHADOW),
    "back": Style(_short_back, _back_front, _BACK_SHADOW),
    "crop": Style(_short_back, _crop_front, _CROP_SHADOW),
}
