"""What is to be bought, and by which rules: amounts in whole cents, goods and deals known by their place."""

from dataclasses import dataclass, field
from datetime import datetime

from knowledge.model import PromotionKind, Text

DealKind = PromotionKind
PIECEWISE = ("nth_percent", "buy_x_get_y")  # settled piece by piece, before everything else
SHOPWIDE = ("threshold", "per_amount", "coupon")  # settled together, on what the pieces cost by then


@dataclass(frozen=True, slots=True)
class Presale:
    """定金膨胀: `deposit` cents paid today count for `worth` cents of a piece that is paid at `stage`."""

    stage: int
    deposit: int
    worth: int
    deal: str  # the promotion's id

    @property
    def bonus(self) -> int:
        return self.worth - self.deposit


@dataclass(frozen=True, slots=True)
class Good:
    """One kind of piece. `wanted` pieces are bought whatever happens, up to `extra` more when that saves money."""

    product: str
    title: Text
    price: int  # cents, today's price of one piece
    wanted: int = 1
    extra: int = 0
    variant: str = ""
    label: Text = Text()  # the variant, as a shopper reads it
    member: int | None = None  # cents a piece for this customer; None: as everybody
    member_deal: str = ""  # the promotion behind it
    presale: Presale | None = None

    @property
    def most(self) -> int:
        return self.wanted + self.extra


@dataclass(frozen=True, slots=True)
class Deal:
    """A promotion as a till reads it. `goods` are places in the request; docs/basket.md says what each kind does."""

    id: str
    name: Text
    kind: DealKind
    goods: frozenset[int]
    threshold: int = 0  # cents; 0: none
    minus: int = 0  # cents
    rate: int = 0  # hundredths of a per cent: 2000 = 20 % off
    cap: int | None = None  # cents
    buy: int = 1
    get: int = 1
    mix: bool = False
    max_times: int | None = None
    gift: str = ""
    code: str = ""
    group: str = ""
    stacks: bool = True
    per_customer: int | None = None
    first_order: bool = False
    stages: frozenset[int] = frozenset({0})  # when it runs

    @property
    def alone(self) -> bool:
        return not self.stacks and self.kind != "free_shipping"

    def off(self, price: int) -> int:
        """What `rate` takes off one piece, rounded half up to the cent."""
        return (price * self.rate + 5000) // 10000


@dataclass(frozen=True, slots=True)
class Shipping:
    """One order's fee in cents; free when its goods come to `free_from` after all discounts (None: never)."""

    fee: int = 0
    free_from: int | None = None
    known: bool = True  # False: the shop does not say what shipping costs


@dataclass(frozen=True, slots=True)
class Request:
    goods: tuple[Good, ...]
    deals: tuple[Deal, ...] = ()
    shipping: Shipping = Shipping()
    stages: tuple[datetime | None, ...] = (None,)  # when an order may be paid; the first is today
    most_orders: int = 3  # what a shopper may be asked to place; more take longer to prove
    gifts: dict[str, int] = field(default_factory=dict, hash=False)  # how many of a gift there are; absent: enough

    def __post_init__(self) -> None:
        if not self.goods or any(good.wanted < 0 or good.extra < 0 or good.price < 0 for good in self.goods):
            raise ValueError("a basket needs goods, and no price or quantity below zero")
        if self.most_orders < 1:
            raise ValueError(f"most_orders must be at least 1, got {self.most_orders}")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One order: how many pieces of each good, and the places of the deals used in it."""

    pieces: tuple[int, ...]
    deals: tuple[int, ...] = ()
    stage: int = 0
