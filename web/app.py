"""The ASGI application."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from prometheus_client import Counter
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from web.api import (
    analytics,
    basket,
    catalogue,
    chat,
    claims,
    gaps,
    guard,
    hooks,
    inbox,
    inbox_tools,
    microphone,
    pages,
    pushes,
    records,
    rooms,
    service,
    staff,
    webhooks,
)
from web.api.chat_short import ShortWay
from web.audit import AuditTrail
from web.console.door import PATH as CONSOLE
from web.console.door import ConsoleDoor
from web.desk import Desk
from web.dispatch import Dispatcher
from web.errors import Refusal, on_http_exception, on_invalid, on_refusal
from web.metrics import watch
from web.mirror import Mirroring
from web.reminding import keep_informed, keep_reminding
from web.security import UPLOAD_LIMITS, BodyLimit, RequestLog, SecurityHeaders
from web.services import LOCAL, Running, Services
from web.settings import Settings, load_settings
from web.version import VERSION
from web.webhooks.deliverer import Deliverer
from web.wiring import build_mirror, build_services

log = structlog.get_logger("web")

LAST_WORDS_S = 1.0  # for answers that are being written when the server is told to stop


def create_app(settings: Settings | None = None) -> FastAPI:
    """For `uvicorn --factory web.app:create_app`; `zhibo serve` does the same and stops faster."""
    return build_app(build_services(settings or load_settings()))


def build_app(services: Services, *, stop_rooms: bool = True) -> FastAPI:
    """The application over parts that are built already; it closes them when the server stops."""

    door, team = ConsoleDoor(), services.team

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        answers = Counter("zhibo_answers", "Answers by outcome", ("outcome",), registry=services.registry)
        try:
            async with asyncio.TaskGroup() as tasks:
                desk = Desk(
                    services.conversations,
                    services.assistant,
                    tasks,
                    on_answer=lambda outcome: answers.labels(outcome).inc(),
                    stop_elsewhere=team.stop if team else lambda conversation_id: None,
                    on_load=team.has if team else lambda count: None,
                )
                running = Running(services, desk)
                app.state.running = running
                watch(running)
                door.open(running, tasks)
                if team is not None:
                    team.begin(services.conversations, desk.stop)
                    if team.first:
                        tasks.create_task(team.tell_present(services.presence.present, running.stopping))
                if team is None or team.first:  # what must be there once
                    await services.supervisor.run(tasks)
                    caller = services.assistant.caller
                    dispatcher = Dispatcher(services.conversations, services.room, caller, services.presence.present)
                    tasks.create_task(dispatcher.run(running.stopping), name="queue")
                    if (mirror := build_mirror(services.settings)) is not None:
                        mirroring = Mirroring(services.conversations, mirror)
                        tasks.create_task(mirroring.run(running.stopping), name="mirror")
                    deliverer = Deliverer(services.webhooks, services.fetcher)
                    tasks.create_task(deliverer.run(running.stopping), name="webhooks")
                if (reminders := services.assistant.reminders) is not None:
                    keep = keep_reminding if team is None or team.first else keep_informed
                    tasks.create_task(keep(reminders, running.stopping), name="reminders")
                await desk.resume(team.owns if team else lambda conversation: True)
                yield
                running.stopping.set()
                door.close()
                await desk.close(LAST_WORDS_S)
                await services.supervisor.close(stop_rooms=app.state.stop_rooms)
        finally:
            await services.core.close()
            if services.ears is not None:
                await services.ears.close()

    app = FastAPI(title="Zhibo", version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.stop_rooms = stop_rooms
    for part in (
        chat,
        inbox,
        inbox_tools,
        hooks,
        rooms,
        microphone,
        records,
        catalogue,
        guard,
        claims,
        gaps,
        analytics,
        basket,
        staff,
        webhooks,
        service,
        pages,
        pushes,
    ):
        app.include_router(part.router)
    app.mount(CONSOLE, door)
    app.state.console = door
    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_invalid)
    # The last one added is the first a request meets.
    app.add_middleware(ShortWay)
    app.add_middleware(AuditTrail, audit=services.audit)
    app.add_middleware(BodyLimit, limits=UPLOAD_LIMITS)
    app.add_middleware(RequestLog, registry=services.registry)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=sorted(services.allowed_origins),
        allow_origin_regex=LOCAL.pattern if services.demo else None,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Last-Event-ID", "Accept-Language"],
        expose_headers=["Retry-After"],
        max_age=600,
    )
    app.add_middleware(SecurityHeaders)
    return app
