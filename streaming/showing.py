"""What is to be seen of a product, put together from the catalogue: on air, and in the console's preview."""

from datetime import UTC, datetime

from knowledge.catalog import Catalog
from streaming.cards import card_of, passed, terms
from streaming.flash import countdown
from streaming.freshness import Review
from streaming.phrases import LABELS
from streaming.settings import RoomSettings
from streaming.view import Bubble, Card, Countdown, View


class Showing:
    """Synchronous; what it shows has passed the guard."""

    def __init__(self, catalog: Catalog, settings: RoomSettings, review: Review) -> None:
        self._catalog, self._settings, self._review = catalog, settings, review
        self._shop = settings.title or catalog.shop.name(settings.lang)
        self._ticker: tuple[object, tuple[str, ...]] = (None, ())  # what it rests on, its lines

    def view(self, product_id: str, bubble: Bubble | None = None) -> View:
        """The picture around the host with this product on air; with an empty id, before there is one."""
        catalog, words = self._catalog, LABELS[self._settings.lang]
        product = catalog.product(product_id) if product_id else None
        card: Card | None = None
        if product is not None:
            card = passed(card_of(product, catalog.promotions(product_id), self._settings), self._review)
        return View(
            self._shop,
            call=words["call"],
            label=words["ai"],
            live=words["live"],
            card=card,
            bubble=bubble,
            countdown=self.countdown(product_id),
            ticker=self._terms() if product is not None else (),
            reminder=words["reminder"],
        )

    def countdown(self, product_id: str) -> Countdown | None:
        if not product_id:
            return None
        return countdown(self._catalog.offers(), product_id, self._settings.lang, datetime.now(UTC))

    def _terms(self) -> tuple[str, ...]:
        """The ticker's lines; reviewed anew only when the catalogue has changed or an offer begins or ends."""
        catalog, running = self._catalog, tuple(self._catalog.promotions())
        stand = (catalog.version, running)
        if self._ticker[0] != stand:
            lines = terms(catalog.policies(), running, self._settings.lang, self._review)
            self._ticker = (stand, lines)
        return self._ticker[1]
