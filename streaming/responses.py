"""What viewers do after a selling point was told: counted, so that later scripts stress what they answer to."""

from collections.abc import Callable

from assistant.points import Happened, PointBook, point_of
from assistant.script_desk import asked_as
from assistant.script_lines import Line
from knowledge.model import Product
from streaming.freshness import Shelf

AFTER_S = 60.0  # a click or an order within this time of a point is put down to it
_KINDS: dict[str, Happened] = {"click": "clicked", "order": "bought"}


class Responses:
    """On the event loop; `later` has the counting done in a thread. `clock` gives seconds."""

    def __init__(self, book: PointBook, shelf: Shelf, later: Callable[..., None], clock: Callable[[], float]) -> None:
        self._book, self._shelf, self._later, self._clock = book, shelf, later, clock
        self._last: tuple[str, str, float] = ("", "", float("-inf"))  # product, point, when it was told

    def told(self, line: Line) -> None:
        """A line of the script is being said."""
        product = self._shelf.product(line.product_id)
        _, slash, name = line.slot.partition("/")
        if line.kind != "point" or not slash or product is None:
            return
        point = next((point_of(one) for one in product.attributes if name in (one.name("zh"), one.name("en"))), "")
        if point:
            self._last = (product.id, point, self._clock())
            self._later(self._book.note, product.id, point, "told")

    def happened(self, product_id: str, kind: str, text: str) -> None:
        """A viewer wrote or did something about a product. A question counts for the points it names, a click and an
        order for the point of this product that was told last, within the minute."""
        if kind == "text":
            product = self._shelf.product(product_id) if product_id else None
            for point in _named(product, text.lower()) if product is not None else ():
                self._later(self._book.note, product_id, point, "asked")
        elif kind in _KINDS:
            product_told, point, at = self._last
            if product_told == product_id and self._clock() - at <= AFTER_S:
                self._later(self._book.note, product_id, point, _KINDS[kind])


def _named(product: Product, text: str) -> list[str]:
    return [point_of(one) for one in product.attributes if any(word in text for word in asked_as(one))]
