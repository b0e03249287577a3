"""Sends reminders while the server runs, and `zhibo proactive`."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from rich.console import Console
from rich.table import Table

from assistant.proactive.reminders import Due, Reminders
from web.log import configure_logging
from web.settings import Settings
from web.wiring import build_core, build_reminders

log = structlog.get_logger("reminders")

EVERY_S = 60.0


async def keep_informed(reminders: Reminders, stopping: asyncio.Event, every_s: float = EVERY_S) -> None:
    """For a process that sends none: what is on is looked up as often."""
    await _each(reminders.refresh, stopping, every_s)


async def keep_reminding(reminders: Reminders, stopping: asyncio.Event, every_s: float = EVERY_S) -> None:
    """A round a minute; one owner per site, as each looks at every shopper. Another one sends nothing twice."""
    await _each(reminders.round, stopping, every_s)


async def _each(work: Callable[[], Awaitable[object]], stopping: asyncio.Event, every_s: float) -> None:
    while not stopping.is_set():
        try:
            await work()
        except Exception as error:  # a database that is away for a moment must not end reminders for good
            log.exception("a round of reminders failed", error=type(error).__name__)
        try:
            async with asyncio.timeout(every_s):
                await stopping.wait()
        except TimeoutError:
            continue


def run_proactive(settings: Settings, *, dry_run: bool, as_json: bool) -> None:
    """One round now; with `dry_run` only what there is to tell, to whom, and why some of it waits."""
    from web.commands import print_json

    configure_logging("error")
    found = asyncio.run(_look(settings) if dry_run else _send(settings))
    if as_json:
        print_json(found)
    elif dry_run:
        _show(found)
    elif found.get("mode") == "off":
        Console().print(
            "提醒功能没有打开，请在控制台打开，或设置 proactive。"
            "Reminders are off; switch them on in the console, or set proactive."
        )
    else:
        Console().print(f"发出 {found['sent']} 条提醒。{found['sent']} reminders sent.")


async def _send(settings: Settings) -> dict[str, Any]:
    core = build_core(settings)
    try:
        reminders = build_reminders(core, settings, settings.proactive)
        sent = await reminders.round()
        return {"sent": sent} | ({"mode": "off"} if reminders.switches.mode == "off" else {})
    finally:
        await core.close()


async def _look(settings: Settings) -> dict[str, Any]:
    core = build_core(settings)
    try:
        reminders = build_reminders(core, settings, settings.proactive)
        await reminders.refresh()
        mode = reminders.switches.mode  # where it is off, what "on" would come to
        return {"mode": mode, "reminders": [_told(due) async for due in reminders.due()]}
    finally:
        await core.close()


def _told(due: Due) -> dict[str, str]:
    return {
        "to": due.shopper.who,
        "conversation": due.shopper.conversation_id,
        "kind": due.occasion.kind,
        "text": due.text,
        "held": due.held,
    }


def _show(found: dict[str, Any]) -> None:
    console = Console()
    if found["mode"] == "off":
        console.print(
            "[yellow]提醒没有打开，以下是打开后的情形。Reminders are off; this is what `on` would come to.[/]"
        )
    table = Table("给谁 To", "哪种 Kind", "内容 Text", "暂缓 Held", box=None, padding=(0, 2, 0, 0))
    for one in found["reminders"]:
        table.add_row(one["to"], one["kind"], one["text"], one["held"])
    if found["reminders"]:
        console.print(table)
    held = Counter(one["held"] for one in found["reminders"])
    console.print(f"现在会发出 {held['']} 条，共 {held.total()} 条。{held['']} of {held.total()} would be sent now.")
