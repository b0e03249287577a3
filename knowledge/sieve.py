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
_MOST = 400  # pieces of one pattern


class Sieve(Generic[T]):
    """Patterns with what belongs to each. Reads each text once, however many patterns there are."""

    def __init__(self, pairs: Iterable[tuple[re.Pattern[str], T]]) -> None:
        self.pairs = tuple(pairs)
        always: list[int] = []
        by_piece: dict[str, list[int]] = {}
        for number, (pattern, _) in enumerate(self.pairs):
            needed = pieces_of(pattern)
            if needed is None:
                always.append(number)
            else:
                for piece in needed:
                    by_piece.setdefault(piece, []).append(number)
        self._always = tuple(always)
        self._by_piece = {piece: tuple(numbers) for piece, numbers in by_piece.items()}
        self._pieces = frozenset(by_piece)

    def fitting(self, text: str) -> Sequence[tuple[re.Pattern[str], T]]:
        """The patterns that may match somewhere in `text`, in their order; no other one does."""
        pairs = self.pairs
        held = self._pieces & _held(text)
        if not held:
            return [pairs[number] for number in self._always]
        numbers = set(self._always)
        for piece in held:
            numbers.update(self._by_piece[piece])
        return [pairs[number] for number in sorted(numbers)]


@lru_cache(maxsize=64)
def _held(text: str) -> frozenset[str]:
    """Every piece of up to three characters in `text`."""
    pairs = map(str.__add__, text, text[1:])
    triples = map(str.__add__, map(str.__add__, text, text[1:]), text[2:])
    return frozenset(text).union(pairs, triples)


def pieces_of(pattern: re.Pattern[str]) -> frozenset[str] | None:
    """Pieces of one to three characters, of which every text that `pattern` matches holds one; None: can't be told."""
    if pattern.flags & re.IGNORECASE:
        return None
    needed = _needed(list(_parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)))
    return frozenset(needed) if needed is not None and len(needed) <= _MOST else None


def _needed(parsed: Sequence[Any]) -> set[str] | None:
    """The best that any part of a sequence needs: its rarest literal text, or the alternatives of a branch."""
    candidates: list[set[str]] = []
    run = ""
    for op, argument in [*parsed, (None, None)]:
        if op is _op.LITERAL:
            run += chr(argument)
            continue
        if run:
            candidates.append({_rarest(run)})
            run = ""
        if op is not None and (found := _of(op, argument)) is not None:
            candidates.append(found)
    return min(candidates, key=_commonness, default=None)


def _of(op: Any, argument: Any) -> set[str] | None:
    if op is _op.IN:
        return _class(argument)
    if op is _op.BRANCH:
        found: set[str] = set()
        for branch in argument[1]:
            needed = _needed(list(branch))
            if needed is None:
                return None
            found |= needed
        return found
    if op is _op.SUBPATTERN:
        _, added, _, parsed = argument
        return None if added & re.IGNORECASE else _needed(list(parsed))
    if op in (_op.MAX_REPEAT, _op.MIN_REPEAT, _op.POSSESSIVE_REPEAT):
        return _needed(list(argument[2])) if argument[0] > 0 else None
    if op is _op.ATOMIC_GROUP:
        return _needed(list(argument))
    return None


def _class(items: Any) -> set[str] | None:
    found: set[str] = set()
    for op, argument in items:
        if op is _op.LITERAL:
            found.add(chr(argument))
        elif op is _op.RANGE and argument[1] - argument[0] < _WIDEST:
            found.update(map(chr, range(argument[0], argument[1] + 1)))
        else:
            return None
        if len(found) > _WIDEST:
            return None
    return found


_FREQUENT = "的一是不了有这可以在们我您到个 etaoinshrdlu0123456789,.，。"


def _rarest(run: str) -> str:
    """The piece of a literal text that is least likely to stand in a sentence by chance."""
    size = min(3, len(run))
    return min((run[place : place + size] for place in range(len(run) - size + 1)), key=_likelihood)


def _likelihood(piece: str) -> float:
    """How likely a piece stands in a sentence, roughly: what comes out best is taken, nothing rests on the figure."""
    likely = 1.0
    for char in piece:
        likely *= (0.3 if char.isascii() else 0.05) * (2 if char in _FREQUENT else 1)
    return likely


def _commonness(pieces: set[str]) -> float:
    return sum(map(_likelihood, pieces))
