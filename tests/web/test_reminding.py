"""Reminders from the server to an open page, and from the command line."""

import asyncio
import json
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import update
from typer.testing import CliRunner

from assistant.rows import moment
from assistant.tables import CONVERSATIONS
from knowledge.model import Customer, Order, OrderItem
from tests.web.conftest import SLIPPERS, Site, Visitor, serving, settings_in
from web.cli import app
from web.settings import Settings


def signed_in_an_hour_ago(site: Site) -> Visitor:
    """A customer whose parcel is a day late."""
    visitor = site.visitor()
    late = Order(
        "YQ2600000001", "C1", "shipped", moment() - timedelta(days=4),
        (OrderItem("S1", "", SLIPPERS.title, 1, Decimal("59.00")),), Decimal("59.00"),
        expected=moment() - timedelta(days=1),
    )  # fmt: skip
    site.services.catalog.put(customers=[Customer("C1", "林小满")], orders=[late], source="test")
    mine = update(CONVERSATIONS).where(CONVERSATIONS.c.id == visitor.session["session"])
    with site.services.catalog.store.engine.begin() as connection:
        connection.execute(mine.values(customer_id="C1", updated=moment() - timedelta(hours=1)))
    return visitor


def proactive(settings: Settings, *options: str) -> dict[str, object]:
    given = {"ZHIBO_PROACTIVE": settings.proactive, "ZHIBO_QUIET_HOURS": settings.quiet_hours}
    ran = CliRunner().invoke(app, ["proactive", "--json", "--data", str(settings.data), *options], env=given)
    assert ran.exit_code == 0, ran.output
    found: dict[str, object] = json.loads(ran.stdout)
    return found


def test_a_late_parcel_is_told_on_the_page_by_the_server_once(settings: Settings) -> None:
    off = settings_in(settings.data, quiet_hours="")
    with serving(off) as site:
        visitor = signed_in_an_hour_ago(site)
    seen = proactive(off, "--dry-run")
    assert seen["mode"] == "off"
    assert [(one["kind"], one["held"]) for one in seen["reminders"]] == [("delayed_parcel", "")]  # type: ignore[attr-defined]
    assert proactive(off) == {"sent": 0, "mode": "off"}
    on = settings_in(settings.data, quiet_hours="", proactive="on")
    with serving(on) as site:
        page = Visitor(site, visitor.session)
        events = page.events(lambda event: event["type"] == "quick_replies")
        said = [event["text"] for event in events if event["type"] == "message"]
        assert len(said) == 1 and "YQ2600000001" in said[0] and "还在运输中" in said[0]
        answer = page.ask("不要再提醒")
        assert any("不再给您发提醒" in str(event.get("text", "")) for event in answer)
    assert proactive(on) == {"sent": 0}
    assert asyncio.run(_reminders_of(on)) == 1


async def _reminders_of(settings: Settings) -> int:
    from web.wiring import build_core

    core = build_core(settings)
    try:
        (conversation,) = await core.conversations.find()
        history = await core.conversations.history(conversation.id)
        return sum(message.role == "bot" and "YQ2600000001" in message.text for message in history)
    finally:
        await core.close()


def test_reminders_reach_an_open_page_from_another_process(settings: Settings) -> None:
    on = settings_in(settings.data, quiet_hours="", proactive="asked")
    with serving(on) as site:
        visitor = signed_in_an_hour_ago(site)
        visitor.ask("包裹有消息请提醒我")
        with site.services.catalog.store.engine.begin() as connection:
            connection.execute(update(CONVERSATIONS).values(updated=moment() - timedelta(hours=1)))
        assert proactive(on) == {"sent": 1}
        events = visitor.events(lambda event: "YQ2600000001" in str(event.get("text", "")))
        assert events[-1]["role"] == "bot"
