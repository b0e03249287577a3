"""Which question back to the shopper would narrow the finds most: expected information gain over what the catalogue
can tell apart (Shannon 1948; as in Quinlan's ID3, 1986, with the finds weighted by how well they fit)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import log2

from assistant.attributes import choosable
from knowledge.factsheet import money
from knowledge.model import Attribute, Lang, Product
from knowledge.text import normalise
from knowledge.thesaurus import default_thesaurus

MOST_REPLIES = 4  # quick replies under one question
LEAST_BITS = 0.4  # a question that tells less is not worth the shopper's time
_LEAST_COVERED = 0.6  # of the finds must be reached by one of the replies
_LONGEST = 14  # characters of a reply
_BARE = re.compile(r"[\d.,\s]+")  # a figure without a unit means nothing on a button


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask back. `values` are quick replies, the likeliest first; `gain` is in bits."""

    name: str
    values: tuple[str, ...]
    gain: float


@dataclass(frozen=True, slots=True)
class Find:
    """A product with how well it fits, any scale above zero."""

    product: Product
    weight: float


def is_broad(query: str) -> bool:
    """Whether a query names no kind of goods, only an occasion or a person: 送妈妈的礼物, something for camping."""
    thesaurus, text = default_thesaurus(), normalise(query).text
    occasions = {text[start:end] for start, end, _ in thesaurus.scene_places(text)}
    return not any(one.in_section("goods") and one.word not in occasions for one in thesaurus.find(text))


def questions(
    finds: Sequence[Find], lang: Lang, *, settled: str = "", broad: bool = False, priced: bool = False
) -> tuple[Question, ...]:
    """At most two questions worth asking about these finds (best first), the most telling first.

    `settled` is what the shopper has said: a property of which a value stands in it is not asked for again. `broad`:
    the kind of goods is open, so it may be asked for; else only finds of the best one's kind count, because asking for
    a size that only some kinds have would be odd. `priced`: there is a budget already. Fewer than four finds are shown,
    not asked about.
    """
    if not broad:
        finds = [find for find in finds if find.product.category == finds[0].product.category]
    if len(finds) < 4:
        return ()
    said = _squeezed(settled)
    found = []
    for name, holders in _dimensions(finds, lang, priced):
        values = _replies(holders, len(finds))
        if not values or any(_squeezed(value) in said for value in holders) or _squeezed(name) in said:
            continue
        gain = _gain(finds, [holders[value] for value in values])
        if gain >= LEAST_BITS:
            found.append(Question(name, values, round(gain, 3)))
    found.sort(key=lambda question: -question.gain)
    return tuple(found[:2])


Holders = Mapping[str, Mapping[int, float]]  # value → find → the share of that find which has it


def _dimensions(finds: Sequence[Find], lang: Lang, priced: bool) -> Iterator[tuple[str, Holders]]:
    """Everything the finds may be told apart by."""
    if len({find.product.category(lang) for find in finds} - {""}) > 1:
        yield "品类" if lang == "zh" else "kind", _by_category(finds, lang)
        return  # asking for a colour before it is clear whether it is to be a cup or a scarf would be odd
    yield from _by_attribute(finds, lang).items()
    if not priced:
        yield "价位" if lang == "zh" else "price range", _by_price(finds, lang)


def _by_category(finds: Sequence[Find], lang: Lang) -> Holders:
    holders: dict[str, dict[int, float]] = {}
    for place, find in enumerate(finds):
        if name := find.product.category(lang).replace("-", " "):
            holders.setdefault(name, {})[place] = 1.0
    return holders


def _by_attribute(finds: Sequence[Find], lang: Lang) -> dict[str, Holders]:
    found: dict[str, dict[str, dict[int, float]]] = {}
    for place, find in enumerate(finds):
        values: dict[str, set[str]] = {}
        for one in (*find.product.attributes, *_choices(find.product)):
            name, value = one.name(lang), _spaced(one.value(lang))
            fits = 0 < len(value) <= _LONGEST and not _BARE.fullmatch(value) and choosable(name)
            if fits and (lang == "zh" or name.isascii()):
                values.setdefault(name, set()).add(value)
        for name, each in values.items():
            for value in each:
                found.setdefault(name, {}).setdefault(value, {})[place] = 1.0 / len(each)
    return dict(found)


def _by_price(finds: Sequence[Find], lang: Lang) -> Holders:
    """Two or three price ranges with round limits."""
    prices = sorted(find.product.price for find in finds if find.product.price is not None)
    if len(prices) < 4:
        return {}
    limits = sorted({_round(prices[len(prices) * third // 3]) for third in (1, 2)})
    limits = [limit for limit in limits if prices[0] <= limit < prices[-1]]
    holders: dict[str, dict[int, float]] = {}
    for place, find in enumerate(finds):
        if find.product.price is not None:
            name = _range(find.product.price, limits, find.product.currency, lang)
            holders.setdefault(name, {})[place] = 1.0
    return holders


def _range(price: Decimal, limits: Sequence[Decimal], currency: str, lang: Lang) -> str:
    below = [limit for limit in limits if limit < price]
    above = [limit for limit in limits if limit >= price]
    low = money(below[-1], currency, lang) if below else ""
    high = money(above[0], currency, lang) if above else ""
    if low and high:
        return f"{low}到{high}" if lang == "zh" else f"{low} to {high}"
    if high:
        return f"{high}以内" if lang == "zh" else f"under {high}"
    return f"{low}以上" if lang == "zh" else f"over {low}"


def _round(price: Decimal) -> Decimal:
    """To one figure and a half: 129 → 150, 342 → 350, 38 → 40."""
    step = Decimal(10) ** price.adjusted() / 2
    return max(step, (price / step).quantize(Decimal(1), ROUND_HALF_UP) * step).normalize()


def _replies(holders: Holders, finds: int) -> tuple[str, ...]:
    """The values to offer, the commonest first; none when they leave too many finds out, or few state any."""
    if len(holders) < 2:
        return ()
    ranked = sorted(holders, key=lambda value: -sum(holders[value].values()))[:MOST_REPLIES]
    reached = {place for value in ranked for place in holders[value]}
    return tuple(ranked) if len(reached) >= _LEAST_COVERED * finds else ()


def _gain(finds: Sequence[Find], answers: Sequence[Mapping[int, float]]) -> float:
    """Expected fall of the uncertainty which find is wanted, in bits. Who wants a find of which nothing is known, or
    with a value that is no reply, can't be helped by the question: that share of the weight gains nothing."""
    whole = sum(find.weight for find in finds)
    prior = [find.weight / whole for find in finds]
    before = _entropy(prior)
    gained = 0.0
    for holders in answers:
        share = sum(prior[place] * part for place, part in holders.items())
        if share:
            gained += share * (before - _entropy([prior[place] * part / share for place, part in holders.items()]))
    return gained


def _entropy(shares: Sequence[float]) -> float:
    return -sum(share * log2(share) for share in shares if share > 0)


def _choices(product: Product) -> list[Attribute]:
    """What its variants let one choose, those in stock only."""
    return [option for variant in product.variants if variant.stock != 0 for option in variant.options]


def _spaced(value: str) -> str:
    """100% 棉 and 100%棉 are one value."""
    return re.sub(r"(?<=[^a-zA-Z,.])\s+(?=[\u3400-\u9fff])", "", " ".join(value.split()))


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text).lower()
