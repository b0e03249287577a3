"""Events that are there at the same moment, taken together."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import TypeVar

E = TypeVar("E")
MOST = 16  # events in a batch


async def batches(events: AsyncGenerator[E, None]) -> AsyncGenerator[list[E], None]:
    """Lists of what `events` yields without waiting, in order; nothing is held back while a source thinks.

    One transaction for each list instead of one for each event is most of what an answer's storing costs less.
    """
    batch: list[E] = []
    coming: asyncio.Task[E | None] | None = None
    try:
        while True:
            coming = coming or asyncio.create_task(_next(events))
            if batch:
                await asyncio.sleep(0)  # it runs until it has to wait for something
                if len(batch) >= MOST or not coming.done():
                    ready, batch = batch, []
                    yield ready
            try:
                event = await coming
            except Exception:
                if batch:
                    yield batch
                raise
            coming = None
            if event is None:
                break
            batch.append(event)
        if batch:
            yield batch
    finally:
        if coming is not None and not coming.done():
            coming.cancel()
            with suppress(asyncio.CancelledError):
                await coming


async def _next(events: AsyncGenerator[E, None]) -> E | None:
    return await anext(events, None)
