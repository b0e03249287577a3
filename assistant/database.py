"""Everything the assistant reads from and writes to the database: short work at once, the rest in a thread."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

T = TypeVar("T")
MOST_AT_ONCE = 64  # operations that may share a transaction
LOCKED_MS = 2  # waited for another process's transaction on the event loop; longer waits are the thread's
UNSAVED = (
    400  # transactions in SQLite's log before they are moved into the file, by the thread: that waits for the disk
)


@dataclass(slots=True)
class _Job:
    work: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    writes: bool = True


class _Save:
    """In place of a job: move SQLite's log into the file."""


_NOTHING = _Save()


class Database:
    """Runs small pieces of database work, those that wait at the same moment in one transaction.

    A commit costs more than the statements in it: sharing it is what lets one process serve hundreds of conversations.
    A piece of work that raises fails alone; the others of its transaction are run again without it.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._jobs: SimpleQueue[_Job | _Save | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="assistant-database", daemon=True)
        self._thread.start()
        self._here = engine.dialect.name == "sqlite"  # its answer is nearer than another thread
        self._due: list[_Job] = []
        self._connection: Connection | None = None
        self._using = threading.Lock()
        self._unsaved = 0

    async def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns; its changes are committed by then. It may be called twice, so it must not keep state."""
        job = self._job(work)
        self._jobs.put(job)
        result: T = await job.future
        return result

    async def soon(self, work: Callable[[Connection], T], *, writes: bool = True) -> T:
        """The same for work that takes a few short statements, of which there are many.

        On SQLite it is done on the event loop, together with all that is asked for in the same turn of it: handing it
        to a thread takes longer, and each statement there waits for the interpreter's lock. While another process holds
        the database, the thread waits in our place.
        """
        if not self._here:
            return await self.run(work)
        job = self._job(work, writes)
        if not self._due:
            job.loop.call_soon(self._flush)
        self._due.append(job)
        result: T = await job.future
        return result

    def _job(self, work: Callable[[Connection], Any], writes: bool = True) -> _Job:
        if self._closed:
            raise RuntimeError("the conversations are closed")
        loop = asyncio.get_running_loop()
        return _Job(work, loop, loop.create_future(), writes)

    def close(self) -> None:
        """Finish what was handed in, then stop."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            self._thread.join()
            with self._using:
                if self._connection is not None:
                    self._connection.close()

    # On the event loop

    def _flush(self) -> None:
        batch, self._due = self._due, []
        try:
            with self._using:
                results = self._at_once(batch)
        except Exception as error:
            if self._closed or (len(batch) == 1 and not _is_locked(error)):
                results = [error] * len(batch)
            else:  # the thread has patience, and finds out which of them it was
                for job in batch:
                    self._jobs.put(job)
                return
        _resolve([(job.future, result) for job, result in zip(batch, results, strict=True)])

    def _at_once(self, batch: list[_Job]) -> list[Any]:
        """By the driver's own words: SQLAlchemy takes longer to begin and commit than the statements between take."""
        connection = self._ours()
        driver: Any = connection.connection.dbapi_connection
        writes = any(job.writes for job in batch)
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        try:
            results = [job.work(connection) for job in batch]
            driver.execute("COMMIT")
        except BaseException:
            if driver.in_transaction:  # some errors have ended it already
                driver.execute("ROLLBACK")
            raise
        self._unsaved += writes
        if self._unsaved >= UNSAVED:
            self._unsaved = 0
            self._jobs.put(_Save())
        return results

    def _ours(self) -> Connection:
        if self._connection is None:
            self._connection = self.engine.connect().execution_options(begun=True)
            self._connection.detach()  # from the pool: nobody else is to be as impatient
            driver: Any = self._connection.connection.dbapi_connection
            for pragma in (f"busy_timeout={LOCKED_MS}", "wal_autocheckpoint=0"):
                driver.execute(f"PRAGMA {pragma}").close()
        return self._connection

    # In the thread

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch: list[_Job] = []
            after: _Job | _Save | None = job
            while isinstance(after, _Job):
                batch.append(after)
                after = _NOTHING if len(batch) >= MOST_AT_ONCE or self._jobs.empty() else self._jobs.get()
            if batch:
                self._commit(batch)
            if after is None:
                return
            if after is not _NOTHING:
                self._save()

    def _save(self) -> None:
        with self.engine.connect() as connection, suppress(sqlite3.OperationalError):  # somebody else is at it
            driver: Any = connection.connection.dbapi_connection
            driver.execute("PRAGMA wal_checkpoint(PASSIVE)").close()

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


def _is_locked(error: Exception) -> bool:
    return "locked" in str(error) and isinstance(error, OperationalError | sqlite3.OperationalError)


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
