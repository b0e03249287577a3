"""Live rooms as processes: started, watched, restarted, found again, stopped; and what the API makes of them."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from streaming.comments.push import douyin_signature
from tests.web.conftest import Site, read_events, serving, settings_in
from web.errors import Refusal
from web.rooms import RoomPlan, Supervisor
from web.settings import Settings
from web.wiring import room_client

FAKE = (sys.executable, "-m", "tests.web.fake_room")
SECRET = "rtmp://live.example.com/app/key123"


@asynccontextmanager
async def supervising(
    settings: Settings, *, outlive: bool = False, spare: bool = False, **env: str
) -> AsyncGenerator[Supervisor, None]:
    environment = {"ZHIBO_DATA": str(settings.data), **env}
    folder = settings.data / "rooms"
    supervisor = Supervisor(
        folder, room_client(settings), outlive=outlive, command=FAKE, environment=environment, spare=spare
    )
    async with asyncio.TaskGroup() as tasks:
        await supervisor.run(tasks)
        try:
            yield supervisor
        finally:
            await supervisor.close(stop_rooms=not outlive)


async def until(holds: Callable[[], bool], within_s: float = 40.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.02)


def pid_of(supervisor: Supervisor, room: str) -> int:
    process = supervisor._rooms[room].process
    assert process is not None
    return process.pid


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]
    except FileNotFoundError:
        return False


async def test_a_room_goes_on_air_and_off(settings: Settings) -> None:
    async with supervising(settings) as supervisor:
        supervisor.start(RoomPlan("demo", (SECRET,)))
        with pytest.raises(Refusal, match="already running"):
            supervisor.start(RoomPlan("demo"))
        await until(lambda: supervisor.view("demo")["state"] == "on_air")
        pid = pid_of(supervisor, "demo")
        await supervisor.stop("demo")
        assert supervisor.view("demo")["state"] == "off"
        assert not is_alive(pid)
        assert supervisor.view("demo")["restarts"] == 0


async def test_a_room_that_dies_is_started_again_and_says_why(settings: Settings) -> None:
    async with supervising(settings) as supervisor:
        supervisor.start(RoomPlan("demo"))
        await until(lambda: supervisor.view("demo")["state"] == "on_air")
        first = pid_of(supervisor, "demo")
        os.kill(first, signal.SIGKILL)
        await until(lambda: supervisor.view("demo")["state"] == "failed")
        await until(lambda: supervisor.view("demo")["state"] == "on_air")
        assert pid_of(supervisor, "demo") != first
        assert supervisor.view("demo")["restarts"] == 1


@pytest.mark.parametrize("outlive", [False, True])
async def test_a_process_in_reserve_takes_a_dead_rooms_place(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, outlive: bool
) -> None:
    monkeypatch.setattr("web.rooms.HEALTHY_S", 0.0)
    async with supervising(settings, spare=True, outlive=outlive) as supervisor:
        assert supervisor._spares is not None
        supervisor.start(RoomPlan("demo"))
        await until(lambda: supervisor._spares._process is not None)  # type: ignore[union-attr]
        reserve = supervisor._spares._process
        assert reserve is not None
        os.kill(pid_of(supervisor, "demo"), signal.SIGKILL)
        await until(lambda: supervisor.view("demo")["restarts"] == 1)
        await until(lambda: supervisor.view("demo")["state"] == "on_air")
        assert pid_of(supervisor, "demo") == reserve.pid
        await until(lambda: supervisor._spares._process not in (None, reserve))  # type: ignore[union-attr]
        another = supervisor._spares._process
        assert another is not None
        await supervisor.stop("demo")
    assert not is_alive(reserve.pid) and not is_alive(another.pid)


async def test_a_room_that_hangs_on_air_is_killed_and_started_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.rooms.SILENT_S", 1.0)
    async with supervising(settings) as supervisor:
        supervisor.start(RoomPlan("demo"))
        await until(lambda: supervisor.view("demo")["state"] == "on_air")
        first = pid_of(supervisor, "demo")
        os.kill(first, signal.SIGSTOP)
        await until(lambda: supervisor.view("demo")["restarts"] == 1)
        await until(lambda: supervisor.view("demo")["state"] == "on_air")
        assert not is_alive(first)


async def test_the_last_words_of_a_room_that_cannot_start_are_shown(settings: Settings) -> None:
    async with supervising(settings, ZHIBO_FAKE_ROOM="crash") as supervisor:
        supervisor.start(RoomPlan("demo"))
        await until(lambda: supervisor.view("demo")["state"] == "failed")
        assert "no picture can be drawn" in supervisor.view("demo")["message"]


async def test_a_room_that_stops_again_and_again_says_what_to_do(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.rooms.FIRST_WAIT_S", 0.02)
    command = ("/bin/sh", "-c", "echo the disk is gone; exit 3")
    supervisor = Supervisor(settings.data / "rooms", room_client(settings), outlive=False, command=command)
    async with asyncio.TaskGroup() as tasks:
        await supervisor.run(tasks)
        supervisor.start(RoomPlan("demo"))
        await until(lambda: "again and again" in supervisor.view("demo")["message"])
        message = supervisor.view("demo")["message"]
        assert message.startswith("the disk is gone") and str(settings.data / "rooms/demo/room.log") in message
        await supervisor.close(stop_rooms=True)


async def test_a_room_that_does_not_listen_is_ended_within_seconds(settings: Settings) -> None:
    async with supervising(settings, ZHIBO_FAKE_ROOM="deaf") as supervisor:
        supervisor.start(RoomPlan("demo"))
        await until(lambda: supervisor.view("demo")["state"] == "on_air")
        pid, started = pid_of(supervisor, "demo"), time.monotonic()
        await supervisor.stop("demo")
        assert time.monotonic() - started < 8
        assert not is_alive(pid)


async def test_a_room_survives_its_server_and_is_found_again(settings: Settings) -> None:
    async with supervising(settings, outlive=True) as supervisor:
        supervisor.start(RoomPlan("demo"))
        await until(lambda: supervisor.view("demo")["state"] == "on_air")
        pid, process = pid_of(supervisor, "demo"), supervisor._rooms["demo"].process
    assert is_alive(pid) and process is not None
    async with supervising(settings, outlive=True) as supervisor:
        await until(lambda: supervisor.view("demo")["state"] == "on_air")
        assert is_alive(pid)
        await supervisor.stop("demo")
        await process.wait()  # else its handle warns at some later test that it was left running
        assert not is_alive(pid)
    async with supervising(settings) as supervisor:
        assert supervisor.view("demo")["state"] == "off", "a stopped room must not come back by itself"


async def test_a_room_ends_with_a_server_that_was_killed(settings: Settings) -> None:
    code = (
        "import asyncio, os, sys\n"
        "from pathlib import Path\n"
        "from web.rooms import RoomPlan, Supervisor\n"
        "from web.wiring import room_client\n"
        "from web.settings import load_settings\n"
        "async def main():\n"
        "    settings = load_settings(data=Path(os.environ['ZHIBO_DATA']))\n"
        "    async with asyncio.TaskGroup() as tasks:\n"
        f"        s = Supervisor(settings.data / 'rooms', room_client(settings), outlive=False, command={FAKE!r})\n"
        "        await s.run(tasks)\n"
        "        s.start(RoomPlan('demo'))\n"
        "        while s.view('demo')['state'] != 'on_air':\n"
        "            await asyncio.sleep(0.05)\n"
        "        print(s._rooms['demo'].process.pid, flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    environment = {**os.environ, "ZHIBO_DATA": str(settings.data)}
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    pid = int(await server.stdout.readline())
    assert is_alive(pid)
    server.kill()
    await server.wait()
    await until(lambda: not is_alive(pid))


@pytest.mark.parametrize(
    ("room", "to"), [("../x", ()), ("", ()), ("a b", ()), ("demo", ("http://x/y",)), ("demo", ("rtmp://host/onlyapp",))]
)
async def test_what_cannot_work_is_refused_before_anything_starts(
    settings: Settings, room: str, to: tuple[str, ...]
) -> None:
    async with supervising(settings) as supervisor:
        with pytest.raises(Refusal):
            supervisor.start(RoomPlan(room, to))
        assert supervisor.names() == []


async def test_stream_keys_are_kept_from_everybody(settings: Settings) -> None:
    async with supervising(settings) as supervisor:
        supervisor.start(RoomPlan("demo", (SECRET,)))
        await until(lambda: supervisor.view("demo")["state"] == "on_air")
        assert "key123" not in json.dumps(supervisor.view("demo"))
        plan = settings.data / "rooms" / "demo" / "plan.json"
        assert plan.stat().st_mode & 0o077 == 0
        command_line = Path(f"/proc/{pid_of(supervisor, 'demo')}/cmdline").read_bytes()
        assert b"key123" not in command_line


@pytest.fixture
def on_air(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A site with the fake room on air."""
    monkeypatch.setattr("web.rooms.ROOM_COMMAND", FAKE)
    with serving(settings, ScriptedModel([TextDelta("好。")]), demo=True) as site:
        with site.staff() as staff:
            started = staff.post("/api/rooms/demo/start", json={"to": [SECRET], "lang": "zh"})
            assert started.status_code == 202, started.text
            wait_for_state(site, "on_air")
        yield site


def wait_for_state(site: Site, state: str, room: str = "demo", within_s: float = 30) -> dict[str, Any]:
    deadline = time.monotonic() + within_s
    with site.client() as client:
        while time.monotonic() < deadline:
            found: dict[str, Any] = client.get(f"/api/rooms/{room}").json()
            if found.get("state") == state:
                return found
            time.sleep(0.1)
    raise AssertionError(f"room {room} is {found}")


def test_the_api_shows_viewers_the_product_and_staff_the_rest(on_air: Site) -> None:
    with on_air.client() as client, on_air.staff() as staff:
        public = client.get("/api/rooms/demo").json()
        assert public["product"]["id"] == "S1"
        assert "to" not in public
        own = staff.get("/api/rooms/demo").json()
        assert own["to"] == ["rtmp://live.example.com/app/***"]
        assert own["status"]["health"] == {"fps": 25.0}
        assert staff.post("/api/rooms/demo/start", json={}).json()["code"] == "taken"
        assert client.get("/healthz").json()["rooms"] == {"demo": "on_air"}
        figures = client.get("/metrics").text
        told = '{kind="network",output="0 rtmp://a.example/app/***",room="demo"}'
        assert f"zhibo_output_kbps{told} 2600.5" in figures and f"zhibo_output_reconnects_total{told} 1.0" in figures
        assert f"zhibo_output_dropped_packets_total{told} 3.0" in figures and f"zhibo_output_up{told} 1.0" in figures


def test_comments_reach_the_room_over_http_and_websocket(on_air: Site) -> None:
    with on_air.client() as client:
        asked = client.post("/api/rooms/demo/comments", json={"author": "小李", "text": "多少钱？"})
        assert (asked.status_code, asked.json()) == (202, {"id": "c1"})
        assert client.post("/api/rooms/demo/comments", json={"author": "x", "text": ""}).status_code == 422
        assert client.post("/api/rooms/none/comments", json={"author": "x", "text": "?"}).status_code == 404
        with connect(f"{on_air.url.replace('http', 'ws')}/api/rooms/demo/comments", proxy=None) as socket:
            socket.send(json.dumps({"author": "小张", "text": "包邮吗", "source": "douyin"}))
            assert json.loads(socket.recv(5)) == {"id": "c2"}
            socket.send("not json")
            assert json.loads(socket.recv(5))["code"] == "invalid"
            socket.send(json.dumps({"author": "小张", "text": "x" * 9_000}))
            assert json.loads(socket.recv(5))["code"] in ("too_large", "invalid")
        events = read_events(client, "/api/rooms/demo/events", lambda event: "包邮吗" in event.get("text", ""))
    assert [event["text"] for event in events] == ["小李/web: 多少钱？", "小张/douyin: 包邮吗"]


def test_a_foreign_page_cannot_post_comments_by_websocket(on_air: Site) -> None:
    url = f"{on_air.url.replace('http', 'ws')}/api/rooms/demo/comments"
    with pytest.raises(Exception, match="403"), connect(url, origin="https://evil.example", proxy=None):  # type: ignore[arg-type]
        pass


def test_only_staff_speak_on_air_and_only_from_the_shops_own_pages(
    on_air: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{on_air.url.replace('http', 'ws')}/api/rooms/demo/microphone?rate=16000"
    with on_air.staff() as staff:
        signed_in = {"Cookie": "; ".join(f"{name}={value}" for name, value in staff.cookies.items())}
        assert staff.get("/live/demo/speak").status_code == 200
        with connect(url, additional_headers=signed_in, origin=on_air.url, proxy=None) as socket:  # type: ignore[arg-type]
            for _ in range(4):
                socket.send(bytes(640))
        heard = read_events(staff, "/api/rooms/demo/events", lambda event: "microphone" in event.get("text", ""))
        assert heard[-1]["text"] == "microphone: 2560 bytes at 16000 Hz"
        monkeypatch.setattr("web.api.microphone.SILENT_S", 0.3)
        with (
            connect(url, additional_headers=signed_in, origin=on_air.url, proxy=None) as socket,  # type: ignore[arg-type]
            pytest.raises(ConnectionClosed, match="no sound came"),
        ):
            socket.recv(5)
        for who, page in (({}, on_air.url), (signed_in, "https://evil.example")):
            with (
                pytest.raises(Exception, match="403"),
                connect(
                    url,
                    additional_headers=who,
                    origin=page,
                    proxy=None,  # type: ignore[arg-type]
                ),
            ):
                pass
    with on_air.staff("小客", "agent") as agent:
        answering = {"Cookie": "; ".join(f"{name}={value}" for name, value in agent.cookies.items())}
        with pytest.raises(Exception, match="403"), connect(url, additional_headers=answering, proxy=None):
            pass
    with on_air.client() as client:
        assert (
            client.get("/live/demo/speak", follow_redirects=False).headers["location"]
            == "/signin?next=/live/demo/speak"
        )


def test_a_line_is_inserted_by_staff_and_refusals_are_passed_on(on_air: Site) -> None:
    with on_air.staff() as staff:
        said = staff.post("/api/rooms/demo/insert", json={"text": "欢迎大家"})
        assert said.json()["verdict"]["text"] == "欢迎大家"
        full = staff.post("/api/rooms/demo/insert", json={"text": "full"})
    assert (full.status_code, full.json()["code"]) == (503, "unavailable")


def test_the_preview_is_passed_through_and_ends_with_the_room(on_air: Site) -> None:
    with on_air.client() as client, client.stream("GET", "/live/demo.flv") as preview:
        assert preview.headers["content-type"] == "video/x-flv"
        blocks = preview.iter_raw()
        assert next(blocks).startswith(b"FLV")
        with on_air.staff() as staff:
            assert staff.post("/api/rooms/demo/stop").json()["state"] == "off"
        for _ in blocks:
            pass
    with on_air.client() as client:
        gone = client.get("/live/demo.flv")
        assert (gone.status_code, gone.json()["code"]) == (503, "unavailable")


def test_a_room_that_never_was_is_not_found(site: Site) -> None:
    with site.client() as client:
        for path in ("/api/rooms/none", "/live/none.flv", "/live/none/hls/live.m3u8", "/api/rooms/none/events"):
            assert client.get(path).status_code == 404, path
        assert client.get("/api/rooms").json() == {"rooms": []}


def test_a_real_room_through_the_api(settings: Settings) -> None:
    """Script, voice, face, scene and encoder: the preview carries picture and sound, and everything ends at once."""
    with serving(settings_in(settings.data), ScriptedModel([TextDelta("好。")]), demo=True) as site:
        with site.staff() as staff:
            assert staff.post("/api/rooms/real/start", json={}).status_code == 202
            wait_for_state(site, "on_air", "real", within_s=90)
            pid = pid_of(site.services.supervisor, "real")
            received = b""
            with httpx.stream("GET", f"{site.url}/live/real.flv", timeout=20, trust_env=False) as preview:
                for block in preview.iter_raw():
                    received += block
                    if len(received) > 60_000:
                        break
            assert received.startswith(b"FLV\x01\x05"), "sound and picture"
            started = time.monotonic()
            assert staff.post("/api/rooms/real/stop", timeout=30).json()["state"] == "off"
            assert time.monotonic() - started < 10
        assert not is_alive(pid)


def test_a_room_is_directed_by_staff_only_and_takes_what_platforms_push(on_air: Site) -> None:
    with on_air.staff() as staff:
        told = staff.post("/api/rooms/demo/direct", json={"what": "pin", "product_id": "S1"})
        assert (told.status_code, told.json()["direction"]["product_id"]) == (202, "S1")
        gone = staff.post("/api/rooms/demo/direct", json={"what": "pin", "product_id": "gone"})
        assert gone.status_code == 503 and "not in stock" in gone.json()["message"]
        assert staff.post("/api/rooms/demo/direct", json={"what": "dance"}).status_code == 422
    with on_air.client() as client:
        assert client.post("/api/rooms/demo/direct", json={"what": "pause"}).status_code == 401
        assert client.post("/api/rooms/demo/clicks", json={"product_id": "S1"}).status_code == 202
        assert client.post("/api/rooms/demo/clicks", json={}).status_code == 422
        gift = {"author": "小鹿", "kind": "gift", "source": "web", "key": "1"}
        assert client.post("/api/rooms/demo/comments", json=gift).status_code == 202
        assert client.post("/api/rooms/demo/comments", json={"author": "小鹿"}).status_code == 422

        body = json.dumps([{"msg_id": "9", "nickname": "阿明", "content": "有货吗"}]).encode()
        now = {"x-nonce-str": "n", "x-timestamp": str(int(time.time())), "x-roomid": "1", "x-msg-type": "live_comment"}
        signed = {**now, "x-signature": douyin_signature(now, body, "key")}
        unset = client.post("/api/rooms/demo/push/douyin", content=body, headers=signed)
        assert unset.status_code == 501 and "ZHIBO_DOUYIN_SECRET" in unset.json()["message"]
        object.__setattr__(
            on_air.services,
            "settings",
            on_air.services.settings.model_copy(update={"douyin_secret": SecretStr("key")}),
        )
        taken = client.post("/api/rooms/demo/push/douyin", content=body, headers=signed)
        assert (taken.status_code, taken.json()["err_no"]) == (200, 0)
        forged = client.post("/api/rooms/demo/push/douyin", content=body + b" ", headers=signed)
        assert forged.status_code == 401 and "key" not in forged.json()["message"]
        heard = read_events(client, "/api/rooms/demo/events", lambda event: "有货吗" in event.get("text", ""))
    assert [event["text"] for event in heard] == ["click: S1", "小鹿/web:  (gift)", "阿明/douyin: 有货吗"]
