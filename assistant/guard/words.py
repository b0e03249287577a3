"""The guard's vocabulary, read from the YAML files in `lexicon/` once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from assistant.guard.openings import compile_quick
from knowledge.model import Lang
from knowledge.needs import Late, late
from knowledge.sieve import Sieve
from knowledge.text import Terms, normalise

Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class FieldWords:
    """A property shops state: how catalogues call it and how sentences refer to it."""

    key: str
    kind: str
    names: tuple[str, ...]
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValueKind:
    """Words that state a property by themselves, and beside what they do."""

    key: str
    strict: bool
    before: Mapping[Lang, Pattern]
    after: Mapping[Lang, Pattern]


@dataclass(frozen=True, slots=True)
class Role:
    """What a figure is said to be, when all of its conditions hold."""

    name: str
    before: Pattern | None
    after: Pattern | None
    near: Pattern | None
    around: Pattern | None
    pieces: bool


@dataclass(frozen=True, slots=True)
class Promise:
    id: str
    reasons: Mapping[Lang, str]
    about: Pattern | None  # what in the facts decides the promise, wherever it stands and unless it is refused there


@dataclass(frozen=True, slots=True)
class Feature:
    """Something a product has ("thing"), can do ("does") or may be free of ("free"), whatever it is called."""

    id: str
    sort: str
    against: str  # the feature that cannot hold at the same time, or empty
    mild: bool  # where the facts are silent it may be said


@dataclass(frozen=True, slots=True)
class Phrase:
    key: str
    means: str


@dataclass(frozen=True, slots=True)
class Words:
    fields: Mapping[str, FieldWords]
    key_of: Mapping[str, str]  # normalised attribute name → key
    values: Terms[tuple[str, str]]  # (kind, the word)
    kinds: Mapping[str, ValueKind]
    money_roles: Sieve[Role]  # by one of their conditions
    time_roles: Sieve[Role]
    promises: Sieve[tuple[Promise, Lang]]
    phrases: Sieve[tuple[Phrase, Lang]]


def _load(name: str) -> Any:
    file = resources.files("assistant.guard") / "lexicon" / f"{name}.yaml"
    return yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@lru_cache(maxsize=1)
def words() -> Words:
    fields = {key: _field(key, entry) for key, entry in _load("fields").items()}
    kinds: dict[str, ValueKind] = {}
    values: list[tuple[str, tuple[str, str]]] = []
    for key, entry in _load("values").items():
        kinds[key] = _kind(key, entry)
        values.extend((word, (key, word)) for word in _split(entry["zh"], entry["en"]))
    roles = _load("roles")
    return Words(
        fields=fields,
        key_of={normalise(name).text: field.key for field in fields.values() for name in field.names},
        values=Terms(values),
        kinds=kinds,
        money_roles=Sieve(map(_role, roles["money"])),
        time_roles=Sieve(map(_role, roles["time"])),
        promises=Sieve(_promises()),
        phrases=Sieve(_phrases()),
    )


@lru_cache(maxsize=1)
def feature_words() -> Terms[tuple[Feature, bool]]:
    """What features are called; True beside the forms that are an order as well as a statement ("fold")."""
    terms: list[tuple[str, tuple[Feature, bool]]] = []
    for sort, features in _load("features").items():
        for key, entry in features.items():
            feature = Feature(key, sort, entry.get("against", ""), bool(entry.get("mild")))
            terms.extend((word, (feature, False)) for word in _split(entry["zh"], entry["en"]))
            terms.extend((word, (feature, True)) for word in _split("", entry.get("bare", "")))
    return Terms(terms)


@lru_cache(maxsize=1)
def frames() -> Mapping[str, Pattern]:
    """The words around claims that have no figure; lists of words as a pattern of whole ones."""
    table = _load("frames")
    lists = ("abstract_en", "small_en", "no_stuff_en")
    return {
        name: re.compile("|".join(map(re.escape, value.split())) if name in lists else value)
        for name, value in table.items()
    }


def _field(key: str, entry: Mapping[str, Any]) -> FieldWords:
    names = tuple(normalise(str(name)).text for name in entry["names"])
    cues = tuple(normalise(str(cue)).text for cue in entry["cues"])
    return FieldWords(key, entry["kind"], names, tuple(dict.fromkeys((*cues, *names))))


def _split(zh: str, en: str) -> Iterator[str]:
    yield from zh.split()
    for word in en.split():
        yield word.replace("_", " ")


def _kind(key: str, entry: Mapping[str, Any]) -> ValueKind:
    return ValueKind(
        key,
        bool(entry["strict"]),
        {"zh": re.compile(entry["before_zh"]), "en": re.compile(entry["before_en"])},
        {"zh": re.compile(entry["after_zh"]), "en": re.compile(entry["after_en"])},
    )


_ANYTHING = re.compile("")


def _role(entry: Mapping[str, Any]) -> tuple[Pattern, Role]:
    def pattern(name: str) -> Pattern | None:
        return re.compile(entry[name]) if name in entry else None

    before, after, near, around = map(pattern, ("before", "after", "near", "around"))
    role = Role(entry["role"], before, after, near, around, bool(entry.get("pieces")))
    return before or near or around or after or _ANYTHING, role


def _promises() -> Iterator[tuple[Late, tuple[Promise, Lang]]]:
    table = _load("promises")
    for entry in table["promises"]:
        about = re.compile(entry["about"]) if "about" in entry else None
        promise = Promise(entry["id"], entry["reason"], about)
        for pattern in sorted(entry["patterns"], key=_lang_of, reverse=True):
            for name, alternatives in table["lists"].items():
                pattern = pattern.replace(f"<<{name}>>", alternatives)
            yield late(pattern, make=compile_quick), (promise, _lang_of(pattern))


def _phrases() -> Iterator[tuple[Late, tuple[Phrase, Lang]]]:
    for entry in _load("phrases"):
        phrase = Phrase(entry["key"], str(entry["means"]))
        for pattern in sorted(entry["patterns"], key=_lang_of, reverse=True):
            yield late(pattern, make=compile_quick), (phrase, _lang_of(pattern))


def _lang_of(pattern: str) -> Lang:
    """The language a pattern is written for: one with Han characters finds nothing in English, and the reverse."""
    return "zh" if re.search("[\u3400-\u9fff]", pattern) else "en"
