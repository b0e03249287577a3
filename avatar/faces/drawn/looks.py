"""The hosts one can choose from: who they are, as data. The same rig draws and moves all of them."""

from dataclasses import dataclass, field, replace
from typing import Literal

HairStyle = Literal["long", "wave", "bob", "pony", "bun", "side", "fringe", "back", "crop"]
Outfit = Literal["blazer", "blouse", "cardigan", "hoodie", "rollneck", "shirt", "suit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """Proportions, 1 is the middle."""

    jaw: float = 1.0
    chin: float = 1.0
    eyes: float = 1.0
    lids: float = 1.0  # how far the eyes open
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
    accent: str  # buttons, strings, jewellery
    blush: float = 0.5
    build: Build = field(default_factory=Build)
    beard: bool = False
    glasses: bool = False
    earrings: bool = False
    necklace: bool = False


@dataclass(frozen=True, slots=True)
class _Change:
    """The same host on another day: other clothes, other hair."""

    suffix: str
    title: tuple[str, str]  # Chinese, English
    outfit: Outfit
    main: str
    inner: str
    accent: str
    hair: str = ""
    hair_style: HairStyle | None = None

    def of(self, host: Look) -> Look:
        return replace(
            host,
            name=f"{host.name}-{self.suffix}",
            title={"zh": f"{host.title['zh']}·{self.title[0]}", "en": f"{host.title['en']}, {self.title[1]}"},
            outfit=self.outfit, main=self.main, inner=self.inner, accent=self.accent,
            hair=self.hair or host.hair, hair_style=self.hair_style or host.hair_style,
        )  # fmt: skip


_MAN = Build(
    jaw=1.1, chin=1.4, eyes=0.86, lids=0.86, brows=1.6, lashes=0.42, nose=1.15, lips=0.78, neck=1.2, shoulders=1.12
)

_HOSTS = (
    Look(
        name="lin", title={"zh": "小琳", "en": "Lin"},
        skin="#fcdfcd", hair="#2a1d20", hair_style="long", iris="#6b4330", lip="#d9707a",
        outfit="blazer", main="#2f6f73", inner="#fff6ea", accent="#e3b65c",
        necklace=True, blush=0.42, build=Build(jaw=0.98),
    ),
    Look(
        name="chen", title={"zh": "小晨", "en": "Chen"},
        skin="#f6d4b9", hair="#231d20", hair_style="side", iris="#54382a", lip="#cb8073",
        outfit="shirt", main="#34476f", inner="#eef3fb", accent="#c9d4e6", blush=0.24, build=_MAN,
    ),
    Look(
        name="mia", title={"zh": "米娅", "en": "Mia"},
        skin="#fde5d6", hair="#8a5a3c", hair_style="bob", iris="#4d7a5c", lip="#dc7873",
        outfit="cardigan", main="#d89b6a", inner="#fffaf2", accent="#8c5a3a",
        earrings=True, blush=0.46, build=Build(jaw=1.02, chin=0.96, eyes=1.05),
    ),
    Look(
        name="yue", title={"zh": "悦姐", "en": "Yue"},
        skin="#f7d5be", hair="#3a2723", hair_style="bun", iris="#54352a", lip="#c24f56",
        outfit="blazer", main="#7d3550", inner="#fbf3ee", accent="#e9c98a",
        necklace=True, earrings=True, blush=0.36,
        build=Build(jaw=1.03, chin=1.1, eyes=0.9, lids=0.9, brows=1.08, lashes=0.9, nose=1.08, lips=0.94, lines=0.32),
    ),
    Look(
        name="leo", title={"zh": "里奥", "en": "Leo"},
        skin="#c98f68", hair="#2a1f1b", hair_style="crop", iris="#4a2f1f", lip="#a85a50",
        outfit="suit", main="#3b3f4c", inner="#f3ede4", accent="#8aa0b8", blush=0.16, beard=True, glasses=True,
        build=replace(_MAN, chin=1.35, eyes=0.88, brows=1.7, nose=1.2, lips=0.85, neck=1.26, shoulders=1.15),
    ),
    Look(
        name="anan", title={"zh": "安安", "en": "Anna"},
        skin="#fde1cf", hair="#3b2622", hair_style="pony", iris="#7a4a2c", lip="#e0787c",
        outfit="blouse", main="#f3c7cf", inner="#fff7f4", accent="#e58a9c",
        earrings=True, blush=0.52, build=Build(jaw=0.99, chin=0.94, eyes=1.06, lips=0.94),
    ),
    Look(
        name="hao", title={"zh": "阿浩", "en": "Hao"},
        skin="#f4cfb0", hair="#2b2330", hair_style="fringe", iris="#4a3026", lip="#cc8274",
        outfit="hoodie", main="#e3b23c", inner="#ffffff", accent="#fff8e8", blush=0.28,
        build=replace(_MAN, jaw=1.05, chin=1.25, eyes=0.92, lids=0.9, brows=1.4, shoulders=1.08, neck=1.14),
    ),
    Look(
        name="wen", title={"zh": "文哥", "en": "Owen"},
        skin="#efc8a8", hair="#4a4347", hair_style="back", iris="#4b362a", lip="#bd786b",
        outfit="cardigan", main="#5b6b62", inner="#f4f1ea", accent="#3f342c", blush=0.2, glasses=True,
        build=replace(_MAN, jaw=1.12, chin=1.45, eyes=0.84, lids=0.84, nose=1.2, neck=1.24, lines=0.42),
    ),
    Look(
        name="zoe", title={"zh": "佐伊", "en": "Zoe"},
        skin="#b97c55", hair="#33211c", hair_style="wave", iris="#5a3a22", lip="#b0504f",
        outfit="rollneck", main="#efe3d2", inner="#efe3d2", accent="#d9a441",
        earrings=True, necklace=True, blush=0.26, build=Build(jaw=1.01, eyes=1.0, lips=1.14, nose=1.08, brows=1.1),
    ),
)  # fmt: skip

_CHANGES: dict[str, tuple[_Change, ...]] = {
    "lin": (
        _Change("ivory", ("象牙白", "ivory"), "rollneck", "#f2e8da", "#f2e8da", "#d9b061", "#5b3a2e", "wave"),
        _Change("red", ("喜庆红", "festive red"), "blazer", "#b3202f", "#fff4e6", "#e9c06a"),
    ),
    "chen": (
        _Change("suit", ("正装", "suit"), "suit", "#2e3a52", "#f4f6fa", "#7d93b5"),
        _Change("grey", ("灰色卫衣", "grey hoodie"), "hoodie", "#8b929c", "#ffffff", "#f4f4f4", "", "fringe"),
    ),
    "mia": (
        _Change("mint", ("薄荷绿", "mint"), "blouse", "#bfe0d2", "#ffffff", "#6fae97"),
        _Change("blonde", ("金发", "blonde"), "cardigan", "#7f9cc0", "#fffaf2", "#f0f0f0", "#c9975c", "wave"),
    ),
    "yue": (
        _Change("navy", ("藏青", "navy"), "blazer", "#26355a", "#f7f3ee", "#e6cd98"),
        _Change("silk", ("真丝", "silk"), "blouse", "#d8b48a", "#fff8f0", "#a8743f", "#2c2022", "wave"),
    ),
    "leo": (
        _Change("knit", ("针织", "knit"), "rollneck", "#7a4a35", "#7a4a35", "#c8a27c"),
    ),
    "anan": (
        _Change("hoodie", ("卫衣", "hoodie"), "hoodie", "#b9a5e0", "#ffffff", "#ffffff"),
        _Change("office", ("通勤", "office"), "blazer", "#45536b", "#fdf6f0", "#d9c28c", "#2a1d20", "long"),
    ),
    "hao": (
        _Change("black", ("黑色卫衣", "black hoodie"), "hoodie", "#34353c", "#f2f2f2", "#e8e8e8", "#6a4630"),
    ),
    "wen": (
        _Change("shirt", ("衬衫", "shirt"), "shirt", "#6d4a3e", "#f3f6fb", "#d9c6b8"),
    ),
    "zoe": (
        _Change("emerald", ("祖母绿", "emerald"), "blazer", "#1f6b52", "#fdf5e8", "#e0b04e"),
    ),
}  # fmt: skip

LOOKS: dict[str, Look] = {
    look.name: look for host in _HOSTS for look in (host, *(change.of(host) for change in _CHANGES.get(host.name, ())))
}
