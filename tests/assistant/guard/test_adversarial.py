"""Sentences by someone who wants to get lies through; each with its reason, in adversarial.yaml."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.guard.guard import Guard
from assistant.guard.sheet import facts_from_sheet
from knowledge.facts import Facts

DATA: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "adversarial.yaml").read_text(encoding="utf-8"))
CASES = [(sheet, *case) for sheet, cases in DATA["cases"].items() for case in cases]
GUARD = Guard()


@cache
def facts(sheet: str) -> Facts:
    return facts_from_sheet(DATA["sheets"][sheet], sheet)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[2])
def test_label(case: tuple[str, ...]) -> None:
    sheet, label, sentence, reason, *wanted = case
    verdict = GUARD.review(sentence, facts(sheet), about=(sheet,))
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
    said = GUARD.review(sentence, facts(sheet), about=(sheet,)).text
    assert not said or GUARD.review(said, facts(sheet), about=(sheet,)).label == "ok"


def test_the_set_is_large_and_in_both_languages() -> None:
    chinese = [case for case in CASES if any("\u4e00" <= char <= "\u9fff" for char in case[2])]
    assert len(CASES) >= 300 and len(chinese) >= 150 and len(CASES) - len(chinese) >= 100
    assert len({case[2] for case in CASES}) == len(CASES)
