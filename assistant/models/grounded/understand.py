"""What the shopper wants: an intent and its slots, from the words and from what was said before."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from assistant.attributes import about_properties, asked_concepts
from assistant.data import load
from assistant.measures import wish
from assistant.models.grounded.dialogue import Dialogue
from assistant.models.grounded.papers import papers
from knowledge.model import Lang

READ = 4096  # messages whose reading is kept: each call of the model reads its message again

_MARKS = re.compile(r"[，。！？、；：,!?;:~～…“”‘’\"()（）【】\[\]《》<>/|*#]+|\.(?=\s|$)")
_NUMBER = re.compile(r"(?<![A-Za-z0-9-])[A-Za-z]{0,3}\d{9,20}(?![A-Za-z0-9-])")
_TAIL = re.compile(r"(?<![A-Za-z0-9.-])\d{4}(?![A-Za-z0-9-])")
_SIZE = re.compile(
    r"(?<![\d.])\d{2}(?:\.5)?\s*码|(?<![A-Za-z0-9'’])(?:X{0,3}[SL]|M)(?:码|号|(?![A-Za-z0-9'’]))|\b[Ss]ize \d+(?:\.5)?"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of a message."""

    intent: str
    topic: str = ""  # what the message is about, without its asking words; empty: what was spoken of before
    policy: str = ""  # the id of the policy that answers
    index: int = 0  # 第二个 = 2, -1 = the last; 0: none named
    extreme: str = ""  # "cheapest" or "dearest" of those shown
    deictic: bool = False  # 这个, this
    follows: bool = False  # an elliptic question that repeats the last one for something else
    refines: bool = False  # a wish that narrows the last search
    properties: bool = False  # asks for attributes
    quantity: int = 1
    every: bool = False  # asks about all that were shown
    order_number: str = ""
    phone_tail: str = ""
    colours: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()


@cache
def _intents() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple(
        (entry["name"], entry.get("topic", ""), re.compile("|".join(f"(?:{one})" for one in entry["patterns"]), re.I))
        for entry in load("intents.yaml")
    )


@dataclass(frozen=True, slots=True)
class _Words:
    ask: re.Pattern[str]
    index: tuple[tuple[re.Pattern[str], int], ...]
    cheapest: re.Pattern[str]
    dearest: re.Pattern[str]
    deictic: re.Pattern[str]
    follow: re.Pattern[str]
    refine: re.Pattern[str]
    wish: re.Pattern[str]
    every: re.Pattern[str]
    question: re.Pattern[str]


@cache
def _words(lang: Lang) -> _Words:
    data: dict[str, Any] = load("language.yaml")[lang]

    def compiled(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern, re.I)

    return _Words(
        ask=compiled("|".join(f"(?:{one})" for one in data["ask"])),
        index=tuple((compiled(pattern), number) for pattern, number in data["index"]),
        cheapest=compiled(data["cheapest"]),
        dearest=compiled(data["dearest"]),
        deictic=compiled(data["deictic"]),
        follow=compiled(data["follow"]),
        refine=compiled(data["refine"]),
        wish=compiled(data["wish"]),
        every=compiled(data["all"]),
        question=compiled(data["question"]),
    )


@cache
def colour_pattern() -> re.Pattern[str]:
    """A colour as one asks for it: 白色, 黑的, 藏青, white. Not the 绿 of 绿茶 nor the 米 of 1.8米."""
    terms = sorted(load("language.yaml")["colours"], key=len, reverse=True)
    return re.compile("|".join(rf"\b{one}\b" if one[0].isascii() else _chinese_colour(one) for one in terms), re.I)


def _chinese_colour(name: str) -> str:
    return name if len(name) > 1 else rf"{name}色|{name}(?=的|款|[？?呢吗有]|$)"


@lru_cache(maxsize=READ)
def topic_of(text: str, lang: Lang) -> str:
    """The words of a message that say what it is about."""
    text = _MARKS.sub(" ", text)
    text = _words(lang).ask.sub(" ", text)
    if lang == "en":
        text = re.sub(r"'s\b|[$¥€£]", " ", text)
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class _Said:
    """What of a reading the words alone tell, whatever was said before."""

    intent: str
    policy: str
    properties: bool
    index: int
    follows: bool
    refines: bool
    deictic: bool
    every: bool
    number: str  # of an order
    tail: str
    colours: tuple[str, ...]
    sizes: tuple[str, ...]


@lru_cache(maxsize=READ)
def _said(text: str, lang: Lang) -> _Said:
    words, number = _words(lang), _NUMBER.search(text)
    tail = _TAIL.search(text.replace(number.group(), " ")) if number else _TAIL.search(text)
    return _Said(
        *_intent(text),
        properties=about_properties(text),
        index=next((place for pattern, place in words.index if pattern.search(text)), 0),
        follows=bool(words.follow.search(text)),
        refines=bool(words.refine.search(text)),
        deictic=bool(words.deictic.search(text)),
        every=bool(words.every.search(text)),
        number=number.group() if number else "",
        tail=tail.group() if tail else "",
        colours=tuple(found.lower() for found in colour_pattern().findall(text)),
        sizes=tuple(match.group() for match in _SIZE.finditer(text)),
    )


def understand(dialogue: Dialogue) -> Reading:
    """Read the last message; pure and fast."""
    text, lang = dialogue.text, dialogue.lang
    words = _words(lang)
    said = _said(text, lang)
    intent, policy, properties, index = said.intent, said.policy, said.properties, said.index
    extreme = ""
    if dialogue.listed:
        extreme = "cheapest" if words.cheapest.search(text) else "dearest" if words.dearest.search(text) else ""
    if intent in ("cheaper", "dearer") and extreme and re.search(r"那|the|个$", text):
        # "the cheaper one" points at what was shown, it does not ask for something else
        intent, policy = _intent(text, without=("cheaper", "dearer"))
    if intent == "price" and properties and not _MONEY.search(text):
        intent = "attribute"  # "how much does it hold"
    follows = said.follows and bool(dialogue.past)
    refines = said.refines and bool(dialogue.need)
    number, tail = said.number, said.tail
    if not intent and (number or (tail and _awaits_order(dialogue))):
        intent = "order"
    elif number and papers(text):
        intent, policy = "order", ""  # of this order, not of the shop's rules
    colours, sizes = said.colours, said.sizes
    if sizes and intent in ("", "attribute", "recommend") and (dialogue.page or dialogue.focus):
        bare = len(_SIZE.sub("", topic_of(text, lang)).strip()) < 2
        intent = "stock" if bare else intent
    if intent == "recommend" and colours and (dialogue.focus or dialogue.page):
        rest = colour_pattern().sub(" ", _topic(text, lang)).replace(" ", "")
        if said.deictic or len(rest) < 2:
            intent = "stock"  # "do you have it in green?"
    wanted, reads_on = wish(text), said.deictic
    ranks = wanted.measure is not None and not _JOINED.search(text) and not _points(dialogue, text)
    if intent in _RANKABLE and ranks:
        intent, policy = "rank", ""
    elif intent in ("", "attribute") and wanted.limits and not reads_on and topic_of(wanted.rest, lang):
        intent, policy = "recommend", ""  # "bottles under 300 g"
    if properties and not wanted.limits and intent in ("", "recommend", "warranty_shop", "shipping", "returns", "yes"):
        intent = _with_properties(intent, dialogue, text, lang)
    if intent == "recommend" and (index or reads_on) and (colours or sizes) and dialogue.known:
        intent = "stock"  # "has the second one got a 37?"
    if intent in _WISHABLE and words.wish.search(text) and not (reads_on or index or extreme):
        intent, policy, refines = "recommend", "", bool(dialogue.need)  # "a thermos then, not too heavy"
    return Reading(
        intent=intent,
        topic=_topic(_without_intent(intent, wanted.rest if intent == "rank" else text), lang),
        policy=policy,
        index=index,
        extreme=extreme,
        deictic=reads_on,
        follows=follows,
        refines=refines,
        properties=properties,
        quantity=_quantity(text) if intent == "total" else 1,
        every=said.every,
        order_number=number,
        phone_tail=tail,
        sizes=sizes,
        colours=colours,
    )


_WISHABLE = frozenset({"", "attribute", "describe", "recommend", "assortment"})
_EXPLAINING = frozenset({"why", "why_not", "accessories", "similar"})  # the rest of the message names a product


@lru_cache(maxsize=READ)
def _without_intent(intent: str, text: str) -> str:
    if intent not in _EXPLAINING:
        return text
    rest = next(pattern for name, _, pattern in _intents() if name == intent).sub(" ", text)
    return re.sub(r"[这那][个款件双种条]?(?!么)", " ", rest)


_RANKABLE = frozenset({"", "recommend", "compare", "cheaper", "more", "attribute", "price"})
_JOINED = re.compile(r"和|跟|与|还是|\b(?:and|or|vs\.?|versus|than)\b", re.I)  # "A和B哪个轻" compares the two


def _points(dialogue: Dialogue, text: str) -> bool:
    """Whether 便宜的那个 only points at one of those shown."""
    measure = wish(text).measure
    return (
        measure is not None
        and measure.id == "price"
        and bool(dialogue.listed)
        and not topic_of(wish(text).rest, dialogue.lang)
    )


def asks(text: str, lang: Lang) -> bool:
    """Whether the message is put as a question, not as a thing wanted."""
    return _words(lang).question.search(text) is not None


_MONEY = re.compile(r"钱|价|贵|卖|元|\b(cost|price|pay|expensive|cheap)", re.I)


@lru_cache(maxsize=READ)
def _intent(text: str, without: tuple[str, ...] = ()) -> tuple[str, str]:
    fitting = ((name, policy) for name, policy, pattern in _intents() if name not in without and pattern.search(text))
    return next(fitting, ("", ""))


def _with_properties(intent: str, dialogue: Dialogue, text: str, lang: Lang) -> str:
    """A question with a property in it is about a product that is at hand, unless it asks for one to be found."""
    if intent in ("shipping", "returns", "warranty_shop"):
        concepts = {concept.id for concept in asked_concepts(text)}
        named = dialogue.page is not None or bool(dialogue.focus)
        return "attribute" if "warranty" in concepts and named and intent == "warranty_shop" else intent
    if intent == "recommend":
        at_hand = dialogue.page is not None or bool(dialogue.focus)
        pointing = bool(_words(lang).deictic.search(text)) or len(_topic(text, lang)) < 2
        return "attribute" if at_hand and pointing else "recommend"
    return "attribute"


@lru_cache(maxsize=READ)
def _topic(text: str, lang: Lang) -> str:
    """As `topic_of`, and without the words that only name a property or point at something shown."""
    for concept in asked_concepts(text):
        text = concept.asked.sub(" ", text)
    words = _words(lang)
    for pattern, _ in words.index:
        text = pattern.sub(" ", text)
    return topic_of(text, lang)


def _awaits_order(dialogue: Dialogue) -> bool:
    """Whether the last answer asked for an order number or a phone number."""
    result = dialogue.past[-1].result("order_status") if dialogue.past else None
    return result is not None and bool(result.data.get("needs") or result.data.get("no_match"))


def _quantity(text: str) -> int:
    match = re.search(r"\d{1,3}", text)
    if match:
        return max(1, int(match.group()))
    numbers: dict[str, int] = load("language.yaml")["numbers"]
    for word, number in numbers.items():
        if re.search(rf"\b{word}\b" if word.isascii() else rf"{word}(?=[件个双套条盒瓶台只支包箱斤袋份])", text, re.I):
            return number
    return 1
