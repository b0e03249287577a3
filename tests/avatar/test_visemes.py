import pytest

from avatar.media import Mouth, Viseme
from avatar.visemes import mouth_at, visemes_from_phonemes, visemes_of


@pytest.mark.parametrize(
    ("phoneme", "visemes"),
    [
        ("p", ("PP",)),
        ("ph", ("PP",)),
        ("ˈɑu", ("aa", "U")),
        ("tɕ", ("CH",)),
        ("tɕh", ("CH",)),
        ("ts.", ("CH",)),
        ("s", ("SS",)),
        ("ˈiou", ("I", "O", "U")),
        ("n", ("nn",)),
        ("ð", ("TH",)),
        ("iː", ("I",)),
        ("", ()),
        ("_", ()),
    ],
)
def test_ipa_to_viseme(phoneme: str, visemes: tuple[str, ...]) -> None:
    assert visemes_of(phoneme) == visemes


def test_the_mouth_flows_over_the_gap_between_syllables_and_rests_in_a_pause() -> None:
    short = visemes_from_phonemes([(0.0, "a"), (0.1, ""), (0.13, "o")], 0.3)
    assert [each.name for each in short] == ["aa", "O"]
    long = visemes_from_phonemes([(0.0, "a"), (0.1, ""), (0.4, "o")], 0.5)
    assert [each.name for each in long] == ["aa", "sil", "O"]


def test_lips_meet_on_m_between_two_open_vowels() -> None:
    track = (Viseme("aa", 0.0, 0.2), Viseme("PP", 0.2, 0.24), Viseme("aa", 0.24, 0.44))
    assert mouth_at(track, 0.1).open > 0.9
    assert mouth_at(track, 0.22).open < 0.05
    assert mouth_at(track, 0.22).press > 0.9


def test_the_mouth_is_shut_without_speech() -> None:
    assert mouth_at((), 1.0) == Mouth()
    assert mouth_at((Viseme("aa", 0.0, 0.2),), 0.5) == Mouth()


def test_the_mouth_never_jumps() -> None:
    track = (Viseme("sil", 0.0, 0.1), Viseme("aa", 0.1, 0.3), Viseme("U", 0.3, 0.5), Viseme("I", 0.5, 0.7))
    opened = [mouth_at(track, index / 100).open for index in range(80)]
    assert max(abs(after - before) for before, after in zip(opened, opened[1:], strict=False)) < 0.2


def spoken(text: str, phoneme_s: float) -> tuple[Viseme, ...]:
    """Each letter a phoneme of the same length."""
    return visemes_from_phonemes([(n * phoneme_s, letter) for n, letter in enumerate(text)], len(text) * phoneme_s)


@pytest.mark.parametrize("phoneme_s", [0.03, 0.05, 0.08, 0.12])
@pytest.mark.parametrize("offset_s", [0.0, 0.013, 0.027])
def test_every_b_p_and_m_shuts_the_lips_in_a_frame_of_its_own_time(phoneme_s: float, offset_s: float) -> None:
    """At 25 fps, however fast the speech and wherever the frames fall."""
    track = spoken("mapabamopuma", phoneme_s)
    frames = [offset_s + n * 0.04 for n in range(-1, round(12 * phoneme_s / 0.04) + 2)]
    shut = [at for at in frames if mouth_at(track, at).open == 0 and mouth_at(track, at).press == 1]
    for viseme in track:
        if viseme.name == "PP":
            assert any(viseme.start_s - 0.02 <= at <= viseme.end_s + 0.02 for at in shut), viseme


def test_fast_speech_does_not_flap_the_jaw() -> None:
    def swing(phoneme_s: float) -> float:
        track = spoken("tanatanatanatana", phoneme_s)
        jaw = [mouth_at(track, 4 * phoneme_s + n * 0.04).jaw for n in range(round(8 * phoneme_s / 0.04))]
        return max(jaw) - min(jaw)

    assert swing(0.12) > 0.5, "slow speech moves it"
    assert swing(0.045) < 0.4 * swing(0.12)


def test_lips_meet_without_lifting_the_jaw() -> None:
    track = (Viseme("aa", 0.0, 0.2), Viseme("PP", 0.2, 0.24), Viseme("aa", 0.24, 0.44))
    assert mouth_at(track, 0.22).open == 0
    assert mouth_at(track, 0.22).jaw > 0.5


def test_what_comes_next_is_seen_on_the_lips_before_it_is_heard() -> None:
    alone = mouth_at((Viseme("SS", 0.0, 0.1),), 0.06)
    before_u = mouth_at((Viseme("SS", 0.0, 0.1), Viseme("U", 0.1, 0.3)), 0.06)
    assert before_u.round > alone.round + 0.1
    assert before_u.wide < alone.wide
