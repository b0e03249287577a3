"""Who is asking: shoppers by signed tokens, staff by session cookie, programs by token."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import HTTPConnection

from knowledge.store import Store
from web.accounts import LINK_LIFE_S, SESSION_LIFE_S, Accounts, Staff
from web.roles import MAY, Role
from web.tokens import ApiTokens

__all__ = ["LINK_LIFE_S", "SESSION_LIFE_S", "Auth", "Shopper", "Staff", "cookie_name", "cookie_of"]

SHOPPER_LIFE_S = 30 * 24 * 3600
SIGNED_SHOPPER_LIFE_S = 24 * 3600  # what a customer's orders can be read with ends sooner
COOKIE = "zhibo_staff"
HOST_COOKIE = "__Host-zhibo_staff"  # browsers take it from this very host and over TLS only


@dataclass(frozen=True, slots=True)
class Shopper:
    conversation: str
    lang: str
    signed_in: bool = False  # the merchant's server has vouched for who that is


def cookie_name(connection: HTTPConnection) -> str:
    return HOST_COOKIE if connection.url.scheme in ("https", "wss") else COOKIE


def cookie_of(connection: HTTPConnection) -> str:
    """What a browser shows to be somebody's; empty without."""
    return connection.cookies.get(cookie_name(connection), "")


class Auth:
    """The door to accounts and tokens in the database. Shoppers' tokens are signed with one key that lies, readable for
    its owner only, in the data folder: a chat costs no look-up."""

    def __init__(self, folder: Path, store: Store, api_token: str = "", now: Callable[[], float] = time.time) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._key = _key(folder / "secret.key")
        self._api_token = api_token
        self._now = now
        self.accounts = Accounts(store, now)
        self.tokens = ApiTokens(store)

    # shoppers

    def shopper_token(self, conversation: str, lang: str, *, signed_in: bool = False) -> str:
        payload = {"c": conversation, "l": lang, **({"s": 1} if signed_in else {})}
        return self._sign("shopper", payload, SIGNED_SHOPPER_LIFE_S if signed_in else SHOPPER_LIFE_S)

    def shopper(self, token: str) -> Shopper | None:
        found = self._read("shopper", token)
        return Shopper(found["c"], found["l"], bool(found.get("s"))) if found else None

    # staff

    def new_link(self, name: str = "", role: Role | None = None) -> str:
        """A token that signs one person in once, within a day; an account of this name is made when there is none.

        Colleagues tell each other apart by name, so whoever is given none gets a number of their own.
        """
        return self.accounts.new_link(self.accounts.find_or_add(name, role).id)

    def redeem(self, token: str, address: str = "", browser: str = "") -> str | None:
        """The cookie for whoever holds `token`, or None."""
        staff_id = self.accounts.link_owner(token)
        if staff_id is None or not self.accounts.use_link(token):
            return None
        return self.accounts.begin(staff_id, address, browser)

    def staff(self, cookie: str) -> Staff | None:
        return self.accounts.staff(cookie)

    def setup_link(self) -> str:
        """The link of a first start; empty once anybody has signed in."""
        return "" if self.accounts.anybody_signed_in() else self.accounts.new_link(self.accounts.owner().id)

    # programs

    def program(self, token: str) -> Staff | None:
        """The holder of a token: of the settings' one, which may do everything, or of one made here."""
        if self._api_token and hmac.compare_digest(token.encode(), self._api_token.encode()):
            return Staff("api", "api", may=MAY["owner"])
        return self.tokens.program(token)

    # webhooks

    def webhook_key(self, webhook: str, generation: int) -> bytes:
        """The secret that a webhook's messages are signed with: made of the server's key, kept nowhere."""
        return hmac.new(self._key, f"webhook:{webhook}:{generation}".encode(), hashlib.sha256).digest()

    # signing

    def _sign(self, kind: str, payload: dict[str, Any], life_s: float) -> str:
        body = json.dumps({**payload, "e": int(self._now() + life_s)}, separators=(",", ":"), ensure_ascii=False)
        encoded = base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")
        return f"{encoded}.{self._mac(kind, encoded)}"

    def _read(self, kind: str, token: str) -> dict[str, Any] | None:
        encoded, _, mac = token.partition(".")
        if not mac or not hmac.compare_digest(mac.encode(), self._mac(kind, encoded).encode()):
            return None
        payload: dict[str, Any] = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
        return payload if payload["e"] > self._now() else None

    def _mac(self, kind: str, text: str) -> str:
        return hmac.new(self._key, f"{kind}:{text}".encode(), hashlib.sha256).hexdigest()


def _key(path: Path) -> bytes:
    """Written whole under another name and then linked: two servers starting at once agree on one key."""
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(secrets.token_hex(32).encode())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()
