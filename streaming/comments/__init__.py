"""Where comments come from."""

import pkgutil
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal, Protocol, get_args

CommentKind = Literal["text", "join", "follow", "gift", "order", "like"]
KINDS: tuple[CommentKind, ...] = get_args(CommentKind)

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "replay": "streaming.comments.replay:open_source",
        "twitch": "streaming.comments.twitch:open_source",
        "youtube": "streaming.comments.youtube:open_source",
        "bilibili": "streaming.comments.bilibili:open_source",
    }
)


class SourceError(Exception):
    """A platform cannot be listened to; the message says why. `retryable`: later it may work."""

    def __init__(self, message: str, *, retryable: bool = True) -> None:
        super().__init__(message)
        self.retryable = retryable


@dataclass(frozen=True, slots=True)
class Comment:
    """What a viewer wrote or did, as it came in: untrusted text."""

    author: str
    text: str
    source: str = "api"
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    kind: CommentKind = "text"
    key: str = ""  # the platform's own id of it: what is delivered twice counts once


class CommentSource(Protocol):
    def comments(self) -> AsyncGenerator[Comment, None]:
        """Comments as they arrive; ends when the source does, closing it stops it. Raises SourceError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKeys:
    """What platforms want to see before they tell. None of it is ever logged."""

    youtube_key: str = field(default="", repr=False)
    bilibili_app: int = 0
    bilibili_key: str = field(default="", repr=False)
    bilibili_secret: str = field(default="", repr=False)


def load_source(where: str, keys: SourceKeys) -> CommentSource:
    """`twitch:CHANNEL`, `youtube:VIDEO`, `bilibili:CODE`, `replay:FILE`. Raises SourceError when that cannot be."""
    name, _, rest = where.partition(":")
    if name not in SOURCES or not rest:
        raise SourceError(
            f"comments come from NAME:WHERE with one of {', '.join(SOURCES)}; {where!r} is not", retryable=False
        )
    factory: Callable[[str, SourceKeys], CommentSource] = pkgutil.resolve_name(SOURCES[name])
    return factory(rest, keys)
