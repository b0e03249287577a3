"""Where things stand, for wide and for tall pictures; all sizes grow with the short side."""

from dataclasses import dataclass

from streaming.canvas import Box


@dataclass(frozen=True, slots=True)
class Layout:
    width: int
    height: int
    unit: float  # 1.0 at a short side of 720
    host: Box  # where the host's frame lies, possibly cut by the picture's edge
    header: tuple[int, int]
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
        return round(at_720 * self.unit)

    @classmethod
    def of(cls, width: int, height: int, host_size: tuple[int, int]) -> "Layout":
        unit = min(width, height) / 720
        host_width, host_height = host_size
        px = lambda at_720: round(at_720 * unit)  # noqa: E731
        if height > width:
            middle = width // 2
            top = height - px(150) - host_height
            return cls(
                width, height, unit,
                host=Box(middle - host_width // 2, top, middle - host_width // 2 + host_width, top + host_height),
                header=(px(24), px(24)),
                card=(px(24), height - px(300)), card_size=(width - px(48), px(220)),
                bubble=(px(24), px(130)), bubble_width=px(440),
                caption_middle=middle, caption_bottom=height - px(330), caption_width=width - px(64),
            )  # fmt: skip
        left = px(70)
        top = height - host_height
        return cls(
            width, height, unit,
            host=Box(left, top, left + host_width, top + host_height),
            header=(px(24), px(24)),
            card=(width - px(464), px(104)), card_size=(px(440), px(500)),
            bubble=(px(24), px(120)), bubble_width=px(360),
            caption_middle=width // 2, caption_bottom=height - px(22), caption_width=width - px(160),
        )  # fmt: skip
