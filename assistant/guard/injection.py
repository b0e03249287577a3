"""Untrusted text: product prose, reviews, comments, uploads, tool results. It is data, never an instruction.

Detection is a help, not the wall: what a hijacked model says still has to pass the guard, which lets no unbacked price,
foreign link or forbidden word through.
"""

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from assistant.guard.sentences import sentences
from knowledge.text import normalise


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Characters `start:end` of the text speak to the model, or to a browser."""

    start: int
    end: int
    kind: str  # override, role, secrets, steer, hide, tool, markup, script


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    file = resources.files("assistant.guard") / "lexicon" / "injection.yaml"
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))["patterns"]
    return tuple((entry["id"], re.compile(entry["pattern"], re.MULTILINE)) for entry in entries)


def detect(text: str) -> list[Suspicion]:
    """What in `text` looks like an instruction to a model or like markup; empty for ordinary prose."""
    normal = normalise(text)
    found = [
        Suspicion(*normal.span(*match.span()), kind)
        for kind, pattern in _patterns()
        for match in pattern.finditer(normal.text)
    ]
    return sorted(found, key=lambda s: (s.start, s.end))


def neutralise(text: str) -> str:
    """`text` without the sentences that speak to the model and without markup; the rest word for word."""
    text = re.sub(r"<!--.*?-->", " ", html.unescape(text), flags=re.DOTALL)
    kept = []
    for sentence in sentences(text):
        kinds = {suspicion.kind for suspicion in detect(sentence)}
        if not kinds:
            kept.append(sentence)
        elif kinds == {"script"}:
            kept.append(re.sub(r"<[^>]{0,500}>", "", sentence))
    return re.sub(r"</?[a-z][^>]{0,200}>", "", "".join(kept), flags=re.IGNORECASE).strip()


def quoted(text: str, source: str) -> str:
    """`text` neutralised and fenced for a prompt, so that a model can tell it from what it is told to do."""
    body = neutralise(text).replace("⟦", "[").replace("⟧", "]")
    return f"⟦{source}⟧\n{body}\n⟦/{source}⟧"
