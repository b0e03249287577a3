"""What goes down the pipe to a writing process: one line that says what to write, then packets."""

import base64
import json
import struct
from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Any, BinaryIO

from streaming.packets import Packet, StreamFormat

NETWORK, FILE, ROLLING, HLS = "network", "file", "rolling", "hls"  # kinds of target
_HEAD = struct.Struct(">BIqqII")  # flags, size of the data, pts, dts, time base
_VIDEO, _KEY = 1, 2


def pack(packet: Packet) -> bytes:
    flags = (_VIDEO if packet.video else 0) | (_KEY if packet.key else 0)
    base = packet.time_base
    return _HEAD.pack(flags, len(packet.data), packet.pts, packet.dts, base.numerator, base.denominator) + packet.data


def read_packet(pipe: BinaryIO) -> Packet | None:
    """The next packet, or None at the end of the stream, also when it ends amid a packet."""
    head = pipe.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    flags, size, pts, dts, numerator, denominator = _HEAD.unpack(head)
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


def pack_order(target: Mapping[str, Any], stream_format: StreamFormat) -> bytes:
    """The first line: where to write (`kind` and what that kind needs) and what the packets are."""
    known = {**asdict(stream_format), "audio_config": base64.b64encode(stream_format.audio_config).decode()}
    return json.dumps({"target": dict(target), "format": known}).encode() + b"\n"


def read_order(line: bytes) -> tuple[dict[str, Any], StreamFormat]:
    order = json.loads(line)
    known = order["format"]
    known["audio_config"] = base64.b64decode(known["audio_config"])
    known["metadata"] = tuple((name, value) for name, value in known["metadata"])
    return order["target"], StreamFormat(**known)
