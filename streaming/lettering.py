"""Text as bitmaps. Slow (milliseconds), so callers keep what they get."""

import unicodedata
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal

import numpy as np
import rjieba
from PIL import Image, ImageDraw, ImageFont

from streaming.canvas import Bitmap, premultiplied

Weight = Literal["Medium", "Bold"]
Colour = tuple[int, int, int]

# For characters outside GB2312, in the order tried; nothing breaks where none of them is installed.
_SYSTEM_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/STHeiti Medium.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)
_NO_BREAK_BEFORE = set("，。！？；：、）》」』】”’…%℃,.!?;:)]}~～")
_STOPS = set("，。！？；：、,.!?;:")
_NO_BREAK_AFTER = set("（《「『【“‘¥￥$([{")


@lru_cache(maxsize=64)
def font(weight: Weight, size: int) -> ImageFont.FreeTypeFont:
    with as_file(files("streaming") / "fonts" / f"NotoSansSC-{weight}.ttf") as path:
        return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=16)
def _system_fonts(size: int) -> tuple[ImageFont.FreeTypeFont, ...]:
    return tuple(
        ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
        for path in _SYSTEM_FONTS
        if Path(path).exists()
    )


@lru_cache(maxsize=64)
def _blank(face: ImageFont.FreeTypeFont) -> bytes:
    return bytes(face.getmask("\U0010fffd"))


def _has(face: ImageFont.FreeTypeFont, char: str) -> bool:
    return char.isspace() or bytes(face.getmask(char)) != _blank(face)


@lru_cache(maxsize=2048)
def _face_for(char: str, weight: Weight, size: int) -> ImageFont.FreeTypeFont | None:
    """The font that can draw `char`; None for emoji, control characters and what no font here has."""
    if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return None
    if _has(own := font(weight, size), char):
        return own
    return next((face for face in _system_fonts(size) if _has(face, char)), None)


def _runs(text: str, weight: Weight, size: int) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    runs: list[tuple[str, ImageFont.FreeTypeFont]] = []
    for char in text:
        face = _face_for(char, weight, size)
        if face is None:
            continue
        if runs and runs[-1][1] is face:
            runs[-1] = (runs[-1][0] + char, face)
        else:
            runs.append((char, face))
    return runs


@lru_cache(maxsize=4096)
def _advance(face: ImageFont.FreeTypeFont, char: str, following: str) -> float:
    """From where a character begins to where the next one does, kerned."""
    return face.getlength(char + following) - face.getlength(following)


def width_of(text: str, weight: Weight, size: int) -> float:
    # Summed over pairs, as the font does itself: it hints every glyph anew to tell a length, and a subtitle asks for
    # that of each of its beginnings.
    return sum(
        sum(_advance(face, char, following) for char, following in zip(run, (*run[1:], ""), strict=True))
        for run, face in _runs(text, weight, size)
    )


def draw(
    image: Image.Image,
    position: tuple[float, float],
    text: str,
    *,
    weight: Weight,
    size: int,
    fill: Colour,
    stroke: int = 0,
    stroke_fill: Colour = (0, 0, 0),
) -> None:
    """Draw a line whose baseline begins at `position`."""
    pen = ImageDraw.Draw(image)
    x, y = position
    for run, face in _runs(text, weight, size):
        pen.text((x, y), run, font=face, fill=fill, stroke_width=stroke, stroke_fill=stroke_fill, anchor="ls")
        x += face.getlength(run)


def line(
    text: str, *, weight: Weight, size: int, fill: Colour, stroke: int = 0, stroke_fill: Colour = (0, 0, 0)
) -> Bitmap:
    """One line on a transparent bitmap of `round(size * 1.4)` height plus the stroke."""
    width = round(width_of(text, weight, size)) + 2 * stroke + 2
    image = Image.new("RGBA", (max(1, width), round(size * 1.4) + 2 * stroke))
    draw(
        image,
        (stroke + 1, stroke + size * 1.08),
        text,
        weight=weight,
        size=size,
        fill=fill,
        stroke=stroke,
        stroke_fill=stroke_fill,
    )
    return premultiplied(np.asarray(image))


def wrap(text: str, width: float, *, weight: Weight, size: int, lines: int) -> list[str]:
    """Break into at most `lines` lines; what does not fit ends in an ellipsis. Latin words stay whole."""
    made: list[str] = []
    rest = text.strip()
    while rest and len(made) < lines:
        if width_of(rest, weight, size) <= width:
            made.append(rest)
            return made
        cut = _fitting(rest, width, weight, size)
        made.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest and made:
        last = made[-1]
        while last and width_of(last + "…", weight, size) > width:
            last = last[:-1]
        made[-1] = last + "…"
    return made


def break_near(text: str, width: float, *, weight: Weight, size: int) -> int:
    """Where to break a text in two so that the first part is about `width` wide: rather behind a stop than between
    words, and within a word only where there is nothing else."""
    places = [at for at in range(1, len(text)) if _may_break(text, at)] or [max(1, len(text) // 2)]
    words = _word_ends(text)

    def cost(at: int) -> float:
        away = abs(width_of(text[:at], weight, size) - width)
        if text[at - 1] in _STOPS:
            return away - 4 * size
        return away if at in words else away + 6 * size

    return min(places, key=cost)


@lru_cache(maxsize=64)
def _word_ends(text: str) -> frozenset[int]:
    """Where words end; a number and its unit are one word."""
    ends, at = [], 0
    for word in rjieba.cut(text):
        at += len(word)
        ends.append(at)
    return frozenset(end for end in ends if not (text[end - 1 : end].isdigit() and text[end : end + 1].isalnum()))


def _fitting(text: str, width: float, weight: Weight, size: int) -> int:
    """How many characters fit, ending where a line may break."""
    most = 1
    while most < len(text) and width_of(text[: most + 1], weight, size) <= width:
        most += 1
    places = [cut for cut in range(most, max(1, most // 2), -1) if _may_break(text, cut)]
    words = _word_ends(text)
    return next((cut for cut in places[:4] if cut in words or text[cut].isspace()), places[0] if places else most)


def _may_break(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if after in _NO_BREAK_BEFORE or before in _NO_BREAK_AFTER:
        return False
    return before.isspace() or after.isspace() or ord(before) > 0x2E80 or ord(after) > 0x2E80
