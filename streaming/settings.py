"""What one live room is told when it is made."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from avatar.media import RATE
from streaming.reminding import LEAST_MIN, MOST_MIN

Lang = Literal["zh", "en"]
ENCODERS = ("auto", "nvenc", "vaapi", "x264")
PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSettings:
    """One room. `folder` holds its socket, preview and state; `outputs` are RTMP(S) URLs and file names."""

    room: str
    folder: Path
    title: str = ""  # shown in the header; empty: the shop's name
    lang: Lang = "zh"
    width: int = 1280
    height: int = 720
    fps: int = 25
    video_kbps: int = 2500
    audio_kbps: int = 128
    preset: str = "veryfast"
    encoder: str = "auto"  # nvenc, vaapi, x264, or the best of them that works here
    least_kbps: int = 0  # how far the picture gives way to a slow network; 0: to two fifths of video_kbps
    keyframe_s: float = 2.0
    voice: str = "espeak"
    face: str = "drawn"
    music: str = ""  # a file, a folder of files, or one of our own tunes: "bed"; empty: none
    music_lufs: float = -22.0  # of the music while nobody speaks; the host has -16
    music_duck_db: float = 14.0  # by which it steps back under the host
    look: str = ""  # one of the face's looks; empty: its first
    template: str = "blossom"  # how the picture looks, by its folder's name
    templates: Path | None = None  # folder of the merchant's own templates
    persona: str = "warm"
    products: tuple[str, ...] = ()  # ids in the order they go on air; empty: the whole catalogue
    outputs: tuple[str, ...] = ()
    media: Path | None = None  # folder of the product pictures
    hls: bool = True
    recordings: Path | None = None  # folder of the rolling recording; None: none
    keep_days: int = 1100  # of the rolling recording: the law wants three years
    piece_s: float = 600.0
    spare_mb: int = 1024  # left free on the recordings' disk; below that recording pauses
    seconds: float | None = None  # say goodbye after this long on air; None: until stopped
    reminder_min: float = 10.0  # minutes after which the host says again that it is an AI; 0: never
    operator: str = ""  # the shop's code in the recordings' AIGC mark

    def __post_init__(self) -> None:
        if not self.room or not all(c.isalnum() or c in "-_" for c in self.room):
            raise ValueError(f"a room's name is letters, digits, - and _; got {self.room!r}")
        if RATE % self.fps:
            raise ValueError(
                f"fps must divide {RATE} so that every frame has whole samples (20, 25, 30), not {self.fps}"
            )
        if self.width % 4 or self.height % 4 or min(self.width, self.height) < 320:
            raise ValueError(
                f"width and height must be multiples of 4 and at least 320, got {self.width}x{self.height}"
            )
        if self.preset not in PRESETS:
            raise ValueError(f"unknown x264 preset {self.preset!r}; choose from {', '.join(PRESETS)}")
        if self.encoder not in ENCODERS:
            raise ValueError(f"unknown encoder {self.encoder!r}; choose from {', '.join(ENCODERS)}")
        if self.video_kbps < 100 or self.audio_kbps < 32:
            raise ValueError("video_kbps must be at least 100 and audio_kbps at least 32")
        if not (-40 <= self.music_lufs <= -16 and 0 <= self.music_duck_db <= 30):
            raise ValueError("music_lufs must be -40..-16 and music_duck_db 0..30")
        if self.reminder_min and not LEAST_MIN <= self.reminder_min <= MOST_MIN:
            raise ValueError(f"reminder_min must be {LEAST_MIN}..{MOST_MIN} minutes, or 0 for none")
        if self.keep_days < 1 or self.piece_s < 1 or self.spare_mb < 0:
            raise ValueError("keep_days and piece_s must be at least 1, and spare_mb not negative")

    @property
    def short_side(self) -> int:
        return min(self.width, self.height)
