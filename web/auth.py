"""Who is asking: shoppers by signed tokens, staff by one-time link and cookie, programs by the API token."""

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

LINK_LIFE_S = 24 * 3600
STAFF_LIFE_S = 14 * 24 * 3600
SHOPPER_LIFE_S = 30 * 24 * 3600
COOKIE = "zhibo_staff"


@dataclass(frozen=True, slots=True)
class Shopper:
    conversation: str
    lang: str


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in person. `csrf` must come back in the X-CSRF header of every change."""

    id: str
    name: str
    csrf: str


class Auth:
    """Signs and checks everything with one key that lies, readable for its owner only, in the data folder."""

    def __init__(self, folder: Path, api_token: str = "", now: Callable[[], float] = time.time) -> None:
        self._links = folder / "signin"
        self._links.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._key = _key(folder / "secret.key")
        self._api_token = api_token
        self._now = now

    # shoppers

    def shopper_token(self, conversation: str, lang: str) -> str:
        return self._sign("shopper", {"c": conversation, "l": lang}, SHOPPER_LIFE_S)

    def shopper(self, token: str) -> Shopper | None:
        found = self._read("shopper", token)
        return Shopper(found["c"], found["l"]) if found else None

    # staff

    def new_link(self, name: str = "") -> str:
        """A token that signs one person in once, within a day. Only its hash is kept.

        Colleagues tell each other apart by name, so whoever is given none gets a number of their own.
        """
        name = name or self._numbered_name()
        token = secrets.token_urlsafe(24)
        path = self._links / _digest(token)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump({"name": name, "expires": self._now() + LINK_LIFE_S}, file)
        return token

    def _numbered_name(self) -> str:
        number = 1
        while True:
            try:
                (self._links / f"staff-{number}").touch(mode=0o600, exist_ok=False)
                return f"客服 {number}"
            except FileExistsError:
                number += 1

    def redeem(self, token: str) -> str | None:
        """The cookie for whoever holds `token`, or None. Removing the file is what makes it work only once."""
        path = self._links / _digest(token)
        try:
            link = json.loads(path.read_text(encoding="utf-8"))
            path.unlink()
        except (OSError, ValueError):
            return None
        if self._now() > link["expires"]:
            return None
        return self._sign("staff", {"i": secrets.token_hex(8), "n": link["name"]}, STAFF_LIFE_S)

    def staff(self, cookie: str) -> Staff | None:
        found = self._read("staff", cookie)
        if not found:
            return None
        return Staff(found["i"], found["n"], self._mac("csrf", found["i"])[:32])

    def has_signed_in(self) -> bool:
        """Whether anybody ever used a link here: after that a start prints none of its own accord."""
        return (self._links / "used").exists()

    def mark_signed_in(self) -> None:
        (self._links / "used").touch(mode=0o600)

    # programs

    def is_program(self, token: str) -> bool:
        return bool(self._api_token) and hmac.compare_digest(token.encode(), self._api_token.encode())

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


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


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
