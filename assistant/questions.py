"""Questions that still want an answer, written down with the message: a server that is killed owes nobody one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, select, update

from assistant.prepared import Prepared, Stored
from assistant.rows import moment
from assistant.tables import CONVERSATIONS, EVENTS, QUESTIONS

MOST_TRIES = 3  # a question whose answering ends the process again and again is given up
FORGOTTEN = timedelta(days=1)  # whoever asked has gone elsewhere
_NEW = Stored(QUESTIONS)
_CLOSED = Prepared(delete(QUESTIONS).where(QUESTIONS.c.message_id == bindparam("message")))


@dataclass(frozen=True, slots=True)
class Question:
    """A stored message that nobody has answered yet."""

    conversation_id: str
    message_id: str
    seq: int
    asked: Mapping[str, Any]  # what `receive` was given: text and page
    begun: str = ""  # id of an answer that was cut off; what was shown of it is void
    handed: bool = False  # it had called a person already, and owes the shopper the words for that


def open_question(
    connection: Connection, conversation_id: str, message_id: str, seq: int, asked: Mapping[str, Any]
) -> None:
    row = {
        "message_id": message_id,
        "conversation_id": conversation_id,
        "seq": seq,
        "asked": dict(asked),
        "tries": 0,
        "at": moment(),
    }
    _NEW.add(connection, [row])


def close_question(connection: Connection, message_id: str) -> bool:
    """Whether it was still open: an answer counts only then, so that there is one."""
    return _CLOSED.run(connection, {"message": message_id}) > 0


def left_open(connection: Connection, mine: Callable[[str], bool]) -> list[Question]:
    """The questions of conversations that are `mine`, oldest first; each call counts as a try at answering them."""
    connection.execute(delete(QUESTIONS).where(QUESTIONS.c.at < moment() - FORGOTTEN))
    query = (
        select(QUESTIONS, CONVERSATIONS.c.state)
        .join(CONVERSATIONS, CONVERSATIONS.c.id == QUESTIONS.c.conversation_id, isouter=True)
        .order_by(QUESTIONS.c.at, QUESTIONS.c.seq)
    )
    found, given_up = [], []
    for row in connection.execute(query).mappings().all():
        if not mine(row["conversation_id"]):
            continue
        if row["state"] not in ("bot", "waiting") or row["tries"] >= MOST_TRIES:
            given_up.append(row["message_id"])
            continue
        begun, handed = _begun(connection, row["conversation_id"], row["seq"])
        question = Question(row["conversation_id"], row["message_id"], row["seq"], row["asked"], begun, handed)
        found.append(question)
    if given_up:
        connection.execute(delete(QUESTIONS).where(QUESTIONS.c.message_id.in_(given_up)))
    if found:
        tried = QUESTIONS.c.message_id.in_([one.message_id for one in found])
        connection.execute(update(QUESTIONS).where(tried).values(tries=QUESTIONS.c.tries + 1))
    return found


def _begun(connection: Connection, conversation_id: str, after: int) -> tuple[str, bool]:
    """The answer that was begun after a question and never finished, and whether it called a person."""
    query = (
        select(EVENTS.c.type, EVENTS.c.data)
        .where(and_(EVENTS.c.conversation_id == conversation_id, EVENTS.c.seq > after))
        .order_by(EVENTS.c.seq)
    )
    begun, handed = "", False
    for kind, data in connection.execute(query):
        if kind in ("progress", "sentence", "cards", "comparison", "order", "basket"):
            begun = str(data.get("id", ""))
        elif kind in ("done", "restart"):
            begun = ""
        elif kind == "status":
            handed = data.get("state") == "waiting"
    return begun, handed
