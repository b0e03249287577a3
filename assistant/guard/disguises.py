"""Seeing through what hides a word: gaps, sounds, look-alikes, stretched letters. Nothing here decides anything."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from knowledge.needs import late
from knowledge.sieve import Finder, Sieve, Sifted
from knowledge.text import is_han

_LEET = {"@": "a", "3": "e", "0": "o", "1": "i", "$": "s", "5": "s", "!": "i", "4": "a", "7": "t"}
_LEET_WORD = re.compile(r"(?<![\w@$])(?=[a-z@$!\d]*[a-z])(?=[a-z@$!\d]*[@$!\d])[a-z@$!\d]{4,}(?<!!)(?![\w@$])")
_MARKED_LETTER = re.compile(r"[@$!\d](?:(?=[a-z])|(?<=[a-z].))")  # every such word holds one
_NUMBER_ONE = Sifted(re.compile(r"\b(n[0o]|t[0o]p)\s?[.。]?\s?[1il](?![\da-z])"))
_STRETCHED = re.compile(r"(?!www)([a-z])\1{2,}")
_THRICE = Sifted(re.compile("|".join(3 * letter for letter in "abcdefghijklmnopqrstuvwxyz")))
_GAP = (
    r"[^\w\s，。！？；：、（）“”‘’…,!?;:()%¥￥$€£&/\\@#'\".-]"  # emoji, stars, dots, bars: what stands inside no word
)
_LETTERS_APART = re.compile(rf"(?<![a-z\d])[a-z](?:(?:[ .\-_'’]|{_GAP}){{1,3}}[a-z]){{2,}}(?![a-z\d])")
_TWO_APART = re.compile(r"[^a-z\d][a-z][^a-z\d]{1,3}[a-z](?![a-z\d])")  # the last two of any letters apart
_BREAK = re.compile(rf"_|{_GAP}")
_BROKEN_WORD = re.compile(rf"(?<=[a-z])(?:_|{_GAP}){{1,2}}(?=[a-z])")
_HAN = "[\u3400-\u9fff]"
_BRACKETED = re.compile(rf"[\[【(（「『《<{{]({_HAN})[\]】)）」』》>}}]")
_HAN_GAP = re.compile(rf"(?<={_HAN})(?:[./·\-_~^+='\"` ]|{_GAP}){{1,3}}(?={_HAN})")
_LISTED = re.compile(rf"(?<!{_HAN}){_HAN}(?:[，、,]{_HAN}){{2,}}(?!{_HAN})")
_RUN = re.compile(r"(?<![a-z'’])[a-z]+(?:'[a-z]+)?")
_UNIT = re.compile(r"(?<=\d)(?:cm|mm|km|kg|mg|ml|gb|tb|mah|[glmwv])(?=[a-z])")
# Characters said or drawn like 最, 顶, 第… where only those make sense.
_HOMOPHONES = Sieve(
    (
        (re.compile(r"[蕞晸朂](?!尔)|(?<![a-z])zui ?(?=[\u3400-\u9fff])"), "最"),
        (re.compile(r"(?<![喝陶麻沉酒])[醉蕞嘴罪晸朂](?=[好佳优强大低新高全美棒便实划先专正权畅顶受安有])"), "最"),
        (re.compile(r"(?<=[全球国网业量])[弟帝递](?=[一1壹])"), "第"),
        (re.compile(r"(?<=第)[壹弌]"), "一"),
        (re.compile(r"[鼎订丁仃](?=级|尖配?的)"), "顶"),
        (re.compile(r"菌(?=家级)"), "国"),
        (re.compile(r"(?<=国)[佳加嘉](?=级)"), "家"),
        (re.compile(r"(?<=国家)[及极吉](?=[别的品]|$)"), "级"),
        (re.compile(r"[织质只](?=疗[效糖高失])"), "治"),
        (re.compile(r"(?<=治)[聊辽](?=[效失高糖])"), "疗"),
    )
)


@dataclass(frozen=True, slots=True)
class Bare:
    """A text without its disguises; character `i` stands for `starts[i]:ends[i]` of the text it was made from."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


class _Text:
    """A text under change that knows where each of its characters came from."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: Sequence[int] = range(len(text))
        self.ends: Sequence[int] = range(1, len(text) + 1)

    def put(self, start: int, end: int, plain: str) -> None:
        """`text[start:end]` becomes `plain`, whose characters share the place of what they replace."""
        if end - start == len(plain):
            self.text = self.text[:start] + plain + self.text[end:]
            return
        first, last = self.starts[start], self.ends[end - 1]
        self.text = self.text[:start] + plain + self.text[end:]
        self.starts = [*self.starts[:start], *[first] * len(plain), *self.starts[end:]]
        self.ends = [*self.ends[:start], *[last] * len(plain), *self.ends[end:]]

    def replace(self, pattern: Finder, plain: str) -> None:
        for match in reversed(list(pattern.finditer(self.text))):
            self.put(match.start(), match.end(), match.expand(plain))


@lru_cache(maxsize=1024)
def unmask(text: str) -> Bare:
    """Normalised text with the usual disguises taken off.

    国.家.级 → 国家级, ding级 → 顶级, 醉好 → 最好, che@pest → cheapest, b e s t → best, n0.1 → no.1, beeest → best.
    """
    bare = _Text(text)
    bare.replace(_NUMBER_ONE, "no.1")
    _letters(bare)
    if not text.isascii():
        bare.replace(_BRACKETED, r"\1")
        _han_gaps(bare)
        if _HOMOPHONES.fitting(bare.text):
            for pattern, plain in _HOMOPHONES.pairs:  # what one of them mends the next one may need
                bare.replace(pattern, plain)
    for start, end, term in reversed(list(_spelled(bare.text))):
        bare.put(start, end, term)
    return Bare(bare.text, bare.starts, bare.ends)


def _letters(bare: _Text) -> None:
    """Latin words: digits and marks for letters, letters set apart, words broken by a mark, letters drawn out."""
    for match in _LEET_WORD.finditer(bare.text) if _MARKED_LETTER.search(bare.text) else ():
        if not match[0][:-1].isdigit() and sum(c.isdigit() for c in match[0]) <= len(match[0]) // 2:
            bare.put(match.start(), match.end(), "".join(_LEET.get(char, char) for char in match[0]))
    for match in reversed(list(_LETTERS_APART.finditer(bare.text))) if _TWO_APART.search(bare.text) else ():
        gaps = list(re.finditer(r"[^a-z]+", match[0]))
        spaced = any(gap[0].strip(" '’") for gap in gaps)  # "t.h.e b.e.s.t": then a space stands between words
        for gap in reversed(gaps):
            between = "  " in gap[0] or (spaced and gap[0] == " ")
            kept = " " if between else "'" if "'" in gap[0] or "’" in gap[0] else ""
            bare.put(match.start() + gap.start(), match.start() + gap.end(), kept)
    if _BREAK.search(bare.text):
        bare.replace(_BROKEN_WORD, "")
    if _THRICE.may_match(bare.text):
        bare.replace(_STRETCHED, r"\1")


def _han_gaps(bare: _Text) -> None:
    """Separators between Han characters: only a disguise puts a dot, a star or an emoji into a word."""
    for match in reversed(list(_LISTED.finditer(bare.text))):
        bare.put(match.start(), match.end(), re.sub("[，、,]", "", match[0]))
    bare.replace(_HAN_GAP, "")


# --- by sound -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Unit:
    """A syllable in the text: a Han character, or a piece of a Latin run that reads as one."""

    start: int
    end: int
    sound: str
    char: str  # "" for Latin letters
    odd: bool = False  # a character that stands there only to hide another


class _Sounds:
    """The terms that are looked for by sound."""

    def __init__(self) -> None:
        text = (resources.files("assistant.guard") / "lexicon" / "sounds.yaml").read_text(encoding="utf-8")
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.of: dict[str, str] = {}
        self.odd: set[str] = set()
        for sound, chars in data["syllables"].items():
            plain, _, odd = chars.partition("|")
            for char in (plain + odd).replace(" ", ""):
                self.of.setdefault(char, sound)
            self.odd.update(odd.strip())
        self.odd -= set(data["spelled"])
        self.syllables = frozenset(data["syllables"])
        self._longest = max(map(len, self.syllables))
        self.terms: dict[tuple[str, ...], str] = {}
        for term in data["spelled"].split():
            self.terms.setdefault(tuple(self.of[char] for char in term), term)
        self.lengths = sorted({len(sounds) for sounds in self.terms}, reverse=True)
        openings = {sounds[:2] for sounds in self.terms}
        self._openings = Sieve((late(f"{first}.*{second}"), None) for first, second in openings)

    def may_hold(self, text: str) -> bool:
        """Whether the first two sounds of some term stand in a text, in Latin letters."""
        return bool(self._openings.fitting(text))

    def read(self, letters: str) -> list[str] | None:
        """The syllables a Latin run consists of, longest first; None when it is no such run."""
        if not letters:
            return []
        for length in range(min(self._longest, len(letters)), 1, -1):
            if letters[:length] in self.syllables and (rest := self.read(letters[length:])) is not None:
                return [letters[:length], *rest]
        return None


@lru_cache(maxsize=1)
def _sounds() -> _Sounds:
    return _Sounds()


def _spelled(text: str) -> Iterator[tuple[int, int, str]]:
    """Where a term is written by its sound: (start, end, term), in order, not overlapping."""
    sounds = _sounds()
    if text.isascii() and not sounds.may_hold(text.replace("'", "")):
        return  # of an English sentence "me" and "an" are syllables too, but of no term
    runs = {run.start(): units for run in _RUN.finditer(text) if (units := _read_run(run))}
    if not runs and sounds.odd.isdisjoint(text):
        return
    for row in _rows(text, runs):
        index = 0
        while index < len(row):
            found = _term_at(row, index)
            if found is None:
                index += 1
            else:
                length, term = found
                yield row[index].start, row[index + length - 1].end, term
                index += length


def _term_at(row: list[_Unit], index: int) -> tuple[int, str] | None:
    sounds = _sounds()
    for length in sounds.lengths:
        units = row[index : index + length]
        term = sounds.terms.get(tuple(unit.sound for unit in units))
        if term is None or len(units) < length:
            continue
        letters = sum(not unit.char for unit in units)
        wrong = [unit for unit, char in zip(units, term, strict=True) if unit.char and unit.char != char]
        if letters and not wrong:
            return length, term
        # By Han characters alone only longer terms are sure, and only when the wrong character has no business there.
        if wrong and length >= 3 and length - len(wrong) >= 2 and all(unit.odd for unit in wrong):
            return length, term
    return None


@lru_cache(maxsize=4096)
def _syllables(letters: str) -> tuple[str, ...]:
    return tuple(_sounds().read(letters.replace("'", "")) or ())


def _word(run: re.Match[str]) -> tuple[int, str]:
    """Where the word of a Latin run begins, and its letters; a unit of measure before it belongs to the number."""
    text, start = run.string, run.start()
    if start and text[start - 1].isdigit() and (unit := _UNIT.match(text, start)):
        start = unit.end()
    return start, text[start : run.end()]


def _read_run(run: re.Match[str]) -> list[_Unit]:
    """The syllables of a Latin run."""
    start, letters = _word(run)
    syllables = _syllables(letters)
    if not syllables:
        return []
    units: list[_Unit] = []
    for syllable in syllables:
        while run.string.startswith("'", start):
            start += 1
        end = start
        for _ in syllable:
            end += 1 + (run.string.startswith("'", end))
        units.append(_Unit(start, end, syllable, ""))
        start = end
    return units


def _rows(text: str, runs: dict[int, list[_Unit]]) -> Iterable[list[_Unit]]:
    """Units that follow each other, at most with spaces between."""
    sounds, row, index = _sounds(), list[_Unit](), 0
    while index < len(text):
        char = text[index]
        if index in runs:
            row += runs[index]
            index = runs[index][-1].end
        elif is_han(char) and char in sounds.of:
            row.append(_Unit(index, index + 1, sounds.of[char], char, char in sounds.odd))
            index += 1
        elif char in " -" and row:
            index += 1
        else:
            if len(row) > 1:
                yield row
            row = []
            index += 1
    if len(row) > 1:
        yield row
