"""Several worker processes on one port: whose turn a request is, and how they hear of each other.

A conversation belongs to one worker, told by its id: there its messages are answered in their order, its page is sent
what happens, and its limits are counted. A new one becomes the worker's that has the fewest answers under way. The
first worker has what must be there once: rooms, console, inbox, staff. Any worker may accept a connection; between two
requests it is handed on, as it is, to the worker that the next one belongs to.

Workers share socket pairs that their parent made and keeps open: what is sent to a worker that has just died waits
there for the one that takes its place.
"""

import asyncio
import json
import mmap
import os
import re
import socket
import uuid
import zlib
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import structlog

from knowledge.quick_json import dumps

log = structlog.get_logger("workers")

LARGEST = 120_000  # bytes of a request or of events that are passed on in one piece
LONGEST_HEAD = 64 * 1024
HAND_OVER_S = 10.0  # a worker that is away this long will not come back for this connection
PRESENT_S = 1.0  # how late the others may know that staff came or went
_REQUEST = re.compile(rb"[A-Z]{3,10} (/[^ ?\r\n]*)[^\r\n]* HTTP/1\.[01]\r\n")
_BEGINS = re.compile(rb"[A-Z]{3,10} /")
_TOKEN = re.compile(rb"\r\nauthorization: *bearer +([\w-]+)\.", re.I)
_ANYWHERE = re.compile(rb"/(?:$|widget\.js|favicon|static/|media/|product/|api/(?:products|shop)\b|v1/)")


class Loads:
    """How many answers each worker has under way: memory that they share, in which each writes its own number only."""

    def __init__(self, workers: int) -> None:
        """To be made by the parent, before it forks."""
        self._counts = memoryview(mmap.mmap(-1, 4 * workers)).cast("I")

    def __getitem__(self, number: int) -> int:
        return self._counts[number]

    def __setitem__(self, number: int, count: int) -> None:
        self._counts[number] = count


@dataclass(frozen=True, slots=True)
class Seat:
    """A worker's number, and the file descriptors that its parent gave it."""

    number: int
    of: int
    listener: int
    ready: int  # a pipe: written to once it serves
    bus: int  # what others tell comes in here
    door: int  # connections that others hand over come in here
    buses: tuple[int, ...]  # to tell each worker something
    doors: tuple[int, ...]
    loads: Loads


class Ears(Protocol):
    """What hears of other workers: `assistant.conversation.Conversations`."""

    def hear(self, conversation_id: str, events: Sequence[Mapping[str, Any]]) -> None: ...


class Team:
    """This worker's place among the others."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self._bus = _socket(seat.bus)
        self._door = _socket(seat.door)
        self._buses = [_socket(fd) for fd in seat.buses]
        self._doors = [_socket(fd) for fd in seat.doors]
        self._listeners: set[int] = set()  # workers with an inbox open
        self._listening = False
        self._present: list[str] = []
        self._ears: Ears | None = None
        self._stop: Callable[[str], object] = lambda conversation_id: None
        self._turn = seat.number
        self.has(0)  # whatever the one before us died with

    @property
    def number(self) -> int:
        return self.seat.number

    @property
    def first(self) -> bool:
        return self.seat.number == 0

    def owner(self, conversation_id: str) -> int:
        return zlib.crc32(conversation_id.encode()) % self.seat.of

    def owns(self, conversation_id: str) -> bool:
        return self.owner(conversation_id) == self.number

    def has(self, answers: int) -> None:
        """Say how many answers are under way here."""
        self.seat.loads[self.number] = answers

    def name(self) -> str:
        """An id for a new conversation, which makes it the least busy worker's; of equals, each has its turn."""
        self._turn += 1
        turns = ((self._turn + each) % self.seat.of for each in range(self.seat.of))
        chosen = min(turns, key=self.seat.loads.__getitem__)
        while self.owner(made := uuid.uuid4().hex) != chosen:
            pass
        return made

    def owner_of_request(self, head: bytes) -> int | None:
        """Whose request begins so; None: whoever has it."""
        request = _REQUEST.match(head)
        if request is None:
            return None
        path = request[1]
        if path.startswith(b"/api/chat/"):
            token = _TOKEN.search(head)
            conversation = _conversation(token[1]) if token else ""
            return self.owner(conversation) if conversation else None
        return None if _ANYWHERE.match(path) else 0

    # What happens in conversations

    def begin(self, ears: Ears, stop: Callable[[str], object]) -> None:
        """Hear of the others from now on. `stop`: ends the answer that is being written to a conversation."""
        self._ears, self._stop = ears, stop
        asyncio.get_running_loop().add_reader(self._bus.fileno(), self._hear)
        self._send(range(self.seat.of), {"hello": self.number})

    def end(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._bus.fileno())
        loop.remove_reader(self._door.fileno())

    def close(self) -> None:
        for one in (self._bus, self._door, *self._buses, *self._doors):
            one.close()

    def tell(self, conversation_id: str, events: Sequence[Mapping[str, Any]]) -> None:
        """Pass on what happened, to the worker whose conversation it is and to those with an inbox open."""
        to = (self._listeners | {self.owner(conversation_id)}) - {self.number}
        if to:
            self._send(to, {"conversation": conversation_id, "events": list(events)})

    def listen(self, wanted: bool) -> None:
        """Whether somebody here wants to hear of all conversations."""
        if wanted != self._listening:
            self._listening = wanted
            self._send(range(self.seat.of), {"listening": wanted, "number": self.number})

    def stop(self, conversation_id: str) -> None:
        """End the answer that another worker is writing."""
        if not self.owns(conversation_id):
            self._send([self.owner(conversation_id)], {"stop": conversation_id})

    def present(self) -> Sequence[str]:
        """Which members of staff have the inbox open, as the first worker said last."""
        return self._present

    async def tell_present(self, present: Callable[[], list[str]], stopping: asyncio.Event) -> None:
        """The first worker's part: who is there, said whenever that has changed."""
        while not stopping.is_set():
            if (now := present()) != self._present:
                self._present = now
                self._send(range(self.seat.of), {"present": now})
            with suppress(TimeoutError):
                async with asyncio.timeout(PRESENT_S):
                    await stopping.wait()

    def _send(self, to: Sequence[int] | set[int] | range, what: Mapping[str, Any]) -> None:
        message = dumps(what).encode()
        if len(message) > LARGEST:
            message = json.dumps({**what, "events": []}).encode()  # enough to go and read them
        for number in to:
            if number != self.number:
                # A worker that is too busy to listen finds what is stored in the database a second later.
                with suppress(BlockingIOError, OSError):
                    self._buses[number].send(message)

    def _hear(self) -> None:
        for _ in range(100):  # then others have their turn
            try:
                what = json.loads(self._bus.recv(LARGEST * 2))
            except (BlockingIOError, InterruptedError):
                return
            if "conversation" in what:
                assert self._ears is not None
                self._ears.hear(what["conversation"], what["events"])
            elif "stop" in what:
                self._stop(what["stop"])
            elif "present" in what:
                self._present = what["present"]
            elif "hello" in what:
                self._listeners.discard(what["hello"])
                self._send([what["hello"]], {"listening": self._listening, "number": self.number})
                if self.first:
                    self._send([what["hello"]], {"present": self._present})
            elif what["listening"]:
                self._listeners.add(what["number"])
            else:
                self._listeners.discard(what["number"])

    # Connections

    def take_over(self, protocol: Callable[[], Any]) -> None:
        """Serve the connections that others hand over."""
        asyncio.get_running_loop().add_reader(self._door.fileno(), self._welcome, protocol)

    def _welcome(self, protocol: Callable[[], Any]) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(20):
            try:
                data, fds, _, _ = socket.recv_fds(self._door, LARGEST * 2, 1)
            except (BlockingIOError, InterruptedError):
                return
            if fds:
                task = loop.create_task(_continue(protocol, socket.socket(fileno=fds[0]), data))
                _TASKS.add(task)
                task.add_done_callback(_TASKS.discard)

    def hand(self, number: int, data: bytes, connection: int) -> bool:
        """Give another worker the connection with this descriptor, and what was read of its next request; false when
        it cannot take it now."""
        try:
            socket.send_fds(self._doors[number], [data], [connection])
        except OSError:
            return False
        return True


_TASKS: set[asyncio.Task[None]] = set()


async def _continue(protocol: Callable[[], Any], connection: socket.socket, data: bytes) -> None:
    connection.setblocking(False)
    made = protocol()
    made.handed = data
    with suppress(OSError):  # the visitor has gone meanwhile
        await asyncio.get_running_loop().connect_accepted_socket(lambda: made, connection)


def _socket(fd: int) -> socket.socket:
    made = socket.socket(fileno=fd)
    made.setblocking(False)
    return made


@lru_cache(maxsize=20_000)
def _conversation(payload: bytes) -> str:
    """The conversation that a token is for. The token is not checked here: it only tells where that is done."""
    try:
        return str(json.loads(urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))["c"])
    except (ValueError, KeyError, TypeError):
        return ""


def handing(base: type[Any], team: Team) -> type[Any]:
    """Uvicorn's HTTP protocol, with a look at each request before it: is it ours?"""

    class Handing(base):  # type: ignore[misc]
        handed = b""  # what another worker has read of the first request
        _unread = b""

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            if self.handed:  # before anything that is still to be read
                self.data_received(self.handed)

        def data_received(self, data: bytes) -> None:
            if self._unread or self.cycle is None or self.cycle.response_complete:
                data, self._unread = self._unread + data, b""
                end = data.find(b"\r\n\r\n")
                if end < 0 and len(data) < LONGEST_HEAD and _BEGINS.match(data):
                    self._unread = data
                    return
                owner = team.owner_of_request(data[: end + 2])
                if owner is not None and owner != team.number and len(data) <= LARGEST:
                    self._unset_keepalive_if_required()
                    self.transport.pause_reading()
                    self._hand(owner, data, self.loop.time() + HAND_OVER_S)
                    return
            super().data_received(data)

        def _hand(self, owner: int, data: bytes, until: float) -> None:
            if self.transport.is_closing():
                return
            connection = os.dup(self.transport.get_extra_info("socket").fileno())
            try:
                handed = team.hand(owner, data, connection)
            finally:
                os.close(connection)
            if handed:
                self.transport.close()
            elif self.loop.time() < until:
                self.loop.call_later(0.02, self._hand, owner, data, until)
            else:
                log.warning("a worker is not there; its request is served here", worker=owner)
                self.transport.resume_reading()
                super().data_received(data)

    return Handing
