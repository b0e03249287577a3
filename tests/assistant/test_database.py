"""Database work on the event loop: it never waits there for somebody else, and says what the thread would say."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from assistant.database import Database
from assistant.prepared import Prepared, Stored
from knowledge.store import Store

LEDGER = sa.Table(
    "ledger",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String(20), nullable=False, default="nobody"),
    sa.Column("at", sa.DateTime(timezone=True)),
    sa.Column("open", sa.Boolean, nullable=False, default=False),
    sa.Column("data", sa.JSON, nullable=False, default=list),
)
ADDED = Stored(LEDGER)
NAMES = sa.select(LEDGER.c.name).order_by(LEDGER.c.id)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@pytest.fixture
def store(file: Path) -> Any:
    made = Store(f"sqlite:///{file}")
    LEDGER.metadata.create_all(made.engine)
    yield made
    made.close()


def add(name: str) -> Any:
    return lambda connection: ADDED.add(connection, [{"name": name}])


def names(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(NAMES))


async def test_while_another_process_writes_others_go_on_and_nothing_is_lost(store: Store, file: Path) -> None:
    database = Database(store.engine)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.gather(*(database.soon(add(name)) for name in ("a", "b")))
    longest, before = 0.0, asyncio.get_running_loop().time()
    for _ in range(20):  # whoever else is served meanwhile
        await asyncio.sleep(0.01)
        now = asyncio.get_running_loop().time()
        longest, before = max(longest, now - before), now
    assert not waiting.done()
    assert longest < 1.0, "the other's transaction stopped everybody"
    other.execute("COMMIT")
    other.close()
    await waiting
    database.close()
    assert sorted(names(store)) == ["a", "b"]


async def test_short_work_that_fails_fails_alone(store: Store) -> None:
    database = Database(store.engine)

    def wrong(connection: Connection) -> None:
        ADDED.add(connection, [{"name": "half"}])
        raise ValueError("no")

    found = await asyncio.gather(
        database.soon(add("a")), database.soon(wrong), database.soon(add("b")), return_exceptions=True
    )
    with pytest.raises(ValueError, match="no"):
        await database.soon(wrong)
    database.close()
    assert [type(one) for one in found] == [type(None), ValueError, type(None)]
    assert sorted(names(store)) == ["a", "b"]


async def test_what_was_written_is_there_for_whoever_opens_the_file_next(store: Store, file: Path) -> None:
    database = Database(store.engine)
    for number in range(30):
        await database.soon(add(f"{number}"))
    other = sqlite3.connect(file)  # while the log has not been moved into the file
    assert other.execute("SELECT count(*) FROM ledger").fetchone() == (30,)
    other.close()
    database.close()


def test_prepared_statements_store_and_return_what_the_ordinary_ones_do(store: Store) -> None:
    rows: list[dict[str, Any]] = [
        {"name": "雨靴", "at": datetime(2026, 11, 28, 9, tzinfo=UTC), "open": True, "data": {"价格": ["59元", None]}},
        {"data": [1, 2.5], "at": None},
        {
            "name": "Köln",
            "at": datetime(2026, 3, 1, 0, 0, 7, 40, tzinfo=timezone(timedelta(hours=8))),
            "data": "\ud800",
        },
    ]
    ours = Prepared(sa.select(LEDGER).where(LEDGER.c.id > sa.bindparam("after")).order_by(LEDGER.c.id).limit(10))
    with store.write() as connection:
        ADDED.add(connection, rows)
        for row in rows:
            connection.execute(sa.insert(LEDGER), row)
    with store.read() as connection:
        ordinary = [tuple(row) for row in connection.execute(sa.select(LEDGER).order_by(LEDGER.c.id))]
        assert ours.all(connection, {"after": 0}) == ordinary
        assert ours.one(connection, {"after": 99}) is None
    assert [row[1:] for row in ordinary[:3]] == [row[1:] for row in ordinary[3:]]
    with store.write() as connection:
        touched = Prepared(sa.delete(LEDGER).where(LEDGER.c.open == sa.bindparam("open")))
        assert touched.run(connection, {"open": True}) == 2
