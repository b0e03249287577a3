"""The door: one sentence in, a verdict out."""

from assistant.guard.law import Law, load_law
from assistant.guard.verdict import Span, Verdict
from knowledge.facts import Facts
from knowledge.model import Lang
from knowledge.text import language, normalise


class Guard:
    def __init__(self, law: Law | None = None) -> None:
        self._law = law if law is not None else load_law()

    def review(self, sentence: str, facts: Facts, *, lang: Lang | None = None, about: tuple[str, ...] = ()) -> Verdict:
        """What may be shown or spoken of `sentence`, given `facts`."""
        normal = normalise(sentence)
        lang = lang or language(sentence)
        spans = []
        for breach in self._law.breaches(normal):
            if breach.rule.severity == "ban":
                start, end = normal.span(breach.start, breach.end)
                spans.append(
                    Span(start, end, "forbidden", breach.rule.reason(lang), rule=breach.rule.id, replacement="")
                )
        if spans:
            return Verdict("forbidden", sentence, "", tuple(spans))
        return Verdict("ok", sentence, sentence)
