"""A conversation's rows: the values they are read into, and the statements that write them inside a transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Integer, RowMapping, and_, bindparam, func, insert, or_, select, update

from assistant.guard.verdict import Span, Verdict
from assistant.handoff import HandoffError, State, check
from assistant.happenings import blocked, changed_hands
from assistant.prepared import Prepared, Row, Stored
from assistant.tables import ALSO_ABOUT, CONVERSATIONS, EVENTS, HANDOFFS, MESSAGES, VERDICTS
from knowledge.facts import Fact
from knowledge.model import Lang

Role = Literal["user", "bot", "agent", "system"]
StoredEvent = dict[str, Any]  # {"seq": n, "type": …, "at": iso, …}: what a page is sent


class UnknownConversation(KeyError):
    """There is no such conversation (any more)."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """How a conversation stands."""

    id: str
    state: State
    lang: Lang
    channel: str
    customer_id: str
    product_id: str
    url: str
    reason: str
    summary: str
    agent: str
    created: datetime
    updated: datetime
    waiting_since: datetime | None
    last_seq: int
    wrong_guesses: int  # order numbers that didn't fit: only so many may be tried
    rating: int | None
    rating_comment: str = ""
    assignee: str = ""  # who is asked to take it while it waits
    assigned_at: datetime | None = None  # since when they are asked, or a person has it
    owed_since: datetime | None = None  # since when the shopper has waited for a person's words
    answered: bool = False  # by a person, since one was called
    snoozed_until: datetime | None = None
    tags: tuple[str, ...] = ()
    contact: str = ""  # left when nobody was there
    seen_by_staff: int = 0  # a seq
    seen_by_shopper: int = 0
    vip: bool = False  # goes before others in the queue


@dataclass(frozen=True, slots=True)
class Received:
    """A shopper's message as stored. `new` is false when the page had sent it before."""

    message_id: str
    seq: int
    state: State
    new: bool
    open: bool = False  # written down as a question: finishing its answer closes it


@dataclass(frozen=True, slots=True, weakref_slot=True)
class StoredMessage:
    id: str
    seq: int
    role: Role
    text: str
    at: datetime
    author: str = ""
    model: str = ""
    degraded: str = ""
    unanswered: bool = False
    product_ids: tuple[str, ...] = ()
    tools: tuple[Mapping[str, Any], ...] = ()  # {"name", "arguments", "data"}
    feedback: int = 0


@dataclass(frozen=True, slots=True)
class BotMessage:
    """A finished answer, ready to be stored with its verdicts."""

    id: str
    text: str
    model: str
    degraded: str = ""
    unanswered: bool = False
    product_ids: tuple[str, ...] = ()
    tools: tuple[Mapping[str, Any], ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    wrong_guesses: int = 0


def moment() -> datetime:
    return datetime.now(UTC)


def _utc(value: datetime | None) -> datetime | None:
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


_FIELDS = tuple(Conversation.__dataclass_fields__)
_TIMES = tuple(
    _FIELDS.index(name)
    for name in ("created", "updated", "waiting_since", "assigned_at", "owed_since", "snoozed_until")
)
_TAGS = _FIELDS.index("tags")
_THIS = CONVERSATIONS.c.id == bindparam("conversation")
_ONE = Prepared(select(*(CONVERSATIONS.c[name] for name in _FIELDS)).where(_THIS))
_LOCKED = Prepared(select(*(CONVERSATIONS.c[name] for name in _FIELDS)).where(_THIS).with_for_update())


def read_conversation(connection: Connection, conversation_id: str, *, lock: bool = False) -> Conversation:
    row = (_LOCKED if lock else _ONE).one(connection, {"conversation": conversation_id})
    if row is None:
        raise UnknownConversation(conversation_id)
    return _conversation(row)


def as_conversation(row: RowMapping) -> Conversation:
    return _conversation([row[name] for name in _FIELDS])


def _conversation(row: Sequence[Any]) -> Conversation:
    values = list(row)
    for place in _TIMES:
        values[place] = _utc(values[place])
    values[_TAGS] = tuple(values[_TAGS])
    return Conversation(*values)


def as_event(row: RowMapping) -> StoredEvent:
    at = _utc(row["at"])
    return {"seq": row["seq"], "type": row["type"], "at": at.isoformat() if at else "", **row["data"]}


_OF_MESSAGE = tuple(StoredMessage.__dataclass_fields__)
_SAID = select(*(MESSAGES.c[name] for name in _OF_MESSAGE)).where(
    MESSAGES.c.conversation_id == bindparam("conversation"), MESSAGES.c.seq > bindparam("after", type_=Integer)
)
_LATEST = Prepared(_SAID.order_by(MESSAGES.c.seq.desc()).limit(bindparam("most", type_=Integer)))


def as_message(row: RowMapping) -> StoredMessage:
    return _message([row[name] for name in _OF_MESSAGE])


def _message(row: Sequence[Any]) -> StoredMessage:
    found = StoredMessage(*row)
    at = _utc(found.at)
    assert at is not None  # the column is not nullable
    return replace(found, at=at, product_ids=tuple(found.product_ids), tools=tuple(found.tools))


def latest_messages(connection: Connection, conversation_id: str, after: int, most: int) -> list[StoredMessage]:
    """The last messages above the number `after`, oldest first."""
    rows = _LATEST.all(connection, {"conversation": conversation_id, "after": after, "most": most})
    return [_message(row) for row in reversed(rows)]


def append_events(
    connection: Connection,
    conversation_id: str,
    events: Sequence[tuple[str, Mapping[str, Any]]],
) -> list[StoredEvent]:
    """Number and store events. The counter in the conversation's row is what makes numbers gapless across processes."""
    stored = append_events_in(connection, conversation_id, events, ())
    if stored is None:
        raise UnknownConversation(conversation_id)
    return stored


_COUNTED = (
    update(CONVERSATIONS)
    .where(_THIS)
    .values(last_seq=CONVERSATIONS.c.last_seq + bindparam("count", type_=Integer), updated=bindparam("now"))
    .returning(CONVERSATIONS.c.last_seq)
)
_COUNT = Prepared(_COUNTED)
_COUNT_IN = [  # any state, one of one, one of two
    Prepared(_COUNTED.where(CONVERSATIONS.c.state.in_([bindparam(f"state{place}") for place in range(number)])))
    for number in range(1, 5)
]
_NEW_EVENTS, _NEW_MESSAGE = Stored(EVENTS), Stored(MESSAGES)
_NEW_VERDICTS, _NEW_ALSO_ABOUT = Stored(VERDICTS), Stored(ALSO_ABOUT)
_CHANNEL = Prepared(select(CONVERSATIONS.c.channel).where(_THIS))


def append_events_in(
    connection: Connection,
    conversation_id: str,
    events: Sequence[tuple[str, Mapping[str, Any]]],
    states: Sequence[State],
) -> list[StoredEvent] | None:
    """The same, but nothing and None when the conversation is in none of `states`."""
    if not events:
        return [] if not states or read_conversation(connection, conversation_id).state in states else None
    now = moment()
    values: dict[str, Any] = {"conversation": conversation_id, "count": len(events), "now": now}
    if states:
        values |= {f"state{place}": state for place, state in enumerate(states)}
        counted = _COUNT_IN[len(states) - 1].one(connection, values)
        if counted is None:
            read_conversation(connection, conversation_id)  # raises when there is none
            return None
    else:
        counted = _COUNT.one(connection, values)
        if counted is None:
            return None
    first = counted[0] - len(events) + 1
    rows: list[dict[str, Any]] = [
        {"conversation_id": conversation_id, "seq": first + index, "type": kind, "at": now, "data": dict(data)}
        for index, (kind, data) in enumerate(events)
    ]
    _NEW_EVENTS.add(connection, rows)
    return [{"seq": row["seq"], "type": row["type"], "at": now.isoformat(), **row["data"]} for row in rows]


def store_message(
    connection: Connection,
    conversation_id: str,
    message_id: str,
    event: StoredEvent,
    role: Role,
    text: str,
    **more: Any,
) -> None:
    row = {
        "id": message_id,
        "conversation_id": conversation_id,
        "seq": event["seq"],
        "role": role,
        "text": text,
        "at": datetime.fromisoformat(event["at"]),
        **more,
    }
    _NEW_MESSAGE.add(connection, [row])


_KNOWN = Prepared(
    select(MESSAGES.c.id, MESSAGES.c.seq).where(
        MESSAGES.c.conversation_id == bindparam("conversation"), MESSAGES.c.client_id == bindparam("client")
    )
)


def message_known(connection: Connection, conversation_id: str, client_id: str) -> Row | None:
    """Id and number of the message that a page has sent under this id."""
    return _KNOWN.one(connection, {"conversation": conversation_id, "client": client_id})


def said_before(connection: Connection, conversation_id: str, client_id: str) -> StoredEvent | None:
    """The event of the message that a page or program sent under this id; None when it is new."""
    known = select(MESSAGES.c.seq).where(
        MESSAGES.c.conversation_id == conversation_id, MESSAGES.c.client_id == client_id
    )
    seq = connection.scalar(known)
    if seq is None:
        return None
    mine = select(EVENTS).where(EVENTS.c.conversation_id == conversation_id, EVENTS.c.seq == seq)
    return as_event(connection.execute(mine).mappings().one())


def store_answer(
    connection: Connection, conversation_id: str, message: BotMessage, stored: Sequence[StoredEvent]
) -> None:
    event = next((event for event in stored if event["type"] == "message"), stored[-1])
    store_message(
        connection,
        conversation_id,
        message.id,
        event,
        "bot",
        message.text,
        model=message.model,
        degraded=message.degraded,
        unanswered=message.unanswered,
        product_ids=list(message.product_ids),
        tools=[dict(tool) for tool in message.tools],
    )
    if message.wrong_guesses:
        counted = CONVERSATIONS.c.wrong_guesses + message.wrong_guesses
        mine = CONVERSATIONS.c.id == conversation_id
        connection.execute(update(CONVERSATIONS).where(mine).values(wrong_guesses=counted))
    if message.verdicts:
        at = datetime.fromisoformat(event["at"])
        found = _CHANNEL.one(connection, {"conversation": conversation_id})
        channel = found[0] if found else "chat"
        rows = [
            {
                "conversation_id": conversation_id,
                "message_id": message.id,
                "position": index,
                "channel": channel,
                "model": message.model,
                "product_id": subject(verdict, message.product_ids),
                "rule": verdict.rule,
                "changed": verdict.changed,
                "label": verdict.label,
                "original": verdict.original,
                "text": verdict.text,
                "spans": [_span(span) for span in verdict.spans],
                "evidence": [_fact(fact) for fact in verdict.evidence],
                "remarks": [_span(remark) for remark in verdict.remarks],
                "at": at,
            }
            for index, verdict in enumerate(message.verdicts)
        ]
        _NEW_VERDICTS.add(connection, rows)
        blocked(connection, conversation_id, message.verdicts, channel=channel, message=message.id)
        touched = [
            {"message_id": message.id, "position": index, "product_id": product_id}
            for index, verdict in enumerate(message.verdicts)
            for product_id in others(verdict, subject(verdict, message.product_ids))
        ]
        if touched:
            _NEW_ALSO_ABOUT.add(connection, touched)


def _span(span: Span) -> dict[str, Any]:
    """As `asdict`, which copies every value of every fact once more."""
    return {name: getattr(span, name) for name in _OF_SPAN} | {"evidence": [_fact(fact) for fact in span.evidence]}


def _fact(fact: Fact) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in _OF_FACT}


_OF_SPAN, _OF_FACT = tuple(Span.__dataclass_fields__), tuple(Fact.__dataclass_fields__)


def subject(verdict: Verdict, product_ids: Sequence[str]) -> str:
    """The product a sentence is about: the first one its evidence is of; without evidence the answer's first."""
    cited = [fact.subject for fact in verdict.evidence]
    cited += [fact.subject for span in verdict.spans for fact in span.evidence]
    return next((one for one in cited if one in product_ids), product_ids[0] if product_ids else "")


def others(verdict: Verdict, first: str) -> tuple[str, ...]:
    """The products besides `first` whose facts a sentence rests on or goes against; "policy:returns" is none."""
    cited = [fact.subject for fact in verdict.evidence]
    cited += [fact.subject for span in verdict.spans for fact in span.evidence]
    return tuple(dict.fromkeys(one for one in cited if ":" not in one and one != first))


def owe(connection: Connection, conversation_id: str) -> None:
    """The shopper has said something that a person has to answer; a snoozed conversation wakes up."""
    since = func.coalesce(CONVERSATIONS.c.owed_since, moment())
    mine = CONVERSATIONS.c.id == conversation_id
    connection.execute(update(CONVERSATIONS).where(mine).values(owed_since=since, snoozed_until=None))


def pay(connection: Connection, conversation_id: str) -> None:
    """A person has answered."""
    mine = CONVERSATIONS.c.id == conversation_id
    connection.execute(update(CONVERSATIONS).where(mine).values(owed_since=None, answered=True))


def _place(conversation: Conversation) -> dict[str, str]:
    return {"lang": conversation.lang, "channel": conversation.channel, "product": conversation.product_id}


def _held(before: Conversation, after: State, now: datetime, to: str) -> dict[str, Any]:
    """What people owe to a shopper whose conversation changes hands. Somebody passed on keeps the place in the queue
    of one who has waited since the last unanswered message."""
    if after == "waiting":
        owed = before.owed_since or now
        called = {} if before.state == "human" else {"answered": False}
        return called | {"waiting_since": owed, "owed_since": owed, "assignee": to, "assigned_at": now if to else None}
    if after == "human":
        return {"waiting_since": None, "assignee": "", "assigned_at": now}
    rest = {"waiting_since": None, "owed_since": None, "snoozed_until": None, "answered": False}
    return rest | {"assignee": "", "assigned_at": None}


def place(connection: Connection, vip: bool, since: datetime | None) -> int:
    """The place in the queue of one who has waited since then: 1 is next."""
    earlier = CONVERSATIONS.c.waiting_since < since
    before = and_(CONVERSATIONS.c.vip, earlier) if vip else or_(CONVERSATIONS.c.vip, earlier)
    waits = select(func.count()).select_from(CONVERSATIONS).where(CONVERSATIONS.c.state == "waiting", before)
    return 1 + (connection.scalar(waits) or 0)


def move(
    connection: Connection,
    conversation_id: str,
    after: State,
    *,
    reason: str = "",
    agent: str = "",
    summary: str = "",
    to: str = "",
    told: Mapping[str, Any] | None = None,
) -> list[StoredEvent]:
    """The one place where a conversation changes its state; a row of HANDOFFS and a status event bear witness.

    `to`: the person it is offered to when it waits; `told`: what the status event says besides.
    """
    before = read_conversation(connection, conversation_id, lock=True)
    check(before.state, after, agent=before.agent)
    now = moment()
    values: dict[str, Any] = {"state": after, "updated": now, **_held(before, after, now, to)}
    if after == "waiting":
        values |= {"reason": reason, "summary": summary or before.summary, "agent": ""}
    elif after == "human":
        values |= {"agent": agent}
    else:
        values |= {"agent": "", "reason": "", "summary": ""}
    changed = connection.execute(
        update(CONVERSATIONS)
        .where(CONVERSATIONS.c.id == conversation_id, CONVERSATIONS.c.state == before.state)
        .values(values)
    )
    if changed.rowcount != 1:  # another process was faster
        raise HandoffError("the conversation has just changed hands", state=before.state, agent=before.agent)
    witness = {"before": before.state, "after": after, "reason": reason, "agent": agent, "summary": summary}
    connection.execute(insert(HANDOFFS), {"conversation_id": conversation_id, "at": now, **witness})
    about = {"reason": reason or before.reason, "agent": agent or before.agent, **_place(before)}
    changed_hands(connection, conversation_id, before.state, after, about)
    status: dict[str, Any] = {"state": after, **(told or {})}
    if reason:
        status["reason"] = reason
    if after == "human":
        status["agent"] = agent
    if after == "waiting":
        status["position"] = place(connection, before.vip, values["waiting_since"])
    return append_events(connection, conversation_id, [("status", status)])
