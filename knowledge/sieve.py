"""Many patterns over one text: only those are tried of which the text holds something they can't do without.

Every match of r"全国?(?:第一|最低)" holds 第一 or 最低: a text with neither need not be searched. Such pieces are read
from the pattern itself; all of them are looked up in the text at once, however many patterns there are. (The idea is
the prefilter of RE2: Cox, "Regular Expression Matching with a Trigram Index", 2012.)
"""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import lru_cache
from itertools import chain
from sys import intern
from typing import Any, Generic, Protocol, TypeAlias, TypeVar
from weakref import WeakSet

from knowledge.needs import BEYOND_ASCII, Late, reading

T = TypeVar("T")
Pattern: TypeAlias = re.Pattern[str] | Late


class Finder(Protocol):
    """A pattern, or those of its alternatives that may match."""

    def search(self, string: str, /) -> re.Match[str] | None: ...
    def finditer(self, string: str, /) -> Iterator[re.Match[str]]: ...


class Sieve(Generic[T]):
    """Patterns with what belongs to each. Reads each text once, however many patterns there are."""

    def __init__(self, pairs: Iterable[tuple[Pattern, T]]) -> None:
        self.pairs = tuple(pairs)
        self._branches: list[tuple[int, str]] = []  # the alternatives, each with its pattern's number
        self._others: list[tuple[frozenset[str], ...]] = []  # what each alternative needs besides
        always: list[int] = []
        by_piece: dict[str, list[int]] = {}
        for number, (pattern, _) in enumerate(self.pairs):
            for source, needed in reading(pattern.pattern, pattern.flags & ~re.UNICODE):
                place = len(self._branches)
                self._branches.append((number, source))
                self._others.append(needed[1:])
                if not needed:
                    always.append(place)
                for piece in needed[0] if needed else ():
                    by_piece.setdefault(piece, []).append(place)
        self._always = frozenset(always)
        self._by_piece = {piece: tuple(places) for piece, places in by_piece.items()}
        self._pieces = frozenset(by_piece)
        _asked_for.update(self._pieces, *(needed for others in self._others for needed in others))
        self._compiled: dict[int, re.Pattern[str]] = {}  # those that were tried once
        _sieves.add(self)
        self._known: dict[frozenset[int], list[tuple[Finder, T]]] = {}  # what was chosen lately
        self._plain = self._found(self._always)  # of a text without any piece
        self._last = ("", self._plain)

    def fitting(self, text: str) -> Sequence[tuple[Finder, T]]:
        """The patterns that may match somewhere in `text`, in their order, less the alternatives that can't."""
        asked, fitting = self._last
        if asked is text:  # one sentence is asked for each of its figures
            return fitting
        held = _held(text, len(_asked_for))
        pieces = self._pieces & held
        fitting = self._chosen(pieces, held) if pieces else self._plain
        self._last = (text, fitting)
        return fitting

    def _chosen(self, pieces: Set[str], held: Set[str]) -> list[tuple[Finder, T]]:
        by_piece, others = self._by_piece, self._others
        chosen: set[int] = set()
        for piece in pieces:
            for place in by_piece[piece]:
                if place not in chosen:
                    for needed in others[place]:
                        if held.isdisjoint(needed):
                            break
                    else:
                        chosen.add(place)
        if not chosen:
            return self._plain
        key = frozenset(chosen)
        if (found := self._known.get(key)) is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            found = self._known[key] = self._found(chosen | self._always)
        return found

    def _found(self, places: Iterable[int]) -> list[tuple[Finder, T]]:
        """The patterns whose alternatives have these numbers."""
        found: list[tuple[Finder, T]] = []
        last, several = -1, list[re.Pattern[str]]()
        for place in sorted(places):
            number, branch = self._branches[place][0], self._branch(place)
            if number == last:
                several = [*several, branch]
                found[-1] = (_Alternatives(several), self.pairs[number][1])
            else:
                last, several = number, [branch]
                found.append((branch, self.pairs[number][1]))
        return found

    def compile(self) -> None:
        """Compiles what was not tried yet."""
        for place in range(len(self._branches)):
            self._branch(place)

    def _branch(self, place: int) -> re.Pattern[str]:
        if (branch := self._compiled.get(place)) is None:
            number, source = self._branches[place]
            pattern = self.pairs[number][0]
            if source != pattern.pattern:
                branch = re.compile(source, pattern.flags & ~re.UNICODE)
            else:
                branch = pattern.compiled if isinstance(pattern, Late) else pattern
            self._compiled[place] = branch
        return branch


class Sifted:
    """One pattern that is tried on no text that can't match it; finds what the pattern finds."""

    def __init__(self, pattern: Pattern) -> None:
        self._sieve = Sieve(((pattern, None),))

    def may_match(self, text: str) -> bool:
        """Whether the pattern may match in `text`, or in any piece of it."""
        return bool(self._sieve.fitting(text))

    def search(self, text: str, piece: str | None = None) -> re.Match[str] | None:
        """The first match in `text`, or in a piece of it: many pieces of one text cost one look."""
        fitting = self._sieve.fitting(text)
        return fitting[0][0].search(text if piece is None else piece) if fitting else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        fitting = self._sieve.fitting(text)
        return fitting[0][0].finditer(text) if fitting else iter(())


_KEPT = 128  # choices of a sieve
_sieves: WeakSet[Sieve[Any]] = WeakSet()


def compile_sieves() -> None:
    """Compiles what any sieve may try, so that no sentence waits for it: a fifth of a second, so not at the start."""
    for sieve in tuple(_sieves):
        sieve.compile()


class _Alternatives:
    """What `one|other` finds: of two matches that begin at one place, that of the alternative named first."""

    def __init__(self, branches: Sequence[re.Pattern[str]]) -> None:
        self._branches = branches

    def search(self, string: str) -> re.Match[str] | None:
        return next(self.finditer(string), None)

    def finditer(self, string: str) -> Iterator[re.Match[str]]:
        ahead = [match for branch in self._branches if (match := branch.search(string))]
        while ahead:
            first = min(ahead, key=re.Match.start)  # min keeps the first of equal ones
            yield first
            end = first.end()
            ahead = [found for each in ahead if (found := each if each.start() >= end else each.re.search(string, end))]


_asked_for: set[str] = set()  # the pieces that any sieve asks for


@lru_cache(maxsize=64)
def _held(text: str, known: int) -> Set[str]:
    """Those pieces of up to three characters in `text` that a sieve may ask for; so far as many are `known`.

    English is read word by word: there are few words that were not met before, and no piece goes over a blank.
    """
    if not text.isascii():
        return {*_pieces(text), BEYOND_ASCII}
    return set[str]().union(
        *[_of_word(word, known) if len(word) < _LONG_WORD else _pieces(f" {word} ") for word in text.split(" ")]
    )


_LONG_WORD = 24  # characters; no word is so long, and what stands in its place never comes again


@lru_cache(maxsize=8192)
def _of_word(word: str, known: int) -> tuple[str, ...]:
    return tuple(map(intern, _pieces(f" {word} ")))  # one string of each, however many words hold it


def _pieces(text: str) -> set[str]:
    pairs = list(map(str.__add__, text, text[1:]))
    return _asked_for.intersection(chain(text, pairs, map(str.__add__, pairs, text[2:])))
