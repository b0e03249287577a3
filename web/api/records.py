"""What a room said, showed, was asked and did not say: searched, as files, and cut from its recording."""

import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from streaming.airings import Archive, Wanted, parse_moment
from streaming.export import ExportError, Format, Highlight, cut, highlights, rendered
from web.errors import Refusal
from web.rooms import NAME, no_room
from web.services import Limited, May, Services, Svc
from web.wiring import recordings_of

router = APIRouter(prefix="/api/rooms/{room}", tags=["rooms"], dependencies=[Depends(May("rooms.read"))])

TYPES = {"txt": "text/plain", "json": "application/json", "srt": "application/x-subrip", "vtt": "text/vtt"}
LONGEST_CLIP_MS = 10 * 60 * 1000
Moment = Annotated[str, Query(max_length=40, description="2026-11-28T08:00+08:00, or -90m, -2h, -3d from now")]


def wanted(
    since: Moment = "",
    until: Moment = "",
    q: Annotated[str, Query(max_length=200)] = "",
    run: Annotated[str, Query(max_length=8)] = "",
) -> Wanted:
    def moment(text: str) -> datetime | None:
        if not text:
            return None
        try:
            return parse_moment(text)
        except (ValueError, OverflowError):
            zh = "时间请写成 2026-11-28T08:00+08:00，或 -90m、-2h、-3d（从现在往前）。"
            en = "Write a moment as 2026-11-28T08:00+08:00, or as -90m, -2h, -3d from now."
            raise Refusal("invalid", zh, en) from None

    return Wanted(since=moment(since), until=moment(until), words=q.strip(), run=run)


Chosen = Annotated[Wanted, Depends(wanted)]


@router.get("/records")
async def records(
    room: str, services: Svc, chosen: Chosen, limit: Annotated[int, Query(ge=1, le=5000)] = 500
) -> dict[str, Any]:
    """The newest entries that match, oldest first."""
    chosen = Wanted(**{**asdict(chosen), "limit": limit})
    entries = await run_in_threadpool(_archive(services, room).entries, chosen)
    return {"entries": [asdict(entry) for entry in entries]}


@router.get("/export")
async def export(room: str, services: Svc, chosen: Chosen, format: Format = "txt") -> Response:
    """One file. Subtitles count from the beginning of the newest run in it."""
    archive = _archive(services, room)
    text = await run_in_threadpool(lambda: rendered(archive.entries(chosen), format))
    name = f'attachment; filename="{room}-{datetime.now(UTC):%Y%m%d-%H%M%S}.{format}"'
    return Response(text, media_type=f"{TYPES[format]}; charset=utf-8", headers={"Content-Disposition": name})


@router.get("/highlights")
async def best(
    room: str, services: Svc, chosen: Chosen, limit: Annotated[int, Query(ge=1, le=100)] = 10
) -> dict[str, Any]:
    """What is worth a clip of its own: answers to what most viewers asked, and offers."""
    archive = _archive(services, room)
    found = await run_in_threadpool(lambda: highlights(archive.entries(chosen), limit))
    return {"highlights": [asdict(each) for each in found]}


@router.get("/clip", dependencies=[Limited])
async def clip(
    room: str,
    services: Svc,
    run: Annotated[str, Query(pattern="^[0-9a-f]{8}$")],
    start_ms: Annotated[int, Query(ge=0, le=2**53)],
    end_ms: Annotated[int, Query(ge=1, le=2**53)],
) -> FileResponse:
    """A part of the recording as MP4, from the key frame before `start_ms` on; ten minutes at most."""
    _archive(services, room)
    if not start_ms < end_ms <= start_ms + LONGEST_CLIP_MS:
        raise Refusal("invalid", "片段要在 10 分钟以内。", "A clip is ten minutes at most.")
    folder = tempfile.TemporaryDirectory(prefix="zhibo-clip-")
    target = Path(folder.name) / f"{room}-{run}-{start_ms}.mp4"
    wanted_clip = Highlight(run, start_ms, end_ms, f"{room} {run}", "", "offer")
    done: Callable[[], None] = folder.cleanup
    try:
        await run_in_threadpool(cut, recordings_of(services.settings, room), wanted_clip, target)
    except (ExportError, OSError):
        done()
        raise Refusal("not_found", "这段时间没有录像。", "There is no recording of that time.") from None
    return FileResponse(target, media_type="video/mp4", filename=target.name, background=BackgroundTask(done))


def _archive(services: Services, room: str) -> Archive:
    if not NAME.fullmatch(room):
        raise no_room(room)
    return Archive(services.catalog.store, room)
