"""Who is ahead in what, by figures that all of them state."""

from decimal import Decimal

from assistant.guide.tradeoffs import TradeOff, Win, trade_offs
from knowledge.model import Attribute, Product, Text


def flask(name: str, price: int | None, **attributes: str) -> Product:
    told = tuple(Attribute(Text(key), Text(value)) for key, value in attributes.items())
    return Product(
        name, Text(f"保温杯{name}"), Text("水杯"), price=None if price is None else Decimal(price), attributes=told
    )


def test_the_lighter_the_larger_and_the_one_that_costs_less() -> None:
    shelf = [
        flask("a", 129, 净重="285g", 容量="500ml"),
        flask("b", 99, 净重="0.178kg", 容量="400ml"),
        flask("c", 169, 净重="420g", 容量="0.75升"),
    ]
    assert trade_offs(shelf, "zh") == (
        TradeOff("b", (Win("轻一点", "净重", "0.178kg"), Win("省一点", "", "99元"))),
        TradeOff("c", (Win("装得多一些", "容量", "0.75升"),)),
    )


def test_what_was_asked_for_comes_first() -> None:
    shelf = [flask("a", 100, 净重="200g", 容量="400ml"), flask("b", 60, 净重="300g", 容量="600ml")]
    _, second = trade_offs(shelf, "zh", wanted="容量要大")
    assert second == TradeOff("b", (Win("装得多一些", "容量", "600ml"), Win("省一点", "", "60元")))


def test_nothing_is_said_of_figures_that_are_close_missing_or_of_another_kind() -> None:
    assert trade_offs([flask("a", 100, 净重="285g"), flask("b", 99, 净重="280g")], "zh") == ()
    assert trade_offs([flask("a", None, 净重="285g"), flask("b", 99, 材质="玻璃")], "zh") == ()
    assert trade_offs([flask("a", None, 容量="500ml"), flask("b", 99, 容量="20000mAh")], "zh") == ()


def test_a_value_of_two_figures_is_no_figure() -> None:
    """68 °C after 6 hours and 62 °C after 12 can't be put in an order."""
    shelf = [flask("a", 99, 保温="6小时后≥68℃"), flask("b", 99, 保温="12小时后≥62℃")]
    assert trade_offs(shelf, "zh") == ()


def test_one_product_that_wins_everything_leaves_nothing_to_weigh() -> None:
    assert trade_offs([flask("a", 50, 净重="100g"), flask("b", 99, 净重="300g")], "zh") == ()


def test_nobody_chooses_a_pillow_by_its_weight() -> None:
    def pillow(name: str, weight: str, price: int) -> Product:
        return Product(
            name, Text("记忆棉枕"), price=Decimal(price), attributes=(Attribute(Text("净重"), Text(weight)),)
        )

    assert trade_offs([pillow("a", "1kg", 99), pillow("b", "3kg", 50)], "zh") == ()
