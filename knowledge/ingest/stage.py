"""What was read from a file waits here, on disk, until all of it is known; then it is stored in one short transaction.

So a file is taken in whole or not at all, memory stays small whatever its size, and chats that want to write wait for
the storing only, not for the reading.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Self

from knowledge.writing import StoredRow, stored_row

_CHUNK = 2_000


class Stage:
    """Rows by kind and id, in the order in which they came. For one thread; use it in a `with` statement."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)  # a file of its own that vanishes when it is closed
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute("CREATE TABLE rows (kind TEXT, id TEXT, text TEXT, columns TEXT, place TEXT, same INT)")
        self._database.execute("CREATE UNIQUE INDEX of_kind ON rows (kind, id)")
        self._database.execute("CREATE TABLE kept (kind TEXT, id TEXT)")
        self._database.execute("CREATE TABLE off_sale (id TEXT PRIMARY KEY)")
        self._database.execute("CREATE TABLE files (name TEXT PRIMARY KEY)")
        self._database.execute("CREATE TABLE refused (place TEXT, reason TEXT, fields TEXT)")
        self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def add(self, kind: str, value: Any, place: str) -> str:
        """Put a value of the model here; returns where one of the same id stands already, or an empty text."""
        row = stored_row(value)
        added = self._database.execute(
            "INSERT INTO rows VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
            (kind, row.id, row.text, json.dumps(row.columns), place),
        )
        if added.rowcount:
            return ""
        found = self._database.execute("SELECT place FROM rows WHERE kind = ? AND id = ?", (kind, row.id)).fetchone()
        return str(found[0])

    def keep(self, kind: str, row_id: str) -> None:
        """What is stored under this id shall stay though it is not given: its row was refused."""
        self._database.execute("INSERT INTO kept VALUES (?, ?)", (kind, row_id))

    def holds(self, kind: str, row_id: str) -> bool:
        """Whether a row was given or shall stay."""
        question = "SELECT 1 FROM rows WHERE kind = :k AND id = :i UNION SELECT 1 FROM kept WHERE kind = :k AND id = :i"
        return self._database.execute(question, {"k": kind, "i": row_id}).fetchone() is not None

    def take_off_sale(self, product_id: str) -> None:
        """A product that the file says is no longer sold."""
        self._database.execute("INSERT INTO off_sale VALUES (?) ON CONFLICT DO NOTHING", (product_id,))

    def off_sale(self) -> Sequence[str]:
        return [str(row[0]) for row in self._database.execute("SELECT id FROM off_sale")]

    def files(self) -> Sequence[str]:
        """Names of the papers that passages are of."""
        return [str(row[0]) for row in self._database.execute("SELECT name FROM files")]

    def add_file(self, name: str) -> None:
        """What a paper said before and no longer says shall go."""
        self._database.execute("INSERT INTO files VALUES (?) ON CONFLICT DO NOTHING", (name,))

    def kinds(self) -> Mapping[str, int]:
        """How many rows of each kind there are."""
        return dict(self._database.execute("SELECT kind, count(*) FROM rows GROUP BY kind").fetchall())

    def mark_same(self, kind: str, ids: Iterable[str]) -> None:
        """Rows that are in the database as they are."""
        self._database.executemany("UPDATE rows SET same = 1 WHERE kind = ? AND id = ?", ((kind, one) for one in ids))

    def same(self, kind: str) -> int:
        """How many rows were marked as the same."""
        found = self._database.execute("SELECT count(*) FROM rows WHERE kind = ? AND same = 1", (kind,)).fetchone()
        return int(found[0])

    def rows(self, kind: str, *, with_same: bool = True) -> Iterator[StoredRow]:
        wanted = "kind = ? AND rowid > ? AND same <= ?"
        asked = f"SELECT rowid, id, text, columns FROM rows WHERE {wanted} ORDER BY rowid LIMIT ?"
        last, most = 0, int(with_same)
        while found := self._database.execute(asked, (kind, last, most, _CHUNK)).fetchall():
            for _, row_id, text, columns in found:
                yield StoredRow(row_id, text, json.loads(columns))
            last = found[-1][0]

    def refuse(self, place: str, reason: str, fields: Mapping[str, Any]) -> None:
        text = json.dumps(fields, ensure_ascii=False, default=str)
        self._database.execute("INSERT INTO refused VALUES (?, ?, ?)", (place, reason, text))

    def refused(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """(place, reason, the row's fields as the file has them)."""
        asked = "SELECT rowid, place, reason, fields FROM refused WHERE rowid > ? ORDER BY rowid LIMIT ?"
        last = 0
        while found := self._database.execute(asked, (last, _CHUNK)).fetchall():
            for _, place, reason, fields in found:
                yield place, reason, json.loads(fields)
            last = found[-1][0]
