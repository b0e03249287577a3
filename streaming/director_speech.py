"""How a sentence is spoken: breath by breath, true until it sounds, cut for what cannot wait."""

import asyncio
import contextlib
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from avatar.performer import Style
from avatar.voice import VoiceError
from streaming.freshness import Due, Freshness
from streaming.journal import Journal
from streaming.phrasing import clauses, ends_sentence
from streaming.records import Records, Said
from streaming.settings import Lang
from streaming.stage import Begun

log = structlog.get_logger(__name__)

_STALE_S = 0.1  # how often a clause that is still being synthesised is held against the catalogue
_VOICE_GRACE_S = 0.15  # for a clause that is being synthesised when an answer is ready: most voices need less
_WORD_S = 0.2  # an urgent line waits so long for the end of a word, then cuts it


class Voice(Protocol):
    """The part of `avatar.performer.Performer` that the director needs."""

    async def say(self, text: str, lang: Lang, stamp: int, style: Style | None = None) -> bool: ...
    def interrupt(self) -> None: ...
    @property
    def queued_s(self) -> float: ...


class Picture(Protocol):
    """The part of `streaming.stage.Stage` that the director needs."""

    def caption(self, stamp: int, text: str) -> None: ...
    async def cut(self, within_s: float | None = None) -> None: ...


class Waiting(Protocol):
    """Who waits to be heard while something is being said."""

    @property
    def pressing(self) -> bool:
        """An inserted line, or an answer that is ready: the script is cut for it at the next word."""
        ...

    @property
    def wanted(self) -> bool:
        """Anything that goes before the script's next breath."""
        ...

    @property
    def urgent(self) -> bool:
        """A line that cuts whatever is being said, at once."""
        ...

    async def interject(self) -> None:
        """Say the urgent lines."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    ahead_s: float = 0.15  # sound queued when the next clause is chosen: small, so that an answer waits little
    patience_s: float = 0.5  # an answer waits for a clause that ends sooner; a longer one is cut at its next word
    clause_pause_s: float = 0.08
    sentence_pause_s: float = 0.32


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence of the script: where it stands, and what to do when a breath of it has been said."""

    clause: int
    move: Callable[[int], None]  # so many breaths of it have been said
    done: Callable[[], None]
    cue: str = ""


class Speech:
    """Says one sentence at a time. Nothing reaches the voice or the subtitle but the text of a verdict."""

    def __init__(
        self,
        lang: Lang,
        pace: Pace,
        *,
        fresh: Freshness,
        voice: Voice,
        picture: Picture,
        records: Records,
        journal: Journal,
        waiting: Waiting,
        emit: Callable[[dict[str, Any]], None],
    ) -> None:
        self._lang, self._pace, self._fresh = lang, pace, fresh
        self._voice, self._picture, self._waiting = voice, picture, waiting
        self._records, self._journal, self._emit = records, journal, emit
        self._stamp = self._sounding = self._dropped = 0
        self._cutting = asyncio.Lock()
        self._interjecting = False
        self._begins: dict[int, dict[str, Any]] = {}  # what to tell when a stamp begins to sound
        self.nudge = asyncio.Event()
        self.kind = ""  # of what is being said
        self.trouble = ""

    def begun(self, begun: Begun) -> None:
        """Told by the stage; on the event loop."""
        self._sounding = max(self._sounding, begun.stamp)
        for stamp in [known for known in self._begins if known <= begun.stamp]:
            event = self._begins.pop(stamp)
            if stamp == begun.stamp:
                self.kind = event["kind"]
                self._emit({**event, "at_s": round(begun.at_s, 3)})

    async def say(
        self,
        kind: Said,
        due: Due,
        product_id: str,
        *,
        comment_id: str = "",
        reading: Reading | None = None,
        yields_from: int | None = None,
    ) -> int:
        """Speak a checked sentence, and what is true instead if it ceases to be while it is spoken; returns how many
        characters were spoken. What an urgent line cut off is said after it.

        From its clause `yields_from` on (0: from the first), the sentence gives way to what presses, and is not taken
        up again."""
        spoken = first = 0
        while True:
            renewed = self._fresh.renewed(due)
            first = 0 if renewed.text != due.text else first
            due = renewed
            said = await self._utter(kind, due, product_id, comment_id, reading, first, yields_from)
            spoken += said.chars
            if self._is_urgent:
                await self._interject()
            gave_way = yields_from is not None and said.clause >= yields_from and self._waiting.pressing
            if (
                said.finished or gave_way or reading is not None
            ):  # the script is written anew first, or goes on by its cursor
                return spoken
            first = said.clause

    async def silence(self) -> None:
        """Wait until all that was said has sounded."""
        await self._until_queued(0.0)

    def drop(self) -> None:
        """What is queued is not said."""
        self._voice.interrupt()

    @property
    def _is_urgent(self) -> bool:
        return self._waiting.urgent and not self._interjecting

    async def _interject(self) -> None:
        self._interjecting = True
        try:
            await self._waiting.interject()
        finally:
            self._interjecting = False

    async def _utter(
        self,
        kind: Said,
        due: Due,
        product_id: str,
        comment_id: str,
        reading: Reading | None,
        first: int,
        yields_from: int | None,
    ) -> "_Uttered":
        """Speak a sentence clause by clause from clause `first` on.

        With a `reading`, it is the script's sentence there: it begins at that clause, stops for what is wanted, and
        moves on.
        """
        utterance = uuid.uuid4().hex
        self._journal.later(
            self._records.said, utterance, kind, due.verdict, product_id=product_id, comment_id=comment_id
        )
        pieces = clauses(due.text)
        index = first = min(reading.clause if reading else first, len(pieces))
        stale = False
        event = {"type": "said", "kind": kind, "id": utterance, "text": due.text, "product_id": product_id}
        event |= {"comment_id": comment_id, "cue": reading.cue if reading else ""}
        while index < len(pieces):
            if stale := self._fresh.is_stale(due):
                break
            told = event if index == first else None
            yields = reading is not None or (yields_from is not None and index >= yields_from)
            if not await self._speak(pieces[index], told, due, may_cut=yields):
                stale = self._fresh.is_stale(due)
                break  # the clause is said again from its beginning
            index += 1
            if reading:
                reading.move(index)
                if index < len(pieces) and self._waiting.wanted:
                    break
            elif self._is_urgent or (yields_from is not None and index >= yields_from and self._waiting.pressing):
                break
        finished = index >= len(pieces) and not stale
        if reading and finished:
            reading.done()
        elif reading and stale:
            reading.move(0)
        said = sum(map(len, pieces[:index]))
        self._journal.later(self._records.spoken, utterance, said)
        await self._journal.keep_up()
        return _Uttered(said - sum(map(len, pieces[:first])), finished, 0 if stale else index)

    async def _speak(self, clause: str, event: dict[str, Any] | None, due: Due, *, may_cut: bool) -> bool:
        """Queue one clause, and return shortly before it has sounded; False when it was cut for something pressing, or
        dropped because it ceased to be true before it sounded."""
        self._stamp += 1
        if event is not None:
            self._begins[self._stamp] = event
        self._picture.caption(self._stamp, clause)
        watch = asyncio.ensure_future(self._drop_if_stale(self._stamp, due))
        try:
            return await self._sound(clause, may_cut=may_cut) and self._dropped != self._stamp
        finally:
            if self._dropped != self._stamp:
                watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def _sound(self, clause: str, *, may_cut: bool) -> bool:
        pause = self._pace.sentence_pause_s if ends_sentence(clause) else self._pace.clause_pause_s
        try:
            said = self._voice.say(clause, self._lang, self._stamp, Style(pause_s=pause))
            if not await self._unless_pressing(said, may_cut=may_cut):
                return False
            self.trouble = ""
        except VoiceError as error:
            if not self.trouble:
                log.warning("the voice failed", reason=str(error))
            self.trouble = f"the voice failed: {error}"
            await asyncio.sleep(1.0)
        return await self._until_queued(self._pace.ahead_s, may_cut=may_cut)

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
            await self._picture.cut(_WORD_S if self._is_urgent else None)

    def _must_cut(self, may_cut: bool) -> bool:
        return self._is_urgent or (may_cut and self._waiting.pressing)

    async def _unless_pressing(self, saying: Coroutine[Any, Any, bool], *, may_cut: bool) -> bool:
        """Wait for the voice; False when it was slow and something pressing did not wait for it."""
        task = asyncio.ensure_future(saying)
        try:
            while not task.done():
                if self._must_cut(may_cut):
                    await asyncio.wait((task,), timeout=_VOICE_GRACE_S if not self._is_urgent else 0.0)
                    if task.done():
                        break
                    await self._cut()
                    return False
                self.nudge.clear()
                nudged = asyncio.ensure_future(self.nudge.wait())
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

        False once something pressing had the rest dropped at the next word.
        """
        while True:
            rest = self._voice.queued_s - seconds
            if rest <= 0.005:
                return True
            patience_s = 0.0 if self._is_urgent else self._pace.patience_s
            if self._must_cut(may_cut) and rest > patience_s:
                await self._cut()
                return False
            self.nudge.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await self.nudge.wait()


@dataclass(frozen=True, slots=True)
class _Uttered:
    chars: int
    finished: bool
    clause: int  # where to go on
