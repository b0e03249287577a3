"""The door: a shopper's message in, an answer out, every sentence of it checked, stored and numbered."""

import asyncio
import re
import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, get_args

import structlog

from assistant.agent import Agent, Reviewer, Turn
from assistant.arithmetic import shop_and
from assistant.batches import batches
from assistant.calling import Caller
from assistant.cards import stored
from assistant.conversation import BotMessage, Conversation, Conversations, Received, StoredMessage
from assistant.data import load
from assistant.direct import approved
from assistant.events import (
    Cards,
    Event,
    Finished,
    FormCard,
    Handoff,
    HandoffReason,
    PageContext,
    Progress,
    QuickReplies,
    Sentence,
)
from assistant.guard.context import products_in, review_each
from assistant.guard.privacy import Vault
from assistant.guard.sentences import sentences
from assistant.guard.verdict import Span, Verdict
from assistant.guard.verifier import SecondOpinion
from assistant.handoff import HandoffError, State, only_vexed, withdraws, words
from assistant.lookups import Lookups
from assistant.memory import remembered
from assistant.messages import Message, Model, ModelError
from assistant.orderbook import CatalogOrders, OrderBook
from assistant.proactive.reminders import Reminders, Reply
from assistant.prompt import past, system_message
from assistant.seeing import Sight, looking
from assistant.service.desk import Served, ServiceDesk
from assistant.settings import AssistantSettings
from assistant.shown import Shown
from assistant.staffroom import StaffRoom
from assistant.summary import summarise
from assistant.tools import ToolContext, specs
from assistant.tools.products import categories, likeness, pieces
from knowledge.catalog import Catalog
from knowledge.facts import Facts
from knowledge.model import Lang
from knowledge.text import language, script

log = structlog.get_logger(__name__)


LIVE_SENTENCES = 2  # an answer on air; a viewer who wants more asks again
LONGEST_REPLY = 24  # characters on a button
_NO_LANGUAGE = re.compile(r"[A-Za-z-]*\d[A-Za-z0-9-]*|\b(?:ok|okay|hi|vip)\b", re.I)  # order numbers and the like


@dataclass(slots=True)
class _Answer:
    """An answer on its way: where it goes and what may still be sent."""

    conversation: Conversation
    message_id: str
    lang: Lang
    asked: str = ""  # id of the message that is answered
    question: str = ""  # the same while it is an open question
    allowed: tuple[State, ...] = ("bot",)


class _Silenced(Exception):
    """A person has taken over, or the conversation was closed: the bot has nothing more to say."""


class Assistant:
    """Answers shoppers. Safe to share between conversations; one answer at a time in each is the caller's business."""

    def __init__(
        self,
        catalog: Catalog,
        model: Model,
        guard: Reviewer,
        conversations: Conversations,
        settings: AssistantSettings | None = None,
        sight: Sight | None = None,
        second: SecondOpinion | None = None,
        caller: Caller | None = None,
        service: ServiceDesk | None = None,
        orders: OrderBook | None = None,
        reminders: Reminders | None = None,
    ) -> None:
        """`second`: asked about sentences of the model that the guard can neither back nor refute; `caller`: calls
        people, as the shop has them; `service`: what is to be done with orders goes there first, never through a
        model; `orders`: where they are, unless in the catalogue's own tables; `reminders`: what the shop tells unasked,
        where it does."""
        self.catalog = catalog
        self.model = model
        self.guard = guard
        self.conversations = conversations
        self.settings = settings or AssistantSettings()
        self._shown = Shown(catalog, guard)
        self._sight = sight or Sight()
        self.second = second
        self.orders = orders or CatalogOrders(catalog)
        self.caller = caller or Caller(conversations, StaffRoom(conversations), customers=self.orders)
        self._service = service
        self.reminders = reminders
        self._lookups = Lookups()
        self._agent = self._agent_of(model)

    @property
    def degraded(self) -> str:
        """Why the configured model isn't answering at the moment; empty when it is."""
        return str(getattr(self.model, "degraded", ""))

    async def close(self) -> None:
        close = getattr(self.model, "close", None)
        if close is not None:
            await close()
        await self._sight.close()
        if self.second is not None:
            await self.second.close()

    def _agent_of(self, model: Model) -> Agent:
        limits = self.settings
        return Agent(
            model, self.guard, max_rounds=limits.max_rounds, answer_s=limits.answer_s, second=self.second,
            lookups=self._lookups,
        )  # fmt: skip

    async def answer(
        self,
        conversation_id: str,
        text: str,
        context: PageContext,
        *,
        received: Received | None = None,
        begun: str = "",
        handed: bool = False,
    ) -> AsyncGenerator[Event, None]:
        """Answer `text`, or stay silent while a person is in charge.

        Whatever is yielded has been stored as the conversation's next event before. `received` is given when the caller
        has stored the message already (`Conversations.receive`); without it, it is stored here. Closing the generator
        stops the answer: what was said so far is kept. `begun`: id of an answer to this message that was cut off with
        its process; it is given anew under the same id, and pages are told to forget what they showed of it. `handed`:
        that answer had called a person; what is still owed are the words for it.
        """
        if received is None:
            received = await self.conversations.receive(conversation_id, text)
        conversation, history = await self.conversations.recent(conversation_id, self.settings.remembered)
        answer = _Answer(
            conversation, begun or uuid.uuid4().hex, self._lang(text, context, conversation), received.message_id,
            received.message_id if received.open else "",
        )  # fmt: skip
        waits = handed and conversation.state == "waiting"
        if begun and (conversation.state == "bot" or waits):
            await self.conversations.append(conversation_id, [("restart", {"id": begun})])
        if waits:
            answer.allowed = ("bot", "waiting")
            run = self._say(answer, context, words(_reason(conversation), answer.lang))
        else:
            run = self._respond(answer, text, context, history)
        try:
            async with aclosing(run) as events:
                async for event in events:
                    yield event
        except _Silenced:
            log.info("bot_silenced", conversation=conversation_id)

    async def _respond(
        self, answer: _Answer, text: str, context: PageContext, history: Sequence[StoredMessage]
    ) -> AsyncGenerator[Event, None]:
        if answer.conversation.state == "waiting" and withdraws(text):
            await self._move(answer, "bot", "withdrawn")
            async with aclosing(self._say(answer, context, _phrase("withdrawn", answer.lang))) as events:
                async for event in events:
                    yield event
            return
        if answer.conversation.state == "waiting":
            await self.caller.heard(answer.conversation, text)
        if answer.conversation.state != "bot":
            return
        if answer.lang != answer.conversation.lang:
            await self.conversations.set_context(answer.conversation.id, lang=answer.lang)
        if len(text) > self.settings.max_message_chars:
            words_ = _phrase("too_long", answer.lang).format(limit=self.settings.max_message_chars)
            async with aclosing(self._say(answer, context, words_)) as events:
                async for event in events:
                    yield event
            return
        chat = context.channel == "chat"
        earlier = [one.text for one in _before(history, answer.asked) if one.role == "user"]
        reason = await self.caller.reason(answer.conversation, text, earlier) if chat else None
        if reason:
            run = self._hand_over(answer, context, history, reason)
        elif (served := await self._served(answer, text, context)) is not None:
            run = self._serve(answer, context, history, served)
        elif chat and (reply := await self._reminded(answer, text, context, history)) is not None:
            run = self._say(answer, context, reply.text, reply.facts, model="reminder")
        elif chat and only_vexed(text):
            run = self._say(answer, context, _phrase("vexed", answer.lang))
        elif said := self._approved(answer, text, context):
            run = self._say(answer, context, *said)
        else:
            run = self._ask(answer, text, context, history)
        async with aclosing(run) as events:
            async for event in events:
                yield event

    async def _ask(
        self, answer: _Answer, text: str, context: PageContext, history: Sequence[StoredMessage]
    ) -> AsyncGenerator[Event, None]:
        """Let the model answer."""
        earlier = _before(history, answer.asked)
        turn = self._turn(answer, context, earlier)
        vault = Vault()
        if context.channel == "chat":  # what is said on air, everybody hears
            turn.restore = vault.restore
        messages = [
            system_message(self.catalog, context, answer.lang, answer.conversation.id),
            *past(remembered(earlier, self.catalog, self.guard), vault.mask),
            Message("user", vault.mask(text)),
        ]
        tools = ToolContext(
            self.catalog,
            answer.lang,
            product_id=context.product_id,
            customer_id=context.customer_id,
            said=tuple(one.text for one in history if one.role == "user") + (text,),
            lookups_left=self.settings.order_guesses - answer.conversation.wrong_guesses,
            private=context.channel == "chat",
            orders=self.orders,
        )
        agent = self._agent
        if context.picture:
            if self._sight.sees:
                seeing = Progress("look", looking(answer.lang))
                await self._store(answer, [seeing])
                yield seeing
            kinds = categories(self.catalog, answer.lang)
            agent = self._agent_of(
                await self._sight.clerk(
                    answer.conversation.id, context.picture, text, answer.lang, kinds=kinds, usual=self.model
                )
            )
        # Where a person has just said that the bot can go on, no model may call one of its own accord.
        person = any(one.role == "agent" for one in earlier)
        released = person and await self.caller.cooling(answer.conversation.id, "low_confidence")
        offered = tuple(tool for tool in specs() if not (released and tool.name == "handoff"))
        ending: Sequence[Event] = ()
        try:
            run = agent.run(messages, offered, tools, turn)
            async with aclosing(batches(run)) as ready:
                async for events, last in ready:
                    if turn.handoff and context.channel == "chat" and answer.allowed == ("bot",):
                        await self._wait(answer, turn.handoff, history)
                    elif last and not turn.handoff:
                        ending = events  # stored together with what completes the answer: one transaction, one message
                        continue
                    await self._store(answer, events)
                    for event in events:
                        yield event
        except ModelError as error:
            log.warning("no_answer", conversation=answer.conversation.id, error=str(error))
            turn.degraded = str(error)
        except _Silenced:
            raise
        except BaseException:
            await self._keep(answer, turn)
            raise
        async with aclosing(self._complete(answer, context, turn, history, ending)) as rest:
            async for event in rest:
                yield event

    async def _complete(
        self,
        answer: _Answer,
        context: PageContext,
        turn: Turn,
        history: Sequence[StoredMessage],
        ending: Sequence[Event],
    ) -> AsyncGenerator[Event, None]:
        """What belongs to an answer besides the model's words: something honest when nothing could be said, cards,
        quick replies, a person when it has failed too often. `ending`: the last of those words, not stored yet."""
        rest = list(ending)
        if not turn.text.strip():
            turn.speechless = True
            rest += self._speak(turn, _phrase("live_unsure" if context.channel == "live" else "unsure", answer.lang))
        failing = turn.unanswered and _failures(history) + 1 >= self.settings.failures_before_handoff
        vetoed = turn.speechless and _failures(history) + 1 >= self.settings.vetoes_before_handoff
        given_up: HandoffReason = "failed" if failing else "guard"
        wanted = (failing or vetoed) and turn.handoff is None and context.channel == "chat"
        if wanted and not await self.caller.cooling(answer.conversation.id, given_up):
            turn.handoff = given_up
            rest += self._speak(turn, " " + words(given_up, answer.lang))
        rest += self._extras(answer, turn, context)
        if turn.handoff is None:
            finished = await self._finish(answer, turn, rest)
            for event in [*rest, finished]:
                yield event
            return
        await self._store(answer, rest)
        for event in rest:
            yield event
        if answer.allowed == ("bot",) and context.channel == "chat":
            await self._wait(answer, turn.handoff, history)
        yield Handoff(turn.handoff, summarise(history, self.catalog, answer.lang))
        yield await self._finish(answer, turn)

    def _extras(self, answer: _Answer, turn: Turn, context: PageContext) -> list[Event]:
        extras: list[Event] = []
        turn.renew(self.catalog)
        new = [one for one in turn.cards if one != context.product_id]
        if len(new) == 1 and new[0] in turn.known:
            new = []  # the card of what is being talked about was shown before
        cards = tuple(new)
        named = tuple(one for one in cards if self._named(one, turn.text))
        if named:
            extras.append(Cards(named[:4]))
        replies = tuple(  # judged whole, cut afterwards: half a link is no link
            turn.restore(option)[:LONGEST_REPLY]
            for option in turn.replies
            if self.guard.review(option, turn.facts, lang=answer.lang).label == "ok"
        )
        if turn.unanswered and turn.handoff is None:
            replies += (_phrase("person", answer.lang),)
        if self.reminders is not None:
            replies += self.reminders.offers(turn.text, turn.about, answer.lang)
        if replies and context.channel == "chat":
            extras.append(QuickReplies(replies))
        return extras

    def _named(self, product_id: str, text: str) -> bool:
        product = self.catalog.product(product_id)
        if product is None:
            return False
        titles = [title for title in (product.title.zh, product.title.en) if title]
        # Of what stands there word for word, at most its first and its last piece can have grown together with others.
        whole = any(title in text and len(pieces(title)) >= 5 for title in titles)
        return whole or any(likeness(title, text) >= 0.6 for title in titles)

    async def _hand_over(
        self, answer: _Answer, context: PageContext, history: Sequence[StoredMessage], reason: HandoffReason
    ) -> AsyncGenerator[Event, None]:
        """A person is needed, whatever the model would say."""
        turn = self._turn(answer, context, history)
        turn.handoff, turn.model = reason, "handoff"
        await self._wait(answer, reason, history)
        for event in self._speak(turn, words(reason, answer.lang)):
            await self._store(answer, [event])
            yield event
        yield Handoff(reason, summarise(history, self.catalog, answer.lang))
        yield await self._finish(answer, turn)

    async def _served(self, answer: _Answer, text: str, context: PageContext) -> Served | None:
        """What the after-sales flow makes of a message; None when it is for the model."""
        if self._service is None or context.channel != "chat" or context.picture:
            return None
        return await self._service.serve(answer.conversation.id, text, answer.lang, context.customer_id)

    async def _serve(
        self, answer: _Answer, context: PageContext, history: Sequence[StoredMessage], served: Served
    ) -> AsyncGenerator[Event, None]:
        """The flow's words as an answer, through the gate like any other; a person takes over where it says so."""
        turn = self._turn(answer, context, ())
        turn.model = "service"
        turn.extra |= served.facts
        if served.turn.handoff:
            turn.handoff = "policy"
            await self._wait(answer, "policy", history)
        for event in self._speak(turn, served.text):
            await self._store(answer, [event])
            yield event
        if turn.handoff:
            yield Handoff("policy", summarise(history, self.catalog, answer.lang))
        elif served.turn.asks_confirmation:
            replies = QuickReplies((_phrase("yes", answer.lang), _phrase("no", answer.lang)))
            yield replies
            yield await self._finish(answer, turn, [replies])
            return
        elif served.turn.offers_person:
            replies = QuickReplies((_phrase("person", answer.lang),))
            yield replies
            yield await self._finish(answer, turn, [replies])
            return
        elif served.form is not None:
            asked = FormCard(served.form)
            yield asked
            yield await self._finish(answer, turn, [asked])
            return
        yield await self._finish(answer, turn)

    async def _reminded(
        self, answer: _Answer, text: str, context: PageContext, history: Sequence[StoredMessage]
    ) -> Reply | None:
        """What is answered to a wish about reminders; None when it is none, or there are none in this shop."""
        if self.reminders is None or self.reminders.switches.mode == "off":
            return None
        spoken = (one for message in reversed(history) for one in message.product_ids)
        about = tuple(dict.fromkeys([*([context.product_id] if context.product_id else []), *spoken]))
        return await self.reminders.heard(answer.conversation, text, answer.lang, context.customer_id, about)

    def _approved(self, answer: _Answer, text: str, context: PageContext) -> tuple[str, Facts] | None:
        """The answer that the merchant approved for this question and its facts; None when there is none, or when the
        guard no longer lets it stand as it is: then a model must find other words."""
        faq = approved(self.catalog, text, context, answer.lang)
        if faq is None:
            return None
        words_, own = faq.answer(answer.lang), self.catalog.faq_facts(faq)
        facts = shop_and(self.catalog, faq.products) | own
        verdicts = review_sentences(self.guard, words_, facts, answer.lang, faq.products)
        return None if any(verdict.changed for verdict in verdicts) else (words_, own)

    async def _say(
        self, answer: _Answer, context: PageContext, text: str, facts: Facts | None = None, *, model: str = ""
    ) -> AsyncGenerator[Event, None]:
        """Words of our own, or of the shop's with the facts they bring, as a whole answer."""
        turn = self._turn(answer, context, ())
        turn.model = model or ("assistant" if facts is None else "faq")
        turn.extra |= facts or Facts()
        for event in self._speak(turn, text):
            await self._store(answer, [event])
            yield event
        yield await self._finish(answer, turn)

    def _speak(self, turn: Turn, text: str) -> list[Sentence]:
        """Our own words, through the same gate."""
        said = []
        turn.renew(self.catalog)
        for sentence in sentences(text):
            verdict = self.guard.review(sentence, turn.facts, lang=turn.lang, about=turn.about)
            turn.verdicts.append(verdict)
            if verdict.text.strip():
                turn.text += verdict.text
                said.append(Sentence(verdict.text, verdict))
        return said

    # Where it goes

    def _rows(self, answer: _Answer, events: Sequence[Event]) -> list[tuple[str, Mapping[str, Any]]]:
        return [
            row for event in events if (row := stored(event, answer.message_id, self.catalog, self._shown, answer.lang))
        ]

    async def _store(self, answer: _Answer, events: Sequence[Event]) -> None:
        rows = self._rows(answer, events)
        if rows and await self.conversations.append(answer.conversation.id, rows, only_in=answer.allowed) is None:
            raise _Silenced

    async def _finish(
        self, answer: _Answer, turn: Turn, extras: Sequence[Event] = (), *, stopped: bool = False
    ) -> Finished:
        product_ids = turn.about[:8]
        message = BotMessage(
            answer.message_id, turn.text.strip(), turn.model, turn.degraded, turn.unanswered, product_ids,
            tuple(turn.tools), tuple(turn.verdicts), turn.refused_lookups,
        )  # fmt: skip
        whole = {"role": "bot", "id": answer.message_id, "text": message.text}
        done: dict[str, Any] = {"id": answer.message_id, "model": turn.model, "degraded": turn.degraded}
        if stopped:
            done["stopped"] = True
        rows = [*self._rows(answer, extras), ("message", whole), ("done", done)]
        if (
            await self.conversations.append(
                answer.conversation.id, rows, only_in=answer.allowed, message=message, question=answer.question
            )
            is None
        ):
            raise _Silenced
        names = tuple(str(tool["name"]) for tool in turn.tools)
        return Finished(answer.message_id, message.text, product_ids, turn.model, turn.degraded, names)

    async def _keep(self, answer: _Answer, turn: Turn) -> None:
        """The answer was stopped: what the shopper has seen of it is a message all the same."""
        if not turn.text.strip():
            return
        try:
            await asyncio.shield(self._finish(answer, turn, stopped=True))
        except (_Silenced, HandoffError):
            return

    async def _move(self, answer: _Answer, after: State, reason: str) -> None:
        try:
            await self.conversations.transition(answer.conversation.id, after, reason=reason)
        except HandoffError as error:
            raise _Silenced from error

    async def _wait(self, answer: _Answer, reason: HandoffReason, history: Sequence[StoredMessage]) -> None:
        try:
            await self.caller.call(answer.conversation, reason, summarise(history, self.catalog, answer.lang))
        except HandoffError as error:
            raise _Silenced from error
        answer.allowed = ("bot", "waiting")  # it may finish its sentence until somebody takes over

    # What it may rely on

    def _turn(self, answer: _Answer, context: PageContext, history: Sequence[StoredMessage]) -> Turn:
        ids = [context.product_id] if context.product_id else []
        for message in reversed(history):
            ids += message.product_ids
        about = tuple(dict.fromkeys(ids))[:6]
        facts = shop_and(self.catalog, about)
        most = LIVE_SENTENCES if context.channel == "live" else 0
        return Turn(answer.lang, facts, about, most_sentences=most, known=frozenset(about))

    def _lang(self, text: str, context: PageContext, conversation: Conversation) -> Lang:
        """The language of the message; where it has none ("2", "ok?"), that of the conversation."""
        if context.lang:
            return context.lang
        known = conversation.lang
        words_ = _NO_LANGUAGE.sub(" ", text)
        return known if script(words_) == "none" else language(words_, known)

    def review_line(self, text: str, product_ids: Sequence[str], lang: Lang) -> Verdict:
        """One verdict for a line that a person wants to have said; each of its sentences passes the gate."""
        facts = shop_and(self.catalog, product_ids)
        return review_text(self.guard, text, facts, lang, tuple(product_ids))


def review_sentences(
    guard: Reviewer, text: str, facts: Facts, lang: Lang | None, about: tuple[str, ...] = ()
) -> list[Verdict]:
    """One verdict for each sentence of a text, read with those before it."""
    return review_each(
        sentences(text),
        lambda sentence: guard.review(sentence, facts, lang=lang, about=about),
        lambda cell: bool(products_in(cell, facts, about)),
    )


def review_text(guard: Reviewer, text: str, facts: Facts, lang: Lang, about: tuple[str, ...] = ()) -> Verdict:
    """The verdicts of a text's sentences as one; spans count from the start of the text."""
    verdicts = review_sentences(guard, text, facts, lang, about)
    if len(verdicts) == 1:
        return verdicts[0]
    worst = max(verdicts, key=lambda verdict: _GRAVITY[verdict.label], default=None)
    offset = 0
    spans: list[Span] = []
    remarks: list[Span] = []
    for verdict in verdicts:
        for found, own in ((spans, verdict.spans), (remarks, verdict.remarks)):
            found += [replace(span, start=span.start + offset, end=span.end + offset) for span in own]
        offset += len(verdict.original)
    evidence = tuple(dict.fromkeys(fact for verdict in verdicts for fact in verdict.evidence))
    cleaned = "".join(verdict.text for verdict in verdicts)
    return Verdict(worst.label if worst else "ok", text, cleaned, tuple(spans), evidence, tuple(remarks))


_GRAVITY = {"ok": 0, "unsupported": 1, "contradicted": 2, "forbidden": 3}


def _phrase(name: str, lang: Lang) -> str:
    found: str = load("phrases.yaml")[name][lang]
    return found


def _reason(conversation: Conversation) -> HandoffReason:
    """Why a person was called, where it was the bot that called."""
    return next((one for one in get_args(HandoffReason) if one == conversation.reason), "asked")


def _before(history: Sequence[StoredMessage], message_id: str) -> Sequence[StoredMessage]:
    """The history without the message that is being answered."""
    return history[:-1] if history and history[-1].id == message_id else history


def _failures(history: Sequence[StoredMessage]) -> int:
    """How many of the last answers, without a good one in between, had nothing to say."""
    count = 0
    for message in reversed(history):
        if message.role == "bot":
            if not message.unanswered:
                break
            count += 1
        elif message.role == "agent":
            break
    return count
