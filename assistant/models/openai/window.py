"""What of a conversation fits into a model's context."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.messages import Message, ToolSpec

UNKNOWN_TOKENS = 16_384  # taken for the context of a server that does not say
_PICTURE = 1500
_EACH = 6  # tokens around a message
_HOPS = 4  # a cut takes at least a quarter of the room, so that the next turns share one beginning


@dataclass(frozen=True, slots=True)
class Fitted:
    messages: tuple[Message, ...]
    tokens: int
    dropped: int = 0  # turns


def estimate(text: str) -> int:
    """Tokens of a text, rather too many: one for a Chinese character, one for three others."""
    wide = sum(char >= "\u2e80" for char in text)
    return wide + math.ceil((len(text) - wide) / 3)


def size(message: Message) -> int:
    calls = sum(estimate(call.name) + estimate(call.arguments) + _EACH for call in message.tool_calls)
    return _EACH + estimate(message.content) + calls + _PICTURE * len(message.pictures)


def tools_size(tools: Sequence[ToolSpec]) -> int:
    return sum(
        _EACH + estimate(f"{tool.name} {tool.description} {json.dumps(dict(tool.parameters), ensure_ascii=False)}")
        for tool in tools
    )


def fit(messages: Sequence[Message], fixed: int, room: int, scale: float = 1.0) -> Fitted:
    """`messages` without their oldest turns where they and `fixed` tokens of tools take more than `room`.

    The system message, the newest question and all that was looked up for it stay, whatever they take. `scale`: true
    tokens for an estimated one. What is dropped depends on how much is too much in steps of a quarter of the room: two
    turns that follow each other begin alike.
    """
    sizes = [math.ceil(size(one) * scale) for one in messages]
    total = math.ceil(fixed * scale) + sum(sizes)
    if total <= room:
        return Fitted(tuple(messages), total)
    questions = [index for index, one in enumerate(messages) if one.role == "user"]
    first = next((index for index, one in enumerate(messages) if one.role != "system"), len(messages))
    last = questions[-1] if questions else first
    hop = max(1, room // _HOPS)
    goal = math.ceil((total - room) / hop) * hop
    cut, gone = first, 0
    while cut < last and gone < goal:
        gone += sizes[cut]
        cut += 1
        while cut < last and messages[cut].role != "user":
            gone += sizes[cut]
            cut += 1
    dropped = sum(index < cut for index in questions)
    return Fitted((*messages[:first], *messages[cut:]), total - gone, dropped)
