"""Templates: how a room looks, as a YAML file with pictures beside it. Those that come along lie in `templates/`;
a merchant's own folder may have more, and takes the place of one of the same name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from streaming.lettering import Colour
from streaming.scenes.reading import Group, TemplateError
from streaming.scenes.theme import Studio, Theme
from streaming.settings import Lang

FOLDER = Path(__file__).parent / "templates"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
DEFAULT = "blossom"
_GROUNDS = (".svg", ".png", ".jpg", ".jpeg", ".webp")
_LOGOS = (".png", ".jpg", ".jpeg", ".webp")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part stands, in pixels at a short side of 720, from the edges it names."""

    left: float | None = None
    right: float | None = None
    top: float | None = None
    bottom: float | None = None
    width: float | None = None
    height: float | None = None


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the host stands, in pixels at a short side of 720."""

    middle: float  # from the left edge of the picture
    width: float
    height: float
    drop: float  # how far the host's frame ends above (below, when negative) the lower edge
    desk: float  # height of the desk in front


@dataclass(frozen=True, slots=True)
class Places:
    """One orientation."""

    host: Stand
    header: Place
    label: Place
    card: Place
    bubble: Place
    caption: Place
    ticker: Place
    notice: Place
    lamp: Place  # of the drawn set
    shelf: Place


# What a template does not say. The lower sixth of a tall picture is left to the platforms' own buttons and comments.
WIDE = Places(
    host=Stand(middle=362, width=560, height=690, drop=-38, desk=112),
    header=Place(left=24, top=18), label=Place(right=24, top=18),
    card=Place(right=24, top=88, width=420, height=508),
    bubble=Place(left=508, top=160, width=316),
    caption=Place(bottom=18, width=1160),
    ticker=Place(left=458, top=24, width=500), notice=Place(left=24, top=550, width=760),
    lamp=Place(left=540), shelf=Place(left=604, top=470, width=176),
)  # fmt: skip
TALL = Places(
    host=Stand(middle=360, width=640, height=820, drop=250, desk=300),
    header=Place(left=20, top=24), label=Place(right=20, top=24),
    card=Place(left=20, bottom=140, width=680, height=254),
    bubble=Place(left=20, top=152, width=400),
    caption=Place(bottom=412, width=672),
    ticker=Place(left=20, top=90, width=460), notice=Place(left=20, top=1150, width=680),
    lamp=Place(left=96), shelf=Place(left=520, top=520, width=176),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ground:
    """What is behind the host."""

    kind: Literal["studio", "gradient", "picture"]
    studio: Studio
    wide: Path | None = None
    tall: Path | None = None
    blur: float = 0.0


@dataclass(frozen=True, slots=True)
class Template:
    name: str
    title: Mapping[Lang, str]
    theme: Theme
    ground: Ground
    desk: tuple[Colour, Colour] | None  # lit and shaded; None: no desk, the host ends at the lower edge
    wide: Places = WIDE
    tall: Places = TALL
    logo: Path | None = None  # in the header, in place of the shop's first letter

    def __hash__(self) -> int:  # the title is a mapping; two of one name and theme are told apart by equality
        return hash((self.name, self.theme))

    def places(self, width: int, height: int) -> Places:
        return self.tall if height > width else self.wide


def templates(own: Path | None = None) -> dict[str, Path]:
    """The templates there are by name, with the files they are in."""
    found: dict[str, Path] = {}
    for folder in filter(None, (FOLDER, own)):
        for file in sorted(folder.glob("*/template.yaml")):
            if NAME.fullmatch(file.parent.name):
                found[file.parent.name] = file
    return found


def template(name: str, own: Path | None = None) -> Template:
    """Raises TemplateError for a name that is unknown, or a template with a mistake in it."""
    known = templates(own)
    file = known.get(name or DEFAULT)
    if file is None:
        raise TemplateError(f"unknown template {name!r}; choose from {', '.join(sorted(known))}")
    return _loaded(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _loaded(file: Path, changed_ns: int) -> Template:
    return load(file)


def load(file: Path) -> Template:
    """Read one template.yaml. Raises TemplateError with file, line, and what to do."""
    root = Group.read(file)
    titles = root.group("title")
    if titles is None:
        raise root.refused("title is missing; add  title: {zh: …, en: …}")
    title: dict[Lang, str] = {"zh": titles.text("zh"), "en": titles.text("en")}
    titles.done()
    theme = _theme(root)
    ground = _ground(root)
    desk = _desk(root)
    made = Template(
        file.parent.name,
        title,
        theme,
        ground,
        desk,
        _places(root, "wide", WIDE, (1280, 720), desk is not None),
        _places(root, "tall", TALL, (720, 1280), desk is not None),
        root.picture("logo", _LOGOS),
    )
    root.done()
    return made


def _theme(root: Group) -> Theme:
    group = root.group("colours")
    if group is None:
        raise root.refused("colours is missing; add at least accent, price and spoken below it")
    accent = group.colours("accent")
    plain = Theme(accent, group.colour("price"), group.colour("spoken"))
    theme = replace(
        plain,
        ink=group.colour("ink", plain.ink), sheet=group.colour("sheet", plain.sheet),
        chip=group.colour("chip", plain.chip), chip_ink=group.colour("chip_ink", plain.chip_ink),
        urgent=group.colours("urgent", plain.urgent), edge=group.colour("edge", plain.edge),
        on_accent=group.colour("on_accent", plain.on_accent),
    )  # fmt: skip
    for one, other, names in (
        (theme.ink, theme.sheet, "ink and sheet"),
        (theme.price, theme.sheet, "price and sheet"),
        (theme.spoken, theme.edge, "spoken and edge"),
    ):
        if contrast(one, other) < 3:
            raise group.refused(f"the colours {names} are too alike to be read; make one darker or lighter")
    group.done()
    return theme


def contrast(one: Colour, other: Colour) -> float:
    """The WCAG contrast ratio, 1 to 21."""

    def light(colour: Colour) -> float:
        parts = [value / 255 for value in colour]
        red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


def _ground(root: Group) -> Ground:
    group = root.group("background")
    if group is None:
        raise root.refused("background is missing; add  background: {kind: gradient, wall: [two colours]}")
    kind = group.text("kind", choices=("studio", "gradient", "picture"))
    wall = group.colours("wall", ((245, 240, 238), (225, 216, 214)) if kind == "picture" else None)
    plain = (wall[1], wall[0])
    studio = Studio(
        wall,
        glow=group.colour("glow", (255, 255, 255)), panel=group.colour("panel", (255, 255, 255)),
        leaf=group.colours("leaf", plain), vase=group.colours("vase", plain),
    )  # fmt: skip
    blur = group.number("blur", 2.4 if kind == "studio" else 0.0, 0, 40)
    wide, tall = group.picture("wide", _GROUNDS), group.picture("tall", _GROUNDS)
    if kind == "picture" and (wide is None or tall is None):
        raise group.refused("a picture background needs two files; name them as wide and tall")
    group.done()
    return Ground("picture" if kind == "picture" else "studio" if kind == "studio" else "gradient",
                  studio, wide, tall, blur or 0.0)  # fmt: skip


def _desk(root: Group) -> tuple[Colour, Colour] | None:
    group = root.group("desk")
    if group is None:
        return None
    wood = group.colours("wood")
    group.done()
    return wood


def _places(root: Group, name: str, usual: Places, size: tuple[int, int], desk: bool) -> Places:
    group = root.group(name)
    if group is None:
        return usual
    placed = replace(usual, host=_stand(group, usual.host, size))
    for part in fields(Places):
        if part.name != "host" and (given := group.group(part.name)) is not None:
            named: dict[str, Any] = {part.name: _place(given, getattr(usual, part.name), size)}
            placed = replace(placed, **named)
    group.done()
    return placed


def _stand(group: Group, usual: Stand, size: tuple[int, int]) -> Stand:
    given = group.group("host")
    if given is None:
        return usual
    numbers = {
        "middle": given.number("middle", usual.middle, 0, size[0]),
        "width": given.number("width", usual.width, 200, 1200),
        "height": given.number("height", usual.height, 200, 1400),
        "drop": given.number("drop", usual.drop, -600, 600), "desk": given.number("desk", usual.desk, 0, 600),
    }  # fmt: skip
    given.done()
    return replace(usual, **{name: value for name, value in numbers.items() if value is not None})


def _place(given: Group, usual: Place, size: tuple[int, int]) -> Place:
    """What the file says; an edge that it names frees the one opposite."""
    width, height = size
    found = {
        "left": given.number("left", None, 0, width), "right": given.number("right", None, 0, width),
        "top": given.number("top", None, 0, height), "bottom": given.number("bottom", None, 0, height),
        "width": given.number("width", None, 80, width), "height": given.number("height", None, 40, height),
    }  # fmt: skip
    given.done()
    if (found["left"] is not None and found["right"] is not None) or (
        found["top"] is not None and found["bottom"] is not None
    ):
        raise given.refused("a part is held at one edge of each direction; name left or right, top or bottom")
    kept = {name: getattr(usual, name) for name in found}
    for one, other in (("left", "right"), ("top", "bottom")):
        if found[one] is not None or found[other] is not None:
            kept[one] = kept[other] = None
    return Place(**{name: value if value is not None else kept[name] for name, value in found.items()})
