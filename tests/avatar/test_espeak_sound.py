"""How the embedded voice sounds: what it reads, where it dwells and rises, and how near its tone is to a person's."""

from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio
from numpy.typing import NDArray

from avatar.media import Speech
from avatar.speakable import speakable
from avatar.voice import Lang
from avatar.voices.espeak import SPEAKERS, EspeakVoice
from avatar.voices.espeak_prosody import marked
from avatar.voices.espeak_tone import Tone
from streaming.sound.loudness import Integrated

TALK: dict[Lang, tuple[str, ...]] = {
    "zh": ("今天给大家看的是这款316不锈钢保温杯，容量500ml。", "原价¥169，现在到手价129元，喜欢的朋友点购物袋。"),
    "en": ("This is our steel bottle; it holds 500 ml and weighs only 230 g.", "It was $49.00, and now it is $34.99."),
}
RATE = 22_050


@pytest_asyncio.fixture
async def voice() -> AsyncIterator[EspeakVoice]:
    voice = EspeakVoice()
    yield voice
    await voice.close()


async def said(voice: EspeakVoice, text: str, lang: Lang = "zh") -> list[Speech]:
    return [speech async for speech in voice.speak(text, lang)]


async def sound(voice: EspeakVoice, text: str, lang: Lang = "zh") -> NDArray[np.float32]:
    pieces = [speech.audio.pcm for speech in await said(voice, text, lang)]
    return np.concatenate(pieces).astype(np.float32) / 32_768


# The sound that must be heard in a word whose characters are also read otherwise.
READ = {
    "便宜": "ph", "银行": "χ", "自行车": "ɕ", "重新": "ts.h", "重量": "ts.ˈo", "长度": "ts.h", "长高": "ts.ˈɑ",
    "还有": "χai", "还款": "χˈua", "觉得": "tɕyɛtə", "你得买": "tˈei", "调料": "th", "色调": "tjˈɑu", "褪色": "thˈuei",
    "曝光": "pˈɑu",
    "洗发水": "fˈɑ", "卷发": "tɕˈyæn", "剥壳": "pˈɑu", "系鞋带": "tɕˈi", "盛饭": "ts.hˈə", "相册": "ɕˈiɑ", "音乐": "yɛ",
    "快乐": "lˈə", "首都": "tˈu", "供应商": "jˈiŋ", "薄款": "pˈɑu", "薄荷": "po", "数据": "s.ˈu", "血压": "ɕˈyɛ",
}  # fmt: skip


@pytest.mark.parametrize("word", ["这儿", "一点儿", "有点儿", "一会儿", "花儿", "玩意儿", "一块儿", "哪儿"])
async def test_words_with_er_are_spoken_not_spelled(voice: EspeakVoice, word: str) -> None:
    """espeak-ng 1.52 says "one point two four five" for some of them."""
    assert len(await sound(voice, word)) / RATE < 0.35 * len(word) + 0.45


async def test_characters_with_several_readings_are_read_as_in_the_word(voice: EspeakVoice) -> None:
    heard = {}
    for word in READ:
        head, _ = await voice._synthesise(marked(word, "zh").ssml, "zh")
        heard[word] = "".join(name for kind, _, name, _ in head["events"] if kind == "phoneme")
    assert {word: said for word, said in heard.items() if READ[word] not in said} == {}


async def test_a_price_is_given_time(voice: EspeakVoice) -> None:
    async def lasts(text: str, lang: Lang, first: int) -> float:
        (speech,) = await said(voice, text, lang)
        starts = [word.start_s for word in speech.words if word.start >= first]
        return starts[-1] - starts[0]

    assert await lasts("到手价一百二十九元", "zh", 3) > 1.08 * await lasts("到手价一百二十九人", "zh", 3)
    assert await lasts("only thirty-four dollars", "en", 5) > 1.05 * await lasts("only thirty-four bottles", "en", 5)


async def test_a_lively_host_is_quicker_and_higher_than_a_calm_one() -> None:
    line, heard = "今天给大家看的是这款保温杯。", {}
    for host, (speed, pitch) in {"calm": (0.92, -4), "lively": (1.08, 5)}.items():
        voice = EspeakVoice(speed=speed, pitch=pitch)
        heard[host] = await sound(voice, line)
        await voice.close()
    assert len(heard["lively"]) < 0.93 * len(heard["calm"])

    def lowest(samples: NDArray[np.float32]) -> float:
        """Where in Hz the voice's own tone lies: the centre of what is below 320 Hz."""
        power = np.abs(np.fft.rfft(samples)) ** 2
        at = np.fft.rfftfreq(len(samples), 1 / RATE)
        low = (at > 100) & (at < 320)
        return float((at * power)[low].sum() / power[low].sum())

    assert lowest(heard["lively"]) > 1.03 * lowest(heard["calm"])


async def test_a_question_rises(voice: EspeakVoice) -> None:
    def pitch(samples: NDArray[np.float32]) -> float:
        """Median of the last fifth of a second that has a voice."""
        loud = np.flatnonzero(np.abs(samples) > 0.1)
        part = samples[loud[-1] - round(0.2 * RATE) : loud[-1]]
        lags = np.correlate(part, part, "full")[len(part) :]
        return RATE / (55 + int(np.argmax(lags[54:250])))

    assert pitch(await sound(voice, "你们也喜欢吗？")) > 1.05 * pitch(await sound(voice, "你们也喜欢吗。"))


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("便宜的一点儿，只要一百二十九元，好吗？", "zh"),
        ("A<B & C>D ten dollars", "en"),
        ("Xiaomi for two hundred dollars", "en"),
        ("？", "zh"),
    ],
)
async def test_subtitles_follow_the_words_as_given(voice: EspeakVoice, text: str, lang: Lang) -> None:
    told = marked(text, lang)
    assert len(told.origin) == len(told.ssml) and list(told.origin) == sorted(told.origin)
    words = [word for speech in await said(voice, text, lang) for word in speech.words]
    assert [word.start for word in words] == sorted({word.start for word in words})
    assert all(0 <= word.start < word.end <= len(text) for word in words)


def test_the_tone_moves_nothing_in_time() -> None:
    pulse = (np.exp(-(((np.arange(8_000) - 4_000) / 40.0) ** 2)) * np.cos(np.arange(-4_000, 4_000)) * 20_000).astype(
        np.int16
    )
    shaped = Tone("female", RATE).shape(pulse, 0.0)
    assert abs(int(np.argmax(np.abs(shaped))) - 4_000) <= 4  # a wave has 6 samples
    assert len(shaped) == len(pulse)


def test_the_room_goes_on_sounding_in_the_next_piece() -> None:
    tone = Tone("male", RATE)
    tone.shape((np.sin(np.arange(4_000) / 9) * 15_000).astype(np.int16), 0.0)
    after = tone.shape(np.zeros(4_000, np.int16), 0.0)
    assert np.abs(after[:600]).max() > 100 and np.abs(after[3_500:]).max() < 3


# Long-term average spectrum of speech by third octave, dB (Byrne and others, 1994).
HERTZ = (200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300, 8000)
SPEECH = (60.2, 60.3, 59, 62.1, 62.1, 60.5, 56.8, 53.7, 53, 52, 48.7, 48.1, 46.8, 45.6, 44.5, 44.3, 43.7)


def away_from_speech(samples: NDArray[np.float32]) -> float:
    """RMS difference in dB between the spectrum of `samples` and people's, over bands of an octave."""
    window = 4096
    rows = np.lib.stride_tricks.sliding_window_view(samples, window)[:: window // 2] * np.hanning(window)
    power = np.sum(np.abs(np.fft.rfft(rows, axis=1)) ** 2, axis=0)
    at = np.fft.rfftfreq(window, 1 / RATE)
    bands = [power[(at >= hz / 2 ** (1 / 6)) & (at < hz * 2 ** (1 / 6))].sum() for hz in HERTZ]
    octaves = [10 * np.log10(sum(bands[n : n + 3])) for n in range(0, len(bands) - 2, 3)]
    people = [10 * np.log10(sum(10 ** (db / 10) for db in SPEECH[n : n + 3])) for n in range(0, len(bands) - 2, 3)]
    apart = np.array(octaves) - np.array(people)
    return float(np.std(apart))


@pytest.mark.parametrize("speaker", SPEAKERS)
async def test_every_speaker_has_a_persons_colour_and_the_same_loudness(speaker: str) -> None:
    voice = EspeakVoice(speaker=speaker)
    try:
        for lang, lines in TALK.items():
            heard = np.concatenate([await sound(voice, speakable(line, lang).text, lang) for line in lines])
            meter = Integrated()
            meter.feed(np.repeat(heard, 2))
            assert meter.lufs == pytest.approx(-16.0, abs=1.2)
            assert away_from_speech(heard) < 3.0
    finally:
        await voice.close()
