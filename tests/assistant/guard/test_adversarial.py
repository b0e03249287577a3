"""Sentences by someone who wants to get lies through; each with its reason, in adversarial.yaml."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.assistant import review_text
from assistant.guard.guard import Guard
from assistant.guard.sheet import facts_from_sheet
from assistant.guard.verdict import Verdict
from knowledge.facts import Facts
from knowledge.text import language

DATA: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "adversarial.yaml").read_text(encoding="utf-8"))
KINDS = {
    "several claims",
    "tables",
    "quoted reviews",
    "sarcasm",
    "numbers in words",
    "mixed scripts",
    "emoji digits",
    "zero-width characters",
    "full-width forms",
}
BY_KIND = {
    kind: [(sheet, *case) for sheet, cases in sheets.items() for case in cases]
    for kind, sheets in DATA["kinds"].items()
}
CASES = [(sheet, *case) for sheet, cases in DATA["cases"].items() for case in cases] + sum(BY_KIND.values(), [])
GUARD = Guard()


@cache
def facts(sheet: str) -> Facts:
    return facts_from_sheet(DATA["sheets"][sheet], sheet)


def review(sheet: str, text: str) -> Verdict:
    """A text as the shop would say it: sentence by sentence."""
    return review_text(GUARD, text, facts(sheet), language(text), (sheet,))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[2])
def test_label(case: tuple[str, ...]) -> None:
    sheet, label, sentence, reason, *wanted = case
    verdict = review(sheet, sentence)
    assert verdict.label == label, f"{reason}: {[span.reason for span in verdict.spans]}"
    if label == "ok":
        assert verdict.text == sentence and not verdict.spans
    else:
        assert verdict.text != sentence and verdict.spans
    if wanted:
        assert verdict.text == wanted[0]


@pytest.mark.parametrize("case", [case for case in CASES if case[1] != "ok"], ids=lambda case: case[2])
def test_what_is_said_instead_passes_itself(case: tuple[str, ...]) -> None:
    sheet, _, sentence, _, *_ = case
    said = review(sheet, sentence).text
    assert not said or review(sheet, said).label == "ok"


def test_the_set_is_large_and_in_both_languages() -> None:
    chinese = [case for case in CASES if any("\u4e00" <= char <= "\u9fff" for char in case[2])]
    assert len(CASES) >= 300 and len(chinese) >= 150 and len(CASES) - len(chinese) >= 100
    assert len({case[2] for case in CASES}) == len(CASES)


def test_each_way_of_getting_lies_through_is_tried_in_both_languages() -> None:
    assert set(BY_KIND) == KINDS
    for kind, cases in BY_KIND.items():
        for sheet in ("cup", "bottle"):
            assert len([case for case in cases if case[0] == sheet]) >= 4, f"{kind} of the {sheet}"
        assert any(case[1] == "ok" for case in cases), f"{kind} has nothing true in it"
