from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from avatar.speakable import speakable
from avatar.voice import Lang

CASES: dict[Lang, dict[str, str]] = yaml.safe_load(Path(__file__).with_name("speakable_cases.yaml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("lang", "written", "heard"), [(lang, *case) for lang in CASES for case in CASES[lang].items()]
)
def test_says_it_as_a_host_would(lang: Lang, written: str, heard: str) -> None:
    assert speakable(written, lang).text == heard


@pytest.mark.parametrize("lang", ["zh", "en"])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_can_be_spoken_and_traced_back(lang: Lang, text: str) -> None:
    spoken = speakable(text, lang)
    assert len(spoken.origin) == len(spoken.text)
    assert list(spoken.origin) == sorted(spoken.origin)
    assert all(0 <= offset < len(text) for offset in spoken.origin)


def test_a_price_is_stressed_where_it_was_written() -> None:
    text = "现在只要199元，包邮"
    ((start, end),) = speakable(text, "zh").stresses
    assert text[start:end] == "199元"


def test_ten_thousand_characters_are_spoken_in_a_blink() -> None:
    assert len(speakable("1" * 10_000, "zh").text) == 10_000
    assert speakable("a" * 10_000, "en").text == "a" * 10_000
