"""What a merchant's shop sends, as `docs/shop-api.yaml` describes it, and what we make of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from assistant.service import model
from assistant.service.shop import ShopError
from knowledge import model as knowledge
from knowledge.model import Lang, Order, OrderItem, OrderState, ShipmentEvent, Text

Money = Annotated[Decimal, Field(max_digits=14, decimal_places=2)]
Short = Annotated[str, Field(max_length=200)]


class Document(BaseModel):
    """Fields that a newer shop sends besides are no trouble."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_max_length=2000)


class Address(Document):
    street: Short
    unit: Short = ""
    city: Short = ""
    state: Short = ""
    zip: Short = ""
    country: Short = ""
    phone: Short = ""

    def told(self) -> model.Address:
        return model.Address(**self.model_dump())


class PaymentMethod(Document):
    id: Short
    kind: Short
    brand: Short = ""
    last4: Short = ""
    balance: Money | None = None


class Customer(Document):
    id: Short
    name: Short = ""
    email: Short = ""
    level: Short = ""
    points: int | None = None
    address: Address = Address(street="")
    payment_methods: tuple[PaymentMethod, ...] = ()

    def told(self) -> model.Client:
        payments = tuple(model.Payment(**one.model_dump()) for one in self.payment_methods)
        return model.Client(
            self.id, self.name, self.email, self.address.told(), payments, points=self.points, level=self.level
        )

    def known(self, lang: Lang) -> knowledge.Customer:
        level, points = self.level or "normal", self.points or 0
        return knowledge.Customer(self.id, self.name, email=self.email, level=level, points=points, lang=lang)


class Variant(Document):
    id: Short
    options: Mapping[str, str] = {}
    price: Money
    available: bool = True


class Product(Document):
    id: Short
    name: Short
    variants: tuple[Variant, ...] = ()

    def told(self) -> model.Goods:
        return model.Goods(self.id, self.name, tuple(model.Variant(**one.model_dump()) for one in self.variants))


class Item(Document):
    item_id: Short
    product_id: Short
    name: Short
    quantity: int = Field(1, ge=1, le=1000)
    price: Money
    options: Mapping[str, str] = {}


class Paid(Document):
    payment_id: Short
    amount: Money
    refund: bool = False


class ShipmentStep(Document):
    at: AwareDatetime
    text: str
    place: Short = ""


class OrderDocument(Document):
    id: Short
    customer_id: Short
    state: OrderState
    created: AwareDatetime
    items: tuple[Item, ...]
    total: Money
    shipping_fee: Money = Decimal(0)
    discount: Money = Decimal(0)
    address: Address = Address(street="")
    payments: tuple[Paid, ...] = ()
    carrier: Short = ""
    tracking: Short = ""
    expected: AwareDatetime | None = None
    shipment: tuple[ShipmentStep, ...] = ()
    invoice: str = ""
    refund: str = ""
    warranty: str = ""
    installation: str = ""

    def told(self) -> model.ServiceOrder:
        """For the after-sales flow: one line a piece."""
        lines = tuple(
            model.Line(one.item_id, one.product_id, one.name, one.price, one.options)
            for one in self.items
            for _ in range(one.quantity)
        )
        paid = tuple(model.Paid(one.amount, one.payment_id, one.refund) for one in self.payments)
        details = {name: said for name in model.DETAILS if (said := getattr(self, name))}
        tracking = (self.tracking,) if self.tracking else ()
        return model.ServiceOrder(
            self.id, self.customer_id, self.state, lines, self.address.told(), paid, tracking, details
        )

    def order(self, lang: Lang) -> Order:
        """For whoever tells or shows where an order is; texts are in the language they were asked in."""

        def text(words: str) -> Text:
            return Text(words, "") if lang == "zh" else Text("", words)

        return Order(
            id=self.id,
            customer_id=self.customer_id,
            state=self.state,
            created=self.created,
            items=tuple(
                OrderItem(one.product_id, one.item_id, text(one.name), one.quantity, one.price) for one in self.items
            ),
            total=self.total,
            shipping_fee=self.shipping_fee,
            discount=self.discount,
            address=str(self.address.told()),
            carrier=text(self.carrier),
            tracking=self.tracking,
            expected=self.expected,
            details={name: text(said) for name in model.DETAILS if (said := getattr(self, name))},
            events=tuple(ShipmentEvent(one.at, text(one.text), text(one.place)) for one in self.shipment),
        )


class Done(Document):
    """What came of an action."""

    done: bool
    reason: str = ""
    result: Mapping[str, Any] = {}

    def told(self) -> model.Outcome:
        return model.Outcome(self.done, self.reason, self.result)


D = TypeVar("D", bound=Document)


def read(kind: type[D], document: object) -> D:
    """Raises ShopError when a document is not as the contract has it; says where, never what stood there."""
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        where = "; ".join(
            f"{'.'.join(map(str, one['loc'])) or kind.__name__}: {one['msg']}" for one in error.errors()[:3]
        )
        raise ShopError(f"the shop's answer is not a {kind.__name__} of docs/shop-api.yaml ({where})") from None
