"""Finding products for a shopper's sentence: understand it, score, filter, say why and what was let go."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import islice, zip_longest
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.kept import Kept
from knowledge.lexical import normalise
from knowledge.matching import Concepts, Said, Sheet, Wish, dearest, texts, wishes_of
from knowledge.measures import Order as Extreme
from knowledge.measures import measure_of, ordered
from knowledge.model import Lang, Product
from knowledge.reasons import LeftOut, Reason, reasons_for, why_left_out
from knowledge.relax import Missed, least_painful, nearest, notes, price_of, unstated
from knowledge.retrieval import Retriever, Scores, best, fused
from knowledge.text import Terms
from knowledge.thesaurus import Thesaurus, language_of
from knowledge.understand import Filters, Need, ShopWords, understand_all

__all__ = ["Filters", "Hit", "LeftOut", "Reason", "SearchIndex", "SearchResult", "Weighed", "document_of", "text_of"]

_CANDIDATES = 100  # looked at closely
_REREAD = 50  # handed to a reranker, when there is one
_COUNTED = 100  # products that pass are looked for up to here, best first
_SORTED = 500  # up to here when they are to be put in an order of their own
_LEAST = 0.3  # of the best score: what is worse is no answer to the same question
_WEIGHED = 1000  # of them are weighed when no wish less than all can be met
_LOOKED_BACK = 60  # of them are asked why they were left out, until `_LEFT_OUT` are
_LEFT_OUT = 5
_LEANING = 1.0  # of the best score: how much "轻一点的" moves what fits well
_GOOD = 0.6  # of the best score: fits well enough to be put in order by price or measure
_STATED = 0.3  # of the best score, added for each property wished for that the product speaks of
_LEAST_OF_ALL = 0.1  # the same where no kind of goods is named: anything may be a present
_LIKED = 0.5  # added when a present has to do with what the person likes
_NAMED_FOR = 0.2  # added for each occasion that title or tags name
_BY_MEANING = 0.2  # of the query must be met, or nothing was found
_FOUND = 1000  # searches whose results are kept until something about the products changes
Reread = Callable[[str, Sequence[str], Sequence[float]], list[float] | None]  # query, texts, scores → better scores


_Asked = tuple[str, int, Lang | None, Filters | None]


class Meaning(Protocol):
    """Finds by vectors."""

    @property
    def steady(self) -> bool:
        """Whether it would say the same again."""
        ...

    def __call__(self, query: str, by_words: Scores, /) -> tuple[Scores, float] | None:
        """Scores by vectors and the share they should make up, given those by words; None without vectors."""
        ...


@dataclass(frozen=True, slots=True)
class Hit:
    product: Product
    score: float  # 0..1, comparable within one result
    reasons: tuple[Reason, ...] = ()  # what speaks for it, in the query's language


@dataclass(frozen=True, slots=True)
class SearchResult:
    hits: tuple[Hit, ...] = ()
    relaxed: tuple[str, ...] = ()  # wishes nothing met and that were let go, in the query's language
    filters: Filters = field(default_factory=Filters)  # what the query demanded, before anything was let go
    total: int = 0  # how many products fit, hits that `limit` left out included; from 100 on it may be more
    left_out: tuple[LeftOut, ...] = ()  # the best that a wish kept out, and why; at most five
    need: Need | None = None  # what was understood
    sure: bool = True  # false: the shop has no such goods, the hits are at best near to what was asked
    parts: tuple["SearchResult", ...] = ()  # one for each need when the query has several; `hits` then takes turns


@dataclass(frozen=True, slots=True)
class Weighed:
    """One product held against a need: what of it the product meets and misses."""

    meets: tuple[Reason, ...]
    misses: tuple[Reason, ...]
    other: bool  # it is known to be another kind of goods than was asked for
    wanted: Filters  # what it was held against


class SearchIndex:
    """All products, ready to be searched; immutable, so threads may share it."""

    def __init__(
        self,
        products: Mapping[str, Product],
        thesaurus: Thesaurus,
        meaning: Meaning | None = None,
        reread: Reread | None = None,
    ) -> None:
        self.products = tuple(products.values())
        self._thesaurus = thesaurus
        self._meaning = meaning
        self._reread = reread
        self._sheets = [Sheet(product, thesaurus) for product in self.products]
        for sheet in self._sheets:
            _ = sheet.kinds  # asked of thousands in the first searches already
        self._retriever = Retriever([document_of(product) for product in self.products])
        self._prices = _price_range(self.products)
        self._words = _shop_words(self.products, thesaurus, self._retriever)
        self._begin()

    def _begin(self) -> None:
        """Nothing has been asked yet of these products as they are."""
        self._said = Said(self._sheets)
        self._found: Kept[_Asked, SearchResult] = Kept(_FOUND)

    def repriced(self, products: Mapping[str, Product]) -> "SearchIndex | None":
        """The index of `products` if they differ from these only in prices, stock and the like; None if words do."""
        same = self._places_of(products)
        if len(same) != len(self.products) or not np.array_equal(same, np.arange(len(same))):
            return None
        return self._with(products, same, self._retriever, self._meaning)

    def edited(self, products: Mapping[str, Product], meaning: Meaning | None) -> "SearchIndex":
        """The index of `products`; those whose words are as they were are not read again."""
        kept = self._places_of(products)
        new = [document_of(product) for product, place in zip(products.values(), kept, strict=True) if place < 0]
        return self._with(products, kept, self._retriever.edited(kept, new), meaning)

    def _places_of(self, products: Mapping[str, Product]) -> NDArray[np.int64]:
        """Where each product stands here, -1 when it is new or its words have changed."""
        kept = np.full(len(products), -1, np.int64)
        for number, product in enumerate(products.values()):
            place = self._places.get(product.id, -1)
            if place >= 0 and _reads_same(product, self.products[place]):
                kept[number] = place
        return kept

    def _with(
        self,
        products: Mapping[str, Product],
        kept: NDArray[np.int64],
        retriever: Retriever,
        meaning: Meaning | None,
    ) -> "SearchIndex":
        index = object.__new__(SearchIndex)
        index.__dict__.update(self.__dict__)
        index.__dict__.pop("_places", None)
        index.products = tuple(products.values())
        index._retriever = retriever
        index._meaning = meaning
        index._prices = _price_range(index.products)
        if retriever is not self._retriever:
            index._words = _shop_words(index.products, self._thesaurus, retriever)
        index._sheets = [
            self._sheets[place] if place >= 0 and self.products[place] is product else Sheet(product, self._thesaurus)
            for product, place in zip(index.products, kept.tolist(), strict=True)
        ]
        index._begin()
        return index

    @cached_property
    def _places(self) -> dict[str, int]:
        return {product.id: place for place, product in enumerate(self.products)}

    def search(
        self, query: str, *, limit: int = 5, lang: Lang | None = None, filters: Filters | None = None
    ) -> SearchResult:
        """The best `limit` products for `query`, which may be empty when `filters` say it all."""
        asked = query[:2000], limit, lang, filters
        if (known := self._found.find(asked)) is not None:
            return known
        steady = self._reread is None and (self._meaning is None or self._meaning.steady)
        needs = understand_all(query[:2000], self._thesaurus, self._words, lang)
        found = [self._answer(need, need.filters & (filters or Filters()), limit) for need in needs]
        result = found[0] if len(found) == 1 else _together(found, limit)
        # Only what another search would find again: vectors may still be missing, a reranker may be too slow once.
        return self._found.keep(asked, result) if steady else result

    def weigh(self, query: str, product_id: str, *, lang: Lang | None = None) -> Weighed | None:
        """Why this product, and why not; of several needs the one counts that it meets best. None when the index has no
        such product."""
        if (place := self._places.get(product_id)) is None:
            return None
        needs = understand_all(query[:2000], self._thesaurus, self._words, lang)
        weighed = [self._weighed(place, need) for need in needs]
        return min(weighed, key=lambda one: (one.other, len(one.misses), -len(one.meets)))

    def shows(self, product_id: str, words: Sequence[str]) -> bool:
        """Whether the product has any of these: materials, ingredients, colours, kinds."""
        place = self._places.get(product_id)
        return place is not None and any(self._sheets[place].shows(word) for word in words)

    def _weighed(self, place: int, need: Need) -> Weighed:
        sheet, wanted = self._sheets[place], need.filters
        other = self._is_other(place, Concepts(need, self._thesaurus, self._retriever.mend))
        wishes = [wish for wish in wishes_of(wanted, need, self._thesaurus) if not other or wish.kind != "avoids"]
        missed = self._missed(place, wanted, wishes, False)
        return Weighed(
            reasons_for(sheet, need, wanted, self._thesaurus),
            why_left_out(sheet, missed, need, wanted, self._thesaurus),
            other,
            wanted,
        )

    def _answer(self, need: Need, wanted: Filters, limit: int) -> SearchResult:
        concepts = Concepts(need, self._thesaurus, self._retriever.mend)
        wishes = wishes_of(wanted, need, self._thesaurus)
        places, scores = self._relevant(need, concepts, wanted)
        in_order = need.order != "relevance" or need.by is not None
        most = max(limit, _SORTED if in_order or need.prefers else _COUNTED)
        whole = scores is None and in_order
        fitting, let_go = self._fitting(places, wanted, wishes, concepts, None if whole else most)
        relaxed: tuple[str, ...] = ()
        if let_go is not None:
            relaxed = notes(let_go, wishes, wanted, self._currency, need.lang, self._name(need))
        hits = self._ranked(fitting, scores, nearest(need, let_go, wanted), wanted, limit)
        relaxed += self._unstated(hits, fitting, need, wanted)
        sure = scores is None or not concepts.goods or any(concepts.goods & self._sheets[p].kinds for p in fitting)
        return SearchResult(
            hits,
            relaxed,
            wanted,
            len(fitting),
            self._left_out(places, scores, fitting, need, wanted, wishes, concepts),
            need,
            sure,
        )

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
        close = best(scores, _CANDIDATES)
        covers = concepts.coverage(self._sheets, self._said)
        goods = frozenset() if wanted.any_kind else concepts.goods
        for place in map(int, close):
            sheet = self._sheets[place]
            covered = covers(place)
            scores[place] *= 0.0 if covered < _BY_MEANING else 0.4 + 0.6 * covered
            scores[place] += _NAMED_FOR * concepts.named_for(sheet) + _LIKED * concepts.is_liked(sheet)
            if goods & sheet.kinds:
                scores[place] += 0.4
            elif goods and sheet.kinds:
                scores[place] *= 0.6  # it has the word, but is something else: a case for the phone
            if sheet.product.stock is not None and sheet.product.stock <= 0:
                scores[place] *= 0.8
        top = float(scores[close].max(initial=0.0))
        least = _LEAST if concepts.goods else _LEAST_OF_ALL
        places = np.flatnonzero(scores > 0) if self._is_narrow(wanted) else close
        places = places[(scores[places] >= least * top) & (scores[places] > 0)]
        return places[np.argsort(-scores[places], kind="stable")], scores

    @staticmethod
    def _is_narrow(wanted: Filters) -> bool:
        """Whether few products may pass: then also those are looked at that the words put far down."""
        return wanted != Filters()

    def _scores(self, need: Need) -> Scores:
        more = list(self._synonyms(need))
        more += [(want, 0.5) for _, scene in need.scenes for word in scene.wants for want in self._wide(word)]
        more += [(word, 0.5) for _, scene in need.scenes for word in scene.when]
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

    def _fitting(
        self,
        places: NDArray[np.int64],
        wanted: Filters,
        wishes: Sequence[Wish],
        concepts: Concepts,
        most: int | None,
    ) -> tuple[list[int], Missed | None]:
        """The places that meet every wish, in order; when none does, those that miss what hurts least, and what that
        is. Other goods than were asked for come in only when the shop has none of the kind."""
        has_kind = bool(concepts.goods) and not wanted.any_kind
        has_kind = has_kind and any(self._is_kind(place, concepts) for place in places[:_WEIGHED])
        passing = self._passing(places, wanted, wishes, concepts if has_kind else None)
        kept = list(islice(passing, most))
        if kept and (not has_kind or any(self._is_kind(place, concepts) for place in kept)):
            return kept, None
        weighed = [
            self._missed(place, wanted, wishes, has_kind and not self._is_kind(place, concepts))
            for place in map(int, places[:_WEIGHED])
        ]
        chosen = least_painful(weighed)
        if chosen is None:
            return [], None
        return [missed.place for missed in weighed if missed.within(chosen)], chosen

    def _unstated(self, hits: Sequence[Hit], fitting: Sequence[int], need: Need, wanted: Filters) -> tuple[str, ...]:
        """The properties wished for that none of the best hits speaks of."""
        if not hits or not wanted.features:
            return ()
        shown = {hit.product.id for hit in hits}
        sheets = [self._sheets[place] for place in fitting if self.products[place].id in shown]
        words = (w for w in wanted.features if not any(sheet.says(self._thesaurus.widened(w)) for sheet in sheets))
        return tuple(unstated(self._thesaurus.name(word)(need.lang), need.lang) for word in words)

    def _is_kind(self, place: int, concepts: Concepts) -> bool:
        return bool(concepts.goods & self._sheets[place].kinds)

    def _is_other(self, place: int, concepts: Concepts) -> bool:
        """Whether it is known to be something else than was asked for."""
        return bool(self._sheets[place].kinds) and not self._is_kind(place, concepts)

    def _passing(
        self, places: NDArray[np.int64], wanted: Filters, wishes: Sequence[Wish], kind: Concepts | None
    ) -> Iterator[int]:
        """The places that pass, in order, without other goods than `kind`. What can be compared for all products at
        once comes first, the rest is asked one by one."""
        low, high = self._prices
        if wanted.price_max is not None:
            places = places[low[places] <= float(wanted.price_max)]
        if wanted.price_min is not None:
            places = places[high[places] >= float(wanted.price_min)]
        for words in _chosen_words(wishes, wanted, self._thesaurus):
            places = places[self._retriever.having(words)[places]]
        return (
            place
            for place in map(int, places)
            if (kind is None or not self._is_other(place, kind)) and self._sheets[place].passes(wanted, wishes)
        )

    def _missed(self, place: int, wanted: Filters, wishes: Sequence[Wish], kind: bool) -> Missed:
        low, high = self._prices
        missed = frozenset(self._sheets[place].missed(wanted, wishes))
        return Missed(place, missed, price_of(float(low[place]), float(high[place]), wanted), kind)

    def _left_out(
        self,
        places: NDArray[np.int64],
        scores: Scores | None,
        fitting: Sequence[int],
        need: Need,
        wanted: Filters,
        wishes: Sequence[Wish],
        concepts: Concepts,
    ) -> tuple[LeftOut, ...]:
        """The best products that a wish kept out, each with why."""
        if wanted == Filters() or scores is None:
            return ()
        within = set(fitting)
        found: list[LeftOut] = []
        for place in sorted(map(int, places[:_LOOKED_BACK]), key=lambda place: -scores[place]):
            if place in within or self._is_other(place, concepts):
                continue
            missed = self._missed(place, wanted, wishes, False)
            if missed.pain and len(found) < _LEFT_OUT:
                why = why_left_out(self._sheets[place], missed, need, wanted, self._thesaurus)
                found.append(LeftOut(self.products[place], why))
        return tuple(found)

    def _ranked(
        self, places: Sequence[int], scores: Scores | None, need: Need, wanted: Filters, limit: int
    ) -> tuple[Hit, ...]:
        found = {place: float(scores[place]) if scores is not None else 1.0 for place in places}
        top = max(found.values(), default=1.0) or 1.0
        goods = frozenset() if need.goods is None else frozenset(need.goods.groups)
        of_kind = [place for place in places if goods & self._sheets[place].kinds]
        close = of_kind or [place for place in places if found[place] >= _GOOD * top]
        for word in wanted.features:
            wide = self._thesaurus.widened(word)
            for place in close[:_CANDIDATES]:
                found[place] += _STATED * top * self._sheets[place].says(wide)
        for leaning in need.prefers:
            for place, share in self._standing(close, leaning.measure, leaning.extreme):
                found[place] += _LEANING * top * share
        order = sorted(places, key=lambda place: -found[place])
        if self._reread is not None and need.text and need.order == "relevance" and need.by is None:
            read = order[:_REREAD]
            text = [text_of(self.products[place]) for place in read]
            if (better := self._reread(need.text, text, [found[place] for place in read])) is not None:
                found.update(zip(read, better, strict=True))
                order.sort(key=lambda place: -found[place])
        if need.order != "relevance":
            sign = 1 if need.order == "cheapest" else -1  # among what fits well: the cheapest phone is no phone case
            good = set(close)
            order.sort(key=lambda place: (place not in good, sign * (self.products[place].price or Decimal(0))))
        if need.by is not None:
            standing = dict(self._standing(close, need.by.measure, need.by.extreme))
            order.sort(key=lambda place: -standing.get(place, -1.0))
        top = max(found.values(), default=1.0) or 1.0
        return tuple(
            Hit(
                self.products[place],
                round(min(1.0, found[place] / top), 4),
                reasons_for(self._sheets[place], need, wanted, self._thesaurus),
            )
            for place in order[:limit]
        )

    def _standing(self, places: Sequence[int], measure_id: str, extreme: Extreme) -> Iterator[tuple[int, float]]:
        """How those that state a measure stand in its order: 1 for the first, towards 0 for the last."""
        by_id = {self.products[place].id: place for place in places}
        stated = ordered([self.products[place] for place in places], measure_of(measure_id), extreme)
        for number, (product, _) in enumerate(stated):
            yield by_id[product.id], 1 - number / len(stated)

    def _name(self, need: Need) -> Callable[[str], str]:
        """A word in the shopper's language."""
        return lambda word: word if language_of(word) == need.lang else self._thesaurus.name(word)(need.lang)

    @property
    def _currency(self) -> str:
        return next((product.currency for product in self.products), "CNY")


def _chosen_words(wishes: Sequence[Wish], wanted: Filters, thesaurus: Thesaurus) -> Iterator[tuple[str, ...]]:
    """For each wish for a colour, size or the like: the words of which a product that meets it has one."""
    for wish in wishes:
        if wish.kind == "options" and isinstance(wish.value, str):
            yield thesaurus.widened(wish.value)
        elif wish.kind == "colours":
            colours = (word for word in wanted.options if thesaurus.is_colour(word))
            yield tuple(other for word in colours for other in thesaurus.widened(word))


def _together(found: Sequence[SearchResult], limit: int) -> SearchResult:
    """Several needs in one answer: the best hit for each, then the second best…"""
    known = [result for result in found if result.sure] or found
    turns = (hit for row in zip_longest(*(result.hits for result in known)) for hit in row if hit is not None)
    hits = tuple({hit.product.id: hit for hit in turns}.values())
    return SearchResult(
        hits[: max(limit, len(found))],
        tuple(dict.fromkeys(note for result in found for note in result.relaxed)),
        found[0].filters,
        sum(result.total for result in found),
        tuple(left for result in found for left in result.left_out)[:_LEFT_OUT],
        found[0].need,
        all(result.sure for result in found),
        tuple(found),
    )


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


def _is_mixed(category: str, thesaurus: Thesaurus) -> bool:
    """Whether a category names several kinds of goods: 水杯茶具."""
    return sum(mention.in_section("goods") for mention in thesaurus.find(normalise(category))) > 1


def brand_terms(products: Sequence[Product]) -> Iterator[tuple[str, str]]:
    """Each brand under its whole name and, where it has one in each script, under either: 檐雀 Yanque."""
    for brand in dict.fromkeys(product.brand for product in products if len(product.brand) > 1):
        yield brand, brand
        parts = _SCRIPTS.findall(brand)
        if len(parts) > 1:
            yield from ((part.strip(), brand) for part in parts if len(part.strip()) > 1)


_SCRIPTS = re.compile(r"[\u3400-\u9fff]+|[A-Za-z][A-Za-z0-9&'. -]*")


def _shop_words(products: Sequence[Product], thesaurus: Thesaurus, retriever: Retriever) -> ShopWords:
    shelves = dict.fromkeys(name for product in products for name in texts(product.category))
    return ShopWords(
        Terms(brand_terms(products)),
        Terms((name, name) for name in shelves if _is_mixed(name, thesaurus)),
        retriever.has,
    )


def _reads_same(new: Product, old: Product) -> bool:
    return new is old or (new.brand == old.brand and document_of(new) == document_of(old))


def _price_range(products: Sequence[Product]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest price of each product; nan, which no limit lets pass, without one."""
    lows = np.array([np.nan if product.price is None else float(product.price) for product in products], np.float64)
    highs = np.array([np.nan if product.price is None else float(dearest(product)) for product in products], np.float64)
    return lows, highs
