"""When the configured model is down, slow or talks rubbish, another one answers: within the same answer."""

import json
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from rapidfuzz import fuzz

from assistant.guard.sentences import sentences
from assistant.messages import ModelError, TextDelta, ToolCall, ToolSpec

HELD_CHARS = 24  # so much text is looked at before the first of it is let through
_ALIKE = 88  # of 100; two wordings of one sentence
_FIGURE = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Switched(TextDelta):
    """From here on another model answers; what the one before left unfinished is to be thrown away. Without a `reason`
    nothing has gone wrong: it is the one that rules or speed have chosen."""

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


def repeats(sentence: str, said: str) -> bool:
    """Whether a sentence of another model has been said: in the same words, or nearly, and with no new figure."""
    sentence = sentence.strip()
    if len(sentence) <= 12:
        return False
    if sentence in said:
        return True
    if not set(_FIGURE.findall(sentence)) <= set(_FIGURE.findall(said)):
        return False
    return any(fuzz.ratio(sentence, one.strip()) >= _ALIKE for one in sentences(said))


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
