"""How fast the cheapest basket is proven: python -m bench.basket [--cases N] [--limit S] [--json FILE]

Made-up shops of the sort a Double 11 has: prices from 9.90 to 400, mostly one piece of a thing, 满减 and 每满 in
exclusive groups, coupons of shop and categories, percentages with caps, piece offers, cross-shop 满减, shipping fees.
For each size: the time to the proof or to the limit, how many were proven, and how far the others may be from it.
"""

import argparse
import json
import os
import platform
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from statistics import median

from assistant.basket import Deal, Good, Plan, Request, Shipping
from assistant.basket.request import DealKind
from assistant.basket.solve import solve
from knowledge.model import Text

SIZES = ((5, 5), (10, 10), (20, 15), (30, 20), (45, 30), (60, 40))
ORDERS = (1, 2, 3)
CATEGORIES = 6


@dataclass(frozen=True, slots=True)
class Row:
    goods: int
    deals: int
    orders: int  # at most
    cases: int
    proven: int
    seconds_median: float
    seconds_worst: float
    gap_worst: float  # (total - bound) / total over the cases that were not proven
    saved: float  # the median share taken off the price without any offer


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


def measure(goods: int, deals: int, orders: int, cases: int, limit_s: float) -> Row:
    requests = [replace(made_up(goods, deals, seed), most_orders=orders) for seed in range(cases)]
    plans = [(request, solve(request, time_limit_s=limit_s)) for request in requests]
    unproven = [plan for _, plan in plans if plan.status != "proven"]
    seconds = [plan.seconds for _, plan in plans]
    return Row(
        goods, deals, orders, cases, cases - len(unproven), median(seconds), max(seconds),
        max(((plan.total - plan.bound) / plan.total for plan in unproven), default=0.0),
        median(_saved(request, plan) for request, plan in plans),
    )  # fmt: skip


def _saved(request: Request, plan: Plan) -> float:
    return 1 - plan.total / plan.bill.gross


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=20, help="requests of each size")
    parser.add_argument("--limit", type=float, default=1.0, help="seconds for one request")
    parser.add_argument("--json", type=Path, help="also write the rows here")
    arguments = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, limit {arguments.limit:g} s, {arguments.cases} cases a size")
    print(f"{'goods × deals':>14} {'orders':>7} {'proven':>8} {'median s':>9} {'worst s':>8} {'worst gap':>10} saved")
    rows = []
    for goods, deals in SIZES:
        for orders in ORDERS:
            row = measure(goods, deals, orders, arguments.cases, arguments.limit)
            rows.append(row)
            print(
                f"{goods:>8} × {deals:<3} {'≤ ' + str(orders):>7} {row.proven:>4}/{row.cases:<3}"
                f" {row.seconds_median:>9.3f} {row.seconds_worst:>8.3f} {row.gap_worst:>10.2%} {row.saved:>7.1%}",
                flush=True,
            )
    if arguments.json:
        data = [{name: getattr(row, name) for name in Row.__slots__} for row in rows]
        arguments.json.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
