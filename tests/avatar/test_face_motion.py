from itertools import groupby, pairwise

import numpy as np
import pytest

from avatar.faces.drawn.gestures import ArmMotion
from avatar.media import Moment, Mouth
from avatar.motion import Expression, Motion
from avatar.springs import Pendulum, Spring, chance, wander

FPS = 25
SILENCE = np.zeros(1764, np.int16)


def film(
    seconds: float, *, speaking: bool = False, emphasis: float = 0.0, seed: int = 0, start: int = 0
) -> list[Expression]:
    motion = Motion(seed=seed, fps=FPS)
    energy = 0.5 if speaking else 0.0
    return [
        motion.step(
            Moment(n, SILENCE, energy=energy * (0.6 + 0.4 * np.sin(n)), utterance=int(speaking), emphasis=emphasis)
        )
        for n in range(start, start + round(seconds * FPS))
    ]


def blinks(expressions: list[Expression]) -> int:
    return sum(1 for a, b in pairwise(expressions) if b.lids < 0.5 <= a.lids)


def talk(seconds: float, seed: int) -> tuple[list[Moment], list[int]]:
    """Breaths of one to three seconds, syllables uneven in length and loudness; and the frames the breaths end in."""
    rng = np.random.default_rng(seed)
    moments: list[Moment] = []
    ends, stamp = [], 0
    while len(moments) < seconds * FPS:
        stamp += 1
        energy: list[float] = []
        while len(energy) < rng.uniform(1.2, 3.5) * FPS:
            energy += list(0.03 + rng.uniform(0.25, 0.95) * np.hanning(max(5, round(rng.normal(7, 1.2))))[1:-1])
        ends.append(len(moments) + len(energy))
        energy += [0.0] * int(rng.choice([2, 8]))
        moments += [Moment(len(moments) + k, SILENCE, energy=e, utterance=stamp) for k, e in enumerate(energy)]
    return moments, ends


def lids_fall(expressions: list[Expression]) -> np.ndarray:
    lids = np.array([e.lids for e in expressions])
    return np.flatnonzero((lids[1:] < 0.5) & (lids[:-1] >= 0.5))


def test_blinks_as_people_do() -> None:
    """Twelve to twenty a minute, at uneven intervals, some doubled, many where a breath of speech ends."""
    waits, near_end, share_of_time = [], [], []
    for seed in range(4):
        moments, ends = talk(120, seed)
        motion = Motion(seed=seed, fps=FPS)
        starts = lids_fall([motion.step(moment) for moment in moments])
        assert 12 <= len(starts) / len(moments) * FPS * 60 <= 20
        assert starts[0] < 8 * FPS, "the first blink is not long in coming"
        waits += list(np.diff(starts) / FPS)
        after = starts[:, None] - np.array(ends)
        near_end.append(np.mean(((after >= -2) & (after <= 10)).any(1)))
        share_of_time.append(len(ends) * 13 / len(moments))
    assert np.std(waits) / np.mean(waits) > 0.45, "no metronome"
    assert 0.04 < np.mean(np.array(waits) < 0.7) < 0.25, "some double blinks"
    assert max(waits) < 13
    assert np.mean(near_end) > 1.4 * np.mean(share_of_time)


@pytest.mark.parametrize("seed", range(3))
def test_the_lids_close_and_open_again(seed: int) -> None:
    minute = film(60, seed=seed)
    assert 8 <= blinks(minute) <= 24
    shut = [len(list(run)) for is_shut, run in groupby(e.lids < 0.2 for e in minute) if is_shut]
    assert max(shut) <= 0.25 * FPS, "no sleep"
    assert min(e.lids for e in minute) < 0.05, "wholly closed"


def test_the_head_keeps_time_with_the_voice_and_not_with_a_clock() -> None:
    moments, _ = talk(160, 5)
    motion = Motion(seed=5, fps=FPS)
    pitch = np.array([motion.step(moment).pitch for moment in moments])
    spectrum = np.abs(np.fft.rfft((pitch - pitch.mean()) * np.hanning(len(pitch)))) ** 2
    hertz = np.fft.rfftfreq(len(pitch), 1 / FPS)
    nods = spectrum[(hertz > 0.4) & (hertz < 4)]
    assert nods.sum() / spectrum[1:].sum() > 0.08, "it nods"
    assert nods.max() / nods.sum() < 0.06, "at no frequency of its own"
    # Downward speed of the head and how loud it is: they go together with a lag of a syllable at most.
    speed = np.diff(pitch)
    energy = np.array([moment.energy for moment in moments])[:-1]
    loud = (energy - energy.mean()) / energy.std()
    moved = (speed - speed.mean()) / speed.std()
    together = [float(np.mean(loud[: len(loud) - lag] * moved[lag:])) for lag in range(8)]
    assert max(together) > 0.12
    listening = Motion(seed=5, fps=FPS)
    still = np.array([listening.step(Moment(n, SILENCE)).pitch for n in range(len(moments))])
    assert np.abs(np.diff(still)).mean() < 0.6 * np.abs(speed).mean(), "calmer while it listens"


def test_eyes_are_never_quite_still_and_never_wander_off() -> None:
    quiet = film(40, seed=3)
    looking = np.array([(e.gaze[0] + 1.5 * e.yaw, e.gaze[1] + 1.2 * e.pitch) for e in quiet])
    at_viewer = np.abs(looking[:, 0]) < 0.25
    held = np.abs(np.diff(looking, axis=0)).max(1)[at_viewer[1:] & at_viewer[:-1]]
    assert (held > 0.004).mean() > 0.12, "small jumps, one or two a second"
    assert np.percentile(held, 90) < 0.06


def test_one_who_listens_nods_now_and_then() -> None:
    pitch = np.array([e.pitch for e in film(120, seed=1)])
    speed = np.diff(pitch)
    nods = np.flatnonzero((speed[1:] > 0.012) & (speed[:-1] <= 0.012))
    assert 4 <= len(nods) <= 40


@pytest.mark.parametrize("seed", range(4))
def test_nothing_jumps(seed: int) -> None:
    """Second differences bound jerks: a head that jumps by a degree in one frame is seen."""
    for expressions in (film(40, seed=seed), film(40, seed=seed, speaking=True, emphasis=1.0)):
        for name, limit in (
            ("yaw", 0.012),
            ("pitch", 0.03),
            ("roll", 0.012),
            ("lean", 0.03),
            ("brows", 0.12),
            ("smile", 0.04),
        ):
            values = np.array([getattr(e, name) for e in expressions])
            assert np.abs(np.diff(values, 2)).max() < limit, name
        breath = np.array([e.breath for e in expressions])
        assert np.abs(np.diff(breath)).max() < 0.08


@pytest.mark.parametrize("seed", range(4))
def test_everything_stays_in_its_range(seed: int) -> None:
    for e in film(120, seed=seed, speaking=True, emphasis=0.8):
        assert abs(e.yaw) < 0.34
        assert abs(e.pitch) < 0.22
        assert abs(e.roll) < 0.16
        assert all(abs(part) <= 1 for part in e.gaze)
        assert 0 <= e.lids <= 1
        assert 0 <= e.squint <= 1
        assert abs(e.brows) < 1.3
        assert -0.1 < e.smile < 1.1
        assert all(abs(part) < 1.5 for part in e.sway)


def test_looks_at_the_viewer_mostly_and_at_the_card_more_when_it_matters() -> None:
    quiet, stressed = film(200), film(200, speaking=True, emphasis=1.0)
    # What the head turned, the eyes turned back: their sum is where the host looks.
    at_card = [np.mean([e.gaze[0] + 1.5 * e.yaw > 0.5 for e in film_]) for film_ in (quiet, stressed)]
    assert 0.01 < at_card[0] < 0.25
    assert at_card[0] < at_card[1] < 0.6


def test_emphasis_raises_brows_and_calls_for_a_gesture() -> None:
    plain, stressed = film(20, speaking=True), film(20, speaking=True, emphasis=1.0)
    assert np.mean([e.brows for e in stressed]) > np.mean([e.brows for e in plain]) + 0.2
    motion = Motion(fps=FPS)
    seen = {
        motion.step(Moment(n, SILENCE, energy=0.4, utterance=1, emphasis=float(n % 150 > 120))).gesture
        for n in range(6000)
    }
    assert seen == {"rest", "wave", "present", "raise", "open", "count", "heart"}


def test_greets_with_a_wave_after_a_long_silence_only() -> None:
    motion = Motion(fps=FPS)
    speech = [motion.step(Moment(n, SILENCE, energy=0.4, utterance=1)).gesture for n in range(500)]
    assert speech[0] == "wave"
    waves = [len(list(run)) / FPS for name, run in groupby(speech) if name == "wave"]
    assert len(waves) == 1
    assert 1.5 < waves[0] < 3.5


def test_hands_come_to_rest_in_silence() -> None:
    motion = Motion(fps=FPS)
    for n in range(100):
        motion.step(Moment(n, SILENCE, energy=0.5, utterance=1, emphasis=1.0))
    silent = [motion.step(Moment(n, SILENCE)).gesture for n in range(100, 400)]
    assert set(silent[2 * FPS :]) == {"rest"}


def test_arms_move_without_a_jerk() -> None:
    arms, wrists = ArmMotion(FPS), []
    gestures = ("rest", "wave", "present", "open", "heart", "count", "raise")
    for n in range(700):
        near, _ = arms.step(gestures[n // 50 % 7], 0.5 + 0.5 * np.sin(n / 3), n)  # type: ignore[arg-type]
        wrists.append(near.wrist)
    speed = np.hypot(*np.diff(np.array(wrists), axis=0).T)
    assert 5 < speed.max() < 45, "units a frame; the picture is 560 wide"


def test_days_later_it_moves_as_in_the_first_minute() -> None:
    month = 30 * 24 * 3600 * FPS
    early, late = film(60, speaking=True), film(60, speaking=True, start=month)
    assert blinks(late) >= 10
    for name in ("yaw", "pitch", "roll", "lean"):
        spread = [np.std([getattr(e, name) for e in film_]) for film_ in (early, late)]
        assert 0.4 < spread[1] / spread[0] < 2.5


def test_frames_that_begin_again_find_it_awake() -> None:
    motion = Motion(fps=FPS)
    for n in range(1_000_000, 1_000_100):
        motion.step(Moment(n, SILENCE))
    assert blinks([motion.step(Moment(n, SILENCE)) for n in range(10 * FPS)]) >= 1


def test_mouth_is_passed_on_within_its_range() -> None:
    e = Motion().step(Moment(0, SILENCE, mouth=Mouth(open=0.4, wide=-3.0, press=float("nan"))))
    assert e.mouth == Mouth(open=0.4, wide=-1.0)


def test_noise_is_smooth_bounded_and_reproducible() -> None:
    values = np.array([wander(1, 2, n, 20) for n in range(4000)])
    assert np.abs(values).max() <= 1
    assert values.std() > 0.2
    assert np.abs(np.diff(values)).max() < 0.12
    assert chance(1, 2, 3) == chance(1, 2, 3) != chance(1, 2, 4)
    assert 0.45 < np.mean([chance(0, 0, n) for n in range(2000)]) < 0.55


def test_a_spring_arrives_without_overshooting() -> None:
    spring = Spring(2.0, FPS)
    values = [spring.step(1.0) for _ in range(50)]
    assert all(b >= a for a, b in pairwise(values))
    assert 0.999 < values[-1] <= 1.0


def test_hair_lags_behind_and_comes_to_rest() -> None:
    hair = Pendulum(1.2, 0.3, FPS)
    lag = [hair.step(1.0) for _ in range(200)]
    assert min(lag) < -0.7, "at first it stays where it was"
    assert max(lag) > 0.05, "then it swings through"
    assert abs(lag[-1]) < 0.01


@pytest.mark.parametrize("fps", [1, 12, 30, 60])
def test_other_frame_rates_move_the_same_host(fps: int) -> None:
    motion = Motion(fps=fps)
    moments = [
        Moment(n, SILENCE, energy=0.5 * (n % 2), utterance=1, emphasis=float(n % 9 > 6)) for n in range(40 * fps)
    ]
    for e in map(motion.step, moments):
        assert abs(e.yaw) < 0.4
        assert all(abs(part) < 2 for part in e.sway)
        assert 0 <= e.lids <= 1
