"""Which of a product's properties a question is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.data import load
from knowledge.model import Attribute, Lang, Passage, Product, Text
from knowledge.text import normalise
from knowledge.thesaurus import default_thesaurus


@dataclass(frozen=True, slots=True)
class Concept:
    """A property shoppers ask about, however it is called."""

    id: str
    asked: re.Pattern[str]  # how it is asked
    named: re.Pattern[str]  # how catalogues call it


@cache
def concepts() -> tuple[Concept, ...]:
    return tuple(
        Concept(
            entry["id"],
            re.compile("|".join(entry["asked"]), re.I),
            re.compile("|".join(entry["named"]), re.I),
        )
        for entry in load("attributes.yaml")["concepts"]
    )


@cache
def _features() -> re.Pattern[str]:
    terms = sorted((re.escape(term) for term in load("attributes.yaml")["features"]), key=len, reverse=True)
    return re.compile("|".join(rf"\b{term}" if term[0].isascii() else term for term in terms), re.I)


@cache
def _choosable() -> re.Pattern[str]:
    return re.compile("|".join(load("attributes.yaml")["choose_by"]), re.I)


def choosable(name: str) -> bool:
    """Whether shoppers choose by an attribute of this name; nobody chooses by the place of origin."""
    return _choosable().search(name) is not None


@lru_cache(maxsize=4096)  # each call of the model and each tool reads the question again
def asked_concepts(question: str) -> tuple[Concept, ...]:
    """In the order in which they occur in the question; what only names goods asks nothing: the 充电 of 充电宝."""
    goods = _goods(question)
    found = []
    for concept in concepts():
        for match in concept.asked.finditer(question):
            if not any(start <= match.start() and match.end() < end for start, end in goods):
                found.append((match.start(), concept))
                break
    found.sort(key=lambda pair: pair[0])
    return tuple(concept for _, concept in found)


@lru_cache(maxsize=4096)
def _goods(question: str) -> tuple[tuple[int, int], ...]:
    """Where a question names kinds of goods."""
    normal = normalise(question)
    found = default_thesaurus().find(normal.text)
    return tuple(normal.span(one.start, one.end) for one in found if one.in_section("goods"))


@lru_cache(maxsize=4096)
def asked_features(question: str) -> tuple[str, ...]:
    """Yes-or-no properties in the question: 防水, 纯棉, dishwasher safe; not the 保温 of 保温杯."""
    goods = _goods(question)
    matches = (
        match
        for match in _features().finditer(question)
        if not any(start <= match.start() and match.end() < end for start, end in goods)
    )
    return tuple(dict.fromkeys(match.group().lower() for match in matches))


def about_properties(question: str) -> bool:
    return bool(asked_concepts(question) or asked_features(question))


def asked_values(question: str, product: Product, lang: Lang) -> tuple[Attribute, ...]:
    """The attributes that answer the question, best first, at most three; empty when none does.

    An attribute that is named outright wins over one that shares the concept, that over one whose value mentions it.
    """
    pool = (*product.attributes, *_options(product))
    titles = f"{product.title.zh} {product.title.en}".lower()  # the 降噪 of 降噪耳机 asks for nothing
    named = [one for one in pool if any(_asked_by_name(name.lower(), question.lower(), titles) for name in _names(one))]
    if named:
        return tuple(_unique(named, lang))[:3]
    asked = asked_concepts(question)
    by_concept = [one for concept in asked for one in pool if any(concept.named.search(name) for name in _names(one))]
    if by_concept:
        return tuple(_unique(by_concept, lang))[:3]
    words = asked_features(question)
    telling = [one for word in words for one in pool if _mentions(one, *_same(word))]
    if not telling:
        sizes = [_compact(size) for size in _SIZED.findall(question)]
        telling = [one for size in sizes for one in pool if any(size in _values(one) for size in sizes)]
    if not telling and not asked:
        telling = [one for word in rare_words(question, product) for one in pool if _mentions(one, word)]
    return tuple(_unique(telling, lang))[:3]


def _asked_by_name(name: str, question: str, titles: str) -> bool:
    return len(name) > 1 and name in question and name not in titles


@cache
def _appliances() -> re.Pattern[str]:
    return re.compile("|".join(load("attributes.yaml")["appliances"]), re.I)


def of_another_kind(question: str, product: Product, every: Sequence[Product]) -> bool:
    """Whether a question about an appliance, "does it go into the dishwasher?", is asked of something else: products of
    other kinds tell of it, none of this one's does, as of a scarf. `every`: those looked through."""
    into = _appliances().search(question)
    speaking = [one for one in every if into[0].lower() in _prose(one)] if into else []
    return {one.category == product.category for one in speaking} == {False}


def _prose(product: Product) -> str:
    told = (f"{one.name.zh} {one.name.en} {one.value.zh} {one.value.en}" for one in product.attributes)
    return " ".join((*told, product.description.zh, product.description.en)).lower()


def telling_sentences(question: str, product: Product, lang: Lang, passages: Sequence[Passage] = ()) -> tuple[str, ...]:
    """Sentences of the product's own prose, or of its manual's `passages`, that speak of what is asked, at most two. A
    passage whose heading does so tells it from its beginning."""
    words = [*asked_features(question), *(_literal(concept, question) for concept in asked_concepts(question))]
    words = words or list(rare_words(question, product))
    said = [(product.brief(lang), False), (product.description(lang), False)]
    said += [(one.text(lang), _speaks_of(one.title(lang), words)) for one in passages]
    found: dict[str, None] = {}
    for text, headed in said:
        for sentence in re.split(r"(?<=[。！？!?；;\n])|(?<=\.)\s", text):
            sentence = sentence.strip()
            if 4 <= len(sentence) <= 160 and (headed or _speaks_of(sentence, words)):
                found[sentence] = None
    return tuple(found)[:2]


def _speaks_of(text: str, words: Sequence[str]) -> bool:
    return any(word and word in text.lower() for word in words)


_SIZED = re.compile(
    r"\d+(?:\.\d+)?\s*(?:米|cm|mm|m\b|寸|英寸|码|ml|毫升|升|L|kg|公斤|斤|克|g|W|瓦|mAh|Hz|℃|°C|inch|oz)", re.I
)
_UNITS = (
    ("毫升", "ml"),
    ("升", "l"),
    ("公斤", "kg"),
    ("克", "g"),
    ("米", "m"),
    ("瓦", "w"),
    ("°c", "℃"),
    ("英寸", "寸"),
)


def _compact(text: str) -> str:
    """Without spaces, units as letters: 1.8 米 and 1.8m are the same."""
    text = re.sub(r"\s", "", text).lower()
    for name, letters in _UNITS:
        text = text.replace(name, letters)
    return text


_COMMON = re.compile(
    r"[这那哪什么怎样多少几个不是有没能会可以要想请问吗呢吧啊的了和跟与或在也都还很就对给为它他她你我们买用款件好]"
)


def rare_words(question: str, product: Product) -> tuple[str, ...]:
    """Pairs of characters, or words, of the question that carry meaning and are not the product's own name."""
    names = f"{product.title.zh} {product.title.en} {product.category.zh} {product.category.en}".lower()
    words: list[str] = []
    for run in re.findall(r"[\u3400-\u9fff]+|[a-z]{4,}", question.lower()):
        if run.isascii():
            words.append(run.removesuffix("s"))
            continue
        for part in _COMMON.split(run):
            words += [part[index : index + 2] for index in range(len(part) - 1)]
    return tuple(dict.fromkeys(word for word in words if word not in names and word not in _PLAIN_WORDS))


_PLAIN_WORDS = frozenset(
    "that this with have does what when which your from about there would could will much many long".split()
)


def _literal(concept: Concept, question: str) -> str:
    match = concept.asked.search(question)
    return match.group().lower() if match else ""


def _names(attribute: Attribute) -> tuple[str, ...]:
    return tuple(name for name in (attribute.name.zh, attribute.name.en) if name)


def _values(attribute: Attribute) -> str:
    return _compact(f"{attribute.value.zh}/{attribute.value.en}")


def _mentions(attribute: Attribute, *words: str) -> bool:
    texts = (attribute.name.zh, attribute.name.en, attribute.value.zh, attribute.value.en)
    return any(word in text.lower() for text in texts for word in words)


def _same(feature: str) -> tuple[str, ...]:
    """A property with its other names: non-slip is anti-slip."""
    return default_thesaurus().widened(feature)


def _options(product: Product) -> list[Attribute]:
    """Choices as attributes, so that "有什么颜色" is answered from the variants."""
    values: dict[Text, dict[Text, None]] = {}
    for variant in product.variants:
        for option in variant.options:
            values.setdefault(option.name, {})[option.value] = None
    return [
        Attribute(name, Text("、".join(v.zh for v in found if v.zh), ", ".join(v.en for v in found if v.en)))
        for name, found in values.items()
    ]


def _unique(attributes: Sequence[Attribute], lang: Lang) -> list[Attribute]:
    return list({one.name(lang): one for one in attributes}.values())
