"""The web server's own tables: staff, their sessions, tokens of programs, the audit, and webhooks."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)  # fmt: skip

from knowledge.store import metadata

STAFF = Table(
    "staff",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),  # colleagues and shoppers see it; signs in with it, too
    Column("role", String(10), nullable=False),
    Column("password", String(200), nullable=False, default=""),  # argon2id; empty: by link only
    Column("totp", String(64), nullable=False, default=""),  # the secret; empty: no second factor
    Column("totp_step", BigInteger, nullable=False, default=0),  # of the last code: none counts twice
    Column("recovery", JSON, nullable=False, default=list),  # hashes of codes that are left
    Column("created", DateTime(timezone=True), nullable=False),
    Column("signed_in", DateTime(timezone=True)),
    Column("disabled", Boolean, nullable=False, default=False),  # may not sign in until an owner lets them
)
SESSIONS = Table(
    "staff_sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created", DateTime(timezone=True), nullable=False),
    Column("expires", DateTime(timezone=True), nullable=False),
    Column("address", String(64), nullable=False),
    Column("browser", String(200), nullable=False),
)
LINKS = Table(
    "staff_links",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires", DateTime(timezone=True), nullable=False),
)
TOKENS = Table(
    "api_tokens",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("scopes", JSON, nullable=False),
    Column("created", DateTime(timezone=True), nullable=False),
    Column("created_by", String(80), nullable=False),
    Column("expires", DateTime(timezone=True)),
)
AUDIT = Table(  # rows are only ever added: the database itself refuses anything else
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
    Column("who", String(80), nullable=False),
    Column("role", String(10), nullable=False),
    Column("action", String(120), nullable=False),
    Column("target", String(300), nullable=False),
    Column("outcome", Integer, nullable=False),  # HTTP status; 0 on the command line
    Column("address", String(64), nullable=False),
)
WEBHOOKS = Table(
    "webhooks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("url", String(2000), nullable=False),
    Column("about", String(200), nullable=False, default=""),  # for people: which system that is
    Column("events", JSON, nullable=False),  # kinds; empty: all
    Column("enabled", Boolean, nullable=False, default=True),
    Column("why_off", String(20), nullable=False, default=""),  # gone, failing; empty: somebody switched it off
    # A secret is made of the server's key and this number; the one before holds until `old_until`.
    Column("generation", Integer, nullable=False, default=1),
    Column("old_until", DateTime(timezone=True)),
    Column("created", DateTime(timezone=True), nullable=False),
    Column("created_by", String(80), nullable=False),
    Column("delivered", DateTime(timezone=True)),  # the last time anything was taken there
)
DELIVERIES = Table(  # one message to one webhook
    "webhook_deliveries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("webhook_id", String(32), ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("message_id", String(40), nullable=False),  # the same for every try and every webhook
    Column("kind", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(10), nullable=False),  # waiting, delivered, dead
    Column("due", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),  # since it was last set going
    Column("tries", JSON, nullable=False, default=list),  # [{at, status, said, ms}], the newest last
    Column("created", DateTime(timezone=True), nullable=False, index=True),
    UniqueConstraint("webhook_id", "message_id"),
    Index("ix_webhook_deliveries_due", "state", "due"),
)
