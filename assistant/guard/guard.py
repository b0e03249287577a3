"""The door: one sentence in, a verdict out."""

from dataclasses import replace

from assistant.guard.borrowed import own_reading
from assistant.guard.claims import Finding, Reading
from assistant.guard.correct import mend
from assistant.guard.law import Law, load_law
from assistant.guard.meter import Meter
from assistant.guard.sheet import index_of
from assistant.guard.verdict import Label, Span, Verdict
from assistant.guard.verify import findings
from knowledge.facts import Fact, Facts
from knowledge.model import Lang
from knowledge.text import language, normalise

_ORDER: tuple[Label, ...] = ("forbidden", "contradicted", "unsupported")
_ROUNDS = 3  # a mended sentence is read again; what still is not clean then is not said


class Guard:
    """Checks sentences against facts and the law. Nothing of a sentence stays: one instance serves all threads."""

    def __init__(self, law: Law | None = None) -> None:
        self._law = law if law is not None else load_law()
        self.meter = Meter()

    @property
    def articles(self) -> dict[str, str]:
        """The article that each rule of law rests on."""
        return {rule.id: rule.article for rule in self._law.rules}

    def review(self, sentence: str, facts: Facts, *, lang: Lang | None = None, about: tuple[str, ...] = ()) -> Verdict:
        """What may be shown or spoken of `sentence`, given `facts`.

        `about`: the product ids the conversation is about, likeliest first. `text` of the verdict passes the guard
        itself; it is empty when nothing of the sentence may be said.
        """
        with self.meter.timed():
            return self._review(sentence, facts, lang, about)

    def _review(self, sentence: str, facts: Facts, lang: Lang | None, about: tuple[str, ...]) -> Verdict:
        lang = lang or language(sentence)
        reading = Reading(normalise(sentence), lang, index_of(facts), about)
        found = findings(reading, self._law)
        if not found and (own := own_reading(reading, facts)) is not None:
            # Silence of the own facts is no reason: the shop may speak for itself.
            found = [finding for finding in findings(own, self._law) if finding.label == "contradicted"]
        if not found:
            return Verdict("ok", sentence, sentence, (), _unique(reading.proofs), _remarks(reading, reading))
        last = self._mended(reading, found, facts)
        label = next(label for label in _ORDER if any(f.label == label for f in found))
        spans = tuple(_span(reading, finding) for finding in found)
        if last is None:
            return Verdict(label, sentence, "", spans)
        return Verdict(label, sentence, last.normal.source, spans, _unique(last.proofs), _remarks(reading, last))

    def _mended(self, reading: Reading, found: list[Finding], facts: Facts) -> Reading | None:
        """The reading of what may be said of it; None: nothing may."""
        for _ in range(_ROUNDS):
            text = mend(reading, found)
            if not text.strip():
                return None
            reading = Reading(normalise(text), reading.lang, index_of(facts), reading.about)
            found = findings(reading, self._law)
            if not found:
                return reading
            found = [replace(finding, replacement=None) for finding in found]
        return None


def _span(reading: Reading, finding: Finding) -> Span:
    start, end = reading.normal.span(finding.start, finding.end)
    text = "" if finding.replacement is None else finding.replacement
    return Span(start, end, finding.label, finding.reason, finding.field, finding.rule, text, finding.evidence)


def _remarks(reading: Reading, last: Reading) -> tuple[Span, ...]:
    """The remarks on the sentence as it came in, so far as what they are about is still in what is said."""
    kept = {(remark.rule, last.text[remark.start : remark.end]) for remark in last.remarks}
    return tuple(
        replace(_span(reading, remark), replacement=None)
        for remark in reading.remarks
        if (remark.rule, reading.text[remark.start : remark.end]) in kept
    )


def _unique(facts: list[Fact]) -> tuple[Fact, ...]:
    return tuple(dict.fromkeys(facts))
