"""The shop's figures over a real server: counted from what was stored, by the shop's days, and nothing invented."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from assistant.guard.verdict import Verdict
from assistant.tables import CONVERSATIONS, EVENTS
from streaming.records import Records, comments, utterances
from tests.web.conftest import Site
from tests.web.consoles import page_of
from web.analytics import Analytics, Latency

SHANGHAI = ZoneInfo("Asia/Shanghai")
SPOKEN = Verdict("ok", "这款拖鞋59元。", "这款拖鞋59元。")


def test_a_shop_without_visitors_has_no_figures(site: Site) -> None:
    found = Analytics(site.services.catalog.store.engine, SHANGHAI).figures(7)
    assert found.empty
    assert [day.conversations for day in found.days] == [0] * 7
    page = page_of(site)
    from web.console.analytics import figures_html

    assert "还没有对话" in figures_html(page, found, 7)


def test_conversations_handovers_ratings_and_demand_are_counted(site: Site) -> None:
    happy = site.visitor()
    events = happy.ask("这款怎么样？")
    seq = next(event["seq"] for event in events if event["type"] == "message")
    happy.post("feedback", seq=seq, up=True)
    happy.post("rating", score=5)
    site.visitor().ask("转人工")
    found = Analytics(site.services.catalog.store.engine, SHANGHAI).figures(7)
    today = found.days[-1]
    assert today.day == datetime.now(SHANGHAI).date()
    assert (today.conversations, today.questions, today.handed_over) == (2, 2, 1)
    assert (found.conversations, found.resolved, found.reasons) == (2, 1, (("asked", 1),))
    assert (found.ratings, found.thumbs_up, found.thumbs_down) == ((0, 0, 0, 0, 1), 1, 0)
    assert dict(found.demand)["S1"] >= 1
    assert found.first_word.count == 2
    assert found.first_word.middle_s is not None
    assert found.person == Latency()
    page = page_of(site)
    from web.console.analytics import figures_html

    board = figures_html(page, found, 7)
    assert "云朵防滑拖鞋" in board
    assert "顾客要求" in board


def test_a_conversation_belongs_to_the_shops_day(site: Site) -> None:
    """An hour before midnight in Greenwich it is already tomorrow in Shanghai."""
    site.visitor().ask("这款怎么样？")
    last = datetime.now(UTC).replace(hour=23, minute=0) - timedelta(days=2)
    with site.services.catalog.store.write() as connection:
        connection.execute(sa.update(CONVERSATIONS).values(created=last))
    for zone, day in ((SHANGHAI, last.date() + timedelta(days=1)), (ZoneInfo("UTC"), last.date())):
        found = Analytics(site.services.catalog.store.engine, zone).figures(7)
        assert [one.day for one in found.days if one.conversations] == [day]


def test_live_questions_their_answers_and_what_was_stopped(site: Site) -> None:
    store = site.services.catalog.store
    records = Records(store, "demo")
    records.comment("c1", "小李", "web", "防滑吗")
    records.comment_ended("c1", "answered")
    records.comment("c2", "小张", "web", "哈哈")
    records.comment_ended("c2", "ignored", "not a question")
    records.said("u1", "answer", SPOKEN, comment_id="c1")
    records.said("u2", "script", replace(SPOKEN, label="forbidden", text=""))
    asked = datetime.now(UTC)
    with store.write() as connection:
        connection.execute(sa.update(comments).values(at=asked - timedelta(seconds=3)))
        connection.execute(sa.update(utterances).values(at=asked))
    found = Analytics(store.engine, SHANGHAI).figures(7)
    assert (found.total("comments"), found.total("live_questions")) == (2, 1)
    assert found.live_answer == Latency(1, 3.0, 3.0)
    assert (found.spoken_live, found.blocked_live, found.total("changed")) == (2, 1, 1)


def test_a_colleagues_first_reply_is_timed_from_the_handover(site: Site) -> None:
    visitor = site.visitor()
    visitor.ask("转人工")
    with site.staff() as staff:
        [waiting] = staff.get("/api/inbox/conversations", params={"status": "waiting"}).json()["conversations"]
        staff.post(f"/api/inbox/conversations/{waiting['id']}/take")
        staff.post(f"/api/inbox/conversations/{waiting['id']}/messages", json={"text": "您好，我来了。"})
    store = site.services.catalog.store
    with store.write() as connection:
        agent = EVENTS.c.data["role"].as_string() == "agent"
        connection.execute(sa.update(EVENTS).where(agent).values(at=datetime.now(UTC) + timedelta(seconds=60)))
    found = Analytics(store.engine, SHANGHAI).figures(7)
    assert found.person.count == 1
    assert 60 <= (found.person.middle_s or 0) < 90


def test_the_file_has_a_line_a_day_and_only_staff_may_have_it(site: Site) -> None:
    site.visitor().ask("这款怎么样？")
    with site.client() as client:
        assert client.get("/api/analytics/export.csv").status_code == 401
    with site.staff() as staff:
        answer = staff.get("/api/analytics/export.csv", params={"days": 30})
        assert staff.get("/api/analytics", params={"days": 7}).json()["days"][-1]["conversations"] == 1
        assert staff.get("/api/analytics", params={"days": 5000}).status_code == 422
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 30
    assert rows[-1] == {
        "day": str(datetime.now(SHANGHAI).date()), "conversations": "1", "questions": "1", "handed_over": "0",
        "comments": "0", "live_questions": "0", "changed": "0",
    }  # fmt: skip
