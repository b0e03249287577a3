"""Prices that hold for a while. They are kept as promotions, because a price that has run out must never be told."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from knowledge.factsheet import money
from knowledge.ingest.values import ValueProblem
from knowledge.model import Product, Promotion, Text

PREFIX = "sale-"


@dataclass(frozen=True, slots=True)
class Sale:
    """A lower price: for good (`list_price` is what it was) or from `starts` to `ends`."""

    list_price: Decimal | None = None
    price: Decimal | None = None
    usual: Decimal | None = None
    starts: datetime | None = None
    ends: datetime | None = None


NO_SALE = Sale()


def span_of(text: str) -> tuple[datetime, datetime]:
    """The two moments of "2026-11-01T00:00+0800/2026-11-12T00:00+0800" (ISO 8601; UTC without an offset)."""
    start, mark, end = (part.strip() for part in text.partition("/"))
    try:
        begins, ends = datetime.fromisoformat(start), datetime.fromisoformat(end)
    except ValueError:
        mark = ""
    if not mark:
        raise ValueProblem(f"the dates of the sale {text[:60]!r} are not two times with / between them")
    begins, ends = (time if time.tzinfo else time.replace(tzinfo=UTC) for time in (begins, ends))
    if begins >= ends:
        raise ValueProblem(f"the sale {text[:60]!r} ends before it starts")
    return begins, ends


def sale_promotion(product: Product, sale: Sale) -> Promotion | None:
    """The sale as a promotion of the product, in per cent of its usual price; None when there is none with dates, or
    when variants of several prices share it."""
    if sale.price is None or not sale.usual or sale.ends is None:
        return None
    prices = {variant.price for variant in product.variants if variant.price is not None} or {sale.usual}
    if prices != {sale.usual}:
        return None
    for places in ("1", "0.1", "0.01", "0.001", "0.0001"):  # as round as it can be while the cent is right
        percent = ((sale.usual - sale.price) * 100 / sale.usual).quantize(Decimal(places))
        if (sale.usual * (100 - percent) / 100).quantize(Decimal("0.01")) == sale.price.quantize(Decimal("0.01")):
            break
    now, currency = sale.price, product.currency
    return Promotion(
        id=f"{PREFIX}{product.id}",
        name=Text("限时价", "Limited-time price"),
        kind="percent",
        text=Text(
            f"限时{money(now, currency, 'zh')}，平时{money(sale.usual, currency, 'zh')}",
            f"{money(now, currency, 'en')} for a limited time instead of {money(sale.usual, currency, 'en')}",
        ),
        products=(product.id,),
        percent_off=percent,
        starts=sale.starts,
        ends=sale.ends,
    )
