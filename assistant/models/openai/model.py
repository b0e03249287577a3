"""The model itself: one streamed call, with what makes it hold against servers that don't."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import structlog

from assistant.guard.thoughts import Thoughts
from assistant.messages import Message, ModelError, TextDelta, ToolCall, ToolSpec
from assistant.models.openai.calls import Calls, first_object, is_object
from assistant.models.openai.patience import Phases, Watch
from assistant.models.openai.server import Server
from assistant.models.openai.stream import choices, garbled
from assistant.models.openai.window import UNKNOWN_TOKENS, Fitted, estimate, fit, tools_size
from assistant.models.openai.wire import messages_json, tool_json
from assistant.models.usage import Usage
from assistant.settings import AssistantSettings

log = structlog.get_logger(__name__)

_AGAIN = (
    "The arguments of {name} were not a JSON object. Write them again: one JSON object that fits this schema, and "
    "nothing else.\n{schema}"
)
_NEAR = 0.7  # of the room; beyond that the server is asked to count
_SMALL = 3000  # tokens that fit everywhere


@dataclass(slots=True)
class _Heard:
    """What has come of one call so far."""

    calls: Calls = field(default_factory=Calls)
    thoughts: Thoughts = field(default_factory=Thoughts)
    tries: int = 0  # that the server began to work on
    written: int = 0  # tokens, estimated: also of thoughts and tool calls
    usage: Usage | None = None

    def tried(self) -> None:
        self.tries += 1

    def used(self, tokens: int) -> list[Usage]:
        """What each try cost; `tokens`: of its prompt, estimated. One that was made again had written nothing."""
        again = [Usage(tokens, 0, exact=False)] * (self.tries - 1)
        return [*again, self.usage or Usage(tokens, self.written, exact=False)] if self.tries else []


class OpenAIModel:
    """Streams answers and tool calls. Each phase has its own limit; whatever goes wrong becomes a ModelError.

    What a model thinks aloud is left out, whether the server sends it apart or between marks. Closing an answer closes
    its connection, which stops the server. `on_usage` hears of the tokens of every call that a server worked on, also
    of one that failed or was stopped.
    """

    def __init__(
        self,
        base_url: str,
        *,
        model: str = "",
        api_key: str = "",
        connect_s: float = 3.0,
        first_token_s: float = 8.0,
        between_s: float = 0.0,
        answer_s: float = 45.0,
        max_tokens: int = 700,
        temperature: float = 0.3,
        retries: int = 1,
        context_tokens: int = 0,
    ) -> None:
        """`between_s`: 0: as `first_token_s`; `context_tokens`: 0: as the server says."""
        between_s = between_s or first_token_s
        self._phases = Phases(connect_s=connect_s, first_token_s=first_token_s, between_s=between_s, answer_s=answer_s)
        self.server = Server(base_url, model, api_key, self._phases, retries)
        self._max_tokens = max_tokens
        self._temperature = temperature
        self._context = context_tokens
        self.on_usage: Callable[[Usage], None] | None = None

    @classmethod
    def from_settings(cls, settings: AssistantSettings) -> "OpenAIModel":
        return cls(
            settings.model_url,
            model=settings.model_name,
            api_key=settings.model_key,
            connect_s=settings.connect_s,
            first_token_s=settings.first_token_s,
            between_s=settings.between_s,
            answer_s=settings.answer_s,
            max_tokens=settings.max_tokens,
            temperature=settings.temperature,
            retries=settings.retries,
            context_tokens=settings.context_tokens,
        )

    @property
    def name(self) -> str:
        return self.server.model or "openai"

    async def close(self) -> None:
        await self.server.close()

    async def respond(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec]
    ) -> AsyncGenerator[TextDelta | ToolCall, None]:
        watch = Watch(self._phases)
        fitted = await self._fitted(messages, tools, watch)
        body = self._body(fitted.messages)
        if tools:
            body["tools"] = [tool_json(tool) for tool in tools]
        heard = _Heard()
        async with aclosing(self._words(body, heard, watch, fitted.tokens)) as words:
            async for text in words:
                yield TextDelta(text)
        for call in heard.calls.finished():
            yield await self._sound(call, body, tools, watch)

    async def fill(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> dict[str, Any]:
        """An answer as one JSON object, bound to `schema` where the server can; ModelError when it is none."""
        watch = Watch(self._phases)
        text = await self._filled(self._body(messages), schema, watch)
        filled: dict[str, Any] = json.loads(text)
        return filled

    def _body(self, messages: Sequence[Message]) -> dict[str, Any]:
        return {
            "messages": messages_json(messages),
            "stream": True,
            "max_tokens": self._max_tokens,
            "temperature": self._temperature,
        }

    async def _words(self, body: dict[str, Any], heard: _Heard, watch: Watch, tokens: int) -> AsyncGenerator[str, None]:
        """The text of one call, piece by piece, thoughts left out; `heard` keeps the rest."""
        try:
            async with aclosing(self.server.stream(body, watch, heard.tried)) as answer:
                async for chunk in answer:
                    if isinstance(chunk.get("usage"), dict):
                        heard.usage = Usage.parse(chunk["usage"])
                    for choice in choices(chunk):
                        if text := self._text(choice, heard):
                            yield text
            if text := heard.thoughts.flush():
                yield text
        finally:
            if self.on_usage is not None:
                for usage in heard.used(tokens):
                    self.on_usage(usage)

    def _text(self, choice: Mapping[str, Any], heard: _Heard) -> str:
        delta = choice.get("delta") or choice.get("message") or {}  # a server that can't stream sends it whole
        if not isinstance(delta, Mapping):
            raise garbled()
        content = delta.get("content") or ""
        if isinstance(content, list):
            content = "".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
        if not isinstance(content, str):
            raise garbled()
        try:
            heard.calls.add(delta.get("tool_calls") or ())
        except (ValueError, AttributeError) as error:
            raise garbled() from error
        heard.written += estimate(content) + _beside(delta)
        return heard.thoughts.feed(content)

    # Tool calls

    async def _sound(self, call: ToolCall, body: dict[str, Any], tools: Sequence[ToolSpec], watch: Watch) -> ToolCall:
        """The call, its arguments asked for once more where they are no JSON object."""
        if is_object(call.arguments):
            return call
        schema = next((tool.parameters for tool in tools if tool.name == call.name), None)
        if schema is None:
            return call  # who asked sees that there is no such tool
        log.info("tool_call_asked_for_again", model=self.name, tool=call.name)
        asked = _AGAIN.format(name=call.name, schema=json.dumps(dict(schema), ensure_ascii=False))
        messages = [
            *body["messages"],
            {"role": "assistant", "content": f"{call.name} {call.arguments[:1000]}"},
            {"role": "user", "content": asked},
        ]
        plain = {key: value for key, value in body.items() if key != "tools"} | {"messages": messages}
        try:
            return ToolCall(call.id, call.name, await self._filled(plain, schema, watch))
        except ModelError as error:
            raise ModelError("the model's tool call is not JSON, even when asked again", retryable=True) from error

    async def _filled(self, body: dict[str, Any], schema: Mapping[str, Any], watch: Watch) -> str:
        form = {"type": "json_schema", "json_schema": {"name": "answer", "schema": dict(schema)}}
        heard = _Heard()
        tokens = estimate(json.dumps(body["messages"], ensure_ascii=False))
        async with aclosing(self._words(body | {"response_format": form}, heard, watch, tokens)) as words:
            text = "".join([piece async for piece in words])
        found = first_object(text)
        if found is None:
            raise ModelError("the model's answer is not the JSON that was asked for", retryable=True)
        return found

    # What fits

    async def _fitted(self, messages: Sequence[Message], tools: Sequence[ToolSpec], watch: Watch) -> Fitted:
        fixed = tools_size(tools)
        whole = fit(messages, fixed, 1 << 60)
        if whole.tokens <= _SMALL:
            return whole
        self._context = self._context or await self.server.context_tokens(watch) or UNKNOWN_TOKENS
        room = self._context - self._max_tokens
        if whole.tokens <= _NEAR * room:
            return whole
        counted = await self.server.count(_written(messages, tools), watch)
        scale = max(0.3, 1.05 * counted / whole.tokens) if counted else 1.0
        fitted = fit(messages, fixed, room, scale)
        if fitted.dropped:
            log.info(
                "context_trimmed", model=self.name, turns=fitted.dropped, tokens=fitted.tokens, room=room,
                counted=bool(counted),
            )  # fmt: skip
        return fitted


def _beside(delta: Mapping[str, Any]) -> int:
    """Tokens, estimated, of what a server writes that is no text: thoughts and tool calls."""
    thought = delta.get("reasoning_content") or delta.get("reasoning") or ""
    calls = json.dumps(delta["tool_calls"], ensure_ascii=False) if delta.get("tool_calls") else ""
    return estimate(thought if isinstance(thought, str) else "") + estimate(calls)


def _written(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> str:
    """All that a server would read, for it to count."""
    told = [json.dumps(tool_json(tool), ensure_ascii=False) for tool in tools]
    for message in messages:
        told += [message.content, *(f"{call.name} {call.arguments}" for call in message.tool_calls)]
    return "\n".join(told)
