"""The shop of ECom-Bench, read into memory behind the interface of any shop."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from assistant.service.model import (
    Address,
    Client,
    Fault,
    Goods,
    Line,
    Outcome,
    Paid,
    Payment,
    ServiceOrder,
    Substitute,
    Write,
)
from assistant.service.policy import Policy
from bench.service_shops import money

NEW_ORDER = "1234567890"
ON_SALE = "已上架"


class EcomShop:
    """orders.json, users_info.json, products.json and what lies beside them. Writes are checked by the policy once
    more: what the flow lets through by mistake is refused here."""

    def __init__(self, folder: Path, policy: Policy, user_id: str) -> None:
        def inner(name: str) -> Any:
            found = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            for key in ("jd", "5de650c946e7c3001814990f"):
                found = found.get(key, found)
            return found

        self._policy = policy
        self._goods = {key: _goods(one) for key, one in inner("products").items()}
        user = inner("users_info")[user_id]
        more = {
            "shipment": {key: _shipment(one) for key, one in inner("logistics").get(user_id, {}).items()},
            "invoice": {key: _invoice(one) for key, one in inner("invoices").items()},
            "visit": {key: _visit(one) for key, one in inner("service").get(user_id, {}).items()},
            "cashback": {key: "yes" for key, one in inner("register_cashback").get(user_id, {}).items() if one},
        }
        orders = inner("orders").get(user_id, {})
        self._orders = {key: self._order(one, more) for key, one in orders.items()}
        where = user["地址信息"]
        address = Address("".join(where[part] for part in ("省份", "城市", "区县", "详细地址")), phone=user["电话号码"])
        kinds = list(policy.payments)
        payments = tuple(
            Payment(kind, kind, balance=money(user["电子卡余额"]) if kind in policy.must_exceed else None)
            for kind in kinds
        )
        self._client = Client(user_id, user["用户姓名"], "", address, payments, tuple(self._orders), user["电话号码"])
        self._texts = {"offers": _offers(inner("discount"))}
        self._outcomes: dict[str, Outcome] = {}

    def _order(self, one: Mapping[str, Any], more: Mapping[str, Mapping[str, str]]) -> ServiceOrder:
        lines = []
        for item in one["订单商品列表"]:
            goods = self._goods.get(item["商品ID"])
            name = goods.name if goods else item["商品ID"]
            lines += [Line(item["商品ID"], item["商品ID"], name, money(item["单价"]))] * int(item["数量"])
        to = one["收货地址"]
        where = "".join(to.get(part, "") for part in ("省份", "城市", "区县", "详细地址"))
        details = {topic: told[one["订单ID"]] for topic, told in more.items() if one["订单ID"] in told}
        if one["是否加急"]:
            details["urged"] = "yes"
        return ServiceOrder(
            one["订单ID"],
            one["用户ID"],
            one["订单状态"],
            tuple(lines),
            Address(where, phone=to["电话号码"]),
            (Paid(money(one["订单总金额"]), one["支付方式"]),),
            (),
            details,
        )

    def find_client(
        self, *, email: str = "", name: str = "", zip_code: str = "", order_id: str = "", phone_tail: str = ""
    ) -> Client | None:
        return None  # shoppers here are signed in

    def client(self, client_id: str) -> Client:
        return self._client

    def order(self, order_id: str) -> ServiceOrder | None:
        return self._orders.get(order_id)

    def orders(self, client_id: str) -> Sequence[ServiceOrder]:
        return list(self._orders.values())

    def goods(self, product_id: str) -> Goods | None:
        return self._goods.get(product_id)

    def goods_names(self, client_id: str = "") -> dict[str, str]:
        return {line.name: line.product_id for order in self._orders.values() for line in order.lines}

    def texts(self) -> Mapping[str, str]:
        return self._texts

    def execute(self, write: Write, key: str) -> Outcome:
        if key not in self._outcomes:
            self._outcomes[key] = self._execute(write)
        return self._outcomes[key]

    def _execute(self, write: Write) -> Outcome:
        told = write.arguments
        if write.name == "place_order":
            return self._place(told)
        if write.name in ("refund_balance", "pay_balance"):
            return self._move(write)
        order = self._orders[told["order_id"]]
        rule = self._policy.rules[write.name]
        if rule.states and order.state not in rule.states:
            return Outcome(False, f"订单{order.id}状态为{order.state}")
        match write.name:
            case "cancel_order":
                order = replace(order, state="已取消")
            case "return_items":
                order = replace(order, state="已退货")
            case "exchange_items":
                new = dict(zip(told["item_ids"], told["new_item_ids"], strict=True))
                order = replace(order, lines=tuple(self._exchanged(line, new) for line in order.lines))
            case "modify_address":
                street, phone = told.get("address", order.address.street), told.get("phone_number", order.address.phone)
                order = replace(order, address=Address(street, phone=phone))
            case _:
                topic = {"urge_shipment": "urged", "issue_invoice": "invoice", "schedule_service": "visit"}
                said = "，".join(str(value) for name, value in told.items() if name != "order_id") or "yes"
                order = replace(order, details={**order.details, topic.get(write.name, "cashback"): said})
        self._orders[order.id] = order
        return Outcome(True)

    def _exchanged(self, line: Line, new: Mapping[str, str]) -> Line:
        if line.item_id not in new:
            return line
        goods = self._goods[line.product_id]
        target = next(one for one in goods.substitutes if one.id == new[line.item_id])
        return Line(target.id, target.id, target.name, line.price)

    def _place(self, told: Mapping[str, Any]) -> Outcome:
        lines: list[Line] = []
        for item in told["items"]:
            goods = self._goods[item["product_id"]]
            if not goods.on_sale or goods.price is None:
                return Outcome(False, f"商品{goods.id}{goods.state}")
            lines += [Line(goods.id, goods.id, goods.name, goods.price)] * item["quantity"]
        number = NEW_ORDER
        while number in self._orders:  # later ones are told apart by another last digit
            number = str(int(number) + 1)
        total = sum((line.price for line in lines), Decimal(0))
        paid = (Paid(total, told["payment"]),)
        order = ServiceOrder(number, self._client.id, "已付款", tuple(lines), self._client.address, paid)
        self._orders[number] = order
        return Outcome(True, result={"order_id": number})

    def _move(self, write: Write) -> Outcome:
        told = write.arguments
        amount = Decimal(told["amount"]) if "amount" in told else Decimal(0)
        if write.name == "pay_balance":
            price = self._goods[told["product_id"]].price or Decimal(0)
            amount = -price * told["quantity"]
        payments = []
        for one in self._client.payments:
            if one.balance is not None and amount < 0 and not -amount < one.balance:
                return Outcome(False, "余额不足")
            payments.append(replace(one, balance=one.balance + amount) if one.balance is not None else one)
        self._client = replace(self._client, payments=tuple(payments))
        return Outcome(True)


def _goods(one: Mapping[str, Any]) -> Goods:
    texts = {
        "install": one["安装说明"],
        "repair": one["维修说明"],
        "materials": "；".join(_named(part) for part in one["辅材材料"]),
        "gifts": "；".join(_named(part) for part in one["赠品信息"]),
    }
    substitutes = tuple(
        Substitute(each["商品ID"], each["商品描述"], each["商品状态"] == ON_SALE, each["商品状态"])
        for each in one["可换货商品"]
    )
    faults = tuple(Fault(each["故障代码"], each["故障名称"], each["故障解决方案"]) for each in one["常见故障"])
    return Goods(
        one["商品ID"],
        one["商品名称"],
        (),
        money(one["商品价格"]),
        one["商品状态"] == ON_SALE,
        one["商品状态"],
        one["商品描述"],
        {topic: text for topic, text in texts.items() if text},
        faults,
        substitutes,
    )


def _named(part: Mapping[str, str]) -> str:
    """A part or gift with what is told of it; the data know two forms of the keys."""
    return "：".join(str(value) for value in part.values())


def _shipment(one: Mapping[str, Any]) -> str:
    last = one["物流轨迹"][-1] if one["物流轨迹"] else {}
    now = "，".join(str(last[key]) for key in ("时间", "状态", "位置", "描述") if last.get(key))
    told = f"{one['物流公司']} {one['物流单号']}，预计送达{one['预计送达时间']}"
    return f"{told}，最新：{now}" if now else told


def _invoice(one: Mapping[str, Any]) -> str:
    return f"{one['发票类型']}，抬头{one['发票抬头']}，电话{one['电话号码']}"


def _visit(one: Mapping[str, Any]) -> str:
    return f"{one['服务类型']}，{one['预约日期']}，{one['用户姓名']}，{one['电话号码']}"


def _offers(one: Mapping[str, Any]) -> str:
    parts = [f"{each['类型']}：" + "，".join(str(each[key]) for key in each if key != "类型") for each in one["详情"]]
    return f"{one['政策名称']}（{one['有效期']}）：" + "；".join(parts)
