"""A handoff is shown in Chatwoot too, and what is answered there reaches the shopper once."""

import time
from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from tests.web.conftest import Site, serving
from tests.web.fake_chatwoot import INBOX, SECRET, TOKEN, FakeChatwoot, chatwoot
from web.settings import Settings, SettingsError, load_settings


@pytest.fixture
def fake() -> Iterator[FakeChatwoot]:
    with chatwoot() as running:
        yield running


@pytest.fixture
def mirrored(settings: Settings, fake: FakeChatwoot) -> Settings:
    told = {
        "chatwoot_url": fake.url,
        "chatwoot_account": 3,
        "chatwoot_inbox": INBOX,
        "chatwoot_token": SecretStr(TOKEN),
        "chatwoot_secret": SecretStr(SECRET),
    }
    return settings.model_copy(update=told)


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def serve(settings: Settings) -> Iterator[Site]:
    with serving(settings, ScriptedModel([TextDelta("这款拖鞋59元。")])) as site:
        yield site


def test_a_handoff_goes_there_and_the_answer_comes_back(mirrored: Settings, fake: FakeChatwoot) -> None:
    fake.broken = 1  # it stumbles at first
    for site in serve(mirrored):
        calm = site.visitor()
        calm.ask("你好")
        visitor = site.visitor()
        visitor.ask("多少钱？")
        visitor.post("handoff", reason="发票抬头写错了")
        visitor.say("在吗？")
        wait_for(lambda: any(message["content"] == "在吗？" for message in fake.messages))
        assert len(fake.conversations) == 1, "only what is handed over is shown there"
        shown = [message for message in fake.messages if message["content"] == "在吗？"]
        assert [(one["message_type"], one["private"]) for one in shown] == [("incoming", False)]
        assert "发票抬头" in fake.messages[0]["content"] and "59元" in fake.messages[0]["content"]
        assert fake.messages[0]["private"] is True

        identifier = fake.contacts[0]["identifier"]
        with site.client() as client:
            for _ in range(2):  # webhooks may come twice
                assert fake.reply(client, identifier, "您好，我是 Ana", 55).status_code == 204
        events = visitor.events(lambda event: event["type"] == "message" and event["role"] == "agent")
        assert events[-1]["text"] == "您好，我是 Ana"
        assert visitor.get("state").json()["state"] == "human"
        visitor.say("谢谢")
        wait_for(lambda: any(message["content"] == "谢谢" for message in fake.messages))
        said = [message["content"] for message in fake.messages]
        assert not any("您好，我是 Ana" in one for one in said), "its own words went back to it"
        assert visitor.get("transcript").text.count("我是 Ana") == 1

        body, headers = fake.webhook(identifier, event="conversation_status_changed", status="resolved")
        with site.client() as client:
            client.post("/api/hooks/chatwoot", content=body, headers=headers)
        assert visitor.get("state").json()["state"] == "closed"
        wait_for(lambda: fake.conversations[0]["status"] == "resolved")


def test_a_restarted_server_goes_on_in_the_same_conversation(mirrored: Settings, fake: FakeChatwoot) -> None:
    for site in serve(mirrored):
        visitor = site.visitor()
        visitor.post("handoff")
        wait_for(lambda: len(fake.conversations) == 1)
    for site in serve(mirrored):
        with site.client(**visitor.headers) as client:
            client.post("/api/chat/messages", json={"text": "还在吗", "client_id": "again"})
        wait_for(lambda: any(message["content"] == "还在吗" for message in fake.messages))
    assert len(fake.contacts) == len(fake.conversations) == 1


def test_a_webhook_of_a_stranger_is_refused(mirrored: Settings, fake: FakeChatwoot) -> None:
    for site in serve(mirrored):
        visitor = site.visitor()
        visitor.post("handoff")
        identifier = f"zhibo-{visitor.session['session']}"
        body, headers = fake.webhook(identifier, event="message_created", message_type="outgoing", content="骗子")
        old = {**headers, "X-Chatwoot-Timestamp": "1700000000"}
        with site.client() as client:
            for wrong in ({}, old, {**headers, "X-Chatwoot-Signature": "sha256=0"}):
                assert client.post("/api/hooks/chatwoot", content=body, headers=wrong).status_code == 401
            note, signature = fake.webhook(
                identifier, event="message_created", message_type="outgoing", content="内部讨论", private=True
            )
            assert client.post("/api/hooks/chatwoot", content=note, headers=signature).status_code == 204
        assert visitor.get("state").json()["state"] == "waiting", "a private note is no answer"
        assert "内部讨论" not in visitor.get("transcript").text


def test_half_a_configuration_is_refused() -> None:
    with pytest.raises(SettingsError, match="chatwoot_token"):
        load_settings(chatwoot_url="https://desk.example.com")
