"""The gate with a memory: the same sentence, put to the same facts, is judged once."""

from typing import Protocol

from assistant.guard.context import products_in
from assistant.guard.sentences import sentences
from assistant.guard.verdict import Verdict
from knowledge.facts import Facts
from knowledge.model import Lang

MOST = 2000  # verdicts kept on one set of facts


class Reviewer(Protocol):
    def review(
        self, sentence: str, facts: Facts, *, lang: Lang | None = None, about: tuple[str, ...] = ()
    ) -> Verdict: ...


class Remembering:
    """A verdict follows from sentence, facts, language and products alone, and facts never change: a new price, or an
    offer that begins or ends, makes other facts. So verdicts are kept on the facts, and go with them."""

    def __init__(self, guard: Reviewer) -> None:
        self._guard = guard

    def review(self, sentence: str, facts: Facts, *, lang: Lang | None = None, about: tuple[str, ...] = ()) -> Verdict:
        kept: dict[object, Verdict] = facts.__dict__.setdefault("_verdicts", {})
        key = (self, sentence, lang, about)
        if (found := kept.get(key)) is None:
            if len(kept) >= MOST:
                kept.clear()
            found = kept[key] = self._guard.review(sentence, facts, lang=lang, about=about)
        return found


def products_named(text: str, facts: Facts, about: tuple[str, ...]) -> tuple[str, ...]:
    """`products_in`, kept like a verdict: it is asked for each sentence several times."""
    kept: dict[object, tuple[str, ...]] = facts.__dict__.setdefault("_named", {})
    key = (text, about)
    if (found := kept.get(key)) is None:
        if len(kept) >= MOST:
            kept.clear()
        found = kept[key] = products_in(text, facts, about)
    return found


def shop_says(sentence: str, shop: Facts) -> bool:
    """Whether the sentence stands word for word among the shop's own rules, offers and answers."""
    said: frozenset[str] | None = shop.__dict__.get("_said")
    if said is None:
        own = (fact.value for fact in shop if fact.kind in ("policy", "promotion", "faq"))
        said = shop.__dict__["_said"] = frozenset(one.strip() for text in own for one in sentences(text))
    return sentence.strip() in said
