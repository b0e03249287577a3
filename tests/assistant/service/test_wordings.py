"""Our own wordings of every kind of request, as impatient shoppers type them: what each comes to, and nothing else."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.service.flow import Flow
from assistant.service.model import Write
from assistant.service.session import Session, Turn
from assistant.service.understand.english import English
from assistant.service.wordings import Words
from tests.assistant.service.shops import BUYER, MemoryShop, policy
from tests.assistant.service.zh_shop import ZhTalk

HERE = Path(__file__).parent
MOST_ANSWERS = 4  # more than any wording here has wishes


class EnTalk:
    """Ann Lee, signed in."""

    def __init__(self) -> None:
        rules = policy()
        self.shop = MemoryShop()
        self._flow = Flow(self.shop, rules, English(rules.order_number), every=True)
        self._words = Words(rules, "en")
        self._session = Session(client_id=BUYER.id)
        self.text = ""

    def say(self, text: str) -> Turn:
        turn = self._flow.turn(text, self._session, "talk")
        self.text = self._words.say(turn.told)
        return turn


def _told(write: Write) -> str:
    return f"{write.name} {dict(write.arguments)}"


def _cases(lang: str) -> list[Any]:
    kinds = yaml.safe_load((HERE / f"wordings_{lang}.yaml").read_text(encoding="utf-8"))
    return [pytest.param(one, id=f"{kind}-{one['say'][:24]}") for kind, every in kinds.items() for one in every]


def _comes_to(talk: ZhTalk | EnTalk, case: Mapping[str, Any], yes: str) -> None:
    turn = talk.say(case["say"])
    assert turn.handoff == case.get("person", False), talk.text
    assert talk.shop.executed == []  # nothing before a yes
    said = talk.text
    for _ in range(MOST_ANSWERS):
        if not turn.asks_confirmation:
            break
        turn = talk.say(yes)
        said += talk.text
    done = [_told(write) for write in talk.shop.executed]
    wanted = [one.split(" ", 1) for one in case.get("does", ())]
    names = {name for name, _ in wanted}
    done = [one for one in done if not one.startswith("give_back") or "give_back" in names]  # follows a cancellation
    assert len(done) == len(wanted), (done, said)
    for name, value in wanted:
        assert any(one.startswith(name) and value in one for one in done), (done, said)
    if "tells" in case:
        assert re.search(case["tells"], said, re.IGNORECASE), said


@pytest.mark.parametrize("case", _cases("zh"))
def test_what_chinese_shoppers_type_comes_to(case: Mapping[str, Any]) -> None:
    _comes_to(ZhTalk(), case, "确认")


@pytest.mark.parametrize("case", _cases("en"))
def test_what_english_shoppers_type_comes_to(case: Mapping[str, Any]) -> None:
    _comes_to(EnTalk(), case, "yes")
