"""The claims report over a real server: what chats and rooms left behind, counted, listed and exported."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import alembic.command
import pytest
import sqlalchemy as sa

from assistant.guard.verdict import Span, Verdict
from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from knowledge.facts import Fact, Facts
from knowledge.migrations.run import _config
from knowledge.store import Store
from streaming.records import Records, utterances
from tests.web.conftest import Site, serving
from web.claims import Claims, Filter
from web.settings import Settings

LIES = "云朵防滑拖鞋现在只要39元。这是全网最低价。鞋底是TPR橡胶。"
PRICE = Fact("K1/price", "K1", "price", "129元", "price", source="goods.csv:3", version=4)
SPOKEN = Verdict(
    "contradicted",
    "只要99元",
    "只要129元",
    (Span(2, 4, "contradicted", "价格与资料不符", replacement="129"),),
    (PRICE,),
)


@pytest.fixture
def shop(settings: Settings) -> Iterator[Site]:
    """One lying answer in the chat, and two lines on air, of which one is the answer's own."""
    with serving(settings, ScriptedModel([TextDelta(LIES)])) as site:
        site.visitor().ask("这款怎么样？")
        records = Records(site.services.catalog.store, "demo")
        records.said("u1", "script", SPOKEN, product_id="K1")
        records.said("u2", "answer", SPOKEN, product_id="K1")
        yield site


def test_counts_by_product_rule_model_and_day(shop: Site) -> None:
    with shop.staff() as client:

        def counted(by: str, **more: str) -> dict[str, tuple[int, int]]:
            rows = client.get("/api/claims", params={"by": by, **more}).json()["rows"]
            return {row["key"]: (row["sentences"], row["changed"]) for row in rows}

        assert counted("product") == {"S1": (3, 2), "K1": (1, 1)}
        assert counted("model") == {"scripted": (3, 2), "script": (1, 1)}
        assert counted("label") == {"contradicted": (2, 2), "forbidden": (1, 1), "ok": (1, 0)}
        [(rule, figures)] = counted("rule").items()
        assert rule.startswith("AD-")
        assert figures == (1, 1)
        assert counted("day") == {str(datetime.now(ZoneInfo("Asia/Shanghai")).date()): (4, 3)}
        assert counted("product", channel="live") == {"K1": (1, 1)}
        assert counted("product", until="2020-01-01") == {}


def test_a_changed_sentence_comes_with_its_reason_rule_and_facts(shop: Site) -> None:
    with shop.staff() as client:
        found = client.get("/api/claims/sentences").json()
        assert found["total"] == 3
        by_text = {row["original"].strip(): row for row in found["sentences"]}
        price, banned, spoken = by_text["云朵防滑拖鞋现在只要39元。"], by_text["这是全网最低价。"], by_text["只要99元"]
        assert (price["label"], price["product_id"], price["channel"]) == ("contradicted", "S1", "chat")
        assert {(fact["source"], fact["version"]) for fact in price["evidence"]} == {("S1", 1)}
        assert (banned["label"], banned["text"]) == ("forbidden", "")
        assert "广告法" in banned["article"]
        assert spoken["evidence"][0] | {"version": 4, "source": "goods.csv:3"} == spoken["evidence"][0]
        everything = client.get("/api/claims/sentences", params={"changed": "false"}).json()
        assert everything["total"] == 4
        one = client.get("/api/claims/sentences", params={"limit": 1, "offset": 2}).json()
        assert (len(one["sentences"]), one["total"]) == (1, 3)


def test_the_export_opens_in_a_spreadsheet_and_runs_nothing(shop: Site) -> None:
    formula = Verdict("unsupported", "=HYPERLINK(1)，送好礼", "", (), ())
    Records(shop.services.catalog.store, "demo").said("u3", "inserted", formula, product_id="@x")
    with shop.staff() as client:
        answer = client.get("/api/claims/export.csv", params={"channel": "live"})
    assert answer.headers["content-disposition"] == 'attachment; filename="claims.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["said"]: row["product"] for row in rows} == {"只要99元": "K1", "'=HYPERLINK(1)，送好礼": "'@x"}
    assert "goods.csv:3 v4" in next(row["evidence"] for row in rows if row["product"] == "K1")
    assert {row["model"] for row in rows} == {"script", "person"}


def test_a_sentence_about_two_products_counts_for_both(shop: Site) -> None:
    both = Verdict("ok", "水壶129元，拖鞋59元。", "水壶129元，拖鞋59元。", (), (PRICE, replace(PRICE, subject="S1")))
    Records(shop.services.catalog.store, "demo").said("u9", "script", both, product_id="K1")
    claims = Claims(shop.services.catalog.store.engine, {})
    live = {row["key"]: row["sentences"] for row in claims.counts("product", Filter(channel="live"))}
    assert live == {"K1": 2, "S1": 1}
    one = Filter(channel="live", product="S1", only_changed=False)
    assert [row["original"] for row in claims.listed(one)[0]] == ["水壶129元，拖鞋59元。"]
    assert {row["key"]: row["sentences"] for row in claims.counts("product", one)} == {"S1": 1}


def test_a_day_begins_where_the_shop_is(shop: Site) -> None:
    """16:30 in Greenwich is half past midnight of the next day in Shanghai."""
    late = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    store = shop.services.catalog.store
    with store.write() as connection:
        connection.execute(sa.update(utterances).values(at=late))
    for zone, day in (("Asia/Shanghai", "2026-03-02"), ("UTC", "2026-03-01")):
        claims = Claims(store.engine, {}, ZoneInfo(zone))
        assert {row["key"]: row["sentences"] for row in claims.counts("day", Filter(channel="live"))} == {day: 1}
    assert claims_at(shop, "2026-03-02") == 1
    assert claims_at(shop, "2026-03-01") == 0


def claims_at(site: Site, day: str) -> int:
    with site.staff() as client:
        asked = {"since": day, "until": day, "channel": "live", "changed": "false"}
        return int(client.get("/api/claims/sentences", params=asked).json()["total"])


def test_the_counts_are_there_for_monitoring(shop: Site) -> None:
    with shop.staff() as client:
        found = client.get("/metrics").text
    assert 'zhibo_sentences_kept{channel="chat",label="forbidden",model="scripted"} 1.0' in found
    assert 'zhibo_sentences_kept{channel="live",label="contradicted",model="script"} 1.0' in found
    assert 'zhibo_rule_hits_kept{rule="AD-9-3"} 1.0' in found
    assert "zhibo_second_opinions" not in found, "none is configured"
    checked = float(found.split("zhibo_guard_seconds_count ")[1].split()[0])
    assert checked >= 3
    assert f'zhibo_guard_seconds_bucket{{le="+Inf"}} {checked}' in found
    assert "zhibo_guard_failures_total 0.0" in found
    with pytest.raises(TypeError):
        shop.services.guard.review(None, Facts())  # type: ignore[arg-type]
    with shop.staff() as client:
        assert "zhibo_guard_failures_total 1.0" in client.get("/metrics").text


def test_personal_data_is_masked(shop: Site) -> None:
    said = Verdict("unsupported", "打13812345678找我", "", (), ())
    Records(shop.services.catalog.store, "demo").said("u4", "inserted", said)
    with shop.staff() as client:
        assert "13812345678" not in client.get("/api/claims/sentences").text
        assert "13812345678" not in client.get("/api/claims/export.csv").text


def test_a_wrong_filter_is_refused_and_a_deleted_conversation_leaves_nothing(shop: Site) -> None:
    with shop.staff() as client:
        assert client.get("/api/claims", params={"by": "weather"}).status_code == 422
        assert client.get("/api/claims", params={"since": "yesterday"}).status_code == 422
    visitor = shop.visitor()
    visitor.ask("这款怎么样？")
    claims = Claims(shop.services.catalog.store.engine, {})
    assert claims.listed(Filter(channel="chat"))[1] == 4
    with shop.client(**visitor.headers) as client:
        assert client.delete("/api/chat/session").status_code in (200, 204)
    assert claims.listed(Filter(channel="chat"))[1] == 2


def test_verdicts_of_an_older_database_are_in_the_report(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'old.db'}")
    with store.write() as connection:
        alembic.command.upgrade(_config(connection), "0004")
    now = datetime.now(UTC)
    with store.write() as connection:

        def insert(table: str, **values: object) -> None:
            names = ", ".join(values)
            row = {key: json.dumps(value) if isinstance(value, list) else value for key, value in values.items()}
            marks = ", ".join(f":{name}" for name in values)
            connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)

        insert("conversations", id="c", state="bot", reason="", summary="", agent="", lang="zh", channel="chat",
               customer_id="", product_id="", url="", created=now, updated=now, last_seq=1, wrong_guesses=0,
               rating_comment="")  # fmt: skip
        insert("messages", id="m", conversation_id="c", seq=1, role="bot", text="", at=now, author="", model="old-7b",
               degraded="", unanswered=False, product_ids=["S1"], tools=[], feedback=0)  # fmt: skip
        insert("verdicts", conversation_id="c", message_id="m", position=0, label="forbidden", original="全网最低价。",
               text="", spans=[{"rule": "AD-9-3", "reason": "绝对化用语", "start": 0, "end": 5, "label": "forbidden"}],
               evidence=[], at=now)  # fmt: skip
        insert("utterances", id="u", room="r", at=now, said="script", product_id="K1", comment_id="", text="129元",
               original="99元", label="contradicted", spans=[], evidence=[{"id": "a", "value": "129", "version": 1}],
               spoken_chars=4)  # fmt: skip
    store.migrate()
    rows, total = Claims(store.engine, {"AD-9-3": "第九条"}).listed(Filter())
    assert total == 2
    old = next(row for row in rows if row["channel"] == "chat")
    assert (old["model"], old["product_id"], old["rule"], old["article"]) == ("old-7b", "S1", "AD-9-3", "第九条")
    assert next(iter(Claims(store.engine, {}).csv(Filter(channel="live"))))
    assert len(list(Claims(store.engine, {}).csv(Filter(channel="live")))) == 2
    store.close()
