"""The table of tools."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from assistant.messages import ToolSpec
from assistant.tools import basket, guide, products, shop
from assistant.tools.base import Tool
from knowledge.model import Text

_ALL: tuple[Tool[Any], ...] = (
    Tool(
        "search_products",
        "Find products of this shop by need, name, budget, colour, use.",
        products.SearchArguments,
        products.search_products,
        Text("正在找合适的商品…", "Looking for suitable products…"),
        shared=True,
    ),
    Tool(
        "product_details",
        "Everything the shop knows about one product: attributes, variants, stock, price, promotions.",
        products.DetailsArguments,
        products.product_details,
        Text("正在查看商品资料…", "Reading the product details…"),
        shared=True,
    ),
    Tool(
        "compare_products",
        "Compare two to four products side by side; the shopper is shown the table.",
        products.CompareArguments,
        products.compare_products,
        Text("正在对比…", "Comparing…"),
        shared=True,
    ),
    Tool(
        "explain_choice",
        "Why a product was recommended, or why not: what of the shopper's need it meets and misses.",
        guide.ExplainArguments,
        guide.explain_choice,
        Text("正在核对理由…", "Checking the reasons…"),
    ),
    Tool(
        "related_products",
        "Accessories that go with a product, or similar products that may stand in for it.",
        guide.RelatedArguments,
        guide.related_products,
        Text("正在找搭配…", "Looking for what goes with it…"),
        shared=True,
    ),
    Tool(
        "policy_and_faq",
        "The shop's rules and frequent questions: shipping, returns, warranty, payment, invoices.",
        shop.QuestionArguments,
        shop.policy_and_faq,
        Text("正在查看店铺规则…", "Checking the shop's rules…"),
        shared=True,
    ),
    Tool(
        "promotions",
        "Offers and coupons running now, for one product or the whole shop.",
        shop.PromotionArguments,
        shop.promotions,
        Text("正在查优惠…", "Checking current offers…"),
        shared=True,
    ),
    Tool(
        "best_basket",
        "The cheapest way to buy several items: offers, coupons, split orders, sums. Never add up prices yourself.",
        basket.BasketArguments,
        basket.best_basket,
        Text("正在算怎么买更省…", "Working out what costs less…"),
        slow=True,
    ),
    Tool(
        "order_status",
        "State and parcel of an order. Needs a signed-in shopper, or order number and last four phone digits.",
        shop.OrderArguments,
        shop.order_status,
        Text("正在查物流…", "Tracking the parcel…"),
        slow=True,
    ),
    Tool(
        "handoff",
        "Pass the conversation to a person: when asked, or when only a person can help.",
        shop.HandoffArguments,
        shop.handoff,
        Text("正在联系同事…", "Reaching a colleague…"),
    ),
    Tool(
        "offer_replies",
        "Show up to four short answers to tap, when you ask the shopper something.",
        shop.ReplyArguments,
        shop.offer_replies,
        Text(),
    ),
)

TOOLS: Mapping[str, Tool[Any]] = {tool.name: tool for tool in _ALL}


@cache
def specs() -> tuple[ToolSpec, ...]:
    """The tools as a model is told of them."""
    return tuple(ToolSpec(tool.name, tool.description, _schema(tool)) for tool in _ALL)


def _schema(tool: Tool[Any]) -> Mapping[str, Any]:
    schema: dict[str, Any] = tool.arguments.model_json_schema()
    schema.pop("title", None)
    for entry in schema.get("properties", {}).values():
        entry.pop("title", None)
    return schema
