"""A Chinese shop in memory: one customer, three orders, four products; its card is a ledger that writes move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from assistant.service.flow import Flow
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
from assistant.service.policy import load_policy
from assistant.service.session import Session, Turn
from assistant.service.understand.chinese import Chinese
from assistant.service.wordings import Words

POLICY = Path(__file__).with_name("zh_policy.yaml")
HOME = Address("杭州市文一路1号", phone="13900001111")
BIG = Substitute("770003", "静音加湿器6升智能款", True, "在售")
SMALL = Substitute("770004", "静音加湿器2升桌面款", False, "缺货")
GOODS = {
    one.id: one
    for one in (
        Goods(
            "770001",
            "静音加湿器4升",
            (),
            Decimal("199"),
            True,
            "在售",
            "适合卧室，4升水箱。",
            {"install": "无需安装，接水通电即可。", "repair": "整机保修2年。", "gifts": "滤芯：随箱附送一枚。"},
            (Fault("E02", "缺水", "请给水箱加水。"),),
            (BIG, SMALL),
        ),
        Goods("770002", "手持吸尘器800W", (), Decimal("450"), True, "在售", "适合清洁沙发。"),
        Goods("770005", "电烤箱32升", (), Decimal("320"), False, "已下架", "适合烘焙。"),
    )
}
BUYER = Client(
    "c1",
    "林小满",
    "",
    HOME,
    (Payment("购物卡", "购物卡", balance=Decimal("400")), Payment("微信", "微信")),
    ("80000001", "80000002", "80000003"),
    phone="13900001111",
    points=1280,
    level="金卡",
)


def _order(number: str, state: str, product: str, price: str, paid: str) -> ServiceOrder:
    line = Line(product, product, GOODS[product].name, Decimal(price))
    details = {"shipment": "顺丰 SF1，已到杭州"} if state == "运输中" else {}
    return ServiceOrder(number, "c1", state, (line,), HOME, (Paid(Decimal(price), paid),), (), details)


@dataclass
class ZhShop:
    executed: list[Write] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    held: dict[str, ServiceOrder] = field(
        default_factory=lambda: {
            one.id: one
            for one in (
                _order("80000001", "待发货", "770001", "239", "购物卡"),
                _order("80000002", "运输中", "770002", "450", "微信"),
                _order("80000003", "已收货", "770005", "320", "购物卡"),
            )
        }
    )

    def find_client(
        self, *, email: str = "", name: str = "", zip_code: str = "", order_id: str = "", phone_tail: str = ""
    ) -> Client | None:
        return BUYER if order_id in self.held and phone_tail == "1111" else None

    def client(self, client_id: str) -> Client:
        return BUYER

    def order(self, order_id: str) -> ServiceOrder | None:
        return self.held.get(order_id)

    def orders(self, client_id: str) -> Sequence[ServiceOrder]:
        return list(self.held.values())

    def goods(self, product_id: str) -> Goods | None:
        return GOODS.get(product_id)

    def goods_names(self, client_id: str = "") -> dict[str, str]:
        return {line.name: line.product_id for order in self.held.values() for line in order.lines}

    def texts(self) -> Mapping[str, str]:
        return {"offers": "满500减50。"}

    def execute(self, write: Write, key: str) -> Outcome:
        if key not in self.outcomes:
            self.executed.append(write)
            self.outcomes[key] = Outcome(True, result={"order_id": "89999999"} if write.name == "place_order" else {})
            if write.name == "place_order":
                lines = tuple(
                    Line(one["product_id"], one["product_id"], GOODS[one["product_id"]].name, Decimal(1))
                    for one in write.arguments["items"]
                )
                self.held["89999999"] = ServiceOrder("89999999", "c1", "待发货", lines, HOME)
            if write.name == "cancel_order":
                number = str(write.arguments["order_id"])
                self.held[number] = replace(self.held[number], state="已取消")
        return self.outcomes[key]


class ZhTalk:
    """A signed-in shopper's conversation; what was said last is in `text`."""

    def __init__(self, *, signed_in: bool = True) -> None:
        policy = load_policy(POLICY)
        self.shop = ZhShop()
        reads = Chinese(policy.order_number, policy.product_number, policy.payments)
        self.flow = Flow(self.shop, policy, reads, every=True)
        self.words = Words(policy, "zh")
        self.session = Session(client_id="c1" if signed_in else "")
        self.text = ""

    def say(self, text: str) -> Turn:
        turn = self.flow.turn(text, self.session, "talk")
        self.text = self.words.say(turn.told)
        return turn

    @property
    def done(self) -> list[tuple[str, dict[str, object]]]:
        return [(write.name, dict(write.arguments)) for write in self.shop.executed]
