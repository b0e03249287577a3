"""A model that says what it was told to: for tests, demos and rehearsals."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from assistant.messages import Message, ModelError, TextDelta, ToolCall, ToolSpec

Step = TextDelta | ToolCall | ModelError | float


class ScriptedModel:
    """Each call of `respond` plays the next list of steps; the last list repeats.

    A number waits that many seconds, a ModelError is raised where it stands. `seen` keeps what the model was given.
    """

    def __init__(self, *answers: Sequence[Step]) -> None:
        if not answers:
            raise ValueError("a scripted model needs at least one answer")
        self._answers = answers
        self.seen: list[tuple[tuple[Message, ...], tuple[ToolSpec, ...]]] = []

    @property
    def name(self) -> str:
        return "scripted"

    async def respond(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec]
    ) -> AsyncGenerator[TextDelta | ToolCall, None]:
        steps = self._answers[min(len(self.seen), len(self._answers) - 1)]
        self.seen.append((tuple(messages), tuple(tools)))
        for step in steps:
            if isinstance(step, ModelError):
                raise step
            if isinstance(step, float):
                await asyncio.sleep(step)
            else:
                yield step
