"""One owned thread for everything the assistant reads from and writes to the database."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")
MOST_AT_ONCE = 64  # operations that may share a transaction


@dataclass(slots=True)
class _Job:
    work: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"


class Database:
    """Runs small pieces of database work off the event loop, those that wait at the same moment in one transaction.

    A commit costs more than the statements in it: sharing it is what lets one thread serve hundreds of conversations.
    A piece of work that raises fails alone; the others of its transaction are run again without it.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="assistant-database", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns; its changes are committed by then. It may be called twice, so it must not keep state."""
        if self._closed:
            raise RuntimeError("the conversations are closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(work, loop, future))
        return await future

    def close(self) -> None:
        """Finish what was handed in, then stop."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            self._thread.join()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch = [job]
            last = False
            while len(batch) < MOST_AT_ONCE and not self._jobs.empty():
                more = self._jobs.get()
                if more is None:
                    last = True
                    break
                batch.append(more)
            self._commit(batch)
            if last:
                return

    def _commit(self, batch: list[_Job]) -> None:
        try:
            # `writes`: SQLite takes its lock at once, so a transaction that first reads can't fail when it writes.
            with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
                results = [job.work(connection) for job in batch]
        except Exception as error:
            if len(batch) == 1:
                _settle(batch, [error])
            else:
                for job in batch:
                    self._commit([job])
            return
        _settle(batch, results)


def _settle(batch: list[_Job], results: list[Any]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for job, result in zip(batch, results, strict=True):
        by_loop.setdefault(job.loop, []).append((job.future, result))
    for loop, settled in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, settled)
        except RuntimeError:  # the loop was closed while the work ran: nobody waits any more
            continue


def _resolve(settled: list[tuple["asyncio.Future[Any]", Any]]) -> None:
    for future, result in settled:
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
