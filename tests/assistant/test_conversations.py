"""Stored conversations: numbers without gaps, nothing twice, one who answers at a time."""

import asyncio
from contextlib import aclosing

import pytest

from assistant import conversation as conversation_module
from assistant.conversation import BotMessage, Conversations, StoredEvent, UnknownConversation
from assistant.handoff import HandoffError
from knowledge.catalog import Catalog


async def test_the_same_message_sent_twice_is_stored_once(conversations: Conversations) -> None:
    conversation = await conversations.create()
    first = await conversations.receive(conversation.id, "你好", "page-1")
    again = await conversations.receive(conversation.id, "你好", "page-1")
    assert (first.new, again.new) == (True, False)
    assert (again.seq, again.message_id) == (first.seq, first.message_id)
    assert [event["text"] for event in await conversations.events(conversation.id)] == ["你好"]


async def test_numbers_have_no_gaps_whoever_writes(conversations: Conversations, catalog: Catalog) -> None:
    elsewhere = Conversations(catalog.store.engine)  # as another process would
    conversation = await conversations.create()
    await asyncio.gather(
        *(
            (conversations, elsewhere)[number % 2].append(conversation.id, [("progress", {"number": number})] * 2)
            for number in range(40)
        )
    )
    await elsewhere.close()
    events = await conversations.events(conversation.id)
    assert [event["seq"] for event in events] == list(range(1, 81))
    assert (await conversations.get(conversation.id)).last_seq == 80


async def test_of_what_another_process_wrote_only_what_is_followed_here_is_read(
    conversations: Conversations, catalog: Catalog
) -> None:
    elsewhere = Conversations(catalog.store.engine)  # as another process would
    mine, other = await conversations.create(), await conversations.create()
    read: list[str] = []
    as_event = conversation_module.as_event
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            conversation_module, "as_event", lambda row: read.append(row["conversation_id"]) or as_event(row)
        )
        async with aclosing(conversations.follow(mine.id)) as events:
            coming = asyncio.create_task(anext(events))
            await asyncio.sleep(0.1)  # it looks into the database now and then
            await elsewhere.append(other.id, [("progress", {"number": 1})])
            await asyncio.sleep(0.2)
            await elsewhere.append(mine.id, [("progress", {"number": 2})])
            assert (await coming)["number"] == 2
    await elsewhere.close()
    assert set(read) == {mine.id}


async def test_one_failing_write_does_not_take_others_with_it(conversations: Conversations) -> None:
    conversation = await conversations.create()
    results = await asyncio.gather(
        *(conversations.append(conversation.id, [("progress", {"n": n})]) for n in range(5)),
        conversations.append("nowhere", [("progress", {})]),
        *(conversations.append(conversation.id, [("progress", {"n": n})]) for n in range(5)),
        return_exceptions=True,
    )
    assert isinstance(results[5], UnknownConversation)
    assert len(await conversations.events(conversation.id)) == 10


async def test_a_follower_gets_the_past_and_the_present_once_each(conversations: Conversations) -> None:
    conversation = await conversations.create()
    for number in range(3):
        await conversations.append(conversation.id, [("progress", {"number": number})])
    seen: list[StoredEvent] = []

    async def follow() -> None:
        async with aclosing(conversations.follow(conversation.id, after=1)) as events:
            async for event in events:
                seen.append(event)
                if event.get("number") == 5:
                    return

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(follow())
        await asyncio.sleep(0.05)
        conversations.signal(conversation.id, {"type": "typing", "who": "agent", "typing": True})
        for number in range(3, 6):
            await conversations.append(conversation.id, [("progress", {"number": number})])
    assert [event["number"] for event in seen if "number" in event] == [1, 2, 3, 4, 5]
    assert [event["type"] for event in seen if "seq" not in event] == ["typing"]


async def test_a_follower_hears_of_another_process(conversations: Conversations, catalog: Catalog) -> None:
    elsewhere = Conversations(catalog.store.engine)
    conversation = await conversations.create()
    async with aclosing(conversations.follow(conversation.id)) as events:
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.1)
        await elsewhere.append(conversation.id, [("progress", {"from": "elsewhere"})])
        event = await asyncio.wait_for(waiting, 5)
    await elsewhere.close()
    assert event["from"] == "elsewhere"


async def test_a_follower_that_sleeps_through_a_flood_misses_nothing(conversations: Conversations) -> None:
    conversation = await conversations.create()
    async with asyncio.timeout(20), aclosing(conversations.follow(conversation.id)) as events:
        await conversations.append(conversation.id, [("progress", {"number": 0})])
        first = await anext(events)
        for number in range(1, 600):  # more than a mailbox holds
            await conversations.append(conversation.id, [("progress", {"number": number})])
        rest = [await anext(events) for _ in range(599)]
    assert [event["number"] for event in (first, *rest)] == list(range(600))


async def test_the_bot_cannot_store_a_word_while_a_person_answers(conversations: Conversations) -> None:
    conversation = await conversations.create()
    await conversations.take(conversation.id, "小林")
    message = BotMessage("m1", "我来说一句", "grounded")
    assert await conversations.append(conversation.id, [("message", {})], only_in=("bot",), message=message) is None
    assert await conversations.history(conversation.id) == ()


async def test_only_one_person_gets_a_conversation(conversations: Conversations) -> None:
    conversation = await conversations.create()
    await conversations.transition(conversation.id, "waiting", reason="asked")
    results = await asyncio.gather(
        conversations.take(conversation.id, "小林"), conversations.take(conversation.id, "阿宁"), return_exceptions=True
    )
    taken = [result for result in results if not isinstance(result, BaseException)]
    refused = [result for result in results if isinstance(result, HandoffError)]
    assert len(taken) == len(refused) == 1
    assert refused[0].state == "human"
    with pytest.raises(HandoffError):
        await conversations.say(conversation.id, "您好", author="somebody else")


@pytest.mark.parametrize(
    ("path", "forbidden"),
    [(("closed",), "waiting"), (("closed",), "human"), (("waiting", "closed"), "human"), ((), "bot")],
)
async def test_steps_that_are_not_allowed_are_refused(
    conversations: Conversations, path: tuple[str, ...], forbidden: str
) -> None:
    conversation = await conversations.create()
    for state in path:
        await conversations.transition(conversation.id, state)  # type: ignore[arg-type]
    with pytest.raises(HandoffError):
        await conversations.transition(conversation.id, forbidden)  # type: ignore[arg-type]


async def test_a_closed_conversation_opens_when_the_shopper_writes(conversations: Conversations) -> None:
    conversation = await conversations.create()
    await conversations.finish(conversation.id)
    assert (await conversations.receive(conversation.id, "还有个问题")).state == "bot"


async def test_the_queue_tells_each_their_place(conversations: Conversations) -> None:
    first, second = await conversations.create(), await conversations.create()
    before = (await conversations.counts())["waiting"]
    await conversations.transition(first.id, "waiting", reason="asked")
    await conversations.transition(second.id, "waiting", reason="asked")
    assert await conversations.place(second.id) == before + 2
    await conversations.take(first.id, "小林")
    assert await conversations.place(second.id) == before + 1
    assert await conversations.place(first.id) == 0
    await conversations.finish(second.id)


async def test_deleting_leaves_nothing(conversations: Conversations) -> None:
    conversation = await conversations.create()
    await conversations.receive(conversation.id, "我的电话是13800001234")
    await conversations.delete(conversation.id)
    with pytest.raises(UnknownConversation):
        await conversations.get(conversation.id)
    assert await conversations.events(conversation.id) == []
    assert await conversations.history(conversation.id) == ()


async def test_conversations_are_found_by_what_was_said(conversations: Conversations) -> None:
    conversation = await conversations.create()
    await conversations.receive(conversation.id, "这是一句独一无二的话_%")
    found = await conversations.find(text="独一无二的话_%")
    assert [one.id for one in found] == [conversation.id]
    assert await conversations.find(text="独一无二的话%_") == ()


async def test_ratings_and_thumbs_are_kept(conversations: Conversations) -> None:
    conversation = await conversations.create()
    received = await conversations.receive(conversation.id, "好")
    await conversations.rate(conversation.id, 4, "不错")
    assert (await conversations.get(conversation.id)).rating == 4
    assert await conversations.feedback(conversation.id, received.seq, up=False)
    assert (await conversations.history(conversation.id))[0].feedback == -1
    assert not await conversations.feedback(conversation.id, 99, up=True)
    with pytest.raises(ValueError, match=r"1\.\.5"):
        await conversations.rate(conversation.id, 6)
