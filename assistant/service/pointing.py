"""What somebody points at without naming it: "the second one", "the black ones", the end of a number, "both"."""

import re
from dataclasses import replace

from assistant.service.asks import Ask, Item
from assistant.service.merging import names_of
from assistant.service.model import Line, ServiceOrder
from assistant.service.resolve import Resolver, by_price
from assistant.service.steps import Refused, Spoken
from assistant.service.understand.ordinals import place_in

ALL = re.compile(r"\b(?:both|all)(?: of (?:it|them|those))?\b|都|全部|两个", re.IGNORECASE)
_AT_THINGS = ("return", "swap", "cancel", "lookup", "urge")


def as_spoken(ask: Ask, spoken: Spoken, resolver: Resolver) -> Ask:
    """An ask with what it points at by name; one for something that the customer has never bought, "my bottle", with
    what was spoken of before."""
    ask = _pointed_at(ask, spoken, resolver)
    held = {line.name for order in resolver.orders for line in order.lines}
    strange = len(ask.items) == 1 and ask.items[0].name and not held & names_of(ask.items)
    near = [one for one in ask.near if held & set(one.name.split("|"))]
    if ask.kind not in ("swap", "return", "cancel") or not strange or len(near) != 1:
        return ask
    return replace(ask, items=(replace(ask.items[0], name=near[0].name),))


def _pointed_at(ask: Ask, spoken: Spoken, resolver: Resolver) -> Ask:
    if ask.kind not in _AT_THINGS or names_of(ask.items) or ask.order.ids:
        return ask
    order = order_of(spoken.order_id, resolver)
    if order is not None and len(order.lines) > 1 and ask.kind in ("return", "swap"):
        if ask.kind == "return" and not ask.items and not ask.order.lenient and ALL.search(ask.text):
            return replace(ask, everything=True, order=replace(ask.order, same=True))
        if (place := place_in(ask.text, len(order.lines))) is not None:
            wanted = next((item.wanted for item in ask.items), "")
            item = Item(order.lines[place].name, "", wanted)
            return replace(ask, items=(item,), order=replace(ask.order, same=True))
    if len(ask.items) != 1 or not ask.items[0].said:
        return ask
    said = ask.items[0].said
    like = {line.name for one in resolver.orders for line in one.lines if resolver.is_like(line, said)}
    return replace(ask, items=(replace(ask.items[0], name=like.pop()),)) if len(like) == 1 else ask


def order_of(order_id: str, resolver: Resolver) -> ServiceOrder | None:
    return next((one for one in resolver.orders if one.id == order_id), None)


def things_in(order_id: str, ask: Ask, resolver: Resolver) -> set[str]:
    """What an ask is about of an order, by the names of things."""
    order = order_of(order_id, resolver)
    held = {line.name for line in order.lines} if order is not None else set()
    return held & names_of(ask.items) or held


def chosen_orders(ask: Ask, text: str, spoken: Spoken, resolver: Resolver) -> list[ServiceOrder]:
    """The orders that an answer to "which one?" means: by a number, by the place among those told, or all."""
    for digits in re.findall(r"(?<!\d)\d{3,}(?!\d)", text):
        ending = [order for order in resolver.orders if order.id.endswith(digits)]
        if len(ending) == 1:
            return ending
    told = resolver.candidates(ask, spoken)
    if isinstance(told, Refused):
        return []
    place = place_in(text, len(told))
    return [told[place]] if place is not None else told if ALL.search(text) else []


def chosen_things(ask: Ask, order: ServiceOrder, text: str, resolver: Resolver) -> tuple[Item, ...]:
    """The things of an order that an answer to "which?" means: by their place, what they cost or are like, "both"."""
    among = list(order.lines) if ask.order.lenient else list(resolver.in_question(order, ask))
    place = place_in(text, len(among))
    lines = among if ALL.search(text) else among[place : place + 1] if place is not None else []
    alike = len(among) < len(order.lines)
    if not lines and alike:
        like = [line for line in among if resolver.is_like(line, text)]
        priced = by_price(among, text)
        lines = like if len(like) == 1 else priced[:1] if priced is not among else []
    names = {line.name for line in among}
    sure = tuple(one for one in ask.items if alike and not names & set(one.name.split("|"))) if lines else ()
    wanted = next((item.wanted for item in ask.items if not alike or names & set(item.name.split("|"))), "")
    return (*sure, *(Item(line.name, _told_by(line, ask), wanted) for line in lines))


def _told_by(line: Line, ask: Ask) -> str:
    """Words by which a thing is found again among others of its kind."""
    if ask.order.lenient:
        return " ".join(line.options.values())
    said = {"yes": "{option}", "no": "no {option}", "none": "no {option}"}
    return ", ".join(said.get(v.lower(), "{option} {value}").format(option=o, value=v) for o, v in line.options.items())
