"""Starts, watches and restarts the processes that the live rooms are."""

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol

import structlog

from knowledge.model import Lang
from streaming.comments import CommentKind
from streaming.sinks.address import OutputError, check, redact
from web.errors import Refusal

log = structlog.get_logger("rooms")

ROOM_COMMAND = (sys.executable, "-m", "web.cli", "room")
NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
HEALTHY_S = 10.0  # a room that was on air this long starts over at once
OFTEN, OFTEN_S = 4, 300.0  # unless it stopped so often within this time
SPARE_AGAIN_S = 60.0  # after a spare process died by itself
SILENT_S = 15.0  # a room that was on air and answers nothing for so long hangs: it is killed and started again
GOODBYE_S = 3.0  # to end the stream properly, before it is told harder
LOG_LIMIT = 5 * 1024 * 1024

RoomState = Literal["off", "starting", "on_air", "failed"]


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """What a room was asked to do. `to` may hold stream keys: the file with the plan is its owner's alone."""

    room: str
    to: tuple[str, ...] = ()
    lang: Lang = "zh"
    portrait: bool = False
    look: str = ""
    voice: str = ""
    seconds: float | None = None
    products: tuple[str, ...] = ()  # ids in the order they go on air; empty: the whole catalogue
    wanted: bool = True
    persona: str = ""  # how the host speaks; empty: the first one
    comments: tuple[str, ...] = ()  # where comments come from besides the API: "twitch:CHANNEL"
    record: bool = True  # unless the settings say that no room records
    music: str = ""  # a file, a folder, a tune, `own:ID` or `off`; empty: the configured one
    music_lufs: float | None = None  # None: as configured
    template: str = ""  # how the picture looks; empty: the configured one

    def save(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = folder / f".plan.{os.getpid()}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(self), file, ensure_ascii=False)
        fresh.replace(folder / "plan.json")

    @classmethod
    def load(cls, folder: Path) -> "RoomPlan | None":
        try:
            stored = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
            tuples = {name: tuple(stored.get(name, ())) for name in ("to", "products", "comments")}
            return cls(**{**stored, **tuples})
        except (OSError, ValueError, TypeError, KeyError):
            return None


class Client(Protocol):
    """A running room, as `streaming.control.RoomClient` reaches it; RoomError when it does not answer or refuses."""

    async def status(self) -> dict[str, Any]: ...
    async def comment(
        self, author: str, text: str, source: str = "api", kind: CommentKind = "text", key: str = ""
    ) -> dict[str, Any]: ...
    async def clicked(self, product_id: str) -> None: ...
    async def insert(self, text: str, urgent: bool = False) -> dict[str, Any]: ...
    async def direct(self, what: str, **given: Any) -> dict[str, Any]: ...
    async def stop(self) -> None: ...
    def microphone(self, rate: int) -> contextlib.AbstractAsyncContextManager[asyncio.StreamWriter]: ...
    def events(self) -> AsyncGenerator[dict[str, Any], None]: ...
    def preview(self) -> AsyncGenerator[bytes, None]: ...


@dataclass
class _Room:
    plan: RoomPlan
    folder: Path
    state: RoomState = "off"
    message: str = ""
    restarts: int = 0
    status: dict[str, Any] = field(default_factory=dict)  # what the room told last while on air
    ends: float | None = None  # when the time on air that was asked for is over
    stopped: deque[float] = field(default_factory=lambda: deque(maxlen=OFTEN))  # when it stopped of itself
    on_air_since: float | None = None
    heard_at: float = 0.0  # when it last answered
    process: asyncio.subprocess.Process | None = None
    task: asyncio.Task[None] | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


class Supervisor:
    """One task per room that should be on air. `outlive`: rooms stay on air when the supervisor closes.

    `spare`: while a room is on air, a process that has loaded everything waits to become the next one, so that a room
    that dies is back within a second or two.

    `alone`: other rooms are left alone, and nobody who comes later takes this one up.
    """

    def __init__(
        self,
        folder: Path,
        client: Callable[[str], Client],
        *,
        outlive: bool,
        on_change: Callable[[str], None] = lambda room: None,
        command: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
        spare: bool = False,
        alone: bool = False,
    ) -> None:
        self._alone = alone
        self._spares = _Spare(command or ROOM_COMMAND, environment) if spare else None
        self._folder = folder
        self._client = client
        self.outlive = outlive
        self._on_change = on_change
        self._command = command or ROOM_COMMAND
        self._environment = environment
        self._rooms: dict[str, _Room] = {}
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self, tasks: asyncio.TaskGroup) -> None:
        """Take charge: rooms that should be on air are found again or started."""
        self._tasks = tasks
        if self._alone:
            return
        for path in sorted(self._folder.glob("*/plan.json")):
            plan = RoomPlan.load(path.parent)
            if plan is None:
                log.warning("this room's plan cannot be read; start the room again", room=path.parent.name)
            elif plan.wanted:
                self._begin(plan)
            else:
                self._rooms[plan.room] = _Room(plan, path.parent)

    def names(self) -> list[str]:
        return sorted(self._rooms)

    def known(self, room: str) -> bool:
        return room in self._rooms

    def view(self, room: str) -> dict[str, Any]:
        """What is known here without asking the room."""
        found = self._rooms.get(room)
        if found is None:
            raise no_room(room)
        plan = found.plan
        return {
            "room": room,
            "state": found.state,
            "message": found.message,
            "restarts": found.restarts,
            "to": [redact(url) for url in plan.to],
            "lang": plan.lang,
            "portrait": plan.portrait,
        }

    def status(self, room: str) -> dict[str, Any]:
        """What the room told about itself a few seconds ago; empty when it is not on air."""
        found = self._rooms.get(room)
        return found.status if found is not None and found.state == "on_air" else {}

    def start(self, plan: RoomPlan) -> None:
        """Put a room on air; raises a Refusal when it already is, or when its name cannot be used."""
        if not NAME.fullmatch(plan.room):
            raise Refusal(
                "invalid",
                "直播间名只能用字母、数字、- 和 _，最多 40 个字符。",
                "A room's name is letters, digits, - and _, 40 characters at most.",
            )
        for output in plan.to:
            try:
                check(output)
            except OutputError as error:
                raise Refusal("invalid", f"推流地址有误：{error}", str(error)) from None
        if not self.is_idle(plan.room):
            raise Refusal("taken", f"直播间 {plan.room} 已在运行。", f"Room {plan.room} is already running.")
        plan = replace(plan, wanted=not self._alone)
        plan.save(self._folder / plan.room)
        self._begin(plan)

    def is_idle(self, room: str) -> bool:
        found = self._rooms.get(room)
        return found is None or found.task is None or found.task.done()

    async def stop(self, room: str) -> None:
        found = self._rooms.get(room)
        if found is None:
            raise no_room(room)
        found.plan = replace(found.plan, wanted=False)
        found.plan.save(found.folder)
        found.stopping.set()
        if found.task:
            await asyncio.wait([found.task])

    async def close(self, *, stop_rooms: bool) -> None:
        """Stop watching; with `stop_rooms` every room says goodbye first, all at the same time."""
        rooms = [room for room in self._rooms.values() if room.task and not room.task.done()]
        for room in rooms:
            if stop_rooms:
                room.stopping.set()
            elif room.task:
                room.task.cancel()
        if rooms:
            await asyncio.wait([room.task for room in rooms if room.task])
        if self._spares is not None:
            await self._spares.close()

    def _begin(self, plan: RoomPlan) -> None:
        assert self._tasks is not None, "run() comes first"
        room = _Room(plan, self._folder / plan.room)
        self._rooms[plan.room] = room
        self._set(room, "starting", "")
        room.task = self._tasks.create_task(self._keep(room), name=f"room {plan.room}")

    def _set(self, room: _Room, state: RoomState, message: str) -> None:
        if (room.state, room.message) != (state, message):
            room.state, room.message = state, message
            self._on_change(room.plan.room)

    async def _keep(self, room: _Room) -> None:
        """Until the room is told to stop or is done: start it, watch it, start it again when it dies."""
        wait_s = 0.0
        if await self._answers(room):
            log.info("found the room on air", room=room.plan.room)
            await self._adopted(room)
        while not room.stopping.is_set():
            status = await self._once(room)
            if room.stopping.is_set():
                break
            if status == 0:  # it said goodbye of its own accord: --seconds are over
                room.plan = replace(room.plan, wanted=False)
                room.plan.save(room.folder)
                break
            room.restarts += 1
            now = time.monotonic()
            room.stopped.append(now)
            healthy = room.on_air_since is not None and now - room.on_air_since > HEALTHY_S
            often = len(room.stopped) == OFTEN and now - room.stopped[0] < OFTEN_S
            wait_s = 0.0 if healthy and not often else min(max(wait_s * 2, FIRST_WAIT_S), LONGEST_WAIT_S)
            self._set(room, "failed", self._why(room, wait_s, often=often))
            log.warning("the room stopped; it is started again", room=room.plan.room, status=status, in_s=wait_s)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await room.stopping.wait()
        self._set(room, "off", "")

    def _why(self, room: _Room, wait_s: float, *, often: bool) -> str:
        when = f"restarting in {wait_s:.0f} s" if wait_s else "restarting"
        advice = f" It stops again and again: stop it, put right what {room.folder / 'room.log'} says, start it anew."
        return f"{self._last_words(room)} ({when})" + (advice if often else "")

    async def _once(self, room: _Room) -> int:
        self._set(room, "starting", room.message)
        process = await self._spawn(room)
        room.process = process
        room.on_air_since = None
        exited = asyncio.ensure_future(process.wait())
        stop = asyncio.ensure_future(room.stopping.wait())
        try:
            while not exited.done() and not stop.done():
                pause_s = 0.3 if room.state == "starting" else 3.0
                await asyncio.wait([exited, stop], timeout=pause_s, return_when=asyncio.FIRST_COMPLETED)
                if not exited.done() and not stop.done():
                    if await self._answers(room):
                        self._heard(room)
                        if self._spares is not None:
                            await self._spares.provide()
                    else:
                        self._unheard(room, process)
            if not exited.done():
                await self._end(room, process)
            return await exited
        except asyncio.CancelledError:
            if not self.outlive:
                _signal(process.pid, signal.SIGKILL)
            raise
        finally:
            stop.cancel()
            exited.cancel()
            room.process = None

    def _heard(self, room: _Room) -> None:
        room.heard_at = time.monotonic()
        if room.on_air_since is None:
            room.on_air_since = room.heard_at
            if room.plan.seconds is not None and room.ends is None:
                room.ends = room.heard_at + room.plan.seconds
        self._set(room, "on_air", "")

    def _unheard(self, room: _Room, process: asyncio.subprocess.Process) -> None:
        """A room that was on air and hangs: its picture may stand, but nobody talks."""
        if room.on_air_since is not None and time.monotonic() - room.heard_at > SILENT_S:
            log.error("the room does not answer; it is killed and started again", room=room.plan.room)
            _signal(process.pid, signal.SIGKILL)

    async def _spawn(self, room: _Room) -> asyncio.subprocess.Process:
        if room.ends is not None:  # not the whole time once more
            replace(room.plan, seconds=max(1.0, room.ends - time.monotonic())).save(room.folder)
        path = room.folder / "room.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        # A room that must not outlive us holds the other end of a pipe: it ends when we do, however we end.
        arguments = () if self.outlive else ("--with-parent",)
        if self._spares is not None and (ready := await self._spares.take(room.plan.room, *arguments)) is not None:
            return ready
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
            return await asyncio.create_subprocess_exec(
                *self._command,
                room.plan.room,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL if self.outlive else asyncio.subprocess.PIPE,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us; we tell the room
                env={**os.environ, **(self._environment or {})},
            )

    async def _end(self, room: _Room, process: asyncio.subprocess.Process) -> None:
        """Ask, then tell, then kill with everything it started; a few seconds in all."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1.0):
                await self._client(room.plan.room).stop()
        for urgency, patience_s in ((signal.SIGTERM, GOODBYE_S), (signal.SIGKILL, 1.0)):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience_s if urgency == signal.SIGKILL else 0.7):
                    await process.wait()
                    return
            _signal(process.pid, urgency)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience_s):
                    await process.wait()
                    return

    async def _adopted(self, room: _Room) -> None:
        """Watch a room that an earlier server started, until it no longer answers or is to stop."""
        self._set(room, "on_air", "")
        while not room.stopping.is_set() and await self._answers(room):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2.0):
                    await room.stopping.wait()
        if room.stopping.is_set():
            with contextlib.suppress(Exception):
                async with asyncio.timeout(GOODBYE_S):
                    await self._client(room.plan.room).stop()
                    await self._silence(room)

    async def _silence(self, room: _Room) -> None:
        """Return when the room no longer answers; somebody else's child can only be asked."""
        while await self._answers(room):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    await asyncio.Event().wait()

    async def _answers(self, room: _Room) -> bool:
        try:
            async with asyncio.timeout(2.0):
                room.status = await self._client(room.plan.room).status()
        except Exception:  # noqa: BLE001 - whatever is wrong, it does not answer
            room.status = {}
            return False
        return True

    def _last_words(self, room: _Room) -> str:
        try:
            lines = (room.folder / "room.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        except OSError:
            lines = []
        return lines[-1][:300] if lines else "The room stopped without a word"


class _Spare:
    """A room's process that has loaded everything but knows no room yet; it reads the name from its standard input."""

    def __init__(self, command: tuple[str, ...], environment: Mapping[str, str] | None) -> None:
        self._command, self._environment = command, environment
        self._process: asyncio.subprocess.Process | None = None
        self._made_at = float("-inf")

    async def provide(self) -> None:
        """Have one, unless there is one."""
        if self._process is not None and self._process.returncode is None:
            return
        if self._process is not None and time.monotonic() - self._made_at < SPARE_AGAIN_S:
            return
        self._made_at = time.monotonic()
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            "--spare",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, **(self._environment or {})},
        )

    async def take(self, room: str, *arguments: str) -> asyncio.subprocess.Process | None:
        """The spare, which becomes that room now; None when there is none."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return None
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.write(" ".join((room, *arguments)).encode() + b"\n")
            await process.stdin.drain()
        if "--with-parent" not in arguments:
            process.stdin.close()
        return process

    async def close(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            _signal(process.pid, signal.SIGKILL)
            await process.wait()


def _signal(pid: int, what: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, what)


def no_room(room: str) -> Refusal:
    return Refusal("not_found", f"没有叫 {room[:40]} 的直播间。", f"There is no room called {room[:40]}.")
