"""The dialogue: who you are, what is to be done, an explicit yes, done once. No model is in it.

A model may only propose what was asked; this flow alone executes, and only after the customer's own yes. Its state is
plain data, so that a conversation that is cut off goes on where it was, and a write that was confirmed once is never
executed twice.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal

from assistant.service.addresses import AddressReader
from assistant.service.asks import Ask, Heard, Item, Understanding
from assistant.service.lookups import Lookups
from assistant.service.model import Outcome, ServiceOrder, Write
from assistant.service.policy import Policy
from assistant.service.resolve import Proposal, Refused, Resolver, Spoken, Told
from assistant.service.shop import ServiceShop, ShopError, ShopUnsure

MOST_GUESSES = 5  # at who somebody is, in one conversation


@dataclass(frozen=True, slots=True)
class Bound:
    """An ask with the order it is about, when that is known."""

    ask: Ask
    order_id: str = ""


@dataclass(slots=True)
class Session:
    """All that a conversation has come to; written down after every turn."""

    client_id: str = ""
    emails: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    zips: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()  # of orders, as they were named
    tails: tuple[str, ...] = ()  # of phone numbers
    wrong_guesses: int = 0
    waiting: tuple[Bound, ...] = ()  # asked, not yet put to the customer
    pending: Proposal | None = None  # waits for a yes
    pending_ask: Bound | None = None
    unclear: Bound | None = None  # waits for what was missing
    slot: str = ""
    refused: Bound | None = None  # what could not be done last: it may be asked another way
    mentioned: tuple[Item, ...] = ()  # things spoken of last
    spoken: Spoken = Spoken()
    done: int = 0  # writes so far: part of each one's key
    differences: tuple[Decimal, ...] = ()  # paid or given back by the writes so far
    unsure: bool = False  # the shop's answer to what is pending was lost: what came of it must be found out first


@dataclass(slots=True)
class Turn:
    """One reply: what is said, and what was done for it."""

    told: list[Told] = field(default_factory=list)
    writes: list[tuple[str, Write, Outcome]] = field(default_factory=list)  # each under its key
    reads: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    handoff: bool = False
    asks_confirmation: bool = False
    asks_question: bool = False
    offers_person: bool = False  # the shop's own system is of no help
    understood: bool = True  # False: nothing in the message was about orders


class Flow:
    """One shop's service, in one language."""

    def __init__(self, shop: ServiceShop, policy: Policy, understanding: Understanding) -> None:
        self._shop = shop
        self._policy = policy
        self._understanding = understanding
        self._addresses = AddressReader(policy.order_number)

    def _goods(self, session: Session) -> tuple[str, ...]:
        return tuple(self._shop.goods_names(session.client_id))

    def _goods_or_none(self, session: Session) -> tuple[str, ...]:
        """Of a shop that is down nothing is known; whoever needs more of it will notice."""
        try:
            return self._goods(session)
        except ShopError:
            return ()

    def concerns(self, text: str, session: Session) -> bool:
        """Whether a message is about something to be done with an order, or goes on with it."""
        if session.pending is not None or session.unclear is not None or session.waiting:
            return True
        heard = self._understanding.read(text, self._goods_or_none(session))
        acts = [ask for ask in heard.asks if ask.kind not in ("lookup", "nothing", "handoff", "buy")]
        return bool(acts) and (bool(heard.order.ids) or any(ask.order.ids for ask in acts) or bool(session.client_id))

    def turn(self, text: str, session: Session, conversation_id: str = "") -> Turn:
        """What comes of one message; `session` is changed. Raises ShopError when the shop doesn't answer and nothing
        has been done."""
        goods = self._goods_or_none(session)
        heard = self._understanding.read(text, goods)
        turn = Turn()
        if any(ask.kind == "handoff" for ask in heard.asks):
            turn.handoff = True
            turn.told.append(Told("handoff"))
            with suppress(ShopError):
                self._identify(heard, session, turn, quietly=True)
            return turn
        if session.unsure:
            self._execute(session, turn, conversation_id)
            if session.unsure:
                return turn
        if not self._identify(heard, session, turn):
            session.waiting = (*session.waiting, *(Bound(ask) for ask in heard.asks if ask.kind != "nothing"))
            return turn
        if (known := self._goods(session)) != goods:  # what was said before can be understood now
            said = " ".join([*(bound.ask.text for bound in session.waiting), text])
            heard, session.waiting = self._understanding.read(said, known), ()
        resolver = self._resolver(session)
        if session.pending is not None and not self._answered(heard, session, turn, resolver, conversation_id):
            return turn
        try:
            self._take(heard, session, resolver, turn)
            self._go_on(session, turn, conversation_id)
        except ShopError:
            if not turn.writes:
                raise
            turn.told.append(Told("shop_down"))  # what was done before is told all the same
            turn.offers_person = True
        if not turn.told:
            turn.understood = False
        return turn

    def _resolver(self, session: Session) -> Resolver:
        return Resolver(self._shop, self._policy, self._shop.client(session.client_id), self._addresses)

    # --- who

    def _identify(self, heard: Heard, session: Session, turn: Turn, *, quietly: bool = False) -> bool:
        """Whether it is known who this is; what was said of it is kept for the next message."""
        if session.client_id:
            return True
        session.emails = (*session.emails, *heard.emails)
        session.names = (*session.names, *heard.names)
        session.zips = (*session.zips, *heard.zips)
        session.numbers = (*session.numbers, *heard.order.ids, *(one for ask in heard.asks for one in ask.order.ids))
        session.tails = (*session.tails, *heard.tails)
        if session.wrong_guesses < MOST_GUESSES:
            session.client_id = self._found(session)
        if session.client_id:
            session.emails = session.names = session.zips = session.numbers = session.tails = ()  # no longer needed
            turn.told.append(Told("welcome", {"client": self._shop.client(session.client_id)}))
            return True
        if quietly:
            return False
        tried = bool(heard.emails) or (bool(session.names) and bool(session.zips) and bool(heard.names or heard.zips))
        if frozenset({"order", "phone"}) in self._policy.identity:
            tried = bool(session.numbers) and bool(heard.tails)
        session.wrong_guesses += tried
        if session.wrong_guesses >= MOST_GUESSES:
            turn.told.append(Told("too_many_guesses"))
            turn.handoff = True
        else:
            by_order = "_order" if frozenset({"order", "phone"}) in self._policy.identity else ""
            turn.told.append(Told(("not_found" if tried else "who_are_you") + by_order))
            turn.asks_question = True
        return False

    def _found(self, session: Session) -> str:
        ways = self._policy.identity
        if frozenset({"email"}) in ways:
            for email in session.emails:
                if (client := self._shop.find_client(email=email)) is not None:
                    return client.id
        if frozenset({"name", "zip"}) in ways:
            for name in session.names:
                for code in session.zips:
                    if (client := self._shop.find_client(name=name, zip_code=code)) is not None:
                        return client.id
        if frozenset({"order", "phone"}) in ways:
            for number in dict.fromkeys(session.numbers):
                for tail in dict.fromkeys(session.tails):
                    order_id = self._policy.number_format.format(number)
                    if (client := self._shop.find_client(order_id=order_id, phone_tail=tail)) is not None:
                        return client.id
        return ""

    # --- yes or no

    def _answered(self, heard: Heard, session: Session, turn: Turn, resolver: Resolver, conversation_id: str) -> bool:
        """Deal with the proposal that waits; False when the turn ends with it still waiting."""
        acts = [ask for ask in heard.asks if ask.kind not in ("lookup", "nothing")]
        if heard.answer == "yes" and not (acts and heard.leaves_it):
            self._execute(session, turn, conversation_id)
            return True
        if heard.answer == "no" or heard.leaves_it:
            self._drop(session)
            if not acts:
                turn.told.append(Told("left_as_is"))
            return True
        if acts:
            kept = session.pending_ask
            again = kept is not None and any(self._touches(ask, kept, session, resolver) for ask in acts)
            session.pending = session.pending_ask = None
            if kept is not None and not again:
                session.waiting = (kept, *session.waiting)
            elif kept is not None:
                heard_again = [_merged(ask, kept.ask) for ask in acts]
                session.waiting = (*(Bound(ask, kept.order_id) for ask in heard_again), *session.waiting)
                self._go_on(session, turn, conversation_id)
                return False
            return True
        lookups = [ask for ask in heard.asks if ask.kind == "lookup"]
        if lookups:
            self._look_up(lookups, heard, session, resolver, turn)
        else:
            refined = (
                _merged(Ask("nothing", heard.text, payment=heard.payment), session.pending_ask.ask)
                if session.pending_ask
                else None
            )
            if refined is not None and heard.payment is not None:
                kept = session.pending_ask
                session.pending = session.pending_ask = None
                session.waiting = (Bound(refined, kept.order_id if kept else ""), *session.waiting)
                self._go_on(session, turn, conversation_id)
                return False
        if session.pending is not None:
            turn.told.append(self._told_again(session, resolver) if lookups else Told("yes_or_no"))
            turn.asks_confirmation = True
        return False

    def _told_again(self, session: Session, resolver: Resolver) -> Told:
        """What waits for a yes, as it stands now."""
        bound = session.pending_ask
        order = self._shop.order(bound.order_id) if bound and bound.order_id else None
        step = resolver.step(bound.ask, order, session.spoken) if bound else None
        return step.told if isinstance(step, Proposal) else Told("yes_or_no")

    def _touches(self, ask: Ask, kept: Bound, session: Session, resolver: Resolver) -> bool:
        """Whether a new ask is about the order of the proposal it interrupts."""
        found = resolver.bind(ask, replace(session.spoken, order_id=kept.order_id))
        same = not isinstance(found, Refused) and any(order.id == kept.order_id for order in found)
        return same and ask.kind == kept.ask.kind

    def _execute(self, session: Session, turn: Turn, conversation_id: str) -> None:
        """The one place where anything is changed."""
        proposal = session.pending
        if proposal is None:
            return
        told = sorted(proposal.write.arguments.items(), key=str)
        words = f"{conversation_id}/{session.done + 1}/{proposal.write.name}/{told}"
        key = hashlib.sha256(words.encode()).hexdigest()
        try:
            outcome = self._shop.execute(proposal.write, key)
        except ShopError as error:
            if not (session.unsure or isinstance(error, ShopUnsure)):
                raise
            session.unsure = turn.offers_person = True
            turn.told.append(Told("not_sure"))
            return
        session.pending = session.pending_ask = None
        session.unsure = False
        session.done += 1
        turn.writes.append((key, proposal.write, outcome))
        if outcome.ok:
            if proposal.difference is not None:
                session.differences = (*session.differences, proposal.difference)
            turn.told.append(Told("done_" + proposal.write.name, proposal.told.data))
        else:
            turn.told.append(Told("not_done", {"reason": outcome.reason}))

    def _drop(self, session: Session) -> None:
        session.pending = session.pending_ask = None

    # --- asks

    def _take(self, heard: Heard, session: Session, resolver: Resolver, turn: Turn) -> None:
        """Put what was heard in line: each ask with its order, those that must come first before the others."""
        asks = [Bound(ask) for ask in heard.asks if ask.kind != "nothing"]
        if len(asks) == 1:  # why, and what else, may be told before it
            asks = [replace(asks[0], ask=replace(asks[0].ask, text=heard.text))]
        if session.unclear is not None:
            asks = self._cleared(heard, session, asks)
        if not asks and session.refused is not None and heard.payment is not None and not heard.answer:
            said = Ask("nothing", heard.text, payment=heard.payment)
            asks = [replace(session.refused, ask=_merged(said, session.refused.ask))]
        if not asks and not heard.leaves_it and session.unclear is None and heard.answer == "":
            asks = [Bound(ask) for ask in self._guessed(heard, resolver)]
        session.refused = None
        asks = [replace(one, ask=_of_before(one.ask, session.mentioned)) for one in asks]
        session.mentioned = heard.mentioned or next((one.ask.items for one in asks if one.ask.items), session.mentioned)
        lookups = [bound.ask for bound in asks if bound.ask.kind == "lookup"]
        early = [*session.waiting]
        session.waiting = ()
        lookups = [*(b.ask for b in early if b.ask.kind == "lookup" and not b.order_id), *lookups]
        if lookups:
            self._look_up(lookups, heard, session, resolver, turn)
        bound: list[Bound] = []
        for one in (*early, *asks):
            if one.ask.kind == "lookup":
                continue
            bound += self._bind(one, session, resolver, turn)
        session.waiting = tuple(_joined(sorted(bound, key=lambda b: self._rank(b.ask))))

    def _guessed(self, heard: Heard, resolver: Resolver) -> list[Ask]:
        """What somebody probably wants who names an order of theirs in words no rule knows: never without a yes."""
        if heard.order.is_open:
            return []
        bare = Ask("swap", heard.text, heard.order, heard.mentioned, payment=heard.payment)
        found = resolver.bind(bare, Spoken())
        if isinstance(found, Refused):
            return [replace(bare, kind="lookup")]
        if len(found) != 1:
            return []
        if heard.mentioned and resolver.wants_other(bare, found[0]):
            return [bare]
        if resolver.reason_in(heard.text):
            return [replace(bare, kind="cancel", items=())]
        if heard.payment is not None and heard.mentioned:
            return [replace(bare, kind="return")]
        return [replace(bare, kind="payment" if heard.payment is not None else "lookup")]

    def _cleared(self, heard: Heard, session: Session, asks: list[Bound]) -> list[Bound]:
        """What was unclear, with what has been said now; nothing when it is dropped."""
        kept, session.unclear = session.unclear, None
        if kept is None:
            return asks
        acts = [one for one in asks if one.ask.kind not in ("lookup", "nothing")]
        if heard.leaves_it or heard.answer == "no":
            return asks
        if acts and not any(one.ask.kind == kept.ask.kind for one in acts):
            return asks
        said = acts[0].ask if acts else Ask("nothing", heard.text, heard.order, payment=heard.payment)
        rest = [one for one in asks if not acts or one is not acts[0]]
        if session.slot in ("variant", "items") and not acts:
            said = replace(said, items=())
            wanted = tuple(replace(item, wanted=f"{item.wanted} {heard.text}") for item in kept.ask.items)
            kept = replace(kept, ask=replace(kept.ask, items=wanted))
        lookup_only = all(one.ask.kind == "lookup" for one in asks) and asks and not heard.payment
        return [*rest] if lookup_only else [replace(kept, ask=_merged(said, kept.ask)), *rest]

    def _bind(self, one: Bound, session: Session, resolver: Resolver, turn: Turn) -> list[Bound]:
        ask = one.ask
        if one.order_id or ask.kind == "buy":
            return [one]
        found = resolver.bind(ask, session.spoken)
        if isinstance(found, Refused):
            turn.told.append(found.told)
            return self._bind(Bound(ask.otherwise), session, resolver, turn) if ask.otherwise else []
        several = bool(ask.order.every or len(ask.order.ids) > 1)
        if not several and len(found) > 1:
            found = self._split(ask, found, resolver)
            several = len(found) > 1 and ask.kind in ("swap", "return")
        if len(found) == 1 or several:
            session.spoken = replace(session.spoken, order_id=found[-1].id)
            return [Bound(ask, order.id) for order in found]
        return [one]

    def _split(self, ask: Ask, found: Sequence[ServiceOrder], resolver: Resolver) -> list[ServiceOrder]:
        """Of several orders those meant: both when both things are, the newest for "recent"; else all, to be asked."""
        if any(word in ask.text.lower() for word in (" both ", "two ", " each ")):
            return list(found)
        pending = [order for order in found if len({o.state for o in found}) > 1 and order.state == found[0].state]
        return pending if len(pending) == 1 else list(found[-1:]) if "recent" in ask.text.lower() else []

    def _rank(self, ask: Ask) -> int:
        return {"address": 0, "payment": 0, "profile_address": 0}.get(ask.kind, 1)

    def _go_on(self, session: Session, turn: Turn, conversation_id: str) -> None:
        """Put the next ask to the customer, refuse what can't be, until something waits for an answer."""
        resolver = self._resolver(session)
        while session.waiting and session.pending is None and session.unclear is None:
            bound, session.waiting = session.waiting[0], session.waiting[1:]
            ask = bound.ask
            if ask.kind == "buy":
                turn.told.append(Told("no_buying"))
                continue
            order = self._shop.order(bound.order_id) if bound.order_id else None
            if order is not None:
                turn.reads.append(("get_order", {"order_id": order.id}))
            step = resolver.step(ask, order, session.spoken)
            if isinstance(step, Proposal):
                # What is kept must be plain data: all that is told of it is worked out anew when it is told again.
                session.pending = replace(step, told=Told(step.told.key, {"order": step.order_id}))
                session.pending_ask = bound
                payment_id = str(step.write.arguments.get("payment_method_id", "")) or session.spoken.payment_id
                session.spoken = Spoken(step.order_id or session.spoken.order_id, step.item_ids, payment_id)
                turn.told.append(step.told)
                turn.asks_confirmation = True
            elif isinstance(step, Refused):
                turn.told.append(step.told)
                session.refused = bound
                if ask.otherwise is not None:
                    following = self._bind(Bound(ask.otherwise), session, resolver, turn)
                    session.waiting = (*following, *session.waiting)
            else:
                session.unclear, session.slot = bound, step.slot
                turn.told.append(step.told)
                turn.asks_question = True

    def _look_up(self, asks: Sequence[Ask], heard: Heard, session: Session, resolver: Resolver, turn: Turn) -> None:
        lookups = Lookups(self._shop, self._policy, resolver, session.differences)
        for ask in asks:
            answer = lookups.answer(ask, session.spoken, heard.text)
            turn.told += answer.told
            turn.reads += answer.reads
            if answer.order_id:
                session.spoken = replace(session.spoken, order_id=answer.order_id, item_ids=answer.item_ids)


def _of_before(ask: Ask, mentioned: tuple[Item, ...]) -> Ask:
    """What nothing in this message tells may have been told in the one before."""
    if ask.near or not mentioned:
        return ask
    if ask.kind == "swap" and ask.items and not ask.items[0].name and ask.order.is_open:
        return replace(
            ask, items=tuple(replace(one, name=mentioned[0].name, said=mentioned[0].said) for one in ask.items)
        )
    return replace(ask, near=mentioned)


def _merged(said: Ask, kept: Ask) -> Ask:
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
    )


def _with_wanted(item: Item, before: Sequence[Item]) -> Item:
    if item.wanted:
        return item
    same = next((one for one in before if set(one.name.split("|")) & set(item.name.split("|"))), None)
    return replace(item, wanted=same.wanted) if same is not None else item


def _joined(waiting: Sequence[Bound]) -> list[Bound]:
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
        )
        done[done.index(before)] = replace(before, ask=both)
    return done
