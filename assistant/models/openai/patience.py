"""How long each phase of an answer may last, and whether a failed call is made again."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from assistant.messages import ModelError

T = TypeVar("T")
_LONGEST_WAIT_S = 2.0  # a shopper waits no longer for a second try: another model answers at once
_FIRST_WAIT_S = 0.1
_SAVED, _PRICE = (
    100,
    10,
)  # an answer earns 1 and a retry costs 10, so that retries never become the load that keeps a server down


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """Limits in seconds: to connect, to the first piece, from one piece to the next, for the whole answer."""

    connect_s: float = 3.0
    first_token_s: float = 8.0
    between_s: float = 8.0
    answer_s: float = 45.0


class ServerError(ModelError):
    """A failed call. `after_s`: when the server wants to be asked again, None when it did not say; `again`: whether the
    same call may be made again right away."""

    def __init__(self, message: str, *, retryable: bool, again: bool = False, after_s: float | None = None) -> None:
        super().__init__(message, retryable=retryable)
        self.again = again
        self.after_s = after_s


class Watch:
    """The clock of one answer."""

    def __init__(self, phases: Phases) -> None:
        self._phases = phases
        self._ends = time.monotonic() + phases.answer_s
        self._began = False

    @property
    def left_s(self) -> float:
        return self._ends - time.monotonic()

    def begun(self) -> None:
        """The first piece is there."""
        self._began = True

    async def within(self, step: Awaitable[T]) -> T:
        """The step's result; ServerError when it takes longer than its phase or the whole answer may."""
        limit = self._phases.between_s if self._began else self._phases.first_token_s
        left = self.left_s
        try:
            async with asyncio.timeout(max(0.0, min(limit, left))):
                return await step
        except TimeoutError as error:
            silent = f"the model server was silent for {limit:g} s"
            long = f"the model server took longer than {self._phases.answer_s:g} s"
            raise ServerError(silent if limit < left else long, retryable=True) from error


class Retries:
    """Says how long to wait before a call is made again, or that it isn't. Shared by all answers of a model."""

    def __init__(self, most: int, jitter: Callable[[], float] = random.random) -> None:
        self._most = most
        self._jitter = jitter
        self._saved = _SAVED

    def succeeded(self) -> None:
        self._saved = min(_SAVED, self._saved + 1)

    def wait_s(self, error: ServerError, tried: int, left_s: float) -> float | None:
        """Seconds to wait before try number `tried + 1`; None: give up."""
        if not error.again or tried >= self._most or self._saved < _PRICE:
            return None
        asked = error.after_s if error.after_s is not None else _FIRST_WAIT_S * 2**tried
        wait = asked + _FIRST_WAIT_S * self._jitter()
        if wait > min(_LONGEST_WAIT_S, left_s):
            return None
        self._saved -= _PRICE
        return wait


def retry_after_s(value: str | None) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or a date."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
