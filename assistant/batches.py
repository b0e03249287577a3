"""Events that are there at the same moment, taken together."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TypeVar

E = TypeVar("E")
MOST = 16  # events a source may be ahead


@dataclass(frozen=True, slots=True)
class _End:
    error: Exception | None = None


async def batches(events: AsyncGenerator[E, None]) -> AsyncGenerator[tuple[list[E], bool], None]:
    """Lists of what `events` yields without waiting, in order; nothing is held back while the source thinks. With each
    whether the source has ended with it.

    A commit costs more than the rows in it, so one for each list is cheaper than one for each event. The source runs in
    a task of its own, because time limits inside it belong to one task. It is closed when this is.
    """
    queue: asyncio.Queue[E | _End] = asyncio.Queue(MOST)
    pump = asyncio.create_task(_pump(events, queue))
    try:
        while True:
            found = [await queue.get()]
            while not queue.empty():
                found.append(queue.get_nowait())
            end = found[-1] if isinstance(found[-1], _End) else None
            batch = [one for one in found if not isinstance(one, _End)]
            if batch:
                yield batch, end is not None and end.error is None
            if end is not None:
                if end.error is not None:
                    raise end.error
                return
    finally:
        pump.cancel()
        with suppress(asyncio.CancelledError):
            await pump


async def _pump(events: AsyncGenerator[E, None], queue: "asyncio.Queue[E | _End]") -> None:
    try:
        async with aclosing(events):
            async for event in events:
                await queue.put(event)
    except Exception as error:
        await queue.put(_End(error))
    else:
        await queue.put(_End())
