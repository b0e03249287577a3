"""Asks put together: one said anew, one told more of, several that a shop allows once."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.service.asks import Ask, Heard, Item, OrderRef
from assistant.service.session import Bound


def of_before(ask: Ask, mentioned: tuple[Item, ...]) -> Ask:
    """What nothing in this message tells may have been told in the one before."""
    if ask.near or not mentioned:
        return ask
    if ask.kind == "swap" and ask.items and not ask.items[0].name and ask.order.is_open:
        return replace(
            ask, items=tuple(replace(one, name=mentioned[0].name, said=mentioned[0].said) for one in ask.items)
        )
    return replace(ask, near=mentioned)


def merged(said: Ask, kept: Ask) -> Ask:
    """An ask said anew: what it says counts, what it leaves out stays."""
    order = kept.order if said.order.is_open or (said.order.same and not said.order.ids) else said.order
    items = said.items or kept.items
    if said.items and kept.items:
        items = tuple(_with_wanted(item, kept.items) for item in said.items)
    return replace(
        kept,
        text=f"{kept.text} {said.text}",
        order=order,
        items=items,
        everything=said.everything or (kept.everything and not said.items),
        but=said.but or kept.but,
        payment=said.payment or kept.payment,
        otherwise=said.otherwise or kept.otherwise,
        goods=said.goods or kept.goods,
        wanted=said.wanted or kept.wanted,
        quantity=said.quantity or kept.quantity,
        details={**kept.details, **said.details},
        tentative=False,
    )


def _with_wanted(item: Item, before: Sequence[Item]) -> Item:
    if item.wanted.strip(" .,;!?"):
        return item
    same = next((one for one in before if set(one.name.split("|")) & set(item.name.split("|"))), None)
    return replace(item, wanted=same.wanted) if same is not None else item


def joined(waiting: Sequence[Bound]) -> list[Bound]:
    """Changes of items in one order as one: a shop allows them once."""
    done: list[Bound] = []
    for bound in waiting:
        before = next(
            (
                one
                for one in done
                if bound.order_id
                and one.order_id == bound.order_id
                and one.ask.kind == bound.ask.kind
                and bound.ask.kind in ("swap", "return", "cancel")
            ),
            None,
        )
        if before is None:
            done.append(bound)
            continue
        both = replace(
            before.ask,
            text=f"{before.ask.text} {bound.ask.text}",
            items=(*before.ask.items, *bound.ask.items),
            everything=before.ask.everything or bound.ask.everything,
            payment=before.ask.payment or bound.ask.payment,
            wanted=f"{before.ask.wanted} {bound.ask.wanted}".strip(),
        )
        done[done.index(before)] = replace(before, ask=both)
    return done


def refinement(heard: Heard) -> Ask | None:
    """What a message without an ask changes in the proposal that waits; None where it tells nothing new."""
    plain = heard.payment is not None
    more = bool(heard.details) or (heard.order.lenient and bool(heard.order.ids or heard.goods or heard.quantity))
    if not (plain or more):
        return None
    order = heard.order if heard.order.ids else OrderRef()
    return Ask(
        "nothing",
        heard.text,
        order,
        payment=heard.payment,
        goods=heard.goods,
        quantity=heard.quantity,
        details=heard.details,
    )


def more(heard: Heard, kept: Bound, slot: str) -> Ask:
    """The answer to a question for what was missing."""
    said = Ask("nothing", heard.text, heard.order, payment=heard.payment, details=heard.details)
    if slot == "title" and not heard.details.get("title"):
        said = replace(said, details={"title": heard.text.strip(" .!")})
    if not heard.order.lenient:
        return said
    wanted = heard.wanted if slot in ("variant", "goods") else f"{kept.ask.wanted} {heard.wanted}"
    return replace(
        said,
        items=heard.mentioned,
        everything=heard.everything,
        goods=heard.goods,
        wanted=wanted,
        quantity=heard.quantity,
        details=heard.details,
    )
