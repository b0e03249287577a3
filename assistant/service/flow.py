"""The dialogue: who you are, what is to be done, an explicit yes, done once. No model is in it.

A model may only propose what was asked; this flow alone executes, and only after the customer's own yes. Its state is
plain data, so that a conversation that is cut off goes on where it was, and a write that was confirmed once is never
executed twice.
"""

import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from assistant.service.addresses import AddressReader
from assistant.service.answers import Answers, TopicAnswer, told_of
from assistant.service.asks import Ask, Heard, Topic, Understanding
from assistant.service.attention import attend, bought, exchanged, general, heed, of_ones_own
from assistant.service.binding import bind
from assistant.service.identity import Identity
from assistant.service.lookups import Lookups
from assistant.service.merging import joined, merged, more, names_of, of_before
from assistant.service.model import Goods, Write
from assistant.service.pending import Pending
from assistant.service.picking import picked
from assistant.service.pointing import as_spoken, chosen_orders, chosen_things, order_of
from assistant.service.policy import Policy, Rule
from assistant.service.resolve import Resolver
from assistant.service.session import Bound, Session, Turn
from assistant.service.shop import ServiceShop, ShopError, ShopUnsure
from assistant.service.steps import Proposal, Refused, Spoken, Told

_REGRETS = re.compile(
    r"\b(?:no longer|not|never|don't|mistake|accident\w*|error|wrong|mind|instead|anymore)\b|n't\b", re.IGNORECASE
)


_OWN: frozenset[Topic] = frozenset({"points", "member"})  # what only the shop's own books tell
_UNKNOWN = ("missing", "no_section", "no_fault", "no_gift", "which_product", "unknown_goods")


class Flow:
    """One shop's service, in one language."""

    def __init__(self, shop: ServiceShop, policy: Policy, understanding: Understanding, *, every: bool = False) -> None:
        """`every`: has to find something to say to each message, there being nobody else who could."""
        self._every = every
        self._shop = shop
        self._policy = policy
        # Asked whether a message is for us and then again what is to be done; and many shoppers say the same.
        self._read = lru_cache(maxsize=2000)(understanding.read)
        self._addresses = AddressReader(policy.order_number)
        self._who = Identity(shop, policy)
        self._pending = Pending(shop)

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
        heard = self._read(text, self._goods_or_none(session))
        if any(set(ask.topics) & _OWN for ask in heard.asks):
            return True
        acts = [ask for ask in heard.asks if ask.kind not in ("lookup", "nothing", "handoff", "buy")]
        if heard.order.lenient and not heard.order.ids:  # what may be meant in general is left to who answers that
            known = bool(session.spoken.order_id)
            acts = [one for one in acts if known or not general(one)]
        unwanted = acts and all(one.either and not (one.order.ids or one.order.lenient) for one in acts)
        if unwanted:  # "I don't need the charger, just the camera"
            return self._owns(acts, session)
        if acts and (heard.order.ids or any(ask.order.ids for ask in acts) or session.client_id):
            return True
        if not session.client_id or not (heard.order.lenient or heard.mine or heard.complains):
            return False
        try:
            return of_ones_own(heard, session, self._resolver(session))
        except ShopError:
            return True

    def _owns(self, acts: Sequence[Ask], session: Session) -> bool:
        """Whether somebody has bought a thing that is told to be unwanted; else it is said of what one might buy."""
        names = names_of(item for ask in acts for item in ask.items)
        try:
            orders = self._shop.orders(session.client_id) if session.client_id and names else ()
        except ShopError:
            return True
        return any(line.name in names for order in orders for line in order.lines)

    def tells(self, text: str, session: Session) -> bool:
        """Whether a message that somebody else answers may tell `overhear` anything; the shop isn't asked."""
        return bool(session.client_id or session.numbers or self._policy.order_number.search(text))

    def overhear(self, text: str, session: Session) -> bool:
        """Keep what a message that somebody else answers tells of who writes it and of what; whether it told any.

        Whose order it is has to be proven here as anywhere: wrong guesses count."""
        heard = self._read(text, self._goods_or_none(session))
        before = replace(session)
        try:
            if not session.client_id and frozenset({"order", "phone"}) in self._policy.identity:
                numbers = (*session.numbers, *heard.order.ids)
                if not numbers or not self._who.identify(heard, session, Turn(), quietly=True):
                    session.wrong_guesses += bool(numbers and heard.tails)
                    return session != before
                session.spoken = replace(session.spoken, order_id=self._policy.number_format.format(numbers[-1]))
            if session.client_id:
                resolver = self._resolver(session)
                heed(heard, session, resolver, self._policy)
                attend(heard, session, resolver)
        except ShopError:
            return False
        return session != before

    def turn(self, text: str, session: Session, conversation_id: str = "") -> Turn:
        """What comes of one message; `session` is changed. Raises ShopError when the shop doesn't answer and nothing
        has been done."""
        goods = self._goods_or_none(session)
        heard = self._read(text, goods)
        turn = Turn()
        if any(ask.kind == "handoff" for ask in heard.asks):
            turn.handoff = True
            turn.told.append(Told("handoff"))
            with suppress(ShopError):
                self._who.identify(heard, session, turn, quietly=True)
            return turn
        self._settle(session, turn)
        if session.unsure:
            self._execute(session, turn, conversation_id)
            if session.unsure:
                return turn
        if not self._who.identify(heard, session, turn):
            asks = [ask for ask in heard.asks if ask.kind != "nothing"]
            if not asks and heard.mentioned and not heard.order.lenient:  # what it asks for may be guessed later
                asks = [Ask("nothing", text)]
            session.waiting = (*session.waiting, *map(Bound, asks))
            return turn
        guesses = any(bound.ask.kind == "nothing" for bound in session.waiting)
        if (known := self._goods(session)) != goods or guesses:  # what was said before can be understood now
            said = "\n".join([*(bound.ask.text for bound in session.waiting), text])
            heard, session.waiting = self._read(said, known), ()
        resolver = self._resolver(session)
        heard = self._that_holds(heard, session)
        session.found, session.did = None, ""
        heed(heard, session, resolver, self._policy)
        if session.pending is None:
            attend(heard, session, resolver)
        else:
            further = self._answered(heard, session, turn, resolver, conversation_id)
            if further is None:
                return turn
            heard = further
        try:
            self._take(heard, session, resolver, turn)
            self._go_on(session, turn)
        except ShopError:
            if not turn.writes:
                raise
            turn.told.append(Told("shop_silent"))  # what was done before is told all the same
            turn.offers_person = True
        if heard.complains or (heard.order.lenient and not turn.writes and self._tells_of_a_visit(heard.text)):
            session.spoken = replace(session.spoken, asked=heard.trouble or heard.text)
        if not turn.told and (heard.order.lenient or bought(heard, resolver)):
            self._say_something(heard, turn)
        if not turn.told:
            turn.understood = False
        return turn

    def _tells_of_a_visit(self, text: str) -> bool:
        rule = self._policy.rules.get("schedule_service")
        return rule is not None and any(said.pattern and said.search(text) for said in rule.kinds.values())

    def _that_holds(self, heard: Heard, session: Session) -> Heard:
        """A message without what hangs on something that is not so: "换不了就退" while the exchange can be done."""
        kept = []
        for ask in heard.asks:
            if ask.when == "failed" and session.refused is None and (session.pending is not None or session.did):
                continue
            if ask.when == "found" and session.found is False:
                continue
            kept.append(ask)
        return replace(heard, asks=tuple(kept))

    def _say_something(self, heard: Heard, turn: Turn) -> None:
        """A reply to what asks for nothing: thanks, complaints, what the shop tells nothing about."""
        if heard.closes or heard.answer:
            turn.told.append(Told("anything_else"))
        elif heard.complains:
            turn.told.append(Told("sorry"))
        elif self._every:
            turn.told.append(Told("nothing_known"))

    def _resolver(self, session: Session) -> Resolver:
        return Resolver(self._shop, self._policy, self._shop.client(session.client_id), self._addresses)

    # --- yes or no

    def _answered(
        self, heard: Heard, session: Session, turn: Turn, resolver: Resolver, conversation_id: str
    ) -> Heard | None:
        """Deal with the proposal that waits: what of the message is still to be done; None when the turn ends with the
        proposal put again."""
        kept = session.pending_ask
        acts = [ask for ask in heard.asks if ask.kind not in ("lookup", "nothing")]
        self._pending.narrow(heard, acts, session, resolver)
        if kept is not None and (other := self._pending.anew(heard, kept, acts, session, resolver)) is not None:
            session.drop()
            session.waiting = tuple(joined((*other, *session.waiting)))
            self._go_on(session, turn)
            return None
        if heard.hangs:
            self._put_again(heard, session, turn, resolver)
            return None
        confirmed = kept is not None and kept.ask.kind in heard.confirms and not kept.ask.tentative
        if confirmed:
            self._execute(session, turn, conversation_id)
            return replace(heard, asks=())
        if heard.answer == "yes" and not heard.confirms and not (acts and heard.leaves_it):
            self._execute(session, turn, conversation_id)
            return heard
        meant = kept is not None and kept.ask.kind in heard.confirms  # asked for anew rather than confirmed
        anew = kept is not None and any(self._pending.touches(ask, kept, session, resolver) for ask in acts)
        if (heard.answer == "no" and not meant and not anew) or heard.leaves_it:
            session.drop()
            if heard.confirms or not acts:
                turn.told.append(Told("left_as_is"))
            return replace(heard, asks=()) if heard.confirms else heard
        if acts:
            session.drop()
            if kept is None or not anew:
                instead = kept is not None and any(self._pending.replaces(ask, kept, session, resolver) for ask in acts)
                if kept is not None and not (kept.ask.tentative or heard.drops or heard.only or instead):
                    session.waiting = (kept, *session.waiting)
                return heard
            again, besides = list[Bound](), list[Bound]()
            for ask in acts:
                if self._pending.touches(ask, kept, session, resolver):
                    again.append(Bound(merged(ask, kept.ask), kept.order_id))
                else:
                    besides += bind(Bound(ask), session, resolver, turn)
            session.waiting = (*again, *besides, *session.waiting)
            self._go_on(session, turn)
            return None
        lookups = [ask for ask in heard.asks if ask.kind == "lookup"]
        if lookups and kept is not None and kept.ask.tentative:  # only asked whether it could be done
            session.drop()
            return heard
        self._put_again(heard, session, turn, resolver)
        return None

    def _put_again(self, heard: Heard, session: Session, turn: Turn, resolver: Resolver) -> None:
        """What waits for a yes goes on waiting; what was asked besides is answered."""
        lookups = [ask for ask in heard.asks if ask.kind == "lookup"]
        if lookups:
            self._look_up(lookups, heard, session, resolver, turn)
        turn.told.append(self._pending.told(session, resolver) if lookups or heard.hangs else Told("yes_or_no"))
        turn.asks_confirmation = True

    def _execute(self, session: Session, turn: Turn, conversation_id: str) -> None:
        """The one place where anything is changed."""
        proposal, bound = session.pending, session.pending_ask
        if proposal is None:
            return
        told = sorted(proposal.write.arguments.items(), key=str)
        words = f"{conversation_id}/{session.done + 1}/{proposal.write.name}/{told}"
        key = hashlib.sha256(words.encode()).hexdigest()
        rule = next((one for one in self._policy.rules.values() if one.writes == proposal.write.name), None)
        try:
            effects = self._effects(session, rule, proposal)  # read first: what is done must be told, whatever fails
            outcome = self._shop.execute(proposal.write, key)
        except ShopError as error:
            if not (session.unsure or isinstance(error, ShopUnsure)):
                raise
            session.unsure = turn.offers_person = True
            turn.told.append(Told("not_sure"))
            return
        session.drop()
        session.unsure = False
        session.done += 1
        turn.writes.append((key, proposal.write, outcome))
        if not outcome.ok:
            turn.told.append(Told("not_done", {"reason": outcome.reason}))
            return
        if proposal.difference is not None:
            session.differences = (*session.differences, proposal.difference)
        session.did = bound.ask.kind if bound else ""
        number = str(outcome.result.get("order_id", "")) or proposal.order_id
        session.spoken = replace(session.spoken, order_id=number or session.spoken.order_id)
        action = rule.action if rule else proposal.write.name
        turn.told.append(
            Told("done_" + action, {"order": number, **proposal.told.data} if not number else {"order": number})
        )
        keys = [hashlib.sha256(f"{key}/{number}".encode()).hexdigest() for number, _ in enumerate(effects)]
        session.following = (*session.following, *zip(keys, effects, strict=True))
        self._settle(session, turn)

    def _effects(self, session: Session, rule: Rule | None, proposal: Proposal) -> Sequence[Write]:
        """The writes that a write brings along, each to be done under a key of its own."""
        if rule is None or not rule.effects:
            return ()
        order = self._shop.order(proposal.order_id) if proposal.order_id else None
        return self._resolver(session).requests.effects(rule, proposal.write, order)

    def _settle(self, session: Session, turn: Turn) -> None:
        """Do what is still to follow; what the shop does not answer to is tried again with the next message."""
        while session.following:
            key, write = session.following[0]
            try:
                outcome = self._shop.execute(write, key)
            except ShopError:
                turn.offers_person = True
                turn.told.append(Told("not_settled"))
                return
            session.following = session.following[1:]
            turn.writes.append((key, write, outcome))
            if not outcome.ok:
                turn.told.append(Told("not_done", {"reason": outcome.reason}))
            elif "amount" in write.arguments:
                turn.told.append(Told("moved_back", {"amount": Decimal(str(write.arguments["amount"]))}))

    # --- asks

    def _take(self, heard: Heard, session: Session, resolver: Resolver, turn: Turn) -> None:
        """Put what was heard in line: each ask with its order, those that must come first before the others."""
        asks = [Bound(ask) for ask in heard.asks if ask.kind != "nothing"]
        if len(asks) == 1:  # why, and what else, may be told before it
            asks = [replace(asks[0], ask=replace(asks[0].ask, text=heard.text))]
        if session.slot == "kind" and not heard.asks_something:  # "维修" is an answer, no question about repairs
            asks = [one for one in asks if one.ask.kind != "lookup"]
        if session.unclear is not None:
            asks = self._cleared(heard, session, asks, resolver)
        if not asks and session.refused is not None and heard.payment is not None and heard.answer != "no":
            said = Ask("nothing", heard.text, payment=heard.payment)
            asks = [replace(session.refused, ask=merged(said, session.refused.ask))]
        if not asks and (exchange := self._chosen_instead(heard, session, resolver)) is not None:
            asks = [exchange]
        if not asks and not heard.leaves_it and session.unclear is None and heard.answer == "" and not turn.answers:
            asks = [Bound(ask) for ask in self._guessed(heard, session, resolver, turn)]
        if asks and heard.could_be and all(one.ask.kind == "lookup" for one in asks):
            asks = [Bound(ask) for ask in self._guessed(heard, session, resolver, turn) if ask.kind == "swap"] or asks
        if not heard.order.lenient or any(one.ask.kind != "lookup" for one in asks):
            session.refused = None
        asks = [
            replace(one, ask=as_spoken(of_before(one.ask, session.mentioned), session.spoken, resolver)) for one in asks
        ]
        session.mentioned = heard.mentioned or next((one.ask.items for one in asks if one.ask.items), session.mentioned)
        asks = [replace(one, ask=exchanged(one.ask, session, resolver)) for one in asks]
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
            bound += bind(one, session, resolver, turn)
        session.waiting = tuple(joined(sorted(bound, key=lambda b: self._rank(b.ask))))

    def _chosen_instead(self, heard: Heard, session: Session, resolver: Resolver) -> Bound | None:
        """What names one of the things that were told as what something may be exchanged for: "13升的吧"."""
        kept = session.refused
        if kept is None or kept.ask.kind != "swap" or not heard.order.lenient or heard.closes or heard.answer:
            return None
        said = replace(merged(Ask("nothing", heard.text), kept.ask), wanted=heard.wanted, near=session.mentioned)
        order = order_of(kept.order_id, resolver)
        step = resolver.step(said, order, session.spoken) if order is not None else None
        return Bound(said, kept.order_id) if isinstance(step, Proposal) else None

    def _guessed(self, heard: Heard, session: Session, resolver: Resolver, turn: Turn) -> list[Ask]:
        """What somebody probably wants who names an order of theirs in words no rule knows: never without a yes."""
        if heard.order.lenient:
            return self._asked_freely(heard, session, resolver, turn)
        other = tuple(item for item in heard.described if resolver.says_other(item))
        bare = Ask("swap", heard.text, heard.order, other or heard.mentioned, payment=heard.payment)
        if heard.order.is_open:
            found = resolver.bind(bare, Spoken()) if bare.items else []
            meant = not isinstance(found, Refused) and len(found) == 1 and resolver.wants_other(bare, found[0])
            return [bare] if meant else []
        found = resolver.bind(bare, Spoken())
        if isinstance(found, Refused):
            return [replace(bare, kind="lookup")]
        if len(found) != 1:
            return []
        if bare.items and resolver.wants_other(bare, found[0]):
            return [bare]
        if resolver.reason_in(heard.text) and _REGRETS.search(heard.text):
            return [replace(bare, kind="cancel", items=())]
        if heard.payment is not None and heard.mentioned:
            return [replace(bare, kind="return" if resolver.fits("return", found[0]) else "swap")]
        if heard.complains and not heard.order.ids:
            return []
        return [replace(bare, kind="payment" if heard.payment is not None else "lookup")]

    def _asked_freely(self, heard: Heard, session: Session, resolver: Resolver, turn: Turn) -> list[Ask]:
        """What is told to a message without a topic: of the order or product it names, else what the shop's texts have
        in common with it."""
        if heard.closes:
            return []
        if (chosen := self._chosen(heard, session)) is not None:
            session.spoken = replace(session.spoken, goods=(chosen.id,))
            turn.told.append(Told("chosen_goods", told_of(chosen)))
            return []
        about = Ask("lookup", heard.text, heard.order, goods=heard.goods)
        if heard.complains and not heard.order.ids:
            return []
        search = Answers(self._shop, resolver).search
        answer = search(heard.text, session.spoken, about) if heard.asks_something else TopicAnswer()
        if answer.told:
            turn.told += answer.told
            turn.reads += answer.reads
            return []
        if heard.order.ids:
            return [replace(about, topics=("state",))]
        return [replace(about, topics=("goods",))] if heard.goods else []

    def _chosen(self, heard: Heard, session: Session) -> Goods | None:
        """The one of the products spoken of last that a message chooses: "贵一点的那个吧"."""
        known = [goods for one in session.spoken.goods if (goods := self._shop.goods(one)) is not None]
        if (
            len(known) < 2
            or heard.goods
            or heard.order.ids
            or heard.asks_something
            or "place_order" not in self._policy.rules
        ):
            return None
        return picked(known, heard.text)

    def _cleared(self, heard: Heard, session: Session, asks: list[Bound], resolver: Resolver) -> list[Bound]:
        """What was unclear, with what has been said now; nothing when it is dropped."""
        kept, session.unclear = session.unclear, None
        slot, session.slot = session.slot, ""
        if kept is None:
            return asks
        given = heard.details.get({"invoice": "title", "address": "phone"}.get(kept.ask.kind, ""))
        if given:  # "改成…有限公司" and "改成138…" change no goods
            asks = [one for one in asks if one.ask.kind != "swap" or one.ask.items]
        acts = [one for one in asks if one.ask.kind not in ("lookup", "nothing")]
        if heard.leaves_it or heard.answer == "no" or (heard.closes and heard.answer != "yes"):
            return asks
        if acts and not any(one.ask.kind == kept.ask.kind for one in acts):
            return asks
        said = acts[0].ask if acts else more(heard, kept, slot)
        rest = [one for one in asks if not acts or one is not acts[0]]
        if slot in ("variant", "items") and not acts and not heard.order.lenient:
            said = replace(said, items=())
            wanted = tuple(replace(item, wanted=f"{item.wanted} {heard.text}") for item in kept.ask.items)
            kept = replace(kept, ask=replace(kept.ask, items=wanted))
        named = any(one.ask.items or one.ask.order.ids for one in acts)
        if slot == "order" and not named and (chosen := chosen_orders(kept.ask, heard.text, session.spoken, resolver)):
            told = merged(said, kept.ask) if heard.order.lenient else kept.ask
            return [*(Bound(told, order.id) for order in chosen), *rest]
        held = order_of(kept.order_id, resolver)
        if slot == "items" and not acts and held and (things := chosen_things(kept.ask, held, heard.text, resolver)):
            return [replace(kept, ask=replace(kept.ask, items=things)), *rest]
        answers = slot == "order" and bool(heard.mentioned or not heard.order.is_open)
        lookup_only = all(one.ask.kind == "lookup" for one in asks) and asks and not heard.payment and not answers
        if lookup_only and heard.order.lenient:
            session.refused = kept  # the answer may come after the question
        return [*rest] if lookup_only else [replace(kept, ask=merged(said, kept.ask)), *rest]

    def _rank(self, ask: Ask) -> int:
        return {"address": 0, "payment": 0, "profile_address": 0}.get(ask.kind, 1)

    def _go_on(self, session: Session, turn: Turn) -> None:
        """Put the next ask to the customer, refuse what can't be, until something waits for an answer."""
        resolver = self._resolver(session)
        while session.waiting and session.pending is None and session.unclear is None:
            bound, session.waiting = session.waiting[0], session.waiting[1:]
            ask = bound.ask
            if ask.kind == "visit" and session.spoken.asked:
                ask = replace(ask, wanted=f"{session.spoken.asked} {ask.wanted}")
            order = self._shop.order(bound.order_id) if bound.order_id else None
            if order is not None:
                turn.reads.append(("get_order", {"order_id": order.id}))
            step = resolver.step(ask, order, session.spoken)
            if isinstance(step, Refused) and ask.either and ask.otherwise is not None and order is not None:
                other = resolver.step(ask.otherwise, order, session.spoken)
                if not isinstance(other, Refused):
                    bound, step = Bound(ask.otherwise, order.id), other
            if isinstance(step, Proposal):
                # What is kept must be plain data: all that is told of it is worked out anew when it is told again.
                session.pending = replace(step, told=Told(step.told.key, {"order": step.order_id}))
                session.pending_ask = bound
                payment_id = str(step.write.arguments.get("payment_method_id", "")) or session.spoken.payment_id
                number = step.order_id or session.spoken.order_id
                session.spoken = replace(session.spoken, order_id=number, item_ids=step.item_ids, payment_id=payment_id)
                turn.told.append(step.told)
                turn.asks_confirmation = True
            elif isinstance(step, Refused):
                turn.told.append(step.told)
                if "product" in step.told.data:
                    read = {"order_id": bound.order_id, "product_id": str(step.told.data["product"])}
                    turn.reads.append(("get_exchange_options", read))
                session.refused = session.why = bound
                if ask.otherwise is not None and not ask.either:
                    following = bind(Bound(ask.otherwise), session, resolver, turn)
                    session.waiting = (*following, *session.waiting)
            else:
                session.unclear, session.slot = bound, step.slot
                if ask.order.lenient and step.slot == "order":
                    among = tuple(one.id for one in step.told.data.get("orders", ()))
                    session.spoken = replace(session.spoken, among=among)
                if ask.tentative and order is not None and step.slot != "order":
                    turn.told.append(Told("may_be_done", {"order": order.id, "state": order.state}))
                turn.told.append(step.told)
                turn.asks_question = True

    def _look_up(self, asks: Sequence[Ask], heard: Heard, session: Session, resolver: Resolver, turn: Turn) -> None:
        lookups = Lookups(self._shop, self._policy, resolver, session.differences)
        for ask in asks:
            if ask.topics:
                self._answer(ask, heard, session, resolver, turn)
                continue
            answer = lookups.answer(ask, session.spoken, heard.text)
            turn.told += answer.told
            turn.reads += answer.reads
            if answer.order_id:
                session.spoken = replace(session.spoken, order_id=answer.order_id, item_ids=answer.item_ids)

    def _answer(self, ask: Ask, heard: Heard, session: Session, resolver: Resolver, turn: Turn) -> None:
        """A question by topic."""
        why = session.refused or session.why
        order = self._shop.order(why.order_id) if why and why.order_id else None
        step = resolver.step(why.ask, order, session.spoken) if why and "why" in ask.topics else None
        refusal = step.told if isinstance(step, Refused) else None
        answer = Answers(self._shop, resolver).answer(ask, session.spoken, heard.text, refusal)
        unknown = [told for told in answer.told if told.key.startswith(_UNKNOWN)]
        visits = "schedule_service" in self._policy.rules and all(told.key == "no_fault" for told in unknown)
        if not self._every and unknown == answer.told and not visits:
            return  # somebody else may know
        turn.told += [told for told in answer.told if told not in turn.told]
        turn.reads += answer.reads
        session.found = answer.found if answer.found is not None else session.found
        goods = answer.goods or session.spoken.goods
        if answer.order_id and not answer.goods:
            held = next((one for one in resolver.orders if one.id == answer.order_id), None)
            lines = tuple(line.product_id for line in held.lines) if held else ()
            goods = session.spoken.goods if set(lines) & set(session.spoken.goods) else lines or goods
        asked = heard.text if {"install", "repair", "fault"} & set(ask.topics) else session.spoken.asked
        number = answer.order_id or self._holder(goods, session, resolver)
        if "instead" in ask.topics and number:
            session.refused = session.refused or Bound(Ask("swap", heard.text, heard.order, ask.items), number)
        session.spoken = replace(session.spoken, order_id=number, goods=goods, asked=asked)

    def _holder(self, goods: Sequence[str], session: Session, resolver: Resolver) -> str:
        """The order that products spoken of are in; the one spoken of last where they are in none."""
        holding = [order.id for order in resolver.orders if any(line.product_id in goods for line in order.lines)]
        return session.spoken.order_id if session.spoken.order_id in holding or not holding else holding[-1]
