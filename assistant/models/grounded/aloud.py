"""A property of what is on air as a host says it: a sentence for the ear, not a name and a colon."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from assistant.data import load
from assistant.models.grounded.dialogue import Dialogue
from assistant.models.grounded.wording import chosen, joined
from knowledge.model import Lang


@dataclass(frozen=True, slots=True)
class _Way:
    named: re.Pattern[str]
    value: re.Pattern[str]
    wordings: tuple[str, ...]


@cache
def _ways(lang: Lang) -> tuple[_Way, ...]:
    return tuple(
        _Way(re.compile(one.get("named", ""), re.I), re.compile(one.get("value", ""), re.I), tuple(one["say"]))
        for one in load("aloud.yaml")[lang]
    )


def told(d: Dialogue, title: str, name: str, value: str) -> str:
    """The sentence; empty where none has been thought of."""
    value = _signs(value, d.lang)
    way = next((one for one in _ways(d.lang) if one.named.search(name) and one.value.search(value)), None)
    if way is None:
        return ""
    parts = [part.strip() for part in re.split(r"、" if d.lang == "zh" else r", (?!about)", value)]
    slots = {
        "title": title,
        "name": _small(name) if d.lang == "en" else name,
        "value": value,
        "a_name": _with_article(_small(name)) if d.lang == "en" else name,
        "low": _small(value),
        "items": joined(d, [_small(part) for part in parts]),
    }
    said = chosen(d, f"aloud/{name}", way.wordings).format(**slots)
    return said[:1].upper() + said[1:]


_SIGNS: Mapping[Lang, Mapping[str, str]] = {
    "zh": {"≥": "不低于", "≤": "不高于"},
    "en": {"≥": "at least ", "≤": "at most "},
}


def _signs(value: str, lang: Lang) -> str:
    """Signs as the words that a voice says."""
    return re.sub(r"([≥≤])\s*", lambda sign: _SIGNS[lang][sign[1]], value)


def _small(text: str) -> str:
    """Begun with a small letter, unless a name begins it: Mist white, not Bluetooth or USB-C."""
    first = re.match(r"[A-Z][a-z]+(?:-[a-z]+)?(?=[\s,]|$)", text)
    return text[:1].lower() + text[1:] if first and first[0] not in _NAMES else text


def _with_article(name: str) -> str:
    return name if name.endswith("s") else f"an {name}" if name[:1] in "aeio" else f"a {name}"


_NAMES = frozenset("Bluetooth Tritan Arabica Class Grade Wi Type China".split())
