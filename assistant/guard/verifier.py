"""A second opinion by a model on what the guard can neither look up nor refute. Off unless a verifier is named.

It moves sentences between "ok" and "unsupported" only: a contradicted figure stays mended and a forbidden word stays
out, whatever a model thinks of it.
"""

import asyncio
import pkgutil
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import structlog

from assistant.guard.privacy import mask
from assistant.guard.verdict import Span, Verdict
from assistant.settings import AssistantSettings
from knowledge.facts import Fact, Facts
from knowledge.model import Lang
from knowledge.quantity import quantities_of
from knowledge.text import normalise

log = structlog.get_logger(__name__)

Opinions = Literal["backed", "refuted", "unbacked", "opinion"]

_SURE = 0.9  # below that an opinion moves nothing
_KEPT = 2048  # opinions
_FAILURES = 3  # in a row, after which it is left alone
_REST_S = 30.0
_LONGEST = 1200  # characters of facts that are read with a sentence
_PRODUCTS = 3  # of those an answer is about
_SHORTEST = 6  # letters; less is an interjection
_QUESTION = re.compile(r"[?？]\s*$|(?:吗|呢|么)[。！～~\s]*$")
_ABOUT_PEOPLE = re.compile(  # what is said of the people in the conversation is no claim about goods
    r"^\W*(?:我|您|你|咱们?|请|好的|抱歉|谢谢|感谢|欢迎|对不起|不好意思|稍等|亲)"
    r"|^\W*(?:i|i'm|i'll|we|we're|you|your|let|please|thanks?|thank|sorry|welcome|hi|hello|sure|okay)\b",
    re.IGNORECASE,
)
_COUNTED = ("", "count")  # dimensions of what is only counted
_PIECE = re.compile(r"[\u3400-\u9fff]|[a-z]{3,}")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a verifier makes of a claim: "backed" and "refuted" by the facts, "unbacked" when they are silent, "opinion"
    when there is nothing to check. `confidence` is from 0 to 1."""

    kind: Opinions
    confidence: float


class Verifier(Protocol):
    name: str

    async def verify(self, claim: str, premise: str, lang: Lang) -> Opinion | None:
        """Whether `premise`, lines of "property: value", bears `claim` out; None when it cannot say.

        Raises Busy when it can't be asked at the moment."""
        ...


class Busy(Exception):
    """A verifier is reading another sentence: it was not asked, so this is neither an opinion nor a failure."""


class VerifierError(Exception):
    """The message says what to do."""


VERIFIERS = {
    "nli": "assistant.guard.verifiers.nli:open_verifier",
    "judge": "assistant.guard.verifiers.judge:open_verifier",
}


def load_verifier(settings: AssistantSettings) -> "SecondOpinion | None":
    """The verifier that the settings name: "nli:FOLDER-OR-HUB-NAME" or "judge"; None when they name none.

    Raises VerifierError.
    """
    kind, _, model = settings.verifier.partition(":")
    if not kind:
        return None
    if kind not in VERIFIERS:
        raise VerifierError(f"unknown verifier {kind!r}; choose from {', '.join(sorted(VERIFIERS))}")
    factory: Callable[[str, AssistantSettings], Verifier] = pkgutil.resolve_name(VERIFIERS[kind])
    return SecondOpinion(factory(model, settings), budget_ms=settings.verifier_ms)


class SecondOpinion:
    """A verifier with a budget: what takes too long or fails leaves the guard's verdict as it was."""

    def __init__(
        self, verifier: Verifier, *, budget_ms: int = 400, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._verifier = verifier
        self._budget_s = budget_ms / 1000
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], Opinion | None] = OrderedDict()
        self._failures = 0
        self._rests_until = 0.0
        self.counts: Counter[str] = Counter()  # asked, busy, failed, rescued, withdrawn

    @property
    def name(self) -> str:
        return self._verifier.name

    async def close(self) -> None:
        close = getattr(self._verifier, "close", None)
        if close is not None:
            await close()

    async def weigh(self, verdict: Verdict, facts: Facts, *, lang: Lang, about: Sequence[str] = ()) -> Verdict:
        """`verdict`, or another one where a sure opinion differs from it."""
        doubted = _is_doubted(verdict)
        if not doubted and not _is_unproven(verdict, about):
            return verdict
        premise = premise_of(verdict.original, facts, about)
        if not premise:
            return verdict
        opinion = await self._opinion(verdict.original.strip(), premise, lang)
        if opinion is None or opinion.confidence < _SURE:
            return verdict
        if doubted and opinion.kind == "backed":
            return self._differs("rescued", verdict, opinion, _rescued(verdict, self.name, lang))
        if not doubted and opinion.kind in ("refuted", "unbacked"):
            return self._differs("withdrawn", verdict, opinion, _withdrawn(verdict, self.name, lang))
        return verdict

    def _differs(self, how: str, before: Verdict, opinion: Opinion, after: Verdict) -> Verdict:
        self.counts[how] += 1
        log.info(
            "second_opinion_differs",
            verifier=self.name,
            guard=before.label,
            opinion=opinion.kind,
            confidence=round(opinion.confidence, 3),
            sentence=mask(before.original),
        )
        return after

    async def _opinion(self, claim: str, premise: str, lang: Lang) -> Opinion | None:
        key = claim, premise
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        if self._clock() < self._rests_until:
            return None
        self.counts["asked"] += 1
        try:
            async with asyncio.timeout(self._budget_s):
                opinion = await self._verifier.verify(claim, premise, lang)
        except Busy:
            self.counts["busy"] += 1
            return None
        except Exception as error:  # a second opinion that fails is none; the first one stands
            self._failed(error)
            return None
        self._failures = 0
        self._known[key] = opinion
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return opinion

    def _failed(self, error: Exception) -> None:
        self.counts["failed"] += 1
        self._failures += 1
        if self._failures >= _FAILURES:
            self._failures, self._rests_until = 0, self._clock() + _REST_S
            why = str(error) or type(error).__name__
            log.warning("second_opinion_rests", verifier=self.name, seconds=_REST_S, error=why)


def premise_of(sentence: str, facts: Facts, about: Sequence[str] = ()) -> str:
    """The facts a sentence may be held against, as lines of "property: value": of the first products it is about, those
    that share most with it first, up to 1,200 characters. Empty when there are none."""
    subjects = [subject for subject in about if subject in facts.by_subject][:_PRODUCTS]
    own = [fact for subject in subjects for fact in facts.by_subject[subject]]
    said = set(_PIECE.findall(sentence.lower()))

    def weight(fact: Fact) -> tuple[bool, int]:
        return fact.kind == "title", len(said & set(_PIECE.findall(f"{fact.attribute} {fact.value}".lower())))

    lines: list[str] = []
    length = 0
    for fact in sorted(own, key=weight, reverse=True):
        line = f"{fact.attribute}: {fact.value}"
        if length + len(line) <= _LONGEST:
            lines.append(line)
            length += len(line) + 1
    return "\n".join(lines)


def _is_doubted(verdict: Verdict) -> bool:
    """Whether all that is wrong with a sentence is that the facts do not state it in words the guard knows. Figures are
    looked up or computed, never guessed; rules of law and ways out of the shop are not a matter of meaning."""
    if verdict.label != "unsupported":
        return False
    pieces = (verdict.original[span.start : span.end] for span in verdict.spans)
    return not any(span.rule or span.field in ("contact", "smuggled") for span in verdict.spans) and not any(
        mention.quantity.low != 1
        or mention.quantity.high != 1
        or mention.quantity.dimension not in _COUNTED  # "一个收纳袋" is no figure
        for piece in pieces
        for mention in quantities_of(normalise(piece))
    )


def _is_unproven(verdict: Verdict, about: Sequence[str]) -> bool:
    """Whether a sentence passed although no fact bears it out, and it may be about the goods."""
    said = verdict.original.strip()
    return (
        verdict.label == "ok"
        and bool(about)
        and not verdict.evidence
        and sum(map(str.isalnum, said)) >= _SHORTEST
        and not _QUESTION.search(said)
        and not _ABOUT_PEOPLE.search(said)
    )


def _rescued(verdict: Verdict, name: str, lang: Lang) -> Verdict:
    reason = f"{name} 认为资料支持这句话" if lang == "zh" else f"{name} finds it borne out by the facts"
    remarks = tuple(replace(span, label="ok", reason=reason, replacement=None) for span in verdict.spans)
    return Verdict("ok", verdict.original, verdict.original, (), verdict.evidence, (*verdict.remarks, *remarks))


def _withdrawn(verdict: Verdict, name: str, lang: Lang) -> Verdict:
    reason = f"{name} 认为资料不支持这句话" if lang == "zh" else f"{name} finds it not borne out by the facts"
    whole = Span(0, len(verdict.original), "unsupported", reason, "verifier")
    return Verdict("unsupported", verdict.original, "", (whole,), (), verdict.remarks)
