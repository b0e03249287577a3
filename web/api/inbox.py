"""The staff's side: who waits, what was said and why, and taking a conversation over."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from assistant.conversation import Conversation, UnknownConversation
from assistant.handoff import HandoffError
from web.api.chat import Typing, jpeg
from web.auth import Staff
from web.errors import Refusal
from web.present import plain, with_articles
from web.services import Limited, Live, Running, Services, StaffDep, Svc, address, staff
from web.sse import HEARTBEAT, EventStream, sse, with_heartbeat

router = APIRouter(prefix="/api/inbox", tags=["inbox"], dependencies=[Depends(staff)])


class Reply(BaseModel):
    text: str = Field(min_length=1, max_length=5000)
    client_id: str = Field("", max_length=64)


def gone() -> Refusal:
    return Refusal(
        "not_found",
        "没有这个对话，可能已被顾客删除。",
        "There is no such conversation; the shopper may have deleted it.",
    )


async def conversation(conversation_id: str, services: Svc) -> Conversation:
    try:
        return await services.conversations.get(conversation_id)
    except UnknownConversation:
        raise gone() from None


Chosen = Annotated[Conversation, Depends(conversation)]


async def summary(services: Services, found: Conversation) -> dict[str, Any]:
    last = await services.conversations.history(found.id, limit=1)
    waiting = (datetime.now(UTC) - found.waiting_since).total_seconds() if found.waiting_since else 0
    return {
        "id": found.id,
        "state": found.state,
        "reason": found.reason,
        "summary": found.summary,
        "agent": found.agent,
        "lang": found.lang,
        "created": plain(found.created),
        "updated": plain(found.updated),
        "waiting_s": round(max(0.0, waiting)),
        "last": {"role": last[-1].role, "text": last[-1].text[:200], "at": plain(last[-1].at)} if last else None,
        "seq": found.last_seq,
        "product_id": found.product_id,
        "url": found.url,
        "rating": found.rating,
    }


@router.get("/conversations")
async def conversations(
    services: Svc,
    status: Literal["waiting", "human", "bot", "closed"] | None = None,
    q: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    found = await services.conversations.find(state=status, text=q.strip(), limit=limit)
    return {
        "conversations": await asyncio.gather(*(summary(services, each) for each in found)),
        "counts": await services.conversations.counts(),
    }


@router.get("/conversations/{conversation_id}")
async def detail(services: Svc, chosen: Chosen) -> dict[str, Any]:
    product = services.catalog.product(chosen.product_id) if chosen.product_id else None
    customer = services.catalog.customer(chosen.customer_id) if chosen.customer_id else None
    orders = services.catalog.orders(chosen.customer_id) if chosen.customer_id else ()
    return {
        "conversation": await summary(services, chosen),
        "events": await services.conversations.events(chosen.id, limit=5000),
        "verdicts": [
            with_articles(verdict, services.guard.articles)
            for verdict in await services.conversations.verdicts(chosen.id)
        ],
        "context": {
            "url": chosen.url,
            "product": services.presenter.card(product, chosen.lang) if product else None,
            "customer": {"id": customer.id, "name": customer.name, "level": customer.level} if customer else None,
            "orders": [
                {"id": order.id, "state": order.state, "total": plain(order.total), "created": plain(order.created)}
                for order in orders[:20]
            ],
        },
    }


@router.get("/conversations/{conversation_id}/pictures/{picture_id}")
async def picture(picture_id: str, services: Svc, chosen: Chosen) -> Response:
    return await jpeg(services, chosen.id, picture_id)


@router.get("/events")
async def events(request: Request, services: Svc, live: Live) -> EventStream:
    return EventStream(_events(live), services.streams.admit(address(request)))


async def _events(live: Running) -> AsyncGenerator[str, None]:
    services, greeted = live.services, False
    async with aclosing(with_heartbeat(services.conversations.feed(), live.stopping)) as changes:
        async for change in changes:
            # The first is always None: by then changes are being collected, so nothing falls between the counts
            # and what follows. A change without a conversation means that some were missed.
            if (change is None and not greeted) or (change is not None and not change.conversation_id):
                greeted = True
                yield sse({"type": "hello", "counts": await services.conversations.counts()})
            elif change is None:
                yield HEARTBEAT
            else:
                for note in await _notes(services, change.conversation_id, change.event):
                    yield sse(note)


async def _notes(services: Services, conversation_id: str, event: dict[str, Any]) -> list[dict[str, Any]]:
    if event["type"] == "typing":
        return [{"type": "typing", "id": conversation_id, "who": event["who"], "typing": event["typing"]}]
    if "seq" not in event:
        return []
    notes: list[dict[str, Any]] = [{"type": "event", "id": conversation_id, "event": event}]
    if event["type"] in ("message", "status"):
        with suppress(UnknownConversation):  # deleted a moment ago
            found = await services.conversations.get(conversation_id)
            notes.append({"type": "conversation", "conversation": await summary(services, found)})
    return notes


@router.post("/conversations/{conversation_id}/take", dependencies=[Limited])
async def take(services: Svc, live: Live, person: StaffDep, chosen: Chosen) -> dict[str, Any]:
    try:
        if chosen.state == "closed":
            await services.conversations.transition(chosen.id, "bot", reason="reopened")
        found = await services.conversations.take(chosen.id, person.name)
    except HandoffError as error:
        raise taken(error.agent) from None
    live.desk.stop(chosen.id)  # a half-written answer ends here
    return await summary(services, found)


@router.post("/conversations/{conversation_id}/release", dependencies=[Limited])
async def release(services: Svc, person: StaffDep, chosen: Chosen) -> dict[str, Any]:
    _only_holder(chosen, person)
    try:
        return await summary(services, await services.conversations.release(chosen.id, person.name))
    except HandoffError:
        return await summary(services, chosen)  # the bot answers already


@router.post("/conversations/{conversation_id}/close", dependencies=[Limited])
async def close(services: Svc, live: Live, person: StaffDep, chosen: Chosen) -> dict[str, Any]:
    _only_holder(chosen, person)
    live.desk.stop(chosen.id)
    try:
        return await summary(services, await services.conversations.finish(chosen.id, person.name))
    except HandoffError:
        return await summary(services, chosen)


@router.post("/conversations/{conversation_id}/messages", status_code=202, dependencies=[Limited])
async def reply(body: Reply, services: Svc, person: StaffDep, chosen: Chosen) -> dict[str, Any]:
    try:
        event = await services.conversations.say(
            chosen.id, body.text, role="agent", author=person.name, client_id=body.client_id
        )
    except HandoffError as error:
        if error.agent and error.agent != person.name:
            raise taken(error.agent) from None
        en = "Take the conversation over before you answer."
        raise Refusal("closed", "请先接管这个对话，再回复。", en, more={"state": error.state}) from None
    return {"seq": event["seq"], "id": event["id"]}


@router.post("/conversations/{conversation_id}/typing", status_code=204)
async def typing(body: Typing, services: Svc, person: StaffDep, chosen: Chosen) -> None:
    if chosen.state == "human" and chosen.agent == person.name:
        services.conversations.signal(chosen.id, {"type": "typing", "who": "agent", "typing": body.typing})


def _only_holder(chosen: Conversation, person: Staff) -> None:
    if chosen.state == "human" and chosen.agent != person.name:
        raise taken(chosen.agent)


def taken(agent: str) -> Refusal:
    return Refusal(
        "taken",
        f"{agent} 正在接待这位顾客。" if agent else "这个对话刚刚变了，请刷新。",
        f"{agent} is already with this shopper." if agent else "This conversation has just changed; please reload.",
        more={"agent": agent},
    )
