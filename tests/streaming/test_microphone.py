"""A person's own voice on air: heard at once, the script waits and goes on after it, or after the line broke."""

import asyncio
import json
from pathlib import Path

import av
import numpy as np
import pytest

from assistant.ears import RemoteEars
from avatar.media import RATE
from avatar.performer import Performer
from avatar.voices.silent import SilentVoice
from streaming.airings import Archive, Wanted
from streaming.control import RoomError
from streaming.microphone import Microphone
from tests.streaming.parts import make_room, open_catalog, small_settings
from tests.streaming.test_room import on_air, until
from tests.web.outside import Answer, outside

TONE_HZ, THEIR_RATE = 700.0, 48_000


def tone(seconds: float, rate: int = THEIR_RATE, loud: float = 9_000.0) -> np.ndarray:
    return (loud * np.sin(2 * np.pi * TONE_HZ * np.arange(round(seconds * rate)) / rate)).astype("<i2")


async def test_a_person_speaks_and_the_script_goes_on_after(tmp_path: Path) -> None:
    """The script falls silent, the voice is in the stream, what viewers ask goes to people, then the host goes on."""
    catalog = open_catalog(tmp_path / "data")
    out = tmp_path / "out.mp4"
    room = make_room(catalog, small_settings(tmp_path / "room", outputs=(str(out),)), voice=SilentVoice())
    try:
        async with on_air(room) as client:
            events = client.events()
            await until(events, type="said", kind="script")
            async with client.microphone(THEIR_RATE) as microphone:
                await until(events, type="microphone", open=True)
                with pytest.raises(RoomError, match="somebody else is speaking"):
                    async with client.microphone(THEIR_RATE):
                        pass
                comment = await client.comment("小鹿", "这是什么材质呀？")
                for part in np.array_split(tone(2.0), 60):
                    microphone.write(part.tobytes())
                    await asyncio.sleep(2.0 / 60)
                ended = await until(events, type="comment_ended")
            await until(events, type="microphone", open=False)
            await until(events, type="said", kind="script")
            await events.aclose()
        assert (ended["id"], ended["outcome"]) == (comment["id"], "handed_over")
        (person,) = [each for each in Archive(catalog.store, "test").entries(Wanted()) if each.text == "（真人讲话）"]
        assert 1_800 < person.end_ms - person.start_ms < 4_000
    finally:
        catalog.close()
    with av.open(str(out)) as container:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    # The voice of this room is silent: all that sounds is the person's, in one piece unless the machine is too slow.
    pieces = sound[: len(sound) // 441 * 441].reshape(-1, 441)
    heard = pieces[np.abs(pieces).max(axis=1) > 0.1].ravel()
    assert 1.9 < len(heard) / RATE < 2.15
    spectrum = np.abs(np.fft.rfft(heard))
    assert abs(spectrum.argmax() * RATE / len(heard) - TONE_HZ) < 5


async def test_the_mouth_follows_and_nothing_clicks() -> None:
    """Open while the person sounds, shut in their pause; the sound comes in and goes out without a step."""
    microphone = Microphone(Performer(SilentVoice()), 25)
    person = microphone.listen(RATE, lambda speaking: None)
    spoken = np.concatenate([tone(0.28, RATE), np.zeros(RATE // 5, "<i2"), tone(0.28, RATE)]).tobytes()
    for start in range(0, len(spoken), 999):  # an odd number: a sample may come in two pieces
        person.feed(spoken[start : start + 999])
    person.close()
    moments = [microphone.next() for _ in range(30)]
    sound = np.concatenate([moment.pcm for moment in moments]).astype(np.int32)
    assert np.abs(np.diff(sound)).max() < 1.1 * np.abs(np.diff(tone(0.1, RATE).astype(np.int32))).max()
    opened = [moment.mouth.open for moment in moments]
    assert min(opened[1:6]) > 0.5 and max(opened[9:12]) < 0.05 and max(opened[20:]) == 0.0
    assert [moment.index for moment in moments] == list(range(30))


async def test_what_comes_too_fast_is_dropped_so_that_the_person_is_not_late() -> None:
    microphone = Microphone(Performer(SilentVoice()), 25)
    person = microphone.listen(RATE, lambda speaking: None)
    for _ in range(50):
        person.feed(tone(0.1, RATE).tobytes())
    sounding = [np.abs(microphone.next().pcm).max() > 0 for _ in range(50)]
    assert 15 < sum(sounding) < 25 and not any(sounding[25:])
    with pytest.raises(ValueError, match="8000 to 96000"):
        microphone.listen(44, lambda speaking: None)


async def test_what_a_person_says_is_written_down_and_checked_for_the_desk(tmp_path: Path) -> None:
    """A wrong price is on record as it was said, and whoever watches is told what is right."""
    catalog = open_catalog(tmp_path / "data")
    reply = json.dumps({"text": "现在的价格是99元。"}).encode()
    with outside(lambda asked: Answer(200, reply, {"Content-Type": "application/json"})) as server:
        ears = RemoteEars(f"http://127.0.0.1:{server.port}/v1", model="whisper")
        room = make_room(catalog, small_settings(tmp_path / "room"), voice=SilentVoice(), ears=ears)
        try:
            async with on_air(room) as client:
                events = client.events()
                await until(events, type="said", kind="script")
                async with client.microphone(THEIR_RATE) as microphone:
                    for part in np.array_split(tone(1.5), 30):
                        microphone.write(part.tobytes())
                        await asyncio.sleep(0.05)
                heard = await until(events, type="heard", final=True)
                await events.aclose()
            said = [each.text for each in Archive(catalog.store, "test").entries(Wanted())]
        finally:
            catalog.close()
            await ears.close()
    assert heard["text"] == "现在的价格是99元。" and heard["label"] != "ok"
    assert "99" not in heard["instead"]
    assert "现在的价格是99元。" in said
