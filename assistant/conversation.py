"""Conversations: who says what, in numbered events, and whose turn it is to answer. All of it in the database."""

import asyncio
import sys
import uuid
from collections import OrderedDict, defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, nullcontext, suppress
from dataclasses import asdict
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, delete, func, select, update

from assistant.database import Database
from assistant.events import HandoffReason
from assistant.finding import Wanted
from assistant.handoff import HandoffError, State
from assistant.happenings import forget, happened
from assistant.mailbox import Change, Mailbox, Pulse, Relay
from assistant.pictures import MARK, Picture, marked
from assistant.prepared import Stored
from assistant.proactive.forgetting import forget_reminders
from assistant.questions import Question, close_question, left_open, open_question
from assistant.rows import (
    BotMessage,
    Conversation,
    Received,
    Role,
    StoredEvent,
    StoredMessage,
    UnknownConversation,
    append_events,
    append_events_in,
    as_conversation,
    as_event,
    as_message,
    latest_messages,
    message_known,
    moment,
    move,
    owe,
    pay,
    place,
    read_conversation,
    said_before,
    store_answer,
    store_message,
)
from assistant.tables import (
    ALSO_ABOUT,
    CONVERSATIONS,
    EVENTS,
    GAP_QUESTIONS,
    HANDOFFS,
    MESSAGES,
    NOTES,
    QUESTIONS,
    SERVICE_SESSIONS,
    VERDICTS,
)
from knowledge.model import Lang

__all__ = [
    "BotMessage",
    "Change",
    "Conversation",
    "Conversations",
    "Received",
    "Pulse",
    "Relay",
    "Role",
    "StoredEvent",
    "StoredMessage",
    "UnknownConversation",
]

_NEW = Stored(CONVERSATIONS)
RECENT = 24  # messages of a conversation kept for its next answer
HEARD = 10_000  # events of which is known that followers were told


class Conversations:
    """The door to stored conversations. Asynchronous; safe to use from several processes on one database.

    Followers in this process hear of new events at once, those in other processes within `poll_s`.
    """

    def __init__(
        self, engine: Engine, *, poll_s: float = 1.0, relay: Relay | None = None, remembered: int = 200
    ) -> None:
        """`relay`: tells other processes at once, which otherwise would hear of it within `poll_s`; `remembered`:
        conversations whose last messages are kept, some 200 kB each at most, and not read again for an answer."""
        self._database = Database(engine)
        self._relay = relay
        self._heard: OrderedDict[tuple[str, int], None] = OrderedDict()  # what followers were told of lately
        self._poll_s, self._remembered = poll_s, remembered
        self._recent: OrderedDict[str, tuple[StoredMessage, ...]] = OrderedDict()
        self._mailboxes: defaultdict[str, set[Mailbox]] = defaultdict(set)  # by conversation; "": all of them
        self._poller: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Stop following, finish what is being written."""
        if self._poller is not None:
            self._poller.cancel()
            with suppress(asyncio.CancelledError):
                await self._poller
        await asyncio.to_thread(self._database.close)

    @property
    def database(self) -> Database:
        """For what else is kept about conversations."""
        return self._database

    # Conversations

    async def create(
        self, *, lang: Lang = "zh", channel: str = "chat", customer_id: str = "", product_id: str = "", url: str = ""
    ) -> Conversation:
        now = moment()
        row = {
            "id": self._relay.name() if self._relay else uuid.uuid4().hex,
            "state": "bot",
            "lang": lang,
            "channel": channel,
            "customer_id": customer_id,
            "product_id": product_id,
            "url": url,
            "reason": "",
            "summary": "",
            "agent": "",
            "created": now,
            "updated": now,
            "waiting_since": None,
            "last_seq": 0,
            "wrong_guesses": 0,
            "rating": None,
        }
        await self._database.soon(lambda connection: _NEW.add(connection, [row]))
        return Conversation(**row)  # type: ignore[arg-type]

    async def get(self, conversation_id: str) -> Conversation:
        """Raises UnknownConversation."""
        return await self._database.soon(
            lambda connection: read_conversation(connection, conversation_id), writes=False
        )

    async def find(self, wanted: Wanted | None = None, /, **given: Any) -> tuple[Conversation, ...]:
        """Those that are `wanted`, or as `Wanted(**given)` says."""
        chosen = (wanted or Wanted(**given)).query()

        def read(connection: Connection) -> tuple[Conversation, ...]:
            return tuple(as_conversation(row) for row in connection.execute(chosen).mappings())

        return await self._database.run(read)

    async def counts(self) -> dict[State, int]:
        """How many conversations are in each state."""
        query = select(CONVERSATIONS.c.state, func.count()).group_by(CONVERSATIONS.c.state)
        found = await self._database.run(lambda connection: list(connection.execute(query)))
        states: dict[State, int] = {"bot": 0, "waiting": 0, "human": 0, "closed": 0}
        for state, number in found:
            states[state] = number
        return states

    async def place(self, conversation_id: str) -> int:
        """The place in the queue of a conversation that waits, 1 is next; 0 when it doesn't wait."""

        def read(connection: Connection) -> int:
            mine = read_conversation(connection, conversation_id)
            if mine.state != "waiting":
                return 0
            return place(connection, mine.vip, mine.waiting_since)

        return await self._database.run(read)

    async def set_context(self, conversation_id: str, **values: str) -> None:
        """Change `lang`, `product_id`, `url` or `customer_id`."""
        if unknown := values.keys() - {"lang", "product_id", "url", "customer_id"}:
            raise ValueError(f"not part of a conversation's context: {sorted(unknown)}")
        change = update(CONVERSATIONS).where(CONVERSATIONS.c.id == conversation_id).values(values)
        await self._database.run(lambda connection: connection.execute(change))

    async def rate(self, conversation_id: str, score: int, comment: str = "") -> None:
        if not 1 <= score <= 5:
            raise ValueError(f"a rating is 1..5, got {score}")
        change = update(CONVERSATIONS).where(CONVERSATIONS.c.id == conversation_id)

        def work(connection: Connection) -> None:
            connection.execute(change.values(rating=score, rating_comment=comment[:2000]))
            happened(connection, "csat.given", conversation_id, score=score, commented=bool(comment.strip()))

        await self._database.run(work)

    async def feedback(self, conversation_id: str, seq: int, up: bool) -> bool:
        """Thumbs for the message whose event is `seq`; false when there is none."""
        change = (
            update(MESSAGES)
            .where(MESSAGES.c.conversation_id == conversation_id, MESSAGES.c.seq == seq)
            .values(feedback=1 if up else -1)
        )
        return await self._database.run(lambda connection: connection.execute(change).rowcount > 0)

    async def delete(self, conversation_id: str) -> None:
        """Everything of this conversation, for good."""

        mine = select(MESSAGES.c.id).where(MESSAGES.c.conversation_id == conversation_id)

        def work(connection: Connection) -> None:
            connection.execute(delete(ALSO_ABOUT).where(ALSO_ABOUT.c.message_id.in_(mine)))
            for table in (EVENTS, MESSAGES, VERDICTS, HANDOFFS, QUESTIONS, GAP_QUESTIONS, NOTES, SERVICE_SESSIONS):
                connection.execute(delete(table).where(table.c.conversation_id == conversation_id))
            if connection.execute(delete(CONVERSATIONS).where(CONVERSATIONS.c.id == conversation_id)).rowcount:
                forget(connection, conversation_id)
            forget_reminders(connection, conversation_id)

        await self._database.run(work)
        self._recent.pop(conversation_id, None)
        self.signal(conversation_id, {"type": "deleted"})

    # What is said

    async def receive(
        self,
        conversation_id: str,
        text: str,
        client_id: str = "",
        picture: Picture | None = None,
        *,
        asked: Mapping[str, Any] | None = None,
    ) -> Received:
        """Store a shopper's message; the same `client_id` again stores nothing. A closed conversation opens again.

        With `asked`, what an answer needs, the message is written down as an open question as well: `left_open` finds
        it until an answer is appended for it or it is closed.
        """

        def work(connection: Connection) -> tuple[Received, list[StoredEvent]]:
            if client_id and (known := message_known(connection, conversation_id, client_id)) is not None:
                state = read_conversation(connection, conversation_id).state
                return Received(known[0], known[1], state, new=False), []
            stored: list[StoredEvent] = []
            now = read_conversation(connection, conversation_id)
            state = now.state
            if state == "closed":
                stored += move(connection, conversation_id, "bot", reason="reopened")
                state = "bot"
            message_id = uuid.uuid4().hex
            said: dict[str, Any] = {"role": "user", "id": message_id, "text": text, "client_id": client_id}
            if picture is not None:
                said["picture"] = asdict(picture)
            event = append_events(connection, conversation_id, [("message", said)])[0]
            words = text if picture is None else marked(text, MARK(now.lang))
            store_message(connection, conversation_id, message_id, event, "user", words, client_id=client_id or None)
            if state in ("waiting", "human"):
                owe(connection, conversation_id)
            wanted = asked is not None and state in ("bot", "waiting")
            if asked is not None and wanted:
                open_question(connection, conversation_id, message_id, event["seq"], asked)
            return Received(message_id, event["seq"], state, new=True, open=wanted), [*stored, event]

        received, events = await self._database.soon(work)
        self._tell(conversation_id, events)
        return received

    async def append(
        self,
        conversation_id: str,
        events: Sequence[tuple[str, Mapping[str, Any]]],
        *,
        only_in: Sequence[State] = (),
        message: BotMessage | None = None,
        question: str = "",
        also: Callable[[Connection], None] | None = None,
    ) -> list[StoredEvent] | None:
        """Store (type, data) pairs as the next events, and with them a finished bot message.

        With `only_in`, nothing is stored and None returned when the conversation is in another state at this very
        moment: so the bot never talks over a person. `question`: the open question that is answered by it, closed in
        the same transaction; nothing is stored when it is closed already. `also`: what else belongs to it, written in
        the same transaction; what it raises undoes all.
        """

        def work(connection: Connection) -> list[StoredEvent] | None:
            if question and not close_question(connection, question):
                return None
            stored = append_events_in(connection, conversation_id, events, only_in)
            if stored is None and not only_in:
                raise UnknownConversation(conversation_id)
            if message is not None and stored is not None:
                store_answer(connection, conversation_id, message, stored)
            if also is not None and stored is not None:
                also(connection)
            return stored

        stored = await self._database.soon(work)
        self._tell(conversation_id, stored or [])
        return stored

    async def say(
        self, conversation_id: str, text: str, *, role: Role = "agent", author: str = "", client_id: str = ""
    ) -> StoredEvent:
        """Store a whole message of a person or of the system; the same `client_id` again stores nothing. A person must
        have taken the conversation before."""

        def work(connection: Connection) -> StoredEvent:
            if client_id and (known := said_before(connection, conversation_id, client_id)) is not None:
                return known
            now = read_conversation(connection, conversation_id, lock=True)
            if role == "agent" and (now.state != "human" or now.agent != author):
                raise HandoffError(
                    f"take the conversation before answering: it is {now.state}", state=now.state, agent=now.agent
                )
            message_id = uuid.uuid4().hex
            said = {"role": role, "id": message_id, "text": text, "agent": author, "client_id": client_id}
            event = append_events(connection, conversation_id, [("message", said)])[0]
            store_message(
                connection, conversation_id, message_id, event, role, text, author=author, client_id=client_id or None
            )
            if role == "agent":
                pay(connection, conversation_id)
            return event

        event = await self._database.run(work)
        self._tell(conversation_id, [event])
        return event

    async def events(self, conversation_id: str, after: int = 0, limit: int = 1000) -> list[StoredEvent]:
        """Stored events with a `seq` above `after`, in order."""
        query = (
            select(EVENTS)
            .where(EVENTS.c.conversation_id == conversation_id, EVENTS.c.seq > after)
            .order_by(EVENTS.c.seq)
            .limit(limit)
        )
        return await self._database.run(
            lambda connection: [as_event(row) for row in connection.execute(query).mappings()]
        )

    async def history(self, conversation_id: str, limit: int = 12) -> tuple[StoredMessage, ...]:
        """The last messages, oldest first."""
        query = (
            select(MESSAGES)
            .where(MESSAGES.c.conversation_id == conversation_id)
            .order_by(MESSAGES.c.seq.desc())
            .limit(limit)
        )
        rows = await self._database.run(lambda connection: list(connection.execute(query).mappings()))
        return tuple(as_message(row) for row in reversed(rows))

    async def recent(self, conversation_id: str, limit: int) -> tuple[Conversation, tuple[StoredMessage, ...]]:
        """How it stands and what was said last, for whoever answers: what was read for the last answer is not read
        again, and is the same objects. At most 24 messages; thumbs are as they were when one was first read. Raises
        UnknownConversation."""
        known = self._recent.get(conversation_id, ())
        after = known[-1].seq if known else 0

        def read(connection: Connection) -> tuple[Conversation, list[StoredMessage]]:
            conversation = read_conversation(connection, conversation_id)
            return conversation, latest_messages(connection, conversation_id, after, RECENT)

        conversation, new = await self._database.soon(read, writes=False)
        found = (*known, *new)[-RECENT:]
        self._recent[conversation_id] = found
        self._recent.move_to_end(conversation_id)
        if len(self._recent) > self._remembered:
            self._recent.popitem(last=False)
        return conversation, found[-limit:]

    async def left_open(self, mine: Callable[[str], bool]) -> list[Question]:
        """Questions that nobody has answered, of the conversations whose ids are `mine`: for a server that starts."""
        return await self._database.run(lambda connection: left_open(connection, mine))

    async def close_question(self, message_id: str) -> None:
        """It will not be answered: stopped, taken over by a person, or failed."""
        await self._database.run(lambda connection: close_question(connection, message_id))

    async def verdicts(self, conversation_id: str, message_id: str = "") -> list[dict[str, Any]]:
        """What the guard said about each sentence of the conversation, or of one message, with its evidence."""
        query = select(VERDICTS).where(VERDICTS.c.conversation_id == conversation_id).order_by(VERDICTS.c.id)
        if message_id:
            query = query.where(VERDICTS.c.message_id == message_id)
        rows = await self._database.run(lambda connection: list(connection.execute(query).mappings()))
        shown = ("message_id", "label", "original", "text", "changed", "spans", "evidence", "remarks")
        return [{key: row[key] for key in shown} for row in rows]

    # Who answers

    async def transition(
        self,
        conversation_id: str,
        after: State,
        *,
        reason: HandoffReason | str = "",
        agent: str = "",
        summary: str = "",
        to: str = "",
        told: Mapping[str, Any] | None = None,
    ) -> Conversation:
        """Move to `after`, or raise HandoffError when that step is not allowed (somebody else was faster).

        `to`: the person asked to take it; `told`: what the status event says besides.
        """

        def work(connection: Connection) -> tuple[Conversation, list[StoredEvent]]:
            stored = move(
                connection, conversation_id, after, reason=reason, agent=agent, summary=summary, to=to, told=told
            )
            return read_conversation(connection, conversation_id), stored

        now, events = await self._database.run(work)
        self._tell(conversation_id, events)
        return now

    async def take(self, conversation_id: str, agent: str) -> Conversation:
        """`agent` answers from now on; taking it twice is fine, taking a colleague's raises HandoffError."""
        now = await self.get(conversation_id)
        if now.state == "human" and now.agent == agent:
            return now
        return await self.transition(conversation_id, "human", agent=agent, reason=now.reason or "taken")

    async def release(self, conversation_id: str, agent: str = "") -> Conversation:
        """The bot answers again."""
        return await self.transition(conversation_id, "bot", agent=agent, reason="released")

    async def finish(self, conversation_id: str, agent: str = "") -> Conversation:
        """Close it; the next message opens it again."""
        return await self.transition(conversation_id, "closed", agent=agent, reason="closed")

    # Following along

    def signal(self, conversation_id: str, event: Mapping[str, Any]) -> None:
        """Tell followers something that is not stored, such as that somebody types."""
        self._tell(conversation_id, [dict(event)])

    def whisper(self, conversation_id: str, event: Mapping[str, Any]) -> None:
        """Tell those who follow all conversations, staff, something that is not stored and not for the shopper."""
        change = Change(conversation_id, dict(event))
        for mailbox in self._mailboxes.get("", ()):
            mailbox.put(change)

    async def follow(self, conversation_id: str, after: int = 0) -> AsyncGenerator[StoredEvent, None]:
        """Every stored event above `after`, each once and in order, then new ones as they come; and signals."""
        async with aclosing(self.follow_together(conversation_id, after)) as found:
            async for events in found:
                for event in events:
                    yield event

    async def follow_together(
        self, conversation_id: str, after: int = 0, pulse: Pulse | None = None
    ) -> AsyncGenerator[list[StoredEvent], None]:
        """The same, in lists of what is there at one moment. With `pulse`, an empty list first, once it is listened to,
        and whenever nothing has come for so long; ends when that does."""
        mailbox = self._open(conversation_id)
        beating = pulse.beat(mailbox) if pulse is not None else nullcontext()
        try:
            with beating:
                if pulse is not None:
                    yield []
                async with aclosing(self._followed(mailbox, after)) as lists:
                    async for found in lists:
                        yield found
        finally:
            self._close(mailbox)

    async def _followed(self, mailbox: Mailbox, seen: int) -> AsyncGenerator[list[StoredEvent], None]:
        while not mailbox.ended:
            mailbox.overflowed = False  # before reading: what overflows from now on is read again
            backlog = await self.events(mailbox.conversation_id, seen)
            if backlog:
                seen = backlog[-1]["seq"]
                yield backlog
            if len(backlog) >= 1000:
                continue
            missed = False
            while not mailbox.overflowed and not missed and not mailbox.ended:
                found: list[StoredEvent] = []
                changes = await mailbox.take()
                for change in changes:
                    seq = change.event.get("seq")
                    if seq is None or seq == seen + 1:
                        seen = seen if seq is None else seq
                        found.append(change.event)
                    elif seq > seen:  # one in between was written elsewhere
                        missed = True
                        break
                if found or not changes:
                    yield found

    def hear(self, conversation_id: str, events: Sequence[Mapping[str, Any]]) -> None:
        """Another process stored these; none: more than it could send."""
        if events:
            self._spread(conversation_id, [dict(event) for event in events])
            return
        for mailbox in self._following(conversation_id):
            mailbox.put(Change("", {"type": "missed", "seq": sys.maxsize}))

    async def feed(self) -> AsyncGenerator[Change, None]:
        """What happens in all conversations from now on: for an inbox. May repeat an event, never omits one silently:
        a Change with an empty conversation_id means that some were missed and lists must be loaded again."""
        mailbox = self._open("")
        try:
            while True:
                change = await mailbox.queue.get()
                if mailbox.overflowed:
                    mailbox.overflowed = False
                    yield Change("", {"type": "missed"})
                yield change
        finally:
            self._close(mailbox)
            self._tell_interest()

    def _open(self, conversation_id: str) -> Mailbox:
        mailbox = Mailbox(conversation_id)
        self._mailboxes[conversation_id].add(mailbox)
        self._tell_interest()
        if self._poller is None or self._poller.done():
            self._poller = asyncio.get_running_loop().create_task(self._poll(), name="conversations-poll")
        return mailbox

    def _close(self, mailbox: Mailbox) -> None:
        self._mailboxes[mailbox.conversation_id].discard(mailbox)
        if not self._mailboxes[mailbox.conversation_id]:
            del self._mailboxes[mailbox.conversation_id]

    def _following(self, conversation_id: str) -> tuple[Mailbox, ...]:
        return (*self._mailboxes.get("", ()), *self._mailboxes.get(conversation_id, ()))

    def _tell_interest(self) -> None:
        if self._relay is not None:
            self._relay.listen("" in self._mailboxes)

    def _tell(self, conversation_id: str, events: Sequence[StoredEvent]) -> None:
        self._spread(conversation_id, events)
        if self._relay is not None and events:
            self._relay.tell(conversation_id, events)

    def _spread(self, conversation_id: str, events: Sequence[StoredEvent]) -> None:
        following = self._following(conversation_id)
        for event in events:
            if "seq" in event:
                self._heard[conversation_id, event["seq"]] = None
                if len(self._heard) > HEARD:
                    self._heard.popitem(last=False)
            change = Change(conversation_id, event)
            for mailbox in following:
                mailbox.put(change)

    async def _poll(self) -> None:
        """Hear of what other processes wrote. Ids may become visible out of order, so the last ones are read again."""
        recent = select(EVENTS.c.id).order_by(EVENTS.c.id.desc()).limit(50)
        seen = set(await self._database.run(lambda connection: list(connection.scalars(recent))))
        newest = max(seen, default=0)
        while self._mailboxes:
            await asyncio.sleep(self._poll_s)
            written = select(EVENTS.c.id, EVENTS.c.conversation_id, EVENTS.c.seq).where(EVENTS.c.id > newest - 50)
            rows = await self._database.run(partial(_rows, query=written.order_by(EVENTS.c.id).limit(5000)))
            new = [row for row in rows if row["id"] not in seen]
            # Another process's conversations are most of what is new, and nobody here follows them: a follower that
            # comes later reads from the database first.
            followed = [row for row in new if self._following(row["conversation_id"])]
            untold = [row["id"] for row in followed if (row["conversation_id"], row["seq"]) not in self._heard]
            for start in range(0, len(untold), 500):
                query = select(EVENTS).where(EVENTS.c.id.in_(untold[start : start + 500])).order_by(EVENTS.c.id)
                for row in await self._database.run(partial(_rows, query=query)):
                    self._spread(row["conversation_id"], [as_event(row)])
            newest = max((row["id"] for row in rows), default=newest)
            seen = {number for number in seen | {row["id"] for row in new} if number > newest - 50}


def _rows(connection: Connection, query: Select[Any]) -> Sequence[RowMapping]:
    return connection.execute(query).mappings().all()
