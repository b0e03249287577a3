"""Finding products: the words of a query against the words of the shop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from knowledge.model import Lang, Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a product must satisfy. Words are compared in both languages, ignoring case."""

    price_min: Decimal | None = None
    price_max: Decimal | None = None
    categories: tuple[str, ...] = ()  # any of
    brands: tuple[str, ...] = ()  # any of
    options: tuple[str, ...] = ()  # all of: words that an option or attribute value must contain
    without: tuple[str, ...] = ()  # none of: options and attribute values
    in_stock: bool = False
    products: tuple[str, ...] = ()  # only these ids


@dataclass(frozen=True, slots=True)
class Hit:
    product: Product
    score: float  # 0..1 within one result
    reasons: tuple[str, ...] = ()  # what matched, in the query's language


@dataclass(frozen=True, slots=True)
class SearchResult:
    hits: tuple[Hit, ...] = ()
    relaxed: tuple[str, ...] = ()  # wishes that no product met and that were dropped, in the query's language
    filters: Filters = field(default_factory=Filters)  # what the query was understood to demand
    total: int = 0  # products that passed the filters


def search(
    products: Mapping[str, Product], query: str, limit: int, lang: Lang | None, filters: Filters | None
) -> SearchResult:
    words = _grams(query)
    scored: list[tuple[float, Product]] = []
    for product in products.values():
        text = " ".join(_texts(product))
        score = len(words & _grams(text)) / max(1, len(words))
        if score:
            scored.append((score, product))
    scored.sort(key=lambda pair: -pair[0])
    return SearchResult(tuple(Hit(product, score) for score, product in scored[:limit]), total=len(scored))


def _texts(product: Product) -> Sequence[str]:
    parts = [product.title.zh, product.title.en, product.category.zh, product.category.en, product.brand]
    return parts + [text for a in product.attributes for text in (a.value.zh, a.value.en)]


def _grams(text: str) -> set[str]:
    text = text.lower()
    return {text[i : i + 2] for i in range(len(text) - 1)}
