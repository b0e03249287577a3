"""Mappings that a merchant corrected, kept for files of the same shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from knowledge import store as tables
from knowledge.documents import digest

_NEAR = 0.8  # share of columns that two shapes have in common to count as one: a column more or less is the same export
_LOOKED_AT = 300


@dataclass(frozen=True, slots=True)
class Remembered:
    """A mapping for files with these columns; `signature` names the shape."""

    signature: str
    columns: tuple[str, ...]
    mapping: Mapping[str, str]  # column → field
    origin: str  # the file it was corrected for
    at: datetime


def signature(columns: Sequence[str]) -> str:
    """A name for the shape of a file: which columns it has, in whatever order."""
    return digest(sorted(columns))


def remembered(connection: Connection) -> tuple[Remembered, ...]:
    """What is kept, newest first."""
    table = tables.mappings
    rows = connection.execute(sa.select(table).order_by(table.c.at.desc()).limit(_LOOKED_AT))
    return tuple(Remembered(row.signature, tuple(row.columns), dict(row.document), row.origin, row.at) for row in rows)


def recall(connection: Connection, columns: Sequence[str]) -> Remembered | None:
    """What is kept for this shape, or for the nearest that differs in few columns."""
    name, own = signature(columns), set(columns)
    nearest: tuple[float, Remembered] | None = None
    for kept in remembered(connection):
        if kept.signature == name:
            return kept
        likeness = len(own & set(kept.columns)) / max(1, len(own | set(kept.columns)))
        if likeness >= _NEAR and (nearest is None or likeness > nearest[0]):
            nearest = (likeness, kept)
    return nearest[1] if nearest else None


def remember(connection: Connection, columns: Sequence[str], mapping: Mapping[str, str], origin: str) -> None:
    table, name = tables.mappings, signature(columns)
    connection.execute(table.delete().where(table.c.signature == name))
    row = {"signature": name, "document": dict(mapping), "at": datetime.now(UTC), "columns": list(columns)}
    connection.execute(table.insert().values(**row, origin=origin[:300]))


def forget(connection: Connection, name: str) -> bool:
    """Whether a mapping of this signature was kept."""
    table = tables.mappings
    return bool(connection.execute(table.delete().where(table.c.signature == name)).rowcount)
