"""The process that writes one output: to an RTMP server, into files. It may freeze and be killed at any moment; the
room keeps going.

Standard input: one line of JSON (what to write and its format; not on the command line, where anybody could read a
stream key), then packets, the first a key frame. Standard output: JSON lines, `ready` once packets are wanted, `up`
once connected, then progress twice a second.
"""

import fcntl
import json
import os
import signal
import socket
import stat
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streaming.mux import Mux
from streaming.packets import Packet, StreamFormat
from streaming.sinks.files import FileWriting, HlsWriting, RollingWriting, Writing
from streaming.sinks.wire import FILE, HLS, NETWORK, ROLLING, read_order, read_packet

_SEND_BUFFER = 256 * 1024  # small, so that a server that stopped reading is noticed before seconds are queued
_REPORT_S = 0.5
_ORPHAN_S = 5  # to write out what a room that was killed had handed over
_FROZEN_S = 60  # a call that holds the interpreter for so long: the system ends the process, also without its room


class NetworkWriting:
    """An RTMP server. Dialled by the first packet; may block for ever with the interpreter held."""

    paused = file = ""

    def __init__(self, url: str, stream_format: StreamFormat) -> None:
        self._mux = Mux(url, "flv", stream_format, {"flvflags": "no_duration_filesize"})

    def write(self, packet: Packet) -> None:
        self._mux.write(packet)

    def close(self) -> None:
        self._mux.close()


def _rolling(target: Mapping[str, Any], stream_format: StreamFormat) -> Writing:
    told = {name: target[name] for name in ("run", "keep_s", "piece_s", "spare_bytes")}
    return RollingWriting(Path(target["folder"]), stream_format, **told)


WRITINGS: Mapping[str, Callable[[Mapping[str, Any], StreamFormat], Writing]] = {
    NETWORK: lambda target, known: NetworkWriting(target["url"], known),
    FILE: lambda target, known: FileWriting(Path(target["path"]), known),
    ROLLING: _rolling,
    HLS: lambda target, known: HlsWriting(Path(target["folder"]), known),
}


def _tell(**event: Any) -> bool:
    """Whether there is still somebody to tell."""
    try:
        os.write(1, json.dumps(event).encode() + b"\n")
    except OSError:
        return False
    return True


def _connection() -> socket.socket | None:
    """The muxer's socket, which ffmpeg does not hand out: the only connected stream among our descriptors."""
    for number in range(3, 256):
        try:
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
            found = socket.socket(fileno=os.dup(number))
        except OSError:
            continue
        try:
            found.getpeername()
            if found.type == socket.SOCK_STREAM and found.family in (socket.AF_INET, socket.AF_INET6):
                return found
        except OSError:
            pass
        found.close()
    return None


def _unsent(connection: socket.socket | None) -> int:
    """Bytes written that the server has not acknowledged."""
    if connection is None:
        return 0
    try:
        raw = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0" * 4)
    except OSError:
        return 0
    unsent: int = struct.unpack("i", raw)[0]
    return unsent


@dataclass
class _Progress:
    """Written by the main thread, told by another."""

    writing: Writing
    connection: socket.socket | None
    packets: int = 0
    written: int = 0
    bytes: int = 0
    at_ms: int = 0  # of the room's stream, up to where it is written

    def wrote(self, packet: Packet) -> None:
        self.packets += 1
        if not self.writing.paused:
            self.written += 1
            self.bytes += len(packet.data)
            self.at_ms = packet.dts_ms

    def tell(self) -> bool:
        return _tell(
            unsent=_unsent(self.connection),
            packets=self.packets,
            written=self.written,
            bytes=self.bytes,
            at_ms=self.at_ms,
            file=self.writing.file,
            paused=self.writing.paused,
        )


def _report(progress: _Progress) -> None:
    while progress.tell():
        signal.alarm(_FROZEN_S)
        time.sleep(_REPORT_S)
    signal.alarm(_ORPHAN_S)  # the room is gone: what it handed over is still written, unless that hangs


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the room's business: it says goodbye first
    pipe = sys.stdin.buffer
    if not (order := pipe.readline()):
        return  # it was kept in reserve, and is not needed
    signal.alarm(_FROZEN_S)
    target, stream_format = read_order(order)
    try:
        writing = WRITINGS[target["kind"]](target, stream_format)
        _tell(ready=True)
        if (packet := read_packet(pipe)) is None:
            return
        writing.write(packet)
        connection = _connection() if target["kind"] == NETWORK else None
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        progress = _Progress(writing, connection)
        progress.wrote(packet)
        progress.tell()
        _tell(up=True)
        threading.Thread(target=_report, args=(progress,), daemon=True).start()
        while (packet := read_packet(pipe)) is not None:
            writing.write(packet)
            progress.wrote(packet)
        writing.close()
        progress.tell()
        _tell(done=True)
    except OSError as error:  # PyAV's errors among them; their text may hold the address, so only the kind goes out
        _tell(error=error.strerror or type(error).__name__)
        os._exit(1)


if __name__ == "__main__":
    main()
