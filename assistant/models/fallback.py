"""When the configured model is down, slow or talks rubbish, another one answers: within the same answer."""

import json
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import structlog

from assistant.messages import Message, Model, ModelError, TextDelta, ToolCall, ToolSpec

log = structlog.get_logger(__name__)

HELD_CHARS = 24  # so much text is looked at before the first of it is let through


@dataclass(frozen=True, slots=True)
class Switched(TextDelta):
    """From here on another model answers; what the first one left unfinished is to be thrown away."""

    model: str = ""
    reason: str = ""


class Breaker:
    """After `failures` in a row nobody passes for `rest_s`, then one may try; each failed try doubles the rest."""

    def __init__(self, failures: int, rest_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = failures
        self._rest_s = rest_s
        self._clock = clock
        self._failed = 0
        self._until = 0.0
        self._trying = False

    @property
    def open(self) -> bool:
        return self._failed >= self._limit

    def admit(self) -> bool:
        if not self.open:
            return True
        if self._trying or self._clock() < self._until:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        self._failed = 0
        self._trying = False

    def failed(self) -> None:
        self._failed += 1
        self._trying = False
        if self.open:
            doublings = min(self._failed - self._limit, 4)
            self._until = self._clock() + self._rest_s * 2**doublings

    def abandoned(self) -> None:
        """Nobody waited for the answer: it says nothing about the model."""
        self._trying = False


class FallbackModel:
    """A Model that asks `first` and, when that fails, `second`. `degraded` says why it doesn't use the first now."""

    def __init__(
        self,
        first: Model,
        second: Model,
        *,
        failures: int,
        rest_s: float,
        names: tuple[str, str] = ("model", "grounded"),
    ) -> None:
        self._first, self._second = first, second
        self._names = names
        self._breaker = Breaker(failures, rest_s)
        self.degraded = ""

    @property
    def name(self) -> str:
        return self._names[0]

    async def close(self) -> None:
        for model in (self._first, self._second):
            close = getattr(model, "close", None)
            if close is not None:
                await close()

    async def respond(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec]
    ) -> AsyncGenerator[TextDelta | ToolCall, None]:
        if self._breaker.admit():
            settled = False
            try:
                async with aclosing(sensible(self._first.respond(messages, tools), tools)) as answer:
                    async for piece in answer:
                        yield piece
                self._breaker.succeeded()
                settled = True
                self.degraded = ""
                return
            except ModelError as error:
                self._breaker.failed()
                settled = True
                self.degraded = str(error)
                log.warning("model_failed", model=self._names[0], error=str(error), retryable=error.retryable)
            finally:
                if not settled:
                    self._breaker.abandoned()
        yield Switched("", self._names[1], self.degraded)
        async with aclosing(self._second.respond(messages, tools)) as answer:
            async for piece in answer:
                yield piece


async def sensible(
    answer: AsyncGenerator[TextDelta | ToolCall, None], tools: Sequence[ToolSpec]
) -> AsyncGenerator[TextDelta | ToolCall, None]:
    """The same answer, or a ModelError as soon as it is seen to be rubbish. The first words are held back for that."""
    names = {tool.name for tool in tools}
    held, tail, letting, called = "", "", False, False
    async with aclosing(answer) as pieces:
        async for piece in pieces:
            if isinstance(piece, ToolCall):
                called = True
                _check_call(piece, names)
                yield piece
                continue
            tail = (tail + piece.text)[-200:]
            if letting:
                if is_rubbish(tail):
                    raise ModelError("the model talks rubbish", retryable=True)
                yield piece
                continue
            held += piece.text
            if len(held.strip()) >= HELD_CHARS:
                if is_rubbish(held):
                    raise ModelError("the model talks rubbish", retryable=True)
                letting = True
                yield TextDelta(held)
    if letting:
        return
    if held.strip():
        if is_rubbish(held):
            raise ModelError("the model talks rubbish", retryable=True)
        yield TextDelta(held)
    elif not called:
        raise ModelError("the model answered nothing", retryable=True)


def _check_call(call: ToolCall, names: set[str]) -> None:
    if call.name not in names:
        raise ModelError(f"the model called a tool that does not exist: {call.name[:40]!r}", retryable=True)
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError as error:
        raise ModelError("the model's tool call is not JSON", retryable=True) from error
    if not isinstance(arguments, dict):
        raise ModelError("the model's tool call is not a JSON object", retryable=True)


def is_rubbish(text: str) -> bool:
    """Broken output of a model: undecodable, mostly marks, special tokens, or the same few characters for ever."""
    text = text.strip()
    if not text:
        return False
    if "\ufffd" in text or any(mark in text for mark in ("<|im_", "<|endof", "[unused", "<unk>", "</s>", "[INST]")):
        return True
    readable = sum(
        char.isalnum() or char.isspace() or char in "，。！？、；：,.!?;:'\"“”‘’（）()-~～¥$%…·" for char in text
    )
    if readable < 0.7 * len(text):
        return True
    if len(text) < 40:
        return False
    pairs = Counter(text[index : index + 4] for index in range(len(text) - 3))
    return pairs.most_common(1)[0][1] > 0.2 * (len(text) - 3)
