"""Shoppers whom the merchant's own server has signed in: it signs who they are, and only that signature counts.

The signature is a JWT of the HS256 kind, which every language has a library for, with `sub` (the customer's id), `iat`
and `exp`.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeGuard

from web.errors import Refusal

LEEWAY_S = 60  # clocks of two servers differ
LONGEST = 2048


@dataclass(frozen=True, slots=True)
class Identity:
    """`keys`: the one in use and, while it is being exchanged, the one before. `life_s`: how old a signature may be."""

    keys: tuple[str, ...]
    life_s: int = 3600
    now: Callable[[], float] = time.time

    def customer(self, signature: str) -> str:
        """The id of the customer that it vouches for. Raises a Refusal when it vouches for nobody."""
        claims = self._claims(signature) if len(signature) <= LONGEST else None
        if claims is None:
            raise _refused("签名不对", "is not signed with this shop's key")
        subject, issued, expires = claims.get("sub"), claims.get("iat"), claims.get("exp")
        if not isinstance(subject, str) or not 1 <= len(subject) <= 80 or not subject.isprintable():
            raise _refused("缺少 sub（顾客编号）", "has no sub, the customer's id")
        if not _is_time(issued) or not _is_time(expires):
            raise _refused("缺少 iat 或 exp", "has no iat or exp")
        now = self.now()
        if now > expires + LEEWAY_S or now > issued + self.life_s + LEEWAY_S:
            raise _refused("已过期", "has expired")
        if issued > now + LEEWAY_S:
            raise _refused("来自未来", "comes from the future: the clocks of the two servers differ")
        return subject

    def _claims(self, signature: str) -> dict[str, Any] | None:
        signed, _, mac = signature.rpartition(".")
        head, _, body = signed.partition(".")
        given = _decoded(mac)
        made = [hmac.digest(key.encode(), signed.encode(), hashlib.sha256) for key in self.keys]
        if given is None or not sum(hmac.compare_digest(each, given) for each in made):
            return None
        header, claims = _document(head), _document(body)
        return claims if header is not None and header.get("alg") == "HS256" else None


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None


def _document(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(_decoded(text) or b"")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _is_time(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e12


def _refused(zh: str, en: str) -> Refusal:
    return Refusal("unauthorized", f"顾客身份签名无效：{zh}。", f"The signature of who this shopper is {en}.")
