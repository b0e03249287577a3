"""What a shopper says about themselves: the shopper sees it again, no model, log, count or verdict ever does."""

import contextlib
import io
import json
import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from assistant.models.openai import OpenAIModel
from tests.assistant.model_server import Chunk, ModelServer
from tests.web.conftest import Visitor, serving, settings_in
from web.log import configure_logging

PHONE, CARD, ID, MAIL = "13912345678", "4111111111111111", "11010519491231002X", "lily.chen@example.com"
NAME, HOME = "陈小丽", "杭州市西湖区文三路100号3幢501室"
SAID = f"我叫{NAME}，手机{PHONE}，邮箱{MAIL}，身份证{ID}，卡号{CARD}，寄到{HOME}，能改吗？"
PRIVATE = (PHONE, CARD, ID, MAIL, NAME, HOME)


def echo(request: dict[str, Any]) -> Sequence[Chunk]:
    """Repeats how it was told to reach the shopper, and looks an order up with it."""
    said = str(request["messages"][-1]["content"])
    return ["好的，", "我们会打[PHONE_1]联系您。" if "[PHONE_1]" in said else f"我看到的是{said}。"]


async def test_only_the_shopper_sees_it(tmp_path: Path) -> None:
    log = io.StringIO()
    configure_logging("debug", "json", log)
    try:
        async with ModelServer(echo).running() as server:
            model = OpenAIModel(server.url, model="echo")
            with serving(settings_in(tmp_path / "data"), model) as site:
                async with httpx.AsyncClient(base_url=site.url, timeout=20, trust_env=False) as client:
                    session = (await client.post("/api/chat/sessions", json={"lang": "zh"})).json()
                    frames = await _ask(client, session["token"], SAID)
                    frames += await _ask(client, session["token"], f"再打{PHONE}，别打错")
                    metrics = (await client.get("/metrics")).text
                    transcript = await client.get(
                        "/api/chat/transcript", headers={"Authorization": f"Bearer {session['token']}"}
                    )
            requests = json.dumps(server.requests, ensure_ascii=False)
    finally:
        logging.getLogger().handlers.clear()
    sentences = "".join(frame["text"] for frame in frames if frame["type"] == "sentence")
    assert f"我们会打{PHONE}联系您" in sentences, "the shopper reads their own number"
    assert PHONE in transcript.text
    assert len(server.requests) == 2 and "[PHONE_1]" in requests
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / "zhibo.db")) as database:
        verdicts = str(database.execute("SELECT * FROM verdicts").fetchall())
        handoffs = str(database.execute("SELECT * FROM handoffs").fetchall())
    assert "[PHONE_1]" in verdicts
    assert '"event"' in log.getvalue(), "the log was written"
    for value in PRIVATE:
        assert value not in requests
        assert value not in log.getvalue()
        assert value not in metrics
        assert value not in verdicts + handoffs


async def _ask(client: httpx.AsyncClient, token: str, text: str) -> list[dict[str, Any]]:
    bearer = {"Authorization": f"Bearer {token}"}
    seq = (await client.post("/api/chat/messages", json={"text": text}, headers=bearer)).json()["seq"]
    frames: list[dict[str, Any]] = []
    async with (
        client.stream("GET", f"/api/chat/events?after={seq}", headers=bearer) as stream,
        contextlib.aclosing(stream.aiter_lines()) as lines,
    ):
        async for line in lines:
            if line.startswith("data: "):
                frames.append(json.loads(line[6:]))
                if frames[-1]["type"] == "done":
                    break
    return frames


def test_staff_are_told_that_there_is_something_and_not_what(tmp_path: Path) -> None:
    """The summary at a handoff is masked; the conversation itself, which staff need to help, is not."""
    with serving(settings_in(tmp_path / "data")) as site:
        visitor: Visitor = site.visitor()
        visitor.ask(f"我的手机是{PHONE}，多少钱？")
        visitor.post("handoff")
        with site.staff() as staff:
            listed = staff.get("/api/inbox/conversations").text
    assert "[PHONE]" in listed and PHONE not in listed
