"""What a sentence says because of those before it: an answer of one word, a line below its label, a cell of a table.

"价格？79。" is a price only together with its question, and "| 79 |" only below its header. Each part of a sentence is
read with the words for its property in front ("价格：79"); what the guard makes of it goes back in its place.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

from assistant.guard.claims import Reading
from assistant.guard.sheet import index_of
from assistant.guard.verdict import Label, Span, Verdict
from assistant.guard.words import words
from knowledge.facts import Fact, Facts
from knowledge.parsing import parsed
from knowledge.text import language, normalise

_SHORT = 24  # characters of a fragment in Chinese; an English one has at most six words
_LONGEST_LABEL = 24
_BULLET = re.compile(r"\s*(?:[-*+•·>#]+\s*|[(（]?\d{1,2}[.)）、]\s*)*")
_CELL = re.compile(r"[^|｜│\t]+")
_BAR = re.compile(r"[|｜│\t]")
_RULE = re.compile(r"[\s|｜│:+=—-]+")
_OPEN_END = re.compile(r"(?:[:：]|…|\.{3}|[—–-]{1,2}|[^。｡！？!?.\s])[*_\s]*$")
_QUESTION_END = re.compile(r"[?？]\W*$")
_OF_IT = re.compile(
    r"^(?:那|那么|至于|再说|它的|这款的?|这个的?|请问|and |so |its |the |what about |how about )+", re.I
)
_PARTICLES = re.compile(r"(?:呢|吗|嘛|呀|啊|是|有)*\W*$")
_TO_SHOPPER = re.compile(r"(?<![问说])[您你](?!问|说)|\byou(?:r)?\b(?! (?:ask|said|mentioned))", re.I)
_SAYS_NOTHING = re.compile(r"内容|说明|参数|详情|项目|信息|value|details?|specs?|info(?:rmation)?|item|feature", re.I)
_TITLE_TAIL = re.compile(r"(?<=[\u3400-\u9fff])\s|[\d(（\[【,，/]|\s(?:with|for|of|in|set)\s")
_HAN_TAIL = re.compile(r"[\u3400-\u9fff]{2}$")
_KEYED = re.compile(r"[*_`]*[^:：\d]{1,20}[:：](?!\d)")  # brings its own label
_GRAVITY: tuple[Label, ...] = ("ok", "unsupported", "contradicted", "forbidden")


@dataclass(frozen=True, slots=True)
class Part:
    """Characters `start:end` of a sentence, and what has to be read in front of them."""

    start: int
    end: int
    lead: str


class Context:
    """Follows the sentences of one text."""

    def __init__(self) -> None:
        self._lead = ""  # of a fragment that follows at once
        self._label = ""  # of the lines below it
        self._header: tuple[str, ...] = ()

    def parts(self, sentence: str, is_product: Callable[[str], bool]) -> tuple[Part, ...]:
        """How `sentence` has to be read; empty when it stands for itself."""
        if _is_row(sentence):
            if _RULE.fullmatch(sentence):
                return ()
            return tuple(self._cells(sentence, is_product)) if self._header else _pair(sentence)
        bullet = _BULLET.match(sentence)
        start = bullet.end() if bullet else 0
        lead = self._lead or (self._label if start else "")
        if not lead or not _is_fragment(sentence[start:]):
            return ()
        return (Part(start, len(sentence), lead),)

    def said(self, sentence: str) -> None:
        """`sentence`, as it was let through, stands before the next one."""
        if not sentence.strip():
            return
        if _is_row(sentence):
            if not self._header and not _pair(sentence):
                self._header = tuple(cell for _, _, cell in _cells(sentence))
            self._lead = self._label = ""
            return
        self._header = ()
        self._lead = _lead(sentence)
        if self._lead and sentence.rstrip(" ").endswith(("\n", ":", "：")):
            self._label = self._lead
        elif sentence.lstrip()[:1] not in "-*+•·":
            self._label = ""

    def _cells(self, row: str, is_product: Callable[[str], bool]) -> list[Part]:
        cells = _cells(row)
        label = cells[0][2] if cells else ""
        about_label = is_product(label)
        parts = []
        for number, (start, end, _) in enumerate(cells):
            header = self._header[number] if number < len(self._header) else ""
            if _SAYS_NOTHING.fullmatch(header):
                header = ""
            if number == 0:
                names: tuple[str, ...] = (header,) if _is_property(header) else ()
            elif about_label or not (_is_property(label) or is_product(header)):
                names = (label, header)
            else:
                names = (header, label)
            lead = " ".join(name for name in names if name)
            parts.append(Part(start, end, _as_lead(lead)))
        return parts


def review_parts(sentence: str, parts: Sequence[Part], review: Callable[[str], Verdict]) -> Verdict:
    """`sentence` reviewed part by part, each behind its lead; as a whole when it has none."""
    if not parts:
        return review(sentence)
    text, place, dropped = "", 0, 0
    spans: list[Span] = []
    remarks: list[Span] = []
    evidence: list[Fact] = []
    for part in parts:
        verdict = review(part.lead + sentence[part.start : part.end])
        found = _own(verdict.spans, part)
        said, facts = _mended(sentence[part.start : part.end], part, verdict, found)
        spans += found
        remarks += _own(verdict.remarks, part)
        evidence += facts
        if found and not said.strip():
            dropped += 1
            said = "–" if len(parts) > 1 else ""
        text += sentence[place : part.start] + said
        place = part.end
    text += sentence[place:]
    if dropped >= max(1, len(parts) - 1):
        text = ""  # nothing but a bullet, or a label without a value, is left
    label = max([span.label for span in spans], key=_GRAVITY.index, default=_GRAVITY[0])
    return Verdict(label, sentence, text, tuple(spans), tuple(dict.fromkeys(evidence)) if text else (), tuple(remarks))


def _own(spans: Sequence[Span], part: Part) -> list[Span]:
    """The spans that reach into the part itself, counted in its sentence. The lead was judged when it was said."""
    shift = part.start - len(part.lead)
    return [
        replace(span, start=max(span.start + shift, part.start), end=span.end + shift)
        for span in spans
        if span.end > len(part.lead)
    ]


def _mended(own: str, part: Part, verdict: Verdict, spans: Sequence[Span]) -> tuple[str, tuple[Fact, ...]]:
    """What may stand in the part's place, and the facts behind it."""
    if not spans:
        return own, verdict.evidence
    if verdict.text.startswith(part.lead):
        return verdict.text[len(part.lead) :], verdict.evidence
    # The lead was mended as well ("1000ml 价格：79" below another column): what is wrong here is replaced alone.
    if any(span.replacement is None for span in spans):
        return "", ()
    for span in reversed(spans):
        own = own[: span.start - part.start] + (span.replacement or "") + own[span.end - part.start :]
    return own, tuple(fact for span in spans for fact in span.evidence)


def review_each(
    pieces: Sequence[str], review: Callable[[str], Verdict], is_product: Callable[[str], bool]
) -> list[Verdict]:
    """The sentences of a text one after the other, each with what those before it leave open."""
    context, verdicts = Context(), []
    for piece in pieces:
        verdict = review_parts(piece, context.parts(piece, is_product), review)
        context.said(verdict.text)
        verdicts.append(verdict)
    return verdicts


def products_in(text: str, facts: Facts, about: tuple[str, ...]) -> tuple[str, ...]:
    """The products that `text` names: in full, by a piece of their titles, or by what only one of `about` is."""
    reading = Reading(normalise(text), language(text), index_of(facts), about)
    named = tuple(dict.fromkeys(subject for _, _, subject in reading.regions))
    if named or len(about) < 2:
        return named
    called = [one for one in about if any(head.search(reading.text) for head in _heads(reading.index.sheet(one).names))]
    return tuple(called) if len(called) == 1 else ()


@lru_cache(maxsize=4096)
def _heads(names: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """What a product with these titles is: the 马克杯 or the mug."""
    found = set()
    for name in names:
        core = _TITLE_TAIL.split(name)[0].strip()
        if _HAN_TAIL.search(core):
            found.add(re.escape(core[-2:]))
        elif (word := re.search(r"([a-z]{3,}?)s?$", core)) is not None:
            found.add(rf"\b{word[1]}s?\b")
    return tuple(re.compile(one) for one in sorted(found))


def _is_row(sentence: str) -> bool:
    return _BAR.search(sentence.strip()) is not None


def _cells(row: str) -> list[tuple[int, int, str]]:
    """Cells with their places, the spaces around them left out."""
    found, place = [], 0
    bars = [match.start() for match in _BAR.finditer(row)] + [len(row)]
    for bar in bars:
        inner = row[place:bar]
        if inner.strip():
            start = place + len(inner) - len(inner.lstrip())
            found.append((start, start + len(inner.strip()), inner.strip().strip("*_` ")))
        elif place and bar < len(row):
            found.append((place, place, ""))  # an empty cell keeps its column
        place = bar + 1
    return found


def _pair(row: str) -> tuple[Part, ...]:
    """A row without a header: its first cell may name what the second one says."""
    cells = _cells(row)
    if len(cells) != 2 or not _is_property(cells[0][2]) or _is_property(cells[1][2]):
        return ()
    return tuple(
        Part(start, end, _as_lead(cells[0][2]) if number else "") for number, (start, end, _) in enumerate(cells)
    )


def _is_fragment(text: str) -> bool:
    body = text.strip()
    if not body or _QUESTION_END.search(body) or _KEYED.match(body):
        return False
    return len(body) <= _SHORT if language(body) == "zh" else len(body.split()) <= 6


def _lead(sentence: str) -> str:
    """What the next fragment has to be read behind, or nothing."""
    line = sentence.strip()
    if _QUESTION_END.search(line):
        return _asked(line)
    body = line[_BULLET.match(line).end() :].strip("*_` #") if _BULLET.match(line) else line  # type: ignore[union-attr]
    open_ended = bool(_OPEN_END.search(body))
    body = _OF_IT.sub("", body.rstrip("：:…。.！!—–- *_\n"))
    if not 0 < len(body) <= _LONGEST_LABEL:
        return ""
    colon = line.rstrip("*_ ").endswith((":", "："))
    bare = _PARTICLES.sub("", body)
    if colon and _names_something(body) or (_ends_in_property(bare) if open_ended else bare in words().key_of):
        return _as_lead(body if colon else bare)
    return ""


def _asked(question: str) -> str:
    if _TO_SHOPPER.search(question):
        return ""
    lang, folded = language(question), normalise(question).text
    last = re.split(r"[，,。.！!；;]", folded.rstrip("?？ \"'”’」）)"))[-1]
    for pattern, names in _questions():
        if pattern.search(folded):
            return _as_lead(names[lang])
    bare = _PARTICLES.sub("", _OF_IT.sub("", last.strip()))
    return _as_lead(bare) if len(bare) <= _LONGEST_LABEL and _is_property(bare) else ""


def _as_lead(name: str) -> str:
    if not name:
        return ""
    return f"{name}：" if language(name) == "zh" else f"{name}: "


@lru_cache(maxsize=2048)
def _is_property(text: str) -> bool:
    """Whether the text is little more than the name of a property."""
    folded = normalise(text).text.strip()
    if folded in words().key_of:
        return True
    return len(folded) <= _LONGEST_LABEL and any(
        name in folded if language(name) == "zh" else re.search(rf"\b{re.escape(name)}\b", folded)
        for name in words().key_of
        if len(name) >= 2
    )


def _names_something(label: str) -> bool:
    """A property, or at least a name: "these 2" and "the reasons for it" are neither."""
    if _SAYS_NOTHING.search(label) or re.search(r"\d", label):
        return False
    return _is_property(label) or (len(label) <= 6 if language(label) == "zh" else len(label.split()) <= 2)


def _ends_in_property(text: str) -> bool:
    folded = normalise(text).text.strip()
    return any(folded.endswith(name) for name in words().key_of if len(name) >= 2)


@lru_cache(maxsize=1)
def _questions() -> tuple[tuple[re.Pattern[str], dict[str, str]], ...]:
    file = resources.files("assistant.guard") / "lexicon" / "questions.yaml"
    entries = parsed(file.read_text(encoding="utf-8"))
    return tuple((re.compile(entry["ask"]), {"zh": entry["zh"], "en": entry["en"]}) for entry in entries)
