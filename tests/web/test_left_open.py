"""A question whose server was killed is answered by the next one: once, and with nothing of the cut answer left."""

import asyncio
from typing import Any

from assistant.conversation import Conversations
from assistant.handoff import words
from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from tests.web.conftest import Site, Visitor, serving
from web.settings import Settings

ANSWER = "鞋底是TPR橡胶。"
ASKED = {"text": "鞋底是什么？", "page": {"product_id": "S1"}}


def left_behind(site: Site, visitor: Visitor, *, said: str = "", text: str = "鞋底是什么？") -> None:
    """What a killed server leaves: a stored message, written down as a question, and perhaps half an answer."""

    async def leave() -> None:
        conversations = Conversations(site.services.catalog.store.engine)
        mine = visitor.session["session"]
        await conversations.receive(mine, text, "page-1", asked={**ASKED, "text": text})
        if said:
            await conversations.append(mine, [("sentence", {"id": "cut", "text": said, "changed": False})])
        await conversations.close()

    asyncio.run(leave())


def bot_messages(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == "message" and event["role"] == "bot"]


def test_a_question_without_an_answer_is_answered_at_the_next_start_and_only_once(settings: Settings) -> None:
    model = ScriptedModel([TextDelta(ANSWER)])
    with serving(settings, model) as site:
        visitor = site.visitor()
        left_behind(site, visitor)
    for _ in range(2):
        with serving(settings, model) as site:
            again = Visitor(site, visitor.session)
            events = again.events(lambda event: event["type"] == "done")
            assert [one["text"] for one in bot_messages(events)] == [ANSWER]
            assert again.get("state").json()["seq"] == events[-1]["seq"], "nothing comes after the answer"
            # The page sends a message that it knows no answer of once more.
            assert again.say("鞋底是什么？", "page-1")["seq"] == 1


def test_what_was_shown_of_a_cut_answer_is_taken_back(settings: Settings) -> None:
    model = ScriptedModel([TextDelta(ANSWER)])
    with serving(settings, model) as site:
        visitor = site.visitor()
        left_behind(site, visitor, said="这款拖鞋")
    with serving(settings, model) as site:
        events = Visitor(site, visitor.session).events(lambda event: event["type"] == "done")
        kinds = [(event["type"], event.get("id")) for event in events[1:]]
        assert kinds == [
            ("sentence", "cut"),
            ("restart", "cut"),
            ("sentence", "cut"),
            ("message", "cut"),
            ("done", "cut"),
        ]
        assert [one["text"] for one in bot_messages(events)] == [ANSWER]


def test_whoever_was_handed_over_by_a_cut_answer_still_hears_of_it_once(settings: Settings) -> None:
    with serving(settings) as site:
        visitor = site.visitor()
        left_behind(site, visitor, text="转人工")

        async def call() -> None:
            conversations = Conversations(site.services.catalog.store.engine)
            await conversations.transition(visitor.session["session"], "waiting", reason="asked")
            await conversations.close()

        asyncio.run(call())
    for _ in range(2):
        with serving(settings) as site:
            again = Visitor(site, visitor.session)
            events = again.events(lambda event: event["type"] == "done")
            assert [one["text"] for one in bot_messages(events)] == [words("asked", "zh")]
            assert again.get("state").json()["state"] == "waiting"


def test_an_answer_that_was_stopped_is_not_given_after_a_restart(settings: Settings) -> None:
    model = ScriptedModel([30.0, TextDelta(ANSWER)])
    with serving(settings, model) as site:
        visitor = site.visitor()
        visitor.say("鞋底是什么？")
        assert visitor.post("stop").status_code == 204
        visitor.say("那算了")  # the end of the server cuts its answer
    with serving(settings, ScriptedModel([TextDelta(ANSWER)])) as site:
        again = Visitor(site, visitor.session)
        events = again.events(lambda event: event["type"] == "done")
        assert len(bot_messages(events)) == 1
        asked = [event["seq"] for event in events if event["type"] == "message" and event["role"] == "user"]
        assert bot_messages(events)[0]["seq"] > asked[1], "the second question was answered, not the stopped one"


def test_a_person_who_took_over_is_not_talked_over_after_a_restart(settings: Settings) -> None:
    model = ScriptedModel([TextDelta(ANSWER)])
    with serving(settings, model) as site:
        visitor = site.visitor()
        left_behind(site, visitor)
        with site.staff() as client:
            assert client.post(f"/api/inbox/conversations/{visitor.session['session']}/take").status_code == 200
    with serving(settings, model) as site:
        again = Visitor(site, visitor.session)
        state = again.get("state").json()
        assert state["state"] == "human"
        assert not state["answering"]
        assert not bot_messages(again.events(lambda event: event["type"] == "status"))


def test_a_question_that_ends_the_server_each_time_is_given_up(settings: Settings) -> None:
    with serving(settings, ScriptedModel([TextDelta(ANSWER)])) as site:
        visitor = site.visitor()
        left_behind(site, visitor)

        async def starts() -> list[int]:
            conversations = Conversations(site.services.catalog.store.engine)
            found = [len(await conversations.left_open(lambda one: True)) for _ in range(5)]
            await conversations.close()
            return found

        assert asyncio.run(starts()) == [1, 1, 1, 0, 0]
