"""Many patterns over one text: only those are tried of which the text holds something they can't do without.

Every match of r"全国?(?:第一|最低)" holds 第一 or 最低: a text with neither need not be searched. Such pieces are read
from the pattern itself; all of them are looked up in the text at once, however many patterns there are. (The idea is
the prefilter of RE2: Cox, "Regular Expression Matching with a Trigram Index", 2012.)
"""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import lru_cache
from importlib import import_module
from itertools import chain, pairwise
from operator import itemgetter
from sys import intern
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakSet

# Python's own reading of a pattern; it has no public name.
_parser: Any = import_module("re._parser")
_op: Any = import_module("re._constants")

T = TypeVar("T")
_WIDEST = 40  # characters of a class that count as alternatives
_BEYOND_ASCII = "\uffff" * 4  # no piece is so long: stands for any character beyond ASCII
_MOST = 400  # pieces of one pattern


class Finder(Protocol):
    """A pattern, or those of its alternatives that may match."""

    def search(self, string: str, /) -> re.Match[str] | None: ...
    def finditer(self, string: str, /) -> Iterator[re.Match[str]]: ...


class Sieve(Generic[T]):
    """Patterns with what belongs to each. Reads each text once, however many patterns there are."""

    def __init__(self, pairs: Iterable[tuple[re.Pattern[str], T]]) -> None:
        self.pairs = tuple(pairs)
        self._branches: list[tuple[int, str]] = []  # the alternatives, each with its pattern's number
        self._others: list[tuple[frozenset[str], ...]] = []  # what each alternative needs besides
        always: list[int] = []
        by_piece: dict[str, list[int]] = {}
        for number, (pattern, _) in enumerate(self.pairs):
            for source, needed in _sifted(pattern):
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
            own = source == pattern.pattern
            branch = self._compiled[place] = pattern if own else re.compile(source, pattern.flags & ~re.UNICODE)
        return branch


class Sifted:
    """One pattern that is tried on no text that can't match it; finds what the pattern finds."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
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
        return {*_pieces(text), _BEYOND_ASCII}
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


def _sifted(pattern: re.Pattern[str]) -> Iterable[tuple[str, tuple[frozenset[str], ...]]]:
    """The pattern and what it needs; its alternatives, each with what that needs, where many texts meet the whole's."""
    if pattern.flags & re.IGNORECASE:
        return [(pattern.pattern, ())]
    whole = _parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
    needed = _needs_of(whole)
    if not needed or sum(map(_likelihood, needed[0])) >= _RARE:
        for sources in _cuts(pattern.pattern):
            if branches := _branches(whole, sources, pattern.flags & ~re.UNICODE):
                return [(source, _needs_of(branch)) for source, branch in zip(sources, branches, strict=True)]
    return [(pattern.pattern, needed)]


_RARE = 0.02  # of the sentences: so seldom a pattern may be tried as a whole


def _branches(whole: Any, sources: Sequence[str], flags: int) -> list[Any]:
    """The alternatives of a pattern, read; none where a match of one would not be the same as the pattern's."""
    try:
        read = [_parser.parse(source, flags) for source in sources]
    except re.error:  # a group is spoken of that stands in another alternative
        return []
    groups = (whole.state.groups, whole.state.groupdict)
    same = all((each.state.groups, each.state.groupdict) == groups and each.getwidth()[0] for each in read)
    return read if same else []


def _cuts(source: str) -> Iterator[list[str]]:
    """Ways to write a pattern as several."""
    spans = alternatives(source)
    if len(spans) > 1:
        yield [source[start:end] for start, end in spans]
        return
    for opening in _GROUP.finditer(source):
        start, end = opening.end(), _closing(source, opening.end())
        if not _is_fixed(source[: opening.start()]):
            return
        spans = alternatives(source, start, end)
        if len(spans) > 1 and source[end + 1 : end + 2] not in ("?", "*", "+", "{"):
            yield [source[:start] + source[low:high] + source[end:] for low, high in spans]
            return


_GROUP = re.compile(r"(?<!\\)\((?:\?:|\?P<\w+>)")
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[(|)]", re.DOTALL)
_ONE_WAY = frozenset((_op.AT, _op.ASSERT, _op.ASSERT_NOT, _op.LITERAL, _op.IN, _op.NOT_LITERAL, _op.ANY))


def alternatives(source: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Where the alternatives of the pattern `source[start:end]` stand."""
    end = len(source) if end is None else end
    bars, depth = [start - 1], 0
    for token in _TOKEN.finditer(source, start, end):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if token[0] == "|" and depth == 0:
            bars.append(token.start())
    return [(low + 1, high) for low, high in pairwise([*bars, end])]


def _closing(source: str, start: int) -> int:
    """Where the group whose inside begins at `start` is closed."""
    depth = 1
    for token in _TOKEN.finditer(source, start):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if depth == 0:
            return token.start()
    raise ValueError(f"a group of the pattern {source!r} is not closed")


def _is_fixed(source: str) -> bool:
    """Whether a pattern matches at a place in one way at most; False of what is no pattern by itself."""
    try:
        return all(op in _ONE_WAY for op, _ in _parser.parse(source))
    except re.error:
        return False


def _needs_of(parsed: Any) -> tuple[frozenset[str], ...]:
    """Sets of pieces of one to three characters: every text that the pattern matches holds one of each set.

    The set that fewest texts meet comes first; none: nothing can be told.
    """
    sets = [(sum(map(_likelihood, pieces)), pieces) for pieces in _needs(parsed) if len(pieces) <= _MOST]
    first, *others = sorted(sets, key=itemgetter(0)) or [(0.0, set[str]())]
    return tuple(
        frozenset(pieces) for likely, pieces in (first, *others) if pieces and (likely < 3 or pieces is first[1])
    )


def _needs(parsed: Any) -> list[set[str]]:
    """What each part of a sequence needs: a piece of its literal text, or one for each alternative of a branch.

    Where literal text meets alternatives, also a piece over the joint: of "\\.(?:com|net)" one of ".co" and ".ne".
    """
    needed: list[set[str]] = []
    run = ""
    for op, argument in [*parsed, (None, None)]:
        if op is _op.LITERAL:
            run += chr(argument)
            continue
        if run:
            needed.append({_rarest(run)})
            heads = _heads(op, argument)
            if heads and all(heads):
                needed.append({_in_word((run[-1] + head)[:3]) for head in heads})
            run = ""
        needed += _of(op, argument)
    return needed


def _heads(op: Any, argument: Any) -> list[str]:
    """The literal text that each alternative begins with; empty where that can't be told."""
    if op is _op.IN:
        return sorted(letters) if (letters := _class(argument)) and _BEYOND_ASCII not in letters else [""]
    if op is _op.SUBPATTERN and not argument[1] & re.IGNORECASE and argument[3]:
        return [_head(argument[3])] if argument[3][0][0] is _op.LITERAL else _heads(*argument[3][0])
    return [_head(branch) for branch in argument[1]] if op is _op.BRANCH else [""]


def _head(parsed: Any) -> str:
    """The literal text a sequence begins with."""
    text = ""
    for op, argument in parsed:
        if op is not _op.LITERAL:
            break
        text += chr(argument)
    return text


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
    if op is _op.ASSERT:
        return _needs(argument[1])  # what must stand before or behind a match stands in the text as well
    return _needs(argument) if op is _op.ATOMIC_GROUP else []


def _class(items: Any) -> set[str] | None:
    found: set[str] = set()
    for op, argument in items:
        if op is _op.LITERAL:
            found.add(chr(argument))
        elif op is _op.RANGE and argument[1] - argument[0] < _WIDEST:
            found.update(map(chr, range(argument[0], argument[1] + 1)))
        elif op is _op.CATEGORY and argument is _op.CATEGORY_DIGIT:
            found.update("0123456789", (_BEYOND_ASCII,))
        elif op is _op.RANGE and argument[0] > 127:
            found.add(_BEYOND_ASCII)
        else:
            return None
    if len(found) <= _WIDEST:
        return found
    return None if any(char.isascii() for char in found) else {_BEYOND_ASCII}


# How often a character stands in sentences of shops, of 1: roughly, for nothing but the choice rests on it.
_SHARES = {
    " ": 0.17,
    ".": 0.012,
    ",": 0.01,
    "-": 0.004,
    "'": 0.004,
    "的": 0.03,
    "是": 0.01,
    "一": 0.01,
    "这": 0.01,
} | dict(
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
_COMMON = frozenset(  # "_" for a blank
    piece.replace("_", " ")
    for piece in (
        "the ing and you for ion ent her tha ver all ter ith wit hat ate our are thi pro pri ice com his ist lis ric "
        "off ack rop omm wor ork app low lin ink eve ere igh day ked ick sur ask elp one out now ess _of of_ _fo or_ "
        "_is is_ _th he_ _to _in in_ _yo ou_ _it it_ _an nd_ _wi"
    ).split()
)


def _rarest(run: str) -> str:
    """The piece of a literal text that is least likely to stand in a sentence by chance."""
    pieces = (_in_word(run[place : place + 3]) for place in range(max(1, len(run) - 2)))
    return min(pieces, key=_likelihood)


def _in_word(piece: str) -> str:
    """As much of the beginning of a piece as stands in one word and the blanks beside it: texts are read by words."""
    if piece.startswith("  "):
        return " "
    end = piece.find(" ", 1)
    return piece if end < 0 else piece[: end + 1]


@lru_cache(maxsize=8192)
def _likelihood(piece: str) -> float:
    """How likely a sentence holds a piece by chance."""
    if piece == _BEYOND_ASCII:
        return 0.9
    likely = float(_LENGTH) if piece not in _COMMON else 4000.0
    for char in piece:
        likely *= _SHARES.get(char) or (0.002 if char > "~" else 0.0015 if char.isdigit() else 0.0004)
    return min(1.0, likely)


def _commonness(pieces: set[str]) -> float:
    return sum(map(_likelihood, pieces))
