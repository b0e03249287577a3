"""What a shopper asks for, before anybody has looked whether it can be done."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

Kind = Literal[
    "cancel", "return", "swap", "address", "profile_address", "payment", "handoff", "lookup", "buy", "nothing"
]


@dataclass(frozen=True, slots=True)
class OrderRef:
    """Which order is meant: by number, or by what is known of it."""

    ids: tuple[str, ...] = ()
    ends: str = ""  # "the number ends in 66"
    holds: "tuple[Item, ...]" = ()  # what is in it
    state: str = ""  # a word for its state: "pending"
    same: bool = False  # the one spoken of last
    other: bool = False  # not that one
    every: bool = False  # all that fit

    @property
    def is_open(self) -> bool:
        return not (self.ids or self.ends or self.holds or self.state or self.same or self.other or self.every)


@dataclass(frozen=True, slots=True)
class Item:
    """A thing in an order as it is called, and what is wanted instead of it."""

    name: str  # the product's name in the shop
    said: str  # the words that describe it
    wanted: str = ""
    other: str = ""  # another product that is wanted instead


@dataclass(frozen=True, slots=True)
class PayRef:
    kind: str = ""  # gift_card, credit_card, paypal
    brand: str = ""
    last4: str = ""
    original: bool = False  # the way it was paid


@dataclass(frozen=True, slots=True)
class Ask:
    kind: Kind
    text: str
    order: OrderRef = OrderRef()
    items: tuple[Item, ...] = ()
    everything: bool = False
    but: tuple[Item, ...] = ()  # all except these
    payment: PayRef | None = None
    otherwise: "Ask | None" = None  # when it can't be done
    over: Decimal | None = None  # `otherwise` also when it costs more
    only_if_first_fails: bool = False
    near: tuple[Item, ...] = ()  # things spoken of just before


@dataclass(frozen=True, slots=True)
class Heard:
    """One message, understood."""

    asks: tuple[Ask, ...] = ()
    payment: PayRef | None = None  # said without an ask
    order: OrderRef = OrderRef()
    mentioned: tuple[Item, ...] = ()  # things spoken of without an ask
    emails: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    zips: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()  # last digits of phone numbers
    answer: Literal["yes", "no", ""] = ""
    leaves_it: bool = False  # asks for nothing to be done
    text: str = ""


class Understanding(Protocol):
    """Reads one language."""

    def read(self, text: str, goods: tuple[str, ...]) -> Heard:
        """`goods`: the names of the shop's products."""
        ...
