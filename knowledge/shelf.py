"""The shop as this process last saw it, in memory, and how it catches up with the database."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from knowledge import store as tables
from knowledge.documents import decode
from knowledge.model import Customer, Faq, Order, Passage, Policy, Product, Promotion, Shop

T = TypeVar("T")


@dataclass(frozen=True)
class Shelf:
    """Everything but customers and orders, as of one catalogue version. Mappings keep the order of the files."""

    version: int = -1
    shop: Shop = field(default_factory=Shop)
    products: Mapping[str, Product] = field(default_factory=dict)
    promotions: Mapping[str, Promotion] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    faqs: Mapping[str, Faq] = field(default_factory=dict)
    passages: Mapping[str, Passage] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)  # of all but products: "policy:shipping" → 2

    @cached_property
    def listing(self) -> tuple[Product, ...]:
        return tuple(self.products.values())

    @cached_property
    def passages_of(self) -> Mapping[str, tuple[Passage, ...]]:
        """What manuals say about each product, in their order."""
        found: dict[str, list[Passage]] = {}
        for passage in self.passages.values():
            for product_id in passage.products:
                found.setdefault(product_id, []).append(passage)
        return {product_id: tuple(passages) for product_id, passages in found.items()}


def catch_up(shelf: Shelf, connection: Connection) -> Shelf:
    """The shelf as of now; reads only the rows that changed since `shelf`."""
    version = connection.execute(sa.select(tables.catalogue_state.c.version)).scalar() or 0
    if version == shelf.version:
        return shelf
    versions = dict(shelf.versions)
    shops = _merged({}, tables.shops, Shop, -1, connection, versions, "shop")
    products = _merged(shelf.products, tables.products, Product, shelf.version, connection, versions, "")
    return replace(
        shelf,
        version=version,
        shop=next(iter(shops.values()), None) or _unnamed_shop(products),
        products=products,
        promotions=_merged(
            shelf.promotions, tables.promotions, Promotion, shelf.version, connection, versions, "promotion"
        ),
        policies=_merged(shelf.policies, tables.policies, Policy, shelf.version, connection, versions, "policy"),
        faqs=_merged(shelf.faqs, tables.faqs, Faq, shelf.version, connection, versions, "faq"),
        passages=_merged(shelf.passages, tables.passages, Passage, shelf.version, connection, versions, "passage"),
        versions=versions,
    )


def each_product(connection: Connection) -> Iterator[Product]:
    """Every product, one after another, without keeping them."""
    query = sa.select(tables.products).where(~tables.products.c.removed).order_by(tables.products.c.position)
    for row in connection.execution_options(yield_per=500).execute(query).mappings():
        yield _value(Product, row)


def _unnamed_shop(products: Mapping[str, Product]) -> Shop:
    """A shop that nobody described yet: its currency is what most of its goods are priced in."""
    currencies = Counter(product.currency for product in products.values())
    return Shop(currency=currencies.most_common(1)[0][0]) if currencies else Shop()


def find_customer(connection: Connection, customer_id: str) -> Customer | None:
    return _one(connection, tables.customers, Customer, customer_id)


def find_order(connection: Connection, order_id: str) -> Order | None:
    return _one(connection, tables.orders, Order, order_id)


def orders_of(connection: Connection, customer_id: str) -> tuple[Order, ...]:
    """Newest first."""
    table = tables.orders
    query = sa.select(table.c.document).where(table.c.customer_id == customer_id, ~table.c.removed)
    orders = [decode(Order, document) for document in connection.execute(query).scalars()]
    return tuple(sorted(orders, key=lambda order: order.created, reverse=True))


def _one(connection: Connection, table: sa.Table, kind: type[T], row_id: str) -> T | None:
    query = sa.select(table.c.document).where(table.c.id == row_id, ~table.c.removed)
    document = connection.execute(query).scalar()
    return None if document is None else decode(kind, document)


def _merged(
    known: Mapping[str, T],
    table: sa.Table,
    kind: type[T],
    seen: int,
    connection: Connection,
    versions: dict[str, int],
    prefix: str,
) -> Mapping[str, T]:
    query = sa.select(table).where(table.c.changed > seen).order_by(table.c.position)
    if not known:
        query = query.where(~table.c.removed)
    merged: dict[str, T] | None = None
    for row in connection.execute(query).mappings():
        merged = dict(known) if merged is None else merged
        if row["removed"]:
            merged.pop(row["id"], None)
            continue
        merged[row["id"]] = _value(kind, row)
        if prefix:
            versions[f"{prefix}:{row['id']}"] = row["version"]
    return known if merged is None else merged


def _value(kind: type[T], row: sa.RowMapping) -> T:
    document = row["document"]
    if kind is Product:
        document = document | {"source": row["source"], "version": row["version"]}
    return decode(kind, document)
