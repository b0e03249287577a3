"""Pictures and sound in, H.264 and AAC packets out; timestamps come from counting frames and samples."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.video.frame import PictureType
from numpy.typing import NDArray

from avatar.media import RATE
from streaming.codecs import choose, open_video
from streaming.packets import Packet, StreamFormat
from streaming.sei import marked, message
from streaming.settings import RoomSettings

AAC_FRAME = 1024  # samples
_DUAL_MONO = np.float32(2**-0.5)  # the same sound from two loudspeakers is 3 dB louder than from one


class Encoder:
    """One room's encoder. Not thread-safe: the frame loop owns it."""

    def __init__(self, settings: RoomSettings, metadata: tuple[tuple[str, str], ...] = ()) -> None:
        self._settings = settings
        self.codec = choose(settings)  # by the name it has in the table
        self.kbps = settings.video_kbps  # aimed at
        self._video = open_video(self.codec, settings, self.kbps)
        self._audio = _open_audio(settings)
        self._mark = b"".join(message(value) for name, value in metadata if name == "AIGC")
        self._frames = 0
        self._samples = self._first = 0  # given to the AAC encoder; where it began
        self._pending = np.empty(0, np.float32)
        self._skip = 0
        self.format = StreamFormat(
            width=settings.width,
            height=settings.height,
            fps=settings.fps,
            rate=RATE,
            # The encoder appends an SBR marker that some players take for a different sample rate.
            audio_config=bytes(self._audio.extradata or b"")[:2],
            metadata=metadata,
        )

    def encode(self, picture: NDArray[np.uint8], pcm: NDArray[np.int16], *, key: bool = False) -> list[Packet]:
        """Encode the next frame.

        `picture` is I420: (height * 3 / 2, width), planes one under the other. `pcm` is its RATE / fps mono samples.
        `key` asks for a key frame now.
        """
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = self._frames, Fraction(1, self._settings.fps)
        if key:
            frame.pict_type = PictureType.I
        self._frames += 1
        packets = [self._marked(_packet(packet, video=True)) for packet in self._video.encode(frame)]
        skipped = min(self._skip, len(pcm))
        self._skip -= skipped
        self._pending = np.concatenate([self._pending, pcm[skipped:].astype(np.float32) / 32768.0])
        while len(self._pending) >= AAC_FRAME:
            packets += self._encode_audio(self._pending[:AAC_FRAME])
            self._pending = self._pending[AAC_FRAME:]
        return packets

    def _marked(self, packet: Packet) -> Packet:
        """The law's implicit label goes with every key frame: servers drop what else a stream says of itself."""
        return replace(packet, data=marked(packet.data, self._mark)) if packet.key and self._mark else packet

    def aim(self, kbps: int) -> None:
        """From the next picture on take so much for the picture: x264 and NVENC change over without a key frame."""
        self.kbps = kbps
        self._video.bit_rate = kbps * 1000

    def begin_at(self, frame: int, sample: int) -> None:
        """Go on where another encoder stopped: the next picture is number `frame`, the next packet of sound begins at
        `sample`. Before the first picture only."""
        self._frames, self._samples, self._first = frame, sample, sample
        ahead = sample - frame * (RATE // self._settings.fps)
        self._pending = np.zeros(max(0, -ahead), np.float32)  # sound that is missing before the first picture's
        self._skip = max(0, ahead)  # sound of the first pictures that was sent already

    def finish(self) -> list[Packet]:
        """What is still inside; the encoder takes nothing after this."""
        packets = [self._marked(_packet(packet, video=True)) for packet in self._video.encode(None)]
        if len(self._pending):
            last = np.zeros(AAC_FRAME, np.float32)
            last[: len(self._pending)] = self._pending
            packets += self._encode_audio(last)
            self._pending = self._pending[:0]
        end = self._frames * RATE // self._settings.fps
        drained = [_packet(packet, video=False) for packet in self._audio.encode(None)]
        # The AAC encoder drains a frame of padding: sound would outlast the picture.
        return packets + [packet for packet in drained if packet.pts < end]

    def _encode_audio(self, mono: NDArray[np.float32]) -> list[Packet]:
        half = mono * _DUAL_MONO
        frame = av.AudioFrame.from_ndarray(np.stack([half, half]), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._samples, Fraction(1, RATE)
        self._samples += AAC_FRAME
        # The first packet is priming from before the beginning: FLV has no timestamp for it, others had that moment.
        return [
            _packet(packet, video=False) for packet in self._audio.encode(frame) if (packet.pts or 0) >= self._first
        ]


def _open_audio(settings: RoomSettings) -> AudioCodecContext:
    context = av.CodecContext.create("aac", "w")
    assert isinstance(context, AudioCodecContext)
    context.sample_rate, context.layout, context.format = RATE, "stereo", "fltp"
    context.bit_rate, context.time_base = settings.audio_kbps * 1000, Fraction(1, RATE)
    context.options = {"aac_coder": "fast"}
    context.open()
    return context


def _packet(packet: "av.Packet[Any]", *, video: bool) -> Packet:
    assert packet.pts is not None and packet.dts is not None
    return Packet(
        video=video,
        data=bytes(packet),
        pts=packet.pts,
        dts=packet.dts,
        time_base=packet.time_base,
        key=video and packet.is_keyframe,
    )
