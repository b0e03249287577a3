"""Who is told what happens: webhooks, their secrets, and what was sent to them."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from web.errors import Refusal
from web.fetching import Fetcher, FetchError
from web.present import plain
from web.services import Integrator, Limited, Svc
from web.webhooks.book import Delivery, State, Webhook
from web.webhooks.kinds import KINDS
from web.webhooks.signing import shown

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])

Url = Annotated[str, Field(min_length=1, max_length=2000)]
Events = Annotated[list[str], Field(max_length=len(KINDS))]
About = Annotated[str, Field(max_length=200)]


class NewWebhook(BaseModel):
    """`events`: kinds it is told of; all without. `about`: for people, which system that is."""

    url: Url
    events: Events = []
    about: About = ""


class ChangedWebhook(BaseModel):
    """Only what is given changes."""

    url: Url | None = None
    events: Events | None = None
    about: About | None = None
    enabled: bool | None = None


class Rotation(BaseModel):
    """`at_once`: the old secret has leaked and holds no longer; otherwise both hold for a day."""

    at_once: bool = False


@router.get("")
def webhooks(services: Svc, person: Integrator) -> dict[str, Any]:
    kinds = [{"type": kind, "about": asdict(about)} for kind, about in KINDS.items()]
    return {"webhooks": [webhook_json(each) for each in services.webhooks.listed()], "events": kinds}


@router.post("", status_code=201, dependencies=[Limited])
async def add(body: NewWebhook, services: Svc, person: Integrator) -> dict[str, Any]:
    """`secret` is shown this once."""
    await check_url(services.fetcher, body.url)
    made, key = await run_in_threadpool(services.webhooks.add, body.url, body.events, body.about, person.name)
    return {"webhook": webhook_json(made), "secret": shown(key)}


@router.put("/{webhook_id}", dependencies=[Limited])
async def change(webhook_id: str, body: ChangedWebhook, services: Svc, person: Integrator) -> dict[str, Any]:
    if body.url is not None:
        await check_url(services.fetcher, body.url)
    given = {name: value for name, value in body.model_dump().items() if value is not None}
    return webhook_json(await run_in_threadpool(lambda: services.webhooks.change(webhook_id, **given)))


@router.delete("/{webhook_id}", status_code=204, dependencies=[Limited])
def remove(webhook_id: str, services: Svc, person: Integrator) -> Response:
    services.webhooks.remove(webhook_id)
    return Response(status_code=204)


@router.post("/{webhook_id}/rotate", dependencies=[Limited])
def rotate(webhook_id: str, body: Rotation, services: Svc, person: Integrator) -> dict[str, Any]:
    """A new secret, shown this once."""
    changed, key = services.webhooks.rotate(webhook_id, at_once=body.at_once)
    return {"webhook": webhook_json(changed), "secret": shown(key)}


@router.post("/{webhook_id}/ping", status_code=202, dependencies=[Limited])
def ping(webhook_id: str, services: Svc, person: Integrator) -> dict[str, Any]:
    """Sends a message that says nothing, to try it."""
    services.webhooks.get(webhook_id)
    return delivery_json(services.webhooks.ping(webhook_id))


@router.get("/{webhook_id}/deliveries")
def deliveries(
    webhook_id: str,
    services: Svc,
    person: Integrator,
    state: State | None = None,
    before: datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Newest first, of the last 30 days; for older ones ask with `before` the last one's `created`."""
    services.webhooks.get(webhook_id)
    found = services.webhooks.deliveries(webhook_id, state=state, before=before, limit=limit)
    return {"deliveries": [delivery_json(each) for each in found]}


@router.post("/{webhook_id}/deliveries/{delivery_id}/again", status_code=202, dependencies=[Limited])
def send_again(webhook_id: str, delivery_id: str, services: Svc, person: Integrator) -> dict[str, Any]:
    return delivery_json(services.webhooks.send_again(webhook_id, delivery_id))


async def check_url(fetcher: Fetcher, url: str) -> None:
    """Raises a Refusal for an address that nothing could be sent to, or only unencrypted over the internet."""
    try:
        if fetcher.parsed(url).scheme != "https" and not fetcher.is_listed(url):
            raise FetchError("网址要以 https:// 开头。", "The address must begin with https://.")
        await fetcher.check(url)
    except FetchError as error:
        raise Refusal("invalid", error.message.zh, error.message.en) from None


def webhook_json(webhook: Webhook) -> dict[str, Any]:
    found: dict[str, Any] = plain(asdict(webhook))
    del found["generation"]
    return found


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    found: Mapping[str, Any] = plain(asdict(delivery))
    return dict(found)
