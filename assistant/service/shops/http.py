"""A merchant's own shop over HTTP, as `docs/shop-api.yaml` describes it."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from assistant.service.model import Address, Client, Goods, Outcome, ServiceOrder, Write
from assistant.service.shops.line import ShopLine
from assistant.service.shops.wire import Customer, Document, Done, OrderDocument, Product, read
from knowledge.model import Customer as Known
from knowledge.model import Lang, Order

FRESH_S = 2.0  # one message asks for the same order several times
MOST = 2000

T = TypeVar("T", bound=Document)


class MerchantShop:
    """One shop, in all languages: what it said is kept for a moment, until something is changed there."""

    def __init__(self, line: ShopLine, clock: Callable[[], float] = time.monotonic) -> None:
        self._line = line
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, Lang, tuple[str, ...]], tuple[float, Any]] = {}

    def close(self) -> None:
        self._line.close()

    def customer(self, lang: Lang, customer_id: str) -> Customer | None:
        return self._one(Customer, "/customers/{}", lang, customer_id)

    def find_customer(self, lang: Lang, **proof: str) -> Customer | None:
        """By what proves who somebody is; in the body of the request, as addresses of pages end up in logs."""
        found = self._line.read("/customers/find", lang, told={name: said for name, said in proof.items() if said})
        return None if found is None else read(Customer, found)

    def order(self, lang: Lang, order_id: str) -> OrderDocument | None:
        return self._one(OrderDocument, "/orders/{}", lang, order_id)

    def orders(self, lang: Lang, customer_id: str) -> list[OrderDocument]:
        """Oldest first."""
        found = self._said("/customers/{}/orders", lang, customer_id)
        orders = [read(OrderDocument, one) for one in found] if isinstance(found, list) else []
        return sorted(orders, key=lambda order: order.created)

    def product(self, lang: Lang, product_id: str) -> Product | None:
        return self._one(Product, "/products/{}", lang, product_id)

    def act(self, lang: Lang, write: Write, key: str) -> Outcome:
        told = {"action": write.name, "arguments": dict(write.arguments)}
        try:
            found = self._line.write("/actions", lang, told, key)
        finally:
            with self._lock:
                self._kept.clear()
        return Outcome(False, "404") if found is None else read(Done, found).told()

    def _one(self, kind: type[T], path: str, lang: Lang, part: str) -> T | None:
        found = self._said(path, lang, part) if part else None
        return None if found is None else read(kind, found)

    def _said(self, path: str, lang: Lang, *parts: str) -> Any:
        key, now = (path, lang, parts), self._clock()
        with self._lock:
            at, known = self._kept.get(key, (float("-inf"), None))
        if now - at < FRESH_S:
            return known
        found = self._line.read(path, lang, *parts)
        with self._lock:
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[key] = (now, found)
        return found


class HttpShop:
    """A `ServiceShop` in one language. Every method may raise ShopError."""

    def __init__(self, merchant: MerchantShop, lang: Lang) -> None:
        self._merchant = merchant
        self._lang = lang

    def find_client(
        self, *, email: str = "", name: str = "", zip_code: str = "", order_id: str = "", phone_tail: str = ""
    ) -> Client | None:
        found = self._merchant.find_customer(
            self._lang, email=email, name=name, zip=zip_code, order_id=order_id, phone_tail=phone_tail
        )
        return found.told() if found else None

    def client(self, client_id: str) -> Client:
        found = self._merchant.customer(self._lang, client_id)
        return found.told() if found else Client(client_id, "", "", Address(""))

    def order(self, order_id: str) -> ServiceOrder | None:
        found = self._merchant.order(self._lang, order_id)
        return found.told() if found else None

    def orders(self, client_id: str) -> Sequence[ServiceOrder]:
        return [order.told() for order in self._merchant.orders(self._lang, client_id)]

    def goods(self, product_id: str) -> Goods | None:
        found = self._merchant.product(self._lang, product_id)
        return found.told() if found else None

    def goods_names(self, client_id: str = "") -> dict[str, str]:
        """Of what a customer bought; nothing is asked before it is known who that is."""
        orders = self._merchant.orders(self._lang, client_id) if client_id else ()
        return {item.name: item.product_id for order in orders for item in order.items}

    def texts(self) -> Mapping[str, str]:
        """The interface has no texts about the shop as a whole."""
        return {}

    def execute(self, write: Write, key: str) -> Outcome:
        return self._merchant.act(self._lang, write, key)


class HttpOrders:
    """The same shop as the `OrderBook` that questions about orders are answered from."""

    def __init__(self, merchant: MerchantShop) -> None:
        self._merchant = merchant

    def of_customer(self, customer_id: str, lang: Lang) -> Sequence[Order]:
        return [order.order(lang) for order in self._merchant.orders(lang, customer_id)]

    def customer(self, customer_id: str, lang: Lang) -> Known | None:
        found = self._merchant.customer(lang, customer_id)
        return found.known(lang) if found else None

    def proven(self, order_id: str, phone_tail: str, lang: Lang) -> Order | None:
        owner = self._merchant.find_customer(lang, order_id=order_id, phone_tail=phone_tail)
        found = self._merchant.order(lang, order_id) if owner else None
        return found.order(lang) if owner and found and found.customer_id == owner.id else None
