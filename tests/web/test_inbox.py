"""The staff's side: handing over, taking over, and never two answers at once."""

import json
import time
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


def test_the_inbox_hears_that_a_conversation_was_deleted(site: Site) -> None:
    visitor = site.visitor()
    visitor.ask("转人工")

    def until(event: dict[str, Any]) -> bool:
        if event["type"] == "hello":
            with site.client(**visitor.headers) as client:
                assert client.delete("/api/chat/session").status_code == 204
        return event["type"] == "deleted"

    with site.staff() as staff:
        told = read_events(staff, "/api/inbox/events", until)[-1]
    assert told == {"type": "deleted", "id": visitor.session["session"]}


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


def test_a_note_is_seen_by_staff_and_never_by_the_shopper(site: Site) -> None:
    visitor = site.visitor()
    visitor.ask("你好")
    with site.staff("小王") as staff:
        assert staff.post(f"{place(visitor)}/notes", json={"text": "老顾客，请优先"}).status_code == 201
        staff.post(f"{place(visitor)}/take")
        staff.post(f"{place(visitor)}/messages", json={"text": "您好"})
        assert [note["text"] for note in staff.get(place(visitor)).json()["notes"]] == ["老顾客，请优先"]
    heard = visitor.events(lambda event: event["type"] == "message" and event["role"] == "agent")
    assert "老顾客" not in json.dumps(heard, ensure_ascii=False) + visitor.get("transcript").text


def test_search_by_tag_agent_and_day(site: Site) -> None:
    visitor = site.visitor()
    site.visitor().ask("你好")
    with site.staff("小王") as staff:
        staff.post(f"{place(visitor)}/take")
        assert staff.put(f"{place(visitor)}/tags", json={"tags": ["退款", " 退款 ", ""]}).json() == {"tags": ["退款"]}

        def found(**wanted: str) -> list[str]:
            answer = staff.get("/api/inbox/conversations", params=wanted)
            return [each["id"] for each in answer.json()["conversations"]]

        mine = visitor.session["session"]
        assert found(tag="退款") == found(agent="小王") == [mine]
        assert found(tag="换货") == found(agent="小李") == found(until="2020-01-01") == []
        assert mine in found(since="2020-01-01")


def test_a_transfer_keeps_the_place_and_is_recorded(site: Site) -> None:
    visitor, other = site.visitor(), site.visitor()
    with site.staff("小王") as staff:
        visitor.post("handoff")
        staff.post(f"{place(visitor)}/take")
        visitor.say("还在吗")
        other.post("handoff")
        passed = staff.post(f"{place(visitor)}/transfer", json={"to": "小李", "note": "要英文发票"}).json()
        assert (passed["state"], passed["assignee"]) == ("waiting", "小李")
        waiting = staff.get("/api/inbox/conversations", params={"status": "waiting"}).json()["conversations"]
        assert [each["id"] for each in waiting] == [visitor.session["session"], other.session["session"]]
        record = staff.get(f"{place(visitor)}/record").json()["record"]
        assert {"transfer", "human", "waiting"} <= {each["action"] for each in record}
    with site.staff("小李") as staff:
        assert staff.get(place(visitor)).json()["notes"][0]["text"] == "要英文发票"


def test_what_is_owed_to_the_shopper_is_counted_until_a_person_answers(site: Site) -> None:
    visitor = site.visitor()
    visitor.post("handoff")
    with site.staff("小王") as staff:
        first = staff.post(f"{place(visitor)}/take").json()
        assert first["owed_s"] is not None and first["promised_s"] == 120
        staff.post(f"{place(visitor)}/messages", json={"text": "您好"})
        assert staff.get(place(visitor)).json()["conversation"]["owed_s"] is None
        visitor.say("多久到？")
        again = staff.get(place(visitor)).json()["conversation"]
        assert again["owed_s"] is not None and again["promised_s"] == 300


def test_seen_reaches_the_other_side(site: Site) -> None:
    visitor = site.visitor()
    seq = visitor.say("你好")["seq"]
    with site.staff("小王") as staff:
        staff.post(f"{place(visitor)}/take")
        assert staff.post(f"{place(visitor)}/seen", json={"seq": seq}).status_code == 204
        assert visitor.get("state").json()["seen"] == seq
        assert visitor.post("seen", seq=seq).status_code == 204
        assert staff.get(place(visitor)).json()["conversation"]["seen_by_shopper"] == seq
        visitor.post("seen", seq=10_000)  # nobody has seen what was not said
        assert staff.get(place(visitor)).json()["conversation"]["seen_by_shopper"] == seq


def test_a_suggestion_is_checked_and_sent_by_nobody(settings: Settings) -> None:
    with serving(settings, ScriptedModel([TextDelta("云朵防滑拖鞋只要39元。")])) as site:
        visitor = site.visitor()
        visitor.post("handoff")
        visitor.say("多少钱？")
        with site.staff() as staff:
            suggested = staff.post(f"{place(visitor)}/suggest").json()
            said = staff.get(place(visitor)).json()["events"]
    assert "59" in suggested["text"] and "39" not in suggested["text"] and suggested["changed"] == 1
    assert not any(event["type"] in ("sentence", "done") for event in said)


def test_canned_replies_can_be_written_and_removed(site: Site) -> None:
    with site.staff() as staff:
        along = staff.get("/api/inbox/canned").json()["canned"]
        assert {"hi", "bye"} <= {each["shortcut"] for each in along}
        own = staff.put("/api/inbox/canned", json={"shortcut": "hi", "lang": "zh", "text": "您好{shopper}！"}).json()
        texts = [one["text"] for one in staff.get("/api/inbox/canned").json()["canned"] if one["shortcut"] == "hi"]
        assert "您好{shopper}！" in texts and len(texts) == 2  # the English one that came along stays
        assert staff.delete(f"/api/inbox/canned/{own['id']}").status_code == 204
        assert staff.get("/api/inbox/canned").json()["canned"] == along


def test_translation_is_not_offered_without_a_model(site: Site) -> None:
    with site.staff() as staff:
        assert staff.get("/api/inbox/setup").json()["translates"] is False
        assert staff.post("/api/inbox/translate", json={"text": "你好", "to": "en"}).status_code == 503


def test_who_looks_at_the_same_conversation_is_told(site: Site) -> None:
    visitor = site.visitor()
    mine = visitor.session["session"]
    with site.staff("小王") as wang, site.staff("小李") as li:

        def until(event: dict[str, Any]) -> bool:
            if event["type"] == "hello":
                li.post("/api/inbox/looking", json={"conversation": mine, "typing": True})
            return event["type"] == "viewers"

        # 小李 has no page open and so is not shown; then one is
        assert read_events(wang, "/api/inbox/events", until)[-1]["viewers"] == []
        with site.services.presence.here("小李"):
            assert wang.get(place(visitor)).json()["viewers"] == [{"name": "小李", "typing": True}]


def test_a_conversation_nobody_answers_goes_back_to_the_queue(settings: Settings) -> None:
    """Pain 7: assigned to somebody who is not there, and in limbo."""
    hasty = settings.model_copy(update={"requeue_s": 1, "offer_s": 1})
    with serving(hasty) as site:
        visitor = site.visitor()
        visitor.post("handoff")
        with site.staff("小王") as staff:
            staff.post(f"{place(visitor)}/take")
            visitor.say("在吗？")
        states: list[str] = []

        def back_and_told(event: dict[str, Any]) -> bool:
            states.extend([event["state"]] if event["type"] == "status" else [])
            told = event["type"] == "message" and event["role"] == "system" and "没有同事在线" in event["text"]
            return told and len(states) >= 3  # told before, while 小王 was signing in, does not count

        visitor.events(back_and_told)
    assert states == ["waiting", "human", "waiting"], "小王 never answered"


def test_a_colleague_who_is_there_and_says_nothing_loses_the_conversation(settings: Settings) -> None:
    """Pain 7 again: in limbo with somebody whose inbox is open."""
    silent = settings.model_copy(update={"requeue_s": 1, "offer_s": 600})
    with serving(silent) as site, site.staff("小王") as staff, site.staff("小王") as watching:
        visitor = site.visitor()
        taken = False

        def until(event: dict[str, Any]) -> bool:
            nonlocal taken
            if event["type"] == "hello":
                visitor.post("handoff")
                staff.post(f"{place(visitor)}/take")
                visitor.say("在吗？")
            if event["type"] != "conversation":
                return False
            taken = taken or event["conversation"]["state"] == "human"
            return taken and event["conversation"]["state"] == "waiting"

        read_events(watching, "/api/inbox/events", until)


def test_a_shopper_who_has_waited_long_can_still_be_taken_over(settings: Settings) -> None:
    patient = settings.model_copy(update={"requeue_s": 4, "offer_s": 600})
    with serving(patient) as site, site.staff("小王") as staff:
        visitor = site.visitor()
        visitor.post("handoff")
        time.sleep(5)  # longer than a colleague may take to answer
        staff.post(f"{place(visitor)}/take")
        time.sleep(2.5)  # the dispatcher has looked
        assert staff.get(place(visitor)).json()["conversation"]["state"] == "human"


def test_a_waiting_shopper_is_offered_to_somebody_who_is_there(site: Site) -> None:
    visitor = site.visitor()
    with site.staff("小李") as staff:

        def until(event: dict[str, Any]) -> bool:
            if event["type"] == "hello":
                visitor.post("handoff")
            return event["type"] == "conversation" and bool(event["conversation"]["assignee"])

        events = read_events(staff, "/api/inbox/events", until)
    assert events[-1]["conversation"]["assignee"] == "小李"
