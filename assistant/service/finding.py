"""Which order is meant where none is named: by what is in it, by what was spoken of last, or because it alone fits."""

import re
from collections.abc import Callable, Sequence

from assistant.service.asks import Ask
from assistant.service.model import ServiceOrder

Fits = Callable[[ServiceOrder], bool]


def found_leniently(
    ask: Ask, orders: Sequence[ServiceOrder], spoken_id: str, fits: Fits, says: Callable[[str], str]
) -> list[ServiceOrder]:
    """The orders an ask may be about, oldest first; one when it is certain enough to be put to the customer.

    `fits`: whether what is asked can be done to an order as it is; `says`: how a state of the shop's is told.
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
        whole = [order for order in holding if all(_holds(order, item.name) for item in ask.items)]
        holding = whole if len(ask.items) > 1 and whole else holding  # "那个羽绒服和杯子的单子"
        named, found = bool(holding), holding or found
    if named and len(found) > 1 and (said := [order for order in found if _has_version(order, ask)]):
        found = said  # "350的保温杯"
    if ref.state and not named:
        found = [order for order in found if any(state in says(order.state) for state in ref.state.split("|"))] or found
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


def _has_version(order: ServiceOrder, ask: Ask) -> bool:
    """Whether a thing that is asked about has an option that is named, letter by letter or by its number."""
    names = {name for item in ask.items for name in item.name.split("|")}
    values = [value for line in order.lines if line.name in names for value in line.options.values()]
    bare = [re.escape(re.sub(r"(?<=\d)[A-Za-z]+$", "", value)) for value in values]
    return any(re.search(rf"(?<!\d){value}(?!\d)", ask.text) for value in bare)


def _holds(order: ServiceOrder, names: str) -> bool:
    return any(line.name in names.split("|") for line in order.lines)
