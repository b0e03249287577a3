"""The models of the table that holds now, each with its breaker; and the next table, when the file changes."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import structlog

from assistant.messages import Model, ModelError
from assistant.models.fallback import Breaker
from assistant.models.router.table import LAST, Entry, Table, TableError, read_table

log = structlog.get_logger(__name__)

_LOOK_S = 0.5  # how often the file is looked at, while answers are asked for


class Seat:
    """One model of the table. `error`: why it could not answer last; empty when it could."""

    def __init__(self, name: str, entry: Entry, model: Model, breaker: Breaker) -> None:
        self.name, self.entry, self.model, self.breaker = name, entry, model, breaker
        self.error = ""
        self.users = 0
        self.gone = False  # the table has it no more: closed when its last answer ends


class Seats:
    def __init__(
        self,
        table: Table | Path,
        make: Callable[[Entry], Model],
        kinds: Sequence[str],
        failures: int,
        rest_s: float,
        fresh: Callable[[Seat], None],
    ) -> None:
        """`fresh` hears of every new seat. Raises TableError, or ModelError when a model can't be made."""
        self._path = table if isinstance(table, Path) else None
        self._make, self._kinds, self._fresh = make, kinds, fresh
        self._failures, self._rest_s = failures, rest_s
        self._seen = self._stamp()
        self._looked = time.monotonic()
        self._closing: set[asyncio.Task[None]] = set()
        self.trouble = ""  # why the file's newest edition isn't used
        self.by_name: dict[str, Seat] = {}
        self.table = read_table(table, kinds) if isinstance(table, Path) else table
        self._sit(self.table)

    @property
    def watched(self) -> bool:
        """Whether the table is a file."""
        return self._path is not None

    def troubles(self) -> dict[str, str]:
        return {name: seat.error for name in self.table.models if (seat := self.by_name[name]).error}

    async def refresh(self) -> None:
        if self._path is None or time.monotonic() - self._looked < _LOOK_S:
            return
        self._looked = time.monotonic()
        stamp = await asyncio.to_thread(self._stamp)
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            table = await asyncio.to_thread(read_table, self._path, self._kinds)
            self._sit(table)
        except (TableError, ModelError, ValueError) as error:
            self.trouble = str(error)
            log.error("models_file_refused", error=self.trouble, kept="the table before")
            return
        self.trouble = ""
        log.info("models_file_read", models=sorted(table.models), rules=len(table.rules))

    @contextmanager
    def taken(self, names: Sequence[str]) -> Iterator[list[Seat]]:
        """These seats, which stay open until the end even when the table changes."""
        seats = [self.by_name[name] for name in names if name in self.by_name]
        for seat in seats:
            seat.users += 1
        try:
            yield seats
        finally:
            for seat in seats:
                seat.users -= 1
                self._let_go(seat)

    async def close(self) -> None:
        await asyncio.gather(*self._closing)
        for seat in self.by_name.values():
            await _closed(seat)

    def _stamp(self) -> tuple[int, ...]:
        if self._path is None:
            return ()
        try:
            found = self._path.stat()
        except OSError:
            return ()
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _sit(self, table: Table) -> None:
        """All seats of a table, or none: models whose lines haven't changed keep theirs."""
        seats: dict[str, Seat] = {}
        for name, entry in table.models.items():
            known = self.by_name.get(name)
            if known is not None and known.entry == entry:
                seats[name] = known
            elif name != LAST:
                seats[name] = Seat(name, entry, self._make(entry), Breaker(self._failures, self._rest_s))
        for name, seat in seats.items():
            if self.by_name.get(name) is not seat:
                self._fresh(seat)
        before, self.by_name, self.table = self.by_name, seats, table
        for name, seat in before.items():
            if seats.get(name) is not seat:
                seat.gone = True
                self._let_go(seat)

    def _let_go(self, seat: Seat) -> None:
        if seat.gone and not seat.users:
            task = asyncio.get_running_loop().create_task(_closed(seat))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


async def _closed(seat: Seat) -> None:
    close = getattr(seat.model, "close", None)
    if close is not None:
        await close()
