"""The question that narrows most, from what the finds really differ in."""

from decimal import Decimal

import pytest

from assistant.guide.clarify import Find, Question, is_broad, questions
from knowledge.model import Attribute, Product, Text, Variant


def cup(number: int, *, price: int = 100, category: str = "杯子", **attributes: str) -> Product:
    told = tuple(Attribute(Text(name), Text(value)) for name, value in attributes.items())
    return Product(f"c{number}", Text(f"杯子{number}"), Text(category), price=Decimal(price), attributes=told)


def ask(products: list[Product], **more: object) -> tuple[Question, ...]:
    return questions([Find(product, 1.0) for product in products], "zh", **more)  # type: ignore[arg-type]


def test_the_even_split_tells_more_than_the_lopsided_one() -> None:
    shelf = [cup(n, 材质="玻璃" if n < 4 else "陶瓷", 口味="甜" if n == 0 else "淡") for n in range(8)]
    first, second = ask(shelf, priced=True)
    assert (first.name, set(first.values)) == ("材质", {"玻璃", "陶瓷"})
    assert first.gain == pytest.approx(1.0)  # half of eight: one bit
    assert second.name == "口味" and second.gain == pytest.approx(0.544, abs=0.001)  # H(1/8)


def test_nothing_to_ask_when_all_are_alike_or_few() -> None:
    assert ask([cup(n, 材质="玻璃") for n in range(8)], priced=True) == ()
    assert ask([cup(n, 材质="玻璃" if n else "陶瓷") for n in range(3)], priced=True) == ()


def test_what_has_been_said_is_not_asked_again() -> None:
    shelf = [cup(n, 材质="玻璃" if n < 4 else "陶瓷") for n in range(8)]
    assert ask(shelf, settled="玻璃的杯子", priced=True) == ()
    assert ask(shelf, settled="材质无所谓", priced=True) == ()


def test_values_that_no_button_reaches_count_for_nothing() -> None:
    """Eight different sizes: four buttons leave half of the finds out of reach."""
    assert ask([cup(n, 容量=f"{n + 1}00ml") for n in range(8)], priced=True) == ()


def test_a_property_that_few_state_is_worth_little() -> None:
    shelf = [
        cup(n, 材质="玻璃" if n < 4 else "陶瓷", **({"口味": "甜" if n else "淡"} if n < 2 else {})) for n in range(8)
    ]
    assert [question.name for question in ask(shelf, priced=True)] == ["材质"]


def test_a_budget_is_asked_for_in_round_figures() -> None:
    shelf = [cup(n, price=price) for n, price in enumerate((39, 49, 59, 129, 139, 149, 299, 399, 459))]
    (question,) = ask(shelf)
    assert question.name == "价位"
    assert question.values == ("150元以内", "300元以上", "150元到300元")  # six, two and one of them
    assert ask(shelf, priced=True) == ()


def test_the_kind_comes_first_while_it_is_open() -> None:
    shelf = [cup(n, category="杯子" if n < 3 else "围巾", 材质="玻璃" if n % 2 else "陶瓷") for n in range(6)]
    assert [question.name for question in ask(shelf, broad=True, priced=True)] == ["品类"]
    assert ask(shelf, priced=True) == ()  # a cup was asked for: three cups need no question


def test_a_colour_that_all_come_in_tells_nothing_apart() -> None:
    def shirt(number: int, *colours: str) -> Product:
        options = ((Attribute(Text("颜色"), Text(colour)),) for colour in colours)
        variants = tuple(Variant(f"{number}-{place}", option) for place, option in enumerate(options))
        return Product(f"s{number}", Text(f"衬衫{number}"), variants=variants)

    assert ask([shirt(n, "白色", "黑色") for n in range(6)]) == ()
    (question,) = ask([shirt(n, "白色" if n < 3 else "黑色") for n in range(6)])
    assert question.name == "颜色"


def test_fits_count_by_how_well_they_fit() -> None:
    shelf = [cup(n, 材质="玻璃" if n < 4 else "陶瓷") for n in range(8)]
    sure = questions([Find(one, 1.0 if n < 4 else 0.01) for n, one in enumerate(shelf)], "zh", priced=True)
    assert sure == ()  # it is nearly sure to be glass: asking would be idle


@pytest.mark.parametrize(
    ("query", "broad"),
    [
        ("送妈妈的礼物", True),
        ("something for camping", True),
        ("茶叶", False),
        ("cup under 100", False),
        ("雨天能穿的鞋", False),
    ],
)
def test_whether_the_kind_is_open(query: str, broad: bool) -> None:
    assert is_broad(query) is broad
