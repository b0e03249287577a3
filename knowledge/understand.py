"""What a shopper's sentence asks for: limits, likes, dislikes, the occasion, and the words that are left to look up."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from knowledge.model import Lang
from knowledge.quantity import Mention as Amount
from knowledge.quantity import find_quantities
from knowledge.text import Terms, language, normalise
from knowledge.thesaurus import Mention, Scene, Thesaurus

Order = Literal["relevance", "cheapest", "dearest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a product must satisfy. Words are compared through the thesaurus, in both languages."""

    price_min: Decimal | None = None
    price_max: Decimal | None = None
    categories: tuple[str, ...] = ()  # any of
    brands: tuple[str, ...] = ()  # any of
    options: tuple[str, ...] = ()  # all of, in one variant: colours, sizes, values of attributes
    without: tuple[str, ...] = ()  # none of: colours, materials, brands, categories
    audiences: tuple[str, ...] = ()  # for any of these: 女士, kids
    in_stock: bool = False
    products: tuple[str, ...] = ()  # only these ids

    def __and__(self, other: "Filters") -> "Filters":
        """Both: the narrower price, and the words of both."""
        lows = [low for low in (self.price_min, other.price_min) if low is not None]
        highs = [high for high in (self.price_max, other.price_max) if high is not None]
        return Filters(
            price_min=max(lows, default=None),
            price_max=min(highs, default=None),
            categories=_both(self.categories, other.categories),
            brands=_both(self.brands, other.brands),
            options=_both(self.options, other.options),
            without=_both(self.without, other.without),
            audiences=_both(self.audiences, other.audiences),
            in_stock=self.in_stock or other.in_stock,
            products=_both(self.products, other.products),
        )


@dataclass(frozen=True, slots=True)
class Need:
    """A query understood. `text` is what is left to look up, in normal form."""

    text: str
    lang: Lang
    filters: Filters = field(default_factory=Filters)
    order: Order = "relevance"
    scenes: tuple[tuple[str, Scene], ...] = ()  # the word that named it
    mentions: tuple[Mention, ...] = ()  # words of the thesaurus in `text`
    currency: str = ""  # that the shopper named, when one was


_ZH_NOT = re.compile(
    r"(?:不想要|不要|别要|不喜欢|不考虑|排除|除了|避开)([^，,。；;！!？?\s]{1,12}?)(?:(?:以外|之外)?的|以外|之外|(?=[，,。；;！!？?\s]|$))"
)
_EN_NOT = re.compile(
    r"\b(?:but not|don't want|do not want|not|no|without|except|excluding|avoid)\s+(?:in\s+|the\s+|any\s+|a\s+)*"
    r"([a-z][a-z\-]*(?:\s+(?!and\b|or\b|but\b|for\b|under\b|below\b|please\b)[a-z][a-z\-]*)?)"
)
_SPLIT = re.compile(r"[和或与、及]|\bor\b|\band\b|,")
_BUDGET = re.compile(r"预算|价位|价格|budget|price")
_CHEAPEST = re.compile(
    r"(?:最|比较|更)?(?:便宜|实惠|划算|平价)(?:一?点)?|价格最低|最低价的|性价比高?|"
    r"\b(?:cheap|cheaper|cheapest|affordable|inexpensive|budget[ -]friendly|lowest[ -]priced?)\b"
)
_DEAREST = re.compile(r"最贵|价格最高|\b(?:most expensive|priciest|dearest)\b")
_IN_STOCK = re.compile(r"有现货|有货|现货|\bin stock\b|\bavailable now\b")
_SIZE = re.compile(
    r"(?<![\d.])(\d{2}(?:\.5)?|[smlx]{1,4})\s*[码号]|\bsize\s+(\d{1,2}(?:\.5)?|[smlx]{1,4})\b|(?<![a-z])(x{1,3}l)(?![a-z])"
)
_FILLER = re.compile(
    r"我想买|我想要|我要买|我要|想买|想要|想找|帮我|给我|推荐一下|推荐|介绍一下|介绍|有没有|有什么|有哪些|哪些|哪款|哪个|什么|"
    r"请问|适合|可以|一下|一款|一个|一双|一件|一些|几款|预算|价位|价格|你们|店里|这里|左右|吗|呢|吧|呀|的|了|"
    r"\b(?:i am|i'm|i|we|me|my|want|need|would|like|to|buy|get|looking|look|for|find|show|recommend|suggest|please|"
    r"between|something|anything|some|any good|any|do|you|have|sell|got|is|are|there|what|which|can|could|a|an|the|of|"
    r"with|"
    r"suitable|good|nice|budget|price|priced|around|about|hello|hi|that|one|ones)\b"
)
_MARKS = re.compile(r"[，,。；;！!？?：:“”\"()（）、~～]+|\s+")


def understand(query: str, thesaurus: Thesaurus, brands: Terms[str], lang: Lang | None = None) -> Need:
    """Take a query apart. `brands` are the shop's, each with its own spelling as the value."""
    text = normalise(query).text
    said = lang or language(query)
    filters, text, currency = _prices(text)
    order: Order = "cheapest" if _CHEAPEST.search(text) else "dearest" if _DEAREST.search(text) else "relevance"
    text = _DEAREST.sub(" ", _CHEAPEST.sub(" ", text))
    if _IN_STOCK.search(text):
        filters = replace(filters, in_stock=True)
        text = _IN_STOCK.sub(" ", text)
    without, text = _dislikes(text, thesaurus)
    sizes, text = _sizes(text)
    scenes = thesaurus.scenes_in(text)
    colours = tuple(_wanted_colours(thesaurus.find(text), text))
    named = {brand for _, _, brand in brands.find(text) if not _is_goods(brand, thesaurus)}
    text = _MARKS.sub(" ", _FILLER.sub(" ", text)).strip()
    audiences = tuple(mention.word for mention in thesaurus.find(text) if mention.in_section("audiences"))
    filters = replace(
        filters, without=without, options=colours + sizes, brands=tuple(sorted(named)), audiences=audiences
    )
    return Need(text, said, filters, order, scenes, tuple(thesaurus.find(text)), currency)


def _prices(text: str) -> tuple[Filters, str, str]:
    """The price limits of a text, and the text without them."""
    filters, currency = Filters(), ""
    spans: list[tuple[int, int]] = []
    for amount in find_quantities(text):
        limits = _limits(amount, text)
        if limits is None:
            continue
        low, high = limits
        filters = filters & Filters(price_min=low, price_max=high)
        if amount.quantity.dimension == "money":
            currency = amount.quantity.unit.id
        spans.append(amount.outer)
    for start, end in reversed(spans):
        text = text[:start] + " " + text[end:]
    return filters, text, currency


def _limits(amount: Amount, text: str) -> tuple[Decimal | None, Decimal | None] | None:
    """What an amount demands of the price; None when it is about something else (39码, 3件套, 500ml)."""
    quantity = amount.quantity
    low, high = min(quantity.base()), max(quantity.base())
    is_budget = bool(_BUDGET.search(text[max(0, amount.outer[0] - 12) : amount.outer[1] + 8]))
    if quantity.dimension != "money":
        bounded = quantity.bound in ("under", "most", "over", "least") or is_budget or (low != high and low >= 10)
        follows = text[amount.end : amount.end + 1]
        if quantity.dimension or quantity.sides or not bounded or follows in {"码", "号", "寸", "岁"}:
            return None
    if quantity.bound in ("under", "most"):
        return None, high
    if quantity.bound in ("over", "least"):
        return low, None
    if low != high:
        return low, high
    if is_budget:
        return None, high
    return (low * Decimal("0.8"), high * Decimal("1.2"))  # "200元左右", "a $50 gift"


def _dislikes(text: str, thesaurus: Thesaurus) -> tuple[tuple[str, ...], str]:
    found: list[str] = []

    def take(match: re.Match[str]) -> str:
        if any(mention.start <= match.start() < mention.end for mention in thesaurus.find(text)):
            return match[0]  # "no sugar" and the like are things to want
        for part in _SPLIT.split(match[1]):
            word = part.strip().removesuffix("的").removesuffix(" ones").removesuffix(" one")
            if word and not word.startswith("太"):  # 不要太贵 sets no limit that a catalogue could check
                mentions = thesaurus.find(word)
                found.extend([mention.word for mention in mentions] or [word])
        return " "

    text = _EN_NOT.sub(take, _ZH_NOT.sub(take, text))
    return tuple(dict.fromkeys(found)), text


def _sizes(text: str) -> tuple[tuple[str, ...], str]:
    sizes = tuple(next(filter(None, match.groups())) for match in _SIZE.finditer(text))
    return sizes, _SIZE.sub(" ", text)


def _wanted_colours(mentions: Iterable[Mention], text: str) -> Iterable[str]:
    for mention in mentions:
        if not mention.in_section("colours") or mention.in_section("goods"):
            continue
        if len(mention.word) > 1 or text[mention.end : mention.end + 1] in {"的", "色", ""}:
            yield mention.word


def _is_goods(word: str, thesaurus: Thesaurus) -> bool:
    """Apple is a brand and a fruit: such a word narrows nothing by itself."""
    return any(mention.in_section("goods") for mention in thesaurus.find(normalise(word).text))


def _both(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(left + right))
