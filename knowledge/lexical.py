"""Text as terms to look up, for Chinese and English alike; `postings` counts and weighs them."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib import resources
from operator import add

import rjieba

from knowledge.parsing import parsed

Terms = list[tuple[str, float]]  # a term and how often it counts
Analyser = Callable[[str], list[str]]

_RUNS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z0-9]+(?:[.'/\-][a-z0-9]+)*")
_PARTS = re.compile(r"[a-z]+|[0-9]+(?:[./][0-9]+)?")
_NUMBER = re.compile(r"[0-9]+(?:[.,/\-][0-9]+)*")
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_WORD_MARK = "="  # before a Chinese word, so that it is not taken for the pair of characters it may also be
_SPELLED = 3  # shorter words have no pieces worth comparing


def normalise(text: str) -> str:
    """Lower case, and full-width forms made ordinary."""
    return unicodedata.normalize("NFKC", text).lower()


def runs(text: str) -> list[str]:
    """Stretches of Chinese, and Latin words with what joins their parts, of a text in normal form."""
    return _RUNS.findall(text)


def is_chinese(run: str) -> bool:
    return _CHINESE.match(run) is not None


def words(text: str) -> list[str]:
    """Terms for BM25: Chinese as single characters and pairs, English as stems, model numbers also in their parts,
    units in one spelling."""
    return _terms(text, deep=False)


def indexed(text: str) -> list[str]:
    """`words`, and besides them the Chinese words as such and pairs of English words that stand together."""
    return _terms(text, deep=True)


def _terms(text: str, *, deep: bool) -> list[str]:
    found: list[str] = []
    latin: list[str] = []
    before = ""
    for run in runs(normalise(text)):
        if is_chinese(run):
            found += run
            found += map(add, run, run[1:])
            if deep:
                found += [_WORD_MARK + word for word in segments(run) if len(word) > 1]
        else:
            latin += _latin(run, _NUMBER.fullmatch(before) is not None)
        before = run
    found += latin
    return found + pairs(latin) if deep else found


def segments(run: str) -> list[str]:
    """A stretch of Chinese in words."""
    return list(rjieba.cut(run))


def whole(word: str) -> str:
    """The term that stands for a Chinese word as such."""
    return _WORD_MARK + word


def pairs(latin: Sequence[str]) -> list[str]:
    """Two English terms that follow one another, as one."""
    return [f"{left} {right}" for left, right in zip(latin, latin[1:], strict=False)]


def pieces(text: str) -> list[str]:
    """English words in pieces of three letters, which forgive typing errors. Chinese has none: its characters are."""
    found: list[str] = []
    for run in runs(normalise(text)):
        if len(run) >= _SPELLED and not is_chinese(run):
            edged = f"^{run}$"
            found += [edged[i : i + 3] for i in range(len(edged) - 2)]
    return found


@lru_cache(maxsize=65_536)
def _latin(run: str, after_number: bool) -> tuple[str, ...]:
    """The terms of a Latin run; `after_number`: a number stands before it, so that "in" may be inches."""
    if after_number and run in _units():
        return (_units()[run],)
    if run in common_words("en"):
        return ()
    parts = _PARTS.findall(run)
    if len(parts) == 1:
        return (stem(run),)
    if len(parts) == 2 and parts[0][0].isdigit() and parts[1] in _units():  # "500ml", "20-amp"
        return parts[0], _units()[parts[1]]
    if "x" in parts and all(part == "x" or part[0].isdigit() or part in _units() for part in parts):  # "2x4", "6x8cm"
        return tuple(_units().get(part, part) for part in parts if part != "x")
    return stem(run), *(stem(part) for part in parts)  # "rtx-4090" is also found by "4090"


@cache
def _units() -> dict[str, str]:
    """English spellings of units of measure, each with the one it is looked up by."""
    table = parsed((resources.files("knowledge") / "units.yaml").read_text(encoding="utf-8"))
    found = {
        name: unit
        for units in table.values()
        for unit, known in units.items()
        for name in (unit, *map(str, known["names"]))
        if name.isascii() and name.isalpha()
    }
    return found | {"in": "inch"}


@cache
def common_words(lang: str) -> frozenset[str]:
    """Words of `data/common.yaml`, "zh" or "en"."""
    text = (resources.files("knowledge") / "data" / "common.yaml").read_text(encoding="utf-8")
    return frozenset(parsed(text)[lang].split())


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """English endings taken off, so that "running shoes" meets "shoe for runners" half way; others unchanged."""
    if len(word) <= 3 or not word.isalpha():
        return word.removesuffix("'s")
    for ending, instead, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: -len(ending)] + instead
            break
    for ending in ("ingly", "edly", "ing", "ed"):
        base = word.removesuffix(ending)
        if base is not word and len(base) >= 3 and re.search("[aeiouy]", base):
            word = base[:-1] if base[-1] == base[-2] and base[-1] not in "lsz" else base
            break
    if len(word) > 4 and word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 and word[-2] not in "aeiou" else word


_ENDINGS = (
    ("sses", "ss", 2), ("ies", "y", 2), ("shes", "sh", 2), ("ches", "ch", 2), ("xes", "x", 2), ("zes", "z", 2),
    ("ss", "ss", 1), ("us", "us", 1), ("is", "is", 1), ("s", "", 3),
)  # fmt: skip
