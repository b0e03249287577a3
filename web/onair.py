"""A room in this process: `zhibo room`, as the supervisor of the rooms starts it."""

import asyncio
import os
import signal
import threading

import structlog

from knowledge.needs import save_readings
from streaming.control import RoomError
from streaming.room import Room
from web.garbage import keep_what_is_loaded
from web.log import configure_logging
from web.parent import wait_for_end
from web.rooms import NAME, RoomPlan
from web.settings import Settings
from web.wiring import Core, open_room, ready_core

log = structlog.get_logger("room")

HARD_STOP_S = 4.0  # whatever still hangs after a room was told to stop ends here


def run_spare(settings: Settings) -> None:
    """Load everything a room needs, then wait for a line with a room's name and become that room."""
    core = ready_core(settings)
    save_readings()  # nobody waits for a spare: the next room of this shop starts sooner
    line = b""
    while not line.endswith(b"\n"):
        if not (read := os.read(0, 1)):
            return  # whoever kept us in reserve is gone
        line += read
    name, *arguments = line.decode().split()
    log_path = settings.data / "rooms" / name / "room.log"
    output = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.close(output)
    run_planned(settings, name, with_parent="--with-parent" in arguments, core=core)


def run_planned(settings: Settings, name: str, *, with_parent: bool, core: Core | None = None) -> None:
    """The room that the web server wrote a plan for; `with_parent`: ends when standard input does."""
    configure_logging(settings.log_level, settings.log_format)
    plan = RoomPlan.load(settings.data / "rooms" / name) if NAME.fullmatch(name) else None
    if plan is None:
        raise RoomError(f"there is no plan for room {name}; start it from the console")
    asyncio.run(_run(settings, plan, with_parent=with_parent, core=core))


async def _run(settings: Settings, plan: RoomPlan, *, with_parent: bool = False, core: Core | None = None) -> None:
    async with open_room(settings, plan, core) as room:
        loop = asyncio.get_running_loop()
        stop = _Stop(room)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        if with_parent:
            threading.Thread(target=wait_for_end, args=(loop, stop), name="parent", daemon=True).start()
        keep_what_is_loaded()
        await room.run()
        stop.disarm()


class _Stop:
    """The first time politely; a room that hangs on a dead server then has a few seconds before it is ended."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._timer: threading.Timer | None = None

    def __call__(self) -> None:
        self._room.stop()
        if self._timer is None:
            self._timer = threading.Timer(HARD_STOP_S, os._exit, (1,))
            self._timer.daemon = True
            self._timer.start()

    def disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
