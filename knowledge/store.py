"""Where everything is kept: one database, one `metadata` that every package defines its tables on.

SQLite (WAL) by default; several processes use the file at once. The same code runs on PostgreSQL by URL.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from knowledge.quick_json import dumps

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _rows_of_shop(name: str, *more: sa.Column[Any]) -> sa.Table:
    """A table of versioned documents. `changed` is the catalogue version that last touched the row, so a reader fetches
    only what it has not seen; a removed row stays as a mark that it is gone."""
    return sa.Table(
        name,
        metadata,
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False, index=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.Column("origin", sa.String(300), nullable=False, index=True),
        *more,
    )


catalogue_state = sa.Table(
    "catalogue_state",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)
shops = _rows_of_shop("shops")
products = _rows_of_shop("products", sa.Column("source", sa.String(300), nullable=False))
promotions = _rows_of_shop("promotions")
policies = _rows_of_shop("policies")
faqs = _rows_of_shop("faqs")
passages = _rows_of_shop("passages")
customers = _rows_of_shop("customers")
orders = _rows_of_shop("orders", sa.Column("customer_id", sa.String(200), nullable=False, index=True))

product_versions = sa.Table(
    "product_versions",
    metadata,
    sa.Column("product_id", sa.String(200), sa.ForeignKey("products.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Column("source", sa.String(300), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)
anchors = sa.Table(  # the moment that an origin's relative times count from
    "anchors",
    metadata,
    sa.Column("origin", sa.String(300), primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)
mappings = sa.Table(  # corrected by a merchant, remembered for files with the same columns
    "mappings",
    metadata,
    sa.Column("signature", sa.String(32), primary_key=True),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("columns", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("origin", sa.String(300), nullable=False, server_default=""),  # the file they were corrected for
)
ingests = sa.Table(
    "ingests",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("origin", sa.String(300), nullable=False),
    sa.Column("report", sa.JSON, nullable=False),
)
vectors = sa.Table(
    "vectors",
    metadata,
    sa.Column("product_id", sa.String(200), sa.ForeignKey("products.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("embedder", sa.String(100), primary_key=True),
    sa.Column("digest", sa.String(32), nullable=False),
    sa.Column("vector", sa.LargeBinary, nullable=False),
)


_WRITTEN: dict[str, float] = {}  # database → when this process last wrote its catalogue, by whichever store


class StoreError(Exception):
    """The database cannot be used; the message says what to do."""


class Store:
    """The engine and its transactions; safe to share between threads."""

    def __init__(self, url: str, *, busy_timeout_s: float = 10.0) -> None:
        self._busy_timeout_s = busy_timeout_s
        self._url = url
        self.engine = self._connect(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._watch: Connection | None = None
        self._watch_lock = threading.Lock()
        self._watched_at = 0.0
        self._watched = -1
        self._fresh_s = 0.01 if self.is_sqlite else 0.05

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, committed at the end. It takes SQLite's write lock at once: a transaction that begins by
        reading and then writes could fail where waiting would have helped."""
        try:
            with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
                yield connection
        finally:
            _WRITTEN[self._url] = time.monotonic()

    def migrate(self) -> None:
        """Bring the tables up to date; when several processes start at once, one does it and the others wait."""
        from knowledge.migrations.current import is_current

        if is_current(self):
            return
        from knowledge.migrations.run import upgrade

        try:
            upgrade(self)
        except sa.exc.OperationalError as error:
            raise StoreError(f"the database cannot be opened or written: {error.orig}") from error

    def version(self) -> int:
        """The catalogue's version as last committed by any process. Asked for at most every 10 ms, since an answer
        asks a hundred times, and on SQLite it takes 70 µs after anybody has written anything, which a busy server does
        all the time; elsewhere every 50 ms, since it costs a round trip. What this process writes itself is seen at
        once."""
        now = time.monotonic()
        if _WRITTEN.get(self._url, 0.0) < self._watched_at and now - self._watched_at < self._fresh_s:
            return self._watched
        with self._watch_lock:
            if self._watch is None:
                self._watch = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            row = self._watch_query()
            self._watched = row
            self._watched_at = now
            return row

    def close(self) -> None:
        with self._watch_lock:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        self.engine.dispose()

    def _watch_query(self) -> int:
        assert self._watch is not None
        question = "SELECT version FROM catalogue_state WHERE id = 1"
        if self.is_sqlite:
            # Straight to the driver: SQLAlchemy's own execution would cost ten times the query.
            driver: Any = self._watch.connection.driver_connection
            row = driver.execute(question).fetchone()
        else:
            row = self._watch.execute(sa.text(question)).fetchone()
        return int(row[0]) if row else 0

    def _connect(self, url: str) -> Engine:
        if not url.startswith("sqlite"):
            return sa.create_engine(url, pool_pre_ping=True, json_serializer=dumps)
        engine = sa.create_engine(
            url,
            connect_args={"check_same_thread": False, "timeout": self._busy_timeout_s},
            pool_size=16,
            json_serializer=dumps,
        )
        if engine.url.database and engine.url.database != ":memory:":
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        timeout_ms = int(self._busy_timeout_s * 1000)

        @sa.event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: object) -> None:
            # The driver would open transactions by its own rules; SQLAlchemy's "begin" below decides instead.
            connection.isolation_level = None
            for pragma in (f"busy_timeout={timeout_ms}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}").close()

        @sa.event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            options = connection.get_execution_options()
            if options.get("begun"):  # by whoever has the connection, who also ends it
                return
            writes = options.get("writes", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

        return engine
