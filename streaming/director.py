"""What is said next: the script, answers to viewers, lines that people insert; and back to where the script was."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import structlog

from assistant.guard.sentences import sentences
from assistant.guard.verdict import Verdict
from avatar.performer import Style
from avatar.voice import VoiceError
from streaming.audience import Asked, Audience, Taken, shown_name
from streaming.comments import Comment
from streaming.freshness import Due, Freshness, Review, Shelf
from streaming.journal import Journal
from streaming.phrases import Phrases
from streaming.phrasing import clauses, ends_sentence
from streaming.records import Cursor, Records, Said
from streaming.runsheet import RunSheet
from streaming.settings import Lang
from streaming.stage import Begun, Stage
from streaming.view import Bubble

log = structlog.get_logger(__name__)

_NEXT_ANSWER_S = 0.5
_STALE_S = 0.1  # how often a clause that is still being synthesised is held against the catalogue
_VOICE_GRACE_S = 0.15  # for a clause that is being synthesised when an answer is ready: most voices need less


class Line(Protocol):
    """One line of a script."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...


class Writer(Protocol):
    """Writes a product's script, `assistant.script.ScriptWriter`."""

    def lines(self, product_id: str, lang: Lang, persona: str) -> Sequence[Line]: ...


class Voice(Protocol):
    """The part of `avatar.performer.Performer` that the director needs."""

    async def say(self, text: str, lang: Lang, stamp: int, style: Style | None = None) -> bool: ...
    def interrupt(self) -> None: ...
    @property
    def queued_s(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Reply:
    """A checked sentence of an answer, the product it shows, or the news that staff must take over."""

    verdict: Verdict | None = None
    product_id: str = ""
    handed_over: bool = False


class Answerer(Protocol):
    def answer(self, comment: Comment, text: str, product_id: str) -> AsyncGenerator[Reply, None]:
        """Answer a viewer while `product_id` is on air; closing the generator stops the answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorSettings:
    lang: Lang = "zh"
    persona: str = "warm"
    shop: str = ""
    ahead_s: float = 0.15  # sound queued when the next clause is chosen: small, so that an answer waits little
    patience_s: float = 0.5  # an answer waits for a clause that ends sooner; a longer one is cut at its next word
    clause_pause_s: float = 0.08
    sentence_pause_s: float = 0.32
    answer_s: float = 20.0  # an answer that has not begun by then is given up
    answer_sentences: int = 5  # said aloud; the rest stays unsaid
    answers_in_row: int = 3  # before the script goes on for at least a sentence
    private: bool = True


@dataclass(slots=True)
class _Answer:
    """An answer being made while the script is still talking."""

    asked: Asked
    replies: asyncio.Queue[tuple[Reply, object] | None] = field(default_factory=lambda: asyncio.Queue(8))
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    failed: str = ""


class Director:
    """One task says everything. Nothing reaches the voice or the subtitle but the text of a verdict."""

    def __init__(
        self,
        settings: DirectorSettings,
        *,
        shelf: Shelf,
        writer: Writer,
        answerer: Answerer,
        review: Review,
        voice: Voice,
        stage: Stage,
        records: Records,
        journal: Journal,
        audience: Audience,
        runsheet: RunSheet,
        show: Callable[[str, Bubble | None], Awaitable[None]],
        emit: Callable[[dict[str, Any]], None],
        end: Callable[[Comment, Taken], None],
    ) -> None:
        self._settings, self._shelf, self._writer, self._answerer = settings, shelf, writer, answerer
        self._voice, self._stage, self._records = voice, stage, records
        self._fresh = Freshness(shelf, review)
        self._journal = journal
        self._audience, self._runsheet, self._show = audience, runsheet, show
        self._emit, self._end = emit, end
        self._phrases = Phrases(settings.lang, settings.shop)
        self._cursor = Cursor()
        self._lines: tuple[Line, ...] = ()
        self._lines_for: object = None  # the product and its offers as they were when the lines were written
        self._inserted: asyncio.Queue[Due] = asyncio.Queue(20)
        self._courtesies: asyncio.Queue[tuple[str, Comment]] = asyncio.Queue(8)
        self._answer: _Answer | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._answers_in_row = 0
        self._stamp = self._sounding = self._dropped = 0
        self._cutting = asyncio.Lock()
        self._begins: dict[int, dict[str, Any]] = {}  # what to tell when a stamp begins to sound
        self._nudge = asyncio.Event()
        self.kind = ""  # of what is being said
        self._script_trouble = self._voice_trouble = ""

    @property
    def product_id(self) -> str:
        return self._cursor.product_id

    @property
    def trouble(self) -> str:
        """What keeps the host from talking, for the status; empty when nothing does."""
        return "; ".join(filter(None, (self._script_trouble, self._voice_trouble)))

    async def run(self) -> None:
        """Talk until cancelled."""
        self._cursor = await self._journal.now(self._records.cursor)
        try:
            async with asyncio.TaskGroup() as self._tasks:
                if not self._cursor.greeted:
                    await self._phrase("greeting", "greeting")
                    self._move(replace(self._cursor, greeted=True))
                while True:
                    self._start_answer()
                    await self._step()
        finally:
            self._tasks = self._answer = None

    async def goodbye(self) -> None:
        """Drop what was to be said, and take leave; call after `run` has ended."""
        self._voice.interrupt()
        await self._phrase("goodbye", "goodbye")
        await self._until_queued(0.0)

    def comment(self, comment: Comment, taken: Taken) -> None:
        """A comment that the audience took and left open."""
        if taken.kind in ("welcome", "private"):
            if self._courtesies.full():
                self._end(comment, Taken("ignored", "too many at once"))
            else:
                self._courtesies.put_nowait((taken.kind, comment))
        self._start_answer()
        self._nudge.set()

    def insert(self, verdict: Verdict) -> bool:
        """Say a checked line next, in the middle of the script; False when too many are waiting."""
        if self._inserted.full():
            return False
        self._inserted.put_nowait(self._fresh.passed(verdict, self.product_id, self._fresh.stand))
        self._nudge.set()
        return True

    def begun(self, begun: Begun) -> None:
        """Told by the stage; on the event loop."""
        self._sounding = max(self._sounding, begun.stamp)
        for stamp in [known for known in self._begins if known <= begun.stamp]:
            event = self._begins.pop(stamp)
            if stamp == begun.stamp:
                self.kind = event["kind"]
                self._emit({**event, "at_s": round(begun.at_s, 3)})

    # Choosing

    @property
    def _pressing(self) -> bool:
        """Whether somebody waits: a line that was inserted, or an answer that is ready."""
        if not self._inserted.empty():
            return True
        rested = self._answers_in_row < self._settings.answers_in_row
        return self._answer is not None and self._answer.ready.is_set() and rested

    @property
    def _wanted(self) -> bool:
        """Whether something is to be said before the script goes on."""
        return self._pressing or not self._courtesies.empty()

    async def _step(self) -> None:
        if not self._inserted.empty():
            await self._say("inserted", self._inserted.get_nowait(), self.product_id)
        elif self._pressing and self._answer is not None:
            await self._give_answer(self._answer)
        elif not self._courtesies.empty():
            await self._courtesy(*self._courtesies.get_nowait())
        else:
            await self._go_on()
            self._answers_in_row = 0

    def _start_answer(self) -> None:
        """Begin to make the next answer, while the script talks on."""
        if self._answer is not None or self._tasks is None:
            return
        if (asked := self._audience.next()) is None:
            return
        self._answer = _Answer(asked)
        self._tasks.create_task(self._make(self._answer), name="answer")

    async def _make(self, answer: _Answer) -> None:
        try:
            async with asyncio.timeout(self._settings.answer_s) as limit:
                said = 0
                replies = self._answerer.answer(answer.asked.first, answer.asked.text, self.product_id)
                async with aclosing(replies):
                    stand = self._fresh.stand  # what changes while a sentence is made counts as later
                    async for reply in replies:
                        await answer.replies.put((reply, stand))
                        stand = self._fresh.stand
                        if reply.verdict is not None and reply.verdict.text.strip():
                            limit.reschedule(None)  # it is being said now: its length is bounded below
                            answer.ready.set()
                            self._nudge.set()
                            said += 1
                            if said >= self._settings.answer_sentences:
                                break
        except TimeoutError:
            answer.failed = f"no answer within {self._settings.answer_s:g} s"
        except Exception as error:  # whatever an assistant's back-end throws, the room stays on air
            log.exception("an answer failed")
            answer.failed = f"the assistant failed ({type(error).__name__})"
        finally:
            await answer.replies.put(None)
            answer.ready.set()
            self._nudge.set()

    # Saying

    async def _give_answer(self, answer: _Answer) -> None:
        asked, on_air = answer.asked, self.product_id
        spoken, handed_over = 0, False
        bubble = Bubble(shown_name(asked.first.author), asked.text)
        drawing: asyncio.Task[None] | None = None
        while (made := await answer.replies.get()) is not None:
            reply, stand = made
            handed_over |= reply.handed_over
            if reply.product_id or (drawing is None and reply.verdict is not None and reply.verdict.text.strip()):
                drawing = self._draw(reply.product_id or on_air, bubble, after=drawing)
            if reply.verdict is not None:
                due = self._fresh.passed(reply.verdict, on_air, stand)
                spoken += await self._say("answer", due, on_air, comment_id=asked.first.id)
        if drawing is not None:
            await drawing
        self._answer = None
        self._answers_in_row += 1
        self._close(asked, spoken, handed_over, answer.failed)
        self._start_answer()
        await self._next_answer()
        if spoken and not self._wanted:
            await self._phrase("back", "bridge")
        await self._show(on_air, None)

    def _draw(self, product_id: str, bubble: Bubble, *, after: asyncio.Task[None] | None) -> asyncio.Task[None]:
        """Bring the question on the picture while the answer is being spoken: no word waits for pixels."""

        async def draw() -> None:
            if after is not None:
                await after
            await self._show(product_id, bubble)

        assert self._tasks is not None
        return self._tasks.create_task(draw(), name="question")

    async def _next_answer(self) -> None:
        """Wait a moment for an answer that is being made: turning back to the script first would sound rude."""
        if self._answer is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_NEXT_ANSWER_S):
                    await self._answer.ready.wait()

    def _close(self, asked: Asked, spoken: int, handed_over: bool, failed: str) -> None:
        """Write down how a question and those merged into it ended."""
        if handed_over:
            taken = Taken("handed_over", "a person must answer this")
        elif spoken:
            taken = Taken("answered")
        else:
            taken = Taken("ignored", failed or "nothing of the answer could be backed by facts")
        self._end(asked.first, taken)
        for other in asked.also:
            same = Taken("merged", "asked by several", asked.first.id) if taken.outcome == "answered" else taken
            self._end(other, same)

    async def _courtesy(self, kind: str, comment: Comment) -> None:
        if kind == "private":
            await self._phrase("private", "answer", comment.id)
            self._end(comment, Taken("handed_over", "a private matter: sent to the shop's chat"))
        else:
            await self._phrase("welcome", "greeting", comment.id)
            self._end(comment, Taken("answered"))

    async def _go_on(self) -> None:
        """Say the script's next clauses, up to the end of a sentence or until something else is wanted."""
        if not (self.product_id and self._lines) and not await self._next_product():
            await self._nothing_to_sell()
            return
        if self._lines_for != self._fresh.subject(self.product_id):
            await self._rewrite()
            if self._cursor.clause:  # the wording may be another one: no half sentences
                self._move(replace(self._cursor, clause=0))
        cursor = self._cursor
        if cursor.line >= len(self._lines):
            await self._next_product()
            return
        pieces = sentences(self._lines[cursor.line].text)
        if cursor.sentence >= len(pieces):
            self._move(replace(cursor, line=cursor.line + 1, sentence=0, clause=0))
            return
        due = self._fresh.checked(pieces[cursor.sentence], cursor.product_id)
        await self._say("script", due, cursor.product_id, at=cursor)

    async def _next_product(self) -> bool:
        order_from = self._cursor
        if order_from.product_id and not self._lines and self._shelf.product(order_from.product_id) is not None:
            product_id, wraps = order_from.product_id, False  # after a crash: the same product, the same line
            moved = order_from
        else:
            product_id, wraps = self._runsheet.after(order_from.product_id, self._shelf.products())
            moved = Cursor(product_id, round=order_from.round + wraps, greeted=order_from.greeted)
        if not product_id:
            return False
        self._cursor = moved
        await self._rewrite()
        await self._show(product_id, None)
        self._move(moved)
        return bool(self._lines)

    async def _rewrite(self) -> None:
        """Have the product's lines written from the facts as they are now; the place in them stays."""
        self._lines_for = self._fresh.subject(self.product_id)
        settings = self._settings
        try:
            written = await asyncio.to_thread(self._writer.lines, self.product_id, settings.lang, settings.persona)
            self._lines, self._script_trouble = tuple(written), ""
        except Exception as error:  # a writer may call a model; the room must go on with the next product
            log.exception("a script could not be written", product=self.product_id)
            self._lines, self._script_trouble = (), f"no script for {self.product_id}: {type(error).__name__}"
            await asyncio.sleep(1.0)

    async def _nothing_to_sell(self) -> None:
        if not self._script_trouble:
            self._script_trouble = "the run sheet is empty: no product of it is in stock"
        await self._show("", None)
        await self._phrase("empty", "greeting")
        self._nudge.clear()
        if not self._wanted:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(15.0):
                    await self._nudge.wait()

    async def _phrase(self, occasion: Any, kind: Said, comment_id: str = "") -> None:
        due = self._fresh.checked(self._phrases(occasion))
        await self._say(kind, due, self.product_id, comment_id=comment_id)

    async def _say(
        self, kind: Said, due: Due, product_id: str, *, comment_id: str = "", at: Cursor | None = None
    ) -> int:
        """Speak a checked sentence, and what is true instead if it ceases to be while it is spoken; returns how many
        characters were spoken."""
        spoken = 0
        while True:
            due = self._fresh.renewed(due)
            more, changed = await self._utter(kind, due, product_id, comment_id, at)
            spoken += more
            if not changed:
                return spoken
            if at:  # the script is written anew first
                self._move(replace(at, clause=0))
                return spoken

    async def _utter(
        self, kind: Said, due: Due, product_id: str, comment_id: str, at: Cursor | None
    ) -> tuple[int, bool]:
        """Speak a sentence clause by clause; how many characters were spoken, and whether it was left because it does
        not hold any more.

        With `at`, it is the script's sentence there: it begins at that clause, stops for what is wanted, and moves on.
        """
        text, changed = due.text, False
        utterance = uuid.uuid4().hex
        self._journal.later(
            self._records.said, utterance, kind, due.verdict, product_id=product_id, comment_id=comment_id
        )
        pieces = clauses(text)
        first = min(at.clause, len(pieces)) if at else 0
        spoken = sum(map(len, pieces[:first]))
        for index in range(first, len(pieces)):
            if changed := self._fresh.is_stale(due):
                break
            event = {"type": "said", "kind": kind, "id": utterance, "text": text, "product_id": product_id}
            told = {**event, "comment_id": comment_id} if index == first else None
            if not await self._speak(pieces[index], told, due, may_cut=at is not None):
                changed = self._fresh.is_stale(due)
                break  # the clause is said again from its beginning when the script goes on
            spoken += len(pieces[index])
            if at:
                self._move(replace(at, clause=index + 1))
                if index + 1 < len(pieces) and self._wanted:
                    break
        else:
            if at:
                self._move(replace(at, sentence=at.sentence + 1, clause=0))
        self._journal.later(self._records.spoken, utterance, spoken)
        await self._journal.keep_up()
        return spoken, changed

    async def _speak(self, clause: str, event: dict[str, Any] | None, due: Due, *, may_cut: bool = False) -> bool:
        """Queue one clause, and return shortly before it has sounded; False when it was cut for something pressing, or
        dropped because it ceased to be true before it sounded."""
        self._stamp += 1
        if event is not None:
            self._begins[self._stamp] = event
        self._stage.caption(self._stamp, clause)
        watch = asyncio.ensure_future(self._drop_if_stale(self._stamp, due))
        try:
            return await self._sound(clause, may_cut=may_cut) and self._dropped != self._stamp
        finally:
            if self._dropped != self._stamp:
                watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def _sound(self, clause: str, *, may_cut: bool) -> bool:
        pause = self._settings.sentence_pause_s if ends_sentence(clause) else self._settings.clause_pause_s
        try:
            said = self._voice.say(clause, self._settings.lang, self._stamp, Style(pause_s=pause))
            if not await self._unless_pressing(said, may_cut=may_cut):
                return False
            self._voice_trouble = ""
        except VoiceError as error:
            if not self._voice_trouble:
                log.warning("the voice failed", reason=str(error))
            self._voice_trouble = f"the voice failed: {error}"
            await asyncio.sleep(1.0)
        return await self._until_queued(self._settings.ahead_s, may_cut=may_cut)

    async def _drop_if_stale(self, stamp: int, due: Due) -> None:
        """Watch the catalogue until the clause `stamp` begins to sound: a slow voice may take long to make it."""
        while self._sounding < stamp:
            if self._fresh.is_stale(due):
                self._dropped = stamp
                await self._cut()
                return
            await asyncio.sleep(_STALE_S)

    async def _cut(self) -> None:
        async with self._cutting:  # the stage knows one cut at a time
            await self._stage.cut()

    async def _unless_pressing(self, saying: Coroutine[Any, Any, bool], *, may_cut: bool) -> bool:
        """Wait for the voice; with `may_cut`, False when it was slow and something pressing did not wait for it."""
        if not may_cut:
            await saying
            return True
        task = asyncio.ensure_future(saying)
        try:
            while not task.done():
                if self._pressing:
                    await asyncio.wait((task,), timeout=_VOICE_GRACE_S)
                    if task.done():
                        break
                    await self._cut()
                    return False
                self._nudge.clear()
                nudged = asyncio.ensure_future(self._nudge.wait())
                await asyncio.wait((task, nudged), return_when=asyncio.FIRST_COMPLETED)
                nudged.cancel()
            await task
            return True
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _until_queued(self, seconds: float, *, may_cut: bool = False) -> bool:
        """Wait until at most `seconds` of sound are left to play: the audio clock says how long that is.

        With `may_cut`, False once something pressing had the rest dropped at the next word.
        """
        while True:
            rest = self._voice.queued_s - seconds
            if rest <= 0.005:
                return True
            if may_cut and self._pressing and rest > self._settings.patience_s:
                await self._cut()
                return False
            self._nudge.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await self._nudge.wait()

    def _move(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._journal.later(self._records.save_cursor, cursor)
