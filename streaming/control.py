"""How other processes talk to a room: newline-delimited JSON over a Unix socket in the room's folder.

One request a connection: {"do": "status"}. The answer is {"ok": true, …} or {"ok": false, "error": "…"}; `events` goes
on with one JSON object a line, `preview` with an FLV stream. After `voice` the other side goes on: with sound.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any, Protocol

import structlog

from streaming.comments import KINDS, CommentKind

log = structlog.get_logger(__name__)

_LONGEST_PATH = 100  # bytes; the system's limit is 104 on macOS and 108 on Linux
DIRECTIONS = ("pin", "unpin", "show", "next", "pause", "resume", "take_over", "plan")
_LINE = 256 * 1024
_SOUND = 16 * 1024  # bytes of a microphone's sound taken at a time


class RoomError(Exception):
    """A room cannot do what it was asked to; the message says why and what to do."""


class RoomUnreachable(RoomError, ConnectionError):
    """There is no such room running, or it does not answer."""


def socket_path(path: Path) -> Path:
    """Where the room really listens: at `path`, or in the temporary folder when that is too long for a socket."""
    path = path.absolute()
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"zhibo-{os.getuid()}" / f"{name}.sock"


class Sounding(Protocol):
    """Where a person's sound goes: 16-bit little-endian mono."""

    def feed(self, sound: bytes) -> None: ...
    def close(self) -> None: ...


class Controlled(Protocol):
    """What a room offers to other processes."""

    def status(self) -> dict[str, Any]: ...
    def comment(self, author: str, text: str, source: str, kind: CommentKind, key: str) -> str: ...
    def clicked(self, product_id: str) -> None: ...
    async def insert(self, text: str, urgent: bool) -> dict[str, Any]: ...
    async def direct(self, what: str, given: Mapping[str, Any]) -> dict[str, Any]: ...
    async def transcript(self, limit: int) -> list[dict[str, Any]]: ...
    def listen(self, rate: int) -> Sounding: ...
    def stop(self) -> None: ...
    def events(self) -> AsyncGenerator[dict[str, Any], None]: ...
    def preview(self) -> AsyncGenerator[bytes, None]: ...


class ControlServer:
    """Serves one room until closed. Only this user can connect."""

    def __init__(self, room: Controlled, path: Path) -> None:
        self._room, self._path = room, socket_path(path)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Raises RoomError when another room listens there."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._path.exists():
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1.0):
                    _, writer = await asyncio.open_unix_connection(str(self._path))
                writer.close()
                raise RoomError(f"this room is already running (something listens at {self._path}); stop it first")
            self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, str(self._path), limit=_LINE)
        finally:
            os.umask(before)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections):
            connection.cancel()
        if self._connections:
            await asyncio.wait(self._connections, timeout=1.0)
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await self._answer(reader, writer)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(10.0):
                request = json.loads(await reader.readline())
            asked = str(request["do"])
            if asked == "events":
                await self._stream_events(reader, writer)
            elif asked == "preview":
                await self._stream_preview(reader, writer)
            elif asked == "voice":
                await self._hear(reader, writer, int(request["rate"]))
            else:
                await _send(writer, {"ok": True, **await self._do(asked, request)})
        except (ValueError, KeyError, TypeError, TimeoutError) as error:
            await _send(writer, {"ok": False, "error": f"bad request: {error}"})
        except RoomError as error:
            await _send(writer, {"ok": False, "error": str(error)})

    async def _do(self, asked: str, request: dict[str, Any]) -> dict[str, Any]:
        match asked:
            case "status":
                return {"status": self._room.status()}
            case "comment":
                return {"id": self._comment(request)}
            case "click":
                self._room.clicked(str(request["product_id"]))
                return {}
            case "insert":
                urgent = bool(request.get("urgent"))
                return {"verdict": await self._room.insert(str(request["text"]), urgent)}
            case "direct":
                return {"direction": await self._room.direct(str(request["what"]), request)}
            case "transcript":
                return {"said": await self._room.transcript(int(request.get("limit", 100)))}
            case "stop":
                self._room.stop()
                return {}
        raise ValueError(f"unknown request {asked!r}")

    def _comment(self, request: dict[str, Any]) -> str:
        kind = request.get("kind") or "text"
        if kind not in KINDS:
            raise ValueError(f"a comment's kind is one of {', '.join(KINDS)}")
        author, source = str(request.get("author", "")), str(request.get("source") or "api")
        return self._room.comment(author, str(request["text"]), source, kind, str(request.get("key") or ""))

    async def _stream_events(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _send(writer, {"ok": True})
        events = self._room.events()
        async with contextlib.aclosing(_until_hung_up(events, reader)) as alive:
            async for event in alive:
                await _send(writer, event)

    async def _stream_preview(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _send(writer, {"ok": True})
        chunks = self._room.preview()
        async with contextlib.aclosing(_until_hung_up(chunks, reader)) as alive:
            async for chunk in alive:
                writer.write(chunk)
                await writer.drain()

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rate: int) -> None:
        heard = self._room.listen(rate)
        try:
            await _send(writer, {"ok": True})
            while sound := await reader.read(_SOUND):
                heard.feed(sound)
        finally:
            heard.close()


async def _until_hung_up(source: AsyncGenerator[Any, None], reader: asyncio.StreamReader) -> AsyncGenerator[Any, None]:
    """The source's items, until it ends or the other side closes the connection."""
    hung_up = asyncio.ensure_future(reader.read())
    try:
        while True:
            item = asyncio.ensure_future(anext(source))
            await asyncio.wait([item, hung_up], return_when=asyncio.FIRST_COMPLETED)
            if not item.done():
                item.cancel()
                with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                    await item
                return
            try:
                got = item.result()
            except StopAsyncIteration:
                return
            yield got
    finally:
        hung_up.cancel()
        await source.aclose()


async def _send(writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
    writer.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
    await writer.drain()


class RoomClient:
    """Talks to the room that listens at `path` (DATA/rooms/ROOM/control.sock).

    Every call raises RoomUnreachable when the room is not there and RoomError when it refuses.
    """

    def __init__(self, path: Path, *, timeout_s: float = 5.0) -> None:
        self._path, self._timeout_s = path, timeout_s
        self._name = path.parent.name

    async def status(self) -> dict[str, Any]:
        """State, product on air, outputs and health figures."""
        status: dict[str, Any] = (await self._ask({"do": "status"}))["status"]
        return status

    async def comment(
        self, author: str, text: str, source: str = "api", kind: CommentKind = "text", key: str = ""
    ) -> dict[str, Any]:
        """Hand in what a viewer wrote or did; returns {id}, under which `events` tells how it ended.

        `key`: the platform's id of it; the same source and key again is the same comment."""
        told = {"author": author, "text": text, "source": source, "kind": kind, "key": key}
        answer = await self._ask({"do": "comment", **told})
        return {"id": answer["id"]}

    async def clicked(self, product_id: str) -> None:
        """A viewer opened a product's page from the room: it is wanted that much more."""
        await self._ask({"do": "click", "product_id": product_id})

    async def insert(self, text: str, urgent: bool = False) -> dict[str, Any]:
        """Have a line said next, or at once. Returns the guard's verdict: `text` is what will be said, empty when
        nothing."""
        verdict: dict[str, Any] = (await self._ask({"do": "insert", "text": text, "urgent": urgent}))["verdict"]
        return verdict

    async def direct(self, what: str, **given: Any) -> dict[str, Any]:
        """Decide what happens next, one of DIRECTIONS: `product_id` for pin and show, `plan` for plan."""
        direction: dict[str, Any] = (await self._ask({**given, "do": "direct", "what": what}))["direction"]
        return direction

    async def transcript(self, limit: int = 100) -> list[dict[str, Any]]:
        """What was said last, oldest first: text, what was to be said, verdict and evidence."""
        said: list[dict[str, Any]] = (await self._ask({"do": "transcript", "limit": limit}))["said"]
        return said

    async def stop(self) -> None:
        """Ask the room to say goodbye and end; returns at once."""
        await self._ask({"do": "stop"})

    async def events(self) -> AsyncGenerator[dict[str, Any], None]:
        """What happens in the room from now on, until it ends."""
        reader, writer = await self._open({"do": "events"})
        try:
            while line := await reader.readline():
                yield json.loads(line)
        except ConnectionError:
            return
        finally:
            writer.close()

    async def preview(self) -> AsyncGenerator[bytes, None]:
        """The room's FLV stream from the newest key frame on, until it ends."""
        reader, writer = await self._open({"do": "preview"})
        try:
            while chunk := await reader.read(64 * 1024):
                yield chunk
        except ConnectionError:
            return
        finally:
            writer.close()

    @contextlib.asynccontextmanager
    async def microphone(self, rate: int) -> AsyncGenerator[asyncio.StreamWriter, None]:
        """A person speaks: what is written to it, 16-bit little-endian mono at `rate` Hz, sounds in the room at once.
        The script waits meanwhile, and goes on when it is closed."""
        _, _, writer = await self._begin({"do": "voice", "rate": rate})
        try:
            yield writer
        finally:
            writer.close()

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        answer, _, writer = await self._begin(request)
        writer.close()
        return answer

    async def _open(self, request: dict[str, Any]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        _, reader, writer = await self._begin(request)
        return reader, writer

    async def _begin(
        self, request: dict[str, Any]
    ) -> tuple[dict[str, Any], asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(self._timeout_s):
                reader, writer = await asyncio.open_unix_connection(str(socket_path(self._path)), limit=_LINE)
                try:
                    await _send(writer, request)
                    line = await reader.readline()
                except BaseException:
                    writer.close()
                    raise
        except TimeoutError as error:
            raise RoomUnreachable(f"room {self._name} does not answer; restart it") from error
        except OSError as error:
            raise RoomUnreachable(f"room {self._name} is not running; start it first") from error
        answer: dict[str, Any] = json.loads(line) if line else {"ok": False, "error": "the room has just ended"}
        if not answer.get("ok"):
            writer.close()
            raise RoomError(str(answer.get("error", "the room refused")))
        return answer, reader, writer
