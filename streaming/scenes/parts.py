"""The pieces in front of the host. Each is drawn once for each content and kept; drawing takes milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps, UnidentifiedImageError

from streaming import lettering
from streaming.canvas import Bitmap, premultiplied
from streaming.lettering import Colour
from streaming.scenes.layout import Layout
from streaming.scenes.theme import Theme
from streaming.view import Bubble, Card

_WHITE: Colour = (255, 255, 255)
_GREY: Colour = (150, 144, 152)
_EDGE: Colour = (46, 20, 38)  # around the letters of a subtitle
_SOFT = 4  # supersampling of edges


def _bitmap(image: Image.Image) -> Bitmap:
    return premultiplied(np.asarray(image))


def _mask(size: tuple[int, int], radius: int) -> Image.Image:
    """A rounded rectangle with smooth edges."""
    big = Image.new("L", (size[0] * _SOFT, size[1] * _SOFT))
    ImageDraw.Draw(big).rounded_rectangle((0, 0, big.width - 1, big.height - 1), radius * _SOFT, fill=255)
    return big.resize(size, Image.Resampling.BOX)


def _panel(size: tuple[int, int], radius: int, fill: Colour, opacity: float = 1.0) -> Image.Image:
    image = Image.new("RGBA", size, (*fill, 0))
    image.putalpha(_mask(size, radius).point(lambda value: round(value * opacity)))
    return image


def _gradient(size: tuple[int, int], radius: int, colours: tuple[Colour, Colour]) -> Image.Image:
    """A rounded rectangle running from one colour to another, left to right."""
    first, last = (np.array(colour, np.float32) for colour in colours)
    t = np.linspace(0, 1, size[0], dtype=np.float32)[None, :, None]
    row = (first * (1 - t) + last * t).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(np.broadcast_to(row, (size[1], size[0], 3)))).convert("RGBA")
    image.putalpha(_mask(size, radius))
    return image


def _with_shadow(image: Image.Image, blur: int, opacity: float) -> Image.Image:
    """The same picture on a larger one, `blur * 2` wider on every side, with a soft shadow under it."""
    edge = blur * 2
    out = Image.new("RGBA", (image.width + 2 * edge, image.height + 2 * edge))
    shade = Image.new("L", out.size)
    shade.paste(image.getchannel("A").point(lambda value: round(value * opacity)), (edge, edge + blur // 2))
    out.putalpha(shade.filter(ImageFilter.GaussianBlur(blur)))
    out.alpha_composite(image, (edge, edge))
    return out


@lru_cache(maxsize=8)
def header(layout: Layout, look: Theme, title: str, live: str, notice: str) -> Bitmap:
    """The shop's name, with a round mark and the sign that this is live; as wide as the label `notice` leaves room."""
    px = layout.px
    height, size = px(52), px(24)
    live_size, gap = px(18), px(10)
    live_width = round(lettering.width_of(live, "Bold", live_size)) + px(36)
    most = min(px(420), layout.width - 2 * layout.header[0] - label(layout, notice).shape[1] - px(16))
    room = most - height - live_width - px(30)
    name = (lettering.wrap(title, room, weight="Bold", size=size, lines=1) or [""])[0]
    width = height + gap + max(round(lettering.width_of(name, "Bold", size)), px(60)) + gap + live_width + px(16)
    image = _panel((width, height), height // 2, (28, 16, 30), 0.46)
    mark = _gradient((height - px(10), height - px(10)), height // 2, look.accent)
    first = title[:1]
    mark_size = px(25)
    lettering.draw(
        mark, ((mark.width - lettering.width_of(first, "Bold", mark_size)) / 2, mark.height * 0.5 + mark_size * 0.36),
        first, weight="Bold", size=mark_size, fill=_WHITE,
    )  # fmt: skip
    image.alpha_composite(mark, (px(5), px(5)))
    x = height + gap - px(4)
    lettering.draw(image, (x, height * 0.5 + size * 0.36), name, weight="Bold", size=size, fill=_WHITE)
    badge = _gradient((live_width, px(32)), px(16), look.accent)
    dot = px(5)
    middle = badge.height // 2
    pen = ImageDraw.Draw(badge)
    pen.ellipse((px(11) - dot // 2, middle - dot + 1, px(11) + dot + dot // 2, middle + dot), fill=_WHITE)
    lettering.draw(badge, (px(24), middle + live_size * 0.36), live, weight="Bold", size=live_size, fill=_WHITE)
    image.alpha_composite(badge, (width - live_width - px(14), (height - badge.height) // 2))
    return _bitmap(image)


@lru_cache(maxsize=8)
def label(layout: Layout, text: str) -> Bitmap:
    """The lasting notice that the host is made by an AI; its characters are at least 5 % of the short side high."""
    size = layout.px(40)  # a Han character is .92 of its size high: 37 of 720
    width = round(lettering.width_of(text, "Medium", size)) + layout.px(24)
    image = _panel((width, layout.px(52)), layout.px(12), (24, 14, 28), 0.46)
    lettering.draw(image, (layout.px(12), layout.px(41)), text, weight="Medium", size=size, fill=_WHITE)
    return _bitmap(image)


@lru_cache(maxsize=16)
def _picture(path: Path | None, size: tuple[int, int], radius: int, free: int = 0) -> Image.Image | None:
    """A product's picture, filling `size`; None when there is none that can be read.

    `free`: so much at the top is left for a badge.
    """
    if path is None:
        return None
    try:
        with Image.open(path) as opened:
            opened.draft("RGB", (size[0] * 2, size[1] * 2))
            found = opened.convert("RGBA")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError):
        return None
    whole = Image.new("RGBA", found.size, (248, 245, 246, 255))
    whole.alpha_composite(found)
    ground = _fitted(whole, size, free)
    ground.putalpha(_mask(size, radius))
    return ground


def _fitted(whole: Image.Image, size: tuple[int, int], free: int) -> Image.Image:
    """The whole picture in a frame of another shape; beside it, the light of its edges goes on.

    What stands at an edge must not become a bar: away from the picture its colours run into each other.
    """
    inner = np.asarray(ImageOps.contain(whole, (size[0], size[1] - free), Image.Resampling.LANCZOS))
    over, beside = size[1] - free - inner.shape[0], size[0] - inner.shape[1]
    sides = ((free + over // 2, over - over // 2), (beside // 2, beside - beside // 2), (0, 0))
    sharp = Image.fromarray(np.pad(inner, sides, mode="edge"))
    soft = sharp
    for radius in (4, 12, 36):  # each further from the picture than the one before
        soft = sharp.filter(ImageFilter.GaussianBlur(radius))
        outside = Image.new("L", size, 255)
        ImageDraw.Draw(outside).rectangle(
            (
                sides[1][0] - radius,
                sides[0][0] - radius,
                size[0] - sides[1][1] + radius,
                size[1] - sides[0][1] + radius,
            ),
            fill=0,
        )
        sharp.paste(soft, mask=outside.filter(ImageFilter.GaussianBlur(radius / 2)))
    sharp.paste(Image.fromarray(inner), (sides[1][0], sides[0][0]))
    return sharp


def _price(shown: Card, look: Theme, size: int, weight_of_sign: float = 0.58) -> Image.Image | None:
    """¥129 with the struck list price beside it."""
    if not shown.price:
        return None
    sign_size, old_size = round(size * weight_of_sign), round(size * 0.46)
    sign = lettering.width_of(shown.currency, "Bold", sign_size)
    figure = lettering.width_of(shown.price, "Bold", size)
    old = shown.currency + shown.list_price if shown.list_price else ""
    old_width = lettering.width_of(old, "Medium", old_size) if old else 0.0
    gap = size * 0.28
    image = Image.new("RGBA", (round(sign + figure + gap + old_width) + 8, round(size * 1.2)))
    base = size * 0.98
    lettering.draw(image, (0, base), shown.currency, weight="Bold", size=sign_size, fill=look.price)
    lettering.draw(image, (sign + 2, base), shown.price, weight="Bold", size=size, fill=look.price)
    if old:
        x = sign + figure + gap
        lettering.draw(image, (x, base), old, weight="Medium", size=old_size, fill=_GREY)
        y = round(base - old_size * 0.34)
        ImageDraw.Draw(image).line((x - 2, y, x + old_width + 2, y), fill=_GREY, width=max(2, old_size // 12))
    return image


def _badge(text: str, look: Theme, size: int, most: int) -> Image.Image:
    words_ = (lettering.wrap(text, most - size * 1.2, weight="Bold", size=size, lines=1) or [""])[0]
    width = round(lettering.width_of(words_, "Bold", size) + size * 1.2)
    image = _gradient((width, round(size * 1.75)), round(size * 0.45), look.accent)
    lettering.draw(image, (size * 0.6, size * 1.24), words_, weight="Bold", size=size, fill=_WHITE)
    return image


def _button(text: str, look: Theme, width: int, height: int, size: int) -> Image.Image:
    image = _gradient((width, height), height // 2, look.accent)
    shine = _panel((width - 8, height // 2 - 2), height // 4, _WHITE, 0.14)
    image.alpha_composite(shine, (4, 3))
    left = (width - lettering.width_of(text, "Bold", size)) / 2
    lettering.draw(image, (left, height / 2 + size * 0.36), text, weight="Bold", size=size, fill=_WHITE)
    return image


def _points(image: Image.Image, points: Sequence[str], box: tuple[int, int, int], size: int, look: Theme) -> None:
    """Attributes as chips, as many as fit in one row: left, top and right of `box`."""
    x, top, right = box
    for point in points:
        width = round(lettering.width_of(point, "Medium", size) + size * 1.1)
        if x + width > right:
            continue
        chip = _panel((width, round(size * 1.7)), round(size * 0.4), (250, 240, 240))
        lettering.draw(chip, (size * 0.55, size * 1.2), point, weight="Medium", size=size, fill=(150, 70, 80))
        image.alpha_composite(chip, (x, top))
        x += width + round(size * 0.5)


@lru_cache(maxsize=32)
def card(layout: Layout, look: Theme, shown: Card, call: str) -> Bitmap:
    """The product on air; its shadow reaches `card_edge` beyond the card on every side."""
    image = _tall_card(layout, look, shown, call) if layout.tall else _wide_card(layout, look, shown, call)
    return _bitmap(_with_shadow(image, layout.px(10), 0.34))


def card_edge(layout: Layout) -> int:
    return 2 * layout.px(10)


def _wide_card(layout: Layout, look: Theme, shown: Card, call: str) -> Image.Image:
    px, (width, height) = layout.px, layout.card_size
    image = _panel((width, height), px(22), _WHITE, 0.97)
    edge = px(16)
    size = px(26)
    title = lettering.wrap(shown.title, width - 2 * edge - px(8), weight="Bold", size=size, lines=2)
    photo_height = px(258) if len(title) == 1 else px(222)
    photo = _picture(shown.picture, (width - 2 * edge, photo_height), px(14), px(36) if shown.badge else 0)
    if photo is not None:
        image.alpha_composite(photo, (edge, edge))
        top = edge + photo_height + px(10)
    else:
        top = px(40)
    if shown.badge:
        image.alpha_composite(_badge(shown.badge, look, px(20), width - 2 * edge), (edge + px(8), edge + px(8)))
        top = max(top, edge + px(60))
    for text in title:
        lettering.draw(image, (edge + px(4), top + size), text, weight="Bold", size=size, fill=look.ink)
        top += px(38)
    _points(image, shown.points, (edge + px(2), top + px(2), width - edge), px(18), look)
    price = _price(shown, look, px(56))
    if price is not None:
        image.alpha_composite(_narrow(price, width - 2 * edge), (edge + px(4), height - px(74) - px(68)))
    if call:
        button = _button(call, look, width - 2 * edge, px(58), px(25))
        image.alpha_composite(button, (edge, height - edge - button.height))
    return image


def _tall_card(layout: Layout, look: Theme, shown: Card, call: str) -> Image.Image:
    px, (width, height) = layout.px, layout.card_size
    image = _panel((width, height), px(22), _WHITE, 0.97)
    edge = px(14)
    side = height - 2 * edge
    photo = _picture(shown.picture, (side, side), px(14))
    left = edge
    if photo is not None:
        image.alpha_composite(photo, (edge, edge))
        left = edge + side + px(16)
    size, top = px(27), edge + px(2)
    title = lettering.wrap(shown.title, width - left - edge, weight="Bold", size=size, lines=2)
    top += px(10) if len(title) == 1 else 0
    for text in title:
        lettering.draw(image, (left, top + size), text, weight="Bold", size=size, fill=look.ink)
        top += px(35)
    top += px(6)
    x = left
    if shown.badge:
        badge = _badge(shown.badge, look, px(18), (width - left) // 2)
        image.alpha_composite(badge, (x, top))
        x += badge.width + px(8)
    _points(image, shown.points, (x, top, width - edge), px(18), look)
    price = _price(shown, look, px(54))
    if price is not None:
        image.alpha_composite(_narrow(price, width - left - edge), (left, height - px(66) - px(62)))
    if call:
        button = _button(call, look, width - left - edge, px(52), px(23))
        image.alpha_composite(button, (left, height - edge - button.height))
    return image


def _narrow(image: Image.Image, most: int) -> Image.Image:
    if image.width <= most:
        return image
    return image.resize((most, max(1, image.height * most // image.width)), Image.Resampling.LANCZOS)


@lru_cache(maxsize=16)
def bubble(layout: Layout, look: Theme, asked: Bubble) -> Bitmap:
    """A viewer's question while it is being answered."""
    px, width = layout.px, layout.bubble_width
    size, edge = px(22), px(16)
    lines = lettering.wrap(asked.text, width - 2 * edge, weight="Medium", size=size, lines=4)
    height = px(44) + len(lines) * px(31) + px(12)
    image = _panel((width, height), px(18), _WHITE, 0.94)
    name = (lettering.wrap(asked.author, width - px(90), weight="Bold", size=px(19), lines=1) or [""])[0]
    mark = _gradient((px(28), px(28)), px(14), look.accent)
    question_mark = px(20)
    lettering.draw(mark, (px(9), px(21)), "?", weight="Bold", size=question_mark, fill=_WHITE)
    image.alpha_composite(mark, (edge, px(11)))
    lettering.draw(image, (edge + px(38), px(32)), name, weight="Bold", size=px(19), fill=look.accent[1])
    for index, text in enumerate(lines):
        lettering.draw(image, (edge, px(44) + index * px(31) + size), text, weight="Medium", size=size, fill=look.ink)
    return _bitmap(_with_shadow(image, px(7), 0.3))


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
    plain, lit = (_lettered(rows, size, stroke, (width, height), colour) for colour in (_WHITE, look.spoken))
    return CaptionBitmap(plain, lit, tuple(lines))


def _lettered(rows: Sequence[str], size: int, stroke: int, shape: tuple[int, int], fill: Colour) -> Bitmap:
    image = Image.new("RGBA", shape)
    for index, row in enumerate(rows):
        left = (shape[0] - lettering.width_of(row, "Bold", size)) / 2
        baseline = stroke + index * round(size * 1.3) + size
        lettering.draw(
            image, (left, baseline), row, weight="Bold", size=size, fill=fill, stroke=stroke, stroke_fill=_EDGE
        )
    return _bitmap(image)


def _widest(rows: Sequence[str], size: int) -> float:
    return max(lettering.width_of(row, "Bold", size) for row in rows)


def _rows(text: str, width: int, size: int) -> list[str]:
    """All of the text in one or two rows; together they have exactly its characters, so that the lighting is right."""
    if lettering.width_of(text, "Bold", size) <= width:
        return [text]
    cut = lettering.break_near(text, lettering.width_of(text, "Bold", size) / 2, weight="Bold", size=size)
    return [text[:cut], text[cut:]]
