"""Server-sent events."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractContextManager, aclosing
from typing import Any, TypeVar

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from knowledge.quick_json import dumps

T = TypeVar("T")
Held = AbstractContextManager[None]
HEARTBEAT_S = 15.0
HEARTBEAT = ": still here\n\n"
LINE_ENDS = "\x85\u2028\u2029"  # besides those that JSON writes otherwise; some readers split lines at them
_ESCAPED = {ord(char): f"\\u{ord(char):04x}" for char in LINE_ENDS}


def sse(event: Mapping[str, Any]) -> str:
    """One event; its `seq`, when it has one, is what `Last-Event-ID` brings back."""
    seq = f"id: {event['seq']}\n" if "seq" in event else ""
    data = dumps(event)
    if any(end in data for end in LINE_ENDS):
        data = data.translate(_ESCAPED)
    return f"{seq}data: {data}\n\n"


class HeldStream(StreamingResponse):
    """An endless response that counts as one of its reader's open streams from its first byte to its last."""

    def __init__(self, body: AsyncGenerator[str, None] | AsyncGenerator[bytes, None], held: Held, **more: Any) -> None:
        super().__init__(body, **more)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._held:
            await super().__call__(scope, receive, send)


class EventStream(HeldStream):
    """Sends `lines` until they end or the reader goes away, then closes the generator."""

    def __init__(self, lines: AsyncGenerator[str, None], held: Held) -> None:
        super().__init__(
            _closing(lines),
            held,
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},  # nginx would hold events back
        )


async def _closing(lines: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    async with aclosing(lines):
        yield "retry: 2000\n\n"
        async for line in lines:
            yield line


async def with_heartbeat(source: AsyncGenerator[T, None], stopping: asyncio.Event) -> AsyncGenerator[T | None, None]:
    """What `source` yields; None first, once it is being listened to, and whenever it was silent for a while.

    Ends with the source or when `stopping` is set, and closes the source.
    """
    next_one = asyncio.ensure_future(anext(source, None))
    stop = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.sleep(0)  # lets the source begin
        yield None
        while True:
            await asyncio.wait([next_one, stop], timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED)
            if next_one.done():
                item = next_one.result()
                if item is None:
                    return
                next_one = asyncio.ensure_future(anext(source, None))
                yield item
            elif stop.done():
                return
            else:
                yield None
    finally:
        stop.cancel()
        next_one.cancel()
        await asyncio.wait([next_one])  # a generator can be closed only when nobody is inside it
        await source.aclose()
