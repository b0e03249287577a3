"""A small OpenAI-compatible server that says what it is told to: also lies, nonsense, or nothing at all."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

CUT = b"\0cut"  # a chunk: the connection is torn down here
END = b"\0end"  # a chunk: the answer ends without a word
# A piece of text, a pause in seconds, a whole delta (or a whole chunk, with "choices"), or bytes as they are.
Chunk = str | float | dict[str, Any] | bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is none."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = '{"error": {"message": "no", "type": "server_error"}}'


Script = Callable[[dict[str, Any]], "Sequence[Chunk] | Refusal"]


class ModelServer:
    """Streams what `script` returns for each request. `requests` keeps their bodies."""

    def __init__(
        self,
        script: Script,
        *,
        status: int = 200,
        kind: str = "text/event-stream",
        silent_s: float = 0.0,
        listed: dict[str, Any] | None = None,
        tokenize: Callable[[str], int] | None = None,
    ) -> None:
        """`silent_s`: before the first byte of an answer; `listed`: more of the model that it lists; `tokenize`: how it
        counts, where it does."""
        self._script = script
        self._status = status
        self._kind = kind
        self._silent_s = silent_s
        self._listed = listed or {}
        self._tokenize = tokenize
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.asked = asyncio.Event()  # for an answer
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
                await self._get(writer, head)
                return
            request = json.loads(body)
            if "/tokenize " in head:
                await self._counted(writer, request["prompt"])
                return
            self.requests.append(request)
            self.asked.set()
            answer = Refusal(self._status) if self._status != 200 else self._script(request)
            if isinstance(answer, Refusal):
                await self._refuse(writer, answer)
                return
            await self._pause(reader, self._silent_s)
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {self._kind}\r\nConnection: close\r\n\r\n".encode())
            for chunk in answer:
                if chunk == END:
                    return
                if isinstance(chunk, float):
                    await self._pause(reader, chunk)
                else:
                    await self._send(writer, chunk)
            writer.write(b"data: [DONE]\n\n")
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            self.cut.set()
        finally:
            writer.close()

    async def _pause(self, reader: asyncio.StreamReader, seconds: float) -> None:
        """Nothing for a while; whoever hangs up meanwhile is seen at once."""
        if not seconds:
            return
        try:
            async with asyncio.timeout(seconds):
                await reader.read(1)
        except TimeoutError:
            return
        raise ConnectionError

    async def _send(self, writer: asyncio.StreamWriter, chunk: str | dict[str, Any] | bytes) -> None:
        if chunk == CUT:
            writer.transport.abort()
            raise ConnectionError
        if isinstance(chunk, bytes):
            writer.write(chunk)
            await writer.drain()
            return
        delta = {"content": chunk} if isinstance(chunk, str) else chunk
        whole = isinstance(chunk, dict) and ("choices" in chunk or "error" in chunk)
        piece = chunk if whole else {
            "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "liar-7b",
            "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
        }  # fmt: skip
        writer.write(f"data: {json.dumps(piece, ensure_ascii=False)}\n\n".encode())
        await writer.drain()
        if writer.is_closing():
            raise ConnectionError

    async def _get(self, writer: asyncio.StreamWriter, head: str) -> None:
        if "/models " in head:
            models = [{"id": "liar-7b", "object": "model", **self._listed}]
            await self._refuse(writer, Refusal(200, body=json.dumps({"object": "list", "data": models})))
        else:
            await self._refuse(writer, Refusal(404))

    async def _counted(self, writer: asyncio.StreamWriter, text: str) -> None:
        if self._tokenize is None:
            await self._refuse(writer, Refusal(404))
        else:
            await self._refuse(writer, Refusal(200, body=json.dumps({"tokens": [1] * self._tokenize(text)})))

    async def _refuse(self, writer: asyncio.StreamWriter, refusal: Refusal) -> None:
        body = refusal.body.encode()
        told = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in (told | refusal.headers).items())
        writer.write(f"HTTP/1.1 {refusal.status} X\r\n{lines}\r\n".encode() + body)
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
