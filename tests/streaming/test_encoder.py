"""What the encoder and the containers put out, as a player reads it."""

import io
import json
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from avatar.media import RATE
from streaming import flv, sei
from streaming.encoder import Encoder
from streaming.mux import Mux
from streaming.packets import Packet
from streaming.room import aigc_mark
from streaming.settings import RoomSettings
from tests.streaming.parts import small_settings


def encoded(settings: RoomSettings, frames: int, *, keys: tuple[int, ...] = ()) -> tuple[Encoder, list[Packet]]:
    encoder = Encoder(settings, aigc_mark("shop", settings.room))
    picture = np.full((settings.height * 3 // 2, settings.width), 128, np.uint8)
    samples = RATE // settings.fps
    packets = []
    for frame in range(frames):
        picture[: settings.height] = (np.arange(settings.width) + frame * 3) & 255
        tone = np.sin(2 * np.pi * 440 * (frame * samples + np.arange(samples)) / RATE) * 8000
        packets += encoder.encode(picture, tone.astype(np.int16), key=frame in keys)
    return encoder, packets + encoder.finish()


def ends_s(packets: list[Packet], settings: RoomSettings) -> tuple[float, float]:
    video = max(float(p.pts * p.time_base) for p in packets if p.video) + 1 / settings.fps
    audio = max(float(p.pts * p.time_base) for p in packets if not p.video) + 1024 / RATE
    return video, audio


@pytest.mark.parametrize("frames", [1, 7, 60, 251])
def test_sound_and_picture_end_together(tmp_path: Path, frames: int) -> None:
    settings = small_settings(tmp_path)
    _, packets = encoded(settings, frames)
    video, audio = ends_s(packets, settings)
    assert video == pytest.approx(frames / 25)
    assert abs(video - audio) <= 0.040


def test_timestamps_come_from_counting(tmp_path: Path) -> None:
    _, packets = encoded(small_settings(tmp_path), 100)
    video = [p for p in packets if p.video]
    audio = [p for p in packets if not p.video]
    assert [p.pts for p in video] == list(range(100)) and {p.time_base for p in video} == {Fraction(1, 25)}
    assert [p.pts for p in audio] == [n * 1024 for n in range(len(audio))]
    assert all(p.pts == p.dts for p in packets)


def test_key_frames_every_two_seconds_and_on_request(tmp_path: Path) -> None:
    _, packets = encoded(small_settings(tmp_path), 120, keys=(33,))
    assert [p.pts for p in packets if p.key] == [0, 33, 83]


def test_flv_header_bytes_are_what_browsers_need(tmp_path: Path) -> None:
    """An empty AVC or AAC configuration plays in ffmpeg and is refused by browsers."""
    encoder, packets = encoded(small_settings(tmp_path), 10)
    key = next(p for p in packets if p.key)
    head = flv.header(encoder.format, key)
    units = {unit[0] & 31: unit for unit in flv.nal_units(key.data) if unit}
    assert head.startswith(b"FLV\x01\x05\x00\x00\x00\x09")
    config = b"\x01" + units[7][1:4] + b"\xff\xe1" + len(units[7]).to_bytes(2, "big") + units[7]
    assert b"\x17\x00\x00\x00\x00" + config in head
    assert b"\xaf\x00\x12\x10" in head  # AAC-LC, 44.1 kHz, stereo
    assert b'"Label":"1"' in head


def test_flv_plays_from_a_later_key_frame(tmp_path: Path) -> None:
    encoder, packets = encoded(small_settings(tmp_path), 60)
    start = next(i for i, p in enumerate(packets) if p.key and p.pts > 0)
    stream = flv.header(encoder.format, packets[start]) + b"".join(map(flv.tag, packets[start:]))
    with av.open(io.BytesIO(stream)) as container:
        frames = sum(1 for _ in container.decode(video=0))
    assert frames == 10
    with av.open(io.BytesIO(stream)) as container:
        times = [float(frame.pts * frame.time_base) for frame in container.decode(audio=0) if frame.pts is not None]
    assert times == sorted(times) and times[0] == pytest.approx(2.0, abs=0.08)


@pytest.mark.parametrize(("name", "container"), [("a.mp4", "mp4"), ("a.mkv", "matroska"), ("a.flv", "flv")])
def test_containers_carry_headers_and_the_ai_mark(tmp_path: Path, name: str, container: str) -> None:
    encoder, packets = encoded(small_settings(tmp_path), 50)
    options = {"movflags": "frag_keyframe+empty_moov+use_metadata_tags"} if container == "mp4" else {}
    mux = Mux(str(tmp_path / name), container, encoder.format, options)
    for packet in packets:
        mux.write(packet)
    mux.close()
    with av.open(str(tmp_path / name)) as found:
        video, audio = found.streams.video[0], found.streams.audio[0]
        assert video.codec_context.extradata and len(video.codec_context.extradata) > 30
        assert audio.codec_context.extradata and audio.codec_context.extradata[:2] == b"\x12\x10"
        assert json.loads(found.metadata["AIGC"])["Label"] == "1"
        assert sum(1 for _ in found.decode(video=0)) == 50


@pytest.mark.server("ffprobe")
def test_720p_as_ffprobe_sees_it(tmp_path: Path) -> None:
    settings = small_settings(tmp_path, width=1280, height=720, video_kbps=2500)
    encoder, packets = encoded(settings, 30)
    path = tmp_path / "out.mp4"
    mux = Mux(str(path), "mp4", encoder.format)
    for packet in packets:
        mux.write(packet)
    mux.close()
    shown = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(path)], capture_output=True, check=True
    )
    assert not shown.stderr
    video, audio = json.loads(shown.stdout)["streams"]
    assert (video["codec_name"], video["width"], video["height"], video["r_frame_rate"]) == ("h264", 1280, 720, "25/1")
    assert (video["color_space"], video["color_range"], video["pix_fmt"]) == ("bt709", "tv", "yuv420p")
    assert (audio["codec_name"], audio["sample_rate"], audio["channels"]) == ("aac", "44100", 2)


def test_every_key_frame_carries_the_ai_mark_and_others_do_not(tmp_path: Path) -> None:
    encoder, packets = encoded(small_settings(tmp_path), 55, keys=(30,))
    mark = dict(encoder.format.metadata)["AIGC"]
    video = [packet for packet in packets if packet.video]
    assert [at for at, packet in enumerate(video) if packet.key] == [0, 30]
    assert all(sei.read(packet.data) == (mark if packet.key else "") for packet in video)
    units = [unit[0] & 31 for unit in flv.nal_units(video[0].data)]
    assert units[:2] == [7, 8] and units.index(5) == max(at for at, kind in enumerate(units) if kind == 6) + 1
    assert sei.read(sei.marked(b"\0\0\1\x65frame", sei.message("x" * 700))) == "x" * 700


def test_the_ai_mark_has_only_allowed_characters() -> None:
    ((name, value),) = aigc_mark('店 "a\\b"', "room")
    mark = json.loads(value)
    assert name == "AIGC" and mark["ContentProducer"] == "ab" and mark["ProduceID"] == mark["PropagateID"]
    assert set(mark) == {
        "Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong", [{"fps": 24}, {"width": 1281}, {"preset": "placebo"}, {"room": "../etc"}, {"video_kbps": 5}]
)
def test_settings_that_cannot_work_are_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        small_settings(tmp_path, **wrong)
