"""Statements of the hot path: written once for every database, and on SQLite compiled once and handed to the driver.

SQLAlchemy's own execution costs 0.1 to 0.2 ms a statement, ten times what SQLite needs for it, and an answer takes
twenty. Types are converted by SQLAlchemy's own processors, so both ways store and return the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, DateTime, Dialect, Table, insert
from sqlalchemy.sql import Delete, Insert, Select, Update

Row = tuple[Any, ...]
Values = Mapping[str, Any]
_Process = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Compiled:
    dialect: Dialect
    sql: str
    names: tuple[str, ...]
    fixed: Values  # that stand in the statement itself
    binds: tuple[_Process, ...]
    results: tuple[tuple[int, Callable[[Any], Any]], ...]

    def arguments(self, values: Values) -> list[Any]:
        if self.fixed:
            values = {**self.fixed, **values}
        return [
            values[name] if bind is None else bind(values[name])
            for name, bind in zip(self.names, self.binds, strict=True)
        ]

    def row(self, found: Row) -> Row:
        if not self.results:
            return found
        row = list(found)
        for place, process in self.results:
            row[place] = process(row[place])
        return tuple(row)


class Prepared:
    """One statement with named parameters."""

    def __init__(self, statement: Select[Any] | Update | Delete | Insert) -> None:
        self._statement = statement
        self._compiled: _Compiled | None = None

    def all(self, connection: Connection, values: Values) -> list[Row]:
        if connection.dialect.name != "sqlite":
            return [tuple(row) for row in connection.execute(self._statement, dict(values))]
        compiled = self._made(connection.dialect)
        return [compiled.row(row) for row in _driver(connection).execute(compiled.sql, compiled.arguments(values))]

    def one(self, connection: Connection, values: Values) -> Row | None:
        """The only row, or None."""
        return next(iter(self.all(connection, values)), None)

    def run(self, connection: Connection, values: Values) -> int:
        """How many rows it touched."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, dict(values)).rowcount
        compiled = self._made(connection.dialect)
        return int(_driver(connection).execute(compiled.sql, compiled.arguments(values)).rowcount)

    def _made(self, dialect: Dialect) -> _Compiled:
        if self._compiled is None or self._compiled.dialect is not dialect:
            self._compiled = self._compile(dialect)
        return self._compiled

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled: Any = self._statement.compile(dialect=dialect)
        names = tuple(compiled.positiontup or ())
        fixed = {name: bind.value for name, bind in compiled.binds.items() if bind.value is not None}
        returned = self._statement.exported_columns if hasattr(self._statement, "exported_columns") else ()
        results = ((place, _result(column, dialect)) for place, column in enumerate(returned))
        return _Compiled(
            dialect,
            str(compiled),
            names,
            fixed,
            tuple(_bind(compiled.binds[name].type, dialect) for name in names),
            tuple((place, process) for place, process in results if process is not None),
        )


class Stored:
    """Rows of one table to insert; what a row leaves out has its column's default."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._columns = [column for column in table.columns if column.autoincrement is not True]
        self._defaults = [_default(column) for column in self._columns]
        self._compiled: tuple[Dialect, str, list[_Process]] | None = None

    def add(self, connection: Connection, rows: Sequence[Values]) -> None:
        if connection.dialect.name != "sqlite":
            connection.execute(insert(self._table), [dict(row) for row in rows])
            return
        sql, binds = self._made(connection.dialect)
        arguments = [
            [
                value if bind is None else bind(value)
                for value, bind in zip(self._values(row), binds, strict=True)
            ]
            for row in rows
        ]  # fmt: skip
        _driver(connection).executemany(sql, arguments)

    def _values(self, row: Values) -> list[Any]:
        pairs = zip(self._columns, self._defaults, strict=True)
        return [row[column.key] if column.key in row else default() for column, default in pairs]

    def _made(self, dialect: Dialect) -> tuple[str, list[_Process]]:
        if self._compiled is None or self._compiled[0] is not dialect:
            names = ", ".join(f'"{column.name}"' for column in self._columns)
            marks = ", ".join("?" * len(self._columns))
            sql = f'INSERT INTO "{self._table.name}" ({names}) VALUES ({marks})'  # names are those of our own tables
            self._compiled = dialect, sql, [_bind(column.type, dialect) for column in self._columns]
        return self._compiled[1:]


def _driver(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


def _bind(kind: Any, dialect: Dialect) -> _Process:
    if isinstance(kind, DateTime):
        return _moment
    process: _Process = kind.dialect_impl(dialect).bind_processor(dialect)
    return process


def _moment(value: datetime | None) -> str | None:
    """As SQLAlchemy keeps it on SQLite, by whom it takes five times as long."""
    return None if value is None else value.isoformat(" ", "microseconds")[:_LENGTH]


_LENGTH = len("2026-11-28 12:00:00.000000")  # what may come after it is the zone


def _result(column: Any, dialect: Dialect) -> _Process:
    process: _Process = column.type.dialect_impl(dialect).result_processor(dialect, None)
    return process


def _default(column: Column[Any]) -> Callable[[], Any]:
    default: Any = column.default
    if default is None:
        return lambda: None
    if default.is_callable:
        return lambda: default.arg(None)
    return lambda: default.arg
