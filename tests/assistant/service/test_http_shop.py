"""A merchant's own system over HTTP: once and only once, whatever the network does; honest when it is down."""

from collections.abc import Iterator
from decimal import Decimal

import httpx2
import pytest

from assistant.service.model import Outcome, Write
from assistant.service.shop import ShopError, ShopUnsure
from assistant.service.shops.circuit import Circuit
from assistant.service.shops.http import HttpOrders, HttpShop
from assistant.service.shops.signing import NONCE, signature, signed_headers
from tests.assistant.service.merchant import SECRET, Merchant, merchant
from tests.servers import free_port

CANCEL = Write("cancel_order", {"order_id": "YQ2026000001"})
KEY = "0123456789abcdef"


@pytest.fixture
def there() -> Iterator[Merchant]:
    with merchant() as running:
        yield running


def english(there: Merchant) -> HttpShop:
    return HttpShop(there.shop(), "en")


def test_everything_a_shopper_may_ask_about_is_read(there: Merchant) -> None:
    shop = english(there)
    client = shop.find_client(order_id="YQ2026000002", phone_tail="2468")
    assert client is not None and (client.id, client.points, client.payments[0].kind) == ("C1", 1280, "alipay")
    assert shop.client("C1") == client
    paid, shipped, delivered = sorted(shop.orders("C1"), key=lambda order: order.id)
    assert [line.item_id for line in paid.lines] == ["MUG-W", "MUG-W"], "two of a kind are two lines"
    assert (paid.total, paid.details["invoice"]) == (
        Decimal("118.00"), "The electronic invoice is issued after delivery."
    )  # fmt: skip
    assert (shipped.tracking, shipped.details["warranty"][:6]) == (("SF1390000001",), "It is ")
    assert "November 30" in delivered.details["installation"]
    refunded = HttpShop(there.shop(), "zh").order("YQ2026000004")
    assert refunded is not None and "退回信用卡" in refunded.details["refund"] and refunded.paid[1].refund
    goods = shop.goods("MUG")
    assert goods is not None and goods.name == "Hillside Mug" and not goods.variants[2].available
    assert shop.goods_names("C1")["Ceiling Fan"] == "FAN"
    book = HttpOrders(there.shop())
    order = book.proven("YQ2026000002", "2468", "zh")
    assert order is not None and order.events[-1].text("zh") == "到达杭州转运中心" and order.expected is not None
    assert [one.id for one in book.of_customer("C1", "zh")] == ["YQ2026000003", "YQ2026000002", "YQ2026000001"]


def test_what_proves_nobody_finds_nobody(there: Merchant) -> None:
    shop, book = english(there), HttpOrders(there.shop())
    assert shop.find_client(order_id="YQ2026000002", phone_tail="1357") is None, "somebody else's"
    assert shop.find_client(order_id="YQ99999999", phone_tail="2468") is None
    assert shop.find_client(email="ann@example.co") is None
    assert book.proven("YQ2026000004", "2468", "en") is None
    assert shop.order("YQ99999999") is None and shop.goods("nothing") is None and shop.client("C9").name == ""


def test_no_personal_data_stands_in_an_address(there: Merchant) -> None:
    english(there).find_client(email="ann@example.com")
    english(there).find_client(order_id="YQ2026000004", phone_tail="1357")
    assert there.paths == ["/customers/find", "/customers/find"]


def test_an_id_cannot_reach_another_route(there: Merchant) -> None:
    assert english(there).order("../customers/C1") is None
    assert there.paths == ["/orders/..%2Fcustomers%2FC1"]


@pytest.mark.parametrize("accident", ["lost", "slow", "500"])
def test_a_write_whose_answer_is_lost_is_asked_for_again_and_done_once(there: Merchant, accident: str) -> None:
    there.accidents = [accident]
    assert HttpShop(there.shop(quick=accident == "slow"), "en").execute(CANCEL, KEY).ok
    keys = {headers["idempotency-key"] for _, _, headers, _ in there.asked}
    nonces = {headers["x-zhibo-nonce"] for _, _, headers, _ in there.asked}
    assert keys == {KEY} and len(nonces) == len(there.asked) >= 2
    order = there.store.one("orders", "YQ2026000001")
    assert order is not None and order["state"] == "cancelled"
    assert [paid.get("refund", False) for paid in order["payments"]] == [False, True], "the money goes back once"


def test_the_same_key_twice_does_nothing_and_gives_the_first_outcome(there: Merchant) -> None:
    shop = english(there)
    first = shop.execute(CANCEL, KEY)
    assert first.ok and shop.execute(CANCEL, KEY) == first
    refused = shop.execute(CANCEL, "another-key-0123456789")
    assert refused == Outcome(False, "the order has already been sent")
    with pytest.raises(ShopError, match="422"):
        shop.execute(Write("return_items", {"order_id": "YQ2026000003", "item_ids": ["FAN-1"]}), KEY)


def test_a_write_that_never_got_an_answer_is_neither_done_nor_not_done(there: Merchant) -> None:
    there.accidents = ["lost", "lost", "lost"]
    shop = english(there)
    with pytest.raises(ShopUnsure):
        shop.execute(CANCEL, KEY)
    assert shop.execute(CANCEL, KEY).ok, "asking again under the same key tells what came of it"


def test_a_write_that_never_left_is_not_done() -> None:
    nobody = Merchant(f"http://127.0.0.1:{free_port()}", None)  # type: ignore[arg-type]
    with pytest.raises(ShopError) as told:
        english(nobody).execute(CANCEL, KEY)
    nobody.lines[0].close()
    assert not isinstance(told.value, ShopUnsure)


@pytest.mark.parametrize("accident", ["slow", "500", "drip", "lost"])
def test_a_read_is_tried_again_but_not_for_ever(there: Merchant, accident: str) -> None:
    shop = HttpShop(there.shop(quick=accident in ("slow", "drip")), "en")
    there.accidents = [accident]
    assert shop.order("YQ2026000001") is not None
    before, there.accidents = len(there.asked), [accident] * 3
    with pytest.raises(ShopError, match="GET /orders/{}"):
        shop.order("YQ2026000001")
    assert len(there.asked) - before == 3


def test_an_answer_that_is_none_of_the_contract_is_no_order(there: Merchant) -> None:
    there.accidents = ["nonsense"]
    with pytest.raises(ShopError, match=r"not a OrderDocument.*id:") as told:
        english(there).order("YQ2026000001")
    assert "7" not in str(told.value).replace("shop-api", ""), "what stood there may be anybody's"


def test_a_shop_that_is_down_is_left_alone_and_found_again(there: Merchant) -> None:
    now = [0.0]
    shop = HttpShop(there.shop(circuit=Circuit(failures=3, rest_s=15, clock=lambda: now[0])), "en")
    there.accidents = ["500"] * 3
    for _ in range(3):
        with pytest.raises(ShopError):
            shop.order("YQ2026000001")
    assert len(there.asked) == 3, "after three failures nothing more is sent"
    now[0] = 16
    assert shop.order("YQ2026000001") is not None
    assert shop.order("YQ2026000001") is not None


def test_an_open_circuit_lets_one_try_at_a_time() -> None:
    now = [0.0]
    circuit = Circuit(failures=1, rest_s=10, clock=lambda: now[0])
    circuit.failed()
    assert not circuit.lets_through()
    now[0] = 11
    assert [circuit.lets_through(), circuit.lets_through()] == [True, False]
    circuit.failed()
    now[0] = 20
    assert not circuit.lets_through()


def test_a_wrong_secret_is_refused_at_once_and_said_so(there: Merchant) -> None:
    with pytest.raises(ShopError, match="401; check shop_secret and both clocks"):
        HttpShop(there.shop(secret="s" * 40), "en").order("YQ2026000001")
    assert len(there.asked) == 1


def _send(there: Merchant, headers: dict[str, str], target: str = "/orders/YQ2026000001") -> int:
    return httpx2.get(there.url + target, headers=headers, trust_env=False).status_code


def test_a_request_is_good_for_one_address_one_time_and_five_minutes(there: Merchant) -> None:
    good = dict(signed_headers(SECRET, "GET", "/orders/YQ2026000001", b""))
    assert _send(there, good, "/orders/YQ2026000002") == 401, "signed for another order"
    assert _send(there, good) == 200
    assert _send(there, good) == 401, "replayed"
    old = {"X-Zhibo-Timestamp": "1750000000", NONCE: "0" * 32}
    old["X-Zhibo-Signature"] = signature(SECRET, "GET", "/orders/YQ2026000001", b"", "1750000000", "0" * 32)
    assert _send(there, old) == 401
    assert _send(there, {}) == 401


def test_a_key_cannot_be_exchanged_on_the_way(there: Merchant) -> None:
    body = b'{"action":"cancel_order","arguments":{"order_id":"YQ2026000001"}}'
    headers = dict(signed_headers(SECRET, "POST", "/actions", body, KEY)) | {"Content-Type": "application/json"}
    forged = headers | {"Idempotency-Key": "fedcba9876543210"}
    assert httpx2.post(f"{there.url}/actions", content=body, headers=forged, trust_env=False).status_code == 401
    assert httpx2.post(f"{there.url}/actions", content=body, headers=headers, trust_env=False).status_code == 200
