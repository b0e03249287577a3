"""Twelve turns in each language: needs, reasons, trade-offs, changes of mind; nothing the guard has to correct."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.events import Comparison, Sentence
from tests.assistant.conftest import Answer, Counter

CONVERSATIONS: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "conversations.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("lang", CONVERSATIONS)
async def test_a_conversation(counter: Counter, lang: str) -> None:
    shopper = await counter.shopper()
    asked_back: list[tuple[str, ...]] = []
    for turn in CONVERSATIONS[lang]:
        answer = await shopper.says(turn["q"])
        problems = faults(turn, answer)
        assert not problems, f"{turn['q']!r} → {answer.text!r} (cards {answer.cards}): {problems}"
        asked_back += [answer.replies] if answer.replies else []
        corrected = [event.verdict for event in answer.events if isinstance(event, Sentence) and event.verdict.changed]
        assert not corrected, f"the guard had to correct {corrected}"


def faults(turn: dict[str, Any], answer: Answer) -> list[str]:
    found = [f"{one!r} is not said" for one in turn.get("says", ()) if not re.search(either(str(one)), answer.text)]
    found += [f"{one!r} is said" for one in turn.get("not", ()) if one in answer.text]
    found += [f"{one} has no card" for one in turn.get("cards", ()) if one not in answer.cards]
    if turn.get("table") and not any(isinstance(event, Comparison) for event in answer.events):
        found.append("no table")
    return found


def either(expected: str) -> str:
    return "|".join(re.escape(one) for one in expected.split("|"))


SCENES = {
    "zh": ["想要一个保温杯和一双雨鞋", "保温杯：", "雨鞋：", "听潮防滑雨靴"],
    "en": ["need wireless earbuds and a power bank for travel", "wireless earbuds:", "power bank:", "Earbuds"],
}


@pytest.mark.parametrize("lang", SCENES)
async def test_several_needs_are_answered_one_by_one(counter: Counter, lang: str) -> None:
    question, *expected = SCENES[lang]
    answer = await (await counter.shopper()).says(question)
    assert all(part in answer.text for part in expected), answer.text


async def test_what_must_be_avoided_is_never_offered(counter: Counter) -> None:
    shopper = await counter.shopper()
    await shopper.says("我妈对羊毛过敏，想送她个冬天用的礼物")
    answer = await shopper.says("那围巾呢")
    assert "羊毛" in answer.text and "scarf-wool" not in answer.cards and not re.search("初霜", answer.text)


async def test_at_most_two_questions_are_asked_back(counter: Counter) -> None:
    """Each of them about something else, each with short answers that the next search understands."""
    shopper = await counter.shopper()
    answer = await shopper.says("送女朋友的生日礼物")
    asked = 0
    for _ in range(5):
        question = next((part for part in answer.text.splitlines() if re.search("偏向哪种|想要哪种", part)), "")
        if not question:
            break
        asked += 1
        assert 2 <= len(answer.replies) <= 4
        answer = await shopper.says(answer.replies[0])
        assert "元" in answer.text, answer.text  # it found goods
    assert 1 <= asked <= 2


async def test_why_not_that_one_names_the_wish_it_misses(counter: Counter) -> None:
    shopper = await counter.shopper()
    await shopper.says("推荐个300以内的蓝牙耳机")
    answer = await shopper.says("为什么没推荐头戴的那个？")
    assert "399元，高于300元" in answer.text
    shopper = await counter.shopper()
    await shopper.says("a rain boot in red please")
    answer = await shopper.says("why not the rain boots?")
    assert "red" in answer.text.lower()


async def test_a_near_miss_is_told_with_what_kept_it_out(counter: Counter) -> None:
    answer = await (await counter.shopper()).says("两个人用的帐篷")
    assert "星河四人自动帐篷没放进来：适用人数" in answer.text


async def test_what_is_sold_out_brings_stand_ins(counter: Counter) -> None:
    shopper = await counter.shopper()
    answer = await shopper.says("轻羽保温杯有类似的吗")
    assert "轻旅316不锈钢保温杯" in answer.text
