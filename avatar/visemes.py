"""From phonemes to mouth: IPA → viseme, viseme → pose, and a smooth pose at any time."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import astuple

from avatar.media import Mouth, Viseme, VisemeName

POSES: dict[VisemeName, Mouth] = {
    "sil": Mouth(),
    "PP": Mouth(wide=-0.10, round=0.10, press=1.0),
    "FF": Mouth(open=0.10, wide=0.10, upper_teeth=1.0, press=0.4),
    "TH": Mouth(open=0.22, wide=0.15, upper_teeth=0.9, lower_teeth=0.2, tongue=0.9),
    "DD": Mouth(open=0.24, wide=0.15, upper_teeth=0.8, lower_teeth=0.3, tongue=0.6),
    "nn": Mouth(open=0.22, wide=0.12, upper_teeth=0.7, lower_teeth=0.2, tongue=0.7),
    "kk": Mouth(open=0.32, wide=0.10, upper_teeth=0.6, lower_teeth=0.2, tongue=0.2),
    "SS": Mouth(open=0.14, wide=0.45, upper_teeth=1.0, lower_teeth=1.0),
    "CH": Mouth(open=0.20, wide=-0.15, round=0.6, upper_teeth=0.9, lower_teeth=0.7),
    "RR": Mouth(open=0.25, wide=-0.10, round=0.5, upper_teeth=0.5, tongue=0.3),
    "aa": Mouth(open=1.0, wide=0.10, upper_teeth=0.6, lower_teeth=0.2, tongue=0.3),
    "E": Mouth(open=0.55, wide=0.5, upper_teeth=0.8, lower_teeth=0.2, tongue=0.3),
    "I": Mouth(open=0.30, wide=0.75, upper_teeth=1.0, lower_teeth=0.4, tongue=0.2),
    "O": Mouth(open=0.60, wide=-0.4, round=0.8, upper_teeth=0.2, tongue=0.1),
    "U": Mouth(open=0.30, wide=-0.65, round=1.0),
}

# Longest first: an affricate is one gesture, not two.
_AFFRICATES: tuple[tuple[str, VisemeName], ...] = (
    ("tɕ", "CH"),
    ("dʑ", "CH"),
    ("tʃ", "CH"),
    ("dʒ", "CH"),
    ("ts.", "CH"),
    ("ts", "SS"),
    ("dz", "SS"),
)
_SOUNDS: dict[str, VisemeName] = {
    **dict.fromkeys("pbm", "PP"), **dict.fromkeys("fvɱ", "FF"), **dict.fromkeys("θð", "TH"),
    **dict.fromkeys("tdɾʔ", "DD"), **dict.fromkeys("nlɲɫ", "nn"), **dict.fromkeys("kɡgŋxχhɣ", "kk"),
    **dict.fromkeys("sz", "SS"), **dict.fromkeys("ʃʒɕʑʂʐ", "CH"), **dict.fromkeys("rɹɻɚɝ", "RR"),
    **dict.fromkeys("aɑæɐʌɶ", "aa"), **dict.fromkeys("eɛəɜɤ", "E"), **dict.fromkeys("iɪjɨ", "I"),
    **dict.fromkeys("oɔɒ", "O"), **dict.fromkeys("uʊwyɥøœ", "U"),
}  # fmt: skip
_MARKS = "ˈˌː.'|_ -̩̃ʰ"


def visemes_of(phoneme: str) -> tuple[VisemeName, ...]:
    """The mouth gestures of one IPA phoneme as espeak-ng writes it; empty for a pause.

    ˈɑu → aa, U (a diphthong moves); ts. → CH (retroflex); unknown vowels fall back to E, as espeak's own marks do.
    """
    bare = phoneme.strip(_MARKS)
    found: list[VisemeName] = []
    for affricate, viseme in _AFFRICATES:
        if phoneme.strip("ˈˌ'").startswith(affricate):
            found.append(viseme)
            bare = phoneme.strip("ˈˌ'")[len(affricate) :].strip(_MARKS + "h")
            break
    for char in bare:
        viseme_of_char = _SOUNDS.get(char)
        if viseme_of_char is None or (found and found[-1] == viseme_of_char):
            continue
        if char == "h" and found:
            continue  # aspiration after a consonant does not move the mouth
        found.append(viseme_of_char)
    if not found and any(char.isalpha() for char in bare):
        return ("E",)
    return tuple(found[:3])


def visemes_from_phonemes(phonemes: Sequence[tuple[float, str]], end_s: float) -> tuple[Viseme, ...]:
    """`phonemes`: (start in seconds, IPA) in order. Pauses under 60 ms lie between syllables: the mouth flows on."""
    track: list[Viseme] = []
    starts = [start for start, _ in phonemes] + [end_s]
    for index, (start, phoneme) in enumerate(phonemes):
        until = max(start, starts[index + 1])
        names = visemes_of(phoneme)
        if not names:
            if until - start < 0.06 and track:
                track[-1] = Viseme(track[-1].name, track[-1].start_s, until)
                continue
            names = ("sil",)
        step = (until - start) / len(names)
        track += [Viseme(name, start + n * step, start + (n + 1) * step) for n, name in enumerate(names)]
    return tuple(each for each in track if each.end_s > each.start_s)


_REACH_S = 0.055  # coarticulation: a pose of the lips is felt this long before and after its sound
_SHAPE_REACH_S = 0.13  # lips round and spread early: an s before u is already round
_GRIP: dict[VisemeName, float] = {"PP": 0.25, "DD": 0.25, "nn": 0.25, "kk": 0.25, "TH": 0.3, "SS": 0.4, "FF": 0.5}
"""How firmly a sound holds the lips' own shape against its neighbours'; those not named hold it wholly."""
_JAW_REACH_S = 0.09  # the jaw is heavy: in fast speech it stays half open and leaves the work to the lips


def _weight(from_s: float, to_s: float, reach_s: float) -> float:
    """Integral of a raised cosine of half-width `reach_s` around 0 between two times."""

    def area(at: float) -> float:
        x = max(-1.0, min(1.0, at / reach_s))
        return 0.5 * (x + math.sin(math.pi * x) / math.pi)

    return area(to_s) - area(from_s)


def _closure(viseme: Viseme, at_s: float, frame_s: float, weight: float) -> float:
    """How far a b, p or m has shut the lips: wholly in the frames it sounds in, and at least in one.

    The frame whose time the sound's middle falls into counts as well: a short one may lie between two frames.
    """
    middle = (viseme.start_s + viseme.end_s) / 2 - at_s
    if viseme.start_s <= at_s < viseme.end_s or -frame_s / 2 <= middle < frame_s / 2:
        return 1.0
    return min(0.8, weight * 2.6)  # on the way there


def mouth_at(track: Sequence[Viseme], at_s: float, frame_s: float = 0.04) -> Mouth:
    """The mouth at `at_s` seconds into an utterance; `frame_s`: how long a picture of it stands."""
    if not track:
        return Mouth()
    first = max(0, bisect_left(track, at_s - _SHAPE_REACH_S, key=lambda each: each.end_s))
    sums = [0.0] * 7
    felt = closure = jaw = 0.0
    wide = rounded = held = 0.0
    for viseme in track[first:]:
        if viseme.start_s >= at_s + _SHAPE_REACH_S:
            break
        from_s, to_s = viseme.start_s - at_s, viseme.end_s - at_s
        pose = POSES[viseme.name]
        grip = _weight(from_s, to_s, _SHAPE_REACH_S) * _GRIP.get(viseme.name, 1.0)
        wide, rounded, held = wide + grip * pose.wide, rounded + grip * pose.round, held + grip
        jaw += _weight(from_s, to_s, _JAW_REACH_S) * pose.open
        weight = _weight(from_s, to_s, _REACH_S)
        if viseme.name == "PP":
            closure = max(closure, _closure(viseme, at_s, frame_s, weight))
        if not weight:
            continue
        for index, value in enumerate(astuple(pose)[:7]):
            sums[index] += weight * value
        felt += weight
    rest = max(0.0, 1.0 - felt)  # outside the track the mouth rests
    total = felt + rest
    opened, _, _, upper, lower, tongue, press = (value / total for value in sums)
    shaped = min(felt, 1.0) / max(held, 1e-6)  # at rest the lips have no shape of a sound
    return Mouth(
        opened * (1.0 - closure),
        wide * shaped,
        rounded * shaped,
        upper * (1.0 - closure),
        lower * (1.0 - closure),
        tongue,
        max(press, closure),
        min(jaw, 1.0),
    )
