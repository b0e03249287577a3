"""Ending with whoever started this process."""

import asyncio
import contextlib
import os
from collections.abc import Callable


def wait_for_end(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Call `stop` once standard input has ended: whoever started this process is gone."""
    # Not sys.stdin: a thread inside its lock would make the interpreter abort at exit.
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            continue
    with contextlib.suppress(RuntimeError):  # the loop has ended by itself
        loop.call_soon_threadsafe(stop)
