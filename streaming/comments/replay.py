"""Comments from a file at the times they were written: to rehearse a room and to measure it."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

from streaming.comments import Comment, SourceError, SourceKeys


class ReplaySource:
    """One JSON object a line: {"after_s": seconds since the start, "author": …, "text": …}."""

    def __init__(self, path: Path) -> None:
        self._entries: list[tuple[float, str, str]] = []
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                entry = json.loads(line)
                self._entries.append((float(entry["after_s"]), str(entry.get("author", "")), str(entry["text"])))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}, line {number}: expected after_s, author and text as JSON") from error
        self._entries.sort(key=lambda entry: entry[0])

    async def comments(self) -> AsyncGenerator[Comment, None]:
        loop = asyncio.get_running_loop()
        started = loop.time()
        for after_s, author, text in self._entries:
            await asyncio.sleep(max(0.0, started + after_s - loop.time()))
            yield Comment(author, text, "replay")


def open_source(where: str, keys: SourceKeys) -> ReplaySource:
    try:
        return ReplaySource(Path(where))
    except (OSError, ValueError) as error:
        raise SourceError(str(error), retryable=False) from error
