"""Finding products for a shopper's sentence: understand it, filter, score what is left, say why and what was let go."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.factsheet import money
from knowledge.model import Attribute, Lang, Product, Text, Variant
from knowledge.retrieval import Retriever, Scores, best
from knowledge.text import Terms, normalise
from knowledge.thesaurus import Group, Thesaurus, contains, language_of
from knowledge.understand import Filters, Need, understand

__all__ = ["Filters", "Hit", "SearchIndex", "SearchResult"]

_CANDIDATES = 80  # looked at closely; the rest of a page of hits never needs more
_LEAST = 0.3  # of the best score: what is worse is no answer to the same question
_COLOUR_NAMES = ("颜色", "色", "colour", "color")


@dataclass(frozen=True, slots=True)
class Hit:
    product: Product
    score: float  # 0..1, comparable within one result
    reasons: tuple[str, ...] = ()  # what speaks for it, in the query's language


@dataclass(frozen=True, slots=True)
class SearchResult:
    hits: tuple[Hit, ...] = ()
    relaxed: tuple[str, ...] = ()  # wishes nothing met and that were let go, in the query's language
    filters: Filters = field(default_factory=Filters)  # what the query demanded, before anything was let go
    total: int = 0  # how many products fit, hits that `limit` left out included


@dataclass(frozen=True, slots=True)
class _Words:
    """A product's texts in normal form, kept for filters and reasons."""

    head: str  # title, category, brand, tags
    body: str


class SearchIndex:
    """All products, ready to be searched; immutable. `renewed` makes the next one, cheaply when no words changed."""

    def __init__(
        self,
        products: Mapping[str, Product],
        thesaurus: Thesaurus,
        vectors: Callable[[str], tuple[Scores, float] | None] = lambda _query: None,
    ) -> None:
        self.products = tuple(products.values())
        self._thesaurus = thesaurus
        self._vectors = vectors
        self._words = [_words_of(product) for product in self.products]
        self._retriever = Retriever([document_of(product) for product in self.products])
        self._brands = Terms((product.brand, product.brand) for product in self.products if len(product.brand) > 1)

    def renewed(
        self,
        products: Mapping[str, Product],
        vectors: Callable[[str], tuple[Scores, float] | None] = lambda _query: None,
    ) -> "SearchIndex":
        """The index of `products`; keeps the words of this one when only prices, stock and the like differ."""
        same = len(products) == len(self.products) and all(
            new is old or (new.id == old.id and document_of(new) == document_of(old))
            for new, old in zip(products.values(), self.products, strict=False)
        )
        if not same:
            return SearchIndex(products, self._thesaurus, vectors)
        index = object.__new__(SearchIndex)
        index.__dict__.update(self.__dict__)
        index.products = tuple(products.values())
        index._vectors = vectors
        return index

    def search(
        self, query: str, *, limit: int = 5, lang: Lang | None = None, filters: Filters | None = None
    ) -> SearchResult:
        """The best `limit` products for `query`, which may be empty when `filters` say it all."""
        need = understand(query[:2000], self._thesaurus, self._brands, lang)
        wanted = need.filters & (filters or Filters())
        if not self.products:
            return SearchResult(filters=wanted)
        scores = self._scores(need)
        relevant = best(scores, max(_CANDIDATES, 20 * limit)) if scores is not None else np.arange(len(self.products))
        if scores is not None and len(relevant):
            relevant = relevant[scores[relevant] >= _LEAST * scores[relevant[0]]]
        if wanted.products:
            chosen = set(wanted.products)
            relevant = np.array([place for place in range(len(self.products)) if self.products[place].id in chosen])
        fitting, relaxed = self._filtered(relevant, wanted, need)
        return SearchResult(self._ranked(fitting, scores, need, wanted, limit), relaxed, wanted, len(fitting))

    def _scores(self, need: Need) -> Scores | None:
        """One score a product; None when the query named nothing to look up."""
        if not need.text and not need.scenes:
            return None
        vectors = self._vectors(need.text) if need.text else None
        more = list(self._synonyms(need)) + [
            (want, 0.5) for _, scene in need.scenes for want in self._wants(scene.wants)
        ]
        found = self._retriever.scores(need.text, more, *(vectors or (None, 0.0)))
        places = best(found, _CANDIDATES)
        for place in places:
            words = self._words[place]
            for group in _goods(need):
                if any(contains(words.head, word) for word in group.words):
                    found[place] += 0.3
            stock = self.products[place].stock
            if stock is not None and stock <= 0:
                found[place] *= 0.8
        return found

    def _synonyms(self, need: Need) -> Iterator[tuple[str, float]]:
        for mention in need.mentions:
            for word in self._thesaurus.widened(mention.word):
                if word != mention.word:
                    yield word, 0.9 if language_of(word) != language_of(mention.word) else 0.35

    def _wants(self, wants: Sequence[str]) -> Iterator[str]:
        for want in wants:
            yield from self._thesaurus.widened(want)[:4]

    def _filtered(
        self, places: NDArray[np.int64], wanted: Filters, need: Need
    ) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """The places that pass, and what had to be let go so that any does."""
        let_go: list[str] = []
        for loosened, said in self._loosenings(wanted, need):
            if said:
                let_go.append(said)
            kept = np.array([place for place in places if self._passes(int(place), loosened)], np.int64)
            if len(kept):
                return kept, tuple(let_go)
        return np.array([], np.int64), ()

    def _loosenings(self, wanted: Filters, need: Need) -> Iterator[tuple[Filters, str]]:
        """The filters as they are, then with one wish less at a time: the least painful goes first."""
        yield wanted, ""
        now, lang = wanted, need.lang
        for name in ("in_stock", "options", "brands", "without", "categories"):
            value = getattr(now, name)
            if value:
                now = _without(now, name)
                yield now, _let_go(name, value, lang)
        currency = next((product.currency for product in self.products), "CNY")
        if now.price_max is not None and now.price_min is None:
            yield replace(now, price_max=now.price_max * 13 / 10), _price_note(now, currency, lang)
            yield replace(now, price_max=None), ""
        elif now.price_min is not None or now.price_max is not None:
            yield replace(now, price_min=None, price_max=None), _price_note(now, currency, lang)

    def _passes(self, place: int, wanted: Filters) -> bool:
        product, words = self.products[place], self._words[place]
        price = product.price
        if wanted.price_max is not None and (price is None or price > wanted.price_max):
            return False
        if wanted.price_min is not None and (price is None or _dearest(product) < wanted.price_min):
            return False
        if wanted.in_stock and product.stock is not None and product.stock <= 0:
            return False
        if wanted.brands and normalise(product.brand).text not in {normalise(brand).text for brand in wanted.brands}:
            return False
        if wanted.categories and not any(self._in_category(product, name) for name in wanted.categories):
            return False
        if wanted.options and not self._has_options(product, wanted):
            return False
        return not any(self._shows(product, words, word) for word in wanted.without)

    def _in_category(self, product: Product, name: str) -> bool:
        category = normalise(f"{product.category.zh} {product.category.en}").text
        return any(contains(category, word) for word in self._thesaurus.widened(name))

    def _has_options(self, product: Product, wanted: Filters) -> bool:
        """Whether one variant that can be bought has all the wished options, or the product's attributes name them."""
        variants = [variant for variant in product.variants if not wanted.in_stock or variant.stock != 0]
        for variant in variants or [Variant("")]:
            shown = variant.options + product.attributes
            if all(any(self._option_is(option, word) for option in shown) for word in wanted.options):
                return True
        return False

    def _option_is(self, option: Attribute, word: str) -> bool:
        values = [normalise(value).text for value in (option.value.zh, option.value.en) if value]
        if any(group.section == "colours" for group in self._groups(word)):
            return _is_colour(option) and any(
                contains(value, other) for other in self._thesaurus.widened(word) for value in values
            )
        if len(word) <= 4 and word.isascii():  # a size is a whole value or a whole word of one, never a part
            return any(word in value.replace("/", " ").replace("码", " ").split() for value in values)
        return any(contains(value, other) for other in self._thesaurus.widened(word) for value in values)

    def _shows(self, product: Product, words: _Words, word: str) -> bool:
        """Whether a product has what the shopper does not want. A colour counts when every variant has it."""
        wide = self._thesaurus.widened(word)
        if any(group.section == "colours" for group in self._groups(word)):
            choices = [
                any(self._option_is(option, word) for option in variant.options)
                for variant in product.variants
                if any(_is_colour(option) for option in variant.options)
            ]
            if choices:
                return all(choices)
            return any(self._option_is(option, word) for option in product.attributes)
        if any(contains(words.head, other) for other in wide):
            return True
        values = (normalise(f"{a.value.zh} {a.value.en}").text for a in product.attributes)
        return any(_has_positively(value, other) for value in values for other in wide)

    def _groups(self, word: str) -> tuple[Group, ...]:
        return tuple(group for mention in self._thesaurus.find(normalise(word).text) for group in mention.groups)

    def _ranked(
        self, places: NDArray[np.int64], scores: Scores | None, need: Need, wanted: Filters, limit: int
    ) -> tuple[Hit, ...]:
        found = [(place, float(scores[place]) if scores is not None else 1.0) for place in map(int, places)]
        top = max((score for _, score in found), default=1.0) or 1.0
        if need.order == "relevance":
            found.sort(key=lambda pair: -pair[1])
        else:
            sign = 1 if need.order == "cheapest" else -1  # among what fits well: the cheapest phone is no phone case
            found.sort(key=lambda pair: (pair[1] < 0.6 * top, sign * (self.products[pair[0]].price or Decimal(0))))
        return tuple(
            Hit(self.products[place], round(min(1.0, score / top), 4), self._reasons(place, need, wanted))
            for place, score in found[:limit]
        )

    def _reasons(self, place: int, need: Need, wanted: Filters) -> tuple[str, ...]:
        product, words, lang = self.products[place], self._words[place], need.lang
        reasons = []
        for group in dict.fromkeys(group for mention in need.mentions for group in mention.groups):
            if any(contains(words.head, word) or contains(words.body, word) for word in group.words):
                reasons.append(group.name(lang))
        if wanted.price_max is not None and product.price is not None and product.price <= wanted.price_max:
            reasons.append(
                f"{money(product.price, product.currency, lang)}"
                f"{'，不超过' if lang == 'zh' else ', within '}{money(wanted.price_max, product.currency, lang)}"
            )
        for word, scene in need.scenes:
            for want in scene.wants:
                if bound := self._bound(product, want, lang):
                    reasons.append(f"{word}：{bound}" if lang == "zh" else f"{word}: {bound}")
                    break
        return tuple(dict.fromkeys(reasons))

    def _bound(self, product: Product, want: str, lang: Lang) -> str:
        """The attribute, or the title, that shows a wish is met: "防滑（鞋底材质 TPR防滑橡胶）"."""
        wide = self._thesaurus.widened(want)
        name = want if lang == "zh" else next((word for word in wide if word.isascii()), want)
        for attribute in product.attributes:
            value = normalise(f"{attribute.value.zh} {attribute.value.en}").text
            if any(_has_positively(value, word) for word in wide):
                return (
                    f"{name}（{attribute.name('zh')} {attribute.value('zh')}）"
                    if lang == "zh"
                    else (f"{name} ({attribute.name('en')}: {attribute.value('en')})")
                )
        head = normalise(f"{product.title.zh} {product.title.en} {product.brief.zh} {product.brief.en}").text
        return name if any(_has_positively(head, word) for word in wide) else ""


def document_of(product: Product) -> tuple[tuple[str, float], ...]:
    """The words a product is found by, and how much they count."""
    options = {text for variant in product.variants for option in variant.options for text in _both(option.value)}
    attributes = " ".join(text for a in product.attributes for text in (*_both(a.name), *_both(a.value)))
    return (
        (" ".join(_both(product.title)), 3.0),
        (" ".join((*_both(product.category), product.brand, *product.tags)), 2.0),
        (" ".join(_both(product.brief)), 1.0),
        (attributes[:4000], 1.0),
        (" ".join(sorted(options))[:2000], 0.5),
        (" ".join(_both(product.description))[:4000], 0.5),
    )


def text_of(product: Product) -> str:
    """What an embedder reads of a product."""
    return " ".join(text for text, _ in document_of(product) if text)[:2000]


def _words_of(product: Product) -> _Words:
    document = document_of(product)
    return _Words(
        normalise(" ".join(text for text, _ in document[:2])).text,
        normalise(" ".join(text for text, _ in document[2:])).text,
    )


def _goods(need: Need) -> tuple[Group, ...]:
    """The kinds of goods asked for; the last one named is the head: 手机 充电器 is a charger."""
    named = [mention for mention in need.mentions if mention.in_section("goods")]
    return tuple(group for group in named[-1].groups if group.section == "goods") if named else ()


def _both(text: Text) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in (text.zh, text.en) if part))


def _is_colour(option: Attribute) -> bool:
    name = normalise(f"{option.name.zh} {option.name.en}").text
    return any(part in name for part in _COLOUR_NAMES)


def _has_positively(value: str, word: str) -> bool:
    """Whether a value has a word without denying it: 不含酒精 has no alcohol."""
    if not contains(value, word):
        return False
    at = value.find(word)
    before = value[max(0, at - 4) : at]
    return at < 0 or not any(no in before for no in ("不", "无", "非", "0", "no ", "not ", "non-"))


def _dearest(product: Product) -> Decimal:
    prices = [variant.price for variant in product.variants if variant.price is not None]
    return max(prices, default=product.price or Decimal(0))


def _without(filters: Filters, name: str) -> Filters:
    if name == "in_stock":
        return replace(filters, in_stock=False)
    nothing: dict[str, Any] = {name: ()}
    return replace(filters, **nothing)


def _let_go(name: str, value: object, lang: Lang) -> str:
    words = ("、" if lang == "zh" else ", ").join(value) if isinstance(value, tuple) else ""
    said = {
        "in_stock": Text("没有符合条件的现货", "nothing that fits is in stock"),
        "options": Text(f"没有{words}的", f"nothing in {words}"),
        "brands": Text(f"没有品牌{words}的", f"nothing by {words}"),
        "without": Text(f"避不开{words}", f"nothing without {words}"),
        "categories": Text(f"{words}里没有", f"nothing in {words}"),
    }
    return said[name](lang)


def _price_note(wanted: Filters, currency: str, lang: Lang) -> str:
    low = "" if wanted.price_min is None else money(wanted.price_min, currency, lang)
    high = "" if wanted.price_max is None else money(wanted.price_max, currency, lang)
    if low and high:
        return f"{low}到{high}之间没有" if lang == "zh" else f"nothing between {low} and {high}"
    if high:
        return f"{high}以内没有" if lang == "zh" else f"nothing under {high}"
    return f"{low}以上没有" if lang == "zh" else f"nothing over {low}"
