"""Staff accounts: people with a role, their passwords, second factors, sessions and one-time links.

Everything here blocks for a moment (a read is some 0.2 ms on SQLite, a password 30 ms): call it from a thread.
"""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from knowledge.store import Store
from web import passwords
from web.errors import Refusal
from web.roles import MAY, ROLES, Permission, Role
from web.tables import LINKS, SESSIONS, STAFF
from web.totp import Totp, new_recovery_codes

LINK_LIFE_S = 24 * 3600
SESSION_LIFE_S = 14 * 24 * 3600
SETTLED_S = 1.0  # a session ended by another process counts for so long at most
REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Staff:
    """Who asks: a signed-in person, or a program with a token. `csrf` must come back in the X-CSRF header of every
    change a person makes; a program has none."""

    id: str
    name: str
    csrf: str = ""
    role: Role | None = None  # none: a program
    may: frozenset[Permission] = frozenset()
    totp: bool = False

    def can(self, permission: Permission) -> bool:
        return permission in self.may


@dataclass(frozen=True, slots=True)
class Account:
    """A person as the list of people shows them."""

    id: str
    name: str
    role: Role
    has_password: bool
    totp: bool
    created: datetime
    signed_in: datetime | None
    recovery_left: int
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    id: str  # the beginning of its digest
    created: datetime
    expires: datetime
    address: str
    browser: str
    current: bool


@dataclass
class Accounts:
    store: Store
    now: Callable[[], float] = time.time
    _known: OrderedDict[str, tuple[float, Staff | None]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # people

    def people(self) -> tuple[Account, ...]:
        with self.store.read() as connection:
            rows = connection.execute(sa.select(STAFF).order_by(STAFF.c.created)).mappings().all()
        return tuple(_account(row) for row in rows)

    def person(self, name_or_id: str) -> Account:
        """Raises a Refusal when there is none."""
        with self.store.read() as connection:
            return _account(_row(connection, name_or_id))

    def known(self, name: str) -> str:
        """The name, if somebody has it; what else is typed there may be a password."""
        with self.store.read() as connection:
            return connection.scalar(sa.select(STAFF.c.name).where(STAFF.c.name == name)) or ""

    def add(self, name: str, role: Role) -> Account:
        """Raises a Refusal when the name is taken or cannot be used."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= 80 or not name.isprintable():
            raise Refusal("invalid", "名字要有 1 到 80 个字符。", "A name has 1 to 80 characters.")
        if role not in ROLES:
            en = f"A role is one of {', '.join(ROLES)}."
            raise Refusal("invalid", f"角色只能是 {'、'.join(ROLES)}。", en)
        row = {
            "id": secrets.token_hex(8), "name": name, "role": role, "password": "", "totp": "", "totp_step": 0,
            "recovery": [], "created": self._moment(), "signed_in": None, "disabled": False,
        }  # fmt: skip
        try:
            with self.store.write() as connection:
                connection.execute(sa.insert(STAFF), row)
        except sa.exc.IntegrityError:
            en = f"There is already somebody called {name}; choose another name."
            raise Refusal("taken", f"已经有人叫 {name}，请换一个名字。", en) from None
        return _account(row)

    def find_or_add(self, name: str, role: Role | None = None) -> Account:
        """Somebody of this name, new when there is none; without a name a new agent with a number. The first person of
        a shop is its owner."""
        people = {each.name: each for each in self.people()}
        if name in people:
            if role not in (None, people[name].role):
                en = f"{name} is {people[name].role} already; change that with: zhibo staff role {name} {role}"
                raise Refusal("taken", f"{name} 已经是 {people[name].role}；要更改请用 zhibo staff role。", en)
            return people[name]
        if not name:
            name = next(f"客服 {number}" for number in range(1, 10_000) if f"客服 {number}" not in people)
        return self.add(name, role or ("agent" if people else "owner"))

    def owner(self) -> Account:
        """The shop's first owner, made when there is none."""
        owners = [each for each in self.people() if each.role == "owner"]
        return owners[0] if owners else self.find_or_add("店主", "owner")

    def set_role(self, name_or_id: str, role: Role) -> Account:
        """The last owner stays one: raises a Refusal otherwise."""
        if role not in ROLES:
            raise Refusal("invalid", f"角色只能是 {'、'.join(ROLES)}。", f"A role is one of {', '.join(ROLES)}.")
        with self.store.write() as connection:
            row = _row(connection, name_or_id)
            if role != "owner":
                _spare_last_owner(connection, row)
            connection.execute(sa.update(STAFF).where(STAFF.c.id == row["id"]).values(role=role))
        self._forget()
        return self.person(row["id"])

    def set_disabled(self, name_or_id: str, disabled: bool) -> Account:
        """Kept out: sessions and links end, signing in fails like a wrong password. The last owner stays."""
        with self.store.write() as connection:
            row = _row(connection, name_or_id)
            if disabled:
                _spare_last_owner(connection, row)
                for table in (SESSIONS, LINKS):
                    connection.execute(sa.delete(table).where(table.c.staff_id == row["id"]))
            connection.execute(sa.update(STAFF).where(STAFF.c.id == row["id"]).values(disabled=disabled))
        self._forget()
        return self.person(row["id"])

    def reset_totp(self, name_or_id: str) -> Account:
        """For somebody whose telephone is lost and who still knows the password: sessions end, the password stays."""
        person = self.person(name_or_id)
        self.set_totp(person.id, "")
        self.end_all(person.id)
        return self.person(person.id)

    def remove(self, name_or_id: str) -> Account:
        with self.store.write() as connection:
            row = _row(connection, name_or_id)
            _spare_last_owner(connection, row)
            for table in (SESSIONS, LINKS):
                connection.execute(sa.delete(table).where(table.c.staff_id == row["id"]))
            connection.execute(sa.delete(STAFF).where(STAFF.c.id == row["id"]))
        self._forget()
        return _account(row)

    def reset(self, name_or_id: str) -> str:
        """For somebody who has lost password or telephone: both are cleared, sessions end; a link to begin anew."""
        with self.store.write() as connection:
            row = _row(connection, name_or_id)
            cleared = {"password": "", "totp": "", "recovery": []}
            connection.execute(sa.update(STAFF).where(STAFF.c.id == row["id"]).values(cleared))
            for table in (SESSIONS, LINKS):
                connection.execute(sa.delete(table).where(table.c.staff_id == row["id"]))
        self._forget()
        return self.new_link(row["id"])

    # passwords and second factors

    def set_password(self, staff_id: str, password: str, *, keep: str = "", shop: str = "") -> None:
        """Every other session of theirs ends; `keep`: the cookie of the one that goes on. Raises a Refusal."""
        person = self.person(staff_id)
        passwords.check(password, person.name, shop, "zhibo", "智播")
        stored = passwords.hashed(password)
        with self.store.write() as connection:
            connection.execute(sa.update(STAFF).where(STAFF.c.id == staff_id).values(password=stored))
            others = sa.delete(SESSIONS).where(SESSIONS.c.staff_id == staff_id, SESSIONS.c.digest != digest(keep))
            connection.execute(others)
        self._forget()

    def password_matches(self, name_or_id: str, password: str) -> str | None:
        """The id of whoever that is; None after the same time for a wrong name, a wrong password or none set."""
        with self.store.read() as connection:
            query = sa.select(STAFF).where(sa.or_(STAFF.c.name == name_or_id, STAFF.c.id == name_or_id))
            row = connection.execute(query).mappings().first()
        right = passwords.matches(row["password"] if row else "", password)
        return str(row["id"]) if row and right and not row["disabled"] else None

    def set_totp(self, staff_id: str, secret: str) -> list[str]:
        """From now on a code is needed; the recovery codes, which are shown once. An empty secret ends it."""
        codes = new_recovery_codes() if secret else []
        values = {"totp": secret, "totp_step": 0, "recovery": [digest(code) for code in codes]}
        with self.store.write() as connection:
            connection.execute(sa.update(STAFF).where(STAFF.c.id == staff_id).values(values))
        self._forget()
        return codes

    def code_matches(self, staff_id: str, code: str) -> bool:
        """Whether `code` is the telephone's at this moment or one of the recovery codes; each counts once."""
        code = code.replace(" ", "").lower()
        with self.store.write() as connection:
            row = _row(connection, staff_id)
            if (step := Totp(row["totp"]).step_of(code, self.now())) is not None:
                values: dict[str, Any] = {"totp_step": step}
                if step <= row["totp_step"]:
                    return False
            elif digest(code) in row["recovery"]:
                values = {"recovery": [each for each in row["recovery"] if each != digest(code)]}
            else:
                return False
            connection.execute(sa.update(STAFF).where(STAFF.c.id == staff_id).values(values))
        return True

    # links

    def new_link(self, name_or_id: str) -> str:
        """A token that signs this person in once, within a day. Only its hash is kept."""
        token = secrets.token_urlsafe(24)
        expires = self._moment() + timedelta(seconds=LINK_LIFE_S)
        with self.store.write() as connection:
            connection.execute(sa.delete(LINKS).where(LINKS.c.expires < self._moment()))
            person = _row(connection, name_or_id)
            if person["disabled"]:
                en = f"{person['name']} is disabled; enable the account first."
                raise Refusal("forbidden", f"{person['name']} 已停用；请先启用。", en)
            connection.execute(
                sa.insert(LINKS), {"digest": digest(token), "staff_id": person["id"], "expires": expires}
            )
        return token

    def link_owner(self, token: str) -> str | None:
        """Whose link that is; it is not used up."""
        query = sa.select(LINKS.c.staff_id).where(LINKS.c.digest == digest(token), LINKS.c.expires > self._moment())
        with self.store.read() as connection:
            return connection.scalar(query)

    def use_link(self, token: str) -> bool:
        """Whether it was there: removing the row is what makes it work only once."""
        with self.store.write() as connection:
            return connection.execute(sa.delete(LINKS).where(LINKS.c.digest == digest(token))).rowcount > 0

    # sessions

    def begin(self, staff_id: str, address: str = "", browser: str = "") -> str:
        """The cookie of a new session; only its hash is kept."""
        cookie, now = secrets.token_urlsafe(32), self._moment()
        row = {
            "digest": digest(cookie), "staff_id": staff_id, "csrf": secrets.token_hex(16), "created": now,
            "expires": now + timedelta(seconds=SESSION_LIFE_S), "address": address[:64], "browser": browser[:200],
        }  # fmt: skip
        with self.store.write() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.expires < now))
            connection.execute(sa.insert(SESSIONS), row)
            connection.execute(sa.update(STAFF).where(STAFF.c.id == staff_id).values(signed_in=now))
        return cookie

    def staff(self, cookie: str) -> Staff | None:
        """Who a session belongs to. What was found is believed for a second, so a page's requests cost one read."""
        if not cookie:
            return None
        key, at = digest(cookie), time.monotonic()
        with self._lock:
            found = self._known.get(key)
        if found is not None and at - found[0] < SETTLED_S:
            return found[1]
        person = self._staff(key)
        with self._lock:
            self._known[key] = (at, person)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return person

    def _staff(self, key: str) -> Staff | None:
        query = (
            sa.select(STAFF, SESSIONS.c.csrf)
            .join(SESSIONS, SESSIONS.c.staff_id == STAFF.c.id)
            .where(SESSIONS.c.digest == key, SESSIONS.c.expires > self._moment(), STAFF.c.disabled.is_(False))
        )
        with self.store.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return Staff(row["id"], row["name"], row["csrf"], row["role"], MAY[row["role"]], bool(row["totp"]))

    def sessions(self, staff_id: str, cookie: str = "") -> tuple[Session, ...]:
        query = sa.select(SESSIONS).where(SESSIONS.c.staff_id == staff_id, SESSIONS.c.expires > self._moment())
        with self.store.read() as connection:
            rows = connection.execute(query.order_by(SESSIONS.c.created)).mappings().all()
        mine = digest(cookie)
        return tuple(
            Session(
                row["digest"][:16], _utc(row["created"]), _utc(row["expires"]), row["address"], row["browser"],
                row["digest"] == mine,
            )
            for row in rows
        )  # fmt: skip

    def end(self, cookie: str) -> None:
        with self.store.write() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.digest == digest(cookie)))
        self._forget()

    def end_all(self, staff_id: str) -> None:
        """Signed out everywhere."""
        with self.store.write() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.staff_id == staff_id))
        self._forget()

    def anybody_signed_in(self) -> bool:
        with self.store.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).where(STAFF.c.signed_in.is_not(None))) != 0

    def _forget(self) -> None:
        with self._lock:
            self._known.clear()

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)


def digest(secret: str) -> str:
    """For long random secrets; a password needs more."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _row(connection: sa.Connection, name_or_id: str) -> sa.RowMapping:
    query = sa.select(STAFF).where(sa.or_(STAFF.c.id == name_or_id, STAFF.c.name == name_or_id))
    row = connection.execute(query).mappings().first()
    if row is None:
        raise Refusal("not_found", "没有这个人。", "There is no such person; the list of staff shows who there is.")
    return row


def _spare_last_owner(connection: sa.Connection, row: sa.RowMapping) -> None:
    owners = connection.scalar(sa.select(sa.func.count()).where(STAFF.c.role == "owner", STAFF.c.disabled.is_(False)))
    if row["role"] == "owner" and not row["disabled"] and owners == 1:
        en = "This is the last owner; make somebody else an owner first."
        raise Refusal("forbidden", "这是最后一位店主；请先让别人也成为店主。", en)


def _account(row: Any) -> Account:
    signed_in = _utc(row["signed_in"]) if row["signed_in"] else None
    return Account(
        row["id"], row["name"], row["role"], bool(row["password"]), bool(row["totp"]), _utc(row["created"]), signed_in,
        len(row["recovery"]), row["disabled"],
    )  # fmt: skip


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
