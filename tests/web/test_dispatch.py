"""What the queue tells who waits in it."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.calling import Caller
from assistant.conversation import Conversations
from assistant.queue import QueueSettings, says_nobody
from assistant.staffroom import StaffRoom
from knowledge.catalog import Catalog
from knowledge.settings import KnowledgeSettings
from web.dispatch import Dispatcher


def _nobody() -> Sequence[str]:
    return ()


async def test_that_nobody_is_there_is_told_once_also_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_shop = Catalog.open(KnowledgeSettings(data_dir=tmp_path))
    conversations = Conversations(with_shop.store.engine, poll_s=0.05)
    room = StaffRoom(conversations)
    caller = Caller(conversations, room, QueueSettings(offer_s=1))
    try:
        one = await conversations.create(lang="zh")
        await caller.call(one, "asked", "")
        waiting = (await conversations.get(one.id)).waiting_since
        assert waiting is not None
        monkeypatch.setattr("web.dispatch.moment", lambda: waiting + timedelta(minutes=1))
        for _ in range(2):
            dispatcher = Dispatcher(conversations, room, caller, _nobody)  # as a server that was started anew
            await dispatcher.round()
            await dispatcher.round()
        told = [message.text for message in await conversations.history(one.id) if message.role == "system"]
        assert len([text for text in told if says_nobody(text)]) == 1
    finally:
        await conversations.close()
        with_shop.close()
