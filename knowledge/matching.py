"""Whether a product is what a filter or a word means, in both languages."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cached_property

import rjieba

from knowledge.lexical import normalise, words
from knowledge.model import Attribute, Product, Text, Variant
from knowledge.thesaurus import Group, Thesaurus, contains, stemmed
from knowledge.understand import Filters, Need

_COLOUR_NAMES = ("颜色", "色", "colour", "color")
_LATIN = re.compile(r"[a-z0-9]+(?:[.'\-][a-z0-9]+)*")
_DENIALS = ("不", "无", "非", "0", "no ", "not ", "non-")


def texts(text: Text) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in (text.zh, text.en) if part))


def has(value: str, word: str) -> bool:
    """Whether a normalised value has a word without denying it: 不含酒精 has no alcohol."""
    if not contains(value, word):
        return False
    at = value.find(word)
    before = value[max(0, at - 4) : at]
    return at < 0 or not any(denial in before for denial in _DENIALS)


class Sheet:
    """A product made comparable; its parts are computed when first looked at, for most products never."""

    def __init__(self, product: Product, thesaurus: Thesaurus) -> None:
        self.product = product
        self._thesaurus = thesaurus

    @cached_property
    def title(self) -> str:
        return normalise(" / ".join(texts(self.product.title)))

    @cached_property
    def head(self) -> str:
        """What the product is: title, category, brand, tags."""
        product = self.product
        more = (*texts(product.category), product.brand, *product.tags)
        return normalise(" / ".join((*texts(product.title), *more)).replace("-", " "))

    @cached_property
    def body(self) -> str:
        """What else is said about it."""
        product = self.product
        values = [part for a in product.attributes for part in (*texts(a.name), *texts(a.value))]
        return normalise(" / ".join((*texts(product.brief), *values, *texts(product.description)))[:8000])

    @cached_property
    def kinds(self) -> frozenset[Group]:
        """What goods it is: the last that its title names in each language (a 手机支架 is a 支架), and its category."""
        found: set[Group] = set()
        for text in texts(self.product.title):
            named = [m for m in self._thesaurus.find(normalise(text)) if m.in_section("goods")]
            if named:
                found.update(group for group in named[-1].groups if group.section == "goods")
        return frozenset(found | self.category_kinds)

    @cached_property
    def category_kinds(self) -> frozenset[Group]:
        text = normalise(" / ".join(texts(self.product.category)).replace("-", " "))
        mentions = self._thesaurus.find(text)
        return frozenset(g for mention in mentions for g in mention.groups if g.section == "goods")

    @cached_property
    def audiences(self) -> frozenset[Group]:
        mentions = self._thesaurus.find(self.head)
        return frozenset(g for mention in mentions for g in mention.groups if g.section == "audiences")

    def passes(self, wanted: Filters) -> bool:
        """Whether it meets everything but the price limits, which are compared for all products at once."""
        product = self.product
        if wanted.in_stock and product.stock is not None and product.stock <= 0:
            return False
        if wanted.brands and normalise(product.brand) not in {normalise(brand) for brand in wanted.brands}:
            return False
        if wanted.categories and not any(self._in_category(name) for name in wanted.categories):
            return False
        if wanted.audiences and not self._suits(wanted.audiences):
            return False
        if wanted.options and not self._has_options(wanted):
            return False
        return not any(self._shows(word) for word in wanted.without)

    @cached_property
    def _said(self) -> tuple[str, str]:
        text = f"{self.head} / {self.body}"
        return text, stemmed(text)

    def says(self, wide: Iterable[str]) -> bool:
        """Whether any of these words stands in the product; a single character (枕, 被) only counts in its title."""
        text, stems = self._said
        return any(contains(self.title if len(word) == 1 else text, word, stems) for word in wide)

    def binding(self, want: str) -> tuple[str, Attribute | None] | None:
        """The word by which a wish is met and the attribute that says so (None: title or summary); None if unmet."""
        wide = self._thesaurus.widened(want)
        for attribute in self.product.attributes:
            value = normalise(" / ".join(texts(attribute.value)))
            name = normalise(" / ".join(texts(attribute.name)))
            for word in wide:
                says_no = value.startswith(("不", "无", "否", "no", "not "))
                if has(value, word) or (contains(name, word) and not says_no):
                    return word, attribute
        brief = normalise(" / ".join((*texts(self.product.title), *texts(self.product.brief))))
        return next(((word, None) for word in wide if has(brief, word)), None)

    def _in_category(self, name: str) -> bool:
        category = normalise(" / ".join(texts(self.product.category)).replace("-", " "))
        return any(contains(category, word) for word in self._thesaurus.widened(name))

    def _suits(self, wanted: Iterable[str]) -> bool:
        asked = {group for word in wanted for group in self._groups(word) if group.section == "audiences"}
        return not self.audiences or not asked or bool(asked & self.audiences)

    def _has_options(self, wanted: Filters) -> bool:
        """Whether one variant that can be bought has all the wished options, or attributes and title name them."""
        product = self.product
        variants = [variant for variant in product.variants if not wanted.in_stock or variant.stock != 0]
        for variant in variants or [Variant("")]:
            shown = variant.options + product.attributes
            if all(self._has_option(shown, word) for word in wanted.options):
                return True
        return False

    def _has_option(self, shown: Iterable[Attribute], word: str) -> bool:
        options = tuple(shown)
        if self._is_colour_word(word) and not any(_is_colour(option) for option in options):
            return any(has(self.title, other) for other in self._thesaurus.widened(word))
        return any(self._option_is(option, word) for option in options)

    def _option_is(self, option: Attribute, word: str) -> bool:
        values = [normalise(value) for value in texts(option.value)]
        wide = self._thesaurus.widened(word)
        if self._is_colour_word(word):
            return _is_colour(option) and any(contains(value, other) for other in wide for value in values)
        if len(word) <= 4 and word.isascii():  # a size is a whole value or a whole word of one, never a part
            return any(word in value.replace("/", " ").replace("码", " ").split() for value in values)
        return any(contains(value, other) for other in wide for value in values)

    def _shows(self, word: str) -> bool:
        """Whether it has what the shopper does not want; a colour only when nothing else can be chosen."""
        wide = self._thesaurus.widened(word)
        if self._is_colour_word(word):
            choices = [
                any(self._option_is(option, word) for option in variant.options)
                for variant in self.product.variants
                if any(_is_colour(option) for option in variant.options)
            ]
            if choices:
                return all(choices)
            return self._has_option(self.product.attributes, word)
        if any(contains(self.head, other) for other in wide):
            return True
        values = (normalise(" / ".join(texts(a.value))) for a in self.product.attributes)
        return any(has(value, other) for value in values for other in wide)

    def _is_colour_word(self, word: str) -> bool:
        return self._thesaurus.is_colour(word)

    def _groups(self, word: str) -> tuple[Group, ...]:
        return tuple(group for mention in self._thesaurus.find(normalise(word)) for group in mention.groups)


class Concepts:
    """What a query is about, piece by piece: words of the thesaurus, occasions, and the words that are in neither.
    `mend` gives the shop's nearest word for one it has not, or nothing."""

    def __init__(self, need: Need, thesaurus: Thesaurus, mend: Callable[[str], str]) -> None:
        self.goods = _head_goods(need)
        self._parts: list[tuple[float, tuple[str, ...]]] = []
        for mention in need.mentions:
            weight = 2.0 if mention.in_section("goods") else 1.0
            self._parts.append((weight, tuple(word for group in mention.groups for word in group.words)))
        for _, scene in need.scenes:
            self._parts.append((1.0, tuple(word for want in scene.wants for word in thesaurus.widened(want))))
        for word in _leftovers(need):
            self._parts.append((1.0, (word, mended) if (mended := mend(word)) else (word,)))

    def coverage(self, sheet: Sheet) -> float:
        """The share of the query that a product answers, 0..1."""
        whole = sum(weight for weight, _ in self._parts)
        if not whole:
            return 1.0
        met = sum(weight for weight, wide in self._parts if sheet.says(wide))
        return met / whole


def _head_goods(need: Need) -> frozenset[Group]:
    """The kind of goods asked for; of several the last one is the head: 手机 充电器 is a charger."""
    named = need.goods
    return frozenset(group for group in named.groups if group.section == "goods") if named else frozenset()


def _leftovers(need: Need) -> list[str]:
    text = need.text
    for mention in reversed(need.mentions):
        text = text[: mention.start] + " " + text[mention.end :]
    for word, _ in need.scenes:
        text = text.replace(word, " ")
    found = [word for word in _LATIN.findall(text) if words(word)]
    return found + [word for word in rjieba.cut(_LATIN.sub(" ", text)) if len(word) > 1 and not word.isspace()]


def _is_colour(option: Attribute) -> bool:
    name = normalise(" / ".join(texts(option.name)))
    return any(part in name for part in _COLOUR_NAMES)


def dearest(product: Product) -> Decimal:
    """The highest price among its variants."""
    prices = [variant.price for variant in product.variants if variant.price is not None]
    return max(prices, default=product.price or Decimal(0))
