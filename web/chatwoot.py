"""Chatwoot as another help desk, through its public application API; agents' replies come back by its webhooks."""

import hashlib
import hmac
import time
from collections import OrderedDict
from typing import Any

import httpx2

from assistant.conversation import Conversation, StoredEvent
from web.mirror import MirrorError

FRESH_S = 300  # how old a signed webhook may be
KNOWN = 5000
PREFIX = "zhibo-"


class Chatwoot:
    """Needs an inbox of type API there. What shoppers write is an incoming message; what is said here, by the bot or by
    staff, and the summary are private notes, so that nothing is ever sent back and forth."""

    def __init__(self, url: str, account: int, inbox: int, token: str, *, within_s: float = 10.0) -> None:
        self._inbox = inbox
        self._ids: OrderedDict[str, int] = OrderedDict()  # ours → theirs
        self._client = httpx2.AsyncClient(
            base_url=f"{url}/api/v1/accounts/{account}", headers={"api_access_token": token}, timeout=within_s
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def show(self, conversation: Conversation, event: StoredEvent, past: str) -> None:
        theirs = await self._conversation(conversation)
        if past:
            intro = "\n\n".join(part for part in (conversation.summary, past) if part)
            await self._say(theirs, intro, private=True)
        if event["type"] == "message":
            mine = event["role"] == "user"
            who = "" if mine else f"{event.get('agent') or event['role']}: "
            if not event.get("client_id", "").startswith("chatwoot-"):
                await self._say(theirs, who + (event["text"] or "🖼"), private=not mine)
            return
        status = {"waiting": "open", "human": "open"}.get(event["state"], "resolved")
        await self._call("POST", f"/conversations/{theirs}/toggle_status", {"status": status})

    async def _say(self, theirs: int, text: str, *, private: bool) -> None:
        kind = "outgoing" if private else "incoming"
        body = {"content": text, "message_type": kind, "private": private}
        await self._call("POST", f"/conversations/{theirs}/messages", body)

    async def _conversation(self, conversation: Conversation) -> int:
        """Their number of it, found again after a restart by the contact that stands for the shopper."""
        if (known := self._ids.get(conversation.id)) is not None:
            return known
        identifier = PREFIX + conversation.id
        found = await self._call("GET", f"/contacts/search?q={identifier}")
        contact = next((one for one in found["payload"] if one.get("identifier") == identifier), None)
        theirs: int | None = None
        if contact is None:
            body = {"inbox_id": self._inbox, "name": f"Visitor {conversation.id[:6].upper()}", "identifier": identifier}
            contact = (await self._call("POST", "/contacts", body))["payload"]["contact"]
        else:
            held = await self._call("GET", f"/contacts/{contact['id']}/conversations")
            theirs = next((one["id"] for one in held["payload"] if one.get("inbox_id") == self._inbox), None)
        if theirs is None:
            source = next(one["source_id"] for one in contact["contact_inboxes"] if one["inbox"]["id"] == self._inbox)
            body = {"source_id": source, "inbox_id": self._inbox, "contact_id": contact["id"], "status": "open"}
            theirs = int((await self._call("POST", "/conversations", body))["id"])
        self._ids[conversation.id] = theirs
        if len(self._ids) > KNOWN:
            self._ids.popitem(last=False)
        return theirs

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            answer = await self._client.request(method, path, json=body)
        except httpx2.HTTPError as error:
            raise MirrorError(f"Chatwoot cannot be reached ({type(error).__name__})", retryable=True) from error
        if answer.status_code >= 400:
            later = answer.status_code == 429 or answer.status_code >= 500
            raise MirrorError(f"Chatwoot answered {answer.status_code} to {method} {path[:60]}", retryable=later)
        found: dict[str, Any] = answer.json()
        return found


def signed(raw: bytes, timestamp: str, signature: str, secret: str, now: float | None = None) -> bool:
    """Whether a webhook comes from the Chatwoot that knows `secret`, and lately."""
    if not timestamp.isdecimal() or abs((now or time.time()) - int(timestamp)) > FRESH_S:
        return False
    right = hmac.new(secret.encode(), timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={right}".encode(), signature.encode())


def ours(payload: dict[str, Any]) -> str:
    """The id of the conversation a webhook is about; empty when it is none of ours."""
    found = payload.get("conversation") or payload
    sender = (found.get("meta") or {}).get("sender") or {}
    identifier = str(sender.get("identifier") or "")
    return identifier.removeprefix(PREFIX) if identifier.startswith(PREFIX) else ""
