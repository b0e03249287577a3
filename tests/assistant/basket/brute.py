"""Every way to share pieces between orders, with every set of deals, added up by the evaluator alone."""

from collections.abc import Iterator
from functools import cache
from itertools import combinations, product

from assistant.basket import NotAllowed, Parcel, Request, settle
from assistant.basket.rules import clash

Uses = tuple[int, ...]


def cheapest(request: Request) -> int:
    """The least total in cents over all plans of at most `most_orders` orders."""
    limits = tuple(deal.per_customer for deal in request.deals)
    counted = [place for place, limit in enumerate(limits) if limit is not None]
    ways = _ways(request, counted)

    @cache
    def rest(left: tuple[int, ...], orders: int, uses: Uses) -> int | None:
        """The least for these pieces in so many orders, when the counted deals may be used so often."""
        if not any(left):
            return 0
        if not orders:
            return None
        best: int | None = None
        first = next(place for place, count in enumerate(left) if count)
        for pieces in product(*(range(count + 1) for count in left)):
            if not pieces[first]:  # some order holds the first piece that is left: this one
                continue
            for needed, total in ways.get(pieces, {}).items():
                if any(need > have for need, have in zip(needed, uses, strict=True)):
                    continue
                behind = rest(
                    tuple(a - b for a, b in zip(left, pieces, strict=True)),
                    orders - 1,
                    tuple(have - need for have, need in zip(uses, needed, strict=True)),
                )
                if behind is not None and (best is None or total + behind < best):
                    best = total + behind
        return best

    uses = tuple(limits[place] or 0 for place in counted)
    totals = [
        found
        for bought in product(*(range(good.wanted, good.most + 1) for good in request.goods))
        if (found := rest(bought, request.most_orders, uses)) is not None
    ]
    return min(totals)


def _ways(request: Request, counted: list[int]) -> dict[tuple[int, ...], dict[Uses, int]]:
    """For each content of an order the least total by what counted deals it uses."""
    sets = {stage: list(compatible(request, stage)) for stage in range(len(request.stages))}
    ways: dict[tuple[int, ...], dict[Uses, int]] = {}
    for pieces in product(*(range(good.most + 1) for good in request.goods)):
        if not any(pieces):
            continue
        totals = ways.setdefault(pieces, {})
        for stage, deals in ((stage, deals) for stage, found in sets.items() for deals in found):
            try:
                total = settle(request, Parcel(pieces, deals, stage)).total
            except NotAllowed:
                continue
            used = tuple(int(place in deals) for place in counted)
            totals[used] = min(total, totals.get(used, total))
    return ways


def compatible(request: Request, stage: int) -> Iterator[tuple[int, ...]]:
    """Every set of deals that may meet in one order."""
    running = [place for place, deal in enumerate(request.deals) if stage in deal.stages]
    for size in range(len(running) + 1):
        for chosen in combinations(running, size):
            if not any(clash(request.deals[a], request.deals[b]) for a, b in combinations(chosen, 2)):
                yield chosen
