"""Offers against the clock: announced before they begin, shown when they do, counted down before they end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from knowledge.model import Promotion
from streaming.freshness import Shelf
from streaming.phrases import LABELS
from streaming.settings import Lang
from streaming.view import Countdown

MARKS = (10, 5, 2)  # minutes before, at which something is said
SHOWN_H = 24  # hours before its end from which an offer is counted down


@dataclass(frozen=True, slots=True)
class Call:
    """Something to say of an offer now. `begins`: it has just begun, its product comes on air and nothing is said."""

    promotion: Promotion
    product_id: str
    occasion: Literal["flash_soon", "flash_running"]
    minutes: int
    begins: bool = False


def countdown(promotions: Sequence[Promotion], product_id: str, lang: Lang, now: datetime) -> Countdown | None:
    """What is to be counted down beside this product: the end of an offer that is for it, or else its beginning when
    that is minutes away. An offer for the whole shop is nobody's countdown."""
    mine = [each for each in promotions if product_id in each.products]
    ends = [each.ends for each in mine if each.active(now) and each.ends is not None]
    if ends and (min(ends) - now).total_seconds() < SHOWN_H * 3600:
        return Countdown(LABELS[lang]["ends"], min(ends).timestamp())
    starts = [each.starts for each in mine if each.starts is not None and each.starts > now]
    if starts and (min(starts) - now).total_seconds() < MARKS[0] * 60:
        return Countdown(LABELS[lang]["begins"], min(starts).timestamp())
    return None


class FlashSales:
    """Looks at the offers for single products that begin or end within minutes; each mark is called once.

    Asked before every sentence, so it is cheap while nothing is due.
    """

    def __init__(self, shelf: Shelf, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._shelf, self._clock = shelf, clock
        self._called: set[tuple[str, datetime, int]] = set()

    def due(self) -> Call | None:
        now = self._clock()
        for promotion in self._shelf.offers():
            product_id = next((each for each in promotion.products if self._sells(each)), "")
            if not product_id:
                continue
            if promotion.starts is not None and promotion.starts > now:
                if minutes := self._mark(promotion, promotion.starts, now):
                    return Call(promotion, product_id, "flash_soon", minutes)
            elif promotion.active(now):
                if self._just_begun(promotion, now):
                    return Call(promotion, product_id, "flash_running", 0, begins=True)
                if promotion.ends is not None and (minutes := self._mark(promotion, promotion.ends, now)):
                    return Call(promotion, product_id, "flash_running", minutes)
        return None

    def _sells(self, product_id: str) -> bool:
        product = self._shelf.product(product_id)
        return product is not None and product.stock != 0

    def _just_begun(self, promotion: Promotion, now: datetime) -> bool:
        if promotion.starts is None or (now - promotion.starts).total_seconds() > 60:
            return False
        return self._first(promotion, promotion.starts, 0)

    def _mark(self, promotion: Promotion, moment: datetime, now: datetime) -> int:
        """The minutes that are left, when they have just come down to one of the marks; 0 otherwise."""
        left = (moment - now).total_seconds() / 60
        mark = next((each for each in reversed(MARKS) if each >= left > each - 1), 0)
        return mark if mark and self._first(promotion, moment, mark) else 0

    def _first(self, promotion: Promotion, moment: datetime, mark: int) -> bool:
        place = (promotion.id, moment, mark)
        if place in self._called:
            return False
        self._called.add(place)
        return True
