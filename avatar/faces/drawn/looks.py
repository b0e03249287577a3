"""The hosts one can choose from: who they are, as data. The same rig draws and moves all of them."""

from dataclasses import dataclass, field
from typing import Literal

HairStyle = Literal["long", "bob", "side", "crop", "bun"]
Outfit = Literal["blazer", "shirt", "cardigan", "suit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """Proportions, 1 is the middle."""

    jaw: float = 1.0
    chin: float = 1.0
    eyes: float = 1.0
    brows: float = 1.0  # thickness
    lashes: float = 1.0
    nose: float = 1.0
    lips: float = 1.0
    neck: float = 1.0
    shoulders: float = 1.0
    lines: float = 0.0  # beside nose and under the eyes: 0 young, 1 marked


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    name: str
    title: dict[str, str]  # language to the host's name as viewers see it
    skin: str
    hair: str
    hair_style: HairStyle
    iris: str
    lip: str
    outfit: Outfit
    main: str  # colour of the outer garment
    inner: str  # of what is worn under it
    accent: str  # buttons, jewellery
    blush: float = 0.5
    build: Build = field(default_factory=Build)
    beard: bool = False
    glasses: bool = False
    earrings: bool = False
    necklace: bool = False


LOOKS: dict[str, Look] = {
    look.name: look
    for look in (
        Look(
            name="lin", title={"zh": "小琳", "en": "Lin"},
            skin="#fbdcc8", hair="#2b2024", hair_style="long", iris="#6b4330", lip="#d8636b",
            outfit="blazer", main="#2f6f73", inner="#fff6ea", accent="#e3b65c",
            necklace=True, blush=0.5,
        ),
        Look(
            name="chen", title={"zh": "小晨", "en": "Chen"},
            skin="#f6d2b6", hair="#231d20", hair_style="side", iris="#54382a", lip="#c9766c",
            outfit="shirt", main="#34476f", inner="#eef3fb", accent="#c9d4e6", blush=0.3,
            build=Build(
                jaw=1.12, chin=1.45, eyes=0.9, brows=1.6, lashes=0.45, nose=1.15, lips=0.8, neck=1.25, shoulders=1.13,
            ),
        ),
        Look(
            name="mia", title={"zh": "米娅", "en": "Mia"},
            skin="#fde3d2", hair="#8a5a3c", hair_style="bob", iris="#4d7a5c", lip="#d9706a",
            outfit="cardigan", main="#d89b6a", inner="#fffaf2", accent="#8c5a3a",
            earrings=True, blush=0.52, build=Build(jaw=1.02, eyes=1.03, brows=1.0),
        ),
        Look(
            name="yue", title={"zh": "悦姐", "en": "Yue"},
            skin="#f7d3bb", hair="#3a2723", hair_style="bun", iris="#54352a", lip="#c2494f",
            outfit="blazer", main="#7d3550", inner="#fbf3ee", accent="#e9c98a",
            necklace=True, earrings=True, blush=0.45,
            build=Build(jaw=1.05, chin=1.08, eyes=0.94, brows=1.08, lashes=0.9, nose=1.06, neck=1.04, lines=0.5),
        ),
        Look(
            name="leo", title={"zh": "里奥", "en": "Leo"},
            skin="#c98f68", hair="#2a1f1b", hair_style="crop", iris="#4a2f1f", lip="#a85a50",
            outfit="suit", main="#3b3f4c", inner="#f3ede4", accent="#8aa0b8", blush=0.2, beard=True, glasses=True,
            build=Build(
                jaw=1.08, chin=1.35, eyes=0.88, brows=1.7, lashes=0.4, nose=1.2, lips=0.85, neck=1.3, shoulders=1.16,
            ),
        ),
    )
}  # fmt: skip
