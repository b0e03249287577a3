"""Outputs that need no server: addresses, queues, files, the preview."""

import asyncio
import io
import json
import shutil
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import pytest

from streaming.packets import Packet, PacketQueue, Sink
from streaming.sinks.address import OutputError, check, redact
from streaming.sinks.file import FileSink
from streaming.sinks.outputs import open_output
from streaming.sinks.preview import FlvPreview, HlsPreview
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
    sink = FileSink(tmp_path / "a.mp4", encoder.format)
    record(tmp_path / "a.mp4", sink, packets)
    assert (tmp_path / "a.mp4").read_bytes() == b"yesterday"
    assert sink.path == tmp_path / "a-2.mp4" and frames_in(sink.path) == 10


KILLED = """
import os, sys, time
from pathlib import Path
from streaming.sinks.file import FileSink
from tests.streaming.parts import small_settings
from tests.streaming.test_encoder import encoded
encoder, packets = encoded(small_settings(Path("/tmp")), 120)
sink = FileSink(Path(sys.argv[1]), encoder.format)
for packet in packets: sink.offer(packet)
deadline = time.monotonic() + 20
while sink.status().packets < len(packets) and time.monotonic() < deadline: time.sleep(.05)
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_killed_room_leaves_a_recording_that_plays(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=Path(__file__).parents[2], timeout=60)
    assert ended.returncode == -9
    assert frames_in(path) >= 70  # of 120: at most the last two seconds are lost


def test_a_disk_that_fails_is_said_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streaming.sinks.file._RETRY_S", 0.2)
    encoder, packets = encoded(small_settings(tmp_path), 150)
    (tmp_path / "rec").write_text("a file where a folder should be")
    sink = FileSink(tmp_path / "rec" / "a.mp4", encoder.format)
    deadline = time.monotonic() + 10
    while sink.status().state != "down" and time.monotonic() < deadline:
        sink.offer(packets[0])
        time.sleep(0.02)
    assert "rec" in sink.status().reason
    (tmp_path / "rec").unlink()
    for each in packets:
        while sink.status().state == "down" and time.monotonic() < deadline:
            time.sleep(0.02)
        sink.offer(each)
    sink.close(5.0)
    assert frames_in(tmp_path / "rec" / "a.mp4") >= 50


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
    sink = HlsPreview(folder, encoder.format)
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
