"""What there is to be told to one shopper at one moment. Pure: the clock, the orders and the shop are given."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.proactive.rules import Kind, Rule, Rules
from knowledge.catalog import Catalog
from knowledge.facts import Fact, FactKind, Facts
from knowledge.factsheet import money
from knowledge.model import Lang, Order, Product, Promotion


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something to tell. `event` names it for good: nobody is told of the same event twice."""

    kind: Kind
    event: str
    values: Mapping[str, str]  # what is filled into the wording
    facts: Facts
    product_ids: tuple[str, ...] = ()


def in_stock(product: Product) -> bool:
    if product.variants:
        return any(one.stock is None or one.stock > 0 for one in product.variants)
    return product.stock is None or product.stock > 0


class Finder:
    """For one language: dates as they are said in the shop's time zone."""

    def __init__(self, catalog: Catalog, rules: Rules, zone: ZoneInfo, lang: Lang) -> None:
        self._catalog = catalog
        self._rules = rules.rules
        self._zone = zone
        self._lang = lang

    def of_orders(self, orders: Sequence[Order], now: datetime) -> Iterator[Occasion]:
        late, unpaid = self._rules["delayed_parcel"], self._rules["unpaid_order"]
        for order in orders:
            if order.state in late.states and order.expected and _due(late, order.expected, now):
                day = self._day(order.expected)
                yield self._of_order(late, order, f"{order.expected:%Y-%m-%d}", {"expected": day})
            if order.state in unpaid.states and _due(unpaid, order.created, now):
                total = money(order.total, self._catalog.shop.currency, self._lang)
                yield self._of_order(unpaid, order, "", {"total": total})

    def of_offers(self, offers: Sequence[Promotion], level: str, buys_first: bool, now: datetime) -> Iterator[Occasion]:
        """Coupons about to end that this shopper can use. `level`: of membership; `buys_first`: has not bought yet."""
        rule = self._rules["expiring_coupon"]
        for offer in offers:
            ends = offer.ends
            if offer.kind != "coupon" or ends is None or not ends - rule.before <= now < ends:
                continue
            if (offer.first_order and not buys_first) or (offer.member_levels and level not in offer.member_levels):
                continue
            said = offer.text(self._lang).rstrip("。.")
            values = {"name": offer.name(self._lang), "ends": self._day(ends), "rule": said}
            facts = _facts(f"promotion:{offer.id}", "promotion", values) | self._catalog.shop_facts()
            yield Occasion(rule.kind, f"{rule.kind}/{offer.id}/{ends:%Y-%m-%d}", values, facts, offer.products[:3])

    def of_watch(self, product: Product, since: datetime) -> Iterator[Occasion]:
        """A product somebody waits for `since` then."""
        rule = self._rules["back_in_stock"]
        if in_stock(product):
            values = {"title": product.title(self._lang)}
            event = f"{rule.kind}/{product.id}/{since:%Y-%m-%dT%H:%M:%S}"
            yield Occasion(rule.kind, event, values, self._catalog.facts(product.id), (product.id,))

    def _of_order(self, rule: Rule, order: Order, more: str, values: dict[str, str]) -> Occasion:
        titles = [item.title(self._lang) for item in order.items[:2]]
        rest = len(order.items) - len(titles)
        listed = ("、" if self._lang == "zh" else ", ").join(titles)
        if rest > 0:
            listed += f"等{len(order.items)}样" if self._lang == "zh" else f" and {rest} more"
        filled = {"order": order.id, "items": listed, **values}
        event = "/".join(part for part in (rule.kind, order.id, more) if part)
        facts = self._catalog.order_facts(order) | _facts(f"order:{order.id}", "order", filled)
        return Occasion(rule.kind, event, filled, facts, tuple(item.product_id for item in order.items[:3]))

    def _day(self, at: datetime) -> str:
        local = at.astimezone(self._zone)
        return f"{local.month}月{local.day}日" if self._lang == "zh" else f"{local:%B} {local.day}"


def _due(rule: Rule, at: datetime, now: datetime) -> bool:
    return at + rule.after <= now < at + rule.after + rule.expires


def _facts(subject: str, kind: FactKind, values: Mapping[str, str]) -> Facts:
    """What is filled in, value by value, beside what the shop's data says anyway."""
    return Facts.of(Fact(f"{subject}/reminder/{name}", subject, name, said, kind) for name, said in values.items())
