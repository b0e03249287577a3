"""Reading query and product together, for the few products that come first. Off unless a reranker is named."""

import pkgutil
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

log = structlog.get_logger(__name__)

_MOST = 50  # products that are read again
_LEAST = 5  # fewer are not worth the time
_SHARE = 0.6  # of the new score that the reranker makes up; the rest keeps what words and vectors know
_STEP = 10  # products read between two looks at the clock
_REMARK_S = 60.0  # between two log lines that say the same


class Reranker(Protocol):
    name: str

    def rate(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text answers `query`; any scale, higher is better."""
        ...


class RerankerError(Exception):
    """The message says what to do."""


RERANKERS = {"cross-encoder": "knowledge.rerankers.cross:open_reranker"}


def load_reranker(name: str) -> Reranker:
    """The reranker that `name` names: "cross-encoder:FOLDER-OR-HUB-NAME". Raises RerankerError."""
    kind, _, model = name.partition(":")
    if kind not in RERANKERS:
        raise RerankerError(f"unknown reranker {kind!r}; choose from {', '.join(sorted(RERANKERS))}")
    factory: Callable[[str], Reranker] = pkgutil.resolve_name(RERANKERS[kind])
    return factory(model)


class Reranking:
    """A reranker with a budget: it reads as many products as the time allows, and leaves the order as it was when that
    is too few. It learns its pace from what it has read."""

    def __init__(self, reranker: Reranker, *, budget_ms: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self._reranker = reranker
        self._budget_s = budget_ms / 1000
        self._clock = clock
        self._pace_s = 0.0  # a product's time; 0: not yet known
        self._remarked_at = -_REMARK_S
        self.skipped = 0  # searches it was too slow for

    @classmethod
    def load(cls, name: str, *, budget_ms: float) -> "Reranking | None":
        """None when `name` is empty."""
        return cls(load_reranker(name), budget_ms=budget_ms) if name else None

    def __call__(self, query: str, texts: Sequence[str], scores: Sequence[float]) -> list[float] | None:
        """New scores for the first of `texts`, which come best first with `scores`; what follows keeps its order behind
        them. None when there was no time: the scores stand."""
        count = min(len(texts), _MOST)
        if self._pace_s:
            count = min(count, int(self._budget_s / self._pace_s))
        if count < min(_LEAST, len(texts)):
            self._pace_s *= 0.9  # a busy moment passes: try again after a few searches
            self._skip()
            return None
        rated: list[float] = []
        began = self._clock()
        while len(rated) < count:
            rated += self._reranker.rate(query, texts[len(rated) : min(count, len(rated) + _STEP)]).tolist()
            spent = self._clock() - began
            self._pace_s = spent / len(rated)
            if spent > self._budget_s and len(rated) < count:
                if len(rated) < _LEAST:
                    self._skip()
                    return None
                break
        return blended(rated, scores)

    def _skip(self) -> None:
        self.skipped += 1
        now = self._clock()
        if now - self._remarked_at >= _REMARK_S:
            self._remarked_at = now
            log.warning(
                "the reranker is too slow and is left out",
                reranker=self._reranker.name,
                ms_a_product=round(self._pace_s * 1000, 1),
                budget_ms=round(self._budget_s * 1000),
                skipped=self.skipped,
            )


def blended(rated: Sequence[float], scores: Sequence[float]) -> list[float]:
    """Ratings and scores on one scale, in the range of the scores they replace: what was not rated stays behind."""
    first = np.array(scores[: len(rated)], np.float64)
    low = float(first.min(initial=np.inf))
    span = float(first.max(initial=0.0)) - low
    rating = np.array(rated, np.float64)
    rating = (rating - rating.min(initial=np.inf)) / max(float(np.ptp(rating)) if len(rating) else 0.0, 1e-9)
    before = (first - low) / max(span, 1e-9)
    blend = _SHARE * rating + (1 - _SHARE) * before
    new: list[float] = (low + span * blend).tolist()
    return new + list(scores[len(rated) :])
