"""A first plan, quickly: everything in one order, with the offers that pay. The solver improves on it."""

from assistant.basket.request import Parcel, Request
from assistant.basket.rules import NotAllowed, Settlement, settle


def first_plan(request: Request) -> tuple[Parcel, ...]:
    """What is wanted, in one order paid today."""
    pieces = tuple(good.wanted for good in request.goods)
    return (best_deals(request, pieces).parcel,) if any(pieces) else ()


def best_deals(request: Request, pieces: tuple[int, ...], stage: int = 0) -> Settlement:
    """The order with deals added one by one for as long as one makes it cheaper."""
    best = settle(request, Parcel(pieces, (), stage))
    improved = True
    while improved:
        improved, kept = False, best.parcel.deals
        for place in range(len(request.deals)):
            try:
                tried = settle(request, Parcel(pieces, (*kept, place), stage)) if place not in kept else best
            except NotAllowed:
                continue
            if tried.total < best.total:
                best, improved = tried, True
    return best
