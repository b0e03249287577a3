"""Where questions about orders are answered from: our own tables, or a merchant's system."""

from collections.abc import Sequence
from typing import Protocol

from knowledge.catalog import Catalog
from knowledge.model import Customer, Lang, Order


class OrderBook(Protocol):
    """Reads of now; may block for as long as a network takes. Raises `assistant.service.shop.ShopError`."""

    def of_customer(self, customer_id: str, lang: Lang) -> Sequence[Order]: ...

    def customer(self, customer_id: str, lang: Lang) -> Customer | None:
        """Who that is, with their level of membership and points; None where the shop knows nobody of that name."""
        ...

    def proven(self, order_id: str, phone_tail: str, lang: Lang) -> Order | None:
        """The order of this number, if its customer's phone number ends so; one that isn't there and one of somebody
        else's are told apart in no way."""
        ...


class CatalogOrders:
    """The orders in our own tables, in all languages at once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def of_customer(self, customer_id: str, lang: Lang) -> Sequence[Order]:
        return self._catalog.orders(customer_id)

    def customer(self, customer_id: str, lang: Lang) -> Customer | None:
        return self._catalog.customer(customer_id)

    def proven(self, order_id: str, phone_tail: str, lang: Lang) -> Order | None:
        order = self._catalog.order(order_id)
        owner = self._catalog.customer(order.customer_id) if order else None
        return order if owner and len(phone_tail) == 4 and owner.phone.endswith(phone_tail) else None
