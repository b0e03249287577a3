"""A quiet bed of our own: soft chords and a few bells, computed, so nobody else has rights in it."""

import numpy as np

from avatar.media import RATE
from streaming.sound.loudness import Samples

_CHORD_S = 6.0
# Semitones from A3; a calm turn in F that leads back to its beginning.
_CHORDS = ((-16, -4, 3, 8, 12), (-19, -7, 0, 5, 8), (-14, -2, 1, 5, 12), (-21, -9, 0, 3, 10))
_BELLS = (12, 15, 20, 24, 20, 15)  # over each chord, one a second
BED_S = _CHORD_S * len(_CHORDS)


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
    fits = min(len(wave), len(loop) - start)
    loop[start : start + fits] += wave[:fits]
    loop[: len(wave) - fits] += wave[fits:]


def bed() -> Samples:
    """`BED_S` seconds that can be repeated for ever; peaks at 0.5."""
    loop = np.zeros(round(BED_S * RATE), np.float32)
    swell = round(_CHORD_S * 1.5 * RATE)  # each chord rises under the one before
    shape = np.sin(np.linspace(0, np.pi, swell, dtype=np.float32)) ** 2 * np.float32(0.12)
    for index, chord in enumerate(_CHORDS):
        start = round(index * _CHORD_S * RATE)
        for semitone in chord:
            for detune in (-0.04, 0.05):
                wave = _tone(semitone, _CHORD_S * 1.5, (1.0, 0.32, 0.12, 0.05), detune)
                _add(loop, wave * shape, start)
        for beat, semitone in enumerate(_BELLS):
            bell = _tone(semitone if beat % 2 else chord[-1] + 12, 2.5, (1.0, 0.0, 0.18, 0.0, 0.05))
            at = np.arange(len(bell), dtype=np.float32) / np.float32(RATE)
            ring = np.minimum(1.0, at / 0.008) * np.exp(-at / 0.5) * np.minimum(1.0, (2.5 - at) / 0.1)
            _add(loop, bell * ring * np.float32(0.07), start + round((beat + 0.25) * RATE))
    return loop * np.float32(0.5 / np.abs(loop).max())
