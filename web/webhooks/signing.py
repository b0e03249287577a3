"""Signatures as Standard Webhooks 1.0 has them: https://www.standardwebhooks.com."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"


def shown(key: bytes) -> str:
    """The secret as people and libraries take it."""
    return PREFIX + base64.b64encode(key).decode()


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(keys: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """One signature for each key that holds, so that a receiver may know either while they are exchanged."""
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(key, message_id, timestamp, body) for key in keys),
    }
