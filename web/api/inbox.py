"""The staff's side: who waits, what was said and why, and taking a conversation over."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, nullcontext, suppress
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from assistant.conversation import Conversation, UnknownConversation
from assistant.handoff import HandoffError
from assistant.service.shop import ShopError
from knowledge.model import Customer, Order
from web.api.chat import Seen, Typing, jpeg
from web.auth import Staff
from web.errors import Refusal
from web.present import plain, with_articles
from web.services import Limited, Live, Running, Services, StaffDep, Svc, address, may_chat
from web.sse import HEARTBEAT, EventStream, sse, with_heartbeat
from web.zone import day_range, zone_of

log = structlog.get_logger("inbox")
router = APIRouter(prefix="/api/inbox", tags=["inbox"], dependencies=[Depends(may_chat)])


class Transfer(BaseModel):
    to: str = Field("", max_length=80)
    note: str = Field("", max_length=2000)


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
    customer = services.catalog.customer(found.customer_id) if found.customer_id else None
    promised = services.assistant.caller.settings
    return {
        "id": found.id,
        "state": found.state,
        "reason": found.reason,
        "summary": found.summary,
        "agent": found.agent,
        "lang": found.lang,
        "created": plain(found.created),
        "updated": plain(found.updated),
        "waiting_s": _since(found.waiting_since),
        "owed_s": _since(found.owed_since) if found.owed_since else None,
        "promised_s": promised.next_reply_s if found.answered else promised.first_reply_s,
        "assignee": found.assignee,
        "snoozed_until": plain(found.snoozed_until) if found.snoozed_until else None,
        "tags": list(found.tags),
        "contact": found.contact,
        "name": customer.name if customer else "",
        "vip": found.vip or (customer is not None and promised.is_vip(customer.level)),
        "seen_by_shopper": found.seen_by_shopper,
        "last": {"role": last[-1].role, "text": last[-1].text[:200], "at": plain(last[-1].at)} if last else None,
        "seq": found.last_seq,
        "product_id": found.product_id,
        "url": found.url,
        "rating": found.rating,
        "rating_comment": found.rating_comment,
    }


def _since(at: datetime | None) -> int:
    """Seconds from then to now."""
    return round(max(0.0, (datetime.now(UTC) - at).total_seconds())) if at else 0


@router.get("/conversations")
async def conversations(
    services: Svc,
    status: Literal["waiting", "human", "bot", "closed"] | None = None,
    q: Annotated[str, Query(max_length=200)] = "",
    tag: Annotated[str, Query(max_length=24)] = "",
    agent: Annotated[str, Query(max_length=80)] = "",
    since: date | None = None,
    until: date | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """`since` and `until` are days of the shop; `q` searches what was said, ids and contacts."""
    first, end = day_range(since, until, zone_of(services.catalog))
    found = await services.conversations.find(
        state=status, text=q.strip(), tag=tag.strip(), agent=agent, since=first, until=end, limit=limit
    )
    return {
        "conversations": await asyncio.gather(*(summary(services, each) for each in found)),
        "counts": await services.conversations.counts(),
    }


async def _shopper(services: Services, chosen: Conversation) -> tuple[Customer | None, Sequence[Order]]:
    """Who it is and their orders, the newest first; nothing while the shop's system is down: the conversation must open
    all the same."""
    if not chosen.customer_id:
        return None, ()
    book = services.assistant.orders
    try:
        customer = await asyncio.to_thread(book.customer, chosen.customer_id, chosen.lang)
        found = await asyncio.to_thread(book.of_customer, chosen.customer_id, chosen.lang)
    except ShopError as error:
        log.warning("no orders for the inbox", error=str(error))
        return None, ()
    return customer, sorted(found, key=lambda order: order.created, reverse=True)


@router.get("/conversations/{conversation_id}")
async def detail(services: Svc, person: StaffDep, chosen: Chosen) -> dict[str, Any]:
    product = services.catalog.product(chosen.product_id) if chosen.product_id else None
    customer, orders = await _shopper(services, chosen)
    return {
        "conversation": await summary(services, chosen),
        "events": await services.conversations.events(chosen.id, limit=5000),
        "verdicts": [
            with_articles(verdict, services.guard.articles)
            for verdict in await services.conversations.verdicts(chosen.id)
        ],
        "notes": [
            {"id": note.id, "author": note.author, "text": note.text, "at": plain(note.at)}
            for note in await services.room.notes(chosen.id)
        ],
        "viewers": [one for one in services.presence.viewers(chosen.id) if one["name"] != person.name],
        "context": {
            "url": chosen.url,
            "product": services.presenter.card(product, chosen.lang) if product else None,
            "customer": {
                "id": customer.id,
                "name": customer.name,
                "level": customer.level,
                "points": customer.points,
            }
            if customer
            else None,  # fmt: skip
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
async def events(request: Request, services: Svc, live: Live, person: StaffDep) -> EventStream:
    return EventStream(_events(request, live, person), services.streams.admit(address(request)))


async def _events(request: Request, live: Running, person: Staff) -> AsyncGenerator[str, None]:
    answers = person.can("inbox.write")  # nobody else is offered conversations
    with live.services.presence.here(person.name) if answers else nullcontext():
        async with aclosing(_told(live)) as lines:
            async for line in lines:
                if not _still_may(request):
                    return
                yield line


def _still_may(request: Request) -> bool:
    """Whether whoever opened a stream may still read: they may have signed out, or been shut out, since."""
    try:
        may_chat(request)
    except Refusal:
        return False
    return True


async def _told(live: Running) -> AsyncGenerator[str, None]:
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
    if event["type"] == "seen" and event["who"] == "shopper":
        return [{"type": "seen", "id": conversation_id, "seq": event["upto"]}]
    if event["type"] == "viewers":
        return [{"type": "viewers", "id": conversation_id, "viewers": services.presence.viewers(conversation_id)}]
    if event["type"] == "deleted":
        return [{"type": "deleted", "id": conversation_id}]
    if event["type"] == "note":
        return [{"type": "note", "id": conversation_id, "note": event["note"]}]
    if event["type"] in ("changed", "rated"):
        with suppress(UnknownConversation):
            found = await services.conversations.get(conversation_id)
            return [{"type": "conversation", "conversation": await summary(services, found)}]
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


@router.post("/conversations/{conversation_id}/transfer", dependencies=[Limited])
async def transfer(body: Transfer, services: Svc, person: StaffDep, chosen: Chosen) -> dict[str, Any]:
    """Pass it on to a colleague, or back to the queue; the shopper keeps their place."""
    _only_holder(chosen, person)
    try:
        found = await services.conversations.transition(
            chosen.id, "waiting", reason=chosen.reason or "transferred", agent=person.name, to=body.to
        )
    except HandoffError as error:
        raise taken(error.agent) from None
    await services.room.record(person.name, "transfer", chosen.id, body.to)
    if body.note.strip():
        await add_note(services, chosen.id, person.name, body.note.strip())
    return await summary(services, found)


@router.post("/conversations/{conversation_id}/seen", status_code=204)
async def seen(body: Seen, services: Svc, person: StaffDep, chosen: Chosen) -> None:
    """Whoever serves the shopper has read everything up to the event `seq`; the shopper is told."""
    mine = chosen.state == "human" and chosen.agent == person.name
    if mine and await services.room.seen(chosen.id, body.seq, by_staff=True):
        services.conversations.signal(chosen.id, {"type": "seen", "who": "agent", "upto": body.seq})


async def add_note(services: Services, conversation_id: str, author: str, text: str) -> dict[str, Any]:
    note = await services.room.add_note(conversation_id, author, text)
    told = {"id": note.id, "author": author, "text": text, "at": plain(note.at)}
    services.conversations.whisper(conversation_id, {"type": "note", "note": told})
    return told


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
