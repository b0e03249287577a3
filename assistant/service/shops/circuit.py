"""Stops asking a server that is down, so that nobody waits for it in vain."""

import threading
import time
from collections.abc import Callable


class Circuit:
    """Opens after `failures` in a row; `rest_s` later one call may try, and decides. Used from several threads."""

    def __init__(self, failures: int = 5, rest_s: float = 15.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = failures
        self._rest_s = rest_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._closed_until = 0.0

    def lets_through(self) -> bool:
        with self._lock:
            if self._failed < self._most:
                return True
            if self._clock() < self._closed_until:
                return False
            self._closed_until = self._clock() + self._rest_s  # this one tries, the others go on waiting for it
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        with self._lock:
            self._failed += 1
            if self._failed >= self._most:
                self._closed_until = self._clock() + self._rest_s
