import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from avatar.speakable import speakable
from avatar.voice import Lang

LANGS: tuple[Lang, ...] = ("zh", "en")
LEAST = 400  # cases in each language


def cases(lang: Lang) -> Iterator[tuple[str, str]]:
    """What is written and what is heard."""
    table: dict[str, str] = yaml.safe_load(Path(__file__).with_name(f"speakable_cases_{lang}.yaml").read_text("utf-8"))
    for block in table.values():
        for line in block.splitlines():
            written, arrow, heard = line.partition(" => ")
            assert arrow, line
            yield written, heard


@pytest.mark.parametrize("lang", LANGS)
def test_says_it_as_a_host_would(lang: Lang) -> None:
    wrong = [
        f"{written!r}: {said!r}, not {heard!r}"
        for written, heard in cases(lang)
        if (said := speakable(written, lang).text) != heard
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_is_large_and_says_nothing_twice(lang: Lang) -> None:
    written = [case for case, _ in cases(lang)]
    assert len(written) >= LEAST
    assert len(set(written)) == len(written)


@pytest.mark.parametrize("lang", LANGS)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_can_be_spoken_and_traced_back(lang: Lang, text: str) -> None:
    spoken = speakable(text, lang)
    assert len(spoken.origin) == len(spoken.text)
    assert list(spoken.origin) == sorted(spoken.origin)
    assert all(0 <= offset < len(text) for offset in spoken.origin)


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_said_can_be_said_again_unchanged(lang: Lang) -> None:
    """Words that were made speakable once pass a second time, as when a standby voice takes over."""
    for _, heard in cases(lang):
        assert speakable(heard, lang).text == heard


def test_a_price_is_stressed_where_it_was_written() -> None:
    text = "现在只要199元，包邮"
    ((start, end),) = speakable(text, "zh").stresses
    assert text[start:end] == "199元"


def test_ten_thousand_characters_are_spoken_in_a_blink() -> None:
    assert len(speakable("1" * 10_000, "zh").text) == 10_000
    assert speakable("a" * 10_000, "en").text == "a" * 10_000
    before = time.thread_time()
    for hostile in ("-" * 10_000, "a." * 2_000, "1," * 2_000):
        speakable(hostile, "en")
    assert time.thread_time() - before < 1.5  # a pattern that begins anew at each of them takes seconds
