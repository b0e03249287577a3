"""Each rule on figures worked out by hand; amounts in cents."""

import pytest

from assistant.basket import Deal, Good, NotAllowed, Parcel, Presale, Request, Settlement, Shipping, settle, settle_all
from assistant.basket.request import DealKind
from knowledge.model import Text

ALL = frozenset(range(9))


def good(name: str, price: int, wanted: int = 1, **more: object) -> Good:
    return Good(name, Text(name), price, wanted, **more)  # type: ignore[arg-type]


def deal(kind: DealKind, goods: frozenset[int] = ALL, **more: object) -> Deal:
    return Deal(str(more.pop("id", kind)), Text(kind), kind, goods, **more)  # type: ignore[arg-type]


def shop(*goods: Good, deals: tuple[Deal, ...] = (), fee: int = 0, free_from: int | None = None) -> Request:
    here = frozenset(range(len(goods)))
    fitted = tuple(
        Deal(**{name: getattr(one, name) for name in Deal.__slots__} | {"goods": one.goods & here}) for one in deals
    )
    return Request(tuple(goods), fitted, Shipping(fee, free_from))


def one_order(request: Request, *deals: int) -> Settlement:
    return settle(request, Parcel(tuple(good.wanted for good in request.goods), deals))


def test_without_offers_the_pieces_and_the_fee_add_up() -> None:
    # 2 × 129.00 + 59.90 = 317.90, below 400 the fee is 10.00
    bill = one_order(shop(good("cup", 12900, 2), good("soap", 5990), fee=1000, free_from=40000))
    assert (bill.gross, bill.goods, bill.shipping, bill.total) == (31790, 31790, 1000, 32790)


def test_shipping_is_judged_on_what_is_left_after_discounts() -> None:
    # 98.00 reaches 88 but 98 - 20 = 78 does not: the fee is due
    request = shop(good("cup", 9800), deals=(deal("coupon", threshold=9000, minus=2000),), fee=1000, free_from=8800)
    assert one_order(request).total == 9800
    assert one_order(request, 0).total == 7800 + 1000


def test_a_threshold_is_used_once_an_order_and_per_amount_every_time() -> None:
    request = shop(
        good("coat", 65000),
        deals=(deal("threshold", threshold=30000, minus=5000), deal("per_amount", threshold=20000, minus=3000)),
    )
    assert one_order(request, 0).total == 60000
    assert one_order(request, 1).total == 65000 - 3 * 3000


def test_per_amount_stops_at_its_most_times() -> None:
    request = shop(good("coat", 65000), deals=(deal("per_amount", threshold=20000, minus=3000, max_times=2),))
    assert one_order(request, 0).cuts[0].times == 2
    assert one_order(request, 0).total == 59000


def test_an_amount_below_the_threshold_is_refused() -> None:
    request = shop(good("coat", 29999), deals=(deal("threshold", threshold=30000, minus=5000),))
    with pytest.raises(NotAllowed, match="starts at"):
        one_order(request, 0)


def test_the_nth_piece_is_the_cheapest_of_its_product() -> None:
    # 5 pieces of one product: two at half price; with mixed products the two cheapest pieces of all
    half = deal("nth_percent", buy=2, rate=5000)
    assert one_order(shop(good("towel", 3990, 5), deals=(half,)), 0).total == 3 * 3990 + 2 * 1995
    mixed = deal("nth_percent", buy=2, rate=5000, mix=True)
    request = shop(good("quilt", 20000), good("pillow", 9000), good("sock", 1000, 2), deals=(half, mixed))
    assert one_order(request, 0).total == 20000 + 9000 + 1000 + 500
    assert one_order(request, 1).total == 20000 + 9000 + 500 + 500


def test_half_a_cent_is_rounded_up() -> None:
    # half of 19.99 is 9.995: the discount is 10.00, the piece costs 9.99
    half = deal("nth_percent", buy=2, rate=5000)
    assert one_order(shop(good("towel", 1999, 2), deals=(half,)), 0).total == 1999 + 999


def test_of_three_pieces_the_cheapest_is_free_and_splitting_can_pay() -> None:
    free = deal("buy_x_get_y", buy=2, get=1, mix=True)
    request = shop(good("tea", 5900, 3), good("noodle", 2290, 3), deals=(free,))
    assert one_order(request, 0).total == 3 * 5900 + 2290  # two of six are free: the cheap ones
    split = settle_all(request, [Parcel((3, 0), (0,)), Parcel((0, 3), (0,))])
    assert split.total == 2 * 5900 + 2 * 2290


def test_a_percentage_lowers_each_piece_up_to_its_cap() -> None:
    # 12 % of 399.00 is 47.88, of 329.00 39.48: 87.36, capped at 80.00
    off = deal("percent", rate=1200, cap=8000)
    request = shop(good("cooker", 39900), good("blender", 32900), deals=(off,))
    assert one_order(request, 0).total == 39900 + 32900 - 8000
    assert one_order(shop(good("cooker", 39900), deals=(off,)), 0).total == 39900 - 4788


def test_thresholds_are_judged_after_the_level_before() -> None:
    # 310.00 less 10 % is 279.00: 满300 is missed; 340.00 less 10 % is 306.00: reached
    off, full = deal("percent", rate=1000), deal("threshold", threshold=30000, minus=5000)
    with pytest.raises(NotAllowed):
        one_order(shop(good("coat", 31000), deals=(off, full)), 0, 1)
    assert one_order(shop(good("coat", 34000), deals=(off, full)), 0, 1).total == 34000 - 3400 - 5000


def test_offers_of_the_shop_are_judged_side_by_side() -> None:
    # 320.00: 满300减50 and the coupon from 300 both hold, though 320 - 50 is below 300
    full = deal("threshold", threshold=30000, minus=5000)
    coupon = deal("coupon", threshold=30000, minus=2000)
    assert one_order(shop(good("coat", 32000), deals=(full, coupon)), 0, 1).total == 32000 - 7000


def test_cross_shop_is_settled_on_what_the_shop_has_left() -> None:
    # 420.00 - 50.00 = 370.00: 每满200减20 once, not twice
    full = deal("threshold", threshold=30000, minus=5000)
    cross = deal("cross_shop", threshold=20000, minus=2000)
    bill = one_order(shop(good("coat", 42000), deals=(full, cross)), 0, 1)
    assert (bill.cuts[1].judged, bill.cuts[1].times, bill.total) == (37000, 1, 35000)


def test_a_discount_on_more_goods_counts_in_full_for_a_narrower_threshold() -> None:
    # cross-shop for the coat alone: 250.00 less the shop's 50.00 that also covers the sock
    full = deal("threshold", threshold=25000, minus=5000)
    cross = deal("cross_shop", frozenset({0}), threshold=20000, minus=2000)
    request = shop(good("coat", 25000), good("sock", 1000), deals=(full, cross))
    assert one_order(request, 0, 1).cuts[1].judged == 20000


def test_member_price_comes_first_and_a_lone_offer_excludes_it() -> None:
    full = deal("threshold", threshold=30000, minus=5000)
    lone = deal("percent", rate=2000, stacks=False)
    request = shop(good("coat", 32000, member=29440), deals=(full, lone))  # 8 % off
    assert one_order(request).total == 29440
    with pytest.raises(NotAllowed):
        one_order(request, 0)  # 294.40 does not reach 300
    assert one_order(request, 1).total == 25600  # 20 % off 320.00
    with pytest.raises(NotAllowed, match="exclude"):
        one_order(request, 0, 1)


def test_one_offer_of_a_group_and_one_percentage_for_a_piece() -> None:
    a, b = deal("threshold", id="a", minus=1, group="g"), deal("per_amount", id="b", threshold=1, minus=1, group="g")
    c, d = deal("percent", id="c", rate=1000), deal("percent", id="d", rate=500)
    request = shop(good("coat", 10000), deals=(a, b, c, d))
    for pair in ((0, 1), (2, 3)):
        with pytest.raises(NotAllowed, match="exclude"):
            one_order(request, *pair)


def test_a_deposit_counts_for_more_and_the_rest_is_paid_later() -> None:
    # 899.00, 50 today counts for 100: 849.00 in all; 满300减50 of the later day leaves 799.00, of which 749.00 later
    full = deal("threshold", threshold=30000, minus=5000, stages=frozenset({1}))
    quilt = good("quilt", 89900, presale=Presale(1, 5000, 10000, "p"))
    request = Request((quilt,), (Deal(full.id, full.name, full.kind, frozenset({0}), threshold=30000, minus=5000,
                                      stages=frozenset({1})),), stages=(None, None))  # fmt: skip
    later = settle(request, Parcel((1,), (0,), 1))
    assert (later.presale, later.total, later.deposit, later.now) == (5000, 79900, 5000, 5000)
    assert settle(request, Parcel((1,), (), 0)).total == 89900  # without a deposit, today
    with pytest.raises(NotAllowed, match="does not run"):
        settle(request, Parcel((1,), (0,), 0))


def test_a_coupon_is_used_no_more_often_than_a_customer_may() -> None:
    coupon = deal("coupon", threshold=9900, minus=2000, per_customer=1)
    request = shop(good("cup", 9900, 2), deals=(coupon,))
    parcels = [Parcel((1,), (0,)), Parcel((1,), (0,))]
    with pytest.raises(NotAllowed, match="used 2 times"):
        settle_all(request, parcels)


def test_what_was_wanted_must_be_bought_and_no_more_than_may_be() -> None:
    request = shop(good("cup", 9900, 2))
    for count in (1, 3):
        with pytest.raises(NotAllowed, match="are to be bought"):
            settle_all(request, [Parcel((count,))])


def test_gifts_end_with_the_stock() -> None:
    request = Request((good("cup", 9900, 2),), (deal("gift", frozenset({0}), threshold=5000, gift="brush"),),
                      gifts={"brush": 1})  # fmt: skip
    assert settle(request, Parcel((1,), (0,))).gifts == (0,)
    with pytest.raises(NotAllowed, match="gifts"):
        settle_all(request, [Parcel((1,), (0,)), Parcel((1,), (0,))])


def test_a_free_shipping_offer_saves_the_fee() -> None:
    ships = deal("free_shipping", threshold=5000)
    request = shop(good("cup", 6000), deals=(ships,), fee=1000, free_from=8800)
    assert one_order(request).total == 7000
    assert one_order(request, 0).total == 6000
