"""What a model server can do, found by trying it: the way the product would use it."""

import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from assistant.messages import Message, ModelError, TextDelta, ToolCall, ToolSpec
from assistant.models.openai import OpenAIModel
from assistant.models.openai.patience import Phases, Watch
from assistant.models.usage import Usage
from knowledge.model import Text

State = Literal["works", "lacks", "fails"]  # lacks: the product makes do without

_LIMITS = Phases(connect_s=5, first_token_s=60, between_s=60, answer_s=120)
_SMALL_CONTEXT = 6000  # rules, tools and a few turns
_SLOW_S = 3.0
_STOP_S = 5.0

_COLOUR = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["red", "green"]}},
    "required": ["colour"],
    "additionalProperties": False,
}
_WEATHER = ToolSpec(
    "weather",
    "The weather of one city.",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
_LONG = (Message("user", "Count from 1 to 300, one number a line, in words. Begin at once."),)


@dataclass(frozen=True, slots=True)
class Finding:
    """`then`: what the product does about it; empty when there is nothing to do."""

    what: Text
    state: State
    found: Text
    then: Text = Text()


@dataclass(slots=True)
class _Timing:
    first_s: float = 0.0
    pieces: int = 0
    whole_s: float = 0.0


class Check:
    """Tries one server. `model` is closed afterwards; its usage is listened to. `tools`: whether it is to call some."""

    def __init__(self, model: OpenAIModel, *, tools: bool = True) -> None:
        self._model = model
        self._tools = (self._one_tool, self._two_tools) if tools else ()
        self._usage: list[Usage] = []
        model.on_usage = self._usage.append

    async def findings(self) -> AsyncGenerator[Finding, None]:
        """One after the other; nothing more after a server that can't be reached."""
        try:
            reached = await self._reached()
            yield reached
            if reached.state == "fails":
                return
            for step in (self._streams, *self._tools, self._schema, self._context, self._stops):
                try:
                    yield await step()
                except ModelError as error:
                    yield Finding(_STEPS[step.__name__], "fails", _both(str(error)), _FAILS)
        finally:
            await self._model.close()

    async def _reached(self) -> Finding:
        what = Text("连接", "Reachable")
        try:
            name = await self._model.server.named(Watch(_LIMITS))
            await self._say((Message("user", "Say: ok"),), ())
        except ModelError as error:
            then = Text("顾客由自带的 grounded 回答，直到它恢复", "The embedded model answers until it is back")
            return Finding(what, "fails", _both(str(error)), then)
        return Finding(what, "works", _both(name))

    async def _streams(self) -> Finding:
        timing = await self._timed(_LONG)
        out = self._usage[-1].tokens_out
        speed = out / max(0.001, timing.whole_s - timing.first_s) if timing.pieces > 1 else 0.0
        found = Text(
            f"首字 {timing.first_s:.2f} 秒，每秒 {speed:.0f} 个 token",
            f"first token after {timing.first_s:.2f} s, then {speed:.0f} tokens/s",
        )
        if timing.pieces < 3:
            then = Text("整段一次到，顾客会等得更久", "Answers arrive whole; shoppers wait longer")
            return Finding(_STEPS["_streams"], "lacks", found, then)
        slow = Text("首字偏慢：可设 hedge_ms 或换更小的模型", "Slow to begin: set hedge_ms, or take a smaller model")
        return Finding(_STEPS["_streams"], "works", found, slow if timing.first_s > _SLOW_S else Text())

    async def _one_tool(self) -> Finding:
        calls, text = await self._say((Message("user", "What is the weather in Paris? Use the tool."),), (_WEATHER,))
        return self._called("_one_tool", calls, text, 1)

    async def _two_tools(self) -> Finding:
        asked = "What is the weather in Paris and in Rome? Call the tool for both cities at once."
        calls, text = await self._say((Message("user", asked),), (_WEATHER,))
        return self._called("_two_tools", calls, text, 2)

    def _called(self, step: str, calls: list[ToolCall], text: str, wanted: int) -> Finding:
        good = [call for call in calls if call.name == "weather" and "city" in json.loads(call.arguments)]
        if len(good) >= wanted:
            cities = ", ".join(str(json.loads(call.arguments)["city"]) for call in good)
            return Finding(_STEPS[step], "works", _both(f"weather({cities})"))
        if wanted > 1 and good:
            then = Text("一个接一个地查，稍慢", "Looks things up one after the other, a little slower")
            return Finding(_STEPS[step], "lacks", Text("一次只调用一个", "one call at a time"), then)
        found = Text(f"没有调用，而是说：{text.strip()[:40]!r}", f"no call; it said {text.strip()[:40]!r}")
        if wanted > 1:
            return Finding(_STEPS[step], "lacks", found)
        then = Text(
            "它查不了商品：在模型表里写 can: []，或给服务器加工具解析参数（见 docs/deploy.md）",
            "It can't look products up: write can: [] in the table, or give it a tool parser (docs/deploy.md)",
        )
        return Finding(_STEPS[step], "fails", found, then)

    async def _schema(self) -> Finding:
        try:
            filled = await self._model.fill((Message("user", "A colour, please."),), _COLOUR)
        except ModelError as error:
            filled, problem = {}, str(error)
        else:
            problem = json.dumps(filled, ensure_ascii=False)
        bound = "response_format" not in self._model.server.refused
        if bound and filled.get("colour") in ("red", "green"):
            return Finding(_STEPS["_schema"], "works", _both(problem))
        then = Text("写坏的工具参数改用文字再问一次", "Broken tool arguments are asked for again in words only")
        return Finding(_STEPS["_schema"], "lacks", _both(problem), then)

    async def _context(self) -> Finding:
        length = await self._model.server.context_tokens(Watch(_LIMITS))
        counts = bool(await self._model.server.count("hello", Watch(_LIMITS)))
        if not length:
            found = Text("服务器没有说", "the server does not say")
            then = Text(
                "按 16384 处理；请在模型表里写 context", "Taken for 16,384 tokens; write context in the table of models"
            )
            return Finding(_STEPS["_context"], "lacks", found, then)
        how = Text("，能计数", ", and it counts them") if counts else Text("，靠估计", ", estimated")
        found = Text(f"{length} 个 token{how.zh}", f"{length} tokens{how.en}")
        if length < _SMALL_CONTEXT:
            then = Text("太短：旧对话很快会被省去，请调大", "Too short: old turns are soon left out; give it more")
            return Finding(_STEPS["_context"], "lacks", found, then)
        return Finding(_STEPS["_context"], "works", found)

    async def _stops(self) -> Finding:
        """Hang up amid a long answer: a server that goes on working keeps the next one waiting."""
        alone = await self._timed((Message("user", "Say: ok"),))
        async with aclosing(self._model.respond(_LONG, ())) as pieces:
            async for _ in pieces:
                break
        after = await self._timed((Message("user", "Say: ok"),))
        extra = after.first_s - alone.first_s
        found = Text(f"之后的回答晚了 {max(0.0, extra):.2f} 秒", f"the next answer began {max(0.0, extra):.2f} s later")
        if extra < _STOP_S:
            return Finding(_STEPS["_stops"], "works", found)
        then = Text(
            "顾客离开后它仍在算：检查代理是否缓冲", "It works on after shoppers leave: look for a buffering proxy"
        )
        return Finding(_STEPS["_stops"], "lacks", found, then)

    async def _timed(self, messages: tuple[Message, ...]) -> _Timing:
        timing, began = _Timing(), time.monotonic()
        async with aclosing(self._model.respond(messages, ())) as pieces:
            async for _ in pieces:
                timing.pieces += 1
                timing.first_s = timing.first_s or time.monotonic() - began
        timing.whole_s = time.monotonic() - began
        timing.first_s = timing.first_s or timing.whole_s
        return timing

    async def _say(self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...]) -> tuple[list[ToolCall], str]:
        calls, text = [], ""
        async with aclosing(self._model.respond(messages, tools)) as pieces:
            async for piece in pieces:
                if isinstance(piece, TextDelta):
                    text += piece.text
                else:
                    calls.append(piece)
        return calls, text


_FAILS = Text("这样的回答由下一个模型接着说", "Such answers are carried on by the next model")
_STEPS = {
    "_streams": Text("流式输出", "Streaming"),
    "_one_tool": Text("工具调用", "Tool calls"),
    "_two_tools": Text("并行工具调用", "Parallel tool calls"),
    "_schema": Text("JSON 结构", "JSON schema"),
    "_context": Text("上下文长度", "Context"),
    "_stops": Text("中途停止", "Stops when left"),
}


def _both(text: str) -> Text:
    return Text(text, text)


def passes(findings: list[Finding]) -> bool:
    return all(finding.state != "fails" for finding in findings)
