"""What waits for a yes, and how a message that is neither yes nor no bears on it."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.service.asks import Ask, Heard, OrderRef
from assistant.service.binding import bind
from assistant.service.merging import merged, names_of, together
from assistant.service.pointing import order_of, things_in
from assistant.service.resolve import Resolver
from assistant.service.revising import revision
from assistant.service.session import Bound, Session, Turn
from assistant.service.shop import ServiceShop
from assistant.service.steps import Proposal, Refused, Told

_ONE_OF = ("swap", "return", "cancel")  # of these only one can be done with a thing


class Pending:
    """For one shop."""

    def __init__(self, shop: ServiceShop) -> None:
        self._shop = shop

    def narrow(self, heard: Heard, acts: Sequence[Ask], session: Session, resolver: Resolver) -> None:
        """Drop from what waits in line what a message takes out: "only the mug", "but not the lamp"."""
        only = names_of(item for ask in acts for item in ask.items) or names_of(heard.mentioned)
        out = names_of(item for ask in heard.against for item in ask.items)

        def stays(one: Bound) -> bool:
            things = things_in(one.order_id, one.ask, resolver)
            return not (bool(things) and things <= out) and not (heard.only and bool(only) and not things & only)

        session.waiting = tuple(one for one in session.waiting if stays(one))

    def anew(
        self, heard: Heard, kept: Bound, acts: Sequence[Ask], session: Session, resolver: Resolver
    ) -> list[Bound] | None:
        """What waits for a yes as a message would have it instead; None where it comes to the same, or to nothing."""
        if session.pending is None or (heard.leaves_it and not heard.against):
            return None
        said = self._said(heard, kept, acts, session, resolver)
        if said is None:
            return None
        ask = replace(merged(said, kept.ask), order=kept.ask.order if said.order.is_open else said.order)
        order = order_of(kept.order_id, resolver)
        elsewhere = order is not None and bool(said.items) and not any(resolver.lines(order, i) for i in said.items)
        if elsewhere and said.order.is_open:  # "only the mug", which is in another order
            ask = replace(ask, order=OrderRef(lenient=kept.ask.order.lenient), items=said.items, goods=())
        moved = not acts and (bool(said.order.ids) or said.order.other or said.order.describes or elsewhere)
        one = Bound(ask, "" if moved else kept.order_id)
        bound = bind(one, session, resolver, Turn())
        if len(bound) == 1 and bound[0].order_id:
            step = resolver.step(bound[0].ask, self._shop.order(bound[0].order_id), session.spoken)
            if isinstance(step, Proposal) and step.write == session.pending.write:
                return None
        return bound or [one]

    def _said(self, heard: Heard, kept: Bound, acts: Sequence[Ask], session: Session, resolver: Resolver) -> Ask | None:
        titled = kept.ask.kind == "invoice" and bool(heard.details.get("title"))
        if titled and all(ask.kind == "swap" and not names_of(ask.items) for ask in acts):
            acts = ()  # "it should be made out to …"
        if not acts:
            return revision(heard, kept.ask, order_of(kept.order_id, resolver), resolver)
        on_top = heard.answer == "yes" or heard.hangs
        if on_top and all(self.touches(ask, kept, session, resolver) for ask in acts):
            return together(acts[0], kept.ask)
        return None

    def told(self, session: Session, resolver: Resolver) -> Told:
        """What waits for a yes, as it stands now."""
        bound = session.pending_ask
        order = self._shop.order(bound.order_id) if bound and bound.order_id else None
        step = resolver.step(bound.ask, order, session.spoken) if bound else None
        return step.told if isinstance(step, Proposal) else Told("yes_or_no")

    def touches(self, ask: Ask, kept: Bound, session: Session, resolver: Resolver) -> bool:
        """Whether a new ask is about the order of the proposal it interrupts."""
        return ask.kind == kept.ask.kind and self._of_its_order(ask, kept, session, resolver)

    def replaces(self, ask: Ask, kept: Bound, session: Session, resolver: Resolver) -> bool:
        """Whether an ask is for something else to be done with the very things that wait: a return for an exchange."""
        mended = ask.kind == "visit" and kept.ask.kind in ("swap", "return") and "修" in ask.text
        if ({ask.kind, kept.ask.kind} - set(_ONE_OF) or ask.kind == kept.ask.kind) and not mended:
            return False
        things = things_in(kept.order_id, ask, resolver) & things_in(kept.order_id, kept.ask, resolver)
        return bool(things) and self._of_its_order(ask, kept, session, resolver)

    def _of_its_order(self, ask: Ask, kept: Bound, session: Session, resolver: Resolver) -> bool:
        found = resolver.bind(ask, replace(session.spoken, order_id=kept.order_id))
        return not isinstance(found, Refused) and any(order.id == kept.order_id for order in found)
