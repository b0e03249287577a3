"""The quantities in a message: limits ("300克以内"), the least or most of something, and what else it says."""

import re
from dataclasses import dataclass
from functools import lru_cache

from knowledge.measures import Limit, Measure, Order, needs_unit, superlative, words_in
from knowledge.text import normalise

__all__ = ["Wish", "needs_unit", "wish"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a message demands of quantities; `rest` is the message without it."""

    rest: str
    limits: tuple[Limit, ...] = ()
    measure: Measure | None = None
    order: Order = ""


@lru_cache(maxsize=4096)
def wish(text: str) -> Wish:
    """The limits and the superlative in a shopper's words; prices as limits are not among them."""
    normal = normalise(text)
    found = [one for one in words_in(normal.text) if one[0].sense != "is"]
    spans = [(start, end) for _, start, end in found]
    limits = tuple(limit for limit, _, _ in found)
    extreme = superlative(normal.text)
    if extreme is not None:
        spans.append(extreme[2:])
    rest = text
    for start, end in sorted((normal.span(*span) for span in spans), reverse=True):
        rest = f"{rest[:start]} {rest[end:]}"
    if extreme is None:
        return Wish(_tidy(rest) if limits else text, limits)
    return Wish(_tidy(rest), limits, extreme[0], extreme[1])


_LOOSE = re.compile(
    r"(?<![\u3400-\u9fff])(的|在|是|重量|容量|续航)(?=\s|$)|(?<=\s)的|^的|"
    r"\b(that|is|the|with|has|have|of|weigh(s|ing)?)\s*$",
    re.I,
)


def _tidy(text: str) -> str:
    return " ".join(_LOOSE.sub(" ", " ".join(text.split())).split()).strip(" ，,、.的")
