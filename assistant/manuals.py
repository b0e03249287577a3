"""What a product's manual answers."""

import re
from collections.abc import Sequence
from typing import Any

from assistant.attributes import rare_words
from knowledge.catalog import Catalog
from knowledge.facts import Facts
from knowledge.factsheet import passage_facts
from knowledge.model import Lang, Passage, Product
from knowledge.text import normalise

_HEADED, _SPOKEN = 0.9, 0.86  # likeness when a heading, or only the text, is about what is asked
_COVERED = 0.6  # share of what is asked that a passage must speak of
_SENTENCES = 3
_SENTENCE = re.compile(r"(?<=[。！？!?；;\n])|(?<=\.)\s")


def manual_answers(
    catalog: Catalog, question: str, lang: Lang, product: str = ""
) -> tuple[list[dict[str, Any]], Facts]:
    """The best passage of a manual for the question, as `{question, answer, score}`, and the facts that quoting it
    rests on. It is about `product` (an id), or about one that the question names in full."""
    for hit in catalog.search_passages(question, product or None, limit=5):
        passage = hit.passage
        goods = _named(catalog, question, passage, product)
        if goods is None:
            continue
        words = rare_words(question, goods)
        heading, text = passage.title(lang).lower(), passage.text(lang)
        spoken = [word for word in words if word in heading or word in text.lower()]
        if not words or len(spoken) < _COVERED * len(words):
            continue
        headed = any(word in heading for word in words)
        told = _told(text, words, whole=headed)
        if told:
            answer = {"question": passage.title(lang), "answer": told, "score": _HEADED if headed else _SPOKEN}
            return [answer], passage_facts(goods.id, [passage])
    return [], Facts()


def _named(catalog: Catalog, question: str, passage: Passage, product: str) -> Product | None:
    asked = normalise(question).text
    for product_id in passage.products:
        goods = catalog.product(product_id)
        if goods is None:
            continue
        titles = [normalise(title).text for title in (goods.title.zh, goods.title.en) if title]
        if product_id == product or (not product and any(title in asked for title in titles)):
            return goods
    return None


def _told(text: str, words: Sequence[str], *, whole: bool) -> str:
    """The first sentences of a passage, or those that speak of what is asked."""
    sentences = [sentence.strip() for sentence in _SENTENCE.split(text) if sentence.strip()]
    telling = [one for one in sentences if whole or any(word in one.lower() for word in words)]
    joint = "" if re.search(r"[\u3400-\u9fff]", text) else " "
    return joint.join(telling[:_SENTENCES])
