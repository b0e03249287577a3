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
            necklace=True, earrings=True, blush=0.6,
        ),
    )
}  # fmt: skip
