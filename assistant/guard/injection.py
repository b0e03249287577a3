"""Untrusted text: product prose, reviews, comments, uploads, tool results. It is data, never an instruction.

Detection is a help, not the wall: what a hijacked model says still has to pass the guard, which lets no unbacked price,
foreign link or forbidden word through.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from assistant.guard.sentences import sentences
from knowledge.needs import late
from knowledge.parsing import parsed
from knowledge.sieve import Sieve
from knowledge.text import normalise


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Characters `start:end` of the text speak to the model, or to a browser."""

    start: int
    end: int
    kind: str  # override, role, secrets, steer, hide, tool, markup, script


@lru_cache(maxsize=4)
def patterns(part: Literal["patterns", "said"]) -> Sieve[str]:
    """Expressions of the lexicon with their kinds: `patterns` for text that comes in, `said` for what goes out."""
    file = resources.files("assistant.guard") / "lexicon" / "injection.yaml"
    entries = parsed(file.read_text(encoding="utf-8"))[part]
    return Sieve((late(entry["pattern"], re.MULTILINE), entry["id"]) for entry in entries)


def detect(text: str) -> list[Suspicion]:
    """What in `text` looks like an instruction to a model or like markup; empty for ordinary prose."""
    normal = normalise(text)
    found = [
        Suspicion(*normal.span(*match.span()), kind)
        for pattern, kind in patterns("patterns").fitting(normal.text)
        for match in pattern.finditer(normal.text)
    ]
    return sorted(found, key=lambda s: (s.start, s.end))


# Characters that a page does not show and a model reads: tags, directions, nothing wide.
_UNSEEN = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
_STRONG = frozenset({"override", "role", "secrets", "hide", "tool", "markup", "encoded"})


def trusted(text: str) -> str:
    """What of a fact's text may back a statement.

    Sentences that steer an answer don't; after one that gives a model orders or closes a quotation nothing does.
    """
    strong = [suspicion.start for suspicion in detect(text) if suspicion.kind in _STRONG]
    end = min(strong, default=len(text))
    kept, place = [], 0
    for sentence in sentences(text):
        place += len(sentence)
        if place > end:
            break
        if not detect(sentence):
            kept.append(sentence)
    return "".join(kept)


def leaks(sentence: str, prompt: str) -> bool:
    """Whether `sentence` recites seven words in a row of what the model was told.

    Of who it is only what says "you": it may say of itself what shop it serves.
    """
    said = _words(sentence)
    if len(said) < _RECITED:
        return False
    told = _told(prompt)
    return any(tuple(said[place : place + _RECITED]) in told for place in range(len(said) - _RECITED + 1))


_RECITED = 7


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z']+|[\u4e00-\u9fff]", normalise(text).text)


@lru_cache(maxsize=8)  # of the answers being made: each of their sentences is held against it
def _told(prompt: str) -> frozenset[tuple[str, ...]]:
    return frozenset().union(*map(_runs, prompt.splitlines()))


@lru_cache(maxsize=1024)  # the rules are the same lines for everybody, where each shopper stands is a line of its own
def _runs(line: str) -> frozenset[tuple[str, ...]]:
    words = _words(line)
    runs = (tuple(words[place : place + _RECITED]) for place in range(len(words) - _RECITED + 1))
    return frozenset(run for run in runs if line.startswith("- ") or "you" in run)


def neutralise(text: str) -> str:
    """`text` without the sentences that speak to the model and without markup; the rest word for word."""
    for _ in range(_NESTED):
        before, text = text, _once_less(text)
        if text == before:
            return text
    return ""  # whoever nests markup so deep has no message for a shopper


_NESTED = 8


def _once_less(text: str) -> str:
    """Without what can be seen at once: taking a tag out may join the halves of another one, <</data>/data>."""
    text = re.sub(r"<!--.*?-->", " ", html.unescape(_UNSEEN.sub("", text)), flags=re.DOTALL)
    kept = []
    for sentence in sentences(text):
        kinds = {suspicion.kind for suspicion in detect(sentence)}
        if not kinds:
            kept.append(sentence)
        elif kinds == {"script"}:
            kept.append(re.sub(r"<[^>]{0,500}>", "", sentence))
    return re.sub(r"</?[a-z][^>]{0,200}>", "", "".join(kept), flags=re.IGNORECASE).strip()


def harmless(data: Any) -> Any:
    """What a tool returned, each text in it without what speaks to the model."""
    match data:
        case str():
            return _harmless(data) if len(data) >= _SHORTEST_ORDER else data
        case Mapping():
            return {name: harmless(value) for name, value in data.items()}
        case list() | tuple():
            return [harmless(value) for value in data]
        case _:
            return data


_SHORTEST_ORDER = 12  # characters in which somebody can be told to do something


@lru_cache(maxsize=32_768)  # the texts of a large shelf: they come again with every search
def _harmless(text: str) -> str:
    return neutralise(text) if detect(text) else _UNSEEN.sub("", text)


def quoted(text: str, source: str) -> str:
    """`text` neutralised and fenced for a prompt, so that a model can tell it from what it is told to do."""
    body = neutralise(text).replace("⟦", "[").replace("⟧", "]")
    return f"⟦{source}⟧\n{body}\n⟦/{source}⟧"
