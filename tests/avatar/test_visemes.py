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
