"""When which sound is made in speech of which only text and audio are known.

The same text is spoken by a voice that tells its phoneme times; its sound is warped in time onto the heard one, and
its mouth and words go along. Needs no model: the two are compared by the shape and height of their spectra.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from avatar.media import Speech, Viseme, Word

_HOP_S = 0.01
_WINDOW_S = 0.025
_BANDS, _SHAPES = 24, 7  # mel bands, and the coefficients of their shape that are compared
_LOWEST_HZ, _HIGHEST_HZ = 80.0, 7_000.0
_QUIET_DB = -38.0  # below the loudest, where nothing is said
_SHUT_S = 0.08  # silence that closes the mouth; shorter ones are the closures of p, t, k
_ENERGY = 0.2  # weight of a decibel beside the shapes
_STEPS = ((0, 1.4), (1, 0.0), (2, 1.0), (3, 2.8))  # reference frames a heard one goes on, and what that costs

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """How a voice with known times says the text. Times in seconds from its start."""

    pcm: NDArray[np.int16]
    rate: int
    visemes: tuple[Viseme, ...]
    words: tuple[Word, ...]

    @classmethod
    def of(cls, speeches: Sequence[Speech]) -> "Reference":
        """`speeches`: all of one utterance, in order, at one rate. Raises ValueError when there is none."""
        if not speeches:
            raise ValueError("a reference needs speech")
        return cls(
            np.concatenate([speech.audio.pcm for speech in speeches]),
            speeches[0].audio.rate,
            tuple(viseme for speech in speeches for viseme in speech.visemes),
            tuple(word for speech in speeches for word in speech.words),
        )


@dataclass(frozen=True, slots=True)
class Timed:
    """Mouth and words of what was heard; times in seconds from its start."""

    visemes: tuple[Viseme, ...]
    words: tuple[Word, ...]


def align(reference: Reference, pcm: NDArray[np.int16], rate: int, *, whole: bool = True, pace: float = 1.0) -> Timed:
    """`reference`'s mouth and words at the times at which `pcm` (mono) says the same. `whole`: it says all of the text;
    else as much as it got to, and `pace` is how many times as long as the reference it is expected to take."""
    length_s = len(pcm) / rate
    top_hz = min(_HIGHEST_HZ, reference.rate / 2, rate / 2)
    if min(length_s, len(reference.pcm) / reference.rate) < 4 * _WINDOW_S or not np.any(pcm):
        return Timed((Viseme("sil", 0.0, length_s),) if length_s else (), ())
    heard, known = _features(pcm, rate, top_hz), _known(reference, top_hz)
    count = len(heard) if whole else max(4, round(len(known) * pace))
    places = np.linspace(0.0, len(known) - 1.0, count)  # as long as what is heard: then going straight on is free
    path = _path(_distances(heard, known[np.round(places).astype(int)]), whole=whole)
    at_known = places[path]
    # The middle of the heard frames that stand at a reference frame is when that one sounds.
    reached, first = np.unique(at_known, return_index=True)
    last = np.append(first[1:], len(at_known)) - 1
    known_s = reached * _HOP_S + _WINDOW_S / 2
    heard_s = (first + last) / 2 * _HOP_S + _WINDOW_S / 2
    end_s = len(reference.pcm) / reference.rate if whole else float(known_s[-1])
    known_s = np.concatenate([[0.0], known_s, [max(end_s, known_s[-1] + 1e-3)]])
    heard_s = np.concatenate([[0.0], heard_s, [length_s]])

    def moved(at_s: float) -> float:
        return float(np.interp(at_s, known_s, heard_s))

    visemes = [
        Viseme(viseme.name, moved(viseme.start_s), moved(viseme.end_s))
        for viseme in reference.visemes
        if viseme.start_s < end_s
    ]
    words = [Word(word.start, word.end, moved(word.start_s)) for word in reference.words if word.start_s <= end_s]
    return Timed(tuple(_shut(visemes, silences(pcm, rate), length_s)), tuple(words))


def by_loudness(pcm: NDArray[np.int16], rate: int) -> Timed:
    """A mouth that opens while something sounds: for text that no other voice can say."""
    length_s = len(pcm) / rate
    whole = [Viseme("E", 0.0, length_s)] if length_s else []
    return Timed(tuple(_shut(whole, silences(pcm, rate), length_s)), ())


def silences(pcm: NDArray[np.int16], rate: int) -> list[tuple[float, float]]:
    """Where nothing is said for `_SHUT_S` or longer, as (start, end) in seconds."""
    quiet = _decibels(_frames(pcm, rate)) < _QUIET_DB
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]])))
    found = []
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        start_s = 0.0 if first == 0 else first * _HOP_S + _WINDOW_S / 2
        end_s = len(pcm) / rate if end == len(quiet) else (end - 1) * _HOP_S + _WINDOW_S / 2
        if end_s - start_s >= _SHUT_S:
            found.append((float(start_s), float(end_s)))
    return found


def _shut(track: Sequence[Viseme], quiet: Sequence[tuple[float, float]], end_s: float) -> list[Viseme]:
    """`track` with the mouth shut in the silences and wherever it says nothing, up to `end_s`."""
    kept: list[Viseme] = []
    for viseme in track:
        start = viseme.start_s
        for from_s, to_s in quiet:
            if to_s <= start or from_s >= viseme.end_s:
                continue
            if from_s > start:
                kept.append(Viseme(viseme.name, start, from_s))
            start = to_s
        if viseme.end_s > start:
            kept.append(Viseme(viseme.name, start, viseme.end_s))
    made: list[Viseme] = []
    at = 0.0
    for viseme in kept:
        if viseme.start_s > at + 1e-6:
            made.append(Viseme("sil", at, viseme.start_s))
        if viseme.end_s > max(at, viseme.start_s):
            made.append(Viseme(viseme.name, max(at, viseme.start_s), viseme.end_s))
            at = viseme.end_s
    if end_s > at + 1e-6:
        made.append(Viseme("sil", at, end_s))
    return made


def _path(distances: Floats, *, whole: bool) -> NDArray[np.intp]:
    """For each heard frame (rows) the reference frame (columns) of the cheapest way that never goes back."""
    rows, columns = distances.shape
    came = np.zeros((rows, columns), np.int8)
    total = np.full(columns, np.inf, np.float32)
    total[:4] = distances[0, :4]
    choices = np.full((len(_STEPS), columns), np.inf, np.float32)
    for row in range(1, rows):
        for index, (step, cost) in enumerate(_STEPS):
            np.add(total[: columns - step], np.float32(cost), out=choices[index, step:])
        came[row] = choices.argmin(axis=0)
        total = choices.min(axis=0) + distances[row]
    at = columns - 1 if whole and np.isfinite(total[-1]) else int(total.argmin())
    path = np.empty(rows, np.intp)
    for row in range(rows - 1, -1, -1):
        path[row] = at
        at -= _STEPS[came[row, at]][0]
    return path


def _distances(heard: Floats, known: Floats) -> Floats:
    squares = (heard**2).sum(axis=1)[:, None] + (known**2).sum(axis=1)[None] - 2 * np.einsum("ik,jk->ij", heard, known)
    distances: Floats = np.sqrt(np.maximum(squares, 0)).astype(np.float32)
    return distances


@lru_cache(maxsize=4)
def _known(reference: Reference, top_hz: float) -> Floats:
    """What a sentence is followed by is looked at again with every piece of it."""
    return _features(reference.pcm, reference.rate, top_hz)


def _features(pcm: NDArray[np.int16], rate: int, top_hz: float) -> Floats:
    """(frames, _SHAPES + 1): the spectrum's shape, free of the voice's own colour, and loudness below the loudest."""
    frames = _frames(pcm, rate)
    decibels = _decibels(frames)
    size = 1 << (frames.shape[1] - 1).bit_length()
    window = np.hanning(frames.shape[1]).astype(np.float32)
    power = np.abs(np.fft.rfft(frames * window, size)) ** 2
    bands = np.log(power @ _mel(rate, size, top_hz) + 1e-6 * max(float(power.max()), 1e-12))
    number = np.arange(_BANDS)
    cosines = np.cos(np.pi * np.outer(number + 0.5, np.arange(1, _SHAPES + 1)) / _BANDS) * np.sqrt(2 / _BANDS)
    shapes = bands @ cosines
    spoken = decibels > _QUIET_DB
    if spoken.sum() > 3:
        shapes = (shapes - shapes[spoken].mean(axis=0)) / (shapes[spoken].std(axis=0) + 1e-3)
    shapes[~spoken] = 0.0  # noise has no shape worth comparing
    return np.column_stack([shapes, _ENERGY * np.maximum(decibels, _QUIET_DB - 6)]).astype(np.float32)


def _frames(pcm: NDArray[np.int16], rate: int) -> Floats:
    window, hop = round(_WINDOW_S * rate), _HOP_S * rate
    sound = pcm.astype(np.float32) / np.float32(32_768)
    if len(sound) < window:
        sound = np.pad(sound, (0, window - len(sound)))
    starts = np.arange(0, len(sound) - window + 1, hop).astype(int)  # rounded down, or the last would reach too far
    return sound[starts[:, None] + np.arange(window)[None]]


def _decibels(frames: Floats) -> Floats:
    """Of each frame, below the loudest; silence is far below."""
    power = np.mean(frames**2, axis=1)
    loudest = max(float(power.max()), 3e-4)  # -35 dBFS: hiss alone is no speech
    decibels: Floats = 10 * np.log10(power / loudest + 1e-9)
    return decibels


@lru_cache(maxsize=16)
def _mel(rate: int, size: int, top_hz: float) -> Floats:
    """(bins, bands): triangles evenly spaced in mel."""

    def mel(hz: float) -> float:
        return float(2595 * np.log10(1 + hz / 700))

    edges = 700 * (10 ** (np.linspace(mel(_LOWEST_HZ), mel(top_hz), _BANDS + 2) / 2595) - 1)
    bins = np.arange(size // 2 + 1) * rate / size
    rising = (bins[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[None, 2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)
