"""What answers cost: tokens, and money by a table of prices."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call of a model. `cached` of `tokens_in` were read from the server's cache of prompts; `exact` is
    false where the server did not say and the tokens were estimated."""

    tokens_in: int
    tokens_out: int
    cached: int = 0
    exact: bool = True

    @classmethod
    def parse(cls, told: Mapping[str, Any]) -> "Usage":
        """From the `usage` object of a chat completion."""
        details = told.get("prompt_tokens_details")
        cached = details.get("cached_tokens") if isinstance(details, Mapping) else 0
        return cls(_count(told.get("prompt_tokens")), _count(told.get("completion_tokens")), _count(cached))


@dataclass(frozen=True, slots=True)
class Price:
    """Money for a million tokens. `cached`: for those read from the server's cache; None: as the others."""

    tokens_in: float = 0.0
    tokens_out: float = 0.0
    cached: float | None = None

    def of(self, usage: Usage) -> float:
        cached = min(usage.cached, usage.tokens_in)
        cheap = self.tokens_in if self.cached is None else self.cached
        paid = (usage.tokens_in - cached) * self.tokens_in + cached * cheap + usage.tokens_out * self.tokens_out
        return paid / 1_000_000


def _count(value: object) -> int:
    return max(0, value) if isinstance(value, int) else 0
