"""The webhooks of a shop and what is to be sent to them, in the database. Everything here blocks for a moment."""

import json
import random
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from assistant.tables import HAPPENINGS
from knowledge.store import Store
from web.errors import Refusal
from web.tables import DELIVERIES, WEBHOOKS
from web.webhooks.kinds import KINDS, PING

FIRST_WAIT_S, LONGEST_WAIT_S = 5, 6 * 3600
MOST_TRIES = 12  # the last one a day and a third after the first
LEASE_S = 60  # whoever has taken a delivery in hand and died gives it back after so long
KEPT_DAYS = 30
ROTATION_S = 24 * 3600
MOST = 20  # webhooks of a shop
AT_ONCE = 500  # happenings turned into deliveries in one transaction
TRIES_KEPT = 30

State = Literal["waiting", "delivered", "dead"]
Key = Callable[[str, int], bytes]  # the secret of a webhook in one of its generations


@dataclass(frozen=True, slots=True)
class Webhook:
    id: str
    url: str
    about: str
    events: tuple[str, ...]  # empty: all
    enabled: bool
    why_off: str  # gone, failing; empty: it is on, or somebody switched it off
    generation: int
    old_until: datetime | None  # until then the secret before holds as well
    created: datetime
    created_by: str
    delivered: datetime | None
    waiting: int = 0
    dead: int = 0

    def wants(self, kind: str) -> bool:
        return self.enabled and (not self.events or kind in self.events)


@dataclass(frozen=True, slots=True)
class Delivery:
    id: str
    webhook_id: str
    message_id: str
    kind: str
    body: str
    state: State
    due: datetime
    attempts: int
    tries: tuple[Mapping[str, Any], ...]
    created: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """A delivery in hand: where to, and with which keys it is signed now."""

    delivery: Delivery
    url: str
    keys: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Try:
    """How one attempt went. `status` 0: no answer, `said` tells why. `wait_s`: what the receiver asked for."""

    status: int
    said: str
    ms: int
    wait_s: int = 0

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Webhooks:
    store: Store
    key: Key
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    # which there are

    def listed(self) -> tuple[Webhook, ...]:
        counted = (
            sa.select(DELIVERIES.c.webhook_id, DELIVERIES.c.state, sa.func.count())
            .where(DELIVERIES.c.state != "delivered")
            .group_by(DELIVERIES.c.webhook_id, DELIVERIES.c.state)
        )
        with self.store.read() as connection:
            rows = connection.execute(sa.select(WEBHOOKS).order_by(WEBHOOKS.c.created)).mappings().all()
            counts = {(webhook, state): number for webhook, state, number in connection.execute(counted)}
        return tuple(
            _webhook(row, counts.get((row["id"], "waiting"), 0), counts.get((row["id"], "dead"), 0)) for row in rows
        )

    def get(self, webhook_id: str) -> Webhook:
        """Raises a Refusal when there is none."""
        found = next((each for each in self.listed() if each.id == webhook_id), None)
        if found is None:
            raise Refusal("not_found", "没有这个 webhook。", "There is no such webhook.")
        return found

    def add(self, url: str, events: Sequence[str], about: str, by: str) -> tuple[Webhook, bytes]:
        """With its secret. Raises a Refusal."""
        row = {
            "id": secrets.token_hex(8), "url": url, "about": about.strip(), "events": _known(events), "enabled": True,
            "why_off": "", "generation": 1, "old_until": None, "created": self.now(), "created_by": by,
            "delivered": None,
        }  # fmt: skip
        with self.store.write() as connection:
            if (connection.scalar(sa.select(sa.func.count()).select_from(WEBHOOKS)) or 0) >= MOST:
                raise Refusal("taken", f"最多 {MOST} 个 webhook。", f"A shop has {MOST} webhooks at most.")
            connection.execute(sa.insert(WEBHOOKS), row)
        return _webhook(row), self.key(str(row["id"]), 1)

    def change(self, webhook_id: str, **values: Any) -> Webhook:
        """`url`, `events`, `about`, `enabled`. Switched on again, it is sent what has waited meanwhile."""
        if "events" in values:
            values["events"] = _known(values["events"])
        if "enabled" in values:
            values["why_off"] = ""
        if values:
            self._set(webhook_id, **values)
        return self.get(webhook_id)

    def remove(self, webhook_id: str) -> None:
        self.get(webhook_id)
        with self.store.write() as connection:
            connection.execute(sa.delete(DELIVERIES).where(DELIVERIES.c.webhook_id == webhook_id))
            connection.execute(sa.delete(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id))

    def rotate(self, webhook_id: str, *, at_once: bool) -> tuple[Webhook, bytes]:
        """A new secret; the one before holds for another day, or no longer, `at_once`, when it has leaked."""
        before = self.get(webhook_id)
        until = None if at_once else self.now() + timedelta(seconds=ROTATION_S)
        self._set(webhook_id, generation=before.generation + 1, old_until=until)
        return self.get(webhook_id), self.key(webhook_id, before.generation + 1)

    def _set(self, webhook_id: str, **values: Any) -> None:
        with self.store.write() as connection:
            connection.execute(sa.update(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id).values(values))

    # what was sent

    def deliveries(
        self, webhook_id: str, *, state: State | None = None, before: datetime | None = None, limit: int = 50
    ) -> tuple[Delivery, ...]:
        """The newest first."""
        query = sa.select(DELIVERIES).where(DELIVERIES.c.webhook_id == webhook_id)
        if state:
            query = query.where(DELIVERIES.c.state == state)
        if before:
            query = query.where(DELIVERIES.c.created < before)
        with self.store.read() as connection:
            rows = connection.execute(query.order_by(DELIVERIES.c.created.desc()).limit(limit)).mappings()
            return tuple(_delivery(row) for row in rows)

    def delivery(self, webhook_id: str, delivery_id: str) -> Delivery:
        query = sa.select(DELIVERIES).where(DELIVERIES.c.id == delivery_id, DELIVERIES.c.webhook_id == webhook_id)
        with self.store.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            zh, en = "没有这次发送，可能已清理。", "There is no such delivery; it may have been cleared away."
            raise Refusal("not_found", zh, en)
        return _delivery(row)

    def send_again(self, webhook_id: str, delivery_id: str) -> Delivery:
        """At once and then as often as a new one, under the same message id."""
        self.delivery(webhook_id, delivery_id)
        values = {"state": "waiting", "due": self.now(), "attempts": 0}
        with self.store.write() as connection:
            connection.execute(sa.update(DELIVERIES).where(DELIVERIES.c.id == delivery_id).values(values))
        return self.delivery(webhook_id, delivery_id)

    def ping(self, webhook_id: str) -> Delivery:
        """A message that says nothing, whatever this webhook is told otherwise."""
        row = self._row(webhook_id, secrets.token_hex(16), PING, self.now(), {"webhook": webhook_id})
        with self.store.write() as connection:
            connection.execute(sa.insert(DELIVERIES), row)
        return self.delivery(webhook_id, row["id"])

    # what is to be sent

    def anything(self) -> bool:
        """Whether there is something to collect or to send: a look that takes no lock."""
        due = (DELIVERIES.c.state == "waiting", DELIVERIES.c.due <= self.now())
        with self.store.read() as connection:
            happened = connection.scalar(sa.select(HAPPENINGS.c.id).limit(1))
            return (
                happened is not None or connection.scalar(sa.select(DELIVERIES.c.id).where(*due).limit(1)) is not None
            )

    def collect(self) -> int:
        """Turn what happened into deliveries, each happening once for each webhook that wants it; how many."""
        with self.store.write() as connection:
            query = sa.select(HAPPENINGS).order_by(HAPPENINGS.c.at).limit(AT_ONCE).with_for_update(skip_locked=True)
            happened = connection.execute(query).mappings().all()
            if not happened:
                return 0
            webhooks = [_webhook(row) for row in connection.execute(sa.select(WEBHOOKS)).mappings()]
            rows = [
                self._row(webhook.id, one["id"], one["kind"], _utc(one["at"]), _told(one))
                for one in happened
                for webhook in webhooks
                if webhook.wants(one["kind"])
            ]
            if rows:
                connection.execute(sa.insert(DELIVERIES), rows)
            connection.execute(sa.delete(HAPPENINGS).where(HAPPENINGS.c.id.in_([one["id"] for one in happened])))
            return len(rows)

    def take(self, limit: int, busy: Sequence[str] = ()) -> list[Job]:
        """Deliveries that are due, now in hand of the caller alone. `busy`: webhooks that have enough to do."""
        now = self.now()
        query = (
            sa.select(DELIVERIES, WEBHOOKS.c.url, WEBHOOKS.c.generation, WEBHOOKS.c.old_until)
            .join(WEBHOOKS, WEBHOOKS.c.id == DELIVERIES.c.webhook_id)
            .where(DELIVERIES.c.state == "waiting", DELIVERIES.c.due <= now, WEBHOOKS.c.enabled)
            .where(DELIVERIES.c.webhook_id.not_in(busy))
            .order_by(DELIVERIES.c.due)
            .limit(limit)
            .with_for_update(skip_locked=True, of=DELIVERIES)
        )
        with self.store.write() as connection:
            rows = connection.execute(query).mappings().all()
            mine = sa.update(DELIVERIES).where(DELIVERIES.c.id.in_([row["id"] for row in rows]))
            if rows:
                lease = {"due": now + timedelta(seconds=LEASE_S), "attempts": DELIVERIES.c.attempts + 1}
                connection.execute(mine.values(lease))
        jobs = []
        for row in rows:
            newest = row["generation"]
            both = row["old_until"] is not None and _utc(row["old_until"]) > now
            keys = tuple(self.key(row["webhook_id"], each) for each in ((newest, newest - 1) if both else (newest,)))
            jobs.append(Job(_delivery(row), row["url"], keys))
        return jobs

    def note(self, job: Job, tried: Try) -> State:
        """How an attempt went; the state that the delivery has by that. A webhook that is gone, or that has taken
        nothing for as long as a message is tried, is switched off."""
        now, attempts = self.now(), job.delivery.attempts + 1
        gone = tried.status == 410
        state: State = "delivered" if tried.taken else "dead" if gone or attempts >= MOST_TRIES else "waiting"
        entry = {"at": now.isoformat(), "status": tried.status, "said": tried.said[:200], "ms": tried.ms}
        values: dict[str, Any] = {"state": state, "tries": [*job.delivery.tries, entry][-TRIES_KEPT:]}
        if state == "waiting":
            values["due"] = now + timedelta(seconds=max(waited(attempts), min(tried.wait_s, LONGEST_WAIT_S)))
        webhook = sa.update(WEBHOOKS).where(WEBHOOKS.c.id == job.delivery.webhook_id)
        with self.store.write() as connection:
            connection.execute(sa.update(DELIVERIES).where(DELIVERIES.c.id == job.delivery.id).values(values))
            if state == "delivered":
                connection.execute(webhook.values(delivered=now))
            elif gone:
                connection.execute(webhook.values(enabled=False, why_off="gone"))
            elif state == "dead":
                last = sa.or_(WEBHOOKS.c.delivered.is_(None), WEBHOOKS.c.delivered < job.delivery.created)
                connection.execute(webhook.where(last).values(enabled=False, why_off="failing"))
        return state

    def clear_away(self) -> int:
        """What is older than a month; how many."""
        old = self.now() - timedelta(days=KEPT_DAYS)
        with self.store.write() as connection:
            return connection.execute(sa.delete(DELIVERIES).where(DELIVERIES.c.created < old)).rowcount

    def _row(self, webhook_id: str, happening: str, kind: str, at: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
        body = {"type": kind, "timestamp": at.isoformat(), "data": data}
        now = self.now()
        return {
            "id": secrets.token_hex(16), "webhook_id": webhook_id, "message_id": f"msg_{happening}", "kind": kind,
            "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")), "state": "waiting", "due": now,
            "attempts": 0, "tries": [], "created": now,
        }  # fmt: skip


def waited(attempts: int) -> float:
    """Seconds until the next try after so many: four times longer each, and never exactly as long as for others."""
    return float(min(FIRST_WAIT_S * 4 ** (attempts - 1), LONGEST_WAIT_S)) * random.uniform(0.8, 1.2)


def _told(happening: Mapping[Any, Any]) -> dict[str, Any]:
    conversation = happening["conversation_id"]
    return {**({"conversation": conversation} if conversation else {}), **happening["data"]}


def _known(events: Sequence[str]) -> list[str]:
    if unknown := sorted(set(events) - KINDS.keys()):
        listed = ", ".join(KINDS)
        raise Refusal("invalid", f"没有 {unknown[0]} 这种事件；可选：{listed}。", f"No event {unknown[0]}: {listed}.")
    return sorted(set(events))


def _webhook(row: Mapping[Any, Any], waiting: int = 0, dead: int = 0) -> Webhook:
    plain: dict[str, Any] = {
        name: row[name] for name in ("id", "url", "about", "enabled", "why_off", "generation", "created_by")
    }
    plain |= {name: _utc(row[name]) if row[name] else None for name in ("old_until", "delivered")}
    return Webhook(**plain, events=tuple(row["events"]), created=_utc(row["created"]), waiting=waiting, dead=dead)


def _delivery(row: Mapping[Any, Any]) -> Delivery:
    plain = {name: row[name] for name in ("id", "webhook_id", "message_id", "kind", "body", "state", "attempts")}
    return Delivery(**plain, due=_utc(row["due"]), tries=tuple(row["tries"]), created=_utc(row["created"]))


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
