"""A small shop in memory: two customers, four orders, a mug in six versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from assistant.service.model import Address, Client, Goods, Line, Outcome, Paid, Payment, ServiceOrder, Variant, Write
from assistant.service.policy import Policy, load_policy

POLICY = Path(__file__).with_name("policy.yaml")
HOME = Address("12 Mill Lane", "", "Bath", "", "50101", "USA")
OFFICE = Address("9 Quay Street", "Suite 4", "Bristol", "", "50102", "USA")
GIFT, VISA = Payment("gift_1", "gift_card", balance=Decimal("5")), Payment("card_1", "credit_card", "visa", "4242")
MUG = Goods(
    "p1",
    "Travel Mug",
    tuple(
        Variant(f"mug-{color}-{size}", {"color": color, "capacity": f"{size}ml"}, Decimal(price), there)
        for color, size, price, there in (
            ("red", 300, "20.00", True),
            ("red", 500, "25.00", True),
            ("blue", 300, "20.00", True),
            ("blue", 500, "26.50", True),
            ("green", 500, "25.00", False),
        )
    ),
)
LAMP = Goods("p2", "Desk Lamp", (Variant("lamp-1", {"brightness": "low"}, Decimal("40.00")),))
BUYER = Client("c1", "Ann Lee", "ann@example.com", HOME, (GIFT, VISA), ("A1001", "A1002", "A1003"), 1280, level="gold")
OTHER = Client("c2", "Bo Chan", "bo@example.com", OFFICE, (VISA,), ("A2001",))


def _order(number: str, client: Client, state: str, *variants: tuple[Goods, str], at: Address = HOME) -> ServiceOrder:
    lines = []
    for goods, variant_id in variants:
        variant = goods.variant(variant_id)
        assert variant is not None
        lines.append(Line(variant.id, goods.id, goods.name, variant.price, variant.options))
    total = sum((line.price for line in lines), Decimal(0))
    return ServiceOrder(number, client.id, state, tuple(lines), at, (Paid(total, VISA.id),), (f"T-{number}",))


@dataclass
class MemoryShop:
    """Executes whatever it is told, once a key; tests ask what it was told."""

    executed: list[Write] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    held: dict[str, ServiceOrder] = field(
        default_factory=lambda: {
            order.id: order
            for order in (
                _order("A1001", BUYER, "open", (MUG, "mug-red-300"), (LAMP, "lamp-1")),
                _order("A1002", BUYER, "received", (MUG, "mug-blue-500")),
                _order("A1003", BUYER, "sent", (LAMP, "lamp-1"), at=OFFICE),
                _order("A2001", OTHER, "open", (LAMP, "lamp-1")),
            )
        }
    )

    def find_client(
        self, *, email: str = "", name: str = "", zip_code: str = "", order_id: str = "", phone_tail: str = ""
    ) -> Client | None:
        for client in (BUYER, OTHER):
            if email == client.email or (name, zip_code) == (client.name, client.address.zip):
                return client
        return None

    def client(self, client_id: str) -> Client:
        return BUYER if client_id == BUYER.id else OTHER

    def order(self, order_id: str) -> ServiceOrder | None:
        return self.held.get(order_id)

    def orders(self, client_id: str) -> Sequence[ServiceOrder]:
        return [order for order in self.held.values() if order.customer_id == client_id]

    def goods(self, product_id: str) -> Goods | None:
        return {"p1": MUG, "p2": LAMP}.get(product_id)

    def goods_names(self, client_id: str = "") -> dict[str, str]:
        return {MUG.name: MUG.id, LAMP.name: LAMP.id}

    def texts(self) -> Mapping[str, str]:
        return {}

    def execute(self, write: Write, key: str) -> Outcome:
        if key not in self.outcomes:
            self.executed.append(write)
            self.outcomes[key] = Outcome(True)
            if write.name == "cancel_order":
                number = str(write.arguments["order_id"])
                self.held[number] = replace(self.held[number], state="stopped")
        return self.outcomes[key]


def policy() -> Policy:
    return load_policy(POLICY)
