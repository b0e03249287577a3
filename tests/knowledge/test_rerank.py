from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.rerank import RerankerError, Reranking, blended, load_reranker


class Backwards:
    """Likes later texts better; each takes `pace_s` by a clock of its own."""

    name = "backwards"

    def __init__(self, pace_s: float) -> None:
        self.pace_s = pace_s
        self.now = 0.0
        self.read = 0

    def rate(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        self.now += self.pace_s * len(texts)
        self.read += len(texts)
        return np.array([float(text) for text in texts], np.float32)


TEXTS = [str(number) for number in range(60)]
SCORES = [1 - number / 100 for number in range(60)]


def _reranking(pace_s: float, budget_ms: float = 100.0) -> tuple[Backwards, Reranking]:
    reranker = Backwards(pace_s)
    return reranker, Reranking(reranker, budget_ms=budget_ms, clock=lambda: reranker.now)


def test_what_comes_first_is_read_and_what_follows_stays_behind() -> None:
    reranker, reranking = _reranking(0.001)
    better = reranking("q", TEXTS, SCORES)
    assert better is not None
    assert reranker.read == 50
    assert int(np.argmax(better)) == 49
    assert min(better[:50]) >= max(better[50:])
    assert better[50:] == SCORES[50:]


def test_a_slow_reranker_reads_fewer_and_a_slower_one_none() -> None:
    reranker, reranking = _reranking(0.008)
    assert reranking("q", TEXTS, SCORES) is not None
    assert reranker.read == 20  # the clock is looked at after ten: 80 ms, then 160
    assert reranking("q", TEXTS, SCORES) is not None
    assert reranker.read == 32  # it knows its pace by now
    slower, left_out = _reranking(0.5)
    assert left_out("q", TEXTS, SCORES) is not None  # ten were read before the clock said no: not thrown away
    assert left_out("q", TEXTS, SCORES) is None
    assert slower.read == 10
    assert left_out.skipped == 1


def test_one_that_recovers_is_asked_again() -> None:
    reranker, reranking = _reranking(0.05)
    reranking("q", TEXTS, SCORES)
    reranker.pace_s = 0.001
    answers = [reranking("q", TEXTS, SCORES) for _ in range(20)]
    assert answers[0] is None
    assert answers[-1] is not None


def test_blending_keeps_the_range_and_single_hits() -> None:
    assert blended([], []) == []
    assert blended([3.0], [0.7]) == pytest.approx([0.7])
    new = blended([0.0, 10.0, 5.0], [0.9, 0.8, 0.5, 0.1])
    assert max(new) <= 0.9 and new[3] == 0.1
    assert new[1] == max(new)


def test_a_reranker_nobody_knows_is_said() -> None:
    with pytest.raises(RerankerError, match="choose from cross-encoder"):
        load_reranker("nosuch")
    assert Reranking.load("", budget_ms=100) is None
