"""Who or what a clause speaks of: only what is said of the product is a claim about it."""

import re

from assistant.guard.claims import Reading
from assistant.guard.words import frames

_PEOPLE = frames()["people"]
_SELLS = frames()["sellers"]
_ASKED = re.compile(
    r"是否|是不是|有没有|能不能|会不会|可不可以|如果|要是|若是|假如|希望|但愿|担心|想要|想找|问(?:一下|到|过)?"
    r"|\b(?:if|whether|would you|do you|looking for|unless|is there|does it|can it|is it)\b"
)
_QUESTION = re.compile(r"[^，,。.!！？?]{0,24}(?:[吗么嘛](?=$|[？?。！，,])|[？?])")


def is_about_product(reading: Reading, place: int) -> bool:
    """Whether the clause says something of the product at `place`: no person, order or condition stands before it."""
    clause = reading.clause_at(place)
    before = reading.text[clause.start : place]
    before = _SELLS.sub("", before)
    return _PEOPLE.search(before) is None


def is_only_asked(reading: Reading, start: int, end: int) -> bool:
    """A question back, or a condition, claims nothing."""
    clause = reading.clause_at(start)
    return bool(_ASKED.search(reading.text, clause.start, start) or _QUESTION.match(reading.text, end))
