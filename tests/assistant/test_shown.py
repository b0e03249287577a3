"""What merchants wrote is shown only as far as it may be said."""

from decimal import Decimal

from assistant.cards import card, stored
from assistant.events import Comparison
from assistant.guard.guard import Guard
from assistant.shown import Shown
from knowledge.facts import Fact, Facts
from knowledge.model import Product, Text

CURE = Product(
    "1",
    Text("全网最低价艾草枕"),
    brief=Text("可治疗失眠。荞麦壳填充。"),
    price=Decimal("99"),
)


class OneProduct:
    def facts(self, product_id: str, /) -> Facts:
        texts = (("标题", CURE.title.zh, "title"), ("简介", CURE.brief.zh, "text"))
        return Facts.of(Fact(f"1/{name}", "1", name, value, kind) for name, value, kind in texts)  # type: ignore[arg-type]

    def product(self, product_id: str) -> Product | None:
        return CURE if product_id == "1" else None


def test_a_card_drops_what_the_law_forbids_even_when_the_catalogue_says_it() -> None:
    shelf = OneProduct()
    told = card(CURE, "zh", Shown(shelf, Guard()))
    assert "最低价" not in told["title"] and told["title"]
    assert "治疗" not in told["brief"]
    assert "荞麦壳" in told["brief"]


def test_a_comparison_drops_it_too() -> None:
    shelf = OneProduct()
    event = Comparison(("1",), (("功效", ("可治疗失眠",)), ("填充", ("荞麦壳",))))
    kind, data = stored(event, "m", shelf, Shown(shelf, Guard()), "zh") or ("", {})  # type: ignore[arg-type]
    assert kind == "comparison"
    assert [row["values"][0] for row in data["rows"]][1] == "荞麦壳"
    assert "治疗" not in str(data)
