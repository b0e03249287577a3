"""A whole room on air: into a file, into a real RTMP server, beside dead outputs, through its control socket."""

import asyncio
import contextlib
import json
import shutil
import subprocess
import time
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import sqlalchemy as sa
import structlog

from assistant.script import Line
from avatar.voices.espeak import EspeakVoice
from knowledge.catalog import Catalog
from streaming.control import RoomClient, RoomError
from streaming.records import Records, comments, utterances
from streaming.room import Room
from streaming.runsheet import Plan
from streaming.sinks.address import OutputError
from tests.servers import NginxRtmp, free_port
from tests.streaming.parts import Script, gate, make_room, open_catalog, product, script_line, small_settings


@pytest.fixture
def catalog(tmp_path: Path) -> Any:
    found = open_catalog(tmp_path / "data")
    yield found
    found.close()


@contextlib.asynccontextmanager
async def on_air(room: Room) -> AsyncGenerator[RoomClient, None]:
    task = asyncio.create_task(room.run())
    client = RoomClient(room.settings.folder / "control.sock")
    try:
        async with asyncio.timeout(15):
            while True:
                if task.done():
                    task.result()
                with contextlib.suppress(RoomError):
                    if (await client.status())["health"]["frames"] > 5:
                        break
                await asyncio.sleep(0.05)
        yield client
    finally:
        room.stop()
        await asyncio.wait_for(task, 20)


async def until(events: AsyncGenerator[dict[str, Any], None], within_s: float = 20.0, **wanted: Any) -> dict[str, Any]:
    async with asyncio.timeout(within_s):
        async for event in events:
            if all(event.get(name) == value for name, value in wanted.items()):
                return event
    raise AssertionError(f"the room ended before {wanted}")


def streams(path: Path) -> tuple[list[float], list[float]]:
    """Timestamps of the pictures and of the sound, in seconds."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux() if packet.pts is not None]
        return tuple(  # type: ignore[return-value]
            sorted(float(p.pts * p.time_base) for p in packets if p.stream.type == kind) for kind in ("video", "audio")
        )


@pytest.mark.server("ffprobe")
async def test_what_ffprobe_sees(tmp_path: Path, catalog: Catalog) -> None:
    out = tmp_path / "out.mp4"
    settings = small_settings(
        tmp_path / "room", width=1280, height=720, video_kbps=1500, outputs=(str(out),), seconds=3, hls=True
    )
    await make_room(catalog, settings, voice=EspeakVoice()).run()
    ffprobe = shutil.which("ffprobe")
    assert ffprobe
    shown = await asyncio.to_thread(
        subprocess.run, [ffprobe, "-v", "error", "-show_streams", "-of", "json", str(out)], capture_output=True
    )
    assert not shown.stderr
    video, audio = json.loads(shown.stdout)["streams"]
    assert (video["codec_name"], video["width"], video["height"], video["avg_frame_rate"]) == (
        "h264",
        1280,
        720,
        "25/1",
    )
    assert (audio["codec_name"], audio["sample_rate"]) == ("aac", "44100")
    pictures, sounds = streams(out)
    assert max(b - a for a, b in zip(pictures, pictures[1:], strict=False)) < 0.041
    assert max(b - a for a, b in zip(sounds, sounds[1:], strict=False)) < 0.024
    assert abs(pictures[-1] + 0.04 - sounds[-1] - 1024 / 44100) <= 0.040
    with av.open(str(out)) as container:
        assert json.loads(container.metadata["AIGC"])["Label"] == "1"
    with av.open(str(out)) as container:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert 0.05 < np.abs(sound).max() < 0.99  # the greeting is heard, and nothing clips
    assert (tmp_path / "room" / "hls" / "live.m3u8").exists()


async def test_a_comment_is_answered_aloud_through_the_socket(tmp_path: Path, catalog: Catalog) -> None:
    room = make_room(
        catalog,
        small_settings(tmp_path / "room", outputs=(str(tmp_path / "out.mkv"),)),
        answers={"材质": ["杯身是316不锈钢。", "这是全网最低价。"]},
    )
    async with on_air(room) as client:
        events = client.events()
        asked = asyncio.create_task(until(events, type="comment_ended"))
        await asyncio.sleep(0.2)
        comment = await client.comment("小鹿", "这是什么材质呀？ 我电话13812345678")
        ended = await asked
        assert (ended["id"], ended["outcome"]) == (comment["id"], "answered")
        await events.aclose()
        refused = await client.insert("全网最低价！")
        assert refused["text"] == "" and refused["reasons"]
        transcript = await client.transcript()
        assert transcript[-1]["at"] and any(row["text"] == "杯身是316不锈钢。" for row in transcript)
        status = await client.status()
        assert status["outputs"][0]["state"] == "up"
    with catalog.store.read() as connection:
        said = connection.execute(sa.select(utterances).where(utterances.c.comment_id == comment["id"])).all()
        row = connection.execute(sa.select(comments)).one()
    assert "杯身是316不锈钢。" in [each.text for each in said]
    assert not any("最低价" in each.text for each in said) and any("最低价" in each.original for each in said)
    assert row.outcome == "answered" and "13812345678" not in row.text


async def test_preview_over_the_socket_plays(tmp_path: Path, catalog: Catalog) -> None:
    room = make_room(catalog, small_settings(tmp_path / "room"))
    got = b""
    async with on_air(room) as client:
        preview = client.preview()
        async for chunk in preview:
            got += chunk
            if len(got) > 60_000:
                break
        assert (await client.status())["viewers"] == 1
        await preview.aclose()
    path = tmp_path / "seen.flv"
    path.write_bytes(got)
    with av.open(str(path)) as container:
        assert {stream.codec_context.name for stream in container.streams} == {"h264", "aac"}
        assert next(container.decode(video=0)).width == 640


async def test_a_new_price_is_on_the_picture_before_the_product_comes_again(tmp_path: Path, catalog: Catalog) -> None:
    room = make_room(catalog, small_settings(tmp_path / "room"))
    async with on_air(room) as client:
        events = client.events()
        await until(events, type="said", kind="script")  # the product is there already while the host says hello
        await asyncio.to_thread(catalog.put, [product(1, "77")], source="test")
        shown = await until(events, type="product")
        assert shown["price"] == "77" and shown["product_id"] == "p1"
        assert room._stage.view.card is not None and room._stage.view.card.price == "77"
        await events.aclose()


@pytest.mark.server("nginx-rtmp")
async def test_one_dead_output_hurts_neither_the_other_nor_the_goodbye(
    tmp_path: Path, catalog: Catalog, rtmp: NginxRtmp
) -> None:
    dead = f"rtmp://127.0.0.1:{free_port()}/live/verysecret"
    settings = small_settings(tmp_path / "room", outputs=(rtmp.url("good"), dead))
    room = make_room(catalog, settings)
    with structlog.testing.capture_logs() as logs:
        async with on_air(room) as client:
            async with asyncio.timeout(15):
                while True:
                    states = [each["state"] for each in (await client.status())["outputs"][:2]]
                    if states == ["up", "down"]:
                        break
                    await asyncio.sleep(0.1)
            await asyncio.sleep(1.5)
            status = await client.status()
            assert "nothing answers at that address" in status["message"]
            assert "verysecret" not in json.dumps(status)
            leaving = time.monotonic()
        assert time.monotonic() - leaving < 5.0
    assert "verysecret" not in repr(logs)
    assert sum(entry["event"].startswith("output is down") for entry in logs) == 1
    pictures, _ = streams(rtmp.recorded[0])
    assert len(pictures) > 25 and max(b - a for a, b in zip(pictures, pictures[1:], strict=False)) < 0.06


async def test_a_room_resumes_and_cannot_run_twice(tmp_path: Path, catalog: Catalog) -> None:
    settings = small_settings(tmp_path / "room")
    async with on_air(make_room(catalog, settings)) as client:
        events = client.events()
        await until(events, type="said", kind="script")
        await events.aclose()
        with pytest.raises(RoomError, match="already running"):
            await make_room(catalog, settings).run()
    async with on_air(make_room(catalog, settings)) as client:
        events = client.events()
        said = await until(events, type="said")
        assert said["kind"] == "script"  # no second greeting
        await events.aclose()


async def test_what_viewers_asked_before_a_crash_is_answered_after_it(tmp_path: Path, catalog: Catalog) -> None:
    records = Records(catalog.store, "test")
    for number, text in enumerate(("什么材质的？", "多少钱？", "容量多大呀？")):
        records.comment(f"c{number}", "小鹿", "douyin", text)
    begun = gate(catalog)("这款价格是129元。", ("p1",))
    records.said("u1", "answer", begun, product_id="p1", comment_id="c1")
    records.spoken("u1", 5)
    with catalog.store.write() as connection:
        long_ago = datetime.now(UTC) - timedelta(minutes=5)
        connection.execute(comments.update().where(comments.c.id == "c2").values(at=long_ago))
    room = make_room(catalog, small_settings(tmp_path / "room"), answers={"材质": ["杯身是316不锈钢。"]})
    async with on_air(room) as client:
        events = client.events()
        await until(events, type="comment_ended", id="c0")
        await events.aclose()
    with catalog.store.read() as connection:
        ended = {row.id: (row.outcome, row.reason) for row in connection.execute(sa.select(comments))}
    assert ended["c0"] == ("answered", "")
    assert ended["c1"][0] == "answered" and "restarted amid" in ended["c1"][1]  # not said twice
    assert ended["c2"][0] == "ignored" and "restarted before" in ended["c2"][1]


def test_an_output_that_can_never_work_is_refused_at_once(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(OutputError, match="stream key is missing"):
        make_room(catalog, small_settings(tmp_path / "room", outputs=("rtmp://host/app",)))


async def test_a_face_that_breaks_ends_the_room_with_a_reason(tmp_path: Path, catalog: Catalog) -> None:
    class Broken:
        delay = 0
        size = (280, 350)

        def render(self, moment: object) -> Any:
            raise ValueError("no such look")

    room = make_room(catalog, small_settings(tmp_path / "room"), face=Broken())
    with pytest.raises(RoomError, match="no such look"):
        await asyncio.wait_for(room.run(), 15)


async def test_a_face_that_looks_ahead_keeps_lips_and_sound_together(tmp_path: Path, catalog: Catalog) -> None:
    """The picture shown with a piece of sound is that of the moment the sound belongs to."""
    from streaming.stage import Stage

    class Late:
        delay = 3
        size = (280, 350)

        def __init__(self) -> None:
            self.seen: list[int] = []

        def render(self, moment: Any) -> Any:
            self.seen.append(moment.index)
            frame = np.zeros((350, 280, 4), np.uint8)
            frame[...] = max(0, moment.index - self.delay) % 200
            return frame

    heard: list[tuple[int, int]] = []

    class Ear:
        format = None
        kbps = 600

        def encode(self, picture: Any, pcm: Any, *, key: bool) -> list[Any]:
            heard.append((int(picture), int(pcm[0])))
            return []

        def finish(self) -> list[Any]:
            return []

    class Eye:
        def compose(self, host: Any, view: Any, caption: Any) -> Any:
            return host[0, 0, 0]

    class Play:
        index = 0

        def interrupt(self) -> None:
            raise AssertionError("nobody asked for that")

        def next(self) -> Any:
            from avatar.media import Moment

            moment = Moment(self.index, np.full(1764, self.index, np.int16))
            self.index += 1
            return moment

    class Unmixed:
        def frame(self, pcm: Any) -> Any:
            return pcm

    from streaming.health import Health
    from streaming.view import View

    stage = Stage(
        Play(), Late(), Eye(), Ear(), (), sound=Unmixed(), view=View("店"), fps=25, health=Health(25),  # type: ignore[arg-type]
        on_begun=lambda begun: None, on_failed=lambda error: None,
    )  # fmt: skip
    stage.start()
    await asyncio.sleep(0.6)
    stage.stop()
    assert len(heard) > 8
    assert all(picture == sound for picture, sound in heard[3:])


async def test_a_ready_answer_does_not_wait_for_the_end_of_a_long_clause(tmp_path: Path, catalog: Catalog) -> None:
    """The clause that was cut is said again, whole, after the answer."""
    long = "这只杯子我自己已经用了很久很久真的很适合带出门"
    room = make_room(
        catalog,
        small_settings(tmp_path / "room"),
        answers={"材质": ["杯身是316不锈钢。"]},
        script=Script(catalog, [f"{long}。"]),
    )
    async with on_air(room) as client:
        events = client.events()
        said = await until(events, type="said", kind="script", text=f"{long}。")
        await asyncio.sleep(0.5)
        asked = time.monotonic()
        comment = await client.comment("小鹿", "什么材质的？")
        await until(events, type="said", kind="answer", comment_id=comment["id"])
        assert time.monotonic() - asked < 2.0
        again = await until(events, type="said", kind="script")
        assert again["text"] == f"{long}。" and again["id"] != said["id"]
        await events.aclose()
    with catalog.store.read() as connection:
        rows = connection.execute(sa.select(utterances).order_by(utterances.c.at)).all()
    attempts = [row.spoken_chars for row in rows if row.text == f"{long}。"]
    assert attempts[0] < len(long) and len(attempts) == 2


async def test_an_urgent_line_is_heard_within_three_tenths_and_a_run_sheet_survives(
    tmp_path: Path, catalog: Catalog
) -> None:
    long = "这一段话很长很长，里面没有什么特别要紧的内容，只是慢慢地往下说，一直说到大家都听明白为止，" * 2
    settings = small_settings(tmp_path / "room")

    class Long(Script):
        def lines(self, product_id: str, lang: str, persona: str) -> tuple[Line, ...]:
            return (script_line("point", long + "就这样。", product_id),)

    room = make_room(catalog, settings, voice=EspeakVoice(), script=Long(catalog))
    async with on_air(room) as client:
        events = client.events()
        await until(events, type="said", text=long + "就这样。")
        await asyncio.sleep(0.5)
        asked_at = room._health.frames / settings.fps
        assert (await client.insert("请大家注意。", urgent=True))["text"] == "请大家注意。"
        said = await until(events, type="said", kind="inserted")
        assert said["at_s"] - asked_at <= 0.3 + 0.08, "on the clock of the stream; two frames are drawn ahead"
        plan = {"products": ["p3", "p1"], "weights": {"p3": 2.0}}
        directed = await client.direct("plan", plan=plan)
        assert directed["plan"]["products"] == ["p3", "p1"]
        with pytest.raises(RoomError, match="weight"):
            await client.direct("plan", plan={"weights": {"p1": -1}})
        first = await client.comment("小鹿", "", "douyin", "gift", "77")
        assert await client.comment("小鹿", "", "douyin", "gift", "77") == first
        assert (await client.direct("pause"))["paused"] is True
        status = await client.status()
        assert status["direction"]["paused"] is True and status["comments"] == {}
        await events.aclose()
    records = Records(catalog.store, "test")  # as the next process finds it
    assert Plan.from_json(records.plan()).weights == {"p3": 2.0} and records.cursor().paused
    with catalog.store.read() as connection:
        assert len(connection.execute(sa.select(comments).where(comments.c.kind == "gift")).all()) == 1


async def test_missing_music_is_told_and_the_room_stays_on_air(tmp_path: Path, catalog: Catalog) -> None:
    room = make_room(catalog, small_settings(tmp_path / "room", music=str(tmp_path / "gone.mp3")))
    async with on_air(room) as client:
        status = await client.status()
        assert "gone.mp3 is not there" in status["message"]
        await asyncio.sleep(0.3)
        assert (await client.status())["health"]["frames"] > status["health"]["frames"]
        assert status["health"]["cpu"]["sound"] > 0
