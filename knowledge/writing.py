"""Storing values: one transaction, and versions rise only for what changed."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from knowledge import store as tables
from knowledge.documents import canonical, digest_of_text, encode
from knowledge.model import Customer, Faq, Order, Passage, Policy, Product, Promotion, Shop

_CHUNK = 400  # ids in one query: SQLite takes at most 999 variables on old builds


@dataclass(frozen=True, slots=True)
class Change:
    """What one `put` did, counted over all kinds of rows. `version` is the catalogue's after it."""

    version: int
    added: tuple[str, ...] = ()  # ids
    changed: tuple[str, ...] = ()
    unchanged: int = 0
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What to store together. `origin` names where it comes from, e.g. a file's name. With `replace_origin`, rows that
    an earlier batch of this origin stored and this one lacks are removed."""

    origin: str
    shop: Shop | None = None
    products: Sequence[Product] = ()
    promotions: Sequence[Promotion] = ()
    policies: Sequence[Policy] = ()
    faqs: Sequence[Faq] = ()
    passages: Sequence[Passage] = ()
    customers: Sequence[Customer] = ()
    orders: Sequence[Order] = ()
    replace_origin: bool = False


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One value on its way into its table: the document as canonical JSON text, and what stands beside it."""

    id: str
    text: str
    columns: dict[str, Any] = field(default_factory=dict)


def write_batch(connection: Connection, batch: Batch, *, dry_run: bool = False) -> Change:
    """Store a batch in the transaction that is open on `connection`; with `dry_run` only say what would change."""
    writer = Writer(connection, batch.origin, dry_run=dry_run)
    if batch.shop is not None:
        writer.put(tables.shops, [StoredRow("shop", canonical(encode(batch.shop)))])
    for table, values in (
        (tables.products, batch.products),
        (tables.promotions, batch.promotions),
        (tables.policies, batch.policies),
        (tables.faqs, batch.faqs),
        (tables.passages, batch.passages),
        (tables.customers, batch.customers),
        (tables.orders, batch.orders),
    ):
        given: set[str] = set()
        for value in values:
            if value.id in given:
                raise ValueError(f"two rows of {table.name} have the id {value.id!r}")
            given.add(value.id)
        writer.put(table, map(stored_row, values))
        if batch.replace_origin:
            writer.remove_others(table, given.__contains__)
    return writer.finish()


def stored_row(value: Any) -> StoredRow:
    """A value of the model as a row of its table."""
    if isinstance(value, Product):
        document = encode(settled(value))
        document.pop("source", None)  # where a row stands is no property of the product: a moved line is no change
        document.pop("version", None)
        return StoredRow(value.id, canonical(document), {"source": value.source})
    columns = {"customer_id": value.customer_id} if isinstance(value, Order) else {}
    return StoredRow(value.id, canonical(encode(value)), columns)


def settled(product: Product) -> Product:
    """The product with what follows from its variants: the lowest price, the list price beside it, the summed stock."""
    variants = product.variants
    priced = sorted((variant for variant in variants if variant.price is not None), key=lambda v: v.price or 0)
    if priced:
        cheapest = priced[0]
        product = replace(product, price=cheapest.price, list_price=cheapest.list_price or product.list_price)
    if product.stock is None and variants and all(variant.stock is not None for variant in variants):
        product = replace(product, stock=sum(variant.stock or 0 for variant in variants))
    if product.list_price is not None and product.price is not None and product.list_price <= product.price:
        product = replace(product, list_price=None)  # a list price that is no higher is no offer
    return product


def unchanged_ids(
    connection: Connection, table: sa.Table, rows: Iterable[StoredRow]
) -> Iterator[tuple[int, list[str]]]:
    """In pieces: how many rows were looked at, and the ids of those that are stored as they are."""
    left = iter(rows)
    while chunk := {row.id: digest_of_text(row.text) for row in islice(left, _CHUNK)}:
        query = sa.select(table.c.id, table.c.digest).where(table.c.id.in_(list(chunk)), ~table.c.removed)
        yield len(chunk), [row.id for row in connection.execute(query) if row.digest == chunk[row.id]]


class Writer:
    """Stores rows in the transaction that is open on `connection`; `finish` raises the catalogue's version when
    something changed. With `dry_run` it only works out what would change."""

    def __init__(self, connection: Connection, origin: str, *, dry_run: bool = False) -> None:
        self._connection = connection
        self._dry_run = dry_run
        self._as_text = connection.dialect.name == "sqlite"
        self._origin = origin
        self._before = connection.execute(sa.select(tables.catalogue_state.c.version)).scalar()
        self._version = (self._before or 0) + 1
        self._now = datetime.now(UTC)
        self._added: list[str] = []
        self._changed: list[str] = []
        self._removed: list[str] = []
        self._unchanged = 0

    def count_unchanged(self, rows: int) -> None:
        """Rows that were found to be as they are, and need not be put."""
        self._unchanged += rows

    def put(self, table: sa.Table, rows: Iterable[StoredRow], tick: Callable[[int], None] | None = None) -> None:
        """Rows that are as they were change nothing. `tick` is told how many were looked at."""
        left = iter(rows)
        position = self._connection.execute(sa.select(sa.func.max(table.c.position))).scalar() or 0
        while chunk := list(islice(left, _CHUNK)):
            position = self._put_chunk(table, chunk, position)
            if tick is not None:
                tick(len(chunk))

    def remove_others(self, table: sa.Table, is_given: Callable[[str], bool], prefix: str = "") -> None:
        """Remove the rows of this origin that are not given; with `prefix`, only those whose ids begin with it."""
        query = sa.select(table.c.id).where(table.c.origin == self._origin, ~table.c.removed)
        if prefix:
            query = query.where(table.c.id.startswith(prefix, autoescape=True))
        self._mark(table, [row_id for row_id in self._connection.execute(query).scalars() if not is_given(row_id)])

    def remove(self, table: sa.Table, ids: Sequence[str]) -> None:
        """Remove these rows, whatever they came from; ids that are not there do not matter."""
        for start in range(0, len(ids), _CHUNK):
            query = sa.select(table.c.id).where(table.c.id.in_(ids[start : start + _CHUNK]), ~table.c.removed)
            self._mark(table, list(self._connection.execute(query).scalars()))

    def _mark(self, table: sa.Table, gone: Sequence[str]) -> None:
        for start in range(0, len(gone), _CHUNK):
            ids = gone[start : start + _CHUNK]
            if not self._dry_run:
                mark = table.update().where(table.c.id.in_(ids))
                self._connection.execute(mark.values(removed=True, changed=self._version))
        self._removed += gone

    def change(self) -> Change:
        """What was done so far."""
        return Change(self._version, tuple(self._added), tuple(self._changed), self._unchanged, tuple(self._removed))

    def finish(self) -> Change:
        change = self.change()
        if self._dry_run:
            return replace(change, version=self._before or 0)
        state = tables.catalogue_state
        version = self._version if change else self._before or 0
        if self._before is None:
            self._connection.execute(state.insert().values(id=1, version=version))
        elif change:
            self._connection.execute(state.update().values(version=version))
        return replace(change, version=version)

    def _stored(self, row: StoredRow) -> Any:
        """The document as the driver takes it: SQLite keeps JSON as text, so there it goes in as it is."""
        return row.text if self._as_text else json.loads(row.text)

    def _into(self, table: sa.Table) -> sa.TableClause:
        if not self._as_text:
            return table
        kinds = ((column.name, sa.Text() if column.name == "document" else column.type) for column in table.columns)
        return sa.table(table.name, *(sa.column(name, kind) for name, kind in kinds))

    def _put_chunk(self, table: sa.Table, rows: Sequence[StoredRow], position: int) -> int:
        query = sa.select(table.c.id, table.c.digest, table.c.version, table.c.removed)
        known = {row.id: row for row in self._connection.execute(query.where(table.c.id.in_([row.id for row in rows])))}
        inserts, updates = [], []
        for row in rows:
            old, name = known.get(row.id), digest_of_text(row.text)
            if old is not None and old.digest == name and not old.removed:
                self._unchanged += 1
                continue
            values = row.columns | {"document": self._stored(row), "digest": name, "changed": self._version}
            values |= {"removed": False, "origin": self._origin, "version": old.version + 1 if old else 1}
            if old is None:
                position += 1
                inserts.append(values | {"id": row.id, "position": position})
            else:
                updates.append(values | {"row_id": row.id})
            (self._changed if old is not None and not old.removed else self._added).append(row.id)
        if self._dry_run:
            return position
        into = self._into(table)
        if inserts:
            self._connection.execute(into.insert(), inserts)
        if updates:
            statement = into.update().where(into.c.id == sa.bindparam("row_id"))
            names = [name for name in updates[0] if name != "row_id"]
            self._connection.execute(statement.values({name: sa.bindparam(name) for name in names}), updates)
        if table is tables.products and (inserts or updates):
            self._remember(inserts + updates)
        return position

    def _remember(self, rows: Sequence[dict[str, Any]]) -> None:
        self._connection.execute(
            self._into(tables.product_versions).insert(),
            [
                {
                    "product_id": row.get("id") or row["row_id"],
                    "version": row["version"],
                    "document": row["document"],
                    "source": row["source"],
                    "at": self._now,
                }
                for row in rows
            ],
        )
