"""A quick pattern must match exactly what the plain one matches."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.guard.openings import compile_quick

SOURCES = [
    "(?:治|缓解|预防)(?:失眠|颈椎病)",
    r"(?<!不)防水|(?<![a-z])water(?:proof)?\b",
    r"(?P<what>(?:能|可以?)?(?:承受|扛得住))\d*",
    r"[一-三]件|[^a]b|\d+折",
    r"(?:a|b)?c|d*e",
    r"x*",
    r"(?=满)\S{2}|^亲",
]
LEXICON = Path(__file__).parents[3] / "assistant" / "guard" / "lexicon"


def spans(pattern: re.Pattern[str], text: str) -> list[tuple[tuple[int, int], dict[str, str]]]:
    return [(match.span(), match.groupdict()) for match in pattern.finditer(text)]


@pytest.mark.parametrize("source", SOURCES)
@given(text=st.text("不防水能可以承受扛得住治缓解失眠满一二件折亲 abcdewtrprof12", max_size=24))
def test_it_matches_the_same(source: str, text: str) -> None:
    assert spans(compile_quick(source), text) == spans(re.compile(source), text)


def test_what_begins_with_anything_or_nothing_is_left_as_it_is() -> None:
    for source in (r"x*", r"\S+a", r"(?i)abc", r"[^a]b"):
        assert compile_quick(source).pattern == source
    assert compile_quick("ab|c").pattern == "(?=[ac])(?:ab|c)"


def test_the_guard_s_own_phrases_match_the_same_on_its_own_examples() -> None:
    phrases = yaml.safe_load((LEXICON / "phrases.yaml").read_text(encoding="utf-8"))
    cases = yaml.safe_load((Path(__file__).parent / "adversarial.yaml").read_text(encoding="utf-8"))["cases"]
    sources, texts = (
        [each for entry in phrases for each in entry["patterns"]],
        [case[1] for of_sheet in cases.values() for case in of_sheet],
    )
    assert sources and len(texts) > 300
    for source in sources:
        quick, plain = compile_quick(source), re.compile(source)
        for text in texts:
            assert spans(quick, text.lower()) == spans(plain, text.lower())
