"""Owners manage people in the console, nobody else does, and every edit there is on record."""

from typing import Any

import pytest

from tests.web.conftest import Site
from tests.web.consoles import asks, page_of
from tests.web.test_safety_roles import PASSWORD, sign_in
from web.accounts import LINK_LIFE_S


@pytest.fixture
def page(site: Site) -> Any:
    return page_of(site, "en")


def desk_of(module: str, page: Any) -> Any:
    import importlib

    return importlib.import_module(f"web.console.{module}").Desk(page)


def refused(work: Any, *given: Any) -> bool:
    import gradio as gr

    try:
        work(*given)
    except gr.Error:
        return True
    return False


def test_an_invitation_is_used_once_and_roles_change_and_people_are_kept_out(site: Site, page: Any) -> None:
    owner, desk = asks(site, "Boss"), desk_of("users", page)
    shown = desk.invite(owner, " Ana  Li ", "viewer")
    link = shown[8]["value"]
    assert link.startswith("https://shop.example/signin#")
    assert LINK_LIFE_S <= 24 * 3600
    ana = shown[0]["value"]
    with site.client() as browser:
        assert sign_in(browser, token=link.partition("#")[2]).json()["role"] == "viewer"
        browser.post("/api/staff/me/password", json={"password": PASSWORD})
        assert "it counts at once" in desk.save(owner, ana, "agent")[-1]
        assert browser.get("/api/staff/me").json()["role"] == "agent"
        assert "Disabled" in desk.keep_out(owner, ana)[-1]
        assert browser.get("/api/staff/me").status_code == 401
        assert sign_in(browser, name="Ana Li", password=PASSWORD).status_code == 401
        assert refused(desk.link, owner, ana), "a link would not let them in"
        assert "Enabled" in desk.keep_out(owner, ana)[-1]
        assert sign_in(browser, name="Ana Li", password=PASSWORD).status_code == 200
    asked = desk.remove(owner, ana, "")
    assert asked[5] == "Really delete Ana Li?"
    assert "stays" in desk.remove(owner, ana, ana)[-1]
    assert [one.name for one in site.services.auth.accounts.people()] == ["Boss"]
    done = [(entry.action, entry.target) for entry in site.services.audit.entries(who="Boss")]
    assert [action for action, _ in done] == [
        "person remove", "person enable", "person disable", "person role", "person add"
    ]  # fmt: skip
    assert done[3][1] == "Ana Li agent"


def test_a_lost_telephone_is_reset_alone(site: Site, page: Any) -> None:
    owner, accounts = asks(site, "Boss"), site.services.auth.accounts
    ana = accounts.add("Ana", "agent").id
    accounts.set_password(ana, PASSWORD)
    accounts.set_totp(ana, "A" * 32)
    with site.client() as browser:
        assert sign_in(browser, name="Ana", password=PASSWORD).json()["needs_code"] is True
        desk_of("users", page).reset_totp(owner, ana)
        assert sign_in(browser, name="Ana", password=PASSWORD).status_code == 200


def test_the_last_owner_stays(site: Site, page: Any) -> None:
    owner, desk = asks(site, "Boss"), desk_of("users", page)
    me = site.services.auth.accounts.person("Boss").id
    site.services.auth.accounts.set_disabled(site.services.auth.accounts.add("Old", "owner").id, True)
    for outcome in (desk.save(owner, me, "viewer"), desk.keep_out(owner, me), desk.remove(owner, me, me)):
        assert "last owner" in outcome[-1]


def test_a_merchant_sees_neither_people_nor_audit(site: Site, page: Any) -> None:
    merchant, boss = asks(site, "Mia", "merchant"), asks(site, "Boss", "owner")
    assert page.can(boss, "people")
    users, audit = desk_of("users", page), desk_of("audit", page)
    assert users.listing(merchant, None)["choices"] == []
    assert audit.opened(merchant, "", "")[1] == ""
    someone = site.services.auth.accounts.person("Boss").id
    for work, given in (
        (users.show, (someone,)), (users.invite, ("X", "owner")), (users.save, (someone, "viewer")),
        (users.link, (someone,)), (users.sign_out, (someone,)), (users.reset_totp, (someone,)),
        (users.keep_out, (someone,)), (users.remove, (someone, someone)), (audit.newest, ("", "")),
        (audit.older, ("", "", 5)),
    ):  # fmt: skip
        assert refused(work, merchant, *given), work
    assert len(site.services.auth.accounts.people()) == 2


def test_every_edit_of_the_console_is_on_record(site: Site, page: Any) -> None:
    from web.console import faq, gaps, personas, script
    from web.console.editor import _Desk

    by = asks(site, "Mia", "merchant")
    sheet = faq.Sheet(page)
    desk = _Desk(page, sheet, "question")
    values = ("", "", "Gift wrap?", "Yes, we wrap it.", "", [], True)
    assert "Saved" in desk.save(by, "F9", *values)[0]
    desk.save(by, None, *("",) * 5, [], True)  # refused: nothing happened
    desk.remove(by, "F9")
    host = personas.Desk(page)
    host.save(by, "mia", "小满", "Mia", "家人们", "friends", *[""] * 11, 100, 0)
    host.remove(by, "mia")
    lines = script.Desk(page)
    lines.save(by, "S1", "zh", "offer", "云朵防滑拖鞋今天59元。")
    lines.forget(by, "S1", "zh", "offer")
    site.visitor().ask("可以刻字吗？")
    open_gaps = gaps.gaps_of(site.services)
    open_gaps.refresh()
    for gap in open_gaps.report("open"):
        gaps.Desk(page).dismiss(by, "open", gap.id)
    entries = site.services.audit.entries(who="Mia")
    seen = [(entry.action, entry.target) for entry in reversed(entries)]
    assert seen[:6] == [
        ("faqs save", "F9"), ("faqs remove", "F9"), ("host save", "mia"), ("host remove", "mia"),
        ("script save", "S1 zh offer"), ("script forget", "S1 zh offer"),
    ]  # fmt: skip
    assert {(entry.role, entry.address, entry.outcome) for entry in entries} == {("merchant", "192.0.2.7", 200)}
    assert not any(word in f"{entries}" for word in ("Gift", "59元")), "what people wrote is not in it"


def test_the_audit_is_read_by_person_and_subject(site: Site, page: Any) -> None:
    owner, audit = asks(site, "Boss"), site.services.audit
    for number in range(60):
        audit.record("Boss", "room start", f"room {number}", outcome=200)
    audit.record("<b>Eve", "sign-in failed", outcome=401, address="203.0.113.5")
    audit.record("zhibo", "POST /api/rooms/{room}/stop", "demo", outcome=404)
    desk = desk_of("audit", page)
    board, upto = desk.newest(owner, "", "rooms")
    assert ("start room" in board, "room 59" in board, "room 5<" in board) == (True, True, False)
    assert "stop room<small>POST" in board
    assert "room 5<" in desk.older(owner, "", "rooms", upto)[0]
    failed, _ = desk.newest(owner, "<b>Eve", "sign-in")
    assert "refused 401" in failed and "&lt;b&gt;Eve" in failed and "203.0.113.5" in failed
    assert "audit.csv?who=%3Cb%3EEve&amp;action=sign-in" in failed
    with site.staff("Boss") as client:
        lines = client.get("/api/staff/audit.csv", params={"who": "Boss", "action": ["room ", "host "]}).text
    assert lines.count("room start") == 60 and "Eve" not in lines


async def test_a_webhook_is_added_tried_and_removed_in_the_console(site: Site, page: Any) -> None:
    by, desk = asks(site, "Mia", "merchant"), desk_of("webhooks", page)
    refused_note = (await desk.save(by, None, "http://127.0.0.1/x", "", [], True))[8]
    assert "https" in refused_note
    site.services.webhooks.add("https://till.example/x", ["csat.given"], "till", "Mia")
    [(name, made)] = desk.listing(by, None)[0]["choices"]
    assert name == "till"
    assert desk.load(by, made)[3] == ["csat.given"]
    secret, note = desk.rotate(by, made)
    assert secret["value"].startswith("whsec_") and "24 hours" in note
    _, log, _, choices = desk.ping(by, made)
    assert "Try" in log
    assert "sent again" in desk.again(by, made, choices["choices"][0][1])[0]
    desk.remove(by, made)
    assert site.services.webhooks.listed() == ()
    seen = [entry.action for entry in site.services.audit.entries(who="Mia")]
    assert seen == ["webhook remove", "webhook again", "webhook ping", "webhook rotate"]
