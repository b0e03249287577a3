"""`zhibo live`: a room in a process of its own, watched from a terminal and started again when it dies or hangs."""

import asyncio
import signal
from typing import Any

from rich.console import Console
from rich.markup import escape

from streaming.control import RoomError
from streaming.sinks.address import check, redact
from web.log import configure_logging
from web.rooms import NAME, Client, RoomPlan, Supervisor
from web.settings import Settings
from web.wiring import DEMO_ROOM, DEMO_SHOP, open_catalog, room_client, room_environment

LOOK_S = 1.0  # how often the room is asked what troubles it


def run_live(settings: Settings, plan: RoomPlan) -> None:
    """On air until Ctrl-C or the end of `plan.seconds`. Raises RoomError for a room that cannot go on air, OutputError
    for an address that cannot be used."""
    configure_logging("error" if settings.log_level == "info" else settings.log_level, settings.log_format)
    if not NAME.fullmatch(plan.room):
        raise RoomError(f"a room's name is letters, digits, - and _, at most 40; got {plan.room!r}")
    for output in plan.to:
        check(output)
    console = Console(stderr=True)
    _stock(settings, plan.room)
    outputs = "、".join(redact(output) for output in plan.to) or "（只有预览 preview only）"
    console.print(f"[bold]直播间 room {plan.room}[/] → {outputs} · Ctrl-C 停止 to stop", highlight=False)
    asyncio.run(_keep(settings, plan, console))


def _stock(settings: Settings, room: str) -> None:
    """The demo room brings its shop along; any other room without products has nothing to sell."""
    catalog = open_catalog(settings)
    try:
        if catalog.products():
            return
        if room != DEMO_ROOM:
            raise RoomError("the catalogue is empty; take products in first: zhibo ingest FILE")
        catalog.ingest(DEMO_SHOP)
    finally:
        catalog.close()


async def _keep(settings: Settings, plan: RoomPlan, console: Console) -> None:
    client = room_client(settings)
    if await _answers(client(plan.room)):
        raise RoomError(f"room {plan.room} is on air already; stop it where it was started, or choose another name")
    happened: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
    supervisor = Supervisor(
        settings.data / "rooms",
        client,
        outlive=False,
        environment=room_environment(settings),
        spare=settings.spare_room,
        alone=True,
        on_change=lambda room: happened.put_nowait(supervisor.view(room)),
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, happened.put_nowait, None)
    async with asyncio.TaskGroup() as tasks:
        await supervisor.run(tasks)
        supervisor.start(plan)
        try:
            trouble = await _watch(supervisor, plan.room, happened, console)
        finally:
            await supervisor.close(stop_rooms=True)
    if trouble:
        raise RoomError(trouble)


async def _answers(client: Client) -> bool:
    try:
        await client.status()
    except RoomError:
        return False
    return True


async def _watch(
    supervisor: Supervisor, room: str, happened: asyncio.Queue[dict[str, Any] | None], console: Console
) -> str:
    """Tell how the room fares until it is over, or None happens: somebody stops it. Returns why it could not go on air
    at all, else nothing."""
    been_on_air, message = False, ""
    while True:
        try:
            async with asyncio.timeout(LOOK_S):
                known = await happened.get()
        except TimeoutError:  # nothing new of its process; perhaps of an output
            said, message = message, str(supervisor.status(room).get("message", ""))
            if message and message != said:
                console.print(escape(message), style="yellow", highlight=False, soft_wrap=True)
            continue
        if known is None:
            console.print("正在告别 saying goodbye …", highlight=False)
            return ""
        match known["state"]:
            case "off":
                return ""
            case "failed" if not been_on_air:  # whatever is wrong with its settings will be so the next time
                return str(known["message"]).rpartition(" (restarting")[0]
            case "failed":
                console.print(
                    "中断 interrupted:", escape(known["message"]), style="red", highlight=False, soft_wrap=True
                )
            case "on_air":
                been_on_air = True
                console.print("直播中 on air", style="green", highlight=False)
