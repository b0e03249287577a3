"""What models have cost today, over restarts and processes."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import sqlalchemy as sa
import structlog

from assistant.models.usage import Usage
from assistant.tables import MODEL_USAGE

log = structlog.get_logger(__name__)

_COUNTED = ("calls", "tokens_in", "tokens_out", "cached", "cost")
_WRITE_S = 2.0  # how old what others spent, and what we did not write down, may be


@dataclass(frozen=True, slots=True)
class Spent:
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cached: int = 0
    cost: float = 0.0

    def plus(self, other: "Spent") -> "Spent":
        return Spent(
            self.calls + other.calls,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.cached + other.cached,
            self.cost + other.cost,
        )


class Book(Protocol):
    """Blocks; called from threads."""

    def add(self, day: str, spent: Mapping[str, Spent]) -> dict[str, float]:
        """Write down what models have used, and return what each has cost on that day in all."""
        ...


def today() -> str:
    return datetime.now(UTC).date().isoformat()


class Spending:
    """Adds up. Without a book, for this process only."""

    def __init__(self, book: Book | None = None, day: Callable[[], str] = today) -> None:
        self._book, self._day = book, day
        self._now = ""
        self._costs: dict[str, float] = {}
        self._new: defaultdict[str, Spent] = defaultdict(Spent)
        self._written = float("-inf")
        self._writing: asyncio.Task[None] | None = None
        self._due: asyncio.TimerHandle | None = None

    @property
    def whole(self) -> float:
        return sum(self._costs.values())

    @property
    def day(self) -> str:
        """Which day it is where the shop is, as its book calls it."""
        return self._day()

    def of(self, model: str) -> float:
        return self._costs.get(model, 0.0)

    def add(self, model: str, usage: Usage, cost: float) -> None:
        self._costs[model] = self.of(model) + cost
        spent = Spent(1, usage.tokens_in, usage.tokens_out, usage.cached, cost)
        self._new[model] = self._new[model].plus(spent)
        if self._book is not None and self._due is None:  # also when nobody asks any more
            self._due = asyncio.get_running_loop().call_later(_WRITE_S, self._write_soon)

    async def refresh(self) -> None:
        """Begin a new day; now and then read what others wrote. Only the first reading is waited for."""
        day = self._day()
        if day != self._now:
            before, self._now = self._now, day
            if before:
                await self._write(before)
                self._costs = {}
            await self._write(day)
        elif time.monotonic() - self._written >= _WRITE_S:
            self._write_soon()

    async def close(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self._writing is not None:
            await self._writing
        if self._new:
            await self._write(self._now or self._day())

    def _write_soon(self) -> None:
        self._due = None
        if self._book is not None and self._writing is None:
            self._writing = asyncio.create_task(self._write(self._now or self._day()))
            self._writing.add_done_callback(self._wrote)

    def _wrote(self, _: "asyncio.Task[None]") -> None:
        self._writing = None

    async def _write(self, day: str) -> None:
        if self._book is None:
            return
        self._written = time.monotonic()
        new, self._new = self._new, defaultdict(Spent)
        try:
            costs = await asyncio.to_thread(self._book.add, day, new)
        except sa.exc.SQLAlchemyError as error:  # no answer is lost for it: it is written next time
            log.warning("model_usage_not_written", error=type(error).__name__)
            for model, spent in new.items():
                self._new[model] = self._new[model].plus(spent)
            return
        for model, spent in self._new.items():  # used meanwhile
            costs[model] = costs.get(model, 0.0) + spent.cost
        self._costs = costs


class UsageBook:
    """In the shop's database: one row for each day and model."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, day: str, spent: Mapping[str, Spent]) -> dict[str, float]:
        table = MODEL_USAGE
        with self._engine.begin() as connection:
            for model, one in spent.items():
                more = {name: getattr(one, name) for name in _COUNTED}
                here = (table.c.day == day) & (table.c.model == model)
                changed = connection.execute(
                    sa.update(table).where(here).values({name: table.c[name] + more[name] for name in _COUNTED})
                )
                if not changed.rowcount:
                    connection.execute(sa.insert(table).values(day=day, model=model, **more))
            rows = connection.execute(sa.select(table.c.model, table.c.cost).where(table.c.day == day))
            return {row.model: row.cost for row in rows}

    def used(self, day: str) -> dict[str, Spent]:
        """What each model has used on a day, in every process."""
        columns = [MODEL_USAGE.c[name] for name in ("model", *_COUNTED)]
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(*columns).where(MODEL_USAGE.c.day == day)).all()
        return {model: Spent(*counts) for model, *counts in rows}
