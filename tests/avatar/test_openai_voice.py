"""Voices served elsewhere, against a real HTTP server that speaks OpenAI's audio/speech."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from avatar.consent import Consent
from avatar.media import Speech
from avatar.performer import Performer
from avatar.visemes import mouth_at
from avatar.voice import Lang, VoiceError, load_voice
from avatar.voices import sample
from avatar.voices.openai import RemoteSound
from avatar.voices.pcm import PcmReader
from avatar.voices.timed import TimedVoice, sentences
from tests.avatar.speech_server import SpeechServer, say, serving_speech, wav
from tests.servers import free_port

TEXT = "这款杯子九十九元。喜欢的朋友，请点链接！"


@pytest.fixture
def server() -> Iterator[SpeechServer]:
    with serving_speech() as running:
        yield running


@pytest_asyncio.fixture
async def voice(server: SpeechServer) -> AsyncIterator[TimedVoice]:
    made = TimedVoice(RemoteSound(server.url, speaker="vivian", key="sk-secret"))
    yield made
    await made.close()


async def heard(voice: TimedVoice, text: str = TEXT, lang: Lang = "zh") -> list[Speech]:
    return [speech async for speech in voice.speak(text, lang)]


async def test_sound_is_asked_for_by_sentence_and_passed_on_as_it_comes(
    server: SpeechServer, voice: TimedVoice
) -> None:
    speeches = await heard(voice)
    assert [request["input"] for request in server.requests] == ["这款杯子九十九元。", "喜欢的朋友，请点链接！"]
    assert {(request["path"], request["model"], request["voice"]) for request in server.requests} == {
        ("/v1/audio/speech", "tiny-voice", "vivian")
    }
    assert set(server.keys) == {"Bearer sk-secret"}
    assert len(speeches) > 4, "a sentence's beginning is passed on before its end is there"
    assert [speech.audio.pts for speech in speeches] == list(
        np.cumsum([0, *(len(speech.audio.pcm) for speech in speeches)])[:-1]
    )
    whole = sum(len(pcm) // 2 for pcm in server.said)
    assert sum(len(speech.audio.pcm) for speech in speeches) == whole, "not a sample is lost"


async def test_mouth_and_words_go_with_the_sound(voice: TimedVoice) -> None:
    speeches = await heard(voice)
    track = tuple(viseme for speech in speeches for viseme in speech.visemes)
    assert all(one.end_s <= two.start_s + 1e-6 for one, two in zip(track, track[1:], strict=False))
    assert {"aa", "I", "U", "CH"} <= {viseme.name for viseme in track}
    words = [word for speech in speeches for word in speech.words]
    assert [word.start for word in words] == sorted(word.start for word in words)
    assert words[0].start == 0 and words[-1].end >= len(TEXT) - 3
    pcm = np.concatenate([speech.audio.pcm for speech in speeches])
    rate = speeches[0].audio.rate
    loudness = [np.abs(pcm[at : at + rate // 25].astype(int)).mean() for at in range(0, len(pcm), rate // 25)]
    opened = [mouth_at(track, (at + 0.5) / 25).open for at in range(len(loudness))]
    assert np.corrcoef(loudness, opened)[0, 1] > 0.4, "the mouth opens when there is sound"


async def test_a_host_says_it_and_the_subtitle_follows(voice: TimedVoice) -> None:
    performer, text = Performer(voice), "原价¥1,299.00，现在199元"
    assert await performer.say(text, "zh", 1)
    moments = [performer.next() for _ in range(round(performer.queued_s * 25) + 2)]
    reached = [moment.spoken for moment in moments if moment.utterance]
    assert reached == sorted(reached) and reached[-1] == len(text)
    assert len(set(reached)) > 6
    assert max(moment.mouth.open for moment in moments) > 0.5


@pytest.mark.parametrize(
    "shape", [lambda pcm, rate: wav(pcm, rate), lambda pcm, rate: wav(pcm, rate, 0xFFFFFFFF)], ids=["whole", "streamed"]
)
async def test_wav_is_taken_too(server: SpeechServer, voice: TimedVoice, shape: Callable[[bytes, int], bytes]) -> None:
    server.shape, server.says_rate = shape, False
    (first, *_) = speeches = await heard(voice, "你好。")
    assert first.audio.rate == 22_050
    assert sum(len(speech.audio.pcm) for speech in speeches) == len(server.said[0]) // 2


def test_floats_and_two_channels_become_one_of_integers() -> None:
    import struct

    tones = np.stack([np.linspace(-1, 1, 100), np.zeros(100)], axis=1).astype("<f4")
    head = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + struct.pack("<HHIIHH", 3, 2, 48_000, 384_000, 8, 32)
    data = head + b"LIST\x02\0\0\0ok" + b"data" + struct.pack("<I", tones.nbytes) + tones.tobytes() + b"tail"
    reader = PcmReader(8_000)
    pcm = np.concatenate([reader.read(data[at : at + 7]) for at in range(0, len(data), 7)])
    assert reader.rate == 48_000
    assert np.allclose(pcm / 32_767, np.linspace(-0.5, 0.5, 100), atol=1e-3)


async def test_a_failure_before_the_first_sound_is_tried_again(server: SpeechServer, voice: TimedVoice) -> None:
    server.failures = 1
    assert await heard(voice, "你好。")
    server.failures = 2
    with pytest.raises(VoiceError, match="503") as raised:
        await heard(voice, "再见。")
    assert raised.value.retryable


async def test_a_server_that_breaks_off_is_not_asked_to_repeat_what_sounded(
    server: SpeechServer, voice: TimedVoice
) -> None:
    server.break_off = True
    with pytest.raises(VoiceError, match="broke off"):
        await heard(voice, "喜欢的朋友可以点下方链接，今天下单明天就到。")
    assert len(server.requests) == 1


async def test_a_silent_server_is_given_up_in_time(server: SpeechServer) -> None:
    server.silent = True
    voice = TimedVoice(RemoteSound(server.url, model="tiny", silent_s=0.4))
    began = asyncio.get_running_loop().time()
    with pytest.raises(VoiceError, match="silent for 0.4 s") as raised:
        await heard(voice, "你好。")
    assert asyncio.get_running_loop().time() - began < 3
    await voice.close()
    assert raised.value.retryable


async def test_an_interruption_stops_the_server(server: SpeechServer, voice: TimedVoice) -> None:
    server.slow_s = 0.02
    speeches = voice.speak("喜欢的朋友可以点下方链接，今天下单明天就到，错过就没有了，大家抓紧时间来看看吧。" * 2, "zh")
    await anext(speeches)
    await speeches.aclose()
    assert await asyncio.to_thread(server.left_early.wait, 5)


@pytest.mark.parametrize(
    ("change", "said", "retryable"),
    [
        ({"failures": 9, "status": 401}, "voice_key", False),
        ({"failures": 9, "status": 404}, "voice_url", False),
        ({"failures": 9, "status": 422}, "voice_fields", False),
        ({"shape": lambda pcm, rate: b"ID3" + pcm}, "sent MP3; it must offer pcm or wav", False),
        ({"shape": lambda pcm, rate: b""}, "made no sound", True),
        ({"shape": lambda pcm, rate: pcm * 12}, "goes on and on", True),
    ],
)
async def test_what_is_wrong_is_said(
    server: SpeechServer, voice: TimedVoice, change: dict[str, object], said: str, retryable: bool
) -> None:
    for name, value in change.items():
        setattr(server, name, value)
    with pytest.raises(VoiceError, match=said) as raised:
        await heard(voice, "你好。")
    assert raised.value.retryable is retryable


async def test_nobody_there_and_no_address() -> None:
    voice = TimedVoice(RemoteSound(f"http://127.0.0.1:{free_port()}/v1", model="x", silent_s=1.0))
    with pytest.raises(VoiceError, match="can't be reached"):
        await heard(voice, "你好。")
    await voice.close()
    with pytest.raises(VoiceError, match="needs voice_url"):
        load_voice("openai")


async def test_a_greeting_is_made_once(server: SpeechServer, voice: TimedVoice) -> None:
    first, second = await heard(voice, "欢迎来到直播间！"), await heard(voice, "欢迎来到直播间！")
    assert len(server.requests) == 1
    assert np.array_equal(first[-1].audio.pcm, second[-1].audio.pcm)
    assert first[-1].visemes == second[-1].visemes


def test_sentences_keep_every_letter_and_skip_what_has_no_sound() -> None:
    text = "好！……" + "今天的杯子保温十二小时，" * 9 + "Only 3.5 left. Buy now, please."
    cut = sentences(text)
    assert all(text[at : at + len(piece)] == piece for at, piece in cut)
    assert max(len(piece) for _, piece in cut) <= 60
    assert "".join(piece for _, piece in cut).replace(" ", "") == text.replace(" ", "")
    assert sentences("…… 。！") == []


# whose voice it is


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    pcm, rate = say("我是林晓雨，我同意用我的声音在直播间里介绍商品。")
    (tmp_path / "talk.wav").write_bytes(wav(pcm, rate))
    return tmp_path / "talk.wav"


def make(recording: Path, *more: str) -> int:
    return sample.main([str(recording), str(recording.parent / "lin"), "--person", "Lin", "--document", "a.pdf", *more])


async def test_a_voice_is_copied_from_a_consented_sample(
    server: SpeechServer, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make(recording, "--consented", "2026-11-02", "--text", "我是林晓雨") == 0
    folder = recording.parent / "lin"
    assert f"voice_sample = {folder}" in capsys.readouterr().out
    voice = load_voice("openai", url=server.url, sample=folder, fields={"language": "Chinese"})
    assert isinstance(voice, TimedVoice)
    await heard(voice, "你好。")
    await voice.close()
    (request,) = server.requests
    head, _, sound = request["ref_audio"].partition(",")
    assert head == "data:audio/wav;base64"
    assert base64.b64decode(sound) == (folder / sample.SOUND).read_bytes()
    assert (request["ref_text"], request["language"]) == ("我是林晓雨", "Chinese")


async def test_no_voice_is_copied_without_consent(
    server: SpeechServer, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make(recording, "--consented", "2099-01-01") == 1
    assert "yet to come" in capsys.readouterr().err
    folder = recording.parent / "lin"
    with pytest.raises(VoiceError, match=r"there is no .*voice\.yaml; make it with"):
        load_voice("openai", url=server.url, sample=folder)
    yesterday = date.today() - timedelta(days=1)
    sample.make(recording, folder, Consent("Lin", yesterday, "a.pdf"))
    (folder / sample.SOUND).write_bytes(recording.read_bytes())
    with pytest.raises(VoiceError, match="not the sound that Lin agreed to"):
        load_voice("openai", url=server.url, sample=folder)
    (folder / sample.FILE).write_text("sound: abc\n")
    with pytest.raises(VoiceError, match="without consent"):
        load_voice("openai", url=server.url, sample=folder)
    with pytest.raises(VoiceError, match="'ref_audio': a voice is copied with voice_sample"):
        load_voice("openai", url=server.url, fields={"ref_audio": "https://example.com/somebody.wav"})
    assert not server.requests


def test_a_sample_is_a_recording_of_some_seconds(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pcm, rate = say("好")
    recording.write_bytes(wav(pcm, rate))
    assert make(recording, "--consented", "2026-11-02") == 1
    assert "3 to 60 s" in capsys.readouterr().err
    recording.write_bytes(b"not a sound")
    assert make(recording, "--consented", "2026-11-02") == 1
    assert "no sound that can be read" in capsys.readouterr().err
