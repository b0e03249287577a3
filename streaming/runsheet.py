"""Which product is on air, and which one comes after it: by plan, time of day, stock, margin and demand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from knowledge.model import Product

SCARCE = 5  # pieces; from there on a product comes half as often
_MOST = 4.0  # times as often as a product that nobody asks for


@dataclass(frozen=True, slots=True)
class Daypart:
    """When some of the products are on. `when`: minute hour day month weekday, as cron has it: "* 19-22 * * 1-5".

    Weekday 0 and 7 are Sunday; each field is *, a number, a range, a list, or any of these with a step: */15.
    """

    when: str
    products: tuple[str, ...]
    persona: str = ""  # who hosts then; empty: the room's

    def __post_init__(self) -> None:
        fields = self.when.split()
        if len(fields) != 5:
            raise ValueError(f"a daypart has five fields, minute hour day month weekday; got {self.when!r}")
        for each, (low, high) in zip(fields, _RANGES, strict=True):
            _numbers(each, low, high)

    def holds(self, at: datetime) -> bool:
        """Whether it is that time; `at` is in the shop's zone."""
        now = (at.minute, at.hour, at.day, at.month, at.isoweekday() % 7)
        given = [_numbers(each, *span) for each, span in zip(self.when.split(), _RANGES, strict=True)]
        if 7 in given[4]:
            given[4] = given[4] | {0}
        return all(value in allowed for value, allowed in zip(now, given, strict=True))


_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def _numbers(given: str, low: int, high: int) -> frozenset[int]:
    """Raises ValueError when a field cannot be read."""
    found: set[int] = set()
    for part in given.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        try:
            start = low if first == "*" else int(first)
            end = high if first == "*" else int(last) if last else (high if step else start)
            every = int(step) if step else 1
        except ValueError:
            raise ValueError(f"{given!r} is not a time field: use *, 5, 9-17, 1,3,5 or */15") from None
        if not low <= start <= end <= high or every < 1:
            raise ValueError(f"{given!r} is out of range {low}-{high}")
        found.update(range(start, end + 1, every))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a merchant wants on air. Without products: the whole catalogue."""

    products: tuple[str, ...] = ()  # in the order they go on air
    weights: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({})
    )  # 2: twice as often; 1 if missing
    margins: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))  # share of the price, 0..1
    dayparts: tuple[Daypart, ...] = ()  # the first that holds decides; none holds: `products`

    def daypart(self, at: datetime) -> Daypart | None:
        return next((each for each in self.dayparts if each.holds(at)), None)

    def to_json(self) -> dict[str, Any]:
        return {
            "products": list(self.products),
            "weights": dict(self.weights),
            "margins": {product: str(margin) for product, margin in self.margins.items()},
            "dayparts": [
                {"when": each.when, "products": list(each.products), "persona": each.persona} for each in self.dayparts
            ],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Plan":
        """Raises ValueError with what is wrong."""
        try:
            weights = {str(name): float(weight) for name, weight in document.get("weights", {}).items()}
            margins = {str(name): Decimal(str(share)) for name, share in document.get("margins", {}).items()}
            dayparts = tuple(
                Daypart(str(each["when"]), tuple(map(str, each["products"])), str(each.get("persona", "")))
                for each in document.get("dayparts", ())
            )
        except (KeyError, TypeError, AttributeError, InvalidOperation) as error:
            raise ValueError(
                f"a run sheet has products, weights, margins and dayparts; {error!r} is not right"
            ) from None
        if any(not 0 < weight <= 100 for weight in weights.values()):
            raise ValueError("a weight is more than 0 and at most 100")
        if any(not 0 <= share <= 1 for share in margins.values()):
            raise ValueError("a margin is the share of the price that the shop keeps, between 0 and 1")
        return cls(tuple(map(str, document.get("products", ()))), weights, margins, dayparts)


class RunSheet:
    """Deals the products out, each as often as it weighs, evenly spread. Sold-out and vanished ones are passed over."""

    def __init__(
        self,
        plan: Plan | Sequence[str] = (),
        *,
        demand: Callable[[str], float] = lambda product_id: 0.0,
        clock: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._plan = plan if isinstance(plan, Plan) else Plan(tuple(dict.fromkeys(plan)))
        self._demand, self._clock = demand, clock
        self.credits: dict[str, float] = {}

    @property
    def plan(self) -> Plan:
        return self._plan

    def change(self, plan: Plan) -> None:
        """Go by another plan from the next product on."""
        self._plan = plan
        self.credits = {}

    @property
    def persona(self) -> str:
        """Who hosts at this time; empty: the room's."""
        found = self._plan.daypart(self._clock())
        return found.persona if found is not None else ""

    def order(self, products: Sequence[Product]) -> tuple[str, ...]:
        """The ids that can go on air now, in order; the whole catalogue when nothing was planned."""
        can = {product.id for product in products if product.stock != 0}
        if planned := self._planned():
            return tuple(each for each in planned if each in can)
        return tuple(product.id for product in products if product.id in can)

    def after(self, product_id: str, products: Sequence[Product]) -> tuple[str, bool]:
        """The product after `product_id`, and whether a new round begins with it; "" when there is none at all."""
        order = self.order(products)
        if not order:
            return "", False
        known = self._planned() or tuple(product.id for product in products)
        if not self.credits and product_id in known:
            self._catch_up(known, product_id)
        stock = {product.id: product.stock for product in products}
        chosen = self._deal(order, {each: self._weight(each, stock.get(each)) for each in order}, product_id)
        wraps = bool(product_id) and known.index(chosen) <= (known.index(product_id) if product_id in known else -1)
        return chosen, wraps

    def _planned(self) -> tuple[str, ...]:
        daypart = self._plan.daypart(self._clock())
        return tuple(dict.fromkeys(daypart.products if daypart is not None else self._plan.products))

    def _weight(self, product_id: str, stock: int | None) -> float:
        weight = self._plan.weights.get(product_id, 1.0) * (1.0 + float(self._plan.margins.get(product_id, 0)))
        weight *= min(_MOST, 1.0 + self._demand(product_id))
        return weight / 2 if stock is not None and stock < SCARCE else weight

    def _deal(self, order: Sequence[str], weights: Mapping[str, float], current: str) -> str:
        """The one that waited longest for its share; never the same twice running while there is another."""
        for product_id, weight in weights.items():
            self.credits[product_id] = self.credits.get(product_id, 0.0) + weight
        others = [each for each in order if each != current] or list(order)
        chosen = max(others, key=lambda each: (round(self.credits[each], 6), -order.index(each)))
        self.credits[chosen] -= sum(weights.values())
        return chosen

    def _catch_up(self, known: Sequence[str], product_id: str) -> None:
        """As if everything up to `product_id` had had its turn in this round."""
        behind = known.index(product_id)
        for at, each in enumerate(known):
            self.credits[each] = (behind + 1.0) - (len(known) if at <= behind else 0.0)
