"""The colours of a room."""

from dataclasses import dataclass

from streaming.lettering import Colour


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as (red, green, blue)."""

    accent: tuple[Colour, Colour]  # buttons and badges, left and right
    price: Colour
    spoken: Colour  # the part of the subtitle that has sounded
    ink: Colour = (38, 30, 44)  # text on cards
    sheet: Colour = (255, 255, 255)  # the ground of cards
    chip: Colour = (250, 240, 240)  # ground of an attribute
    chip_ink: Colour = (150, 70, 80)
    urgent: tuple[Colour, Colour] = ((255, 78, 70), (214, 24, 62))  # the strip with the countdown
    edge: Colour = (46, 20, 38)  # around the letters of a subtitle
    on_accent: Colour = (255, 255, 255)  # text on buttons and badges


@dataclass(frozen=True, slots=True)
class Studio:
    """The drawn set: a wall with mouldings, a shelf, a lamp."""

    wall: tuple[Colour, Colour]  # top, bottom
    glow: Colour  # light on the wall behind the host
    panel: Colour  # mouldings
    leaf: tuple[Colour, Colour]
    vase: tuple[Colour, Colour]
