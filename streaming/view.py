"""What is to be seen, as values: the room says what, the scene decides how it looks."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon that this product can be bought with, in the catalogue's figures."""

    amount: str  # "¥20"
    condition: str  # "满199可用"
    code: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A product as the catalogue has it at this moment; every figure is ready to be shown."""

    product_id: str
    title: str
    price: str = ""  # "129"; empty: the shop gives none, and none is shown
    list_price: str = ""  # struck through; empty unless it is above the price
    currency: str = "¥"
    badge: str = ""  # the offer: "满300减50"
    points: tuple[str, ...] = ()  # up to three attributes: "材质 100%棉"
    picture: Path | None = None
    coupon: Coupon | None = None


@dataclass(frozen=True, slots=True)
class Bubble:
    """The viewer's question that is being answered."""

    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Countdown:
    """An offer for the product on air that begins or ends soon."""

    words: str  # "限时优惠 距结束"
    until: float  # Unix seconds


@dataclass(frozen=True, slots=True)
class View:
    """Everything on the picture but the host and the subtitle."""

    title: str  # the shop, in the header
    call: str = ""  # the button under the card: 点击购物袋下单
    label: str = "AI生成 · 数字人"
    live: str = "直播中"
    card: Card | None = None
    bubble: Bubble | None = None
    countdown: Countdown | None = None
    ticker: tuple[str, ...] = ()  # the shop's terms: "包邮门槛 88元"
    reminder: str = ""  # shown at the start and every few minutes: that an AI speaks here


@dataclass(frozen=True, slots=True)
class Caption:
    """The subtitle: exactly the text being spoken, and how much of it has sounded."""

    text: str = ""
    spoken: int = 0
