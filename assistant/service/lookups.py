"""Questions about one's orders, gift cards and what the shop has, answered from the shop's data."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from assistant.service.asks import Ask
from assistant.service.merging import names_of
from assistant.service.model import Goods, Line, Payment, ServiceOrder
from assistant.service.options import fitting, values_in, wanted_in
from assistant.service.policy import Policy
from assistant.service.resolve import Resolver
from assistant.service.shop import ServiceShop
from assistant.service.steps import Refused, Spoken, Told

_TRACKING = re.compile(
    r"\btrack\w*|\bfollow (?:the|my|it|its|that)\b|\b(?:parcel|consignment|shipping) number|物流|快递|单号", re.I
)
_TOTAL = re.compile(
    r"\b(?:total|altogether|in all|all in|overall|set me back|whole order"
    r"|(?:come|came|add(?:ed)?|amount(?:ed)?) (?:up )?to|cost me|in the end"
    r"|did i pay for (?:it|the order|that order|order|#)"
    r"|paid? for (?:an?|the|my|that)? ?order|how much (?:did|was) (?:i|the order|order))\b",
    re.I,
)
_BALANCE = re.compile(
    r"\bhow much\b[^?]*\b(?:on|in|left)\b[^?]*\b(?:gift ?card|voucher)\b"
    r"|\b(?:gift ?card|my|card) balance\b|\bbalance (?:of|on|left)\b|\b(?:left|remaining|have) on (?:my|the) gift"
    r"|gift ?card\b[^?]*\b(?:left|hold|worth)",
    re.I,
)
_METHOD = re.compile(
    r"\bpayment method\b|\bhow did i pay\b|\bwhat did i pay with\b|\bwhich (?:card|method|payment)", re.I
)
_ADDRESS = re.compile(
    r"\baddress\b|\b(?:shipped|sent|going|delivered) to\b"
    r"|\bwhere(?:'s| is| was| are)\b[^?]*\b(?:going|headed|heading|sent|shipped|delivered)\b",
    re.I,
)
_STATUS = re.compile(
    r"\bstatus\b|\bgot to\b|\bwhere is it\b|\bhere yet\b"
    r"|\bwhere(?:'s| is) my\b|\bwhat'?s (?:happening|going on)\b|\bshipped yet\b|\barrive\b",
    re.I,
)
_OF_A_LINE = re.compile(
    r"\bhow (?:much|long|big|large|tall|heavy)\b|\bprice\b|\bcost\b|\bspen[dt]\b"
    r"|\bwhat\b|\bdoes\b|\bis (?:it|the|my)\b",
    re.I,
)
_NEWS = re.compile(
    r"\b(?:news|updates?) (?:on|about|of|for)\b|\btrack (?:the|my|it|this|that)\b"
    r"|\b(?:left|shipped|arrived|dispatched|sent|come|moved|delivered|gone out) yet\b|\bgetting here\b",
    re.I,
)
_CONTENTS = re.compile(
    r"\bwhat(?:'s| is| was)? (?:in|inside)\b|\bwhich items\b|\bwhat did i (?:buy|order)\b|\bcontents?\b", re.I
)
_CHEAPEST = re.compile(r"\bcheapest\b|\blowest[- ]price|\bleast expensive\b|\bhow much (?:is|does|are) the cheap", re.I)
_COUNT = re.compile(r"\bhow many\b", re.I)
_HAVE = re.compile(r"\b(?:do you (?:have|sell|carry|stock)|are there|is there|available|in stock|any)\b", re.I)
_GET_BACK = re.compile(r"\bhow much\b[^?]*\b(?:get back|refund\w*|money back|get for)\b", re.I)
_DIFFERENCE = re.compile(r"\bdifference\b|\bhow much do i (?:pay|owe)\b|\bpay today\b|\bnew price\b", re.I)


@dataclass(slots=True)
class Answer:
    told: list[Told] = field(default_factory=list)
    reads: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    order_id: str = ""
    item_ids: tuple[str, ...] = ()


class Lookups:
    def __init__(
        self, shop: ServiceShop, policy: Policy, resolver: Resolver, differences: Sequence[Decimal] = ()
    ) -> None:
        self._shop = shop
        self._policy = policy
        self._resolver = resolver
        self._differences = differences

    def answer(self, ask: Ask, spoken: Spoken, message: str = "") -> Answer:
        """What a question comes to; nothing told when it is about something else."""
        answer = Answer()
        if _DIFFERENCE.search(ask.text) and self._differences:
            answer.told.append(Told("differences", {"each": self._differences, "sum": sum(self._differences)}))
            return answer
        if _BALANCE.search(ask.text):
            cards = [one for one in self._resolver.client.payments if one.balance is not None]
            answer.told.append(Told("balances", {"payments": cards}))
            return answer
        goods = self._goods(ask)
        if _NEWS.search(ask.text) and (order := self._order(ask, spoken, answer, message or ask.text)) is not None:
            self._of_the_order(ask, order, None, answer)
            return answer
        if goods is not None and self._of_the_shop(ask, goods, answer):
            return answer
        order = self._order(ask, spoken, answer, message or ask.text)
        if order is not None:
            self._of_the_order(ask, order, goods, answer)
        return answer

    def _goods(self, ask: Ask) -> Goods | None:
        names = self._shop.goods_names()
        for item in ask.items:
            for name in item.name.split("|"):
                if name in names:
                    return self._shop.goods(names[name])
        return None

    # --- what the shop has

    def _of_the_shop(self, ask: Ask, goods: Goods, answer: Answer) -> bool:
        answer.reads.append(("get_product", {"product_id": goods.id}))
        there = [one for one in goods.variants if one.available]
        if _COUNT.search(ask.text):
            answer.told.append(Told("count", {"name": goods.name, "number": len(there), "all": len(goods.variants)}))
            return True
        if _CHEAPEST.search(ask.text):
            if there:
                said = values_in(goods, ask.text)
                alike = [one for one in there if all(one.options.get(o) in values for o, values in said.items())]
                cheapest = min(alike or there, key=lambda one: one.price)
                answer.told.append(Told("cheapest", {"name": goods.name, "variant": cheapest}))
            else:
                answer.told.append(Told("none_there", {"name": goods.name}))
            return True
        if (
            ask.order.is_open
            and _HAVE.search(ask.text)
            and not re.search(r"\bmy\b|\bi (?:just )?(?:bought|ordered|got)", ask.text, re.I)
        ):
            return self._there(ask, goods, answer)
        if re.search(r"\bdo you have\b|\bis (?:it|there)\b[^?]*\bavailable\b", ask.text, re.I) and values_in(
            goods, ask.text
        ):
            return self._there(ask, goods, answer)
        return False

    def _there(self, ask: Ask, goods: Goods, answer: Answer) -> bool:
        wanted = wanted_in(goods, ask.text)
        found = sorted((v for v in fitting(goods, wanted, {}) if v.available), key=lambda one: one.price)
        key = "there" if found else "none_there"
        answer.told.append(Told(key, {"name": goods.name, "variants": found[:5], "number": len(found)}))
        return True

    # --- one's own orders

    def _order(self, ask: Ask, spoken: Spoken, answer: Answer, message: str) -> ServiceOrder | None:
        found = self._resolver.bind(ask, spoken)
        if isinstance(found, Refused):
            answer.told.append(found.told)
            return None
        if not found and not ask.items:
            found = list(self._resolver.orders)
        if len(found) > 1:
            found = self._narrowed(message, found)
        if len(found) == 1:
            return found[0]
        if _asks_of_orders(ask.text):
            answer.told.append(Told("which_order"))
        return None

    def _narrowed(self, message: str, found: Sequence[ServiceOrder]) -> list[ServiceOrder]:
        there = [order for order in found if self._resolver.address_reader.mentions(message, order.address)]
        if len(there) == 1:
            return there
        if re.search(r"\b(?:just|recent(?:ly)?|last|latest)\b", message, re.I):
            states = [order for order in found if order.state in ("pending", "delivered")]
            return list((states or found)[-1:])
        return list(found)

    def _of_the_order(self, ask: Ask, order: ServiceOrder, goods: Goods | None, answer: Answer) -> None:
        text = ask.text
        answer.reads.append(("get_order", {"order_id": order.id}))
        answer.order_id = order.id
        names = names_of(ask.items)
        lines = [line for line in order.lines if line.name in names or (goods and line.product_id == goods.id)]
        answer.item_ids = tuple(line.item_id for line in lines)
        data = {"order": order}
        topics = (
            (_TRACKING, "tracking"),
            (_METHOD, "paid_with"),
            (_GET_BACK, "worth"),
            (_ADDRESS, "ships_to"),
        )
        for pattern, key in topics:
            if pattern.search(text):
                answer.told.append(
                    Told(key, data | {"lines": self._meant(ask, order), "payment": self._payment(order)})
                )
        if _STATUS.search(text) and (not answer.told or re.search(r"\bstatus\b", text, re.I)):
            answer.told.append(Told("order", data | {"payment": self._payment(order)}))
        elif lines and _OF_A_LINE.search(text):
            answer.told.append(Told("line", {"order": order, "lines": lines}))
        if _TOTAL.search(text) or (re.search(r"\bhow much\b", text, re.I) and not answer.told):
            answer.told.append(Told("total", data))
        if not answer.told:
            answer.told.append(Told("order", data | {"payment": self._payment(order)}))

    def _meant(self, ask: Ask, order: ServiceOrder) -> list[Line]:
        return [line for line, _ in self._resolver.chosen(order, ask, Spoken())] or list(order.lines)

    def _payment(self, order: ServiceOrder) -> Payment | None:
        return self._resolver.client.payment(order.payment_id)


def _asks_of_orders(text: str) -> bool:
    return bool(re.search(r"\border\b|\bpackage\b|\bparcel\b|\bdelivery\b|\bshipment\b|\btrack|\bwhere\b", text, re.I))
