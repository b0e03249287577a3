"""Random small requests: every kind of deal, scopes, groups, limits, members, deposits, extras."""

from random import Random

from assistant.basket import Deal, Good, Presale, Request, Shipping
from knowledge.model import Text

KINDS = ("threshold", "per_amount", "percent", "nth_percent", "buy_x_get_y", "coupon", "cross_shop", "free_shipping")


def small(seed: int) -> Request:
    """At most five goods and six pieces, at most four deals."""
    random = Random(seed)
    stages = 2 if random.random() < 0.2 else 1
    goods, pieces = [], 0
    for number in range(random.randint(1, 5)):
        wanted = random.choice((1, 1, 1, 2, 3)) if pieces < 4 else 1
        extra = 0
        if random.random() < 0.3:
            wanted, extra = random.choice(((0, 1), (0, 2), (1, 1)))
        if pieces + wanted + extra > 6:
            break
        pieces += wanted + extra
        goods.append(_good(random, number, wanted, extra, stages))
    if not any(good.wanted for good in goods):
        goods[0] = _good(random, 0, 1, 0, stages)
    worth = sum(good.price * good.most for good in goods)
    deals = tuple(
        _deal(random, number, len(goods), stages, worth) for number in range(random.choice((0, 1, 2, 3, 3, 4, 4, 4)))
    )
    free_from = random.choice((None, 5000, 8800))
    shipping = Shipping(random.choice((0, 500, 1000)), free_from)
    return Request(tuple(goods), deals, shipping, (None,) * stages, random.choice((1, 2, 3, 3, 4)))


def _good(random: Random, number: int, wanted: int, extra: int, stages: int) -> Good:
    price = random.randint(100, 20000) if wanted or random.random() < 0.4 else random.randint(100, 2500)
    price = price // 100 * 100 if random.random() < 0.5 else price
    member = price - (price * 500 + 5000) // 10000 if random.random() < 0.2 else None
    presale = None
    if stages == 2 and random.random() < 0.5:
        deposit = random.randint(1, price // 4 + 1)
        presale = Presale(1, deposit, deposit + random.randint(0, price // 4), "D")
    product = f"p{random.randint(0, number)}"  # some are variants of one product
    return Good(product, Text(f"货{number}"), price, wanted, extra, str(number), member=member, presale=presale)


def _deal(random: Random, number: int, goods: int, stages: int, worth: int) -> Deal:
    kind = random.choice(KINDS)
    some = frozenset(place for place in range(goods) if random.random() < 0.6)
    scope = frozenset(range(goods)) if random.random() < 0.4 or not some else some
    threshold = random.choice((random.randint(5, 300) * 100, max(200, int(worth * random.uniform(0.15, 0.9)))))
    minus = random.randint(1, max(1, threshold // 3))
    if kind == "coupon" and random.random() < 0.3:
        threshold = 0
    if kind in ("percent", "free_shipping") and random.random() < 0.6:
        threshold = 0
    return Deal(
        f"d{number}",
        Text(f"优惠{number}"),
        kind,
        scope,
        threshold=0 if kind in ("nth_percent", "buy_x_get_y") else threshold,
        minus=minus if kind in ("threshold", "per_amount", "coupon", "cross_shop") else 0,
        rate=random.choice((1000, 1200, 2000, 5000, 3333)) if kind in ("percent", "nth_percent") else 0,
        cap=random.randint(100, 5000) if kind == "percent" and random.random() < 0.5 else None,
        buy=random.choice((2, 2, 3)) if kind == "nth_percent" else random.choice((1, 2)),
        get=1,
        mix=random.random() < 0.6,
        max_times=random.choice((None, None, 1, 2)),
        group=random.choice(("", "", "A", "B")),
        stacks=random.random() > 0.15,
        per_customer=random.choice((None, None, 1, 2)),
        stages=frozenset(random.choice(((0,), (1,), (0, 1)))) if stages == 2 else frozenset({0}),
    )
