"""Who may be reminded, of what they have been, and what they wait for: in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, insert, or_, select

from assistant.conversation import Conversation
from assistant.database import Database
from assistant.handoff import State
from assistant.rows import as_conversation
from assistant.tables import CONVERSATIONS, REMINDER_CHOICES, REMINDER_SETTINGS, REMINDERS, STOCK_WATCHES
from knowledge.model import Lang

MOST = 50_000  # conversations looked through in a round


class NotNow(Exception):
    """At the moment of sending it turned out that it must not be."""


@dataclass(frozen=True, slots=True)
class Shopper:
    """Somebody who may be reminded, with their newest conversation."""

    who: str
    customer_id: str  # empty: not signed in at the shop
    conversation_id: str
    lang: Lang
    state: State
    updated: datetime
    wanted: bool | None = None  # None: never said
    watches: tuple[tuple[str, datetime], ...] = ()  # products, and since when
    told: tuple[tuple[str, str, datetime], ...] = ()  # event, kind, when


@dataclass(frozen=True, slots=True)
class Past:
    """`sent`: when, of which kind, to whom; `stopped`: since when, who."""

    sent: tuple[tuple[datetime, str, str], ...]
    stopped: tuple[tuple[datetime, str], ...]
    waiting: int  # for a product to be there again


def who_is(conversation: Conversation, customer_id: str = "") -> str:
    """A name for the shopper of a conversation that stays theirs in the next one, where they are signed in."""
    known = customer_id or conversation.customer_id
    return f"customer:{known}" if known else f"conversation:{conversation.id}"


class ReminderBook:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def choose(self, who: str, conversation_id: str, wanted: bool, now: datetime) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(REMINDER_CHOICES).where(REMINDER_CHOICES.c.who == who))
            row = {"who": who, "conversation_id": conversation_id, "wanted": wanted, "at": _utc(now)}
            connection.execute(insert(REMINDER_CHOICES), row)
            if not wanted:
                connection.execute(delete(STOCK_WATCHES).where(STOCK_WATCHES.c.who == who))

        await self._database.run(work)

    async def watch(self, who: str, conversation_id: str, product_id: str, now: datetime) -> None:
        """Asking for it is a wish to be told of this one thing, also by who has stopped the others."""

        def work(connection: Connection) -> None:
            mine = (STOCK_WATCHES.c.who == who, STOCK_WATCHES.c.product_id == product_id)
            if connection.execute(select(STOCK_WATCHES.c.at).where(*mine)).first() is None:
                row = {"who": who, "product_id": product_id, "conversation_id": conversation_id, "at": _utc(now)}
                connection.execute(insert(STOCK_WATCHES), row)

        await self._database.run(work)

    async def settings(self) -> dict[str, str]:
        """What was set here, by name."""

        def read(connection: Connection) -> dict[str, str]:
            return {row.name: row.value for row in connection.execute(select(REMINDER_SETTINGS))}

        return await self._database.run(read)

    async def put_settings(self, values: Mapping[str, str]) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(REMINDER_SETTINGS))
            connection.execute(insert(REMINDER_SETTINGS), [{"name": name, "value": values[name]} for name in values])

        await self._database.run(work)

    async def past(self, most: int = 30) -> Past:
        """What was sent last, the newest first, who has stopped reminders, and how many wait for a product."""

        def read(connection: Connection) -> Past:
            sent = connection.execute(select(REMINDERS).order_by(REMINDERS.c.at.desc()).limit(most))
            no = REMINDER_CHOICES.c.wanted.is_(False)
            stopped = connection.execute(select(REMINDER_CHOICES).where(no).order_by(REMINDER_CHOICES.c.at.desc()))
            return Past(
                tuple((_utc(row.at), row.kind, row.who) for row in sent),
                tuple((_utc(row.at), row.who) for row in stopped),
                connection.scalar(select(func.count()).select_from(STOCK_WATCHES)) or 0,
            )

        return await self._database.run(read)

    async def shoppers(self, since: datetime) -> tuple[Shopper, ...]:
        """Those who were here since then and are signed in at the shop, or have said something about reminders."""
        choices = select(REMINDER_CHOICES.c.conversation_id)
        watches = select(STOCK_WATCHES.c.conversation_id)
        known = or_(CONVERSATIONS.c.customer_id != "", CONVERSATIONS.c.id.in_(choices), CONVERSATIONS.c.id.in_(watches))
        query = (
            select(CONVERSATIONS)
            .where(CONVERSATIONS.c.channel == "chat", CONVERSATIONS.c.updated >= since, known)
            .order_by(CONVERSATIONS.c.updated.desc())
            .limit(MOST)
        )

        def read(connection: Connection) -> tuple[Shopper, ...]:
            newest: dict[str, Conversation] = {}
            for row in connection.execute(query).mappings():
                conversation = as_conversation(row)
                newest.setdefault(who_is(conversation), conversation)
            wanted = {choice.who: choice.wanted for choice in connection.execute(select(REMINDER_CHOICES))}
            waits: dict[str, list[tuple[str, datetime]]] = {}
            for watch in connection.execute(select(STOCK_WATCHES)):
                waits.setdefault(watch.who, []).append((watch.product_id, _utc(watch.at)))
            told: dict[str, list[tuple[str, str, datetime]]] = {}
            for before in connection.execute(select(REMINDERS).where(REMINDERS.c.at >= _utc(since))):
                told.setdefault(before.who, []).append((before.event, before.kind, _utc(before.at)))
            return tuple(
                Shopper(
                    who, one.customer_id, one.id, one.lang, one.state, one.updated,
                    wanted.get(who), tuple(waits.get(who, ())), tuple(told.get(who, ())),
                )
                for who, one in newest.items()
            )  # fmt: skip

        return await self._database.run(read)


def write_down(
    connection: Connection, shopper: Shopper, event: str, kind: str, product_ids: Sequence[str], now: datetime
) -> None:
    """In the transaction that sends it. Raises IntegrityError when they were told of it before, NotNow when they have
    just said that they want nothing."""
    stopped = select(REMINDER_CHOICES.c.wanted).where(REMINDER_CHOICES.c.who == shopper.who)
    watched = delete(STOCK_WATCHES).where(
        STOCK_WATCHES.c.who == shopper.who, STOCK_WATCHES.c.product_id.in_(product_ids)
    )
    if kind == "back_in_stock":
        if connection.execute(watched).rowcount == 0:
            raise NotNow
    elif connection.scalar(stopped) is False:
        raise NotNow
    mine = {"who": shopper.who, "conversation_id": shopper.conversation_id}
    row = {**mine, "event": event, "kind": kind, "at": _utc(now)}
    connection.execute(insert(REMINDERS), row)


def _utc(at: datetime) -> datetime:
    """SQLite forgets the zone."""
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
