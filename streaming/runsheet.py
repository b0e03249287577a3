"""Which product is on air, and which one comes after it."""

from collections.abc import Sequence

from knowledge.model import Product


class RunSheet:
    """The order products go on air in. Sold-out and vanished products are passed over."""

    def __init__(self, planned: Sequence[str] = ()) -> None:
        self._planned = tuple(dict.fromkeys(planned))

    def order(self, products: Sequence[Product]) -> tuple[str, ...]:
        """The ids that can go on air now, in order; the whole catalogue when nothing was planned."""
        can = {product.id for product in products if product.stock != 0}
        if self._planned:
            return tuple(each for each in self._planned if each in can)
        return tuple(product.id for product in products if product.id in can)

    def after(self, product_id: str, products: Sequence[Product]) -> tuple[str, bool]:
        """The product after `product_id`, and whether a new round begins with it; "" when there is none at all."""
        order = self.order(products)
        if not order:
            return "", False
        if product_id in order:
            at = order.index(product_id) + 1
            return (order[at], False) if at < len(order) else (order[0], True)
        # It sold out or left the sheet while on air: go on with what stood behind it.
        planned = self._planned or tuple(product.id for product in products)
        if product_id in planned:
            behind = [each for each in planned[planned.index(product_id) + 1 :] if each in order]
            if behind:
                return behind[0], False
        return order[0], bool(product_id)
