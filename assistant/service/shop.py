"""The one interface behind which a shop's own system stands: ours, or a merchant's over HTTP."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from assistant.service.model import Client, Goods, Outcome, ServiceOrder, Write


class ShopError(Exception):
    """The shop's system can't be reached or answers nonsense; nothing has happened."""


class ShopUnsure(ShopError):
    """A write was sent and what came of it is not known; executing it again under the same key tells."""


class ServiceShop(Protocol):
    """Reads and writes of orders. Reads are always of now; a write that policy forbids changes nothing.

    `execute` is told a key: the same key again does nothing and returns the first outcome.
    """

    def find_client(
        self, *, email: str = "", name: str = "", zip_code: str = "", order_id: str = "", phone_tail: str = ""
    ) -> Client | None:
        """Who that is, when it is certain: by e-mail, by full name and postal code together, or by the number of one of
        their orders and the last four digits of their phone number together."""
        ...

    def client(self, client_id: str) -> Client: ...

    def order(self, order_id: str) -> ServiceOrder | None: ...

    def orders(self, client_id: str) -> Sequence[ServiceOrder]:
        """All of a customer's orders, oldest first."""
        ...

    def goods(self, product_id: str) -> Goods | None: ...

    def goods_names(self, client_id: str = "") -> dict[str, str]:
        """Ids by name of the products that may be spoken of: all, or where they are many, what a customer bought."""
        ...

    def texts(self) -> Mapping[str, str]:
        """What the shop tells about itself by topic: offers, balance_terms."""
        ...

    def execute(self, write: Write, key: str) -> Outcome: ...
