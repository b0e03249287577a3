"""Outputs that need no server: addresses, queues, files, the preview."""

import asyncio
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from streaming.packets import Packet, PacketQueue, Sink, StreamFormat
from streaming.sinks.address import OutputError, check, redact
from streaming.sinks.files import RollingWriting
from streaming.sinks.outputs import open_hls, open_output
from streaming.sinks.preview import FlvPreview
from streaming.sinks.targets import DISK, FileTarget, RollingTarget
from streaming.sinks.writer import WriterSink
from tests.streaming.parts import small_settings
from tests.streaming.test_encoder import encoded


def packet(n: int, *, key: bool = False, video: bool = True) -> Packet:
    return Packet(video, b"x" * 10, n, n, Fraction(1, 25), key)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtmp://live.example.com/app/secret-key", "rtmp://live.example.com/app/***"),
        ("rtmps://u:pass@a.example:443/live/r/KEY?token=1", "rtmps://a.example:443/live/r/***"),
        ("rtmp://a.example/onlykey", "rtmp://a.example/***"),
        ("rtmp://a.example:port/app/key", "rtmp://***"),
        ("out/a.mp4", "out/a.mp4"),
    ],
)
def test_stream_keys_are_never_shown(url: str, shown: str) -> None:
    assert redact(url) == shown


@pytest.mark.parametrize(
    ("output", "why"),
    [
        ("rtmp://host", "stream key is missing"),
        ("rtmp://host/app", "stream key is missing"),
        ("rtmp:///app/key", "no host"),
        ("rtmp://host:abc/app/key", "port"),
        ("srt://host:1", "not supported"),
        ("out.avi", "must end in"),
    ],
)
def test_outputs_that_can_never_work_are_refused(output: str, why: str) -> None:
    with pytest.raises(OutputError, match=why) as refused:
        check(output)
    assert "/app/key" not in str(refused.value)


def test_a_full_queue_goes_on_at_a_key_frame() -> None:
    queue = PacketQueue(10)
    queue.put(packet(0))
    assert queue.take(0) is None and queue.needs_key
    queue.put(packet(1, key=True))
    for n in range(2, 12):
        queue.put(packet(n))
    assert queue.needs_key and len(queue) == 0  # the eleventh did not fit
    queue.put(packet(12, video=False))
    queue.put(packet(13, key=True))
    found = queue.take(0)
    assert found is not None and found.pts == 13
    assert queue.dropped == 1 + 10 + 1 + 1


def record(path: Path, sink: Sink, packets: list[Packet]) -> None:
    for each in packets:
        sink.offer(each)
    sink.close(5.0)


def frames_in(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.flv", "a.ts"])
def test_recordings_play(tmp_path: Path, name: str) -> None:
    encoder, packets = encoded(small_settings(tmp_path), 60)
    sink = open_output(str(tmp_path / name), encoder.format)
    record(tmp_path / name, sink, packets)
    assert frames_in(tmp_path / name) == 60
    status = sink.status()
    assert status.state == "closed" and status.packets == len(packets) and not status.dropped


def test_an_earlier_recording_is_never_written_over(tmp_path: Path) -> None:
    encoder, packets = encoded(small_settings(tmp_path), 10)
    (tmp_path / "a.mp4").write_bytes(b"yesterday")
    sink = open_output(str(tmp_path / "a.mp4"), encoder.format)
    record(tmp_path / "a.mp4", sink, packets)
    assert (tmp_path / "a.mp4").read_bytes() == b"yesterday"
    assert frames_in(tmp_path / "a-2.mp4") == 10


KILLED = """
import os, sys, time
from pathlib import Path
import numpy as np
from streaming.encoder import Encoder
from streaming.settings import RoomSettings
from streaming.sinks.outputs import open_output
encoder = Encoder(RoomSettings(room="r", folder=Path(), width=640, height=360, preset="ultrafast"))
sinks = [open_output(name, encoder.format) for name in sys.argv[1:]]
while not all(sink.wants_key for sink in sinks): time.sleep(.01)
for frame in range(120):
    for packet in encoder.encode(np.full((540, 640), frame, np.uint8), np.zeros(1764, np.int16)):
        for sink in sinks: sink.offer(packet)
while any(len(sink._queue) for sink in sinks): time.sleep(.01)
os.kill(os.getpid(), 9)
"""


def test_a_killed_room_loses_nothing_of_its_recordings(tmp_path: Path) -> None:
    """The process that writes outlives the room for as long as it needs to write what it was given."""
    paths = [tmp_path / "a.mp4", tmp_path / "a.mkv"]
    ended = subprocess.run([sys.executable, "-c", KILLED, *map(str, paths)], cwd=Path(__file__).parents[2], timeout=60)
    assert ended.returncode == -9
    # The packet that was on its way into the pipe may be cut off.
    until(lambda: all(path.stat().st_size and frames_in(path) >= 119 for path in paths))


def test_a_disk_that_fails_is_said_and_tried_again(tmp_path: Path) -> None:
    encoder, packets = encoded(small_settings(tmp_path), 150)
    (tmp_path / "rec").write_text("a file where a folder should be")
    quick = replace(DISK, first_wait_s=0.1, longest_wait_s=0.2)
    sink = WriterSink(FileTarget(tmp_path / "rec" / "a.mp4"), encoder.format, quick)
    until(lambda: sink.status().state == "down")
    assert "rec" in sink.status().reason
    (tmp_path / "rec").unlink()
    for each in packets:
        sink.offer(each)
    until(lambda: sink.status().packets == len(packets))
    sink.close(5.0)
    assert frames_in(tmp_path / "rec" / "a.mp4") == 150  # what came while it was down has waited


def until(holds: Callable[[], bool], within_s: float = 15.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


class Disk:
    """A rolling recording whose free space the test sets, on a clock of the test's."""

    def __init__(self, folder: Path, known: StreamFormat, **more: Any) -> None:
        self.free, self.now = 10_000, 0.0
        given = {"run": "abcd1234", "keep_s": 86_400.0, "piece_s": 2.0, "spare_bytes": 1000, **more}
        self.writing = RollingWriting(folder, known, free=lambda folder: self.free, clock=lambda: self.now, **given)

    def write(self, packets: Sequence[Packet]) -> None:
        for each in packets:
            self.writing.write(each)


def pieces(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*.mp4"))


def test_the_rolling_recording_is_in_pieces_that_lose_nothing(tmp_path: Path) -> None:
    encoder, packets = encoded(small_settings(tmp_path), 151)
    disk = Disk(tmp_path / "rec", encoder.format)
    disk.write(packets)
    disk.writing.close()
    found = pieces(tmp_path / "rec")
    assert [path.stem.split("-")[1:] for path in found] == [["abcd1234", f"{n:012d}"] for n in (0, 2000, 4000, 6000)]
    assert [frames_in(path) for path in found] == [50, 50, 50, 1]
    sounds = 0
    for path in found:
        with av.open(str(path)) as container:
            times = [(p.stream.type, float(p.pts * p.time_base)) for p in container.demux() if p.pts is not None]
        assert min(at for _, at in times) < 0.03
        sounds += sum(kind == "audio" for kind, _ in times)
    assert sounds == sum(not each.video for each in packets)


def test_recordings_are_removed_when_their_time_is_over_and_never_before(tmp_path: Path) -> None:
    encoder, packets = encoded(small_settings(tmp_path), 60)
    folder = tmp_path / "rec"
    ages_s = {"old": 90_000.0, "young": 80_000.0}
    for name, age_s in ages_s.items():
        (folder / "2026-01-01").mkdir(parents=True, exist_ok=True)
        path = folder / "2026-01-01" / f"{name}.mp4"
        path.write_bytes(b"x")
        os.utime(path, (time.time() - age_s,) * 2)
    disk = Disk(folder, encoder.format, keep_s=86_400.0)
    disk.free = 0  # full: what may go goes, what must stay stays, and recording pauses
    disk.write(packets[:20])
    assert [path.stem for path in pieces(folder)] == ["young"] and "free" in disk.writing.paused
    disk.now, disk.free = 6.0, 10_000
    disk.write(packets[20:])
    disk.writing.close()
    assert not disk.writing.paused
    assert [frames_in(path) for path in pieces(folder) if path.stem != "young"] == [10]  # from the next key frame


def test_a_full_disk_pauses_the_recording_and_says_so(tmp_path: Path) -> None:
    """Through the real process: the status tells, and what was not recorded is counted."""
    encoder, packets = encoded(small_settings(tmp_path), 60)
    target = RollingTarget(folder=tmp_path / "rec", run="r", spare_bytes=1 << 60)
    sink = WriterSink(target, encoder.format, DISK)
    for each in packets:
        sink.offer(each)
    until(lambda: sink.status().state == "down")
    assert "MB are free" in sink.status().reason
    sink.close(5.0)
    assert sink.status().dropped == len(packets) and not pieces(tmp_path / "rec")


def test_a_recorder_that_is_killed_is_replaced(tmp_path: Path) -> None:
    encoder, packets = encoded(small_settings(tmp_path), 150)
    target = RollingTarget(folder=tmp_path / "rec", run="r")
    sink = WriterSink(target, encoder.format, replace(DISK, first_wait_s=0.05))
    for each in packets[:200]:
        sink.offer(each)
    until(lambda: sink.status().packets == 200)
    assert sink._child is not None
    sink._child.kill()
    until(lambda: sink.status().state == "down")
    for each in packets[200:]:
        sink.offer(each)
    until(lambda: sink.status().packets > 260)
    sink.close(5.0)
    found = pieces(tmp_path / "rec")
    at = [int(path.stem.rsplit("-", 1)[1]) for path in found]
    assert at[0] == 0 and at[1] in (4000, 6000) and sink.status().reconnects == 1
    assert frames_in(found[0]) >= 60 and frames_in(found[1]) > 20


async def test_preview_viewers_start_at_once_and_end_with_the_room(tmp_path: Path) -> None:
    encoder, packets = encoded(small_settings(tmp_path), 120)
    preview = FlvPreview(encoder.format)
    for each in packets[:200]:
        preview.offer(each)
    got: list[bytes] = []

    started = asyncio.Event()

    async def watch() -> None:
        async for block in preview.watch():
            got.append(block)
            started.set()

    viewer = asyncio.create_task(watch())
    async with asyncio.timeout(5):
        await started.wait()
    assert preview.viewers == 1 and got[0].startswith(b"FLV")
    for each in packets[200:]:
        preview.offer(each)
    preview.close(1.0)
    await asyncio.wait_for(viewer, 5)
    assert preview.viewers == 0
    with av.open(io.BytesIO(b"".join(got))) as container:
        shown = [frame.pts for frame in container.decode(video=0)]
    assert len(shown) >= 70 - 1  # everything since the key frame at two seconds


async def test_a_viewer_who_came_first_gets_the_header(tmp_path: Path) -> None:
    encoder, packets = encoded(small_settings(tmp_path), 20)
    preview = FlvPreview(encoder.format)
    stream = preview.watch()
    first = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.05)
    assert preview.wants_key
    for each in packets:
        preview.offer(each)
    assert (await asyncio.wait_for(first, 5)).startswith(b"FLV")
    await stream.aclose()


async def test_a_slow_viewer_loses_pictures_and_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streaming.sinks.preview._VIEWER_BYTES", 20_000)
    encoder, packets = encoded(small_settings(tmp_path), 150)
    preview = FlvPreview(encoder.format)
    stream = preview.watch()
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.05)
    for each in packets[:5]:
        preview.offer(each)
    got = await waiting
    largest = max(len(each.data) for each in packets)
    for each in packets[5:]:
        preview.offer(each)
        (viewer,) = preview._viewers
        assert viewer._size <= 20_000 + largest + 100
    preview.close(1.0)
    got += b"".join([block async for block in stream])
    with av.open(io.BytesIO(got)) as container:
        times = [frame.pts for frame in container.decode(video=0)]
    assert times == sorted(times) and len(times) < 150


@pytest.mark.server("ffprobe")
def test_hls_is_listed_and_playable(tmp_path: Path) -> None:
    folder = tmp_path / "hls"
    folder.mkdir()
    (folder / "live99.m4s").write_bytes(b"left over")
    encoder, packets = encoded(small_settings(tmp_path), 100)
    sink = open_hls(folder, encoder.format)
    record(folder, sink, packets)
    assert sink.status().state == "closed" and not (folder / "live99.m4s").exists()
    ffprobe = shutil.which("ffprobe")
    assert ffprobe
    shown = subprocess.run(
        [ffprobe, "-v", "error", "-show_streams", "-of", "json", str(folder / "live.m3u8")],
        capture_output=True,
        check=True,
    )
    assert {each["codec_name"] for each in json.loads(shown.stdout)["streams"]} == {"h264", "aac"}
