"""The web server's own tables: staff, their sessions, tokens of programs and the audit."""

from sqlalchemy import JSON, BigInteger, Column, DateTime, ForeignKey, Integer, String, Table

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
