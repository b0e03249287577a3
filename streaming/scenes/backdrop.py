"""What is behind the host, and the desk in front: drawn as SVG for any size, or a template's own pictures."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import thorvg_python as tvg
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from streaming.canvas import Bitmap, premultiplied, words
from streaming.lettering import Colour
from streaming.scenes.layout import Layout
from streaming.scenes.reading import TemplateError
from streaming.scenes.template import Template
from streaming.scenes.theme import Studio

_BOKEH = (  # x, y and radius as shares of the picture's sides, opacity
    (0.06, 0.16, 0.050, 0.30), (0.15, 0.40, 0.032, 0.24), (0.44, 0.10, 0.040, 0.30), (0.53, 0.30, 0.022, 0.34),
    (0.60, 0.08, 0.028, 0.26), (0.66, 0.44, 0.036, 0.20), (0.96, 0.12, 0.046, 0.26), (0.90, 0.62, 0.050, 0.22),
    (0.03, 0.62, 0.028, 0.24), (0.50, 0.56, 0.020, 0.26), (0.78, 0.05, 0.024, 0.30), (0.985, 0.40, 0.026, 0.26),
)  # fmt: skip


_REFERENCE = re.compile(r"""(?:href\s*=\s*["'](?!\#|data:)|<!ENTITY|url\(\s*["']?(?!\#))""", re.IGNORECASE)
_LARGEST = 20_000_000  # bytes of a picture
_WOOD: tuple[Colour, Colour] = ((206, 174, 140), (132, 108, 92))  # of shelf and cord where there is no desk


def back(layout: Layout, look: Template) -> Bitmap:
    """What never moves behind the host. Raises TemplateError when a template's picture cannot be drawn."""
    ground = look.ground
    file = ground.tall if layout.tall else ground.wide
    if ground.kind == "picture" and file is not None:
        image = _picture(file, layout.width, layout.height)
    else:
        image = _drawn(_wall(layout, look), layout.width, layout.height)
    # The lens is on the host: what is behind is softer, which also costs the encoder less.
    soft = image.filter(ImageFilter.GaussianBlur(ground.blur * layout.unit)) if ground.blur else image
    return premultiplied(np.asarray(soft))


def front(layout: Layout, look: Template) -> Bitmap:
    """The desk, as wide as the picture; it stands on the lower edge. Empty without one."""
    if look.desk is None or not layout.desk:
        return np.zeros((0, 0), np.uint32)
    return words(np.asarray(_drawn(_desk(layout, look.desk), layout.width, layout.desk)))


def _picture(file: Path, width: int, height: int) -> Image.Image:
    """A picture that fills the frame; what does not fit its shape is cut off evenly."""
    try:
        if file.stat().st_size > _LARGEST:
            raise TemplateError(f"{file} has more than {_LARGEST // 1_000_000} MB; save it smaller")
        if file.suffix.lower() == ".svg":
            return _drawn(_svg_text(file, width, height), width, height)
        with Image.open(file) as opened:
            opened.draft("RGB", (width * 2, height * 2))
            return ImageOps.fit(opened.convert("RGB"), (width, height), Image.Resampling.LANCZOS).convert("RGBA")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError) as error:
        if isinstance(error, TemplateError):
            raise
        raise TemplateError(f"{file} cannot be drawn; save it as PNG, JPEG, WebP or plain SVG") from None


def _svg_text(file: Path, width: int, height: int) -> str:
    """An SVG of the template, made to fill the frame. What it has to be fetched from elsewhere is refused."""
    text = file.read_text(encoding="utf-8")
    if _REFERENCE.search(text):
        raise TemplateError(f"{file} refers to another file; put what it needs into it")
    opening = re.search(r"<svg\b[^>]*>", text)
    box = opening and re.search(r'viewBox\s*=\s*["\']([\d.\s,-]+)["\']', opening[0])
    numbers = [float(each) for each in re.split(r"[\s,]+", box[1].strip())] if box else []
    if opening is None or len(numbers) != 4 or min(numbers[2:]) <= 0:
        raise TemplateError(f'{file} has no viewBox; add one like viewBox="0 0 1280 720" to its svg element')
    x, y, wide, high = numbers
    scale = max(width / wide, height / high)
    left, top = x + (wide - width / scale) / 2, y + (high - height / scale) / 2
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="{left} {top} {width / scale} {height / scale}">'
    )
    return head + text[opening.end() :]


def _drawn(svg: str, width: int, height: int) -> Image.Image:
    """An SVG as premultiplied RGBA."""
    canvas = tvg.SwCanvas(_engine())
    canvas.set_target(width, height)
    picture = tvg.Picture(_engine())
    if picture.load_data(svg.encode(), "svg", None, True) != tvg.Result.SUCCESS:
        raise ValueError("the drawing could not be read")
    picture.set_size(width, height)
    canvas.add(picture)
    canvas.update()
    canvas.draw(True)
    canvas.sync()
    rgba = np.frombuffer(bytes(canvas.buffer_arr), np.uint8).reshape(height, width, 4)
    canvas.destroy()
    return Image.fromarray(rgba)


@cache
def _engine() -> tvg.Engine:
    """One for the process: ending an engine would end it for the face too."""
    return tvg.Engine(threads=0)


def _hex(colour: Colour) -> str:
    red, green, blue = colour
    return f"#{red:02x}{green:02x}{blue:02x}"


def _linear(name: str, colours: tuple[Colour, Colour], *, across: bool = False) -> str:
    end = 'x2="1" y2="0"' if across else 'x2="0" y2="1"'
    first, last = map(_hex, colours)
    return (
        f'<linearGradient id="{name}" x1="0" y1="0" {end}><stop offset="0" stop-color="{first}"/>'
        f'<stop offset="1" stop-color="{last}"/></linearGradient>'
    )


def _radial(name: str, colour: Colour, opacity: float) -> str:
    return (
        f'<radialGradient id="{name}" cx="0.5" cy="0.5" r="0.5">'
        f'<stop offset="0" stop-color="{_hex(colour)}" stop-opacity="{opacity}"/>'
        f'<stop offset="0.55" stop-color="{_hex(colour)}" stop-opacity="{opacity * 0.45}"/>'
        f'<stop offset="1" stop-color="{_hex(colour)}" stop-opacity="0"/></radialGradient>'
    )


def _wall(layout: Layout, look: Template) -> str:
    width, height, unit = layout.width, layout.height, layout.unit
    studio, wood = look.ground.studio, look.desk or _WOOD
    middle = (layout.host.left + layout.host.right) // 2
    head = layout.host.top + (layout.host.bottom - layout.host.top) // 3
    reach = 470 * unit
    parts = [f'<rect width="{width}" height="{height}" fill="url(#wall)"/>']
    glow = f'<ellipse cx="{middle}" cy="{head}" rx="{reach}" ry="{reach}" fill="url(#glow)"/>'
    if look.ground.kind == "studio":
        furniture = (_shelf(layout, studio, look.theme.accent[1]), _lamp(layout, wood))
        parts += [_mouldings(layout, studio), glow, *furniture]
    else:
        parts.append(glow)
    for x, y, radius, opacity in _BOKEH:
        size = radius * min(width, height)
        parts.append(
            f'<circle cx="{x * width}" cy="{y * height}" r="{size}" fill="{_hex(studio.glow)}" opacity="{opacity}"/>'
        )
    definitions = (
        _linear("wall", studio.wall) + _radial("glow", studio.glow, 0.95) + _linear("wood", wood)
        + _linear("leaf", studio.leaf) + _linear("vase", studio.vase, across=True)
        + _radial("light", (255, 244, 214), 0.9)
    )  # fmt: skip
    return _svg(width, height, definitions, parts)


def _svg(width: int, height: int, definitions: str, parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"<defs>{definitions}</defs>{''.join(parts)}</svg>"
    )


def _mouldings(layout: Layout, studio: Studio) -> str:
    """Framed panels along the wall, as in a flat with a high ceiling."""
    unit, colour = layout.unit, _hex(studio.panel)
    count = 3 if layout.tall else 5
    gap = 26 * unit
    wide = (layout.width - gap * (count + 1)) / count
    bottom = layout.height - layout.desk - 40 * unit
    made = []
    for index in range(count):
        x = gap + index * (wide + gap)
        for inset, opacity in ((0, 0.55), (9 * unit, 0.4)):
            made.append(
                f'<rect x="{x + inset}" y="{36 * unit + inset}" width="{wide - 2 * inset}" '
                f'height="{bottom - 36 * unit - 2 * inset}" rx="{5 * unit}" fill="none" stroke="{colour}" '
                f'stroke-width="{3 * unit}" opacity="{opacity}"/>'
            )
    return "".join(made)


def _shelf(layout: Layout, studio: Studio, book: Colour) -> str:
    """A board on the wall with a vase, a plant and two books."""
    unit = layout.unit
    left, top, long = layout.shelf[0], layout.shelf[1], layout.shelf[2]

    def at(x: float, y: float) -> str:
        return f"{left + x * unit:.1f} {top + y * unit:.1f}"

    leaves = "".join(
        f'<path d="M{at(52, -48)} Q{at(52 + dx * 0.2, -48 + dy * 0.9)} {at(52 + dx, -48 + dy)} '
        f'Q{at(52 + dx * 0.9, -48 + dy * 0.35)} {at(52, -48)}Z" fill="url(#leaf)" opacity="0.95"/>'
        for dx, dy in ((-46, -54), (-22, -86), (10, -96), (36, -70), (54, -36), (-54, -22))
    )
    board = (
        f'<rect x="{left}" y="{top}" width="{long}" height="{12 * unit}" rx="{4 * unit}" fill="url(#wood)"/>'
        f'<rect x="{left + 8 * unit}" y="{top + 12 * unit}" width="{long - 16 * unit}" height="{16 * unit}" '
        f'fill="#000000" opacity="0.10"/>'
    )
    pot = (
        f'<path d="M{at(26, -50)} L{at(78, -50)} L{at(70, 0)} L{at(34, 0)}Z" fill="url(#vase)"/>'
        f'<rect x="{left + 22 * unit}" y="{top - 56 * unit}" width="{60 * unit}" height="{10 * unit}" '
        f'rx="{3 * unit}" fill="url(#vase)"/>'
    )
    books = (
        f'<rect x="{left + 104 * unit}" y="{top - 66 * unit}" width="{18 * unit}" height="{66 * unit}" '
        f'rx="{2 * unit}" fill="{_hex(book)}" opacity="0.75"/>'
        f'<rect x="{left + 126 * unit}" y="{top - 78 * unit}" width="{16 * unit}" height="{78 * unit}" '
        f'rx="{2 * unit}" fill="{_hex(studio.leaf[1])}" opacity="0.8"/>'
        f'<rect x="{left + 146 * unit}" y="{top - 58 * unit}" width="{20 * unit}" height="{58 * unit}" '
        f'rx="{2 * unit}" fill="{_hex(studio.vase[0])}"/>'
    )
    return leaves + pot + books + board


def _lamp(layout: Layout, wood: tuple[Colour, Colour]) -> str:
    unit, x = layout.unit, layout.lamp
    shade = 52 * unit
    y = 92 * unit
    return (
        f'<rect x="{x - 1.5 * unit}" y="0" width="{3 * unit}" height="{y}" fill="{_hex(wood[1])}"/>'
        f'<circle cx="{x}" cy="{y + 40 * unit}" r="{150 * unit}" fill="url(#light)"/>'
        f'<path d="M{x - shade * 0.35} {y} L{x + shade * 0.35} {y} L{x + shade} {y + 54 * unit} '
        f'L{x - shade} {y + 54 * unit}Z" fill="url(#vase)"/>'
        f'<ellipse cx="{x}" cy="{y + 54 * unit}" rx="{shade}" ry="{8 * unit}" fill="#fff6dc"/>'
    )


def _desk(layout: Layout, wood: tuple[Colour, Colour]) -> str:
    width, height, unit = layout.width, layout.desk, layout.unit
    lip = 16 * unit
    parts = [
        f'<rect y="{lip * 0.3}" width="{width}" height="{height}" fill="url(#desk)"/>',
        f'<rect width="{width}" height="{lip}" fill="url(#top)"/>',
        f'<rect y="{lip}" width="{width}" height="{10 * unit}" fill="url(#shade)"/>',
        f'<ellipse cx="{width / 2}" cy="{height}" rx="{width * 0.5}" ry="{height * 0.9}" fill="url(#sheen)"/>',
    ]
    light, dark = wood
    darker: Colour = (dark[0] * 3 // 5, dark[1] * 3 // 5, dark[2] * 3 // 5)
    definitions = (
        _linear("desk", (dark, darker))
        + _linear("top", (light, dark))
        + '<linearGradient id="shade" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-opacity="0.28"/>'
        + '<stop offset="1" stop-opacity="0"/></linearGradient>'
        + _radial("sheen", light, 0.28)
    )
    return _svg(width, height, definitions, parts)
