"""Comments that platforms push to us: their signatures checked, their messages read.

Douyin (直播小玩法), Kuaishou (直播互动) and TikTok sign each in their own way; see docs/comments.md.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from streaming.comments import Comment, CommentKind

FRESH_S = 300.0  # a message signed longer ago is not taken
MOST = 200  # of one delivery


class PushRefused(Exception):
    """The delivery is not signed as it should be, too old, or not to be read; the message says which."""


@dataclass(frozen=True, slots=True)
class Platform:
    verify: Callable[[Mapping[str, str], bytes, str, float], None]  # headers in lower case, body, secret, now
    read: Callable[[Mapping[str, str], Any], list[Comment]]
    thanks: Mapping[str, Any]  # what the platform wants to hear


def receive(
    platform: str, headers: Mapping[str, str], body: bytes, secret: str, *, now: float | None = None
) -> list[Comment]:
    """The comments of a delivery. Raises PushRefused."""
    told = {name.lower(): value for name, value in headers.items()}
    chosen = PLATFORMS[platform]
    chosen.verify(told, body, secret, time.time() if now is None else now)
    try:
        return chosen.read(told, json.loads(body))[:MOST]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PushRefused("the message is not as the platform documents it") from error


def _fresh(at: str, now: float) -> None:
    try:
        signed_at = float(at)
    except ValueError:
        raise PushRefused("the message carries no time") from None
    if signed_at > 1e11:  # milliseconds
        signed_at /= 1000
    if abs(now - signed_at) > FRESH_S:
        raise PushRefused("the message was signed too long ago")


def _same(given: str, expected: str) -> None:
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise PushRefused("the signature does not match")


# Douyin

_DOUYIN_SIGNED = ("x-msg-type", "x-nonce-str", "x-roomid", "x-timestamp")


def douyin_signature(headers: Mapping[str, str], body: bytes, secret: str) -> str:
    """Base64 of the MD5 over the sorted headers as k=v&k=v, the body and the secret."""
    line = "&".join(f"{name}={headers.get(name, '')}" for name in _DOUYIN_SIGNED)
    digest = hashlib.md5(line.encode() + body + secret.encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def _verify_douyin(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> None:
    _same(headers.get("x-signature", ""), douyin_signature(headers, body, secret))
    _fresh(headers.get("x-timestamp", ""), now)


def _read_douyin(headers: Mapping[str, str], told: Any) -> list[Comment]:
    kinds: Mapping[str, CommentKind] = {
        "live_comment": "text", "live_gift": "gift", "live_like": "like", "live_fansclub": "follow",
    }  # fmt: skip
    kind = kinds[headers["x-msg-type"]]
    return [
        Comment(
            str(each.get("nickname", "")),
            str(each.get("content") or each.get("gift_name") or ""),
            "douyin",
            kind=kind,
            key=str(each.get("msg_id", "")),
        )
        for each in told
    ]


# Kuaishou


def kuaishou_signature(body: bytes, secret: str) -> str:
    """The MD5 over the body and the secret, in hex."""
    return hashlib.md5(body + secret.encode(), usedforsecurity=False).hexdigest()


def _verify_kuaishou(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> None:
    _same(headers.get("kwaisign", "").lower(), kuaishou_signature(body, secret))
    try:
        at = str(json.loads(body)["timestamp"])
    except (ValueError, KeyError, TypeError):
        raise PushRefused("the message carries no time") from None
    _fresh(at, now)


def _read_kuaishou(headers: Mapping[str, str], told: Any) -> list[Comment]:
    data = told["data"]
    found = []
    for at, each in enumerate(data["payload"]):
        author = str((each.get("userInfo") or {}).get("userName", ""))
        key = f"{data.get('unique_message_id') or told.get('message_id', '')}/{at}"
        if "content" in each:
            found.append(Comment(author, str(each["content"]), "kuaishou", key=key))
        elif "giftName" in each:
            found.append(Comment(author, str(each["giftName"]), "kuaishou", kind="gift", key=key))
        else:
            found.append(Comment(author, "", "kuaishou", kind="like", key=key))
    return found


# TikTok


def tiktok_signature(body: bytes, secret: str, at: str) -> str:
    """HMAC-SHA256 over time, a dot and the body, in hex."""
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


def _verify_tiktok(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> None:
    parts = dict(part.strip().partition("=")[::2] for part in headers.get("tiktok-signature", "").split(","))
    _same(parts.get("s", ""), tiktok_signature(body, secret, parts.get("t", "")))
    _fresh(parts.get("t", ""), now)


def _read_tiktok(headers: Mapping[str, str], told: Any) -> list[Comment]:
    """The envelope is {event, create_time, user_openid, content}, with the content as JSON in a string."""
    content = told.get("content") or "{}"
    data = json.loads(content) if isinstance(content, str) else content
    text = str(data.get("comment") or data.get("text") or "")
    author = str(data.get("nickname") or data.get("display_name") or told.get("user_openid", ""))
    key = str(data.get("comment_id") or data.get("msg_id") or "")
    return [Comment(author, text, "tiktok", key=key)] if text else []


PLATFORMS: Mapping[str, Platform] = MappingProxyType(
    {
        "douyin": Platform(_verify_douyin, _read_douyin, {"err_no": 0, "err_msg": "success"}),
        "kuaishou": Platform(_verify_kuaishou, _read_kuaishou, {"result": 1}),
        "tiktok": Platform(_verify_tiktok, _read_tiktok, {}),
    }
)
