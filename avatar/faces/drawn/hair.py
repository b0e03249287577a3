"""Hair is made of locks: tapered ribbons with a band of light, fine dark lines between them and a sheen across them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar.faces.drawn.figure import Figure, Layer
from avatar.faces.drawn.geometry import (
    Anchor,
    Path,
    Points,
    brush_commands,
    brush_points,
    closed_commands,
    smooth,
    strokes,
)
from avatar.faces.drawn.paint import linear, mix, rgb

Line = Sequence[Anchor]
Curve = NDArray[np.float64]


_SHINES = ((0.12, 0.2), (-0.3, 0.13))  # where across a lock the sheen lies, and how long it is


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
            dark=mix(base, "#0e0610", 0.5),
            light=mix(base, "#c47d63", 0.3),
            sheen=mix(base, "#ffe2cf", 0.5),
        )


@dataclass(frozen=True, slots=True)
class Style:
    """`shadow` is the hairline seen from the front: what throws a shadow on the forehead."""

    back: Callable[[Figure, Tones], None]
    front: Callable[[Figure, Tones], None]
    shadow: Path


def bent(root: tuple[float, float], bow: tuple[float, float], tip: tuple[float, float], count: int = 5) -> Curve:
    t = np.linspace(0, 1, count)[:, None]
    line: Curve = (1 - t) ** 2 * np.array(root) + 2 * t * (1 - t) * np.array(bow) + t**2 * np.array(tip)
    return line


def along(guide: Line | Curve, at: Curve) -> Curve:
    """Points of a guide line at shares 0..1 of its length."""
    points = np.array([point[:2] for point in guide], float)
    far = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    return np.stack([np.interp(at * far[-1], far, points[:, k]) for k in (0, 1)], 1)


def across(line: Curve) -> Curve:
    """Unit normals of a line."""
    ahead = np.gradient(line, axis=0)
    normal: Curve = np.stack([-ahead[:, 1], ahead[:, 0]], 1)
    return normal / np.maximum(np.hypot(ahead[:, 0], ahead[:, 1]), 1e-6)[:, None]


def sliver(line: Curve, width: float) -> Points:
    """The outline of a pointed stroke through four points, of two curves only: fine lines are many."""
    p0, p1, p2, p3 = line
    one, two = (-5 * p0 + 18 * p1 - 9 * p2 + 2 * p3) / 6, (2 * p0 - 9 * p1 + 18 * p2 - 5 * p3) / 6
    off = across(line)[1:3] * (width * 2 / 3)  # a curve bulges by three quarters of what its handles do
    return np.array([p0, one + off[0], two + off[1], p3, two - off[1], one - off[0], p0], np.float32)


@dataclass(slots=True)
class Locks:
    """Locks of one head of hair; `finish` adds the lines between them and the sheen across them."""

    figure: Figure
    tones: Tones
    layer: Layer
    lines: list[Points]
    shines: list[Points]

    @classmethod
    def on(cls, figure: Figure, tones: Tones, layer: Layer) -> "Locks":
        return cls(figure, tones, layer, [], [])

    def add(
        self,
        spine: Curve,
        widths: Sequence[float],
        *,
        light: float = 0.3,
        tone: float = 0.0,
        gloss: float = 1.0,
        edge: float = 0.72,
    ) -> None:
        """`light`: where along it the band of light lies; `tone`: -1 darker .. 1 lighter; `gloss`: of the sheen;
        `edge`: where across it the dark line lies, -1..1."""
        tones = self.tones
        base = mix(tones.base, tones.light if tone > 0 else tones.dark, min(abs(tone), 1.0))
        bright = mix(mix(base, tones.light, 0.8), tones.sheen, 0.1)
        fill = linear(
            (float(spine[0, 0]), float(spine[0, 1])), (float(spine[-1, 0]), float(spine[-1, 1])),
            (0, rgb(mix(base, tones.dark, 0.45))), (max(light - 0.16, 0.02), rgb(base)), (light, rgb(bright)),
            (min(light + 0.2, 0.96), rgb(base)), (1, rgb(mix(base, tones.dark, 0.62))),
        )  # fmt: skip
        wide = np.array(widths, np.float32)
        points = spine.astype(np.float32)
        self.figure.add(Path(brush_commands(len(spine)), brush_points(points, wide)), fill, self.layer)
        normal = across(spine) * (np.array(widths) / 2)[:, None]
        self.lines.append(sliver(along(spine + edge * normal, np.linspace(0.08, 1, 4)), 2.2))
        if gloss:
            self._shine(spine, normal, light, gloss)

    def _shine(self, spine: Curve, normal: Curve, light: float, gloss: float) -> None:
        for shift, long in _SHINES[: 1 if gloss < 1 else 2]:
            at = np.clip(np.linspace(light - long, light + long * 0.8, 4), 0.02, 0.98)
            wide = float(np.hypot(*normal.max(0))) * 0.26 * gloss + 1.2
            self.shines.append(sliver(along(spine + shift * normal, at), wide))

    def finish(self, *, lines: float = 0.42, sheen: float = 0.2) -> None:
        """Strengths of the dark lines and of the sheen, 0..1."""
        for outlines, colour in (
            (self.lines, rgb(self.tones.dark, lines)),
            (self.shines, rgb(self.tones.sheen, sheen)),
        ):
            if outlines and colour[3]:
                path = Path(closed_commands(2) * len(outlines), np.concatenate(outlines))
                self.figure.add(path, colour, self.layer)
        self.lines, self.shines = [], []


def fall(
    locks: Locks, outer: Line, inner: Line, count: int, *, wave: float = 0.0, light: float = 0.25,
    ends: Sequence[float] = (1.0, 0.94, 0.98, 0.9, 0.96),
) -> None:  # fmt: skip
    """`count` locks side by side between two guide lines, the inner ones in front. `wave`: in figure units."""
    t = np.linspace(0, 1, 7)
    taper = np.array([0.75, 1.03, 1.1, 1.1, 1.06, 0.9, 0.06])
    first, second = along(outer, t), along(inner, t)
    inside = 0.78 * float(np.sign(np.sum(across(first) * (second - first))))  # not on the hair's own outline
    for index in range(count):
        at = t * ends[index % len(ends)]
        one, two = along(outer, at), along(inner, at)
        share = (index + 0.5) / count
        spine = one + (two - one) * share
        swing = wave * np.sin(2 * np.pi * (1.6 * t + 0.13 * index)) * np.clip(t * 1.6 - 0.4, 0, 1)
        spine = spine + across(spine) * swing[:, None]
        wide = np.hypot(*(two - one).T) / count * 1.5 * taper
        tone = (0.0, -0.25, 0.14, -0.12, 0.06)[index % 5]
        locks.add(
            spine,
            [float(w) for w in wide],
            light=light + 0.03 * ((index * 3) % 4 - 1.5),
            tone=tone,
            gloss=0.99,
            edge=inside,
        )


def swept(
    locks: Locks, root: tuple[float, float], tip: tuple[float, float], bow: tuple[float, float], wide: float,
    light: float = 0.34, tone: float = 0.0,
) -> None:  # fmt: skip
    """A pointed lock from `root` over `bow` to `tip`."""
    widths = [wide * w for w in (0.14, 0.86, 1.02, 0.84, 0.02)]
    locks.add(bent(root, bow, tip), widths, light=light, tone=tone)


def mass(figure: Figure, outline: Line, tones: Tones, layer: Layer) -> None:
    """A body of hair that locks lie on, seen between them."""
    figure.add(smooth(list(outline)), rgb(mix(tones.base, tones.dark, 0.3)), layer)


def rim(figure: Figure, tones: Tones, layer: Layer, edge: Line, width: float, alpha: float = 0.5) -> None:
    """Light from behind along an outer edge."""
    line = along(edge, np.linspace(0, 1, 7))
    taper = np.array([[0.1, 0.7, 1, 1, 0.8, 0.5, 0.1]]) * width
    figure.add(strokes(line[None], taper), rgb(mix(tones.sheen, "#fff1e4", 0.3), alpha), layer)
