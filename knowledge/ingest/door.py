"""Taking in a path, whatever it is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from knowledge import shelf as shelves
from knowledge import store as tables
from knowledge.ingest.folder import copy_pictures, is_shop_folder, load_shop_folder
from knowledge.ingest.guess import flat, guess, read_mapping, signature
from knowledge.ingest.products import ProductMaker, currency_guess
from knowledge.ingest.readers import Row, Table, read_tables
from knowledge.ingest.report import FieldGuess, IngestError, IngestReport, Refusal
from knowledge.ingest.values import ValueProblem
from knowledge.model import Product
from knowledge.settings import KnowledgeSettings
from knowledge.shelf import Shelf
from knowledge.store import Store
from knowledge.writing import Batch, write_batch

_ANCHOR_LASTS = timedelta(days=1)
_SAMPLE_ROWS = 200  # looked at to guess what columns mean
_CHUNK_ROWS = 2_000


def ingest(
    store: Store, shelf: Shelf, settings: KnowledgeSettings, path: Path, mapping: Path | Mapping[str, str] | None = None
) -> IngestReport:
    """Take in a shop folder or a file of products. Raises `IngestError` when nothing of it can be used."""
    if is_shop_folder(path):
        return _ingest_folder(store, shelf, settings, path)
    if path.is_dir():
        raise IngestError(f"{path} is a folder without shop.yaml; name the files, or see docs/shop-folder.md")
    if not path.exists():
        raise IngestError(f"{path} does not exist")
    return _ingest_file(store, settings, path, read_mapping(mapping))


def _ingest_file(store: Store, settings: KnowledgeSettings, path: Path, given: Mapping[str, str]) -> IngestReport:
    intake = _Intake(store, settings, path.name)
    for table in read_tables(path, settings.max_file_mb):
        intake.take(table, given)
    report = intake.report()
    with store.write() as connection:
        log(connection, report)
    return report


class _Intake:
    """Collects what becomes of the rows of one file. A chunk of rows is one transaction: other writers get their turn
    in between, and what was taken in before a crash is unchanged when the file is fed again."""

    def __init__(self, store: Store, settings: KnowledgeSettings, origin: str) -> None:
        self._store = store
        self._settings = settings
        self._origin = origin
        self._read = self._added = self._changed = self._unchanged = self._version = 0
        self._refused: list[Refusal] = []
        self._warnings: list[Refusal] = []
        self._mapping: list[FieldGuess] = []
        self._seen: dict[str, str] = {}

    def take(self, table: Table, given: Mapping[str, str]) -> None:
        first = list(islice(table.rows, _SAMPLE_ROWS))
        sample = [flat(row.values) for row in first if not row.problem]
        columns = list(dict.fromkeys(name for row in sample for name in row))
        given = self._remembered(columns, given)
        mapping = guess(sample, given)
        self._check(table, sample, mapping, given, columns)
        self._mapping += mapping
        currency, remark = currency_guess(sample, mapping, self._settings.currency)
        if remark:
            self._warnings.append(Refusal(table.name, remark))
        maker = ProductMaker(mapping, currency)
        rows = chain(first, table.rows)
        while chunk := list(islice(rows, _CHUNK_ROWS)):
            self._put([product for row in chunk if (product := self._made(maker, row)) is not None])

    def report(self) -> IngestReport:
        return IngestReport(
            origin=self._origin,
            read=self._read,
            added=self._added,
            changed=self._changed,
            unchanged=self._unchanged,
            refused=tuple(self._refused),
            warnings=tuple(self._warnings),
            mapping=tuple(self._mapping),
            version=self._version,
        )

    def _check(
        self,
        table: Table,
        sample: Sequence[Mapping[str, Any]],
        mapping: Sequence[FieldGuess],
        given: Mapping[str, str],
        columns: Sequence[str],
    ) -> None:
        unknown = next((name for name in given if name not in columns), None)
        if unknown is not None and not table.is_sheet:
            raise IngestError(f"the mapping names {unknown!r}, but the columns are: {', '.join(columns)}")
        if sample and not any(found.field.partition(".")[0] == "title" for found in mapping):
            raise IngestError(
                f"no column of {table.name} looks like product names; give a mapping such as "
                f'{{"{columns[0]}": "title"}} (columns: {", ".join(columns)})'
            )

    def _remembered(self, columns: Sequence[str], given: Mapping[str, str]) -> Mapping[str, str]:
        """The mapping a person gave for these columns, now or earlier."""
        table, name = tables.mappings, signature(columns)
        if given:
            with self._store.write() as connection:
                connection.execute(table.delete().where(table.c.signature == name))
                connection.execute(table.insert().values(signature=name, document=dict(given), at=datetime.now(UTC)))
            return given
        with self._store.read() as connection:
            kept = connection.execute(sa.select(table.c.document).where(table.c.signature == name)).scalar()
        return kept or {}

    def _made(self, maker: ProductMaker, row: Row) -> Product | None:
        self._read += 1
        try:
            if row.problem:
                raise ValueProblem(row.problem)
            product = maker.make(row.values, row.where)
            earlier = self._seen.get(product.id)
            if earlier is not None:
                raise ValueProblem(f"the id {product.id!r} stands already in {earlier}")
        except ValueProblem as problem:
            self._refused.append(Refusal(row.where, str(problem)))
            return None
        self._seen[product.id] = row.where
        self._warnings += [Refusal(row.where, remark) for remark in maker.remarks]
        return product

    def _put(self, products: Sequence[Product]) -> None:
        with self._store.write() as connection:
            change = write_batch(connection, Batch(origin=self._origin, products=products))
        self._added += len(change.added)
        self._changed += len(change.changed)
        self._unchanged += change.unchanged
        self._version = change.version


def _ingest_folder(store: Store, shelf: Shelf, settings: KnowledgeSettings, path: Path) -> IngestReport:
    with store.write() as connection:
        origin = f"folder:{path.resolve().name}"
        folder = load_shop_folder(
            path,
            now=_anchor(connection, origin),
            known_products=shelf.products,
            known_customers=lambda customer_id: shelves.find_customer(connection, customer_id),
        )
        copy_pictures(path, settings.media_dir)
        change = write_batch(
            connection,
            Batch(
                origin=origin,
                shop=folder.shop,
                products=folder.products,
                promotions=folder.promotions,
                policies=folder.policies,
                faqs=folder.faqs,
                customers=folder.customers,
                orders=folder.orders,
                replace_origin=folder.replace,
            ),
        )
        report = IngestReport(
            origin=origin,
            read=folder.rows + 1 + len(folder.refused),
            added=len(change.added),
            changed=len(change.changed),
            unchanged=change.unchanged,
            removed=len(change.removed),
            refused=tuple(folder.refused),
            warnings=tuple(folder.warnings),
            version=change.version,
        )
        log(connection, report)
    return report


def log(connection: Connection, report: IngestReport) -> None:
    document: dict[str, Any] = asdict(report)
    connection.execute(tables.ingests.insert().values(at=datetime.now(UTC), origin=report.origin, report=document))


def _anchor(connection: Connection, origin: str) -> datetime:
    """The moment relative times count from: that of the last load when it was within a day, so that loading again
    changes nothing, else now."""
    table, now = tables.anchors, datetime.now(UTC)
    kept: datetime | None = connection.execute(sa.select(table.c.at).where(table.c.origin == origin)).scalar()
    if kept is None:
        connection.execute(table.insert().values(origin=origin, at=now))
        return now
    kept = kept if kept.tzinfo else kept.replace(tzinfo=UTC)
    if now - kept < _ANCHOR_LASTS:
        return kept
    connection.execute(table.update().where(table.c.origin == origin).values(at=now))
    return now
