"""Why this one, and why not that one: a product held against a shopper's need, wish by wish."""

from dataclasses import dataclass

from knowledge.catalog import Catalog
from knowledge.facts import Facts
from knowledge.model import Lang, Product
from knowledge.search import Filters


@dataclass(frozen=True, slots=True)
class Explanation:
    """What of a need a product meets and misses, in the shopper's language, each point with its fact."""

    meets: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()
    facts: Facts = Facts()


def explain(catalog: Catalog, product: Product, need: str, lang: Lang) -> Explanation:
    """Search for `need` in this product alone: what the search finds for it speaks for it, what it has to let go of
    speaks against it."""
    result = catalog.search(need, limit=1, lang=lang, filters=Filters(products=(product.id,)))
    meets = tuple(str(reason) for hit in result.hits for reason in hit.reasons)
    return Explanation(meets, result.relaxed)
