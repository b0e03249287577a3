"""Any server that speaks OpenAI's chat completions: vLLM, llama.cpp, hosted ones."""

import asyncio
import base64
from collections.abc import AsyncGenerator, Sequence
from typing import Any, cast

import httpx2
import openai
from openai.types.chat import ChatCompletionChunk

from assistant.messages import Message, ModelError, TextDelta, ToolCall, ToolSpec
from assistant.settings import AssistantSettings

_PASSING = (408, 409, 425, 429)  # besides 5xx: the same request may succeed later


class OpenAIModel:
    """Streams answers and tool calls. Each phase has its own limit; whatever goes wrong becomes a ModelError.

    Reasoning that a server sends apart is not passed on; what it writes between <think> and </think> is cut out by the
    sentence splitter, which sees every text.
    """

    def __init__(
        self,
        base_url: str,
        *,
        model: str = "",
        api_key: str = "",
        connect_s: float = 3.0,
        first_token_s: float = 8.0,
        answer_s: float = 45.0,
        max_tokens: int = 700,
        temperature: float = 0.3,
    ) -> None:
        self._model = model
        self._first_token_s = first_token_s
        self._answer_s = answer_s
        self._max_tokens = max_tokens
        self._temperature = temperature
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key or "none",  # servers without keys accept any, the client insists on one
            timeout=httpx2.Timeout(answer_s, connect=connect_s),
            max_retries=0,  # another model answers at once: better than a shopper who waits for the second try
        )

    @classmethod
    def from_settings(cls, settings: AssistantSettings) -> "OpenAIModel":
        return cls(
            settings.model_url,
            model=settings.model_name,
            api_key=settings.model_key,
            connect_s=settings.connect_s,
            first_token_s=settings.first_token_s,
            answer_s=settings.answer_s,
            max_tokens=settings.max_tokens,
            temperature=settings.temperature,
        )

    @property
    def name(self) -> str:
        return self._model or "openai"

    async def close(self) -> None:
        await self._client.close()

    async def respond(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec]
    ) -> AsyncGenerator[TextDelta | ToolCall, None]:
        calls = _Calls()
        try:
            async with asyncio.timeout(self._answer_s):
                stream = await self._within(self._open(messages, tools))
                try:
                    chunks = stream.__aiter__()
                    while (chunk := await self._within(_next(chunks))) is not None:
                        for choice in chunk.choices[:1]:
                            calls.add(choice.delta.tool_calls or ())
                            if choice.delta.content:
                                yield TextDelta(choice.delta.content)
                finally:
                    await stream.close()  # stops the server's work too
        except TimeoutError as error:
            raise ModelError(f"the model server took longer than {self._answer_s:g} s", retryable=True) from error
        except openai.APIStatusError as error:
            raise _refused(error) from error
        except openai.APIConnectionError as error:
            raise ModelError("the model server can't be reached", retryable=True) from error
        except (openai.APIError, httpx2.HTTPError) as error:
            raise ModelError("the model server broke off its answer", retryable=True) from error
        except (ValueError, AttributeError, TypeError) as error:  # the client parses what the server sends
            raise ModelError("the model server sent something that is not a chat completion", retryable=True) from error
        for call in calls.finished():
            yield call

    async def _open(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec]
    ) -> openai.AsyncStream[ChatCompletionChunk]:
        if not self._model:
            listed = await self._client.models.list()
            if not listed.data:
                raise ModelError("the model server offers no model; set model_name", retryable=False)
            self._model = listed.data[0].id
        more: dict[str, Any] = {"tools": [_tool(tool) for tool in tools]} if tools else {}
        return cast(
            openai.AsyncStream[ChatCompletionChunk],
            await self._client.chat.completions.create(
                model=self._model,
                messages=[_message(message) for message in messages],  # type: ignore[misc]  # plain dicts
                stream=True,
                max_tokens=self._max_tokens,
                temperature=self._temperature,
                **more,
            ),
        )

    async def _within(self, step: Any) -> Any:
        try:
            async with asyncio.timeout(self._first_token_s):
                return await step
        except TimeoutError as error:
            raise ModelError(f"the model server was silent for {self._first_token_s:g} s", retryable=True) from error


class _Calls:
    """Tool calls come in fragments, several at once, told apart by their index."""

    def __init__(self) -> None:
        self._parts: dict[int, list[str]] = {}  # index: id, name, arguments

    def add(self, fragments: Sequence[Any]) -> None:
        for fragment in fragments:
            index = fragment.index if fragment.index is not None else len(self._parts)
            part = self._parts.setdefault(index, ["", "", ""])
            part[0] = fragment.id or part[0]
            if fragment.function is not None:
                part[1] += fragment.function.name or ""
                part[2] += fragment.function.arguments or ""

    def finished(self) -> list[ToolCall]:
        return [
            ToolCall(call_id or f"call-{index}", name, arguments or "{}")
            for index, (call_id, name, arguments) in sorted(self._parts.items())
        ]


async def _next(chunks: Any) -> ChatCompletionChunk | None:
    return await anext(chunks, None)


def _refused(error: openai.APIStatusError) -> ModelError:
    status = error.status_code
    if status in (401, 403):
        return ModelError("the model server refuses the key: check model_key", retryable=False)
    if status == 404:
        return ModelError(
            "the model server doesn't know this address or model: check model_url and model_name", retryable=False
        )
    return ModelError(f"the model server answered {status}", retryable=status >= 500 or status in _PASSING)


def _tool(tool: ToolSpec) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def _message(message: Message) -> dict[str, Any]:
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": message.content}
    shaped: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.pictures:
        addresses = (f"data:image/jpeg;base64,{base64.b64encode(each).decode()}" for each in message.pictures)
        seen = [{"type": "image_url", "image_url": {"url": address}} for address in addresses]
        shaped["content"] = [{"type": "text", "text": message.content}, *seen]
    if message.tool_calls:
        shaped["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    return shaped
