import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from avatar.media import Speech
from avatar.voice import VoiceError, load_voice
from avatar.voices.espeak import EspeakVoice, pieces
from avatar.voices.silent import SilentVoice


@pytest_asyncio.fixture
async def voice() -> AsyncIterator[EspeakVoice]:
    voice = EspeakVoice()
    yield voice
    await voice.close()


async def all_of(speeches: AsyncGenerator[Speech, None]) -> list[Speech]:
    return [speech async for speech in speeches]


async def test_speaks_chinese_with_mouth_and_words(voice: EspeakVoice) -> None:
    (speech,) = await all_of(voice.speak("欢迎来到直播间", "zh"))
    seconds = len(speech.audio.pcm) / speech.audio.rate
    assert 1.0 < seconds < 3.5
    assert np.abs(speech.audio.pcm).max() > 8_000
    assert {viseme.name for viseme in speech.visemes} > {"aa", "I"}
    assert [word.start for word in speech.words] == sorted(word.start for word in speech.words)
    assert speech.words[-1].end == 7
    assert all(0 <= viseme.start_s < viseme.end_s <= seconds + 0.01 for viseme in speech.visemes)


async def test_chinese_names_in_an_english_sentence_are_spoken_not_spelled(voice: EspeakVoice) -> None:
    mixed = await all_of(voice.speak("This 保温杯 is nice", "en"))
    assert sum(len(speech.audio.pcm) / speech.audio.rate for speech in mixed) < 4.0
    assert [word.start for speech in mixed for word in speech.words] == [0, 5, 8, 12] or len(mixed) == 3
    assert mixed[1].audio.pts == len(mixed[0].audio.pcm)


async def test_loudness_is_that_of_broadcast_speech(voice: EspeakVoice) -> None:
    speeches = await all_of(voice.speak("这款杯子现在只要九十九元，喜欢的朋友可以点下方链接。", "zh"))
    pcm = np.concatenate([speech.audio.pcm for speech in speeches]).astype(np.float64) / 32_768
    assert np.abs(pcm).max() <= 10 ** (-1 / 20)
    active = pcm[np.abs(pcm) > 0.01]
    assert 0.1 < np.sqrt(np.mean(active**2)) < 0.35


async def test_a_killed_process_is_replaced_without_a_word(voice: EspeakVoice) -> None:
    await all_of(voice.speak("你好", "zh"))
    assert voice._process is not None
    os.kill(voice._process.pid, signal.SIGKILL)
    assert await all_of(voice.speak("你好", "zh"))


async def test_an_abandoned_sentence_does_not_leak_into_the_next(voice: EspeakVoice) -> None:
    long = voice.speak("第一句话。第二句话。第三句话。", "zh")
    await anext(long)
    await long.aclose()
    (speech,) = await all_of(voice.speak("好", "zh"))
    assert len(speech.audio.pcm) / speech.audio.rate < 1.0


def test_long_text_is_cut_at_sentences_and_nothing_is_lost() -> None:
    text = "今天天气不错，" * 100 + "hello. " * 50
    cut = pieces(text)
    assert all(len(piece) <= 200 for _, piece in cut)
    assert all(text[start : start + len(piece)] == piece for start, piece in cut)
    assert "".join(piece for _, piece in cut).replace(" ", "") == text.replace(" ", "")


def test_unknown_names_say_what_there_is() -> None:
    with pytest.raises(VoiceError, match=r"unknown voice 'x'; choose from \['coqui', 'espeak'"):
        load_voice("x")
    with pytest.raises(VoiceError, match="no speaker 'x'"):
        load_voice("espeak", speaker="x")


async def test_the_silent_voice_keeps_the_pace_of_speech() -> None:
    (speech,) = await all_of(SilentVoice().speak("你好", "zh"))
    assert len(speech.audio.pcm) == round(0.4 * speech.audio.rate)
    assert not speech.audio.pcm.any()
