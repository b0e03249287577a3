"""A plan that was worked out before something changed says so when it is shown again."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from assistant.messages import TextDelta, ToolCall
from assistant.models.scripted import ScriptedModel
from knowledge.model import Promotion, Text
from tests.test_hot_truth import Clock, clock
from tests.web.conftest import KETTLE, SLIPPERS, Site, Visitor, serving
from web.settings import Settings

__all__ = ["clock"]  # the fixture


def planned(site: Site) -> tuple[Visitor, int]:
    visitor = site.visitor()
    return visitor, visitor.ask("买两双拖鞋怎么最划算？")[-1]["seq"]


def plan(visitor: Visitor, last: int) -> dict[str, Any]:
    events = visitor.events(lambda event: event["seq"] == last)
    (found,) = [event["basket"] for event in events if event["type"] == "basket"]
    return dict(found)


def clerk() -> ScriptedModel:
    call = ToolCall("c1", "best_basket", json.dumps({"items": [{"product": "S1", "quantity": 2}]}))
    return ScriptedModel([call], [TextDelta("好的。")])


def test_a_plan_says_when_a_price_has_changed_since(settings: Settings) -> None:
    with serving(settings, clerk()) as site:
        visitor, last = planned(site)
        shown = plan(visitor, last)
        site.services.catalog.put([replace(KETTLE, stock=1)], source="test")
        assert plan(visitor, last) == shown, "what it doesn't rest on may change"
        site.services.catalog.put([replace(SLIPPERS, price=Decimal(61))], source="test")
        again = plan(visitor, last)
        assert again["badge"] == "当时的算法" != shown["badge"] and "重新算" in again["proof"]
        assert again["total"] == shown["total"], "the sums stay those that were worked out"


def test_a_plan_says_when_an_offer_has_ended_since(settings: Settings, clock: type[Clock]) -> None:
    with serving(settings, clerk()) as site:
        sale = Promotion("x", Text("满100减9", "9 off 100"), "threshold", threshold=Decimal(100), minus=Decimal(9))
        site.services.catalog.put(
            promotions=[replace(sale, ends=datetime.now(UTC) + timedelta(hours=1))], source="test"
        )
        visitor, last = planned(site)
        assert plan(visitor, last)["badge"] != "当时的算法"
        clock.ahead = timedelta(hours=2)
        assert plan(visitor, last)["badge"] == "当时的算法"


def test_a_plans_sums_are_not_said_once_they_are_old(settings: Settings) -> None:
    call = ToolCall("c1", "best_basket", json.dumps({"items": [{"product": "S1", "quantity": 2}]}))
    said = [TextDelta("这么买一共108元。"), 2.0, TextDelta("对，一共108元。"), 0.1, TextDelta("鞋底是TPR橡胶。")]
    with serving(settings, ScriptedModel([call], said, [call], said)) as site:
        visitor = site.visitor()
        seq = visitor.say("买两双拖鞋怎么最划算？")["seq"]
        first = visitor.events(lambda event: event["type"] == "basket", after=seq)
        assert "108" in str(first[-1]["basket"]["total"]), "two at 59 less 10"
        (rest,) = [
            event["text"]
            for event in visitor.events(lambda event: event["type"] == "done", after=seq)
            if event["type"] == "message"
        ]
        assert rest == "这么买一共108元。对，一共108元。鞋底是TPR橡胶。"
        seq = visitor.say("再算一遍？")["seq"]
        visitor.events(lambda event: event["type"] == "basket", after=seq)
        site.services.catalog.put([replace(SLIPPERS, price=Decimal(61))], source="test")
        events = visitor.events(lambda event: event["type"] == "done", after=seq)
        later = next(event["text"] for event in events if event["type"] == "message")
        assert later.count("108") <= 1 and "TPR" in later
