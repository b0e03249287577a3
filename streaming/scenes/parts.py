"""What lies on the picture beside the product: header, labels, question, ticker, subtitle. Each is drawn once for each
content and kept; drawing takes milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from streaming import lettering
from streaming.canvas import Bitmap
from streaming.lettering import Colour
from streaming.scenes.layout import Layout
from streaming.scenes.pieces import NIGHT, WHITE, bitmap, gradient, mask, panel, with_shadow
from streaming.scenes.theme import Theme
from streaming.view import Bubble

_TERM = 21  # size of the shop's terms, in pixels of a 720p picture
TURN = 10  # steps in which one line of the ticker makes way for the next
_DOT = " · "
_SHADOW = 7  # of the bubble, at a short side of 720


@lru_cache(maxsize=8)
def header(layout: Layout, look: Theme, title: str, live: str, notice: str, logo: Path | None = None) -> Bitmap:
    """The shop's name, with a round mark and the sign that this is live; as wide as the label `notice` leaves room."""
    px = layout.px
    height, size = px(52), px(24)
    live_size, gap = px(18), px(10)
    live_width = round(lettering.width_of(live, "Bold", live_size)) + px(36)
    most = min(px(420), layout.width - 2 * layout.header[0] - label(layout, notice).shape[1] - px(16))
    room = most - height - live_width - px(30)
    name = (lettering.wrap(title, room, weight="Bold", size=size, lines=1) or [""])[0]
    width = height + gap + max(round(lettering.width_of(name, "Bold", size)), px(60)) + gap + live_width + px(16)
    image = panel((width, height), height // 2, NIGHT, 0.46)
    image.alpha_composite(_mark(height - px(10), look, title[:1], px(25), logo), (px(5), px(5)))
    x = height + gap - px(4)
    lettering.draw(image, (x, height * 0.5 + size * 0.36), name, weight="Bold", size=size, fill=WHITE)
    badge = gradient((live_width, px(32)), px(16), look.accent)
    dot = px(5)
    middle = badge.height // 2
    pen = ImageDraw.Draw(badge)
    pen.ellipse((px(11) - dot // 2, middle - dot + 1, px(11) + dot + dot // 2, middle + dot), fill=look.on_accent)
    lettering.draw(badge, (px(24), middle + live_size * 0.36), live, weight="Bold", size=live_size, fill=look.on_accent)
    image.alpha_composite(badge, (width - live_width - px(14), (height - badge.height) // 2))
    return bitmap(image)


def _mark(side: int, look: Theme, letter: str, size: int, logo: Path | None) -> Image.Image:
    """The template's logo, or the shop's first letter, in a circle."""
    if logo is not None:
        try:
            with Image.open(logo) as opened:
                found = ImageOps.fit(opened.convert("RGBA"), (side, side), Image.Resampling.LANCZOS)
        except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError):
            pass  # a header with a letter is better than none
        else:
            ground = Image.new("RGBA", (side, side), (*WHITE, 255))
            ground.alpha_composite(found)
            ground.putalpha(mask((side, side), side // 2))
            return ground
    mark = gradient((side, side), side // 2, look.accent)
    at = ((side - lettering.width_of(letter, "Bold", size)) / 2, side * 0.5 + size * 0.36)
    lettering.draw(mark, at, letter, weight="Bold", size=size, fill=look.on_accent)
    return mark


@lru_cache(maxsize=8)
def label(layout: Layout, text: str) -> Bitmap:
    """The lasting notice that the host is made by an AI; its characters are at least 5 % of the short side high."""
    size = layout.px(40)  # a Han character is .92 of its size high: 37 of 720
    # The font's dot is a whole character wide; a narrow one reads as one label.
    pieces, gap = text.split(_DOT), layout.px(28)
    widths = [lettering.width_of(piece, "Medium", size) for piece in pieces]
    width = round(sum(widths)) + gap * (len(pieces) - 1) + layout.px(28)
    image = panel((width, layout.px(52)), layout.px(14), NIGHT, 0.5)
    x, baseline, dot = float(layout.px(14)), layout.px(41), layout.px(4)
    for index, (piece, wide) in enumerate(zip(pieces, widths, strict=True)):
        if index:
            middle, y = x + gap / 2, layout.px(27)
            ImageDraw.Draw(image).ellipse((middle - dot, y - dot, middle + dot, y + dot), fill=WHITE)
            x += gap
        lettering.draw(image, (x, baseline), piece, weight="Medium", size=size, fill=WHITE)
        x += wide
    return bitmap(image)


@lru_cache(maxsize=4)
def notice(layout: Layout, look: Theme, text: str) -> Bitmap:
    """The reminder in full words that comes up now and then."""
    px, size = layout.px, layout.px(24)
    lines = lettering.wrap(text, layout.notice_width - px(84), weight="Medium", size=size, lines=2)
    height = px(16) + px(32) * len(lines)
    wide = max((round(lettering.width_of(line, "Medium", size)) for line in lines), default=0)
    image = panel((wide + px(84), height), px(12), NIGHT, 0.72)
    chip = gradient((px(42), px(30)), px(8), look.accent)
    lettering.draw(chip, ((chip.width - lettering.width_of("AI", "Bold", px(20))) / 2, px(22)), "AI",
                   weight="Bold", size=px(20), fill=look.on_accent)  # fmt: skip
    image.alpha_composite(chip, (px(14), px(9)))
    for index, line in enumerate(lines):
        lettering.draw(
            image, (px(68), px(9) + index * px(32) + size * 0.97), line, weight="Medium", size=size, fill=WHITE
        )
    return bitmap(image)


@lru_cache(maxsize=48)
def ticker(layout: Layout, look: Theme, lines: tuple[str, ...], line: str, before: str, step: int) -> Bitmap:
    """The shop's terms, one after the other; `before` leaves upwards while `step` goes from 0 to TURN."""
    px = layout.px
    plate = _plate(layout, look, lines)
    slot = Image.new("RGBA", (plate.width - px(58), plate.height))
    eased = 1 - (1 - step / TURN) ** 2
    for text, shift in ((before, -eased), (line, 1 - eased)):
        if text and abs(shift) < 1:
            slot.paste(_term(layout, text, slot.size), (0, round(shift * slot.height)))
    image = plate.copy()
    image.alpha_composite(slot, (px(44), 0))
    return bitmap(image)


@lru_cache(maxsize=4)
def _plate(layout: Layout, look: Theme, lines: tuple[str, ...]) -> Image.Image:
    """What the shop's terms stand on, as wide for each of them; whoever draws on it takes a copy."""
    px, height = layout.px, layout.px(40)
    longest = max(lettering.width_of(each, "Medium", px(_TERM)) for each in lines)
    image = panel((min(layout.ticker_width, round(longest) + px(64)), height), height // 2, NIGHT, 0.42)
    horn = [(16, 16), (21, 16), (28, 10), (28, 30), (21, 24), (16, 24)]
    pen = ImageDraw.Draw(image)
    pen.polygon([(px(x), px(y)) for x, y in horn], fill=look.spoken)
    pen.arc((px(24), px(12), px(36), px(28)), -60, 60, fill=look.spoken, width=max(1, px(2)))
    return image


@lru_cache(maxsize=16)
def _term(layout: Layout, text: str, shape: tuple[int, int]) -> Image.Image:
    size, image = layout.px(_TERM), Image.new("RGBA", shape)
    fitting = (lettering.wrap(text, shape[0], weight="Medium", size=size, lines=1) or [""])[0]
    lettering.draw(image, (0, shape[1] / 2 + size * 0.36), fitting, weight="Medium", size=size, fill=WHITE)
    return image


@lru_cache(maxsize=16)
def bubble(layout: Layout, look: Theme, asked: Bubble) -> Bitmap:
    """A viewer's question while it is being answered, as wide as it needs."""
    px, most = layout.px, layout.bubble_width
    size, edge = px(23), px(16)
    lines = lettering.wrap(asked.text, most - 2 * edge, weight="Medium", size=size, lines=4)
    widest = max((lettering.width_of(line, "Medium", size) for line in lines), default=0.0)
    named = edge + px(38) + lettering.width_of(asked.author, "Bold", px(19))
    width = min(most, max(round(widest) + 2 * edge, round(named) + edge, px(150)))
    height = px(46) + len(lines) * px(32) + px(12)
    image = panel((width, height), px(18), look.sheet, 0.95)
    name = (lettering.wrap(asked.author, width - px(90), weight="Bold", size=px(19), lines=1) or [""])[0]
    mark = gradient((px(28), px(28)), px(14), look.accent)
    question_mark = px(20)
    lettering.draw(mark, (px(9), px(21)), "?", weight="Bold", size=question_mark, fill=look.on_accent)
    image.alpha_composite(mark, (edge, px(11)))
    lettering.draw(image, (edge + px(38), px(32)), name, weight="Bold", size=px(19), fill=look.chip_ink)
    for index, text in enumerate(lines):
        at = (edge, px(46) + index * px(32) + size)
        lettering.draw(image, at, text, weight="Medium", size=size, fill=look.ink)
    return bitmap(with_shadow(image, px(_SHADOW), 0.3))


def bubble_at(layout: Layout, drawn: Bitmap) -> tuple[int, int]:
    """Where the bubble's bitmap begins, so that the bubble, without its shadow, stands in line with its place."""
    left, top = layout.bubble
    edge = 2 * layout.px(_SHADOW)
    if layout.bubble_right:
        left += layout.bubble_width - (drawn.shape[1] - 2 * edge)
    return left - edge, top - edge


@dataclass(frozen=True, eq=False)
class CaptionBitmap:
    """A subtitle in both its colours; `at` gives it with the first characters lit."""

    plain: Bitmap
    lit: Bitmap
    lines: tuple[tuple[int, int, tuple[int, ...]], ...]  # top, bottom and the x where each character ends

    def at(self, spoken: int) -> Bitmap:
        # The same object for the same content: the scene redraws what is a different one.
        return _lit(self, spoken)


@lru_cache(maxsize=128)
def _lit(made: CaptionBitmap, spoken: int) -> Bitmap:
    if spoken <= 0:
        return made.plain
    out = made.plain.copy()
    for top, bottom, ends in made.lines:
        x = ends[min(spoken, len(ends)) - 1]
        out[top:bottom, :x] = made.lit[top:bottom, :x]
        spoken -= len(ends)
        if spoken <= 0:
            break
    return out


@lru_cache(maxsize=32)
def caption(layout: Layout, look: Theme, text: str) -> CaptionBitmap:
    """A subtitle of one or two lines, in the largest size that fits."""
    stroke = layout.px(5)
    room = layout.caption_width - 2 * stroke
    size, rows = next(
        (size, rows)
        for size in map(layout.px, (40, 36, 32, 28, 24, 20, 16, 12))
        if _widest(rows := _rows(text, room, size), size) <= room or size == layout.px(12)
    )
    width = round(_widest(rows, size)) + 2 * stroke + 4
    step = round(size * 1.3)
    height = step * len(rows) + 2 * stroke
    lines = []
    for index, row in enumerate(rows):
        left = (width - lettering.width_of(row, "Bold", size)) / 2
        ends = tuple(round(left + lettering.width_of(row[: n + 1], "Bold", size)) for n in range(len(row)))
        lines.append((index * step, height if index == len(rows) - 1 else (index + 1) * step, ends))
    plain, inside = _lettered(rows, size, stroke, (width, height), look.edge)
    lit = plain.copy()
    for image, colour in ((plain, WHITE), (lit, look.spoken)):
        image.paste(colour, mask=inside)
    return CaptionBitmap(bitmap(plain), bitmap(lit), tuple(lines))


def _lettered(
    rows: Sequence[str], size: int, stroke: int, shape: tuple[int, int], edge: Colour
) -> tuple[Image.Image, Image.Image]:
    """The letters with their outline in one colour, and where the letters themselves are."""
    outlined, inside = Image.new("RGBA", shape), Image.new("RGBA", shape)
    for index, row in enumerate(rows):
        at = (shape[0] - lettering.width_of(row, "Bold", size)) / 2, stroke + index * round(size * 1.3) + size
        lettering.draw(outlined, at, row, weight="Bold", size=size, fill=edge, stroke=stroke, stroke_fill=edge)
        lettering.draw(inside, at, row, weight="Bold", size=size, fill=WHITE)
    return outlined, inside.getchannel("A")


def _widest(rows: Sequence[str], size: int) -> float:
    return max(lettering.width_of(row, "Bold", size) for row in rows)


def _rows(text: str, width: int, size: int) -> list[str]:
    """All of the text in one or two rows; together they have exactly its characters, so that the lighting is right."""
    if lettering.width_of(text, "Bold", size) <= width:
        return [text]
    cut = lettering.break_near(text, lettering.width_of(text, "Bold", size) / 2, weight="Bold", size=size)
    return [text[:cut], text[cut:]]
