"""The colours of a room. A theme is data: add one here, and every layout has it."""

from dataclasses import dataclass

from streaming.lettering import Colour


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as (red, green, blue)."""

    wall: tuple[Colour, Colour]  # top, bottom
    glow: Colour  # light on the wall behind the host
    panel: Colour  # mouldings and niche
    wood: tuple[Colour, Colour]  # shelf and desk, lit and shaded
    leaf: tuple[Colour, Colour]
    vase: tuple[Colour, Colour]
    accent: tuple[Colour, Colour]  # buttons and badges, left and right
    price: Colour
    spoken: Colour  # the part of the subtitle that has sounded
    ink: Colour = (38, 30, 44)
    ribbon: Colour = (226, 48, 66)


THEMES = {
    "blossom": Theme(
        wall=((252, 233, 226), (226, 201, 220)),
        glow=(255, 250, 242),
        panel=(255, 246, 244),
        wood=((214, 160, 132), (150, 96, 88)),
        leaf=((122, 168, 128), (72, 122, 98)),
        vase=((255, 244, 238), (226, 184, 180)),
        accent=((255, 92, 96), (226, 36, 84)),
        price=(226, 36, 62),
        spoken=(255, 221, 87),
    ),
    "daylight": Theme(
        wall=((232, 243, 250), (190, 212, 230)),
        glow=(255, 255, 255),
        panel=(250, 253, 255),
        wood=((206, 174, 140), (132, 108, 92)),
        leaf=((112, 170, 140), (52, 116, 100)),
        vase=((255, 255, 255), (176, 200, 220)),
        accent=((255, 126, 60), (238, 70, 44)),
        price=(232, 62, 36),
        spoken=(255, 226, 92),
        ribbon=(48, 128, 206),
    ),
    "festival": Theme(
        wall=((196, 40, 46), (128, 16, 34)),
        glow=(255, 156, 98),
        panel=(226, 82, 70),
        wood=((178, 108, 62), (94, 42, 34)),
        leaf=((214, 168, 82), (160, 108, 46)),
        vase=((255, 226, 150), (206, 142, 62)),
        accent=((255, 178, 58), (240, 104, 32)),
        price=(222, 30, 44),
        spoken=(255, 226, 110),
        ribbon=(255, 214, 120),
    ),
}


def theme(name: str) -> Theme:
    """Raises ValueError for a name that is not in THEMES."""
    if name not in THEMES:
        raise ValueError(f"unknown theme {name!r}; choose from {', '.join(sorted(THEMES))}")
    return THEMES[name]
