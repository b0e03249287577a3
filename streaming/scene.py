"""The picture of a live room: background, host, product card, subtitle and labels, as I420 for the encoder.

What never moves is drawn once. A frame redraws the host's region and what changed, and converts only that.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar.media import Frame
from streaming.canvas import Bitmap, Box, Canvas, faded, words
from streaming.scenes import backdrop, parts
from streaming.scenes.layout import Layout
from streaming.scenes.theme import theme as theme_called
from streaming.settings import RoomSettings
from streaming.view import Caption, Card, View

_SLIDE_S = 0.45
_POP_S = 0.5


@dataclass(slots=True)
class _Layer:
    """A bitmap in front of the host."""

    bitmap: Bitmap
    left: int
    top: int

    @property
    def box(self) -> Box:
        height, width = self.bitmap.shape
        return Box(self.left, self.top, self.left + width, self.top + height)


class Scene:
    """Called once a frame from one thread; `prepare` may be called from another to take slow drawing off that one."""

    def __init__(self, settings: RoomSettings, host_size: tuple[int, int]) -> None:
        self._fps = settings.fps
        self._layout = Layout.of(settings.width, settings.height, host_size)
        self._theme = theme_called(settings.theme)
        self._base = backdrop.back(self._layout, self._theme)
        self._canvas = Canvas(settings.width, settings.height)
        self._layers: dict[str, _Layer] = {}  # in the order they are drawn
        self._view: View | None = None
        self._shown: Card | None = None
        self._leaving: Card | None = None
        self._changed_at = 0  # frame the card changed in
        self._frame = 0
        desk = backdrop.front(self._layout, self._theme)
        self._layers["desk"] = _Layer(desk, 0, settings.height - desk.shape[0])
        for name in ("header", "label", "card", "bubble", "caption"):
            self._layers[name] = _Layer(np.zeros((0, 0), np.uint32), 0, 0)

    def prepare(self, view: View, caption: str = "") -> None:
        """Draw ahead what `view` and `caption` will need; the results are kept."""
        layout, theme = self._layout, self._theme
        parts.header(layout, theme, view.title, view.live, view.label)
        parts.label(layout, view.label)
        if view.card is not None:
            parts.card(layout, theme, view.card, view.call)
        if view.bubble is not None:
            parts.bubble(layout, theme, view.bubble)
        if caption:
            parts.caption(layout, theme, caption)

    def compose(self, host: Frame, view: View, caption: Caption) -> NDArray[np.uint8]:
        """The next frame as (height * 3 / 2, width) I420; the array is reused by the next call."""
        canvas, layout = self._canvas, self._layout
        dirty = [canvas.box] if self._view is None else [layout.host.meet(canvas.box).even()]
        for name, layer in self._wanted(view, caption).items():
            before = self._layers[name]
            if (before.bitmap is layer.bitmap) and (before.left, before.top) == (layer.left, layer.top):
                continue
            self._layers[name] = layer
            dirty += [box.meet(canvas.box).even() for box in (before.box, layer.box)]
        self._view = view
        self._frame += 1
        figure = words(host)
        for box in _merged(dirty):
            canvas.restore(self._base, box)
            canvas.draw(figure, layout.host.left, layout.host.top, box)
            for layer in self._layers.values():
                canvas.draw(layer.bitmap, layer.left, layer.top, box)
            canvas.publish(box)
        return canvas.i420

    def _wanted(self, view: View, caption: Caption) -> dict[str, _Layer]:
        layout, theme = self._layout, self._theme
        wanted = {"card": self._card(view)}
        if view is not self._view:
            wanted["header"] = _Layer(parts.header(layout, theme, view.title, view.live, view.label), *layout.header)
            label = parts.label(layout, view.label)
            wanted["label"] = _Layer(label, layout.width - layout.header[0] - label.shape[1], layout.label_top)
            bubble = parts.bubble(layout, theme, view.bubble) if view.bubble else _NOTHING
            wanted["bubble"] = _Layer(bubble, *layout.bubble)
        made = parts.caption(layout, theme, caption.text) if caption.text else None
        if made is None:
            wanted["caption"] = _Layer(_NOTHING, 0, 0)
        else:
            bitmap = made.at(caption.spoken)
            left = layout.caption_middle - bitmap.shape[1] // 2
            wanted["caption"] = _Layer(bitmap, left, layout.caption_bottom - bitmap.shape[0])
        return wanted

    def _card(self, view: View) -> _Layer:
        """The card slides in when the product changes and pops when only its figures do."""
        card, layout = view.card, self._layout
        before = self._shown.product_id if self._shown else ""
        if card != self._shown:
            if card is None or card.product_id != before:
                self._leaving, self._changed_at = self._shown, self._frame
            self._shown = card
        passed = (self._frame - self._changed_at) / self._fps / _SLIDE_S
        current = self._shown
        if passed < 0.5 and self._leaving is not None:
            current, opening = self._leaving, 1 - passed * 2
        elif self._leaving is not None:
            opening = min(1.0, passed * 2 - 1)
        else:
            opening = min(1.0, passed)
        if current is None:
            return _Layer(_NOTHING, 0, 0)
        bitmap = parts.card(layout, self._theme, current, view.call)
        edge = parts.card_edge(layout)
        left, top = layout.card[0] - edge, layout.card[1] - edge
        if opening >= 1:
            return _Layer(bitmap, left, top)
        eased = 1 - (1 - opening) ** 3
        return _Layer(faded(bitmap, eased), left + round((1 - eased) * layout.px(90)), top)


_NOTHING: Bitmap = np.zeros((0, 0), np.uint32)


def _merged(boxes: list[Box]) -> list[Box]:
    """The same area without empty boxes and without boxes that lie inside another."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda box: (box.right - box.left) * (box.bottom - box.top), reverse=True):
        if not box.empty and not any(box.meet(other) == box for other in kept):
            kept.append(box)
    return kept
