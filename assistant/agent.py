"""The one loop: a model is asked, its tools are run, its sentences pass the gate."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import structlog
from pydantic import ValidationError

from assistant.arithmetic import shop_and, with_extra
from assistant.cards import plain, plan_stand
from assistant.events import BasketCard, Comparison, Event, FormCard, HandoffReason, OrderCard, Progress, Sentence
from assistant.guard.checks.smuggled import recited
from assistant.guard.context import Context, review_parts
from assistant.guard.injection import harmless, leaks
from assistant.guard.sentences import SentenceSplitter
from assistant.guard.verdict import Verdict
from assistant.guard.verifier import SecondOpinion
from assistant.lookups import Lookups
from assistant.messages import Message, Model, ModelError, TextDelta, ToolCall, ToolSpec
from assistant.models.fallback import Switched, repeats
from assistant.remembering import products_named, shop_says
from assistant.tools import TOOLS, ToolContext, ToolResult
from knowledge.catalog import Catalog
from knowledge.facts import Fact, Facts
from knowledge.model import Lang
from knowledge.quick_json import dumps

log = structlog.get_logger(__name__)

MOST_PRODUCTS = 12  # that an answer may rely on
DATA_OPENS = "<data>"  # around every tool result: what stands inside is quoted, never an instruction
DATA_CLOSES = "</data>"


class Reviewer(Protocol):
    """The part of the guard that the loop needs."""

    def review(
        self, sentence: str, facts: Facts, *, lang: Lang | None = None, about: tuple[str, ...] = ()
    ) -> Verdict: ...


@dataclass(slots=True)
class Turn:
    """One answer while it is being made: what it may rely on and what has come of it so far."""

    lang: Lang
    facts: Facts
    about: tuple[str, ...] = ()  # product ids, most likely first
    restore: Callable[[str], str] = str  # puts the shopper's own data back
    prompt: str = ""  # what the model was told to be; not to be recited
    most_sentences: int = 0  # 0: as many as the model says
    extra: Facts = field(default_factory=Facts)  # what tools brought besides the products
    known: frozenset[str] = frozenset()  # those that were spoken of before this turn
    titles: list[tuple[str, list[str]]] = field(default_factory=list)  # of those, with their ids
    offers: frozenset[str] = frozenset()  # names of the promotions that run
    scopes: dict[tuple[str, ...], Facts] = field(default_factory=dict)  # by the products a sentence names
    context: Context = field(default_factory=Context)  # what the sentences so far leave open
    spoken: tuple[str, ...] = ()  # products that were named last: "it" is the first of them
    text: str = ""
    sentences: int = 0
    verdicts: list[Verdict] = field(default_factory=list)
    tools: list[Mapping[str, Any]] = field(default_factory=list)
    cards: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()
    handoff: HandoffReason | None = None
    model: str = ""
    degraded: str = ""
    found: bool = True  # whether the last things looked up were there
    speechless: bool = False  # nothing that the model said could stay
    refused_lookups: int = 0
    plan: tuple[Mapping[str, Any], str] | None = None  # a basket, and how what it rests on stood then
    stand: tuple[int, Facts] | None = None  # of the catalogue that `facts` were read from

    @property
    def unanswered(self) -> bool:
        """The shop's data had nothing, or nothing that was said could stay."""
        return not self.found or self.speechless

    @property
    def enough(self) -> bool:
        return 0 < self.most_sentences <= self.sentences

    def scope(self, named: tuple[str, ...], catalog: Catalog) -> Facts:
        """The facts for a sentence about these products: read once in a call of the model."""
        if (found := self.scopes.get(named)) is None:
            found = self.scopes[named] = with_extra(catalog, shop_and(catalog, named), self.extra)
        return found

    def renew(self, catalog: Catalog) -> None:
        """Rely on what holds now: a price may change, and an offer end, within an answer."""
        now = catalog.version, catalog.shop_facts()
        if self.stand is not None and self.stand[0] == now[0] and self.stand[1] is now[1]:
            return
        self.stand = now
        planned = self.plan is None or plan_stand(self.plan[0], catalog) == self.plan[1]
        self.extra = Facts.of(one for one in self.extra if one.kind != "computed" or _holds(one, catalog, planned))
        self.facts = with_extra(catalog, shop_and(catalog, self.about), self.extra)
        self.titles = _titles(self.about, catalog)
        self.offers = _offers(catalog)
        self.scopes.clear()

    def take(self, call: ToolCall, result: ToolResult, catalog: Catalog) -> None:
        self.about = tuple(dict.fromkeys(result.product_ids + self.about))[:MOST_PRODUCTS]
        self.extra |= result.facts
        self.facts = with_extra(catalog, shop_and(catalog, self.about), self.extra)
        if result.cards:
            self.cards = result.cards
        if result.replies:
            self.replies = result.replies
        if result.basket is not None:
            self.plan = result.basket, plan_stand(result.basket, catalog)
        if result.handoff:
            self.handoff = result.handoff
        self.refused_lookups += result.refused_lookup
        used = {"name": call.name, "arguments": call.arguments, "data": dict(result.data), "stand": stand(catalog)}
        self.tools.append(used)


class Agent:
    """Runs answers; keeps nothing of them."""

    def __init__(
        self,
        model: Model,
        guard: Reviewer,
        *,
        max_rounds: int,
        answer_s: float,
        second: SecondOpinion | None = None,
        lookups: Lookups | None = None,
    ) -> None:
        """`lookups`: what tools returned to others lately; without it every answer looks things up itself."""
        self._model = model
        self._lookups = lookups or Lookups()
        self._guard = guard
        self._second = second
        self._max_rounds = max_rounds
        self._answer_s = answer_s
        self._version = -1  # of the catalogue, when a tool last ran

    async def run(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], context: ToolContext, turn: Turn
    ) -> AsyncGenerator[Event, None]:
        """Yield what happens; `turn` tells afterwards how it went. ModelError when no model could answer."""
        said = list(messages)
        turn.prompt = said[0].content if said and said[0].role == "system" else ""
        deadline = time.monotonic() + self._answer_s
        turn.model = turn.model or getattr(self._model, "name", type(self._model).__name__)
        for number in range(self._max_rounds):
            offered = tools if number + 1 < self._max_rounds else ()
            calls: list[ToolCall] = []
            turn.titles = _titles(turn.about, context.catalog)
            turn.offers = _offers(context.catalog)
            turn.scopes.clear()
            async with aclosing(self._speak(said, offered, turn, deadline, context.catalog)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, ToolCall):
                        calls.append(piece)
                    else:
                        yield piece
            if not calls:
                return
            said.append(Message("assistant", tool_calls=tuple(calls)))
            looked_up: list[bool] = []
            for call in calls:
                tool = TOOLS.get(call.name)
                if tool is not None and tool.label:
                    yield Progress(call.name, tool.label(turn.lang))
                result, content = await self._call(call, context, turn)
                said.append(Message("tool", content, tool_call_id=call.id, name=call.name))
                if result is not None:
                    if call.name not in ("handoff", "offer_replies"):
                        looked_up.append(result.found)
                    if result.comparison is not None:
                        yield Comparison(*result.comparison)
                    if result.order is not None:
                        yield OrderCard(dict(result.order))
                    if result.form is not None:
                        yield FormCard(result.form)
                    if result.basket is not None:
                        yield BasketCard(dict(result.basket))
            turn.found = any(looked_up) if looked_up else turn.found

    async def _speak(
        self, said: Sequence[Message], tools: Sequence[ToolSpec], turn: Turn, deadline: float, catalog: Catalog
    ) -> AsyncGenerator[Sentence | ToolCall, None]:
        """One call of the model: its text as checked sentences, its tool calls as they are."""
        splitter = SentenceSplitter()
        async with aclosing(self._model.respond(said, tools)) as pieces:
            while (piece := await _next(pieces, deadline)) is not None:
                if isinstance(piece, Switched):
                    splitter = SentenceSplitter()
                    turn.model, turn.degraded = piece.model, piece.reason or turn.degraded
                elif isinstance(piece, ToolCall):
                    yield piece
                else:
                    for sentence in splitter.feed(piece.text):
                        if (passed := await self._pass(sentence, turn, catalog)) is not None:
                            yield passed
                        if turn.enough:
                            return
        for sentence in splitter.flush():
            if (passed := await self._pass(sentence, turn, catalog)) is not None:
                yield passed
            if turn.enough:
                return

    async def _pass(self, sentence: str, turn: Turn, catalog: Catalog) -> Sentence | None:
        """The gate. Nothing of a model's text goes any other way."""
        if not sentence.strip():
            if turn.text:
                turn.text += sentence
            return None
        try:
            turn.renew(catalog)
            parts = turn.context.parts(sentence, lambda cell: bool(products_named(cell, turn.facts, turn.about)))
            if leaks(sentence, turn.prompt):
                verdict = recited(sentence, turn.lang)
            else:
                verdict = review_parts(sentence, parts, lambda text: self._review(text, turn, catalog))
            if self._second is not None:
                about, facts = _scope(sentence, turn, catalog)
                verdict = await self._second.weigh(verdict, facts, lang=turn.lang, about=about)
            turn.context.said(verdict.text)
            turn.spoken = _named(verdict.text, turn, catalog) or turn.spoken
        except Exception:  # a gate that fails is a gate that is shut
            log.exception("guard_failed")
            verdict = Verdict("unsupported", sentence, "")
        turn.verdicts.append(verdict)
        if not verdict.text.strip():
            return None
        if turn.degraded and repeats(verdict.text, turn.text):
            return None  # the second model repeats what the first one had already said
        text = turn.restore(verdict.text)  # for the shopper's own eyes; the verdict keeps the marks
        turn.text += text
        turn.sentences += 1
        return Sentence(text, verdict)

    def _review(self, text: str, turn: Turn, catalog: Catalog) -> Verdict:
        """The guard's verdict on what stands for itself."""
        about, facts = _scope(text, turn, catalog)
        verdict = self._guard.review(text, facts, lang=turn.lang, about=about)
        if verdict.label == "contradicted" and facts is turn.facts and not products_named(text, facts, turn.about):
            for other in turn.spoken[1:]:  # after two products "it" may be either of them
                again = self._guard.review(text, facts, lang=turn.lang, about=(other,))
                if again.label == "ok":
                    return again
        return verdict

    async def _call(self, call: ToolCall, context: ToolContext, turn: Turn) -> tuple[ToolResult | None, str]:
        """Run one tool. A mistake of the model comes back to it as data, so that it can do better."""
        tool = TOOLS.get(call.name)
        if tool is None:
            return None, as_data({"error": f"no tool is called {call.name[:40]}", "tools": sorted(TOOLS)})
        key = Lookups.key(call.name, call.arguments, context, stand(context.catalog)) if tool.shared else ()
        if key and (known := self._lookups.find(key)) is not None:
            turn.take(call, known[0], context.catalog)
            return known
        try:
            arguments = tool.arguments.model_validate_json(call.arguments or "{}")
        except ValidationError as error:
            problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()][:5]
            return None, as_data({"error": "these arguments don't fit", "problems": problems})
        left = context.lookups_left - turn.refused_lookups
        context = replace(context, lookups_left=left)
        version = context.catalog.version
        if version == self._version and not tool.slow:
            result = tool.run(arguments, context)
        else:  # others must not wait for it; a search may build its index anew when the catalogue has changed
            result = await asyncio.to_thread(tool.run, arguments, context)
            self._version = version
        turn.take(call, result, context.catalog)
        found = result, as_data(result.data)
        if key:
            self._lookups.keep(key, found)
        return found


def stand(catalog: Catalog) -> str:
    """A name for how the catalogue stands: another one after any change, and when an offer begins or ends."""
    return "/".join((str(catalog.version), *(one.id for one in catalog.promotions())))


def _holds(fact: Fact, catalog: Catalog, planned: bool) -> bool:
    """Whether a sum was worked out from the product as it is now; `planned`: whether a basket's sums still hold."""
    product = catalog.product(fact.subject)
    return product.version == fact.version if product is not None else planned and ":" in fact.subject


def _titles(ids: Sequence[str], catalog: Catalog) -> list[tuple[str, list[str]]]:
    """Titles with the ids of the products that bear them, the longest title first: one title may begin another."""
    bearers: dict[str, list[str]] = {}
    for product in (found for one in ids if (found := catalog.product(one)) is not None):
        for title in {product.title.zh, product.title.en} - {""}:
            bearers.setdefault(title, []).append(product.id)
    return sorted(bearers.items(), key=lambda pair: -len(pair[0]))


def _offers(catalog: Catalog) -> frozenset[str]:
    return frozenset(name for one in catalog.promotions() for name in (one.name.zh, one.name.en) if name)


def _scope(sentence: str, turn: Turn, catalog: Catalog) -> tuple[tuple[str, ...], Facts]:
    """What a sentence is about and may rely on: the products it names in full, and only them; else all
    of the turn, those first that were named last."""
    named = _in_full(sentence, turn, catalog)
    if not named:
        if any(name in sentence for name in turn.offers) or shop_says(sentence, catalog.shop_facts()):
            return (), turn.scope((), catalog)  # an offer's figures, and a rule's, are its own, not a product's
        called = products_named(sentence, turn.facts, turn.about)
        return tuple(dict.fromkeys((*called, *turn.spoken, *turn.about))), turn.facts
    return named, turn.scope(named, catalog)


def _in_full(sentence: str, turn: Turn, catalog: Catalog) -> tuple[str, ...]:
    """The products whose titles stand in the sentence, in its order."""
    places: dict[str, int] = {}
    rest = sentence
    for title, product_ids in turn.titles:
        if title in rest:
            for product_id in _priced(product_ids, sentence, catalog):
                places.setdefault(product_id, rest.find(title))
            rest = rest.replace(title, "\0" * len(title))
    return tuple(sorted(places, key=lambda one: places[one]))


def _named(said: str, turn: Turn, catalog: Catalog) -> tuple[str, ...]:
    """The products that a sentence names, in whatever way."""
    return _in_full(said, turn, catalog) or products_named(said, turn.facts, turn.about)


def _priced(ids: list[str], sentence: str, catalog: Catalog) -> list[str]:
    """Of products with one and the same title those whose price the sentence states; all when it states none's."""
    if len(ids) < 2:
        return ids
    found = [one for one in map(catalog.product, ids) if one is not None and one.price is not None]
    return [one.id for one in found if one.price is not None and plain(one.price) in sentence] or ids


def as_data(data: Mapping[str, Any]) -> str:
    """Quoted and delimited; the delimiter can't be closed from within."""
    body = dumps(harmless(data)).replace("</", "<\\/")
    return f"{DATA_OPENS}{body}{DATA_CLOSES}"


async def _next(pieces: AsyncGenerator[TextDelta | ToolCall, None], deadline: float) -> TextDelta | ToolCall | None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise ModelError("the answer took too long", retryable=True)
    try:
        async with asyncio.timeout(left):
            return await anext(pieces, None)
    except TimeoutError as error:
        raise ModelError("the answer took too long", retryable=True) from error
