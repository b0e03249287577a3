"""The AIGC mark inside the picture's stream: servers that pass a stream on rewrite its metadata, but not its frames."""

from uuid import UUID

# Made for this mark; without zero bytes, so that nothing in the message needs escaping.
MARK = UUID("9f2c61d4-7b1e-4a85-b3d7-5ec8a1f6437b")
_USER_DATA = 5  # user_data_unregistered
_SEI, _IDR, _SLICE = 6, 5, 1


def message(text: str) -> bytes:
    """An SEI unit in Annex B that carries `text`, which is ASCII without control characters."""
    body = MARK.bytes + text.encode("ascii")
    if b"\0" in body:
        raise ValueError("the mark holds a zero byte")
    size = b"\xff" * (len(body) // 255) + bytes([len(body) % 255])
    return b"\0\0\0\1" + bytes([_SEI, _USER_DATA]) + size + body + b"\x80"


def marked(frame: bytes, unit: bytes) -> bytes:
    """An Annex B frame with `unit` in front of its first slice, behind its parameter sets."""
    at = 0
    while (at := frame.find(b"\0\0\1", at)) >= 0:
        if frame[at + 3] & 31 in (_IDR, _SLICE):
            start = at - 1 if at and frame[at - 1] == 0 else at
            return frame[:start] + unit + frame[start:]
        at += 3
    return frame


def read(frame: bytes) -> str:
    """The mark that a frame carries, in Annex B or with lengths; empty when there is none."""
    at = frame.find(MARK.bytes)
    if at < 0:
        return ""
    size, back = frame[at - 1], at - 2
    while frame[back] == 255:
        size, back = size + 255, back - 1
    return frame[at + len(MARK.bytes) : at + size].decode("ascii", "replace")
