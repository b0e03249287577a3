"""The pieces in front of the host, each drawn once for each content."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from streaming import lettering
from streaming.canvas import Bitmap, premultiplied
from streaming.scenes.layout import Layout
from streaming.scenes.theme import THEMES, Theme
from streaming.view import Bubble, Card


def theme(name: str) -> Theme:
    if name not in THEMES:
        raise ValueError(f"unknown theme {name!r}; choose from {sorted(THEMES)}")
    return THEMES[name]


def _panel(width: int, height: int, radius: int, fill: tuple[int, int, int, int]) -> Image.Image:
    image = Image.new("RGBA", (width * 2, height * 2))
    ImageDraw.Draw(image).rounded_rectangle((0, 0, width * 2 - 1, height * 2 - 1), radius * 2, fill=fill)
    return image.resize((width, height), Image.Resampling.BOX)


def _bitmap(image: Image.Image) -> Bitmap:
    return premultiplied(np.asarray(image))


@lru_cache(maxsize=8)
def header(layout: Layout, look: Theme, title: str, slogan: str, live: str) -> Bitmap:
    size = layout.px(28)
    width = round(lettering.width_of(title, "Bold", size)) + layout.px(48)
    image = _panel(width, layout.px(60), layout.px(30), (30, 16, 34, 120))
    lettering.draw(image, (layout.px(24), layout.px(40)), title, weight="Bold", size=size, fill=(255, 255, 255))
    return _bitmap(image)


@lru_cache(maxsize=8)
def label(layout: Layout, text: str) -> Bitmap:
    size = layout.px(40)
    width = round(lettering.width_of(text, "Medium", size)) + layout.px(40)
    image = _panel(width, layout.px(60), layout.px(14), (20, 12, 28, 130))
    lettering.draw(image, (layout.px(20), layout.px(45)), text, weight="Medium", size=size, fill=(255, 255, 255))
    return _bitmap(image)


@lru_cache(maxsize=32)
def card(layout: Layout, look: Theme, shown: Card, call: str) -> Bitmap:
    width, height = layout.card_size
    image = _panel(width, height, layout.px(24), (255, 255, 255, 245))
    lettering.draw(image, (24, height // 2), shown.title[:14], weight="Bold", size=layout.px(28), fill=(34, 34, 34))
    if shown.price:
        price = shown.currency + shown.price
        lettering.draw(image, (24, height - 60), price, weight="Bold", size=layout.px(48), fill=look.accent)
    return _bitmap(image)


@lru_cache(maxsize=16)
def bubble(layout: Layout, look: Theme, asked: Bubble) -> Bitmap:
    image = _panel(layout.bubble_width, layout.px(90), layout.px(18), (255, 255, 255, 235))
    text = f"{asked.author}: {asked.text}"
    lettering.draw(image, (16, layout.px(50)), text[:18], weight="Medium", size=layout.px(22), fill=(40, 30, 50))
    return _bitmap(image)


@dataclass(frozen=True, eq=False)
class CaptionBitmap:
    plain: Bitmap
    lit: Bitmap
    edges: tuple[int, ...]  # x where each character ends

    def at(self, spoken: int) -> Bitmap:
        x = self.edges[min(spoken, len(self.edges) - 1)]
        return self.mixed(x)

    @lru_cache(maxsize=256)  # noqa: B019  # dies with the caption, which is itself in a bounded cache
    def mixed(self, x: int) -> Bitmap:
        return np.concatenate([self.lit[:, :x], self.plain[:, x:]], axis=1)


@lru_cache(maxsize=32)
def caption(layout: Layout, look: Theme, text: str) -> CaptionBitmap:
    size, stroke = layout.px(38), layout.px(4)
    plain, lit = (
        lettering.line(text, weight="Bold", size=size, fill=colour, stroke=stroke, stroke_fill=(32, 16, 32))
        for colour in ((255, 255, 255), look.spoken)
    )
    edges = tuple(
        0 if i == 0 else stroke + 1 + round(lettering.width_of(text[:i], "Bold", size)) for i in range(len(text) + 1)
    )
    return CaptionBitmap(plain, lit, edges)
