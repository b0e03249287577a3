"""A merchant's own music for the rooms: told by its content, kept with a note of the right to play it."""

import os
import re
import tempfile
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

import av
import yaml

from streaming.sound.bed import TUNES
from streaming.sound.music import MusicError
from web.errors import Refusal

MOST_BYTES = 40 * 1024 * 1024
MOST_S = 3600
OFF, OWN = "off", "own:"
_ID = re.compile(r"[a-z0-9]{1,20}")
_KINDS = (  # how a file begins, FFmpeg's name for it, its ending; nothing that could name other files
    (re.compile(rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"), "mp3", ".mp3"),
    (re.compile(rb"fLaC"), "flac", ".flac"),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "wav", ".wav"),
    (re.compile(rb"OggS"), "ogg", ".ogg"),
    (re.compile(rb"....ftyp", re.DOTALL), "mp4", ".m4a"),
    (re.compile(rb"\xff[\xf1\xf9]"), "aac", ".aac"),
)


@dataclass(frozen=True, slots=True)
class Track:
    """`rights`: why it may be played in public, in the merchant's words; `recorded`: who said so, and when."""

    title: str
    rights: str
    recorded: str
    ending: str


class Tracks:
    """Files `FOLDER/ID.mp3` with `FOLDER/ID.yaml`. Blocking."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[tuple[str, Track]]:
        """Those whose note can be read, by title."""
        found = [(path.stem, track) for path in self._folder.glob("*.yaml") if (track := _noted(path)) is not None]
        return sorted(found, key=lambda each: each[1].title)

    def path(self, track_id: str) -> Path:
        """Raises MusicError when there is no such music."""
        note = self._folder / f"{track_id}.yaml"
        track = _noted(note) if _ID.fullmatch(track_id) else None
        if track is None:
            raise MusicError(f"there is no music {track_id[:20]!r}: choose another, or upload it in the console")
        return note.with_suffix(track.ending)

    def add(self, data: bytes, title: str, rights: str, recorded: str) -> str:
        """Keep a file; returns its id. Raises Refusal."""
        if not title.strip() or not rights.strip():
            raise Refusal(
                "invalid", "写上曲名，以及您凭什么可以在直播里公开播放它（授权、自有、无版权）。",
                "Say what it is called and why you may play it in public: a licence, your own work, no rights in it.",
            )  # fmt: skip
        ending = _checked(data)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        track_id = f"m{uuid.uuid4().hex[:8]}"
        track = Track(title.strip()[:80], rights.strip()[:1000], recorded, ending)
        note = yaml.safe_dump(asdict(track), allow_unicode=True, sort_keys=False).encode()
        for name, content in ((f"{track_id}{ending}", data), (f"{track_id}.yaml", note)):
            with os.fdopen(os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
        return track_id

    def remove(self, track_id: str) -> None:
        """Raises MusicError when there is no such music."""
        path = self.path(track_id)
        path.with_suffix(".yaml").unlink()
        path.unlink(missing_ok=True)


def usable(music: str) -> bool:
    """Whether a room may be asked over HTTP to play this: no path on the server is."""
    return music in ("", OFF, *TUNES) or bool(music.startswith(OWN) and _ID.fullmatch(music.removeprefix(OWN)))


def _noted(path: Path) -> Track | None:
    try:
        track = Track(**yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, TypeError, UnicodeDecodeError):
        return None
    return track if track.ending in {ending for _, _, ending in _KINDS} else None


def _checked(data: bytes) -> str:
    """The ending for a file with this content. Raises Refusal."""
    if len(data) > MOST_BYTES:
        raise Refusal("too_large", "音乐文件最多 40 MB。", "A music file may have 40 MB at most.")
    found = next(((kind, ending) for begins, kind, ending in _KINDS if begins.match(data)), None)
    if found is None:
        raise _not_music()
    try:
        with tempfile.NamedTemporaryFile(suffix=found[1]) as file:
            file.write(data)
            file.flush()
            with av.open(file.name, format=found[0]) as opened:
                next(opened.decode(audio=0))
                length = (opened.duration or 0) / av.time_base
    except (av.FFmpegError, StopIteration, IndexError, ValueError) as error:
        raise _not_music() from error
    if not 1 <= length <= MOST_S:
        raise Refusal("invalid", "一首音乐要有 1 秒到 1 小时长。", "Music is between a second and an hour long.")
    return found[1]


def _not_music() -> Refusal:
    return Refusal(
        "unsupported", "这个文件放不出来；请传 MP3、M4A、FLAC、WAV 或 OGG。",
        "That file can't be played; upload MP3, M4A, FLAC, WAV or OGG.",
    )  # fmt: skip
