"""Which order is meant where none is named: by what is in it, by what was spoken of last, or because it alone fits."""

from collections.abc import Callable, Sequence

from assistant.service.asks import Ask
from assistant.service.model import ServiceOrder

Fits = Callable[[ServiceOrder], bool]


def found_leniently(ask: Ask, orders: Sequence[ServiceOrder], spoken_id: str, fits: Fits) -> list[ServiceOrder]:
    """The orders an ask may be about, oldest first; one when it is certain enough to be put to the customer.

    `fits`: whether what is asked can be done to an order as it is.
    """
    ref = ask.order
    found = list(orders)
    if ref.other and spoken_id:
        found = [order for order in found if order.id != spoken_id]
    named = False
    if ref.costs is not None:
        found = [one for one in found if ref.costs in (one.total, *(line.price for line in one.lines))] or found
    if ref.goods:
        holding = [order for order in found if any(line.product_id in ref.goods for line in order.lines)]
        named, found = bool(holding), holding or found
    elif ask.items:
        holding = [order for order in found if any(_holds(order, item.name) for item in ask.items)]
        named, found = bool(holding), holding or found
    if ref.every:
        return found if ask.kind == "lookup" else [order for order in found if fits(order)]
    if ref.latest:
        return found[-1:]
    spoken = [order for order in found if order.id == spoken_id]
    if spoken and not ref.other:
        return spoken
    if len(found) == 1:
        return found
    fitting = [order for order in found if fits(order)]
    if len(fitting) == 1 or (named and fitting):
        return fitting
    return found if named else fitting or found


def _holds(order: ServiceOrder, names: str) -> bool:
    return any(line.name in names.split("|") for line in order.lines)
