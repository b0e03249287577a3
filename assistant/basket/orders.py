"""One order as a CP-SAT model: the rules of `rules.py` as linear constraints over whole cents.

Every 满减 is tight without a big M: `threshold * times <= judged`. Only "no fewer times than reached" needs one, and
only in orders that use the offer. What a variable stands for is named after the evaluator's value of the same name.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ortools.sat.python import cp_model

from assistant.basket.request import PIECEWISE, SHOPWIDE, Deal, Request
from assistant.basket.rules import clash, pools, presold, prices

Linear = Any  # a sum of variables and cents; the library types these loosely, as unions with numpy scalars


@dataclass(slots=True)
class Bounds:
    """What is known about all orders beforehand."""

    request: Request
    all_pieces: int
    all_cents: int  # of every piece that may be bought


@dataclass(slots=True)
class Order:
    """Variables of one order of a given stage; `alone` is the place of the one deal that excludes all others."""

    model: cp_model.CpModel
    bounds: Bounds
    stage: int
    alone: int | None
    name: str
    pieces: list[Linear] = field(default_factory=list)
    used: dict[int, Linear] = field(default_factory=dict)
    open: Linear = field(init=False)
    each: list[int] = field(init=False)  # cents a piece, by good
    total: Linear = 0
    gross: Linear = 0
    pooled: dict[tuple[int, int], tuple[int, list[Linear]]] = field(default_factory=dict)  # by deal and pool: most, off
    _cheaper: dict[int, list[tuple[Linear, int]]] = field(default_factory=dict)  # good: (pieces, their lower price)
    _pooled: list[tuple[frozenset[int], Linear]] = field(default_factory=list)  # pieces of one price: goods, cents off
    _parts: dict[tuple[int, frozenset[int]], Linear] = field(default_factory=dict)
    _percent_of: list[int] = field(default_factory=list)
    times: dict[int, Linear] = field(default_factory=dict)  # by deal: how often 每满 is reached
    _spent: dict[str, list[tuple[frozenset[int], Linear]]] = field(default_factory=dict)  # by group: goods, cents
    _lowered: dict[str, list[tuple[frozenset[int], Linear]]] = field(default_factory=dict)  # by level, thousandths

    def __post_init__(self) -> None:
        request = self.bounds.request
        self.each = prices(request, self.stage, self.alone is not None)
        self.open = self.model.new_bool_var(f"{self.name} open")
        for place, good in enumerate(request.goods):
            self.pieces.append(self.model.new_int_var(0, good.most, f"{self.name} x{place}"))
            self.model.add(self.pieces[place] <= good.most * self.open)
        bought = presold(request, self.stage) if self.stage else range(len(self.pieces))
        self.model.add(sum(self.pieces[place] for place in bought) >= self.open)
        for place, deal in enumerate(request.deals):
            if self.stage in deal.stages and self._may_use(place, deal):
                self.used[place] = self.model.new_bool_var(f"{self.name} use {deal.id}")
                self.model.add_implication(self.used[place], self.open)
        if self.alone is not None:
            self.model.add(self.used[self.alone] == self.open)
        self._exclusions()
        self.gross = sum(price * n for price, n in zip(self.each, self.pieces, strict=True))
        self._settle()

    def _may_use(self, place: int, deal: Deal) -> bool:
        if self.alone is None:
            return not deal.alone
        return place == self.alone or deal.kind == "free_shipping"

    def _exclusions(self) -> None:
        deals = self.bounds.request.deals
        groups: dict[str, list[int]] = {}
        for place in self.used:
            if deals[place].group:
                groups.setdefault(deals[place].group, []).append(place)
        for places in groups.values():
            if len(places) > 1:
                self.model.add_at_most_one(self.used[place] for place in places)
        places = list(self.used)
        for index, one in enumerate(places):
            for other in places[index + 1 :]:
                same_group = deals[one].group and deals[one].group == deals[other].group
                if not same_group and clash(deals[one], deals[other]):
                    self.model.add_at_most_one((self.used[one], self.used[other]))

    def _kinds(self, *kinds: str) -> list[tuple[int, Deal]]:
        deals = self.bounds.request.deals
        return [(place, deals[place]) for place in self.used if deals[place].kind in kinds]

    # The levels, in order

    def _settle(self) -> None:
        for place, deal in self._kinds(*PIECEWISE):
            self._piecewise(place, deal)
        for place, deal in self._kinds("percent"):
            self._percent(place, deal)
        everything = frozenset(range(len(self.pieces)))
        shop = [(deal, self._shopwide(place, deal)) for place, deal in self._kinds(*SHOPWIDE)]
        for place, deal in self._kinds("gift"):
            self.model.add(self._judged(deal.goods) >= max(1, deal.threshold) * self.used[place])
        due = self._after(self._judged(everything), shop)
        cross = [(deal, self._cross(place, deal, due, shop)) for place, deal in self._kinds("cross_shop")]
        due = self._after(due, cross)
        self._spend_once()
        self.total = due + self._fee(due, [*shop, *cross])

    def _spend_once(self) -> None:
        """Offers that exclude each other share an order's money: at most one of them is used, so what they need
        together is never more than there is. Implied by the rest, but without it the relaxation spends each cent on
        all of them."""
        for group, needs in self._spent.items():
            if group:
                self._shared(needs, self._judged, 1)
        for needs in self._lowered.values():
            self._shared(needs, self._amount if needs is self._lowered.get("percent") else self._full, 1000)

    def _shared(
        self, needs: Sequence[tuple[frozenset[int], Linear]], have: Callable[[frozenset[int]], Linear], unit: int
    ) -> None:
        scopes = {goods for goods, _ in needs}
        for scope in sorted(scopes | {frozenset().union(*scopes)}, key=sorted):
            inside = [need for goods, need in needs if goods <= scope]
            if len(inside) > 1:
                self.model.add(sum(inside) <= unit * have(scope))

    def _full(self, goods: frozenset[int]) -> Linear:
        return sum(self.each[one] * self.pieces[one] for one in sorted(goods))

    def _after(self, due: Linear, cuts: Sequence[tuple[Deal, Linear]]) -> Linear:
        """`due` minus these cuts, never below zero. The maximum costs the solver time, so it is left out where the
        offers cannot take off more than there is."""
        if not cuts:
            return due
        left = due - sum(cut for _, cut in cuts)
        groups: dict[str, float] = {}
        for number, (deal, _) in enumerate(cuts):
            share = deal.minus / deal.threshold if deal.threshold >= deal.minus > 0 else 1.0
            key = deal.group or f"#{number}"
            groups[key] = max(groups.get(key, 0.0), share)
        if sum(groups.values()) <= 1 or len(cuts) == 1:
            return left
        floor = self.model.new_int_var(0, self.bounds.all_cents, f"{self.name} left")
        self.model.add_max_equality(floor, [left, 0])
        return floor

    def _piecewise(self, place: int, deal: Deal) -> None:
        size = deal.buy + deal.get if deal.kind == "buy_x_get_y" else deal.buy
        each_round = deal.get if deal.kind == "buy_x_get_y" else 1
        goods, used = self.bounds.request.goods, self.used[place]
        effective: list[Linear] = []
        for index, pool in enumerate(pools(self.bounds.request, deal)):
            pool = sorted(pool, key=lambda one: (self.each[one], one))
            most = sum(goods[one].most for one in pool) // size
            count = sum(self.pieces[one] for one in pool)
            if deal.max_times is not None:
                most = min(most, deal.max_times)
            if most == 0:
                continue
            times = self.model.new_int_var(0, most, f"{self.name} {deal.id} times")
            self._counted(times, count, size, used, most, deal.max_times is not None, self.bounds.all_pieces)
            saved = [self._lower(deal, one) for one in pool]
            share = _least((self.each[one], cents) for one, cents in zip(pool, saved, strict=True))
            if len({self.each[one] for one in pool}) == 1 and len({goods[one].product for one in pool}) == 1:
                off: Linear = each_round * times * saved[0]
                self._pooled.append((frozenset(pool), off))
                for one in pool[:1]:
                    self._cheaper.setdefault(one, []).append((each_round * times, self.each[one] - saved[0]))
            else:
                off = self._cheapest(pool, each_round * times, each_round * most, saved)
                best = self._best(pool, saved, size, each_round)
                self.model.add(off <= best * used)
                self.pooled.setdefault((place, index), (best, []))[1].append(off)
                # The cheapest are cheaper than the average. Implied, but the relaxation would take the dearest.
                self.model.add(
                    size * off <= each_round * sum(c * self.pieces[i] for c, i in zip(saved, pool, strict=True))
                )
            self._lowered.setdefault("pieces", []).append((frozenset(pool), share * size // each_round * off))
            effective += [times] if max(saved) > 0 else []
        self.model.add(sum(effective) >= used)

    def _best(self, pool: Sequence[int], saved: Sequence[int], size: int, each_round: int) -> int:
        """The most that the pool can save however it is shared between orders: the dearest pieces together."""
        goods = self.bounds.request.goods
        dearest = [cents for one, cents in zip(pool, saved, strict=True) for _ in range(goods[one].most)][::-1]
        return sum(
            cents
            for place, cents in enumerate(dearest)
            if place % size >= size - each_round and (place // size + 1) * size <= len(dearest)
        )

    def _lower(self, deal: Deal, one: int) -> int:
        return self.each[one] if deal.kind == "buy_x_get_y" else deal.off(self.each[one])

    def _cheapest(self, pool: Sequence[int], cheaper: Linear, most: int, saved: Sequence[int]) -> Linear:
        """What the `cheaper` cheapest pieces save: by running counts, the least of what is wanted and what is there."""
        before: Linear = 0
        total: Linear = 0
        count: Linear = 0
        for index, one in enumerate(pool):
            count = count + self.pieces[one]
            if index + 1 < len(pool):
                so_far = self.model.new_int_var(0, most, f"{self.name} cheapest {index}")
                self.model.add_min_equality(so_far, [cheaper, count])
                mine: Linear = so_far - before
                before = so_far
            else:
                mine = cheaper - before
            total = total + mine * saved[index]
            self._pooled.append((frozenset({one}), mine * saved[index]))
            self._cheaper.setdefault(one, []).append((mine, self.each[one] - saved[index]))
        return total

    def _counted(
        self,
        times: Linear,
        amount: Linear,
        size: int,
        used: Linear,
        most: int,
        limited: bool,
        top: int,
    ) -> None:
        """times == min(most, amount // size) when used, else 0. `top`: the most that `amount` can be."""
        self.model.add(size * times <= amount)
        self.model.add(times <= most * used)
        full: Linear = 0
        if limited:
            full = self.model.new_bool_var(f"{self.name} limit reached")
            self.model.add(times >= most * full)
        self.model.add(amount <= size * times + size - 1 + top * (1 - used) + top * full)

    def _percent(self, place: int, deal: Deal) -> None:
        self._percent_of.append(place)
        off = self._part(place, deal.goods)
        self.model.add(off >= self.used[place])
        lower = [(cents, deal.off(cents)) for one in deal.goods for _, cents in self._cheaper.get(one, ())]
        share = _least([*lower, *((self.each[one], deal.off(self.each[one])) for one in deal.goods)])
        self._lowered.setdefault("percent", []).append((deal.goods, share * off))
        if deal.threshold:
            self.model.add(self._amount(deal.goods) >= deal.threshold * self.used[place])

    def _part(self, place: int, goods: frozenset[int]) -> Linear:
        """What a percentage takes off these goods: piece by piece, at most its cap."""
        if (place, goods) not in self._parts:
            deal = self.bounds.request.deals[place]
            off = sum(deal.off(self.each[one]) * self.pieces[one] for one in sorted(goods))
            off = off + sum(
                (deal.off(lower) - deal.off(self.each[one])) * n
                for one in sorted(goods)
                for n, lower in self._cheaper.get(one, ())
            )
            most = sum(deal.off(self.each[one]) * self.bounds.request.goods[one].most for one in goods)
            self._parts[place, goods] = self._clipped(off, deal.cap, self.used[place], most)
        return self._parts[place, goods]

    def _clipped(self, amount: Linear, cap: int | None, used: Linear, most: int) -> Linear:
        """used * min(cap, amount); `most`: the most that `amount` can be."""
        top = most if cap is None else min(cap, most)
        clipped = self.model.new_int_var(0, top, f"{self.name} off")
        self.model.add(clipped <= amount)
        self.model.add(clipped <= top * used)
        capped: Linear = 0
        if cap is not None and cap < most:
            capped = self.model.new_bool_var(f"{self.name} capped")
            self.model.add(clipped >= cap * capped)
        self.model.add(amount <= clipped + most * (1 - used) + most * capped)
        return clipped

    def _amount(self, goods: frozenset[int]) -> Linear:
        """After the piece offers."""
        off = sum(cents for pool, cents in self._pooled if pool <= goods)
        return sum(self.each[one] * self.pieces[one] for one in sorted(goods)) - off

    def _judged(self, goods: frozenset[int]) -> Linear:
        """After the percentages."""
        deals = self.bounds.request.deals
        parts = [self._part(place, shared) for place in self._percent_of if (shared := deals[place].goods & goods)]
        return self._amount(goods) - sum(parts)

    def _shopwide(self, place: int, deal: Deal) -> Linear:
        judged, used = self._judged(deal.goods), self.used[place]
        if deal.kind == "per_amount":
            times = self._times(place, deal, judged)
            self._spent.setdefault(deal.group, []).append((deal.goods, deal.threshold * times))
            return deal.minus * times
        if deal.minus <= deal.threshold:
            self.model.add(judged >= deal.threshold * used)
            self._spent.setdefault(deal.group, []).append((deal.goods, deal.threshold * used))
            return deal.minus * used
        self.model.add(judged >= max(1, deal.threshold) * used)
        return self._clipped(judged, deal.minus, used, self._worth(deal.goods))

    def _times(self, place: int, deal: Deal, judged: Linear) -> Linear:
        used, top = self.used[place], self._worth(deal.goods)
        most = top // deal.threshold
        limited = deal.max_times is not None and deal.max_times < most
        most = min(most, deal.max_times) if deal.max_times is not None else most
        times = self.model.new_int_var(0, most, f"{self.name} {deal.id} times")
        self._counted(times, judged, deal.threshold, used, most, limited, top)
        self.model.add(times >= used)
        self.times[place] = times
        return times

    def _worth(self, goods: Iterable[int]) -> int:
        return sum(self.each[one] * self.bounds.request.goods[one].most for one in goods)

    def _left(self, deal: Deal, cuts: Sequence[tuple[Deal, Linear]], due: Linear) -> Linear:
        """As in the evaluator: the rest of these goods, cuts that touch them counted in full."""
        if len(deal.goods) == len(self.pieces):
            return due
        touching = [(other, cut) for other, cut in cuts if other.goods & deal.goods]
        if not touching:
            return self._judged(deal.goods)
        rest = self.model.new_int_var(0, self._worth(deal.goods), f"{self.name} rest {deal.id}")
        self.model.add_max_equality(rest, [self._judged(deal.goods) - sum(cut for _, cut in touching), 0])
        return rest

    def _cross(self, place: int, deal: Deal, due: Linear, cuts: Sequence[tuple[Deal, Linear]]) -> Linear:
        return deal.minus * self._times(place, deal, self._left(deal, cuts, due))

    def _fee(self, due: Linear, cuts: Sequence[tuple[Deal, Linear]]) -> Linear:
        shipping = self.bounds.request.shipping
        if not shipping.fee:
            for place, _ in self._kinds("free_shipping"):
                self.model.add(self.used[place] == 0)
            return 0
        ways = []
        self.model.add_at_most_one(self.used[place] for place, _ in self._kinds("free_shipping"))
        if shipping.free_from is not None:
            enough = self.model.new_bool_var(f"{self.name} enough")
            self.model.add(due >= shipping.free_from * enough)
            ways.append(enough)
        for place, deal in self._kinds("free_shipping"):
            rest = self._left(deal, cuts, due)
            self.model.add(rest >= deal.threshold).only_enforce_if(self.used[place])
            self.model.add(sum(self.pieces[one] for one in sorted(deal.goods)) >= self.used[place])
            ways.append(self.used[place])
        free = self.model.new_bool_var(f"{self.name} ships free")
        self.model.add(free <= sum(ways))
        self.model.add_implication(free, self.open)
        return shipping.fee * (self.open - free)


def _least(prices: Iterable[tuple[int, int]]) -> int:
    """The least price / cents-off of these, in thousandths: so much price stands behind each cent off."""
    return min((1000 * price // off for price, off in prices if off), default=0)
