"""Every route is open to whom the table says, and to nobody else; accounts, sessions, second factors, tokens, audit."""

import re
import time
from collections.abc import Iterator

import httpx
import pyotp
import pytest
import sqlalchemy as sa

from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from tests.web.conftest import Site, serving, settings_in
from web.audit import Audit
from web.errors import Refusal
from web.roles import MAY, ROLES, Permission, Role
from web.tables import AUDIT

PASSWORD = "four unrelated words: kelp"
# What anybody may ask for. Shoppers and hooks bring a secret of their own, which is tested with them.
PUBLIC = re.compile(
    r"/api/chat/|/api/hooks/|/api/products|/api/shop$|/v1/|/healthz$|/metrics$|/live/"
    r"|/api/rooms(/\{room\}(/comments|/clicks|/events|/push/\{platform\})?)?$"
    r"|/api/staff/(signin|signout|signout-everywhere|me.*)$"
)
RULES: list[tuple[str, Permission, Permission]] = [  # how a path begins, what reading and what changing takes
    ("/api/inbox", "inbox.read", "inbox.write"),
    ("/api/catalogue", "catalogue.read", "catalogue.write"),
    ("/api/rooms", "rooms.read", "rooms.write"),
    ("/api/gaps", "reports.read", "catalogue.write"),
    ("/api/webhooks", "webhooks", "webhooks"),
    ("/api/claims", "reports.read", "reports.read"),
    ("/api/analytics", "reports.read", "reports.read"),
    ("/api/staff/audit", "audit.read", "audit.read"),
    ("/api/staff", "people", "people"),
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = settings_in(tmp_path_factory.mktemp("roles") / "data")
    with serving(settings, ScriptedModel([TextDelta("好。")])) as site:
        yield site


def staff_routes(site: Site) -> list[tuple[str, str]]:
    with site.client() as client:
        paths = client.get("/api/openapi.json").json()["paths"]
    found = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    assert len(found) > 50, "the description lists every route"
    return [(method, path) for method, path in found if not (PUBLIC.match(path) and (method, path) not in CHANGES)]


CHANGES = {("POST", f"/api/rooms/{{room}}/{verb}") for verb in ("start", "stop", "insert")}


def needed(method: str, path: str) -> Permission:
    rule = next((rule for rule in RULES if path.startswith(rule[0])), None)
    assert rule is not None, f"{method} {path} is neither public nor in the table: say whom it is for"
    return rule[1] if method in ("GET", "HEAD") else rule[2]


@pytest.mark.parametrize("role", ROLES)
def test_every_route_is_open_to_its_roles_alone(shared: Site, role: Role) -> None:
    with shared.staff(f"route {role}", role) as person, shared.client() as stranger:
        for method, path in staff_routes(shared):
            if path.endswith("/events"):
                continue  # endless; the next test opens it
            address = re.sub(r"\{\w+\}", "none", path)
            assert stranger.request(method, address).status_code == 401, (method, path)
            answer = person.request(method, address)
            allowed = needed(method, path) in MAY[role]
            assert (answer.status_code in (401, 403)) != allowed, (method, path, answer.text)


def test_inbox_events_and_console_ask_for_the_role_too(shared: Site) -> None:
    for role, console in (("merchant", 404), ("agent", 403), ("viewer", 403)):
        with shared.staff(f"door {role}", role) as person:
            assert person.get("/console/zh/").status_code == console, "404: this server has none for those who may"
            with person.stream("GET", "/api/inbox/events") as stream:
                assert stream.status_code == 200
    with shared.client() as stranger, stranger.stream("GET", "/api/inbox/events") as stream:
        assert stream.status_code == 401


def test_a_token_does_what_its_scopes_say_and_no_more(shared: Site) -> None:
    with shared.staff("token owner") as owner:
        made = owner.post("/api/staff/tokens", json={"name": "report job", "scopes": ["reports.read"]}).json()
        wrong = owner.post("/api/staff/tokens", json={"name": "too much", "scopes": ["people"]})
        assert wrong.status_code == 422
        with shared.client(Authorization=f"Bearer {made['secret']}") as program:
            assert program.get("/api/analytics").status_code == 200
            assert program.get("/api/inbox/conversations").status_code == 403
            assert program.post("/api/rooms/demo/stop").status_code == 403
            assert made["secret"] not in owner.get("/api/staff/tokens").text
            assert owner.delete(f"/api/staff/tokens/{made['token']['id']}").status_code == 204
            assert program.get("/api/analytics").status_code == 401


def sign_in(client: httpx.Client, **body: str) -> httpx.Response:
    answer = client.post("/api/staff/signin", json=body)
    if answer.status_code == 200:
        client.headers["X-CSRF"] = answer.json()["csrf"]
    return answer


def test_a_password_is_chosen_used_and_changed(shared: Site) -> None:
    with shared.staff("阿明") as first, shared.client() as second:
        for weak in ("short", "password1234", "aaaaaaaaaaaaaa", "qwertyuiop123"):
            assert first.post("/api/staff/me/password", json={"password": weak}).status_code == 422, weak
        assert first.post("/api/staff/me/password", json={"password": PASSWORD}).status_code == 204
        assert sign_in(second, name="阿明", password=PASSWORD).status_code == 200
        for current, status in (("wrong", 403), (PASSWORD, 204)):
            body = {"password": PASSWORD + " 2", "current": current}
            assert first.post("/api/staff/me/password", json=body).status_code == status
        assert second.get("/api/staff/me").status_code == 401, "other sessions end with the old password"
        assert first.get("/api/staff/me").status_code == 200


def test_who_has_an_account_cannot_be_told_and_guessing_ends(shared: Site) -> None:
    with shared.staff("小赵") as person, shared.client() as stranger:
        person.post("/api/staff/me/password", json={"password": PASSWORD})
        answers = [sign_in(stranger, name=name, password="x" * 12) for name in ("小赵", "nobody")]
        assert len({(answer.status_code, answer.text) for answer in answers}) == 1
        seconds = {}
        for name in ("小赵", "nobody"):
            began = time.process_time()
            for _ in range(4):
                sign_in(stranger, name=name, password="y" * 12)
            seconds[name] = time.process_time() - began
        assert seconds["nobody"] > seconds["小赵"] / 3, "an unknown name costs a hash, too"
        for name in ("小赵", "nobody"):
            statuses = [sign_in(stranger, name=name, password="z" * 12).status_code for _ in range(6)]
            assert statuses[-1] == 429
        assert sign_in(stranger, name="小赵", password=PASSWORD).status_code == 429
        with shared.client(**{"X-Forwarded-For": "203.0.113.7"}) as elsewhere:
            assert sign_in(elsewhere, name="小赵", password=PASSWORD).status_code == 200, "nobody is locked out"


def test_a_second_factor_is_asked_for_and_each_code_counts_once(shared: Site) -> None:
    with shared.staff("小孙") as person, shared.client() as other:
        person.post("/api/staff/me/password", json={"password": PASSWORD})
        secret = person.get("/api/staff/me/totp/new").json()["secret"]
        code = pyotp.TOTP(secret).now()
        assert person.post("/api/staff/me/totp", json={"secret": secret, "code": "000000"}).status_code == 422
        recovery = person.post("/api/staff/me/totp", json={"secret": secret, "code": code}).json()["recovery_codes"]
        asked = sign_in(other, name="小孙", password=PASSWORD)
        assert (asked.status_code, asked.json()["needs_code"]) == (401, True)
        assert sign_in(other, name="小孙", password=PASSWORD, code=code).status_code == 200
        assert sign_in(other, name="小孙", password=PASSWORD, code=code).status_code == 401, "a code counts once"
        assert sign_in(other, name="小孙", password=PASSWORD, code=recovery[0]).status_code == 200
        assert sign_in(other, name="小孙", password=PASSWORD, code=recovery[0]).status_code == 401
        link = shared.services.auth.new_link("小孙")
        assert sign_in(other, token=link).json()["needs_code"] is True, (
            "a link replaces the password, not the telephone"
        )
        assert sign_in(other, token=link, code=recovery[1]).status_code == 200


def test_signing_out_everywhere_ends_every_session_at_once(shared: Site) -> None:
    with shared.staff("小周") as here, shared.staff("小周") as there:
        assert len(here.get("/api/staff/me/sessions").json()) == 2
        assert there.post("/api/staff/signout-everywhere").status_code == 204
        assert here.get("/api/inbox/conversations").status_code == 401


def test_an_owner_manages_people_and_the_last_one_stays(site: Site) -> None:
    with site.staff("老板") as owner, site.client() as newcomer:
        added = owner.post("/api/staff/people", json={"name": "小钱", "role": "viewer"}).json()
        assert sign_in(newcomer, token=added["link"].partition("#")[2]).json()["role"] == "viewer"
        path = f"/api/staff/people/{added['person']['id']}"
        assert owner.put(path, json={"role": "agent"}).json()["role"] == "agent"
        assert newcomer.get("/api/staff/me").json()["role"] == "agent", "it counts for the session that is open"
        me = owner.get("/api/staff/me").json()["id"]
        assert owner.put(f"/api/staff/people/{me}", json={"role": "viewer"}).status_code == 403
        assert owner.delete(f"/api/staff/people/{me}").status_code == 403
        assert owner.delete(path).status_code == 204
        assert newcomer.get("/api/staff/me").status_code == 401


def test_what_people_do_is_on_record_for_good(site: Site) -> None:
    with site.staff("老板") as owner:
        owner.post("/api/rooms/none/stop")
        owner.post("/api/staff/people", json={"name": "=HYPERLINK(1)", "role": "agent"})
        entries = owner.get("/api/staff/audit", params={"who": "老板"}).json()["entries"]
        text = owner.get("/api/staff/audit.csv").text
    seen = [(entry["action"], entry["target"], entry["outcome"]) for entry in entries]
    assert ("POST /api/rooms/{room}/stop", "none", 404) in seen
    assert ("POST /api/staff/people", "", 201) in seen
    assert seen[-1][0] == "sign-in"
    assert entries[0]["address"] == "127.0.0.1"
    assert "老板" in text
    store = site.services.catalog.store
    for change in (sa.delete(AUDIT), sa.update(AUDIT).values(who="somebody else")):
        with pytest.raises(sa.exc.IntegrityError, match="only ever added"), store.write() as connection:
            connection.execute(change)
    Audit(store).record("=cmd", "test")
    assert "'=cmd" in "".join(Audit(store).csv()), "a spreadsheet must not compute what somebody wrote"


def test_owners_do_nothing_before_the_second_factor_that_is_demanded(tmp_path_factory: pytest.TempPathFactory) -> None:
    strict = settings_in(tmp_path_factory.mktemp("strict") / "data", require_totp=True)
    with (
        serving(strict, ScriptedModel([TextDelta("好。")])) as site,
        site.staff("老板") as owner,
        site.staff("小吴", "agent") as agent,
    ):
        assert agent.get("/api/inbox/conversations").status_code == 200
        refused = owner.get("/api/inbox/conversations")
        assert (refused.status_code, refused.json()["second_factor"]) == (403, True)
        secret = owner.get("/api/staff/me/totp/new").json()["secret"]
        owner.post("/api/staff/me/totp", json={"secret": secret, "code": pyotp.TOTP(secret).now()})
        assert owner.get("/api/inbox/conversations").status_code == 200


def test_a_role_that_is_none_and_a_name_that_is_taken_are_refused(site: Site) -> None:
    accounts = site.services.auth.accounts
    accounts.add("小陈", "agent")
    with pytest.raises(Refusal, match="already"):
        accounts.add(" 小陈 ", "agent")
    with pytest.raises(Refusal, match="one of owner"):
        accounts.add("小林", "king")  # type: ignore[arg-type]
