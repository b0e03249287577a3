"""The claims report: what the guard changed in chats and on air, counted and listed from the stored verdicts."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from assistant.guard.privacy import mask
from assistant.tables import ALSO_ABOUT, VERDICTS
from streaming.records import utterances
from web.zone import begin

By = Literal["product", "rule", "model", "label", "day"]

LABELS = ("ok", "unsupported", "contradicted", "forbidden")
HEAD = tuple("time channel where product model label rule article said instead reasons evidence".split())
_TESTS = "test"  # conversations of the console's test chat
_RISKY = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes what begins so for a formula


@dataclass(frozen=True, slots=True)
class Filter:
    """Which verdicts: empty means any. `since` and `until` bound the time, the latter not included."""

    product: str = ""
    rule: str = ""
    model: str = ""
    label: str = ""
    channel: str = ""
    since: datetime | None = None
    until: datetime | None = None
    only_changed: bool = True  # of a list; counts are of all sentences


class Claims:
    """Reads what the assistant and the rooms have stored. `articles`: the article of each rule; `zone`: the shop's."""

    def __init__(self, engine: sa.Engine, articles: Mapping[str, str], zone: ZoneInfo = ZoneInfo("UTC")) -> None:  # noqa: B008
        self._engine = engine
        self._articles = articles
        self._zone = zone

    def counts(self, by: By, chosen: Filter | None = None, limit: int = 200) -> list[dict[str, Any]]:
        """A row for each product, rule, …: sentences, how many of each label, how many were changed; most changed
        first, days newest first."""
        rows = _rows(chosen or Filter())
        if by == "day":
            return self._by_day(rows, limit)
        if by == "product":
            rows = _each_product(rows, (chosen or Filter()).product)
        key = rows.c[_COLUMNS[by]]
        query = _counted(rows, key).group_by(key)
        query = query.where(key != "") if by == "rule" else query
        query = query.order_by(sa.desc("changed"), sa.desc("sentences"))
        with self._engine.connect() as connection:
            found = connection.execute(query.limit(limit)).mappings().all()
        return [dict(row) | {"key": str(row["key"] or "")} for row in found]

    def _by_day(self, rows: sa.Subquery, limit: int) -> list[dict[str, Any]]:
        """Days begin where the shop is; databases know no time zones, so each is asked for by its bounds."""
        with self._engine.connect() as connection:
            first, last = connection.execute(sa.select(sa.func.min(rows.c.at), sa.func.max(rows.c.at))).one()
            if first is None:
                return []
            newest, oldest = self._day(last), self._day(first)
            days = [newest - timedelta(days=back) for back in range(min(limit, (newest - oldest).days + 1))]
            key = sa.case(*((rows.c.at >= begin(day, self._zone), str(day)) for day in days), else_="")
            query = _counted(rows, key).group_by(sa.text("1")).order_by(sa.text("1 DESC"))
            found = connection.execute(query).mappings().all()
        return [dict(row) for row in found if row["key"]]

    def _day(self, at: datetime | str) -> date:
        known = datetime.fromisoformat(at) if isinstance(at, str) else at
        return (known if known.tzinfo else known.replace(tzinfo=UTC)).astimezone(self._zone).date()

    def totals(self) -> list[tuple[str, str, str, int]]:
        """How many sentences, for each channel, model and label."""
        rows = _rows(Filter())
        key = rows.c.channel, rows.c.model, rows.c.label
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(*key, sa.func.count()).group_by(*key)).all()
        return [(str(row[0]), str(row[1]), str(row[2]), int(row[3])) for row in found]

    def listed(self, chosen: Filter, *, limit: int = 50, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """The newest sentences, and how many there are in all. Personal data is masked."""
        rows = _rows(chosen)
        wanted = sa.select(rows).where(rows.c.changed) if chosen.only_changed else sa.select(rows)
        with self._engine.connect() as connection:
            total = connection.scalar(sa.select(sa.func.count()).select_from(wanted.subquery())) or 0
            page = wanted.order_by(*_newest(rows)).limit(limit).offset(offset)
            found = connection.execute(page).mappings().all()
        return [self._shown(dict(row)) for row in found], total

    def csv(self, chosen: Filter, *, most: int = 100_000) -> Iterator[str]:
        """The list as CSV for a spreadsheet, piece by piece; begins with a byte order mark so that Chinese is read."""
        yield "\ufeff" + _line(HEAD)
        rows = _rows(chosen)
        wanted = sa.select(rows).where(rows.c.changed) if chosen.only_changed else sa.select(rows)
        with self._engine.connect().execution_options(yield_per=500) as connection:
            for found in connection.execute(wanted.order_by(*_newest(rows)).limit(most)).mappings():
                row = self._shown(dict(found))
                kept = (str(row[name]) for name in _CELLS)
                reasons = "; ".join(span["reason"] for span in row["spans"])
                yield _line((*kept, reasons, "; ".join(map(_cited, row["evidence"]))))

    def _shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        at = datetime.fromisoformat(row["at"]) if isinstance(row["at"], str) else row["at"]
        local = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(self._zone)
        evidence = [*row["evidence"], *(fact for span in row["spans"] for fact in span.get("evidence") or ())]
        unique = {(fact["id"], fact["value"]): fact for fact in evidence}
        return {
            **row,
            "at": local.isoformat(sep=" ", timespec="seconds")[:19],
            "original": mask(row["original"]),
            "text": mask(row["text"]),
            "evidence": list(unique.values()),
            "article": self._articles.get(row["rule"], ""),
        }


_CELLS = ("at", "channel", "where", "product_id", "model", "label", "rule", "article", "original", "text")
_COLUMNS: dict[By, str] = {"product": "product_id", "rule": "rule", "model": "model", "label": "label"}
_KEPT = ("at", "product_id", "rule", "label", "changed", "original", "text", "spans", "evidence", "remarks")


def _rows(chosen: Filter) -> sa.Subquery:
    """Sentences of answers, in the chat and on air, and the lines of the live script; filtered before they are put
    together, so that each table's indexes are used. An answer's sentences on air stand in both; they count once."""
    spoken = sa.case((utterances.c.said == "inserted", "person"), else_="script")
    answered, first, alone = VERDICTS.c, sa.literal(0), utterances.c.id
    parts = (
        (
            VERDICTS,
            answered.channel,
            answered.model,
            answered.conversation_id,
            answered.position,
            answered.message_id,
            answered.channel != _TESTS,
        ),
        (utterances, sa.literal("live"), spoken, utterances.c.room, first, alone, utterances.c.said != "answer"),
    )
    selects = []
    for table, channel, model, where, position, message, counts in parts:
        query = sa.select(
            *(table.c[name] for name in _KEPT),
            channel.label("channel"),
            model.label("model"),
            where.label("where"),
            position.label("position"),
            message.label("message_id"),
            sa.cast(table.c.id, sa.String).label("number"),
        ).where(counts)
        if chosen.product:
            touched = sa.and_(ALSO_ABOUT.c.message_id == message, ALSO_ABOUT.c.position == position)
            also = sa.exists().where(touched, ALSO_ABOUT.c.product_id == chosen.product)
            query = query.where(sa.or_(table.c.product_id == chosen.product, also))
        for value, column in (
            (chosen.rule, table.c.rule),
            (chosen.label, table.c.label),
            (chosen.channel, channel),
            (chosen.model, model),
        ):
            query = query.where(column == value) if value else query
        if chosen.since is not None:
            query = query.where(table.c.at >= chosen.since)
        if chosen.until is not None:
            query = query.where(table.c.at < chosen.until)
        selects.append(query)
    return sa.union_all(*selects).subquery()


def _each_product(rows: sa.Subquery, only: str) -> sa.Subquery:
    """The rows, those about several products once for each; with `only`, for this one."""
    touched = sa.and_(ALSO_ABOUT.c.message_id == rows.c.message_id, ALSO_ABOUT.c.position == rows.c.position)
    kept = [column for column in rows.c if column.name != "product_id"]
    first = sa.select(*kept, rows.c.product_id)
    others = sa.select(*kept, ALSO_ABOUT.c.product_id).select_from(rows.join(ALSO_ABOUT, touched))
    each = sa.union_all(first, others).subquery()
    return sa.select(each).where(each.c.product_id == only).subquery() if only else each


def _counted(rows: sa.Subquery, key: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(
        key.label("key"),
        sa.func.count().label("sentences"),
        _number(rows.c.changed).label("changed"),
        *(_number(rows.c.label == label).label(label) for label in LABELS),
    )


def _newest(rows: sa.Subquery) -> tuple[sa.ColumnElement[Any], ...]:
    """An order without ties: the sentences of an answer were stored at one moment."""
    return rows.c.at.desc(), rows.c.where, rows.c.position, rows.c.number


def _number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _cited(fact: Mapping[str, Any]) -> str:
    """A fact in a line; rows of before the trail kept less of it."""
    what, where = f"{fact.get('subject', '')} {fact.get('attribute', '')}".strip(), fact.get("source", "")
    return f"{what}: {fact['value'][:120]} ({where} v{fact['version']})"


def _line(cells: tuple[Any, ...]) -> str:
    """One row; a cell that a spreadsheet would run as a formula is told to be text."""
    out = io.StringIO()
    csv.writer(out).writerow(f"'{cell}" if str(cell).startswith(_RISKY) else cell for cell in cells)
    return out.getvalue()
