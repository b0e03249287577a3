"""Which members of staff have the inbox open, and what they look at: so that two people don't answer one shopper."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

GRACE_S = 20.0  # somebody whose page reloads or whose network stumbles is still there
LOOKING_S = 40.0  # pages say every 15 s what they look at


@dataclass(frozen=True, slots=True)
class _Look:
    conversation: str
    typing: bool
    until: float


class Presence:
    """Kept in memory by the process that serves the inbox."""

    def __init__(self, now: Callable[[], float] = time.monotonic, grace_s: float = GRACE_S) -> None:
        self._now = now
        self._grace_s = grace_s
        self._open: Counter[str] = Counter()
        self._left: dict[str, float] = {}  # name → when the last page closed
        self._looks: dict[str, _Look] = {}

    @contextmanager
    def here(self, name: str) -> Iterator[None]:
        """While a page of `name` listens."""
        self._open[name] += 1
        try:
            yield
        finally:
            self._open[name] -= 1
            if not self._open[name]:
                del self._open[name]
                self._left[name] = self._now()

    def present(self) -> list[str]:
        """Those who are there, and those who left only just now."""
        since = self._now() - self._grace_s
        self._left = {name: at for name, at in self._left.items() if at > since}
        return sorted({*self._open, *self._left})

    def look(self, name: str, conversation: str, typing: bool = False) -> set[str]:
        """`name` looks at `conversation` (none when empty) from now on; the conversations whose viewers changed."""
        before = self._looks.get(name)
        if conversation:
            self._looks[name] = _Look(conversation, typing, self._now() + LOOKING_S)
        else:
            self._looks.pop(name, None)
        if before is not None and (before.conversation, before.typing) == (conversation, typing):
            return set()
        return {one for one in (conversation, before.conversation if before else "") if one}

    def viewers(self, conversation: str) -> list[dict[str, object]]:
        """`[{name, typing}]` of those who look at it now."""
        now = self._now()
        return [
            {"name": name, "typing": look.typing}
            for name, look in sorted(self._looks.items())
            if look.conversation == conversation and look.until > now and (name in self._open or name in self._left)
        ]
