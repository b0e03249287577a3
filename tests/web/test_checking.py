"""`zhibo models check` as whoever runs a shop uses it: against servers that can all, some, and nothing."""

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.assistant.model_server import Chunk, ModelServer, Refusal, calls
from tests.servers import free_port
from web.cli import app


@contextmanager
def serving(*servers: ModelServer) -> Iterator[None]:
    """The servers in a thread of their own: the command brings its own loop."""
    ready, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def run() -> None:
        async with servers[0].running(), servers[1].running():
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def able(request: dict[str, Any]) -> Sequence[Chunk]:
    asked = request["messages"][-1]["content"]
    if "response_format" in request:
        return ['{"colour": "red"}']
    if "tools" in request:
        rome = calls("weather", 1, "b", city="Rome") if "Rome" in asked else []
        return [*calls("weather", 0, "a", city="Paris"), *rome]
    return ["one\n", 0.01, "two\n", "three\n", "four\n"]


def simple(request: dict[str, Any]) -> Sequence[Chunk] | Refusal:
    if "response_format" in request:
        return Refusal(400, body="response_format: not supported")
    return ["It is sunny in Paris."]


def test_what_works_and_what_is_done_about_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    good = ModelServer(able, listed={"max_model_len": 32_768}, tokenize=len)
    poor = ModelServer(simple)
    with serving(good, poor):
        table = tmp_path / "models.yaml"
        dead = f"http://127.0.0.1:{free_port()}/v1"
        urls = {"good": good.url, "poor": poor.url, "dead": dead}
        lines = "".join(f"  {name}: {{url: '{url}'}}\n" for name, url in urls.items())
        table.write_text(f"models:\n{lines}  shop: {{kind: grounded}}\n  host: {{url: '{poor.url}', can: []}}\n")
        monkeypatch.setenv("ZHIBO_MODELS_FILE", str(table))
        runner = CliRunner()
        alone = runner.invoke(app, ["models", "check", "good"])
        whole = runner.invoke(app, ["models", "check", "--json"])
        shown = runner.invoke(app, ["models", "check", "poor"])
    assert alone.exit_code == 0, alone.output
    assert "liar-7b" in alone.output and "weather(Paris, Rome)" in alone.output and "32768" in alone.output
    assert whole.exit_code == 1
    found = {one["name"]: [each["state"] for each in one["findings"]] for one in json.loads(whole.output)["servers"]}
    assert found["good"] == ["works"] * 7
    assert found["poor"] == ["works", "lacks", "fails", "lacks", "lacks", "lacks", "works"]
    assert found["dead"] == ["fails"]
    assert found["host"] == ["works", "lacks", "lacks", "lacks", "works"]  # what it isn't asked to do, it may lack
    assert shown.exit_code == 1
    assert "can: []" in shown.output and "16384" in shown.output and "没有调用" in shown.output


def test_without_a_server_it_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(app, ["models", "check"])
    assert told.exit_code == 1
    assert "ZHIBO_MODELS_FILE" in told.output
