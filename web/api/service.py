"""For whoever runs the server: is it well, and how much does it do?"""

import ipaddress
from typing import Any

from fastapi import APIRouter, Request
from prometheus_client import generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from web.errors import Refusal
from web.services import Live, Running, Svc, address, may
from web.version import VERSION

router = APIRouter(tags=["service"])


def health(live: Running) -> dict[str, Any]:
    services = live.services
    degraded = [f"model {services.model_name}: {services.assistant.degraded}"] if services.assistant.degraded else []
    rooms = {room: services.supervisor.view(room) for room in services.supervisor.names()}
    failed = {name: view["message"] for name, view in rooms.items() if view["state"] == "failed"}
    degraded += [f"room {name}: {message or 'failed'}" for name, message in failed.items()]
    degraded += [text("en") for text in live.degraded.values()]
    return {
        "status": "degraded" if degraded else "ok",
        "version": VERSION,
        "model": services.model_name,
        "degraded": degraded,
        "products": len(services.catalog.products()),
        "catalogue_version": services.catalog.version,
        "rooms": {name: view["state"] for name, view in rooms.items()},
    }


@router.get("/healthz")
async def healthz(request: Request, live: Live) -> dict[str, Any]:
    """Strangers learn whether it is well; this machine and those who may read reports learn what is running."""
    found = health(live)
    return found if _is_local(address(request)) or may(request, "reports.read") else {"status": found["status"]}


@router.get("/api/openapi.json", include_in_schema=False)
async def description(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = request.app.openapi()
    return found


@router.get("/metrics")
async def metrics(request: Request, services: Svc) -> Response:
    if not _is_local(address(request)) and not may(request, "reports.read"):
        en = "Metrics are for this machine or for holders of the API token."
        raise Refusal("forbidden", "指标只对本机或持有 API 令牌的程序开放。", en)
    figures = await run_in_threadpool(generate_latest, services.registry)  # it counts stored verdicts
    return Response(figures, media_type="text/plain; version=0.0.4; charset=utf-8")


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
