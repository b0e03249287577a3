"""A host on air gives what a clip gives, in pieces, and never more than a moment of it is kept."""

from pathlib import Path

import numpy as np
import pytest
import torch

from avatar.faces.sadtalker import clip, mel
from avatar.faces.sadtalker.blink import Blinking
from avatar.faces.sadtalker.checkpoint import Files, Networks, load
from avatar.faces.sadtalker.hearing import AHEAD, Hearing
from avatar.faces.sadtalker.nodding import Nodding
from avatar.faces.sadtalker.stream import Animator, Portrait, Stream, delay
from avatar.faces.sadtalker.weights import Precision
from bench.sadtalker_fill import coefficients, image, sound
from bench.sadtalker_tiny import SHAPES, SIZE

FRAMES = 45


@pytest.fixture(scope="module")
def networks(checkpoints: Path) -> Networks:
    return load(Files.within(checkpoints, SIZE, full=False), Precision(), full=False, shapes=SHAPES)


@pytest.fixture(scope="module")
def portrait(networks: Networks) -> Portrait:
    rest = torch.from_numpy(coefficients(1, 73, 5))[0]
    with torch.inference_mode():
        source, canonical = clip.prepared(networks, torch.from_numpy(image(SIZE))[None], rest)
    return Portrait(source, canonical, rest)


def driven(networks: Networks, portrait: Portrait, wave: mel.Floats, batch: int, manner: clip.Manner) -> torch.Tensor:
    stream = Stream(Animator.of(networks, portrait, manner, 3), portrait, manner, batch=batch, seed=3)
    found, expected = [], 0
    for number, heard in enumerate(wave.reshape(-1, mel.SAMPLES)):
        for first, keypoints in stream.push(heard):
            assert first == expected
            expected = first + len(keypoints)
            found.append(keypoints)
        assert expected >= number + 1 - delay(batch), "a picture came later than was promised"
    return torch.cat(found)


@pytest.mark.parametrize("piece", [137, 640, 5000])
def test_a_sound_in_pieces_gives_the_windows_of_the_whole(piece: int) -> None:
    wave = sound(3.0)
    whole = mel.windows(mel.spectrogram(wave), mel.pictures(len(wave)))
    hearing = Hearing()
    found = np.concatenate([hearing.push(wave[start : start + piece]) for start in range(0, len(wave), piece)])
    assert len(found) >= len(whole) - AHEAD
    assert np.abs(found - whole[: len(found)]).max() < 1e-6


@pytest.mark.parametrize("batch", [1, 4])
def test_a_stream_moves_the_face_as_a_clip_does(networks: Networks, portrait: Portrait, batch: int) -> None:
    wave, manner = sound(FRAMES / 25), clip.Manner(still=True)
    got = driven(networks, portrait, wave, batch, manner)
    with torch.inference_mode():
        noise = [torch.zeros(64)] * 2
        rows = clip.heard(networks, wave, portrait.coefficients, noise, torch.zeros(FRAMES), 0)
        rows = clip.driven(rows, portrait.coefficients, manner, 70)
        whole = clip.driving(networks.mapping, rows, portrait.canonical)
    assert len(got) >= FRAMES - delay(batch)
    assert (got - whole[: len(got)]).abs().max() < 1e-5


def test_a_head_never_jumps_where_blocks_meet(networks: Networks) -> None:
    """Blocks set one behind the other, from new noise each, jump where they meet; ours don't."""
    rest = torch.from_numpy(coefficients(1, 73, 5))[0][64:70]
    with torch.inference_mode():
        heard = networks.pose.encoder(torch.from_numpy(mel.windows(mel.spectrogram(sound(8.0)), 193)))
        poses = Nodding(networks.pose.decoder, rest, 0, 5).pose(heard)
        blocks = networks.pose.decoder(
            rest.expand(6, -1), torch.randn(6, 64), heard[:192].unflatten(0, (6, 32)), torch.zeros(6, dtype=torch.long)
        )
    steps = poses.diff(dim=0).abs().amax(1)
    jumps = (blocks[1:, 0] - blocks[:-1, -1]).abs().amax(1)
    inside = steps[[k for k in range(len(steps)) if (k + 1) % 16]]
    assert steps[15::16].max() <= 1.5 * inside.max(), "it moves faster where blocks meet than elsewhere"
    assert steps.max() < 0.5 * jumps.max()
    assert poses.std(0).min() > 0, "a head that never moves"
    assert (poses[0] - rest).abs().max() < 0.1, "it begins as in the portrait"


def test_an_hour_keeps_no_more_than_a_minute(networks: Networks, portrait: Portrait) -> None:
    hearing = Hearing()
    for _ in range(1000):
        hearing.push(np.zeros(mel.SAMPLES, np.float32))
    kept = sum(value.nbytes for value in vars(hearing).values() if isinstance(value, np.ndarray))
    assert kept < 40_000

    manner = clip.Manner()
    stream = Stream(Animator.of(networks, portrait, manner, 3), portrait, manner, batch=1, seed=3)
    for _ in range(60):
        list(stream.push(np.zeros(mel.SAMPLES, np.float32)))
    rows = stream._rows
    assert rows is not None
    assert rows.untyped_storage().nbytes() == 26 * 70 * 4


def test_a_host_blinks_every_few_seconds() -> None:
    blinking = Blinking(3)
    closed = np.concatenate([blinking.next(7) for _ in range(500)])
    starts = np.flatnonzero((closed > 0) & (np.roll(closed, 1) == 0))
    assert set(np.diff(starts)) <= set(range(55, 182))
    assert closed.max() == 1.0
    assert np.array_equal(closed, Blinking(3).next(3500)), "however it is asked"


def test_half_precision_draws_the_same_pictures(checkpoints: Path, networks: Networks, portrait: Portrait) -> None:
    half = load(Files.within(checkpoints, SIZE, full=False), Precision(dtype=torch.bfloat16), full=False, shapes=SHAPES)
    keypoints = portrait.source.keypoints + 0.1 * torch.randn(2, 15, 3, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        source, canonical = clip.prepared(half, torch.from_numpy(image(SIZE))[None], portrait.coefficients)
        exact, near = networks.generator(portrait.source, keypoints), half.generator(source, keypoints)
    assert torch.equal(canonical, portrait.canonical), "where things are is always float32"
    assert near.dtype == torch.float32
    assert ((exact - near) ** 2).mean() < 10**-3.5
    assert exact.std() > 0.01
