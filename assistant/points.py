"""What came of telling a product's selling points, and which of them to stress for it: counts, and one rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from assistant.tables import POINT_COUNTS
from knowledge.model import Attribute
from knowledge.store import Store

Happened = Literal["told", "asked", "clicked", "bought"]
DAYS = 28  # what is older has no say
STRESSED = 2  # points of a product at most
LEAST_TOLD, LEAST_WORTH = 3, 3.0  # before that it may be chance
BETTER = 1.3  # than the product's points on average
_PRIOR = 8.0  # tellings of an average point that each is credited with
_WORTH: Mapping[str, float] = {"asked": 1.0, "clicked": 1.0, "bought": 3.0}


@dataclass(frozen=True, slots=True)
class Counts:
    told: int = 0
    asked: int = 0
    clicked: int = 0
    bought: int = 0

    @property
    def worth(self) -> float:
        return sum((worth * getattr(self, name) for name, worth in _WORTH.items()), 0.0)


def point_of(attribute: Attribute) -> str:
    """The name a point is counted by, whichever language it was told in."""
    return (attribute.name.zh or attribute.name.en)[:80]


def stressed(counts: Mapping[str, Counts]) -> tuple[str, ...]:
    """The points that people answer to clearly more often than to the product's others, best first.

    What counts is how much came of each telling, so a point does not rise by being told often. A point that was told
    seldom is taken to be like the others.
    """
    told = sum(each.told for each in counts.values())
    if not told:
        return ()
    usual = sum(each.worth for each in counts.values()) / told
    rates = {name: (each.worth + _PRIOR * usual) / (each.told + _PRIOR) for name, each in counts.items()}
    better = [
        name
        for name, each in counts.items()
        if each.told >= LEAST_TOLD and each.worth >= LEAST_WORTH and rates[name] >= BETTER * usual
    ]
    return tuple(sorted(better, key=lambda name: -rates[name])[:STRESSED])


class PointBook:
    """Synchronous; safe to share between threads and rooms."""

    def __init__(self, store: Store, today: Callable[[], date] = lambda: datetime.now(UTC).date()) -> None:
        self._store, self._today = store, today

    def note(self, product_id: str, point: str, happened: Happened) -> None:
        """One more of it today."""
        mine, day = POINT_COUNTS.c, self._today()
        same = sa.and_(mine.product_id == product_id, mine.point == point, mine.day == day)
        more = sa.update(POINT_COUNTS).where(same).values({happened: mine[happened] + 1})
        first = {"told": 0, "asked": 0, "clicked": 0, "bought": 0, happened: 1}
        try:
            with self._store.write() as connection:
                if connection.execute(more).rowcount:
                    return
                row = {"product_id": product_id, "point": point, "day": day, **first}
                connection.execute(sa.insert(POINT_COUNTS), row)
        except sa.exc.IntegrityError:  # another room was first
            with self._store.write() as connection:
                connection.execute(more)

    def counts(self, product_id: str) -> dict[str, Counts]:
        """By point, of the last four weeks."""
        mine = POINT_COUNTS.c
        sums = [sa.func.sum(mine[name]) for name in Counts.__slots__]
        query = (
            sa.select(mine.point, *sums)
            .where(mine.product_id == product_id, mine.day > self._today() - timedelta(days=DAYS))
            .group_by(mine.point)
        )
        with self._store.read() as connection:
            return {row[0]: Counts(*(int(number) for number in row[1:])) for row in connection.execute(query)}

    def best(self, product_id: str) -> tuple[str, ...]:
        """The points to tell earlier and more often."""
        return stressed(self.counts(product_id))
