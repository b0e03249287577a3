"""Where things stand, for wide and for tall pictures; all sizes grow with the short side."""

from dataclasses import dataclass

from streaming.canvas import Box


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions in pixels; `unit` is 1.0 at a short side of 720."""

    width: int
    height: int
    unit: float
    host: Box  # where the host's frame lies; it may reach beyond the picture
    desk: int  # height of the desk in front
    shelf: tuple[int, int, int]  # left, top, length
    lamp: int  # x of the lamp's cord
    header: tuple[int, int]
    label_top: int
    card: tuple[int, int]
    card_size: tuple[int, int]
    bubble: tuple[int, int]
    bubble_width: int
    caption_middle: int
    caption_bottom: int
    caption_width: int

    @property
    def tall(self) -> bool:
        return self.height > self.width

    @property
    def margin(self) -> int:
        return self.px(24)

    def px(self, at_720: float) -> int:
        """A length given for a short side of 720, in this picture."""
        return round(at_720 * self.unit)

    @classmethod
    def of(cls, width: int, height: int, host_size: tuple[int, int]) -> "Layout":
        return _tall(width, height, host_size) if height > width else _wide(width, height, host_size)


def host_size(width: int, height: int) -> tuple[int, int]:
    """The size a face should draw the host at for a picture of this size."""
    unit = min(width, height) / 720
    return (round(560 * unit), round(690 * unit)) if width >= height else (round(640 * unit), round(820 * unit))


def _wide(width: int, height: int, host_size: tuple[int, int]) -> Layout:
    unit = height / 720

    def px(at_720: float) -> int:
        return round(at_720 * unit)

    host_width, host_height = host_size
    left, top = px(82), height - host_height + px(38)  # the desk hides what is below
    card_left = width - px(24 + 420)
    return Layout(
        width, height, unit,
        host=Box(left, top, left + host_width, top + host_height),
        desk=px(112),
        shelf=(px(604), px(470), px(176)),
        lamp=px(540),
        header=(px(24), px(18)),
        label_top=px(18),
        card=(card_left, px(88)), card_size=(px(420), px(508)),
        bubble=(px(500), px(112)), bubble_width=card_left - px(500 + 20),
        caption_middle=width // 2, caption_bottom=height - px(18), caption_width=width - px(120),
    )  # fmt: skip


def _tall(width: int, height: int, host_size: tuple[int, int]) -> Layout:
    unit = width / 720

    def px(at_720: float) -> int:
        return round(at_720 * unit)

    host_width, host_height = host_size
    middle, floor = width // 2, height - px(250)
    return Layout(
        width, height, unit,
        host=Box(middle - host_width // 2, floor - host_height, middle - host_width // 2 + host_width, floor),
        desk=px(300),
        shelf=(px(520), px(520), px(176)),
        lamp=px(96),
        header=(px(20), px(24)),
        label_top=px(24),
        card=(px(20), height - px(140 + 254)), card_size=(width - px(40), px(254)),
        bubble=(px(20), px(110)), bubble_width=px(400),
        caption_middle=middle, caption_bottom=height - px(412), caption_width=width - px(48),
    )  # fmt: skip
