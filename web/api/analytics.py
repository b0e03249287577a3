"""The shop's figures for programs and as a file."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from web.analytics import Analytics
from web.present import plain
from web.services import Services, Svc, may_report
from web.zone import zone_of

router = APIRouter(prefix="/api/analytics", tags=["analytics"], dependencies=[Depends(may_report)])
Days = Annotated[int, Query(ge=1, le=365)]


def analytics(services: Services) -> Analytics:
    return Analytics(services.catalog.store.engine, zone_of(services.catalog))


@router.get("")
async def figures(services: Svc, days: Days = 30) -> dict[str, Any]:
    """Counts of the last `days` days, today included, on the shop's clock."""
    found: dict[str, Any] = plain(asdict(await run_in_threadpool(analytics(services).figures, days)))
    return found


@router.get("/export.csv")
def export(services: Svc, days: Days = 30) -> StreamingResponse:
    lines: Iterator[str] = analytics(services).csv(days)
    name = {"Content-Disposition": 'attachment; filename="analytics.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=name)
