"""What other programs tell us of their own accord."""

import json
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request

from assistant.conversation import UnknownConversation
from assistant.handoff import HandoffError
from web.chatwoot import ours, signed
from web.errors import Refusal
from web.services import Live, Running, Svc

router = APIRouter(prefix="/api/hooks", tags=["hooks"])


@router.post("/chatwoot", status_code=204)
async def chatwoot(
    request: Request,
    services: Svc,
    live: Live,
    x_chatwoot_signature: Annotated[str, Header()] = "",
    x_chatwoot_timestamp: Annotated[str, Header()] = "",
) -> None:
    """An agent has answered there, or ended the conversation."""
    secret = services.settings.chatwoot_secret
    raw = await request.body()
    if secret is None or not signed(raw, x_chatwoot_timestamp, x_chatwoot_signature, secret.get_secret_value()):
        en = "This webhook is not signed with ZHIBO_CHATWOOT_SECRET, or too old."
        raise Refusal("unauthorized", "这个 webhook 没有用 ZHIBO_CHATWOOT_SECRET 签名，或已过期。", en)
    try:
        payload = json.loads(raw)
    except ValueError:
        payload = None
    if not isinstance(payload, dict):
        raise Refusal("invalid", "请求内容不是 JSON 对象。", "The request is not a JSON object.")
    if conversation := ours(payload):
        with suppress(UnknownConversation, HandoffError):  # deleted, or a colleague here has it
            await _take_in(payload, conversation, live)


async def _take_in(payload: dict[str, Any], conversation: str, live: Running) -> None:
    conversations = live.services.conversations
    if payload.get("event") == "conversation_status_changed" and payload.get("status") == "resolved":
        now = await conversations.get(conversation)
        if now.state in ("waiting", "human"):
            await conversations.finish(conversation, now.agent)
        return
    reply = payload.get("event") == "message_created" and payload.get("message_type") == "outgoing"
    text = str(payload.get("content") or "").strip()
    if not reply or payload.get("private") or not text:
        return
    sender = payload.get("sender") or {}
    name = f"{str(sender.get('name') or 'Agent')[:60]} (Chatwoot)"
    await conversations.take(conversation, name)
    live.desk.stop(conversation)  # a half-written answer ends here
    client_id = f"chatwoot-{payload.get('id')}"[:64]
    await conversations.say(conversation, text[:5000], author=name, client_id=client_id)
