"""Voice messages: what is taken for sound, and the seam to whoever writes it down."""

from typing import Protocol

from knowledge.model import Lang

MOST_SOUND = 4 * 1024 * 1024  # bytes; several minutes as browsers record
MOST_HEARD = 2000  # characters of a transcript that are kept: as many as the widget's input takes


class HearingError(Exception):
    """Nothing could be written down; the message is for the log."""


class Ears(Protocol):
    async def hear(self, sound: bytes, kind: str, lang: Lang) -> str:
        """What is said in `sound`, a whole file of a `kind` that `kind_of` knows; "" when nothing is said.

        `lang` is what the shopper most likely speaks. Raises HearingError.
        """
        ...

    async def close(self) -> None: ...


def kind_of(sound: bytes) -> str:
    """How a file of this kind ends, by its first bytes and never by what its sender calls it; "" for no sound."""
    starts = (
        (b"\x1a\x45\xdf\xa3", "webm"), (b"OggS", "ogg"), (b"RIFF", "wav"), (b"fLaC", "flac"), (b"ID3", "mp3"),
        (b"\xff\xfb", "mp3"),
    )  # fmt: skip
    if sound[4:8] == b"ftyp":
        return "mp4"
    return next((kind for start, kind in starts if sound.startswith(start)), "")
