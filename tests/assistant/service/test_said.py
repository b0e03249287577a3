"""What shoppers of many kinds say, and what becomes of it: nothing before a plain yes, nothing but what was meant."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.handoff import trigger
from assistant.service.model import Write
from knowledge.model import Lang
from tests.assistant.service.wide import WideTalk
from tests.assistant.service.zh_shop import ZhTalk

HERE = Path(__file__).parent
MOST_ANSWERS = 5  # more than any of these has wishes
YES = {"en": "yes", "zh": "确认"}


def _cases(lang: str) -> list[Any]:
    kinds = yaml.load(
        (HERE / f"said_{lang}.yaml").read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return [
        pytest.param(one, id=f"{kind}-{number}") for kind, every in kinds.items() for number, one in enumerate(every)
    ]


def _told(write: Write) -> str:
    return f"{write.name} {dict(write.arguments)}"


def _is(wanted: str, done: str) -> bool:
    """Whether a write is the one wanted: its name, and all of its values that count."""
    name, values = wanted.split(" ", 1)
    return done.startswith(f"{name} ") and all(value in done for value in values.split(" & "))


def _comes_to(case: Mapping[str, Any], lang: Lang) -> None:
    talk = ZhTalk() if case.get("shop") == "jd" else WideTalk(lang, signed_in=not case.get("anon"))
    person = False
    for text in [case["say"]] if isinstance(case["say"], str) else case["say"]:
        before, waits = len(talk.shop.executed), talk.session.pending is not None
        turn = talk.say(str(text))
        assert waits or len(talk.shop.executed) == before, f"done before a yes: {talk.text}"
        person = person or turn.handoff or trigger(str(text)) in ("asked", "legal")
    said, asked = talk.text, turn.asks_question
    for _ in range(0 if case.get("stop") else MOST_ANSWERS):
        if not turn.asks_confirmation:
            break
        turn = talk.say(YES[lang])
        said += talk.text
    wanted = list(case.get("does", ()))
    ledger = any(one.startswith("give_back") for one in wanted)  # it follows a cancellation by itself
    done = [told for told in map(_told, talk.shop.executed) if ledger or not told.startswith("give_back")]
    assert len(done) == len(wanted), (done, said)
    assert all(any(_is(one, told) for told in done) for one in wanted), (done, said)
    assert person == bool(case.get("person")), said
    assert re.search(case.get("tells", ""), said, re.IGNORECASE), said
    assert "asks" not in case or asked or re.search(case["asks"], said, re.IGNORECASE), said


@pytest.mark.parametrize("case", _cases("en"))
def test_what_english_shoppers_say_comes_to(case: Mapping[str, Any]) -> None:
    _comes_to(case, "en")


@pytest.mark.parametrize("case", _cases("zh"))
def test_what_chinese_shoppers_say_comes_to(case: Mapping[str, Any]) -> None:
    _comes_to(case, "zh")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Where is my camera?", "B5004 is on its way"),
        ("where's the backpack i bought", "B5002 is open"),
        ("Has my espresso machine been sent out yet?", "B5003 is received"),
        ("I'm still waiting for my running shoes", ""),
        ("My bottle leaks!", "sorry"),
        ("the headphones arrived cracked", "sorry"),
    ],
)
def test_how_far_or_how_bad_something_bought_is_concerns_the_service(text: str, told: str) -> None:
    talk = WideTalk("en")
    assert talk.concerns(text)
    talk.say(text)
    assert told in talk.text and not talk.shop.executed
    assert not WideTalk("en", signed_in=False).concerns(text)


@pytest.mark.parametrize(
    "text",
    [
        "I need a wrist rest for my headphones",
        "Where is the power button on my camera?",
        "When will the navy headphones be back in stock?",
        "Where is my lawn mower?",  # never bought
        "When does the backpack ship if I order today?",
        "My headphones are broken, which ones do you recommend?",
        "Can I get the headphones with a longer cable?",
        "Do you ship to Ireland? I'd want it sent there",
        "How heavy is the backpack? I need one for my laptop",
    ],
)
def test_what_only_mentions_something_bought_is_left_to_the_catalogue(text: str) -> None:
    assert not WideTalk("en").concerns(text)


@pytest.mark.parametrize("text", ["退了吧", "退了算了", "不要了"])
def test_what_is_unwanted_after_a_complaint_is_what_was_complained_of(text: str) -> None:
    talk = WideTalk("zh")
    talk.say("炸锅用两回就掉漆，质量真差")
    assert talk.concerns(text)
    talk.say(text)
    assert "DD20261103 办理退货" in talk.text and not talk.shop.executed
