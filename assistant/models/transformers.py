"""A small language model in this process, by Hugging Face transformers: from a folder or the hub.

Its import and its weights wait for the first question. One answer is made at a time, in a thread of its own; whoever no
longer listens stops it at its next word.
"""

import asyncio
import importlib.util
import json
import re
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.messages import Message, ModelError, TextDelta, ToolCall, ToolSpec
from assistant.models.usage import Usage
from assistant.settings import AssistantSettings

_OPEN, _CLOSE = "<tool_call>", "</tool_call>"  # as Qwen and Hermes write them
_WAITING = 4  # questions that may wait their turn; for others the model that stands in is sooner


@dataclass(slots=True)
class _Counted:
    """Tokens of one answer so far; written by the thread that makes it."""

    tokens_in: int = 0
    tokens_out: int = 0


class TransformersModel:
    """`model`: a folder, or a name on the hub. The model needs a chat template; tools need one that knows them.

    `on_usage` hears of the tokens of every answer that was begun, also of one that was stopped.
    """

    def __init__(self, model: str, *, max_tokens: int = 700, temperature: float = 0.3, answer_s: float = 45.0) -> None:
        if importlib.util.find_spec("transformers") is None or importlib.util.find_spec("torch") is None:
            raise ModelError("the model 'transformers' needs: pip install 'zhibo[transformers]'", retryable=False)
        if not model:
            raise ModelError(
                "the model 'transformers' needs model_name: a folder or a name on the hub", retryable=False
            )
        self._name, self._max_tokens, self._temperature, self._answer_s = model, max_tokens, temperature, answer_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="transformers")
        self._loaded: tuple[Any, Any] | None = None  # tokenizer, model
        self._waiting = 0
        self.on_usage: Callable[[Usage], None] | None = None

    @classmethod
    def from_settings(cls, settings: AssistantSettings) -> "TransformersModel":
        return cls(
            settings.model_name,
            max_tokens=settings.max_tokens,
            temperature=settings.temperature,
            answer_s=settings.answer_s,
        )

    @property
    def name(self) -> str:
        return Path(self._name).name

    async def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def respond(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec]
    ) -> AsyncGenerator[TextDelta | ToolCall, None]:
        if self._waiting >= _WAITING:
            raise ModelError("the model in this process is busy", retryable=True)
        loop, stop = asyncio.get_running_loop(), threading.Event()
        # Unbounded, but never longer than max_tokens: a thread must not wait for an event loop.
        words: asyncio.Queue[str | None] = asyncio.Queue()

        def say(word: str | None) -> None:
            loop.call_soon_threadsafe(words.put_nowait, word)

        self._waiting += 1
        counted = _Counted()
        making = loop.run_in_executor(self._thread, self._make, _chat(messages), _tools(tools), say, stop, counted)
        making.add_done_callback(lambda _: words.put_nowait(None))
        cut = _Calls()
        try:
            async with asyncio.timeout(self._answer_s):
                while (word := await words.get()) is not None:
                    if text := cut.feed(word):
                        yield TextDelta(text)
                await making
        except TimeoutError as error:
            raise ModelError(f"the model took longer than {self._answer_s:g} s", retryable=True) from error
        finally:
            stop.set()
            self._waiting -= 1
            if self.on_usage is not None and counted.tokens_in:
                self.on_usage(Usage(counted.tokens_in, counted.tokens_out))
        if text := cut.rest():
            yield TextDelta(text)
        for call in cut.calls():
            yield call

    def _make(
        self,
        chat: list[dict[str, Any]],
        tools: list[dict[str, Any]],
        say: Callable[[str], None],
        stop: threading.Event,
        counted: _Counted,
    ) -> None:
        """Generate, in the thread; every piece of text goes to `say`."""
        if stop.is_set():
            return
        tokenizer, model = self._load()
        import torch
        from transformers import StoppingCriteria, TextStreamer

        class Stopped(StoppingCriteria):  # type: ignore[misc]
            def __call__(self, ids: Any, scores: Any, **more: Any) -> Any:
                counted.tokens_out = ids.shape[1] - counted.tokens_in
                return torch.full((ids.shape[0],), stop.is_set(), dtype=torch.bool, device=ids.device)

        class Said(TextStreamer):  # type: ignore[misc]
            def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
                if text and not stop.is_set():
                    say(text)

        try:
            prompt = tokenizer.apply_chat_template(
                chat, tools=tools or None, add_generation_prompt=True, return_tensors="pt", return_dict=True
            ).to(model.device)
            counted.tokens_in = prompt["input_ids"].shape[1]
            warm = (
                {"do_sample": True, "temperature": self._temperature} if self._temperature > 0 else {"do_sample": False}
            )
            with torch.inference_mode():
                model.generate(
                    **prompt, **warm, max_new_tokens=self._max_tokens, stopping_criteria=[Stopped()],
                    streamer=Said(tokenizer, skip_prompt=True, skip_special_tokens=True),
                )  # fmt: skip
        except Exception as error:  # a template that refuses the roles, memory that ran out, and whatever else
            raise ModelError(f"the model failed: {_first_line(error)}", retryable=True) from error

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            from transformers import AutoModelForCausalLM, AutoTokenizer

            folder = Path(self._name).expanduser()
            where = {"local_files_only": True} if folder.is_dir() else {}
            name = str(folder) if folder.is_dir() else self._name
            try:
                tokenizer = AutoTokenizer.from_pretrained(name, **where)
                model = AutoModelForCausalLM.from_pretrained(name, dtype="auto", **where).eval()
            except (OSError, ValueError, RuntimeError) as error:
                raise ModelError(f"cannot load the model {name!r}: {_first_line(error)}", retryable=False) from error
            if not getattr(tokenizer, "chat_template", None):
                raise ModelError(f"the model {name!r} has no chat template; choose one made for chats", retryable=False)
            self._loaded = tokenizer, model
        return self._loaded


class _Calls:
    """Text that may hold tool calls: what is before one is passed on, a beginning of a mark waits."""

    def __init__(self) -> None:
        self._held = ""
        self._bodies: list[str] = []

    def feed(self, text: str) -> str:
        self._held += text
        passed = ""
        while True:
            start = self._held.find(_OPEN)
            if start < 0:
                keep = next((n for n in range(len(_OPEN) - 1, 0, -1) if self._held.endswith(_OPEN[:n])), 0)
                end = len(self._held) - keep
                passed, self._held = passed + self._held[:end], self._held[end:]
                return passed
            end = self._held.find(_CLOSE, start)
            passed, self._held = passed + self._held[:start], self._held[start:]
            if end < 0:
                return passed
            self._bodies.append(self._held[len(_OPEN) : end - start])
            self._held = self._held[end - start + len(_CLOSE) :]

    def rest(self) -> str:
        """What waited in vain; a call that was never closed is one all the same."""
        held, self._held = self._held, ""
        if held.startswith(_OPEN):
            self._bodies.append(held[len(_OPEN) :])
            return ""
        return held

    def calls(self) -> list[ToolCall]:
        found: list[ToolCall] = []
        for body in self._bodies:
            try:
                told = json.loads(body)
                arguments = told.get("arguments", {})
                name = str(told["name"])
            except (ValueError, KeyError, TypeError, AttributeError):
                # The loop tells the model what it got wrong, as it does with arguments that are no JSON.
                name = match[1] if (match := re.search(r'"name"\s*:\s*"([^"]+)"', body)) else "unreadable"
                arguments = body.strip()
            text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
            found.append(ToolCall(f"call-{len(found)}", name, text))
        return found


def _chat(messages: Sequence[Message]) -> list[dict[str, Any]]:
    shaped = []
    for message in messages:
        one: dict[str, Any] = {"role": message.role, "content": message.content}
        if message.role == "tool":
            one["name"] = message.name
        if message.tool_calls:
            one["tool_calls"] = [
                {"type": "function", "function": {"name": call.name, "arguments": _parsed(call.arguments)}}
                for call in message.tool_calls
            ]
        shaped.append(one)
    return shaped


def _parsed(arguments: str) -> Any:
    """Templates write arguments as JSON themselves."""
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments


def _tools(tools: Sequence[ToolSpec]) -> list[dict[str, Any]]:
    shaped = []
    for tool in tools:
        told = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
        shaped.append({"type": "function", "function": told})
    return shaped


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
