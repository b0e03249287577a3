"""Items of OWASP's list (docs/asvs.md) that no other test holds."""

import ast
import json
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from knowledge.model import Product, Text
from knowledge.store import Store
from tests.web.conftest import Site, serving, settings_in
from tests.web.test_safety_roles import PASSWORD, sign_in
from web import passwords
from web.accounts import Accounts
from web.auth import Auth
from web.errors import Refusal
from web.settings import Settings
from web.tables import SESSIONS

ROOT = Path(__file__).parents[2]
PACKAGES = ("web", "assistant", "knowledge", "streaming", "avatar")
OURS = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py")]
HTML_FROM_TEXT = re.compile(r"\beval\(|new Function\(|\.(inner|outer)HTML\s*=|document\.write|insertAdjacentHTML")
SUSPECT = re.compile(r"\b(eval|exec|popen|system|loads?|text)\(")
RUNS_TEXT = {"eval", "exec", "os.system", "os.popen", "pickle.load", "pickle.loads", "marshal.loads"}
SCRIPTS = [path for path in (ROOT / "web" / "static").rglob("*.js") if "vendor" not in path.parts]
PAGES = list((ROOT / "web" / "pages").glob("*.html"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = settings_in(tmp_path_factory.mktemp("asvs") / "data")
    with serving(settings, ScriptedModel([TextDelta("好。")])) as site:
        yield site


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    store = Store(f"sqlite:///{tmp_path / 'zhibo.db'}")
    store.migrate()
    yield Accounts(store)
    store.close()


# passwords and accounts


def test_a_password_is_any_text_and_counts_to_its_last_character(accounts: Accounts) -> None:
    ana = accounts.add("Ana", "agent").id
    long = "海带 kelp 🪸 ñandú\u00a0" + "x" * 112
    assert len(long) == 128
    for good in ("p" + secrets.token_hex(31) + "q", long):
        accounts.set_password(ana, good)
        assert accounts.password_matches("Ana", good) == ana
        assert accounts.password_matches("Ana", good[:-1] + "!") is None
    with pytest.raises(Refusal, match="at most 128"):
        accounts.set_password(ana, long + "x")


def test_a_password_does_not_grow_old(accounts: Accounts) -> None:
    ana = accounts.add("Ana", "agent").id
    accounts.set_password(ana, PASSWORD)
    accounts.now = lambda: 4_000_000_000.0
    assert accounts.password_matches("Ana", PASSWORD) == ana
    accounts.set_password(ana, PASSWORD)  # nor is one that was used before refused


def test_a_new_shop_has_nobody_and_no_password_is_built_in(accounts: Accounts) -> None:
    assert accounts.people() == ()
    owner = accounts.owner()
    assert (owner.has_password, owner.totp) == (False, False)
    for guess in ("", "admin", "zhibo", owner.name):
        assert accounts.password_matches(owner.name, guess) is None


def test_a_name_that_nobody_has_takes_as_long_to_refuse_as_a_wrong_password() -> None:
    cost = [hashed.split("$")[1:4] for hashed in (passwords.hashed(PASSWORD), passwords._NOBODY)]
    assert cost[0] == cost[1], "else the time of an answer tells who has an account"


def test_how_strong_a_password_is_can_be_seen_before_it_is_chosen(shared: Site) -> None:
    with shared.staff("meter") as person:
        judged = {
            word: person.post("/api/staff/me/password/strength", json={"password": word}).json()
            for word in ("", "password1234", "aaaaaaaaaaaaaa", PASSWORD)
        }
        assert [judged[word]["taken"] for word in judged] == [False, False, False, True]
        assert judged[PASSWORD]["score"] > judged["password1234"]["score"]
        log = person.get("/api/staff/audit", params={"who": "meter"}).text
    assert "strength" not in log


def test_a_session_is_new_at_each_sign_in_and_too_long_to_guess(shared: Site) -> None:
    with shared.staff("fresh") as first, shared.staff("fresh") as second:
        cookies = [dict(client.cookies)["zhibo_staff"] for client in (first, second)]
        made_up = first.get("/api/staff/me", headers={"Cookie": "zhibo_staff=chosen-by-somebody-else"})
    assert cookies[0] != cookies[1]
    assert all(len(cookie) >= 43 for cookie in cookies), "256 bits"
    assert made_up.status_code == 401


def test_behind_tls_the_cookie_is_bound_to_this_very_host(shared: Site) -> None:
    token = shared.services.auth.new_link("host")
    with shared.client(**{"X-Forwarded-Proto": "https"}) as client:
        answer = client.post("/api/staff/signin", json={"token": token})
        cookie = answer.headers["set-cookie"]
        value = cookie.partition("=")[2].partition(";")[0]
        for name, status in (("__Host-zhibo_staff", 200), ("zhibo_staff", 401)):
            assert client.get("/api/staff/me", headers={"Cookie": f"{name}={value}"}).status_code == status
    assert cookie.startswith("__Host-zhibo_staff=")
    assert "Path=/" in cookie and "Domain" not in cookie and "HttpOnly" in cookie and "Secure" in cookie


def test_people_see_what_happened_to_their_account(shared: Site) -> None:
    with shared.staff("老板") as owner, shared.staff("小何", "agent") as person, shared.client() as stranger:
        person.post("/api/staff/me/password", json={"password": PASSWORD})
        sign_in(stranger, name="小何", password="wrong" * 3)
        me = person.get("/api/staff/me").json()["id"]
        owner.put(f"/api/staff/people/{me}", json={"role": "viewer"})
        seen = [(each["action"], each["who"]) for each in person.get("/api/staff/me/events").json()]
        assert seen[:4] == [
            ("PUT /api/staff/people/{person_id}", "老板"), ("sign-in failed", ""),
            ("POST /api/staff/me/password", "小何"), ("sign-in", "小何"),
        ]  # fmt: skip
        assert not any("小何" in json.dumps(each) for each in owner.get("/api/staff/me/events").json())


def test_pages_let_password_managers_and_pasting_be() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in (*PAGES, *SCRIPTS)}
    for name in ("signin.html", "account.html"):
        fields = re.findall(r"<input[^>]*type=\"password\"[^>]*>", texts[name])
        assert fields and all(re.search(r'autocomplete="(current|new)-password"', field) for field in fields)
        assert 'id="show"' in texts[name], "what is typed can be looked at"
    assert not any(
        re.search(r"paste[\"'][^)]*preventDefault", text) for name, text in texts.items() if "account" in name
    )


# who may see what


def test_one_shoppers_token_opens_nothing_of_another(shared: Site) -> None:
    mine, other = shared.visitor(), shared.visitor()
    other.say("我的秘密是海带")
    hers = other.session["session"]
    for path in ("state", "transcript", "events?after=0"):
        with shared.client(**mine.headers) as client, client.stream("GET", f"/api/chat/{path}") as answer:
            assert answer.status_code == 200
            first = next(answer.iter_text(), "")
        assert "海带" not in first and hers not in first
    mine.post("handoff", session=hers, conversation=hers)
    assert other.get("state").json()["state"] == "bot", "what is in a body does not say whose it is"


def test_a_door_that_cannot_look_stays_shut(settings: Settings) -> None:
    with serving(settings, ScriptedModel([TextDelta("好。")])) as site, site.staff() as person:
        with site.services.catalog.store.write() as connection:
            connection.execute(sa.text(f"ALTER TABLE {SESSIONS.name} RENAME TO gone"))
        site.services.auth.accounts._forget()
        answer = person.get("/api/inbox/conversations")
    assert answer.status_code == 500
    assert set(answer.json()) == {"code", "message"}
    assert not re.search(r"staff_sessions|Traceback|sqlite", answer.text), "what went wrong is for the log"


def test_fields_that_nobody_asked_for_change_nothing(shared: Site) -> None:
    with shared.staff("mass", "agent") as person:
        me = person.get("/api/staff/me").json()
        person.post("/api/staff/me/password", json={"password": PASSWORD, "role": "owner", "totp": "x", "id": "other"})
        assert person.get("/api/staff/me").json()["role"] == "agent"
        assert person.post("/api/staff/people", json={"name": "x", "role": "owner"}).status_code == 403
    made = shared.visitor().session
    with shared.client() as client:
        opened = client.post(
            "/api/chat/sessions", json={"customer_id": "C1", "signed_in": True, "session": made["session"]}
        )
    assert opened.json()["session"] != made["session"]
    assert me["role"] == "agent"


def test_the_same_parameter_twice_is_not_two_things(shared: Site) -> None:
    with shared.client() as client:
        assert client.get("/api/products?limit=1&limit=100000").status_code == 422
        assert len(client.get("/api/products?limit=2&limit=1").json()["products"]) == 1


@pytest.mark.parametrize(
    "path",
    ["/static/", "/static/inbox/", "/media/", "/.git/config", "/static/.git/config", "/zhibo.toml", "/data/zhibo.db",
     "/static/inbox/account.js.bak", "/static/tokens.css~", "/web/settings.py", "/docs", "/redoc", "/openapi.json"],
)  # fmt: skip
def test_no_folder_backup_or_tool_is_served(shared: Site, path: str) -> None:
    with shared.client() as client:
        answer = client.get(path)
    assert answer.status_code == 404, answer.text[:100]


# what comes in and goes out


def test_text_comes_back_as_it_was_and_stays_text(shared: Site) -> None:
    hostile = "O'Hara ねこ 🪸 <img src=x onerror=alert(1)> '; DROP TABLE messages;-- ${7*7} {{7*7}} data: x\n\nevent: y"
    visitor = shared.visitor()
    seq = visitor.say(hostile)["seq"]
    events = visitor.events(lambda event: event["type"] == "done", after=seq - 1)
    assert next(event["text"] for event in events if event.get("role") == "user") == hostile
    with shared.client(**visitor.headers) as client:
        page = client.get("/api/chat/transcript?format=html")
        found = client.get("/api/products", params={"q": "' OR 1=1 --", "lang": "zh"})
    assert "<img src=x" not in page.text and "&lt;img src=x" in page.text
    assert "attachment" in page.headers["content-disposition"]
    assert found.status_code == 200


def test_what_a_merchant_writes_is_no_template(shared: Site) -> None:
    from assistant.hostwords import HostWords, Persona

    words = HostWords(shared.services.catalog.store)
    for evil in ("{title.__class__}", "{0}", "{title!r:>9999999}", "{all[0]}", "{"):
        persona = Persona("p1", Text("甲", "A"), Text("大家", "all"), Text(), Text(evil, evil), Text(), "", "")
        with pytest.raises(ValueError):
            words.save(persona)


def test_titles_reach_pages_and_documents_escaped(shared: Site) -> None:
    shared.services.catalog.put([Product("E1", Text('<b onx="1">鞋</b>', '"><script>x</script>'))], source="hostile")
    with shared.client() as client:
        answer = client.get("/api/products/E1", params={"lang": "en"})
        page = client.get("/product/E1").text
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["content-disposition"] == 'attachment; filename="api.json"'
    assert "<script>x" not in page and "<b onx" not in page


def test_nothing_runs_text_as_code() -> None:
    """No eval, no shell, no pickles, no YAML that makes objects, no SQL glued together."""
    for path in OURS:
        text = path.read_text(encoding="utf-8")
        assert "shell=True" not in text, path
        if "yaml.load(" in text:
            loaders = {one or other for one, other in re.findall(r"yaml\.(\w*Loader)|\"(\w+Loader)\"", text)}
            assert loaders <= {"BaseLoader", "SafeLoader", "CSafeLoader"}, path
        if not SUSPECT.search(text):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                assert name not in RUNS_TEXT, path
                glued = name in ("sa.text", "text") and node.args and isinstance(node.args[0], ast.JoinedStr)
                assert not glued, f"{path}: SQL is glued together: {ast.unparse(node)}"
    for path in SCRIPTS:
        assert not HTML_FROM_TEXT.search(path.read_text(encoding="utf-8")), path


# answers


@pytest.mark.parametrize("path", ["/api/shop", "/api/products", "/api/rooms", "/api/openapi.json", "/api/nothing"])
def test_answers_of_the_api_are_neither_kept_nor_opened_as_pages(shared: Site, path: str) -> None:
    with shared.client() as client:
        headers = client.get(path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["content-type"].startswith("application/json")
    assert headers["content-disposition"] == 'attachment; filename="api.json"'
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"


def test_every_page_says_how_it_is_written(shared: Site) -> None:
    kinds = {"/": "text/html", "/signin": "text/html", "/static/tokens.css": "text/css", "/widget.js": "javascript"}
    with shared.client() as client:
        for path, kind in kinds.items():
            given = client.get(path).headers["content-type"]
            assert kind in given and "charset=utf-8" in given.lower(), path


def test_only_methods_in_use_are_answered(shared: Site) -> None:
    with shared.client() as client:
        for method, path in (
            ("TRACE", "/"),
            ("PUT", "/api/shop"),
            ("DELETE", "/api/products"),
            ("PATCH", "/api/chat/state"),
        ):
            assert client.request(method, path).status_code in (404, 405), (method, path)


def test_strangers_do_not_learn_what_is_running(shared: Site) -> None:
    with shared.client(**{"X-Forwarded-For": "203.0.113.9"}) as stranger:
        assert stranger.get("/healthz").json() == {"status": "ok"}
        assert "version" not in stranger.get("/api/nothing").text
    with shared.client() as here:
        assert "version" in here.get("/healthz").json()


def test_no_secret_is_asked_for_in_an_address(shared: Site) -> None:
    with shared.client() as client:
        paths = client.get("/api/openapi.json").json()["paths"]
    asked = {
        parameter["name"].lower()
        for methods in paths.values()
        for operation in methods.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] in ("query", "path")
    }
    assert len(asked) > 10
    assert not {name for name in asked if re.search(r"token|secret|password|session$|key|code$|email|phone", name)} - {
        "token_id"
    }  # not the token itself


def test_sessions_of_people_leave_no_trace_in_the_browser() -> None:
    """The cookie is out of a script's reach; what pages remember is how they look, and a shopper's own conversation."""
    kept = {
        match
        for path in SCRIPTS
        for match in re.findall(
            r"(?:remember|remembered|setItem|getItem)\(\s*([\"'`][^\"'`]+)", path.read_text(encoding="utf-8")
        )
    }
    assert kept
    assert not {name for name in kept if re.search(r"csrf|staff|password|secret|order|phone|email|address", name)}


def test_an_order_of_steps_cannot_be_skipped_over_the_api(shared: Site) -> None:
    visitor = shared.visitor()
    path = f"/api/inbox/conversations/{visitor.session['session']}"
    with shared.staff("step") as person:
        assert person.post(f"{path}/messages", json={"text": "x"}).status_code == 409, "not before it is taken"
        assert person.post(f"{path}/take").status_code == 200
        with shared.staff("other") as other:
            assert other.post(f"{path}/messages", json={"text": "x"}).status_code == 409


def test_files_of_strangers_lie_outside_what_is_served_and_never_run(shared: Site) -> None:
    data = shared.services.settings.data
    assert not data.is_relative_to(ROOT / "web")
    visitor = shared.visitor()
    for body in (
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>",
        b"#!/bin/sh",
    ):
        with shared.client(**visitor.headers) as client:
            refused = client.post("/api/chat/pictures", content=body, headers={"Content-Type": "image/jpeg"})
        assert refused.status_code in (413, 422), refused.text


def test_a_flood_is_stopped(tmp_path: Path) -> None:
    calm = settings_in(tmp_path / "data", messages_per_minute=3, requests_per_minute=12)
    with serving(calm, ScriptedModel([TextDelta("好。")])) as site:
        visitor = site.visitor()
        statuses = [visitor.post("messages", text=f"{number}").status_code for number in range(5)]
        opened = []
        with site.client() as client:
            opened = [client.post("/api/chat/sessions", json={}).status_code for _ in range(14)]
    assert 429 in statuses and statuses[0] == 202
    assert 429 in opened


def test_a_signing_key_that_is_not_ours_signs_nothing(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'zhibo.db'}")
    store.migrate()
    one, other = Auth(tmp_path / "a", store), Auth(tmp_path / "b", store)
    token = other.shopper_token("c1", "zh")
    body, _, mac = one.shopper_token("c1", "zh").partition(".")
    wrong: list[Any] = [token, f"{body}.", body, f"{body}x.{mac}", f".{mac}", "", "a.b.c", f"{body}.{mac}é"]
    assert [one.shopper(each) for each in wrong] == [None] * len(wrong)
    store.close()
