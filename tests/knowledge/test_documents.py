from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from knowledge.documents import DocumentError, decode, digest, encode, moment, text_of
from knowledge.model import Attribute, Order, Product, Promotion, Text, Variant

NOW = datetime(2026, 11, 11, 12, tzinfo=UTC)


def test_a_product_survives_its_document() -> None:
    product = Product(
        id="1",
        title=Text("云朵拖鞋", "Cloud slippers"),
        price=Decimal("59.90"),
        attributes=(Attribute(Text("材质", "Material"), Text("橡胶", "rubber")),),
        variants=(Variant("white-39", (Attribute(Text("尺码", "Size"), Text("39", "39")),), Decimal(59), None, 3),),
        pictures=("1.webp",),
    )
    assert decode(Product, encode(product)) == product


def test_defaults_are_left_out_so_a_new_field_changes_no_document() -> None:
    assert encode(Product(id="1", title=Text("拖鞋"))) == {"id": "1", "title": {"zh": "拖鞋"}}


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"id": "1"}, "title is missing"),
        ({"id": "1", "title": "x", "pirce": 5}, "unknown field 'pirce'"),
        ({"id": "1", "title": "x", "price": "five"}, "product.price: expected an amount"),
        ({"id": "1", "title": "x", "price": float("nan")}, "expected an amount"),
        ({"id": "1", "title": "x", "stock": "many"}, "product.stock: expected a whole number"),
        ({"id": "1", "title": {"fr": "x"}}, "expected zh and en"),
        ({"id": "1", "title": "x", "attributes": [["材质", "棉"]]}, "product.attributes[0]: expected [名称"),
        ({"id": "1", "title": "x", "variants": {}}, "product.variants: expected a list"),
        (["x"], "expected fields"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(document: object, says: str) -> None:
    with pytest.raises(DocumentError) as caught:
        decode(Product, document)
    assert says in str(caught.value)


def test_a_state_that_does_not_exist_is_refused_with_those_that_do() -> None:
    document = {"id": "1", "customer_id": "c", "state": "lost", "created": "now", "items": [], "total": 1}
    with pytest.raises(DocumentError, match="shipped"):
        decode(Order, document)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOW),
        ("-3d 4h", NOW - timedelta(days=3, hours=4)),
        ("+20d", NOW + timedelta(days=20)),
        ("-2w", NOW - timedelta(weeks=2)),
        ("-90m", NOW - timedelta(minutes=90)),
        ("2026-11-11T00:00:00+08:00", datetime(2026, 11, 10, 16, tzinfo=UTC)),
        ("2026-11-11", datetime(2026, 11, 11, tzinfo=UTC)),
    ],
)
def test_times_are_absolute_or_relative_to_the_load(text: str, expected: datetime) -> None:
    assert moment(text, NOW) == expected


def test_a_time_that_is_none_says_how_to_write_one() -> None:
    document = {"id": "P", "name": "x", "kind": "gift", "starts": "soon"}
    with pytest.raises(DocumentError, match="-3d 4h"):
        decode(Promotion, document, now=NOW)


def test_plain_strings_go_to_the_language_they_are_written_in() -> None:
    assert text_of("纯棉 T恤") == Text(zh="纯棉 T恤")
    assert text_of("IPX7") == Text(en="IPX7")
    assert text_of("IPX7")("zh") == "IPX7"


def test_a_digest_does_not_depend_on_the_order_of_fields() -> None:
    assert digest({"a": 1, "b": "二"}) == digest({"b": "二", "a": 1})
