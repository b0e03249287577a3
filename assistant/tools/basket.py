"""The basket: which offers go where, what to order together, all of it added up by the till and never by a model."""

import re
from collections.abc import Sequence
from threading import BoundedSemaphore
from typing import Any

from pydantic import Field

from assistant.basket.advice import advise
from assistant.basket.counter import Shopper, Want, lay_out, shopper_of
from assistant.basket.words import Teller, amount, facts
from assistant.data import load
from assistant.tools.base import Arguments, ToolContext, ToolResult
from assistant.tools.products import brief, resolve
from knowledge.catalog import Catalog
from knowledge.model import Lang, Product, Variant

MOST_KINDS = 30
MOST_ORDERS = 6
_TILLS = BoundedSemaphore(2)  # searches at once: each keeps two cores busy, more would only slow each other


class BasketItem(Arguments):
    product: str = Field(min_length=1, max_length=200, description="A product id, or its name as the shopper said it")
    quantity: int = Field(1, ge=1, le=99)
    options: str = Field("", max_length=100, description="Colour, size … when the shopper named them")


class BasketArguments(Arguments):
    items: list[BasketItem] = Field(min_length=1, max_length=MOST_KINDS, description="What is to be bought")
    extras: bool = Field(True, description="False: nothing may be added, whatever it would save")
    more: bool = Field(False, description="True: the shopper would like other goods at a part of their price")
    orders: int = Field(3, ge=1, le=MOST_ORDERS, description="At most so many orders")
    returning: bool = Field(False, description="True: the shopper says they have ordered here before")
    remote: bool = Field(False, description="True: to a region with shipping terms of its own")


def best_basket(arguments: BasketArguments, context: ToolContext) -> ToolResult:
    """The cheapest way to buy these items. Takes up to two seconds; runs beside the conversations."""
    catalog, lang = context.catalog, context.lang
    wants, assumed, unknown = _wants(arguments.items, catalog, lang)
    if unknown:
        ids = tuple(dict.fromkeys(other.id for _, others in unknown for other in others))[:4]
        missing = [{"said": said, "similar": [brief(one, lang) for one in others]} for said, others in unknown]
        return ToolResult({"unknown": missing}, product_ids=ids, found=False)
    customer = catalog.customer(context.customer_id) if context.customer_id else None
    before = catalog.orders(context.customer_id) if context.customer_id else ()
    shopper = shopper_of(
        customer,
        [order for order in before if order.state != "cancelled"],
        Shopper(
            first=False if arguments.returning else None,
            remote=arguments.remote,
            extras=arguments.extras,
            most_orders=arguments.orders,
        ),
    )
    counter = lay_out(catalog, wants, shopper)
    ids = tuple(dict.fromkeys(want.product.id for want in wants))
    if counter is None:
        return ToolResult({"nothing": True, "products": [brief(want.product, lang) for want in wants]}, product_ids=ids)
    with _TILLS:
        advice = advise(counter.request, offer_more=arguments.more)
    teller = Teller(counter, advice, lang)
    texts = load("basket.yaml")["sentences"]
    taken = [texts["assumed_one"][lang].format(said=said, title=product.title(lang)) for said, product in assumed]
    what = "，".join(taken) if lang == "zh" else teller.listed(taken)
    picked = [texts["assumed"][lang].format(what=what)] if taken else []
    goods = counter.request.goods
    added = tuple(goods[place].product for place, _ in teller.added())
    added += tuple(goods[one.good].product for one in advice.more if goods[one.good].product not in ids)
    data: dict[str, Any] = {
        "say": teller.sentences(),
        "assumed": picked,
        "notes": teller.notes(),
        "more": teller.more(),
        "unused": [f"{one['name']}{'，' if lang == 'zh' else ', '}{one['why']}" for one in teller.unused()],
        "items": [
            {"product": want.product.id, "quantity": want.quantity}
            | ({"options": want.variant.label(lang)} if want.variant else {})
            for want in wants
        ],
        "total": amount(advice.plan.total, counter.currency, lang),
        "orders": len(advice.plan.bill.orders),
        "added": [teller.pieces(place, count) for place, count in teller.added()],
        "proven": advice.plan.status == "proven",
        "products": [brief(want.product, lang) for want in wants],
    }
    return ToolResult(
        data, facts=facts(counter, advice), product_ids=(*ids, *added), basket=teller.card() | {"assumed": picked}
    )


Unknown = list[tuple[str, Sequence[Product]]]


def _wants(
    items: Sequence[BasketItem], catalog: Catalog, lang: Lang
) -> tuple[list[Want], list[tuple[str, Product]], Unknown]:
    """What is wanted, what was taken for it where only a kind was named, and what nothing was found for."""
    wants: dict[tuple[str, str], Want] = {}
    assumed: list[tuple[str, Product]] = []
    unknown: Unknown = []
    for item in items:
        product, others = resolve(catalog, item.product, lang)
        if product is None:
            product = _of_kind(catalog, item.product, lang)
            if product is None:
                unknown.append((item.product, [hit.product for hit in others[:3]]))
                continue
            assumed.append((item.product, product))
        variant = _variant(product, item.options, lang)
        key = product.id, variant.id if variant else ""
        have = wants[key].quantity if key in wants else 0
        wants[key] = Want(product, min(99, have + item.quantity), variant)
    return list(wants.values()), assumed, unknown


def _of_kind(catalog: Catalog, name: str, lang: Lang) -> Product | None:
    """The first of what the shop surely has under this word."""
    found = catalog.search(name, limit=5, lang=lang)
    there = [hit.product for hit in found.hits if hit.product.stock != 0 and hit.product.price is not None]
    word = name.strip().lower()
    for texts in (lambda one: (one.title.zh, one.title.en), lambda one: one.tags):
        if named := [one for one in there if any(word in text.lower() for text in texts(one))]:
            return named[0]
    return there[0] if found.sure and there and not found.relaxed else None


def _variant(product: Product, options: str, lang: Lang) -> Variant | None:
    """The variant that the words name; of several the first in stock."""
    said = options.strip().lower()
    if not said:
        return None

    def fit(variant: Variant) -> int:
        values = [value for one in variant.options for value in (one.value.zh, one.value.en) if value]
        return sum(value.lower() in said or _root(value) in said for value in values)

    best = max(product.variants, key=lambda one: (fit(one), one.stock != 0), default=None)
    return best if best is not None and fit(best) else None


def _root(value: str) -> str:
    """黑 of 墨黑色: the colour that a shopper names."""
    bare = value.removesuffix("色")
    return bare[-1] if re.fullmatch(r"[\u4e00-\u9fff]{1,3}", bare) else value.lower()
