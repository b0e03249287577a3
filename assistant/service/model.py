"""What a shop tells about a customer's orders, whatever the shop calls its states, options and payments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Address:
    street: str
    unit: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    phone: str = ""

    def __str__(self) -> str:
        area = " ".join(part for part in (self.state, self.zip) if part)
        return ", ".join(part for part in (self.street, self.unit, self.city, area) if part)


@dataclass(frozen=True, slots=True)
class Payment:
    """A way of paying that the customer has with the shop. `kind`: gift_card, credit_card, paypal, …"""

    id: str
    kind: str
    brand: str = ""
    last4: str = ""
    balance: Decimal | None = None  # of what holds money itself


@dataclass(frozen=True, slots=True)
class Variant:
    """One buyable form of a product: {"color": "red", "size": "M"}."""

    id: str
    options: Mapping[str, str]
    price: Decimal
    available: bool = True


@dataclass(frozen=True, slots=True)
class Substitute:
    """What a product may be exchanged for where that is another product."""

    id: str
    name: str
    available: bool
    state: str = ""  # in the shop's words


@dataclass(frozen=True, slots=True)
class Fault:
    """What a device shows, what that means and what to do."""

    code: str
    name: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Goods:
    """A product with all its variants. `texts`: what the shop tells of it: install, repair, materials, gifts."""

    id: str
    name: str
    variants: tuple[Variant, ...]
    price: Decimal | None = None
    on_sale: bool = True
    state: str = ""  # in the shop's words
    about: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    substitutes: tuple[Substitute, ...] = ()

    def variant(self, variant_id: str) -> Variant | None:
        return next((one for one in self.variants if one.id == variant_id), None)

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        """Every option with its values, in the order in which they come."""
        found: dict[str, dict[str, None]] = {}
        for variant in self.variants:
            for name, value in variant.options.items():
                found.setdefault(name, {})[value] = None
        return {name: tuple(values) for name, values in found.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """One piece in an order; two of a kind are two lines."""

    item_id: str  # the variant's
    product_id: str
    name: str
    price: Decimal
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that moved for an order: taken, or given back."""

    amount: Decimal
    payment_id: str
    refund: bool = False


DETAILS = ("invoice", "refund", "warranty", "installation")  # what a shop may tell of an order in a sentence of its own


@dataclass(frozen=True, slots=True)
class ServiceOrder:
    id: str
    customer_id: str
    state: str  # in the shop's own words
    lines: tuple[Line, ...]
    address: Address
    paid: tuple[Paid, ...] = ()
    tracking: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)  # of DETAILS, and the like, in the shop's words

    @property
    def total(self) -> Decimal:
        """What was paid, without what was given back."""
        return sum((one.amount for one in self.paid if not one.refund), Decimal(0))

    @property
    def payment_id(self) -> str:
        """How it was paid first; empty when nothing was."""
        return next((one.payment_id for one in self.paid if not one.refund), "")


@dataclass(frozen=True, slots=True)
class Client:
    """The verified customer."""

    id: str
    name: str
    email: str
    address: Address
    payments: tuple[Payment, ...] = ()
    order_ids: tuple[str, ...] = ()
    points: int | None = None  # None: the shop has none, or doesn't tell
    phone: str = ""
    level: str = ""  # of membership, in the shop's words; empty: the shop has none, or doesn't tell

    def payment(self, payment_id: str) -> Payment | None:
        return next((one for one in self.payments if one.id == payment_id), None)


@dataclass(frozen=True, slots=True)
class Write:
    """One change to the shop's data, named and filled as the shop's interface wants it."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the shop did: `ok` False means that nothing has changed, and `reason` says why."""

    ok: bool
    reason: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
