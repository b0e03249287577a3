"""The parts that requests are served with, and how a request reaches them."""

import asyncio
import hmac
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
from assistant.hearing import Ears
from assistant.pictures import Pictures
from assistant.staffroom import StaffRoom
from knowledge.catalog import Catalog
from knowledge.model import Text
from web.audit import Audit
from web.auth import Auth, Shopper, Staff, cookie_of
from web.desk import Desk
from web.errors import Refusal
from web.fetching import Fetcher
from web.identity import Identity
from web.limits import Failures, RateLimit, Streams, neighbourhood
from web.presence import Presence
from web.present import Presenter
from web.roles import Permission
from web.rooms import Client, Supervisor
from web.settings import Settings
from web.team import Team
from web.tokens import PREFIX
from web.webhooks.book import Webhooks
from web.wiring import Core

READ = ("GET", "HEAD")
LOCAL = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")  # a shop's developer at work
SIGN_IN = ("请先登录。", "Please sign in first.")
SIGN_IN_AT_SHOP = ("请先在店铺登录，再联系客服。", "Please sign in to the shop first, then chat with us.")
NOT_YOURS = ("您的角色不能做这件事；请找店主。", "Your role may not do this; please ask the shop's owner.")
OUT_OF_SCOPE = ("这个令牌没有这项权限。", "This token does not have that scope.")
SECOND_FACTOR = (
    "这家店要求店主和商家使用两步验证；请在 /account 页面开启后再继续。",
    "This shop asks owners and merchants for a second factor; turn it on at /account to go on.",
)


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
    audit: Audit
    webhooks: Webhooks
    fetcher: Fetcher  # asks other servers at addresses that people type in
    supervisor: Supervisor
    room_client: Callable[[str], Client]
    core: Core  # closes what answers
    team: Team | None = None  # the other workers, when several processes serve together
    ears: Ears | None = None  # who writes voice messages down
    demo: bool = False  # the demo shop: its pages say so, and pages on this machine may embed the widget
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

    @cached_property
    def identity(self) -> Identity:
        """What checks the signatures of the merchant's server; without a key none is right."""
        keys = (self.settings.identity_key, self.settings.identity_key_old)
        return Identity(tuple(key.get_secret_value() for key in keys if key), self.settings.identity_life_s)

    def customer(self, signature: str) -> str:
        """The id of a shopper who is signed in at the shop; empty for one who is not. Raises a Refusal for a signature
        that is wrong, and for none where one is required."""
        if signature:
            return self.identity.customer(signature)
        if self.settings.require_identity:
            raise Refusal("unauthorized", *SIGN_IN_AT_SHOP)
        return ""

    @cached_property
    def wrong_sign_ins(self) -> Failures:
        """By name and network: nobody guesses for long, and nobody locks somebody else out."""
        return Failures(10, 15 * 60)

    @cached_property
    def wrong_names(self) -> Failures:
        """By name alone, for guesses from many networks."""
        return Failures(100, 3600)

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
        return self.demo and bool(LOCAL.fullmatch(origin))


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
    if services(request).settings.require_identity and not found.signed_in:
        raise Refusal("unauthorized", *SIGN_IN_AT_SHOP)
    request.state.lang = found.lang
    return found


def signed_in(connection: HTTPConnection) -> Staff | None:
    return services(connection).auth.staff(cookie_of(connection))


def actor_of(connection: HTTPConnection) -> Staff | None:
    """Whoever asks: a program by its token, else the person whose browser it is."""
    token = bearer(connection)
    return (services(connection).auth.program(token) if token else None) or signed_in(connection)


def lacks_second_factor(settings: Settings, person: Staff) -> bool:
    """Whether this person must turn one on before anything else."""
    return settings.require_totp and person.role in ("owner", "merchant") and not person.totp


def person_or_program(request: Request) -> Staff:
    """Whoever asks; for changes by a person the X-CSRF header must show that one of our pages asked."""
    found = actor_of(request)
    if found is None:
        raise Refusal("unauthorized", *SIGN_IN)
    if (
        found.csrf
        and request.method not in READ
        and not hmac.compare_digest(request.headers.get("x-csrf", "").encode(), found.csrf.encode())
    ):
        en = "This page is out of date; please reload it (X-CSRF header missing or wrong)."
        raise Refusal("forbidden", "页面已过期，请刷新后再试。", en)
    request.state.actor = found  # for the audit
    return found


def staff(request: Request) -> Staff:
    """Whoever asks, once nothing is left for them to do before."""
    found = person_or_program(request)
    if lacks_second_factor(services(request).settings, found):
        raise Refusal("forbidden", *SECOND_FACTOR, more={"second_factor": True})
    return found


class May:
    """A dependency: only those who have the permission come past it. `change`: the one that a change needs."""

    def __init__(self, read: Permission, change: Permission | None = None) -> None:
        self.read = read
        self.change = change or read

    def __call__(self, request: Request) -> Staff:
        found = staff(request)
        if not found.can(self.read if request.method in READ else self.change):
            raise Refusal("forbidden", *(NOT_YOURS if found.role else OUT_OF_SCOPE))
        return found


may_chat = May("inbox.read", "inbox.write")
may_edit = May("catalogue.read", "catalogue.write")
may_direct = May("rooms.read", "rooms.write")
may_report = May("reports.read")
may_integrate = May("webhooks")
may_answer_gaps = May("reports.read", "catalogue.write")


def may(connection: HTTPConnection, permission: Permission) -> bool:
    """For what everybody may ask and some are told more."""
    found = actor_of(connection)
    return found is not None and found.can(permission) and not lacks_second_factor(services(connection).settings, found)


def may_be_program(connection: HTTPConnection) -> bool:
    """Whether the token has to be looked up to know whose it is."""
    return bearer(connection).startswith(PREFIX)


def limited(request: Request) -> None:
    """One change more from this address."""
    if services(request).auth.program(bearer(request)) is None:
        services(request).requests.take(neighbourhood(address(request)))


# Asynchronous: what is not is sent to a thread for each request, which takes longer than all of this.


async def _services(connection: HTTPConnection) -> Services:
    return services(connection)


async def _running(connection: HTTPConnection) -> Running:
    return running(connection)


async def _shopper(request: Request) -> Shopper:
    return shopper(request)


async def _limited(request: Request) -> None:
    """One change more from this address. Only a program's token is looked up, in the database and so in a thread."""
    if may_be_program(request):
        await asyncio.to_thread(limited, request)
    else:
        limited(request)


Svc = Annotated[Services, Depends(_services)]
Live = Annotated[Running, Depends(_running)]
ShopperDep = Annotated[Shopper, Depends(_shopper)]
StaffDep = Annotated[Staff, Depends(staff)]
Editor = Annotated[Staff, Depends(may_edit)]
Integrator = Annotated[Staff, Depends(may_integrate)]
Director = Annotated[Staff, Depends(may_direct)]
Limited = Depends(_limited)
