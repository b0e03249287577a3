"""How a room is doing: figures measured, never estimated."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Health:
    """Written by the frame thread, read by anyone."""

    def __init__(self, fps: int) -> None:
        self.frames = 0  # sent
        self.part = ""  # what the frame thread is at
        self.replaced = 0  # parts that hung
        self._slate = 0
        self._fps = fps
        self._repeated = 0
        self._worst_late_s = 0.0
        self._still_s = 0.0
        self._told_at = -60.0
        self._started = time.monotonic()
        self._cpu: defaultdict[str, float] = defaultdict(float)
        self._elsewhere: dict[str, float] = {}

    @contextmanager
    def clock(self, part: str) -> Iterator[None]:
        """Count the CPU time that this thread spends inside."""
        before, self.part = time.thread_time(), part
        try:
            yield
        finally:
            self._cpu[part] += time.thread_time() - before
            self.part = ""

    def frame(self, late_s: float, *, drawn: bool) -> None:
        self.frames += 1
        self._repeated += not drawn
        if self.frames > self._fps:  # the first second warms caches
            self._worst_late_s = max(self._worst_late_s, late_s)

    def slate(self) -> None:
        """A frame of the slate was sent."""
        self.frames += 1
        self._slate += 1

    def spent(self, part: str, total_s: float) -> None:
        """CPU time that a part has taken in threads of its own since the start."""
        self._elsewhere[part] = total_s

    def stood_still(self, seconds: float) -> bool:
        """Count a jump of the clock; True when it is time to tell somebody, once a minute."""
        self._still_s += seconds
        now = time.monotonic()
        tell = now - self._told_at > 60
        self._told_at = now if tell else self._told_at
        return tell

    def figures(self) -> dict[str, Any]:
        """For the console and for metrics: seconds, counts, and CPU seconds a second of stream for each part."""
        media_s = self.frames / self._fps
        return {
            "on_air_s": round(media_s, 2),
            "frames": self.frames,
            "fps": round(self.frames / max(0.001, time.monotonic() - self._started), 2),
            "repeated_frames": self._repeated,
            "worst_late_s": round(self._worst_late_s, 3),
            "stood_still_s": round(self._still_s, 1),
            "replaced": self.replaced,
            "slate_frames": self._slate,
            "cpu": {
                part: round((spent + self._elsewhere.get(part, 0.0)) / media_s, 4)
                for part, spent in (self._cpu.items() if media_s else ())
            },
            "threads": threading.active_count(),
        }
