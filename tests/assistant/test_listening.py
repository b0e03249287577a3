"""Speech written down: while it goes on, by faster-whisper in this process, with the shop's own names."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from assistant.ears import RemoteEars
from assistant.hearing import Ears, HearingError
from assistant.hotwords import hot_words
from assistant.listening import Cutter, Heard, Listener
from assistant.whisper import WhisperEars, chosen
from knowledge.model import Product, Text
from tests.assistant.tiny_whisper import WORD, make_whisper, need_whisper
from tests.avatar.speech_server import say, wav
from tests.web.outside import Answer, Asked, outside

RATE = 16_000


def speech(seconds: float, rate: int = RATE) -> np.ndarray:
    """A voice-like buzz that rises and falls four times a second."""
    at = np.arange(round(seconds * rate)) / rate
    return (4_000 * np.sign(np.sin(2 * np.pi * 140 * at)) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * at))).astype(np.int16)


def hum(seconds: float, loud: float, rate: int = RATE) -> np.ndarray:
    return np.random.default_rng(0).normal(0, loud, round(seconds * rate)).astype(np.int16)


@pytest.mark.parametrize("loud", [5, 300], ids=["quiet room", "fan"])
def test_speech_is_cut_at_its_pauses_and_not_within(loud: float) -> None:
    cutter = Cutter(RATE)
    said = [hum(3, loud), speech(1.5), hum(0.3, loud), speech(1.0), hum(1.0, loud), speech(2.0), hum(1.0, loud)]
    pieces = [piece for part in np.array_split(np.concatenate(said), 400) for piece in cutter.feed(part)]
    assert [round(piece.start_s, 1) for piece in pieces] == pytest.approx([2.8, 6.6], abs=0.15)
    assert [len(piece.pcm) / RATE for piece in pieces] == pytest.approx([3.6, 2.8], abs=0.2)
    assert cutter.end() is None


def test_a_click_is_no_speech_and_a_monologue_is_cut() -> None:
    cutter = Cutter(RATE)
    assert not cutter.feed(np.concatenate([hum(1, 5), speech(0.06), hum(1, 5)]))
    pieces = cutter.feed(speech(32))
    assert len(pieces) == 2 and all(len(piece.pcm) == 15 * RATE for piece in pieces)
    last = cutter.end()
    assert last is not None and len(last.pcm) / RATE == pytest.approx(2, abs=0.3)


async def written(ears: Ears, *parts: np.ndarray) -> list[Heard]:
    """What a listener makes of sound that comes in as from a microphone, only faster."""
    listener = Listener(ears, "zh", RATE)

    async def talk() -> None:
        for part in np.array_split(np.concatenate(parts), 60):
            data = part.tobytes()
            listener.feed(data[:7])
            listener.feed(data[7:])
            await asyncio.sleep(0.01)
        listener.close()

    talking = asyncio.create_task(talk())
    found = [heard async for heard in listener.heard()]
    await talking
    return found


async def test_drafts_come_while_one_speaks_and_a_failure_costs_only_its_piece() -> None:
    asked: list[int] = []

    def answer(request: Asked) -> Answer:
        asked.append(len(request.body))
        status = 500 if len(asked) == 1 else 200
        return Answer(
            status, json.dumps({"text": f"piece {len(asked)}"}).encode(), {"Content-Type": "application/json"}
        )

    with outside(answer) as server:
        ears = RemoteEars(f"http://127.0.0.1:{server.port}/v1", model="w", words=lambda lang: "Zojirushi SM-SA48")
        heard = await written(ears, hum(0.5, 5), speech(4), hum(1, 5), speech(1), hum(1, 5))
        await ears.close()
    finals = [each for each in heard if each.final]
    assert [round(each.start_s, 1) for each in finals] == pytest.approx([0.3, 5.3], abs=0.15)
    assert finals[0].end_s - finals[0].start_s == pytest.approx(4.8, abs=0.2)
    drafts = [each for each in heard if not each.final]
    assert drafts
    for draft in drafts:
        assert any(each.start_s - 0.01 < draft.start_s and draft.end_s <= each.end_s for each in finals)
    assert all(b"Zojirushi SM-SA48" in request.body for request in server.asked)


def test_hot_words_are_brands_and_models_and_no_measures() -> None:
    def product(number: int, zh: str, en: str, brand: str = "") -> Product:
        return Product(str(number), Text(zh, en), brand=brand, price=Decimal(1))

    shelf = [
        product(1, "象印SM-SA48保温杯 480ml", "Zojirushi SM-SA48 flask 480 ml", "象印"),
        product(2, "象印 SM-SR60 保温杯 304不锈钢", "Zojirushi SM-SR60 flask", "象印"),
        product(3, "华为 FreeBuds 5i 耳机", "FreeBuds 5i earphones", "HUAWEI"),
    ]
    assert hot_words(shelf, "zh").split()[0] == "象印"
    assert set(hot_words(shelf, "zh").split()) >= {"SM-SA48", "SM-SR60", "FreeBuds", "HUAWEI"}
    assert "480ml" not in hot_words(shelf, "en") and "SM-SA48" in hot_words(shelf, "en")
    many = [product(n, f"杯子 AB{n:04}", "", f"brand{n}") for n in range(500)]
    assert len(hot_words(many, "zh")) <= 320


def test_the_language_is_the_expected_one_unless_another_is_clearly_likelier() -> None:
    assert chosen({"zh": 0.3, "en": 0.5}, "zh") == "zh"
    assert chosen({"zh": 0.1, "en": 0.5, "de": 0.4}, "zh") == "en"
    assert chosen({"ja": 1.0}, "en") == "en"


# faster-whisper itself; needs `make models`


@pytest.fixture(scope="module")
def whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_whisper()
    return make_whisper(tmp_path_factory.mktemp("whisper"))


async def test_whisper_writes_down_a_voice_and_nothing_of_silence(whisper: Path) -> None:
    asked: list[str] = []

    def words(lang: str) -> str:
        asked.append(lang)
        return "SM-SA48"

    ears = WhisperEars(str(whisper), words=words, device="cpu", threads=1)
    pcm, rate = say("这款保温杯多少钱？")
    assert await ears.hear(wav(pcm, rate), "wav", "en") == WORD
    assert asked == ["zh"], "the model hears Chinese, whatever the page's language"
    assert await ears.hear(wav(bytes(2 * rate), rate), "wav", "zh") == ""
    with pytest.raises(HearingError, match="can't be read"):
        await ears.hear(b"no sound", "wav", "zh")
    (heard,) = [each for each in await written(ears, hum(0.3, 5), spoken(), hum(1, 5)) if each.final]
    assert heard.text == WORD
    await ears.close()


def spoken() -> np.ndarray:
    pcm, rate = say("这款保温杯多少钱？")
    samples = np.frombuffer(pcm, np.int16)
    return np.interp(np.arange(0, len(samples) / rate, 1 / RATE) * rate, np.arange(len(samples)), samples).astype(
        np.int16
    )


async def test_what_takes_too_long_is_given_up_and_the_next_is_heard(whisper: Path) -> None:
    pcm, rate = say("你好")
    ears = WhisperEars(str(whisper), device="cpu", threads=1, hear_s=0.01)
    with pytest.raises(HearingError, match=r"longer than 0\.01 s"):
        await ears.hear(wav(pcm, rate), "wav", "zh")
    ears._hear_s = 30.0
    assert await ears.hear(wav(pcm, rate), "wav", "zh") == WORD
    waiting = [asyncio.create_task(ears.hear(wav(pcm, rate), "wav", "zh")) for _ in range(9)]
    with pytest.raises(HearingError, match="too many"):
        await waiting[-1]
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await ears.close()


async def test_a_model_that_is_not_there_is_said(tmp_path: Path) -> None:
    need_whisper()
    with pytest.raises(HearingError, match="no speech model at /no/such"):
        WhisperEars("/no/such")
    ears = WhisperEars(str(tmp_path), device="cpu")
    with pytest.raises(HearingError, match="cannot load the speech model"):
        await ears.hear(wav(bytes(32_000), 16_000), "wav", "zh")
    await ears.close()
