"""A sieve may let a pattern through in vain, but must never hold back one that matches."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.guard.law import load_law
from assistant.guard.words import words
from knowledge.sieve import Sieve, needs_of

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
]
ADVERSARIAL = Path(__file__).parents[1] / "assistant" / "guard" / "adversarial.yaml"


@pytest.mark.parametrize("source", SOURCES)
@given(text=st.text("全国第一最低治缓解失眠不防水三件套满折亲 abcdewtrBESTonlyxy'12", max_size=24))
def test_a_pattern_that_matches_is_never_held_back(source: str, text: str) -> None:
    pattern = re.compile(source)
    fits = bool(Sieve([(pattern, None)]).fitting(text))
    assert fits or not pattern.search(text)


def test_the_guard_s_own_patterns_are_not_held_back_on_its_own_examples() -> None:
    cases = yaml.safe_load(ADVERSARIAL.read_text(encoding="utf-8"))["cases"]
    texts = [case[1].lower() for of_sheet in cases.values() for case in of_sheet]
    texts += [example.lower() for rule in load_law().rules for example in rule.bad]
    rules = [(pattern, rule.id) for rule in load_law().rules for pattern in rule.patterns]
    promises = [(pattern, promise.id) for pattern, (promise, _) in words().promises.pairs]
    sieve = Sieve([*rules, *promises])
    assert len(texts) > 500
    for text in texts:
        matching = [(pattern, each) for pattern, each in sieve.pairs if pattern.search(text)]
        fitting = sieve.fitting(text)
        assert [pair for pair in fitting if pair in matching] == matching


def test_most_patterns_are_held_back() -> None:
    sieve = Sieve((pattern, rule) for rule in load_law().rules for pattern in rule.patterns)
    assert len(sieve.pairs) > 200
    for text in ("这款保温杯现在99元，容量500毫升，满88元包邮。", "this bottle holds 500 ml and costs 99 yuan."):
        assert len(sieve.fitting(text)) < 20


def test_the_order_of_the_patterns_is_kept() -> None:
    sieve = Sieve([(re.compile("最"), 0), (re.compile("a|b"), 1), (re.compile(r"\d"), 2), (re.compile("低"), 3)])
    assert [number for _, number in sieve.fitting("最低 b")] == [0, 1, 2, 3]
    assert [number for _, number in sieve.fitting("低")] == [2, 3]  # a digit is no piece: that one is always tried


def test_what_a_pattern_needs() -> None:
    assert set(needs_of(re.compile("(?:全网)?最低价?"))) == {frozenset({"最低"})}
    assert set(needs_of(re.compile("fda|最低"))) == {frozenset({"fda", "最低"})}
    assert set(needs_of(re.compile(r"(?:保证|包)\w*(?:治好|根治)"))) == {
        frozenset("包 保证".split()),
        frozenset("治好 根治".split()),
    }
    assert needs_of(re.compile(r"\d+")) == ()
    assert needs_of(re.compile("最低", re.IGNORECASE)) == ()


def test_a_text_read_before_a_sieve_was_made_is_not_held_back_from_it() -> None:
    text = "售后无忧，七天可换"
    assert not Sieve([(re.compile("包邮"), 0)]).fitting(text)
    assert Sieve([(re.compile("七天可换"), 0)]).fitting(text)


def test_chinese_patterns_are_not_tried_on_plain_english() -> None:
    sieve = Sieve([(re.compile(r"[\u4e00-\u9fff]{2,}\d"), 0)])
    assert not sieve.fitting("500 ml for 99 yuan") and sieve.fitting("容量500")
