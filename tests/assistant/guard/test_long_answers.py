"""Answers of many sentences through the whole assistant: what is false goes, whatever stands before it."""

import json
from collections import Counter as Counted
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.events import PageContext
from assistant.messages import TextDelta, ToolCall
from assistant.models.scripted import ScriptedModel
from tests.assistant.conftest import Counter

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "long_answers.yaml").read_text(encoding="utf-8"))


def text_of(case: dict[str, Any]) -> str:
    between = " " if case.get("lang") == "en" else ""
    return "".join(s[2:] if s.endswith("\n") else s[2:] + between for s in case["say"])


async def changed(case: dict[str, Any], counter: Counter) -> list[str]:
    """The sentences that were not let through as they were."""
    ids = case["products"].split()
    look_ups = [ToolCall(str(n), "product_details", json.dumps({"product": one})) for n, one in enumerate(ids)]
    text = text_of(case)
    model = ScriptedModel(look_ups, [TextDelta(text[at : at + 3]) for at in range(0, len(text), 3)])
    shopper = await counter.shopper(model, PageContext(lang=case.get("lang", "zh")))
    await shopper.says("Tell me more." if case.get("lang") == "en" else "介绍一下。")
    verdicts = await counter.conversations.verdicts(shopper.id)
    return [one["original"].strip() for one in verdicts if one["changed"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.get('lang', 'zh')}: {case['why']}")
async def test_exactly_the_lies_are_changed(case: dict[str, Any], counter: Counter) -> None:
    known = {sentence[2:].strip() for sentence in case["say"] if sentence.startswith("? ")}
    found = [sentence for sentence in await changed(case, counter) if sentence not in known]
    assert found == [sentence[2:].strip() for sentence in case["say"] if sentence.startswith("! ")]


def test_there_are_sixty_answers_of_five_sentences_and_more_in_both_languages() -> None:
    english = [case for case in CASES if case.get("lang") == "en"]
    assert len(CASES) >= 60 and len(english) >= 25 and len(CASES) - len(english) >= 25
    assert all(5 <= len(case["say"]) <= 10 for case in CASES)
    assert sum(len(case["say"]) >= 10 for case in CASES) >= 4
    marks = Counted(sentence[:2] for case in CASES for sentence in case["say"])
    assert set(marks) == {"= ", "! ", "? "} and marks["! "] >= 110 and marks["= "] >= 240 and marks["? "] < 20
