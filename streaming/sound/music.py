"""Background music: a merchant's own files, or the built-in bed, decoded once and then looped without a seam."""

import os
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import structlog
from numpy.typing import NDArray

from avatar.media import RATE
from streaming.sound.bed import TUNES, bed
from streaming.sound.loudness import SILENCE, Integrated, Samples

log = structlog.get_logger(__name__)

KINDS = (".mp3", ".m4a", ".aac", ".flac", ".wav", ".ogg", ".opus", ".wma", ".mp4", ".mka", ".aif", ".aiff")
_MOST_S = 7200  # of all files together, 635 MB on disk
_LEAST_S = 1.0
_OVERLAP_S = 1.5  # the end of a piece under the beginning of the next
_LOUDEST = 0.5  # no peak of the music is higher
_AUDIBLE = 0.003  # what is below, at both ends of a file, would be heard as a gap


class MusicError(Exception):
    """One sentence about what is wrong with the music, for the merchant."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """`count` samples from `start` on, to be played with `gain`."""

    start: int
    count: int
    gain: float


def tracks(source: str) -> tuple[Path, ...]:
    """The files that `source` names: one file, or a folder's in order of their names. Raises MusicError."""
    path = Path(source).expanduser()
    if path.is_dir():
        found = tuple(sorted(each for each in path.iterdir() if each.suffix.lower() in KINDS))
        if not found:
            raise MusicError(f"there is no music in the folder {path}: put {', '.join(KINDS[:6])} files there")
        return found
    if not path.is_file():
        raise MusicError(f"the music {path} is not there: check the setting 'music'")
    return (path,)


def _decoded(path: Path) -> Iterator[Samples]:
    """The file's sound at RATE, mono. Raises MusicError."""
    try:
        with av.open(str(path)) as file:
            if not file.streams.audio:
                raise MusicError(f"there is no sound in {path.name}: choose another file for the music")
            resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
            for frame in file.decode(audio=0):
                for ready in resampler.resample(frame):
                    yield np.asarray(ready.to_ndarray()[0], np.float32)
            for ready in resampler.resample(None):
                yield np.asarray(ready.to_ndarray()[0], np.float32)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise MusicError(f"{path.name} cannot be read as music: choose another file, or convert it to MP3") from error


class Playlist:
    """Music from `source`, a file, a folder or one of our own TUNES, at `lufs`, each fading into the next.

    From `start` on it is decoded in a thread of its own into an unnamed file in `folder`, so that hours of it take no
    memory. Until then, and when it cannot be read, there is none: `trouble` says why, in one sentence.
    """

    def __init__(self, source: str, folder: Path, lufs: float) -> None:
        self._source, self._folder, self._lufs = source, folder, lufs
        self._pieces: tuple[_Piece, ...] = ()
        self._file: int | None = None
        self._closed = threading.Event()
        self._current = self._at = 0
        self._rise = np.zeros(0, np.float32)
        self.trouble = ""
        self._thread = threading.Thread(target=self._prepare, name="music", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def take(self, count: int) -> Samples | None:
        """The next samples, -1..1; None while there is no music. Never waits."""
        pieces, found = self._pieces, []
        if not pieces:
            return None
        while count:
            piece = pieces[self._current]
            alone = piece.count - len(self._rise)
            if self._at < alone:
                part = min(count, alone - self._at)
                found.append(self._read(piece, self._at, part))
            else:
                following = (self._current + 1) % len(pieces)
                since = self._at - alone
                part = min(count, piece.count - self._at)
                rise, fall = self._rise[since : since + part], self._rise[::-1][since : since + part]
                head = self._read(pieces[following], since, part)
                found.append(self._read(piece, self._at, part) * fall + head * rise)
                if self._at + part == piece.count:
                    self._current, self._at = following, len(self._rise) - part
            self._at += part
            count -= part
        return np.concatenate(found)

    def wait(self, seconds: float) -> bool:
        """Until the music is ready or known not to come; False when that takes longer."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def close(self) -> None:
        """Forget the music. `take` must not be called any more."""
        self._closed.set()
        if self._thread.ident is not None:
            self._thread.join(2.0)
        if self._file is not None:
            os.close(self._file)
        self._pieces, self._file = (), None

    def _read(self, piece: _Piece, at: int, count: int) -> Samples:
        assert self._file is not None  # there are pieces
        raw = os.pread(self._file, count * 2, (piece.start + at) * 2)
        return np.frombuffer(raw, np.int16).astype(np.float32) * np.float32(piece.gain)

    def _prepare(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._folder) as file:
                self._file = os.dup(file.fileno())
            sources = (None,) if self._source in TUNES else tracks(self._source)
            pieces = [piece for path in sources if (piece := self._stored(path)) is not None]
        except MusicError as error:
            self.trouble, pieces = str(error), []
        except OSError as error:
            self.trouble = f"the music cannot be made ready ({error.strerror}): look after the disk of {self._folder}"
            pieces = []
        if self.trouble:
            log.warning("music is missing", reason=self.trouble)
        if pieces and not self._closed.is_set():
            overlap = min(round(_OVERLAP_S * RATE), min(piece.count for piece in pieces) // 4)
            looped = self._source in TUNES  # made to be repeated as it is
            self._rise = np.sin(np.linspace(0, np.pi / 2, 0 if looped else overlap, dtype=np.float32))
            self._pieces = tuple(pieces)

    def _stored(self, path: Path | None) -> _Piece | None:
        """One file, or the bed, decoded; None, with the trouble told, when it cannot be used though others may be."""
        assert self._file is not None
        loudness, peak, first, end = Integrated(), 0.0, -1, 0
        count = os.fstat(self._file).st_size // 2
        try:
            for block in _decoded(path) if path else (bed(self._source),):
                if self._closed.is_set() or count > _MOST_S * RATE:
                    break
                heard = np.flatnonzero(np.abs(block) > _AUDIBLE)
                if len(heard):
                    first = count + int(heard[0]) if first < 0 else first
                    end = count + int(heard[-1]) + 1
                    peak = max(peak, float(np.abs(block).max()))
                loudness.feed(block)
                _write(self._file, np.rint(np.clip(block, -1, 1) * np.float32(32_767)).astype(np.int16))
                count += len(block)
            if end - first < _LEAST_S * RATE:
                name = path.name if path else self._source
                raise MusicError(f"{name} is less than a second of sound: choose another file for the music")
        except MusicError as error:
            self.trouble = self.trouble or str(error)
            return None
        gain = 10 ** ((self._lufs - loudness.lufs) / 20) if loudness.lufs > SILENCE else 1.0
        return _Piece(first, end - first, min(gain, _LOUDEST / peak) / 32_768)


def _write(file: int, pcm: NDArray[np.int16]) -> None:
    left = memoryview(pcm.tobytes())
    while left:
        left = left[os.write(file, left) :]
