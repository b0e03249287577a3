"""The assistant's tables, in the one metadata that all packages share."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from knowledge.store import metadata

CONVERSATIONS = Table(
    "conversations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("state", String(10), nullable=False, index=True),
    Column("reason", String(20), nullable=False, default=""),  # why a person is needed
    Column("summary", Text, nullable=False, default=""),  # for the person who takes over
    Column("agent", String(80), nullable=False, default=""),
    Column("lang", String(2), nullable=False),
    Column("channel", String(8), nullable=False),
    Column("customer_id", String(80), nullable=False, default="", index=True),
    Column("product_id", String(80), nullable=False, default=""),
    Column("url", Text, nullable=False, default=""),
    Column("created", DateTime(timezone=True), nullable=False),
    Column("updated", DateTime(timezone=True), nullable=False, index=True),
    Column("waiting_since", DateTime(timezone=True)),
    Column("last_seq", Integer, nullable=False, default=0),
    Column("wrong_guesses", Integer, nullable=False, default=0),  # order numbers that didn't fit
    Column("rating", Integer),
    Column("rating_comment", Text, nullable=False, default=""),
    Column("assignee", String(80), nullable=False, default=""),  # who is asked to take it while it waits
    Column("assigned_at", DateTime(timezone=True)),
    Column("owed_since", DateTime(timezone=True)),  # since when the shopper has waited for a person's words
    Column("answered", Boolean, nullable=False, default=False),  # by a person, since one was called
    Column("snoozed_until", DateTime(timezone=True)),
    Column("tags", JSON, nullable=False, default=list),
    Column("contact", String(200), nullable=False, default=""),  # left when nobody was there
    Column("seen_by_staff", Integer, nullable=False, default=0),  # a seq
    Column("seen_by_shopper", Integer, nullable=False, default=0),
    Column("vip", Boolean, nullable=False, default=False),  # goes before others in the queue
)

EVENTS = Table(
    "conversation_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("conversation_id", String(40), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("type", String(16), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("data", JSON, nullable=False),
    UniqueConstraint("conversation_id", "seq"),
)

MESSAGES = Table(
    "messages",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("seq", Integer, nullable=False),
    Column("role", String(8), nullable=False),  # user, bot, agent, system
    Column("text", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("client_id", String(64)),  # the page's own id: the same one is stored once
    Column("author", String(80), nullable=False, default=""),
    Column("model", String(80), nullable=False, default=""),
    Column("degraded", Text, nullable=False, default=""),
    Column("unanswered", Boolean, nullable=False, default=False),  # the shop's data had no answer
    Column("product_ids", JSON, nullable=False, default=list),
    Column("tools", JSON, nullable=False, default=list),  # [{name, arguments, data}] for the next turns
    Column("feedback", Integer, nullable=False, default=0),  # 1 helpful, -1 not
    UniqueConstraint("conversation_id", "client_id"),
)

VERDICTS = Table(
    "verdicts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("message_id", String(40), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("channel", String(8), nullable=False, default="chat"),
    Column("model", String(80), nullable=False, default=""),
    Column("product_id", String(200), nullable=False, default=""),  # what the sentence is about, first of all
    Column("rule", String(40), nullable=False, default=""),  # of law, of the gravest span
    Column("changed", Boolean, nullable=False, default=False),
    Column("label", String(16), nullable=False),
    Column("original", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("spans", JSON, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("remarks", JSON, nullable=False, default=list),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
)

HANDOFFS = Table(
    "handoffs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("before", String(10), nullable=False),
    Column("after", String(10), nullable=False),
    Column("reason", String(20), nullable=False, default=""),
    Column("agent", String(80), nullable=False, default=""),
    Column("summary", Text, nullable=False, default=""),
)

NOTES = Table(  # of staff for staff; never among the events that shoppers see
    "conversation_notes",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("author", String(80), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

CANNED = Table(
    "canned_replies",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("shortcut", String(40), nullable=False),
    Column("lang", String(2), nullable=False),
    Column("text", Text, nullable=False),
    Column("updated_by", String(80), nullable=False, default=""),
    UniqueConstraint("shortcut", "lang"),
)

AGENTS = Table(
    "agents",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("away", Boolean, nullable=False, default=False),
    Column("skills", JSON, nullable=False, default=list),
    Column("langs", JSON, nullable=False, default=list),
    Column("most", Integer, nullable=False, default=0),  # conversations at a time; 0: as everybody
)

ACTIONS = Table(  # what staff did, for good
    "staff_actions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
    Column("who", String(80), nullable=False),
    Column("action", String(20), nullable=False),
    Column("conversation_id", String(40), nullable=False, default="", index=True),
    Column("detail", String(200), nullable=False, default=""),
)

GAPS = Table(  # what the shop was asked and did not answer well; the questions of one gap ask the same thing
    "gaps",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("state", String(10), nullable=False, index=True),  # open, answered, dismissed
    Column("created", DateTime(timezone=True), nullable=False),
    Column("decided", DateTime(timezone=True)),
    Column("decided_by", String(80), nullable=False, default=""),
    Column("faq_id", String(200), nullable=False, default=""),  # the answer that was approved
)

GAP_QUESTIONS = Table(
    "gap_questions",
    metadata,
    Column("message_id", String(40), primary_key=True),
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("gap_id", String(32), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
    Column("lang", String(2), nullable=False),
    Column("channel", String(8), nullable=False),
    Column("product_id", String(80), nullable=False, default=""),  # the page it was asked on
    Column("why", String(12), nullable=False),  # not_found, guard, thumbs, handoff, rating
    Column("text", Text, nullable=False),  # personal data masked
)

QUESTIONS = Table(
    "questions",
    metadata,
    Column("message_id", String(40), primary_key=True),  # of the shopper's message
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("seq", Integer, nullable=False),
    Column("asked", JSON, nullable=False),  # text and page, as the answer needs them
    Column("tries", Integer, nullable=False, default=0),
    Column("at", DateTime(timezone=True), nullable=False),
)

ALSO_ABOUT = Table(  # the other products a sentence touches, besides the one its verdict names; on air position is 0
    "also_about",
    metadata,
    Column("message_id", String(40), primary_key=True),  # of an answer, or of an utterance on air
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("product_id", String(200), primary_key=True),
)

PERSONAS = Table(
    "personas",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("document", JSON, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

SCRIPT_LINES = Table(  # the merchant's own, said instead of the written ones of their kind
    "script_lines",
    metadata,
    Column("product_id", String(200), primary_key=True),
    Column("lang", String(2), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
)

SCRIPT_WORDINGS = Table(  # written by a model: lines with slots, {price}, that are filled in from the facts each time
    "script_wordings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("product_id", String(200), nullable=False, index=True),
    Column("lang", String(2), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("text", Text, nullable=False),
    Column("model", String(120), nullable=False),
    Column("version", Integer, nullable=False),  # of the product, when it was written
    Column("at", DateTime(timezone=True), nullable=False),
)

POINT_COUNTS = Table(  # what came of telling a product's selling points, day by day: `assistant.points`
    "point_counts",
    metadata,
    Column("product_id", String(200), primary_key=True),
    Column("point", String(80), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("told", Integer, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("clicked", Integer, nullable=False),
    Column("bought", Integer, nullable=False),
)

SCRIPTS = Table(  # what a room is saying, so that another process goes on in the same words
    "scripts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("room", String(40), nullable=False, index=True),
    Column("product_id", String(200), nullable=False),
    Column("version", Integer, nullable=False),  # of the product
    Column("lines", JSON, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
)

SERVICE_SESSIONS = Table(  # what a conversation about orders has come to
    "service_sessions",
    metadata,
    Column("conversation_id", String(40), primary_key=True),
    Column("state", JSON, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

SERVICE_WRITES = Table(  # every change that was made to an order for a customer, and those the shop refused
    "service_writes",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("name", String(40), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("result", JSON, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

REMINDER_CHOICES = Table(  # whether a shopper wants to be reminded of things; without a row, as the shop has it
    "reminder_choices",
    metadata,
    Column("who", String(100), primary_key=True),  # customer:ID, or conversation:ID of somebody not signed in
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("wanted", Boolean, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

STOCK_WATCHES = Table(  # who waits for what to be in stock again
    "stock_watches",
    metadata,
    Column("who", String(100), primary_key=True),
    Column("product_id", String(200), primary_key=True),
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
)

REMINDERS = Table(  # what was told to whom: nobody is told of the same event twice
    "reminders",
    metadata,
    Column("who", String(100), primary_key=True),
    Column("event", String(300), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
)

REMINDER_SETTINGS = Table(  # what the console has set; without a row, as the server was told
    "reminder_settings",
    metadata,
    Column("name", String(40), primary_key=True),  # mode, quiet, off
    Column("value", String(200), nullable=False),
)

HAPPENINGS = Table(  # what others are to be told; whoever tells them removes it
    "happenings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("data", JSON, nullable=False),
)

MODEL_USAGE = Table(
    "model_usage",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("model", String(80), primary_key=True),  # as the table of models calls it
    Column("calls", Integer, nullable=False),
    Column("tokens_in", BigInteger, nullable=False),
    Column("tokens_out", BigInteger, nullable=False),
    Column("cached", BigInteger, nullable=False),  # of tokens_in, from the server's cache
    Column("cost", Float, nullable=False),
)
