"""What staff work with besides the conversations: notes, tags, canned and suggested replies, who is there."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from assistant.drafting import draft
from assistant.messages import ModelError
from assistant.staffroom import Profile
from web.api.inbox import Chosen, add_note, summary
from web.canned import built_in
from web.errors import Refusal
from web.present import plain
from web.services import Limited, StaffDep, Svc, may_chat

router = APIRouter(prefix="/api/inbox", tags=["inbox"], dependencies=[Depends(may_chat)])


class NewNote(BaseModel):
    text: str = Field(min_length=1, max_length=4000)


class Tags(BaseModel):
    tags: list[str] = Field(max_length=50)


class Snooze(BaseModel):
    minutes: int = Field(ge=0, le=60 * 24 * 14, description="0 wakes it up")


class Looking(BaseModel):
    conversation: str = Field("", max_length=40)
    typing: bool = False


class NewCanned(BaseModel):
    shortcut: str = Field(min_length=1, max_length=40, pattern=r"^\S+$")
    lang: Literal["zh", "en"]
    text: str = Field(min_length=1, max_length=2000)


class Me(BaseModel):
    away: bool = False
    skills: list[str] = Field([], max_length=20)
    langs: list[Literal["zh", "en"]] = Field([], max_length=2)
    most: int = Field(0, ge=0, le=100)


class ToTranslate(BaseModel):
    text: str = Field(min_length=1, max_length=5000)
    to: Literal["zh", "en"]


@router.get("/setup")
async def setup(services: Svc, person: StaffDep) -> dict[str, Any]:
    """What the page needs to know at its start."""
    told = services.assistant.caller.settings
    profile = (await services.room.profiles()).get(person.name, Profile(person.name))
    return {
        "me": _profile(profile),
        "agents": await _agents(services),
        "promised": {"first_s": told.first_reply_s, "next_s": told.next_reply_s},
        "open": told.hours.open_at(datetime.now(UTC)),
        "translates": services.core.translator is not None,
        "shop": {"zh": services.catalog.shop.name("zh"), "en": services.catalog.shop.name("en")},
    }


@router.get("/agents")
async def agents(services: Svc) -> dict[str, Any]:
    return {"agents": await _agents(services)}


async def _agents(services: Svc) -> list[dict[str, Any]]:
    queue = await services.room.queue(pace=False)
    found = queue.agents(services.presence.present(), services.assistant.caller.settings.per_agent)
    return [
        {
            "name": one.name,
            "online": one.online,
            "load": one.load,
            "limit": one.limit,
            "skills": sorted(one.skills),
            "langs": sorted(one.langs),
        }
        for one in found
    ]


def _profile(one: Profile) -> dict[str, Any]:
    return {
        "name": one.name, "away": one.away, "skills": list(one.skills), "langs": list(one.langs), "most": one.most
    }  # fmt: skip


@router.put("/me", dependencies=[Limited])
async def put_me(body: Me, services: Svc, person: StaffDep) -> dict[str, Any]:
    """Whether conversations are offered to me, which, and how many at a time."""
    profile = Profile(person.name, body.away, tuple(body.skills), tuple(body.langs), body.most)
    await services.room.put_profile(profile)
    await services.room.record(person.name, "away" if body.away else "available")
    return _profile(profile)


@router.post("/looking", status_code=204)
async def looking(body: Looking, services: Svc, person: StaffDep) -> None:
    """I have this conversation open; said again every 15 s."""
    for one in services.presence.look(person.name, body.conversation, body.typing):
        services.conversations.whisper(one, {"type": "viewers"})


@router.post("/conversations/{conversation_id}/notes", status_code=201, dependencies=[Limited])
async def note(body: NewNote, services: Svc, person: StaffDep, chosen: Chosen) -> dict[str, Any]:
    await services.room.record(person.name, "note", chosen.id)
    return await add_note(services, chosen.id, person.name, body.text)


@router.put("/conversations/{conversation_id}/tags", dependencies=[Limited])
async def tags(body: Tags, services: Svc, person: StaffDep, chosen: Chosen) -> dict[str, Any]:
    kept = await services.room.set_tags(chosen.id, body.tags)
    await services.room.record(person.name, "tags", chosen.id, ", ".join(kept))
    services.conversations.whisper(chosen.id, {"type": "changed"})
    return {"tags": list(kept)}


@router.post("/conversations/{conversation_id}/snooze", dependencies=[Limited])
async def snooze(body: Snooze, services: Svc, person: StaffDep, chosen: Chosen) -> dict[str, Any]:
    """Put it aside; it comes back by itself when the time is over or the shopper writes."""
    until = datetime.now(UTC) + timedelta(minutes=body.minutes) if body.minutes else None
    await services.room.snooze(chosen.id, until)
    await services.room.record(person.name, "snooze", chosen.id, str(body.minutes))
    services.conversations.whisper(chosen.id, {"type": "changed"})
    return await summary(services, await services.conversations.get(chosen.id))


@router.get("/conversations/{conversation_id}/record")
async def record(services: Svc, chosen: Chosen) -> dict[str, Any]:
    """Who did what with it."""
    return {"record": [{**one, "at": plain(one["at"])} for one in await services.room.done(chosen.id)]}


@router.post("/conversations/{conversation_id}/suggest", dependencies=[Limited])
async def suggest(services: Svc, chosen: Chosen) -> dict[str, Any]:
    """What the assistant would answer, checked by the guard; empty when it has nothing to say that would hold."""
    try:
        found = await draft(services.assistant, chosen)
    except ModelError:
        raise Refusal(
            "unavailable",
            "现在无法生成建议，请稍后再试。",
            "No suggestion can be made right now; please try again.",
        ) from None
    if found is None:
        return {"text": "", "changed": 0, "facts": []}
    return {
        "text": found.text,
        "changed": found.changed,
        "facts": [f"{fact.attribute}: {fact.value}" for fact in found.facts],
    }


@router.post("/translate", dependencies=[Limited])
async def translate(body: ToTranslate, services: Svc) -> dict[str, Any]:
    if services.core.translator is None:
        en = "Translation needs a configured model (ZHIBO_MODEL=openai)."
        raise Refusal("unavailable", "翻译需要配置模型（ZHIBO_MODEL=openai）。", en)
    try:
        return {"text": await services.core.translator.translate(body.text, body.to)}
    except ModelError:
        en = "The model cannot translate right now; please try again."
        raise Refusal("unavailable", "模型暂时无法翻译，请稍后再试。", en) from None


@router.get("/canned")
async def canned(services: Svc) -> dict[str, Any]:
    """The shop's own, and those that come along wherever the shop has none with that shortcut."""
    own = await services.room.canned()
    taken = {(one.shortcut, one.lang) for one in own}
    more = [one for one in built_in() if (one.shortcut, one.lang) not in taken]
    return {
        "canned": [
            {"id": one.id, "shortcut": one.shortcut, "lang": one.lang, "text": one.text} for one in (*own, *more)
        ]
    }


@router.put("/canned", dependencies=[Limited])
async def put_canned(body: NewCanned, services: Svc, person: StaffDep) -> dict[str, Any]:
    one = await services.room.put_canned(body.shortcut, body.lang, body.text, person.name)
    await services.room.record(person.name, "canned", detail=f"{body.shortcut} {body.lang}")
    return {"id": one.id, "shortcut": one.shortcut, "lang": one.lang, "text": one.text}


@router.delete("/canned/{canned_id}", status_code=204, dependencies=[Limited])
async def drop_canned(canned_id: str, services: Svc, person: StaffDep) -> Response:
    if not await services.room.drop_canned(canned_id):
        raise Refusal("not_found", "没有这条快捷回复。", "There is no such canned reply.")
    await services.room.record(person.name, "canned_removed", detail=canned_id)
    return Response(status_code=204)
