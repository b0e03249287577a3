"""Where comments come from."""

import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Comment:
    """What a viewer wrote, as it came in: untrusted text."""

    author: str
    text: str
    source: str = "api"
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


class CommentSource(Protocol):
    def comments(self) -> AsyncGenerator[Comment, None]:
        """Comments as they arrive; ends when the source does, closing it stops it."""
        ...
