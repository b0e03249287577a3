"""The shops of the service benchmark, read into memory behind the interface of any shop."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from assistant.service.model import Address, Client, Goods, Line, Outcome, Paid, Payment, ServiceOrder, Variant, Write
from assistant.service.policy import Policy, Rule


def money(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)


class RetailShop:
    """orders.json, users.json and products.json as tau-bench's retail domain has them. Writes are checked by the policy
    once more: what the flow lets through by mistake is refused here."""

    def __init__(self, folder: Path, policy: Policy) -> None:
        self._policy = policy
        products = json.loads((folder / "products.json").read_text(encoding="utf-8"))
        self._goods = {key: _goods(key, one) for key, one in products.items()}
        self._orders = {
            key: _order(one) for key, one in json.loads((folder / "orders.json").read_text(encoding="utf-8")).items()
        }
        self._clients: dict[str, Client] = {}
        self._addresses: dict[str, Address] = {}
        self._by_email: dict[str, str] = {}
        self._by_name: dict[tuple[str, str], str] = {}
        for key, one in json.loads((folder / "users.json").read_text(encoding="utf-8")).items():
            client = _client(key, one)
            self._clients[key] = client
            self._by_email[client.email.lower()] = key
            self._by_name[client.name.lower(), client.address.zip] = key
        self._outcomes: dict[str, Outcome] = {}

    def find_client(
        self, *, email: str = "", name: str = "", zip_code: str = "", order_id: str = "", phone_tail: str = ""
    ) -> Client | None:
        key = self._by_email.get(email.lower()) if email else self._by_name.get((name.lower(), zip_code))
        return self._clients[key] if key else None

    def client(self, client_id: str) -> Client:
        return self._clients[client_id]

    def order(self, order_id: str) -> ServiceOrder | None:
        return self._orders.get(order_id)

    def orders(self, client_id: str) -> Sequence[ServiceOrder]:
        return [self._orders[key] for key in self._clients[client_id].order_ids if key in self._orders]

    def goods(self, product_id: str) -> Goods | None:
        return self._goods.get(product_id)

    def goods_names(self, client_id: str = "") -> dict[str, str]:
        return {goods.name: key for key, goods in self._goods.items()}

    def texts(self) -> Mapping[str, str]:
        return {}

    def execute(self, write: Write, key: str) -> Outcome:
        if key not in self._outcomes:
            self._outcomes[key] = self._execute(write)
        return self._outcomes[key]

    def _execute(self, write: Write) -> Outcome:
        told = write.arguments
        if write.name == "modify_user_address":
            client = self._clients[told["user_id"]]
            self._clients[client.id] = replace(client, address=_address(told))
            return Outcome(True)
        order = self._orders[told["order_id"]]
        rule: Rule = self._policy.rules[write.name]
        if rule.states and order.state not in rule.states:
            return Outcome(False, f"the order is {order.state}")
        match write.name:
            case "modify_address":
                order = replace(order, address=_address(told))
            case "cancel_order":
                for paid in order.paid:
                    self._give(order.customer_id, paid.payment_id, paid.amount)
                refunds = tuple(replace(paid, refund=True) for paid in order.paid)
                order = replace(order, state="cancelled", paid=(*order.paid, *refunds))
            case "modify_payment":
                first = order.paid[0]
                self._give(order.customer_id, told["payment_method_id"], -first.amount)
                self._give(order.customer_id, first.payment_id, first.amount)
                new = Paid(first.amount, told["payment_method_id"])
                order = replace(order, paid=(new, first, replace(first, refund=True)))
            case "return_items":
                order = replace(order, state="return requested")
            case _:
                order = self._swapped(order, write)
        self._orders[order.id] = order
        return Outcome(True)

    def _swapped(self, order: ServiceOrder, write: Write) -> ServiceOrder:
        told = write.arguments
        if write.name == "exchange_items":
            return replace(order, state="exchange requested")
        lines, gap = list(order.lines), Decimal(0)
        for old, new in zip(told["item_ids"], told["new_item_ids"], strict=True):
            place = next(number for number, line in enumerate(lines) if line.item_id == old)
            variant = self._goods[lines[place].product_id].variant(new)
            assert variant is not None
            gap += variant.price - lines[place].price
            lines[place] = replace(lines[place], item_id=new, price=variant.price, options=variant.options)
        self._give(order.customer_id, told["payment_method_id"], -gap)
        moved = Paid(abs(gap), told["payment_method_id"], refund=gap < 0)
        return replace(order, state="pending (item modified)", lines=tuple(lines), paid=(*order.paid, moved))

    def _give(self, client_id: str, payment_id: str, amount: Decimal) -> None:
        client = self._clients[client_id]
        payments = tuple(
            replace(one, balance=one.balance + amount) if one.id == payment_id and one.balance is not None else one
            for one in client.payments
        )
        self._clients[client_id] = replace(client, payments=payments)


def _goods(key: str, one: Mapping[str, Any]) -> Goods:
    variants = tuple(
        Variant(item, value["options"], money(value["price"]), bool(value["available"]))
        for item, value in one["variants"].items()
    )
    return Goods(key, one["name"], variants)


def _address(one: Mapping[str, Any]) -> Address:
    parts = (one.get(name, "") for name in ("address1", "address2", "city", "state", "zip", "country"))
    return Address(*map(str, parts))


def _order(one: Mapping[str, Any]) -> ServiceOrder:
    lines = tuple(
        Line(item["item_id"], item["product_id"], item["name"], money(item["price"]), item["options"])
        for item in one["items"]
    )
    paid = tuple(
        Paid(money(each["amount"]), each["payment_method_id"], each["transaction_type"] == "refund")
        for each in one["payment_history"]
    )
    tracking = tuple(number for each in one.get("fulfillments", ()) for number in each["tracking_id"])
    return ServiceOrder(one["order_id"], one["user_id"], one["status"], lines, _address(one["address"]), paid, tracking)


def _client(key: str, one: Mapping[str, Any]) -> Client:
    payments = tuple(
        Payment(
            each["id"],
            each["source"],
            each.get("brand", ""),
            each.get("last_four", ""),
            money(each["balance"]) if "balance" in each else None,
        )
        for each in one["payment_methods"].values()
    )
    name = f"{one['name']['first_name']} {one['name']['last_name']}"
    return Client(key, name, one["email"], _address(one["address"]), payments, tuple(one["orders"]))
