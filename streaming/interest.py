"""What viewers want to know, see and buy, product by product: which points to stress and what to show more."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

FADES_S = 900.0  # a question counts a third after a quarter of an hour
KEPT = 30  # questions about one product
_WEIGHTS = {"text": 1.0, "order": 3.0, "gift": 0.5, "follow": 0.0, "join": 0.0, "like": 0.1, "click": 0.5}


class Interest:
    """Safe to call from several threads. `clock` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._asked: dict[str, deque[tuple[float, float, str]]] = {}

    def note(self, product_id: str, kind: str, text: str, at: float | None = None) -> None:
        """A viewer wrote or did something while a product was on air, or about it."""
        if not product_id:
            return
        with self._lock:
            noted = self._asked.setdefault(product_id, deque(maxlen=KEPT))
            noted.append((self._clock() if at is None else at, _WEIGHTS.get(kind, 0.0), text if kind == "text" else ""))

    def remember(self, asked: Iterable[tuple[float, str, str, str]]) -> None:
        """What was noted before a restart: (when, product, kind, text), oldest first."""
        for at, product_id, kind, text in asked:
            self.note(product_id, kind, text, at)

    def asked(self, product_id: str) -> Sequence[str]:
        """What was asked about a product lately, newest first."""
        with self._lock:
            return [text for _, _, text in reversed(self._asked.get(product_id, ())) if text]

    def demand(self, product_id: str) -> float:
        """How much more people want of this product than of the others, on average: 0 is as much, 1 twice as much."""
        with self._lock:
            heat = {each: self._heat(each) for each in self._asked}
        total = sum(heat.values())
        if total < 1.0 or product_id not in heat:
            return 0.0
        return max(0.0, heat[product_id] * len(heat) / total - 1.0) if len(heat) > 1 else 0.0

    def _heat(self, product_id: str) -> float:
        now = self._clock()
        return sum(weight * math.exp(-(now - at) / FADES_S) for at, weight, _ in self._asked[product_id])
