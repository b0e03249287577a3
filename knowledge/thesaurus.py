"""What shoppers call things, in both languages, and what occasions ask of goods: the files in `knowledge/data`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import Any, Literal

import yaml

from knowledge.lexical import stem
from knowledge.model import Lang, Text
from knowledge.parsing import parsed
from knowledge.spelling import Spelling
from knowledge.text import Terms, normalise

_WORD = re.compile(r"[a-z0-9]+(?:[.'][a-z0-9]+)*")
Section = Literal["goods", "colours", "materials", "qualities", "audiences"]


@dataclass(frozen=True)
class Group:
    """Words for one thing, the commonest first."""

    section: Section
    zh: tuple[str, ...]
    en: tuple[str, ...]

    @cached_property
    def words(self) -> tuple[str, ...]:
        return self.zh + self.en

    @property
    def name(self) -> Text:
        return Text(self.zh[0] if self.zh else "", self.en[0] if self.en else "")


@dataclass(frozen=True, slots=True)
class Scene:
    when: tuple[str, ...]
    wants: tuple[str, ...]
    avoids: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()  # whom such goods are for: 女士 when a present is for a mother
    whom: bool = False  # it names a person, not an occasion


@dataclass(frozen=True, slots=True)
class Mention:
    """A word of the thesaurus in characters `start:end` of a normalised text."""

    start: int
    end: int
    word: str
    groups: tuple[Group, ...]

    def in_section(self, section: Section) -> bool:
        return any(group.section == section for group in self.groups)


class Thesaurus:
    def __init__(self, groups: Iterable[Group], scenes: Iterable[Scene]) -> None:
        self.groups = tuple(groups)
        self.scenes = tuple(scenes)
        by_word: dict[str, list[Group]] = {}
        for group in self.groups:
            for word in group.words:
                for form in _forms(word):
                    by_word.setdefault(form, []).append(group)
        self._by_word = {word: tuple(dict.fromkeys(found)) for word, found in by_word.items()}
        self._terms: Terms[str] = Terms((word, word) for word in self._by_word)
        self._colours = {word for word, found in self._by_word.items() if any(g.section == "colours" for g in found)}
        self._widened: dict[str, tuple[str, ...]] = {}
        self._broader: dict[Group, frozenset[Group]] = {}
        self.spelling = Spelling([*self._by_word, *(word for scene in self.scenes for word in scene.when)])
        self._scenes: Terms[Scene] = Terms((word, scene) for scene in self.scenes for word in scene.when)

    def find(self, text: str) -> list[Mention]:
        """The longest words of the thesaurus in a normalised text, left to right."""
        return [Mention(start, end, word, self._by_word[word]) for start, end, word in self._terms.find(text)]

    def scene_places(self, text: str) -> list[tuple[int, int, Scene]]:
        """Each occasion a normalised text names, and the characters that name it."""
        return self._scenes.find(text)

    def broader(self, group: Group) -> frozenset[Group]:
        """The kinds of goods that this one is a kind of, by its name: a 雨鞋 is a 鞋, "rain boots" are boots."""
        found = self._broader.get(group)
        if found is None:
            ends = (ending for word in group.words for ending in _endings(word))
            groups = {wide for ending in ends for wide in self._by_word.get(ending, ()) if wide.section == "goods"}
            found = self._broader[group] = frozenset(groups - {group})
        return found

    def widened(self, word: str) -> tuple[str, ...]:
        """A word and everything that means the same."""
        found = self._widened.get(word)
        if found is None:
            normal = normalise(word).text
            groups = self._by_word.get(normal, ())
            found = tuple(dict.fromkeys([normal, *(other for group in groups for other in group.words)]))
            if len(self._widened) < 20_000:  # shoppers' own words are no reason to grow for ever
                self._widened[word] = found
        return found

    def name(self, word: str) -> Text:
        """What a word's thing is commonly called; the word itself when it is not in the thesaurus."""
        groups = self._by_word.get(normalise(word).text, ())
        return groups[0].name if groups else Text(word, word)

    def is_colour(self, word: str) -> bool:
        return normalise(word).text in self._colours

    def colours_in(self, text: str) -> tuple[Group, ...]:
        """The colours that the value of a colour option shows: 烟白灰 shows white and gray."""
        return tuple(group for group in self.groups if group.section == "colours" and _shows(group, text))


@cache
def default_thesaurus() -> Thesaurus:
    folder = resources.files("knowledge") / "data"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where it was built
    synonyms, scenes = (
        yaml.load((folder / name).read_text(encoding="utf-8"), Loader=loader)
        for name in ("synonyms.yaml", "scenes.yaml")
    )
    return Thesaurus(
        read_groups(synonyms),
        [
            Scene(
                _words(s["when"]),
                _words(s["wants"]),
                _words(s.get("avoids", ())),
                _several(s.get("audience", ())),
                bool(s.get("whom", False)),
            )
            for s in scenes
        ],
    )


def read_groups(document: dict[Section, list[str]]) -> list[Group]:
    """Groups from lines such as "手机, 智能手机 | phone, smartphone"."""
    groups = []
    for section, lines in document.items():
        for line in lines:
            zh, _, en = line.partition("|")
            groups.append(Group(section, _words(zh.split(",")), _words(en.split(","))))
    return groups


def _several(words: str | list[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def language_of(word: str) -> Lang:
    return "en" if word.isascii() else "zh"


def _words(parts: Iterable[Any]) -> tuple[str, ...]:
    return tuple(word for part in parts if (word := normalise(str(part).strip()).text))


@cache
def _kinds() -> tuple[frozenset[str], frozenset[str]]:
    document = parsed((resources.files("knowledge") / "data" / "kinds.yaml").read_text(encoding="utf-8"))
    return frozenset(document["heads"]), frozenset(document["not"])


def _endings(word: str) -> Iterable[str]:
    """The ends of a word that name a wider kind of goods if they are words themselves."""
    heads, exceptions = _kinds()
    if word in exceptions:
        return []
    if word.isascii():
        parts = word.split(" ")
        return [" ".join(parts[at:]) for at in range(1, len(parts))]
    return [word[at:] for at in range(1, len(word)) if len(word) - at > 1 or word[-1] in heads]


def _forms(word: str) -> tuple[str, ...]:
    """An English noun also in its other number: whole words are looked up, not stems."""
    if not word.isascii() or not word[-1:].isalpha() or word.endswith("ss"):
        return (word,)
    if word.endswith("s"):
        return (word, word[:-1]) if len(word) > 4 else (word,)
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return (word, word[:-1] + "ies")
    return (word, word + ("es" if word.endswith(("x", "z", "ch", "sh")) else "s"))


def _shows(group: Group, text: str) -> bool:
    return any(word in text for word in group.zh) or any(contains(text, word) for word in group.en)


def stemmed(text: str) -> str:
    """The English words of a normalised text as stems between single spaces: a phrase is then a substring."""
    return f" {' '.join([stem(part) for part in _WORD.findall(text)])} "


_phrase = lru_cache(maxsize=32_768)(stemmed)  # of words, titles and values, which come again


def contains(text: str, word: str, stems: str | None = None) -> bool:
    """Whether a normalised text has a word: Chinese anywhere, English as whole words in any of their endings.
    `stems` is `stemmed(text)` when the caller has it."""
    if not word.isascii():
        return word in text
    if stems is None:
        stems = _phrase(text) if len(text) <= 200 else stemmed(text)
    return _phrase(word) in stems
