"""A small OpenAI-compatible server that says what it is told to: also lies, nonsense, or nothing at all."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

Chunk = str | float | dict[str, Any]  # a piece of text, a pause in seconds, or a whole delta
Script = Callable[[dict[str, Any]], Sequence[Chunk]]


class ModelServer:
    """Streams what `script` returns for each request. `requests` keeps their bodies."""

    def __init__(self, script: Script, *, status: int = 200) -> None:
        self._script = script
        self._status = status
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.cut = asyncio.Event()  # an answer was broken off
        self.url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ModelServer"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = (line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            headers = {name.lower(): value for name, value in lines}
            self.keys.append(headers.get("authorization", ""))
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            if head.startswith("GET"):
                await self._reply(writer, {"object": "list", "data": [{"id": "liar-7b", "object": "model"}]})
                return
            request = json.loads(body)
            self.requests.append(request)
            if self._status != 200:
                await self._reply(writer, {"error": {"message": "no", "type": "server_error"}}, self._status)
                return
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            for chunk in self._script(request):
                await self._send(writer, chunk)
            writer.write(b"data: [DONE]\n\n")
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            self.cut.set()
        finally:
            writer.close()

    async def _send(self, writer: asyncio.StreamWriter, chunk: Chunk) -> None:
        if isinstance(chunk, float):
            await asyncio.sleep(chunk)
            return
        delta = {"content": chunk} if isinstance(chunk, str) else chunk
        piece = {
            "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "liar-7b",
            "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
        }  # fmt: skip
        writer.write(f"data: {json.dumps(piece, ensure_ascii=False)}\n\n".encode())
        await writer.drain()
        if writer.is_closing():
            raise ConnectionError

    async def _reply(self, writer: asyncio.StreamWriter, value: object, status: int = 200) -> None:
        body = json.dumps(value).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
        await writer.drain()


def says(*chunks: Chunk) -> Script:
    """The same answer to every request."""
    return lambda _request: chunks


def calls(name: str, index: int = 0, call_id: str = "c0", **arguments: object) -> list[Chunk]:
    """A tool call in three fragments, as servers send them."""
    text = json.dumps(arguments, ensure_ascii=False)
    half = len(text) // 2
    opening = {"index": index, "id": call_id, "type": "function", "function": {"name": name, "arguments": ""}}
    rest = [{"index": index, "function": {"arguments": part}} for part in (text[:half], text[half:])]
    return [{"tool_calls": [fragment]} for fragment in (opening, *rest)]
