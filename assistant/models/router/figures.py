"""How each model fares in this process: for Prometheus and the console."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from assistant.models.usage import Price, Usage


@dataclass(slots=True)
class Figures:
    """Of one model. `outcomes`: answered, failed, abandoned, skipped (resting), spent (over budget), hedged."""

    outcomes: Counter[str] = field(default_factory=Counter)
    first_s: float = 0.0  # sum over `firsts` answers of the time to their first piece
    firsts: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cached: int = 0
    cost: float = 0.0
    shadowed: Counter[str] = field(default_factory=Counter)  # answered, failed, unjudged, sentences, changed

    def first(self, seconds: float) -> None:
        self.first_s += seconds
        self.firsts += 1

    def add(self, usage: Usage, price: Price) -> float:
        """Returns what it cost."""
        cost = price.of(usage)
        self.tokens_in += usage.tokens_in
        self.tokens_out += usage.tokens_out
        self.cached += usage.cached
        self.cost += cost
        return cost


def new_figures() -> defaultdict[str, Figures]:
    return defaultdict(Figures)
