"""What happens in a shop reaches the merchant's other systems: signed, at least once, and nowhere it should not."""

import asyncio
import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.happenings import happened
from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from assistant.tables import HAPPENINGS
from knowledge.store import Store
from tests.servers import free_port
from tests.web.conftest import Site, serving, settings_in
from tests.web.outside import Answer, Asked, Outside, outside
from tests.web.test_chatwoot import wait_for
from web.fetching import Fetcher
from web.hosts import Allowed
from web.webhooks.book import FIRST_WAIT_S, LEASE_S, LONGEST_WAIT_S, MOST_TRIES, Job, Try, Webhook, Webhooks, waited
from web.webhooks.deliverer import Deliverer, wait_of
from web.webhooks.signing import shown, signature

HERE = "127.0.0.1"


def example() -> Callable[[str, Mapping[str, str], bytes], bool]:
    """What docs/webhooks.md tells receivers to do."""
    page = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    given: dict[str, Any] = {}
    exec(code, given)
    return given["verify"]  # type: ignore[no-any-return]


verify = example()


def genuine(asked: Asked, *secrets: str) -> bool:
    return all(verify(secret, asked.headers, asked.body) for secret in secrets)


class Clock:
    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_s(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(tmp_path: Path, clock: Clock) -> Iterator[Webhooks]:
    store = Store(f"sqlite:///{tmp_path / 'zhibo.db'}")
    store.migrate()
    yield Webhooks(store, lambda webhook, generation: hashlib.sha256(f"{webhook}{generation}".encode()).digest(), clock)
    store.close()


def add(book: Webhooks, port: int = 9, *events: str) -> Webhook:
    return book.add(f"http://{HERE}:{port}/hook", events, "till", "test")[0]


def happen(book: Webhooks, *conversations: str) -> None:
    with book.store.write() as connection:
        for conversation in conversations:
            happened(connection, "handoff.requested", conversation, reason="asked")


async def send(book: Webhooks) -> None:
    """Rounds until nothing is due any more."""
    deliverer, stopping = Deliverer(book, Fetcher(Allowed.parse([HERE])), every_s=0.01), asyncio.Event()
    running = asyncio.create_task(deliverer.run(stopping))
    query = sa.select(sa.func.count()).select_from(HAPPENINGS)
    async with asyncio.timeout(10):
        while True:
            await asyncio.sleep(0.02)
            with book.store.read() as connection:
                left = connection.scalar(query)
            if not left and not deliverer.sending and not any(map(due_now(book), all_of(book))):
                break
    stopping.set()
    await running


def due_now(book: Webhooks) -> Any:
    off = {each.id for each in book.listed() if not each.enabled}
    return lambda one: one.state == "waiting" and one.due <= book.now() and one.webhook_id not in off


def all_of(book: Webhooks) -> list[Any]:
    return [one for webhook in book.listed() for one in book.deliveries(webhook.id)]


async def test_what_happens_is_told_once_to_those_who_asked_for_it(book: Webhooks) -> None:
    with outside() as till, outside() as other:
        webhook, _ = add(book, till.port), add(book, other.port, "csat.given")
        happen(book, "c1", "c2")
        await send(book)
        await send(book)
    assert sorted(told(asked)["conversation"] for asked in till.asked) == ["c1", "c2"]
    assert not other.asked
    assert {one.state for one in book.deliveries(webhook.id)} == {"delivered"}
    assert book.listed()[0].delivered is not None
    secret = shown(book.key(webhook.id, 1))
    assert all(genuine(asked, secret) for asked in till.asked)
    first = till.asked[0]
    assert not verify(secret, first.headers, first.body + b" ")
    assert not verify(shown(b"x" * 32), first.headers, first.body)
    assert not verify(secret, {**first.headers, "webhook-timestamp": "1700000000"}, first.body)


def told(asked: Asked) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(asked.body)["data"]
    return found


async def test_a_receiver_that_stumbles_gets_the_same_message_again_later(book: Webhooks, clock: Clock) -> None:
    answers = iter([Answer(500), Answer(302, b"", {"Location": "/elsewhere"}), Answer(200)])
    with outside(lambda asked: next(answers)) as till:
        webhook = add(book, till.port)
        happen(book, "c1")
        for _ in range(3):
            await send(book)
            clock.pass_s(120)
    assert len(till.asked) == 3, "a redirect is a failure, not a way"
    assert len({asked.headers["webhook-id"] for asked in till.asked}) == 1
    assert len({asked.body for asked in till.asked}) == 1
    [delivery] = book.deliveries(webhook.id)
    assert [one["status"] for one in delivery.tries] == [500, 302, 200]


async def test_one_that_never_answers_is_given_up_and_switched_off(book: Webhooks, clock: Clock) -> None:
    webhook = add(book, free_port())  # nobody listens
    happen(book, "c1")
    spans = []
    for _ in range(MOST_TRIES + 2):
        before = clock.at
        await send(book)
        [delivery] = book.deliveries(webhook.id)
        spans.append((delivery.due - before).total_seconds())
        clock.pass_s(LONGEST_WAIT_S * 2)
    assert delivery.state == "dead"
    assert len(delivery.tries) == MOST_TRIES
    assert "cannot be reached" in delivery.tries[-1]["said"]
    assert spans[0] < 7 and spans[3] > 200, "longer and longer"
    now = book.get(webhook.id)
    assert (now.enabled, now.why_off, now.dead) == (False, "failing", 1)
    happen(book, "c2")
    await send(book)
    assert len(book.deliveries(webhook.id)) == 1, "one that is off collects nothing"
    with outside() as till:
        book.change(webhook.id, url=f"http://{HERE}:{till.port}/", enabled=True)
        book.send_again(webhook.id, delivery.id)
        await send(book)
        assert till.asked[0].headers["webhook-id"] == delivery.message_id
    assert book.get(webhook.id).dead == 0


async def test_one_that_says_it_is_gone_is_asked_no_more(book: Webhooks) -> None:
    with outside(lambda asked: Answer(410)) as till:
        webhook = add(book, till.port)
        happen(book, "c1")
        await send(book)
        happen(book, "c2")
        await send(book)
    assert len(till.asked) == 1
    assert book.get(webhook.id).why_off == "gone"


async def test_one_that_asks_for_time_is_given_it(book: Webhooks, clock: Clock) -> None:
    with outside(lambda asked: Answer(429, b"", {"Retry-After": "900"})) as till:
        webhook = add(book, till.port)
        happen(book, "c1")
        await send(book)
    [delivery] = book.deliveries(webhook.id)
    assert delivery.due >= clock.at + timedelta(seconds=900)
    assert wait_of("Wed, 21 Oct 2026 07:28:00 GMT", datetime(2026, 10, 21, 7, 27, tzinfo=UTC)) == 60
    assert wait_of("soon") == 0


def test_waits_grow_and_differ() -> None:
    first = {round(waited(1), 3) for _ in range(20)}
    assert len(first) > 10, "receivers are not all asked again at the same moment"
    assert min(first) >= 0.8 * FIRST_WAIT_S and max(waited(20) for _ in range(20)) <= 1.2 * LONGEST_WAIT_S


async def test_a_slow_receiver_holds_up_nobody_else(book: Webhooks) -> None:
    served = threading.Event()

    def slow(asked: Asked) -> Answer:
        assert served.wait(5)
        return Answer()

    def fast(asked: Asked) -> Answer:
        if len(quick.asked) == 7:
            served.set()
        return Answer()

    with outside(fast) as quick, outside(slow) as sluggish:
        add(book, sluggish.port)
        add(book, quick.port)
        happen(book, *"abcdefgh")
        await send(book)
    assert (len(quick.asked), len(sluggish.asked)) == (8, 8)


def test_a_delivery_is_in_one_hand_only_and_comes_back_when_that_dies(book: Webhooks, clock: Clock) -> None:
    add(book)
    happen(book, *(f"c{number}" for number in range(30)))
    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(lambda _: book.collect(), range(4))) == 30
        taken = [job for jobs in workers.map(lambda _: book.take(10), range(4)) for job in jobs]
    assert len({job.delivery.id for job in taken}) == len(taken) == 30
    assert book.take(50) == [], "whoever took them has them"
    clock.pass_s(LEASE_S + 1)
    assert len(book.take(50)) == 30, "and has died"


def test_while_secrets_are_exchanged_both_sign_and_then_one(book: Webhooks, clock: Clock) -> None:
    webhook = add(book)
    old, (_, new) = book.key(webhook.id, 1), book.rotate(webhook.id, at_once=False)
    happen(book, "c1")
    book.collect()
    [job] = book.take(1)
    assert job.keys == (new, old)
    clock.pass_s(25 * 3600)
    assert book.take(1)[0].keys == (new,)
    _, newest = book.rotate(webhook.id, at_once=True)
    clock.pass_s(LEASE_S + 1)
    assert book.take(1)[0].keys == (newest,), "a secret that has leaked signs nothing more"


def test_what_is_old_is_cleared_away(book: Webhooks, clock: Clock) -> None:
    webhook = add(book)
    book.note(Job(book.ping(webhook.id), webhook.url, ()), Try(200, "", 1))
    clock.pass_s(31 * 24 * 3600)
    assert book.clear_away() == 1
    assert book.deliveries(webhook.id) == ()


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of the specification's own libraries."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    found = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = settings_in(tmp_path_factory.mktemp("hooks") / "data", fetch_hosts=HERE)
    with serving(settings, ScriptedModel([TextDelta("全网最低价。")])) as site:
        yield site


def listen_to(site: Site, till: Outside, *events: str) -> dict[str, Any]:
    with site.staff("老板") as owner:
        body = {"url": f"http://{HERE}:{till.port}/hook?from=zhibo", "events": list(events), "about": "till"}
        made = owner.post("/api/webhooks", json=body)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def test_a_shift_in_a_shop_is_told_without_a_word_of_what_was_said(shop: Site) -> None:
    with outside() as till:
        made = listen_to(shop, till)
        visitor = shop.visitor()
        visitor.ask("我叫张三，电话13912345678，多少钱？")
        visitor.post("handoff", reason="请回电13912345678")
        with shop.staff("小王") as agent:
            path = f"/api/inbox/conversations/{visitor.session['session']}"
            assert agent.post(f"{path}/take").status_code == 200
            agent.post(f"{path}/messages", json={"text": "张先生您好"})
            agent.post(f"{path}/close")
        visitor.post("rating", score=5, comment="谢谢小王")
        with shop.client(**visitor.headers) as client:
            client.delete("/api/chat/session")
        wanted = {
            "guard.blocked", "handoff.requested", "handoff.taken", "handoff.closed", "conversation.closed",
            "csat.given", "conversation.deleted",
        }  # fmt: skip
        wait_for(lambda: {json.loads(asked.body)["type"] for asked in till.asked} >= {"conversation.deleted"})
        seen = {json.loads(asked.body)["type"]: told(asked) for asked in till.asked}
    assert set(seen) <= wanted
    assert {data["conversation"] for data in seen.values()} == {visitor.session["session"]}
    everything = b"".join(asked.body for asked in till.asked).decode()
    assert not any(word in everything for word in ("张", "13912345678", "12345678", "最低", "谢谢", "多少钱"))
    assert all(genuine(asked, made["secret"]) for asked in till.asked)
    assert till.asked[0].path == "/hook?from=zhibo"
    with shop.staff("老板") as owner:
        owner.delete(f"/api/webhooks/{made['webhook']['id']}")


def test_a_webhook_is_tried_looked_at_exchanged_and_removed(shop: Site) -> None:
    with outside() as till, shop.staff("老板") as owner:
        made = listen_to(shop, till, "csat.given")
        path = f"/api/webhooks/{made['webhook']['id']}"
        fresh = owner.post(f"{path}/rotate", json={}).json()
        assert owner.post(f"{path}/ping").status_code == 202
        till.wait()
        assert genuine(till.asked[0], made["secret"], fresh["secret"])
        wait_for(lambda: owner.get(f"{path}/deliveries", params={"state": "delivered"}).json()["deliveries"] != [])
        [delivery] = owner.get(f"{path}/deliveries").json()["deliveries"]
        assert (delivery["kind"], delivery["tries"][0]["status"]) == ("ping", 200)
        assert owner.post(f"{path}/deliveries/{delivery['id']}/again").status_code == 202
        till.wait()
        assert till.asked[0].headers["webhook-id"] == till.asked[1].headers["webhook-id"]
        for secret in (made["secret"], fresh["secret"]):
            assert secret not in owner.get("/api/webhooks").text, "a secret is shown once"
        off = owner.put(path, json={"enabled": False, "events": []}).json()
        assert (off["enabled"], off["events"]) == (False, [])
        assert owner.delete(path).status_code == 204
        assert owner.get(f"{path}/deliveries").status_code == 404


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://shop.example/hook", "https"),
        ("https://169.254.169.254/latest", "private network"),
        ("https://[::1]/x", "private network"),
        ("https://user:secret@shop.example/", "password"),
        ("ftp://shop.example/", "https"),
    ],
)
def test_a_webhook_does_not_lead_into_the_network(shop: Site, url: str, said: str) -> None:
    with shop.staff("老板") as owner:
        refused = owner.post("/api/webhooks", json={"url": url}, headers={"Accept-Language": "en"})
        assert (refused.status_code, said in refused.json()["message"]) == (422, True), refused.text
        unknown = owner.post("/api/webhooks", json={"url": f"http://{HERE}/", "events": ["order.paid"]})
    assert unknown.status_code == 422
