"""Where a text names products it may be about without their whole titles: by pieces of them, or by their place.

"Soy Candles", 膨润土的, 前者, "the second one", "the bigger one": each only where it can mean one product alone.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from assistant.guard.openings import compile_quick
from assistant.guard.sheet import Sheet

_WORD = re.compile(r"[a-z0-9][a-z0-9.&'’-]*")
_SMALL = frozenset("a an the of for and with in on to by from as or at".split())

_FIRST = re.compile(
    r"前者|前面(?:那|这)?(?:款|个)|第一[款个](?!颜色|月|问题|步|点|要)|\bthe former\b"
    r"|\bthe first (?:one|product|option)\b"
)
_SECOND = re.compile(
    r"后者|后面(?:那|这)?(?:款|个)|第二[款个](?!颜色|月|问题|步|点)|\bthe latter\b"
    r"|\bthe second(?: (?:one|product|option)\b|(?= (?:is|costs?|weighs|holds|has|for|one|at|\$|\d)))"
)
_LARGER = compile_quick(
    r"(?:更|比较|较)?大(?:的|一些的|一点的)(?:那|这)?(?:款|个)?|大(?:那|这)?款|\bthe (?:larger|bigger|big|large) one\b"
)
_SMALLER = compile_quick(
    r"(?:更|比较|较)?小(?:的|一些的|一点的)(?:那|这)?(?:款|个)?|小(?:那|这)?款|\bthe (?:smaller|small|little) one\b"
)
_SIZES = ("capacity", "size", "weight", "净含量", "item weight", "height", "width", "length", "直径")


@lru_cache(maxsize=4096)  # what is said often is held against the same titles each time
def common_words(text: str, title: str) -> tuple[tuple[int, int], ...]:
    """Runs of two or more words of the text that all stand in the title."""
    known = _telling_words(title)
    said, forms = _said_words(text)
    if known.isdisjoint(forms):
        return ()
    spans: list[tuple[int, int]] = []
    run: list[tuple[int, int, str]] = []

    def close() -> None:
        while run and (run[0][2] in _SMALL or run[0][2][0].isdigit()):
            run.pop(0)
        while run and (run[-1][2] in _SMALL or run[-1][2][0].isdigit()):
            run.pop()
        if sum(word not in _SMALL for _, _, word in run) >= 2:
            spans.append((run[0][0], run[-1][1]))
        run.clear()

    last = -1
    for start, end, word in said:
        if run and text[last:start].strip(" -&"):
            close()
        if word in known or (word.endswith("s") and word[:-1] in known) or (run and word in _SMALL):
            run.append((start, start + len(word), word))
        else:
            close()
        last = end
    close()
    return tuple(spans)


@lru_cache(maxsize=512)  # a sentence is held against each title
def _said_words(text: str) -> tuple[tuple[tuple[int, int, str], ...], frozenset[str]]:
    """The words of a text with their places, and all of them also without the s of a plural."""
    said = tuple((match.start(), match.end(), match[0].strip(".'")) for match in _WORD.finditer(text))
    words = {word for _, _, word in said}
    return said, frozenset(words | {word[:-1] for word in words if word.endswith("s")})


@lru_cache(maxsize=4096)  # a title is held against each sentence
def _telling_words(title: str) -> frozenset[str]:
    return frozenset(match[0].strip(".'") for match in _WORD.finditer(title)) - _SMALL


@lru_cache(maxsize=4096)
def common_han(text: str, title: str, shortest: int = 5) -> tuple[tuple[int, int], ...]:
    """Pieces of the title of at least five Han characters in the text."""
    if text.isascii() or title.isascii():
        return ()
    spans: list[tuple[int, int]] = []
    place = 0
    while place + shortest <= len(text):
        if text[place] < "\u3400" or text[place : place + shortest] not in title:
            place += 1
            continue
        end = place + shortest
        while end < len(text) and text[place : end + 1] in title:
            end += 1
        spans.append((place, end))
        place = end
    return tuple(spans)


def distinctive(text: str, sheets: Sequence[Sheet]) -> Iterator[tuple[int, int, str]]:
    """What stands in the title of one of several products alone: 膨润土的, 豆腐那款, "the Grand"."""
    titles = {sheet.subject: sheet.names for sheet in sheets}
    the_words = list(_THE_WORD.finditer(text))
    for sheet in sheets:
        others = " ".join(name for subject, names in titles.items() if subject != sheet.subject for name in names)
        for start, end in (span for name in sheet.names for span in common_han(text, name, shortest=2)):
            if text[start:end] not in others and (end - start >= 3 or _opens(text, start) or _POINTS.match(text, end)):
                yield start, end, sheet.subject
        if the_words:
            own = {word for name in sheet.names for word in _WORD.findall(name)} - set(_WORD.findall(others)) - _SMALL
            for match in the_words:
                if match[1] in own:
                    yield *match.span(1), sheet.subject


def _opens(text: str, place: int) -> bool:
    """Whether a clause or the second of two names begins there."""
    return not place or text[place - 1] in "，。！？；、,.!?; 和与比而但"


_POINTS = re.compile(r"[的那这款]|\d|(?:猫|狗)?[砂粮]")
_THE_WORD = re.compile(
    r"\bthe ([a-z][a-z-]{2,})(?= (?:one|ones|is|costs?|has|weighs|holds|burns|at|for|comes)\b|['’]s\b|[,.;!?]|$)"
)


def references(text: str, sheets: Sequence[Sheet]) -> Iterator[tuple[int, int, str]]:
    """The former and the latter of two products, and the larger one of several."""
    if len(sheets) < 2:
        return
    for pattern, sheet in ((_FIRST, sheets[0]), (_SECOND, sheets[1])):
        for match in pattern.finditer(text):
            yield *match.span(), sheet.subject
    pairs = ((_LARGER, -1), (_SMALLER, 0))
    if any(pattern.search(text) for pattern, _ in pairs) and not any(sheet.variants for sheet in sheets):
        ordered = _by_size(sheets)
        for pattern, place in pairs if ordered else ():
            for match in pattern.finditer(text):
                yield *match.span(), ordered[place].subject


def _by_size(sheets: Sequence[Sheet]) -> list[Sheet]:
    """From the smallest to the largest, by the first measure that all of them state and in which they differ."""
    for key in _SIZES:
        figures: list[tuple[Decimal, int]] = []
        for number, sheet in enumerate(sheets):
            quantities = [q for entry in sheet.get(key) for q in entry.quantities]
            if quantities:
                figures.append((max(quantities[0].base()), number))
        if len(figures) == len(sheets) and len({figure for figure, _ in figures}) > 1:
            return [sheets[number] for _, number in sorted(figures)]
    return []
