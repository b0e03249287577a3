"""A room's history: searched, as transcript and subtitles, and cut from its recording."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest

from avatar.voices.espeak import EspeakVoice
from streaming.airings import Archive, Entry, Wanted, parse_moment
from streaming.export import ExportError, Highlight, cut, highlights, rendered, subtitles
from tests.streaming.parts import make_room, open_catalog, small_settings
from tests.streaming.test_room import on_air, until


async def test_what_was_on_air_is_found_where_it_sounded(tmp_path: Path) -> None:
    """The subtitles' times are those of the sound in the recording, and a clip begins with its words."""
    catalog = open_catalog(tmp_path / "data")
    recordings = tmp_path / "recordings"
    settings = small_settings(tmp_path / "room", recordings=recordings, piece_s=4.0)
    answers = {"材质": ["杯身是316不锈钢。", "这是全网最低价。"]}
    room = make_room(catalog, settings, answers=answers, voice=EspeakVoice())
    try:
        async with on_air(room) as client:
            events = client.events()
            await until(events, type="said", kind="script")
            comment = await client.comment("小鹿", "这是什么材质呀？")
            await until(events, type="comment_ended")
            await events.aclose()
            await asyncio.sleep(1.0)
        archive = Archive(catalog.store, "test")
        entries = archive.entries(Wanted())
        assert [entry.text for entry in archive.entries(Wanted(words="最低价"))] == ["这是全网最低价。"]
        assert archive.entries(Wanted(since=datetime.now(UTC) + timedelta(minutes=1))) == []
    finally:
        catalog.close()
    kinds = {entry.kind for entry in entries}
    assert kinds == {"said", "shown", "asked", "blocked"}
    transcript = rendered(entries, "txt")
    assert "? 小鹿: 这是什么材质呀？  (answered)" in transcript and "✗ 这是全网最低价。" in transcript
    (best, *_) = highlights(entries)
    assert (best.kind, best.title, best.text) == ("question", "这是什么材质呀？", "杯身是316不锈钢。")
    assert any(entry.comment_id == comment["id"] and entry.kind == "said" for entry in entries)
    pieces = sorted(recordings.glob("*/*.mp4"))
    assert len(pieces) >= 2
    clip = cut(recordings, best, tmp_path / "clips" / "1.mp4")
    with av.open(str(clip)) as container:
        assert "AIGC" in container.metadata
        pictures = sum(1 for _ in container.decode(video=0))
    sound = sound_of(clip)
    length_s = (best.end_ms - best.start_ms) / 1000
    assert length_s + 1.4 < pictures / 25 < length_s + 4.5 and np.abs(sound).max() > 0.05
    assert abs(len(sound) / 44100 - pictures / 25) < 0.15
    with pytest.raises(ExportError, match="no recording"):
        cut(tmp_path / "elsewhere", best, tmp_path / "none.mp4")
    # Silence before the first clause, sound within it.
    first = next(entry for entry in entries if entry.kind == "said")
    heard = np.concatenate([sound_of(piece) for piece in pieces])
    before, during = (max(0, round(44.1 * (first.start_ms + shift))) for shift in (-100, 600))
    assert np.abs(heard[:before]).max(initial=0.0) < 0.01 < np.abs(heard[before:during]).max()


def sound_of(file: Path) -> np.ndarray:
    with av.open(str(file)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def entry(number: int, start_ms: int, text: str, run: str = "r1") -> Entry:
    return Entry("said", datetime(2026, 1, 1, tzinfo=UTC), text, run=run, start_ms=start_ms, end_ms=start_ms + 1500)


def test_subtitles_never_overlap_and_keep_to_one_clock() -> None:
    entries = [entry(0, 900, "上一场", "r0"), entry(1, 3_600_000, "甲 --> 乙"), entry(2, 3_601_000, "a < b & c")]
    srt = rendered(entries, "srt")
    assert srt == ("1\n01:00:00,000 --> 01:00:01,000\n甲 → 乙\n\n2\n01:00:01,000 --> 01:00:02,500\na < b & c\n")
    vtt = subtitles(entries[1:], "vtt", 3_600_000)
    assert vtt.startswith("WEBVTT\n\n1\n00:00:00.000 --> 00:00:01.000\n") and "a &lt; b &amp; c" in vtt


def test_moments_are_read_as_people_write_them() -> None:
    assert parse_moment("2026-11-28T08:00+08:00") == datetime(2026, 11, 28, tzinfo=UTC)
    assert timedelta(minutes=89) < datetime.now(UTC) - parse_moment("-90m") < timedelta(minutes=91)
    with pytest.raises(ValueError, match=re.escape("write 2026-11-28T08:00")):
        parse_moment("yesterday")


def test_a_highlight_from_a_run_without_a_recording_says_so(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="record = true"):
        cut(tmp_path, Highlight("r9", 0, 1000, "多少钱", "129元。", "question"), tmp_path / "x.mp4")
