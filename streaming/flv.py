"""FLV for the browser preview: one tag per packet, made once and shared by every viewer."""

import struct

from streaming.packets import Packet, StreamFormat

_AUDIO, _VIDEO, _SCRIPT = 8, 9, 18
_AVC, _KEY, _INTER = 7, 1, 2
_AAC_44K_16_STEREO = 0xAF


def nal_units(annex_b: bytes) -> list[bytes]:
    """The NAL units between the start codes."""
    units = []
    start = annex_b.find(b"\0\0\1")
    while start >= 0:
        following = annex_b.find(b"\0\0\1", start + 3)
        end = len(annex_b) if following < 0 else following
        # A four-byte start code leaves its first zero behind.
        units.append(annex_b[start + 3 : end].rstrip(b"\0") if following >= 0 else annex_b[start + 3 :])
        start = following
    return units


def header(stream_format: StreamFormat, key_frame: Packet) -> bytes:
    """What every viewer must get before the first tag; `key_frame` brings the H.264 parameter sets."""
    start = b"FLV\x01\x05" + struct.pack(">II", 9, 0)
    values: list[tuple[str, float | str]] = [
        ("width", float(stream_format.width)),
        ("height", float(stream_format.height)),
        ("framerate", float(stream_format.fps)),
        ("videocodecid", 7.0),
        ("audiocodecid", 10.0),
        ("audiosamplerate", float(stream_format.rate)),
        *stream_format.metadata,
    ]
    moment = key_frame.dts_ms
    video = bytes([_KEY << 4 | _AVC, 0, 0, 0, 0]) + _avc_config(key_frame.data)
    audio = bytes([_AAC_44K_16_STEREO, 0]) + stream_format.audio_config
    return start + _tag(_SCRIPT, 0, _on_metadata(values)) + _tag(_VIDEO, moment, video) + _tag(_AUDIO, moment, audio)


def tag(packet: Packet) -> bytes:
    if not packet.video:
        return _tag(_AUDIO, packet.dts_ms, bytes([_AAC_44K_16_STEREO, 1]) + packet.data)
    units = [unit for unit in nal_units(packet.data) if unit and unit[0] & 31 not in (7, 8, 9)]
    body = b"".join(struct.pack(">I", len(unit)) + unit for unit in units)
    kind = (_KEY if packet.key else _INTER) << 4 | _AVC
    offset = struct.pack(">i", packet.pts_ms - packet.dts_ms)[1:]
    return _tag(_VIDEO, packet.dts_ms, bytes([kind, 1]) + offset + body)


def _tag(kind: int, moment_ms: int, body: bytes) -> bytes:
    # The timestamp's top byte comes last, a leftover of the 24 bits it once had.
    stamp = struct.pack(">I", moment_ms & 0x7FFFFFFF)
    head = bytes([kind]) + struct.pack(">I", len(body))[1:] + stamp[1:] + stamp[:1] + b"\0\0\0"
    return head + body + struct.pack(">I", len(head) + len(body))


def _avc_config(annex_b: bytes) -> bytes:
    units = nal_units(annex_b)
    sps = next(unit for unit in units if unit and unit[0] & 31 == 7)
    pps = next(unit for unit in units if unit and unit[0] & 31 == 8)
    return (
        bytes([1, sps[1], sps[2], sps[3], 0xFF, 0xE1])
        + struct.pack(">H", len(sps))
        + sps
        + b"\x01"
        + struct.pack(">H", len(pps))
        + pps
    )


def _on_metadata(values: list[tuple[str, float | str]]) -> bytes:
    name = b"onMetaData"
    body = b"\x02" + struct.pack(">H", len(name)) + name + b"\x08" + struct.pack(">I", len(values))
    for key, value in values:
        body += struct.pack(">H", len(key)) + key.encode()
        if isinstance(value, str):
            encoded = value.encode()
            body += b"\x02" + struct.pack(">H", len(encoded)) + encoded
        else:
            body += b"\x00" + struct.pack(">d", value)
    return body + b"\0\0\x09"
