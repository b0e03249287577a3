import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from avatar.media import RATE, AudioChunk, Moment, Speech, Viseme, Word
from avatar.performer import Performer, Style
from avatar.voice import Lang, VoiceError
from avatar.voices.espeak import EspeakVoice
from avatar.voices.silent import SilentVoice


class ToneVoice:
    """A tenth of a second of 440 Hz for each character, at 22,050 Hz, in two pieces."""

    async def speak(self, text: str, lang: Lang) -> AsyncGenerator[Speech, None]:
        half = len(text) // 2
        pts = 0
        for offset, part in ((0, text[:half]), (half, text[half:])):
            count = len(part) * 2_205
            wave = np.sin(2 * np.pi * 440 * (pts + np.arange(count)) / 22_050) * 12_000
            words = tuple(Word(offset + n, offset + n + 1, (offset + n) / 10) for n in range(len(part)))
            visemes = (Viseme("aa", pts / 22_050, (pts + count) / 22_050),)
            yield Speech(AudioChunk(wave.astype(np.int16), 22_050, pts), visemes, words)
            pts += count


class BrokenVoice:
    async def speak(self, text: str, lang: Lang) -> AsyncGenerator[Speech, None]:
        yield Speech(AudioChunk(np.full(2_205, 5_000, np.int16), 22_050, 0))
        raise VoiceError("out of breath", retryable=True)


def play(performer: Performer, seconds: float) -> list[Moment]:
    return [performer.next() for _ in range(round(seconds * 25))]


@pytest_asyncio.fixture
async def espeak() -> AsyncIterator[EspeakVoice]:
    voice = EspeakVoice()
    yield voice
    await voice.close()


async def test_every_moment_is_one_frame_of_sound() -> None:
    performer = Performer(ToneVoice())
    assert await performer.say("一二三四五六七八九十", "zh", 7, Style(pause_s=0.2))
    moments = play(performer, 2.0)
    assert [moment.index for moment in moments] == list(range(50))
    assert {len(moment.pcm) for moment in moments} == {RATE // 25}
    speaking = [moment for moment in moments if moment.utterance == 7]
    assert len(speaking) == 30  # 1.0 s of tone and 0.2 s of pause
    assert [moment.spoken for moment in speaking] == sorted(moment.spoken for moment in speaking)
    assert speaking[-1].spoken == 10
    assert speaking[12].mouth.open > 0.9
    assert moments[-1].mouth.open == 0.0


async def test_no_click_where_two_pieces_of_speech_join() -> None:
    performer = Performer(ToneVoice())
    await performer.say("一二三四", "zh", 1)
    sound = np.concatenate([moment.pcm for moment in play(performer, 0.4)]).astype(int)
    steps = np.abs(np.diff(sound[200:-900]))
    assert steps.max() < 1_000  # a 440 Hz tone of this height moves 750 a sample


async def test_subtitles_follow_the_text_as_written(espeak: EspeakVoice) -> None:
    performer = Performer(espeak)
    text = "原价¥1,299.00，现在只要199元"
    await performer.say(text, "zh", 1)
    moments = [moment for moment in play(performer, performer.queued_s + 0.5) if moment.utterance]
    reached = [moment.spoken for moment in moments]
    assert reached == sorted(reached)
    assert reached[-1] == len(text)
    stressed = {moment.spoken for moment in moments if moment.emphasis}
    assert stressed & set(range(3, 12))
    assert stressed & set(range(18, 23))


async def test_an_interruption_fades_and_forgets() -> None:
    performer = Performer(ToneVoice())
    await performer.say("一二三四五六七八九十", "zh", 1)
    await performer.say("甲乙丙丁", "zh", 2)
    play(performer, 0.4)
    performer.interrupt()
    fading, after = performer.next(), play(performer, 1.0)
    assert fading.pcm[:100].any() and not fading.pcm[441:].any()
    assert not any(moment.utterance or moment.pcm.any() for moment in after)
    assert performer.queued_s == 0
    await performer.say("好的", "zh", 3)
    assert performer.next().utterance == 3


async def test_speech_still_being_made_when_interrupted_is_dropped() -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    class SlowVoice(ToneVoice):
        async def speak(self, text: str, lang: Lang) -> AsyncGenerator[Speech, None]:
            async for speech in super().speak(text, lang):
                yield speech
                started.set()
                await go_on.wait()

    performer = Performer(SlowVoice())
    saying = asyncio.create_task(performer.say("一二三四", "zh", 1))
    await started.wait()
    performer.interrupt()
    go_on.set()
    assert not await saying
    assert not any(moment.utterance for moment in play(performer, 1.0))


async def test_a_full_queue_slows_its_producer() -> None:
    performer = Performer(SilentVoice())
    for stamp in range(1, 8):
        await asyncio.wait_for(performer.say("一二三四五六七八九十" * 2, "zh", stamp), 1)
    waiting = asyncio.create_task(performer.say("还有一句", "zh", 9))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    play(performer, 10.0)
    assert await asyncio.wait_for(waiting, 1)


async def test_what_was_said_before_the_voice_failed_is_still_heard() -> None:
    performer = Performer(BrokenVoice())
    with pytest.raises(VoiceError):
        await performer.say("你好", "zh", 1)
    assert performer.next().pcm.any()
    play(performer, 1.0)
    assert performer.queued_s == 0


def test_the_frame_rate_must_divide_the_sample_rate() -> None:
    with pytest.raises(ValueError, match="24 fps"):
        Performer(SilentVoice(), fps=24)
