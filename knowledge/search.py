"""Finding products for a shopper's sentence: understand it, score, filter, say why and what was let go."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.factsheet import money
from knowledge.matching import Concepts, Sheet, dearest, texts
from knowledge.model import Lang, Product, Text
from knowledge.retrieval import Retriever, Scores, best, fused
from knowledge.text import Terms
from knowledge.thesaurus import Thesaurus, language_of
from knowledge.understand import Filters, Need, understand

__all__ = ["Filters", "Hit", "SearchIndex", "SearchResult", "document_of", "text_of"]

_CANDIDATES = 100  # looked at closely
_COUNTED = 500  # products that pass are counted up to here
_LEAST = 0.3  # of the best score: what is worse is no answer to the same question
_BY_MEANING = 0.2  # of the query must be met, or nothing was found
Meaning = Callable[[str, Scores], tuple[Scores, float] | None]  # query, scores by words → by vectors, their share


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
    total: int = 0  # how many products fit, hits that `limit` left out included; 500 stands for 500 or more
    sure: bool = True  # false: the shop has no such goods, the hits are at best near to what was asked


class SearchIndex:
    """All products, ready to be searched; immutable, so threads may share it."""

    def __init__(self, products: Mapping[str, Product], thesaurus: Thesaurus, meaning: Meaning | None = None) -> None:
        self.products = tuple(products.values())
        self._thesaurus = thesaurus
        self._meaning = meaning
        self._sheets = [Sheet(product, thesaurus) for product in self.products]
        self._retriever = Retriever([document_of(product) for product in self.products])
        self._prices = _price_range(self.products)
        self._brands = Terms((product.brand, product.brand) for product in self.products if len(product.brand) > 1)

    def repriced(self, products: Mapping[str, Product]) -> "SearchIndex | None":
        """The index of `products` if they differ from these only in prices, stock and the like; None if words do."""
        if len(products) != len(self.products) or not all(
            new is old or (new.id == old.id and new.brand == old.brand and document_of(new) == document_of(old))
            for new, old in zip(products.values(), self.products, strict=False)
        ):
            return None
        index = object.__new__(SearchIndex)
        index.__dict__.update(self.__dict__)
        index.products = tuple(products.values())
        index._prices = _price_range(index.products)
        index._sheets = [
            old if old.product is product else Sheet(product, self._thesaurus)
            for product, old in zip(index.products, self._sheets, strict=True)
        ]
        return index

    def search(
        self, query: str, *, limit: int = 5, lang: Lang | None = None, filters: Filters | None = None
    ) -> SearchResult:
        """The best `limit` products for `query`, which may be empty when `filters` say it all."""
        need = understand(query[:2000], self._thesaurus, self._brands, lang)
        wanted = need.filters & (filters or Filters())
        concepts = Concepts(need, self._thesaurus, self._retriever.mend)
        places, scores = self._relevant(need, concepts, wanted)
        fitting, relaxed = self._filtered(places, wanted, need)
        sure = scores is None or not concepts.goods or any(concepts.goods & self._sheets[p].kinds for p in fitting)
        hits = self._ranked(fitting, scores, need, wanted, limit)
        return SearchResult(hits, relaxed, wanted, len(fitting), sure)

    def _relevant(self, need: Need, concepts: Concepts, wanted: Filters) -> tuple[NDArray[np.int64], Scores | None]:
        """The places of products that the words fit, with all scores; every place and None when there are no words."""
        everything = np.arange(len(self.products))
        if wanted.products:
            chosen = set(wanted.products)
            everything = np.array([p for p in everything if self.products[p].id in chosen], np.int64)
        if not need.text and not need.scenes:
            return everything, None
        scores = self._scores(need)
        if wanted.products:
            return everything, scores
        places = best(scores, max(_CANDIDATES, len(self.products) if self._is_narrow(wanted) else 0))
        close = places[:_CANDIDATES]
        for place in close:
            sheet = self._sheets[place]
            covered = concepts.coverage(sheet)
            scores[place] *= 0.0 if covered < _BY_MEANING else 0.4 + 0.6 * covered
            if concepts.goods & sheet.kinds:
                scores[place] += 0.4
            elif concepts.goods and sheet.kinds:
                scores[place] *= 0.6  # it has the word, but is something else: a case for the phone
            if any(sheet.says(scene.avoids) for _, scene in need.scenes):
                scores[place] *= 0.5
            if sheet.product.stock is not None and sheet.product.stock <= 0:
                scores[place] *= 0.8
        top = float(scores[close].max(initial=0.0))
        return places[(scores[places] >= _LEAST * top) & (scores[places] > 0)], scores

    @staticmethod
    def _is_narrow(wanted: Filters) -> bool:
        """Whether few products may pass: then also those are looked at that the words put far down."""
        return wanted != Filters()

    def _scores(self, need: Need) -> Scores:
        more = list(self._synonyms(need))
        more += [(want, 0.5) for _, scene in need.scenes for word in scene.wants for want in self._wide(word)]
        by_words = self._retriever.scores(need.text, more)
        found = self._meaning(need.text, by_words) if self._meaning is not None and need.text else None
        return by_words if found is None else fused(by_words, *found)

    def _synonyms(self, need: Need) -> Iterator[tuple[str, float]]:
        for mention in need.mentions:
            for word in self._thesaurus.widened(mention.word):
                if word != mention.word:
                    yield word, 0.9 if language_of(word) != language_of(mention.word) else 0.35

    def _wide(self, want: str) -> tuple[str, ...]:
        return self._thesaurus.widened(want)[:5]

    def _filtered(
        self, places: NDArray[np.int64], wanted: Filters, need: Need
    ) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """The places that pass, and what had to be let go so that any does."""
        let_go: list[str] = []
        for loosened, said in self._loosenings(wanted, need):
            if said:
                let_go.append(said)
            kept = self._passing(places, loosened)
            if len(kept):
                return kept, tuple(let_go)
        return np.array([], np.int64), ()

    def _passing(self, places: NDArray[np.int64], wanted: Filters) -> NDArray[np.int64]:
        """The first places that pass, at most `_COUNTED`: prices are compared all at once, the rest one by one."""
        low, high = self._prices
        if wanted.price_max is not None:
            places = places[low[places] <= float(wanted.price_max)]
        if wanted.price_min is not None:
            places = places[high[places] >= float(wanted.price_min)]
        passing = (place for place in places if self._sheets[place].passes(wanted))
        return np.fromiter(islice(passing, _COUNTED), np.int64)

    def _loosenings(self, wanted: Filters, need: Need) -> Iterator[tuple[Filters, str]]:
        """The filters as they are, then one wish less at a time: the least painful goes first."""
        yield wanted, ""
        now, lang = wanted, need.lang
        currency = next((product.currency for product in self.products), "CNY")
        if now.price_max is not None:
            yield replace(now, price_max=now.price_max * 13 / 10), _price_note(now, currency, lang)
        for name in ("in_stock", "options", "brands", "price", "audiences", "without", "categories"):
            loosened = _let_go(now, name)
            if loosened != now:
                # The price's note was given above when it was only stretched.
                said = "" if name == "price" and now.price_max is not None else _note(now, name, currency, lang)
                now = loosened
                yield now, said

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
        sheet, lang = self._sheets[place], need.lang
        product = sheet.product
        reasons = []
        for group in dict.fromkeys(group for mention in need.mentions for group in mention.groups):
            if sheet.says(group.words):
                reasons.append(group.name(lang))
        if wanted.price_max is not None and product.price is not None and product.price <= wanted.price_max:
            price, limit = (money(amount, product.currency, lang) for amount in (product.price, wanted.price_max))
            reasons.append(f"{price}，不超过{limit}" if lang == "zh" else f"{price}, within {limit}")
        for word, scene in need.scenes:
            met = next((found for want in scene.wants if (found := sheet.binding(want)) is not None), None)
            if met is None:
                continue
            name = met[0] if language_of(met[0]) == lang else self._thesaurus.name(met[0])(lang)
            if met[1] is not None:
                shown = f"{met[1].name(lang)} {met[1].value(lang)}"
                name += f"（{shown}）" if lang == "zh" else f" ({shown})"
            reasons.append(f"{word}：{name}" if lang == "zh" else f"{word}: {name}")
        return tuple(dict.fromkeys(reasons))


def document_of(product: Product) -> tuple[tuple[str, float], ...]:
    """The words a product is found by, and how much they count."""
    options = {part for variant in product.variants for option in variant.options for part in texts(option.value)}
    attributes = " ".join(part for a in product.attributes for part in (*texts(a.name), *texts(a.value)))
    return (
        (" ".join(texts(product.title)), 3.0),
        (" ".join((*texts(product.category), product.brand, *product.tags)), 2.0),
        (" ".join(texts(product.brief)), 1.0),
        (attributes[:4000], 1.0),
        (" ".join(sorted(options))[:2000], 0.5),
        (" ".join(texts(product.description))[:4000], 0.5),
    )


def text_of(product: Product) -> str:
    """What an embedder reads of a product."""
    return " ".join(text for text, _ in document_of(product) if text)[:2000]


def _price_range(products: Sequence[Product]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest price of each product; nan, which no limit lets pass, without one."""
    lows = np.array([np.nan if product.price is None else float(product.price) for product in products], np.float64)
    highs = np.array([np.nan if product.price is None else float(dearest(product)) for product in products], np.float64)
    return lows, highs


def _let_go(filters: Filters, name: str) -> Filters:
    if name == "price":
        return replace(filters, price_min=None, price_max=None)
    nothing: dict[str, Any] = {name: False if name == "in_stock" else ()}
    return replace(filters, **nothing)


def _note(filters: Filters, name: str, currency: str, lang: Lang) -> str:
    if name == "price":
        return _price_note(filters, currency, lang)
    value = getattr(filters, name)
    words = ("、" if lang == "zh" else ", ").join(value) if isinstance(value, tuple) else ""
    said = {
        "in_stock": Text("没有符合条件的现货", "nothing that fits is in stock"),
        "options": Text(f"没有{words}的", f"nothing in {words}"),
        "brands": Text(f"没有品牌{words}的", f"nothing by {words}"),
        "without": Text(f"避不开{words}", f"nothing without {words}"),
        "audiences": Text(f"没有专给{words}的", f"nothing for {words}"),
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
