"""What was said and looked up before, brought up to now: a model must not go on from yesterday's price."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from assistant.agent import Reviewer, stand
from assistant.arithmetic import shop_and
from assistant.cards import plain
from assistant.conversation import StoredMessage
from assistant.guard.context import products_in, review_each
from assistant.guard.sentences import sentences
from assistant.guard.verdict import Verdict
from assistant.tools.products import brief, comparison_rows, describe
from knowledge.catalog import Catalog
from knowledge.facts import Facts
from knowledge.model import Lang, Product

_OWN = frozenset({"order_status"})  # figures of an order are what was paid, whatever the price is today
# What tools conclude from prices and offers; of a product or of all that was found.
_DERIVED = frozenset({
    "reasons", "why", "tie", "meets", "misses", "trade_offs", "left_out", "say", "notes", "more", "unused",
})  # fmt: skip
_GONE: Mapping[str, Any] = {
    "price": None, "list_price": None, "stock": 0, "variants": [], "promotions": [], "reasons": [], "why": "",
}  # fmt: skip
_SILENT = "…"  # of an answer nothing is true any more; servers want its turn all the same


def remembered(history: Sequence[StoredMessage], catalog: Catalog, guard: Reviewer) -> list[StoredMessage]:
    """`history` with prices, stock and running offers as they are now.

    Answers are reviewed again when something that one of them was made from has changed: what doesn't hold any more is
    corrected or left out.
    """
    now = stand(catalog)
    told, changed = [], False
    for message in history:
        tools = tuple(tool if tool.get("stand") == now else _current_tool(tool, catalog) for tool in message.tools)
        renewed = tools != message.tools
        changed |= renewed
        told.append(replace(message, tools=tools) if renewed else message)
    if not changed:
        return told
    about = tuple(dict.fromkeys(one for message in reversed(told) for one in message.product_ids))[:12]
    facts = shop_and(catalog, about)
    for index, message in enumerate(told):
        if message.role == "bot":
            verdicts = _reviewed(message.text, facts, message.product_ids, guard)
            text = "".join(verdict.text for verdict in verdicts).strip()
            tools = tuple(_still_offered(tool, facts, guard) for tool in message.tools)
            told[index] = replace(message, text=text or _SILENT, tools=tools)
    return told


def _reviewed(text: str, facts: Facts, about: tuple[str, ...], guard: Reviewer) -> list[Verdict]:
    return review_each(
        sentences(text),
        lambda each: guard.review(each, facts, about=about),
        lambda cell: bool(products_in(cell, facts, about)),
    )


def _still_offered(tool: Mapping[str, Any], facts: Facts, guard: Reviewer) -> Mapping[str, Any]:
    """Short answers to tap, without those that name what doesn't hold any more."""
    if tool["name"] != "offer_replies":
        return tool
    options = [each for each in tool["data"].get("offered", ()) if guard.review(each, facts).label == "ok"]
    arguments = json.loads(tool["arguments"]) | {"options": options}
    return {**tool, "arguments": json.dumps(arguments, ensure_ascii=False), "data": {"offered": options}}


def _current_tool(tool: Mapping[str, Any], catalog: Catalog) -> Mapping[str, Any]:
    if tool["name"] in _OWN:
        return tool
    data = current(tool["data"], catalog)
    if "say" in data or data != tool["data"]:
        stale = _DERIVED | ({"total"} if "say" in data else set())  # a plan: any change may be one of its sums
        data = {key: type(value)() if key in stale else value for key, value in data.items()}
    return {**tool, "data": data} if data != tool["data"] else tool


def current(data: Any, catalog: Catalog) -> Any:
    """What a tool returned, with every product and list of promotions in it as the catalogue has them now."""
    if isinstance(data, list):
        return [current(item, catalog) for item in data]
    if not isinstance(data, Mapping):
        return data
    found = {
        key: _running(value, catalog) if key == "promotions" else current(value, catalog) for key, value in data.items()
    }
    if {"id", "title", "price"} <= data.keys():
        return _current_product(found, catalog)
    if found.get("rows") and found.get("products"):
        return _compared(found, catalog)
    return found


def _current_product(data: dict[str, Any], catalog: Catalog) -> dict[str, Any]:
    product = catalog.product(data["id"])
    if product is None:  # no longer sold
        return data | {key: value for key, value in _GONE.items() if key in data}
    lang = _lang_of(data["title"], product)
    now = describe(product, lang) if "variants" in data else brief(product, lang)
    fresh = data | {key: value for key, value in now.items() if key in data}
    if fresh == data:
        return data
    fresh |= {key: type(data[key])() for key in _DERIVED & data.keys()}  # "59元，不超过100元" was a reason
    total = data.get("total")
    if total and product.price is not None:
        fresh["total"] = {**total, "price": plain(product.price * Decimal(total["quantity"]))}
    return fresh


def _compared(data: dict[str, Any], catalog: Catalog) -> dict[str, Any]:
    """A table is only as old as its products."""
    products = [product for one in data["products"] if (product := catalog.product(one["id"])) is not None]
    if len(products) != len(data["products"]):
        return data | {"rows": []}
    rows = comparison_rows(products, _lang_of(data["products"][0]["title"], products[0]))
    return data | {"rows": [{"name": name, "values": list(values)} for name, values in rows]}


def _running(promotions: Any, catalog: Catalog) -> Any:
    running = {promotion.id for promotion in catalog.promotions()}
    if not isinstance(promotions, list):
        return promotions
    return [one for one in promotions if not isinstance(one, Mapping) or one.get("id") in running]


def _lang_of(title: str, product: Product) -> Lang:
    return "zh" if title == product.title("zh") else "en"
