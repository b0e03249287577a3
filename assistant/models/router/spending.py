"""What models have cost today, over restarts and processes."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import sqlalchemy as sa

from assistant.models.usage import Usage
from assistant.tables import MODEL_USAGE

_WRITE_S = 2.0  # how old what others spent, and what we did not write down, may be


@dataclass(slots=True)
class Spent:
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cached: int = 0
    cost: float = 0.0


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

    @property
    def whole(self) -> float:
        return sum(self._costs.values())

    def of(self, model: str) -> float:
        return self._costs.get(model, 0.0)

    def add(self, model: str, usage: Usage, cost: float) -> None:
        self._costs[model] = self.of(model) + cost
        spent = self._new[model]
        spent.calls += 1
        spent.tokens_in += usage.tokens_in
        spent.tokens_out += usage.tokens_out
        spent.cached += usage.cached
        spent.cost += cost

    async def refresh(self) -> None:
        """Begin a new day; now and then write, and read what others wrote."""
        day = self._day()
        if day == self._now and (self._book is None or time.monotonic() - self._written < _WRITE_S):
            return
        if self._now and day != self._now:
            await self._write(self._now)
            self._costs = {}
        self._now = day
        await self._write(day)

    async def close(self) -> None:
        if self._new:
            await self._write(self._now or self._day())

    async def _write(self, day: str) -> None:
        if self._book is None:
            return
        self._written = time.monotonic()
        new, self._new = self._new, defaultdict(Spent)
        costs = await asyncio.to_thread(self._book.add, day, new)
        for model, spent in self._new.items():  # used meanwhile
            costs[model] = costs.get(model, 0.0) + spent.cost
        self._costs = costs


class UsageBook:
    """In the shop's database: one row for each day and model."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, day: str, spent: Mapping[str, Spent]) -> dict[str, float]:
        table = MODEL_USAGE
        counted = ("calls", "tokens_in", "tokens_out", "cached", "cost")
        with self._engine.begin() as connection:
            for model, one in spent.items():
                more = {name: getattr(one, name) for name in counted}
                here = (table.c.day == day) & (table.c.model == model)
                changed = connection.execute(
                    sa.update(table).where(here).values({name: table.c[name] + more[name] for name in counted})
                )
                if not changed.rowcount:
                    connection.execute(sa.insert(table).values(day=day, model=model, **more))
            rows = connection.execute(sa.select(table.c.model, table.c.cost).where(table.c.day == day))
            return {row.model: row.cost for row in rows}
