"""What a message is about, where it asks for nothing to be done: the next one goes on from there."""

import re
from dataclasses import replace

from assistant.service.answers import ABOUT_ORDERS
from assistant.service.asks import Ask, Heard, Topic
from assistant.service.merging import names_of
from assistant.service.policy import Policy
from assistant.service.resolve import Resolver
from assistant.service.session import Session

_BUYS = re.compile("买|下单|拍|订|再|购")
_OF_THINGS = ("swap", "return", "address")  # said of goods in general, too
_OF_A_THING: frozenset[Topic] = frozenset({"fault", "repair"})


def general(ask: Ask) -> bool:
    """Whether what is asked for may be meant of goods in general: "这款能退吗", "想换个大点的"."""
    if ask.tentative:
        return not (ask.items or ask.order.describes)
    return ask.kind in _OF_THINGS and not (names_own(ask) or ask.details)


def names_own(ask: Ask) -> bool:
    """Whether an ask names an order of one's own, or what is in one."""
    ref = ask.order
    return bool(ask.items or ref.same or ref.other or ref.latest or ref.every or ref.describes)


def of_ones_own(heard: Heard, session: Session, resolver: Resolver) -> bool:
    """Whether a message that asks for nothing to be done is about what its writer bought: how far it is, what is wrong
    with it, or what becomes of it after a refusal."""
    lookups = [ask for ask in heard.asks if ask.kind == "lookup"]
    if not heard.order.lenient:
        return bool(bought(heard, resolver))
    if not lookups:
        return heard.complains and bool(heard.mentioned)
    topics = {topic for ask in lookups for topic in ask.topics if ask.items or ask.order.describes}
    if any("why" in ask.topics for ask in lookups) and (session.refused or session.why):
        return True
    if topics & _OF_A_THING:
        return True
    about = [ask for ask in lookups if set(ask.topics) & set(ABOUT_ORDERS) and names_own(ask)]
    orders = [one for ask in about for one in resolver.fitting(ask) or resolver.orders]
    on_its_way = any(resolver.fits("urge", one) for one in orders)
    noted = any(one.details.get(topic) for one in orders for ask in about for topic in ask.topics)
    return bool(about) and (on_its_way or noted or heard.mine)


def bought(heard: Heard, resolver: Resolver) -> set[str]:
    """What somebody has bought of the things that a message asks after or complains of, by their names."""
    if not (heard.mine or heard.complains):
        return set()
    named = names_of(heard.mentioned) | {name for ask in heard.asks for name in names_of(ask.items)}
    return named & {line.name for order in resolver.orders for line in order.lines}


def heed(heard: Heard, session: Session, resolver: Resolver, policy: Policy) -> None:
    """What a message names by number is what the conversation is about from here on."""
    if heard.goods:
        ids = tuple(one.product_id for one in heard.goods)
        holding = [order for order in resolver.orders if any(line.product_id in ids for line in order.lines)]
        session.spoken = replace(session.spoken, goods=ids)
        if holding and session.spoken.order_id not in {order.id for order in holding}:
            session.spoken = replace(session.spoken, order_id=holding[-1].id)
    if heard.order.lenient and heard.order.ids:
        named = [policy.number_format.format(one) for one in heard.order.ids]
        own = [order for order in resolver.orders if order.id in named]
        if own:
            session.spoken = replace(session.spoken, order_id=own[-1].id)
            if not heard.goods:
                lines = tuple(dict.fromkeys(line.product_id for order in own for line in order.lines))
                session.spoken = replace(session.spoken, goods=lines)


def attend(heard: Heard, session: Session, resolver: Resolver) -> None:
    """What a message tells of an order without asking for anything is what the next one is about."""
    acts = any(ask.kind not in ("lookup", "nothing") for ask in heard.asks)
    if not heard.order.lenient or heard.order.ids or heard.goods:
        return
    if acts or not (heard.mentioned or heard.order.describes):
        return
    found = resolver.fitting(Ask("lookup", heard.text, replace(heard.order, goods=()), heard.mentioned))
    if not found:
        return
    session.spoken = replace(session.spoken, among=tuple(order.id for order in found))
    only = found[0] if len(found) == 1 else None
    if only is None and session.spoken.order_id in session.spoken.among:
        return
    names = names_of(heard.mentioned)
    lines = [line for line in only.lines if not names or line.name in names] if only else []
    session.spoken = replace(
        session.spoken,
        order_id=only.id if only else "",
        goods=tuple(line.product_id for line in lines),
        item_ids=tuple(dict.fromkeys(line.item_id for line in lines)),
    )


def exchanged(ask: Ask, session: Session, resolver: Resolver) -> Ask:
    """ "就要80升那个" of what one has already is a wish to exchange it."""
    if ask.kind != "buy" or not ask.order.lenient or ask.goods or ask.payment or _BUYS.search(ask.text):
        return ask
    held = {line.product_id for order in resolver.orders for line in order.lines}
    about = set(session.spoken.goods) or (held if len(held) == 1 else set())
    return replace(ask, kind="swap") if len(about) == 1 and about <= held else ask
