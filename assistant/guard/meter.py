"""How long the guard takes and how often it fails: counted where it happens, read by whoever shows it."""

import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager

BOUNDS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)


class Meter:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = [0] * (len(BOUNDS_S) + 1)
        self._seconds = 0.0
        self._failures = 0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Around one review; whatever it raises goes on."""
        began = time.perf_counter()
        failed = True
        try:
            yield
            failed = False
        finally:
            took = time.perf_counter() - began
            with self._lock:
                self._counts[bisect_left(BOUNDS_S, took)] += 1
                self._seconds += took
                self._failures += failed

    def read(self) -> tuple[list[tuple[float, int]], float, int]:
        """Pairs of a bound in seconds and how many reviews took no longer (the last bound is infinite), the seconds of
        all together, and how many failed."""
        with self._lock:
            counts, seconds, failures = list(self._counts), self._seconds, self._failures
        total, pairs = 0, []
        for bound, count in zip((*BOUNDS_S, float("inf")), counts, strict=True):
            total += count
            pairs.append((bound, total))
        return pairs, seconds, failures
