"""What is said next: the script, answers to viewers, lines that people insert; and back to where the script was."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import structlog

from assistant.guard.verdict import Verdict
from assistant.script_desk import spoken_title
from assistant.script_lines import Line
from streaming.audience import Asked, Audience, Taken, Thanks, shown_name
from streaming.audience_questions import topic
from streaming.audience_words import spoken_names
from streaming.comments import Comment
from streaming.director_prompter import Prompter, Scripts, Writer
from streaming.director_speech import Pace, Picture, Reading, Speech, Voice
from streaming.flash import Call, FlashSales
from streaming.freshness import Due, Freshness, Review, Shelf
from streaming.journal import Journal
from streaming.phrases import Occasion, Phrases
from streaming.records import Records, Said
from streaming.reminding import Reminders
from streaming.runsheet import RunSheet
from streaming.settings import Lang
from streaming.stage import Begun
from streaming.view import Bubble

log = structlog.get_logger(__name__)

_NEXT_ANSWER_S = 0.5
_WORDINGS = 3  # tried, when the guard withholds one
_INSERTED = 20  # lines of people that wait at most
_ANSWERS = 2  # the one that is being given, and the next: its asker waits for the one before, not for a model too


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
    pace: Pace = Pace()
    answer_s: float = 20.0  # an answer that has not begun by then is given up
    writing_s: float = 20.0  # a script that is not written by then is given up, and the next product's turn comes
    answer_sentences: int = 5  # said aloud; the rest stays unsaid
    answers_in_row: int = 6  # before the script goes on for at least a breath


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorParts:
    """What a director works with. It closes none of it."""

    shelf: Shelf
    writer: Writer
    scripts: Scripts
    new_id: Callable[[], str]
    answerer: Answerer
    review: Review
    voice: Voice
    stage: Picture
    records: Records
    journal: Journal
    audience: Audience
    runsheet: RunSheet
    phrases: Phrases
    reminders: Reminders
    told: Callable[[Line], None]  # a line of the script begins
    show: Callable[[str, Bubble | None], Awaitable[None]]
    emit: Callable[[dict[str, Any]], None]
    end: Callable[[Comment, Taken], None]


@dataclass(slots=True)
class _Answer:
    """An answer being made while the script is still talking."""

    asked: Asked
    replies: asyncio.Queue[tuple[Reply, object] | None] = field(default_factory=lambda: asyncio.Queue(8))
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    made: bool = False  # to its end
    failed: str = ""


class Director:
    """One task says everything. Nothing reaches the voice or the subtitle but the text of a verdict."""

    def __init__(self, settings: DirectorSettings, parts: DirectorParts) -> None:
        self._settings, self._parts = settings, parts
        self._shelf, self._answerer, self._audience = parts.shelf, parts.answerer, parts.audience
        self._phrases, self._show, self._end = parts.phrases, parts.show, parts.end
        self._fresh = Freshness(parts.shelf, parts.review)
        self._speech = Speech(
            settings.lang,
            settings.pace,
            fresh=self._fresh,
            voice=parts.voice,
            picture=parts.stage,
            records=parts.records,
            journal=parts.journal,
            waiting=self,
            emit=parts.emit,
        )
        self._prompter = Prompter(
            settings.lang,
            settings.persona,
            shelf=parts.shelf,
            writer=parts.writer,
            scripts=parts.scripts,
            new_id=parts.new_id,
            fresh=self._fresh,
            runsheet=parts.runsheet,
            records=parts.records,
            journal=parts.journal,
            show=lambda product_id: parts.show(product_id, None),
            within_s=settings.writing_s,
        )
        self._flash = FlashSales(parts.shelf)
        self._inserted: deque[Due] = deque()
        self._urgent: deque[Due] = deque()
        self._person = False  # speaks by microphone
        self._courtesies: deque[tuple[Occasion, Comment]] = deque()
        self._answers: deque[_Answer] = deque()  # the first is given next, or is being given
        self._tasks: asyncio.TaskGroup | None = None
        self._answers_in_row = 0

    @property
    def product_id(self) -> str:
        return self._prompter.cursor.product_id

    @property
    def kind(self) -> str:
        """Of what is being said."""
        return self._speech.kind

    @property
    def trouble(self) -> str:
        """What keeps the host from talking, for the status; empty when nothing does."""
        return "; ".join(filter(None, (self._prompter.trouble, self._speech.trouble)))

    async def run(self) -> None:
        """Talk until cancelled."""
        await self._prompter.open()
        try:
            async with asyncio.TaskGroup() as self._tasks:
                if not self._prompter.cursor.greeted:
                    first = self._tasks.create_task(self._prompter.next(), name="first product")  # on the picture
                    await self._phrase("greeting", "greeting")
                    await first
                    self._prompter.move(replace(self._prompter.cursor, greeted=True))
                while True:
                    self._start_answer()
                    await self._step()
        finally:
            self._tasks = None
            self._answers.clear()

    async def goodbye(self) -> None:
        """Drop what was to be said, and take leave; call after `run` has ended."""
        self._speech.drop()
        self._urgent.clear()
        await self._phrase("goodbye", "goodbye")
        await self._speech.silence()

    def comment(self, comment: Comment, taken: Taken) -> None:
        """A comment that the audience took and left open."""
        if taken.kind in ("welcome", "private"):
            if len(self._courtesies) >= 8:
                self._end(comment, Taken("ignored", "too many at once"))
            else:
                self._courtesies.append((taken.kind, comment))
        self._start_answer()
        self._speech.nudge.set()

    def insert(self, verdict: Verdict, *, urgent: bool = False) -> bool:
        """Say a checked line next, in the middle of the script; `urgent`: at once, whatever is being said. False when
        too many are waiting."""
        lines = self._urgent if urgent else self._inserted
        if len(lines) >= _INSERTED:
            return False
        lines.append(self._fresh.passed(verdict, self.product_id, self._fresh.stand))
        self._speech.nudge.set()
        return True

    def begun(self, begun: Begun) -> None:
        """Told by the stage; on the event loop."""
        self._speech.begun(begun)

    # What a person decides

    def pin(self, product_id: str) -> bool:
        """Keep a product on air from the next breath on; empty: the run sheet decides again. False when there is no
        such product in stock."""
        if not product_id:
            self._keep(pinned="")
            return True
        if not self._can_show(product_id):
            return False
        self._keep(pinned=product_id)
        if product_id != self.product_id:
            self._go_to(product_id)
        return True

    def go_to(self, product_id: str = "") -> bool:
        """Turn to a product now, or to the next one; False when it is not in stock."""
        if product_id and not self._can_show(product_id):
            return False
        self._go_to(product_id)
        return True

    def pause(self) -> None:
        """Fall silent after this breath; questions wait, lines that people insert are still said."""
        self._keep(paused=True)

    def take_over(self) -> None:
        """A person speaks now: only inserted lines are said, questions go to staff."""
        self._keep(taken_over=True)

    def listen(self, speaking: bool) -> None:
        """Whether a person speaks by microphone. Not kept: after a crash nobody does."""
        self._person = speaking
        self._speech.nudge.set()

    def resume(self) -> None:
        """Go on where the script was."""
        self._keep(paused=False, taken_over=False)

    @property
    def state(self) -> dict[str, Any]:
        """What people decided, for the status."""
        cursor = self._prompter.cursor
        return {"pinned": cursor.pinned, "paused": cursor.paused, "taken_over": cursor.taken_over}

    def _can_show(self, product_id: str) -> bool:
        product = self._shelf.product(product_id)
        return product is not None and product.stock != 0

    def _go_to(self, product_id: str) -> None:
        self._prompter.skip(product_id)
        self._speech.nudge.set()

    def _keep(self, **decided: Any) -> None:
        self._prompter.move(replace(self._prompter.cursor, **decided))
        self._parts.emit({"type": "direction", **self.state})
        self._speech.nudge.set()

    # Choosing

    @property
    def _held(self) -> bool:
        return self._prompter.cursor.paused or self._is_taken_over

    @property
    def _is_taken_over(self) -> bool:
        return self._prompter.cursor.taken_over or self._person

    @property
    def urgent(self) -> bool:
        return bool(self._urgent)

    @property
    def pressing(self) -> bool:
        """Whether somebody waits: a line that was inserted, an answer that is ready, a person at the microphone."""
        if self._inserted or self._urgent or self._person:
            return True
        rested = self._answers_in_row < self._settings.answers_in_row
        return bool(self._answers) and self._answers[0].ready.is_set() and rested and not self._held

    @property
    def wanted(self) -> bool:
        """Whether something is to be said before the script goes on, or it is to stop."""
        return self.pressing or bool(self._courtesies) or self._held or self._prompter.cursor.next_product != ""

    @property
    def _answer_is_coming(self) -> bool:
        """Whether somebody is about to be answered: meanwhile the host begins nothing but the script, which can be
        cut."""
        return bool(self._answers) and not self._answers[0].ready.is_set()

    @property
    def _must_remind(self) -> bool:
        """The reminder is said whole, so it lets a question that is about to be answered go first, for a while."""
        reminders = self._parts.reminders
        if not reminders.due or self._prompter.cursor.clause:
            return False
        return reminders.overdue or not self._answer_is_coming

    async def interject(self) -> None:
        while self._urgent:
            await self._speech.say("inserted", self._urgent.popleft(), self.product_id)

    async def _step(self) -> None:
        if self._urgent:
            await self.interject()
        elif self._inserted:
            await self._speech.say("inserted", self._inserted.popleft(), self.product_id)
        elif self._held:
            await self._hold()
        elif self.pressing and self._answers:
            await self._give_answer(self._answers[0])
        elif self._courtesies and (not self._answer_is_coming or self._courtesies[0][0] == "private"):
            await self._courtesy(*self._courtesies.popleft())
        elif (call := self._flash.due()) is not None:
            await self._call(call)
        elif not self._answer_is_coming and (thanks := self._audience.thanks()) is not None:
            await self._thank(thanks)
        elif self._must_remind:
            await self._remind()
        else:
            await self._go_on()
            self._answers_in_row = 0

    async def _hold(self) -> None:
        """Nothing is said until somebody decides otherwise; when a person has taken over, questions are theirs."""
        if self._is_taken_over:
            self._hand_over()
        self._speech.nudge.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self._speech.nudge.wait()

    def _hand_over(self) -> None:
        taken = Taken("handed_over", "a person has taken the room over")
        while (asked := self._audience.next()) is not None:
            asked.open = False
            for comment in asked.comments:
                self._end(comment, taken)
        while self._courtesies:
            self._end(self._courtesies.popleft()[1], taken)

    def _start_answer(self) -> None:
        """Begin to make the next answer, while the script talks on or another is given; one at a time."""
        if self._tasks is None or self._held:
            return
        if len(self._answers) >= _ANSWERS or not all(answer.made for answer in self._answers):
            return
        if (asked := self._audience.next()) is not None:
            self._answers.append(_Answer(asked))
            self._tasks.create_task(self._make(self._answers[-1]), name="answer")

    async def _make(self, answer: _Answer) -> None:
        try:
            async with asyncio.timeout(self._settings.answer_s) as limit:
                said = 0
                replies = self._answerer.answer(answer.asked.first, answer.asked.text, self._about(answer.asked))
                async with aclosing(replies):
                    stand = self._fresh.stand  # what changes while a sentence is made counts as later
                    async for reply in replies:
                        await answer.replies.put((reply, stand))
                        stand = self._fresh.stand
                        if reply.verdict is not None and reply.verdict.text.strip():
                            limit.reschedule(None)  # it is being said now: its length is bounded below
                            answer.ready.set()
                            self._speech.nudge.set()
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
            answer.made = True
            answer.ready.set()
            self._speech.nudge.set()
        self._start_answer()

    # Saying

    def _about(self, asked: Asked) -> str:
        """The product that was on air when it was asked, as long as the shop has it."""
        about = asked.meaning.about
        return about if about and self._shelf.product(about) is not None else self.product_id

    async def _give_answer(self, answer: _Answer) -> None:
        asked, about = answer.asked, self._about(answer.asked)
        spoken, handed_over, before = 0, False, ""
        bubble = Bubble(shown_name(asked.first.author), asked.text)
        drawing: asyncio.Task[None] | None = None
        while (made := await answer.replies.get()) is not None:
            reply, stand = made
            handed_over |= reply.handed_over
            says = reply.verdict is not None and bool(reply.verdict.text.strip())
            if reply.verdict is not None and says and not spoken:
                before = before or self._audience.told(asked, reply.verdict)
            if before:
                continue  # the same facts again, for the same thing asked in other words
            if reply.product_id or (drawing is None and says):
                drawing = self._draw(reply.product_id or about, bubble, after=drawing)
            if reply.verdict is not None:
                if says and not spoken and len(asked.also) > 1:
                    named = topic(asked.meaning.intent, self._settings.lang)
                    await self._phrase("several", "bridge", asked.first.id, topic=named)
                due = self._fresh.passed(reply.verdict, about, stand)
                spoken += await self._speech.say("answer", due, about, comment_id=asked.first.id)
        if drawing is not None:
            await drawing
        self._answers.popleft()
        self._answers_in_row += not before
        if before:
            asked.open = False
            for comment in asked.comments:
                self._end(comment, Taken("merged", "just answered", before))
        else:
            self._close(asked, spoken, handed_over, answer.failed)
        self._start_answer()
        await self._next_answer()
        if spoken and not self.wanted:
            product = self._shelf.product(self.product_id)
            title = spoken_title(product.title(self._settings.lang)) if product is not None else ""
            await self._phrase("back", "bridge", yields_from=0, title=title)
        if drawing is not None and not self.pressing:  # another question takes this one's place on the picture
            await self._show(self.product_id, None)

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
        if self._answers:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_NEXT_ANSWER_S):
                    await self._answers[0].ready.wait()

    def _close(self, asked: Asked, spoken: int, handed_over: bool, failed: str) -> None:
        """Write down how a question and those merged into it ended."""
        asked.open = False
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

    async def _courtesy(self, occasion: Occasion, comment: Comment) -> None:
        if occasion == "private":
            await self._phrase("private", "answer", comment.id)
            self._end(comment, Taken("handed_over", "a private matter: sent to the shop's chat", kind="private"))
        else:
            said = await self._phrase("welcome", "greeting", comment.id, yields_from=0)
            self._end(comment, Taken("answered") if said else Taken("ignored", "a question came first"))

    async def _call(self, call: Call) -> None:
        """Say how long an offer still takes; bring its product on air when it begins."""
        product, lang = self._shelf.product(call.product_id), self._settings.lang
        assert product is not None
        left = {"product_id": call.product_id, "promotion": call.promotion.id, "minutes": call.minutes}
        self._parts.emit({"type": "countdown", "phase": call.occasion, **left})
        if call.begins:
            if self.product_id != call.product_id:
                self._go_to(call.product_id)
            return
        slots = {"minutes": str(call.minutes), "rule": call.promotion.name(lang)}
        text = self._phrases(call.occasion, title=spoken_title(product.title(lang)), **slots)
        due = self._fresh.checked(text, call.product_id)
        if text and not due.verdict.changed:
            await self._speech.say("script", due, call.product_id, yields_from=1)

    async def _thank(self, thanks: Thanks) -> None:
        """One line for all who gave, followed or ordered; when a question cuts it short, they are thanked later."""
        first, *others = thanks.comments
        names = spoken_names([comment.author for comment in thanks.comments], self._settings.lang)
        if not await self._phrase(thanks.occasion, "greeting", first.id, yields_from=0, names=names) and self.pressing:
            self._audience.put_back(thanks)
            return
        self._end(first, Taken("answered"))
        for other in others:
            self._end(other, Taken("merged", "thanked together", first.id))

    async def _remind(self) -> None:
        """Say between two sentences that an AI speaks; what could not be said is due again."""
        if await self._phrase("reminder", "reminder"):
            self._parts.reminders.said()

    async def _go_on(self) -> None:
        """Say the script's next clauses, up to the end of a sentence or until something else is wanted."""
        told = await self._prompter.next()
        if told is None:
            if self._prompter.is_at_a_loss:
                await self._nothing_to_sell()
            return
        due = self._fresh.checked(told.text, told.at.product_id)
        if told.line.kind == "offer" and due.verdict.changed:
            # A sum with one figure mended is not a sum any more: it is on record, and not said.
            due = replace(due, verdict=replace(due.verdict, text=""))
        reading = Reading(told.at.clause, self._breath, self._prompter.sentence, told.line.cue)
        begins = not told.at.sentence and not told.at.clause
        if await self._speech.say("script", due, told.at.product_id, reading=reading) and begins:
            self._parts.told(told.line)

    def _breath(self, clause: int) -> None:
        """The script has had its turn."""
        self._answers_in_row = 0
        self._prompter.breath(clause)

    async def _nothing_to_sell(self) -> None:
        self._answers_in_row = 0
        await self._show("", None)
        await self._phrase("empty", "greeting")
        self._speech.nudge.clear()
        if not self.wanted:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(15.0):
                    await self._speech.nudge.wait()

    async def _phrase(
        self, occasion: Occasion, kind: Said, comment_id: str = "", yields_from: int | None = None, **slots: str
    ) -> int:
        """How many characters were spoken."""
        for _ in range(_WORDINGS):
            text = self._phrases(occasion, **slots)
            if not text:
                break
            due = self._fresh.checked(text)
            if due.text.strip():  # else it was withheld: a title may bring a word that no wording foresaw
                return await self._speech.say(
                    kind, due, self.product_id, comment_id=comment_id, yields_from=yields_from
                )
            log.info("a line of the host's own was withheld", occasion=occasion, rule=due.verdict.rule)
        return 0
