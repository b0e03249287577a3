"""The shapes of a conversation with a model; the same as OpenAI chat completions, so servers need no adapter."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

CONTEXT_OPENS = "Context: "  # the line of the system message that begins so holds what is known of a conversation


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True, weakref_slot=True)
class ToolCall:
    id: str
    name: str
    arguments: str  # JSON, as the model wrote it: it may be wrong


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Message:
    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""  # role "tool": which call this answers
    name: str = ""  # role "tool": the tool's name
    pictures: tuple[bytes, ...] = ()  # role "user": JPEGs, only for a model that sees


@dataclass(frozen=True, slots=True)
class ToolSpec:
    name: str
    description: str
    parameters: Mapping[str, Any]  # JSON schema


class ModelError(Exception):
    """A model could not answer. `retryable`: the same call may succeed later."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable


class Model(Protocol):
    def respond(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec]
    ) -> AsyncGenerator[TextDelta | ToolCall, None]:
        """Stream an answer, or the tool calls that must run before one; closing stops the model."""
        ...
