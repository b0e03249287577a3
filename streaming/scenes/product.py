"""The product on air: its card, its price that is struck and renewed, its coupon, and the countdown of its offer."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps, UnidentifiedImageError

from streaming import lettering
from streaming.canvas import Bitmap
from streaming.lettering import Colour
from streaming.scenes.layout import Layout
from streaming.scenes.pieces import WHITE, bitmap, gradient, mask, panel, with_shadow
from streaming.scenes.theme import Theme
from streaming.view import Card, Coupon

_GREY: Colour = (150, 144, 152)
STEPS = 22  # of the price's entrance
_STRUCK = 8  # by this step the old price is struck out
DAY_S = 86_400
_TICKET = 176  # width of a coupon, at a short side of 720


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
    ground.putalpha(mask(size, radius))
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


def _badge(text: str, look: Theme, size: int, most: int) -> Image.Image:
    words_ = (lettering.wrap(text, most - size * 1.2, weight="Bold", size=size, lines=1) or [""])[0]
    width = round(lettering.width_of(words_, "Bold", size) + size * 1.2)
    image = gradient((width, round(size * 1.75)), round(size * 0.45), look.accent)
    lettering.draw(image, (size * 0.6, size * 1.24), words_, weight="Bold", size=size, fill=look.on_accent)
    return image


def _button(text: str, look: Theme, width: int, height: int, size: int) -> Image.Image:
    image = gradient((width, height), height // 2, look.accent)
    shine = panel((width - 8, height // 2 - 2), height // 4, WHITE, 0.14)
    image.alpha_composite(shine, (4, 3))
    left = (width - lettering.width_of(text, "Bold", size)) / 2
    lettering.draw(image, (left, height / 2 + size * 0.36), text, weight="Bold", size=size, fill=look.on_accent)
    return image


def _points(image: Image.Image, points: Sequence[str], box: tuple[int, int, int], size: int, look: Theme) -> None:
    """Attributes as chips, as many as fit in one row: left, top and right of `box`."""
    x, top, right = box
    for point in points:
        width = round(lettering.width_of(point, "Medium", size) + size * 1.1)
        if x + width > right:
            continue
        chip = panel((width, round(size * 1.7)), round(size * 0.4), look.chip)
        lettering.draw(chip, (size * 0.55, size * 1.2), point, weight="Medium", size=size, fill=look.chip_ink)
        image.alpha_composite(chip, (x, top))
        x += width + round(size * 0.5)


@lru_cache(maxsize=32)
def card(layout: Layout, look: Theme, shown: Card, call: str, *, strip: bool = False) -> Bitmap:
    """The product on air without its price; its shadow reaches `card_edge` beyond the card on every side.

    `strip`: room is left for a countdown at its top.
    """
    if layout.tall:
        image = _tall_card(layout, look, shown, call)
    else:
        image = _wide_card(layout, look, shown, call, strip_height(layout) if strip else 0)
    return bitmap(with_shadow(image, layout.px(10), 0.34))


def card_edge(layout: Layout) -> int:
    return 2 * layout.px(10)


def strip_height(layout: Layout) -> int:
    return layout.px(50)


def strip_at(layout: Layout) -> tuple[int, int]:
    """Where the countdown stands: in a wide picture inside the card, in a tall one on top of it."""
    left, top = layout.card
    return (left, top - strip_height(layout) + layout.px(6)) if layout.tall else (left, top)


def price_at(layout: Layout) -> tuple[int, int]:
    """The upper left corner of the price."""
    (left, top), (_, height), px = layout.card, layout.card_size, layout.px
    if layout.tall:
        return left + _text_left(layout), top + height - px(66) - px(62)
    return left + px(20), top + height - px(74) - px(68)


def _text_left(layout: Layout) -> int:
    """Of a tall picture's card, with or without a photograph: the price may not jump."""
    return layout.card_size[1] - layout.px(28) + layout.px(30)


def _wide_card(layout: Layout, look: Theme, shown: Card, call: str, strip: int) -> Image.Image:
    px, (width, height) = layout.px, layout.card_size
    image = panel((width, height), px(22), look.sheet, 0.97)
    edge = px(16)
    size = px(26)
    title = lettering.wrap(shown.title, width - 2 * edge - px(8), weight="Bold", size=size, lines=2)
    spare = height - px(508) - strip
    photo_height = max(px(120), (px(262) if len(title) == 1 else px(226)) + spare)
    top = edge if not strip else strip + px(10)
    photo = _picture(shown.picture, (width - 2 * edge, photo_height), px(14), px(36) if shown.badge else 0)
    if photo is None:
        photo = _stand_in(shown.title, (width - 2 * edge, photo_height), px(14), look)
    image.alpha_composite(photo, (edge, top))
    if shown.badge:
        image.alpha_composite(_badge(shown.badge, look, px(20), width - 2 * edge), (edge + px(8), top + px(8)))
    top += photo_height + px(8)
    for text in title:
        lettering.draw(image, (edge + px(4), top + size), text, weight="Bold", size=size, fill=look.ink)
        top += px(36)
    _points(image, shown.points, (edge + px(2), top + px(2), width - edge), px(18), look)
    if shown.coupon is not None:
        ticket = _ticket(shown.coupon, look, (px(_TICKET), px(54)), px)
        image.alpha_composite(ticket, (width - edge - ticket.width, height - px(138)))
    if call:
        button = _button(call, look, width - 2 * edge, px(58), px(25))
        image.alpha_composite(button, (edge, height - edge - button.height))
    return image


def _tall_card(layout: Layout, look: Theme, shown: Card, call: str) -> Image.Image:
    px, (width, height) = layout.px, layout.card_size
    image = panel((width, height), px(22), look.sheet, 0.97)
    edge = px(14)
    side = height - 2 * edge
    photo = _picture(shown.picture, (side, side), px(14)) or _stand_in(shown.title, (side, side), px(14), look)
    image.alpha_composite(photo, (edge, edge))
    left = _text_left(layout)
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
    if shown.coupon is not None:
        ticket = _ticket(shown.coupon, look, (px(_TICKET), px(54)), px)
        image.alpha_composite(ticket, (width - edge - ticket.width, height - px(126)))
    if call:
        button = _button(call, look, width - left - edge, px(52), px(23))
        image.alpha_composite(button, (left, height - edge - button.height))
    return image


def _stand_in(title: str, size: tuple[int, int], radius: int, look: Theme) -> Image.Image:
    """Where a product has no picture: its first character, large and pale."""
    lit = tuple((value * 2 + other) // 3 for value, other in zip(look.chip, look.sheet, strict=True))
    image = gradient(size, radius, (look.chip, (lit[0], lit[1], lit[2])))
    letter = round(min(size) * 0.42)
    pale = tuple((value + 2 * other) // 3 for value, other in zip(look.chip_ink, look.chip, strict=True))
    at = ((size[0] - lettering.width_of(title[:1], "Bold", letter)) / 2, size[1] / 2 + letter * 0.36)
    lettering.draw(image, at, title[:1], weight="Bold", size=letter, fill=(pale[0], pale[1], pale[2]))
    return image


def _ticket(coupon: Coupon, look: Theme, size: tuple[int, int], px: Callable[[float], int]) -> Image.Image:
    """A coupon with a notched edge: what it takes off, from when on, and its code."""
    width, height = size
    image = gradient(size, px(8), look.urgent)
    pen, notch = ImageDraw.Draw(image), px(7)
    tear = round(width * 0.4)
    for y in (0, height):
        pen.ellipse((tear - notch, y - notch, tear + notch, y + notch), fill=(0, 0, 0, 0))
    for y in range(notch + px(4), height - notch, px(9)):
        pen.line((tear, y, tear, y + px(4)), fill=(*WHITE, 190), width=max(1, px(2)))
    large = _fitting(coupon.amount, tear - px(10), px(26))
    wide = lettering.width_of(coupon.amount, "Bold", large)
    at = ((tear - wide) / 2, height / 2 + large * 0.36)
    lettering.draw(image, at, coupon.amount, weight="Bold", size=large, fill=WHITE)
    rest = [text for text in (coupon.condition, coupon.code) if text]
    room, step = width - tear - px(16), px(22)
    top = height / 2 - step * len(rest) / 2
    for index, text in enumerate(rest):
        small = _fitting(text, room, px(17))
        baseline = top + index * step + step / 2 + small * 0.36
        lettering.draw(image, (tear + px(11), baseline), text, weight="Medium", size=small, fill=WHITE)
    return image


def _fitting(text: str, width: float, size: int) -> int:
    """The size, `size` at most, in which the text is no wider than `width`."""
    return max(6, min(size, int(size * width / max(1.0, lettering.width_of(text, "Bold", size)))))


def _narrow(image: Image.Image, most: int) -> Image.Image:
    if image.width <= most:
        return image
    return image.resize((most, max(1, image.height * most // image.width)), Image.Resampling.LANCZOS)


@lru_cache(maxsize=64)
def price(layout: Layout, look: Theme, shown: Card, old: str, step: int) -> Bitmap:
    """The price in its entrance: the old one is struck out, makes room, and the new one comes in. At STEPS it rests.

    Only figures of the catalogue are ever on the picture: nothing is counted through.
    """
    px, currency = layout.px, shown.currency
    size = px(54 if layout.tall else 56)
    height = round(size * 1.3)
    width = layout.card[0] + layout.card_size[0] - price_at(layout)[0] - px(18)
    width -= px(_TICKET + 8) if shown.coupon is not None else 0
    base = size * 1.0
    old_size = round(size * 0.46)
    if old and step < _STRUCK:
        struck = min(1.0, step / (_STRUCK - 2))
        return bitmap(_narrow(_figure(currency, old, size, _GREY, struck, height), width))
    entered = 1.0 if not old else min(1.0, max(0.0, (step - _STRUCK) / (STEPS - _STRUCK)))
    figure = _figure(currency, shown.price, size, look.price, 0.0, height)
    swing = 1.0 if entered >= 1 else 1 + 0.45 * (1 - entered) ** 2 * np.cos(7 * entered)
    scaled = figure.resize(
        (max(1, round(figure.width * swing)), max(1, round(height * swing))), Image.Resampling.BILINEAR
    )
    gap = round(size * 0.26)
    aside = lettering.width_of(currency + old, "Medium", old_size) if old else 0.0
    image = Image.new("RGBA", (round(max(scaled.width, figure.width) + gap + aside) + 8, height))
    image.alpha_composite(scaled.crop((0, max(0, scaled.height - height), scaled.width, scaled.height)),
                          (0, max(0, height - scaled.height)))  # fmt: skip
    if old:
        x = max(scaled.width, figure.width) + gap * 0.6
        lettering.draw(image, (x, base), currency + old, weight="Medium", size=old_size, fill=_GREY)
        y = round(base - old_size * 0.34)
        ImageDraw.Draw(image).line((x - 2, y, x + aside + 2, y), fill=_GREY, width=max(2, old_size // 12))
    return bitmap(_narrow(image, width))


def _figure(currency: str, amount: str, size: int, fill: Colour, struck: float, height: int) -> Image.Image:
    """¥129; `struck` is the share of its width that a line goes through."""
    sign_size = round(size * 0.58)
    sign = lettering.width_of(currency, "Bold", sign_size)
    image = Image.new("RGBA", (round(sign + lettering.width_of(amount, "Bold", size)) + 8, height))
    lettering.draw(image, (0, size), currency, weight="Bold", size=sign_size, fill=fill)
    lettering.draw(image, (sign + 2, size), amount, weight="Bold", size=size, fill=fill)
    if struck > 0:
        y = round(size * 0.66)
        ImageDraw.Draw(image).line((0, y, image.width * struck, y), fill=fill, width=max(2, size // 13))
    return image


def left_of(seconds: float) -> tuple[str, ...]:
    """Hours, minutes and seconds with two digits each, as a countdown shows them."""
    whole = max(0, int(np.ceil(seconds)))
    return f"{whole // 3600:02d}", f"{whole // 60 % 60:02d}", f"{whole % 60:02d}"


@lru_cache(maxsize=4)
def countdown(layout: Layout, look: Theme, words: str, left: tuple[str, ...]) -> Bitmap:
    """The strip of an offer against the clock."""
    px, width, height = layout.px, layout.card_size[0], strip_height(layout)
    image = _strip_ground(layout, look).copy()
    size, middle = px(25), height // 2 - (px(3) if layout.tall else 0)
    x = width - px(14)
    box = (px(44), px(34))
    for index, digits in reversed(list(enumerate(left))):
        x -= box[0]
        plate = panel(box, px(7), (34, 8, 20), 0.86)
        lettering.draw(plate, ((box[0] - lettering.width_of(digits, "Bold", size)) / 2, box[1] / 2 + size * 0.36),
                       digits, weight="Bold", size=size, fill=WHITE)  # fmt: skip
        image.alpha_composite(plate, (x, middle - box[1] // 2))
        if index:
            x -= px(14)
            lettering.draw(image, (x + px(4), middle + size * 0.3), ":", weight="Bold", size=size, fill=WHITE)
    small = px(24)
    said = (lettering.wrap(words, x - px(62), weight="Bold", size=small, lines=1) or [""])[0]
    lettering.draw(image, (px(48), middle + small * 0.36), said, weight="Bold", size=small, fill=WHITE)
    bolt = [(30, -15), (17, 3), (25, 3), (20, 16), (35, -3), (27, -3)]
    ImageDraw.Draw(image).polygon([(px(x), middle + px(y)) for x, y in bolt], fill=(255, 232, 120))
    return bitmap(image)


@lru_cache(maxsize=4)
def _strip_ground(layout: Layout, look: Theme) -> Image.Image:
    """Round at the top, where the card is; straight below."""
    width, height = layout.card_size[0], strip_height(layout)
    image = gradient((width, height * 2), layout.px(22), look.urgent)
    return image.crop((0, 0, width, height))
