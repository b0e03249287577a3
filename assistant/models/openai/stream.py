"""The lines of a server's event stream as chunks of a chat completion."""

import json
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
from typing import Any

from assistant.models.openai.patience import ServerError

MOST_LINE = 1 << 20  # bytes; a chunk is some hundred, and memory is not to be had for the asking


def garbled() -> ServerError:
    return ServerError("the model server sent something that is not a chat completion", retryable=True)


def broken_off() -> ServerError:
    return ServerError("the model server broke off its answer", retryable=True, again=True)


async def chunks(blocks: AsyncIterable[bytes]) -> AsyncGenerator[dict[str, Any], None]:
    """Each event's JSON object, until `[DONE]` or the end; ServerError when the stream ends before its answer does."""
    ended, last_id = False, ""
    async with aclosing(_events(blocks)) as events:
        async for event_id, data in events:
            if data == "[DONE]":
                return
            if event_id and event_id == last_id:
                continue  # a proxy that has reconnected sends the last event again
            last_id = event_id
            chunk = parse(data)
            ended = ended or any(choice.get("finish_reason") for choice in choices(chunk))
            yield chunk
    if not ended:
        raise broken_off()


def parse(data: str | bytes) -> dict[str, Any]:
    try:
        chunk = json.loads(data)
    except ValueError as error:
        raise garbled() from error
    if not isinstance(chunk, dict):
        raise garbled()
    if chunk.get("error"):
        raise ServerError("the model server reports an error within its answer", retryable=True, again=True)
    return chunk


def choices(chunk: dict[str, Any]) -> list[dict[str, Any]]:
    """At most one: only the first is asked for."""
    found = chunk.get("choices") or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise garbled()
    return found[:1]


async def _events(blocks: AsyncIterable[bytes]) -> AsyncGenerator[tuple[str, str], None]:
    data: list[str] = []
    event_id = ""
    async with aclosing(_lines(blocks)) as lines:
        async for line in lines:
            name, _, value = line.partition(":")
            if not line and data:
                yield event_id, "\n".join(data)
                data, event_id = [], ""
            elif name == "data":
                data.append(value.removeprefix(" "))
            elif name == "id":
                event_id = value.strip()
            elif line and name not in ("", "event", "retry"):
                raise garbled()
    if data:
        yield event_id, "\n".join(data)


async def _lines(blocks: AsyncIterable[bytes]) -> AsyncGenerator[str, None]:
    rest = b""
    async for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        if len(rest) > MOST_LINE or any(len(line) > MOST_LINE for line in whole):
            raise ServerError("the model server sent a line without an end", retryable=True)
        for line in whole:
            yield line.rstrip(b"\r").decode("utf-8", "replace")
    if rest:
        yield rest.rstrip(b"\r").decode("utf-8", "replace")
