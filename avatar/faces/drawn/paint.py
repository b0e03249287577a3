"""Colours and fills. A fill's geometry is given in the same coordinates as the outline it fills and moves with it."""

from dataclasses import dataclass

Rgba = tuple[int, int, int, int]


def rgb(code: str, alpha: float = 1.0) -> Rgba:
    """The colour of `#rrggbb`."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16), round(255 * alpha)


def mix(a: str, b: str, amount: float) -> str:
    """`a` with `amount` (0..1) of `b`."""
    one, two = rgb(a), rgb(b)
    return "#" + "".join(f"{round(x + (y - x) * amount):02x}" for x, y in zip(one[:3], two[:3], strict=True))


@dataclass(frozen=True, slots=True)
class Gradient:
    """Colour stops along `origin`→`along`; round ones spread from `origin` to the ellipse `along`, `across`."""

    stops: tuple[tuple[float, Rgba], ...]
    origin: tuple[float, float]
    along: tuple[float, float]
    across: tuple[float, float]
    radial: bool


Fill = Rgba | Gradient


def linear(start: tuple[float, float], end: tuple[float, float], *stops: tuple[float, Rgba]) -> Gradient:
    normal = (start[0] - (end[1] - start[1]), start[1] + (end[0] - start[0]))
    return Gradient(stops, start, end, normal, radial=False)


def radial(centre: tuple[float, float], rx: float, ry: float, *stops: tuple[float, Rgba]) -> Gradient:
    x, y = centre
    return Gradient(stops, centre, (x + rx, y), (x, y + ry), radial=True)


def soft(code: str, alpha: float) -> tuple[tuple[float, Rgba], ...]:
    """Stops that fade `code` out like a blur does."""
    return (
        (0.0, rgb(code, alpha)),
        (0.35, rgb(code, alpha * 0.72)),
        (0.7, rgb(code, alpha * 0.2)),
        (1.0, rgb(code, 0)),
    )
