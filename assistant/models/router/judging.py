"""How the guard finds what a model says that nobody hears."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from assistant.agent import DATA_CLOSES, DATA_OPENS, Reviewer
from assistant.arithmetic import shop_and
from assistant.assistant import review_sentences
from assistant.messages import Message
from knowledge.catalog import Catalog


class ShadowJudge:
    """Reviews a text by the facts of the products that the conversation's tools returned. Blocks."""

    def __init__(self, catalog: Catalog, guard: Reviewer) -> None:
        self._catalog, self._guard = catalog, guard

    def __call__(self, messages: Sequence[Message], text: str) -> tuple[int, int]:
        found = [one for message in messages if message.role == "tool" for one in _ids(_data(message.content))]
        about = tuple(one for one in dict.fromkeys(reversed(found)) if self._catalog.product(one) is not None)[:12]
        verdicts = review_sentences(self._guard, text, shop_and(self._catalog, about), None, about)
        return len(verdicts), sum(verdict.changed for verdict in verdicts)


def _data(content: str) -> Any:
    try:
        return json.loads(content.removeprefix(DATA_OPENS).removesuffix(DATA_CLOSES))
    except ValueError:
        return None


def _ids(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        if isinstance(data.get("id"), str):
            yield data["id"]
        for value in data.values():
            yield from _ids(value)
    elif isinstance(data, list):
        for value in data:
            yield from _ids(value)
