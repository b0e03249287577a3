"""The process that talks to one RTMP server. It may freeze and be killed at any moment; the room keeps going.

Standard input: one line of JSON (address and format; not on the command line, where anybody could read the stream
key), then packets, the first a key frame. Standard output: JSON lines, `ready` once packets are wanted, `up` once
connected, then progress twice a second.
"""

import base64
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
from fractions import Fraction
from typing import Any, BinaryIO

from streaming.mux import Mux
from streaming.packets import Packet, StreamFormat

HEAD = struct.Struct(">BIqqII")  # flags, size of the data, pts, dts, time base
_VIDEO, _KEY = 1, 2
_SEND_BUFFER = 256 * 1024  # small, so that a server that stopped reading is noticed before seconds are queued


def pack(packet: Packet) -> bytes:
    """A packet as it goes down the pipe."""
    flags = (_VIDEO if packet.video else 0) | (_KEY if packet.key else 0)
    base = packet.time_base
    return HEAD.pack(flags, len(packet.data), packet.pts, packet.dts, base.numerator, base.denominator) + packet.data


def pack_order(url: str, stream_format: StreamFormat) -> bytes:
    """The first line down the pipe."""
    order = {
        "url": url,
        "width": stream_format.width,
        "height": stream_format.height,
        "fps": stream_format.fps,
        "rate": stream_format.rate,
        "audio_config": base64.b64encode(stream_format.audio_config).decode(),
        "metadata": stream_format.metadata,
    }
    return json.dumps(order).encode() + b"\n"


def _read_packet(pipe: BinaryIO) -> Packet | None:
    head = pipe.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    flags, size, pts, dts, numerator, denominator = HEAD.unpack(head)
    data = pipe.read(size)
    if len(data) < size:
        return None
    return Packet(
        video=bool(flags & _VIDEO),
        data=data,
        pts=pts,
        dts=dts,
        time_base=Fraction(numerator, denominator),
        key=bool(flags & _KEY),
    )


def _tell(**event: Any) -> None:
    try:
        os.write(1, json.dumps(event).encode() + b"\n")
    except OSError:  # the room is gone: nobody to write for
        os._exit(0)


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


def _unsent(connection: socket.socket) -> int:
    """Bytes written that the server has not acknowledged."""
    raw = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0" * 4)
    unsent: int = struct.unpack("i", raw)[0]
    return unsent


def _report(connection: socket.socket | None) -> None:
    while True:
        try:
            _tell(unsent=_unsent(connection) if connection is not None else 0)
        except OSError:
            _tell(unsent=0)
        time.sleep(0.5)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the room's business: it says goodbye first
    pipe = sys.stdin.buffer
    order = json.loads(pipe.readline())
    stream_format = StreamFormat(
        width=order["width"],
        height=order["height"],
        fps=order["fps"],
        rate=order["rate"],
        audio_config=base64.b64decode(order["audio_config"]),
        metadata=tuple((name, value) for name, value in order["metadata"]),
    )
    try:
        mux = Mux(order["url"], "flv", stream_format, {"flvflags": "no_duration_filesize"})
        _tell(ready=True)
        if (first := _read_packet(pipe)) is None:
            return
        mux.write(first)
        connection = _connection()
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _tell(up=True)
        threading.Thread(target=_report, args=(connection,), daemon=True).start()
        while (packet := _read_packet(pipe)) is not None:
            mux.write(packet)
        mux.close()
        _tell(done=True)
    except OSError as error:  # PyAV's errors among them; their text may hold the address, so only the kind goes out
        _tell(error=error.strerror or type(error).__name__)
        os._exit(1)


if __name__ == "__main__":
    main()
