"""A bilingual shop states each property twice: a sentence is judged by both and mended in its own language."""

import pytest

from assistant.guard.guard import Guard
from knowledge.facts import Fact, Facts

FACTS = Facts.of(
    [
        Fact("c/title", "c", "title", "檐雀保温杯", "title"),
        Fact("c/title", "c", "title", "Yanque Bottle", "title"),
        Fact("c/材质", "c", "材质", "内胆316不锈钢、外壳304不锈钢"),
        Fact("c/材质", "c", "Material", "316 stainless steel liner, 304 stainless steel shell"),
    ]
)


@pytest.mark.parametrize(
    ("said", "mended"),
    [
        ("内胆是纯钛的。", "内胆是316不锈钢的。"),
        ("外壳是塑料的。", "外壳是304不锈钢的。"),
        ("这款用的是玻璃内胆。", "这款用的是316不锈钢内胆。"),
        ("它是纯钛的。", "它是内胆316不锈钢、外壳304不锈钢的。"),
        ("The liner is pure titanium.", "The liner is pure 316 stainless steel."),
        ("It's made of titanium.", "It's made of 316 stainless steel liner, 304 stainless steel shell."),
    ],
)
def test_an_invented_material_is_replaced_by_that_of_its_part(said: str, mended: str) -> None:
    verdict = Guard().review(said, FACTS, lang="en" if said.isascii() else "zh", about=("c",))
    assert (verdict.label, verdict.text) == ("contradicted", mended)


@pytest.mark.parametrize("said", ["内胆是316不锈钢的。", "外壳是304不锈钢。", "It has a 316 stainless steel liner."])
def test_the_true_material_stands(said: str) -> None:
    verdict = Guard().review(said, FACTS, lang="en" if said.isascii() else "zh", about=("c",))
    assert (verdict.label, verdict.text) == ("ok", said)


def test_what_another_products_answer_says_backs_nothing_here() -> None:
    facts = FACTS | Facts.of([Fact("c/容量", "c", "容量", "500ml"), Fact("d/容量", "d", "容量", "750ml")])
    verdict = Guard().review("这款容量是750ml。", facts, lang="zh", about=("c",))
    assert (verdict.label, verdict.text) == ("contradicted", "这款容量是500ml。")


@pytest.mark.parametrize("said", ["没有1升以上的，相近的有这些：", "There's nothing over 1 L."])
def test_what_the_shop_lacks_is_no_claim_about_what_comes_nearest(said: str) -> None:
    facts = FACTS | Facts.of([Fact("c/容量", "c", "容量", "500ml"), Fact("c/容量", "c", "Capacity", "500 ml")])
    assert Guard().review(said, facts, lang="en" if said.isascii() else "zh", about=("c",)).label == "ok"
