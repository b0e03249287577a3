"""Several worker processes on one port: shoppers and staff must not notice, not even when one is killed."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine

from assistant.conversation import Conversations
from bench.chat_client import Pace, Shopper, Tally
from bench.chat_load import Machine, audit
from knowledge.catalog import Catalog
from knowledge.model import Policy, Product, Text
from knowledge.settings import KnowledgeSettings
from knowledge.store import Store
from tests.servers import free_port
from tests.web.conftest import SHOP, SLIPPERS, read_events
from web.auth import Auth
from web.team import Loads, Seat, Team

LIMIT = 40  # messages a minute: more than the tests below need
RETURNS = Policy("returns", Text("退换", "Returns"), Text("7天无理由退货。", "Returns within 7 days."))
QUESTIONS = [("zh", "云朵防滑拖鞋多少钱"), ("zh", "鞋底是什么材质的"), ("zh", "能退货吗"), ("zh", "你好")]


@dataclass
class Running:
    """`zhibo serve` with two workers, and how to reach, kill and restart it."""

    port: int
    data: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {
            **os.environ,
            "ZHIBO_WORKERS": "2",
            "ZHIBO_CONSOLE": "false",
            "ZHIBO_MESSAGES_PER_MINUTE": str(LIMIT),
            "ZHIBO_REQUESTS_PER_MINUTE": "100000",
            "ZHIBO_STREAMS_PER_ADDRESS": "500",
        }
        command = [sys.executable, "-m", "web.cli", "serve", "--data", str(self.data), "--port", str(self.port)]
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 90  # a busy machine is slow; nothing here measures speed
        while not self.answers():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)

    def answers(self) -> bool:
        try:
            with self.client() as client:
                return client.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def log(self) -> str:
        return (self.data / "server.log").read_text(errors="replace")[-3000:]

    def processes(self) -> list[int]:
        """The parent and its workers."""
        assert self.process is not None
        return Machine(self.process.pid).running()

    def kill_all(self) -> None:
        assert self.process is not None
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=15, trust_env=False)

    def session(self) -> dict[str, Any]:
        with self.client() as client:
            made: dict[str, Any] = client.post("/api/chat/sessions", json={"lang": "zh"}).json()
        return made


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("workers")
    catalog = Catalog.open(KnowledgeSettings(data_dir=data))
    cup = Product("K1", Text("山泉电热水壶", "Spring Electric Kettle"), stock=3)
    catalog.put([SLIPPERS, cup], shop=SHOP, policies=[RETURNS], source="test")
    catalog.close()
    running = Running(free_port(), data)
    try:
        running.start()
        yield running
        assert running.process is not None
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(15) == 0, running.log()
    finally:
        if running.process is not None and running.process.poll() is None:
            running.kill_all()


def chat(server: Running, session: dict[str, Any]) -> httpx.Client:
    return server.client(Authorization=f"Bearer {session['token']}")


def waits(note: dict[str, Any], conversation: str) -> bool:
    return note["type"] == "event" and note["id"] == conversation and note["event"].get("state") == "waiting"


def listen(server: Running, cookie: str, conversation: str, heard: list[tuple[float, dict[str, Any]]]) -> None:
    """Note what an inbox hears, until somebody types in this conversation."""

    def until(event: dict[str, Any]) -> bool:
        heard.append((time.monotonic(), event))
        return event["type"] == "typing" and event["id"] == conversation

    with server.client(Cookie=cookie) as inbox:
        read_events(inbox, "/api/inbox/events", until)


def test_staff_and_shopper_see_each_other_at_once_wherever_their_connections_ended(server: Running) -> None:
    store = Store(f"sqlite:///{server.data / 'zhibo.db'}")
    link = Auth(server.data, store).new_link("小王")
    store.close()
    sessions = [server.session() for _ in range(4)]  # with two workers, some belong to each
    with server.client() as staff:
        signed = staff.post("/api/staff/signin", json={"token": link}).json()
        staff.headers["X-CSRF"] = signed["csrf"]
        for session in sessions:
            mine, heard = session["session"], list[tuple[float, dict[str, Any]]]()

            cookie = f"zhibo_staff={staff.cookies['zhibo_staff']}"
            thread = Thread(target=listen, args=(server, cookie, mine, heard))
            thread.start()
            while not heard:
                time.sleep(0.01)
            with chat(server, session) as shopper:
                sent = time.monotonic()
                assert shopper.post("/api/chat/messages", json={"text": "转人工"}).status_code == 202
                while not any(waits(note, mine) for _, note in heard):
                    time.sleep(0.01)
                assert staff.post(f"/api/inbox/conversations/{mine}/take").status_code == 200
                answered = time.monotonic()
                assert staff.post(
                    f"/api/inbox/conversations/{mine}/messages", json={"text": "您好，我是小王"}
                ).is_success
                seen = read_events(
                    shopper, "/api/chat/events", lambda event: event["type"] == "message" and event["role"] == "agent"
                )
                assert seen[-1]["text"] == "您好，我是小王"
                assert time.monotonic() - answered < 0.9, "sooner than the look into the database each second"
                shopper.post("/api/chat/typing", json={"typing": True})  # nothing of it is stored
            thread.join(10)
            assert not thread.is_alive(), "typing did not reach the inbox"
            first = next(at for at, note in heard if note["type"] == "event" and note["id"] == mine)
            assert first - sent < 0.9


async def comes_true(condition: Callable[[], bool]) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not within five seconds")


async def test_every_worker_knows_which_staff_are_there() -> None:
    pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(4)]
    buses, doors = pairs[:2], pairs[2:]

    def seat(number: int) -> Seat:
        own = buses[number][0].fileno(), doors[number][0].fileno()
        others = tuple(tuple(os.dup(outer.fileno()) for _, outer in each) for each in (buses, doors))
        return Seat(number, 2, -1, -1, os.dup(own[0]), os.dup(own[1]), *others, Loads(2))

    first, second = Team(seat(0)), Team(seat(1))
    there, stopping = ["小王"], asyncio.Event()
    conversations = Conversations(create_engine("sqlite://"))
    first.begin(conversations, lambda conversation: None)
    second.begin(conversations, lambda conversation: None)
    telling = asyncio.create_task(first.tell_present(lambda: list(there), stopping))
    await comes_true(lambda: second.present() == ["小王"])
    there.clear()
    await comes_true(lambda: not second.present())
    stopping.set()
    await telling
    for team in (first, second):
        team.end()
        team.close()
    await conversations.close()
    for pair in pairs:
        for end in pair:
            end.close()


def test_a_new_conversation_is_the_least_busy_workers() -> None:
    loads, ends = Loads(2), [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(4)]
    bus, door = ([pair[0].detach() for pair in ends[at : at + 2]] for at in (0, 2))
    first, second = (Team(Seat(number, 2, -1, -1, bus[number], door[number], (), (), loads)) for number in (0, 1))
    assert {first.owner(first.name()) for _ in range(2)} == {0, 1}  # both are idle: each has its turn
    first.has(3)
    second.has(2)
    assert {team.owner(team.name()) for team in (first, second) for _ in range(4)} == {1}
    second.has(4)
    assert {team.owner(team.name()) for team in (first, second) for _ in range(4)} == {0}
    for team in (first, second):
        team.close()
    for pair in ends:
        pair[1].close()


def test_a_visitors_limit_holds_whichever_worker_takes_the_connection(server: Running) -> None:
    session = server.session()
    statuses = []
    for number in range(LIMIT + 4):
        with chat(server, session) as shopper:  # a new connection for each
            statuses.append(shopper.post("/api/chat/messages", json={"text": "", "client_id": str(number)}).status_code)
    assert set(statuses) == {422}, "an empty message is refused"
    taken, began = 0, time.monotonic()
    while taken < 3 * LIMIT:
        with chat(server, session) as shopper:
            if shopper.post("/api/chat/pictures", content=b"no picture").status_code == 429:
                break
        taken += 1
    refilled = int((time.monotonic() - began) * LIMIT / 60) + 1
    assert LIMIT <= taken <= LIMIT + refilled, "each worker counts by itself"


def test_nothing_is_lost_or_doubled_when_a_worker_and_then_the_whole_server_is_killed(server: Running) -> None:
    tally = Tally()

    async def visit() -> None:
        start = time.monotonic()
        shoppers = [Shopper(("127.0.0.1", server.port), QUESTIONS, tally, turns=12) for _ in range(10)]
        tasks = [
            asyncio.create_task(one.live(start + random.random(), Pace(every_s=0.25), start + 9)) for one in shoppers
        ]
        await asyncio.sleep(1.5)
        os.kill(server.processes()[-1], signal.SIGKILL)
        await asyncio.sleep(4.0)
        assert len(server.processes()) == 3, "another worker has taken its place"
        await asyncio.to_thread(server.kill_all)
        assert (server.data / "patterns.json").exists(), "the next start need not read every pattern"
        await asyncio.to_thread(server.start)
        await asyncio.gather(*tasks)

    asyncio.run(visit())
    catalog = Catalog.open(KnowledgeSettings(data_dir=server.data))
    lost, doubled = audit(catalog, tally)
    catalog.close()
    assert tally.resumed >= 10, "streams broke and were opened again"
    assert len(tally.answered) > 50
    assert (tally.lost, tally.doubled, tally.gaps, tally.repeats, lost, doubled) == (0, 0, 0, 0, 0, 0), server.log()


def test_the_workers_end_with_their_parent(server: Running) -> None:
    assert server.process is not None
    *_, first, second = server.processes()
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in (first, second)):
        assert time.monotonic() < deadline, "a worker without a parent keeps the port"
        time.sleep(0.05)
    server.start()
