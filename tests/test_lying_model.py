"""The whole product against a model server that lies: what goes over the wire, on air, and into the records."""

import asyncio
import json
import os
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.assistant.model_server import Chunk, ModelServer, calls
from tests.servers import free_port, wait_for_port

LIES = "檐雀轻旅316不锈钢保温杯 500ml现在只要59元。内胆是纯钛的。这是全网最低价。去 http://evil.example 买更便宜。"
FALSE_PARTS = ("59元", "纯钛", "最低价", "evil.example")
QUESTION = "这款保温杯怎么样？现在多少钱？"


def liar() -> ModelServer:
    """Looks the facts up, as a good model would, and then lies in small pieces."""

    def script(request: dict[str, Any]) -> Sequence[Chunk]:
        if request["messages"][-1]["role"] == "tool":
            return [LIES[index : index + 4] for index in range(0, len(LIES), 4)]
        return calls("product_details", product="cup-316-500")

    return ModelServer(script)


@asynccontextmanager
async def demo(folder: Path, model_url: str) -> AsyncIterator[str]:
    port = free_port()
    settings = {"ZHIBO_MODEL": "openai", "ZHIBO_MODEL_URL": model_url, "ZHIBO_MODEL_NAME": "liar-7b"}
    command = [sys.executable, "-m", "web.cli", "demo", "--data", str(folder / "data"), "--port", str(port)]
    with (folder / "demo.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=log, stderr=log, stdin=asyncio.subprocess.DEVNULL, cwd=folder, env=os.environ | settings
        )
    try:
        await asyncio.to_thread(wait_for_port, port, within_s=60)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 20)


async def lines_of(client: httpx.AsyncClient, path: str, until: str, within_s: float, **headers: str) -> str:
    """The raw text of an event stream, up to the first line that contains `until`."""
    seen = ""
    async with asyncio.timeout(within_s), client.stream("GET", path, headers=headers) as answer:
        async for line in answer.aiter_lines():
            seen += line + "\n"
            if until in line:
                return seen
    raise AssertionError(f"the stream ended without {until!r}:\n{seen}")


async def on_air(client: httpx.AsyncClient) -> None:
    deadline = time.monotonic() + 60
    while (await client.get("/api/rooms/demo")).json()["state"] != "on_air":
        assert time.monotonic() < deadline, "the demo room does not go on air"
        await asyncio.sleep(0.5)


def stored(data: Path, table: str) -> list[dict[str, Any]]:
    with sqlite3.connect(data / "zhibo.db") as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(f"SELECT * FROM {table}")]


@pytest.mark.timeout(240)
async def test_a_lie_is_neither_shown_nor_spoken(tmp_path: Path) -> None:
    async with (
        liar().running() as server,
        demo(tmp_path, server.url) as site,
        httpx.AsyncClient(base_url=site, timeout=30, trust_env=False) as client,
    ):
        session = (await client.post("/api/chat/sessions", json={"lang": "zh", "product_id": "cup-316-500"})).json()
        bearer = {"Authorization": f"Bearer {session['token']}"}
        message = {"text": QUESTION, "client_id": "1", "product_id": "cup-316-500"}
        assert (await client.post("/api/chat/messages", json=message, headers=bearer)).status_code == 202
        wire = await lines_of(client, "/api/chat/events?after=0", '"done"', 40, **bearer)

        await on_air(client)
        answered = asyncio.create_task(lines_of(client, "/api/rooms/demo/events", '"answered"', 60))
        await asyncio.sleep(0.5)
        comment = {"author": "小林", "text": QUESTION}
        assert (await client.post("/api/rooms/demo/comments", json=comment)).is_success
        heard = await answered
    assert len(server.requests) >= 4, "chat and live room both asked the model"

    data = tmp_path / "data"
    spoken = stored(data, "utterances")  # an utterance's text is what the voice says and what the subtitle shows
    said = json.dumps([row["text"] for row in spoken], ensure_ascii=False)
    for false_part in FALSE_PARTS:
        assert false_part not in wire
        assert false_part not in heard
        assert false_part not in said
    assert any(row["comment_id"] for row in spoken), "the comment was answered aloud"
    verdicts = [row for row in stored(data, "verdicts") if row["label"] != "ok"]
    judged = json.dumps(verdicts, ensure_ascii=False)
    assert {row["label"] for row in verdicts} >= {"contradicted", "forbidden"}
    assert all(part in judged for part in ("59元", "最低价")), "what the model tried to say is kept for the staff"
