"""Hundreds of comments as viewers write them, in both languages, each with what must become of it."""

import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from bench.live_latency import QUESTIONS
from knowledge.catalog import Catalog
from streaming.audience import Audience
from streaming.audience_questions import Meaning, understand
from streaming.audience_words import clean
from streaming.comments import Comment
from tests.streaming.parts import open_catalog
from web.wiring import DEMO_SHOP

KINDS = {"-": "none", "no": "none", "hi": "welcome", "me": "private"}
LEAST_MERGED = 0.5  # of two wordings of one question; what only the answer shows is merged when it has been made


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    found = open_catalog(tmp_path_factory.mktemp("shop"), [])
    found.ingest(DEMO_SHOP)
    yield found
    found.close()


def sections() -> list[tuple[str, list[tuple[str, str]]]]:
    """What is on air, and the comments with their labels."""
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for line in (Path(__file__).parent / "live_comments.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("@ "):
            found.append((line[2:], []))
        elif not line.startswith("#"):
            label, _, text = line.partition("|")
            found[-1][1].append((label, text))
    return found


def test_what_needs_an_answer_gets_one_and_nothing_else_does(shop: Catalog) -> None:
    wrong, seen = [], 0
    for product_id, comments in sections():
        for label, text in comments:
            taken = Audience(on_air=lambda on_air=product_id: shop.product(on_air)).take(Comment("v", text))
            kind = "none" if taken.outcome == "ignored" else taken.kind
            seen += 1
            if kind != KINDS.get(label, "question"):
                wrong.append((text, kind, taken.reason))
    assert seen > 1000 and not wrong


def test_only_the_same_question_is_taken_for_the_same(shop: Catalog) -> None:
    merged = pairs = 0
    wrong = []
    for product_id, comments in sections():
        product = shop.product(product_id)
        questions = [(label, text, understand(clean(text), product)) for label, text in comments if label not in KINDS]
        for (label, text, one), (other_label, other_text, other) in combinations(questions, 2):
            same = one.same_as(other)
            pairs += label == other_label
            merged += label == other_label and same
            if same and label != other_label:
                wrong.append((text, other_text))
    assert not wrong and merged > LEAST_MERGED * pairs


def test_the_benchs_questions_are_merged_with_their_other_wordings_and_no_others(shop: Catalog) -> None:
    thermos = shop.product("cup-316-500")

    def read(text: str) -> Meaning:
        return understand(clean(text), thermos)

    for at, (first, again) in enumerate(QUESTIONS):
        assert read(first).same_as(read(again)), (first, again)
        for others in QUESTIONS[:at]:
            assert not any(read(first).same_as(read(other)) for other in others), (first, others)


@pytest.mark.parametrize(
    "unit",
    [
        "好 ",
        "姐",
        "主播",
        "想要",
        "来了",
        "hi ",
        "what is ",
        "any ",
        "h",
        "多少",
        "不好",
        "给我",
        "165 ",
        "?",
        "我买的 ",
        "w",
        "m",
    ],
)
def test_nobody_can_keep_the_room_busy_with_a_comment(shop: Catalog, unit: str) -> None:
    """Words over and over again, as somebody writes who knows what patterns choke on."""
    thermos = shop.product("cup-316-500")
    began = time.thread_time()
    for end in ("", "x", "讲", "！喵"):
        Audience(on_air=lambda: thermos).take(Comment("v", (unit * 200)[:197] + end))
    assert time.thread_time() - began < 1.0


def test_the_same_words_about_another_product_are_another_question(shop: Catalog) -> None:
    on_air = ["cup-316-500"]
    audience = Audience(on_air=lambda: shop.product(on_air[0]))
    assert audience.take(Comment("a", "多少钱")).kind == "question"
    on_air[0] = "honey-500"
    assert not audience.take(Comment("b", "多少钱呀")).merged_into
    assert audience.take(Comment("c", "包邮吗")).kind == "question"
    on_air[0] = "cup-316-500"
    assert audience.take(Comment("d", "这个包邮吗")).merged_into, "the shop's rules are the same for all"
