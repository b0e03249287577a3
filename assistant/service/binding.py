"""An ask with the order it is about, or one for each."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.service.asks import Ask
from assistant.service.model import ServiceOrder
from assistant.service.resolve import Resolver
from assistant.service.session import Bound, Session, Turn
from assistant.service.steps import Refused, Told


def bind(one: Bound, session: Session, resolver: Resolver, turn: Turn) -> list[Bound]:
    """What is found is what the conversation is about from here on; why nothing may be is told in `turn`."""
    ask = one.ask
    if one.order_id or ask.kind == "buy":
        return [one]
    found = resolver.bind(ask, session.spoken)
    if ask.order.lenient and ask.order.every and not found:
        turn.told.append(Told("none_fits"))
        return []
    if isinstance(found, Refused):
        turn.told.append(found.told)
        return bind(Bound(ask.otherwise), session, resolver, turn) if ask.otherwise else []
    several = bool(ask.order.every or len(ask.order.ids) > 1)
    several = several or (len(ask.order.holds) > 1 and 1 < len(found) <= len(ask.order.holds))
    several = several or (ask.order.lenient and 1 < len(found) <= len(ask.items))  # "A和B都…", each in its own
    if not several and len(found) > 1:
        found = _split(ask, found)
        several = len(found) > 1 and ask.kind in ("swap", "return")
    if len(found) == 1 or several:
        session.spoken = replace(session.spoken, order_id=found[-1].id)
        lines = tuple(line.product_id for line in found[-1].lines)
        if ask.order.lenient and not set(lines) & set(session.spoken.goods):
            session.spoken = replace(session.spoken, goods=lines)
        return [Bound(ask, order.id) for order in found]
    return [one]


def _split(ask: Ask, found: Sequence[ServiceOrder]) -> list[ServiceOrder]:
    """Of several orders those meant: both when both things are, the newest for "recent"; else all, to be asked."""
    if any(word in ask.text.lower() for word in (" both ", "two ", " each ")):
        return list(found)
    pending = [order for order in found if len({o.state for o in found}) > 1 and order.state == found[0].state]
    return pending if len(pending) == 1 else list(found[-1:]) if "recent" in ask.text.lower() else []
