"""Frequent questions, from whatever holds pairs of a question and its answer."""

import hashlib
from collections.abc import Sequence

from knowledge.documents import text_of
from knowledge.ingest.values import columns_file, key_of
from knowledge.model import Faq
from knowledge.text import normalise


def faq_of(question: str, answer: str, products: tuple[str, ...] = ()) -> Faq:
    """The id follows from the question, so that the same question again is the same one with a new answer."""
    key = hashlib.blake2b(normalise(question).text.strip(" ?？。.!！").encode(), digest_size=6).hexdigest()
    return Faq(f"q-{key}", text_of(question), text_of(answer), products=products)


def question_columns(columns: Sequence[str]) -> tuple[str, str] | None:
    """(column of questions, column of answers) by their names."""
    found = [
        next(
            (column for column in columns if key_of(column) in {key_of(str(name)) for name in columns_file()[part]}), ""
        )
        for part in ("question", "answer")
    ]
    return (found[0], found[1]) if all(found) else None
