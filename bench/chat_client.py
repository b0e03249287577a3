"""Shoppers as cheap as they can be: raw sockets, just enough HTTP, and a count of what was lost or came twice.

Each does what `widget.js` does: opens a session, reads its numbered events from one connection (resumed with
`Last-Event-ID`), posts its messages on another, and posts a message again under the same `client_id` while the server
is away. The generator shares the machine with the server it measures, so there is no HTTP library in the way.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

PATIENCE_S = 30.0  # an answer that takes longer counts as late
NEVER_S = 60.0  # after that: a message that has none by then is lost
AGAIN_S = 0.4  # before the first further try, doubled up to
LONGEST_AGAIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Answered:
    """One message, in seconds of the loop's clock."""

    sent: float
    first: float  # its first sentence; its end when it had none
    whole: float


@dataclass(slots=True)
class Tally:
    """What all shoppers saw."""

    answered: list[Answered] = field(default_factory=list)
    sessions: int = 0
    resumed: int = 0  # streams opened again
    reposted: int = 0  # messages sent again after a broken connection
    late: int = 0  # messages answered after more than PATIENCE_S
    lost: int = 0  # messages that nobody answered
    doubled: int = 0  # messages stored twice, or answered twice
    gaps: int = 0  # events that never came
    repeats: int = 0  # events that came twice
    refused: Counter[int] = field(default_factory=Counter)  # by status
    audit: dict[str, list[str]] = field(default_factory=dict)  # conversation → client ids, for a look into the database


class Away(Exception):
    """The connection broke."""


class _Wire(asyncio.Protocol):
    """One connection: requests in turn, each answered with a body of known length; or one endless stream of events."""

    def __init__(self, on_event: Callable[[bytes], None] | None = None) -> None:
        self._on_event = on_event
        self._transport: asyncio.Transport | None = None
        self._data = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._streaming = False
        self._text = b""
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Away())
        if not self.closed.done():
            self.closed.set_result(None)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    async def request(self, head: bytes) -> tuple[int, bytes]:
        assert self._transport is not None
        if self.closed.done():
            raise Away
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(head)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._data += data
        if self._streaming:
            self._chunks()
            return
        end = self._data.find(b"\r\n\r\n")
        if end < 0 or self._answer is None or self._answer.done():
            return
        head = self._data[:end].lower()
        status = int(head[9:12])
        if status == 200 and self._on_event is not None:
            self._data = self._data[end + 4 :]
            self._streaming = True
            self._answer.set_result((status, b""))
            self._chunks()
            return
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._data) - end - 4 < length:
            return
        body, self._data = self._data[end + 4 : end + 4 + length], self._data[end + 4 + length :]
        self._answer.set_result((status, body))

    def _chunks(self) -> None:
        assert self._on_event is not None
        data, at = self._data, 0
        while (line := data.find(b"\r\n", at)) >= 0:
            size = int(data[at:line], 16)
            if len(data) < line + 4 + size:
                break
            self._text += data[line + 2 : line + 2 + size]
            at = line + 4 + size
        self._data = data[at:]
        *frames, self._text = self._text.split(b"\n\n")
        for frame in frames:
            mark = frame.find(b"data: ")
            if mark >= 0:
                self._on_event(frame[mark + 6 :])


@dataclass(slots=True)
class _Asked:
    """The message that waits for its answer."""

    client_id: str
    sent: float
    over: "asyncio.Future[None]"
    first: float = 0.0
    stored: int = 0  # how often it came back as an event
    answers: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """When a visitor asks next: every `every_s` seconds (an open loop, as far as one person can keep it: a late answer
    delays what follows), or having thought about the answer for `think_s` on average (a closed loop), or at once."""

    every_s: float = 0.0
    think_s: float = 0.0

    def after(self, due: float, sent: float) -> float:
        """The moment of the next question; `due`: when the last one was to be asked, `sent`: when it was."""
        now = time.monotonic()
        if self.think_s:
            return now + self.think_s * random.uniform(0.5, 1.5)
        due = max(due + self.every_s, sent)
        return due if self.every_s and due + self.every_s >= now else now  # nothing catches up


class Shopper:
    """One visitor, who asks the `questions` in turn."""

    def __init__(
        self, address: tuple[str, int], questions: Sequence[tuple[str, str]], tally: Tally, turns: int
    ) -> None:
        """`questions`: (language, text). `turns`: after so many messages the visitor comes as a new one."""
        self._address = address
        self._questions = questions
        self._tally = tally
        self._turns = turns
        self.asked = 0  # how many of the questions
        self._token = ""
        self._session = ""
        self._seq = 0
        self._asked: _Asked | None = None
        self._left_bot = False  # a person is wanted: this conversation's bot says nothing more
        self._wire: _Wire | None = None
        self._stream: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()

    async def live(self, start: float, pace: Pace, until: float) -> None:
        """Ask from the moment `start` to the moment `until` of the loop's clock."""
        await _sleep_until(start)
        try:
            while time.monotonic() < until:
                lang, text = self._questions[self.asked % len(self._questions)]
                if self.asked % self._turns == 0 or self._left_bot:
                    await self._open(lang)
                sent = time.monotonic()
                self.asked += 1
                await self._ask(text)
                start = pace.after(start, sent)
                await _sleep_until(start)
        finally:
            await self._leave()

    async def _open(self, lang: str) -> None:
        await self._leave()
        made = await self._post("/api/chat/sessions", {"lang": lang, "url": "https://shop.example/"}, (201,))
        self._token, self._session = made["token"], made["session"]
        self._tally.sessions += 1
        self._seq, self._left_bot = 0, False
        self._connected.clear()
        self._stream = asyncio.create_task(self._follow())
        async with asyncio.timeout(NEVER_S):  # the server may have been killed meanwhile
            await self._connected.wait()

    async def _leave(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            await asyncio.wait([self._stream])
            self._stream = None
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    async def _ask(self, text: str) -> None:
        client_id = f"{random.getrandbits(64):016x}"
        asked = _Asked(client_id, time.monotonic(), asyncio.get_running_loop().create_future())
        self._asked = asked
        self._tally.audit.setdefault(self._session, []).append(client_id)
        await self._post("/api/chat/messages", {"text": text, "client_id": client_id}, (202,))
        if not (await asyncio.wait([asked.over], timeout=PATIENCE_S))[0]:
            if not (await asyncio.wait([asked.over], timeout=NEVER_S))[0]:
                self._tally.lost += 1
                return
            self._tally.late += 1
        now = time.monotonic()
        self._tally.answered.append(Answered(asked.sent, asked.first or now, now))

    # the connections

    async def _post(self, path: str, body: dict[str, Any], good: tuple[int, ...]) -> dict[str, Any]:
        """Until it is taken: a broken connection or a full server is met with patience, as the widget does."""
        raw = json.dumps(body, ensure_ascii=False).encode()
        token = f"Authorization: Bearer {self._token}\r\n" if self._token and "sessions" not in path else ""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._address[0]}\r\n{token}Content-Type: application/json\r\n"
            f"Content-Length: {len(raw)}\r\n\r\n"
        ).encode() + raw
        pause_s = AGAIN_S
        while True:
            try:
                if self._wire is None or self._wire.closed.done():
                    self._wire = await _connect(self._address)
                status, answer = await self._wire.request(head)
                if status in good:
                    found: dict[str, Any] = json.loads(answer)
                    return found
                self._tally.refused[status] += 1
                if status not in (429, 503):
                    raise RuntimeError(f"{path}: {status} {answer[:200]!r}")
            except (Away, OSError):
                self._tally.reposted += 1
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))
            pause_s = min(LONGEST_AGAIN_S, pause_s * 2)

    async def _follow(self) -> None:
        pause_s = AGAIN_S
        while True:
            wire = None
            try:
                wire = await _connect(self._address, self._event)
                status, _ = await wire.request(
                    f"GET /api/chat/events?after={self._seq} HTTP/1.1\r\nHost: {self._address[0]}\r\n"
                    f"Authorization: Bearer {self._token}\r\nLast-Event-ID: {self._seq}\r\n"
                    "Accept: text/event-stream\r\n\r\n".encode()
                )
                if status == 200:
                    pause_s = AGAIN_S
                    self._connected.set()
                    await wire.closed
                else:
                    self._tally.refused[status] += 1
            except (Away, OSError):
                pass
            finally:
                if wire is not None:
                    wire.close()
            self._tally.resumed += 1
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))
            pause_s = min(LONGEST_AGAIN_S, pause_s * 2)

    # what comes in

    def _event(self, raw: bytes) -> None:
        event = json.loads(raw)
        seq = event.get("seq")
        if seq is None:
            return
        if seq != self._seq + 1:
            if seq <= self._seq:
                self._tally.repeats += 1
                return
            self._tally.gaps += seq - self._seq - 1
        self._seq = seq
        kind, asked = event["type"], self._asked
        if kind == "status":
            self._left_bot = event["state"] != "bot"
        if asked is None:
            return
        if kind == "sentence":
            asked.first = asked.first or time.monotonic()
        elif kind == "message" and event["role"] == "user":
            asked.stored += 1
            self._tally.doubled += asked.stored > 1 or event["client_id"] != asked.client_id
        elif kind == "message" and event["role"] == "bot":
            asked.answers += 1
            self._tally.doubled += asked.answers > 1
        elif kind == "done" and not asked.over.done():
            asked.over.set_result(None)


async def _connect(address: tuple[str, int], on_event: Callable[[bytes], None] | None = None) -> _Wire:
    _, wire = await asyncio.get_running_loop().create_connection(lambda: _Wire(on_event), *address)
    return wire


async def _sleep_until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.monotonic()))
