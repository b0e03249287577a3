"""Mouth times from text and sound alone, measured against a voice that knows them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from avatar.alignment import Reference, align, by_loudness
from avatar.media import Viseme
from avatar.visemes import mouth_at
from avatar.voice import Lang
from avatar.voices.espeak import EspeakVoice

TEXTS: tuple[tuple[Lang, str], ...] = (
    ("zh", "现在的价格是九十九元，喜欢的朋友可以点下方链接。"),
    ("en", "The body is made of stainless steel, and it keeps drinks hot for twelve hours."),
)


async def said(text: str, lang: Lang, speaker: str = "female", speed: float = 1.0) -> Reference:
    voice = EspeakVoice(speaker=speaker, speed=speed)
    try:
        return Reference.of([speech async for speech in voice.speak(text, lang)])
    finally:
        await voice.close()


def sounding(track: tuple[Viseme, ...]) -> list[Viseme]:
    return [viseme for viseme in track if viseme.name != "sil"]


def errors_ms(found: tuple[Viseme, ...], truth: tuple[Viseme, ...]) -> NDArray[np.float64]:
    """How far the middles of the sounds lie from where they are; a sound that is missing is an error of a second."""
    there = [(viseme.name, (viseme.start_s + viseme.end_s) / 2) for viseme in sounding(found)]
    errors = []
    for viseme in sounding(truth):
        middle = (viseme.start_s + viseme.end_s) / 2
        errors.append(min((abs(at - middle) for name, at in there if name == viseme.name), default=1.0))
    return np.array(errors) * 1000


@pytest.mark.parametrize(("speaker", "speed"), [("male-deep", 0.8), ("female-bright", 1.3)])
@pytest.mark.parametrize(("lang", "text"), TEXTS)
async def test_another_voice_s_sounds_are_found_within_40_ms(lang: Lang, text: str, speaker: str, speed: float) -> None:
    known, heard = await said(text, lang), await said(text, lang, speaker, speed)
    timed = align(known, heard.pcm, heard.rate)
    errors = errors_ms(timed.visemes, heard.visemes)
    assert np.median(errors) <= 40
    assert np.percentile(errors, 90) <= 80
    assert [word.start for word in timed.words] == [word.start for word in heard.words]
    apart = [abs(mine.start_s - true.start_s) for mine, true in zip(timed.words, heard.words, strict=True)]
    assert np.median(apart) <= 0.04


async def test_a_pause_noise_and_a_dull_line_do_not_lose_the_thread() -> None:
    lang, text = TEXTS[0]
    known, heard = await said(text, lang), await said(text, lang, "male")
    cut = next(word for word in heard.words if word.start >= text.index("喜欢"))
    at, pause = round((cut.start_s - 0.02) * heard.rate), round(0.9 * heard.rate)
    dull = np.convolve(heard.pcm, [0.5, 0.3, 0.2], "same")
    noise = np.random.default_rng(1).normal(0, 25, len(dull) + pause)
    pcm = (np.concatenate([dull[:at], np.zeros(pause), dull[at:]]) + noise).astype(np.int16)
    timed = align(known, pcm, heard.rate)
    truth = tuple(
        Viseme(each.name, each.start_s + late, each.end_s + late)
        for each in heard.visemes
        for late in [0.9 if each.start_s >= cut.start_s - 0.02 else 0.0]
    )
    assert np.median(errors_ms(timed.visemes, truth)) <= 40
    middle = mouth_at(timed.visemes, at / heard.rate + 0.45)
    assert middle.open < 0.05, "nothing is said, so the mouth is shut"
    assert all(one.end_s <= two.start_s + 1e-6 for one, two in zip(timed.visemes, timed.visemes[1:], strict=False))


async def test_half_a_sentence_is_as_exact_as_a_whole_one() -> None:
    """Sound is shown while it still comes in: what is known of it must do."""
    lang, text = TEXTS[1]
    known, heard = await said(text, lang), await said(text, lang, "male", 0.9)
    half = len(heard.pcm) // 2
    timed = align(known, heard.pcm[:half], heard.rate, whole=False)
    sure_s = half / heard.rate - 0.2
    truth = tuple(viseme for viseme in heard.visemes if viseme.end_s < sure_s)
    assert np.median(errors_ms(timed.visemes, truth)) <= 40
    assert timed.visemes[-1].end_s == pytest.approx(half / heard.rate)


async def test_silence_and_hiss_keep_the_mouth_shut() -> None:
    known = await said("你好", "zh")
    for pcm in (np.zeros(22_050, np.int16), np.random.default_rng(0).normal(0, 3, 22_050).astype(np.int16)):
        for timed in (align(known, pcm, 22_050), by_loudness(pcm, 22_050)):
            assert {viseme.name for viseme in timed.visemes} == {"sil"}
    assert align(known, np.zeros(0, np.int16), 22_050).visemes == ()


def test_sound_of_any_length_is_taken() -> None:
    """107,052 samples at 22,050 Hz once ended a show: the last frame began a sample too late."""
    sound = np.zeros(107_300, np.int16)
    for length in range(107_052 - 230, 107_053 + 30):
        assert by_loudness(sound[:length], 22_050).visemes[-1].end_s == pytest.approx(length / 22_050)


async def test_loudness_alone_opens_the_mouth_where_something_sounds() -> None:
    heard = await said("你好", "zh")
    pcm = np.concatenate([np.zeros(11_025, np.int16), heard.pcm])
    track = by_loudness(pcm, heard.rate).visemes
    assert mouth_at(track, 0.2).open < 0.05
    assert mouth_at(track, 0.5 + len(heard.pcm) / heard.rate / 3).open > 0.3
