"""What patterns need of a text, read from the patterns themselves, and kept from one start to the next.

Every match of r"全国?(?:第一|最低)" holds 第一 or 最低. Reading that from some 600 patterns and compiling them took
two fifths of a start; a process that is told of a file (`keep_readings`) begins with what another one read before it,
and compiles a pattern when it is first tried.
"""

import hashlib
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property, lru_cache
from importlib import import_module
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

# Python's own reading of a pattern; it has no public name.
_parser: Any = import_module("re._parser")
_op: Any = import_module("re._constants")

_WIDEST = 40  # characters of a class that count as alternatives
BEYOND_ASCII = "\uffff" * 4  # no piece is so long: stands for any character beyond ASCII
_MOST = 400  # pieces of one pattern
_MOST_KEPT = 5000  # patterns whose readings go into the file

# The pattern, or its alternatives, each with sets of pieces: a text that it matches holds one of each set.
Reading = list[tuple[str, tuple[frozenset[str], ...]]]


class Late:
    """A pattern that is compiled when it is first tried: most patterns are not in a process's first minutes."""

    def __init__(self, source: str, flags: int, make: Callable[[str], re.Pattern[str]] | None) -> None:
        self.pattern, self.flags, self._make = source, flags, make

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return self._make(self.pattern) if self._make else re.compile(self.pattern, self.flags)

    def search(self, string: str, /) -> re.Match[str] | None:
        return self.compiled.search(string)

    def finditer(self, string: str, /) -> Iterator[re.Match[str]]:
        return self.compiled.finditer(string)


def late(source: str, flags: int = 0, make: Callable[[str], re.Pattern[str]] | None = None) -> Late:
    """The pattern, compiled later by `make` where that is given. Raises re.error at once, as re.compile does."""
    if (source, flags) not in _readings:  # what was read before has been compiled before
        re.compile(source, flags)
    return Late(source, flags, make)


def reading(source: str, flags: int) -> Reading:
    """What a pattern needs; where many texts meet that of the whole, its alternatives with what each needs."""
    global _unsaved
    found = _readings.get((source, flags))
    if found is None:
        found = _readings[source, flags] = list(_read(source, flags))
        _unsaved = True
    return found


_readings: dict[tuple[str, int], Reading] = {}
_file: Path | None = None
_unsaved = False


def _seal(body: str) -> str:
    """Another Python or other rules of reading read otherwise, and a byte that changed on the disk could blind the
    guard: neither fits."""
    return hashlib.sha256(b"\0".join((sys.version.encode(), Path(__file__).read_bytes(), body.encode()))).hexdigest()


def keep_readings(file: Path) -> None:
    """Begin with what stands in the file, if it was made by this very program; `save_readings` writes it."""
    global _file
    _file = file
    seal = body = ""
    with suppress(OSError, UnicodeDecodeError):  # it is all found out anew, and written again: that only takes longer
        seal, _, body = file.read_text(encoding="utf-8").partition("\n")
    if seal != _seal(body):
        return
    for source, flags, branches in json.loads(body):
        _readings[source, flags] = [
            (branch, tuple(frozenset(pieces) for pieces in needed)) for branch, needed in branches
        ]


def save_readings() -> None:
    """Write what this process read to the file, whole or not at all; without one, or without news, nothing."""
    global _unsaved
    if _file is None or not _unsaved or len(_readings) > _MOST_KEPT:
        return
    patterns = [
        [source, flags, [[branch, [sorted(pieces) for pieces in needed]] for branch, needed in branches]]
        for (source, flags), branches in _readings.items()
    ]
    body = json.dumps(patterns, ensure_ascii=False)
    with suppress(OSError):  # without it the next start takes longer, no more
        _file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="patterns-", dir=_file.parent) as beside:
            fresh = Path(beside) / _file.name
            fresh.write_text(f"{_seal(body)}\n{body}", encoding="utf-8")
            fresh.replace(_file)
        _unsaved = False


def _read(source: str, flags: int) -> Reading:
    whole = _parser.parse(source, flags)
    if whole.state.flags & re.IGNORECASE:
        return [(source, ())]
    needed = _needs_of(whole)
    if not needed or sum(map(_likelihood, needed[0])) >= _RARE:
        for sources in _cuts(source):
            if branches := _branches(whole, sources, flags):
                return [(part, _needs_of(branch)) for part, branch in zip(sources, branches, strict=True)]
    return [(source, needed)]


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
        return sorted(letters) if (letters := _class(argument)) and BEYOND_ASCII not in letters else [""]
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
            found.update("0123456789", (BEYOND_ASCII,))
        elif op is _op.RANGE and argument[0] > 127:
            found.add(BEYOND_ASCII)
        else:
            return None
    if len(found) <= _WIDEST:
        return found
    return None if any(char.isascii() for char in found) else {BEYOND_ASCII}


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
    if piece == BEYOND_ASCII:
        return 0.9
    likely = float(_LENGTH) if piece not in _COMMON else 4000.0
    for char in piece:
        likely *= _SHARES.get(char) or (0.002 if char > "~" else 0.0015 if char.isdigit() else 0.0004)
    return min(1.0, likely)


def _commonness(pieces: set[str]) -> float:
    return sum(map(_likelihood, pieces))
