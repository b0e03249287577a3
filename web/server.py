"""Running the web server until it is told to stop, and stopping fast."""

import asyncio
import gc
import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
import uvicorn
from fastapi import FastAPI
from rich.console import Console
from rich.table import Table
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from knowledge.ingest.report import IngestError
from knowledge.needs import save_readings
from knowledge.sieve import compile_sieves
from web.app import build_app
from web.auth import LINK_LIFE_S
from web.garbage import keep_what_is_loaded
from web.listening import listen
from web.log import configure_logging
from web.parent import wait_for_end
from web.rooms import RoomPlan
from web.services import Services
from web.settings import Settings
from web.team import Seat, Team, handing
from web.wiring import DEMO_ROOM, DEMO_SHOP, build_services

__all__ = ["Server", "listen", "load_demo_shop", "run_demo", "run_server", "run_worker"]

PORTS_TRIED = 20


class Server(uvicorn.Server):
    """Ends endless streams as soon as a signal comes, where uvicorn would wait for them, and tells when it listens."""

    def __init__(
        self,
        app: FastAPI,
        listener: socket.socket,
        settings: Settings,
        ready: Callable[[], None],
        team: Team | None = None,
    ) -> None:
        self._app = app
        self._listener = listener
        self._ready = ready
        self._team = team
        super().__init__(
            uvicorn.Config(
                app,
                http=handing(AutoHTTPProtocol, team) if team else "auto",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=True,
                forwarded_allow_ips=list(settings.trusted_proxies),
                timeout_graceful_shutdown=2,
                ws_ping_interval=20,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            if self._team is not None:
                self._team.take_over(self._protocol)
            self._ready()
            loop = asyncio.get_running_loop()
            loop.call_later(_CALM_S, loop.run_in_executor, None, _settle)

    def _protocol(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made

    def ask_to_stop(self) -> None:
        """From any thread."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.running.stopping.set()
        if self._team is not None:
            self._team.end()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: Any) -> None:
        running = getattr(self._app.state, "running", None)
        # Ctrl-C ends what was started; a service manager's SIGTERM is often a restart, and rooms stay on air.
        if sig == signal.SIGTERM and running is not None and running.services.supervisor.outlive:
            self._app.state.stop_rooms = False
        super().handle_exit(sig, frame)
        self._captured_signals.clear()  # we end normally: no KeyboardInterrupt after a clean stop

    def serve_here(self) -> None:
        self.run(sockets=[self._listener])


_CALM_S = 20.0  # after a start: those who waited for it are answered by then


def _settle() -> None:
    compile_sieves()
    save_readings()


def _look_for_garbage_rarely() -> None:
    keep_what_is_loaded()
    gc.set_threshold(50_000, 20, 50)


def run_server(settings: Settings) -> None:
    configure_logging(settings.log_level, settings.log_format)
    listener = listen(settings.host, settings.port)
    services = build_services(settings)
    app = build_app(services)
    link = services.auth.setup_link()
    base = base_url(settings, listener)
    _look_for_garbage_rarely()
    Server(app, listener, settings, lambda: show_addresses(services, base, link)).serve_here()


def run_worker(settings: Settings, seat: Seat) -> None:
    """One of several processes that serve together; ends with its parent."""
    configure_logging(settings.log_level, settings.log_format)
    team = Team(seat)
    services = build_services(settings, team=team)
    listener = socket.socket(fileno=seat.listener)
    app = build_app(services)

    def ready() -> None:
        os.write(seat.ready, b".")
        if team.first:
            link = services.auth.setup_link()
            show_addresses(services, base_url(settings, listener), link)
        watcher = (asyncio.get_running_loop(), lambda: server.handle_exit(signal.SIGTERM, None))
        threading.Thread(target=wait_for_end, args=watcher, name="parent", daemon=True).start()

    _look_for_garbage_rarely()
    server = Server(app, listener, settings, ready, team)
    server.serve_here()


def run_demo(settings: Settings, *, port_given: bool, with_room: bool) -> None:
    """The demo shop: loaded if it is not there yet, served, one room on air; everything ends with it."""
    configure_logging("warning" if settings.log_level == "info" else settings.log_level, settings.log_format)
    listener = listen(settings.host, settings.port, tries=1 if port_given else PORTS_TRIED)
    services = build_services(settings, demo=True)
    load_demo_shop(services)
    app = build_app(services)
    link = services.auth.new_link(services.auth.accounts.owner().name)
    base = base_url(settings, listener)

    def ready() -> None:
        if with_room and services.supervisor.is_idle(DEMO_ROOM):
            services.supervisor.start(RoomPlan(DEMO_ROOM, record=False))  # a gigabyte an hour, for a look
        show_addresses(services, base, link, room=DEMO_ROOM if with_room else "")

    Server(app, listener, settings, ready).serve_here()
    Console().print("\n已停止。Stopped.")


def load_demo_shop(services: Services, folder: Path = DEMO_SHOP) -> None:
    report = services.catalog.ingest(folder)
    for row, reason in report.refused:
        typer.secho(f"{row}: {reason}", fg="yellow", err=True)
    if not services.catalog.products():
        raise IngestError(f"演示店铺是空的。The demo shop in {folder} is empty; install Zhibo again.")


def base_url(settings: Settings, listener: socket.socket) -> str:
    if settings.public_url:
        return settings.public_url
    host, port = listener.getsockname()[:2]
    return f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"


def show_addresses(services: Services, base: str, link: str, *, room: str = "") -> None:
    catalog = services.catalog
    console = Console()
    name = catalog.shop.name
    console.print(f"\n[bold]智播 Zhibo[/] · {name.zh} {name.en} · {len(catalog.products())} 件商品 products\n")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_row("店铺 Shop", f"{base}/")
    if room:
        table.add_row("直播 Live", f"{base}/live/{room}")
    table.add_row("客服台 Inbox", f"{base}/inbox")
    table.add_row("控制台 Console", f"{base}/console/")
    if link:
        table.add_row("[bold]登录 Sign in[/]", f"[bold]{base}/signin#{link}[/]")
        table.add_row("", f"[dim]一次有效，{LINK_LIFE_S // 3600} 小时内使用；再要一个：zhibo link · works once[/]")
    table.add_row("数据 Data", str(services.settings.data))
    console.print(table, soft_wrap=True)
    console.print("\n[dim]按 Ctrl-C 停止。Press Ctrl-C to stop.[/]\n")
