"""What the guard says about a sentence."""

from dataclasses import dataclass
from typing import Literal

from knowledge.facts import Fact

Label = Literal["ok", "unsupported", "contradicted", "forbidden"]


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start:end` of the sentence as it came in."""

    start: int
    end: int
    label: Label
    reason: str  # one clause a merchant understands
    field: str = ""  # attribute the claim is about
    rule: str = ""  # law rule id, e.g. "AD-9-3"
    replacement: str | None = None  # what stands there now; "" when deleted
    evidence: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`text` is what may be shown or spoken; empty when nothing of the sentence may be.

    Remarks have the label "ok", a rule, and as evidence the facts that a claim rests on; they change nothing.
    """

    label: Label
    original: str
    text: str
    spans: tuple[Span, ...] = ()
    evidence: tuple[Fact, ...] = ()  # facts that back what remains
    remarks: tuple[Span, ...] = ()  # said as it is, but a person should know: rules of caution, claims on evidence

    @property
    def changed(self) -> bool:
        return self.text != self.original

    @property
    def rule(self) -> str:
        """The rule of law behind the label; empty when none is."""
        return next((span.rule for span in self.spans if span.rule and span.label == self.label), "")
