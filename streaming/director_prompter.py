"""Where the script stands: the product on air, its lines, the next sentence; kept in the database as it moves."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from assistant.guard.sentences import sentences
from assistant.script_lines import Line
from streaming.freshness import Freshness, Shelf
from streaming.journal import Journal
from streaming.records import Cursor, Records
from streaming.runsheet import RunSheet
from streaming.settings import Lang

log = structlog.get_logger(__name__)


_FAILURES = 3  # after so many in a row the room says that it has nothing to show, and waits


class Writer(Protocol):
    """Writes a product's script, `assistant.script.ScriptWriter`."""

    def lines(self, product_id: str, lang: Lang, persona: str) -> Sequence[Line]: ...
    def renewed(self, lines: Sequence[Line], lang: Lang, persona: str) -> Sequence[Line]: ...


class Scripts(Protocol):
    """Keeps scripts, `assistant.script_store.ScriptStore`."""

    def save(self, script_id: str, lines: Sequence[Line]) -> None: ...
    def load(self, script_id: str) -> Sequence[Line]: ...


@dataclass(frozen=True, slots=True)
class Told:
    """The script's next sentence."""

    text: str
    line: Line
    at: Cursor


class Prompter:
    """Lives on the event loop; writing a script is left to a thread."""

    def __init__(
        self,
        lang: Lang,
        persona: str,
        *,
        shelf: Shelf,
        writer: Writer,
        scripts: Scripts,
        new_id: Callable[[], str],
        fresh: Freshness,
        runsheet: RunSheet,
        records: Records,
        journal: Journal,
        show: Callable[[str], Awaitable[None]],
        within_s: float,
    ) -> None:
        self._lang, self._persona = lang, persona
        self._shelf, self._writer, self._scripts, self._new_id = shelf, writer, scripts, new_id
        self._fresh, self._runsheet, self._show = fresh, runsheet, show
        self._records, self._journal = records, journal
        self._within_s = within_s
        self._lines: tuple[Line, ...] = ()
        self._lines_for: object = None  # the product and its offers as they were when the lines were written
        self._skip = False
        self.cursor = Cursor()
        self._failures = 0  # scripts in a row that could not be written
        self.trouble = ""

    @property
    def persona(self) -> str:
        return self._runsheet.persona or self._persona

    @property
    def is_at_a_loss(self) -> bool:
        """Whether there is nothing to tell of any product: one script that failed is no reason to stop."""
        return bool(self.trouble) and (not self._failures or self._failures >= _FAILURES)

    async def open(self) -> None:
        """Go on where an earlier process stopped, in the same words as far as they still hold."""
        self.cursor = await self._journal.now(self._records.cursor)
        self._runsheet.credits = dict(self.cursor.credits)
        if self.cursor.product_id and self._shelf.product(self.cursor.product_id) is not None:
            self._lines = tuple(await self._journal.now(self._scripts.load, self.cursor.script))
            if self._lines:
                await self._renew()
                await self._show(self.cursor.product_id)

    async def next(self) -> Told | None:
        """The next sentence; None when there is none just now: look at `trouble`, and ask again."""
        if self._skip or not (self.cursor.product_id and self._lines):
            self._skip = False
            if not await self._next_product():
                return None
        if self._lines_for != self._fresh.subject(self.cursor.product_id):
            await self._renew()
        while self.cursor.line < len(self._lines):
            line = self._lines[self.cursor.line]
            pieces = sentences(line.text)
            if self.cursor.sentence < len(pieces):
                return Told(pieces[self.cursor.sentence], line, self.cursor)
            self.move(replace(self.cursor, line=self.cursor.line + 1, sentence=0, clause=0))
        self._skip = True
        return None

    def move(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self._journal.later(self._records.save_cursor, cursor)

    def breath(self, clause: int) -> None:
        """So many breaths of the sentence have been said."""
        self.move(replace(self.cursor, clause=clause))

    def sentence(self) -> None:
        """The sentence has been said."""
        self.move(replace(self.cursor, sentence=self.cursor.sentence + 1, clause=0))

    def skip(self, to: str = "") -> None:
        """Go on with the next product, or with this one, after the breath that is being said."""
        if to:
            self.move(replace(self.cursor, next_product=to))
        self._skip = True

    async def _next_product(self) -> bool:
        cursor = self.cursor
        product_id, wraps = self._chosen(cursor)
        if not product_id:
            self._lines = ()
            if not self.trouble:
                self.trouble = "the run sheet is empty: no product of it is in stock"
            return False
        self.cursor = replace(
            cursor,
            product_id=product_id,
            line=0,
            sentence=0,
            clause=0,
            round=cursor.round + wraps,
            next_product="",
            credits=dict(self._runsheet.credits),
        )
        await self._write()
        await self._show(product_id)
        return bool(self._lines)

    def _chosen(self, cursor: Cursor) -> tuple[str, bool]:
        """What a person asked for, what is pinned, else what the run sheet says."""
        for wanted in (cursor.next_product, cursor.pinned):
            product = self._shelf.product(wanted) if wanted else None
            if product is not None and product.stock != 0:
                return wanted, False
        if cursor.product_id and not self._lines and not self.trouble:
            product = self._shelf.product(cursor.product_id)
            if product is not None and product.stock != 0:
                return cursor.product_id, False  # its script is gone: tell it again
        return self._runsheet.after(cursor.product_id, self._shelf.products())

    async def _write(self) -> None:
        """Have the product's lines written from the facts as they are now."""
        product_id = self.cursor.product_id
        self._lines_for = self._fresh.subject(product_id)
        await self._put(lambda: self._writer.lines(product_id, self._lang, self.persona))

    async def _renew(self) -> None:
        """Have the lines written anew that the catalogue has made wrong; the place among the others stays."""
        self._lines_for = self._fresh.subject(self.cursor.product_id)
        before, cursor = self._lines, self.cursor
        await self._put(lambda: self._writer.renewed(before, self._lang, self.persona))
        if not before or self._lines == before:
            return
        at, same = _place(before, self._lines, cursor.line)
        moved = replace(self.cursor, line=at)
        self.move(moved if same else replace(moved, sentence=0, clause=0))

    async def _put(self, make: Callable[[], Sequence[Line]]) -> None:
        before = self._lines
        try:
            async with asyncio.timeout(self._within_s):  # its thread goes on, to no effect
                self._lines, self.trouble = tuple(await asyncio.to_thread(make)), ""
            self._failures = 0
        except Exception as error:  # a writer may fail in any way; the room must go on with the next product
            log.exception("a script could not be written", product=self.cursor.product_id)
            self._lines = ()
            self._failures += 1
            self.trouble = f"no script for {self.cursor.product_id}: {type(error).__name__}"
            await asyncio.sleep(1.0)
        if self._lines and self._lines != before:
            script = self._new_id()
            self._journal.later(self._scripts.save, script, self._lines)
            self.move(replace(self.cursor, script=script))
        else:
            self.move(self.cursor)


def _place(before: Sequence[Line], after: Sequence[Line], line: int) -> tuple[int, bool]:
    """Where the script goes on among new lines, and whether the line there is the one that was being said."""
    slots = {each.slot: at for at, each in enumerate(after)}
    for at in range(line, len(before)):
        found = slots.get(before[at].slot)
        if found is not None:
            return found, at == line and after[found].text == before[at].text
    return len(after), False
