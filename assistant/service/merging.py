"""Asks put together: one said anew, one told more of, several that a shop allows once."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.service.asks import LATER, Ask, Heard, Item, OrderRef
from assistant.service.session import Bound
from assistant.service.understand.chinese_addresses import place_of
from assistant.service.understand.chinese_words import BARE_KIND
from assistant.service.understand.english_things import said_of

NEXT = "\n"  # between what was said of an address in one message and in the next
_LIKE_AN_ADDRESS = re.compile("[路街道巷弄村镇苑园厦号栋幢楼室]")


def of_before(ask: Ask, mentioned: tuple[Item, ...]) -> Ask:
    """What nothing in this message tells may have been told in the one before."""
    if ask.near or not mentioned:
        return ask
    if ask.kind == "swap" and ask.items and not ask.items[0].name and ask.order.is_open:
        return replace(
            ask,
            items=tuple(replace(one, name=mentioned[0].name, said=said_of(one, mentioned[0])) for one in ask.items),
        )
    return replace(ask, near=mentioned)


def merged(said: Ask, kept: Ask) -> Ask:
    """An ask said anew: what it says counts, what it leaves out stays."""
    order = kept.order if said.order.is_open or (said.order.same and not said.order.ids) else said.order
    if order.describes and not order.ids:
        order = order.with_known(kept.order)
    items = said.items or kept.items
    if said.items and kept.items:
        items = tuple(_with_wanted(item, kept.items) for item in said.items)
    return replace(
        kept,
        text=f"{kept.text}{NEXT if kept.kind == 'address' else ' '}{said.text}",
        order=order,
        items=items,
        everything=said.everything or (kept.everything and not said.items),
        but=said.but or kept.but,
        payment=said.payment or kept.payment,
        otherwise=said.otherwise or kept.otherwise,
        goods=said.goods or kept.goods,
        wanted=_wanted(said, kept),
        quantity=said.quantity or kept.quantity,
        details={**kept.details, **said.details},
        tentative=False,
    )


def _wanted(said: Ask, kept: Ask) -> str:
    """What is wanted, said anew; "灰的也要" comes on top of what was wanted before."""
    if said.kind == "swap" and kept.wanted and re.search("也|还要|再(?!说)|不过|但", said.wanted):
        return f"{kept.wanted} {LATER} {said.wanted}"
    return said.wanted or kept.wanted


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


def together(said: Ask, kept: Ask) -> Ask:
    """A swap said on top of one that waits: all things of both, each as it was said last. A shop allows it once."""
    if said.kind != "swap" or not said.items or not kept.items:
        return said
    items = list(kept.items)
    for item in said.items:
        same = next(
            (n for n, one in enumerate(items) if not item.name or set(one.name.split("|")) & set(item.name.split("|"))),
            None,
        )
        if same is None:
            items.append(item)
        else:
            items[same] = replace(
                items[same], wanted=f"{items[same].wanted} {LATER} {item.wanted or said.text}", other=item.other
            )
    return replace(said, items=tuple(items))


def names_of(items: Iterable[Item]) -> set[str]:
    """What the shop calls the things."""
    return {name for item in items for name in item.name.split("|") if name}


def without(items: Sequence[Item], against: Sequence[Ask]) -> tuple[Item, ...]:
    """Things without those that are said to stay out."""
    names = {name for ask in against for item in ask.items for name in item.name.split("|")}
    return tuple(item for item in items if not names & set(item.name.split("|")))


def more(heard: Heard, kept: Bound, slot: str) -> Ask:
    """The answer to a question for what was missing."""
    said = Ask("nothing", heard.text, heard.order, payment=heard.payment, details=heard.details)
    if slot == "title" and not (heard.details.get("title") or (heard.order.lenient and BARE_KIND.search(heard.text))):
        said = replace(said, details={"title": heard.text.strip(" .!")})
    if (
        not heard.order.lenient and slot == "order" and heard.mentioned and heard.order.is_open
    ):  # "the one with the mug"
        if kept.ask.kind in ("return", "swap"):
            return replace(said, items=kept.ask.items or heard.mentioned)
        return replace(said, order=OrderRef(holds=heard.mentioned))
    if not heard.order.lenient:
        return said
    if slot == "address" and not heard.details.get("address") and _LIKE_AN_ADDRESS.search(heard.wanted):
        return replace(said, details={"address": place_of(heard.wanted.strip(" ，,。.!！")), **heard.details})
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
