"""From the catalogue to a request: prices, running promotions, stock, the shipping policy, what may be added."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from assistant.basket.request import Deal, Good, Presale, Request, Shipping
from knowledge.catalog import Catalog, holds_for
from knowledge.model import Customer, Product, Promotion, Text, Variant
from knowledge.quantity import find_quantities

MOST_EXTRAS = 8  # goods that may be added to reach a threshold
_RELATED = ("accessory", "goes-with", "accessory-for")


@dataclass(frozen=True, slots=True)
class Want:
    """So many pieces of a product; `variant` None: whichever costs least."""

    product: Product
    quantity: int = 1
    variant: Variant | None = None


@dataclass(frozen=True, slots=True)
class Shopper:
    """Whom the till serves. What is not known is taken to be in the shopper's favour and said with the plan."""

    level: str = ""  # of the verified customer; empty: nobody is signed in
    first: bool | None = None  # whether this is their first order; None: not known
    remote: bool = False  # to a region that the policy treats apart
    extras: bool = True  # pieces nobody asked for may be added when the total falls
    most_orders: int = 3


@dataclass(frozen=True, slots=True)
class Counter:
    """What is asked of the till, and what could not be put on it."""

    request: Request
    members_only: tuple[Promotion, ...] = ()  # that would hold for other levels
    short: tuple[tuple[Product, int], ...] = ()  # wanted more than there is: how many there are
    currency: str = "CNY"
    gifts: Mapping[str, Product] = field(default_factory=dict)


def shopper_of(customer: Customer | None, orders: Sequence[object], told: Shopper) -> Shopper:
    """What the shopper told of themselves, and what is known when they are a verified customer."""
    return told if customer is None else replace(told, level=customer.level, first=not orders)


def lay_out(catalog: Catalog, wants: Sequence[Want], shopper: Shopper) -> Counter | None:
    """The request for these wants; None when nothing of them has a price and is in stock."""
    running = [one for one in catalog.promotions() if not one.member_levels or one.kind == "member_price"]
    running += [one for one in catalog.promotions() if one.member_levels and one.kind != "member_price"
                and shopper.level in one.member_levels]  # fmt: skip
    tails = sorted({one.tail_from for one in running if one.kind == "deposit" and one.tail_from is not None
                    and any(want.product.id in one.products for want in wants)})  # fmt: skip
    stages: tuple[datetime | None, ...] = (None, *tails)
    goods, products, short = [], [], []
    for want in wants:
        good = _good(want, running, shopper, stages)
        if good is None:
            short.append((want.product, 0))
            continue
        if good.wanted < want.quantity:
            short.append((want.product, good.wanted))
        goods.append(good)
        products.append(want.product)
    if not goods:
        return None
    later = [one for stage in tails for one in catalog.promotions(at=stage)]
    offers = {one.id: one for one in (*running, *later) if _open_to(one, shopper)}
    shipping = shipping_of(catalog, remote=shopper.remote)
    if shopper.extras:
        added = list(candidates(catalog, goods, products, offers.values(), shipping))
        goods += [good for good, _ in added]
        products += [product for _, product in added]
    deals, gifts = [], {}
    for promotion in offers.values():
        places = frozenset(place for place, product in enumerate(products) if holds_for(promotion, product))
        when = frozenset(k for k, at in enumerate(stages) if (promotion.active(at) if at else promotion in running))
        deal = deal_of(promotion, places, when)
        if deal is None or (
            deal.kind == "free_shipping" and (shopper.remote or _same_as_policy(deal, shipping, len(goods)))
        ):
            continue
        stock = _stock_of(catalog.product(promotion.gift)) if promotion.gift else None
        if stock == 0:
            continue
        if stock is not None:
            gifts[promotion.gift] = stock
        deals.append(deal)
    request = Request(tuple(goods), tuple(deals), shipping, stages, shopper.most_orders, gifts)
    members = tuple(one for one in running if one.kind == "member_price" and shopper.level not in one.member_levels)
    given = {one: found for one in (deal.gift for deal in deals) if (found := catalog.product(one)) is not None}
    return Counter(request, members, tuple(short), products[0].currency, given)


def _good(want: Want, running: Sequence[Promotion], shopper: Shopper, stages: Sequence[datetime | None]) -> Good | None:
    product = want.product
    variant = want.variant or _cheapest(product)
    price = variant.price if variant is not None and variant.price is not None else product.price
    stock = variant.stock if variant is not None and variant.stock is not None else product.stock
    if price is None or stock == 0:
        return None
    cents, member, by = to_cents(price), None, ""
    presale = None
    for one in running:
        if not holds_for(one, product):
            continue
        if one.kind == "member_price" and shopper.level in one.member_levels and one.percent_off is not None:
            lower = cents - (cents * _rate(one) + 5000) // 10000
            member, by = (lower, one.id) if member is None or lower < member else (member, by)
        elif one.kind == "deposit" and one.deposit and one.worth and one.tail_from in stages:
            presale = Presale(stages.index(one.tail_from), to_cents(one.deposit), to_cents(one.worth), one.id)
    chosen = want.variant is not None and bool(variant and variant.options)
    label = Text(variant.label("zh"), variant.label("en")) if chosen and variant is not None else Text()
    quantity = want.quantity if stock is None else min(want.quantity, stock)
    variant_id = variant.id if variant is not None else ""
    return Good(product.id, product.title, cents, quantity, 0, variant_id, label, member, by, presale)


def _cheapest(product: Product) -> Variant | None:
    there = [one for one in product.variants if one.stock != 0] or list(product.variants)
    priced = [one for one in there if one.price is not None or product.price is not None]
    return min(priced, key=lambda one: one.price if one.price is not None else product.price, default=None)  # type: ignore[arg-type,return-value]


def _stock_of(product: Product | None) -> int | None:
    return 0 if product is None else product.stock


def _open_to(promotion: Promotion, shopper: Shopper) -> bool:
    if promotion.member_levels and promotion.kind != "member_price" and shopper.level not in promotion.member_levels:
        return False
    return not (promotion.first_order and shopper.first is False)


def deal_of(promotion: Promotion, goods: frozenset[int], stages: frozenset[int]) -> Deal | None:
    """The promotion as a deal on these goods; None for what is not one (member price and deposits are prices)."""
    if promotion.kind in ("member_price", "deposit") or not goods or not stages:
        return None
    needs = promotion.kind in ("per_amount", "cross_shop")
    if needs and not promotion.threshold:
        return None
    return Deal(
        promotion.id,
        promotion.name,
        promotion.kind,
        goods,
        threshold=to_cents(promotion.threshold or Decimal(0)),
        minus=to_cents(promotion.minus or Decimal(0)),
        rate=_rate(promotion),
        cap=None if promotion.cap is None else to_cents(promotion.cap),
        buy=promotion.buy or 1,
        get=promotion.get or 1,
        mix=promotion.mix,
        max_times=promotion.max_times,
        gift=promotion.gift,
        code=promotion.code,
        group=promotion.group,
        stacks=promotion.stacks,
        per_customer=1 if promotion.first_order else promotion.per_customer,
        first_order=promotion.first_order,
        stages=stages,
    )


def _rate(promotion: Promotion) -> int:
    return int((promotion.percent_off or Decimal(0)) * 100)


def to_cents(amount: Decimal) -> int:
    return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))


def _same_as_policy(deal: Deal, shipping: Shipping, goods: int) -> bool:
    """Whether the offer only repeats what the policy grants anyway."""
    return shipping.free_from is not None and len(deal.goods) == goods and deal.threshold >= shipping.free_from


def shipping_of(catalog: Catalog, *, remote: bool = False) -> Shipping:
    """The fee and the amount from which it is waived, out of the shipping policy's attributes (包邮门槛, 运费)."""
    policy = next((one for one in catalog.policies() if one.id == "shipping"), None)
    amounts: dict[str, int] = {}
    for attribute in policy.attributes if policy else ():
        name, value = attribute.name("zh"), attribute.value("zh")
        money = [one.quantity.low for one in find_quantities(value, "zh") if one.quantity.dimension == "money"]
        if not money:
            continue
        apart = re.search(r"偏远|remote", f"{name} {attribute.name('en')}", re.I) is not None
        free = re.search(r"包邮|免邮|\bfree\b", f"{name} {attribute.name('en')}", re.I) is not None
        fee = re.search(r"运费|邮费|shipping fee|postage", f"{name} {attribute.name('en')}", re.I) is not None
        if free or fee:
            amounts.setdefault(("remote " if apart else "") + ("free" if free else "fee"), to_cents(money[0]))
    at = "remote " if remote and "remote fee" in amounts else ""
    if at + "fee" not in amounts:
        return Shipping(known=False)
    return Shipping(amounts[at + "fee"], amounts.get(at + "free"))


def candidates(
    catalog: Catalog,
    goods: Sequence[Good],
    products: Sequence[Product],
    offers: Iterable[Promotion],
    shipping: Shipping,
) -> Iterable[tuple[Good, Product]]:
    """What may be added: what belongs to the wanted goods, then what just fills the gap to a threshold within reach.

    A few goods chosen on purpose keep the search exact and the plan sensible: nobody wants thirty combs for a coupon.
    """
    shelf = [one for one in catalog.products() if one.price and one.stock != 0 and one not in products]
    names = [tag.partition(":")[2] for one in products for tag in one.tags if tag.partition(":")[0] in _RELATED]
    chosen: dict[str, tuple[Product, int]] = {}
    for name in names:
        found = next((one for one in shelf if one.id == name), None)
        if found is not None and len(chosen) < MOST_EXTRAS // 2:
            chosen[found.id] = (found, 1)
    gaps = [(promotion, gap) for promotion in offers if (gap := _gap(promotion, goods, products)) > 0]
    for promotion, gap in sorted(gaps, key=lambda pair: pair[1]):
        fitting = sorted((to_cents(one.price or Decimal(0)), one.id, one) for one in shelf if holds_for(promotion, one))
        filling = [(one, 1) for cents, _, one in fitting if cents >= gap][:1]
        small = [(one, -(-gap // cents)) for cents, _, one in fitting if cents < gap <= 3 * cents]
        for one, count in [
            *filling,
            *sorted(small, key=lambda pair: to_cents(pair[0].price or Decimal(0)) * pair[1])[:1],
        ]:
            if one.id in chosen or len(chosen) < MOST_EXTRAS:
                chosen[one.id] = (one, max(count, chosen.get(one.id, (one, 1))[1]))
    spare = shipping.free_from - sum(good.price * good.wanted for good in goods) if shipping.free_from else 0
    if spare > 0 and len(chosen) < MOST_EXTRAS:
        enough = sorted((cents, one.id, one) for one in shelf if (cents := to_cents(one.price or Decimal(0))) >= spare)
        for _, _, cheap in enough[:1]:
            chosen.setdefault(cheap.id, (cheap, 1))
    for one, count in chosen.values():
        good = _good(Want(one, count), (), Shopper(), (None,))
        if good is not None:
            yield replace(good, wanted=0, extra=good.wanted), one


def _gap(promotion: Promotion, goods: Sequence[Good], products: Sequence[Product]) -> int:
    """How many cents the wanted goods lack to a threshold that they already reach a third of."""
    if promotion.kind not in ("threshold", "per_amount", "coupon", "cross_shop", "percent") or not promotion.threshold:
        return 0
    pairs = zip(goods, products, strict=True)
    have = sum(good.price * good.wanted for good, product in pairs if holds_for(promotion, product))
    need = to_cents(promotion.threshold)
    if promotion.kind in ("per_amount", "cross_shop") and have >= need:
        return need - have % need
    return need - have if have < need <= 3 * have else 0
