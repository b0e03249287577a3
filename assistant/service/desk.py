"""The door: a message of a conversation goes in; what is said and done comes out, or nothing when it is not for us."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import structlog

from assistant.forms import Form
from assistant.service.asking import form_of
from assistant.service.asks import Understanding
from assistant.service.flow import Flow
from assistant.service.model import Address, Line, Payment, ServiceOrder, Substitute, Variant
from assistant.service.policy import Policy
from assistant.service.session import Session, Turn
from assistant.service.shop import ServiceShop, ShopError
from assistant.service.steps import Told
from assistant.service.store import SessionStore
from assistant.service.wordings import Words
from knowledge.facts import Fact, Facts
from knowledge.model import Lang

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """What the flow says to one message, the facts it rests on, and what it did."""

    text: str
    facts: Facts
    turn: Turn
    form: Form | None = None  # what is asked for, as boxes


class ServiceDesk:
    """After-sales service of one shop in the languages it is understood in.

    `every`: takes every message, also one that names no order; otherwise general questions are left to the model.
    """

    def __init__(
        self,
        shops: Callable[[Lang], ServiceShop],
        policy: Policy,
        understandings: Mapping[Lang, Understanding],
        store: SessionStore,
        *,
        every: bool = False,
    ) -> None:
        self._flows = {lang: Flow(shops(lang), policy, reads, every=every) for lang, reads in understandings.items()}
        self._words = {lang: Words(policy, lang) for lang in understandings}
        self._store = store
        self._every = every

    async def session(self, conversation_id: str) -> Session:
        """What a conversation has come to."""
        return await self._store.load(conversation_id)

    async def serve(self, conversation_id: str, text: str, lang: Lang, customer_id: str = "") -> Served | None:
        """None when the message is no matter of orders, or in a language that is not understood here.

        What the conversation has come to is stored before anything is said; a write is done before it is stored, under
        a key that is the same when the message is served again.
        """
        flow = self._flows.get(lang)
        if flow is None:
            return None
        session = await self._store.load(conversation_id)
        if customer_id:
            session.client_id = customer_id
        concerned, learnt = (True, False) if self._every else await self._heard(flow, text, session)
        if learnt:
            await self._store.save(conversation_id, session, Turn())
        if not concerned:
            return None
        words = self._words[lang]
        try:
            turn = await asyncio.to_thread(flow.turn, text, session, conversation_id)
        except ShopError as error:
            log.warning("the shop is down", conversation=conversation_id, error=str(error))
            turn = Turn(told=[Told("shop_down")], offers_person=True)
            return Served(words.say(turn.told), Facts(), turn)  # nothing has changed, so nothing is stored
        await self._store.save(conversation_id, session, turn)
        if not turn.understood and not turn.told:
            return None
        form = form_of(turn.told, words, lang) if turn.asks_question else None
        return Served(words.say(turn.told), _facts(turn, words), turn, form)

    async def _heard(self, flow: Flow, text: str, session: Session) -> tuple[bool, bool]:
        """(whether a message is for us, whether `session` has learnt from one that isn't).

        In a thread only where the shop is asked what a customer bought: every message comes by here, and while a
        server is busy a thread gets its turn 5 ms later."""

        def listen() -> tuple[bool, bool]:
            concerned = flow.concerns(text, session)
            return concerned, not concerned and flow.tells(text, session) and flow.overhear(text, session)

        return await asyncio.to_thread(listen) if flow.tells(text, session) else listen()


def _facts(turn: Turn, words: Words) -> Facts:
    """What the shop's data said for this reply, value by value: the guard holds the wording against it."""
    said: dict[str, None] = {}
    for told in turn.told:
        for value in told.data.values():
            for one in value if isinstance(value, tuple | list) else (value,):
                said.update(dict.fromkeys(_values(one, words)))
    return Facts.of(
        Fact(f"order:service/{number}", "order:service", "details", value, "order") for number, value in enumerate(said)
    )


def _values(value: object, words: Words) -> list[str]:
    match value:
        case Decimal():
            return [words.money(abs(value))]
        case Line():
            return [words.goods(value)]
        case Variant():
            return [words.variant(value)]
        case Payment():
            return [words.payment(value), *([words.money(value.balance)] if value.balance is not None else [])]
        case Address():
            return [str(value)]
        case ServiceOrder():
            told = [value.id, words.state(value.state), words.money(value.total), str(value.address), *value.tracking]
            return [*told, words.lines(value.lines), *(words.goods(line) for line in value.lines)]
        case Substitute():
            return [value.id, value.name, words.substitute(value)]
        case (old, new):
            return [*_values(old, words), *_values(new, words)]
        case str():
            return [value, words.state(value)]
        case int():
            return [str(value)]
        case _:
            return []
