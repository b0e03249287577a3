# ruff: noqa: E501  (a path stays on one line, or it cannot be read)
"""A small drawing kit: shapes with the light of one studio, written as SVG.

The light comes from the upper left, the camera looks slightly down: a circle that lies flat is an ellipse `TILT` times
as high as wide. Every object is drawn around its own origin, which is the point on the floor below its middle; up is
negative y. `Canvas.at` puts it somewhere.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

TILT = 0.17
SIZE = 800
Profile = Sequence[tuple[float, float]]  # (y, radius), from top to bottom
Point = tuple[float, float]


def rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def mix(color: str, other: str, share: float) -> str:
    """`color` with `share` (0..1) of `other` in it."""
    pairs = zip(rgb(color), rgb(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def light(color: str, share: float) -> str:
    return mix(color, "#fffdf8", share)


def dark(color: str, share: float) -> str:
    # Towards a blue-black: neutral black makes pastel shadows look dirty.
    return mix(color, "#1d2233", share)


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def smooth(points: Sequence[Point], *, closed: bool = True) -> str:
    """A path through the points (Catmull-Rom)."""
    count = len(points)

    def at(index: int) -> Point:
        return points[index % count] if closed else points[max(0, min(count - 1, index))]

    parts = [f"M{number(points[0][0])} {number(points[0][1])}"]
    for index in range(count if closed else count - 1):
        before, start, end, after = at(index - 1), at(index), at(index + 1), at(index + 2)
        one = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        two = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        parts.append("C" + " ".join(number(value) for point in (one, two, end) for value in point))
    return "".join(parts) + ("Z" if closed else "")


def poly(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + "Z"


def ellipse(x: float, y: float, rx: float, ry: float) -> str:
    return f"M{number(x - rx)} {number(y)}a{number(rx)} {number(ry)} 0 1 0 {number(2 * rx)} 0a{number(rx)} {number(ry)} 0 1 0 {number(-2 * rx)} 0Z"  # noqa: E501


def rounded(x: float, y: float, width: float, height: float, radius: float) -> str:
    r = min(radius, width / 2, height / 2)
    return (
        f"M{number(x + r)} {number(y)}h{number(width - 2 * r)}a{number(r)} {number(r)} 0 0 1 {number(r)} {number(r)}"
        f"v{number(height - 2 * r)}a{number(r)} {number(r)} 0 0 1 {number(-r)} {number(r)}h{number(2 * r - width)}"
        f"a{number(r)} {number(r)} 0 0 1 {number(-r)} {number(-r)}v{number(2 * r - height)}"
        f"a{number(r)} {number(r)} 0 0 1 {number(r)} {number(-r)}Z"
    )


def turned(profile: Profile, left: float = -1.0, right: float = 1.0, *, caps: bool = True) -> str:
    """The outline of a turned body between `left` and `right` times its radius."""
    top_y, top = profile[0]
    parts = [f"M{number(top * left)} {number(top_y)}"]
    for (y0, r0), (y1, r1) in zip(profile, profile[1:], strict=False):
        middle = (y0 + y1) / 2
        parts.append(
            f"C{number(r0 * left)} {number(middle)} {number(r1 * left)} {number(middle)} {number(r1 * left)} {number(y1)}"
        )
    last_y, last = profile[-1]
    if caps:
        parts.append(f"A{number(last)} {number(last * TILT)} 0 0 0 {number(last * right)} {number(last_y)}")
    else:
        parts.append(f"L{number(last * right)} {number(last_y)}")
    for (y1, r1), (y0, r0) in zip(profile[::-1], profile[-2::-1], strict=False):
        middle = (y0 + y1) / 2
        parts.append(
            f"C{number(r1 * right)} {number(middle)} {number(r0 * right)} {number(middle)} "
            f"{number(r0 * right)} {number(y0)}"
        )
    if caps:
        parts.append(f"A{number(top)} {number(top * TILT)} 0 0 1 {number(top * left)} {number(top_y)}")
    return "".join(parts) + "Z"


class Canvas:
    """Collects SVG. Gradients and filters are made once and named by what they are."""

    def __init__(self) -> None:
        self._defs: dict[str, str] = {}
        self._body: list[str] = []

    def svg(self) -> str:
        defs = "".join(self._defs.values())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIZE}" height="{SIZE}" viewBox="0 0 {SIZE} {SIZE}">'
            f"<defs>{defs}</defs>{''.join(self._body)}</svg>"
        )

    def _define(self, markup: str) -> str:
        if markup not in self._defs:
            name = f"d{len(self._defs)}"
            self._defs[markup] = markup.replace("@", name, 1)
        known = self._defs[markup]
        return known[known.index('id="') + 4 :].split('"', 1)[0]

    def gradient(self, stops: Sequence[tuple[float, str, float]], start: Point = (0, 0), end: Point = (1, 0)) -> str:
        """A linear gradient over the shape's own box; stops are (offset, colour, opacity)."""
        marks = "".join(f'<stop offset="{o}" stop-color="{c}" stop-opacity="{a}"/>' for o, c, a in stops)
        head = f'x1="{start[0]}" y1="{start[1]}" x2="{end[0]}" y2="{end[1]}"'
        name = self._define(f'<linearGradient id="@" {head}>{marks}</linearGradient>')
        return f"url(#{name})"

    def glow(self, stops: Sequence[tuple[float, str, float]], center: Point = (0.35, 0.3), radius: float = 0.8) -> str:
        marks = "".join(f'<stop offset="{o}" stop-color="{c}" stop-opacity="{a}"/>' for o, c, a in stops)
        head = f'cx="{center[0]}" cy="{center[1]}" r="{radius}"'
        name = self._define(f'<radialGradient id="@" {head}>{marks}</radialGradient>')
        return f"url(#{name})"

    def round_paint(self, color: str, gloss: float = 1.0) -> str:
        """Paint of a turned body: light from the left, a dark turn on the right, a little bounce at the rim."""
        return self.gradient(
            [
                (0, dark(color, 0.26), 1),
                (0.07, dark(color, 0.08), 1),
                (0.27, light(color, 0.16 + 0.26 * gloss), 1),
                (0.45, color, 1),
                (0.75, dark(color, 0.16), 1),
                (0.94, dark(color, 0.36), 1),
                (1, dark(color, 0.22), 1),
            ]
        )

    def flat_paint(self, color: str, depth: float = 0.16) -> str:
        return self.gradient(
            [(0, light(color, depth), 1), (0.5, color, 1), (1, dark(color, depth), 1)], (0, 0), (0.5, 1)
        )

    def ball_paint(self, color: str) -> str:
        stops = [(0, light(color, 0.55), 1), (0.35, color, 1), (0.8, dark(color, 0.22), 1), (1, dark(color, 0.34), 1)]
        return self.glow(stops, (0.34, 0.28), 0.82)

    def path(
        self,
        d: str,
        fill: str = "none",
        *,
        stroke: str = "",
        width: float = 0,
        opacity: float = 1,
        blur: float = 0,
        dash: str = "",
        clip: str = "",
    ) -> None:
        extra = ""
        if stroke:
            extra += f' stroke="{stroke}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"'
        if dash:
            extra += f' stroke-dasharray="{dash}"'
        if opacity != 1:
            extra += f' opacity="{opacity}"'
        if blur:
            extra += f' filter="url(#{self._blur(blur)})"'
        markup = f'<path d="{d}" fill="{fill}"{extra}/>'
        if clip:
            markup = f'<g clip-path="url(#{self._clip(clip)})">{markup}</g>'
        self._body.append(markup)

    def _blur(self, amount: float) -> str:
        box = 'x="-60%" y="-60%" width="220%" height="220%"'
        return self._define(f'<filter id="@" {box}><feGaussianBlur stdDeviation="{amount}"/></filter>')

    def _clip(self, d: str) -> str:
        return self._define(f'<clipPath id="@"><path d="{d}"/></clipPath>')

    @contextmanager
    def at(self, x: float, y: float, scale: float = 1, turn: float = 0, *, flip: bool = False) -> Iterator[None]:
        mirror = f" scale({-scale} {scale})" if flip else f" scale({scale})"
        self._body.append(f'<g transform="translate({number(x)} {number(y)}) rotate({turn}){mirror}">')
        yield
        self._body.append("</g>")

    @contextmanager
    def inside(self, d: str) -> Iterator[None]:
        """What is drawn within is cut off at the outline `d`."""
        self._body.append(f'<g clip-path="url(#{self._clip(d)})">')
        yield
        self._body.append("</g>")

    # -- light --

    def shadow(self, half: float, *, depth: float | None = None, strength: float = 1.0) -> None:
        """The contact shadow of something `half` wide each side: a wide soft one falling right and a tight one."""
        # What is not turned has its lower edge at the origin, so its shadow lies mostly behind that edge.
        high, y = (half * TILT, 0.0) if depth is None else (depth, -0.5 * depth)
        wide = half if depth is None else half * 0.94
        self.path(ellipse(wide * 0.28, y + 6, wide * 1.22, high * 1.2 + 10), "#2b2a3d", opacity=0.2 * strength, blur=20)
        self.path(ellipse(wide * 0.05, y + 2, wide * 0.97, high * 0.9 + 4), "#1c1b2b", opacity=0.42 * strength, blur=6)

    # -- bodies --

    def lathe(self, profile: Profile, color: str, *, gloss: float = 1.0, streak: bool = True) -> None:
        """A turned body."""
        outline = turned(profile)
        self.path(outline, self.round_paint(color, gloss))
        floor = self.gradient([(0, "#1d2233", 0), (0.72, "#1d2233", 0), (1, "#1d2233", 0.2)], (0, 0), (0, 1))
        self.path(outline, floor)
        if streak and gloss > 0:
            self.path(turned(profile, -0.66, -0.5, caps=False), "#ffffff", opacity=0.42 * gloss, blur=2.4, clip=outline)
            self.path(turned(profile, 0.84, 0.93, caps=False), "#ffffff", opacity=0.16 * gloss, blur=2, clip=outline)

    def disc(self, y: float, radius: float, color: str, *, lip: float = 0) -> None:
        """A flat round face seen from above; with `lip` an opening with a rim that wide."""
        face = self.gradient([(0, light(color, 0.4), 1), (1, dark(color, 0.1), 1)], (0, 0), (1, 0.6))
        self.path(ellipse(0, y, radius, radius * TILT), face)
        if lip:
            inner = self.gradient([(0, dark(color, 0.5), 1), (1, dark(color, 0.15), 1)], (0, 0), (1, 0.3))
            self.path(ellipse(0, y, radius - lip, (radius - lip) * TILT), inner)

    def glass(self, profile: Profile, tint: str = "#cfe3e6", strength: float = 1.0) -> None:
        """A transparent turned body: its edges show more than its middle."""
        outline = turned(profile)
        edge = dark(tint, 0.28)
        stops = [
            (0, edge, 0.75 * strength), (0.06, tint, 0.5 * strength), (0.16, "#ffffff", 0.2 * strength),
            (0.5, tint, 0.14 * strength), (0.86, tint, 0.3 * strength), (0.95, edge, 0.5 * strength),
            (1, edge, 0.75 * strength),
        ]  # fmt: skip
        self.path(outline, self.gradient(stops))
        self.path(turned(profile, -0.78, -0.62, caps=False), "#ffffff", opacity=0.75, blur=1.6, clip=outline)
        self.path(turned(profile, 0.7, 0.76, caps=False), "#ffffff", opacity=0.5, blur=1.2, clip=outline)
        self.path(outline, stroke=edge, width=1.4, opacity=0.55)

    def slab(self, d: str, color: str, *, depth: float = 0.16, shine: float = 0.5) -> None:
        """A flat thing with a soft bevel."""
        self.path(d, self.flat_paint(color, depth))
        self.path(d, stroke="#ffffff", width=3, opacity=0.5 * shine, clip=d)
        edge = self.gradient([(0, "#1d2233", 0), (0.8, "#1d2233", 0), (1, "#1d2233", 0.22)], (0, 0), (0.35, 1))
        self.path(d, edge)

    def box(
        self, x: float, y: float, width: float, height: float, deep: float, color: str, *, radius: float = 6
    ) -> None:
        """A carton or a case seen from the front left, a bit from above; (x, y) is its lower left front corner."""
        up, side = deep * 0.42, deep * 0.62
        top = poly(
            [(x, y - height), (x + width, y - height), (x + width + side, y - height - up), (x + side, y - height - up)]
        )
        right = poly(
            [(x + width, y), (x + width + side, y - up), (x + width + side, y - height - up), (x + width, y - height)]
        )
        right_paint = self.gradient([(0, dark(color, 0.24), 1), (1, dark(color, 0.4), 1)])
        self.path(right, right_paint, stroke=dark(color, 0.32), width=radius * 0.6)
        self.path(top, self.flat_paint(light(color, 0.34), 0.1), stroke=light(color, 0.3), width=radius * 0.6)
        front = rounded(x, y - height, width, height, radius)
        self.path(front, self.flat_paint(color, 0.12))
        self.path(f"M{x + 2} {y - height}h{width - 4}", stroke="#ffffff", width=2, opacity=0.6)

    def cloth(self, d: str, color: str, folds: Sequence[str] = (), *, weave: str = "") -> None:
        """Fabric: soft paint, blurred folds (each a dark line with a light one beside it), and a woven grain."""
        stops = [(0, light(color, 0.24), 1), (0.45, color, 1), (1, dark(color, 0.24), 1)]
        self.path(d, self.gradient(stops, (0.1, 0), (0.75, 1)))
        with self.inside(d):
            for fold in folds:
                self.path(fold, stroke=dark(color, 0.55), width=13, opacity=0.24, blur=6)
                with self.at(-9, -5):
                    self.path(fold, stroke="#ffffff", width=9, opacity=0.3, blur=5)
            if weave:
                self.path(d, weave, opacity=0.5)
            self.path(d, stroke=dark(color, 0.6), width=12, opacity=0.22, blur=6)
        self.path(d, stroke=dark(color, 0.3), width=1.2, opacity=0.5)

    def weave(self, color: str, step: float = 7) -> str:
        """A woven pattern to fill cloth with."""
        lines = f'<path d="M0 0L{step} {step}M{step} 0L0 {step}" stroke="{color}" stroke-width="0.9" opacity="0.35"/>'
        name = f'<pattern id="@" width="{step}" height="{step}" patternUnits="userSpaceOnUse">{lines}</pattern>'
        return f"url(#{self._define(name)})"

    def ribs(self, color: str, step: float = 8) -> str:
        lines = f'<path d="M{step / 2} 0V{step}" stroke="{color}" stroke-width="{step / 3}" opacity="0.3"/>'
        name = f'<pattern id="@" width="{step}" height="{step}" patternUnits="userSpaceOnUse">{lines}</pattern>'
        return f"url(#{self._define(name)})"

    def line(self, points: Sequence[Point], color: str, width: float, *, gloss: float = 0.5) -> None:
        """A round cord or tube through the points, with its shaded side and its highlight."""
        d = smooth(points, closed=False)
        self.path(d, stroke=dark(color, 0.34), width=width)
        with self.at(-width * 0.07, -width * 0.09):
            self.path(d, stroke=color, width=width * 0.76)
        with self.at(-width * 0.14, -width * 0.2):
            self.path(d, stroke="#ffffff", width=width * 0.18, opacity=gloss)

    def ball(self, x: float, y: float, radius: float, color: str) -> None:
        self.path(ellipse(x, y, radius, radius), self.ball_paint(color))

    def mark(self, x: float, y: float, size: float, color: str, *, opacity: float = 0.85) -> None:
        """The shop's sign: a sparrow below an eave."""
        with self.at(x, y, size / 100):
            self.path("M-50 -8Q-8 -22 0 -46Q8 -22 50 -8", stroke=color, width=9, opacity=opacity)
            self.path(
                "M-24 30Q-26 4 0 4Q14 4 18 16L32 20L18 26Q12 42 -6 42Q-20 42 -40 52Q-26 44 -24 30Z",
                color,
                opacity=opacity,
            )


def studio(canvas: Canvas, tone: str, prop: str = "plain") -> None:
    """The background: a seamless sweep of paper lit from the upper left, with one quiet prop behind the product."""
    page = f"M0 0H{SIZE}V{SIZE}H0Z"
    wall = [
        (0, light(tone, 0.5), 1),
        (0.62, light(tone, 0.2), 1),
        (0.78, light(tone, 0.16), 1),
        (1, light(tone, 0.36), 1),
    ]
    canvas.path(page, canvas.gradient(wall, (0, 0), (0, 1)))
    canvas.path(
        page, canvas.glow([(0, "#ffffff", 0.75), (0.55, "#ffffff", 0.1), (1, "#ffffff", 0)], (0.24, 0.16), 0.75)
    )
    if prop == "sun":
        canvas.path(
            ellipse(400, 365, 268, 268),
            canvas.gradient([(0, light(tone, 0.7), 1), (1, tone, 0.75)], (0.2, 0), (0.8, 1)),
        )
    elif prop == "arch":
        arch = "M168 640V352A232 232 0 0 1 632 352V640Z"
        canvas.path(arch, canvas.gradient([(0, light(tone, 0.08), 1), (1, light(tone, 0.42), 1)], (0, 0), (0.3, 1)))
        canvas.path(
            "M186 640V352A214 214 0 0 1 614 352V640Z",
            canvas.gradient([(0, dark(tone, 0.1), 0.6), (1, tone, 0)], (0.2, 0), (0.5, 1)),
            opacity=0.5,
        )
    elif prop == "window":
        for x in (70, 260, 450):
            canvas.path(
                poly([(x, -20), (x + 130, -20), (x + 410, 640), (x + 280, 640)]), "#ffffff", opacity=0.26, blur=10
            )
    elif prop == "hill":
        canvas.path("M0 640V430Q150 300 300 420Q430 250 600 400Q700 330 800 400V640Z", light(tone, 0.16), opacity=0.6)
        canvas.path("M0 640V520Q200 400 400 500Q600 420 800 520V640Z", tone, opacity=0.45)
    floor = canvas.gradient(
        [(0, dark(tone, 0.12), 0.32), (0.25, light(tone, 0.3), 0.9), (1, light(tone, 0.55), 1)], (0, 0), (0, 1)
    )
    canvas.path(
        f"M0 600H{SIZE}V{SIZE}H0Z",
        floor,
        opacity=0.85 if prop in ("arch", "hill") else 0.35,
        blur=8 if prop not in ("arch", "hill") else 2,
    )
    canvas.path(page, canvas.glow([(0, "#1d2233", 0), (0.55, "#1d2233", 0), (1, "#1d2233", 0.12)], (0.46, 0.46), 0.86))


def podium(canvas: Canvas, color: str, half: float = 290, height: float = 46) -> None:
    """A low round plinth whose top has its middle at the origin."""
    with canvas.at(0, height):
        canvas.shadow(half)
    canvas.lathe([(0, half), (height, half)], color, gloss=0.25, streak=False)
    canvas.disc(0, half, light(color, 0.35))
