"""From messages to an act: think, ask for what is missing, speak."""

import json
import re
from collections.abc import AsyncGenerator, Sequence

from assistant.messages import Message, TextDelta, ToolCall, ToolSpec
from assistant.models.grounded.clerk import Clerk
from assistant.models.grounded.desk import Need
from assistant.models.grounded.dialogue import read
from assistant.models.grounded.host import Host
from assistant.models.grounded.understand import understand
from assistant.settings import AssistantSettings


class GroundedModel:
    """Deterministic: the same messages give the same answer."""

    name = "grounded"

    @classmethod
    def from_settings(cls, settings: AssistantSettings) -> "GroundedModel":
        return cls()

    async def respond(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec]
    ) -> AsyncGenerator[TextDelta | ToolCall, None]:
        dialogue = read(messages)
        clerk = (Host if dialogue.live else Clerk)(dialogue, frozenset(tool.name for tool in tools))
        try:
            text = clerk.answer(understand(dialogue))
        except Need as need:
            for name, arguments in need.calls:
                number = len(dialogue.results) + need.calls.index((name, arguments))
                yield ToolCall(f"g{dialogue.turn}-{number}", name, json.dumps(arguments, ensure_ascii=False))
            return
        for piece in re.split(r"(?<=[。！？!?\n])", text):
            if piece:
                yield TextDelta(piece)
