"""The till in conversation, with the embedded model."""

import json
import re
from typing import Any

import pytest

from assistant.events import BasketCard, PageContext
from tests.assistant.conftest import DEMO, Answer, Counter, Shopper


def plan(answer: Answer) -> Any:
    return next(event.basket for event in answer.events if isinstance(event, BasketCard))


async def wanted(shopper: Shopper) -> dict[str, int]:
    """What the till was last asked for."""
    history = await shopper.assistant.conversations.history(shopper.id, 50)
    tool = next(one for one in reversed(history[-1].tools) if one["name"] == "best_basket")
    return {item["product"]: item["quantity"] for item in json.loads(tool["arguments"])["items"]}


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("两个保温杯加一双雨鞋, 怎么凑单", {"保温杯": 2, "雨鞋": 1}),
        ("帐篷、睡袋、充气垫各买两个，怎么下单最便宜", {"帐篷": 2, "睡袋": 2, "充气垫": 2}),
        ("枕头、毛毯各一件，鸡蛋面三份，毛巾两份，怎么买更划算", {"枕头": 1, "毛毯": 1, "鸡蛋面": 3, "毛巾": 2}),
        ("我想买3条浴巾和2包鸡蛋面，怎么买划算", {"浴巾": 3, "鸡蛋面": 2}),
        ("电饭煲一台，大米两袋，怎么买更省钱", {"电饭煲": 1, "大米": 2}),
        ("what's the cheapest way to buy 2 mugs and the kettle", {"mugs": 2, "kettle": 1}),
        ("How should I order three bath towels plus a pillow to spend the least?", {"bath towels": 3, "pillow": 1}),
    ],
)
async def test_quantities_and_names_are_read(counter: Counter, text: str, items: dict[str, int]) -> None:
    shopper = await counter.shopper()
    answer = await shopper.says(text)
    assert await wanted(shopper) == items
    assert plan(answer)["orders"]
    assert plan(answer)["total"][1] in answer.text


async def test_the_case_of_the_readme(counter: Counter) -> None:
    readme = (DEMO.parents[1] / "README.md").read_text(encoding="utf-8")
    case = readme[readme.index("**Let it work out the basket.**") : readme.index("**Use the guard alone.**")]
    question = re.sub(r"\s", "", re.search(r"\"(鹅绒[^\"]+)\"", case)[1])  # type: ignore[index]
    shopper = await counter.shopper()
    await shopper.says(question)
    found = plan(await shopper.says("不加别的"))
    amounts = [found["total"][1], *(order["total"][1] for order in found["orders"])]
    amounts += [line["amount"].removeprefix("-") for order in found["orders"] for line in order["lines"]]
    figures = [one.removesuffix("元") for one in amounts if one.endswith("元")]
    assert len(found["orders"]) == 2 and len(figures) > 10
    assert [one for one in figures if one not in case] == []


async def test_what_was_shown_can_be_counted_off(counter: Counter) -> None:
    shopper = await counter.shopper()
    shown = (await shopper.says("推荐几款保温杯")).cards
    answer = await shopper.says("这三件一起怎么买最划算")
    assert await wanted(shopper) == dict.fromkeys(shown, 1)
    assert "best_basket" in answer.tools and plan(answer)["total"][1] in answer.text
    await shopper.says("第一个要两件，第三个要一件，怎么买最便宜")
    assert await wanted(shopper) == {shown[0]: 2, shown[2]: 1}


async def test_the_plan_is_made_again_under_other_terms(counter: Counter) -> None:
    shopper = await counter.shopper()
    first = await shopper.says("两个保温杯加一双雨靴，怎么凑单")
    again = await shopper.says("我不是第一次买")
    assert "HELLO20" in str(plan(first)) and "HELLO20" not in str(plan(again))
    before = await wanted(shopper)
    more = await shopper.says("再加一双袜子")
    assert len(await wanted(shopper)) == len(before) + 1
    assert "HELLO20" not in str(plan(more))  # what was said before still holds
    for other in ("再便宜点的有吗", "你们几点上班"):
        assert "best_basket" not in (await shopper.says(other)).tools


async def test_nothing_named_is_asked_for(counter: Counter) -> None:
    shopper = await counter.shopper()
    answer = await shopper.says("怎么凑单")
    assert "哪几样" in answer.text and "best_basket" not in answer.tools


async def test_an_unknown_thing_is_named(counter: Counter) -> None:
    shopper = await counter.shopper()
    answer = await shopper.says("三条浴巾和一个火箭，怎么买划算")
    assert "火箭" in answer.text
    assert not any(isinstance(event, BasketCard) for event in answer.events)


async def test_the_product_on_the_page_is_meant(counter: Counter) -> None:
    shopper = await counter.shopper(context=PageContext(product_id="towel-face-2"))
    await shopper.says("这个买两件怎么最划算")
    assert await wanted(shopper) == {"towel-face-2": 2}


async def test_on_air_no_sums_are_read_out(counter: Counter) -> None:
    shopper = await counter.shopper(context=PageContext(channel="live"))
    answer = await shopper.says("两个保温杯加一双雨靴，怎么凑单")
    assert "聊天窗口" in answer.text and "best_basket" not in answer.tools
