"""Many patterns over one text: only those are tried of which the text holds something they can't do without.

Every match of r"全国?(?:第一|最低)" holds 第一 or 最低: a text with neither need not be searched. Such pieces are read
from the pattern itself; all of them are looked up in the text at once, however many patterns there are. (The idea is
the prefilter of RE2: Cox, "Regular Expression Matching with a Trigram Index", 2012.)
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, Generic, TypeVar

# Python's own reading of a pattern; it has no public name.
_parser: Any = import_module("re._parser")
_op: Any = import_module("re._constants")

T = TypeVar("T")
_WIDEST = 40  # characters of a class that count as alternatives
_BEYOND_ASCII = "\uffff" * 4  # no piece is so long: stands for any character beyond ASCII
_MOST = 400  # pieces of one pattern


class Sieve(Generic[T]):
    """Patterns with what belongs to each. Reads each text once, however many patterns there are."""

    def __init__(self, pairs: Iterable[tuple[re.Pattern[str], T]]) -> None:
        self.pairs = tuple(pairs)
        always: list[int] = []
        by_piece: dict[str, list[int]] = {}
        self._others: list[tuple[frozenset[str], ...]] = []  # what each pattern needs besides
        for number, (pattern, _) in enumerate(self.pairs):
            needed = needs_of(pattern)
            self._others.append(needed[1:])
            if not needed:
                always.append(number)
            for piece in needed[0] if needed else ():
                by_piece.setdefault(piece, []).append(number)
        self._always = tuple(always)
        self._by_piece = {piece: tuple(numbers) for piece, numbers in by_piece.items()}
        self._pieces = frozenset(by_piece)
        _asked_for.update(self._pieces, *(needed for others in self._others for needed in others))
        self._plain = [self.pairs[number] for number in always]  # of a text without any piece
        self._last = ("", self._plain)

    def fitting(self, text: str) -> Sequence[tuple[re.Pattern[str], T]]:
        """The patterns that may match somewhere in `text`, in their order; no other one does."""
        asked, fitting = self._last
        if asked is text:  # one sentence is asked for each of its figures
            return fitting
        held = _held(text, len(_asked_for))
        pieces = self._pieces & held
        fitting = self._chosen(pieces, held) if pieces else self._plain
        self._last = (text, fitting)
        return fitting

    def _chosen(self, pieces: frozenset[str], held: frozenset[str]) -> list[tuple[re.Pattern[str], T]]:
        numbers = {number for piece in pieces for number in self._by_piece[piece]}
        for number in tuple(numbers):
            for needed in self._others[number]:
                if held.isdisjoint(needed):
                    numbers.discard(number)
                    break
        return [self.pairs[number] for number in sorted(numbers.union(self._always))]


_asked_for: set[str] = set()  # the pieces that any sieve asks for


@lru_cache(maxsize=64)
def _held(text: str, _known: int) -> frozenset[str]:
    """Those pieces of up to three characters in `text` that a sieve may ask for; so far as many are `_known`."""
    pairs = map(str.__add__, text, text[1:])
    triples = map(str.__add__, map(str.__add__, text, text[1:]), text[2:])
    held = _asked_for.intersection(frozenset(text).union(pairs, triples))
    return frozenset(held) if text.isascii() else frozenset((*held, _BEYOND_ASCII))


def needs_of(pattern: re.Pattern[str]) -> tuple[frozenset[str], ...]:
    """Sets of pieces of one to three characters: every text that `pattern` matches holds one of each set.

    The set that fewest texts meet comes first; none: nothing can be told.
    """
    if pattern.flags & re.IGNORECASE:
        return ()
    needed = [one for one in _needs(_parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)) if len(one) <= _MOST]
    return tuple(map(frozenset, sorted(needed, key=_commonness)))


def _needs(parsed: Any) -> list[set[str]]:
    """What each part of a sequence needs: a piece of its literal text, or one for each alternative of a branch."""
    needed: list[set[str]] = []
    run = ""
    for op, argument in [*parsed, (None, None)]:
        if op is _op.LITERAL:
            run += chr(argument)
            continue
        if run:
            needed.append({_rarest(run)})
            run = ""
        needed += _of(op, argument)
    return needed


def _of(op: Any, argument: Any) -> list[set[str]]:
    if op is _op.IN:
        letters = _class(argument)
        return [letters] if letters else []
    if op is _op.BRANCH:
        branches = [_needs(branch) for branch in argument[1]]
        return [set().union(*(min(branch, key=_commonness) for branch in branches))] if all(branches) else []
    if op is _op.SUBPATTERN:
        _, added, _, parsed = argument
        return [] if added & re.IGNORECASE else _needs(parsed)
    if op in (_op.MAX_REPEAT, _op.MIN_REPEAT, _op.POSSESSIVE_REPEAT):
        return _needs(argument[2]) if argument[0] > 0 else []
    return _needs(argument) if op is _op.ATOMIC_GROUP else []


def _class(items: Any) -> set[str] | None:
    found: set[str] = set()
    for op, argument in items:
        if op is _op.LITERAL:
            found.add(chr(argument))
        elif op is _op.RANGE and argument[1] - argument[0] < _WIDEST:
            found.update(map(chr, range(argument[0], argument[1] + 1)))
        elif op is _op.RANGE and argument[0] > 127:
            found.add(_BEYOND_ASCII)
        else:
            return None
    if len(found) <= _WIDEST:
        return found
    return None if any(char.isascii() for char in found) else {_BEYOND_ASCII}


# How often a character stands in sentences of shops, of 1: roughly, for nothing but the choice rests on it.
_SHARES = {" ": 0.17, "的": 0.03, "是": 0.01, "一": 0.01, "这": 0.01} | dict(
    zip(
        "etaoinsrhlducmfywgpbvkjxqz",
        (
            *(0.1, 0.075, 0.065, 0.062, 0.057, 0.057, 0.053, 0.05, 0.05, 0.033, 0.035, 0.023, 0.022),
            *(0.02, 0.018, 0.016, 0.017, 0.016, 0.015, 0.012, 0.008, 0.006, 0.001, 0.001, 0.001, 0.001),
        ),
        strict=True,
    )
)
_LENGTH = 80  # characters of a sentence
_COMMON = frozenset(
    "the ing and you for ion ent her tha ver all ter ith wit hat ate our are thi pro pri ice com".split()
)


def _rarest(run: str) -> str:
    """The piece of a literal text that is least likely to stand in a sentence by chance."""
    size = min(3, len(run))
    return min((run[place : place + size] for place in range(len(run) - size + 1)), key=_likelihood)


def _likelihood(piece: str) -> float:
    """How likely a sentence holds a piece by chance."""
    if piece == _BEYOND_ASCII:
        return 0.9
    likely = float(_LENGTH) if piece not in _COMMON else 4000.0
    for char in piece:
        likely *= _SHARES.get(char, 0.01 if char.isascii() else 0.002)
    return min(1.0, likely)


def _commonness(pieces: set[str]) -> float:
    return sum(map(_likelihood, pieces))
