"""A question that a product's manual answers is answered in the manual's words, with file and page as evidence."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.conversation import Conversations
from assistant.events import PageContext
from assistant.guard.guard import Guard
from assistant.manuals import manual_answers
from knowledge.catalog import Catalog
from knowledge.model import Passage, Product, Text
from knowledge.settings import KnowledgeSettings
from tests.assistant.conftest import Counter

KETTLE = Product("K1", Text("云岭电热水壶", "Cloudridge Kettle"), category=Text("厨电", "Kitchen"))
LAMP = Product("L1", Text("暖光台灯", "Warm Desk Lamp"), category=Text("灯具", "Lamps"))
PASSAGES = (
    Passage(
        "m#1",
        Text("每月除垢一次：加2勺柠檬酸，烧开后静置30分钟。请勿用钢丝球擦洗内胆。"),
        ("K1",),
        Text("除垢"),
        "k.pdf",
        2,
    ),
    Passage("m#2", Text(en="Descale once a month with citric acid."), ("K1",), Text(en="Descaling"), "k-en.pdf", 5),
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    opened = Catalog.open(KnowledgeSettings(data_dir=Path(tmp_path_factory.mktemp("manuals"))))
    opened.put([KETTLE, LAMP], passages=PASSAGES, source="test")
    yield opened
    opened.close()


async def test_the_answer_is_the_manuals_and_names_its_page(shop: Catalog, guard: Guard) -> None:
    conversations = Conversations(shop.store.engine, poll_s=0.05)
    try:
        counter = Counter(shop, guard, conversations)
        for text, context in (("云岭电热水壶怎么除垢？", PageContext()), ("怎么除垢？", PageContext(product_id="K1"))):
            shopper = await counter.shopper(context=context)
            answer = await shopper.says(text)
            assert "加2勺柠檬酸" in answer.text, (text, answer.text)
            told = await conversations.verdicts(shopper.id)
            assert {one["label"] for one in told} == {"ok"}
            assert "k.pdf, page 2" in {fact["source"] for one in told for fact in one["evidence"]}
    finally:
        await conversations.close()


@pytest.mark.parametrize(
    ("question", "lang", "product", "told"),
    [
        ("云岭电热水壶内胆可以用钢丝球擦吗", "zh", "", "请勿用钢丝球擦洗内胆。"),
        ("How do I descale the Cloudridge Kettle?", "en", "", "Descale once a month with citric acid."),
        ("怎么除垢", "zh", "", ""),  # of which product?
        ("怎么除垢", "zh", "L1", ""),  # another one's manual says nothing about it
        ("云岭电热水壶多少钱", "zh", "", ""),
        ("云岭电热水壶有红色的吗", "zh", "", ""),
    ],
)
def test_only_what_the_manual_speaks_of(shop: Catalog, question: str, lang: str, product: str, told: str) -> None:
    answers, facts = manual_answers(shop, question, "en" if lang == "en" else "zh", product)
    assert [answer["answer"] for answer in answers] == ([told] if told else [])
    assert bool(facts) == bool(told)
