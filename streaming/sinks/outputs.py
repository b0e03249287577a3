"""The sinks a room was asked for."""

from collections.abc import Callable
from pathlib import Path

from streaming.packets import Sink, SinkStatus, StreamFormat
from streaming.sinks.address import check, is_network
from streaming.sinks.targets import DISK, FileTarget, HlsTarget, NetworkTarget, RollingTarget
from streaming.sinks.writer import WriterSink

OnChange = Callable[[SinkStatus], None]


def open_output(output: str, stream_format: StreamFormat, on_change: OnChange | None = None) -> Sink:
    """The sink for an RTMP(S) URL or a file name. Raises OutputError for one that can never work."""
    check(output)
    if is_network(output):
        return WriterSink(NetworkTarget(output), stream_format, on_change=on_change)
    return WriterSink(FileTarget(Path(output)), stream_format, DISK, on_change)


def open_recording(target: RollingTarget, stream_format: StreamFormat, on_change: OnChange | None = None) -> Sink:
    return WriterSink(target, stream_format, DISK, on_change)


def open_hls(folder: Path, stream_format: StreamFormat) -> Sink:
    return WriterSink(HlsTarget(folder), stream_format, DISK)
