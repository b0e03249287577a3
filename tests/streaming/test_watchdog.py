"""A part of a room that hangs is replaced, and viewers see a picture all the while."""

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
import sqlalchemy as sa

from streaming.control import RoomError
from streaming.records import utterances
from streaming.room import Room
from tests.streaming.parts import make_room, open_catalog, small_settings
from tests.streaming.test_room import on_air, streams


class Hang:
    """Makes a call block until `free` is set, or for ever."""

    def __init__(self, owner: Any, name: str) -> None:
        self.free = threading.Event()
        self._call: Callable[..., Any] = getattr(owner, name)
        setattr(owner, name, self)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.free.wait()
        return self._call(*arguments, **named)


async def until(holds: Callable[[], bool], within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.02)


async def replaced(room: Room, client: Any, times: int) -> dict[str, Any]:
    await until(lambda: room._health.replaced == times and room._stage._shift.sent > 15)
    found: dict[str, Any] = await client.status()
    return found


async def test_a_part_that_hangs_is_replaced_while_the_slate_is_on_air(tmp_path: Path) -> None:
    """Of the stream nothing is missing: every picture and every packet of sound has its time, and all of it decodes."""
    catalog = open_catalog(tmp_path / "data")
    out = tmp_path / "out.mkv"
    room = make_room(catalog, small_settings(tmp_path / "room", outputs=(str(out),)))
    hangs = []
    try:
        async with on_air(room) as client:
            stage = room._stage
            stage._hung_s = 0.7
            await until(lambda: stage._slate is not None)
            for times, part in enumerate(("encode", "scene"), 1):
                shift = stage._shift
                owner, name = (shift.encoder, "encode") if part == "encode" else (shift.scene, "compose")
                hangs.append(Hang(owner, name))
                status = await replaced(room, client, times)
                assert f"the {part} hung and was replaced" in status["message"]
            assert status["health"]["slate_frames"] >= 30
            hangs[0].free.set()  # what hung comes back, and nothing of it gets out
            await asyncio.sleep(0.5)
        with catalog.store.read() as connection:
            said = connection.execute(sa.select(utterances.c.text, utterances.c.spoken_chars)).all()
        assert len({row.text for row in said if row.spoken_chars}) == len([row for row in said if row.spoken_chars])
    finally:
        for hang in hangs:
            hang.free.set()
        catalog.close()
    pictures, sounds = streams(out)
    assert max(b - a for a, b in zip(pictures, pictures[1:], strict=False)) < 0.042
    assert min(b - a for a, b in zip(pictures, pictures[1:], strict=False)) > 0.038
    assert max(b - a for a, b in zip(sounds, sounds[1:], strict=False)) < 0.025
    assert min(b - a for a, b in zip(sounds, sounds[1:], strict=False)) > 0.020
    assert abs(pictures[-1] + 0.04 - sounds[-1] - 1024 / 44100) <= 0.040
    with av.open(str(out)) as container:
        assert sum(1 for _ in container.decode(video=0)) == len(pictures)


async def test_what_hangs_again_and_again_ends_the_room_for_a_new_start(tmp_path: Path) -> None:
    catalog = open_catalog(tmp_path / "data")
    room = make_room(catalog, small_settings(tmp_path / "room"))
    stuck = threading.Event()
    try:
        with pytest.raises(RoomError, match="hangs again and again"):
            async with on_air(room):
                room._stage._hung_s = 0.3
                Hang(room._stage._face, "render").free = stuck
                await asyncio.wait_for(room._stopping.wait(), 20)
    finally:
        stuck.set()
        catalog.close()
