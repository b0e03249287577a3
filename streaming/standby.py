"""A voice and a face that do not fail: when one stops working, the next simpler one takes its place, and later gives it
back."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Protocol

import structlog

from avatar.face import Face, FaceError
from avatar.media import Frame, Moment, Speech
from avatar.voice import Lang, Voice, VoiceError

log = structlog.get_logger(__name__)


class Standby(Protocol):
    """Something that may have stepped in for another."""

    @property
    def trouble(self) -> str:
        """One sentence for the status while something simpler is in use; empty otherwise."""
        ...


class _Ladder:
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

    def look_up(self) -> None:
        """Give the best another try when its time has come; a single failure then leads back down."""
        if self.rung and time.monotonic() >= self._again_at:
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


class SteadyVoice:
    """Voices, best first. A sentence of which nothing has sounded yet is spoken by the next; a voice that hangs counts
    as failed. Raises VoiceError only for a sentence that broke off, or when the last voice failed."""

    def __init__(
        self,
        voices: Sequence[tuple[str, Callable[[], Voice]]],
        *,
        failures: int = 2,
        stall_s: float = 8.0,
        again_s: float = 60.0,
    ) -> None:
        self._makers = tuple(voices)
        self._made: dict[int, Voice] = {0: voices[0][1]()}  # the configured one: a wrong name shows at once
        self._stall_s = stall_s
        self._ladder = _Ladder("voice", [name for name, _ in voices], failures, again_s)

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
                if not self._ladder.failed(str(error), for_good=not error.retryable) or begun:
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
            raise VoiceError(f"no sound for {self._stall_s:g} s", retryable=True) from error


class SteadyFace:
    """A face, and a simpler one of the same size that steps in when it fails several times in a row.

    A picture that could not be drawn is the one before. `delay` stays that of the first, so sound keeps its place.
    """

    def __init__(
        self, faces: Sequence[tuple[str, Callable[[], Face]]], *, failures: int = 5, again_s: float = 60.0
    ) -> None:
        self._makers = tuple(faces)
        self._made: dict[int, Face] = {0: faces[0][1]()}
        self.delay, self.size = self._made[0].delay, self._made[0].size
        self._ladder = _Ladder("face", [name for name, _ in faces], failures, again_s)
        self._last: Frame | None = None

    @property
    def trouble(self) -> str:
        return self._ladder.trouble

    def render(self, moment: Moment) -> Frame:
        self._ladder.look_up()
        while True:
            try:
                self._last = self._face().render(moment)
                self._ladder.worked()
                return self._last
            except Exception as error:  # a face's back-end may throw anything
                more = self._ladder.failed(type(error).__name__)
                if self._last is not None:
                    return self._last
                if not more:
                    raise FaceError("no face can be drawn") from error

    async def close(self) -> None:
        for face in self._made.values():
            close: Callable[[], Awaitable[None] | None] | None = getattr(face, "close", None)
            if close is not None and (pending := close()) is not None:
                await pending

    def _face(self) -> Face:
        rung = self._ladder.rung
        if rung not in self._made:
            self._made[rung] = self._makers[rung][1]()
        return self._made[rung]
