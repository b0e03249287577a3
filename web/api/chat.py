"""The shopper's side of a conversation: what `widget.js` talks to."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from assistant.conversation import Conversation, Pulse, UnknownConversation
from assistant.events import PageContext
from assistant.handoff import HandoffError
from assistant.hearing import HearingError, kind_of
from assistant.pictures import PictureRefused
from assistant.summary import summarise
from knowledge.model import Lang, Text
from web.desk import TOO_LONG
from web.errors import Refusal, reader_lang
from web.present import shop_json
from web.services import Limited, Live, Running, Services, ShopperDep, Svc, address
from web.sse import HEARTBEAT, HEARTBEAT_S, EventStream, sse
from web.transcript import DISCLOSURE, page_of, text_of

log = structlog.get_logger("chat")
router = APIRouter(prefix="/api/chat", tags=["chat"])

GREETING = Text(
    "您好，我是{shop}的 AI 客服。选品、尺码、优惠、物流都可以问我，也可以随时转人工。",
    "Hello, I am the AI assistant of {shop}. Ask me about products, sizes, offers "
    "or shipping, or ask for a person at any time.",
)
QUICK_REPLIES = (
    Text("有什么优惠？", "What offers do you have?"),
    Text("多久发货？", "How soon do you ship?"),
    Text("支持退换吗？", "Can I return it?"),
    Text("转人工", "Talk to a person"),
)
ABOUT_PRODUCT = Text("介绍一下这款", "Tell me about this one")
DELETED = ("这段对话已被删除，请刷新页面。", "This conversation was deleted; please reload the page.")
REPLY_TO = Text("请用邮件回复：{email}\n{text}", "Please answer by e-mail: {email}\n{text}")
EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"']+")


class NewSession(BaseModel):
    lang: Literal["zh", "en"] | None = None
    product_id: str = Field("", max_length=80)
    url: str = Field("", max_length=2000)
    identity: str = Field("", max_length=2048)  # signed by the merchant's server: who is signed in there


class NewMessage(BaseModel):
    text: str = ""
    picture: str = Field("", max_length=80)
    client_id: str = Field("", max_length=64)
    product_id: str = Field("", max_length=80)


class Typing(BaseModel):
    typing: bool


class Seen(BaseModel):
    seq: int = Field(ge=1)


class AskForPerson(BaseModel):
    reason: str = Field("", max_length=500)


class Contact(BaseModel):
    email: str = Field(max_length=200)
    text: str = Field(max_length=2000)
    client_id: str = Field("", max_length=64)


class Rating(BaseModel):
    score: int = Field(ge=1, le=5)
    comment: str = Field("", max_length=2000)


class Feedback(BaseModel):
    seq: int = Field(ge=1)
    up: bool


async def conversation(request: Request, services: Svc, shopper: ShopperDep) -> Conversation:
    try:
        return await services.conversations.get(shopper.conversation)
    except UnknownConversation:
        raise Refusal("unauthorized", *DELETED) from None


Mine = Annotated[Conversation, Depends(conversation)]


@router.post("/sessions", status_code=201, dependencies=[Limited])
async def new_session(body: NewSession, request: Request, services: Svc) -> dict[str, Any]:
    origin = request.headers.get("origin")
    if origin and not services.origin_allowed(origin, request.headers.get("host", "")):
        en = f"This shop's assistant is not meant for pages of {origin[:80]}; its owner can list them in ZHIBO_ORIGINS."
        raise Refusal("forbidden", "这个网站还没有被店家允许使用客服窗口（ZHIBO_ORIGINS）。", en)
    customer_id = services.customer(body.identity)
    lang: Lang = body.lang or reader_lang(request)
    product = services.catalog.product(body.product_id) if body.product_id else None
    found = await services.conversations.create(
        lang=lang, customer_id=customer_id, product_id=product.id if product else "",
        url=body.url.split("?")[0].split("#")[0],
    )  # fmt: skip
    shop = services.catalog.shop
    replies = ((ABOUT_PRODUCT, *QUICK_REPLIES) if product else QUICK_REPLIES)[:4]
    return {
        "session": found.id,
        "token": services.auth.shopper_token(found.id, lang, signed_in=bool(customer_id)),
        "shop": shop_json(shop),
        "lang": lang,
        "greeting": GREETING(lang).format(shop=shop.name(lang)),
        "quick_replies": [reply(lang) for reply in replies],
        "disclosure": DISCLOSURE(lang),
        "ai": True,
        "voice": services.ears is not None,
        "seq": 0,
    }


@router.post("/messages", status_code=202, dependencies=[Limited])
async def send(body: NewMessage, services: Svc, live: Live, mine: Mine) -> dict[str, Any]:
    text = body.text.replace("\x00", "").strip()
    picture = services.pictures.find(mine.id, body.picture) if body.picture else None
    if body.picture and picture is None:
        raise Refusal("invalid", "这张图片已经不在了，请重新添加。", "That picture is gone; please add it again.")
    if not text and picture is None:
        raise Refusal("invalid", "消息是空的。", "The message is empty.")
    if len(text) > TOO_LONG:
        raise Refusal(
            "too_large",
            f"这条消息有 {len(text)} 个字，太长了；请删减到 {TOO_LONG} 个字以内，或分成几条。",
            f"This message has {len(text)} characters; please shorten it to {TOO_LONG} or split it.",
        )
    services.messages.take(mine.id)
    product_id = body.product_id if services.catalog.product(body.product_id) else mine.product_id
    if product_id != mine.product_id:
        await services.conversations.set_context(mine.id, product_id=product_id)
    context = PageContext(product_id=product_id, customer_id=mine.customer_id, picture=picture.id if picture else "")
    received = await live.desk.receive(mine.id, text, body.client_id, context, picture)
    return {"seq": received.seq, "id": received.message_id, "state": received.state}


@router.post("/pictures", status_code=201, dependencies=[Limited])
async def add_picture(request: Request, services: Svc, mine: Mine) -> dict[str, Any]:
    """The body is the picture itself; the answer's `id` goes into the message that it belongs to."""
    services.messages.take(mine.id)
    try:
        picture = await services.pictures.add(mine.id, await request.body())
        await services.conversations.get(mine.id)
    except PictureRefused as error:
        raise Refusal(error.code, error.message.zh, error.message.en) from None
    except UnknownConversation:  # deleted while the picture came in
        await services.pictures.forget(mine.id)
        raise Refusal("unauthorized", *DELETED) from None
    return asdict(picture)


@router.get("/pictures/{picture_id}")
async def picture(picture_id: str, services: Svc, mine: Mine) -> Response:
    return await jpeg(services, mine.id, picture_id)


@router.delete("/pictures/{picture_id}", status_code=204, dependencies=[Limited])
async def remove_picture(picture_id: str, services: Svc, mine: Mine) -> Response:
    """Take back a picture that was not sent; one that was sent stays with its message."""
    sent = await services.conversations.events(mine.id, limit=mine.last_seq + 1)
    if any((event.get("picture") or {}).get("id") == picture_id for event in sent):
        raise Refusal("closed", "这张图片已经发出。", "That picture has been sent.")
    services.pictures.remove(mine.id, picture_id)
    return Response(status_code=204)


async def jpeg(services: Services, conversation_id: str, picture_id: str) -> Response:
    found = await services.pictures.read(conversation_id, picture_id)
    if found is None:
        raise Refusal("not_found", "这张图片已经不在了。", "That picture is gone.")
    return Response(found, media_type="image/jpeg", headers={"Content-Security-Policy": "default-src 'none'; sandbox"})


@router.post("/voice", dependencies=[Limited])
async def voice(request: Request, services: Svc, mine: Mine) -> dict[str, str]:
    """The body is a sound file as browsers record it; the answer is its text, for the shopper to read and send."""
    if services.ears is None:
        en = "This server has no speech recognition (ears_url is not set); please type instead."
        raise Refusal("unsupported", "本店没有开通语音识别（未设置 ears_url），请打字。", en)
    services.messages.take(mine.id)
    sound = await request.body()
    kind = kind_of(sound)
    if not kind:
        en = "That is no sound that can be read; record it as WebM, Ogg, MP4, WAV, FLAC or MP3."
        raise Refusal("invalid", "这不是可以识别的录音，请用 WebM、Ogg、MP4、WAV、FLAC 或 MP3。", en)
    try:
        return {"text": await services.ears.hear(sound, kind, mine.lang)}
    except HearingError as error:
        log.warning("not_heard", conversation=mine.id, error=str(error))
        en = "Speech recognition failed just now; please try again or type."
        raise Refusal("unavailable", "语音识别暂时不可用，请再试一次或打字。", en) from None


@router.get("/events")
async def events(
    request: Request,
    services: Svc,
    live: Live,
    mine: Mine,
    after: Annotated[int, Query(ge=0)] = 0,
    last_event_id: Annotated[str, Header()] = "",
) -> EventStream:
    held = services.streams.admit(address(request))
    seen = max(after, int(last_event_id) if last_event_id.isdecimal() else 0)
    return EventStream(_events(live, mine, seen), held)


async def _events(live: Running, mine: Conversation, after: int) -> AsyncGenerator[str, None]:
    """Cards are sent as the catalogue has them now, however long ago they were shown first."""
    pulse = Pulse(HEARTBEAT_S, live.stopping)
    now = partial(live.services.presenter.renewed, lang=mine.lang)
    async with aclosing(live.services.conversations.follow_together(mine.id, after, pulse)) as found:
        async for events in found:
            yield "".join(sse(now(event)) for event in events) if events else HEARTBEAT


@router.get("/state")
async def state(services: Svc, live: Live, mine: Mine) -> dict[str, Any]:
    return {
        "session": mine.id,
        "state": mine.state,
        "agent": mine.agent,
        "seq": mine.last_seq,
        "seen": mine.seen_by_staff,
        "position": await services.conversations.place(mine.id) if mine.state == "waiting" else 0,
        "lang": mine.lang,
        "answering": live.desk.is_answering(mine.id),
    }


@router.post("/handoff", status_code=202, dependencies=[Limited])
async def handoff(services: Svc, live: Live, mine: Mine, body: AskForPerson | None = None) -> dict[str, Any]:
    live.desk.stop(mine.id)
    state: str = mine.state
    if state == "closed":
        state = (await services.conversations.transition(mine.id, "bot", reason="reopened")).state
    if state == "bot":
        history = await services.conversations.history(mine.id)
        summary = "\n".join(
            part for part in (summarise(history, services.catalog, mine.lang), body.reason if body else "") if part
        )
        try:
            state = (await services.assistant.caller.call(mine, "asked", summary)).state
        except HandoffError as error:  # a person was faster
            state = error.state
    return {"state": state, "position": await services.conversations.place(mine.id)}


@router.post("/contact", status_code=202, dependencies=[Limited])
async def contact(body: Contact, services: Svc, mine: Mine) -> dict[str, Any]:
    """A message to staff that is to be answered by e-mail; no bot answers it."""
    email, text = body.email.strip(), body.text.replace("\x00", "").strip()
    if not EMAIL.fullmatch(email):
        raise Refusal("invalid", "请填写完整的邮箱地址。", "Please give a complete e-mail address.")
    if not text:
        raise Refusal("invalid", "请写下您的问题。", "Please write what it is about.")
    services.messages.take(mine.id)
    if mine.state not in ("waiting", "human"):
        summary = summarise(await services.conversations.history(mine.id), services.catalog, mine.lang)
        with suppress(HandoffError):  # a person was faster
            if mine.state == "closed":
                await services.conversations.transition(mine.id, "bot", reason="reopened")
            await services.assistant.caller.call(mine, "asked", summary)
    await services.room.leave_contact(mine.id, email)
    words = REPLY_TO(mine.lang).format(email=email, text=text)
    received = await services.conversations.receive(mine.id, words, body.client_id)
    return {"seq": received.seq, "id": received.message_id, "state": received.state}


@router.post("/typing", status_code=204)
async def typing(body: Typing, services: Svc, mine: Mine) -> None:
    services.conversations.signal(mine.id, {"type": "typing", "who": "shopper", "typing": body.typing})


@router.post("/seen", status_code=204)
async def seen(body: Seen, services: Svc, mine: Mine) -> None:
    """The shopper has read everything up to the event `seq`."""
    if await services.room.seen(mine.id, body.seq, by_staff=False):
        services.conversations.signal(mine.id, {"type": "seen", "who": "shopper", "upto": body.seq})


@router.post("/stop", status_code=204)
async def stop(live: Live, mine: Mine) -> None:
    live.desk.stop(mine.id)


@router.post("/rating", status_code=204, dependencies=[Limited])
async def rate(body: Rating, services: Svc, mine: Mine) -> None:
    await services.conversations.rate(mine.id, body.score, body.comment)
    services.conversations.signal(mine.id, {"type": "rated", "score": body.score})


@router.post("/feedback", status_code=204, dependencies=[Limited])
async def feedback(body: Feedback, services: Svc, mine: Mine) -> None:
    if not await services.conversations.feedback(mine.id, body.seq, body.up):
        raise Refusal("not_found", "没有这条消息。", "There is no such message.")


@router.get("/transcript")
async def transcript(services: Svc, mine: Mine, format: Literal["text", "html"] = "text") -> Response:
    messages = await services.conversations.history(mine.id, limit=10_000)
    name, lang = services.catalog.shop.name(mine.lang), mine.lang
    as_page = format == "html"
    body = (page_of if as_page else text_of)(name, mine.created, messages, lang)
    return Response(
        body,
        media_type="text/html" if as_page else "text/plain",
        headers={"Content-Disposition": f'attachment; filename="conversation.{"html" if as_page else "txt"}"'},
    )


@router.delete("/session", status_code=204)
async def forget(services: Svc, live: Live, mine: Mine) -> Response:
    live.desk.stop(mine.id)
    await live.desk.settled(mine.id)
    await services.conversations.delete(mine.id)
    await services.pictures.forget(mine.id)
    return Response(status_code=204)
