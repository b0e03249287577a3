"""The RTMP output against a real server, and against every way one can die."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import structlog

from streaming import sei
from streaming.encoder import Encoder
from streaming.packets import SinkStatus
from streaming.room import aigc_mark
from streaming.sinks.targets import NetworkTarget, WriterSettings
from streaming.sinks.writer import WriterSink
from tests.conftest import lacking
from tests.servers import NginxRtmp, free_port, missing
from tests.streaming.parts import small_settings
from tests.streaming.test_encoder import encoded

QUICK = WriterSettings(connect_s=3.0, stall_s=2.0, first_wait_s=0.2, longest_wait_s=0.5)


class Feed:
    """Packets at the pace of a room, around and around with rising timestamps, and a record of how late it got."""

    def __init__(self, folder: Path, url: str, settings: WriterSettings = QUICK) -> None:
        self._settings = small_settings(folder)
        self.changes: list[SinkStatus] = []
        self.worst_late = 0.0
        self._stop = threading.Event()
        self._finished = False
        self._encoder = Encoder(self._settings, aigc_mark("shop", "room"))
        self.sink = WriterSink(NetworkTarget(url), self._encoder.format, settings, self.changes.append)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        picture = np.full((540, 640), 128, np.uint8)
        sound = np.zeros(1764, np.int16)
        started, frame = time.monotonic(), 0
        while not self._stop.is_set():
            due = started + frame / 25
            self._stop.wait(max(0.0, due - time.monotonic()))
            picture[:360] = (np.arange(640) + frame * 3) & 255
            for packet in self._encoder.encode(picture, sound, key=self.sink.wants_key):
                before = time.monotonic()
                self.sink.offer(packet)
                self.worst_late = max(self.worst_late, time.monotonic() - before)
            frame += 1

    def until(self, what: Callable[[], bool], within_s: float = 15.0) -> None:
        deadline = time.monotonic() + within_s
        while not what():
            assert time.monotonic() < deadline, f"waited {within_s} s; {self.sink.status()}"
            time.sleep(0.05)

    def stop(self) -> float:
        """End; returns how long closing took."""
        self._stop.set()
        self._thread.join()
        for packet in self._encoder.finish() if not self._finished else ():
            self.sink.offer(packet)
        self._finished = True
        before = time.monotonic()
        self.sink.close(1.5)
        return time.monotonic() - before


@contextlib.contextmanager
def feeding(folder: Path, url: str) -> Iterator[Feed]:
    feed = Feed(folder, url)
    try:
        yield feed
    finally:
        feed.stop()


def states(feed: Feed) -> list[str]:
    return [change.state for change in feed.changes]


def children() -> list[int]:
    found = subprocess.run(["pgrep", "-f", "streaming.sinks.child"], capture_output=True, text=True)
    own = []
    for pid in map(int, found.stdout.split()):
        with contextlib.suppress(OSError):
            if f"PPid:\t{os.getpid()}\n" in Path(f"/proc/{pid}/status").read_text():
                own.append(pid)
    return own


@pytest.mark.server("nginx-rtmp")
def test_what_arrives_plays_without_gaps(tmp_path: Path, rtmp: NginxRtmp) -> None:
    with feeding(tmp_path, rtmp.url("key")) as feed:
        feed.until(lambda: feed.sink.status().state == "up")
        time.sleep(4)
        assert rtmp.publishing("key")
    assert states(feed) == ["up", "closed"] and not children()
    time.sleep(0.3)
    with av.open(str(rtmp.recorded[0])) as recording:
        packets = [packet for packet in recording.demux() if packet.pts is not None]
        video = [float(p.pts * p.time_base) for p in packets if p.stream.type == "video"]
        audio = [float(p.pts * p.time_base) for p in packets if p.stream.type == "audio"]
        assert recording.streams.video[0].codec_context.extradata
        # nginx-rtmp writes metadata of its own; the mark within the picture is what is left of ours.
        keys = [bytes(p) for p in packets if p.stream.type == "video" and p.is_keyframe]
        assert keys and all('"Label":"1"' in sei.read(key) for key in keys)
    assert len(video) > 75
    assert max(b - a for a, b in zip(video, video[1:], strict=False)) < 0.06
    assert max(b - a for a, b in zip(audio, audio[1:], strict=False)) < 0.04
    assert abs(video[-1] + 0.04 - audio[-1] - 0.023) < 0.04


def test_a_server_that_dies_and_returns(tmp_path: Path) -> None:
    if reason := missing("nginx-rtmp"):
        lacking(reason)
    port = free_port()
    with structlog.testing.capture_logs() as logs, contextlib.ExitStack() as life:
        first = life.enter_context(contextlib.ExitStack())
        server = first.enter_context(NginxRtmp.start(port=port))
        with feeding(tmp_path, server.url("topsecret")) as feed:
            feed.until(lambda: feed.sink.status().state == "up")
            time.sleep(1)
            first.close()
            feed.until(lambda: feed.sink.status().state == "down")
            assert feed.sink.status().reason
            time.sleep(1.5)
            with NginxRtmp.start(port=port) as back:
                feed.until(lambda: feed.sink.status().state == "up")
                time.sleep(2.5)
                assert back.publishing("topsecret")
                feed.stop()
                time.sleep(0.3)
                with av.open(str(back.recorded[0])) as recording:
                    shown = list(recording.decode(video=0))
                    assert shown[0].key_frame and len(shown) > 25
                    assert float(shown[0].pts * shown[0].time_base) > 2.0  # timestamps went on, not back to zero
    assert states(feed) == ["up", "down", "up", "closed"]
    assert feed.sink.status().reconnects == 1 and feed.worst_late < 1.0
    assert [entry["event"] for entry in logs] == ["output is down, trying again", "output is back"]
    assert "topsecret" not in repr(logs) + repr(feed.changes)


@pytest.mark.server("nginx-rtmp")
def test_a_stream_begins_anew_before_its_timestamps_run_over(tmp_path: Path, rtmp: NginxRtmp) -> None:
    feed = Feed(tmp_path, rtmp.url("key"), replace(QUICK, longest_stream_ms=3000))
    try:
        feed.until(lambda: len(rtmp.recorded) >= 3)
        time.sleep(1)
    finally:
        feed.stop()
    assert states(feed) == ["up", "closed"]  # nothing is wrong, and nothing is said to be
    time.sleep(0.3)
    for number, path in enumerate(rtmp.recorded[:3]):
        with av.open(str(path)) as recording:
            times = [float(p.dts * p.time_base) for p in recording.demux() if p.dts is not None]
        assert times[0] < 3.1 and times == sorted(times)  # what passed while it was connecting is left out
        assert 2.9 < times[-1] < 5.2 or number == 2  # a stream ends at the first key frame after the limit


def test_a_server_that_never_shakes_hands(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        url = f"rtmp://127.0.0.1:{listener.getsockname()[1]}/live/key"
        feed = Feed(tmp_path, url)
        feed.until(lambda: feed.sink.status().state == "down")
        assert "did not answer within 3 s" in feed.sink.status().reason
        took = feed.stop()
    assert took < 3.0 and feed.worst_late < 1.0 and not children()
    assert states(feed) == ["down", "closed"]


def test_nothing_listens(tmp_path: Path) -> None:
    feed = Feed(tmp_path, f"rtmp://127.0.0.1:{free_port()}/live/key")
    feed.until(lambda: feed.sink.status().state == "down")
    time.sleep(1.5)
    assert "nothing answers at that address" in feed.sink.status().reason
    assert feed.stop() < 3.0
    assert states(feed) == ["down", "closed"]  # said once, however often it was tried


@pytest.mark.server("nginx-rtmp")
def test_a_server_that_freezes_is_noticed(tmp_path: Path, rtmp: NginxRtmp) -> None:
    """The kernel goes on taking bytes for a stopped server; what it no longer acknowledges betrays it."""
    with feeding(tmp_path, rtmp.url("key")) as feed:
        feed.until(lambda: feed.sink.status().state == "up")
        time.sleep(0.5)
        workers = subprocess.run(["pgrep", "-P", str(rtmp.process.pid)], capture_output=True, text=True)
        frozen = [rtmp.process.pid, *map(int, workers.stdout.split())]
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            feed.until(lambda: feed.sink.status().state == "down", within_s=25)
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
        feed.until(lambda: feed.sink.status().state == "up", within_s=20)
        assert feed.worst_late < 1.0


@pytest.mark.server("nginx-rtmp")
def test_a_killed_writer_is_replaced(tmp_path: Path, rtmp: NginxRtmp) -> None:
    with feeding(tmp_path, rtmp.url("key")) as feed:
        feed.until(lambda: feed.sink.status().state == "up")
        (child,) = children()
        os.kill(child, signal.SIGKILL)
        feed.until(lambda: states(feed)[:3] == ["up", "down", "up"])
        assert child not in children()


@pytest.mark.server("nginx-rtmp")
def test_a_refused_stream_key_is_explained(tmp_path: Path, rtmp: NginxRtmp) -> None:
    feed = Feed(tmp_path, f"rtmp://127.0.0.1:{rtmp.port}/nosuchapp/key")
    feed.until(lambda: feed.sink.status().state == "down")
    assert feed.sink.status().reason
    feed.stop()


@pytest.mark.server("nginx-rtmp")
def test_the_key_is_not_on_any_command_line(tmp_path: Path, rtmp: NginxRtmp) -> None:
    with feeding(tmp_path, rtmp.url("topsecret")) as feed:
        feed.until(lambda: feed.sink.status().state == "up")
        (child,) = children()
        assert b"topsecret" not in Path(f"/proc/{child}/cmdline").read_bytes()
        assert b"topsecret" not in Path(f"/proc/{child}/environ").read_bytes()


def test_headers_the_encoder_never_sent_are_not_needed(tmp_path: Path) -> None:
    """The first packet down the pipe is a key frame that carries its own headers."""
    _, packets = encoded(small_settings(tmp_path), 5)
    first = next(packet for packet in packets if packet.key)
    kinds = [unit[0] & 31 for unit in first.data.split(b"\0\0\1") if unit and unit != b"\0"]
    assert 7 in kinds and 8 in kinds and 5 in kinds
