"""Taking in a path, whatever it is."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from knowledge import shelf as shelves
from knowledge import store as tables
from knowledge.ingest.folder import copy_pictures, is_shop_folder, load_shop_folder
from knowledge.ingest.report import IngestError, IngestReport
from knowledge.settings import KnowledgeSettings
from knowledge.shelf import Shelf
from knowledge.store import Store
from knowledge.writing import Batch, write_batch

_ANCHOR_LASTS = timedelta(days=1)


def ingest(
    store: Store, shelf: Shelf, settings: KnowledgeSettings, path: Path, mapping: Path | Mapping[str, str] | None = None
) -> IngestReport:
    """Take in a shop folder or a file of products. Raises `IngestError` when nothing of it can be used."""
    if is_shop_folder(path):
        return _ingest_folder(store, shelf, settings, path)
    if path.is_dir():
        raise IngestError(f"{path} is a folder without shop.yaml; name the files, or see docs/shop-folder.md")
    raise IngestError(f"{path} does not exist")


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
