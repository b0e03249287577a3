"""The endpoints of Chatwoot's application API that the mirror uses, as its public documentation describes them."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

TOKEN = "an-access-token"
SECRET = "a-webhook-secret"
INBOX = 7


@dataclass
class FakeChatwoot:
    """Keeps what it is told. `broken`: how many of the next calls are answered with 503."""

    url: str = ""
    broken: int = 0
    contacts: list[dict[str, Any]] = field(default_factory=list)
    conversations: list[dict[str, Any]] = field(default_factory=list)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [message for conversation in self.conversations for message in conversation["messages"]]

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        split = urlsplit(path)
        parts = split.path.removeprefix("/api/v1/accounts/3/").split("/")
        match (method, parts):
            case "GET", ["contacts", "search"]:
                wanted = parse_qs(split.query)["q"][0]
                return 200, {"payload": [one for one in self.contacts if wanted in one["identifier"]]}
            case "POST", ["contacts"]:
                number = len(self.contacts) + 1
                inboxes = [{"source_id": f"source-{number}", "inbox": {"id": body["inbox_id"]}}]
                contact = {
                    "id": number, "name": body["name"], "identifier": body["identifier"], "contact_inboxes": inboxes
                }  # fmt: skip
                self.contacts.append(contact)
                return 200, {"payload": {"contact": contact, "contact_inbox": inboxes[0]}}
            case "GET", ["contacts", number, "conversations"]:
                mine = [one for one in self.conversations if one["contact_id"] == int(number)]
                return 200, {"payload": mine}
            case "POST", ["conversations"]:
                known = {f"source-{one['id']}" for one in self.contacts}
                if body["source_id"] not in known:
                    return 404, {"error": "Resource could not be found"}
                conversation = {**body, "id": 100 + len(self.conversations), "messages": []}
                self.conversations.append(conversation)
                return 200, conversation
            case "POST", ["conversations", number, "messages"]:
                conversation = self._conversation(number)
                conversation["messages"].append(body)
                return 200, {"id": len(self.messages), **body}
            case "POST", ["conversations", number, "toggle_status"]:
                self._conversation(number)["status"] = body["status"]
                return 200, {"payload": {"success": True, "current_status": body["status"]}}
        return 404, {"error": "Resource could not be found"}

    def _conversation(self, number: str) -> dict[str, Any]:
        return next(one for one in self.conversations if one["id"] == int(number))

    def webhook(self, identifier: str, **event: Any) -> tuple[bytes, dict[str, str]]:
        """A webhook's body and headers, signed as Chatwoot signs."""
        conversation = {"id": 100, "meta": {"sender": {"identifier": identifier}}}
        body = json.dumps({"conversation": conversation, **event}).encode()
        at = str(int(time.time()))
        digest = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        return body, {"X-Chatwoot-Timestamp": at, "X-Chatwoot-Signature": f"sha256={digest}"}

    def reply(self, client: httpx.Client, identifier: str, text: str, number: int, **more: Any) -> httpx.Response:
        """An agent there writes `text`."""
        event = {"event": "message_created", "id": number, "message_type": "outgoing", "content": text}
        body, headers = self.webhook(identifier, **event, private=False, sender={"name": "Ana"}, **more)
        return client.post("/api/hooks/chatwoot", content=body, headers=headers)


@contextmanager
def chatwoot() -> Iterator[FakeChatwoot]:
    fake = FakeChatwoot()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
            if self.headers.get("api_access_token") != TOKEN:
                status, answer = 401, {"error": "Invalid Access Token"}
            elif fake.broken:
                fake.broken -= 1
                status, answer = 503, {"error": "busy"}
            else:
                status, answer = fake.answer(self.command, self.path, body)
            raw = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _serve

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
