"""Packets into a container: files, HLS and RTMP differ only in format name and options."""

from collections.abc import Mapping
from fractions import Fraction

import av
from av.container import OutputContainer

from streaming.packets import Packet, StreamFormat


class Mux:
    """A container being written.

    The first `write` must bring a key frame; it dials the server or writes the file's head. Dialling and `close` may
    block for ever on a network address while holding the interpreter, so network targets are only written in a
    process that can be killed.
    """

    def __init__(
        self, target: str, container: str, stream_format: StreamFormat, options: Mapping[str, str] | None = None
    ) -> None:
        self._container: OutputContainer = av.open(target, "w", format=container, options=dict(options or {}))
        for name, value in stream_format.metadata:
            self._container.metadata[name] = value
        # The video stream must carry no header of its own: the muxer takes it from the first key frame. A stream
        # made any other way, with extradata set, or started before that frame gets an empty header, which browsers
        # refuse.
        self._video = self._container.add_mux_stream(
            "h264", rate=stream_format.fps, width=stream_format.width, height=stream_format.height
        )
        self._video.time_base = Fraction(1, 1000)
        self._audio = self._container.add_stream("aac", rate=stream_format.rate, layout="stereo")

    def write(self, packet: Packet) -> None:
        out = av.Packet(packet.data)
        out.pts, out.dts, out.time_base = packet.pts, packet.dts, packet.time_base
        out.is_keyframe = packet.key
        out.stream = self._video if packet.video else self._audio
        self._container.mux_one(out)

    def close(self) -> None:
        self._container.close()
