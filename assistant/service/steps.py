"""What an ask comes to: a write that waits for a yes, a refusal with its reason, or a question for what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from assistant.service.model import Write


@dataclass(frozen=True, slots=True)
class Told:
    """Something to be said: a wording's key and what is filled into it."""

    key: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A write that waits for a yes, with what the customer is told of it."""

    write: Write
    told: Told
    order_id: str = ""
    item_ids: tuple[str, ...] = ()
    difference: Decimal | None = None  # to pay; negative: to get back


@dataclass(frozen=True, slots=True)
class Refused:
    told: Told


@dataclass(frozen=True, slots=True)
class Unclear:
    """What is missing before anything can be done. `slot`: order, items, payment, reason, address, variant, goods, day,
    kind, title, phone."""

    slot: str
    told: Told


Step = Proposal | Refused | Unclear


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the conversation was about last."""

    order_id: str = ""
    item_ids: tuple[str, ...] = ()
    payment_id: str = ""
    goods: tuple[str, ...] = ()  # product numbers
    asked: str = ""  # the last question about installing or repairing
    among: tuple[str, ...] = ()  # the orders that what was told last fits
