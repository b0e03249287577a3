"""What an answer consists of, in the order it happens. Everything a shopper sees arrives as one of these."""

from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.forms import Form
from assistant.guard.verdict import Verdict

Channel = Literal["chat", "live"]
HandoffReason = Literal[
    "asked", "low_confidence", "failed", "anger", "distress", "policy", "legal", "vip", "guard", "money"
]


@dataclass(frozen=True, slots=True)
class PageContext:
    """Where the shopper stands while asking."""

    channel: Channel = "chat"
    product_id: str = ""  # the product page they are on, or the product on air
    customer_id: str = ""  # verified identity only
    lang: Literal["zh", "en", ""] = ""  # empty: answer in the language of the message
    room: str = ""
    picture: str = ""  # id of the picture that came with the message


@dataclass(frozen=True, slots=True)
class Progress:
    """A tool has started; `label` is for the shopper: 正在查物流…"""

    tool: str
    label: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence that has passed the guard, with its verdict. `text` keeps its trailing space or newline."""

    text: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Cards:
    """Product cards, filled from the catalogue and never from a model."""

    product_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A table of attributes × products, filled from the catalogue."""

    product_ids: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]  # (attribute, a value for each product)


@dataclass(frozen=True, slots=True)
class OrderCard:
    order: dict[str, Any]  # id, state, items, total, carrier, tracking, events — what the shopper may see


@dataclass(frozen=True, slots=True)
class BasketCard:
    """A plan for what to buy, every sum worked out by the till."""

    basket: dict[str, Any]  # as `assistant.basket.words.Teller.card` makes it


@dataclass(frozen=True, slots=True)
class QuickReplies:
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormCard:
    """Boxes to fill in instead of free text."""

    form: Form


@dataclass(frozen=True, slots=True)
class Handoff:
    """The conversation now waits for a person. Never inferred from reply text."""

    reason: HandoffReason
    summary: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The whole answer as stored."""

    message_id: str
    text: str
    product_ids: tuple[str, ...] = ()
    model: str = ""  # which model answered, "grounded" after a fallback
    degraded: str = ""  # why it is not the configured one; empty when it is
    tools: tuple[str, ...] = field(default=())


Event = Progress | Sentence | Cards | Comparison | OrderCard | BasketCard | FormCard | QuickReplies | Handoff | Finished
