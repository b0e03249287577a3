"""The sinks a room was asked for."""

from collections.abc import Callable
from pathlib import Path

from streaming.packets import Sink, SinkStatus, StreamFormat
from streaming.sinks.address import check, is_network
from streaming.sinks.file import FileSink
from streaming.sinks.rtmp import RtmpSink


def open_output(
    output: str, stream_format: StreamFormat, on_change: Callable[[SinkStatus], None] | None = None
) -> Sink:
    """The sink for an RTMP(S) URL or a file name. Raises OutputError for one that can never work."""
    check(output)
    if is_network(output):
        return RtmpSink(output, stream_format, on_change=on_change)
    return FileSink(Path(output), stream_format, on_change=on_change)
