"""The order in which a room writes things down: one after another, while it talks on."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Journal:
    """Writes records in the order they were handed over, in a thread of its own: no word waits for a disk.

    A write that fails is logged and named in `trouble` until one succeeds; the room stays on air.
    """

    def __init__(self, limit: int = 500) -> None:
        self._limit = limit
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="records")
        self._lock = threading.Lock()
        self._waiting = 0
        self.trouble = ""

    @property
    def full(self) -> bool:
        """Whether the disk is so far behind that nothing more should be handed over for now."""
        return self._waiting >= self._limit

    def later(self, work: Callable[..., object], *arguments: object, **named: object) -> None:
        """Have `work` done after everything handed over before it; returns at once."""
        with self._lock:
            self._waiting += 1
        self._thread.submit(work, *arguments, **named).add_done_callback(self._done)

    async def now(self, work: Callable[..., Any], *arguments: object) -> Any:
        """What `work` returns or raises, after everything handed over before it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    async def keep_up(self) -> None:
        """Wait while the journal is full."""
        if self.full:
            await self.now(lambda: None)

    def close(self) -> None:
        """Finish what was handed over."""
        self._thread.shutdown()

    def _done(self, written: Future[object]) -> None:
        with self._lock:
            self._waiting -= 1
        if (error := written.exception()) is None:
            self.trouble = ""
        else:
            if not self.trouble:
                log.error("a record could not be written", error=type(error).__name__)
            self.trouble = f"what is said cannot be recorded ({type(error).__name__}); check the disk and the database"
