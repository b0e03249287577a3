"""A sieve may try a pattern in vain, but what a pattern finds is found through it, and nothing else."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.guard.law import load_law
from assistant.guard.words import words
from knowledge.needs import late
from knowledge.sieve import Finder, Sieve, Sifted

SOURCES = [
    r"全国?(?:第一|最低)",
    r"(?:治|缓解|预防)(?:失眠|颈椎病)?",
    r"(?<!不)防水|(?<![a-z])water(?:proof)?\b",
    r"[一二两三]{1,2}件(?=套)|\d+折",
    r"(?:a|b)?c+|(?:de){2}",
    r"x*|y",
    r"(?=满)\S{2}|^亲",
    r"(?i:best)|only",
    r"(?P<q>['\"])best(?P=q)",
    r"[^a]b",
    r"[\u4e00-\u9fff]{2}好?|[\u3400-\u9fff]x",
    r"[\u3400-\u9fffa-z]b",
    r"\b(?:best|onlyx?|re+d) ?(?:b|cd)",
    r"a(?P<what>b|bc|c(?=d))c?|防水",
    r"\.(?:ab|cd|\d{2})\b",
    r"(?=[abc])(?:ab|b?c|c|abc)",
    r"\d(?<!a\d)[cd]|(?:1|12|2)(?!b)",
]
ADVERSARIAL = Path(__file__).parents[1] / "assistant" / "guard" / "adversarial.yaml"


def matches(finder: Finder, text: str) -> list[tuple[tuple[int, int], dict[str, str]]]:
    """What is found that is not empty, with the groups that have names."""
    return [(m.span(), m.groupdict()) for m in finder.finditer(text) if m.end() > m.start()]


@pytest.mark.parametrize("source", SOURCES)
@given(text=st.text("全国第一最低治缓解失眠不防水三件套满折亲 abcdewtrBESTonlyxy'12.", max_size=24))
def test_what_a_pattern_finds_is_found_through_a_sieve(source: str, text: str) -> None:
    pattern = re.compile(source)
    fitting = Sieve([(pattern, None)]).fitting(text)
    assert matches(pattern, text) == (matches(fitting[0][0], text) if fitting else [])
    first = fitting[0][0].search(text) if fitting else None
    own = pattern.search(text)
    assert (own and own[0] and own.span()) == (first and first[0] and first.span())
    assert matches(Sifted(pattern), text) == matches(Sifted(late(source)), text) == matches(pattern, text)


def test_a_pattern_by_itself_is_searched_for_in_a_piece_of_the_text_as_well() -> None:
    sifted = Sifted(re.compile("^不?防水|水$"))
    assert sifted.may_match("它不防水") and not sifted.may_match("它不防")
    found = [sifted.search(text, *piece) for text, *piece in (("它不防水", "不防水"), ("它不防水", "它"), ("水杯",))]
    assert [match and match[0] for match in found] == ["不防水", None, None]


def test_the_guard_s_own_patterns_find_the_same_in_its_own_examples() -> None:
    cases = yaml.safe_load(ADVERSARIAL.read_text(encoding="utf-8"))["cases"]
    texts = [case[1].lower() for of_sheet in cases.values() for case in of_sheet]
    texts += [example.lower() for rule in load_law().rules for example in rule.bad]
    patterns = [pattern for rule in load_law().rules for pattern in rule.patterns]
    patterns += [pattern for pattern, _ in (*words().promises.pairs, *words().phrases.pairs)]
    sieve = Sieve((pattern, number) for number, pattern in enumerate(patterns))
    assert len(texts) > 500
    for text in texts:
        through = {number: found for finder, number in sieve.fitting(text) if (found := matches(finder, text))}
        assert through == {n: found for n, pattern in enumerate(patterns) if (found := matches(pattern, text))}


def test_most_patterns_are_held_back() -> None:
    sieve = Sieve((pattern, rule) for rule in load_law().rules for pattern in rule.patterns)
    assert len(sieve.pairs) > 200
    for text in ("这款保温杯现在99元，容量500毫升，满88元包邮。", "this bottle holds 500 ml and costs 99 yuan."):
        assert len(sieve.fitting(text)) < 20


def test_the_order_of_the_patterns_is_kept() -> None:
    sieve = Sieve([(re.compile("最"), 0), (re.compile("a|b"), 1), (re.compile(r"\d"), 2), (re.compile("低"), 3)])
    assert [number for _, number in sieve.fitting("最低 b")] == [0, 1, 2, 3]
    assert [number for _, number in sieve.fitting("低")] == [2, 3]  # another script's digit is one, too: it is tried


@pytest.mark.parametrize(
    ("source", "tried_on", "not_on"),
    [
        ("(?:全网)?最低价?", ["已是最低"], ["全网价", "最", "低"]),
        ("fda|最低", ["an fda", "最低"], ["f d a", "最大"]),
        (r"(?:保证|包)\w*(?:治好|根治)", ["包不根治"], ["包邮", "治好", "保证"]),
        (r"\.(?:com|net)", ["at a.net"], ["a. common net.", "a.nest", "the end."]),
        (r"\b(?:god|dan) mode\b", ["good mode, god mode"], ["good mode"]),
        (r"\b(?P<what>own|wear)s? it\b", ["own it"], ["wear at", "worn it"]),
        (r"\d{3}-\d", ["a 1-b", "２-b"], ["well-made"]),
        ("(?i:最低)", ["x"], []),
    ],
)
def test_what_a_pattern_needs_of_a_text(source: str, tried_on: list[str], not_on: list[str]) -> None:
    sieve = Sieve([(re.compile(source), None)])
    assert all(sieve.fitting(text) for text in tried_on)
    assert not any(sieve.fitting(text) for text in not_on)


def test_of_two_alternatives_at_one_place_the_first_is_found() -> None:
    pattern = re.compile("防水|防水防尘|水防")
    text = "防水防尘，防水防"
    finder = Sieve([(pattern, None)]).fitting(text)[0][0]
    assert matches(finder, text) == matches(pattern, text) == [((0, 2), {}), ((5, 7), {})]


@given(st.text("ab 的1.,", max_size=30) | st.text("ab 1\n", max_size=60))
def test_what_stands_anywhere_in_a_text_is_looked_for_in_it(text: str) -> None:
    """Also over the blanks between its words, by which English is read."""
    patterns = [re.compile(re.escape(text[start : start + 4])) for start in range(len(text))]
    sieve = Sieve((pattern, number) for number, pattern in enumerate(patterns))
    assert [number for _, number in sieve.fitting(text)] == list(range(len(patterns)))


def test_a_text_read_before_a_sieve_was_made_is_not_held_back_from_it() -> None:
    text = "售后无忧，七天可换"
    assert not Sieve([(re.compile("包邮"), 0)]).fitting(text)
    assert Sieve([(re.compile("七天可换"), 0)]).fitting(text)


def test_chinese_patterns_are_not_tried_on_plain_english() -> None:
    sieve = Sieve([(re.compile(r"[\u4e00-\u9fff]{2,}\d"), 0)])
    assert not sieve.fitting("500 ml for 99 yuan") and sieve.fitting("容量500")
