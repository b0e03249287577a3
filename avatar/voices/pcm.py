"""Sound that comes in bit by bit, as raw PCM or as a WAV file whose end nobody knows yet."""

import struct

import numpy as np
from numpy.typing import NDArray

_OTHERS = ((b"ID3", "MP3"), (b"\xff\xfb", "MP3"), (b"\xff\xf3", "MP3"), (b"OggS", "Ogg"), (b"fLaC", "FLAC"),
           (b'{"', "JSON"), (b"<!D", "HTML"), (b"<ht", "HTML"))  # fmt: skip
_LONGEST_HEADER = 4096
_INTEGERS, _FLOATS, _EITHER = 1, 3, 0xFFFE


class SoundError(Exception):
    """What came instead of sound, as the object of "sent"."""


class PcmReader:
    """`rate`: of raw PCM (mono, int16, little-endian); a WAV header says its own."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._channels, self._width, self._floats = 1, 2, False
        self._rest = b""
        self._begun = False
        self._left = -1  # bytes of sound in a WAV file that says how many; -1: until the end

    def read(self, data: bytes) -> NDArray[np.int16]:
        """The samples that are whole by now. Raises SoundError."""
        self._rest += data
        if not self._begun and not self._begin():
            return np.zeros(0, np.int16)
        if self._left >= 0:
            self._rest = self._rest[: self._left]
        whole = len(self._rest) // (self._channels * self._width) * self._channels * self._width
        taken, self._rest = self._rest[:whole], self._rest[whole:]
        if self._left >= 0:
            self._left -= whole
        if self._floats:
            floats = np.frombuffer(taken, np.dtype("<f4")).reshape(-1, self._channels).mean(axis=1)
            return np.asarray(np.clip(floats, -1, 1) * 32_767, np.int16)
        integers = np.frombuffer(taken, np.dtype("<i2")).reshape(-1, self._channels)
        return np.asarray(integers.mean(axis=1) if self._channels > 1 else integers[:, 0], np.int16)

    def _begin(self) -> bool:
        """Whether it is known what this is."""
        if len(self._rest) < 4:
            return False
        for start, name in _OTHERS:
            if self._rest.startswith(start):
                raise SoundError(name)
        if not self._rest.startswith(b"RIFF"):
            self._begun = True
            return True
        at = 12
        while len(self._rest) >= at + 8:
            part, size = self._rest[at : at + 4], struct.unpack_from("<I", self._rest, at + 4)[0]
            if part == b"data":
                self._rest = self._rest[at + 8 :]
                self._left = size if 0 < size < 0x7FFFFF00 else -1  # streamed headers say the most there is
                self._begun = True
                return True
            if part == b"fmt " and len(self._rest) >= at + 24:
                self._format(*struct.unpack_from("<HHIIHH", self._rest, at + 8))
            at += 8 + size + size % 2
        if len(self._rest) > _LONGEST_HEADER:
            raise SoundError("a WAV file without sound")
        return False

    def _format(self, kind: int, channels: int, rate: int, _: int, __: int, bits: int) -> None:
        if (kind, bits) not in ((_INTEGERS, 16), (_FLOATS, 32), (_EITHER, 16), (_EITHER, 32)) or not 0 < channels < 9:
            raise SoundError(f"a WAV file of {bits} bits that can't be read")
        self.rate, self._channels, self._width, self._floats = rate, channels, bits // 8, bits == 32
