"""What a tool is, what it is given and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from assistant.events import HandoffReason
from assistant.forms import Form
from assistant.orderbook import OrderBook
from knowledge.catalog import Catalog
from knowledge.facts import Facts
from knowledge.model import Lang, Text


class Arguments(BaseModel):
    """Base of all tools' arguments. Unknown ones are refused, so a model learns of its mistake."""

    model_config = ConfigDict(extra="forbid", str_max_length=2000)


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool may know besides its arguments. Nothing of it comes from a model."""

    catalog: Catalog
    lang: Lang
    product_id: str = ""  # the page the shopper is on, or the product on air
    customer_id: str = ""  # verified
    said: tuple[str, ...] = ()  # the shopper's own messages, unmasked, oldest first
    lookups_left: int = 5  # how many more guesses at an order this conversation has
    private: bool = True  # False on air, where everybody listens
    orders: OrderBook | None = None  # None: those in the catalogue's own tables


@dataclass(frozen=True, slots=True)
class ToolResult:
    """`data` goes to the model as JSON; the rest never passes through a model."""

    data: Mapping[str, Any]
    facts: Facts = Facts()  # beyond those of the shop and of `product_ids`: an order's, a sum's
    product_ids: tuple[str, ...] = ()  # products the conversation is now about
    cards: tuple[str, ...] = ()  # product ids
    comparison: tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]] | None = None  # ids, rows
    order: Mapping[str, Any] | None = None
    basket: Mapping[str, Any] | None = None  # the card of a plan
    form: Form | None = None  # what to fill in instead of typing it
    replies: tuple[str, ...] = ()  # quick replies, still to pass the guard
    handoff: HandoffReason | None = None
    found: bool = True  # False: the shop's data had no answer
    refused_lookup: bool = False  # an order number that did not fit


@dataclass(frozen=True, slots=True)
class Tool(Generic[A]):
    """`run` is fast and does not block for longer than a catalogue search; if it does, it says `slow`."""

    name: str
    description: str
    arguments: type[A]
    run: Callable[[A, ToolContext], ToolResult]
    label: Text  # what the shopper reads while it runs
    slow: bool = False  # runs in a thread of its own
    shared: bool = False  # what it returns follows from arguments, language and catalogue alone, whoever asks
