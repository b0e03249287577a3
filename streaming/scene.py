"""The picture of a live room: background, host, product card, subtitle and labels, as I420 for the encoder.

What never moves is drawn once. A frame redraws the host's region and what changed, and converts only that.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from avatar.media import Frame
from streaming.canvas import Bitmap, Box, Canvas, faded, words
from streaming.scenes import backdrop, parts, product
from streaming.scenes.layout import Layout
from streaming.scenes.template import template
from streaming.settings import RoomSettings
from streaming.view import Caption, Card, View

_SLIDE_S = 0.45
_LINE_S = 6.0  # a line of the ticker stands so long
REMINDER_S, REMINDED_S = 300.0, 8.0  # the reminder in full comes so often, and stays so long
_FADE_S = 0.4
_NOTHING: Bitmap = np.zeros((0, 0), np.uint32)


@dataclass(slots=True)
class _Layer:
    """A bitmap in front of the host."""

    bitmap: Bitmap = field(default_factory=lambda: _NOTHING)
    left: int = 0
    top: int = 0

    @property
    def box(self) -> Box:
        height, width = self.bitmap.shape
        return Box(self.left, self.top, self.left + width, self.top + height)


class Scene:
    """Called once a frame from one thread; `prepare` may be called from another to take slow drawing off that one.

    Raises TemplateError when the room's template cannot be used. `clock`: Unix seconds, for countdowns.
    """

    def __init__(
        self, settings: RoomSettings, host_size: tuple[int, int], clock: Callable[[], float] = time.time
    ) -> None:
        self._fps, self._clock = settings.fps, clock
        look = template(settings.template, settings.templates)
        self._layout = Layout.of(settings.width, settings.height, host_size, look)
        self._theme, self._logo = look.theme, look.logo
        self._base = backdrop.back(self._layout, look)
        self._canvas = Canvas(settings.width, settings.height)
        self._layers: dict[str, _Layer] = {}  # in the order they are drawn
        self._view: View | None = None
        self._entrance = _Entrance(settings.fps)
        self._host = Box(0, 0, 0, 0)  # where something of the host was drawn last
        self._frame = 0
        desk = backdrop.front(self._layout, look)
        self._layers["desk"] = _Layer(desk, 0, settings.height - desk.shape[0])
        # What is behind the desk is not to be seen, so it need not be drawn again and again.
        solid = (desk >> np.uint32(24)).min(axis=1, initial=255) == 255
        self._floor = settings.height - desk.shape[0] + (int(solid.argmax()) if solid.any() else desk.shape[0])
        order = ("header", "label", "ticker", "card", "price", "countdown", "bubble", "reminder", "caption")
        self._layers |= {name: _Layer() for name in order}

    def prepare(self, view: View, caption: str = "") -> None:
        """Draw ahead what `view` and `caption` will need; the results are kept."""
        layout, theme = self._layout, self._theme
        parts.header(layout, theme, view.title, view.live, view.label, self._logo)
        parts.label(layout, view.label)
        if view.card is not None:
            card = view.card
            product.card(layout, theme, card, view.call, strip=view.countdown is not None)
            if card.price:
                for step in range(product.STEPS + 1):
                    product.price(layout, theme, card, card.list_price, step)
        if view.bubble is not None:
            parts.bubble(layout, theme, view.bubble)
        if view.reminder:
            parts.notice(layout, theme, view.reminder)
        if caption:
            parts.caption(layout, theme, caption)

    def compose(self, host: Frame, view: View, caption: Caption) -> NDArray[np.uint8]:
        """The next frame as (height * 3 / 2, width) I420; the array is reused by the next call."""
        canvas, layout = self._canvas, self._layout
        figure = words(host)
        seen = _drawn(figure)
        left, top = layout.host.left, layout.host.top
        here = Box(left + seen.left, top + seen.top, left + seen.right, min(top + seen.bottom, self._floor))
        dirty = [canvas.box] if self._view is None else [here.around(self._host).meet(canvas.box).even()]
        self._host = here
        for name, layer in self._wanted(view, caption).items():
            before = self._layers[name]
            if (before.bitmap is layer.bitmap) and (before.left, before.top) == (layer.left, layer.top):
                continue
            self._layers[name] = layer
            dirty += [box.meet(canvas.box).even() for box in (before.box, layer.box)]
        self._view = view
        self._frame += 1
        for box in _merged(dirty):
            canvas.restore(self._base, box)
            canvas.draw(figure, layout.host.left, layout.host.top, box)
            for layer in self._layers.values():
                canvas.draw(layer.bitmap, layer.left, layer.top, box)
            canvas.publish(box)
        return canvas.i420

    def _wanted(self, view: View, caption: Caption) -> dict[str, _Layer]:
        """What is to be drawn now, by layer; a bitmap that is the same object as before is not drawn again."""
        layout, theme = self._layout, self._theme
        strip = self._strip(view)
        wanted = {"countdown": strip, "ticker": self._ticker(view), "reminder": self._reminder(view)}
        wanted |= self._card(view, strip=strip.bitmap is not _NOTHING)
        if view is not self._view:
            header = parts.header(layout, theme, view.title, view.live, view.label, self._logo)
            label = parts.label(layout, view.label)
            left = layout.label[0] - label.shape[1] if layout.label_right else layout.label[0]
            wanted |= {"header": _Layer(header, *layout.header), "label": _Layer(label, left, layout.label[1])}
            wanted["bubble"] = _Layer()
            if view.bubble:
                asked = parts.bubble(layout, theme, view.bubble)
                wanted["bubble"] = _Layer(asked, *parts.bubble_at(layout, asked))
        wanted["caption"] = self._caption(caption, strip)
        return wanted

    def _caption(self, caption: Caption, strip: _Layer) -> _Layer:
        if not caption.text:
            return _Layer()
        layout = self._layout
        bitmap = parts.caption(layout, self._theme, caption.text).at(caption.spoken)
        left, top = layout.caption_middle - bitmap.shape[1] // 2, layout.caption_bottom - bitmap.shape[0]
        beside = Box(left, top, left + bitmap.shape[1], layout.caption_bottom)
        if not beside.meet(strip.box).empty:  # on top of a tall picture's card
            top = strip.top - layout.px(6) - bitmap.shape[0]
        return _Layer(bitmap, left, top)

    def _strip(self, view: View) -> _Layer:
        """The countdown, while there is something to count and the card has come to rest."""
        counted = view.countdown
        if counted is None or view.card is None or not self._entrance.rests(self._frame):
            return _Layer()
        left = counted.until - self._clock()
        if not 0 < left < product.DAY_S:
            return _Layer()
        bitmap = product.countdown(self._layout, self._theme, counted.words, product.left_of(left))
        return _Layer(bitmap, *product.strip_at(self._layout))

    def _ticker(self, view: View) -> _Layer:
        lines = view.ticker
        if not lines:
            return _Layer()
        turn, passed = divmod(self._frame, round(_LINE_S * self._fps))
        step = min(parts.TURN, passed) if turn and len(lines) > 1 else parts.TURN
        line, before = lines[turn % len(lines)], lines[(turn - 1) % len(lines)]
        if step == parts.TURN:
            before = ""
        return _Layer(parts.ticker(self._layout, self._theme, lines, line, before, step), *self._layout.ticker)

    def _reminder(self, view: View) -> _Layer:
        passed = self._frame / self._fps % REMINDER_S
        if not view.reminder or passed >= REMINDED_S:
            return _Layer()
        bitmap = parts.notice(self._layout, self._theme, view.reminder)
        opacity = min(1.0, passed / _FADE_S if self._frame >= REMINDER_S * self._fps else 1.0,
                      (REMINDED_S - passed) / _FADE_S)  # fmt: skip
        return _Layer(bitmap if opacity >= 1 else faded(bitmap, opacity), *self._layout.notice)

    def _card(self, view: View, *, strip: bool) -> dict[str, _Layer]:
        """Card and price: both slide in when the product changes; the price comes in again when it changes."""
        layout, theme = self._layout, self._theme
        current, opening, step, old = self._entrance.at(view.card, self._frame)
        if current is None:
            return {"card": _Layer(), "price": _Layer()}
        bitmap = product.card(layout, theme, current, view.call, strip=strip or view.countdown is not None)
        price = _NOTHING
        if current.price:
            price = product.price(layout, theme, current, old, step)
        edge = product.card_edge(layout)
        places = ((layout.card[0] - edge, layout.card[1] - edge), product.price_at(layout))
        if opening < 1:
            eased = 1 - (1 - opening) ** 3
            bitmap, price = faded(bitmap, eased), faded(price, eased) if price.size else price
            aside = round((1 - eased) * layout.px(90))
            places = ((places[0][0] + aside, places[0][1]), (places[1][0] + aside, places[1][1]))
        return {"card": _Layer(bitmap, *places[0]), "price": _Layer(price, *places[1])}


class _Entrance:
    """How far the card and its price have come."""

    def __init__(self, fps: int) -> None:
        self._fps = fps
        self._shown: Card | None = None
        self._leaving: Card | None = None
        self._card_at = self._price_at = 0  # the frames they changed in
        self._old = ""

    def rests(self, frame: int) -> bool:
        return frame - self._card_at >= _SLIDE_S * self._fps

    def at(self, card: Card | None, frame: int) -> tuple[Card | None, float, int, str]:
        """The card to draw, how far it has come in (0..1), the step of its price, and the price that is struck."""
        before = self._shown
        if card != before:
            if card is None or before is None or card.product_id != before.product_id:
                self._leaving, self._card_at = before, frame
                self._old, self._price_at = (card.list_price if card else ""), frame + round(_SLIDE_S * self._fps)
            elif card.price != before.price:
                self._old, self._price_at = before.price, frame
            self._shown = card
        passed = (frame - self._card_at) / self._fps / _SLIDE_S
        current, opening = card, min(1.0, passed)
        if self._leaving is not None and passed < 0.5:
            current, opening = self._leaving, 1 - passed * 2
        elif self._leaving is not None:
            opening = min(1.0, passed * 2 - 1)
        if current is not card:
            return current, opening, product.STEPS, current.list_price if current else ""
        step = min(product.STEPS, max(0, frame - self._price_at))
        if step == product.STEPS and card is not None:
            self._old = card.list_price
        return current, opening, step, self._old


def _drawn(figure: Bitmap) -> Box:
    """The smallest box around what is not clear, wider by a pixel where the width is even."""
    # Eight bytes at a time where they fit: a box a pixel too wide costs nothing, looking at each one does.
    pairs = figure.view(np.uint64) if figure.shape[1] % 2 == 0 else figure
    step = figure.shape[1] // pairs.shape[1]
    rows = np.flatnonzero(np.bitwise_or.reduce(pairs, axis=1))
    if not len(rows):
        return Box(0, 0, 0, 0)
    columns = np.flatnonzero(np.bitwise_or.reduce(pairs, axis=0))
    return Box(int(columns[0]) * step, int(rows[0]), (int(columns[-1]) + 1) * step, int(rows[-1]) + 1)


def _merged(boxes: list[Box]) -> list[Box]:
    """The same area without empty boxes and without boxes that lie inside another."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda box: (box.right - box.left) * (box.bottom - box.top), reverse=True):
        if not box.empty and not any(box.meet(other) == box for other in kept):
            kept.append(box)
    return kept
