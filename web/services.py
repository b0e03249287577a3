"""The parts that requests are served with, and how a request reaches them."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from prometheus_client import CollectorRegistry
from starlette.requests import HTTPConnection

from assistant.assistant import Assistant
from assistant.conversation import Conversations
from assistant.guard.guard import Guard
from assistant.pictures import Pictures
from assistant.staffroom import StaffRoom
from knowledge.catalog import Catalog
from knowledge.model import Text
from web.auth import COOKIE, Auth, Shopper, Staff
from web.desk import Desk
from web.errors import Refusal
from web.limits import RateLimit, Streams
from web.presence import Presence
from web.present import Presenter
from web.rooms import Client, Supervisor
from web.settings import Settings
from web.team import Team
from web.wiring import Core

LOCAL = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")  # a shop's developer at work
SIGN_IN = ("请先登录。", "Please sign in first.")


@dataclass(frozen=True)
class Services:
    """Everything that lives as long as the process; built in `web.wiring`, closed there."""

    settings: Settings
    catalog: Catalog
    guard: Guard
    assistant: Assistant
    conversations: Conversations
    pictures: Pictures
    presence: Presence
    room: StaffRoom
    presenter: Presenter
    auth: Auth
    supervisor: Supervisor
    room_client: Callable[[str], Client]
    core: Core  # closes what answers
    team: Team | None = None  # the other workers, when several processes serve together
    local_origins: bool = False  # pages on this machine may embed the widget: for demos
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    @property
    def model_name(self) -> str:
        return str(getattr(self.assistant.model, "name", self.settings.model))

    @cached_property
    def allowed_origins(self) -> frozenset[str]:
        own = urlsplit(self.settings.public_url)
        return frozenset((*self.settings.origins, f"{own.scheme}://{own.netloc}"))

    @cached_property
    def messages(self) -> RateLimit:
        return RateLimit(self.settings.messages_per_minute)

    @cached_property
    def requests(self) -> RateLimit:
        return RateLimit(self.settings.requests_per_minute)

    @cached_property
    def streams(self) -> Streams:
        return Streams(self.settings.streams_per_address, self.settings.streams)

    @property
    def media(self) -> Path:
        """Where product pictures lie."""
        return self.settings.media or self.catalog.settings.media_dir

    def room_folder(self, room: str) -> Path:
        return self.settings.data / "rooms" / room

    def origin_allowed(self, origin: str, host: str) -> bool:
        """Whether a page of `origin` may talk to this server, which was asked for as `host`."""
        if urlsplit(origin).netloc == host or origin in self.allowed_origins:
            return True
        return self.local_origins and bool(LOCAL.fullmatch(origin))


@dataclass
class Running:
    """What lives only while the server runs."""

    services: Services
    desk: Desk
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    degraded: dict[str, Text] = field(default_factory=dict)  # part → why it is not as it should be


def running(connection: HTTPConnection) -> Running:
    found: Running = connection.app.state.running
    return found


def services(connection: HTTPConnection) -> Services:
    return running(connection).services


def bearer(connection: HTTPConnection) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else "local"


def shopper(request: Request) -> Shopper:
    found = services(request).auth.shopper(bearer(request))
    if found is None:
        en = "This session is no longer valid; please reload the page."
        raise Refusal("unauthorized", "会话已失效，请刷新页面。", en)
    request.state.lang = found.lang
    return found


def signed_in(connection: HTTPConnection) -> Staff | None:
    return services(connection).auth.staff(connection.cookies.get(COOKIE, ""))


def staff(request: Request) -> Staff:
    """A signed-in person; for changes the X-CSRF header must show that one of our pages asked."""
    found = signed_in(request)
    if found is None:
        raise Refusal("unauthorized", *SIGN_IN)
    if request.method not in ("GET", "HEAD") and request.headers.get("x-csrf", "") != found.csrf:
        en = "This page is out of date; please reload it (X-CSRF header missing or wrong)."
        raise Refusal("forbidden", "页面已过期，请刷新后再试。", en)
    return found


def staff_or_program(request: Request) -> str:
    """The name of the person or program that may change the shop."""
    if services(request).auth.is_program(bearer(request)):
        return "api"
    return staff(request).name


def is_trusted(connection: HTTPConnection) -> bool:
    """Whether staff's figures may be shown on a page that everybody can open."""
    return signed_in(connection) is not None or services(connection).auth.is_program(bearer(connection))


def limited(request: Request) -> None:
    """One change more from this address."""
    if not services(request).auth.is_program(bearer(request)):
        services(request).requests.take(address(request))


Svc = Annotated[Services, Depends(services)]
Live = Annotated[Running, Depends(running)]
ShopperDep = Annotated[Shopper, Depends(shopper)]
StaffDep = Annotated[Staff, Depends(staff)]
Editor = Annotated[str, Depends(staff_or_program)]
Limited = Depends(limited)
