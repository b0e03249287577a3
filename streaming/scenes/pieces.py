"""Rounded, shaded, lettered: what the parts of a picture are put together from."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from streaming.canvas import Bitmap, premultiplied
from streaming.lettering import Colour

WHITE: Colour = (255, 255, 255)
NIGHT: Colour = (24, 14, 28)  # the ground of what lies on the picture itself
_SOFT = 4  # supersampling of edges


def bitmap(image: Image.Image) -> Bitmap:
    return premultiplied(np.asarray(image))


def mask(size: tuple[int, int], radius: int) -> Image.Image:
    """A rounded rectangle with smooth edges."""
    big = Image.new("L", (size[0] * _SOFT, size[1] * _SOFT))
    ImageDraw.Draw(big).rounded_rectangle((0, 0, big.width - 1, big.height - 1), radius * _SOFT, fill=255)
    return big.resize(size, Image.Resampling.BOX)


def panel(size: tuple[int, int], radius: int, fill: Colour, opacity: float = 1.0) -> Image.Image:
    image = Image.new("RGBA", size, (*fill, 0))
    image.putalpha(mask(size, radius).point(lambda value: round(value * opacity)))
    return image


def gradient(size: tuple[int, int], radius: int, colours: tuple[Colour, Colour]) -> Image.Image:
    """A rounded rectangle running from one colour to another, left to right."""
    first, last = (np.array(colour, np.float32) for colour in colours)
    t = np.linspace(0, 1, size[0], dtype=np.float32)[None, :, None]
    row = (first * (1 - t) + last * t).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(np.broadcast_to(row, (size[1], size[0], 3)))).convert("RGBA")
    image.putalpha(mask(size, radius))
    return image


def with_shadow(image: Image.Image, blur: int, opacity: float) -> Image.Image:
    """The same picture on a larger one, `blur * 2` wider on every side, with a soft shadow under it."""
    edge = blur * 2
    out = Image.new("RGBA", (image.width + 2 * edge, image.height + 2 * edge))
    shade = Image.new("L", out.size)
    shade.paste(image.getchannel("A").point(lambda value: round(value * opacity)), (edge, edge + blur // 2))
    out.putalpha(shade.filter(ImageFilter.GaussianBlur(blur)))
    out.alpha_composite(image, (edge, edge))
    return out
