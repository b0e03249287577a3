"""The shopper's side, over real sockets."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from assistant.messages import ModelError, TextDelta
from assistant.models.scripted import ScriptedModel
from tests.web.conftest import Site, Visitor, read_events, serving, settings_in
from web.settings import Settings, SettingsError
from web.wiring import build_core

TRUE = "这款拖鞋59元。鞋底是TPR橡胶。"


def said(events: list[dict[str, Any]]) -> str:
    return "".join(event["text"] for event in events if event["type"] == "sentence")


def whole(events: list[dict[str, Any]], role: str = "bot") -> dict[str, Any]:
    return next(event for event in events if event["type"] == "message" and event["role"] == role)


def test_a_question_is_answered_sentence_by_sentence(site: Site) -> None:
    visitor = site.visitor()
    assert "AI" in visitor.session["greeting"]
    assert visitor.session["disclosure"]
    events = visitor.ask("云朵防滑拖鞋多少钱？")
    assert said(events) == TRUE
    assert whole(events)["text"] == TRUE
    assert [event["seq"] for event in events] == list(range(events[0]["seq"], events[0]["seq"] + len(events)))
    assert events[-1]["model"] == "scripted"


def test_a_page_that_was_asleep_misses_nothing_and_sees_nothing_twice(site: Site) -> None:
    visitor = site.visitor()
    for text in ("第一个问题", "第二个问题"):
        visitor.ask(text)
    everything = visitor.events(lambda event: event["seq"] == 2)
    rest = visitor.events(lambda event: event["type"] == "done" and event["seq"] > 7, **{"Last-Event-ID": "2"})
    seqs = [event["seq"] for event in everything + rest]
    assert seqs == list(range(1, len(seqs) + 1))
    questions = [e["text"] for e in everything + rest if e["type"] == "message" and e["role"] == "user"]
    assert questions == ["第一个问题", "第二个问题"]


def test_sending_a_message_again_stores_and_answers_it_once(site: Site) -> None:
    visitor = site.visitor()
    first, second = visitor.say("在吗？", "page-1"), visitor.say("在吗？", "page-1")
    assert first["seq"] == second["seq"]
    events = visitor.events(lambda event: event["type"] == "done")
    assert sum(event["type"] == "message" and event["role"] == "user" for event in events) == 1
    time.sleep(0.2)
    assert visitor.get("state").json()["seq"] == events[-1]["seq"]


def test_an_answer_is_finished_though_nobody_watches(settings: Settings) -> None:
    with serving(settings, ScriptedModel([0.3, TextDelta(TRUE)])) as site:
        visitor = site.visitor()
        seq = visitor.say("多少钱？")["seq"]  # no stream is open, and none will be for a while
        time.sleep(0.8)
        events = visitor.events(lambda event: event["type"] == "done", after=seq)
        assert said(events) == TRUE


def test_messages_that_come_while_an_answer_is_written_wait_for_their_turn(settings: Settings) -> None:
    with serving(settings, ScriptedModel([0.2, TextDelta("这款59元。")])) as site:
        visitor = site.visitor()
        for text in ("一", "二", "三"):
            visitor.say(text)
        seen: list[str] = []

        def three_answers(event: dict[str, Any]) -> bool:
            seen.append(event["type"])
            return seen.count("done") == 3

        events = visitor.events(three_answers)
        answers = [event["id"] for event in events if event["type"] == "done"]
        started = [event["id"] for event in events if event["type"] == "sentence"]
        assert started == answers, "answers must not be interleaved"


def test_a_queue_of_unanswered_messages_is_bounded(settings: Settings) -> None:
    with serving(settings, ScriptedModel([5.0, TextDelta("好。")])) as site:
        visitor = site.visitor()
        statuses = [visitor.post("messages", text=f"第{number}条").status_code for number in range(6)]
        assert statuses[:4] == [202] * 4
        assert statuses[-1] == 429


def test_stop_keeps_what_was_shown_and_ends_the_answer(settings: Settings) -> None:
    with serving(settings, ScriptedModel([TextDelta("这款拖鞋59元。鞋底"), 5.0, TextDelta("是TPR橡胶。")])) as site:
        visitor = site.visitor()
        seq = visitor.say("介绍一下")["seq"]
        visitor.events(lambda event: event["type"] == "sentence", after=seq)
        started = time.monotonic()
        assert visitor.post("stop").status_code == 204
        events = visitor.events(lambda event: event["type"] == "done", after=seq)
        assert time.monotonic() - started < 2
        assert events[-1]["stopped"] is True
        assert whole(events)["text"] == "这款拖鞋59元。"


@pytest.mark.parametrize(("length", "status"), [(2_001, 202), (10_000, 202), (20_001, 413), (60_000, 413)])
def test_a_long_message_gets_a_clear_answer(site: Site, length: int, status: int) -> None:
    visitor = site.visitor()
    answer = visitor.post("messages", text="很" * length)
    assert answer.status_code == status
    if status == 202:
        events = visitor.events(lambda event: event["type"] == "done", after=answer.json()["seq"])
        assert "2000" in whole(events)["text"]
    else:
        assert "太" in answer.json()["message"]


def test_a_megabyte_is_refused_before_it_is_read(site: Site) -> None:
    visitor = site.visitor()
    with site.client(**visitor.headers) as client:
        announced = client.post("/api/chat/messages", json={"text": "x" * 1_000_000})
        assert (announced.status_code, announced.json()["code"]) == (413, "too_large")

        def endless() -> Any:
            yield b'{"text": "'
            for _ in range(50):
                yield b"x" * 65_536

        chunked = client.post("/api/chat/messages", content=endless(), headers={"Content-Type": "application/json"})
        assert chunked.status_code == 413


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "   "}, {"text": 5}, {"text": "a", "client_id": "x" * 65}])
def test_a_message_that_is_none_is_refused_in_one_sentence(site: Site, body: dict[str, Any]) -> None:
    answer = site.visitor().post("messages", **body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_markup_and_control_characters_come_back_as_text(site: Site) -> None:
    visitor = site.visitor()
    text = '<img src=x onerror=alert(1)>"\u2028</script>\U0001f600'
    seq = visitor.say(text + "\x00")["seq"]
    event = visitor.events(lambda event: event["type"] == "done", after=seq - 1)[0]
    assert event["text"] == text


def test_one_visitor_is_slowed_down_and_others_are_not(settings: Settings) -> None:
    quiet = settings_in(settings.data, messages_per_minute=3)
    with serving(quiet, ScriptedModel([TextDelta("好的。")])) as site:
        hasty, calm = site.visitor("en"), site.visitor()
        statuses = []
        for number in range(5):
            answer = hasty.post("messages", text=f"hello {number}")
            statuses.append(answer.status_code)
            if answer.status_code == 202:
                hasty.events(lambda event: event["type"] == "done", after=answer.json()["seq"])
        assert statuses == [202, 202, 202, 429, 429]
        assert int(answer.headers["retry-after"]) > 0
        assert answer.json()["message"].startswith("That was too fast")
        assert calm.post("messages", text="你好").status_code == 202


def test_an_address_is_slowed_down(settings: Settings) -> None:
    with serving(settings_in(settings.data, requests_per_minute=10), ScriptedModel([TextDelta("好。")])) as site:
        with site.client() as client:
            statuses = [client.post("/api/chat/sessions", json={}).status_code for _ in range(12)]
        assert statuses.count(201) == 10
        assert statuses[-1] == 429


def test_streams_of_one_address_are_bounded(settings: Settings) -> None:
    with serving(settings_in(settings.data, streams_per_address=1), ScriptedModel([TextDelta("好。")])) as site:
        visitor = site.visitor()
        with site.client(**visitor.headers) as client, client.stream("GET", "/api/chat/events") as first:
            lines = first.iter_lines()  # kept: letting go of it would close the stream
            next(lines)
            second = visitor.get("events")
            assert (second.status_code, second.json()["code"]) == (429, "too_fast")
        for _ in range(50):  # the server sees the first one hang up
            if site.services.streams.open == 0:
                break
            time.sleep(0.1)
        visitor.ask("还在吗？")


@pytest.mark.parametrize("token", ["", "nonsense", "e30.0000", "é.ü"])
def test_without_a_token_nothing_is_told(site: Site, token: str) -> None:
    with site.client() as client:
        headers = [("Authorization", f"Bearer {token}".encode("latin-1"))] if token else []
        for path in ("events", "state", "transcript"):
            answer = client.get(f"/api/chat/{path}", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


def test_a_token_opens_its_own_conversation_only(site: Site) -> None:
    mine, theirs = site.visitor(), site.visitor()
    mine.ask("我的秘密是榴莲")
    assert "榴莲" in mine.get("transcript").text
    assert "榴莲" not in theirs.get("transcript").text
    body, _, mac = theirs.session["token"].partition(".")
    forged = Visitor(site, {"token": f"{body}.{'0' * len(mac)}"})
    assert forged.get("state").status_code == 401


def test_a_shopper_can_take_everything_along_and_delete_it(site: Site) -> None:
    visitor = site.visitor()
    visitor.ask("多少钱？")
    transcript = visitor.get("transcript")
    assert "attachment" in transcript.headers["content-disposition"]
    assert "多少钱？" in transcript.text
    assert TRUE in transcript.text
    with site.client(**visitor.headers) as client:
        assert client.delete("/api/chat/session").status_code == 204
    assert visitor.get("transcript").status_code == 401
    with site.staff() as staff:
        assert staff.get(f"/api/inbox/conversations/{visitor.session['session']}").status_code == 404


def test_rating_and_feedback(site: Site) -> None:
    visitor = site.visitor()
    events = visitor.ask("多少钱？")
    assert visitor.post("rating", score=5, comment="好").status_code == 204
    assert visitor.post("rating", score=6).status_code == 422
    assert visitor.post("feedback", seq=whole(events)["seq"], up=True).status_code == 204
    assert visitor.post("feedback", seq=9_999, up=True).status_code == 404


def test_a_model_that_fails_costs_no_answer_and_health_says_so(settings: Settings) -> None:
    down = settings_in(settings.data, model="openai", model_url="http://127.0.0.1:9/v1", model_name="gone")
    with serving(down) as site:
        events = site.visitor().ask("这款多少钱？")
        assert "59" in whole(events)["text"]
        assert events[-1]["model"] == "grounded"
        assert events[-1]["degraded"]
        with site.client() as client:
            health = client.get("/healthz").json()
        assert health["status"] == "degraded"
        assert "gone" in health["degraded"][0]


def test_a_table_of_models_is_served_and_its_figures_are_there(settings: Settings, tmp_path: Path) -> None:
    table = tmp_path / "models.yaml"
    table.write_text(
        "models:\n  gone: {url: 'http://127.0.0.1:9/v1', model: m}\n  also: {url: 'http://127.0.0.1:9/v1'}\n"
    )
    with serving(settings_in(settings.data, models_file=table)) as site:
        events = site.visitor().ask("这款多少钱？")
        assert "59" in whole(events)["text"]
        assert events[-1]["model"] == "grounded"
        with site.client() as client:
            figures = client.get("/metrics").text
            health = client.get("/healthz").json()
    assert 'zhibo_model_calls_total{model="gone",outcome="failed"} ' in figures
    assert 'zhibo_model_resting{model="also"} ' in figures
    assert "zhibo_model_spent_today 0.0" in figures
    assert "gone: " in health["degraded"][0] and "also: " in health["degraded"][0]


def test_a_table_that_cannot_be_used_stops_the_start_in_one_sentence(settings: Settings, tmp_path: Path) -> None:
    table = tmp_path / "models.yaml"
    table.write_text("models: {a: {url: nowhere}}\n")
    with pytest.raises(SettingsError, match="line 1: a needs url"):
        build_core(settings_in(settings.data, models_file=table))


def test_an_answer_that_breaks_says_so_and_leaves_the_server_well(settings: Settings) -> None:
    class Broken:
        name = "broken"

        async def respond(self, messages: Any, tools: Any) -> Any:
            raise RuntimeError("a bug")
            yield

    with serving(settings, Broken()) as site:  # type: ignore[arg-type]
        visitor = site.visitor()
        seq = visitor.say("你好")["seq"]
        event = visitor.events(lambda event: event["type"] == "message", after=seq)[-1]
        assert (event["role"], event["text"][:2]) == ("system", "抱歉")
        assert site.visitor().post("messages", text="在吗").status_code == 202


def test_no_model_at_all_is_answered_honestly(settings: Settings) -> None:
    with serving(settings, ScriptedModel([ModelError("down", retryable=True)])) as site:
        events = site.visitor().ask("你好")
        assert whole(events)["text"]
        assert events[-1]["degraded"] == "down"


def test_typing_reaches_an_open_page_and_is_not_stored(site: Site) -> None:
    visitor = site.visitor()
    place = f"/api/inbox/conversations/{visitor.session['session']}"
    with site.staff() as staff, site.client(**visitor.headers) as client:
        staff.post(f"{place}/take")
        events = read_events(
            client,
            "/api/chat/events",
            lambda event: event["type"] == "typing",
            on_open=lambda: staff.post(f"{place}/typing", json={"typing": True}),
        )
        assert events[-1] == {"type": "typing", "who": "agent", "typing": True}
        assert all(event["type"] != "typing" for event in staff.get(place).json()["events"])


def test_a_message_is_treated_alike_whichever_way_it_takes_through_the_server(site: Site) -> None:
    """Plain requests go past the framework's routing; a charset in the content type takes the long way."""
    visitor = site.visitor()
    asked: list[tuple[dict[str, str], str]] = [
        ({}, json.dumps({"text": "你好", "client_id": "both"})),
        (visitor.headers, json.dumps({"text": "有什么优惠", "client_id": "both"})),
        (visitor.headers, json.dumps({"text": "  ", "client_id": "b"})),
        (visitor.headers, json.dumps({"text": "字" * 20_001})),
        (visitor.headers, json.dumps({"text": "你好", "picture": "none"})),
        (visitor.headers, json.dumps({"text": 7})),
        (visitor.headers, json.dumps({"text": "你好", "client_id": "x" * 65})),
        (visitor.headers, "{"),
        ({"Authorization": "Bearer zhibo_nobody"}, json.dumps({"text": "你好"})),
        ({"Authorization": visitor.headers["Authorization"] + "0"}, json.dumps({"text": "你好"})),
    ]
    with site.client() as client:
        for headers, body in asked:
            ways = [
                client.post(
                    "/api/chat/messages?lang=en",
                    content=body.encode(),
                    headers={**headers, "Content-Type": kind, "Origin": "https://elsewhere.example"},
                )
                for kind in ("application/json", "application/json; charset=utf-8")
            ]
            assert ways[0].status_code == ways[1].status_code, body[:40]
            assert ways[0].json() == ways[1].json(), body[:40]
            short, long = ({name for name in way.headers if name != "date"} for way in ways)
            assert short == long, body[:40]
