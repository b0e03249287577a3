"""A source that comes back: connections break, platforms restart; the room talks on meanwhile."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing

import structlog

from streaming.comments import Comment, CommentSource, SourceError

log = structlog.get_logger(__name__)

FIRST_S, LONGEST_S = 1.0, 60.0


class SteadySource:
    """Listens again after an error, with growing pauses; ends when the source does, or refuses for good."""

    def __init__(self, name: str, source: CommentSource, *, first_s: float = FIRST_S) -> None:
        self.name, self._source, self._first_s = name, source, first_s
        self.trouble = ""

    async def comments(self) -> AsyncGenerator[Comment, None]:
        wait_s = self._first_s
        while True:
            try:
                async with aclosing(self._source.comments()) as comments:
                    async for comment in comments:
                        wait_s, self.trouble = self._first_s, ""
                        yield comment
                self.trouble = ""
                return
            except SourceError as error:
                if not self.trouble:
                    log.warning("comments do not come in", source=self.name, reason=str(error))
                self.trouble = f"{self.name}: {error}"
                if not error.retryable:
                    return
            await asyncio.sleep(wait_s * random.uniform(0.7, 1.3))
            wait_s = min(2 * wait_s, LONGEST_S)
