"""A conversation as servers are sent it: what never changes first, so that their prompt caches find it again."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from assistant.messages import CONTEXT_OPENS, Message, ToolSpec

_OWN = frozenset({"seed", "level"})  # of the context: for choosing a model, not for its eyes


def messages_json(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """The rules of the shop are the same in every conversation and servers put the tools behind them; so what is known
    of this conversation moves to its first question. Calls are numbered anew: the same ones read the same in each turn,
    whatever their ids were."""
    told, context = _apart(messages)
    names: dict[str, str] = {}
    for message in told:
        for call in message.tool_calls:
            names.setdefault(call.id, f"call{len(names):05d}")  # nine letters and digits: Mistral takes no others
    shaped = [_message(message, names) for message in told]
    first = next((one for one in shaped if one["role"] == "user"), None)
    if context and first is not None:
        _before(first, context)
    return shaped


def _apart(messages: Sequence[Message]) -> tuple[list[Message], str]:
    """The messages without their line of context, and that line."""
    if not messages or messages[0].role != "system":
        return list(messages), ""
    rules, opened, line = messages[0].content.partition(f"\n{CONTEXT_OPENS}")
    if not opened:
        return list(messages), ""
    kept = {key: value for key, value in json.loads(line).items() if key not in _OWN}
    context = CONTEXT_OPENS + json.dumps(kept, ensure_ascii=False)
    return [Message("system", rules), *messages[1:]], context


def _before(shaped: dict[str, Any], context: str) -> None:
    content = shaped["content"]
    if isinstance(content, str):
        shaped["content"] = f"{context}\n\n{content}"
    else:
        content.insert(0, {"type": "text", "text": context})


def tool_json(tool: ToolSpec) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def _message(message: Message, names: dict[str, str]) -> dict[str, Any]:
    if message.role == "tool":
        call_id = names.get(message.tool_call_id, message.tool_call_id)
        return {"role": "tool", "tool_call_id": call_id, "content": message.content}
    shaped: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.pictures:
        addresses = (f"data:image/jpeg;base64,{base64.b64encode(each).decode()}" for each in message.pictures)
        seen = [{"type": "image_url", "image_url": {"url": address}} for address in addresses]
        shaped["content"] = [{"type": "text", "text": message.content}, *seen]
    if message.tool_calls:
        shaped["tool_calls"] = [
            {"id": names[call.id], "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    return shaped
