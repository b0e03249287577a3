"""Where things stand, for wide and for tall pictures; all sizes grow with the short side."""

from dataclasses import dataclass
from typing import Literal

from streaming.canvas import Box
from streaming.scenes.template import Place, Places, Template, template

_MIDDLE = 0.5


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions in pixels; `unit` is 1.0 at a short side of 720."""

    width: int
    height: int
    unit: float
    host: Box  # where the host's frame lies; it may reach beyond the picture
    desk: int  # height of the desk in front; 0: none
    shelf: tuple[int, int, int]  # left, top, length
    lamp: int  # x of the lamp's cord
    header: tuple[int, int]
    label: tuple[int, int]  # the corner at the edges of the picture, see `label_right`
    label_right: bool  # whether `label` is the upper right corner, not the upper left
    card: tuple[int, int]
    card_size: tuple[int, int]
    bubble: tuple[int, int]
    bubble_width: int  # at most
    bubble_right: bool  # whether it ends at the right of its place, not begins at the left
    ticker: tuple[int, int]
    ticker_width: int
    notice: tuple[int, int]
    notice_width: int
    caption_middle: int
    caption_bottom: int
    caption_width: int

    @property
    def tall(self) -> bool:
        return self.height > self.width

    @property
    def facing(self) -> Literal["left", "right"]:
        """The side of the picture the card is on, as the host sees it."""
        card_middle = self.card[0] + self.card_size[0] / 2
        return "left" if card_middle < (self.host.left + self.host.right) / 2 - self.px(40) else "right"

    def px(self, at_720: float) -> int:
        """A length given for a short side of 720, in this picture."""
        return round(at_720 * self.unit)

    @classmethod
    def of(cls, width: int, height: int, host_size: tuple[int, int], look: Template | None = None) -> "Layout":
        look = look or template("")
        return _placed(width, height, host_size, look.places(width, height), desk=look.desk is not None)


def host_size(width: int, height: int, look: Template | None = None) -> tuple[int, int]:
    """The size a face should draw the host at for a picture of this size."""
    unit = min(width, height) / 720
    stand = (look or template("")).places(width, height).host
    return round(stand.width * unit), round(stand.height * unit)


def _placed(width: int, height: int, host_size: tuple[int, int], places: Places, *, desk: bool) -> Layout:
    unit = min(width, height) / 720

    def px(at_720: float) -> int:
        return round(at_720 * unit)

    def at(place: Place, size: tuple[int, int] = (0, 0)) -> tuple[int, int]:
        """The upper left corner of a part of this size; in the middle where no edge is named."""
        if place.left is not None:
            x = px(place.left)
        elif place.right is not None:
            x = width - px(place.right) - size[0]
        else:
            x = round((width - size[0]) * _MIDDLE)
        if place.top is not None:
            y = px(place.top)
        else:
            y = height - px(place.bottom or 0) - size[1]
        return x, y

    def wide(place: Place) -> int:
        return min(px(place.width or 0), width)

    stand = places.host
    left, floor = px(stand.middle) - host_size[0] // 2, height - px(stand.drop)
    card_size = (wide(places.card), px(places.card.height or 0))
    caption_left, caption_bottom = at(places.caption, (wide(places.caption), 0))
    shelf = at(places.shelf)
    return Layout(
        width, height, unit,
        host=Box(left, floor - host_size[1], left + host_size[0], floor),
        desk=px(stand.desk) if desk else 0,
        shelf=(*shelf, wide(places.shelf)), lamp=at(places.lamp)[0],
        header=at(places.header, (px(420), px(52))),
        label=at(places.label, (0, px(52))), label_right=places.label.right is not None,
        card=at(places.card, card_size), card_size=card_size,
        bubble=at(places.bubble, (wide(places.bubble), px(188))), bubble_width=wide(places.bubble),
        bubble_right=places.bubble.right is not None,
        ticker=at(places.ticker, (wide(places.ticker), px(40))), ticker_width=wide(places.ticker),
        notice=at(places.notice, (wide(places.notice), px(44))), notice_width=wide(places.notice),
        caption_middle=caption_left + wide(places.caption) // 2, caption_bottom=caption_bottom,
        caption_width=wide(places.caption),
    )  # fmt: skip
