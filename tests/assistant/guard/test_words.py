"""Statements without a figure: what a product is, has, does and comes with, in words nobody tuned for."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.guard.guard import Guard
from assistant.guard.sheet import facts_from_sheet
from knowledge.facts import Facts
from knowledge.factsheet import merge
from knowledge.model import Lang
from knowledge.text import language

DATA: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))
CASES = [(key, *case) for key, cases in DATA["cases"].items() for case in cases]
GUARD = Guard()


@cache
def shop(lang: Lang) -> Facts:
    """All products of a language together: a mended sentence may borrow nothing from a neighbour."""
    return merge(
        facts_from_sheet(sheet, name) for name, sheet in DATA["sheets"].items() if language(str(sheet)) == lang
    )


def about(key: str) -> tuple[tuple[str, ...], Facts]:
    products = tuple(key.split())
    return products, shop(language(str(DATA["sheets"][products[0]])))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[2])
def test_label_and_what_is_said_instead(case: tuple[str, ...]) -> None:
    key, label, sentence, *rest = case
    products, facts = about(key)
    verdict = GUARD.review(sentence, facts, about=products)
    expected = sentence if label == "ok" else rest[0]
    assert (verdict.label, verdict.text) == (label, expected), f"{rest[-1]}: {[s.reason for s in verdict.spans]}"


@pytest.mark.parametrize("case", [case for case in CASES if case[1] != "ok" and case[3]], ids=lambda case: case[2])
def test_what_is_said_instead_passes_the_guard(case: tuple[str, ...]) -> None:
    key, _, _, mended, _ = case
    products, facts = about(key)
    assert GUARD.review(mended, facts, about=products).text == mended
