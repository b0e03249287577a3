"""What passes between voice, face and room. Audio samples are the clock; everything else is timed by them."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

RATE = 44_100  # Hz inside a room: 1,764 samples are exactly one frame at 25 fps

VisemeName = Literal[
    "sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U",
]  # fmt: skip
"""The fifteen visemes of the Oculus/MPEG-4 set."""

Mood = Literal["calm", "happy", "concerned", "thoughtful"]


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """Mono PCM, int16. `pts` counts samples at `rate` from the start of the utterance."""

    pcm: NDArray[np.int16]
    rate: int
    pts: int


@dataclass(frozen=True, slots=True)
class Viseme:
    name: VisemeName
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Word:
    """The characters `start:end` of the text given to the voice begin to sound at `start_s`."""

    start: int
    end: int
    start_s: float


@dataclass(frozen=True, slots=True)
class Speech:
    """A piece of an utterance: sound, and the mouth and words that go with it, on one clock."""

    audio: AudioChunk
    visemes: tuple[Viseme, ...] = ()
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Mouth:
    """How the mouth stands, each 0..1 except `wide` (-1 narrow .. 1 spread)."""

    open: float = 0.0
    wide: float = 0.0
    round: float = 0.0
    upper_teeth: float = 0.0
    lower_teeth: float = 0.0
    tongue: float = 0.0
    press: float = 0.0
    jaw: float = 0.0  # how far the chin hangs: slower than the lips, and not lifted when they meet for a b, p or m


@dataclass(frozen=True, slots=True)
class Moment:
    """One video frame's worth of a performance: what the face needs to draw it and the encoder to sound it."""

    index: int  # frame number since the room began; frame n shows at n / fps of the audio clock
    pcm: NDArray[np.int16]  # exactly rate / fps samples, mono, RATE Hz; zeros in silence
    mouth: Mouth = field(default_factory=Mouth)
    energy: float = 0.0  # loudness of this frame's speech, 0..1
    emphasis: float = 0.0  # 0..1, raised around a price or a stressed word: gestures follow it
    utterance: int = 0  # stamp of the utterance being spoken, 0 in silence
    spoken: int = 0  # characters of the utterance's text that have begun to sound (subtitles)
    mood: Mood = "calm"  # of the utterance: what the host's face says beside it
    pointing: bool = False  # the words ask to look at the product: the host shows where it is


Frame = NDArray[np.uint8]
"""(h, w, 4) uint8 RGBA, colour premultiplied by alpha: composing is `over + under * (255 - alpha) / 255`."""
