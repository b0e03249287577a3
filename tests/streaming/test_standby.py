"""When a voice or a face fails, another steps in, says so, and steps back."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any

import numpy as np
import pytest

from avatar.media import AudioChunk, Frame, Moment, Speech
from avatar.voice import VoiceError
from streaming.standby import SteadyVoice
from streaming.steady_face import SteadyFace
from tests.streaming.parts import PlainFace


class Fragile:
    """A voice that says its own number; broken, hanging or breaking off as told."""

    def __init__(self, number: int) -> None:
        self.number, self.mode, self.asked, self.closed = number, "", 0, False

    async def speak(self, text: str, lang: str) -> AsyncGenerator[Speech, None]:
        self.asked += 1
        if self.mode == "hang":
            await asyncio.Event().wait()
        if self.mode == "broken":
            raise VoiceError("the voice server is down", retryable=True)
        yield Speech(AudioChunk(np.full(10, self.number, np.int16), 44100, 0))
        if self.mode == "breaks off":
            raise VoiceError("the connection was lost", retryable=True)

    async def close(self) -> None:
        self.closed = True


async def heard(voice: SteadyVoice) -> int:
    return [int(speech.audio.pcm[0]) async for speech in voice.speak("你好。", "zh")][0]


def steady(*voices: Fragile, again_s: float = 60.0) -> SteadyVoice:
    names = ("cloud", "espeak", "silent")
    rungs = [(name, lambda voice=voice: voice) for name, voice in zip(names, voices, strict=False)]
    return SteadyVoice(rungs, stall_s=0.05, again_s=again_s)


@pytest.mark.parametrize("mode", ["broken", "hang"])
async def test_no_sentence_is_lost_when_a_voice_fails(mode: str) -> None:
    first, second, third = Fragile(1), Fragile(2), Fragile(3)
    voice = steady(first, second, third)
    assert await heard(voice) == 1 and voice.trouble == ""
    first.mode = mode
    tries = 3 if mode == "broken" else 2  # a hang is not waited for twice
    assert await heard(voice) == 2 and first.asked == tries
    assert "'cloud' failed" in voice.trouble and "'espeak'" in voice.trouble
    assert await heard(voice) == 2 and first.asked == tries  # not asked at every sentence
    second.mode = "broken"
    assert await heard(voice) == 3 and "'silent'" in voice.trouble
    third.mode = "broken"
    with pytest.raises(VoiceError):
        await heard(voice)
    await voice.close()
    assert first.closed and second.closed and third.closed


async def test_the_voice_comes_back() -> None:
    first, second = Fragile(1), Fragile(2)
    voice = steady(first, second, again_s=0.1)
    first.mode = "broken"
    assert await heard(voice) == 2
    await asyncio.sleep(0.12)
    assert await heard(voice) == 2 and voice.trouble  # one try is enough to see that it is still broken
    assert first.asked == 3
    first.mode = ""
    await asyncio.sleep(0.12)
    assert await heard(voice) == 1 and voice.trouble == ""


async def test_what_has_sounded_is_not_said_twice() -> None:
    first, second = Fragile(1), Fragile(2)
    voice = steady(first, second)
    first.mode = "breaks off"
    for _ in range(2):
        with pytest.raises(VoiceError):
            await heard(voice)
    assert await heard(voice) == 2 and voice.trouble


class FragileFace(PlainFace):
    broken = False

    def render(self, moment: Moment) -> Frame:
        if self.broken:
            raise RuntimeError("out of memory")
        return super().render(moment)


def until(holds: Callable[[], bool], within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.01)


def test_a_face_that_fails_gives_way_to_a_simpler_one_and_comes_back() -> None:
    first, still = FragileFace(), PlainFace()
    still._frame = still._frame + np.uint8(1)
    now = Moment(0, np.zeros(1764, np.int16))
    face = SteadyFace([("drawn", lambda: first), ("still", lambda: still)], failures=3, again_s=60.0)
    good = face.render(now)
    first.broken = True
    for _ in range(4):  # what throws is heard of a picture later
        assert face.render(now) is good  # the picture stands still
    assert "'still'" in face.trouble
    until(lambda: face.render(now) is still._frame)
    face._ladder._again_at = 0.0
    until(lambda: face.render(now) is still._frame and face._ladder._again_at > 0.0)  # tried in vain
    face._ladder._again_at, first.broken = 0.0, False
    until(lambda: face.render(now) is good)
    assert face.trouble == ""


def test_the_next_picture_is_drawn_beside_the_frame_loop_which_is_told_that_it_comes_a_frame_later() -> None:
    may_draw = threading.Semaphore(1)

    class Numbering(PlainFace):
        def render(self, moment: Moment) -> Any:
            assert may_draw.acquire(timeout=10)
            return moment.index

    face = SteadyFace([("drawn", Numbering)])
    assert face.delay == 1
    shown = []
    for index in range(5):
        shown.append(face.render(Moment(index, np.zeros(1764, np.int16))))
        may_draw.release()  # the loop has gone on before the picture of this moment was begun
    assert shown == [0, 0, 1, 2, 3]


def test_a_face_that_hangs_costs_no_frame_and_comes_back() -> None:
    """While it hangs its last picture stands; then a simpler one is drawn, and the first is tried beside it."""
    free = threading.Event()
    free.set()

    class Hanging(PlainFace):
        def render(self, moment: Moment) -> Any:
            free.wait()
            return super().render(moment)

    still = PlainFace()
    still._frame = still._frame + np.uint8(1)
    now = Moment(0, np.zeros(1764, np.int16))
    face = SteadyFace([("photo", Hanging), ("still", lambda: still)], hang_s=0.6, again_s=0.5)
    good = face.render(now)
    free.clear()
    worst = 0.0

    def shown() -> Any:
        nonlocal worst
        before = time.monotonic()
        picture = face.render(now)
        worst = max(worst, time.monotonic() - before)
        return picture

    assert shown() is good
    until(lambda: shown() is still._frame)
    assert "hung" in face.trouble and worst < 1.0
    until(lambda: shown() is still._frame and face._trial is not None)
    free.set()
    until(lambda: shown() is not still._frame)
    assert face.trouble == ""
