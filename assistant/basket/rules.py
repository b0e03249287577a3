"""What an order costs. The one place where the rules stand; solver, brute force and the words all rest on it.

Order of settlement, as on Chinese platforms: price of a piece (sale, member, deposit) → piece offers (nth piece, buy X
get Y) → percentages → the shop's 满减 and coupons → cross-shop 满减 → shipping. Thresholds are judged on what the level
before has left; within a level every offer is judged on the same amounts. docs/basket.md tells each rule and why.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from assistant.basket.request import PIECEWISE, SHOPWIDE, Deal, Good, Parcel, Request

_Judge = Callable[[frozenset[int]], int]  # what goods come to when a threshold is judged


class NotAllowed(ValueError):
    """The rules of the shop do not allow this order; the message says which."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What one deal does in one order: `amount` cents off, judged on `judged` cents, `times` over."""

    deal: int
    amount: int
    judged: int = 0
    times: int = 1


@dataclass(frozen=True, slots=True)
class Settlement:
    """One order, added up. All amounts in cents."""

    parcel: Parcel
    gross: int  # pieces at today's price
    member: int  # off by member prices
    presale: int  # off because deposits count for more
    cuts: tuple[Cut, ...]
    goods: int  # what the goods come to after all discounts
    shipping: int
    deposit: int  # paid today for pieces of a later stage
    gifts: tuple[int, ...] = ()  # deals whose gift is in the parcel

    @property
    def total(self) -> int:
        return self.goods + self.shipping

    @property
    def now(self) -> int:
        """What is paid today."""
        return self.deposit if self.parcel.stage else self.total


@dataclass(frozen=True, slots=True)
class Bill:
    """All orders of a plan, added up."""

    orders: tuple[Settlement, ...]

    @property
    def total(self) -> int:
        return sum(order.total for order in self.orders)

    @property
    def gross(self) -> int:
        return sum(order.gross for order in self.orders)

    @property
    def now(self) -> int:
        return sum(order.now for order in self.orders)


def prices(request: Request, stage: int, alone: bool) -> list[int]:
    """What one piece of each good costs before any offer. An offer that stands alone excludes member price too."""
    return [good.price if alone else price_of(good, stage) for good in request.goods]


def price_of(good: Good, stage: int) -> int:
    price = good.price if good.member is None else good.member
    return max(0, price - good.presale.bonus) if good.presale and good.presale.stage == stage else price


def presold(request: Request, stage: int) -> list[int]:
    """The goods whose rest is paid at `stage`."""
    return [place for place, good in enumerate(request.goods) if good.presale and good.presale.stage == stage]


def pools(request: Request, deal: Deal) -> list[list[int]]:
    """Which goods count together for a piece offer: those of one product, or all with `mix`."""
    if deal.mix:
        return [sorted(deal.goods)]
    found: dict[str, list[int]] = {}
    for place in sorted(deal.goods):
        found.setdefault(request.goods[place].product, []).append(place)
    return list(found.values())


def clash(one: Deal, other: Deal) -> bool:
    """Whether two deals may not meet in one order."""
    if one.group and one.group == other.group:
        return True
    if (one.alone and other.kind != "free_shipping") or (other.alone and one.kind != "free_shipping"):
        return True
    alike = (one.kind in PIECEWISE and other.kind in PIECEWISE) or one.kind == other.kind == "percent"
    return alike and bool(one.goods & other.goods)  # a piece takes part in one piece offer and one percentage


def settle(request: Request, parcel: Parcel) -> Settlement:
    """Add up one order. NotAllowed when a deal cannot be used in it, or would do nothing."""
    return _Till(request, parcel).settlement()


def settle_all(request: Request, parcels: Sequence[Parcel]) -> Bill:
    """Add up a whole plan. NotAllowed also when pieces are missing or too many, or a deal is used too often."""
    if len(parcels) > request.most_orders:
        raise NotAllowed(f"{len(parcels)} orders, at most {request.most_orders} are allowed")
    for place, good in enumerate(request.goods):
        bought = sum(parcel.pieces[place] for parcel in parcels)
        if not good.wanted <= bought <= good.most:
            raise NotAllowed(f"{bought} pieces of {good.product}, {good.wanted} to {good.most} are to be bought")
    for place, deal in enumerate(request.deals):
        used = sum(place in parcel.deals for parcel in parcels)
        if deal.per_customer is not None and used > deal.per_customer:
            raise NotAllowed(f"{deal.id} is used {used} times, one customer may {deal.per_customer} times")
    for gift, stock in request.gifts.items():
        given = sum(request.deals[place].gift == gift for parcel in parcels for place in parcel.deals)
        if given > stock:
            raise NotAllowed(f"{given} gifts {gift} are given, there are {stock}")
    return Bill(tuple(settle(request, parcel) for parcel in parcels))


@dataclass(slots=True)
class _Till:
    """One order while it is being added up."""

    request: Request
    parcel: Parcel
    cuts: list[Cut] = field(default_factory=list)

    def settlement(self) -> Settlement:
        request, parcel = self.request, self.parcel
        used = [(place, request.deals[place]) for place in parcel.deals]
        self._allowed(used)
        alone = any(deal.alone for _, deal in used)
        if alone and parcel.stage:
            raise NotAllowed("an offer that stands alone does not go with a deposit")
        each = prices(request, parcel.stage, alone)
        bags = self._piecewise(used, each)
        percents = self._percents(used, bags)

        def judged(goods: Iterable[int]) -> int:
            inside = frozenset(goods)
            return sum(bags[place].amount for place in inside) - sum(
                min(total, sum(part for place, part in parts.items() if place in inside)) for total, parts in percents
            )

        everything = range(len(request.goods))
        due = judged(everything)
        shop, gifts = self._shopwide(used, judged)
        due = max(0, due - sum(cut.amount for cut in shop))

        def left(goods: frozenset[int], cuts: Sequence[Cut]) -> int:
            """Of these goods after `cuts`. A cut that covers only some of them counts in full: however a checkout
            shares it out, it leaves no less."""
            taken = sum(cut.amount for cut in cuts if request.deals[cut.deal].goods & goods)
            return max(0, judged(goods) - taken)

        cross = self._cross(used, lambda goods: left(goods, shop))
        due = max(0, due - sum(cut.amount for cut in cross))
        fee = self._fee(used, due, lambda goods: left(goods, [*shop, *cross]))
        count = list(zip(request.goods, parcel.pieces, strict=True))
        presale = [(good.presale, n) for good, n in count if good.presale and good.presale.stage == parcel.stage and n]
        gross = sum(good.price * n for good, n in count)
        bonus = 0 if alone else sum(one.bonus * n for one, n in presale)
        return Settlement(
            parcel,
            gross,
            gross - sum(price * n for price, n in zip(each, parcel.pieces, strict=True)) - bonus,
            bonus,
            tuple(self.cuts),
            due,
            fee,
            sum(one.deposit * n for one, n in presale),
            gifts,
        )

    def _allowed(self, used: Sequence[tuple[int, Deal]]) -> None:
        if not any(self.parcel.pieces):
            raise NotAllowed("an order without goods")
        stage = self.parcel.stage
        if stage and not any(self.parcel.pieces[place] for place in presold(self.request, stage)):
            raise NotAllowed("an order is paid later only with pieces that a deposit was paid for")
        for _, deal in used:
            if self.parcel.stage not in deal.stages:
                raise NotAllowed(f"{deal.id} does not run then")
        for (_, one), (_, other) in combinations(used, 2):
            if clash(one, other):
                raise NotAllowed(f"{one.id} and {other.id} exclude each other")

    def _piecewise(self, used: Sequence[tuple[int, Deal]], each: Sequence[int]) -> "list[_Bag]":
        bags = [_Bag(price, n) for price, n in zip(each, self.parcel.pieces, strict=True)]
        for place, deal in used:
            if deal.kind not in PIECEWISE:
                continue
            size = deal.buy + deal.get if deal.kind == "buy_x_get_y" else deal.buy
            amount = times = 0
            for pool in pools(self.request, deal):
                rounds = sum(bags[one].pieces for one in pool) // size
                rounds = rounds if deal.max_times is None else min(rounds, deal.max_times)
                times += rounds
                cheaper = rounds * (deal.get if deal.kind == "buy_x_get_y" else 1)
                for one in sorted(pool, key=lambda one: (each[one], one)):
                    bags[one].cheaper = min(cheaper, bags[one].pieces)
                    bags[one].lower = 0 if deal.kind == "buy_x_get_y" else each[one] - deal.off(each[one])
                    cheaper -= bags[one].cheaper
                    amount += bags[one].cheaper * (each[one] - bags[one].lower)
            self._cut(Cut(place, amount, times=times), deal)
        return bags

    def _percents(self, used: Sequence[tuple[int, Deal]], bags: "Sequence[_Bag]") -> list[tuple[int, dict[int, int]]]:
        """For each percentage what it takes off, and what it would take off each good without its cap."""
        found = []
        for place, deal in used:
            if deal.kind != "percent":
                continue
            amount = sum(bags[one].amount for one in deal.goods)
            if amount < deal.threshold:
                raise NotAllowed(f"{deal.id} starts at {deal.threshold}, there is {amount}")
            parts = {one: bags[one].off(deal) for one in deal.goods}
            total = sum(parts.values()) if deal.cap is None else min(deal.cap, sum(parts.values()))
            self._cut(Cut(place, total, amount), deal)
            found.append((total, parts))
        return found

    def _shopwide(self, used: Sequence[tuple[int, Deal]], judged: _Judge) -> tuple[list[Cut], tuple[int, ...]]:
        cuts, gifts = [], []
        for place, deal in used:
            if deal.kind not in SHOPWIDE and deal.kind != "gift":
                continue
            amount = judged(deal.goods)
            if amount < max(1, deal.threshold):
                raise NotAllowed(f"{deal.id} starts at {deal.threshold}, there is {amount}")
            if deal.kind == "gift":
                gifts.append(place)
                continue
            times = rounds(deal, amount) if deal.kind == "per_amount" else 1
            cuts.append(self._cut(Cut(place, min(deal.minus * times, amount), amount, times), deal))
        return cuts, tuple(gifts)

    def _cross(self, used: Sequence[tuple[int, Deal]], judged: _Judge) -> list[Cut]:
        cuts = []
        for place, deal in used:
            if deal.kind == "cross_shop":
                amount = judged(deal.goods)
                times = rounds(deal, amount)
                cuts.append(self._cut(Cut(place, deal.minus * times, amount, times), deal))
        return cuts

    def _fee(self, used: Sequence[tuple[int, Deal]], due: int, judged: _Judge) -> int:
        shipping = self.request.shipping
        free = shipping.free_from is not None and due >= shipping.free_from
        for place, deal in used:
            if deal.kind == "free_shipping":
                if not any(self.parcel.pieces[one] for one in deal.goods) or judged(deal.goods) < deal.threshold:
                    raise NotAllowed(f"{deal.id} starts at {deal.threshold}")
                self._cut(Cut(place, 0 if free else shipping.fee, judged(deal.goods)), deal)
                free = True
        return 0 if free else shipping.fee

    def _cut(self, cut: Cut, deal: Deal) -> Cut:
        if cut.amount < 1:
            raise NotAllowed(f"{deal.id} would take nothing off")
        self.cuts.append(cut)
        return cut


def rounds(deal: Deal, amount: int) -> int:
    """How often 每满 `threshold` is reached."""
    times = amount // deal.threshold
    return times if deal.max_times is None else min(times, deal.max_times)


@dataclass(slots=True)
class _Bag:
    """The pieces of one good in an order: `cheaper` of them cost `lower` instead of `price`."""

    price: int
    pieces: int
    cheaper: int = 0
    lower: int = 0

    @property
    def amount(self) -> int:
        return self.price * (self.pieces - self.cheaper) + self.lower * self.cheaper

    def off(self, deal: Deal) -> int:
        """What a percentage takes off, piece by piece."""
        return deal.off(self.price) * (self.pieces - self.cheaper) + deal.off(self.lower) * self.cheaper
