"""Tokens for programs: each with a name and only the scopes it needs; kept as hashes, shown once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from knowledge.store import Store
from web.accounts import Staff, digest
from web.errors import Refusal
from web.roles import SCOPES, Permission
from web.tables import TOKENS

PREFIX = "zhibo_"  # so that scanners for leaked secrets, and we, know one when we see it
LONGEST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class ApiToken:
    id: str
    name: str
    scopes: tuple[Permission, ...]
    created: datetime
    created_by: str
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class ApiTokens:
    """Everything here blocks for a moment."""

    store: Store

    def listed(self) -> tuple[ApiToken, ...]:
        with self.store.read() as connection:
            rows = connection.execute(sa.select(TOKENS).order_by(TOKENS.c.created)).mappings().all()
        return tuple(_token(row) for row in rows)

    def create(self, name: str, scopes: Sequence[str], by: str, days: int | None = None) -> tuple[ApiToken, str]:
        """What is known of it, and the token itself, which nobody sees again. Raises a Refusal."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= 80 or not name.isprintable():
            raise Refusal(
                "invalid", "令牌要有一个名字（最多 80 个字符）。", "A token has a name of 1 to 80 characters."
            )
        if not scopes or not set(scopes) <= set(SCOPES):
            listed = ", ".join(SCOPES)
            raise Refusal("invalid", f"scopes 要从这些里选：{listed}。", f"Choose scopes from: {listed}.")
        secret, now = PREFIX + secrets.token_urlsafe(32), datetime.now(UTC)
        row = {
            "id": secrets.token_hex(8), "name": name, "digest": digest(secret), "scopes": sorted(set(scopes)),
            "created": now, "created_by": by, "expires": now + timedelta(days=days) if days else None,
        }  # fmt: skip
        try:
            with self.store.write() as connection:
                connection.execute(sa.insert(TOKENS), row)
        except sa.exc.IntegrityError:
            en = f"There is already a token called {name}; choose another name."
            raise Refusal("taken", f"已经有名为 {name} 的令牌，请换一个名字。", en) from None
        return _token(row), secret

    def revoke(self, name_or_id: str) -> ApiToken:
        with self.store.write() as connection:
            query = sa.select(TOKENS).where(sa.or_(TOKENS.c.id == name_or_id, TOKENS.c.name == name_or_id))
            row = connection.execute(query).mappings().first()
            if row is None:
                raise Refusal("not_found", "没有这个令牌。", "There is no such token.")
            connection.execute(sa.delete(TOKENS).where(TOKENS.c.id == row["id"]))
        return _token(row)

    def program(self, secret: str) -> Staff | None:
        """What the holder of `secret` may do, if it is a token of ours that still holds."""
        if not secret.startswith(PREFIX):
            return None
        with self.store.read() as connection:
            row = connection.execute(sa.select(TOKENS).where(TOKENS.c.digest == digest(secret))).mappings().first()
        if row is None:
            return None
        found = _token(row)
        if found.expires is not None and found.expires <= datetime.now(UTC):
            return None
        return Staff(f"token:{found.id}", found.name, may=frozenset(found.scopes))


def _token(row: sa.RowMapping | dict[str, object]) -> ApiToken:
    given = {name: row[name] for name in ("id", "name", "created", "created_by", "expires")}
    for name in ("created", "expires"):
        at = given[name]
        if isinstance(at, datetime) and at.tzinfo is None:
            given[name] = at.replace(tzinfo=UTC)
    return ApiToken(**given, scopes=tuple(row["scopes"]))  # type: ignore[arg-type]
