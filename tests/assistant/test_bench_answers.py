"""The evaluation of models gives each what it deserves: the same questions to one that lies and to one that doesn't."""

from pathlib import Path
from typing import Any

import pytest

from assistant.models import load_model
from bench.answers import QUESTIONS, candidates, run
from tests.assistant.model_server import Chunk, ModelServer, calls

USED: Chunk = {
    "choices": [],
    "usage": {"prompt_tokens": 3000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 1500}},
}
ASKED = [one for one in QUESTIONS if one.turns in (("运费多少",), ("转人工",), ("蜂蜜保质期多久",))]


def liar(request: dict[str, Any]) -> list[Chunk]:
    if request["messages"][-1]["role"] == "user":
        return [*calls("promotions"), USED]
    return ["全场包邮，蜂蜜保质期九十九年。", USED]


async def test_groundedness_tools_handovers_and_cost_are_told_apart(tmp_path: Path) -> None:
    async with ModelServer(liar).running() as server:
        table = tmp_path / "models.yaml"
        price = "{tokens_in: 2, tokens_out: 10, cached: 1}"
        table.write_text(f"models:\n  liar: {{url: '{server.url}', model: m, price: {price}}}\n")
        rows = {}
        for name, (settings, prices) in candidates(["grounded", "liar"], table).items():
            scores = await run(load_model(settings), settings, ASKED)
            rows[name] = scores["zh"].row(name, "zh", prices)
    good, bad = rows["grounded"], rows["liar"]
    assert (good["changed/answer"], good["tool right"], good["hand-over right"], good["cost/1000"]) == (0, 1, 1, 0)
    assert bad["answers"] == 3 and bad["fell back"] == 0
    assert float(str(bad["changed/answer"])) >= 2 / 3  # two of three answers are its own
    assert bad["tool right"] == pytest.approx(1 / 3) and bad["hand-over right"] == 1
    # two calls for each of its two answers: 1500 × 2 + 1500 × 1 + 100 × 10 for a million
    assert bad["cost/1000"] == pytest.approx(1000 * 4 * 0.0055 / 3)
    assert bad["cached"] == pytest.approx(0.5)


def test_a_model_that_nobody_knows_is_named() -> None:
    with pytest.raises(ValueError, match="'gpt' is neither"):
        candidates(["gpt"], None)
