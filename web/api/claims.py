"""The claims report for the console and for programs: counts, sentences, and a file for a spreadsheet."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from assistant.guard.verdict import Label
from web.claims import By, Claims, Filter
from web.services import Services, Svc, may_report
from web.zone import day_range, zone_of

router = APIRouter(prefix="/api/claims", tags=["claims"], dependencies=[Depends(may_report)])


def claims(services: Services) -> Claims:
    return Claims(services.catalog.store.engine, services.guard.articles, zone_of(services.catalog))


def chosen(
    services: Svc,
    product: Annotated[str, Query(max_length=200)] = "",
    rule: Annotated[str, Query(max_length=40)] = "",
    model: Annotated[str, Query(max_length=80)] = "",
    label: Label | Literal[""] = "",
    channel: Literal["", "chat", "live"] = "",
    since: date | None = None,
    until: date | None = None,
    changed: bool = True,
) -> Filter:
    return Filter(
        product, rule, model, label, channel, *day_range(since, until, zone_of(services.catalog)), only_changed=changed
    )


Chosen = Annotated[Filter, Depends(chosen)]


@router.get("")
async def counts(services: Svc, wanted: Chosen, by: By = "product") -> dict[str, Any]:
    return {"by": by, "rows": await run_in_threadpool(claims(services).counts, by, wanted)}


@router.get("/sentences")
async def sentences(
    services: Svc,
    wanted: Chosen,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> dict[str, Any]:
    rows, total = await run_in_threadpool(claims(services).listed, wanted, limit=limit, offset=offset)
    return {"total": total, "sentences": rows}


@router.get("/export.csv")
def export(services: Svc, wanted: Chosen) -> StreamingResponse:
    lines: Iterator[str] = claims(services).csv(wanted)
    name = {"Content-Disposition": 'attachment; filename="claims.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=name)
