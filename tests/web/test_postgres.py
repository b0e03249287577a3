"""The same on PostgreSQL: what SQLite gives for nothing, one writer at a time, must hold there, too."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

import assistant.tables
import streaming.records  # noqa: F401  # its tables, too
from assistant.happenings import happened
from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from knowledge.migrations.run import differences
from knowledge.store import Store
from tests.conftest import lacking
from tests.servers import missing, postgres
from tests.web.conftest import serving, settings_in
from tests.web.outside import outside
from tests.web.test_chatwoot import wait_for
from tests.web.test_safety_roles import PASSWORD, sign_in
from web.audit import Audit
from web.tables import AUDIT
from web.webhooks.book import Webhooks


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    if reason := missing("postgres"):
        lacking(reason)
    with postgres() as running:
        yield running


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    made = Store(url)
    made.migrate()
    yield made
    made.close()


def test_the_steps_make_the_tables_that_the_code_has(store: Store) -> None:
    assert assistant.tables.HAPPENINGS.name in sa.inspect(store.engine).get_table_names()
    assert differences(store) == []


def test_nobody_changes_removes_or_empties_the_audit(store: Store) -> None:
    audit = Audit(store)
    audit.record("Boss", "person add", "Ana")
    for change in (sa.delete(AUDIT), sa.update(AUDIT).values(who="x"), sa.text("TRUNCATE audit")):
        with pytest.raises(sa.exc.DBAPIError, match="only ever added"), store.write() as connection:
            connection.execute(change)
    assert [entry.target for entry in audit.entries()] == ["Ana"]


def test_two_servers_share_the_webhooks_and_send_nothing_twice(store: Store) -> None:
    book = Webhooks(store, lambda webhook, generation: b"key")
    webhook, _ = book.add("https://till.example/", [], "", "Boss")
    with store.write() as connection:
        for number in range(40):
            happened(connection, "handoff.requested", f"c{number}")
    start = threading.Barrier(4)

    def work(_: int) -> list[str]:
        start.wait(10)
        book.collect()
        return [job.delivery.message_id for _ in range(6) for job in book.take(4)]

    with ThreadPoolExecutor(4) as servers:
        taken = [message for messages in servers.map(work, range(4)) for message in messages]
    taken += [job.delivery.message_id for job in book.take(40)]
    assert len(taken) == len(set(taken)) == 40
    book.remove(webhook.id)


def test_a_shop_is_served_from_it(url: str, tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "data", database=url, fetch_hosts="127.0.0.1")
    with (
        serving(settings, ScriptedModel([TextDelta("这款拖鞋59元。")])) as site,
        outside() as till,
        site.client() as browser,
    ):
        with site.staff("老板") as owner:
            owner.post("/api/webhooks", json={"url": f"http://127.0.0.1:{till.port}/", "events": ["csat.given"]})
            owner.post("/api/staff/me/password", json={"password": PASSWORD})
        visitor = site.visitor()
        assert any(event.get("text") == "这款拖鞋59元。" for event in visitor.ask("多少钱？"))
        visitor.post("handoff")
        visitor.post("rating", score=4)
        till.wait()
        assert sign_in(browser, name="老板", password=PASSWORD).status_code == 200
        [waiting] = browser.get("/api/inbox/conversations", params={"status": "waiting"}).json()["conversations"]
        assert browser.post(f"/api/inbox/conversations/{waiting['id']}/take").status_code == 200
        wait_for(lambda: any("take" in entry.action for entry in site.services.audit.entries(limit=5)))
