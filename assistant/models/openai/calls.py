"""Tool calls put together from fragments: several at once, interleaved, with and without index or id."""

import json
from collections.abc import Mapping, Sequence

from assistant.messages import ToolCall


class _Part:
    __slots__ = ("arguments", "id", "name")

    def __init__(self) -> None:
        self.id = self.name = self.arguments = ""


class Calls:
    """Servers tell parallel calls apart by index, by id, by both or, when each comes in one piece, by neither."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []
        self._by_index: dict[int, _Part] = {}

    def add(self, fragments: object) -> None:
        """`fragments`: a delta's `tool_calls`. ValueError when it is something else."""
        if not isinstance(fragments, Sequence) or isinstance(fragments, str):
            raise ValueError("tool_calls is not a list")
        for fragment in fragments:
            if not isinstance(fragment, Mapping):
                raise ValueError("a tool call is not an object")
            function = fragment.get("function") or {}
            call_id, name = _text(fragment.get("id")), _text(function.get("name"))
            part = self._part(fragment.get("index"), call_id, name)
            part.id = part.id or call_id
            if name != part.name:  # some servers repeat the name with every piece
                part.name += name
            arguments = function.get("arguments")
            # A few send the object itself instead of its text.
            part.arguments += json.dumps(arguments) if isinstance(arguments, Mapping) else _text(arguments)

    def _part(self, index: object, call_id: str, name: str) -> _Part:
        same_id = next((part for part in self._parts if call_id and part.id == call_id), None)
        if same_id is not None:
            return same_id
        if isinstance(index, int):
            known = self._by_index.get(index)
            # Another id at a known index is another call: some servers number every call 0.
            if known is not None and not (call_id and known.id):
                return known
        elif self._parts and not call_id and not name:
            return self._parts[-1]
        part = _Part()
        self._parts.append(part)
        if isinstance(index, int):
            self._by_index[index] = part
        return part

    def finished(self) -> list[ToolCall]:
        return [
            ToolCall(part.id or f"call-{number}", part.name, _once(part.arguments) or "{}")
            for number, part in enumerate(self._parts)
        ]


def is_object(text: str) -> bool:
    """Whether `text` is one JSON object."""
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def first_object(text: str) -> str | None:
    """The first JSON object that stands in `text`, as it is written there."""
    place = text.find("{")
    while place >= 0:
        try:
            _, end = json.JSONDecoder().raw_decode(text, place)
        except ValueError:
            place = text.find("{", place + 1)
        else:
            return text[place:end]
    return None


def _once(arguments: str) -> str:
    """Arguments that came twice, word for word, as once."""
    text = arguments.strip()
    half = len(text) // 2
    return text[:half] if len(text) % 2 == 0 and text[:half] == text[half:] and is_object(text[:half]) else text


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
