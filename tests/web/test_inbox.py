"""The staff's side: handing over, taking over, and never two answers at once."""

import json
from typing import Any

import pytest

from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from tests.web.conftest import Site, Visitor, read_events, serving
from web.settings import Settings


def place(visitor: Visitor) -> str:
    return f"/api/inbox/conversations/{visitor.session['session']}"


def test_asking_for_a_person_as_the_first_thing_puts_one_in_the_queue(site: Site) -> None:
    visitor, other = site.visitor(), site.visitor()
    assert other.post("handoff").json() == {"state": "waiting", "position": 1}
    assert visitor.post("handoff", reason="发票").json() == {"state": "waiting", "position": 2}
    with site.staff() as staff:
        listed = staff.get("/api/inbox/conversations", params={"status": "waiting"}).json()
    assert [each["id"] for each in listed["conversations"]] == [other.session["session"], visitor.session["session"]]
    assert listed["counts"]["waiting"] == 2
    assert "发票" in listed["conversations"][1]["summary"]
    status = visitor.events(lambda event: event["type"] == "status")[-1]
    assert (status["state"], status["position"]) == ("waiting", 2)


def test_a_person_takes_over_and_the_bot_is_silent_until_released(site: Site) -> None:
    visitor = site.visitor()
    visitor.ask("你好")
    with site.staff("小王") as staff:
        assert staff.post(f"{place(visitor)}/take").json()["agent"] == "小王"
        seq = visitor.say("在吗？")["seq"]
        assert visitor.get("state").json()["answering"] is False
        sent = staff.post(f"{place(visitor)}/messages", json={"text": "您好，我是小王"})
        assert sent.status_code == 202
        events = visitor.events(lambda event: event["type"] == "message" and event["role"] == "agent", after=seq)
        assert [event["type"] for event in events] == ["message"], "the bot said something in between"
        assert (events[0]["text"], events[0]["agent"]) == ("您好，我是小王", "小王")
        assert staff.post(f"{place(visitor)}/release").json()["state"] == "bot"
        assert visitor.ask("多少钱？")[-1]["type"] == "done"


def test_an_answer_that_is_being_written_ends_when_a_person_takes_over(settings: Settings) -> None:
    model = ScriptedModel([TextDelta("这款拖鞋59元。鞋底"), 1.5, TextDelta("是TPR橡胶。还有"), TextDelta("十二双。")])
    with serving(settings, model) as site:
        visitor = site.visitor()
        seq = visitor.say("介绍一下")["seq"]
        visitor.events(lambda event: event["type"] == "sentence", after=seq)
        with site.staff() as staff:
            taken = staff.post(f"{place(visitor)}/take").json()["seq"]
            staff.post(f"{place(visitor)}/messages", json={"text": "我来回答您"})
            later = visitor.events(lambda event: event["type"] == "message", after=taken)
        assert [event["role"] for event in later] == ["agent"]


def test_two_people_cannot_take_one_conversation(site: Site) -> None:
    visitor = site.visitor()
    with site.staff("小王") as wang, site.staff("小李") as li:
        assert wang.post(f"{place(visitor)}/take").status_code == 200
        assert wang.post(f"{place(visitor)}/take").status_code == 200, "taking it again is no collision"
        collision = li.post(f"{place(visitor)}/take")
        assert (collision.status_code, collision.json()["code"], collision.json()["agent"]) == (409, "taken", "小王")
        for action in ("release", "close"):
            assert li.post(f"{place(visitor)}/{action}").json()["code"] == "taken"
        assert li.post(f"{place(visitor)}/messages", json={"text": "我也来"}).json()["code"] == "taken"


def test_answering_without_taking_over_is_refused(site: Site) -> None:
    visitor = site.visitor()
    with site.staff() as staff:
        answer = staff.post(f"{place(visitor)}/messages", json={"text": "你好"})
    assert (answer.status_code, answer.json()["code"]) == (409, "closed")


def test_a_closed_conversation_opens_again_with_the_bot(site: Site) -> None:
    visitor = site.visitor()
    with site.staff() as staff:
        staff.post(f"{place(visitor)}/take")
        assert staff.post(f"{place(visitor)}/close").json()["state"] == "closed"
    events = visitor.ask("还有一个问题")
    assert events[-1]["type"] == "done"
    assert visitor.get("state").json()["state"] == "bot"


def test_the_detail_shows_why_a_sentence_was_changed(settings: Settings) -> None:
    with serving(settings, ScriptedModel([TextDelta("云朵防滑拖鞋只要39元，全网最低价。")])) as site:
        visitor = site.visitor()
        events = visitor.ask("多少钱？")
        with site.staff() as staff:
            detail = staff.get(place(visitor)).json()
    wire = json.dumps(events, ensure_ascii=False)
    assert "39元" not in wire and "最低价" not in wire, "the lie was on its way to the shopper"
    verdict = detail["verdicts"][0]
    assert verdict["original"].startswith("云朵防滑拖鞋只要39元")
    assert verdict["label"] == "forbidden"
    assert verdict["changed"] is True
    assert {span["label"] for span in verdict["spans"]} >= {"forbidden", "contradicted"}
    assert detail["context"]["product"]["id"] == "S1"
    assert [event["seq"] for event in detail["events"]] == list(range(1, events[-1]["seq"] + 1))


def test_the_inbox_hears_of_everything_without_reloading(site: Site) -> None:
    visitor = site.visitor()
    with site.staff() as staff:
        events = _while_open(staff, visitor)
    assert events[0]["type"] == "hello"
    assert any(event["type"] == "event" and event["event"]["type"] == "message" for event in events)
    assert events[-1]["conversation"]["last"]["text"]


def _while_open(staff: Any, visitor: Visitor) -> list[dict[str, Any]]:
    asked = False

    def until(event: dict[str, Any]) -> bool:
        nonlocal asked
        if event["type"] == "hello" and not asked:
            asked = True
            visitor.say("转人工")
        return event["type"] == "conversation" and event["conversation"]["state"] == "waiting"

    return read_events(staff, "/api/inbox/events", until)


def test_search_finds_what_was_said(site: Site) -> None:
    visitor = site.visitor()
    visitor.ask("有没有榴莲味的拖鞋？")
    site.visitor().ask("你好")
    with site.staff() as staff:
        found = staff.get("/api/inbox/conversations", params={"q": "榴莲"}).json()["conversations"]
    assert [each["id"] for each in found] == [visitor.session["session"]]


@pytest.mark.parametrize("action", ["take", "release", "close"])
def test_a_conversation_that_is_gone_is_named_so(site: Site, action: str) -> None:
    with site.staff() as staff:
        answer = staff.post(f"/api/inbox/conversations/none/{action}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
