"""What goes with a product, and what may stand in for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.data import load
from knowledge.catalog import Catalog
from knowledge.lexical import words
from knowledge.model import Lang, Product
from knowledge.search import Filters

Relation = Literal["accessories", "similar"]
_MOST = 4
_LINKS: dict[Relation, tuple[str, ...]] = {"accessories": ("accessory:", "goes-with:"), "similar": ("similar:",)}
_BACKLINKS: dict[Relation, tuple[str, ...]] = {
    "accessories": ("accessory-for:", "goes-with:"),
    "similar": ("similar:",),
}
_NAMED = 0.6  # of a name's words must stand in a sentence that means it


@dataclass(frozen=True, slots=True)
class Related:
    """A product with what ties it to the other one: the merchant's link, or words of the catalogue."""

    product: Product
    reason: str  # in the catalogue's own words; empty when the merchant linked the two


def related(catalog: Catalog, product: Product, relation: Relation, lang: Lang) -> tuple[Related, ...]:
    """At most four products in stock, the surest first.

    What the merchant linked by a tag (`accessory:ID`, `goes-with:ID`, `similar:ID`) comes first, in either direction;
    then, for accessories, goods whose data says that they are for this one; for stand-ins, goods of its category that
    a search for it finds.
    """
    found: dict[str, Related] = {}
    guessed = _made_for(catalog, product, lang) if relation == "accessories" else _like(catalog, product, lang)
    for one in [*_linked(catalog, product, relation), *guessed]:
        if one.product.id != product.id and one.product.stock != 0:
            found.setdefault(one.product.id, one)
    return tuple(found.values())[:_MOST]


def _linked(catalog: Catalog, product: Product, relation: Relation) -> Iterator[Related]:
    named = [tag.removeprefix(prefix) for prefix in _LINKS[relation] for tag in product.tags if tag.startswith(prefix)]
    found = [other for product_id in named if (other := catalog.product(product_id)) is not None]
    if not found:
        back = {f"{prefix}{product.id}" for prefix in _BACKLINKS[relation]}
        found = [other for other in catalog.products() if not back.isdisjoint(other.tags)]
    yield from (Related(other, "") for other in found)


def _made_for(catalog: Catalog, product: Product, lang: Lang) -> Iterator[Related]:
    """Goods that name this product, or its model, as what they are for: 轻漱电动牙刷专用."""
    names = _names(product)
    if not names:
        return
    marks = re.compile("|".join(load("related.yaml")["made_for"]), re.I)
    for hit in catalog.search(product.title(lang), limit=30, lang=lang, filters=Filters(any_kind=True)).hits:
        for text in _statements(hit.product, lang):
            said = set(words(text))
            if marks.search(text) and any(len(name & said) >= _NAMED * len(name) for name in names):
                yield Related(hit.product, text)
                break


def _names(product: Product) -> list[frozenset[str]]:
    """The words of its title in each language, without those that any product of the brand or category bears."""
    shared = set(words(f"{product.brand} {product.category.zh} {product.category.en}"))
    titles = (frozenset(words(title)) - shared for title in (product.title.zh, product.title.en) if title)
    return [title for title in titles if len(title) > 2]


def _statements(product: Product, lang: Lang) -> Iterator[str]:
    for attribute in product.attributes:
        yield f"{attribute.name(lang)} {attribute.value(lang)}"
    for text in (product.brief(lang), product.description(lang)):
        yield from re.split(r"(?<=[。！？；])|(?<=[.!?;])\s", text)


def _like(catalog: Catalog, product: Product, lang: Lang) -> Iterator[Related]:
    category = product.category.zh or product.category.en
    filters = Filters(categories=(category,), in_stock=True) if category else Filters(in_stock=True)
    result = catalog.search(_kind(product, lang), limit=8, lang=lang, filters=filters)
    if result.sure and not result.relaxed:
        yield from (Related(hit.product, "") for hit in result.hits)


def _kind(product: Product, lang: Lang) -> str:
    """What the product is called as a kind of goods: its title without brand and figures."""
    title = product.title(lang)
    for word in product.brand.split():
        title = title.replace(word, " ")
    return re.sub(r"[\d.]+\s*[a-zA-Z%]*", " ", title)
