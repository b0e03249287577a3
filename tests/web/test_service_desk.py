"""What a conversation has besides questions and answers: voice, a place in line, letters, forms, a transcript."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from assistant.messages import TextDelta, ToolCall
from assistant.models.scripted import ScriptedModel
from tests.web.conftest import Site, Visitor, serving, settings_in
from web.settings import Settings

WEBM = b"\x1a\x45\xdf\xa3" + bytes(400)


@contextmanager
def speech_server(answer: bytes, status: int = 200) -> Iterator[tuple[str, list[bytes]]]:
    """A server with OpenAI's `audio/transcriptions` that always says the same; its address and what it was sent."""
    seen: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200, json.dumps({"object": "list", "data": [{"id": "whisper-small"}]}).encode())

        def do_POST(self) -> None:
            seen.append(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(status, answer)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1", seen
    server.shutdown()
    server.server_close()


def speak(visitor: Visitor, sound: bytes) -> httpx.Response:
    with visitor.site.client(**visitor.headers) as client:
        return client.post("/api/chat/voice", content=sound)


def test_without_ears_a_voice_message_is_refused_and_the_page_knows_beforehand(site: Site) -> None:
    visitor = site.visitor()
    assert visitor.session["voice"] is False
    refused = speak(visitor, WEBM)
    assert (refused.status_code, refused.json()["code"]) == (501, "unsupported")
    assert "请打字" in refused.json()["message"]


def test_a_voice_message_is_written_down_by_the_configured_server(settings: Settings) -> None:
    answer = '{"text": " 这款  多少钱？ "}'.encode()
    with speech_server(answer) as (url, seen), serving(settings_in(settings.data, ears_url=url)) as site:
        visitor = site.visitor()
        assert visitor.session["voice"] is True
        heard = speak(visitor, WEBM)
        assert (heard.status_code, heard.json()) == (200, {"text": "这款 多少钱？"})
        assert WEBM in seen[0] and b"whisper-small" in seen[0] and b"\r\nzh\r\n" in seen[0]
        assert speak(visitor, b"<html>").status_code == 422, "what is no sound goes nowhere"
        assert len(seen) == 1


@pytest.mark.parametrize(("answer", "status"), [(b"{}", 500), (b"[1]", 200), (b'{"text": 7}', 200)])
def test_ears_that_fail_are_a_refusal_and_no_error(settings: Settings, answer: bytes, status: int) -> None:
    with speech_server(answer, status) as (url, _), serving(settings_in(settings.data, ears_url=url)) as site:
        refused = speak(site.visitor(), WEBM)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")


def test_a_letter_reaches_staff_with_its_address_once_and_no_bot_answers_it(site: Site) -> None:
    visitor = site.visitor()
    letter = {"email": "lin@example.com", "text": "盒子破了", "client_id": "letter-1"}
    first, again = (visitor.post("contact", **letter) for _ in range(2))
    assert first.status_code == again.status_code == 202
    assert first.json()["seq"] == again.json()["seq"]
    assert first.json()["state"] == "waiting"
    with site.staff() as staff:
        seen = staff.get(f"/api/inbox/conversations/{visitor.session['session']}").json()
    messages = [event for event in seen["events"] if event["type"] == "message"]
    assert [(one["role"], one["text"]) for one in messages] == [("user", "请用邮件回复：lin@example.com\n盒子破了")]
    for wrong in ({"email": "lin"}, {"text": " "}):
        assert visitor.post("contact", **{**letter, **wrong}).status_code == 422


def test_a_missing_order_number_is_asked_for_with_a_form_whose_message_is_understood(settings: Settings) -> None:
    model = ScriptedModel([ToolCall("1", "order_status", {})], [TextDelta("请告诉我订单号和手机尾号。")])
    with serving(settings, model) as site:
        events = site.visitor().ask("我的订单到哪了？")
        form = next(event for event in events if event["type"] == "form")
        assert form["id"] == events[-1]["id"]
        assert [(one["name"], one["kind"], one["length"]) for one in form["form"]["fields"]] == [
            ("order_number", "text", 40), ("phone_tail", "digits", 4),
        ]  # fmt: skip
        assert form["form"]["message"] == "订单号 {order_number}，手机尾号 {phone_tail}"


def test_the_transcript_as_a_page_shows_markup_as_text(site: Site) -> None:
    visitor = site.visitor()
    visitor.ask("<script>alert(1)</script>这款多少钱？")
    page = visitor.get("transcript?format=html")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-disposition"] == 'attachment; filename="conversation.html"'
    assert "&lt;script&gt;alert(1)" in page.text and "<script" not in page.text
    assert "内容由人工智能生成" in page.text and "default-src 'none'" in page.text
    assert visitor.get("transcript?format=pdf").status_code == 422


def test_the_widget_is_sent_again_only_when_it_has_changed(site: Site) -> None:
    with site.client() as client:
        first = client.get("/widget.js")
        again = client.get("/widget.js", headers={"If-None-Match": first.headers["etag"]})
    assert first.headers["content-type"].startswith("text/javascript")
    assert (again.status_code, again.content) == (304, b"")
