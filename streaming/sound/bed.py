"""Quiet beds of our own: soft chords and a few bells, computed, so nobody else has rights in them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from avatar.media import RATE
from streaming.sound.loudness import Samples


@dataclass(frozen=True, slots=True)
class Tune:
    """Semitones from A3. `bells` go over each chord, evenly spaced; `chord_s`: how long one lasts."""

    chord_s: float
    chords: tuple[tuple[int, ...], ...]
    bells: tuple[int, ...]
    ring_s: float = 0.5

    @property
    def seconds(self) -> float:
        return self.chord_s * len(self.chords)


TUNES: Mapping[str, Tune] = {
    # A calm turn in F that leads back to its beginning.
    "bed": Tune(
        6.0, ((-16, -4, 3, 8, 12), (-19, -7, 0, 5, 8), (-14, -2, 1, 5, 12), (-21, -9, 0, 3, 10)),
        (12, 15, 20, 24, 20, 15),
    ),
    # Brisker, in C: for mornings and light things.
    "bed-bright": Tune(
        3.2, ((-21, -9, 3, 7, 10), (-14, -2, 5, 10, 14), (-12, 0, 3, 7, 12), (-16, -4, 3, 8, 12)),
        (15, 22, 15, 19, 15, 22, 15, 17), 0.32,
    ),
    # Slower and lower, in D minor: for late hours.
    "bed-evening": Tune(
        8.0, ((-19, -7, -4, 0, 5), (-14, -2, 1, 5, 8), (-16, -4, 0, 3, 8), (-21, -9, -2, 3, 7)), (8, 12, 17, 12), 0.8
    ),
}  # fmt: skip


def _tone(semitone: float, seconds: float, partials: tuple[float, ...], detune: float = 0.0) -> Samples:
    at = np.arange(round(seconds * RATE)) * (220.0 * 2 ** ((semitone + detune) / 12) / RATE)
    phase = ((at - np.floor(at)) * (2 * np.pi)).astype(np.float32)  # single precision is quick, and enough for a turn
    wave = np.zeros(len(at), np.float32)
    for number, level in enumerate(partials, 1):
        if level:
            wave += np.float32(level) * np.sin(phase * np.float32(number) + np.float32(number))
    return wave


def _add(loop: Samples, wave: Samples, start: int) -> None:
    """Into a loop: what goes beyond its end sounds at its beginning."""
    start %= len(loop)
    fits = min(len(wave), len(loop) - start)
    loop[start : start + fits] += wave[:fits]
    loop[: len(wave) - fits] += wave[fits:]


def bed(name: str = "bed") -> Samples:
    """One of `TUNES`, to be repeated for ever; peaks at 0.5."""
    tune = TUNES[name]
    loop = np.zeros(round(tune.seconds * RATE), np.float32)
    swell = round(tune.chord_s * 1.5 * RATE)  # each chord rises under the one before
    shape = np.sin(np.linspace(0, np.pi, swell, dtype=np.float32)) ** 2 * np.float32(0.12)
    pace = tune.chord_s / len(tune.bells)
    for index, chord in enumerate(tune.chords):
        start = round(index * tune.chord_s * RATE)
        for semitone in chord:
            for detune in (-0.04, 0.05):
                wave = _tone(semitone, tune.chord_s * 1.5, (1.0, 0.32, 0.12, 0.05), detune)
                _add(loop, wave * shape[: len(wave)], start)
        for beat, semitone in enumerate(tune.bells):
            bell = _tone(semitone if beat % 2 else chord[-1] + 12, 2.5, (1.0, 0.0, 0.18, 0.0, 0.05))
            at = np.arange(len(bell), dtype=np.float32) / np.float32(RATE)
            ring = (
                np.minimum(1.0, at / 0.008) * np.exp(-at / np.float32(tune.ring_s)) * np.minimum(1.0, (2.5 - at) / 0.1)
            )
            _add(loop, bell * ring * np.float32(0.07), start + round((beat + 0.25) * pace * RATE))
    return loop * np.float32(0.5 / np.abs(loop).max())
