"""Two fuller shops in memory for what shoppers say: five orders each, goods in versions, addresses abroad."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path

from assistant.service.flow import Flow
from assistant.service.model import Address, Client, Goods, Line, Paid, Payment, ServiceOrder, Variant
from assistant.service.policy import Policy, load_policy
from assistant.service.session import Session, Turn
from assistant.service.understand.chinese import Chinese
from assistant.service.understand.english import English
from assistant.service.wordings import Words
from knowledge.model import Lang
from tests.assistant.service.shops import MemoryShop

HERE = Path(__file__).parent
LEEDS = Address("14 Castle Road", "Flat 2", "Leeds", "", "LS1 4DY", "UK")
MAEVE = Client(
    "c5",
    "Maeve O'Brien",
    "maeve.obrien@example.co.uk",
    LEEDS,
    (
        Payment("pp_5", "paypal"),
        Payment("card_5", "credit_card", "mastercard", "5454"),
        Payment("gift_5", "gift_card", balance=Decimal("500")),
    ),
    ("B5001", "B5002", "B5003", "B5004", "B5005"),
    phone="07700900123",
)
CHENGDU = Address("四川省成都市武侯区天府大道100号3栋2单元", phone="13712345678")
WANG = Client(
    "c6",
    "王建国",
    "",
    CHENGDU,
    (Payment("w", "微信"),),
    ("DD20261101", "DD20261102", "DD20261103", "DD20261104", "DD20261105"),
    phone="13712345678",
)


def _goods(number: str, name: str, price: str, step: int = 0, **options: Sequence[str]) -> Goods:
    """`step`: by how much each version is dearer than the one before it."""
    variants = tuple(
        Variant("-".join((number, *values)), dict(zip(options, values, strict=True)), Decimal(price) + step * index)
        for index, values in enumerate(product(*options.values()))
    )
    return Goods(number, name, variants)


EN_GOODS = (
    _goods("phones", "Wireless Headphones", "89", 5, color=("black", "white", "navy")),
    _goods("bottle", "Water Bottle", "19", 5, material=("steel", "plastic"), size=("500ml", "1000ml")),
    _goods("shoes", "Running Shoes", "75", 5, size=("8", "9", "10"), color=("grey", "black")),
    _goods("espresso", "Espresso Machine", "210", 5, pressure=("15 bar", "19 bar")),
    _goods("backpack", "Backpack", "48", 5, color=("green", "brown"), size=("small", "large")),
    _goods("camera", "Action Camera", "150", 5, resolution=("4K",)),
)
ZH_GOODS = (
    _goods("robot", "扫地机器人", "1299", 颜色=("白色", "黑色")),
    _goods("fryer", "空气炸锅", "299", 容量=("4L", "6L"), 颜色=("白色", "灰色")),
    _goods("down", "羽绒服", "599", 尺码=("M", "L", "XL"), 颜色=("黑色", "藏青")),
    _goods("earbuds", "蓝牙耳机", "199", 颜色=("白色", "黑色", "粉色")),
    _goods("cup", "保温杯", "89", 容量=("350ml", "500ml")),
)


class WideShop(MemoryShop):
    def __init__(self, client: Client, goods: Sequence[Goods], orders: Sequence[tuple[str, str, str, str]]) -> None:
        super().__init__()
        self._client, self._goods = client, {one.id: one for one in goods}
        self.held = {number: self._order(number, *rest) for number, *rest in orders}

    def _order(self, number: str, state: str, paid: str, variants: str) -> ServiceOrder:
        lines = []
        for variant_id in variants.split():
            goods = self._goods[variant_id.split("-")[0]]
            variant = goods.variant(variant_id.replace("_", " "))
            assert variant is not None, variant_id
            lines.append(Line(variant.id, goods.id, goods.name, variant.price, variant.options))
        total = sum((line.price for line in lines), Decimal(0))
        client = self._client
        return ServiceOrder(
            number, client.id, state, tuple(lines), client.address, (Paid(total, paid),), (f"T-{number}",)
        )

    def find_client(
        self, *, email: str = "", name: str = "", zip_code: str = "", order_id: str = "", phone_tail: str = ""
    ) -> Client | None:
        one = self._client
        known = (
            email.lower() == one.email if email else False,
            bool(name) and (name.lower(), zip_code.upper().replace(" ", "")) == (one.name.lower(), "LS14DY"),
            order_id in self.held and bool(phone_tail) and one.phone.endswith(phone_tail),
        )
        return one if any(known) else None

    def client(self, client_id: str) -> Client:
        return self._client

    def goods(self, product_id: str) -> Goods | None:
        return self._goods.get(product_id)

    def goods_names(self, client_id: str = "") -> dict[str, str]:
        return {one.name: one.id for one in self._goods.values()}

    def texts(self) -> Mapping[str, str]:
        return {}


def en_shop() -> WideShop:
    return WideShop(
        MAEVE,
        EN_GOODS,
        (
            ("B5001", "open", "pp_5", "shoes-9-grey bottle-steel-500ml"),
            ("B5002", "open", "card_5", "backpack-green-small"),
            ("B5003", "received", "pp_5", "phones-black espresso-15_bar"),
            ("B5004", "sent", "card_5", "camera-4K"),
            ("B5005", "received", "gift_5", "bottle-plastic-1000ml"),
        ),
    )


def zh_shop() -> WideShop:
    return WideShop(
        WANG,
        ZH_GOODS,
        (
            ("DD20261101", "paid", "w", "down-L-黑色 cup-500ml"),
            ("DD20261102", "shipped", "w", "robot-白色"),
            ("DD20261103", "delivered", "w", "fryer-4L-白色"),
            ("DD20261104", "delivered", "w", "earbuds-白色"),
            ("DD20261105", "unpaid", "w", "cup-350ml"),
        ),
    )


def _policy(lang: Lang) -> Policy:
    if lang == "en":
        rules = load_policy(HERE / "policy.yaml")
        reasons = {
            "unwanted": re.compile("need|want", re.IGNORECASE),
            "mistake": re.compile("mistake|accident", re.IGNORECASE),
        }
        cancel = replace(rules.rules["cancel_order"], reasons=reasons)
        return replace(
            rules,
            rules={**rules.rules, "cancel_order": cancel},
            order_number=re.compile(r"(?<![A-Za-z0-9])#?(B\d{4})(?!\d)", re.IGNORECASE),
        )
    return replace(
        load_policy(HERE.parents[2] / "assistant/service/data/embedded.yaml"),
        order_number=re.compile(r"(?<![A-Za-z0-9])#?(DD\d{8})(?!\d)", re.IGNORECASE),
    )


class WideTalk:
    """A conversation with one of the two shops; what was said last is in `text`."""

    def __init__(self, lang: Lang, *, signed_in: bool = True) -> None:
        rules = _policy(lang)
        self.shop = en_shop() if lang == "en" else zh_shop()
        reads = English(rules.order_number) if lang == "en" else Chinese(rules.order_number, None, rules.payments)
        self._flow = Flow(self.shop, rules, reads, every=True)
        self._words = Words(rules, lang)
        self.session = Session(client_id=self.shop.client("").id if signed_in else "")
        self.text = ""

    def concerns(self, text: str) -> bool:
        return self._flow.concerns(text, self.session)

    def say(self, text: str) -> Turn:
        turn = self._flow.turn(text, self.session, "talk")
        self.text = self._words.say(turn.told)
        return turn
