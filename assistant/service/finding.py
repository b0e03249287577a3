"""Which order is meant where none is named: by what is told of it, by what was spoken of last, or as the only one.

Each thing told narrows the orders down as long as any is left: people remember prices and colours wrongly.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from assistant.service.asks import Ask
from assistant.service.model import ServiceOrder
from assistant.service.steps import Spoken

Fits = Callable[[ServiceOrder], bool]
Says = Callable[[str], str]  # how a state of the shop's is told
_COLOURS = "红橙黄绿青蓝紫黑白灰粉棕米金银"


def found_leniently(
    ask: Ask, orders: Sequence[ServiceOrder], spoken: Spoken, fits: Fits, says: Says
) -> list[ServiceOrder]:
    """The orders an ask may be about, oldest first; one when it is certain enough to be put to the customer.

    `fits`: whether what is asked can be done to an order as it is.
    """
    ref = ask.order
    found = list(orders)
    if ref.other and spoken.order_id:
        found = [order for order in found if order.id != spoken.order_id]
    found, named = narrowed(ask, found, fits, says)
    if ref.every:
        return found if ask.kind == "lookup" else [order for order in found if fits(order)]
    if ref.latest:
        return found[-1:]
    if len(found) > 1:
        found = [order for order in found if order.id in spoken.among] or found
    if named and ref.hint:
        found = _in_state(found, ref.hint, says)
    last = [order for order in found if order.id == spoken.order_id]
    if last and not ref.other:
        return last
    if ref.hint:
        found = _in_state(found, ref.hint, says)
    if len(found) == 1:
        return found
    fitting = [order for order in found if fits(order)]
    if len(fitting) == 1 or (named and fitting):
        return fitting
    return found if named else fitting or found


def narrowed(ask: Ask, orders: Sequence[ServiceOrder], fits: Fits, says: Says) -> tuple[list[ServiceOrder], bool]:
    """The orders that all that is told of them fits, and whether anything told some from others."""
    ref, found, named = ask.order, list(orders), False
    for tells in (
        _at_cost(ask, found),
        _holding(ask, found),
        lambda order: bool(ref.paid) and any(one.payment_id == ref.paid for one in order.paid),
        lambda order: bool(ref.things) and len(order.lines) == ref.things,
        lambda order: bool(ref.without) and not any(_holds(order, item.name) for item in ref.without),
    ):
        kept = [order for order in found if tells(order)]
        named, found = named or bool(kept), kept or found
    if named and len(found) > 1:
        found = [order for order in found if _has_version(order, ask)] or found  # "350的保温杯"
    if ref.state:
        found = _in_state(found, ref.state, says)
    if ref.extreme and len(found) > 1:
        among = [order for order in found if fits(order)] or found  # of those that it can be done to
        utmost = (max if ref.extreme == "dearest" else min)(order.total for order in among)
        found, named = [order for order in among if order.total == utmost], True
    return found, named


def _at_cost(ask: Ask, orders: Sequence[ServiceOrder]) -> Callable[[ServiceOrder], bool]:
    def at(amount: Decimal) -> bool:
        return any(start <= amount < end for start, end in ask.order.costs)

    if any(at(order.total) for order in orders):  # what all of it came to is what people remember
        return lambda order: at(order.total)
    return lambda order: any(at(line.price) for line in order.lines)


def _holding(ask: Ask, orders: Sequence[ServiceOrder]) -> Callable[[ServiceOrder], bool]:
    if ask.order.goods:
        return lambda order: any(line.product_id in ask.order.goods for line in order.lines)
    every = all if len(ask.items) > 1 else any  # "那个羽绒服和杯子的单子"
    if not any(every(_holds(order, item.name) for item in ask.items) for order in orders):
        every = any
    return lambda order: bool(ask.items) and every(_holds(order, item.name) for item in ask.items)


def _in_state(orders: Sequence[ServiceOrder], states: str, says: Says) -> list[ServiceOrder]:
    return [one for one in orders if any(state in says(one.state) for state in states.split("|"))] or list(orders)


def _has_version(order: ServiceOrder, ask: Ask) -> bool:
    """Whether a thing that is asked about has an option that is named: by its letters, its number, its colour."""
    said = {name: item.said for item in ask.items for name in item.name.split("|")}
    for line in order.lines:
        if line.name not in said:
            continue
        for value in line.options.values():
            bare = re.escape(re.sub(r"(?<=\d)[A-Za-z]+$", "", value))
            if re.search(rf"(?<!\d){bare}(?!\d)", ask.text):
                return True
            colours = "|".join(char for char in _COLOURS if char in value)
            if colours and re.search(rf"(?:{colours})(?:色|的|{re.escape(said[line.name])})", ask.text):
                return True
    return False


def _holds(order: ServiceOrder, names: str) -> bool:
    return any(line.name in names.split("|") for line in order.lines)
