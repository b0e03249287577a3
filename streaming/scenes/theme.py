"""Colours of a room."""

from dataclasses import dataclass

from streaming.lettering import Colour


@dataclass(frozen=True, slots=True)
class Theme:
    wall: tuple[Colour, Colour]
    accent: Colour = (225, 45, 62)
    accent_dark: Colour = (190, 24, 60)
    spoken: Colour = (255, 220, 92)  # the part of the subtitle that has sounded


THEMES = {"blossom": Theme(((253, 236, 228), (205, 190, 230)))}
