"""What a shop has, as small frozen values. Prices are `Decimal` in the shop's currency, times are aware UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in up to two languages; at least one of them is not empty."""

    zh: str = ""
    en: str = ""

    def __call__(self, lang: Lang) -> str:
        """The text in `lang`, or in the other language when this one is missing."""
        return (self.zh or self.en) if lang == "zh" else (self.en or self.zh)

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One typed property in the merchant's own wording, e.g. 材质 / Material = 100%棉 / 100% cotton."""

    name: Text
    value: Text


@dataclass(frozen=True, slots=True)
class Variant:
    id: str
    options: tuple[Attribute, ...] = ()  # 颜色 = 白色, 尺码 = 39
    price: Decimal | None = None
    list_price: Decimal | None = None
    stock: int | None = None

    def label(self, lang: Lang) -> str:
        return " / ".join(option.value(lang) for option in self.options)


@dataclass(frozen=True, slots=True)
class Product:
    """A product as it is now. `version` rises by one with every change that was stored."""

    id: str
    title: Text
    category: Text = Text()
    brand: str = ""
    brief: Text = Text()
    description: Text = Text()
    currency: str = "CNY"  # ISO 4217
    price: Decimal | None = None  # the lowest variant price when variants differ
    list_price: Decimal | None = None
    stock: int | None = None  # None: the shop did not say
    attributes: tuple[Attribute, ...] = ()
    variants: tuple[Variant, ...] = ()
    pictures: tuple[str, ...] = ()  # URLs or paths below the media folder
    tags: tuple[str, ...] = ()
    source: str = ""  # "products.csv:12"
    version: int = 1

    @property
    def langs(self) -> tuple[Lang, ...]:
        return tuple(lang for lang in LANGS if getattr(self.title, lang))


PromotionKind = Literal[
    "threshold",  # 满300减50, once an order
    "per_amount",  # 每满300减50, at most `max_times` times an order
    "percent",  # 8折 / 20 % off each piece, at most `cap` an order, from `threshold` on
    "nth_percent",  # 第二件半价: `percent_off` one in `buy` pieces
    "buy_x_get_y",  # 买二送一: of every `buy` + `get` pieces the `get` cheapest are free
    "coupon",  # minus `minus` from `threshold` on, one an order, with a code
    "member_price",
    "cross_shop",  # 跨店每满300减50: settled after everything that is the shop's own
    "deposit",  # 定金膨胀: `deposit` paid now counts for `worth`, the rest is paid from `tail_from` on
    "free_shipping",
    "gift",
]


@dataclass(frozen=True, slots=True)
class Promotion:
    """An offer. Promotions with the same non-empty `group` exclude each other in one order."""

    id: str
    name: Text
    kind: PromotionKind
    text: Text = Text()  # the rule as a shopper reads it
    categories: tuple[str, ...] = ()  # category names in any language; empty with `products` empty: whole shop
    products: tuple[str, ...] = ()
    threshold: Decimal | None = None
    minus: Decimal | None = None
    percent_off: Decimal | None = None  # 20 = 八折
    cap: Decimal | None = None
    buy: int | None = None
    get: int | None = None
    mix: bool = False  # nth_percent, buy_x_get_y: pieces of different products count together
    max_times: int | None = None  # per order: per_amount, cross_shop; per product: nth_percent, buy_x_get_y
    deposit: Decimal | None = None  # for one piece
    worth: Decimal | None = None  # what the deposit counts for
    tail_from: datetime | None = None
    gift: str = ""  # product id
    code: str = ""
    group: str = ""
    stacks: bool = True  # may be combined with promotions of other groups
    per_customer: int | None = None  # orders of one customer that may use it
    first_order: bool = False  # only for who has not bought here before
    member_levels: tuple[str, ...] = ()
    starts: datetime | None = None
    ends: datetime | None = None

    def active(self, at: datetime) -> bool:
        return (self.starts is None or self.starts <= at) and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True)
class Policy:
    """One of the shop's rules. `attributes` hold what can be checked: 包邮门槛 = 88元, 退货期限 = 7天."""

    id: str  # "shipping", "returns", "warranty", "payment", "invoice", "privacy", …
    title: Text
    text: Text
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Faq:
    id: str
    question: Text
    answer: Text
    aliases: tuple[str, ...] = ()  # other ways shoppers ask it, any language
    products: tuple[str, ...] = ()  # empty: about the shop
    exact: bool = False  # answered in exactly these words, whatever model is configured


OrderState = Literal[
    "unpaid", "paid", "packed", "shipped", "delivered", "completed",
    "cancelled", "return_requested", "returning", "refunded", "exchanging",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Customer:
    id: str
    name: str
    phone: str = ""
    email: str = ""
    level: str = "normal"  # normal, silver, gold, vip
    points: int = 0
    address: str = ""
    lang: Lang = "zh"


@dataclass(frozen=True, slots=True)
class OrderItem:
    product_id: str
    variant_id: str
    title: Text
    quantity: int
    price: Decimal  # paid for one piece


@dataclass(frozen=True, slots=True)
class ShipmentEvent:
    at: datetime
    text: Text
    place: Text = Text()


@dataclass(frozen=True, slots=True)
class Order:
    id: str
    customer_id: str
    state: OrderState
    created: datetime
    items: tuple[OrderItem, ...]
    total: Decimal
    shipping_fee: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    address: str = ""
    carrier: Text = Text()
    tracking: str = ""
    expected: datetime | None = None  # promised delivery
    events: tuple[ShipmentEvent, ...] = ()  # oldest first
    note: str = ""
    # What the shop says of its invoice, refund, warranty, installation: a sentence each, under these names.
    details: Mapping[str, Text] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Shop:
    """Who the shop is: what the host and the widget introduce themselves with."""

    id: str = "shop"
    name: Text = Text("我的小店", "My shop")
    slogan: Text = Text()
    currency: str = "CNY"
    langs: tuple[Lang, ...] = LANGS
    timezone: str = "UTC"  # IANA name; what is written without an offset is in it
    hours: Text = Text()  # when people answer
    contact: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a manual about some products, in the manual's own words."""

    id: str
    text: Text
    products: tuple[str, ...]  # ids; never empty
    title: Text = Text()  # the headings it stands under: "清洁 › 滤网"
    file: str = ""  # "manual.pdf"
    page: int | None = None  # 1 is the first; None where a file has no pages

    @property
    def source(self) -> str:
        return self.file if self.page is None else f"{self.file}, page {self.page}"
