"""Questions by topic, answered from the shop's data: whole sections as the shop wrote them, never a summary."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from assistant.service.asks import Ask, Topic
from assistant.service.model import Fault, Goods, ServiceOrder
from assistant.service.picking import picked, size_of
from assistant.service.resolve import Resolver
from assistant.service.shop import ServiceShop
from assistant.service.steps import Refused, Spoken, Told

ABOUT_ORDERS: tuple[Topic, ...] = ("shipment", "state", "total", "refund", "invoice", "visit", "cashback", "urged")
SECTIONS: tuple[Topic, ...] = ("install", "repair", "materials", "gifts")
_READS = {
    "install": "get_installation",
    "repair": "get_repair",
    "materials": "get_materials",
    "gifts": "get_gifts",
    "shipment": "get_logistics",
    "cashback": "get_cashback_record",
}
_LEAST_SHARED = 2  # pairs of characters
_MOST = 5  # products or orders in one answer
_ASKED_GIFT = re.compile(
    r"(?:送|赠)(?:的?是?|了|我|个|一个|一台)*(?P<a>[一-龥]{2,8}?)(?:吗|么|不|没|对|吧|呢|啊|的|$|[，,。？?])|有(?P<b>[一-龥]{2,6}?)(?:这个)?(?:赠品|送)"
)
_CODE = re.compile(r"(?<![A-Za-z\d])([A-Za-z]+[-_]?[A-Za-z]?\d{1,4})(?![A-Za-z\d])")
_PAIR_STOP = frozenset(
    "这个 那个 我的 你们 怎么 什么 可以 可不 能不 是不 不是 吗我 一下 有没 没有 多少 的吗 要不 还是 自己".split()
)


@dataclass(slots=True)
class TopicAnswer:
    told: list[Told] = field(default_factory=list)
    reads: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    order_id: str = ""
    goods: tuple[str, ...] = ()
    found: bool | None = None  # whether what was asked for is so


class Answers:
    """For one verified customer."""

    def __init__(self, shop: ServiceShop, resolver: Resolver) -> None:
        self._shop = shop
        self._resolver = resolver

    def answer(self, ask: Ask, spoken: Spoken, message: str, refusal: Told | None) -> TopicAnswer:
        """What a question comes to. `refusal`: the last one, for "why?"."""
        answer = TopicAnswer()
        topics = [topic for topic in ask.topics if topic != "why"]
        if "why" in ask.topics and refusal is not None:
            answer.told.append(refusal)
            return answer
        if "instead" in topics or "compare" in topics:
            topics = [topic for topic in topics if topic not in ("goods", "state", "total")]
        if "refund" in topics:
            topics = [topic for topic in topics if topic != "shipment"]
        if "offers" in topics and ask.goods and "gifts" not in topics:
            topics.append("gifts")
        if any(topic in ABOUT_ORDERS for topic in topics):
            self._of_orders(ask, [topic for topic in topics if topic in ABOUT_ORDERS], spoken, answer)
            topics = [topic for topic in topics if topic not in (*ABOUT_ORDERS, "goods")]
        if "orders" in topics:
            self._all_orders(answer)
        if "points" in topics or "member" in topics:
            self._standing(topics, answer)
            topics = [topic for topic in topics if topic not in ("goods", "offers", "balance", "balance_terms")]
        if "balance" in topics or "balance_terms" in topics:
            self._balances(topics, answer)
            topics = [topic for topic in topics if topic != "goods"]
        if "offers" in topics:
            answer.reads.append(("get_discounts", {}))
            self._tell_text("offers", answer)
        own = [topic for topic in topics if topic in (*SECTIONS, "fault", "instead", "compare", "goods")]
        if own:
            self._of_goods(ask, own, spoken, message, answer)
        return answer

    # --- the shop, the customer

    def _tell_text(self, topic: str, answer: TopicAnswer) -> None:
        text = self._shop.texts().get(topic, "")
        answer.told.append(Told(f"text_{topic}", {"text": text}) if text else Told("missing", {"topic": topic}))

    def _balances(self, topics: Sequence[str], answer: TopicAnswer) -> None:
        if "balance_terms" in topics:
            answer.reads.append(("get_ecard_terms", {}))
            self._tell_text("balance_terms", answer)
        if "balance" in topics:
            answer.reads.append(("get_balance", {}))
            held = [one for one in self._resolver.client.payments if one.balance is not None]
            answer.told.append(Told("balances", {"payments": held}) if held else Told("missing", {"topic": "balance"}))

    def _standing(self, topics: Sequence[str], answer: TopicAnswer) -> None:
        client = self._resolver.client
        answer.reads.append(("get_user", {"user_id": client.id}))
        if "member" in topics and client.level:
            answer.told.append(Told("member", {"level": client.level}))
        if client.points is not None and ("points" in topics or client.level):
            answer.told.append(Told("points", {"points": client.points}))
        if not answer.told:
            answer.told.append(Told("missing", {"topic": "points"}))

    # --- orders

    def _all_orders(self, answer: TopicAnswer) -> None:
        orders = self._resolver.orders
        answer.reads.append(("list_orders", {}))
        answer.told.append(Told("your_orders", {"orders": orders[-_MOST:]}) if orders else Told("no_orders"))

    def orders_of(self, ask: Ask, spoken: Spoken) -> list[ServiceOrder] | Refused:
        found = self._resolver.bind(ask, spoken)
        return found if isinstance(found, Refused) else list(found)

    def _of_orders(self, ask: Ask, topics: Sequence[Topic], spoken: Spoken, answer: TopicAnswer) -> None:
        found = self.orders_of(ask, spoken)
        if isinstance(found, Refused):
            answer.told.append(found.told)
            return
        if not found:
            answer.told.append(Told("no_orders"))
            return
        if len(found) == 1:
            answer.order_id = found[0].id
        for order in found[-_MOST:]:
            for topic in topics:
                read = _READS.get(topic, "get_order")
                answer.reads.append((read, {"order_id": order.id}))
                answer.told.append(self._of_order(order, topic))

    def _of_order(self, order: ServiceOrder, topic: Topic) -> Told:
        payment = self._resolver.client.payment(order.payment_id)
        data = {"order": order, "payment": payment, "id": order.id}
        if topic in ("state", "total"):
            return Told("order", data)
        if topic == "urged":
            return Told(
                "urged_before" if order.details.get("urged") else "not_urged", {"order": order.id, "state": order.state}
            )
        if topic == "cashback":
            return Told("cashback_yes" if order.details.get("cashback") else "cashback_no", {"order": order.id})
        text = order.details.get(topic, "")
        if text:
            return Told(f"order_{topic}", {"order": order.id, "state": order.state, "text": text})
        if topic == "shipment":
            return Told("tracking", data)
        return Told(f"no_{topic}", {"order": order.id, "state": order.state, "payment": payment})

    # --- products

    def goods_of(self, ask: Ask, spoken: Spoken) -> list[str]:
        """The numbers of the products a question is about."""
        if ask.goods:
            return [one.product_id for one in ask.goods]
        ref = ask.order
        if ref.ids or ref.latest or ref.other or ask.items or not spoken.goods:
            found = self.orders_of(ask, spoken)
            lines = [] if isinstance(found, Refused) else [line for order in found for line in order.lines]
            if ask.items and not ref.ids:
                names = {name for item in ask.items for name in item.name.split("|")}
                lines = [line for line in lines if line.name in names] or lines
                spoken_of = [one for one in spoken.goods if one in {line.product_id for line in lines}]
                if spoken_of:
                    return spoken_of
            if lines:
                return list(dict.fromkeys(line.product_id for line in lines))
        return list(spoken.goods)

    def _of_goods(self, ask: Ask, topics: Sequence[Topic], spoken: Spoken, message: str, answer: TopicAnswer) -> None:
        numbers = self.goods_of(ask, spoken)
        known = [(one, self._shop.goods(one)) for one in numbers[:_MOST]]
        answer.goods = tuple(numbers)
        if not known:
            answer.told.append(Told("which_product"))
            return
        for number, _ in [pair for pair in known if pair[1] is None]:
            answer.told.append(Told("unknown_goods", {"number": number}))
        every = [goods for _, goods in known if goods is not None]
        if "compare" in topics:
            answer.reads.append(("compare_products", {"product_ids": [goods.id for goods in every]}))  # type: ignore[dict-item]
            answer.told += [Told("goods_brief", told_of(goods)) for goods in every]
            topics = [topic for topic in topics if topic not in ("compare", "goods")]
        for topic in topics:
            for goods in every:
                self._of_one(ask, goods, topic, message, answer)

    def _of_one(self, ask: Ask, goods: Goods, topic: Topic, message: str, answer: TopicAnswer) -> None:
        if topic == "fault":
            self._fault(goods, message, answer)
        elif topic == "instead":
            order = self.orders_of(ask, Spoken(goods=(goods.id,)))
            held = order[0].id if isinstance(order, list) and order else ""
            answer.reads.append(("get_exchange_options", {"order_id": held, "product_id": goods.id}))
            self._instead(goods, message, answer)
        elif topic == "goods":
            answer.reads.append(("get_product", {"product_id": goods.id}))
            answer.told.append(Told("goods", told_of(goods)))
        else:
            answer.reads.append((_READS[topic], {"product_id": goods.id}))
            text = goods.texts.get(topic, "")
            key = f"section_{topic}" if text else f"no_section_{topic}"
            if topic == "gifts":
                key, asked = self._gift(text, message, answer)
                answer.told.append(Told(key, {"name": short(goods.name), "text": text, "asked": asked}))
                return
            answer.told.append(Told(key, {"name": short(goods.name), "text": text}))

    def _gift(self, text: str, message: str, answer: TopicAnswer) -> tuple[str, str]:
        match = _ASKED_GIFT.search(message)
        asked = (match["a"] or match["b"] or "") if match else ""
        if not asked or re.search("什么|啥|哪|东西|赠品|礼品", asked):
            answer.found = bool(text)
            return ("section_gifts" if text else "no_section_gifts"), ""
        answer.found = asked in text or any(asked[at : at + 3] in text for at in range(max(1, len(asked) - 2)))
        if answer.found:
            return "section_gifts", asked
        return ("no_such_gift" if text else "no_gift"), asked

    def _fault(self, goods: Goods, message: str, answer: TopicAnswer) -> None:
        codes = [match[1] for match in _CODE.finditer(message)]
        found = [one for one in goods.faults if any(_code(one.code) == _code(code) for code in codes)]
        if not codes:
            found = [one for one in goods.faults if _alike(one, message)]
        for code in codes or [one.code for one in found]:
            answer.reads.append(("get_fault_code", {"product_id": goods.id, "fault_code": code}))
        name = short(goods.name)
        told = [Told("fault", {"name": name, "code": one.code, "fault": one.name, "text": one.remedy}) for one in found]
        if not told:
            repair = goods.texts.get("repair", "")
            told = [Told("no_fault", {"name": name, "code": ", ".join(codes)})]
            told += [Told("section_repair", {"name": name, "text": repair})] if repair and not codes else []
        answer.told += told

    def _instead(self, goods: Goods, message: str, answer: TopicAnswer) -> None:
        there = [one for one in goods.substitutes if one.available]
        own = size_of(goods.name)
        larger, smaller = "大" in message and "多大" not in message, "小" in message
        if own is not None and larger != smaller:
            sizes = [size_of(one.name) for one in there]
            answer.found = any(size is not None and (size > own if larger else size < own) for size in sizes)
        else:
            answer.found = bool(there)
        key = "substitutes" if goods.substitutes else "no_substitutes"
        answer.told.append(Told(key, {"name": short(goods.name), "substitutes": goods.substitutes}))

    def search(self, message: str, spoken: Spoken, ask: Ask) -> TopicAnswer:
        """The sections about a product that share most words with a question no topic was heard in."""
        answer = TopicAnswer()
        pairs = {run[at : at + 2] for run in re.findall("[一-龥]+", message) for at in range(len(run) - 1)} - _PAIR_STOP
        numbers = self.goods_of(ask, spoken)
        known = [goods for one in numbers if (goods := self._shop.goods(one)) is not None]
        meant = picked(known, message)
        for number in [meant.id] if meant else numbers[:1]:
            goods = self._shop.goods(number)
            if goods is None:
                continue
            texts: dict[Topic, str] = {topic: goods.texts.get(topic, "") for topic in SECTIONS} | {"goods": goods.about}
            scored = [(sum(pair in text for pair in pairs), topic) for topic, text in texts.items()]
            best = max(score for score, _ in scored)
            topic = next(topic for score, topic in scored if score == best)
            if best >= _LEAST_SHARED:
                self._of_one(ask, goods, topic, message, answer)
        return answer


def short(name: str) -> str:
    """A product's name to speak of it: what stands in brackets left out, no longer than a line."""
    plain = re.sub(r"【[^】]*】|（[^）]*）|\([^)]*\)", "", name).strip()
    return plain if len(plain) <= 24 else plain[:24].rstrip() + "…"


def told_of(goods: Goods) -> dict[str, object]:
    price = goods.price if goods.price is not None else min((one.price for one in goods.variants), default=Decimal(0))
    return {"name": goods.name, "number": goods.id, "price": price, "state": goods.state, "text": goods.about}


def _code(code: str) -> str:
    return re.sub(r"[-_\s]", "", code).lower()


def _alike(fault: Fault, message: str) -> bool:
    return any(fault.name[at : at + 2] in message for at in range(len(fault.name) - 1))
