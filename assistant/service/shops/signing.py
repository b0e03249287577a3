"""How requests to a merchant's shop are signed; `docs/shop-api.md` has a worked example."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping

VERSION = "v1"
TIMESTAMP, NONCE, SIGNATURE, ONCE = "X-Zhibo-Timestamp", "X-Zhibo-Nonce", "X-Zhibo-Signature", "Idempotency-Key"


def signature(secret: str, method: str, target: str, body: bytes, timestamp: str, nonce: str, key: str = "") -> str:
    """`target`: path and query as they are sent; `key`: the Idempotency-Key, empty without one."""
    lines = (VERSION, method.upper(), target, hashlib.sha256(body).hexdigest(), timestamp, nonce, key)
    made = hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()
    return f"{VERSION}={made}"


def signed_headers(secret: str, method: str, target: str, body: bytes, key: str = "") -> Mapping[str, str]:
    """For one attempt: a retry is signed anew, under the same `key`."""
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    headers = {
        TIMESTAMP: timestamp,
        NONCE: nonce,
        SIGNATURE: signature(secret, method, target, body, timestamp, nonce, key),
    }
    return headers | ({ONCE: key} if key else {})
