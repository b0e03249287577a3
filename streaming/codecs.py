"""What can make H.264 here, by name: a graphics card where there is one that can, x264 anywhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import structlog
from av.codec.hwaccel import HWAccel
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from streaming.flv import nal_units
from streaming.settings import RoomSettings

log = structlog.get_logger(__name__)

_SPS, _PPS = 7, 8  # kinds of NAL unit
_BT709, _LIMITED = 1, 1  # ffmpeg's numbers for the colour matrix and the 16..235 range


class EncoderError(RuntimeError):
    """The encoder that was asked for does not work here; the message says what to do."""


def _x264(settings: RoomSettings) -> dict[str, str]:
    options = {"preset": settings.preset, "tune": "zerolatency", "profile": "high", "forced-idr": "1"}
    # Of a host before a still background a finer search for motion saves nothing: 0.1 dB for half as much again.
    return {**options, "subq": "1"} if settings.preset == "veryfast" else options


def _nvenc(settings: RoomSettings) -> dict[str, str]:
    low_delay = {"preset": "p4", "tune": "ll", "zerolatency": "1", "delay": "0", "bf": "0"}
    return {**low_delay, "rc": "cbr", "profile": "high", "forced-idr": "1"}


def _vaapi(settings: RoomSettings) -> dict[str, str]:
    return {"rc_mode": "CBR", "profile": "high", "bf": "0", "async_depth": "1"}


@dataclass(frozen=True, slots=True)
class Codec:
    """One way to make H.264 with headers in front of every key frame and no delay."""

    name: str  # ffmpeg's
    options: Callable[[RoomSettings], Mapping[str, str]]
    device: str = ""  # a file that is there when the hardware may be
    hwaccel: str = ""  # pictures are brought to the card first


CODECS: Mapping[str, Codec] = {  # best first
    "nvenc": Codec("h264_nvenc", _nvenc, device="/dev/nvidiactl"),
    "vaapi": Codec("h264_vaapi", _vaapi, device="/dev/dri/renderD128", hwaccel="vaapi"),
    "x264": Codec("libx264", _x264),
}


def open_video(name: str, settings: RoomSettings, kbps: int) -> VideoCodecContext:
    """The encoder called `name`, at `kbps`. Raises OSError, LookupError or RuntimeError where it does not work."""
    codec = CODECS[name]
    context = av.CodecContext.create(codec.name, "w", HWAccel(codec.hwaccel) if codec.hwaccel else None)
    if not isinstance(context, VideoCodecContext):
        raise EncoderError(f"{codec.name} encodes no pictures")
    context.width, context.height, context.pix_fmt = settings.width, settings.height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, settings.fps), Fraction(settings.fps, 1)
    context.bit_rate = kbps * 1000
    context.gop_size = round(settings.keyframe_s * settings.fps)
    context.thread_count = 1
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.color_range = _LIMITED
    rate = f"{settings.video_kbps}k"
    context.options = {**codec.options(settings), "maxrate": rate, "bufsize": rate}
    context.open()
    return context


def choose(settings: RoomSettings) -> str:
    """The best encoder that works here, or the one that the settings name; raises EncoderError when that one does not.

    A driver that is there may still refuse (a card without an encoder, too many sessions), so each is tried.
    """
    if settings.encoder != "auto":
        if reason := _fails(settings.encoder, settings):
            raise EncoderError(f"the encoder {settings.encoder!r} does not work here ({reason}); choose auto or x264")
        return settings.encoder
    for name, codec in CODECS.items():
        if codec.device and not Path(codec.device).exists():
            continue
        reason = _fails(name, settings) if codec.device else ""
        if not reason:
            return name
        log.info("this encoder is not used", encoder=name, reason=reason)
    raise EncoderError("no H.264 encoder works here; reinstall the av package")


def _fails(name: str, settings: RoomSettings) -> str:
    """Why an encoder cannot be used, or an empty string: it must begin with a key frame that brings its headers."""
    try:
        context = open_video(name, settings, settings.video_kbps)
        frame = av.VideoFrame.from_ndarray(
            np.full((settings.height * 3 // 2, settings.width), 128, np.uint8), format="yuv420p"
        )
        packets = []
        for number in range(3):
            frame.pts, frame.time_base = number, Fraction(1, settings.fps)
            frame.pict_type = PictureType.I if number == 2 else PictureType.NONE
            packets += context.encode(frame)
    except (OSError, LookupError, RuntimeError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error) or type(error).__name__
    if len(packets) < 3:
        return "it holds pictures back"
    for packet in (packets[0], packets[2]):
        kinds = {unit[0] & 31 for unit in nal_units(bytes(packet)) if unit}
        if not packet.is_keyframe or not {_SPS, _PPS} <= kinds:
            return "its key frames come without their headers"
    return ""
