"""Taking in a path, whatever it is."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from knowledge import shelf as shelves
from knowledge import store as tables
from knowledge.ingest import remembered
from knowledge.ingest.folder import copy_pictures, is_shop_folder, load_shop_folder
from knowledge.ingest.guess import read_mapping
from knowledge.ingest.papers import PaperIntake
from knowledge.ingest.refused import write_refused
from knowledge.ingest.report import IngestError, IngestReport, Progress
from knowledge.ingest.sales import PREFIX
from knowledge.ingest.sources import Source, open_source
from knowledge.ingest.stage import Stage
from knowledge.ingest.tables import TableIntake
from knowledge.ingest.tally import Tally
from knowledge.settings import KnowledgeSettings
from knowledge.shelf import Shelf
from knowledge.store import Store
from knowledge.writing import Batch, Change, Writer, unchanged_ids, write_batch

_ANCHOR_LASTS = timedelta(days=1)
_KINDS = {
    "products": tables.products,
    "faqs": tables.faqs,
    "policies": tables.policies,
    "passages": tables.passages,
}
REFUSED_FOLDER = "refused"  # in the data folder
_REFUSED_KEPT = 20  # files of refused rows there


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How a path is to be taken in."""

    mapping: Path | Mapping[str, str] | None = None  # column → field
    forget: bool = False  # drop what is remembered for files with these columns, and guess anew
    replace: bool = False  # remove what an earlier file of this name brought and this one lacks
    dry_run: bool = False  # say what would happen; change nothing
    refused: Path | None = None  # where to write the refused rows; None: below the data folder
    products: Sequence[str] = ()  # ids that manuals and questions are about
    progress: Progress | None = None


def ingest(
    store: Store, shelf: Callable[[], Shelf], settings: KnowledgeSettings, path: Path, wishes: Wishes
) -> IngestReport:
    """Take in a shop folder, a file, or a folder or archive of files, in one transaction. Raises `IngestError` when
    nothing of it can be used."""
    if not path.exists():
        raise IngestError(f"{path} does not exist")
    if is_shop_folder(path):
        return _ingest_folder(store, shelf(), settings, path, dry_run=wishes.dry_run)
    with tempfile.TemporaryDirectory(prefix="zhibo-intake-") as unpacked, Stage() as stage:
        source = open_source(path, settings.max_file_mb, Path(unpacked))
        return _Intake(store, shelf, settings, stage, wishes).take(source)


class _Intake:
    """One source, from its rows to the database."""

    def __init__(
        self, store: Store, shelf: Callable[[], Shelf], settings: KnowledgeSettings, stage: Stage, wishes: Wishes
    ) -> None:
        self._store = store
        self._shelf = shelf
        self._settings = settings
        self._stage = stage
        self._wishes = wishes
        self._given = read_mapping(wishes.mapping)

    def take(self, source: Source) -> IngestReport:
        tally, shapes = Tally(), list[Sequence[str]]()
        if source.tables:
            intake = TableIntake(self._stage, self._given, self._recall, self._settings.currency, self._tell)
            intake.take(source.tables)
            tally, shapes = intake.tally, intake.shapes
        if source.papers or source.pages:
            PaperIntake(self._stage, tally, self._shelf, self._wishes.products).take(source)
        compared = self._compare()
        with self._changing() as connection:
            if not self._wishes.dry_run:
                self._remember(connection, shapes, source.origin)
            counted, version = self._put(connection, source.origin, compared)
            report = self._report(source.origin, tally, replace(counted, version=version))
            if not self._wishes.dry_run:
                log(connection, report)
        return report

    def _changing(self) -> AbstractContextManager[Connection]:
        return self._store.read() if self._wishes.dry_run else self._store.write()

    def _recall(self, columns: Sequence[str]) -> remembered.Remembered | None:
        if self._wishes.forget:
            return None
        with self._store.read() as connection:
            return remembered.recall(connection, columns)

    def _remember(self, connection: Connection, shapes: Sequence[Sequence[str]], origin: str) -> None:
        for columns in shapes:
            pairs = {column: field for column, field in self._given.items() if column in columns}
            kept = remembered.recall(connection, columns)
            if kept is not None and self._wishes.forget:
                remembered.forget(connection, kept.signature)
            elif kept is not None:
                pairs = {**{name: said for name, said in kept.mapping.items() if name in columns}, **pairs}
            if pairs and self._given:
                remembered.remember(connection, columns, pairs, origin)

    def _tell(self, step: str, done: int, total: int | None) -> None:
        if self._wishes.progress is not None:
            self._wishes.progress(step, done, total)

    def _compare(self) -> int:
        """Find the rows that are stored as they are, while others may write; the catalogue's version this holds for."""
        total, done = sum(self._stage.kinds().values()), 0
        with self._store.read() as connection:
            version = _version(connection)
            for kind, table in _KINDS.items():
                for looked, ids in unchanged_ids(connection, table, self._stage.rows(kind)):
                    self._stage.mark_same(kind, ids)
                    done += looked
                    self._tell("compare", done, total)
        return version

    def _put(self, connection: Connection, origin: str, compared: int) -> tuple[Change, int]:
        """(what changed, without promotions, which are no rows of the file; the version afterwards)."""
        everything = _version(connection) != compared  # somebody has changed something since
        counts, done = self._stage.kinds(), 0
        total = sum(counts.values())

        def tick(rows: int) -> None:
            nonlocal done
            done += rows
            self._tell("store", done, total)

        def given(kind: str) -> Callable[[str], bool]:
            return lambda row_id: self._stage.holds(kind, row_id)

        writer = Writer(connection, origin, dry_run=self._wishes.dry_run)
        for kind, table in _KINDS.items():
            same = 0 if everything else self._stage.same(kind)
            writer.count_unchanged(same)
            tick(same)
            writer.put(table, self._stage.rows(kind, with_same=everything), tick)
            if self._wishes.replace:
                writer.remove_others(table, given(kind))
        writer.remove(tables.products, self._stage.off_sale())
        for file in self._stage.files():
            writer.remove_others(tables.passages, given("passages"), f"{file}#")
        counted = writer.change()
        writer.put(tables.promotions, self._stage.rows("promotions"), tick)
        if "products" in counts:
            writer.remove_others(tables.promotions, given("promotions"), PREFIX)
        return counted, writer.finish().version

    def _report(self, origin: str, tally: Tally, change: Change) -> IngestReport:
        counts = self._stage.kinds()
        kinds = [kind for kind in _KINDS if counts.get(kind)]
        return IngestReport(
            origin=origin,
            kind="+".join(kinds) or "products",
            read=tally.read,
            joined=tally.joined,
            left_out=tally.left_out,
            added=len(change.added),
            changed=len(change.changed),
            unchanged=change.unchanged,
            removed=len(change.removed),
            refused=tuple(tally.refused),
            refused_count=tally.refused_count,
            warnings=tuple(tally.warnings),
            mapping=tuple(tally.mapping),
            signature=tally.signature,
            refused_file=self._write_refused(origin),
            version=change.version,
        )

    def _write_refused(self, origin: str) -> str:
        """The name of the file of refused rows; "" when there are none, or nobody asked for it in a rehearsal."""
        if self._wishes.refused is not None:
            return str(self._wishes.refused) if write_refused(self._stage, self._wishes.refused) else ""
        if self._wishes.dry_run:
            return ""
        folder = self._settings.data_dir / REFUSED_FOLDER
        path = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{Path(origin).stem[:60]}.csv"
        written = write_refused(self._stage, path)
        for old in sorted(folder.glob("*.csv"))[:-_REFUSED_KEPT]:
            old.unlink(missing_ok=True)
        return str(path) if written else ""


def _ingest_folder(
    store: Store, shelf: Shelf, settings: KnowledgeSettings, path: Path, *, dry_run: bool
) -> IngestReport:
    with store.read() if dry_run else store.write() as connection:
        origin = f"folder:{path.resolve().name}"
        folder = load_shop_folder(
            path,
            now=_anchor(connection, origin, dry_run=dry_run),
            known_products=shelf.products,
            known_customers=lambda customer_id: shelves.find_customer(connection, customer_id),
        )
        if not dry_run:
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
            dry_run=dry_run,
        )
        report = IngestReport(
            origin=origin,
            kind="shop",
            read=folder.rows + 1 + len(folder.refused),
            added=len(change.added),
            changed=len(change.changed),
            unchanged=change.unchanged,
            removed=len(change.removed),
            refused=tuple(folder.refused),
            refused_count=len(folder.refused),
            warnings=tuple(folder.warnings),
            version=change.version,
        )
        if not dry_run:
            log(connection, report)
    return report


def _version(connection: Connection) -> int:
    return connection.execute(sa.select(tables.catalogue_state.c.version)).scalar() or 0


def log(connection: Connection, report: IngestReport) -> None:
    document: dict[str, Any] = asdict(report)
    connection.execute(tables.ingests.insert().values(at=datetime.now(UTC), origin=report.origin, report=document))


def _anchor(connection: Connection, origin: str, *, dry_run: bool) -> datetime:
    """The moment relative times count from: that of the last load when it was within a day, so that loading again
    changes nothing, else now."""
    table, now = tables.anchors, datetime.now(UTC)
    kept: datetime | None = connection.execute(sa.select(table.c.at).where(table.c.origin == origin)).scalar()
    if kept is None and dry_run:
        return now
    if kept is None:
        connection.execute(table.insert().values(origin=origin, at=now))
        return now
    kept = kept if kept.tzinfo else kept.replace(tzinfo=UTC)
    if now - kept < _ANCHOR_LASTS:
        return kept
    if not dry_run:
        connection.execute(table.update().where(table.c.origin == origin).values(at=now))
    return now
