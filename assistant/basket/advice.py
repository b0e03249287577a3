"""The plan and the questions it raises: why not that offer, what if it all went into one order, what would be free."""

import time
from dataclasses import dataclass, replace

from assistant.basket.plan import TIME_LIMIT_S, NoPlan, Plan
from assistant.basket.request import Good, Request
from assistant.basket.rules import clash, prices

ASIDE_S = 0.3  # for one question besides the plan
ASIDES_S = 1.0  # for all of them
MOST_UNUSED = 5
MOST_FREE = 2


@dataclass(frozen=True, slots=True)
class Unused:
    """A deal that touches what is wanted and is not in the plan. Amounts in cents."""

    deal: int
    gap: int = 0  # what the wanted goods lack to its threshold
    instead: int | None = None  # the deal in the plan that excludes it
    dearer: int | None = None  # what the cheapest plan with it costs more; None: not known, or there is none
    possible: bool = True


@dataclass(frozen=True, slots=True)
class More:
    """A piece that could be had for less than its price: `pay` cents more in all."""

    good: int
    pay: int


@dataclass(frozen=True, slots=True)
class Advice:
    plan: Plan
    single: Plan | None = None  # everything in one order
    plain: Plan | None = None  # nothing added; None when nothing is added anyway
    unused: tuple[Unused, ...] = ()
    more: tuple[More, ...] = ()


def advise(request: Request, *, time_limit_s: float = TIME_LIMIT_S, offer_more: bool = False) -> Advice:
    """The cheapest plan and its whys. `offer_more`: also goods that nobody asked for at a part of their price."""
    plan = _solved(request, time_limit_s)
    until = time.monotonic() + ASIDES_S
    single = _aside(replace(request, most_orders=1), until) if len(plan.bill.orders) > 1 else None
    added = any(_bought(plan, place) > good.wanted for place, good in enumerate(request.goods))
    plain = _aside(_bare(request), until) if added else None
    more = [found for place in _maybe_free(request, plan) if (found := _one_more(request, plan, place, until))]
    if offer_more:
        extras = [place for place, good in enumerate(request.goods) if not good.wanted and not _bought(plan, place)]
        more += [found for place in extras if (found := _one_more(request, plan, place, until))]
    return Advice(plan, single, plain, _unused(request, plan, until), tuple(more))


def _solved(request: Request, limit_s: float, using: int | None = None) -> Plan:
    from assistant.basket.solve import solve  # on use: it brings pandas along, and most answers need neither

    return solve(request, time_limit_s=limit_s, using=using)


def _aside(request: Request, until: float, using: int | None = None) -> Plan | None:
    """The answer to a question besides the plan; None when there is no time or no plan, or none surely the cheapest."""
    left = min(ASIDE_S, until - time.monotonic())
    if left <= 0.01:
        return None
    found = _solved(request, left, using)
    return found if found.status == "proven" else None


def _bare(request: Request) -> Request:
    return replace(request, goods=tuple(replace(good, extra=0) for good in request.goods))


def _bought(plan: Plan, place: int) -> int:
    return sum(order.parcel.pieces[place] for order in plan.bill.orders)


def _unused(request: Request, plan: Plan, until: float) -> tuple[Unused, ...]:
    used = {place for order in plan.bill.orders for place in order.parcel.deals}
    found = []
    for place, deal in enumerate(request.deals):
        wanted = [request.goods[one] for one in deal.goods if request.goods[one].wanted]
        if place in used or not wanted or deal.kind == "free_shipping":
            continue
        stage = min(deal.stages)
        each = prices(request, stage, deal.alone)
        have = sum(each[one] * request.goods[one].wanted for one in deal.goods)
        if deal.kind == "cross_shop":  # judged on what the plan leaves
            have = max(order.goods for order in plan.bill.orders)
        gap = max(0, deal.threshold - have)
        rivals = [one for one in sorted(used) if clash(request.deals[one], deal)]
        dearer, possible = None, True
        try:
            other = _aside(request, until, place)
            dearer = other.total - plan.total if other is not None and plan.status == "proven" else None
        except NoPlan:
            possible = False
        found.append(Unused(place, gap, rivals[0] if rivals and not gap else None, dearer, possible))
    found.sort(key=lambda one: (not one.possible, one.gap, one.dearer or 0))
    return tuple(found[:MOST_UNUSED])


def _maybe_free(request: Request, plan: Plan) -> list[int]:
    """Wanted goods of which one more piece may be free."""
    places = {one for deal in request.deals if deal.kind == "buy_x_get_y" for one in deal.goods}
    return [one for one in sorted(places) if request.goods[one].wanted and _bought(plan, one)][:MOST_FREE]


def _one_more(request: Request, plan: Plan, place: int, until: float) -> More | None:
    """What one more piece adds to the total, when that is well below its price."""
    good = request.goods[place]
    if not good.wanted and not good.extra:
        return None
    more: Good = replace(good, wanted=_bought(plan, place) + 1, extra=0)
    goods = tuple(more if one == place else other for one, other in enumerate(request.goods))
    found = _aside(replace(request, goods=goods), until)
    if found is None or plan.status != "proven" or found.total - plan.total > 7 * good.price // 10:
        return None
    return More(place, found.total - plan.total)
