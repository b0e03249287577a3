"""A voice that does not fail: when one stops working, the next simpler one takes its place, and later gives it back."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Protocol

import structlog

from avatar.media import Speech
from avatar.voice import Lang, Voice, VoiceError

log = structlog.get_logger(__name__)


class Standby(Protocol):
    """Something that may have stepped in for another."""

    @property
    def trouble(self) -> str:
        """One sentence for the status while something simpler is in use; empty otherwise."""
        ...


class Ladder:
    """Which of several, best first, is in use: down after failures in a row, up again after a while."""

    def __init__(self, what: str, names: Sequence[str], failures: int, again_s: float) -> None:
        self._what, self._names, self._limit, self._again_s = what, tuple(names), failures, again_s
        self._failures = 0
        self._again_at = float("inf")
        self._reason = ""
        self.rung = 0

    @property
    def trouble(self) -> str:
        if not self.rung:
            return ""
        now = self._names[self.rung]
        return f"the {self._what} {self._names[0]!r} failed ({self._reason}); {now!r} stands in and it is tried again"

    @property
    def due(self) -> bool:
        """Whether the best may be given another try."""
        return bool(self.rung) and time.monotonic() >= self._again_at

    def postpone(self) -> None:
        """The best was tried in vain; not again before a while."""
        self._again_at = time.monotonic() + self._again_s

    def restore(self) -> None:
        """The best was tried and works."""
        self.rung = 0
        self.worked()

    def look_up(self) -> None:
        """Give the best another try when its time has come; a single failure then leads back down."""
        if self.due:
            self.rung, self._failures = 0, self._limit - 1

    def worked(self) -> None:
        self._failures = 0
        if not self.rung and self._again_at != float("inf"):
            log.info(f"the {self._what} is back", name=self._names[0])
            self._again_at = float("inf")

    def failed(self, reason: str, *, for_good: bool = False) -> bool:
        """Count a failure; False when there is nothing left to try."""
        self._failures += 1
        if self._failures < self._limit and not for_good:
            return True
        if self.rung + 1 >= len(self._names):
            self._failures = 0
            return False
        if not self.rung:
            if self._again_at == float("inf"):
                log.warning(f"the {self._what} failed", name=self._names[0], reason=reason)
            self._reason, self._again_at = reason, time.monotonic() + self._again_s
        self.rung, self._failures = self.rung + 1, 0
        return True


class _Hung(VoiceError):
    """The voice made no sound in time: the next sentence would wait as long."""


class SteadyVoice:
    """Voices, best first. A sentence of which nothing has sounded yet is spoken by the next; a voice that hangs is not
    waited for a second time. Raises VoiceError only for a sentence that broke off, or when the last voice failed."""

    def __init__(
        self,
        voices: Sequence[tuple[str, Callable[[], Voice]]],
        *,
        failures: int = 2,
        stall_s: float = 5.0,
        again_s: float = 60.0,
    ) -> None:
        self._makers = tuple(voices)
        self._made: dict[int, Voice] = {0: voices[0][1]()}  # the configured one: a wrong name shows at once
        self._stall_s = stall_s
        self._ladder = Ladder("voice", [name for name, _ in voices], failures, again_s)

    @property
    def trouble(self) -> str:
        return self._ladder.trouble

    async def speak(self, text: str, lang: Lang) -> AsyncGenerator[Speech, None]:
        self._ladder.look_up()
        while True:
            begun = False
            try:
                async with aclosing(self._voice().speak(text, lang)) as speeches:
                    while (speech := await self._next(speeches)) is not None:
                        begun = True
                        yield speech
                self._ladder.worked()
                return
            except VoiceError as error:
                hopeless = isinstance(error, _Hung) or not error.retryable
                if not self._ladder.failed(str(error), for_good=hopeless) or begun:
                    raise

    async def close(self) -> None:
        for voice in self._made.values():
            close: Callable[[], Awaitable[None] | None] | None = getattr(voice, "close", None)
            if close is not None and (pending := close()) is not None:
                await pending

    def _voice(self) -> Voice:
        rung = self._ladder.rung
        if rung not in self._made:
            self._made[rung] = self._makers[rung][1]()
        return self._made[rung]

    async def _next(self, speeches: AsyncGenerator[Speech, None]) -> Speech | None:
        try:
            async with asyncio.timeout(self._stall_s):
                return await anext(speeches, None)
        except TimeoutError as error:
            raise _Hung(f"no sound for {self._stall_s:g} s", retryable=True) from error
