"""Conversations with the embedded model, as a table."""

import re
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml

from assistant.events import PageContext
from knowledge.model import Lang
from tests.assistant.conftest import Answer, Counter

TABLE: dict[str, list[list[dict[str, Any]]]] = yaml.safe_load(
    (Path(__file__).parent / "dialogues.yaml").read_text(encoding="utf-8")
)
DIALOGUES = [pytest.param(turns, id=f"{lang}-{turns[0]['q'][:24]}") for lang, rows in TABLE.items() for turns in rows]


@pytest.mark.parametrize("turns", DIALOGUES)
async def test_a_dialogue(counter: Counter, turns: list[dict[str, Any]]) -> None:
    shopper = await counter.shopper()
    for turn in turns:
        answer = await shopper.says(turn["q"])
        problems = faults(turn, answer)
        assert not problems, f"{turn['q']!r} → {answer.text!r} (tools {answer.tools}): {problems}"


def faults(turn: dict[str, Any], answer: Answer) -> list[str]:
    found = []
    if not answer.text.strip():
        found.append("nothing was said")
    if "tool" in turn and turn["tool"] not in answer.tools:
        found.append(f"{turn['tool']} did not run")
    found += [f"{one} has no card" for one in turn.get("cards", ()) if one not in answer.cards]
    found += [f"{one!r} is not said" for one in turn.get("says", ()) if not re.search(_either(str(one)), answer.text)]
    found += [f"{one!r} is said" for one in turn.get("not", ()) if one in answer.text]
    if turn.get("handoff", "") != (answer.handoff.reason if answer.handoff else ""):
        found.append(f"hand-over: {answer.handoff}")
    if turn.get("replies") and not answer.replies:
        found.append("no quick replies")
    return found


def _either(expected: str) -> str:
    return "|".join(re.escape(one) for one in expected.split("|"))


@pytest.mark.parametrize("channel", ["chat", "live"])
@pytest.mark.parametrize(
    ("lang", "text", "asks"),
    [
        ("zh", "这款可以放进洗碗机吗？", "哪"),
        ("zh", "这个能用微波炉加热吗", "哪"),
        ("en", "is this dishwasher safe?", "which"),
    ],
)
async def test_which_one_is_asked_where_this_one_can_be_nothing_at_hand(
    counter: Counter, channel: Literal["chat", "live"], lang: Lang, text: str, asks: str
) -> None:
    """Nothing was shown yet, or the product on the page is of another kind: a scarf goes into no dishwasher."""
    for page in ("", "scarf-wool"):
        shopper = await counter.shopper(context=PageContext(lang=lang, channel=channel, product_id=page))
        answer = await shopper.says(text)
        assert asks in answer.text.lower() and "手洗" not in answer.text and "wash" not in answer.text
    pinned = PageContext(lang=lang, channel=channel, product_id="cup-316-500")
    answer = await (await counter.shopper(context=pinned)).says(text)
    assert ("316" in answer.text) if channel == "chat" else (asks not in answer.text.lower())


async def test_the_same_conversation_is_answered_the_same_way(counter: Counter) -> None:
    """The embedded model keeps nothing: what it says follows from the messages alone."""
    from assistant.agent import Agent, Turn
    from assistant.events import Sentence
    from assistant.messages import Message
    from assistant.models.grounded import GroundedModel
    from assistant.tools import ToolContext, specs
    from knowledge.facts import Facts

    async def once() -> str:
        agent = Agent(GroundedModel(), counter.guard, max_rounds=6, answer_s=10)
        messages = [Message("system", 'Context: {"lang": "zh", "seed": "abc"}'), Message("user", "想买个保温杯")]
        run = agent.run(messages, specs(), ToolContext(counter.catalog, "zh"), Turn("zh", Facts()))
        return "".join([event.text async for event in run if isinstance(event, Sentence)])

    assert await once() == await once() != ""


async def test_without_tools_it_still_answers(counter: Counter) -> None:
    """As after the last round, or when another model made the calls and then fell silent."""
    from assistant.messages import Message, TextDelta, ToolCall
    from assistant.models.grounded import GroundedModel

    messages = [
        Message("system", 'Context: {"lang": "en"}'),
        Message("user", "How much is it?"),
        Message("assistant", tool_calls=(ToolCall("x", "product_details", '{"product": "p", "question": "price?"}'),)),
        Message(
            "tool", '<data>{"id":"p","title":"Blue Cup","price":"12","currency":"USD","found":true}</data>', (), "x"
        ),
    ]
    pieces = [piece async for piece in GroundedModel().respond(messages, ())]
    assert pieces and all(isinstance(piece, TextDelta) for piece in pieces)
