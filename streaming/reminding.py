"""When the host says again that it is an AI: the law wants viewers reminded, manners want it between two sentences."""

from collections.abc import Callable

GRACE_S = 45.0  # so long at most it lets questions go first
LEAST_MIN, MOST_MIN = 2, 60  # more often, the wordings would not last two hours


class Reminders:
    """`every_s`: seconds between two, 0: none is said. `clock` gives seconds; `age_s`: of the last one, before a
    restart."""

    def __init__(self, every_s: float, clock: Callable[[], float], age_s: float = float("inf")) -> None:
        self._every_s, self._clock = every_s, clock
        self._began = clock()
        self._last = self._began - age_s

    @property
    def due(self) -> bool:
        return self._every_s > 0 and self._clock() - self._last >= self._every_s

    @property
    def overdue(self) -> bool:
        """Whether it can wait for nothing any more."""
        return self.due and self._clock() - max(self._last, self._began - self._every_s) >= self._every_s + GRACE_S

    def said(self) -> None:
        self._last = self._clock()
