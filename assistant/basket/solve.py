"""The cheapest plan: CP-SAT finds the orders, the evaluator adds them up, and both must come to the same cents."""

import time
from collections.abc import Sequence

from ortools.sat.python import cp_model

from assistant.basket.orders import Bounds, Linear, Order
from assistant.basket.plan import TIME_LIMIT_S, NoPlan, Plan, Status
from assistant.basket.request import PIECEWISE, Deal, Parcel, Request
from assistant.basket.rules import Bill, presold, price_of, settle, settle_all
from assistant.basket.start import first_plan

WORKERS = 2
SUBSOLVERS = ("max_lp", "reduced_costs")  # the relaxation is tight: two that lean on it prove more than the usual pair


def solve(
    request: Request, *, time_limit_s: float = TIME_LIMIT_S, workers: int = WORKERS, using: int | None = None
) -> Plan:
    """The cheapest plan. `using`: the place of a deal that must be used; NoPlan when that can't be.

    The same request gives the same total whenever it is proven.
    """
    began = time.monotonic()
    start = first_plan(request) if using is None else ()
    bill, bound = _solve(request, time_limit_s - (time.monotonic() - began), workers, using, start)
    status: Status = "proven" if bound >= bill.total else "best_found"
    return Plan(bill, status, min(bound, bill.total), time.monotonic() - began, request.most_orders)


def _solve(
    request: Request, limit_s: float, workers: int, using: int | None, start: Sequence[Parcel]
) -> tuple[Bill, int]:
    """The cheapest plan found, and what no plan undercuts."""
    model = _Model(request, using)
    if start:
        model.hint(start)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = 7
    solver.parameters.subsolvers.extend(SUBSOLVERS)
    solver.parameters.max_time_in_seconds = max(0.05, limit_s)
    state = solver.solve(model.cp)
    bound = model.bound(solver.best_objective_bound)
    if state in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        found = settle_all(request, _effective(request, model.parcels(solver)))
        said = solver.value(model.total)
        # Stopped early, the solver may not have claimed free shipping yet; it never promises more than the rules give.
        if found.total > said or (state == cp_model.OPTIMAL and found.total != said):
            raise AssertionError(f"the solver says {said}, the rules say {found.total}")
        return found, bound
    if start and state == cp_model.UNKNOWN:
        return settle_all(request, start), bound
    raise NoPlan("no plan was found in time" if state == cp_model.UNKNOWN else "no plan is possible")


class _Model:
    """All orders together."""

    def __init__(self, request: Request, using: int | None) -> None:
        self.request = request
        self.cp = cp_model.CpModel()
        pieces = sum(good.most for good in request.goods)
        bounds = Bounds(request, pieces, sum(good.most * good.price for good in request.goods))
        self.orders = [
            Order(self.cp, bounds, stage, alone, f"o{number}") for number, (stage, alone) in enumerate(slots(request))
        ]
        goods = request.goods
        self._weight = sorted(range(len(goods)), key=lambda place: (-goods[place].price * goods[place].most, place))
        self._demand()
        self._limits(using)
        self._symmetry()
        self.total: Linear = sum(order.total for order in self.orders)
        self._objective(pieces)

    def _demand(self) -> None:
        for place, good in enumerate(self.request.goods):
            bought = sum(order.pieces[place] for order in self.orders)
            self.cp.add_linear_constraint(bought, good.wanted, good.most)
        self.cp.add(sum(order.open for order in self.orders) <= self.request.most_orders)

    def _limits(self, using: int | None) -> None:
        gifts: dict[str, list[Linear]] = {}
        for place, deal in enumerate(self.request.deals):
            uses = [order.used[place] for order in self.orders if place in order.used]
            if deal.per_customer is not None and uses:
                self.cp.add(sum(uses) <= deal.per_customer)
            # What no plan can exceed, said once for all orders: each cent reaches one threshold only.
            worth = sum(self.request.goods[one].most * self.request.goods[one].price for one in deal.goods)
            if deal.threshold and deal.kind in ("threshold", "coupon", "gift"):
                self.cp.add(sum(uses) <= worth // deal.threshold)
            if times := [order.times[place] for order in self.orders if place in order.times]:
                self.cp.add(sum(times) <= worth // deal.threshold)
            if deal.gift:
                gifts.setdefault(deal.gift, []).extend(uses)
            if place == using:
                self.cp.add(sum(uses) >= 1)
        for one in {key for order in self.orders for key in order.pooled}:
            offs = [order.pooled[one] for order in self.orders if one in order.pooled]
            self.cp.add(sum(off for _, found in offs for off in found) <= max(best for best, _ in offs))
        for gift, uses in gifts.items():
            if gift in self.request.gifts:
                self.cp.add(sum(uses) <= self.request.gifts[gift])

    def _symmetry(self) -> None:
        """Orders of one sort are interchangeable: they stand in the order of their weightiest good. Measured against
        sorting them by amount this proves twice as many baskets within a second."""
        goods = self.request.goods
        for one, other in zip(self.orders, self.orders[1:], strict=False):
            if (one.stage, one.alone) != (other.stage, other.alone):
                continue
            before: Linear = 0
            for place in self._weight:
                so_far = before + one.pieces[place]
                most = goods[place].most  # a single piece can't be in both, so the order before has a weightier one
                self.cp.add(other.pieces[place] <= most * (before if most == 1 else so_far))
                before = so_far

    def _objective(self, pieces: int) -> None:
        """The total first; of plans with the same total the one with fewer pieces nobody asked for, then fewer orders,
        then fewer pieces that are paid later, then more gifts. `_unit` keeps these second thoughts below one cent."""
        deals, goods = self.request.deals, self.request.goods
        gifts = [used for order in self.orders for place, used in order.used.items() if deals[place].gift]
        later = [piece for order in self.orders if order.stage for piece in order.pieces]
        thoughts = (  # what it is, and the most it can be
            (len(gifts) - sum(gifts), len(gifts)),
            (sum(later), pieces if later else 0),
            (sum(order.open for order in self.orders), len(self.orders)),
            (sum(sum(order.pieces) for order in self.orders) - sum(good.wanted for good in goods), pieces),
        )
        self._unit, second = 1, 0
        for value, most in thoughts:
            second, self._unit = second + self._unit * value, self._unit * (most + 1)
        self.cp.minimize(self._unit * self.total + second)

    def bound(self, objective: float) -> int:
        """The total that an objective of at least `objective` implies, in cents."""
        # What comes after the total is at most unit - 1, and totals are whole.
        return max(0, int(-(-(objective - self._unit + 1 - 1e-6) // self._unit)))

    def parcels(self, solver: cp_model.CpSolver) -> list[Parcel]:
        found = []
        for order in self.orders:
            if solver.boolean_value(order.open):
                pieces = tuple(solver.value(one) for one in order.pieces)
                used = tuple(place for place, one in order.used.items() if solver.boolean_value(one))
                found.append(Parcel(pieces, used, order.stage))
        return found

    def hint(self, parcels: Sequence[Parcel]) -> None:
        """Begin with this plan: the places of its pieces and deals are set, what follows from them is worked out."""
        left = sorted(parcels, key=lambda one: next(k for k, place in enumerate(self._weight) if one.pieces[place]))
        for order in self.orders:
            sort = order.stage, order.alone
            mine = next((one for one in left if (one.stage, _alone(self.request, one)) == sort), None)
            if mine is not None:
                left.remove(mine)
            self.cp.add_hint(order.open, mine is not None)
            for place, piece in enumerate(order.pieces):
                self.cp.add_hint(piece, mine.pieces[place] if mine else 0)
            for place, used in order.used.items():
                self.cp.add_hint(used, bool(mine and place in mine.deals))
        fixed = cp_model.CpSolver()
        fixed.parameters.fix_variables_to_their_hinted_value = True
        fixed.parameters.cp_model_presolve = False
        fixed.parameters.num_workers = 1
        fixed.parameters.max_time_in_seconds = 0.2
        if fixed.solve(self.cp) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            self.cp.clear_hints()  # type: ignore[no-untyped-call]
            for index, value in enumerate(fixed.response_proto.solution):
                self.cp.add_hint(self.cp.get_int_var_from_proto_index(index), value)


def _alone(request: Request, parcel: Parcel) -> int | None:
    return next((place for place in parcel.deals if request.deals[place].alone), None)


def _effective(request: Request, parcels: Sequence[Parcel]) -> list[Parcel]:
    """Without free-shipping offers in orders that ship free anyway."""
    kept = []
    for parcel in parcels:
        rest = tuple(place for place in parcel.deals if request.deals[place].kind != "free_shipping")
        bare = Parcel(parcel.pieces, rest, parcel.stage)
        kept.append(parcel if rest != parcel.deals and settle(request, bare).shipping else bare)
    return kept


def slots(request: Request) -> list[tuple[int, int | None]]:
    """(stage, deal that stands alone) of every order that may help."""
    pieces = sum(good.most for good in request.goods)
    found: list[tuple[int, int | None]] = []
    for stage in range(len(request.stages)):
        deals = [deal for deal in request.deals if stage in deal.stages and not deal.alone]
        uses = 1 + sum(useful(request, deal, stage) for deal in deals)
        there = sum(request.goods[place].most for place in presold(request, stage)) if stage else pieces
        found += [(stage, None)] * min(there, request.most_orders, uses)
    for place, deal in enumerate(request.deals):
        if deal.alone and 0 in deal.stages:
            found += [(0, place)] * min(request.most_orders, useful(request, deal, 0))
    return found


def useful(request: Request, deal: Deal, stage: int) -> int:
    """In how many orders a deal can save money. Orders that use only what adds up when they are joined (每满, a
    percentage without a cap) may as well be joined, so that such a deal calls for one order."""
    goods = [request.goods[place] for place in deal.goods]
    pieces = sum(good.most for good in goods)
    worth = sum(good.most * max(good.price, price_of(good, stage)) for good in goods)
    if deal.kind in PIECEWISE:
        most = pieces // (deal.buy + (deal.get if deal.kind == "buy_x_get_y" else 0))
    elif deal.kind == "per_amount" or deal.kind == "cross_shop":
        reached = worth // deal.threshold
        most = min(1, reached) if deal.max_times is None else -(-reached // deal.max_times)
    elif deal.kind == "percent":
        off = sum(good.most * deal.off(good.price) for good in goods)
        most = 1 if deal.cap is None else -(-off // deal.cap)
        most = min(most, worth // deal.threshold) if deal.threshold else most
    elif deal.kind in ("gift", "free_shipping"):
        most = 1 if deal.alone else 0
    else:
        most = worth // deal.threshold if deal.threshold else pieces
    return most if deal.per_customer is None else min(most, deal.per_customer)
