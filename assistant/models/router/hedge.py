"""Two models asked, the second a little later: who speaks first, answers."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from assistant.messages import ModelError, TextDelta, ToolCall

Piece = TextDelta | ToolCall
Answer = Callable[[], AsyncGenerator[Piece, None]]


class _Run:
    """One answer in a task of its own, read through a queue."""

    def __init__(self, answer: Answer) -> None:
        self._queue: asyncio.Queue[Piece | ModelError | None] = asyncio.Queue(32)
        self.task = asyncio.create_task(self._pump(answer))

    async def _pump(self, answer: Answer) -> None:
        try:
            async with aclosing(answer()) as pieces:
                async for piece in pieces:
                    await self._queue.put(piece)
            await self._queue.put(None)
        except ModelError as error:
            await self._queue.put(error)

    async def next(self) -> Piece | None:
        got = await self._queue.get()
        if isinstance(got, ModelError):
            raise got
        return got

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def race(first: Answer, second: Answer, after_s: float) -> AsyncGenerator[tuple[int, Piece], None]:
    """Pieces with who says them: 0 or 1, the same for all. The second is asked when the first has been silent for
    `after_s`; ModelError when nobody answers."""
    runs = [_Run(first)]
    waiting = {asyncio.create_task(runs[0].next()): 0}
    try:
        done, _ = await asyncio.wait(waiting, timeout=after_s)
        if not done:
            runs.append(_Run(second))
            waiting[asyncio.create_task(runs[1].next())] = 1
        winner, piece = await _faster(waiting)
        for number, run in enumerate(runs):
            if number != winner:
                await run.stop()
        while piece is not None:
            yield winner, piece
            piece = await runs[winner].next()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for run in runs:
            await run.stop()


async def _faster(
    waiting: dict["asyncio.Task[Piece | None]", int],
) -> tuple[int, Piece | None]:
    left = dict(waiting)
    while True:
        done, _ = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            number = left.pop(task)
            error = task.exception()
            if error is None:
                return number, task.result()
            if not left or not isinstance(error, ModelError):
                raise error
