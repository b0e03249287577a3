"""The shop's rules, offers and orders, and calling a person."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import structlog
from pydantic import Field

from assistant.cards import plain
from assistant.events import HandoffReason
from assistant.forms import order_lookup
from assistant.orderbook import CatalogOrders, OrderBook
from assistant.service.shop import ShopError
from assistant.tools.base import Arguments, ToolContext, ToolResult
from assistant.tools.products import frequent, promotion_data, resolve
from knowledge.facts import Facts
from knowledge.model import Lang, Order

log = structlog.get_logger(__name__)

SURE = 0.6  # from this likeness on a frequent question is taken to be the one asked


class QuestionArguments(Arguments):
    question: str = Field(description="The shopper's question in their own words")
    topic: Literal["", "shipping", "returns", "warranty", "payment", "invoice", "privacy"] = ""
    product: str = Field("", description="A product id when the question is about that product")


def policy_and_faq(arguments: QuestionArguments, context: ToolContext) -> ToolResult:
    catalog, lang = context.catalog, context.lang
    answers, quoted = frequent(catalog, arguments.question, lang, arguments.product)
    policies = [policy for policy in catalog.policies() if arguments.topic and policy.id == arguments.topic]
    data: Mapping[str, Any] = {
        "policies": [
            {
                "id": policy.id,
                "title": policy.title(lang),
                "text": policy.text(lang),
                "values": [[one.name(lang), one.value(lang)] for one in policy.attributes],
            }
            for policy in policies
        ],
        "answers": answers,
    }
    return ToolResult(data, quoted, found=bool(policies) or _clear(answers))


def _clear(answers: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the first answer is surely meant: by its likeness, or because no other comes near."""
    scores = [float(one["score"]) for one in answers] + [0.0, 0.0]
    return scores[0] >= SURE or scores[0] >= max(0.5, 2 * scores[1])


class PromotionArguments(Arguments):
    product: str = Field("", description="A product id or name; empty for the whole shop")


def promotions(arguments: PromotionArguments, context: ToolContext) -> ToolResult:
    catalog, lang = context.catalog, context.lang
    product, _ = resolve(catalog, arguments.product, lang) if arguments.product else (None, ())
    running = catalog.promotions(product.id) if product else catalog.promotions()
    data: dict[str, Any] = {"promotions": promotion_data(running, lang)}
    if product is None:
        return ToolResult(data)
    data["product"] = {
        "id": product.id,
        "title": product.title(lang),
        "price": None if product.price is None else plain(product.price),
        "list_price": None if product.list_price is None else plain(product.list_price),
        "currency": product.currency,
    }
    return ToolResult(data, product_ids=(product.id,))


class OrderArguments(Arguments):
    order_number: str = Field("", description="As the shopper wrote it; empty for the signed-in shopper's own orders")
    phone_tail: str = Field("", description="Last four digits of the phone number, as the shopper wrote them")


def order_status(arguments: OrderArguments, context: ToolContext) -> ToolResult:
    """Only for the verified customer, or for who knows both the number and the end of the phone number.

    What was not typed by the shopper does not count: a model can't guess its way into an order. Every mismatch gives
    the same answer, so that nobody learns whether an order exists.
    """
    if not context.private:
        return ToolResult({"public": True}, found=True)
    try:
        return _order_status(arguments, context, context.orders or CatalogOrders(context.catalog))
    except ShopError as error:
        log.warning("orders can't be looked up", error=str(error))
        return ToolResult({"down": True}, found=False)


def _order_status(arguments: OrderArguments, context: ToolContext, book: OrderBook) -> ToolResult:
    lang = context.lang
    number = arguments.order_number.strip()
    if context.customer_id:
        mine = tuple(book.of_customer(context.customer_id, lang))
        if number:
            mine = tuple(order for order in mine if order.id == number)
        if mine:
            newest = sorted(mine, key=lambda order: order.created, reverse=True)[:3]
            return _orders(newest, context, lang)
        if not number:
            return ToolResult({"orders": [], "signed_in": True}, found=False)
    typed = _typed(context.said)
    tails = _tails(typed, number)
    if re.fullmatch(r"\d{4}", arguments.phone_tail) and arguments.phone_tail in typed:
        tails = {arguments.phone_tail}
    if not number or number not in typed or not tails:
        missing = [
            name
            for name, there in (("order_number", bool(number) and number in typed), ("phone_tail", bool(tails)))
            if not there
        ]
        # one thing alone is quicker typed
        return ToolResult({"needs": missing}, form=order_lookup(lang) if len(missing) == 2 else None)
    if context.lookups_left <= 0:
        return ToolResult({"locked": True}, found=False, handoff="policy")
    order = next((found for tail in sorted(tails) if (found := book.proven(number, tail, lang)) is not None), None)
    if order is None:
        return ToolResult({"no_match": True}, found=False, refused_lookup=True)
    return _orders([order], context, lang)


def _typed(said: tuple[str, ...]) -> set[str]:
    return {token for text in said for token in re.findall(r"[A-Za-z0-9-]{4,}", text)}


def _tails(typed: set[str], number: str) -> set[str]:
    """Ends of phone numbers the shopper typed: four digits alone, or the last four of a longer number."""
    return {token[-4:] for token in typed if token != number and re.fullmatch(r"\d{4}|\d{7,15}", token)}


def _orders(orders: list[Order], context: ToolContext, lang: Lang) -> ToolResult:
    facts = Facts()
    for order in orders:
        facts |= context.catalog.order_facts(order)
    cards = [order_card(order, lang) for order in orders]
    ids = tuple(dict.fromkeys(item.product_id for order in orders for item in order.items))
    return ToolResult({"orders": cards}, facts=facts, product_ids=ids, order=cards[0])


def order_card(order: Order, lang: Lang) -> dict[str, Any]:
    """What the owner of an order may see of it; never the address or phone number."""
    return {
        "id": order.id,
        "state": order.state,
        "created": order.created.isoformat(),
        "items": [
            {
                "product_id": item.product_id,
                "title": item.title(lang),
                "quantity": item.quantity,
                "price": plain(item.price),
            }
            for item in order.items
        ],
        "total": plain(order.total),
        "shipping_fee": plain(order.shipping_fee),
        "discount": plain(order.discount),
        "carrier": order.carrier(lang),
        "tracking": order.tracking,
        "expected": order.expected.isoformat() if order.expected else None,
        "events": [
            {"at": event.at.isoformat(), "text": event.text(lang), "place": event.place(lang)} for event in order.events
        ],
        "details": {name: said(lang) for name, said in order.details.items()},
    }


class HandoffArguments(Arguments):
    reason: HandoffReason = "asked"


def handoff(arguments: HandoffArguments, context: ToolContext) -> ToolResult:
    return ToolResult({"state": "waiting", "reason": arguments.reason}, handoff=arguments.reason)


class ReplyArguments(Arguments):
    options: list[str] = Field(min_length=1, max_length=4, description="Short answers the shopper may tap")
    asks: str = Field("", max_length=40, description="The property you ask the shopper to choose by, if you do")


def offer_replies(arguments: ReplyArguments, context: ToolContext) -> ToolResult:
    return ToolResult({"offered": arguments.options}, replies=tuple(arguments.options))
