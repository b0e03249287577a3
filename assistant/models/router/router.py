"""A Model that asks others: by rule, one after the other until one answers."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path

import structlog

from assistant.guard.sentences import SentenceSplitter
from assistant.messages import Message, Model, ModelError, TextDelta, ToolCall, ToolSpec
from assistant.models.fallback import Switched, sensible
from assistant.models.router.figures import new_figures
from assistant.models.router.hedge import race
from assistant.models.router.rules import Asked, line_up, rule_for
from assistant.models.router.seats import Seat, Seats
from assistant.models.router.spending import Book, Spending, today
from assistant.models.router.table import LAST, Entry, Rule, Scene, Shadow, Table

log = structlog.get_logger(__name__)

Judge = Callable[[Sequence[Message], str], tuple[int, int]]  # sentences of a text, and how many the guard changes

_SHADOWS = 4  # at once; more are not asked
_GO_ON = {
    "zh": "（刚才断了。请接着上面的话说完，说过的不要重复。）",
    "en": "(The line broke. Go on from where you stopped; don't repeat what was said.)",
}


class Router:
    """Safe to share between conversations. `degraded` says what isn't as the table wants it.

    A table that is a file is read again when it changes; an answer that is being given goes on with the models it began
    with. A file that can't be used leaves the old table as it is.
    """

    def __init__(
        self,
        table: Table | Path,
        make: Callable[[Entry], Model],
        kinds: Sequence[str],
        *,
        failures: int,
        rest_s: float,
        last: Model | None = None,
        scene: Scene = "chat",
    ) -> None:
        """`make` builds a back-end; `last` answers when no other does, None: a ModelError says why nobody did. Raises
        TableError when the file can't be used at the start."""
        self._last = last
        self._scene: Scene = scene
        self.figures = new_figures()
        self.spending = Spending()
        self._seats = Seats(table, make, kinds, failures, rest_s, self._used)
        self.judge: Judge | None = None
        self._shadows: set[asyncio.Task[None]] = set()

    @property
    def table(self) -> Table:
        return self._seats.table

    @property
    def name(self) -> str:
        return next(iter(self.table.default.use or self.table.order()), LAST)

    @property
    def degraded(self) -> str:
        troubles = self._seats.troubles()
        if len(self.table.models) == 1 and not self._seats.trouble:
            return next(iter(troubles.values()), "")
        told = [f"{name}: {trouble}" for name, trouble in troubles.items()]
        return "; ".join([*([self._seats.trouble] if self._seats.trouble else []), *told])

    def resting(self) -> dict[str, bool]:
        """Whether each model is being left alone after failures."""
        return {name: self._seats.by_name[name].breaker.open for name in self.table.models}

    def troubles(self) -> dict[str, str]:
        """Why models could not answer when they were asked last; those that could are left out."""
        return self._seats.troubles()

    @property
    def trouble(self) -> str:
        """Why the file's newest edition isn't used, in both languages; empty when it is."""
        return self._seats.trouble

    def keep(self, book: Book, day: Callable[[], str] = today) -> None:
        """Where what was spent is kept over restarts and shared with other processes; `day`: which one it is."""
        self.spending = Spending(book, day)

    def share(self, other: "Router") -> None:
        """Count together with another router: one budget and one set of figures, whatever models are asked for."""
        self.spending, self.figures = other.spending, other.figures

    async def close(self) -> None:
        for task in self._shadows:
            task.cancel()
        await asyncio.gather(*self._shadows, return_exceptions=True)
        await self.spending.close()
        await self._seats.close()
        close = getattr(self._last, "close", None)
        if close is not None:
            await close()

    async def respond(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec]
    ) -> AsyncGenerator[TextDelta | ToolCall, None]:
        await self._seats.refresh()
        await self.spending.refresh()
        table = self.table
        asked = Asked.of(messages, tools, self._scene)
        rule = rule_for(table, asked)
        reason, said, begun = "", _Said(), set[str]()
        with self._seats.taken(self._affordable(table, line_up(table, rule, asked))) as seats:
            self._overshadow(rule.shadow, asked, messages, tools)
            for number, seat in enumerate(seats):
                if seat.name in begun:
                    continue
                if not seat.breaker.admit():
                    self.figures[seat.name].outcomes["skipped"] += 1
                    reason = reason or seat.error
                    continue
                if reason or self._seats.watched:  # the name that the answer began with may be an old table's
                    yield Switched("", seat.name, reason)
                try:
                    pair = (seat, *(self._rivals(rule, seats[number + 1 :])))
                    told = said.onwards(messages, asked.lang)
                    async with aclosing(self._answer(pair, rule.hedge_ms / 1000, told, tools, begun)) as pieces:
                        async for piece in pieces:
                            said.add(piece)
                            yield piece
                    return
                except ModelError as error:
                    reason = str(error)
        if self._last is None:
            raise ModelError(reason or "no model of the table can answer this", retryable=True)
        yield Switched("", LAST, reason)
        async with aclosing(self._last.respond(messages, tools)) as pieces:
            async for piece in pieces:
                yield piece

    def _affordable(self, table: Table, names: Sequence[str]) -> list[str]:
        if table.budget is not None and self.spending.whole >= table.budget.per_day:
            names = [name for name in table.budget.then if name != LAST]
        fine = []
        for name in names:
            limit = table.models[name].per_day
            if limit is not None and self.spending.of(name) >= limit:
                self.figures[name].outcomes["spent"] += 1
            else:
                fine.append(name)
        return fine

    def _used(self, seat: Seat) -> None:
        """Hear of what its answers cost."""
        model = seat.model
        if hasattr(model, "on_usage"):
            model.on_usage = lambda usage: self.spending.add(
                seat.name, usage, self.figures[seat.name].add(usage, seat.entry.price.price())
            )

    # One answer

    def _rivals(self, rule: Rule, others: Sequence[Seat]) -> list[Seat]:
        """Who is asked as well, should the first one be slow: at most one."""
        return [seat for seat in others if not seat.breaker.open][:1] if rule.hedge_ms else []

    async def _answer(
        self,
        pair: Sequence[Seat],
        after_s: float,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec],
        begun: set[str],
    ) -> AsyncGenerator[TextDelta | ToolCall, None]:
        """Of one, or of the faster of two. `begun`: names of those who were asked."""

        def ask(seat: Seat) -> AsyncGenerator[TextDelta | ToolCall, None]:
            begun.add(seat.name)
            return self._ask(seat, messages, tools)

        if len(pair) == 1:
            async with aclosing(ask(pair[0])) as pieces:
                async for piece in pieces:
                    yield piece
            return
        first, second = pair
        speaker = 0
        async with aclosing(race(partial(ask, first), partial(ask, second), after_s)) as both:
            async for who, piece in both:
                if who != speaker:
                    speaker = who
                    self.figures[second.name].outcomes["hedged"] += 1
                    yield Switched("", second.name, "")
                yield piece

    async def _ask(
        self, seat: Seat, messages: Sequence[Message], tools: Sequence[ToolSpec]
    ) -> AsyncGenerator[TextDelta | ToolCall, None]:
        """One model's answer, with what is learnt of it."""
        figures, began, outcome = self.figures[seat.name], time.monotonic(), "abandoned"
        first = True
        try:
            async with aclosing(sensible(seat.model.respond(messages, tools), tools)) as pieces:
                async for piece in pieces:
                    if first:
                        figures.first(time.monotonic() - began)
                        first = False
                    yield piece
            outcome = "answered"
            seat.breaker.succeeded()
            seat.error = ""
        except ModelError as error:
            outcome = "failed"
            seat.breaker.failed()
            seat.error = str(error)
            log.warning("model_failed", model=seat.name, error=seat.error, retryable=error.retryable)
            raise
        finally:
            if outcome == "abandoned":
                seat.breaker.abandoned()
            figures.outcomes[outcome] += 1

    # Shadows

    def _overshadow(
        self, shadow: Shadow | None, asked: Asked, messages: Sequence[Message], tools: Sequence[ToolSpec]
    ) -> None:
        if shadow is None or shadow.model == LAST or asked.share("shadow") >= shadow.percent:
            return
        if len(self._shadows) >= _SHADOWS or shadow.model not in self._affordable(self.table, [shadow.model]):
            return
        task = asyncio.create_task(self._shadowed(shadow.model, list(messages), tools))
        self._shadows.add(task)
        task.add_done_callback(self._shadows.discard)

    async def _shadowed(self, name: str, messages: list[Message], tools: Sequence[ToolSpec]) -> None:
        """The same question to a model that nobody hears: how the guard would find its words."""
        counts, text = self.figures[name].shadowed, ""
        with self._seats.taken([name]) as seats:
            if not seats:  # the table has changed meanwhile
                return
            try:
                async with aclosing(sensible(seats[0].model.respond(messages, tools), tools)) as pieces:
                    async for piece in pieces:
                        text += piece.text if isinstance(piece, TextDelta) else ""
            except ModelError as error:
                counts["failed"] += 1
                log.info("shadow_failed", model=name, error=str(error))
                return
        counts["answered"] += 1
        if text.strip() and self.judge is not None:
            try:
                sentences, changed = await asyncio.to_thread(self.judge, messages, text)
            except Exception as error:  # of whatever kind: nobody waits here who would hear of it
                counts["unjudged"] += 1
                log.error("shadow_not_judged", model=name, error=type(error).__name__, exc_info=True)
                return
            counts["sentences"] += sentences
            counts["changed"] += changed


class _Said:
    """The whole sentences that have been said in one answer."""

    def __init__(self) -> None:
        self._splitter = SentenceSplitter()
        self._text = ""

    def add(self, piece: TextDelta | ToolCall) -> None:
        if isinstance(piece, TextDelta):
            self._text += "".join(self._splitter.feed(piece.text))

    def onwards(self, messages: Sequence[Message], lang: str) -> Sequence[Message]:
        """What the next model is told, so that it goes on instead of beginning anew."""
        self._splitter = SentenceSplitter()
        if not self._text.strip():
            return messages
        return [*messages, Message("assistant", self._text), Message("user", _GO_ON.get(lang, _GO_ON["en"]))]
