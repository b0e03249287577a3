"""What a message changes in an ask that waits for a yes: "no, the blue one", "yes, but on my card", "18号，不是8号"."""

import re
from dataclasses import replace

from assistant.service.addresses_zh import corrected_chinese
from assistant.service.asks import LATER, Ask, Heard, Item, OrderRef
from assistant.service.merging import NEXT, names_of, without
from assistant.service.model import ServiceOrder
from assistant.service.options import wanted_in
from assistant.service.options_zh import wanted_in_chinese
from assistant.service.resolve import Resolver
from assistant.service.steps import Spoken

_OF_THINGS = ("cancel", "return", "swap")
_OTHER_ONE = re.compile(r"\bother one\b|另(?:外)?[一那]?[个单]|不是(?:这|那)[个单]", re.IGNORECASE)


def revision(heard: Heard, kept: Ask, order: ServiceOrder | None, resolver: Resolver) -> Ask | None:
    """The change that a message which asks for nothing of its own makes to `kept`; None where it tells nothing new."""
    items = _things(heard, kept) if kept.kind in _OF_THINGS else ()
    ref = _order(heard, kept, items)
    details, wanted = dict(heard.details), ""
    if order is not None and kept.kind == "swap" and _says_version(heard.wanted, kept, order, resolver):
        wanted = f"{LATER} {heard.wanted}"
        if not kept.order.lenient:
            items = tuple(replace(one, wanted=f"{one.wanted} {wanted}") for one in items or kept.items)
    yes = heard.answer == "yes" and not any(map(str.isdigit, heard.text))  # "all correct" is no town
    if order is not None and kept.kind == "address" and not yes:
        details |= _address(heard.wanted, kept, order, resolver)
    other_things = bool(items) and names_of(items) != names_of(kept.items)
    told = heard.payment or details or wanted or heard.goods or heard.quantity
    if ref.is_open and not other_things and not told:
        return None
    return Ask(
        "nothing",
        heard.text,
        ref,
        items,
        payment=heard.payment,
        goods=heard.goods,
        wanted=f"{kept.wanted} {wanted}" if wanted else "",
        quantity=heard.quantity,
        details=details,
    )


def _things(heard: Heard, kept: Ask) -> tuple[Item, ...]:
    """The things meant now: those named, besides the ones before after "yes, and …", or without what stays out."""
    named = without(heard.mentioned, heard.against)
    if not named:
        left = without(kept.items, heard.against)
        return left if heard.against and len(left) < len(kept.items) else ()
    added = heard.answer == "yes" and not (heard.only or heard.against)
    if added and kept.items and not names_of(named) <= names_of(kept.items):
        return (*kept.items, *(one for one in named if one.name not in names_of(kept.items)))
    return named


def _order(heard: Heard, kept: Ask, items: tuple[Item, ...]) -> OrderRef:
    lenient = kept.order.lenient
    if heard.order.ids:
        return OrderRef(ids=heard.order.ids, lenient=lenient)
    if not heard.corrects:
        return OrderRef()
    if lenient and heard.order.describes:  # "看错了，是三件一起的那单"
        return heard.order
    other = heard.order.other or _OTHER_ONE.search(heard.text) is not None
    state = heard.order.state if other else ""
    holds = items if kept.kind == "cancel" else ()
    return OrderRef(holds=holds, state=state, other=other, lenient=lenient) if other or holds else OrderRef()


def _says_version(text: str, ask: Ask, order: ServiceOrder, resolver: Resolver) -> bool:
    """Whether a text names options of the things that are to be exchanged."""
    wanted = wanted_in_chinese if ask.order.lenient else wanted_in
    goods = [resolver.goods(line.product_id) for line, _ in resolver.chosen(order, ask, Spoken())]
    return any(not wanted(one, text).says_nothing for one in goods if one is not None)


def _address(text: str, ask: Ask, order: ServiceOrder, resolver: Resolver) -> dict[str, str]:
    """The address that a text corrects."""
    if ask.order.lenient:
        said = corrected_chinese(text, ask.details.get("address", "") or order.address.street)
        return {"address": said} if said else {}
    written = resolver.address_reader.written(f"{ask.text}{NEXT}{text}")
    return {"address": str(written)} if written and written != resolver.address_in(ask.text, order) else {}
