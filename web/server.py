"""Running the web server until it is told to stop, and stopping fast."""

import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
import uvicorn
from fastapi import FastAPI
from rich.console import Console
from rich.table import Table

from knowledge.ingest.report import IngestError
from web.app import build_app
from web.auth import LINK_LIFE_S
from web.log import configure_logging
from web.rooms import RoomPlan
from web.services import Services
from web.settings import Settings
from web.trouble import PortTaken
from web.wiring import DEMO_ROOM, DEMO_SHOP, build_services

PORTS_TRIED = 20


class Server(uvicorn.Server):
    """Ends endless streams as soon as a signal comes, where uvicorn would wait for them, and tells when it listens."""

    def __init__(self, app: FastAPI, listener: socket.socket, settings: Settings, ready: Callable[[], None]) -> None:
        self._app = app
        self._listener = listener
        self._ready = ready
        super().__init__(
            uvicorn.Config(
                app,
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
            self._ready()

    def ask_to_stop(self) -> None:
        """From any thread."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.running.stopping.set()
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


def listen(host: str, port: int, *, tries: int = 1) -> socket.socket:
    """A listening socket on `port`, or on the first free one after it; raises PortTaken."""
    for number in range(port, min(port + tries, 65_536)):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number))
            listener.listen(2048)
            return listener
        except OSError as error:
            listener.close()
            if tries == 1:
                reason = error.strerror or str(error)
                raise PortTaken(
                    f"{host}:{number} 已被占用或不可用（{reason}），请换一个端口，例如 --port {number + 1}。\n"
                    f"Cannot listen on {host}:{number} ({reason}); choose another port, e.g. --port {number + 1}."
                ) from error
    raise PortTaken(
        f"{host} 的 {port}–{port + tries - 1} 端口都被占用，请用 --port 指定。\n"
        f"Ports {port} to {port + tries - 1} of {host} are all taken; choose one with --port."
    )


def run_server(settings: Settings) -> None:
    configure_logging(settings.log_level, settings.log_format)
    listener = listen(settings.host, settings.port)
    services = build_services(settings)
    app = build_app(services)
    link = "" if services.auth.has_signed_in() else services.auth.new_link("店主")
    base = base_url(settings, listener)
    Server(app, listener, settings, lambda: show_addresses(services, base, link)).serve_here()


def run_demo(settings: Settings, *, port_given: bool, with_room: bool) -> None:
    """The demo shop: loaded if it is not there yet, served, one room on air; everything ends with it."""
    configure_logging("warning" if settings.log_level == "info" else settings.log_level, settings.log_format)
    listener = listen(settings.host, settings.port, tries=1 if port_given else PORTS_TRIED)
    services = build_services(settings, demo=True)
    load_demo_shop(services)
    app = build_app(services)
    link = services.auth.new_link("店主")
    base = base_url(settings, listener)

    def ready() -> None:
        if with_room and services.supervisor.is_idle(DEMO_ROOM):
            services.supervisor.start(RoomPlan(DEMO_ROOM))
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
