"""The picture gives way to a slow network, and only then."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from avatar.media import RATE
from streaming.adaptive import Bitrate
from streaming.encoder import Encoder
from streaming.packets import SinkStatus
from tests.servers import NginxRtmp
from tests.streaming.parts import make_room, open_catalog, small_settings
from tests.streaming.test_room import on_air


def output(name: str, *, lag_s: float = 0.1, dropped: int = 0, kind: str = "network") -> SinkStatus:
    return SinkStatus(name, "up", kind=kind, lag_s=lag_s, dropped=dropped)


def test_the_picture_gives_way_step_by_step_and_comes_back() -> None:
    bitrate = Bitrate(2500, 1000)
    seen = [bitrate.look([output("a", lag_s=3.0)], float(now)) for now in range(20)]
    assert seen[0] == 1750 and seen[19] == 1000 and "1000 kbit/s instead of 2500" in bitrate.trouble
    seen = [bitrate.look([output("a")], 20.0 + now) for now in range(240)]
    assert seen[0] == 1000 and seen[-1] == 2500 and seen == sorted(seen) and not bitrate.trouble


def test_one_slow_server_of_several_costs_the_others_nothing() -> None:
    bitrate = Bitrate(2500)
    outputs = [output("a", lag_s=5.0), output("b"), output("recording", lag_s=9.0, kind="rolling")]
    assert {bitrate.look(outputs, float(now)) for now in range(30)} == {2500}
    assert bitrate.look([output("a", lag_s=5.0), output("b", lag_s=2.0)], 31.0) < 2500


def test_pictures_lost_for_want_of_room_count_as_lag() -> None:
    bitrate = Bitrate(2500)
    bitrate.look([output("a")], 0.0)
    assert bitrate.look([output("a", dropped=350)], 1.0) < 2500


def test_the_encoder_changes_over_without_a_key_frame(tmp_path: Path) -> None:
    encoder = Encoder(small_settings(tmp_path, video_kbps=1200, keyframe_s=20.0))
    noise = np.repeat(np.repeat(np.random.default_rng(0).integers(0, 255, (68, 80), np.uint8), 8, 0), 8, 1)[:540]

    def second(number: int) -> tuple[int, int]:
        packets = []
        for frame in range(25):
            packets += encoder.encode(np.roll(noise, (number * 25 + frame) * 5, axis=1), np.zeros(RATE // 25, np.int16))
        video = [packet for packet in packets if packet.video]
        return sum(len(packet.data) for packet in video) * 8 // 1000, sum(packet.key for packet in video)

    full = [second(number) for number in range(4)]
    encoder.aim(400)
    less = [second(number) for number in range(4, 10)]
    assert sum(keys for _, keys in full + less) == 1
    assert full[-1][0] > 900 and less[-1][0] < 600


@contextlib.contextmanager
def narrow(port: int, bytes_a_second: int) -> Iterator[int]:
    """A proxy to `port` that lets so many bytes a second through; yields its own port."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    listener.settimeout(0.2)
    stop = threading.Event()

    def forward(source: socket.socket, sink: socket.socket, slowly: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                sink.sendall(data)
                if slowly:
                    stop.wait(len(data) / bytes_a_second)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", port))
                sockets.extend((near, far))
                for source, sink, slowly in ((near, far, True), (far, near, False)):
                    threading.Thread(
                        target=forward, args=(source, sink), kwargs={"slowly": slowly}, daemon=True
                    ).start()

    sockets: list[socket.socket] = []
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        thread.join()
        for each in (listener, *sockets):
            each.close()


@pytest.mark.server("nginx-rtmp")
async def test_a_narrow_network_gets_a_smaller_stream(tmp_path: Path, rtmp: NginxRtmp) -> None:
    catalog = open_catalog(tmp_path / "data")
    try:
        with narrow(rtmp.port, 12_000) as port:
            url = f"rtmp://127.0.0.1:{port}/live/key"
            settings = small_settings(tmp_path / "room", outputs=(url,), video_kbps=800)
            async with on_air(make_room(catalog, settings)) as client:
                started = time.monotonic()
                while (status := await client.status())["video_kbps"] == 800:
                    assert time.monotonic() - started < 20, status["outputs"]
                    await asyncio.sleep(0.2)
                assert "the network is slow" in status["message"]
    finally:
        catalog.close()
