"""Claims with figures in wording nobody tuned for: what is true stands, what is false is put right in its own style."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.guard.guard import Guard
from assistant.guard.sheet import facts_from_sheet
from knowledge.facts import Facts

DATA: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "figures.yaml").read_text(encoding="utf-8"))
CASES = [(products, *case) for products, cases in DATA["cases"].items() for case in cases]
GUARD = Guard()


@cache
def facts_of(products: str) -> Facts:
    facts = Facts()
    for product in products.split():
        facts |= facts_from_sheet(DATA["sheets"][product], product)
    return facts


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[2])
def test_figure(case: tuple[str, ...]) -> None:
    products, label, sentence, reason, *instead = case
    verdict = GUARD.review(sentence, facts_of(products), about=tuple(products.split()))
    assert verdict.label == label, f"{reason}: {[span.reason for span in verdict.spans]}"
    assert (verdict.text == sentence) == (label == "ok")
    if instead:
        assert verdict.text == instead[0], reason


@pytest.mark.parametrize("case", [case for case in CASES if case[1] != "ok"], ids=lambda case: case[2])
def test_what_is_said_instead_passes_itself(case: tuple[str, ...]) -> None:
    products, _, sentence, reason, *_ = case
    mended = GUARD.review(sentence, facts_of(products), about=tuple(products.split())).text
    assert not mended or GUARD.review(mended, facts_of(products), about=tuple(products.split())).label == "ok", reason


def test_half_of_them_are_true_and_half_of_them_are_english() -> None:
    chinese = sum(any("\u4e00" <= char <= "\u9fff" for char in case[2]) for case in CASES)
    honest = sum(case[1] == "ok" for case in CASES)
    assert 0.4 < chinese / len(CASES) < 0.6
    assert 0.4 < honest / len(CASES) < 0.6
