"""The next live sentence goes by what the shop says at that moment, however long ago it was written."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assistant.assistant import Assistant
from assistant.conversation import Conversations
from assistant.guard.guard import Guard
from assistant.messages import TextDelta
from assistant.models.scripted import ScriptedModel
from assistant.script import Line, ScriptWriter
from avatar.performer import Style
from avatar.voices.silent import SilentVoice
from knowledge.catalog import Catalog
from knowledge.model import Promotion, Text
from streaming.answers import AssistantAnswerer
from streaming.comments import Comment
from streaming.director import Reply
from streaming.freshness import Freshness
from streaming.records import Cursor
from tests.streaming.parts import gate, make_room, open_catalog, product, script_line, small_settings
from tests.streaming.test_director import Ear, Studio
from tests.streaming.test_room import on_air, until
from tests.test_hot_truth import Clock, clock

__all__ = ["clock"]  # the fixture

LONG = "杯身是316不锈钢材质，出门带着正好用，现在的价格是{price}元。"


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with closing(open_catalog(tmp_path / "data")) as found:
        yield found


@pytest.fixture
def reprice(catalog: Catalog) -> Iterator[Callable[[str], object]]:
    """Changes the first product's price from another connection."""
    with closing(Catalog.open(catalog.settings)) as other:
        yield lambda price: other.put([product(1, price)], source="test")


class Long:
    """One sentence of several breaths; the price comes last, as it was when the sentence was written."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def lines(self, product_id: str, lang: str, persona: str) -> tuple[Line, ...]:
        found = self._catalog.product(product_id)
        assert found is not None and found.price is not None
        told = script_line("point", LONG.format(price=f"{found.price:.0f}"), slot="price")
        return (told, script_line("closing", "就说到这里。"))

    def renewed(self, lines: Sequence[Line], lang: str, persona: str) -> tuple[Line, ...]:
        return self.lines(lines[0].product_id, lang, persona)


def spoken(heard: Sequence[str]) -> str:
    return "".join(heard)


async def test_a_price_that_changes_between_two_breaths_of_a_sentence(
    catalog: Catalog, reprice: Callable[[str], object]
) -> None:
    studio = Studio(catalog, script=Long(catalog), sheet=("p1",))
    changed: list[str] = []

    def change(clause: str) -> None:
        if clause.startswith("杯身") and not changed:
            changed.append(clause)
            reprice("99")

    studio.ear.on_say = change
    heard = await studio.run_until(lambda: "就说到这里。" in studio.ear.heard)
    assert changed and "129" not in spoken(heard)
    assert LONG.format(price="99") in spoken(heard), "the sentence is said again as a whole, and right"
    assert all("129" not in caption for caption in studio.ear.captions.values()), "nor is it shown"


async def test_a_change_that_does_not_touch_the_sentence_does_not_disturb_it(catalog: Catalog) -> None:
    studio = Studio(catalog, script=Long(catalog), sheet=("p1",))
    studio.ear.on_say = lambda clause: catalog.put([product(2, stock=len(studio.ear.heard))], source="test") and None
    heard = await studio.run_until(lambda: "就说到这里。" in studio.ear.heard)
    assert spoken(heard).count("杯身") == 1 and LONG.format(price="129") in spoken(heard)


async def test_a_line_that_people_inserted_is_checked_again_before_it_is_said(
    catalog: Catalog, reprice: Callable[[str], object]
) -> None:
    studio = Studio(catalog, sheet=("p1",))
    review = gate(catalog)
    done: list[str] = []

    def insert(clause: str) -> None:
        if clause.startswith("来看测试保温杯1号") and not done:
            done.append(clause)
            assert studio.director.insert(review("今天这款保温杯129元。", ("p1",)))
            assert studio.director.insert(review("杯身是316不锈钢。", ("p1",)))
            reprice("99")

    studio.ear.on_say = insert
    heard = await studio.run_until(lambda: "杯身是316不锈钢。" in studio.ear.heard)
    assert "129" not in spoken(heard) and "今天这款保温杯99元。" in spoken(heard)


async def test_an_answer_made_before_a_change_is_right_when_it_is_spoken(
    catalog: Catalog, reprice: Callable[[str], object]
) -> None:
    class Early:
        async def answer(self, comment: Comment, text: str, product_id: str) -> AsyncGenerator[Reply, None]:
            yield Reply(gate(catalog)("现在的价格是129元。", ("p1",)))
            yield Reply(gate(catalog)("杯身是316不锈钢。", ("p1",)))
            reprice("89")  # before either was spoken

    studio = Studio(catalog, answerer=Early(), sheet=("p1",))
    asked: list[Comment] = []

    def ask(clause: str) -> None:
        if clause.startswith("杯身是316不锈钢，") and not asked:
            asked.append(studio.ask("多少钱？"))

    studio.ear.on_say = ask
    await studio.run_until(lambda: bool(asked) and asked[0].id in studio.ended)
    said = spoken([row.text for row in studio.rows() if row.comment_id])
    assert "89元" in said and "129" not in said and "316不锈钢" in said


async def test_a_clause_that_a_slow_voice_is_still_making_is_dropped(
    catalog: Catalog, reprice: Callable[[str], object]
) -> None:
    class Slow(Ear):
        """Needs a moment before a price sounds; what is cut before never does."""

        def __init__(self) -> None:
            super().__init__()
            self.dropped = asyncio.Event()
            self.tried: list[str] = []

        async def say(self, text: str, lang: str, stamp: int, style: Style | None = None) -> bool:
            self.tried.append(text)
            if "价格" not in text:
                return await super().say(text, lang, stamp, style)
            self.dropped.clear()
            if "129" in text:
                reprice("99")
                await asyncio.wait_for(self.dropped.wait(), 5)
                return False
            return await super().say(text, lang, stamp, style)

        async def cut(self, within_s: float | None = None) -> None:
            self.dropped.set()

    ear = Slow()
    studio = Studio(catalog, sheet=("p1",))
    studio.ear = ear
    studio.director._speech._voice = studio.director._speech._picture = ear
    ear.begun = studio.director.begun
    await studio.run_until(lambda: any("99" in text for text in ear.heard))
    assert any("129" in text for text in ear.tried), "it was being made"
    assert "129" not in spoken(ear.heard)
    assert not any("129" in event["text"] for event in studio.events if event["type"] == "said")


# Offers


def sale(**more: Any) -> Promotion:
    text = Text("保温杯满100减17", "17 off 100 on cups")
    return Promotion(
        "sale", Text("满100减17", "17 off 100"), "threshold", text=text, products=("p1",),
        threshold=Decimal(100), minus=Decimal(17), **more,
    )  # fmt: skip


async def test_an_offer_that_ends_between_writing_and_speaking(catalog: Catalog, clock: type[Clock]) -> None:
    catalog.put(promotions=[sale(ends=datetime.now(UTC) + timedelta(hours=1))], source="test")
    running = Studio(catalog, script=ScriptWriter(catalog, Guard()), sheet=("p1",))
    await running.run_until(lambda: "减17" in spoken(running.ear.heard))

    studio = Studio(catalog, script=ScriptWriter(catalog, Guard()), sheet=("p1",))
    studio.records.save_cursor(Cursor(greeted=True))  # from the beginning

    def midnight(clause: str) -> None:
        clock.ahead = timedelta(hours=2)  # at the first words: the whole script is written by now

    studio.ear.on_say = midnight
    await studio.run_until(lambda: studio.director._prompter.cursor.round > 1)
    assert len(studio.ear.heard) > 12 and "17" not in spoken(studio.ear.heard)
    assert not any("17" in caption for caption in studio.ear.captions.values())


async def test_an_offer_that_begins_later_is_announced_when_it_does(catalog: Catalog, clock: type[Clock]) -> None:
    catalog.put(promotions=[sale(starts=datetime.now(UTC) + timedelta(hours=1))], source="test")
    studio = Studio(catalog, script=ScriptWriter(catalog, Guard()), sheet=("p1",))
    await studio.run_until(lambda: studio.director._prompter.cursor.round > 0)
    assert "17" not in spoken(studio.ear.heard)
    clock.ahead = timedelta(hours=2)
    await studio.run_until(lambda: "减17" in spoken(studio.ear.heard))


async def test_a_viewers_answer_goes_by_what_holds_when_it_is_given(
    catalog: Catalog, reprice: Callable[[str], object], clock: type[Clock]
) -> None:
    """The real assistant in the room: a model that keeps saying what it learnt an hour ago."""
    catalog.put(promotions=[sale(ends=datetime.now(UTC) + timedelta(hours=1))], source="test")
    model = ScriptedModel([TextDelta("现在129元。"), TextDelta("满100减17。")])
    conversations = Conversations(catalog.store.engine)
    assistant = Assistant(catalog, model, Guard(), conversations)
    answerer = AssistantAnswerer(assistant, room="test", lang="zh")

    async def answers() -> str:
        replies = [reply async for reply in answerer.answer(Comment("小鹿", "多少钱？"), "多少钱？", "p1")]
        return "".join(reply.verdict.text for reply in replies if reply.verdict is not None)

    assert await answers() == "现在129元。满100减17。"
    reprice("119")
    clock.ahead = timedelta(hours=2)
    later = await answers()
    assert "119" in later and "129" not in later and "17。" not in later
    await conversations.close()


async def test_the_picture_loses_an_offer_when_it_ends(tmp_path: Path, catalog: Catalog, clock: type[Clock]) -> None:
    """No row changes when an offer ends: the card must notice all the same."""
    catalog.put(promotions=[sale(ends=datetime.now(UTC) + timedelta(hours=1))], source="test")
    room = make_room(catalog, small_settings(tmp_path / "room", products=("p1",)), voice=SilentVoice())
    async with on_air(room) as client:
        while room._stage.view.card is None:  # noqa: ASYNC110  # the room has no event for a test to wait on
            await asyncio.sleep(0.05)
        assert room._stage.view.card.badge == "满100减17"
        events = client.events()
        task = asyncio.create_task(until(events, type="product"))
        await asyncio.sleep(0.3)  # it listens
        clock.ahead = timedelta(hours=2)
        await task
        assert room._stage.view.card.badge != "满100减17"


def test_what_was_checked_holds_as_long_as_nothing_changes(catalog: Catalog, clock: type[Clock]) -> None:
    calls: list[str] = []
    review = gate(catalog)

    def counted(text: str, product_ids: Sequence[str]) -> Any:
        calls.append(text)
        return review(text, product_ids)

    fresh = Freshness(catalog, counted)
    due = fresh.checked("现在的价格是129元。", "p1")
    assert fresh.renewed(due) is due and not fresh.is_stale(due) and len(calls) == 1
    catalog.put([replace(product(2), price=Decimal(1))], source="test")
    assert not fresh.is_stale(due) and len(calls) == 2
    catalog.put([product(1, "128")], source="test")
    assert fresh.is_stale(due) and "128" in fresh.renewed(due).text
    assert len(calls) == 3, "what is asked again and again is judged once"
