"""The shop whose orders lie in our own tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from assistant.service.model import Address, Client, Goods, Line, Outcome, Paid, ServiceOrder, Variant, Write
from assistant.service.policy import Policy
from knowledge.catalog import Catalog
from knowledge.model import Attribute, Lang, Order, OrderState, Product, Text

PAID = "as_paid"  # the way an order was paid, which our tables don't tell apart
_BECOMES: dict[str, OrderState] = {
    "cancel_order": "cancelled",
    "return_items": "return_requested",
    "exchange_items": "exchanging",
}
_NOTED = ("urge_shipment", "issue_invoice", "price_protect", "schedule_service")  # for who handles the order


class EmbeddedShop:
    """`known(key)`: the outcome of a write that was executed before; the same key is never executed twice."""

    def __init__(
        self, catalog: Catalog, policy: Policy, lang: Lang, known: Callable[[str], Outcome | None] = lambda key: None
    ) -> None:
        self._catalog = catalog
        self._policy = policy
        self._lang = lang
        self._known = known

    def find_client(
        self, *, email: str = "", name: str = "", zip_code: str = "", order_id: str = "", phone_tail: str = ""
    ) -> Client | None:
        """By an order's number and the last four digits of its customer's phone number together."""
        order = self._catalog.order(order_id) if order_id and len(phone_tail) == 4 else None
        customer = self._catalog.customer(order.customer_id) if order else None
        return self.client(customer.id) if customer and customer.phone.endswith(phone_tail) else None

    def client(self, client_id: str) -> Client:
        customer = self._catalog.customer(client_id)
        if customer is None:
            return Client(client_id, "", "", Address(""))
        orders = tuple(order.id for order in self._catalog.orders(client_id))
        address = Address(customer.address)
        return Client(
            customer.id, customer.name, customer.email, address, (), orders,
            points=customer.points, phone=customer.phone, level=customer.level,
        )  # fmt: skip

    def order(self, order_id: str) -> ServiceOrder | None:
        order = self._catalog.order(order_id)
        return self._told(order) if order else None

    def orders(self, client_id: str) -> Sequence[ServiceOrder]:
        mine = sorted(self._catalog.orders(client_id), key=lambda order: order.created)
        return [self._told(order) for order in mine]

    def goods(self, product_id: str) -> Goods | None:
        product = self._catalog.product(product_id)
        return self._goods(product) if product else None

    def goods_names(self, client_id: str = "") -> dict[str, str]:
        """The titles of what a customer bought, in the language spoken; nobody speaks of all others here."""
        orders = self._catalog.orders(client_id) if client_id else ()
        return {item.title(self._lang): item.product_id for order in orders for item in order.items}

    def texts(self) -> Mapping[str, str]:
        return {}

    def execute(self, write: Write, key: str) -> Outcome:
        done = self._known(key)
        if done is not None:
            return done
        order = self._catalog.order(str(write.arguments["order_id"]))
        rule = self._policy.rules.get(write.name)
        if order is None or rule is None:
            return Outcome(False, "unknown order")
        if order.state not in rule.states:
            return Outcome(False, self._policy.says(order.state, self._lang))
        if write.name == "modify_address":
            changed = replace(order, address=write.arguments.get("address", order.address), note=_note(order, write))
        elif write.name in _NOTED:
            changed = replace(order, note=_note(order, write), details=_details(order, write))
        else:
            changed = replace(order, state=_BECOMES[write.name], note=_note(order, write))
        self._catalog.put(orders=[changed], source="service")
        return Outcome(True)

    def _told(self, order: Order) -> ServiceOrder:
        lines = tuple(
            Line(
                item.variant_id or item.product_id,
                item.product_id,
                item.title(self._lang),
                item.price,
                self._options(item.product_id, item.variant_id),
            )
            for item in order.items
            for _ in range(item.quantity)
        )
        paid = (Paid(order.total, PAID),) if order.state != "unpaid" else ()
        tracking = (order.tracking,) if order.tracking else ()
        details = {name: said(self._lang) for name, said in order.details.items()}
        if shipment := _shipment(order, self._lang):
            details.setdefault("shipment", shipment)
        done = {"urged": "urge_shipment", "price_protected": "price_protect"}
        details |= {name: "yes" for name, write in done.items() if write in order.note}
        return ServiceOrder(
            order.id, order.customer_id, order.state, lines, Address(order.address), paid, tracking, details
        )

    def _options(self, product_id: str, variant_id: str) -> dict[str, str]:
        product = self._catalog.product(product_id)
        found = next((one for one in product.variants if one.id == variant_id), None) if product else None
        return {one.name(self._lang): one.value(self._lang) for one in found.options} if found else {}

    def _goods(self, product: Product) -> Goods:
        variants = tuple(
            Variant(
                one.id,
                {option.name(self._lang): option.value(self._lang) for option in one.options},
                one.price if one.price is not None else product.price or Decimal(0),
                one.stock is None or one.stock > 0,
            )
            for one in product.variants
        )
        lasting = [f"{one.name(self._lang)}: {one.value(self._lang)}" for one in product.attributes if _lasts(one)]
        texts = {"repair": lasting[0]} if lasting else {}
        return Goods(product.id, product.title(self._lang), variants, product.price, texts=texts)


def _lasts(attribute: Attribute) -> bool:
    """Whether it tells how long a product is under warranty."""
    return attribute.name.zh in ("保修", "质保") or attribute.name.en.lower() == "warranty"


def _shipment(order: Order, lang: Lang) -> str:
    """Who brings an order, what happened to it last, and when it is expected; empty before anything has happened."""
    if not order.events:
        return ""
    last = order.events[-1]
    brought = f"{order.carrier(lang)} {order.tracking}".strip()
    if lang == "zh":
        told = [f"{brought}，" if brought else "", f"最新：{last.at:%m月%d日 %H:%M} {last.text(lang)}"]
        told += [f"，预计{order.expected:%m月%d日}送达"] if order.expected else []
    else:
        told = [f"{brought}, " if brought else "", f"latest: {last.text(lang)} ({last.at:%B %d, %H:%M})"]
        told += [f", expected on {order.expected:%B %d}"] if order.expected else []
    return "".join(told) + ("。" if lang == "zh" else ".")


def _details(order: Order, write: Write) -> Mapping[str, Text]:
    """What is told of an order from now on."""
    if write.name != "issue_invoice":
        return order.details
    title = write.arguments["title"]
    said = Text(f"已申请开票，抬头：{title}。", f"An invoice in the name of {title} has been requested.")
    return {**order.details, "invoice": said}


def _note(order: Order, write: Write) -> str:
    """What is to be done, for who handles it: kept with what was noted before."""
    told = {name: value for name, value in write.arguments.items() if name != "order_id"}
    return "; ".join(
        part for part in (order.note, f"{write.name} {told}" if told else write.name * (write.name in _NOTED)) if part
    )
