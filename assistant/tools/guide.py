"""Explaining a choice, and finding what goes with a product or stands in for it."""

from typing import Any, Literal

from pydantic import Field

from assistant.guide.explain import explain
from assistant.guide.related import related
from assistant.tools.base import Arguments, ToolContext, ToolResult
from assistant.tools.products import brief, categories, pieces, reason_data, resolve, trade_off_data
from knowledge.catalog import Catalog
from knowledge.facts import Facts
from knowledge.model import Lang, Product

_MEANT = 0.6  # of the shopper's words for a product must be found in it


class ExplainArguments(Arguments):
    product: str = Field(description="The product asked about: its id, or the shopper's words for it")
    query: str = Field("", description="What the shopper needs, in their own words, with limits")
    shown: list[str] = Field(default_factory=list, max_length=8, description="Ids of the products recommended to them")


def explain_choice(arguments: ExplainArguments, context: ToolContext) -> ToolResult:
    """Why this product was recommended, or why not: what of the need it meets and misses, and who is ahead in what."""
    catalog, lang = context.catalog, context.lang
    product = _meant(catalog, arguments.product, arguments.query, lang)
    if product is None:
        return ToolResult({"found": False, "categories": categories(catalog, lang)}, found=False)
    told = explain(catalog, product, arguments.query, lang)
    others = [one for shown in arguments.shown if shown != product.id and (one := catalog.product(shown)) is not None]
    compared = [product, *others[:2]]
    data = brief(product, lang) | {
        "found": True,
        "chosen": product.id in arguments.shown,
        "other": told.other,
        "meets": reason_data(told.meets),
        "misses": reason_data(told.misses),
        "trade_offs": trade_off_data(compared, lang, arguments.query),
    }
    ids = tuple(one.id for one in compared)
    return ToolResult(data, told.facts, product_ids=ids, cards=(product.id,))


def _meant(catalog: Catalog, name: str, query: str, lang: Lang) -> Product | None:
    """The product called so; else the one among those near the need that the words describe: 那个750ml的."""
    product, others = resolve(catalog, name, lang)
    if product is not None:
        return product
    near = catalog.search(query, limit=20, lang=lang).hits if query else ()
    wanted = pieces(name)
    described = [(len(wanted & pieces(_text(hit.product, lang))), hit.product) for hit in (*near, *others)]
    fit, best = max(described, key=lambda pair: pair[0], default=(0, None))
    return best if wanted and fit >= _MEANT * len(wanted) else None


def _text(product: Product, lang: Lang) -> str:
    told = " ".join(f"{one.name(lang)} {one.value(lang)}" for one in product.attributes)
    return f"{product.title(lang)} {product.category(lang)} {' '.join(product.tags)} {told}"


class RelatedArguments(Arguments):
    product: str = Field(description="A product id or name")
    relation: Literal["accessories", "similar"] = Field(description="What goes with it, or what may stand in for it")


def related_products(arguments: RelatedArguments, context: ToolContext) -> ToolResult:
    catalog, lang = context.catalog, context.lang
    product, _ = resolve(catalog, arguments.product, lang)
    if product is None:
        return ToolResult({"found": False, "products": []}, found=False)
    found = related(catalog, product, arguments.relation, lang)
    data: dict[str, Any] = {
        "to": {"id": product.id, "title": product.title(lang)},
        "products": [brief(one.product, lang) | {"tie": one.reason} for one in found],
    }
    ids = tuple(one.product.id for one in found)
    return ToolResult(data, Facts(), product_ids=(*ids, product.id), cards=ids, found=bool(ids))
