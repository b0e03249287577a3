"""Who did what, when, from where: a table that is only ever added to."""

import asyncio
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from knowledge.store import Store
from web.accounts import Staff
from web.tables import AUDIT

log = structlog.get_logger("audit")

READ = frozenset({"GET", "HEAD", "OPTIONS"})
# Last parts of paths that change nothing.
SMALL_TALK = frozenset({"typing", "seen", "looking", "queue", "heartbeat", "join", "strength"})
OWN = ("POST /api/staff/me/password", "POST /api/staff/me/totp", "POST /api/staff/signout-everywhere")
HEADINGS = ("at", "who", "role", "action", "target", "outcome", "address")


@dataclass(frozen=True, slots=True)
class Entry:
    id: int
    at: datetime
    who: str
    role: str
    action: str
    target: str
    outcome: int
    address: str


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything here blocks for a moment."""

    store: Store

    def record(
        self, who: str, action: str, target: str = "", *, role: str = "", outcome: int = 0, address: str = ""
    ) -> None:
        """`action` and `target` are names and ids; what people wrote and secrets do not belong here."""
        row = {
            "at": datetime.now(UTC), "who": who[:80], "role": role[:10], "action": action[:120],
            "target": target[:300], "outcome": outcome, "address": address[:64],
        }  # fmt: skip
        with self.store.write() as connection:
            connection.execute(sa.insert(AUDIT), row)

    def entries(
        self, *, who: str = "", actions: Sequence[str] = (), before: int = 0, limit: int = 100
    ) -> tuple[Entry, ...]:
        """The newest first; `actions`: how they may begin; `before`: only what is older than the entry of this id."""
        query = _chosen(who, actions).order_by(AUDIT.c.id.desc()).limit(limit)
        if before:
            query = query.where(AUDIT.c.id < before)
        with self.store.read() as connection:
            return tuple(Entry(**row) for row in connection.execute(query).mappings())

    def about(self, name: str, staff_id: str, *, limit: int = 20) -> tuple[Entry, ...]:
        """What concerns somebody's own account, by whomever; the newest first."""
        own = sa.or_(AUDIT.c.action == "sign-in", *(AUDIT.c.action.startswith(each) for each in OWN))
        others = sa.or_(AUDIT.c.target == name, AUDIT.c.target.startswith(f"{name} ", autoescape=True))
        done = sa.or_(*(AUDIT.c.action.startswith(each) for each in ("person ", "sign-in failed")))
        by_id = sa.and_(AUDIT.c.target == staff_id, AUDIT.c.action.contains("/api/staff/people"))
        mine = sa.or_(sa.and_(AUDIT.c.who == name, own), sa.and_(others, done), by_id)
        with self.store.read() as connection:
            rows = connection.execute(sa.select(AUDIT).where(mine).order_by(AUDIT.c.id.desc()).limit(limit)).mappings()
            return tuple(Entry(**row) for row in rows)

    def names(self) -> tuple[str, ...]:
        """Everybody who is in it."""
        with self.store.read() as connection:
            return tuple(connection.scalars(sa.select(AUDIT.c.who).distinct().order_by(AUDIT.c.who)))

    def csv(self, *, who: str = "", actions: Sequence[str] = ()) -> Iterator[str]:
        """Lines of a file for a spreadsheet, oldest first; cells that a spreadsheet would compute are quoted."""
        yield "\ufeff" + ",".join(HEADINGS) + "\r\n"
        with self.store.read() as connection:
            rows = connection.execution_options(yield_per=500).execute(_chosen(who, actions).order_by(AUDIT.c.id))
            for row in rows.mappings():
                yield _line([row["at"].isoformat(), *(str(row[name]) for name in HEADINGS[1:])])


class AuditTrail:
    """Writes down each change that a signed-in person or a program asked for, and how it ended."""

    def __init__(self, app: ASGIApp, audit: Audit) -> None:
        self._app = app
        self._audit = audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in READ:
            return await self._app(scope, receive, send)
        noted = False

        async def note(status: int) -> None:
            nonlocal noted
            noted = True
            actor = scope.get("state", {}).get("actor")
            route = str(getattr(scope.get("route"), "path", ""))
            if isinstance(actor, Staff) and route and route.rsplit("/", 1)[-1] not in SMALL_TALK:
                await asyncio.shield(asyncio.to_thread(self._write, scope, actor, route, status))

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":  # on record before anybody hears that it is done
                await note(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, told)
        finally:
            if not noted:
                await note(500)

    def _write(self, scope: Scope, actor: Staff, route: str, status: int) -> None:
        target = " ".join(str(value) for value in scope.get("path_params", {}).values())
        host = scope["client"][0] if scope.get("client") else "local"
        try:
            self._audit.record(
                actor.name, f"{scope['method']} {route}", target, role=actor.role or "token", outcome=status,
                address=host,
            )  # fmt: skip
        except sa.exc.SQLAlchemyError as error:  # the change has been made; that it is not on record must be seen
            log.error("an action could not be written down", route=route, error=type(error).__name__)


def _chosen(who: str, actions: Sequence[str]) -> sa.Select[Any]:
    query = sa.select(AUDIT)
    if who:
        query = query.where(AUDIT.c.who == who)
    if actions:
        begins = (AUDIT.c.action.startswith(each, autoescape=True) for each in actions)
        query = query.where(sa.or_(*begins))
    return query


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in cells])
    return out.getvalue()
