"""What is done besides changing an order's things: buying, urging, invoices, visits, price protection, and exchanges
for another product. Each comes to one write, put to the customer with all that it will do."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from assistant.service.addresses_zh import corrected_chinese
from assistant.service.asks import LATER, Ask, PayRef
from assistant.service.model import Client, Goods, Line, Payment, ServiceOrder, Write
from assistant.service.picking import Picked, picked, substitute
from assistant.service.policy import Policy, Rule
from assistant.service.shop import ServiceShop
from assistant.service.steps import Proposal, Refused, Step, Told, Unclear

_ALIKE = re.compile("一模一样|同款|(?:跟|和|与).{0,8}一样的|同样的|一样的")
ZERO = Decimal(0)
_OF_A_PHONE = re.compile("^(?!.*地址).*(?:电话|手机|号码)|^(?!.*address).*(?:phone|mobile) number", re.IGNORECASE)


class Requests:
    """For one verified customer."""

    def __init__(self, shop: ServiceShop, policy: Policy, client: Client) -> None:
        self._shop = shop
        self._policy = policy
        self._client = client

    def step(self, ask: Ask, order: ServiceOrder, action: str, spoken_ids: Sequence[str]) -> Step:
        """What an ask comes to for an order for which `action` is allowed."""
        rule = self._policy.rules[action]
        if rule.paid_with and self._kind_paid(order) not in rule.paid_with:
            kinds = " / ".join(sorted(rule.paid_with))
            return Refused(Told("only_paid_with", {"order": order.id, "kinds": kinds, "paid": self._paid(order)}))
        match ask.kind:
            case "urge":
                return self._urge(order, rule)
            case "invoice":
                return self._invoice(ask, order, rule)
            case "visit":
                return self._visit(ask, order, rule)
            case "cashback":
                return self._cashback(order, rule)
            case "price_protect":
                return self._price_protect(ask, order, rule)
            case "address":
                return self._address(ask, order, rule)
            case _:
                return self._exchange(ask, order, rule, spoken_ids)

    def _kind_paid(self, order: ServiceOrder) -> str:
        payment = self._paid(order)
        return payment.kind if payment else order.payment_id

    def _paid(self, order: ServiceOrder) -> Payment | None:
        return self._client.payment(order.payment_id)

    # --- one order

    def _urge(self, order: ServiceOrder, rule: Rule) -> Step:
        if order.details.get("urged"):
            return Refused(Told("urged_before", {"order": order.id, "state": order.state}))
        told = Told("propose_urge", {"order": order.id, "state": order.state, "lines": order.lines})
        return Proposal(Write(rule.writes, {"order_id": order.id}), told, order.id)

    def _invoice(self, ask: Ask, order: ServiceOrder, rule: Rule) -> Step:
        title, phone = ask.details.get("title", ""), ask.details.get("phone") or self._phone(order)
        own = next(iter(rule.kinds), "")  # the first kind is that of people, in their own name
        kind = _kind(rule, ask.wanted or ask.text) or (own if not title or title == self._client.name else "")
        if not kind:
            kind = next((name for name in rule.kinds if name != own), own)
        title = title or (ask.details.get("name", "") or self._client.name if kind == own else "")
        if not title:
            return Unclear("title", Told("which_title", {"order": order.id, "kind": kind}))
        if not phone:
            return Unclear("phone", Told("which_phone", {"order": order.id}))
        arguments = {"order_id": order.id, "title": title, "phone_number": phone, "invoice_type": kind}
        told = Told("propose_invoice", {"order": order.id, "title": title, "kind": kind, "phone": phone})
        return Proposal(Write(rule.writes, arguments), told, order.id)

    def _visit(self, ask: Ask, order: ServiceOrder, rule: Rule) -> Step:
        name = ask.details.get("name") or self._client.name
        phone, day = ask.details.get("phone") or self._phone(order), ask.details.get("day", "")
        kind = next(iter(rule.kinds)) if len(rule.kinds) == 1 else _kind(rule, ask.wanted or ask.text)
        if not kind:
            return Unclear("kind", Told("which_visit", {"order": order.id, "kinds": list(rule.kinds)}))
        if not day:
            return Unclear("day", Told("which_day", {"order": order.id, "kind": kind}))
        if not phone:
            return Unclear("phone", Told("which_phone", {"order": order.id}))
        arguments = {
            "order_id": order.id,
            "user_name": name,
            "phone_number": phone,
            "service_type": kind,
            "service_time": day,
        }
        data = {"order": order.id, "lines": order.lines, "kind": kind, "day": day, "name": name, "phone": phone}
        return Proposal(Write(rule.writes, arguments), Told("propose_visit", data), order.id)

    def _phone(self, order: ServiceOrder) -> str:
        return self._client.phone or order.address.phone

    def _cashback(self, order: ServiceOrder, rule: Rule) -> Step:
        if order.details.get("cashback"):
            return Refused(Told("cashback_before", {"order": order.id}))
        if rule.proof:  # a picture is looked at by a person: no text stands for it
            return Refused(Told("needs_proof", {"order": order.id}))
        return Proposal(
            Write(rule.writes, {"order_id": order.id}), Told("propose_cashback", {"order": order.id}), order.id
        )

    def _price_protect(self, ask: Ask, order: ServiceOrder, rule: Rule) -> Step:
        named = {one.product_id for one in ask.goods}
        names = {name for item in ask.items for name in item.name.split("|")} if not named else set()
        lines = [line for line in order.lines if line.product_id in named or line.name in names] or list(order.lines)
        amount, now = ZERO, ZERO
        for line in lines:
            goods = self._shop.goods(line.product_id)
            price = _price_now(goods, line)
            amount, now = amount + max(line.price - price, ZERO), now + price
        paid = sum((line.price for line in lines), ZERO)
        data = {"order": order.id, "was": paid, "now": now, "amount": amount, "payment": self._paid(order)}
        if order.details.get("price_protected"):
            return Refused(Told("protected_before", {"order": order.id}))
        if amount <= 0:
            return Refused(Told("not_cheaper", data))
        told = Told("propose_price_protect", data)
        return Proposal(
            Write(rule.writes, {"order_id": order.id, "amount": f"{amount:.2f}"}), told, order.id, difference=-amount
        )

    def _address(self, ask: Ask, order: ServiceOrder, rule: Rule) -> Step:
        address, phone = ask.details.get("address", ""), ask.details.get("phone", "")
        if not address and ask.order.lenient:
            address = corrected_chinese(ask.text, order.address.street)
        if not address and not phone:
            slot = "phone" if _OF_A_PHONE.search(ask.text) else "address"
            return Unclear(slot, Told(f"which_{slot}", {"order": order.id}))
        arguments = {"order_id": order.id}
        arguments |= {"address": address} if address else {}
        arguments |= {"phone_number": phone} if phone else {}
        key = "propose_address" if address and not phone else "propose_contact" if address else "propose_phone"
        told = Told(key, {"order": order.id, "address": address, "phone": phone, "old": order.address})
        return Proposal(Write(rule.writes, arguments), told, order.id)

    # --- another product

    def _exchange(self, ask: Ask, order: ServiceOrder, rule: Rule, spoken_ids: Sequence[str]) -> Step:
        line = self._line(ask, order, spoken_ids)
        if line is None:
            return Unclear("items", Told("which_items", {"order": order.id, "lines": order.lines}))
        goods = self._shop.goods(line.product_id)
        if goods is None or not goods.substitutes:
            return Refused(Told("no_substitutes", {"name": line.name}))
        found = next(
            (one for said in ask.wanted.split(LATER)[::-1] if (one := substitute(goods, said)).said_something), None
        )
        found = found or substitute(goods, ask.wanted.replace(LATER, " "))
        found = (
            found if found.said_something else substitute(goods, ask.text)
        )  # "可以的话就换": to what was said before
        return self.exchange_for(found, order, line, goods, rule)

    def exchange_for(self, found: Picked, order: ServiceOrder, line: Line, goods: Goods, rule: Rule) -> Step:
        data = {"order": order.id, "name": line.name, "product": goods.id, "substitutes": goods.substitutes}
        if found.meant is None and found.said_something:
            gone = found.unavailable
            key = "substitute_gone" if gone else "no_such_substitute"
            return Refused(Told(key, data | {"gone": gone[:1]}))
        if found.meant is None:
            return Unclear("variant", Told("which_substitute", data))
        new = found.meant
        told = Told("propose_exchange_for", {"order": order.id, "line": line, "substitute": new})
        arguments = {"order_id": order.id, "item_ids": [line.item_id], "new_item_ids": [new.id]}
        return Proposal(Write(rule.writes, arguments), told, order.id, (line.item_id,))

    def substitutes(self, ask: Ask, order: ServiceOrder, spoken_ids: Sequence[str]) -> dict[str, Any]:
        """What a thing of an order might be exchanged for were it allowed; nothing where the shop names nothing."""
        line = self._line(ask, order, spoken_ids)
        goods = self._shop.goods(line.product_id) if line else None
        if line is None or goods is None or not goods.substitutes:
            return {}
        return {"name": line.name, "product": goods.id, "substitutes": goods.substitutes}

    def _line(self, ask: Ask, order: ServiceOrder, spoken_ids: Sequence[str]) -> Line | None:
        """The thing of an order that is meant: by number, by name, as spoken of last, or the only one."""
        names = {name for item in ask.items for name in item.name.split("|")}
        for lines in (
            [line for line in order.lines if line.product_id in ask.order.goods],
            [line for line in order.lines if line.name in names],
            [line for line in order.lines if line.name in {name for item in ask.near for name in item.name.split("|")}],
            [line for line in order.lines if line.product_id in spoken_ids],
            list(order.lines),
        ):
            if len({line.item_id for line in lines}) == 1:
                return lines[0]
        return None

    # --- a new order

    def buy(self, ask: Ask, spoken_ids: Sequence[str]) -> Step:
        """A new order of products that are named, or chosen among those spoken of last."""
        rule = self._policy.rules["place_order"]
        wishes = [(one.product_id, one.quantity or ask.quantity or 1) for one in ask.goods]
        if not wishes and ask.items:  # by name, where it is one the shop sells under it
            names = self._shop.goods_names(self._client.id)
            ids = {names[name] for item in ask.items for name in item.name.split("|") if name in names}
            wishes = [(ids.pop(), ask.quantity or 1)] if len(ids) == 1 else []
        if not wishes and _ALIKE.search(ask.wanted):  # one more of what was bought
            orders = self._shop.orders(self._client.id)
            held = {line.product_id for order in orders for line in order.lines}
            ids = held & set(spoken_ids) or held
            wishes = [(ids.pop(), ask.quantity or 1)] if len(ids) == 1 else []
        if not wishes:
            known = [goods for one in spoken_ids if (goods := self._shop.goods(one)) is not None]
            chosen = picked(known, ask.wanted)
            if chosen is None:
                return Unclear("goods", Told("which_goods", {"names": [goods.name for goods in known]}))
            wishes = [(chosen.id, ask.quantity or 1)]
        lines: list[Line] = []
        for product_id, quantity in wishes:
            goods = self._shop.goods(product_id)
            if goods is None or goods.price is None:
                return Refused(Told("unknown_goods", {"number": product_id}))
            if not goods.on_sale:
                return Refused(Told("not_on_sale", {"name": goods.name, "state": goods.state}))
            lines += [Line(product_id, product_id, goods.name, goods.price)] * quantity
        total = sum((line.price for line in lines), ZERO)
        payment = self._payment(ask.payment)
        data = {"lines": lines, "total": total, "address": self._client.address, "payments": self._client.payments}
        if payment is None:
            return Unclear("payment", Told("pay_how", data))
        short = self._short(payment, total)
        if short:
            balance = payment.balance or ZERO
            return Refused(Told("balance_short", {"payment": payment, "held": balance, "total": total}))
        items = [{"product_id": product_id, "quantity": quantity} for product_id, quantity in wishes]
        told = Told("propose_order", data | {"payment": payment})
        return Proposal(Write(rule.writes, {"items": items, "payment": payment.kind}), told, "", difference=total)

    def _short(self, payment: Payment, total: Decimal) -> bool:
        balance = payment.balance or ZERO
        return (payment.kind in self._policy.must_exceed and not total < balance) or (
            payment.kind in self._policy.must_cover and total > balance
        )

    def _payment(self, ref: PayRef | None) -> Payment | None:
        if ref is None:
            return None
        return next((one for one in self._client.payments if one.kind == ref.kind), None)

    # --- what has to follow a write

    def effects(self, rule: Rule, write: Write, order: ServiceOrder | None) -> list[Write]:
        """The writes that have to follow one that was done; `order` as it was before."""
        found: list[Write] = []
        paid = str(write.arguments.get("payment", "")) or (self._kind_paid(order) if order else "")
        for effect in rule.effects:
            if effect.paid_with and paid not in effect.paid_with:
                continue
            if effect.each:
                found += [Write(effect.write, dict(item)) for item in write.arguments["items"]]
            elif order is not None:
                found.append(Write(effect.write, {"amount": f"{order.total:.2f}"}))
        return found


def _price_now(goods: Goods | None, line: Line) -> Decimal:
    variant = goods.variant(line.item_id) if goods else None
    if variant is not None:
        return variant.price
    return goods.price if goods is not None and goods.price is not None else line.price


def _kind(rule: Rule, text: str) -> str:
    """The kind of invoice or visit that a text names last."""
    found = [(match.start(), name) for name, said in rule.kinds.items() for match in said.finditer(text)]
    return max(found)[1] if found else ""
