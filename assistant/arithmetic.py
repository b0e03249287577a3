"""Sums that follow from a product's prices and the promotions that hold for it, as facts a sentence may rely on."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from threading import Lock
from weakref import WeakKeyDictionary

from knowledge.catalog import Catalog
from knowledge.facts import Fact, Facts
from knowledge.factsheet import money
from knowledge.model import LANGS, Product, Promotion, Text

PIECES = (2, 3)


@dataclass(frozen=True, slots=True)
class Reach:
    """How many pieces of one product reach an offer's threshold, and what they cost then."""

    pieces: int
    total: Decimal
    minus: Decimal

    @property
    def final(self) -> Decimal:
        return self.total - self.minus


def saving(product: Product) -> Decimal | None:
    """List price minus price; None when there is no saving."""
    if product.price is None or product.list_price is None or product.list_price <= product.price:
        return None
    return product.list_price - product.price


def reach(product: Product, promotion: Promotion) -> Reach | None:
    """For an offer like 满300减50: how at most three pieces of this product alone get it."""
    price, threshold, minus = product.price, promotion.threshold, promotion.minus
    if promotion.kind not in ("threshold", "coupon") or not price or not threshold or not minus:
        return None
    pieces = ceil(threshold / price)
    return Reach(pieces, price * pieces, minus) if 1 <= pieces <= 3 else None


def derived(product: Product, promotions: Sequence[Promotion]) -> Facts:
    """Saving, totals of two and three pieces, and what an offer leaves to pay."""
    return Facts.of(_derived(product, promotions))


def sheet(catalog: Catalog, product_id: str) -> Facts:
    """Everything that may be said about a product: its facts, and the sums that follow from them."""
    product = catalog.product(product_id)
    if product is None:
        return Facts()
    own, promotions = catalog.facts(product_id), catalog.promotions(product_id)
    key = (product_id, id(own), tuple(id(promotion) for promotion in promotions))
    # The sources are kept beside the result: as long as they live, nothing else can have their identity.
    return _kept(_SHEETS, catalog, key, lambda: (own | derived(product, promotions), (own, promotions)))


def shop_and(catalog: Catalog, product_ids: Sequence[str]) -> Facts:
    """The shop's facts and those of these products; the same object again while nothing has changed, because whoever
    checks sentences keeps what it worked out on it."""
    shop = catalog.shop_facts()  # others after any change, and when an offer begins or ends

    def make() -> tuple[Facts, object]:
        sheets = [sheet(catalog, product_id) for product_id in dict.fromkeys(product_ids)]
        return Facts.joined([shop, *sheets]), shop

    return _kept(_UNIONS, catalog, (id(shop), *product_ids), make)


def with_extra(catalog: Catalog, facts: Facts, extra: Facts) -> Facts:
    """`facts` and what a tool brought besides; as in `shop_and`, the same object for the same: mostly a tool brings
    what stands in `facts` already."""
    new = tuple(fact for fact in extra.items if fact not in _subjects(facts, fact.subject))
    if not new:
        return facts
    return _kept(_UNIONS, catalog, (id(facts), new), lambda: (facts | Facts(new), facts))


def _subjects(facts: Facts, subject: str) -> frozenset[Fact]:
    """What is said of a subject, to look things up in."""
    kept: dict[str, frozenset[Fact]] = facts.__dict__.setdefault("_sets", {})
    if (found := kept.get(subject)) is None:
        found = kept[subject] = frozenset(facts.by_subject.get(subject, ()))
    return found


_Key = tuple[object, ...]
_Kept = OrderedDict[_Key, tuple[Facts, object]]
_SHEETS: WeakKeyDictionary[Catalog, _Kept] = WeakKeyDictionary()
_UNIONS: WeakKeyDictionary[Catalog, _Kept] = WeakKeyDictionary()
_most: WeakKeyDictionary[Catalog, int] = WeakKeyDictionary()
_LOCK = Lock()


def keep_at_most(many: int, catalog: Catalog) -> None:
    """So many unions of facts are kept, some 12 kB each without what is worked out on them; 512 unless told."""
    _most[catalog] = many


def _kept(
    shelf: WeakKeyDictionary[Catalog, _Kept], catalog: Catalog, key: _Key, make: Callable[[], tuple[Facts, object]]
) -> Facts:
    """What was made for `key` before; of what was not asked for lately only the last are kept."""
    with _LOCK:
        kept = shelf.setdefault(catalog, OrderedDict())
        if (found := kept.get(key)) is not None:
            kept.move_to_end(key)
            return found[0]
    made = make()
    with _LOCK:
        found = kept.setdefault(key, made)  # another thread may have been faster: one object for all
        if len(kept) > _most.get(catalog, 512):
            kept.popitem(last=False)
    return found[0]


def total(product: Product, quantity: int) -> Facts:
    """What so many pieces cost."""
    if product.price is None:
        return Facts()
    name = Text(f"{quantity}件总价", f"total for {quantity}")
    return Facts.of(_both(product, f"total{quantity}", name, product.price * quantity))


def _derived(product: Product, promotions: Sequence[Promotion]) -> Iterator[Fact]:
    saved = saving(product)
    if saved is not None:
        yield from _both(product, "saving", Text("省", "saving"), saved)
    if product.price is None:
        return
    for pieces in PIECES:
        yield from total(product, pieces)
    for promotion in promotions:
        found = reach(product, promotion)
        if found is not None:
            yield from _both(product, f"{promotion.id}/minus", Text("减", "off"), found.minus)
            yield from _both(product, f"{promotion.id}/final", Text("活动后", "after the offer"), found.final)


def _both(product: Product, key: str, name: Text, amount: Decimal) -> Iterator[Fact]:
    for lang in LANGS:
        yield Fact(
            id=f"{product.id}/{key}",
            subject=product.id,
            attribute=name(lang),
            value=money(amount, product.currency, lang),
            kind="computed",
            source=product.source,
            version=product.version,
        )
