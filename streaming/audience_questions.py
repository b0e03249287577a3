"""Whether a comment asks for something, and what: two that are answered by the same words ask the same.

Question words count by their grammar, not wherever they stand: 支持主播 and 颜色真好看 ask nothing. What is asked about
a product is read as the assistant reads it, against the product that is on air.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from rapidfuzz import fuzz

from assistant.attributes import Concept, asked_concepts, asked_features, asked_values
from assistant.data import load
from assistant.models.grounded.understand import colour_pattern
from knowledge.model import Product
from knowledge.questions import subjects
from knowledge.text import language, normalise
from knowledge.thesaurus import default_thesaurus
from streaming.audience_words import lists, words
from streaming.settings import Lang

_NOT_WORDS = re.compile(r"[\W_]+")
_MARK = re.compile(r"[?？]")
_EXCLAIMED = re.compile(r"(?:[啊哈哦噢嗯呃咦诶欸唉哇嘿呵嘻w6]|what|huh|really|omg|wow|lol|right|eh|hm+|seriously)*")
_PARTICLES = re.compile(r"[\W_呢呀啊哈嘛啦吗么吧的求哦是]+")
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s?(?:cm|厘米|公分|斤|公斤|kg|千克|ml|毫升|g|克|w|瓦|寸|岁|号|码)?", re.I)
_SIZE = re.compile(r"(?<![a-z0-9'])(\d?x{0,4}[sl]|m)(?![a-z0-9'])(?:码|号)?", re.I)
_METRES = re.compile(r"一米([一二三四五六七八九])([一二三四五六七八九])?|1米(\d)(\d)?")
_BODY = re.compile(r"(?<!\d)1\d\d\s?(?:cm|厘米|公分)?[\s,，/、]*(?:体?重)?\s?\d{2,3}\s?(?:斤|公斤|kg|千克)?(?!\d)")
_TURNED = re.compile(r"\s*(?:is|are|does|do|will|can|was) (?:the )?([a-z]+)")
_EITHER = re.compile(r"([一-龥]{1,2})[不没](?=\1)")  # 掉不掉色 is 掉色
_COUNTED = re.compile(r"[少几\d]\s*$")  # 几米 asks for a price, in a room
_MONEY = re.compile(r"钱|价|贵|卖|元|\b(?:cost|price|pay)", re.I)
_ALIKE = 80.0  # of a hundred: what is left of two questions differs by a slip of the keyboard


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a comment is about."""

    intent: str  # of comment_words.yaml, or a property that shoppers ask for; "" when neither
    buying: int  # how much its author wants to buy, 0 to 3
    lang: Lang
    topic: str = ""  # what answers it: the intent with its aspects, or "=" and the name of a property
    about: str = ""  # id of the product that it asks about; empty where the answer is the same for all
    particular: frozenset[str] = frozenset()  # colours, sizes, numbers, features
    rest: str = ""  # what is left without the words that only ask

    def same_as(self, other: "Meaning") -> bool:
        """Whether one answer does for both."""
        if (self.topic, self.about, self.particular) != (other.topic, other.about, other.particular):
            return False
        if not self.topic and not self.particular:
            return bool(self.rest) and _close(self.rest, other.rest)
        return _close(self.rest, other.rest)


def asks(text: str, product: Product | None = None) -> bool:
    """Whether a cleaned comment wants an answer while `product` is on air."""
    plain = _plain(text)
    said = words("unasked").sub(" ", plain)
    if words("asks").search(said) or words("requests").search(said):
        return True
    if _MARK.search(said) and not _EXCLAIMED.fullmatch(_NOT_WORDS.sub("", said)):
        return True
    reading = _read(plain, product)
    if (turned := _TURNED.match(said)) and turned[1] not in reading.bare.split():
        return True  # "is black in stock"
    # Nothing but what is asked for: 价格, 蓝色L码, "size chart pls". A number alone is no question.
    telling = reading.meaning.intent or reading.meaning.particular - set(_digits(plain))
    return bool(telling) and not _PARTICLES.sub("", reading.bare)


def understand(text: str, product: Product | None = None) -> Meaning:
    """What a cleaned comment is about while `product` is on air."""
    return _read(_plain(text), product).meaning


def topic(intent: str, lang: Lang) -> str:
    """An intent as a host names it: 尺码; empty when there is none."""
    entry = lists()["intents"].get(intent) or load("properties.yaml").get(intent)
    return str(entry[lang]) if entry else ""


@dataclass(frozen=True, slots=True)
class _Read:
    meaning: Meaning
    bare: str  # the comment without what it is about and without what points at the product


@dataclass(frozen=True, slots=True)
class _Intent:
    name: str
    buying: int
    shop: bool
    words: re.Pattern[str]


@cache
def _intents() -> tuple[_Intent, ...]:
    return tuple(
        _Intent(name, entry["buying"], entry.get("shop", False), re.compile("|".join(entry["words"]), re.I))
        for name, entry in lists()["intents"].items()
    )


@cache
def _aspects(intent: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(said, re.I)) for name, said in lists()["aspects"].get(intent, {}).items())


def _read(plain: str, product: Product | None) -> _Read:
    lang = language(plain)
    concepts = _concepts(plain)
    intent = next((one for one in _intents() if one.words.search(plain)), None)
    if intent is not None and intent.name == "price" and concepts and not _MONEY.search(plain):
        intent = None  # "how much does it hold"
    colours, sizes = _colours(plain, product), [size.upper() for size in _SIZE.findall(plain)]
    particular = frozenset((*colours.values(), *sizes, *_digits(_SIZE.sub(" ", plain))))
    about = product.id if product is not None else ""
    taken: list[re.Pattern[str]] = [] if intent is None else [intent.words]
    if intent is not None:
        sides = [(name, pattern) for name, pattern in _aspects(intent.name) if pattern.search(plain)]
        topic_ = "/".join((intent.name, *(name for name, _ in sides[:1])))
        meaning = Meaning(intent.name, intent.buying, lang, topic_, "" if intent.shop else about)
        taken += [pattern for _, pattern in sides]
    elif colours or sizes:
        meaning = Meaning("stock", 2, lang, "stock", about)
    else:
        meaning = _property(plain, product, lang, concepts)
        particular |= {one for one in asked_features(plain) if one not in meaning.topic}
        taken += [_whole(concept.asked.pattern) for concept in concepts]
        if not concepts and not meaning.topic.startswith("="):
            taken.append(_any(subjects(_EITHER.sub("", plain)).values()))
    bare = _without(_EITHER.sub("", plain), (*taken, *_named(plain, product)), colours)
    rest = _NOT_WORDS.sub("", words("filler").sub("", bare))
    return _Read(replace(meaning, particular=particular, rest=rest), bare)


def _property(plain: str, product: Product | None, lang: Lang, concepts: tuple[Concept, ...]) -> Meaning:
    """A question about what a product is like."""
    intent = concepts[0].id if concepts else ""
    meaning = Meaning(intent, 1 if intent else 0, lang, intent, product.id if product is not None else "")
    answering = asked_values(plain, product, lang) if product is not None else ()
    if answering:
        name = answering[0].name
        return replace(meaning, topic=f"={name.zh or name.en}", intent=intent or name(lang))
    return replace(meaning, topic=intent or "/".join(sorted(subjects(_EITHER.sub("", plain)))))


def _concepts(plain: str) -> tuple[Concept, ...]:
    """The properties asked for; one that is called by its name is meant rather than one that only the question word
    would fit: 容量多大 asks for no size."""
    found = asked_concepts(plain)
    return tuple(concept for concept in found if concept.named.search(plain)) or found


def _colours(plain: str, product: Product | None) -> dict[str, str]:
    """Words for colours and for the options of what is on air, each with what it comes to: 雾白 is a white."""
    thesaurus, found = default_thesaurus(), dict[str, str]()
    options = (one.value for variant in (product.variants if product else ()) for one in variant.options)
    for value in (text.lower() for one in options for text in (one.zh, one.en)):
        if len(value) > 1 and not _SIZE.fullmatch(value) and not value[0].isdigit() and value in plain:
            found[value] = value
    left = _without(plain, (), found)
    shown = (match for match in colour_pattern().finditer(left) if not _COUNTED.search(left[: match.start()]))
    found |= {match.group(): match.group() for match in shown}
    return {word: next((one.name.en for one in thesaurus.colours_in(value)), value) for word, value in found.items()}


def _named(plain: str, product: Product | None) -> Iterator[re.Pattern[str]]:
    """The names of the properties and of the kind of what is on air: 这个保温杯 says no more than 这个."""
    if product is None:
        return
    called = " ".join((product.title.zh, product.title.en, product.category.zh, product.category.en, *product.tags))
    kinds = {one.word for one in default_thesaurus().find(plain) if one.in_section("goods")}
    yield _any(word for word in kinds if len(word) > 1 and re.sub(r"(?<=.)[子儿]$|s$", "", word) in called.lower())
    names = [text.lower() for one in product.attributes for text in (one.name.zh, one.name.en)]
    yield _any(name for name in names if len(name) > 1)


@cache
def _whole(pattern: str) -> re.Pattern[str]:
    """With the rest of an English word: washable, capacity."""
    return re.compile(f"[a-z]*(?:{pattern})[a-z]*", re.I)


def _any(terms: Iterable[str]) -> re.Pattern[str]:
    found = sorted(map(re.escape, terms), key=len, reverse=True)
    return re.compile("|".join(found) or r"(?!)")


def _without(plain: str, taken: Iterable[re.Pattern[str]], colours: Iterable[str]) -> str:
    """What is left of a comment."""
    for pattern in (*taken, _any(colours), _BODY, _SIZE, _NUMBER, words("pointing")):
        plain = pattern.sub(" ", plain)
    return plain


def _digits(plain: str) -> list[str]:
    return list(_NUMBER.findall(plain))


def _plain(text: str) -> str:
    """In simplified characters and small letters; a height in centimetres."""
    return _METRES.sub(_height, normalise(text).text.lower())


def _height(match: re.Match[str]) -> str:
    tens, ones = (_figure(match[at] or match[at + 2]) for at in (1, 2))
    return f"1{tens}{ones}"


def _figure(said: str | None) -> str:
    return str("零一二三四五六七八九".find(said) if said and not said.isdigit() else said or 0)


def _close(one: str, other: str) -> bool:
    """The same words, but for a slip."""
    short, long = sorted((one, other), key=len)
    if short == long or (len(short) > 2 and fuzz.ratio(short, long) >= _ALIKE):
        return True
    return bool(short) and long.startswith(short) and len(long) - len(short) < 2
