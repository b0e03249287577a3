"""What the search for the cheapest basket comes to."""

from dataclasses import dataclass
from typing import Literal

from assistant.basket.rules import Bill

TIME_LIMIT_S = 1.0  # for one plan
Status = Literal["proven", "best_found"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The orders to place. `bound`: no plan of at most `most_orders` orders costs less, in cents."""

    bill: Bill
    status: Status
    bound: int
    seconds: float
    most_orders: int

    @property
    def total(self) -> int:
        return self.bill.total


class NoPlan(Exception):
    """There is no plan with what was demanded: the deal to be used can't be."""
