"""The mouth as it is seen: how far apart the drawn lips are, in pixels."""

from dataclasses import replace

import numpy as np
import pytest

from avatar.faces.drawn import looks
from avatar.faces.drawn.host import Host
from avatar.faces.drawn.pose import Pose
from avatar.media import Mouth
from avatar.visemes import mouth_at, visemes_from_phonemes

FPS = 25


@pytest.fixture(scope="module")
def host() -> Host:
    """With green lips, which nothing between them is."""
    return Host(replace(looks()["lin"], lip="#20d030"), (560, 720))


def gap(host: Host, mouth: Mouth) -> int:
    """Rows between the upper and the lower lip, in the middle of the mouth."""
    frame = host.draw(Pose(mouth=mouth, smile=0.3)).astype(int)
    column = frame[250:330, 278:283].mean(1)
    lips = np.flatnonzero(column[:, 1] > column[:, 0] + 8)
    between = np.arange(lips[0], lips[-1] + 1)
    return int(len(between) - np.isin(between, lips).sum())


def test_the_gap_is_measured(host: Host) -> None:
    assert gap(host, Mouth()) == 0
    assert gap(host, Mouth(press=1.0)) == 0
    assert gap(host, Mouth(open=1.0)) > 20
    assert 4 < gap(host, Mouth(open=0.3)) < gap(host, Mouth(open=0.6))


@pytest.mark.parametrize("phoneme_s", [0.04, 0.1])
def test_the_drawn_lips_meet_on_every_m_and_part_on_every_vowel(host: Host, phoneme_s: float) -> None:
    text = "mapaboma"
    track = visemes_from_phonemes([(n * phoneme_s, letter) for n, letter in enumerate(text)], len(text) * phoneme_s)
    times = [(n + 0.5) / FPS for n in range(int(len(text) * phoneme_s * FPS) + 1)]
    gaps = [gap(host, mouth_at(track, at)) for at in times]
    for viseme in track:
        here = [
            width for at, width in zip(times, gaps, strict=True) if viseme.start_s - 0.02 <= at <= viseme.end_s + 0.02
        ]
        if viseme.name == "PP":
            assert min(here) == 0, viseme
        elif phoneme_s > 0.08:
            assert max(here) > 8, viseme


def test_the_drawn_mouth_is_shut_before_after_and_in_a_pause(host: Host) -> None:
    track = visemes_from_phonemes([(0.2, "a"), (0.4, "_"), (0.6, "a")], 0.8)
    for at in (0.0, 0.1, 0.5, 0.9, 1.5):
        assert gap(host, mouth_at(track, at)) == 0, at
    assert gap(host, mouth_at(track, 0.3)) > 15


def test_the_chin_moves_less_than_the_lips_part(host: Host) -> None:
    """Lips and jaw are separate: shutting the lips for an m lifts no chin that hangs."""
    hanging = host.draw(Pose(mouth=Mouth(press=1.0, jaw=0.8)))
    lifted = host.draw(Pose(mouth=Mouth(press=1.0)))
    chin = (slice(312, 330), slice(240, 320))
    assert (np.abs(hanging[chin].astype(int) - lifted[chin]).max(2) > 12).sum() > 20
    assert gap(host, Mouth(press=1.0, jaw=0.8)) == 0
