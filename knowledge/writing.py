"""Storing values: one transaction, and versions rise only for what changed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from knowledge import store as tables
from knowledge.documents import digest, encode
from knowledge.model import Customer, Faq, Order, Policy, Product, Promotion, Shop

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
    customers: Sequence[Customer] = ()
    orders: Sequence[Order] = ()
    replace_origin: bool = False


def write_batch(connection: Connection, batch: Batch) -> Change:
    """Store a batch in the transaction that is open on `connection`."""
    state = tables.catalogue_state
    version = connection.execute(sa.select(state.c.version)).scalar()
    if version is None:
        connection.execute(state.insert().values(id=1, version=0))
        version = 0
    writer = _Writer(connection, batch.origin, version + 1, batch.replace_origin)
    if batch.shop is not None:
        writer.put(tables.shops, [("shop", encode(batch.shop), {})])
    writer.put(tables.products, map(_product_row, batch.products))
    writer.put(tables.promotions, map(_row, batch.promotions))
    writer.put(tables.policies, map(_row, batch.policies))
    writer.put(tables.faqs, map(_row, batch.faqs))
    writer.put(tables.customers, map(_row, batch.customers))
    writer.put(tables.orders, map(_order_row, batch.orders))
    change = writer.change()
    if change:
        connection.execute(state.update().values(version=version + 1))
        return change
    return replace(change, version=version)


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


class _Writer:
    def __init__(self, connection: Connection, origin: str, version: int, replace_origin: bool) -> None:
        self._connection = connection
        self._origin = origin
        self._version = version
        self._replace = replace_origin
        self._now = datetime.now(UTC)
        self._added: list[str] = []
        self._changed: list[str] = []
        self._removed: list[str] = []
        self._unchanged = 0

    def change(self) -> Change:
        return Change(self._version, tuple(self._added), tuple(self._changed), self._unchanged, tuple(self._removed))

    def put(self, table: sa.Table, rows: Iterable[tuple[str, dict[str, Any], dict[str, Any]]]) -> None:
        pending: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        given: set[str] = set()
        for row in rows:
            if row[0] in given:
                raise ValueError(f"two rows of {table.name} have the id {row[0]!r}")
            given.add(row[0])
            pending.append(row)
            if len(pending) == _CHUNK:
                self._put_chunk(table, pending)
                pending = []
        self._put_chunk(table, pending)
        if self._replace:
            self._remove_others(table, given)

    def _put_chunk(self, table: sa.Table, rows: Sequence[tuple[str, dict[str, Any], dict[str, Any]]]) -> None:
        if not rows:
            return
        query = sa.select(table.c.id, table.c.digest, table.c.version, table.c.removed)
        known = {row.id: row for row in self._connection.execute(query.where(table.c.id.in_([row[0] for row in rows])))}
        position = self._connection.execute(sa.select(sa.func.max(table.c.position))).scalar() or 0
        inserts, updates = [], []
        for row_id, document, columns in rows:
            old, name = known.get(row_id), digest(document)
            if old is not None and old.digest == name and not old.removed:
                self._unchanged += 1
                continue
            values = columns | {"document": document, "digest": name, "changed": self._version, "removed": False}
            values |= {"origin": self._origin, "version": old.version + 1 if old else 1}
            if old is None:
                position += 1
                inserts.append(values | {"id": row_id, "position": position})
            else:
                updates.append(values | {"row_id": row_id})
            (self._changed if old is not None and not old.removed else self._added).append(row_id)
        if inserts:
            self._connection.execute(table.insert(), inserts)
        if updates:
            statement = table.update().where(table.c.id == sa.bindparam("row_id"))
            names = [name for name in updates[0] if name != "row_id"]
            self._connection.execute(statement.values({name: sa.bindparam(name) for name in names}), updates)
        if table is tables.products and (inserts or updates):
            self._remember(inserts + updates)

    def _remember(self, rows: Sequence[dict[str, Any]]) -> None:
        self._connection.execute(
            tables.product_versions.insert(),
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

    def _remove_others(self, table: sa.Table, given: Collection[str]) -> None:
        query = sa.select(table.c.id).where(table.c.origin == self._origin, ~table.c.removed)
        gone = [row_id for row_id in self._connection.execute(query).scalars() if row_id not in given]
        for start in range(0, len(gone), _CHUNK):
            ids = gone[start : start + _CHUNK]
            self._connection.execute(
                table.update().where(table.c.id.in_(ids)).values(removed=True, changed=self._version)
            )
        self._removed += gone


def _row(value: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    return value.id, encode(value), {}


def _product_row(product: Product) -> tuple[str, dict[str, Any], dict[str, Any]]:
    document = encode(settled(product))
    document.pop("source", None)  # where a row stands is no property of the product: a moved line is no change
    document.pop("version", None)
    return product.id, document, {"source": product.source}


def _order_row(order: Order) -> tuple[str, dict[str, Any], dict[str, Any]]:
    return order.id, encode(order), {"customer_id": order.customer_id}
