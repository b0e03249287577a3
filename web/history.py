"""`zhibo live export`: a room's history as a file, and its best moments as clips."""

import sys
from datetime import datetime
from pathlib import Path

from rich.console import Console

from streaming.airings import Archive, Entry, Wanted, parse_moment
from streaming.export import ExportError, Format, begins_at, cut, highlights, rendered, subtitles
from web.rooms import NAME
from web.settings import Settings
from web.wiring import open_catalog, recordings_of

NOTHING = (
    "直播间 {room} 在这段时间没有记录；请换一段时间，如 --since -7d。"
    "Nothing is on record for room {room} in that time; try another, e.g. --since -7d."
)


def run_export(
    settings: Settings, room: str, form: Format, since: str, until: str, words: str, out: Path | None, clips: int
) -> None:
    """Write the history to `out` (standard output without one), and with `clips` as many highlights beside it."""
    if not NAME.fullmatch(room):
        raise ExportError(f"a room's name is letters, digits, - and _, at most 40; got {room!r}")
    catalog = open_catalog(settings)
    try:
        entries = Archive(catalog.store, room).entries(Wanted(since=_moment(since), until=_moment(until), words=words))
    finally:
        catalog.close()
    if not entries:
        raise ExportError(NOTHING.format(room=room))
    text = rendered(entries, form)
    if out is None and not clips:
        sys.stdout.write(text)
        return
    target = out or Path(f"{room}.{form}")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    Console(stderr=True).print(f"{target}（{len(entries)} 条 entries）", highlight=False)
    if clips:
        cut_clips(entries, recordings_of(settings, room), target.with_suffix(""), clips)


def cut_clips(entries: list[Entry], recordings: Path, folder: Path, limit: int) -> list[Path]:
    """Clips of the best moments, each with subtitles of its own; what has no recording is told and left out."""
    console, made = Console(stderr=True), list[Path]()
    for number, highlight in enumerate(highlights(entries, limit), 1):
        target = folder / f"{number:02}-{highlight.kind}.mp4"
        try:
            cut(recordings, highlight, target)
        except ExportError as error:
            console.print(str(error), style="yellow", highlight=False)
            continue
        began = begins_at(recordings, highlight)
        within = [
            entry
            for entry in entries
            if entry.run == highlight.run and highlight.start_ms <= entry.start_ms < highlight.end_ms
        ]
        target.with_suffix(".srt").write_text(subtitles(within, "srt", began), encoding="utf-8")
        console.print(f"{target}  {highlight.title}", highlight=False, markup=False)
        made.append(target)
    return made


def _moment(text: str) -> datetime | None:
    try:
        return parse_moment(text) if text else None
    except (ValueError, OverflowError) as error:
        raise ExportError(str(error)) from None
