"""The command line, as a person at a terminal runs it: in processes of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.servers import free_port
from tests.web.conftest import KETTLE, SHOP, SLIPPERS
from web.settings import load_settings
from web.wiring import open_catalog

COMMAND = (sys.executable, "-m", "web.cli")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with a small shop in it."""
    catalog = open_catalog(load_settings(data=tmp_path / "data"))
    catalog.put([SLIPPERS, KETTLE], shop=SHOP, source="test")
    catalog.close()
    return tmp_path


def zhibo(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=surroundings(**environment),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def surroundings(**more: str) -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    return {**os.environ, "PYTHONPATH": root, "COLUMNS": "120", **more}


def test_help_is_fast_and_imports_nothing_heavy(tmp_path: Path) -> None:
    assert zhibo(tmp_path, "--help").returncode == 0
    code = "import web.cli, sys; print(sorted({'gradio', 'fastapi', 'numpy', 'av', 'sqlalchemy'} & set(sys.modules)))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=surroundings(), check=True
    )
    assert loaded.stdout.strip() == "[]"


def test_asking_imports_neither_gradio_nor_the_encoder(shop: Path) -> None:
    code = (
        "import sys; from web.cli import app\n"
        "try: app(['ask', '拖鞋多少钱', '--json'])\n"
        "except SystemExit: print(sorted({'gradio', 'av', 'thorvg_python'} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=shop, capture_output=True, text=True, env=surroundings(), check=True
    )
    assert done.stderr.strip() == "[]"


def test_ask_prints_an_answer_with_its_evidence_as_json(shop: Path) -> None:
    done = zhibo(shop, "ask", "云朵防滑拖鞋多少钱？", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert "59" in answer["text"]
    assert answer["products"][0] == "S1"
    assert any(fact["subject"] == "S1" and fact["kind"] == "price" for fact in answer["facts"])
    assert all(verdict["label"] == "ok" for verdict in answer["verdicts"])
    assert answer["handoff"] is None
    assert answer["model"] == "grounded"


def test_ask_in_english_and_for_a_person(shop: Path) -> None:
    english = json.loads(zhibo(shop, "ask", "How much is the Spring Electric Kettle?", "--json").stdout)
    assert "129" in english["text"]
    assert not re.search(r"[\u4e00-\u9fff]", english["text"])
    person = json.loads(zhibo(shop, "ask", "我要转人工", "--json").stdout)
    assert person["handoff"]["reason"] == "asked"
    assert "59" in zhibo(shop, "ask", "云朵防滑拖鞋多少钱？").stdout


def test_guard_on_the_command_line(shop: Path) -> None:
    done = zhibo(shop, "guard", "云朵防滑拖鞋只要39元，全网最低价！", "--product", "S1", "--json")
    verdict = json.loads(done.stdout)
    assert verdict["label"] == "forbidden"
    assert "39" not in verdict["text"]
    assert done.returncode == 3
    assert zhibo(shop, "guard", "云朵防滑拖鞋59元。", "--product", "S1").returncode == 0
    unknown = zhibo(shop, "guard", "x", "--product", "none")
    assert "没有商品" in unknown.stderr
    assert unknown.returncode == 1


def test_guard_with_a_sheet_needs_no_shop(tmp_path: Path) -> None:
    sheet = tmp_path / "cup.yaml"
    sheet.write_text("名称: 小鹿保温杯\n售价: 99元\n容量: 500ml\n", encoding="utf-8")
    done = zhibo(tmp_path, "guard", "这款只要89元，容量半升。", "--sheet", str(sheet), "--json")
    verdict = json.loads(done.stdout)
    assert (done.returncode, verdict["text"]) == (3, "这款只要99元，容量半升。")
    assert {fact["source"] for fact in verdict["evidence"]} == {"cup.yaml"}
    as_written = tmp_path / "radio.yaml"
    as_written.write_text("名称: 收音机\n型号: 0123\n防水: yes\n闹钟: 12:30\n材质:\n", encoding="utf-8")
    said = zhibo(tmp_path, "guard", "型号是0123。", "--sheet", str(as_written), "--json")
    assert (said.returncode, json.loads(said.stdout)["evidence"][0]["value"]) == (0, "0123")
    tabbed = tmp_path / "cup.json"
    tabbed.write_text('{\n\t"名称": "杯", "售价": "99元", "材质": null\n}', encoding="utf-8")
    assert zhibo(tmp_path, "guard", "这款99元。", "--sheet", str(tabbed)).returncode == 0
    assert zhibo(tmp_path, "guard", "x", "--sheet", str(sheet), "--product", "S1").returncode == 1
    assert zhibo(tmp_path, "guard", " ").returncode == 1
    sheet.write_text("- 一份\n- 清单\n", encoding="utf-8")
    refused = zhibo(tmp_path, "guard", "x", "--sheet", str(sheet))
    assert refused.returncode == 1
    assert "属性: 值" in refused.stderr


def test_ingest_reports_each_row_and_fails_only_for_what_cannot_be_read(shop: Path) -> None:
    (shop / "new.csv").write_bytes("编号,名称,价格\nA1,竹篮,39.9\nA2,,1\n".encode("gbk"))
    done = zhibo(shop, "ingest", "new.csv", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)["reports"][0]
    assert (report["added"], len(report["refused"])) == (1, 1)
    missing = zhibo(shop, "ingest", "nothing.csv")
    assert missing.returncode == 1
    assert "nothing.csv" in missing.stdout
    assert "Traceback" not in missing.stderr


def test_ingest_shows_what_columns_mean_and_takes_corrections(shop: Path) -> None:
    (shop / "new.csv").write_text(
        "编号,名称,价格,备注\nA1,竹篮,39.9,内部\nA2,,1,内部\nA3,藤篮,49,内部\n", encoding="utf-8"
    )
    shown = zhibo(shop, "ingest", "new.csv", "--dry-run")
    assert re.search(r"名称 +title +\d+% +竹篮 \| 藤篮", shown.stdout), shown.stdout
    assert "新 new 2" in shown.stdout
    assert "new.csv:3: 缺商品名称 · the title is missing" in shown.stdout
    (shop / "columns.yaml").write_text("columns: {备注: ignore}\n", encoding="utf-8")
    done = zhibo(shop, "ingest", "new.csv", "--mapping", "columns.yaml", "--refused", "bad.csv")
    assert "new 2" in done.stdout
    assert "A2" in (shop / "bad.csv").read_text(encoding="utf-8-sig")
    (shop / "new.csv").write_text("编号,名称,价格,备注\nA3,藤篮,45,内部\n", encoding="utf-8")
    later = json.loads(zhibo(shop, "ingest", "new.csv", "--replace", "--json").stdout)["reports"][0]
    assert (later["changed"], later["removed"]) == (1, 1)
    assert {guess["column"]: guess["reason"] for guess in later["mapping"]}["备注"] == "remembered"
    forgotten = json.loads(zhibo(shop, "ingest", "new.csv", "--forget", "--json").stdout)["reports"][0]
    assert {guess["column"]: guess["field"] for guess in forgotten["mapping"]}["备注"] == "attribute"


def test_ingest_of_a_manual_names_its_product(shop: Path) -> None:
    (shop / "care.md").write_text("# 保养\n\n用湿布擦拭。\n", encoding="utf-8")
    alone = zhibo(shop, "ingest", "care.md")
    assert alone.returncode == 1
    assert "--product" in alone.stdout
    done = zhibo(shop, "ingest", "care.md", "--product", "S1")
    assert "新 new 1" in done.stdout


def test_a_mistake_is_one_sentence(shop: Path) -> None:
    wrong = zhibo(shop, "ask", "你好", ZHIBO_PORT="many")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    assert "ZHIBO_PORT" in wrong.stderr
    assert "ZHIBO_MODLE is not a setting" in zhibo(shop, "link", ZHIBO_MODLE="x").stderr
    assert "zh" in zhibo(shop, "ask", "你好", "--lang", "fr").stderr
    output = zhibo(shop, "live", "demo", "--to", "http://x/y")
    assert output.returncode == 1
    assert "not supported" in output.stderr
    assert "Traceback" not in output.stderr


def test_a_taken_port_is_said_in_one_sentence(shop: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = zhibo(shop, "serve", "--port", str(port))
    assert done.returncode == 1
    assert f"{port} 已被占用" in done.stderr
    assert "Traceback" not in done.stderr


def test_serve_prints_one_link_that_signs_in_and_stops_at_once(shop: Path) -> None:
    port = free_port()
    with (shop / "out").open("wb") as out:
        server = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port)], cwd=shop, env=surroundings(), stdout=out, stderr=out
        )
    try:
        link = wait_for_link(shop / "out", server)
        base, _, token = link.partition("/signin#")
        with httpx.Client(base_url=base, trust_env=False, timeout=10) as client:
            assert client.get("/healthz").json()["status"] == "ok"
            assert client.post("/api/staff/signin", json={"token": token}).status_code == 200
            with client.stream("GET", "/api/inbox/events") as stream:  # an endless one is open while it stops
                lines = stream.iter_lines()
                next(lines)
                started = time.monotonic()
                server.send_signal(signal.SIGINT)
                server.wait(15)
                assert time.monotonic() - started < 5
    finally:
        server.kill()
        server.wait()
    text = (shop / "out").read_text()
    assert server.returncode == 0, text
    assert "Traceback" not in text
    assert token not in text.split("/signin#", 1)[1][len(token) :], "the token is printed once and logged never"


def wait_for_link(log: Path, server: subprocess.Popen[bytes], within_s: float = 60) -> str:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        if found := re.search(r"http://\S+/signin#\S+", log.read_text()):
            return found[0]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_demo_takes_the_next_free_port_opens_the_console_and_starts_again(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for _ in range(2):  # the second start finds the shop as the first one left it
            log = tmp_path / "out"
            log.unlink(missing_ok=True)
            with log.open("wb") as out:
                command = [*COMMAND, "demo", "--no-room"]
                server = subprocess.Popen(
                    command, cwd=tmp_path, env=surroundings(ZHIBO_PORT=str(port)), stdout=out, stderr=out
                )
            try:
                base, _, token = wait_for_link(log, server).partition("/signin#")
                assert not base.endswith(f":{port}")
                with httpx.Client(base_url=base, trust_env=False, timeout=30, follow_redirects=True) as client:
                    assert client.get("/healthz").json()["products"] >= 80
                    client.post("/api/staff/signin", json={"token": token})
                    wait_for_console(client)
                server.send_signal(signal.SIGINT)
                assert server.wait(15) == 0
            finally:
                server.kill()
                server.wait()
            assert "Traceback" not in log.read_text()


def wait_for_console(client: httpx.Client, within_s: float = 90) -> None:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        page = client.get("/console/en/")
        assert page.status_code == 200, page.text
        if "gradio" in page.text:
            labels = client.get("/console/en/config").text
            for tab in ("Catalogue", "Test chat", "Live rooms", "Status"):
                assert tab in labels
            return
        assert "控制台正在启动" in page.text
        time.sleep(0.5)
    raise AssertionError("the console did not open")


def test_a_room_with_nothing_to_sell_says_what_to_do(tmp_path: Path) -> None:
    answer = zhibo(tmp_path, "live", "mine", "--seconds", "1")
    assert answer.returncode == 1
    assert "the catalogue is empty; take products in first" in answer.stderr
