"""The solver against every possible plan."""

import pytest

from assistant.basket.solve import solve
from tests.assistant.basket.brute import cheapest
from tests.assistant.basket.cases import small


@pytest.mark.parametrize("hundred", range(5))
def test_a_hundred_random_baskets_cost_what_the_cheapest_plan_costs(hundred: int) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        request = small(seed)
        plan = solve(request, time_limit_s=30)
        assert (plan.total, plan.status) == (cheapest(request), "proven"), f"seed {seed}"
        assert plan.bound == plan.total


def test_the_random_baskets_are_not_trivial() -> None:
    plans = [(request, solve(request, time_limit_s=30)) for request in map(small, range(120))]
    kinds = {request.deals[cut.deal].kind for request, plan in plans for o in plan.bill.orders for cut in o.cuts}
    assert kinds >= {"threshold", "per_amount", "percent", "nth_percent", "buy_x_get_y", "coupon", "cross_shop"}
    assert sum(len(plan.bill.orders) > 1 for _, plan in plans) > 12
    assert sum(any(order.parcel.stage for order in plan.bill.orders) for _, plan in plans) > 5
    assert sum(sum(len(order.cuts) for order in plan.bill.orders) > 1 for _, plan in plans) > 30
