"""Shoppers whom the merchant's server has signed in: only its signature says who somebody is."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest

from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from tests.web.conftest import serving, settings_in
from web.errors import Refusal
from web.identity import Identity
from web.settings import Settings, SettingsError

KEY, OLD, FOREIGN = "k" * 32, "o" * 32, "f" * 32
NOW = 1_800_000_000
GOOD: dict[str, Any] = {"sub": "C-77", "iat": NOW, "exp": NOW + 600}


def signed(claims: object, key: str = KEY, alg: str = "HS256") -> str:
    """As a merchant's server does it."""
    parts = [json.dumps(part).encode() for part in ({"alg": alg, "typ": "JWT"}, claims)]
    text = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    mac = hmac.digest(key.encode(), text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


@pytest.mark.parametrize("key", [KEY, OLD])
def test_both_keys_count_while_they_are_exchanged(key: str) -> None:
    assert Identity((KEY, OLD), now=lambda: NOW).customer(signed(GOOD, key)) == "C-77"


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        (signed(GOOD, FOREIGN), "key"),
        (signed(GOOD, alg="none"), "key"),
        (signed(GOOD).rpartition(".")[0] + ".", "key"),
        (signed({**GOOD, "sub": "C-78"}).rpartition(".")[0] + "." + signed(GOOD).rpartition(".")[2], "key"),
        (signed([1]), "key"),
        ("a.b.c", "key"),
        ("é.é.é", "key"),
        (signed({**GOOD, "sub": 77}), "sub"),
        (signed({**GOOD, "sub": ""}), "sub"),
        (signed({"sub": "C-77", "iat": NOW}), "exp"),
        (signed({**GOOD, "exp": float("nan")}), "exp"),
        (signed({**GOOD, "iat": NOW - 600, "exp": NOW - 61}), "expired"),
        (signed({**GOOD, "iat": NOW - 3700, "exp": NOW + 10**8}), "expired"),
        (signed({**GOOD, "iat": NOW + 600}), "future"),
    ],
)
def test_a_signature_that_is_wrong_old_or_somebody_elses_vouches_for_nobody(signature: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        Identity((KEY,), now=lambda: NOW).customer(signature)
    with pytest.raises(Refusal, match="key"):
        Identity(()).customer(signed(GOOD))


def test_only_signed_in_shoppers_chat_where_that_is_required(settings: Settings) -> None:
    strict = settings_in(settings.data, identity_key=KEY, require_identity=True)
    now = int(time.time())
    mine = signed({"sub": "C-77", "iat": now, "exp": now + 600})
    with serving(strict, ScriptedModel([TextDelta("好。")])) as site, site.client() as client:
        for body, status in (({}, 401), ({"identity": mine + "x"}, 401), ({"identity": mine}, 201)):
            answer = client.post("/api/chat/sessions", json=body)
            assert answer.status_code == status, answer.text
        session = answer.json()
        bearer = {"Authorization": f"Bearer {session['token']}"}
        assert client.post("/api/chat/messages", json={"text": "在吗"}, headers=bearer).status_code == 202
        anonymous = site.services.auth.shopper_token(session["session"], "zh")
        refused = client.get("/api/chat/state", headers={"Authorization": f"Bearer {anonymous}"})
        assert refused.status_code == 401, "a session from before, without a signature, has ended"
    with serving(settings_in(settings.data, identity_key=KEY), ScriptedModel([TextDelta("好。")])) as site:
        with site.client() as client:
            claimed = client.post("/api/chat/sessions", json={"identity": mine, "customer_id": "C-1"}).json()
            anonymous = client.post("/api/chat/sessions", json={"customer_id": "C-1"}).json()
        with site.services.catalog.store.read() as connection:
            rows = connection.exec_driver_sql("SELECT id, customer_id FROM conversations").all()
        bound = {str(row[0]): row[1] for row in rows}
        assert (bound[claimed["session"]], bound[anonymous["session"]]) == ("C-77", "")


def test_a_requirement_without_a_key_stops_the_start(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="identity_key"):
        settings_in(settings.data, require_identity=True)
