"""Reading a sentence: its clauses, the products it names, the figures in it, and which product each is about."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from assistant.guard.naming import common_han, common_words, distinctive, references
from assistant.guard.segments import Clause, clauses
from assistant.guard.sheet import Index, Sheet
from assistant.guard.verdict import Label
from knowledge.facts import Fact
from knowledge.model import Lang
from knowledge.quantity import Mention, quantities_of
from knowledge.sieve import Sieve, Sifted
from knowledge.text import Normal

_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTERS = re.compile(r"[a-z]{2}")
_QUOTED = Sifted(
    re.compile(
        r"(?:是不是|是否|有人说|听说|您说的?|你说的?|提到的?|以为是?|看成|写成)[^，。！？,!?]{0,40}$"
        r"|\b(?:you (?:mentioned|said|asked (?:if|whether|about))|(?:someone|somebody|a viewer"
        r"|people|some) (?:mentioned|said|says?|asked (?:if|whether|about)|thinks?|wrote)"
        r"|asked (?:if|whether))\b[^.;!?]{0,90}$"
    )
)
_ATTRIBUTED = Sifted(
    re.compile(
        r"(?:您|你|有人|有朋友|大家|刚才|网上|别家)(?:刚才?|刚刚|之前|上次|是|在)*(?:说|看到|看见|记得|听到|听说|以为|提到|讲|写)"
        r"[^，。！？,!?]{0,24}$"
        r"|\byou(?:['’]ve| have)? (?:thought|heard|saw|seen|said|read|remember(?:ed)?|wrote)\b[^.,;!?]{0,60}$"
    )
)
_REFUTED_AFTER = re.compile(
    r"^\s?[，,]?\s?(?:的说法|这个说法|这个)?(?:是|可)?(?:不对|不准确?|不正确|错了|是错的|有误|不是|说错)"
)
_REFUTATION = re.compile(
    r"不对|不是|不准|有误|错了|应该是|其实|纠正|更正|\b(?:actually|but|isn't|it's not"
    r"|it is not|no[,.]|wrong|rather|in fact)\b"
)
_RATHER = re.compile(r"[^，,;.]{0,12}[，,;] ?(?:(?:it's|it is|but|rather|they're)\b|而?是|应该是)")
_NO_NOT = Sifted(
    re.compile(r"(?:^|[.!?,] ?)no[,.] (?:it's |it is |that's )?not (?:an? |the )?$|(?:^|[。！？，,])不[，,]不是$")
)
_NEGATED = Sieve(
    (
        (re.compile(r"(?:不是|并非|并不是|不为|不等于|非)\s?(?:的|用的)?$"), None),
        (
            re.compile(
                r"(?:\b(?:is|are|was|were|does|do|has|have) not|n['’]t|\bnot)"
                r"(?: (?:a|an|the|in|made of|from|have|come in|be))?\s?$"
            ),
            None,
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the normalised text that may not stay, and what to put there; None: its clause must go."""

    start: int
    end: int
    label: Label
    reason: str
    field: str = ""
    rule: str = ""
    replacement: str | None = None
    evidence: tuple[Fact, ...] = ()


@dataclass
class Reading:
    """One sentence (or a few) with the facts it may rely on."""

    normal: Normal
    lang: Lang
    index: Index
    about: tuple[str, ...]
    proofs: list[Fact] = field(default_factory=list)  # facts that backed something
    remarks: list[Finding] = field(default_factory=list)  # what stays as it is but should be known to a person
    text: str = field(init=False)  # of `normal`
    _sheets: dict[tuple[int, int], list[Sheet]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.text = self.normal.text

    def raw(self, start: int, end: int) -> str:
        """The source behind `text[start:end]`, with its own letters and forms."""
        first, last = self.normal.span(start, end)
        return self.normal.source[first:last]

    @cached_property
    def clauses(self) -> list[Clause]:
        return clauses(self.text)

    @cached_property
    def _ends(self) -> list[int]:
        return [clause.next for clause in self.clauses[:-1]]

    def clause_number(self, place: int) -> int:
        return bisect_right(self._ends, place)

    def clause_at(self, place: int) -> Clause:
        return self.clauses[self.clause_number(place)]

    def clause_text(self, place: int) -> str:
        clause = self.clause_at(place)
        return self.text[clause.start : clause.end]

    def around(self, place: int) -> str:
        """The clause at `place` with its neighbours."""
        number = self.clause_number(place)
        first, last = self.clauses[max(0, number - 1)], self.clauses[min(len(self.clauses) - 1, number + 1)]
        return self.text[first.start : last.end]

    @cached_property
    def scripts(self) -> tuple[Lang, ...]:
        """The languages whose words stand in the text."""
        found: list[Lang] = []
        if not self.text.isascii() and _HAN.search(self.text):
            found.append("zh")
        if _LETTERS.search(self.text):
            found.append("en")
        return tuple(found)

    # --- products

    @cached_property
    def regions(self) -> list[tuple[int, int, str]]:
        """Where products are named: (start, end, subject), in order of place."""
        named = self.index.names_in(self.text)
        known = {subject for _, _, subject in named}
        partial = [
            (start, end, subject)
            for subject in self._candidates
            if subject not in known
            for start, end in self._partial(self.index.sheet(subject))
        ]
        sheets = [self.index.sheet(subject) for subject in self.in_play(subject for _, _, subject in sorted(named))]
        if len(sheets) > 1:
            named.extend(references(self.text, sheets))
            partial.extend(region for region in distinctive(self.text, sheets) if region[2] not in known)
        # Of names that share words ("vacuum bottle") the longest is meant; of two alike, the likelier product.
        for start, end, subject in sorted(partial, key=lambda region: region[0] - region[1]):
            if not any(s < end and start < e and other != subject for s, e, other in named):
                named.append((start, end, subject))
        return sorted(named)

    def in_play(self, named: Iterable[str] = ()) -> list[str]:
        """The products at hand, as far as they are few: those named in their order, then those talked about."""
        found = list(dict.fromkeys((*named, *self._candidates)))
        return found if len(found) <= 6 else []

    @cached_property
    def _candidates(self) -> tuple[str, ...]:
        about = tuple(subject for subject in self.about if subject in self.index.known)
        return about or (self.index.products if len(self.index.products) <= 6 else ())

    def _partial(self, sheet: Sheet) -> list[tuple[int, int]]:
        """Pieces of a product's title in the text, long enough to be its name."""
        found: set[tuple[int, int]] = set()
        for title, words in zip(sheet.names, sheet.called, strict=True):
            found.update(common_words(self.text, words))
            found.update(common_han(self.text, title))
        return sorted(found)

    def sheets_at(self, place: int) -> list[Sheet]:
        """The products a statement at `place` may be about, likeliest first; more than one when that is open."""
        number = self.clause_number(place)
        key = (number, bisect_right(self._openings, place))
        found = self._sheets.get(key)
        if found is None:
            found = self._sheets[key] = self._find_sheets(self.clauses[number], place)
        return found

    @cached_property
    def _openings(self) -> list[int]:
        return [start for start, _, _ in self.regions]

    def _find_sheets(self, clause: Clause, place: int) -> list[Sheet]:
        here = {subject: None for start, _, subject in self.regions if clause.start <= start < clause.next}
        if len(here) == 1:
            return [self.index.sheet(next(iter(here)))]
        before = [subject for start, _, subject in self.regions if start <= place]
        if before:
            return [self.index.sheet(before[-1])]
        after = [subject for start, _, subject in self.regions if start > place]
        if after:
            return [self.index.sheet(after[0])]
        if self._candidates:
            chosen = self._candidates[:1] if self.about else self._candidates
            return [self.index.sheet(subject) for subject in chosen]
        return []

    def in_brand(self, start: int, end: int) -> bool:
        """Whether the characters are part of a brand's name: what a firm is called is no claim."""
        said = self.text[start:end]
        return any(
            said in (brand := entry.fact.value.lower()) and brand in self.text
            for sheet in self.sheets_at(start)
            for entry in sheet.get("brand")
        )

    def in_name(self, start: int, end: int) -> bool:
        return any(s < end and start < e for s, e, _ in self.regions)

    # --- figures

    @cached_property
    def all_mentions(self) -> tuple[Mention, ...]:
        return quantities_of(self.normal)

    @cached_property
    def mentions(self) -> list[Mention]:
        """The quantities outside product names."""
        return [m for m in self.all_mentions if not self.in_name(m.number[0], m.number[1])]

    # --- what a statement's words say about it

    def is_quoted(self, start: int, end: int) -> bool:
        """Whether somebody else's figure is only repeated in order to put it right."""
        text = self.text
        before, after = text[max(0, start - 110) : start], text[end : end + 60]
        if _NO_NOT.search(text, before):
            return True
        if _REFUTED_AFTER.match(after):
            return True
        if _RATHER.match(after) and self.negation_before(start):
            return True
        if _QUOTED.search(text, before) and _REFUTATION.search(after):
            return True
        return bool(_ATTRIBUTED.search(text, before)) and self._another_follows(start, end)

    def _another_follows(self, start: int, end: int) -> bool:
        """Whether a figure of the same kind, another one, comes after: "You thought it was $499? It's $549." """
        own = next((m.quantity for m in self.mentions if m.start <= start < m.end), None)
        return own is not None and any(
            m.start >= end
            and {m.quantity.dimension, own.dimension} <= {own.dimension, "", "money"}
            and m.quantity.low != own.low
            for m in self.mentions
        )

    def negation_before(self, start: int) -> tuple[int, int] | None:
        """The negation directly before a value, e.g. of "不是" in 材质不是100%棉."""
        offset = max(0, start - 28)
        for pattern, _ in _NEGATED.fitting(self.text):
            if match := pattern.search(self.text[offset:start]):
                return offset + match.start(), offset + match.end()
        return None

    def said(self, *facts: Fact) -> None:
        self.proofs.extend(facts)
