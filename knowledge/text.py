"""Text made comparable: a normal form with a way back, languages, and looking up many terms at once."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import resources
from typing import Generic, Literal, NamedTuple, TypeVar

import yaml

from knowledge.model import Lang

T = TypeVar("T")

Script = Literal["zh", "en", "mixed", "none"]

# NFKC would turn these into ASCII marks, and then "128，256G" could no longer be told from a thousands separator.
_KEPT = frozenset("，；：！？（）～、。")
# Letters of other alphabets that look like Latin ones: our texts are Chinese and English, so none is meant as itself.
_LOOK_ALIKES = str.maketrans(
    "АВЕЅZІЈКМНОРСТУХаеоріјѕсухһԁԛԝвкмнтɑɡⅼΑΒΕΖΗΙΚΜΝΟΡΤΥΧοινρχ",
    "ABESZIJKMHOPCTYXaeopijscyxhdqwbkmhtaglABEZHIKMNOPTYXoivpx",
)


def _traditional() -> dict[int, str]:
    """The traditional forms that shops, shoppers and the law use; not a converter."""
    text = (resources.files("knowledge") / "data" / "spelling.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return {ord(pair[0]): pair[1] for pair in yaml.load(text, Loader=loader)["traditional"].split()}


TRADITIONAL = _traditional()  # for str.translate
_TRADITIONAL_CHARS = frozenset(map(chr, TRADITIONAL))
_PLAIN = re.compile(r"[\x20-\x7e\u4e00-\u9fff，。！？；：、（）～“”‘’—…·\n]*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’]+")


class Normal(NamedTuple):  # made for each fact that is read: quicker than a frozen dataclass
    """`text` is `source` in normal form, lower case; `origin[i]` says from which source character `text[i]` came."""

    source: str
    text: str
    origin: tuple[int, ...] | None = None  # None: every character stands where it stood

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The source characters behind `text[start:end]`, with what was dropped between them."""
        if self.origin is None:
            return start, end
        if start >= len(self.origin):
            return len(self.source), len(self.source)
        stop = self.origin[end] if end < len(self.origin) else len(self.source)
        return self.origin[start], max(stop, self.origin[end - 1] + 1 if end > start else self.origin[start])


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    """One character in normal form; empty when it is invisible."""
    if char in _KEPT or char in "\n\t":
        return char
    if unicodedata.category(char) in ("Cf", "Mn", "Me", "Cc", "Co", "Cn"):
        return ""
    folded = unicodedata.normalize("NFKC", char)
    if folded != char:
        folded = "".join(part for part in folded if unicodedata.category(part) not in ("Mn", "Cf"))
    if char.isalpha() and unicodedata.category(char) != "Lo":
        folded = "".join(
            part for part in unicodedata.normalize("NFKD", folded) if unicodedata.category(part) not in ("Mn", "Cf")
        )
    return folded.translate(_LOOK_ALIKES).translate(TRADITIONAL).lower()


@lru_cache(maxsize=2048)
def normalise(text: str) -> Normal:
    """Full-width, circled, emoji and mathematical forms, look-alike letters and invisible characters undone.

    Chinese punctuation stays as it is; letters become lower case.
    """
    if _PLAIN.fullmatch(text):
        lowered = text.lower()
        if len(lowered) == len(text) and not _has_traditional(lowered):
            return Normal(text, lowered)
    out: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        folded = _fold(char)
        out.append(folded)
        origin.extend([index] * len(folded))
    joined = "".join(out)
    if len(joined) == len(text) and origin == list(range(len(text))):
        return Normal(text, joined)
    return Normal(text, joined, tuple(origin))


def _has_traditional(text: str) -> bool:
    return not _TRADITIONAL_CHARS.isdisjoint(text)


def script(text: str) -> Script:
    """Which of the two languages a text is in; "mixed" when both carry it, "none" when there are no words.

    Names do not count against a language: "这款 iPhone 13 Pro 多少钱" is Chinese, "Is the T恤 in stock?" English.
    """
    han = len(_HAN.findall(text))
    latin = len(_LATIN_WORD.findall(text))
    if not han and not latin:
        return "none"
    if not han:
        return "en"
    if not latin:
        return "zh"
    if latin >= 4 and han >= 6 and 0.4 <= latin * 1.7 / han <= 2.5:
        return "mixed"
    return "zh" if han >= latin * 1.2 or (han >= 2 and latin <= 2) else "en"


def language(text: str, default: Lang = "zh") -> Lang:
    """The language an answer to `text` should be in."""
    found = script(text)
    if found == "none":
        return default
    if found == "mixed":
        return "zh" if len(_HAN.findall(text)) >= 1.7 * len(_LATIN_WORD.findall(text)) else "en"
    return found


def is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def is_word_boundary(text: str, index: int) -> bool:
    """Whether no Latin word or number runs across `index`."""
    if index <= 0 or index >= len(text):
        return True
    before, after = text[index - 1], text[index]
    return not (before.isascii() and before.isalnum() and after.isascii() and after.isalnum())


_PREFIX = 3  # characters by which terms are looked up
_WORD = re.compile(r"[^A-Za-z0-9\s]|[A-Za-z0-9]+")


@lru_cache(maxsize=16)
def word_starts(text: str) -> tuple[tuple[int, str], ...]:
    """Every place of a text but blanks and those inside a Latin word or a number, with the three characters there.

    Kept, as several vocabularies look at one text. At its end there are fewer.
    """
    return tuple([(place := match.start(), text[place : place + _PREFIX]) for match in _WORD.finditer(text)])


class Terms(Generic[T]):
    """Finds which of many terms occur in a text, longest first, in time that does not grow with their number.

    Latin terms match whole words only; terms and texts are compared in normal form.
    """

    def __init__(self, terms: Iterable[tuple[str, T]]) -> None:
        found: dict[str, dict[str, T]] = {}
        for term, value in terms:
            folded = normalise(term.strip()).text
            if folded:
                found.setdefault(folded[:_PREFIX], {}).setdefault(folded, value)
        # Under each beginning the terms with their lengths, longest first: a look-up for a length, not for a term.
        self._by_prefix = {
            prefix: (sorted({len(term) for term in entries}, reverse=True), entries)
            for prefix, entries in found.items()
        }
        self._short = frozenset(prefix for prefix in found if len(prefix) < _PREFIX)
        self._short_latin = frozenset(filter(str.isascii, self._short))
        self._openings = frozenset(prefix[0] for prefix in found)

    def __bool__(self) -> bool:
        return bool(self._by_prefix)

    def at(self, text: str, start: int) -> Iterator[tuple[int, T]]:
        """(end, value) of each term that begins at `start` of the normalised `text`, longest first."""
        if is_word_boundary(text, start):
            yield from self._at(text, start, text[start : start + _PREFIX])

    def _at(self, text: str, start: int, beginning: str) -> Iterator[tuple[int, T]]:
        for size in range(len(beginning), 0, -1):
            if (known := self._by_prefix.get(beginning[:size])) is None:
                continue
            lengths, terms = known
            for length in lengths:
                end = start + length
                piece = text[start:end]
                if piece in terms and len(piece) == length and is_word_boundary(text, end):
                    yield end, terms[piece]

    def find(self, text: str) -> list[tuple[int, int, T]]:
        """(start, end, value), leftmost-longest, not overlapping; `text` in normal form."""
        hits: list[tuple[int, int, T]] = []
        reached = 0
        for start, beginning in self._places(text):
            if start >= reached:
                for end, value in self._at(text, start, beginning):
                    if end > reached:
                        hits.append((start, end, value))
                        reached = end
                        break  # the longest comes first
        return hits

    def find_all(self, text: str) -> list[tuple[int, int, T]]:
        """Every occurrence, also overlapping ones."""
        return [
            (start, end, value)
            for start, beginning in self._places(text)
            for end, value in self._at(text, start, beginning)
        ]

    def _places(self, text: str) -> list[tuple[int, str]]:
        """Where a term may begin, and its first characters."""
        if self._openings.isdisjoint(text):
            return []
        known, short = self._by_prefix, self._short_latin if text.isascii() else self._short
        if not short:
            return [opening for opening in word_starts(text) if opening[1] in known]
        return [
            opening
            for opening in word_starts(text)
            if opening[1] in known or opening[1][:2] in short or opening[1][0] in short
        ]
