"""What a shopper asks for, before anybody has looked whether it can be done."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal, Protocol

Kind = Literal[
    "cancel",
    "return",
    "swap",
    "address",
    "profile_address",
    "payment",
    "buy",
    "urge",
    "invoice",
    "visit",  # somebody comes to install or repair
    "cashback",
    "price_protect",
    "handoff",
    "lookup",
    "nothing",
]
Topic = Literal[
    "shipment",
    "state",
    "total",
    "refund",
    "invoice",
    "visit",
    "cashback",
    "orders",
    "install",
    "repair",
    "fault",
    "materials",
    "gifts",
    "offers",
    "balance",
    "balance_terms",
    "instead",  # what it may be exchanged for
    "compare",
    "goods",
    "points",
    "urged",  # whether an order is
    "member",  # the customer's standing with the shop
    "why",  # the last refusal
]
Condition = Literal["", "failed", "found"]  # what was asked before could not be done; what was asked is so


LATER = "⟦later⟧"  # in what is wanted: what stands behind it counts more than what stands before


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
    goods: tuple[str, ...] = ()  # product numbers in it
    latest: bool = False
    costs: tuple[tuple[Decimal, Decimal], ...] = ()  # what it or a thing in it may have come to: from, below
    things: int = 0  # how many are in it
    extreme: Literal["", "dearest", "cheapest"] = ""
    without: "tuple[Item, ...]" = ()  # what is not in it
    paid: str = ""  # the kind of payment it was paid with
    hint: str = ""  # a state of which only is told: it counts where several are left
    lenient: bool = False  # where nothing names it, what was spoken of last or fits alone is meant

    @property
    def is_open(self) -> bool:
        known = self.ids or self.ends or self.holds or self.state or self.same or self.other or self.every
        return not (known or self.describes)

    @property
    def describes(self) -> bool:
        """Whether it tells something of the order besides what is in it."""
        return bool(self.costs or self.things or self.extreme or self.without or self.state or self.paid)

    def with_known(self, known: "OrderRef") -> "OrderRef":
        """The description with what it leaves open as it was told before."""
        return replace(
            self,
            costs=(*self.costs, *known.costs),
            things=self.things or known.things,
            extreme=self.extreme or known.extreme,
            without=self.without or known.without,
            state=self.state or known.state,
            hint=self.hint or known.hint,
            paid=self.paid or known.paid,
        )


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
class Wish:
    """A product by its number, and how many of it; 0: not said."""

    product_id: str
    quantity: int = 0


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
    topics: tuple[Topic, ...] = ()  # of a question
    goods: tuple[Wish, ...] = ()  # products it is about, by number
    wanted: str = ""  # what is said of the thing wanted
    quantity: int = 0
    details: Mapping[str, str] = field(default_factory=dict)  # name, phone, day, kind, title, address
    when: Condition = ""
    tentative: bool = False  # a question whether it can be done
    either: bool = False  # this or `otherwise`, whichever can be done


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
    confirms: tuple[Kind, ...] = ()  # the yes is to these alone
    goods: tuple[Wish, ...] = ()  # products named by number
    wanted: str = ""  # words for a thing among several
    quantity: int = 0
    everything: bool = False
    details: Mapping[str, str] = field(default_factory=dict)
    complains: bool = False
    trouble: str = ""  # what is wrong with a thing, with the word for what it needs
    asks_something: bool = False
    plain_yes: bool = False  # no word besides that could only mean it
    described: tuple[Item, ...] = ()  # all things named, each with what is said after it
    could_be: bool = False  # asks whether a thing could be otherwise
    mine: bool = False  # speaks of something of one's own: of a thing or order that its writer has
    closes: bool = False  # thanks, good-bye, leaves it for later
    hangs: bool = False  # a yes that is none yet: "if it's free", "but when…"
    corrects: bool = False  # what was said before was not meant so
    drops: bool = False  # what waits for a yes is no longer wanted
    only: bool = False  # of several things these alone
    against: tuple[Ask, ...] = ()  # what is not to be done: "but not the mug"


class Understanding(Protocol):
    """Reads one language."""

    def read(self, text: str, goods: tuple[str, ...]) -> Heard:
        """`goods`: the names of the shop's products."""
        ...
