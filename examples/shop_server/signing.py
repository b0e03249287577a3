"""Whether a request comes from who knows the secret, just now, and for the first time."""

import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Sequence

FRESH_S = 300


class Refused(Exception):
    """This request is not to be served; the message says why."""


class Gate:
    """`secrets`: the one in use, and while they are exchanged the one before."""

    def __init__(self, secrets: Sequence[str], clock: Callable[[], float] = time.time) -> None:
        self._secrets = [secret.encode() for secret in secrets]
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, float] = {}  # nonce → when it may be forgotten

    def check(
        self, method: str, target: str, body: bytes, *, timestamp: str, nonce: str, signature: str, key: str
    ) -> None:
        """`target`: path and query, exactly as they came. Raises Refused."""
        now = self._clock()
        if not timestamp.isdecimal() or abs(now - int(timestamp)) > FRESH_S:
            raise Refused("X-Zhibo-Timestamp is missing or more than 300 s off")
        lines = ("v1", method, target, hashlib.sha256(body).hexdigest(), timestamp, nonce, key)
        said = "\n".join(lines).encode()
        right = ["v1=" + hmac.new(secret, said, hashlib.sha256).hexdigest() for secret in self._secrets]
        if not any(hmac.compare_digest(one.encode(), signature.encode()) for one in right):
            raise Refused("X-Zhibo-Signature is wrong")
        with self._lock:  # only now: nobody else may fill this memory
            self._seen = {one: until for one, until in self._seen.items() if until > now}
            if nonce in self._seen:
                raise Refused("X-Zhibo-Nonce came before")
            self._seen[nonce] = now + 2 * FRESH_S
