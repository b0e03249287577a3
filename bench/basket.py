"""How fast the cheapest basket is proven: python -m bench.basket [--cases N] [--limit S] [--json FILE]

Two sorts of baskets: goods of the demo shop drawn at random under the offers that run there, and made-up shops of the
sort a Double 11 has, in which every offer bears on the basket: 满减 and 每满 in exclusive groups, coupons of shop and
categories, percentages with caps, piece offers, cross-shop 满减, shipping fees. For each size and each limit of orders:
the time to the proof or to the time limit, how many were proven, and how far the others may be from the optimum.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from assistant.basket import Deal, Good, Request, Shipping
from assistant.basket.counter import Shopper, Want, lay_out
from assistant.basket.request import DealKind
from assistant.basket.solve import solve
from bench.report import Cell, arguments, report
from knowledge.catalog import Catalog
from knowledge.model import Text
from knowledge.settings import KnowledgeSettings

DEMO = Path(__file__).parents[1] / "knowledge" / "demo"
DEMO_SIZES = (3, 5, 10, 20, 30, 60)
SIZES = ((5, 5), (10, 10), (20, 15), (30, 20), (45, 30), (60, 40))
ORDERS = (1, 2, 3)
CATEGORIES = 6


def made_up(goods: int, deals: int, seed: int) -> Request:
    """A request of so many different goods and deals; the same seed gives the same request."""
    random = Random(f"{goods}x{deals}/{seed}")
    shelf = tuple(_good(random, number) for number in range(goods))
    kinds = [random.randrange(CATEGORIES) for _ in shelf]
    scopes = [frozenset(place for place, kind in enumerate(kinds) if kind == one) for one in range(CATEGORIES)]
    offers = _Offers(random, frozenset(range(goods)), [one for one in scopes if one])
    return Request(shelf, tuple(offers.next(number) for number in range(deals)), Shipping(1000, 8800))


def _good(random: Random, number: int) -> Good:
    price = round(10 ** random.uniform(1.0, 2.6)) * 100 - random.choice((0, 10, 100))
    return Good(f"p{number}", Text(f"货{number}"), price, random.choice((1, 1, 1, 1, 2, 3)))


@dataclass(slots=True)
class _Offers:
    """Offers in the mix that shops run, twenty to a round: one cross-shop, seven 满减 of one group, six coupons of
    another, three percentages of a third, three on pieces."""

    random: Random
    everything: frozenset[int]
    scopes: list[frozenset[int]]

    def next(self, number: int) -> Deal:
        kind, wide = _ROUND[number % len(_ROUND)]
        random, name = self.random, f"d{number}"
        scope = self.everything if wide else random.choice(self.scopes)
        threshold = random.choice((10000, 20000, 30000, 40000) if wide else (9900, 15000, 20000))
        minus = int(threshold * random.uniform(0.06, 0.16)) // 100 * 100
        if kind in ("threshold", "per_amount"):
            return Deal(name, Text(name), kind, scope, threshold=threshold, minus=minus, group="full")
        if kind == "cross_shop":
            times = random.choice((None, 3))
            return Deal(name, Text(name), kind, scope, threshold=30000, minus=5000, group="cross", max_times=times)
        if kind == "coupon":
            return Deal(name, Text(name), kind, scope, threshold=threshold, minus=minus, group="coupon", per_customer=1)
        if kind == "percent":
            rate, cap = random.choice((500, 1000, 1200)), random.choice((None, 4000, 8000))
            return Deal(name, Text(name), kind, scope, rate=rate, cap=cap, group="flash")
        some = frozenset(random.sample(sorted(scope), min(len(scope), 4)))
        mix = random.random() < 0.4
        if kind == "nth_percent":
            return Deal(name, Text(name), kind, some, rate=5000, buy=2, mix=mix)
        return Deal(name, Text(name), kind, some, buy=2, get=1, mix=mix)


_ROUND: tuple[tuple[DealKind, bool], ...] = (
    ("threshold", True), ("coupon", True), ("percent", False), ("nth_percent", False), ("cross_shop", True),
    ("coupon", False), ("per_amount", False), ("percent", False), ("buy_x_get_y", False), ("coupon", False),
    ("threshold", True), ("coupon", True), ("per_amount", False), ("threshold", False), ("coupon", False),
    ("percent", False), ("per_amount", False), ("nth_percent", False), ("coupon", False), ("threshold", False),
)  # fmt: skip


def of_the_demo_shop(catalog: Catalog, goods: int, seed: int) -> Request:
    """So many different goods of the demo shop, one to three of each, under its running offers."""
    random = Random(f"demo {goods}/{seed}")
    there = [product for product in catalog.products() if product.stock != 0 and product.price is not None]
    wants = [Want(product, random.choice((1, 1, 1, 1, 2, 3))) for product in random.sample(there, goods)]
    counter = lay_out(catalog, wants, Shopper(extras=False))
    assert counter is not None  # goods in stock with a price
    return counter.request


def measure(kind: str, requests: Sequence[Request], limit_s: float) -> dict[str, Cell]:
    plans = [solve(request, time_limit_s=limit_s) for request in requests]
    unproven = [plan for plan in plans if plan.status != "proven"]
    seconds = [plan.seconds for plan in plans]
    return {
        "baskets": kind,
        "goods": len(requests[0].goods),
        "offers": max(len(request.deals) for request in requests),
        "orders at most": requests[0].most_orders,
        "proven": f"{len(plans) - len(unproven)}/{len(plans)}",
        "median s": median(seconds),
        "worst s": max(seconds),
        "worst gap %": max((100 * (plan.total - plan.bound) / plan.total for plan in unproven), default=0.0),
        "saved %": median(100 * (1 - plan.total / plan.bill.gross) for plan in plans),
    }


def main() -> None:
    parser = arguments("How fast the cheapest basket is proven.")
    parser.add_argument("--cases", type=int, default=10, help="baskets of each size")
    parser.add_argument("--limit", type=float, default=1.0, help="seconds for one basket")
    told = parser.parse_args()
    rows = []
    with TemporaryDirectory() as folder:
        catalog = Catalog.open(KnowledgeSettings(data_dir=Path(folder)))
        catalog.ingest(DEMO)
        for goods in DEMO_SIZES:
            requests = [of_the_demo_shop(catalog, goods, seed) for seed in range(told.cases)]
            rows += [measure("demo shop", at_most(requests, orders), told.limit) for orders in ORDERS]
        catalog.close()
    for goods, deals in SIZES:
        requests = [made_up(goods, deals, seed) for seed in range(told.cases)]
        rows += [measure("made up", at_most(requests, orders), told.limit) for orders in ORDERS]
    report("basket", rows, told.json, cores=os.cpu_count(), limit_s=told.limit, cases=told.cases)


def at_most(requests: Sequence[Request], orders: int) -> list[Request]:
    return [replace(request, most_orders=orders) for request in requests]


if __name__ == "__main__":
    main()
